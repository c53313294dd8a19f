//! From GStreamer's samples to access units, and into the queue.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::Sender;
use gstreamer as gst;
use jiff::Timestamp;

use super::{AccessUnit, Codec, Counts, Item, Lost};
use crate::base::SharedClock;

/// A gap where a picture has no time and no duration of its own.
const FRAME_GUESS: gst::ClockTime = gst::ClockTime::from_mseconds(40);

/// Where an access unit's time of day comes from.
pub(super) enum Stamp {
    Now(SharedClock),
    From(Timestamp),
}

/// Turns samples into access units: from the first key frame on, with times that start at zero.
pub(super) struct Packer {
    stamp: Stamp,
    first_pts: Option<gst::ClockTime>,
    next_pts: gst::ClockTime,
}

impl Packer {
    pub(super) fn new(stamp: Stamp) -> Self {
        Self { stamp, first_pts: None, next_pts: gst::ClockTime::ZERO }
    }

    /// Where the last picture ends, counted from the first; `None` before there is one.
    pub(super) fn end(&self) -> Option<gst::ClockTime> {
        Some(self.next_pts.saturating_sub(self.first_pts?))
    }

    /// `None` for what cannot be decoded or is not a picture at all.
    pub(super) fn pack(&mut self, sample: &gst::Sample) -> Option<AccessUnit> {
        let mut buffer = sample.buffer_owned()?;
        let caps = sample.caps_owned()?;
        let codec = codec_of(&caps)?;
        let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        if buffer.size() == 0 || !has_picture(&caps) || (self.first_pts.is_none() && !key) {
            return None;
        }
        let raw_pts = buffer.pts().or(buffer.dts()).unwrap_or(self.next_pts);
        let first_pts = *self.first_pts.get_or_insert(raw_pts);
        // Shown before the first key frame, so it refers to pictures before that one.
        let pts = raw_pts.checked_sub(first_pts)?;
        let dts = buffer.dts().and_then(|dts| dts.checked_sub(first_pts));
        self.next_pts = raw_pts + buffer.duration().unwrap_or(FRAME_GUESS);
        {
            let buffer = buffer.make_mut();
            buffer.set_pts(pts);
            buffer.set_dts(dts);
        }
        let pts = Duration::from(pts);
        let at = match &self.stamp {
            Stamp::Now(clock) => clock.now(),
            Stamp::From(start) => start.saturating_add(pts).unwrap_or(Timestamp::MAX),
        };
        Some(AccessUnit { buffer, caps, codec, key, pts, at })
    }
}

fn codec_of(caps: &gst::CapsRef) -> Option<Codec> {
    match caps.structure(0)?.name().as_str() {
        "video/x-h264" => Some(Codec::H264),
        "video/x-h265" => Some(Codec::H265),
        _ => None,
    }
}

/// Whether the stream says how large its pictures are, and that is not nothing.
fn has_picture(caps: &gst::CapsRef) -> bool {
    let side = |name| caps.structure(0).and_then(|s| s.get::<i32>(name).ok()).unwrap_or(0);
    side("width") > 0 && side("height") > 0
}

/// The sending end of a camera's queue: never waits, and after a loss goes on at a key frame only.
pub(super) struct Outlet {
    state: Mutex<State>,
    counts: Arc<Counts>,
}

struct State {
    /// Gone once the stream is lost.
    sender: Option<Sender<Item>>,
    packer: Packer,
    skipping: bool,
}

impl Outlet {
    /// `sender` must have room for one item more than may wait: the last one, which must not be lost.
    pub(super) fn new(sender: Sender<Item>, packer: Packer, counts: Arc<Counts>) -> Self {
        Self { state: Mutex::new(State { sender: Some(sender), packer, skipping: false }), counts }
    }

    pub(super) fn deliver(&self, sample: &gst::Sample) -> Result<gst::FlowSuccess, gst::FlowError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(unit) = state.packer.pack(sample) else { return Ok(gst::FlowSuccess::Ok) };
        let Some(sender) = &state.sender else { return Err(gst::FlowError::Eos) };
        let limit = sender.capacity().unwrap_or(usize::MAX) - 1;
        let skip = sender.len() >= limit || (state.skipping && !unit.key);
        if skip {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        } else if sender.try_send(Ok(unit)).is_err() {
            return Err(gst::FlowError::Eos);
        }
        state.skipping = skip;
        Ok(gst::FlowSuccess::Ok)
    }

    /// Sends the last item; only the first call does.
    pub(super) fn end(&self, lost: Lost) {
        let sender = self.state.lock().unwrap_or_else(PoisonError::into_inner).sender.take();
        if let Some(sender) = sender {
            // Room is kept for it; a receiver that is gone does not want it.
            let _ = sender.try_send(Err(lost));
        }
    }
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
