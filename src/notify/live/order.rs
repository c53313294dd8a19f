//! When pictures are to be decoded, where only when they are shown is known: cameras do not say.
//! Pure.

/// Pictures that one may overtake; the standards allow no more.
const DEEPEST: usize = 16;
/// Between the made-up decode times of the pictures before the first: 40 ms.
const STEP: u64 = 3_600;

/// Gives each picture, in decoding order, the time at which the one `depth` places before it in
/// the order of showing is shown: so none is decoded after it is shown, and all are decoded at the
/// pace of the stream. `depth` is 0 where pictures come as they are shown, as cameras' do, and
/// grows when one comes that was overtaken by more.
#[derive(Debug, Default)]
pub(super) struct DecodeOrder {
    depth: usize,
    /// Times of showing that are no decode time yet, ascending.
    waiting: Vec<u64>,
    given: usize,
    last: Option<u64>,
}

impl DecodeOrder {
    /// For a stream that begins with pictures shown at these times, in decoding order.
    pub(super) fn of(shown_at: impl IntoIterator<Item = u64>) -> Self {
        let mut earlier = Vec::new();
        let depth = shown_at.into_iter().map(|time| insert(&mut earlier, time)).max().unwrap_or(0);
        Self { depth: depth.min(DEEPEST), ..Self::default() }
    }

    /// The decode time of the next picture, which is shown at `shown_at`. All are ticks of 1/90,000 s;
    /// decode times always rise.
    pub(super) fn next(&mut self, shown_at: u64) -> u64 {
        let overtook = insert(&mut self.waiting, shown_at);
        self.depth = self.depth.max(overtook.min(DEEPEST));
        let wanted = if self.waiting.len() > self.depth {
            self.waiting.remove(0)
        } else {
            // Of the first pictures of a stream only, or just after it became deeper.
            let before = (self.depth - self.given.min(self.depth)) as u64;
            self.waiting[0].saturating_sub(before * STEP)
        };
        self.given += 1;
        let time = self.last.map_or(wanted, |last| wanted.max(last + 1));
        self.last = Some(time);
        time
    }
}

/// Puts a time among ascending ones, and tells how many come after it.
fn insert(times: &mut Vec<u64>, time: u64) -> usize {
    let place = times.partition_point(|&other| other <= time);
    times.insert(place, time);
    times.len() - 1 - place
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(known: &[u64], shown_at: &[u64], expected: &[u64]) {
        let mut order = DecodeOrder::of(known.iter().copied());
        let times: Vec<u64> = shown_at.iter().map(|&time| order.next(time)).collect();
        assert_eq!(times, expected);
    }

    #[test]
    fn pictures_that_come_as_they_are_shown_are_decoded_then() {
        check(&[], &[90_000, 93_600, 100_000, 130_000], &[90_000, 93_600, 100_000, 130_000]);
        check(&[90_000, 93_600], &[90_000, 93_600, 93_600], &[90_000, 93_600, 93_601]);
    }

    #[test]
    fn overtaken_pictures_put_off_the_showing_of_all() {
        let shown_at = [90_000, 100_800, 93_600, 97_200, 111_600, 104_400, 108_000];
        check(&shown_at, &shown_at, &[86_400, 90_000, 93_600, 97_200, 100_800, 104_400, 108_000]);
        // B pyramid: one overtakes two.
        let shown_at = [90_000, 104_400, 97_200, 93_600, 100_800, 118_800, 111_600, 108_000, 115_200];
        let expected = [82_800, 86_400, 90_000, 93_600, 97_200, 100_800, 104_400, 108_000, 111_600];
        check(&shown_at, &shown_at, &expected);
    }

    proptest! {
        /// Pictures each overtaken by at most `depth` others, found out before or on the way.
        #[test]
        fn times_rise_and_none_is_late_once_the_depth_is_known(
            steps in proptest::collection::vec((1u64..8_000, 0u64..3), 1..80),
            known in any::<bool>(),
        ) {
            let mut places: Vec<(u64, u64)> = Vec::new();
            let mut time = 900_000;
            for (index, (step, early)) in (0u64..).zip(&steps) {
                time += step;
                places.push((index.saturating_sub(*early), time));
            }
            // Decoding order: a picture may come up to two places early.
            places.sort_by_key(|(place, _)| *place);
            let shown_at: Vec<u64> = places.iter().map(|(_, time)| *time).collect();
            let mut order = if known { DecodeOrder::of(shown_at.iter().copied()) } else { DecodeOrder::default() };
            let mut last = None;
            for &shown in &shown_at {
                let time = order.next(shown);
                prop_assert!(last.is_none_or(|last| time > last));
                prop_assert!(!known || time <= shown, "{} is decoded at {}", shown, time);
                last = Some(time);
            }
        }
    }
}
