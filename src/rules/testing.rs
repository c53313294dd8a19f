//! Tracks for the tests of the rules.

use jiff::Timestamp;
use uuid::Uuid;

use crate::base::Rect;
use crate::track::Track;
use crate::vision::Class;

/// So many milliseconds into the test.
pub(super) fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).expect("in range")
}

pub(super) fn person(id: u128, seen_ms: i64, bbox: Rect) -> Track {
    Track {
        id: Uuid::from_u128(id),
        class: Class::Person,
        first_at: Timestamp::UNIX_EPOCH,
        last_at: at(seen_ms),
        bbox,
        score: 0.7,
        best_score: 0.8,
        hits: 5,
        seen_now: true,
    }
}

pub(super) fn car(id: u128, seen_ms: i64, bbox: Rect) -> Track {
    Track { class: Class::Car, ..person(id, seen_ms, bbox) }
}
