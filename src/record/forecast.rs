//! How long the disk lasts at the pace of the last day. Pure.

use jiff::{SignedDuration, Timestamp};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// After a shorter time nothing can be said.
const LEAST: SignedDuration = SignedDuration::from_mins(10);

/// Days, at the pace of the last day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Until the quota is full, and the oldest gives way to the newest.
    pub days_left: f64,
    /// How far back recordings reach then: what somebody keeps takes its part.
    pub days_kept: f64,
}

/// `recorded`: when segments began and how large they are, of the last day, in any order. `room`: what the quota, or a disk
/// that is smaller, holds beside what is kept for ever.
pub(super) fn forecast(
    recorded: impl Iterator<Item = (Timestamp, u64)>,
    used_bytes: u64,
    kept_bytes: u64,
    room_bytes: u64,
    now: Timestamp,
) -> Option<Forecast> {
    let day_ago = now.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
    let (mut bytes, mut first) = (0u64, now);
    for (at, size) in recorded.filter(|(at, _)| *at >= day_ago && *at <= now) {
        bytes += size;
        first = first.min(at);
    }
    let span = now.duration_since(first);
    if span < LEAST || bytes == 0 {
        return None;
    }
    let per_day = bytes as f64 * DAY.as_secs_f64() / span.as_secs_f64();
    Some(Forecast {
        days_left: room_bytes.saturating_sub(used_bytes) as f64 / per_day,
        days_kept: room_bytes.saturating_sub(kept_bytes) as f64 / per_day,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_771_266_600;
    const HOUR: i64 = 3600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("valid")
    }

    /// A segment of 100 bytes each hour for so many hours, the last an hour ago.
    #[track_caller]
    fn check(hours: i64, used: u64, kept: u64, room: u64, expected: Option<(f64, f64)>) {
        let recorded = (1..=hours).map(|n| (at(NOW - n * HOUR), 100));
        let found = forecast(recorded, used, kept, room, at(NOW));
        let rounded = |days: f64| (days * 1000.0).round() / 1000.0;
        assert_eq!(found.map(|found| (rounded(found.days_left), rounded(found.days_kept))), expected);
    }

    #[test]
    fn at_2400_bytes_a_day() {
        check(24, 2400, 0, 26_400, Some((10.0, 11.0)));
        check(1000, 26_400, 2400, 26_400, Some((0.0, 10.0)));
        check(3, 300, 0, 2400, Some((0.875, 1.0)));
        // More than there is room for.
        check(24, 9000, 9000, 2400, Some((0.0, 0.0)));
    }

    #[test]
    fn of_nothing_nothing_is_said() {
        check(0, 0, 0, 2400, None);
        assert_eq!(forecast([(at(NOW - 60), 100)].into_iter(), 0, 0, 2400, at(NOW)), None);
        // The clock was set back: what lies in the future says nothing.
        assert_eq!(forecast([(at(NOW + HOUR), 100)].into_iter(), 0, 0, 2400, at(NOW)), None);
    }
}
