//! Whether the clock is believed: one that leaps forward by years makes everything look old, and must not take it all away.
//! Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Network time corrects by less.
const LEAP: SignedDuration = SignedDuration::from_hours(1);
/// An appliance that was off for longer may as well have lost its clock.
const OFF: SignedDuration = SignedDuration::from_hours(24);
/// Somebody sets the clock right meanwhile, or it was right.
const WAIT: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Default)]
pub struct Belief {
    last: Option<(Duration, Timestamp)>,
    /// By the monotonic clock.
    not_before: Duration,
}

impl Belief {
    /// Whether what looks old is old: not for a day after the clock has leapt forward. `newest` is when the last recording
    /// ended that there was at the start.
    pub fn ask(&mut self, monotonic: Duration, now: Timestamp, newest: Option<Timestamp>) -> bool {
        let has_leapt = match self.last.replace((monotonic, now)) {
            Some((then, at)) => {
                let passed = SignedDuration::try_from(monotonic.saturating_sub(then)).unwrap_or(SignedDuration::MAX);
                now.duration_since(at).saturating_sub(passed) > LEAP
            }
            None => newest.is_some_and(|newest| now.duration_since(newest) > OFF),
        };
        if has_leapt {
            tracing::warn!(%now, "the clock has leapt forward: nothing is removed for its age for a day");
            self.not_before = monotonic + WAIT;
        }
        monotonic >= self.not_before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_771_266_600 + second).expect("valid")
    }

    /// Asked by the seconds of both clocks.
    #[track_caller]
    fn check(newest: Option<i64>, asked: &[(u64, i64, bool)]) {
        let mut belief = Belief::default();
        for (monotonic, now, expected) in asked {
            let told = belief.ask(Duration::from_secs(*monotonic), at(*now), newest.map(at));
            assert_eq!(told, *expected, "at {monotonic}, {now}");
        }
    }

    #[test]
    fn a_clock_that_goes_is_believed() {
        check(None, &[(0, 0, true), (60, 60, true), (100_000, 100_000, true)]);
        check(Some(-HOUR), &[(0, 0, true), (60, 61, true)]);
        // An hour by network time, and back.
        check(None, &[(0, 0, true), (60, HOUR, true), (120, -50 * HOUR, true)]);
    }

    #[test]
    fn one_that_leaps_forward_is_not_for_a_day() {
        check(
            None,
            &[(0, 0, true), (60, 9000 * HOUR, false), (86_459, 9024 * HOUR, false), (86_460, 9024 * HOUR, true)],
        );
        // While the appliance was off, or its clock has gone wrong.
        check(Some(-48 * HOUR), &[(0, 0, false), (86_399, 86_399, false), (86_400, 86_400, true)]);
    }

    #[test]
    fn a_leap_back_and_forth_is_one_as_well() {
        check(None, &[(0, 0, true), (60, -9000 * HOUR, true), (120, 100, false)]);
    }
}
