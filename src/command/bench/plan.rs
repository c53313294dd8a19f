//! Which simulated camera is busy when. Pure.

use std::time::Duration;

/// Somebody walks through a camera's picture for so long.
pub(super) const TURN: Duration = Duration::from_secs(16);
/// A quiet film is so long; everything is counted in these.
pub(super) const QUIET: Duration = Duration::from_secs(8);
/// Without busy cameras each has been busy once before it counts, so many at a time.
const AT_ONCE_BEFORE: usize = 5;
/// Before the first turn: what a quiet picture takes must be known before anybody comes.
const LEAD: Duration = Duration::from_secs(12);
/// Until those who were awake sleep again, and their alerts are closed.
const SETTLE: Duration = Duration::from_secs(40);
/// Key frames of different cameras come at different times: by so much later from one to the next of
/// those that are busy together, and from these to those after them.
const STAGGER: Duration = Duration::from_millis(137);
const STEP: Duration = Duration::from_millis(TURN.as_millis() as u64 + 90);

/// Times count from when the simulator begins. Each camera plays a round of length `round` again and
/// again: a turn in which it is busy, then nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub cameras: usize,
    pub round: Duration,
    /// Nothing is measured before.
    pub warm_up: Duration,
    pub measured: Duration,
}

impl Plan {
    pub(super) fn new(cameras: usize, busy: usize, measured: Duration) -> Self {
        let at_once = if busy == 0 { AT_ONCE_BEFORE } else { busy };
        let turns = STEP * u32::try_from(cameras.div_ceil(at_once)).unwrap_or(u32::MAX) + STAGGER * 8;
        let warm_up = LEAD + turns + SETTLE;
        let round = if busy == 0 { warm_up + measured + SETTLE } else { turns.max(TURN + SETTLE) };
        let rounds = u32::try_from(round.as_millis().div_ceil(QUIET.as_millis())).unwrap_or(u32::MAX);
        Self { cameras, round: QUIET * rounds, warm_up, measured }
    }

    /// When the first turn of camera `index` begins, with as many at a time as `busy` says.
    pub(super) fn first_turn(index: usize, busy: usize) -> Duration {
        let at_once = if busy == 0 { AT_ONCE_BEFORE } else { busy };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        LEAD + STEP * count(index / at_once) + STAGGER * (count(index % at_once) % 8)
    }

    /// Beginnings of its turns that lie wholly in what is measured.
    pub(super) fn turns(&self, index: usize, busy: usize) -> Vec<Duration> {
        let first = Self::first_turn(index, busy);
        let end = self.warm_up + self.measured;
        let all = (0u32..).map(|round| first + self.round * round).take_while(|turn| *turn + TURN <= end);
        all.filter(|turn| *turn >= self.warm_up).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// How many cameras are busy in what is measured: on average, and at most.
    #[track_caller]
    fn check(cameras: usize, busy: usize, average: std::ops::RangeInclusive<f64>, most: usize) {
        let plan = Plan::new(cameras, busy, 10 * MINUTE);
        let turns: Vec<Duration> = (0..cameras).flat_map(|index| plan.turns(index, busy)).collect();
        let busy_at = |at: Duration| turns.iter().filter(|turn| (**turn..**turn + TURN).contains(&at)).count();
        let counts: Vec<_> = (40..plan.measured.as_secs() - 40)
            .map(|second| busy_at(plan.warm_up + Duration::from_secs(second)))
            .collect();
        let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
        assert!(average.contains(&mean), "{mean} on average");
        assert_eq!(counts.iter().max(), Some(&most));
    }

    #[test]
    fn as_many_are_busy_as_was_wanted() {
        check(100, 5, 4.7..=5.0, 5);
        check(20, 2, 1.7..=2.0, 2);
        check(50, 0, 0.0..=0.0, 0);
        // The turns of few cameras leave pauses, so that their alerts can close.
        check(3, 1, 0.6..=0.9, 1);
    }

    #[test]
    fn every_camera_has_been_busy_before_anything_is_measured() {
        for (cameras, busy) in [(1, 0), (7, 0), (100, 0), (10, 1), (100, 5)] {
            let plan = Plan::new(cameras, busy, MINUTE);
            for index in 0..cameras {
                assert!(Plan::first_turn(index, busy) + TURN <= plan.warm_up, "camera {index} of {cameras}");
                assert!(plan.turns(index, busy).iter().all(|turn| *turn > Plan::first_turn(index, busy)));
            }
        }
    }
}
