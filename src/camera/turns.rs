//! When to look at a person closely. Pure: times, worth and nominal costs in, yes or no out, so
//! that `replay` decides as a live camera does that has one stream and is not behind.

use jiff::{SignedDuration, Timestamp};

/// A picture is clearly better when it is worth more than so many times the best one looked at.
const BETTER: f32 = 1.3;
/// Looks at pictures that are clearly better, the first among them: the last of them is worth
/// `BETTER¹¹`, some 18 times what the first was.
const MOST_BETTER: u32 = 12;
/// Looks at pictures that are no better, as long as they show something: more of the same say little
/// more, and must not use up what a far better picture may come to need.
const MOST_AGAIN: u32 = 6;
/// While something is still unknown or unsure, a picture that is no better is looked at after this long.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_millis(600);
/// Each look that shows nothing doubles that wait, so many times at most: who has turned away may
/// turn around.
const MOST_DOUBLINGS: u32 = 3;
/// How long the main stream's picture is waited for, before the analysed one must do.
const PATIENCE: SignedDuration = SignedDuration::from_secs(1);

/// What a track may cost: milliseconds of processor time for each second that it is watched.
const ALLOWED_MS_PER_S: f32 = 40.0;
/// What it may save up. Enough for a few pictures behind a key frame.
const MOST_SAVED_MS: f32 = 120.0;

/// Nominal costs in milliseconds, a little above what one core of a mini-PC takes.
pub(super) mod cost {
    /// A pose and up to six crops.
    pub(in super::super) const LOOK_MS: f32 = 25.0;
    /// One run of the detector.
    pub(in super::super) const FIND_MS: f32 = 15.0;
    /// Decoding a million pixels.
    pub(in super::super) const DECODE_MS_PER_MEGAPIXEL: f32 = 3.0;
}

/// The looks at one track.
#[derive(Debug, Clone)]
pub(super) struct Turns {
    /// Of pictures that were clearly better.
    better: u32,
    /// Of others that showed something.
    again: u32,
    /// Looks in a row that showed nothing.
    in_vain: u32,
    best_worth: f32,
    last_look_at: Option<Timestamp>,
    /// Since when a look is due that has not been taken.
    due_since: Option<Timestamp>,
    saved_ms: f32,
    saved_at: Timestamp,
}

impl Turns {
    pub(super) fn new(at: Timestamp) -> Self {
        let saved_ms = ALLOWED_MS_PER_S;
        Self {
            better: 0,
            again: 0,
            in_vain: 0,
            best_worth: 0.0,
            last_look_at: None,
            due_since: None,
            saved_ms,
            saved_at: at,
        }
    }

    /// Whether to look at the picture of `at`. `worth` says how good it is, by whatever measure;
    /// `is_unsure` whether
    /// any answer still is, or is unknown.
    pub(super) fn is_due(&mut self, at: Timestamp, worth: f32, is_unsure: bool) -> bool {
        let is_due = if self.is_better(worth) {
            self.better < MOST_BETTER
        } else {
            is_unsure && self.again < MOST_AGAIN && self.waited(at)
        };
        self.due_since = if is_due { self.due_since.or(Some(at)) } else { None };
        is_due
    }

    /// Whether a picture is clearly better than all that were looked at.
    fn is_better(&self, worth: f32) -> bool {
        !self.has_looked() || worth > BETTER * self.best_worth
    }

    fn waited(&self, at: Timestamp) -> bool {
        let wait = AGAIN_AFTER * 2_i32.pow(self.in_vain.min(MOST_DOUBLINGS));
        // Both ways: a clock that is set back must not end all looking.
        self.last_look_at.is_none_or(|last| at.duration_since(last).abs() >= wait)
    }

    /// Whether what is better has been waited for long enough.
    pub(super) fn is_overdue(&self, at: Timestamp) -> bool {
        self.due_since.is_some_and(|since| at.duration_since(since).abs() >= PATIENCE)
    }

    /// What may be spent at `at`, in milliseconds.
    pub(super) fn allowance_ms(&mut self, at: Timestamp) -> f32 {
        let passed_s = at.duration_since(self.saved_at).as_secs_f32().max(0.0);
        self.saved_at = at;
        self.saved_ms = (self.saved_ms + passed_s * ALLOWED_MS_PER_S).min(MOST_SAVED_MS);
        self.saved_ms
    }

    /// Time was spent, whatever came of it.
    pub(super) fn spend(&mut self, ms: f32) {
        self.saved_ms -= ms;
    }

    /// The picture of `at` was looked at; whether it showed anything of what was unsure.
    pub(super) fn looked(&mut self, at: Timestamp, worth: f32, has_shown: bool) {
        if self.is_better(worth) {
            self.better += 1;
        } else if has_shown {
            self.again += 1;
        }
        self.in_vain = if has_shown { 0 } else { self.in_vain.saturating_add(1) };
        self.best_worth = self.best_worth.max(worth);
        self.last_look_at = Some(at);
        self.due_since = None;
    }

    pub(super) fn has_looked(&self) -> bool {
        self.last_look_at.is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_771_266_600_000 + ms).expect("in range")
    }

    /// Pictures of these times in ms and worths; whether something is unsure stays as it is, and so
    /// does whether a look shows anything. Gives the times of the looks.
    fn looks(pictures: &[(i64, f32)], is_unsure: bool, has_shown: bool) -> Vec<i64> {
        let mut turns = Turns::new(at(0));
        let mut looked = Vec::new();
        for &(ms, worth) in pictures {
            if turns.is_due(at(ms), worth, is_unsure) && turns.allowance_ms(at(ms)) >= cost::LOOK_MS {
                turns.spend(cost::LOOK_MS);
                turns.looked(at(ms), worth, has_shown);
                looked.push(ms);
            }
        }
        looked
    }

    #[track_caller]
    fn check(pictures: &[(i64, f32)], is_unsure: bool, expected: &[i64]) {
        assert_eq!(looks(pictures, is_unsure, true), expected);
    }

    #[test]
    fn the_first_the_better_and_now_and_then() {
        let even = [0, 200, 400, 600, 800, 1_000, 1_200, 1_400].map(|ms| (ms, 1.0));
        check(&even, false, &[0]);
        check(&even, true, &[0, 600, 1_200]);
        check(&[(0, 1.0), (200, 1.2), (400, 1.4), (2_600, 1.7), (2_800, 1.9)], false, &[0, 400, 2_800]);
        check(&[(0, 0.0), (200, 0.0), (400, 0.0)], true, &[0]);
        check(&[(0, 2.0), (600, 0.1)], true, &[0, 600]);
        check(&[(0, 1.0), (-3_600_000, 1.0)], true, &[0]);
    }

    #[test]
    fn more_of_the_same_does_not_use_up_what_a_better_picture_needs() {
        let even: Vec<_> = (0..12).map(|index| (600 * index, 1.0)).collect();
        let with = |worth| [&even[..], &[(60_000, worth)]].concat();
        let first = [0, 600, 1_200, 1_800, 2_400, 3_000, 3_600];
        check(&with(1.0), true, &first);
        check(&with(1.3), true, &first);
        check(&with(10.0), true, &[&first[..], &[60_000]].concat());
    }

    #[test]
    fn who_gets_better_and_better_is_looked_at_so_many_times_at_most() {
        let nearer: Vec<_> = (0..40).map(|index| (2_000 * i64::from(index), 1.4_f32.powi(index))).collect();
        check(&nearer, false, &nearer[..MOST_BETTER as usize].iter().map(|(ms, _)| *ms).collect::<Vec<_>>());
        // Unsure or not.
        check(&nearer, true, &nearer[..MOST_BETTER as usize].iter().map(|(ms, _)| *ms).collect::<Vec<_>>());
    }

    #[test]
    fn who_shows_nothing_is_looked_at_ever_more_seldom_but_not_given_up() {
        let long: Vec<_> = (0..500).map(|index| (200 * index, 1.0)).collect();
        let looked = looks(&long, true, false);
        assert_eq!(looked[..6], [0, 1_200, 3_600, 8_400, 13_200, 18_000]);
        assert_eq!(looked.last(), Some(&99_600));
        assert_eq!(looks(&long, false, false), [0]);
    }

    #[test]
    fn what_does_not_come_is_not_waited_for_for_ever() {
        let mut turns = Turns::new(at(0));
        assert!(turns.is_due(at(0), 1.0, true) && !turns.is_overdue(at(0)));
        assert!(turns.is_due(at(800), 1.0, true) && !turns.is_overdue(at(800)));
        assert!(turns.is_due(at(1_000), 1.0, true) && turns.is_overdue(at(1_000)));
        turns.looked(at(1_000), 1.0, true);
        assert!(!turns.is_overdue(at(5_000)));
        assert!(turns.has_looked());
    }

    proptest! {
        /// Whatever comes, a track costs no more than it is allowed.
        #[test]
        fn the_allowance_holds(
            pictures in proptest::collection::vec((0i64..400, 0f32..100.0), 1..200),
            has_shown: bool,
        ) {
            let mut now = 0;
            let timed: Vec<_> = pictures.iter().map(|&(step, worth)| { now += step; (now, worth) }).collect();
            for spent in looks(&timed, true, has_shown).iter().enumerate().map(|(index, &ms)| (index + 1, ms)) {
                let (count, ms) = spent;
                let allowed = ALLOWED_MS_PER_S * (1.0 + ms as f32 / 1_000.0);
                prop_assert!(count as f32 * cost::LOOK_MS <= allowed + 0.1, "{count} looks after {ms} ms");
            }
        }
    }
}
