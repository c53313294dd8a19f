//! When to look for a vehicle's plate. Pure: times, sizes and nominal costs in, yes or no out, so
//! that `replay` decides as a live camera does that has one stream and is not behind.

use jiff::{SignedDuration, Timestamp};

/// What a vehicle may cost in all, in milliseconds of processor time: for finding its plate, and for
/// reading it.
const FINDING_MS: f32 = 60.0;
const READING_MS: f32 = 90.0;
/// While it is as small as it may be, only this share is spent: most come nearer.
const SHARE_WHILE_SMALL: f32 = 0.4;
/// From so many times the least size on, all may be spent.
const AMPLE: f32 = 3.0;
/// A picture is clearly better when the vehicle is so many times larger in it than in any before.
const BETTER: f32 = 1.25;
/// Otherwise the next look comes after this long, at first,
const AGAIN_AFTER: SignedDuration = SignedDuration::from_millis(200);
/// and after twice as long each time, once so many looks have been taken: what has not shown itself
/// in six pictures hardly does in the seventh.
const LOOKS_IN_A_ROW: u32 = 6;
const MOST_DOUBLINGS: u32 = 6;

/// Nominal costs in milliseconds, a little above what one core of a mini-PC takes.
pub(super) mod cost {
    /// One run of the finder.
    pub(in super::super) const FIND_MS: f32 = 9.0;
    /// Finding a plate again from near, levelling it, and reading two lines with two models.
    pub(in super::super) const READ_MS: f32 = 30.0;
}

/// The looks at one vehicle.
#[derive(Debug, Clone, Default)]
pub(super) struct Inspections {
    looks: u32,
    last_look_at: Option<Timestamp>,
    largest: f32,
    finding_ms: f32,
    reading_ms: f32,
}

impl Inspections {
    /// Whether to look at the picture of `at`, in which the vehicle is `size` times as large as it
    /// must be at least, and what that may cost; none before its turn or when all is spent.
    pub(super) fn turn(&self, at: Timestamp, size: f32) -> Option<Allowance> {
        if !size.is_finite() || size < 1.0 || !(self.is_better(size) || self.has_waited(at)) {
            return None;
        }
        let share = SHARE_WHILE_SMALL + (1.0 - SHARE_WHILE_SMALL) * ((size - 1.0) / (AMPLE - 1.0)).clamp(0.0, 1.0);
        let allowance = Allowance {
            finding_ms: share * FINDING_MS - self.finding_ms,
            reading_ms: share * READING_MS - self.reading_ms,
        };
        allowance.finds().then_some(allowance)
    }

    fn is_better(&self, size: f32) -> bool {
        self.looks == 0 || size > BETTER * self.largest
    }

    fn has_waited(&self, at: Timestamp) -> bool {
        let doublings = (self.looks + 1).saturating_sub(LOOKS_IN_A_ROW).min(MOST_DOUBLINGS);
        let wait = AGAIN_AFTER * 2_i32.pow(doublings);
        // Both ways: a clock that is set back must not end all looking.
        self.last_look_at.is_none_or(|last| at.duration_since(last).abs() >= wait)
    }

    /// The picture of `at` was looked at, for so much.
    pub(super) fn looked(&mut self, at: Timestamp, size: f32, finding_ms: f32, reading_ms: f32) {
        self.looks += 1;
        self.last_look_at = Some(at);
        self.largest = self.largest.max(size);
        self.finding_ms += finding_ms;
        self.reading_ms += reading_ms;
    }

    /// Something was spent on having a picture, whatever came of it.
    pub(super) fn spend_reading(&mut self, ms: f32) {
        self.reading_ms += ms;
    }

    pub(super) fn has_looked(&self) -> bool {
        self.looks > 0
    }
}

/// What a look may cost, in nominal milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Allowance {
    pub finding_ms: f32,
    pub reading_ms: f32,
}

impl Allowance {
    fn finds(self) -> bool {
        self.finding_ms >= cost::FIND_MS
    }

    pub(super) fn reads(self) -> bool {
        self.reading_ms >= cost::READ_MS
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_771_266_600_000 + ms).expect("in range")
    }

    /// Pictures of these times in ms and sizes; gives the times of the looks, and of those that read.
    fn looks(pictures: &[(i64, f32)]) -> (Vec<i64>, Vec<i64>) {
        let (mut inspections, mut looked, mut read) = (Inspections::default(), Vec::new(), Vec::new());
        for &(ms, size) in pictures {
            let Some(allowance) = inspections.turn(at(ms), size) else { continue };
            looked.push(ms);
            let reading_ms = if allowance.reads() { cost::READ_MS } else { 0.0 };
            if allowance.reads() {
                read.push(ms);
            }
            inspections.looked(at(ms), size, cost::FIND_MS, reading_ms);
        }
        (looked, read)
    }

    #[test]
    fn five_looks_fit_into_the_first_second_of_one_that_is_near() {
        let standing: Vec<_> = (0..40).map(|index| (200 * index, AMPLE)).collect();
        let (looked, read) = looks(&standing);
        assert_eq!(looked, [0, 200, 400, 600, 800, 1_000]);
        assert_eq!(read, [0, 200, 400]);
    }

    #[test]
    fn one_that_comes_nearer_is_not_out_of_turns_when_it_is_near() {
        let nearing: Vec<_> = (0..50).map(|index| (200 * index, 1.0 + 0.05 * index as f32)).collect();
        let (looked, read) = looks(&nearing);
        let near = |times: &[i64]| times.iter().filter(|&&ms| ms > 4_000).count();
        assert!(near(&looked) >= 2 && near(&read) >= 1, "{looked:?}, {read:?}");
    }

    #[test]
    fn who_is_too_small_costs_nothing() {
        assert_eq!(looks(&[(0, 0.9), (200, f32::NAN), (400, 0.0)]), (vec![], vec![]));
    }

    proptest! {
        #[test]
        fn the_allowance_holds(pictures in proptest::collection::vec((0i64..5_000, 0f32..9.0), 1..300)) {
            let mut now = 0;
            let timed: Vec<_> = pictures.iter().map(|&(step, size)| { now += step; (now, size) }).collect();
            let (looked, read) = looks(&timed);
            prop_assert!(looked.len() as f32 * cost::FIND_MS <= FINDING_MS);
            prop_assert!(read.len() as f32 * cost::READ_MS <= READING_MS);
        }
    }
}
