//! A camera's own clock, held against ours. Pure.

use std::time::Duration;

/// A picture whose time is off by more than this from when it came, measured from the one before.
/// Networks hold pictures back by less.
const LEAP: Duration = Duration::from_secs(5);
/// So long with one and the same time, a clock stands still.
const STANDSTILL: Duration = Duration::from_secs(5);
/// Where stream time begins: pictures that are shown before the first may come after it.
const ORIGIN: Duration = Duration::from_secs(3600);

/// Stream times from a camera's time stamps. They go on evenly where the camera sets its clock
/// while it sends, and follow the arrivals where its clock does not run.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Last>,
    stands_still: bool,
}

#[derive(Debug)]
struct Last {
    stamp_ns: i64,
    pts_ns: i64,
    arrived: Duration,
    /// When the stamp was last another one than before.
    moved: Duration,
}

impl Pace {
    /// The stream time of a picture with the time stamp `stamp_ns`, which came at `arrived` of the
    /// monotonic clock. The first one's is an hour.
    pub(super) fn pts(&mut self, stamp_ns: i64, arrived: Duration) -> Duration {
        let next = match &self.last {
            None => Last { stamp_ns, pts_ns: nanoseconds(ORIGIN), arrived, moved: arrived },
            Some(last) => {
                let by_stamp = stamp_ns.saturating_sub(last.stamp_ns);
                let by_arrival = nanoseconds(arrived.saturating_sub(last.arrived));
                let moved = if by_stamp == 0 { last.moved } else { arrived };
                self.stands_still |= arrived.saturating_sub(moved) > STANDSTILL;
                let leaps = by_stamp.saturating_sub(by_arrival).unsigned_abs() > LEAP.as_nanos() as u64;
                let step = if leaps || self.stands_still { by_arrival } else { by_stamp };
                Last { stamp_ns, pts_ns: last.pts_ns.saturating_add(step), arrived, moved }
            }
        };
        let pts = Duration::from_nanos(u64::try_from(next.pts_ns).unwrap_or(0));
        self.last = Some(next);
        pts
    }
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Stamps and arrivals in milliseconds; the stream times that come of them, from the first on.
    #[track_caller]
    fn check(pictures: &[(i64, u64)], expected: &[i64]) {
        let mut pace = Pace::default();
        let pts = |&(stamp, arrived): &(i64, u64)| pace.pts(stamp * 1_000_000, Duration::from_millis(arrived));
        let seen: Vec<i64> = pictures.iter().map(pts).map(|pts| pts.as_millis() as i64 - 3_600_000).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_camera_is_believed_as_long_as_its_clock_runs() {
        check(&[(7, 1000), (47, 1060), (87, 1061), (127, 3900)], &[0, 40, 80, 120]);
        // Pictures that are reordered.
        check(&[(0, 0), (120, 40), (40, 80), (80, 120), (160, 160)], &[0, 120, 40, 80, 160]);
        // It drifts by a second in ten, and is never a leap.
        check(&[(0, 0), (4_000, 4_400), (8_000, 8_800), (12_000, 13_200)], &[0, 4_000, 8_000, 12_000]);
    }

    #[test]
    fn where_it_sets_its_clock_time_goes_on_by_arrival() {
        check(&[(0, 0), (40, 40), (3_600_080, 81), (3_600_120, 120)], &[0, 40, 81, 121]);
        check(&[(0, 0), (40, 40), (-3_600_000, 80), (-3_599_960, 120)], &[0, 40, 80, 120]);
        check(&[(0, 0), (i64::MAX / 1_000_000, 40), (i64::MIN / 1_000_000, 80)], &[0, 40, 80]);
    }

    #[test]
    fn where_its_clock_stands_still_arrivals_count() {
        let stood: Vec<_> = (0..8).map(|second| (0, 1000 * second)).collect();
        check(&stood, &[0, 0, 0, 0, 0, 0, 1000, 2000]);
    }

    proptest! {
        #[test]
        fn whatever_the_stamps_stream_time_stays_near_the_arrivals(
            stamps in proptest::collection::vec(any::<i32>(), 1..200)
        ) {
            let mut pace = Pace::default();
            let mut before: Option<Duration> = None;
            for (index, stamp) in (0u32..).zip(stamps) {
                let pts = pace.pts(i64::from(stamp) * 11_111, Duration::from_millis(40) * index);
                if let Some(before) = before {
                    prop_assert!(pts.abs_diff(before) <= LEAP + Duration::from_millis(40));
                }
                before = Some(pts);
            }
        }
    }
}
