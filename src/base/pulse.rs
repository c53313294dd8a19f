//! Whether threads that must not stand still go round: each beats, and somebody looks at when it last did.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::SharedClock;

/// Of one thread. Clones are the same one.
#[derive(Clone)]
pub struct Pulse {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    clock: SharedClock,
    /// In milliseconds of the monotonic clock.
    last_ms: AtomicU64,
    given_up: AtomicBool,
}

impl Pulse {
    /// Its first beat is now.
    pub fn new(name: impl Into<String>, clock: SharedClock) -> Self {
        let inner = Inner { name: name.into(), clock, last_ms: AtomicU64::default(), given_up: AtomicBool::default() };
        let pulse = Self { inner: Arc::new(inner) };
        pulse.beat();
        pulse
    }

    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// To be called by the thread each time that it goes round.
    pub fn beat(&self) {
        self.inner.last_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// Since the last beat.
    pub fn silence(&self) -> Duration {
        Duration::from_millis(self.now_ms().saturating_sub(self.inner.last_ms.load(Ordering::Relaxed)))
    }

    /// Another thread does this one's work: should it go on after all, it must end.
    pub fn give_up(&self) {
        self.inner.given_up.store(true, Ordering::Relaxed);
    }

    pub fn is_given_up(&self) -> bool {
        self.inner.given_up.load(Ordering::Relaxed)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.inner.clock.monotonic().as_millis()).unwrap_or(u64::MAX)
    }
}

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pulse({})", self.name())
    }
}

/// All that are looked at. Clones are the same ones.
#[derive(Clone, Default)]
pub struct Pulses {
    watched: Arc<Mutex<Vec<Pulse>>>,
}

impl Pulses {
    /// A thread that ends without [`Pulses::forget`] is silent from then on.
    pub fn watch(&self, pulse: &Pulse) {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).push(pulse.clone());
    }

    pub fn forget(&self, pulse: &Pulse) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|other| !Arc::ptr_eq(&other.inner, &pulse.inner));
    }

    /// Names of those that have not beaten for `limit` or longer.
    pub fn silent(&self, limit: Duration) -> Vec<String> {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.iter().filter(|pulse| pulse.silence() >= limit).map(|pulse| pulse.name().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimClock;

    #[test]
    fn who_does_not_beat_is_silent() {
        let clock = Arc::new(SimClock::default());
        let (pulses, limit) = (Pulses::default(), Duration::from_secs(30));
        let [beats, stands] = ["beats", "stands"].map(|name| Pulse::new(name, clock.clone()));
        pulses.watch(&beats);
        pulses.watch(&stands);
        clock.advance(Duration::from_millis(29_999));
        assert!(pulses.silent(limit).is_empty());
        beats.beat();
        clock.advance(Duration::from_millis(1));
        assert_eq!(pulses.silent(limit), ["stands"]);
        stands.clone().beat();
        assert!(pulses.silent(limit).is_empty(), "it goes on");
    }

    #[test]
    fn a_thread_that_is_gone_is_silent_until_it_is_forgotten() {
        let clock = Arc::new(SimClock::default());
        let pulses = Pulses::default();
        let pulse = Pulse::new("gone", clock.clone());
        pulses.watch(&pulse);
        let of_another = Pulse::new("gone", clock.clone());
        drop(pulse.clone());
        clock.advance(Duration::from_secs(1));
        pulses.forget(&of_another);
        assert_eq!(pulses.silent(Duration::from_secs(1)), ["gone"]);
        pulses.forget(&pulse);
        assert!(pulses.silent(Duration::ZERO).is_empty());
    }
}
