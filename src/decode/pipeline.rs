//! The only decoding pipeline. It runs on the caller's thread: an access unit is pushed in by a
//! plain call, and the frames that come of it are there when the call returns.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_video as gst_video;
use jiff::Timestamp;

use super::frame::check_size;
use super::{DecodeError, Frame, Masks};
use crate::intake::AccessUnit;

pub(super) struct Pipeline {
    bin: gst::Bin,
    input: gst::Pad,
    /// Linked to, which does not keep it.
    _frames: gst::Pad,
    bus: gst::Bus,
    output: Arc<Mutex<Output>>,
    /// Times of the units that are inside, to find a frame's wall time by its PTS.
    times: VecDeque<(Duration, Timestamp)>,
    caps: gst::Caps,
    masks: Masks,
}

#[derive(Default)]
struct Output {
    info: Option<gst_video::VideoInfo>,
    buffers: VecDeque<gst::Buffer>,
}

/// No decoder holds back more pictures than this (H.264 and H.265 allow 16).
const MAX_INSIDE: usize = 64;

impl Pipeline {
    /// What `launch` describes, for streams of these caps. Every picture leaves it with the camera's privacy masks painted
    /// over: nothing else in this program gets at what lies under them.
    ///
    /// # Errors
    /// When an element is missing or does not start, or pictures of this size are none that a camera sends.
    pub(super) fn new(launch: &str, caps: &gst::Caps, masks: &Masks) -> Result<Self, DecodeError> {
        if let Some((width, height)) = size(caps) {
            check_size(width, height)?;
        }
        let build = |error: &dyn std::fmt::Display| DecodeError::Build(error.to_string());
        gst::init().map_err(|e| build(&e))?;
        #[expect(clippy::disallowed_methods, reason = "a description from pipelines/")]
        let bin = gst::parse::bin_from_description(launch.trim(), true).map_err(|e| build(&e))?;
        let bus = gst::Bus::new();
        // Nobody reads the rest, which would only gather.
        bus.set_sync_handler(|_, message| match message.type_() {
            gst::MessageType::Error => gst::BusSyncReply::Pass,
            _ => gst::BusSyncReply::Drop,
        });
        bin.set_bus(Some(&bus));

        let output = Arc::new(Mutex::new(Output::default()));
        let input = units_pad();
        let frames = frames_pad(&output);
        let (sink, src) = bin
            .static_pad("sink")
            .zip(bin.static_pad("src"))
            .ok_or_else(|| build(&"its launch line has no open ends"))?;
        input.link(&sink).map_err(|e| build(&e))?;
        src.link(&frames).map_err(|e| build(&e))?;
        frames.set_active(true).map_err(|e| build(&e))?;
        input.set_active(true).map_err(|e| build(&e))?;
        bin.set_state(gst::State::Playing).map_err(|e| build(&e))?;

        let (caps, masks) = (caps.clone(), masks.clone());
        let pipeline = Self { bin, input, _frames: frames, bus, output, times: VecDeque::new(), caps, masks };
        pipeline.begin();
        Ok(pipeline)
    }

    pub(super) fn caps(&self) -> &gst::Caps {
        &self.caps
    }

    /// What its pictures are like, once there was one.
    pub(super) fn picture_info(&self) -> Option<gst_video::VideoInfo> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).info.clone()
    }

    /// Decodes one access unit; the first must be a key frame. Returns the frames that came out,
    /// in display order: often one, none while the stream reorders, now and then more.
    ///
    /// # Errors
    /// When the decoder gives up on the stream. It is of no use afterwards: build it anew and go
    /// on with the next key frame.
    pub(super) fn push(&mut self, unit: &AccessUnit) -> Result<Vec<Frame>, DecodeError> {
        let mut buffer = unit.buffer.copy();
        {
            let buffer = buffer.make_mut();
            buffer.set_pts(gst::ClockTime::try_from(unit.pts).ok());
            buffer.set_dts(gst::ClockTime::NONE);
        }
        self.times.push_back((unit.pts, unit.at));
        if self.times.len() > MAX_INSIDE {
            self.times.pop_front();
        }
        let pushed = self.input.push(buffer);
        let frames = self.take_frames()?;
        match pushed {
            Ok(_) => Ok(frames),
            Err(flow) => Err(self.complaint(&format!("{flow:?}"))),
        }
    }

    /// Gets out what the decoder holds back; afterwards it wants a key frame.
    ///
    /// # Errors
    /// As [`Pipeline::push`].
    pub(super) fn drain(&mut self) -> Result<Vec<Frame>, DecodeError> {
        self.input.push_event(gst::event::Eos::new());
        let frames = self.take_frames();
        self.reset();
        frames
    }

    /// Forgets what it holds back; afterwards it wants a key frame.
    pub(super) fn reset(&mut self) {
        self.input.push_event(gst::event::FlushStart::new());
        self.input.push_event(gst::event::FlushStop::new(true));
        self.begin();
        self.times.clear();
        self.output.lock().unwrap_or_else(PoisonError::into_inner).buffers.clear();
    }

    fn begin(&self) {
        self.input.push_event(gst::event::StreamStart::new("camera"));
        self.input.push_event(gst::event::Caps::new(&self.caps));
        self.input.push_event(gst::event::Segment::new(&gst::FormattedSegment::<gst::ClockTime>::new()));
    }

    fn take_frames(&mut self) -> Result<Vec<Frame>, DecodeError> {
        let (info, buffers) = {
            let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
            (output.info.clone(), std::mem::take(&mut output.buffers))
        };
        let Some(info) = info else {
            return Ok(Vec::new());
        };
        let mut frames = Vec::with_capacity(buffers.len());
        for buffer in buffers {
            // A picture with holes is neither shown nor analysed: its smears look like motion.
            if buffer.flags().contains(gst::BufferFlags::CORRUPTED) {
                continue;
            }
            let pts = buffer.pts().map_or(Duration::ZERO, Duration::from);
            let at = self.wall_time(pts);
            let frame = gst_video::VideoFrame::from_buffer_readable(buffer, &info)
                .map_err(|_| DecodeError::Stream("a decoded picture cannot be read".to_owned()))?;
            frames.push(self.masks.paint(Frame::from_decoded(frame, pts, at)?));
        }
        Ok(frames)
    }

    fn wall_time(&mut self, pts: Duration) -> Timestamp {
        let nearest = self.times.iter().min_by_key(|(time, _)| time.abs_diff(pts));
        nearest.map_or(Timestamp::UNIX_EPOCH, |&(_, at)| at)
    }

    fn complaint(&self, flow: &str) -> DecodeError {
        let mut words = flow.to_owned();
        while let Some(message) = self.bus.pop_filtered(&[gst::MessageType::Error]) {
            if let gst::MessageView::Error(error) = message.view() {
                words = error.error().to_string();
            }
        }
        DecodeError::Stream(words)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Err(error) = self.bin.set_state(gst::State::Null) {
            tracing::warn!(%error, "a decoder did not stop");
        }
        // A message holds the bin, which holds its bus, which holds the message: they would keep each other for ever.
        self.bus.set_flushing(true);
        self.bin.set_bus(None::<&gst::Bus>);
    }
}

/// What the stream says of its pictures before any is decoded.
pub(super) fn size(caps: &gst::Caps) -> Option<(u32, u32)> {
    let caps = caps.structure(0)?;
    let side = |name| caps.get::<i32>(name).ok().and_then(|side| u32::try_from(side).ok());
    side("width").zip(side("height"))
}

/// Says that its stream is live: a decoder that cares for that gives each picture out as soon as the order allows.
fn units_pad() -> gst::Pad {
    gst::Pad::builder(gst::PadDirection::Src)
        .name("access-units")
        .query_function(|pad, parent, query| match query.view_mut() {
            gst::QueryViewMut::Latency(latency) => {
                latency.set(true, gst::ClockTime::ZERO, gst::ClockTime::NONE);
                true
            }
            _ => gst::Pad::query_default(pad, parent, query),
        })
        .build()
}

fn frames_pad(output: &Arc<Mutex<Output>>) -> gst::Pad {
    let buffers = Arc::clone(output);
    let infos = Arc::clone(output);
    gst::Pad::builder(gst::PadDirection::Sink)
        .name("frames")
        .chain_function(move |_, _, buffer| {
            buffers.lock().unwrap_or_else(PoisonError::into_inner).buffers.push_back(buffer);
            Ok(gst::FlowSuccess::Ok)
        })
        .event_function(move |pad, parent, event| {
            if let gst::EventView::Caps(caps) = event.view() {
                let info = gst_video::VideoInfo::from_caps(caps.caps()).ok();
                infos.lock().unwrap_or_else(PoisonError::into_inner).info = info;
            }
            gst::Pad::event_default(pad, parent, event)
        })
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAUNCH: &str = include_str!("../../pipelines/decode-h264.launch");

    fn of(width: i32, height: i32) -> Result<Pipeline, DecodeError> {
        gst::init().expect("GStreamer");
        let caps = gst::Caps::builder("video/x-h264").field("width", width).field("height", height).build();
        Pipeline::new(LAUNCH, &caps, &Masks::none())
    }

    #[test]
    fn nothing_of_one_is_left_once_it_is_dropped() {
        let pipeline = of(640, 360).expect("a pipeline");
        let (bin, bus) = (pipeline.bin.downgrade(), pipeline.bus.downgrade());
        drop(pipeline);
        assert!(bin.upgrade().is_none() && bus.upgrade().is_none());
    }

    #[test]
    fn a_picture_that_would_exhaust_memory_is_refused_before_it_is_decoded() {
        let of = |width, height| of(width, height).map(drop).map_err(|error| error.to_string());
        assert_eq!(of(7680, 4320), Ok(()));
        assert_eq!(of(16_384, 16_384), Err("a picture of 16384x16384 cannot be used".to_owned()));
        assert!(of(0, 360).is_err());
    }
}
