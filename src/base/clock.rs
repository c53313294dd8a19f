//! Time as a parameter: nothing below `app` reads the machine's clock by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Where the time of day and the passing of time come from.
///
/// The two are apart on purpose: the wall clock of an appliance jumps (NTP, a dead battery, a
/// technician), the monotonic one does not. Timers use [`Clock::monotonic`], records use
/// [`Clock::now`].
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Time since an arbitrary start; never goes back.
    fn monotonic(&self) -> Duration;
}

pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock, shifted by a constant (zero but for the demo, which plays a night of Tết).
pub struct SystemClock {
    start: Instant,
    offset: SignedDuration,
    hastened: Option<Hastened>,
}

/// Runs from `began` on, so many times as fast.
struct Hastened {
    began: Timestamp,
    times: u32,
}

impl SystemClock {
    pub fn new() -> Self {
        Self::with_offset(SignedDuration::ZERO)
    }

    /// A clock that reads `at` now and runs at normal speed.
    pub fn starting_at(at: Timestamp) -> Self {
        Self::with_offset(at.duration_since(wall_clock()))
    }

    /// A clock that is right now, and runs `times` as fast: days of an appliance pass in hours.
    pub fn hastened(times: u32) -> Self {
        Self { hastened: Some(Hastened { began: wall_clock(), times }), ..Self::new() }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn with_offset(offset: SignedDuration) -> Self {
        Self { start: Instant::now(), offset, hastened: None }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = match &self.hastened {
            None => wall_clock(),
            Some(hastened) => hastened.began.saturating_add(self.monotonic()).unwrap_or(Timestamp::MAX),
        };
        now.saturating_add(self.offset).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed() * self.hastened.as_ref().map_or(1, |hastened| hastened.times)
    }
}

/// A clock that stands still until it is told the time: by a test, or by `replay`, which lets it
/// follow the stream.
#[derive(Default)]
pub struct SimClock {
    start_ns: i64,
    now_ns: AtomicI64,
}

impl SimClock {
    pub fn new(start: Timestamp) -> Self {
        let start_ns = nanoseconds(start);
        Self { start_ns, now_ns: AtomicI64::new(start_ns) }
    }

    /// Moves to `at` if that is later; a simulated clock never goes back.
    pub fn advance_to(&self, at: Timestamp) {
        self.now_ns.fetch_max(nanoseconds(at), Ordering::Relaxed);
    }

    pub fn advance(&self, by: Duration) {
        let by_ns = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        self.now_ns.fetch_add(by_ns, Ordering::Relaxed);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let ns = self.now_ns.load(Ordering::Relaxed);
        Timestamp::from_nanosecond(i128::from(ns)).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        let passed_ns = self.now_ns.load(Ordering::Relaxed) - self.start_ns;
        Duration::from_nanos(u64::try_from(passed_ns).unwrap_or(0))
    }
}

/// 64 bits of nanoseconds reach from 1677 to 2262; times outside saturate.
fn nanoseconds(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(if at < Timestamp::UNIX_EPOCH { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_clock_follows_and_never_goes_back() {
        let start: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
        let clock = SimClock::new(start);
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_secs(2));
        clock.advance_to(start);
        assert_eq!(clock.now(), start + Duration::from_secs(2));
        assert_eq!(clock.monotonic(), Duration::from_secs(2));
    }

    #[test]
    fn a_hastened_clock_is_right_and_then_ahead() {
        let clock = SystemClock::hastened(1000);
        let (before, began) = (clock.monotonic(), clock.now());
        let usual = SystemClock::new();
        assert!(began.duration_since(usual.now()) < SignedDuration::from_hours(24), "{began}");
        while usual.monotonic() < Duration::from_millis(6) {}
        assert!(clock.monotonic() >= before + Duration::from_secs(5));
        assert!(clock.now().duration_since(began).as_secs() >= 5);
    }

    #[test]
    fn a_shifted_clock_starts_where_it_is_told() {
        let at: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
        let clock = SystemClock::starting_at(at);
        let off = clock.now().duration_since(at);
        assert!(off >= SignedDuration::ZERO && off < SignedDuration::from_mins(1), "{off}");
    }
}
