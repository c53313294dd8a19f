//! Which access units are decoded. Pure: times and sizes in, steps out.
//!
//! Quiet, the gate asks for a look at every key frame, and at a picture in between where key
//! frames are more than a second apart: or, where sizes tell of everything that moves, more than
//! two and a half. It wakes when a look shows motion, or when the sizes of
//! the access units jump (which they only do where the bit rate is variable: the gate finds that
//! out from what sizes did while pictures moved). Awake, everything is decoded, beginning at the
//! last key frame before the last look that was known to be quiet; so nothing in between is missed.

use std::time::Duration;

use super::sizes::{RateControl, Sizes};

/// At least one picture a second is looked at, whatever the GOP.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Where whoever moves makes a burst, key frames two seconds apart are enough.
pub const LOOK_EVERY_CALM: Duration = Duration::from_millis(2_500);
/// Awake for at least so long after the last thing that moved or was tracked.
pub const AWAKE_AFTER: Duration = Duration::from_secs(5);

/// What to do with an access unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Keep it in memory, undecoded.
    Keep,
    /// Decode up to it and look whether something moves in its picture.
    Look,
    /// Awake: decode it and analyse.
    Watch,
    /// Just woken by a burst: decode from the key frame at or before this time, and watch.
    WakeFrom(Duration),
}

#[derive(Debug)]
pub struct Gate {
    mode: Mode,
    sizes: Sizes,
    last_look: Option<Duration>,
    /// For replay's reference run and for benches: never sleeps.
    always_awake: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `since` is the last look at which nothing moved.
    Quiet {
        since: Duration,
    },
    Awake {
        busy_at: Duration,
    },
}

impl Gate {
    /// A gate that is quiet and has not looked yet.
    pub fn new() -> Self {
        Self {
            mode: Mode::Quiet { since: Duration::ZERO },
            sizes: Sizes::default(),
            last_look: None,
            always_awake: false,
        }
    }

    /// For the next stream of the same camera: its rate control is known already.
    pub fn anew(&self) -> Self {
        Self { sizes: self.sizes.anew(), ..if self.always_awake { Self::always_awake() } else { Self::new() } }
    }

    pub fn always_awake() -> Self {
        Self { always_awake: true, mode: Mode::Awake { busy_at: Duration::ZERO }, ..Self::new() }
    }

    pub fn is_awake(&self) -> bool {
        matches!(self.mode, Mode::Awake { .. })
    }

    pub fn is_always_awake(&self) -> bool {
        self.always_awake
    }

    /// What is known about the camera's rate control.
    pub fn rate_control(&self) -> RateControl {
        self.sizes.rate_control()
    }

    /// Decides on the next access unit, in decoding order.
    pub fn on_access_unit(&mut self, pts: Duration, key: bool, size_bytes: usize) -> Step {
        if key {
            self.sizes.add_key(size_bytes);
        }
        let burst = !key && self.sizes.add(size_bytes, self.is_awake());
        match self.mode {
            Mode::Awake { busy_at } if self.always_awake || pts < busy_at + AWAKE_AFTER => Step::Watch,
            // Sleep begins on a key frame: the GOP that is being decoded is watched to its end.
            Mode::Awake { .. } if !key => Step::Watch,
            Mode::Awake { .. } => {
                self.mode = Mode::Quiet { since: pts };
                self.look(pts)
            }
            Mode::Quiet { since } if burst => {
                self.wake(pts);
                Step::WakeFrom(since)
            }
            Mode::Quiet { .. } if key || self.look_is_due(pts) => self.look(pts),
            Mode::Quiet { .. } => Step::Keep,
        }
    }

    /// Takes what a decoded picture showed. Where it wakes the gate, the answer is the time from
    /// which on pictures must be analysed.
    pub fn on_picture(&mut self, pts: Duration, moving: bool) -> Option<Duration> {
        match &mut self.mode {
            Mode::Awake { busy_at } => {
                if moving {
                    *busy_at = (*busy_at).max(pts);
                }
                self.sizes.on_picture(moving);
                None
            }
            Mode::Quiet { since } if moving => {
                let from = *since;
                self.wake(pts);
                Some(from)
            }
            Mode::Quiet { since } => {
                *since = (*since).max(pts);
                None
            }
        }
    }

    /// Somebody is tracked: stay awake though they may stand still for a moment.
    pub fn hold(&mut self, pts: Duration) {
        if let Mode::Awake { busy_at } = &mut self.mode {
            *busy_at = (*busy_at).max(pts);
        }
    }

    fn look_is_due(&self, pts: Duration) -> bool {
        let every = if self.sizes.tell() { LOOK_EVERY_CALM } else { LOOK_EVERY };
        self.last_look.and_then(|last| pts.checked_sub(last)).is_none_or(|since| since >= every)
    }

    fn look(&mut self, pts: Duration) -> Step {
        self.last_look = Some(pts);
        Step::Look
    }

    fn wake(&mut self, pts: Duration) {
        self.mode = Mode::Awake { busy_at: pts };
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAME: Duration = Duration::from_millis(40);

    /// Runs `seconds` of a 25 fps stream with the given GOP; `moving` says when pictures move and
    /// `size` how large delta units are. Returns each access unit's time and step.
    fn run(
        gop: u32,
        seconds: u32,
        moving: impl Fn(Duration) -> bool,
        size: impl Fn(u32) -> usize,
    ) -> (Gate, Vec<(Duration, Step)>) {
        let mut gate = Gate::new();
        let mut steps = Vec::new();
        for index in 0..seconds * 25 {
            let pts = FRAME * index;
            let key = index % gop == 0;
            let step = gate.on_access_unit(pts, key, if key { 20_000 } else { size(index) });
            if step != Step::Keep {
                gate.on_picture(pts, moving(pts));
            }
            steps.push((pts, step));
        }
        (gate, steps)
    }

    fn noise(index: u32) -> usize {
        1_000 + (index as usize * 7_919) % 60
    }

    fn share(steps: &[(Duration, Step)], wanted: Step) -> f64 {
        steps.iter().filter(|(_, step)| *step == wanted).count() as f64 / steps.len() as f64
    }

    #[test]
    fn a_quiet_camera_shows_one_picture_a_second() {
        for (gop, looks_per_second) in [(25, 1.0), (50, 1.0), (10, 2.5), (250, 1.0)] {
            let (gate, steps) = run(gop, 60, |_| false, noise);
            assert!(!gate.is_awake());
            let quiet: Vec<_> = steps.into_iter().filter(|(pts, _)| *pts >= Duration::from_secs(20)).collect();
            let looks = share(&quiet, Step::Look) * 25.0;
            assert!((looks - looks_per_second).abs() < 0.1, "GOP {gop}: {looks} looks a second");
            assert!((share(&quiet, Step::Keep) * 25.0 + looks - 25.0).abs() < 1e-6);
        }
    }

    #[test]
    fn motion_on_a_look_wakes_from_the_last_quiet_one() {
        let mut gate = Gate::new();
        let key = |gate: &mut Gate, second| gate.on_access_unit(Duration::from_secs(second), true, 20_000);
        for second in 0..10 {
            key(&mut gate, second);
            gate.on_picture(Duration::from_secs(second), false);
        }
        assert!(!gate.is_awake());
        assert_eq!(key(&mut gate, 10), Step::Look);
        assert_eq!(gate.on_picture(Duration::from_secs(10), true), Some(Duration::from_secs(9)));
        assert_eq!(key(&mut gate, 11), Step::Watch);
    }

    #[test]
    fn a_burst_wakes_between_two_looks() {
        let burst_at = 40 * 25 + 10;
        let (_, steps) = run(50, 41, |_| false, |i| if i >= burst_at { 3_000 } else { noise(i) });
        let woken = steps.iter().find(|(_, step)| matches!(step, Step::WakeFrom(_))).expect("wakes");
        assert_eq!(woken.1, Step::WakeFrom(Duration::from_secs(40)));
        assert!(woken.0 < Duration::from_secs(40) + FRAME * 16, "{:?}", woken.0);
    }

    #[test]
    fn where_sizes_told_nothing_about_motion_they_wake_nobody() {
        // Constant bit rate: for three visits things move while sizes do not.
        let visit = |pts: Duration| matches!(pts.as_secs(), 30..36 | 60..66 | 90..96);
        let (gate, _) = run(50, 110, visit, noise);
        assert_eq!(gate.rate_control(), RateControl::Constant);
        let (_, steps) = run(50, 122, visit, |i| if i >= 120 * 25 { 3_000 } else { noise(i) });
        assert!(!steps.iter().any(|(_, step)| matches!(step, Step::WakeFrom(_))));
    }

    /// Visits that make bursts, and then nobody for a minute: the looks of that minute.
    fn looks_after_visits(gop: u32, usual: usize) -> (Gate, usize) {
        let visit = |pts: Duration| matches!(pts.as_secs(), 30..36 | 60..66 | 90..96);
        let size = |index: u32| {
            let size = usual + (index as usize * 7_919) % 20;
            if visit(FRAME * index) { size + 3_000 } else { size }
        };
        let (gate, steps) = run(gop, 180, visit, size);
        let late = |(pts, step): &&(Duration, Step)| pts.as_secs() >= 120 && *step == Step::Look;
        let looks = steps.iter().filter(late).count();
        (gate, looks)
    }

    #[test]
    fn where_sizes_tell_of_everything_key_frames_are_enough() {
        let (gate, looks) = looks_after_visits(50, 400);
        assert_eq!((gate.rate_control(), looks), (RateControl::Variable, 30));
        // Ten seconds from one key frame to the next are too long.
        assert_eq!(looks_after_visits(250, 400).1, 24);
        // Noise takes so many bytes that somebody far away may take hardly more.
        let (gate, looks) = looks_after_visits(50, 2_000);
        assert_eq!((gate.rate_control(), looks), (RateControl::Variable, 60));
    }

    #[test]
    fn the_next_stream_begins_with_what_is_known_of_the_camera() {
        let (gate, _) = looks_after_visits(50, 400);
        let next = gate.anew();
        assert_eq!((next.rate_control(), next.is_awake()), (RateControl::Variable, false));
        assert!(Gate::always_awake().anew().is_always_awake());
    }

    #[test]
    fn it_sleeps_after_a_quiet_while_unless_held() {
        let moving = |pts: Duration| pts.as_secs() == 30;
        let (gate, steps) = run(25, 45, moving, noise);
        assert!(!gate.is_awake());
        let watched = steps.iter().filter(|(pts, s)| *s == Step::Watch && pts.as_secs() > 29).count() as u32;
        assert!((5 * 25..7 * 25).contains(&watched), "{watched}");
    }

    proptest! {
        /// Whatever the GOP and the sizes, no second (where sizes tell of everything, no 2.5 s)
        /// passes without a look or being awake, and a wake never starts after the last look at
        /// which nothing moved.
        #[test]
        fn nothing_is_left_unseen_for_longer_than_a_second(
            gop in 1u32..300,
            sizes in proptest::collection::vec(100usize..30_000, 300),
            moves in proptest::collection::vec(proptest::bool::weighted(0.05), 300),
        ) {
            let mut gate = Gate::new();
            let mut seen = Duration::ZERO;
            let mut quiet_look = Duration::ZERO;
            for index in 0..300u32 {
                let pts = FRAME * index;
                let step = gate.on_access_unit(pts, index % gop == 0, sizes[index as usize]);
                let moving = moves[index as usize];
                match step {
                    Step::Keep => {}
                    Step::WakeFrom(from) => { prop_assert!(from <= quiet_look || from == seen); seen = pts; }
                    Step::Look => {
                        seen = pts;
                        match gate.on_picture(pts, moving) {
                            Some(from) => prop_assert!(from <= pts),
                            None if !moving => quiet_look = pts,
                            None => {}
                        }
                    }
                    Step::Watch => { seen = pts; quiet_look = pts; gate.on_picture(pts, moving); }
                }
                let every = if gate.sizes.tell() { LOOK_EVERY_CALM } else { LOOK_EVERY };
                prop_assert!(pts < seen + every, "unseen from {seen:?} to {pts:?}");
            }
        }

        #[test]
        fn a_gate_that_is_always_awake_never_keeps(keys in proptest::collection::vec(any::<bool>(), 1..200)) {
            let mut gate = Gate::always_awake();
            for (index, key) in (0u32..).zip(keys) {
                prop_assert_eq!(gate.on_access_unit(Duration::from_secs(1) * index, key, 500), Step::Watch);
            }
        }
    }
}
