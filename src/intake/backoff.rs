//! How long to wait before the next try: pure, so that it is tested without cameras.

use std::time::Duration;

/// The shortest and the longest wait.
pub const SHORTEST: Duration = Duration::from_millis(250);
pub const LONGEST: Duration = Duration::from_secs(5);

/// Doubles with each failure in a row. Half of each wait is left to chance, so that cameras that
/// went down together do not come back together.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure, between [`SHORTEST`] and [`LONGEST`].
    pub fn next(&mut self, random: &mut fastrand::Rng) -> Duration {
        let floor = (SHORTEST * 2_u32.pow(self.failures.min(8))).min(LONGEST / 2);
        self.failures = self.failures.saturating_add(1);
        floor + floor.mul_f64(random.f64())
    }

    /// It went well for a while: the next failure is the first again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(wait: Duration, from_ms: u64, to_ms: u64) {
        let range = Duration::from_millis(from_ms)..=Duration::from_millis(to_ms);
        assert!(range.contains(&wait), "{wait:?} is not within {range:?}");
    }

    #[test]
    fn waits_grow_to_the_longest_and_start_over() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut backoff = Backoff::default();
        for (from_ms, to_ms) in [(250, 500), (500, 1000), (1000, 2000), (2000, 4000), (2500, 5000), (2500, 5000)] {
            check(backoff.next(&mut random), from_ms, to_ms);
        }
        backoff.reset();
        check(backoff.next(&mut random), 250, 500);
    }

    proptest! {
        #[test]
        fn waits_stay_within_bounds(seed: u64, resets in prop::collection::vec(prop::bool::weighted(0.1), 1..200)) {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut backoff = Backoff::default();
            for reset in resets {
                if reset { backoff.reset(); }
                let wait = backoff.next(&mut random);
                prop_assert!((SHORTEST..=LONGEST).contains(&wait), "{:?}", wait);
            }
        }
    }
}
