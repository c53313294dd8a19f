//! From GStreamer's samples to access units, and into the queue.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::Sender;
use gstreamer as gst;
use jiff::Timestamp;

use super::{AccessUnit, Codec, Counts, Item, Lost, LostReason, Tap};
use crate::base::SharedClock;

/// A gap where a picture has no time and no duration of its own.
const FRAME_GUESS: gst::ClockTime = gst::ClockTime::from_mseconds(40);

/// So many changes of a stream's parameter sets within this stretch of it mean that it is rubbish.
const CHANGES_LIMIT: usize = 3;
const CHANGES_WINDOW: Duration = Duration::from_secs(15);

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

    /// As [`Packer::pack`], for what a pipeline yields.
    pub(super) fn pack_sample(&mut self, sample: &gst::Sample) -> Option<AccessUnit> {
        self.pack(sample.buffer_owned()?, &sample.caps_owned()?)
    }

    /// `None` for what cannot be decoded or is not a picture at all.
    pub(super) fn pack(&mut self, mut buffer: gst::Buffer, caps: &gst::Caps) -> Option<AccessUnit> {
        let codec = codec_of(caps)?;
        let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        if buffer.size() == 0 || !has_picture(caps) || (self.first_pts.is_none() && !key) {
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
        Some(AccessUnit { buffer, caps: caps.clone(), codec, key, pts, at })
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
    tap: Option<Tap>,
}

struct State {
    /// Gone once the stream is lost.
    sender: Option<Sender<Item>>,
    packer: Packer,
    changes: Changes,
    skipping: bool,
}

impl Outlet {
    /// `sender` must have room for one item more than may wait: the last one, which must not be lost.
    pub(super) fn new(sender: Sender<Item>, packer: Packer, counts: Arc<Counts>, tap: Option<Tap>) -> Self {
        let state = State { sender: Some(sender), packer, changes: Changes::default(), skipping: false };
        Self { state: Mutex::new(state), counts, tap }
    }

    /// As [`Outlet::deliver`], for what a pipeline yields.
    pub(super) fn deliver_sample(&self, sample: &gst::Sample) -> Result<gst::FlowSuccess, gst::FlowError> {
        match (sample.buffer_owned(), sample.caps_owned()) {
            (Some(buffer), Some(caps)) => self.deliver(buffer, &caps),
            _ => Ok(gst::FlowSuccess::Ok),
        }
    }

    /// # Errors
    /// When nobody takes any more: the stream is lost, or was closed.
    pub(super) fn deliver(&self, buffer: gst::Buffer, caps: &gst::Caps) -> Result<gst::FlowSuccess, gst::FlowError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(unit) = state.packer.pack(buffer, caps) else { return Ok(gst::FlowSuccess::Ok) };
        if state.changes.too_many(&unit)
            && let Some(sender) = state.sender.take()
        {
            let text = format!("{CHANGES_LIMIT} other parameter sets within {CHANGES_WINDOW:?}");
            // Room is kept for it.
            let _ = sender.try_send(Err(Lost::new(LostReason::Broken, text)));
        }
        let Some(sender) = &state.sender else { return Err(gst::FlowError::Eos) };
        let limit = sender.capacity().unwrap_or(usize::MAX) - 1;
        let skip = sender.len() >= limit || (state.skipping && !unit.key);
        if skip {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        } else if sender.try_send(Ok(unit.clone())).is_err() {
            return Err(gst::FlowError::Eos);
        }
        state.skipping = skip;
        if let Some(Tap(hear)) = &self.tap {
            hear(&unit);
        }
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

/// A camera may change its resolution; one whose parameter sets change all the time sends rubbish,
/// of which the parser and all after it are best rid by a new connection.
#[derive(Default)]
struct Changes {
    caps: Option<gst::Caps>,
    /// Stream times of the last ones, oldest first.
    at: VecDeque<Duration>,
}

impl Changes {
    fn too_many(&mut self, unit: &AccessUnit) -> bool {
        if self.caps.as_ref() == Some(&unit.caps) {
            return false;
        }
        let before = self.caps.replace(unit.caps.clone());
        let Some(before) = before.filter(|before| codec_data(before) != codec_data(&unit.caps)) else { return false };
        tracing::debug!(?before, after = ?unit.caps, "the stream's parameters change");
        self.at.push_back(unit.pts);
        self.at.retain(|&at| unit.pts.saturating_sub(at) < CHANGES_WINDOW);
        self.at.len() >= CHANGES_LIMIT
    }
}

fn codec_data(caps: &gst::CapsRef) -> Option<Vec<u8>> {
    let buffer = caps.structure(0)?.get::<gst::Buffer>("codec_data").ok()?;
    let bytes = buffer.map_readable().ok()?;
    Some(bytes.as_slice().to_vec())
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(codec_data: u8, width: i32, pts_s: u64) -> AccessUnit {
        let caps = gst::Caps::builder("video/x-h264")
            .field("width", width)
            .field("codec_data", gst::Buffer::from_slice([codec_data]))
            .build();
        let pts = Duration::from_secs(pts_s);
        AccessUnit { buffer: gst::Buffer::new(), caps, codec: Codec::H264, key: true, pts, at: Timestamp::UNIX_EPOCH }
    }

    #[track_caller]
    fn check(units: &[AccessUnit], expected: &[bool]) {
        let mut changes = Changes::default();
        let seen: Vec<bool> = units.iter().map(|unit| changes.too_many(unit)).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_tap_hears_of_what_the_queue_has_no_room_for_until_the_end() {
        gst::init().expect("GStreamer");
        let (sender, receiver) = crossbeam_channel::bounded(2 + 1);
        let (counts, heard) = (Arc::new(Counts::default()), Arc::new(AtomicU64::new(0)));
        let hear = Arc::clone(&heard);
        let tap = Tap::new(move |_| count(&hear));
        let packer = Packer::new(Stamp::From(Timestamp::UNIX_EPOCH));
        let outlet = Outlet::new(sender, packer, Arc::clone(&counts), Some(tap));
        let caps = gst::Caps::builder("video/x-h264").field("width", 64).field("height", 64).build();
        let sample = gst::Sample::builder().buffer(&gst::Buffer::from_slice([1])).caps(&caps).build();
        for _ in 0..5 {
            outlet.deliver_sample(&sample).expect("taken");
        }
        let seen = || (heard.load(Ordering::Relaxed), receiver.len(), counts.dropped.load(Ordering::Relaxed));
        assert_eq!(seen(), (5, 2, 3));
        outlet.end(Lost::new(LostReason::Ended, "the end"));
        assert_eq!(outlet.deliver_sample(&sample), Err(gst::FlowError::Eos));
        assert_eq!(seen(), (5, 3, 3));
    }

    #[test]
    fn a_new_resolution_is_not_rubbish_and_many_are() {
        gst::init().expect("GStreamer");
        check(&[unit(1, 640, 0), unit(1, 640, 1), unit(2, 320, 2), unit(2, 320, 3)], &[false; 4]);
        check(&[unit(1, 640, 0), unit(2, 640, 2), unit(3, 640, 4), unit(4, 640, 6)], &[false, false, false, true]);
        check(&[unit(1, 640, 0), unit(2, 640, 20), unit(3, 640, 40), unit(4, 640, 60)], &[false; 4]);
        // Only what the decoder is set up by counts.
        check(&[unit(1, 1, 0), unit(1, 2, 1), unit(1, 3, 2), unit(1, 4, 3)], &[false; 4]);
    }
}
