//! How long somebody stays signed in.

use jiff::{SignedDuration, Timestamp};

/// Without a request; an open page makes some. A guard keeps a shift so.
pub const IDLE: SignedDuration = SignedDuration::from_hours(8);
/// Whatever they do.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// Being there is written down at most so often.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// A session that began later than this from now is of a time to which the clock was set wrongly.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// The times of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub created_at: Timestamp,
    /// To the minute.
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Session {
    pub fn begin(now: Timestamp) -> Self {
        Self { created_at: now, last_seen_at: now, expires_at: now.saturating_add(LONGEST).unwrap_or(Timestamp::MAX) }
    }

    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires_at
            && now.duration_since(self.last_seen_at) < IDLE
            && self.created_at.duration_since(now) < SLACK
    }

    /// Whether it must be written down that somebody is there.
    pub fn is_due(&self, now: Timestamp) -> bool {
        now.duration_since(self.last_seen_at) >= NOTED_EVERY
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        let night: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
        night + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn idle_for_eight_hours_or_open_for_a_day_is_over() {
        let begun = Session::begin(at(0));
        assert!(begun.is_alive(at(0)) && begun.is_alive(at(8 * 60 - 1)));
        assert!(!begun.is_alive(at(8 * 60)));
        let seen = Session { last_seen_at: at(23 * 60), ..begun };
        assert!(seen.is_alive(at(24 * 60 - 1)) && !seen.is_alive(at(24 * 60)));
        assert!(begun.is_alive(at(-4)) && !begun.is_alive(at(-5)), "the clock was set back");
    }

    #[test]
    fn being_there_is_written_once_a_minute() {
        let begun = Session::begin(at(0));
        assert!(!begun.is_due(at(0)) && begun.is_due(at(1)));
    }

    proptest! {
        #[test]
        fn who_comes_once_an_hour_stays_a_day_and_no_longer(gaps in prop::collection::vec(1_i64..60, 1..100)) {
            let mut session = Session::begin(at(0));
            let mut now = 0;
            for gap in gaps {
                now += gap;
                prop_assert_eq!(session.is_alive(at(now)), now < 24 * 60);
                session.last_seen_at = at(now);
            }
        }
    }
}
