//! The recorder's end in a camera's thread: a plain call per access unit that never waits for the disk.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError};

use super::deletion::{Deleted, DeletionError, DeletionOrder};
use super::mux::{Cut, Muxer};
use crate::base::SharedClock;
use crate::intake::AccessUnit;

/// Of all cameras together, on their way to the disk: 12 cameras of 4 Mbit/s for 10 s.
const MAX_QUEUED_BYTES: usize = 64 << 20;
/// A longer leap in a stream's own time is a break, not a slow camera.
const MAX_LEAP: Duration = Duration::from_secs(10);
/// B frames go back by a few pictures; further back, the stream has begun anew.
const MAX_STEP_BACK: Duration = Duration::from_secs(1);

/// What goes to the recorder's thread.
pub(super) enum Message {
    Cut(Box<Delivered>),
    /// Somebody deletes recordings, and waits for the answer.
    Delete(Box<DeletionOrder>, Sender<Result<Deleted, DeletionError>>),
    /// This camera's run is over: its segment is complete.
    End(Arc<Counters>),
    Stop,
}

pub(super) struct Delivered {
    pub(super) camera: Arc<Counters>,
    /// Cuts of one run belong to one timeline and one format.
    pub(super) run: u64,
    /// Counts up within a run; a hole means that cuts were dropped.
    pub(super) number: u64,
    pub(super) cut: Cut,
    /// When it was sent, by the monotonic clock.
    pub(super) sent_at: Duration,
}

/// A camera's name and what was lost of it, shared by its thread, its muxer and the recorder.
pub(super) struct Counters {
    pub(super) camera: String,
    dropped: AtomicU64,
}

impl Counters {
    pub(super) fn drop_units(&self, units: usize) {
        self.dropped.fetch_add(units as u64, Ordering::Relaxed);
    }
}

/// The way to the recorder's thread: bounded in messages and in bytes.
#[derive(Clone)]
pub(super) struct Outbox {
    pub(super) sender: Sender<Message>,
    pub(super) queued_bytes: Arc<AtomicUsize>,
    /// There is no room for more.
    pub(super) key_frames_only: Arc<AtomicBool>,
    /// Pictures of all cameras for which there was no place here.
    pub(super) lost: Arc<AtomicU64>,
    pub(super) clock: SharedClock,
}

impl Outbox {
    /// Whether it went out.
    fn send(&self, delivered: Delivered) -> bool {
        let bytes = delivered.cut.bytes.len();
        if self.queued_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= MAX_QUEUED_BYTES
            && self.sender.try_send(Message::Cut(Box::new(delivered))).is_ok()
        {
            return true;
        }
        self.received(bytes);
        false
    }

    pub(super) fn received(&self, bytes: usize) {
        self.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Records one camera. Cheap to share; dropping the last one ends the camera's segment.
pub struct CameraRecorder {
    pub(super) feed: Arc<Feed>,
}

impl CameraRecorder {
    /// Hands over the next access unit of the main stream; returns at once. Recording starts with
    /// a key frame. A new format, or a leap in the stream's time, starts a new segment. While the quota is full of what may
    /// not go, only key frames are recorded.
    pub fn push(&self, unit: &AccessUnit) {
        self.feed.push(unit);
    }

    /// The stream was lost: what came so far is flushed and its segment completed. The next unit
    /// begins a new one.
    pub fn gap(&self) {
        self.feed.end();
    }

    /// Access units that did not reach the disk, because the disk or the muxer could not take them.
    pub fn dropped(&self) -> u64 {
        self.feed.counters.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for CameraRecorder {
    fn drop(&mut self) {
        self.gap();
    }
}

/// A camera's muxer, reached from its thread and, when all is stopped, from the recorder's owner.
pub(super) struct Feed {
    counters: Arc<Counters>,
    outbox: Outbox,
    state: Mutex<FeedState>,
}

#[derive(Default)]
struct FeedState {
    muxer: Option<Muxer>,
    last_pts: Duration,
    runs: u64,
    /// The run is of key frames alone.
    key_frames_only: bool,
    /// So that a stream that no muxer takes does not fill the log.
    failing: bool,
}

impl Feed {
    /// `first_run` sets the runs of a camera apart whose recorder was made anew.
    pub(super) fn new(camera: &str, outbox: Outbox, first_run: u64) -> Self {
        let counters = Arc::new(Counters { camera: camera.to_owned(), dropped: AtomicU64::new(0) });
        let state = FeedState { runs: first_run, ..FeedState::default() };
        Self { counters, outbox, state: Mutex::new(state) }
    }

    fn push(&self, unit: &AccessUnit) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let continues = state.muxer.as_ref().is_some_and(|muxer| muxer.takes(unit))
            && unit.pts + MAX_STEP_BACK >= state.last_pts
            && unit.pts <= state.last_pts + MAX_LEAP;
        // A run has one pace: it ends where it becomes another.
        let key_frames_only =
            if unit.key { self.outbox.key_frames_only.load(Ordering::Relaxed) } else { state.key_frames_only };
        if state.muxer.is_some() && (!continues || key_frames_only != state.key_frames_only) {
            self.end_run(&mut state);
        }
        if state.muxer.is_none() {
            if !unit.key {
                return;
            }
            state.last_pts = unit.pts;
            state.runs += 1;
            state.key_frames_only = key_frames_only;
            match Muxer::start(unit, self.delivery(state.runs)) {
                Ok(muxer) => state.muxer = Some(muxer),
                Err(error) => {
                    self.counters.drop_units(1);
                    self.fail(&mut state, &error);
                    return;
                }
            }
        }
        state.last_pts = state.last_pts.max(unit.pts);
        if state.key_frames_only && !unit.key {
            return;
        }
        if let Some(Err(error)) = state.muxer.as_mut().map(|muxer| muxer.push(unit)) {
            self.counters.drop_units(1);
            self.fail(&mut state, &error);
            self.end_run(&mut state);
        }
    }

    fn fail(&self, state: &mut FeedState, error: &super::mux::MuxError) {
        if !std::mem::replace(&mut state.failing, true) {
            tracing::warn!(camera = %self.counters.camera, %error, "not recorded; tried again with the next key frame");
        }
    }

    /// Runs on the muxer's thread.
    fn delivery(&self, run: u64) -> impl FnMut(Cut) + Send + 'static {
        let (camera, outbox) = (Arc::clone(&self.counters), self.outbox.clone());
        let (mut number, mut lost) = (0, false);
        move |cut| {
            number += 1;
            // After a loss nothing can be decoded until the next key frame.
            lost &= !cut.fragment.key();
            let units = cut.fragment.samples.len();
            let delivered =
                Delivered { camera: Arc::clone(&camera), run, number, cut, sent_at: outbox.clock.monotonic() };
            if lost || !outbox.send(delivered) {
                lost = true;
                camera.drop_units(units);
                outbox.lost.fetch_add(units as u64, Ordering::Relaxed);
            }
        }
    }

    /// Flushes the muxer and ends the segment.
    pub(super) fn end(&self) {
        self.end_run(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn end_run(&self, state: &mut FeedState) {
        let Some(muxer) = state.muxer.take() else { return };
        match muxer.finish() {
            Ok(()) => state.failing = false,
            Err(error) => self.fail(state, &error),
        }
        // If there is no room for this message the segment is completed by what follows it.
        if let Err(TrySendError::Disconnected(_)) =
            self.outbox.sender.try_send(Message::End(Arc::clone(&self.counters)))
        {
            tracing::debug!(camera = %self.counters.camera, "the recorder has stopped");
        }
    }
}
