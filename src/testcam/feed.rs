//! Plays one mount's footage at its own pace, into whatever pipeline the server has for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer_app as gst_app;

use super::footage::Footage;
use crate::base::{Clock as _, Shutdown, SystemClock};

/// How often a feeder looks for a new pipeline or a switch.
const IDLE: Duration = Duration::from_millis(20);
/// Bytes at the head of a NAL unit that garbage leaves alone, so that it still looks like one.
const NAL_HEAD_BYTES: usize = 2;

/// What the mount does now. Shared with the server, which sets it.
pub(super) struct Feed {
    state: Mutex<State>,
}

struct State {
    footage: Arc<Footage>,
    source: Option<gst_app::AppSrc>,
    stalled: bool,
    garbage: bool,
    pace: Pace,
}

impl Feed {
    /// Plays `times` as fast as it was filmed, and says so in its time stamps.
    pub(super) fn new(footage: Arc<Footage>, phase: Duration, times: u32) -> Self {
        let pace = Pace { times, stamps_run: true, since: Duration::ZERO, from: phase, stamp_from: phase };
        Self { state: Mutex::new(State { footage, source: None, stalled: false, garbage: false, pace }) }
    }

    /// From `now` on sends so many times as many pictures, by time stamps that go as before.
    pub(super) fn flood(&self, times: u32, now: Duration) {
        let mut state = self.lock();
        state.pace = state.pace.flooded(times, now);
    }

    pub(super) fn set_stalled(&self, stalled: bool) {
        self.lock().stalled = stalled;
    }

    pub(super) fn set_garbage(&self, garbage: bool) {
        self.lock().garbage = garbage;
    }

    pub(super) fn set_footage(&self, footage: Arc<Footage>) {
        self.lock().footage = footage;
    }

    pub(super) fn footage(&self) -> Arc<Footage> {
        Arc::clone(&self.lock().footage)
    }

    /// From now on feeds this pipeline.
    pub(super) fn attach(&self, source: gst_app::AppSrc) {
        self.lock().source = Some(source);
    }

    /// Ends the stream as a camera does that is switched off properly.
    pub(super) fn end(&self) {
        if let Some(source) = self.lock().source.take() {
            // A pipeline that is gone has ended already.
            let _ = source.end_of_stream();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays until told to stop. All mounts that share `clock` and phase show the same moment of
    /// footage of the same length.
    pub(super) fn run(&self, clock: &SystemClock, shutdown: &Shutdown) {
        let mut playing: Option<Playing> = None;
        let mut random = fastrand::Rng::with_seed(1);
        loop {
            let wait = {
                let mut state = self.lock();
                let now = state.pace.played(clock.monotonic());
                let fits = playing.as_ref().is_some_and(|playing| playing.fits(&state));
                if !fits {
                    playing = Playing::start(&state, now, playing.take());
                }
                match &mut playing {
                    None => IDLE,
                    Some(playing) => {
                        if !playing.play(now, &state, &mut random) {
                            state.source = None;
                        }
                        (playing.next_due().saturating_sub(now) / state.pace.times.max(1)).min(IDLE)
                    }
                }
            };
            if shutdown.wait(wait) {
                return;
            }
        }
    }
}

/// How far the footage is at a time of the clock.
#[derive(Debug, Clone, Copy)]
struct Pace {
    times: u32,
    /// Time stamps follow what is played, else the clock.
    stamps_run: bool,
    /// By the clock, when this pace began, and how far the footage and the stamps were then.
    since: Duration,
    from: Duration,
    stamp_from: Duration,
}

impl Pace {
    fn played(&self, now: Duration) -> Duration {
        self.from + now.saturating_sub(self.since) * self.times
    }

    fn flooded(&self, times: u32, now: Duration) -> Self {
        let from = self.played(now);
        Self { times, stamps_run: false, since: now, from, stamp_from: self.stamp(from) }
    }

    /// The time to be stamped on what is `played`.
    fn stamp(&self, played: Duration) -> Duration {
        let passed = played.saturating_sub(self.from);
        self.stamp_from + if self.stamps_run { passed } else { passed / self.times.max(1) }
    }
}

/// One footage going into one pipeline.
struct Playing {
    footage: Arc<Footage>,
    source: gst_app::AppSrc,
    /// Counted over all rounds.
    next: u64,
    /// The stamp at which the pipeline's times are zero.
    zero: Duration,
    /// Nothing before it can be decoded by whoever has just come.
    wait_for_key: bool,
}

impl Playing {
    fn start(state: &State, now: Duration, before: Option<Self>) -> Option<Self> {
        let source = state.source.clone()?;
        let footage = Arc::clone(&state.footage);
        source.set_caps(Some(&footage.caps));
        let zero = before.filter(|before| before.source == source);
        let zero = zero.map_or_else(|| state.pace.stamp(now), |before| before.zero);
        let next = unit_after(&footage, now);
        Some(Self { footage, source, next, zero, wait_for_key: true })
    }

    fn fits(&self, state: &State) -> bool {
        state.source.as_ref() == Some(&self.source) && Arc::ptr_eq(&state.footage, &self.footage)
    }

    /// When the next unit is sent.
    fn next_due(&self) -> Duration {
        let (round, index) = self.place();
        self.footage.duration * round + self.footage.units[index].dts
    }

    /// Round and unit in it.
    fn place(&self) -> (u32, usize) {
        let count = self.footage.units.len() as u64;
        let round = u32::try_from(self.next / count).unwrap_or(u32::MAX);
        (round, usize::try_from(self.next % count).unwrap_or(0))
    }

    /// Sends what is due; false when the pipeline is gone.
    fn play(&mut self, now: Duration, state: &State, random: &mut fastrand::Rng) -> bool {
        while self.next_due() <= now {
            let (round, index) = self.place();
            self.next += 1;
            let start = self.footage.duration * round;
            let stamp = |played| state.pace.stamp(played).saturating_sub(self.zero);
            let (mut buffer, key) = self.footage.stamped(index, start, stamp);
            if state.stalled || (self.wait_for_key && !key) {
                self.wait_for_key = true;
                continue;
            }
            self.wait_for_key = false;
            if state.garbage {
                buffer = spoiled(&buffer, random);
            }
            if self.source.push_buffer(buffer).is_err() {
                return false;
            }
        }
        true
    }
}

/// The first unit that is due at or after `now`.
fn unit_after(footage: &Footage, now: Duration) -> u64 {
    let rounds = now.as_nanos() / footage.duration.as_nanos().max(1);
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
    let within = now.saturating_sub(footage.duration * rounds);
    let index = footage.units.partition_point(|unit| unit.dts < within);
    u64::from(rounds) * footage.units.len() as u64 + index as u64
}

/// The same NAL units as far as their heads go, and noise instead of what they held.
fn spoiled(buffer: &gst::Buffer, random: &mut fastrand::Rng) -> gst::Buffer {
    let mut bytes = buffer.map_readable().map(|map| map.as_slice().to_vec()).unwrap_or_default();
    spoil(&mut bytes, random);
    let mut spoiled = gst::Buffer::from_mut_slice(bytes);
    {
        let spoiled = spoiled.make_mut();
        spoiled.set_pts(buffer.pts());
        spoiled.set_dts(buffer.dts());
        spoiled.set_duration(buffer.duration());
        spoiled.set_flags(buffer.flags());
    }
    spoiled
}

fn spoil(bytes: &mut [u8], random: &mut fastrand::Rng) {
    let starts: Vec<usize> = bytes.windows(3).enumerate().filter(|(_, w)| *w == [0, 0, 1]).map(|(i, _)| i).collect();
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(bytes.len());
        let payload = (start + 3 + NAL_HEAD_BYTES).min(end);
        for byte in &mut bytes[payload..end] {
            // Never zero: no new start code may arise.
            *byte = random.u8(1..);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_sends_more_by_the_same_clock() {
        let seconds = Duration::from_secs;
        let mut feed = Pace { times: 1, stamps_run: true, since: seconds(0), from: seconds(7), stamp_from: seconds(7) };
        assert_eq!((feed.played(seconds(10)), feed.stamp(seconds(17))), (seconds(17), seconds(17)));
        feed = feed.flooded(20, seconds(10));
        assert_eq!((feed.played(seconds(13)), feed.stamp(seconds(77))), (seconds(77), seconds(20)));
        feed = feed.flooded(1, seconds(13));
        assert_eq!((feed.played(seconds(14)), feed.stamp(seconds(78))), (seconds(78), seconds(21)));
    }

    #[test]
    fn garbage_keeps_the_heads_of_its_units() {
        let mut bytes = vec![0, 0, 0, 1, 0x67, 0x64, 5, 5, 5, 0, 0, 1, 0x65, 0x88, 9, 9, 9, 9];
        let before = bytes.clone();
        spoil(&mut bytes, &mut fastrand::Rng::with_seed(1));
        assert_eq!(bytes[..6], before[..6]);
        assert_eq!(bytes[9..14], before[9..14]);
        assert_ne!(bytes[6..9], before[6..9]);
        assert_ne!(bytes[14..], before[14..]);
    }
}
