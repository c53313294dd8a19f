//! Encoded access units in, an init section and fragments of about a second out: one GStreamer
//! pipeline for each unbroken run of one format. Nothing is decoded or re-encoded.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;
use jiff::{SignedDuration, Timestamp};

use super::boxes::{BoxError, Fragment, Track, parse_init, parse_moof};
use super::pipeline::{PipelineError, check, launch, named, wait_for_end};
use crate::intake::{AccessUnit, Codec};

const H264: &str = include_str!("../../pipelines/record-h264.launch");
const H265: &str = include_str!("../../pipelines/record-h265.launch");

/// More than a muxer ever holds of a sane stream (it needs about a second); then it hangs.
const MAX_WAITING_BYTES: u64 = 32 << 20;
/// To flush takes milliseconds; a pipeline that does not answer is given up.
const FLUSH_PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(2);

#[derive(Debug, thiserror::Error)]
pub(super) enum MuxError {
    #[error("the muxer fails: {0}")]
    Pipeline(#[from] PipelineError),
    #[error("the muxer does not keep up")]
    Overrun,
    #[error("what the muxer wrote cannot be read: {0}")]
    Output(#[from] BoxError),
}

/// Between a second and a GOP of video, ready to be written.
pub(super) struct Cut {
    pub(super) init: Arc<[u8]>,
    pub(super) track: Arc<Track>,
    /// `moof` and `mdat`, whole.
    pub(super) bytes: Vec<u8>,
    pub(super) fragment: Fragment,
    /// Wall time of `fragment.start`.
    pub(super) at: Timestamp,
}

pub(super) struct Muxer {
    pipeline: gst::Pipeline,
    source: gst_app::AppSrc,
    caps: gst::Caps,
    times: Arc<Mutex<WallTimes>>,
    failure: Arc<Mutex<Option<MuxError>>>,
    pace: Pace,
}

impl Muxer {
    /// Starts a pipeline for streams like this unit's. `deliver` is called on the pipeline's
    /// thread and must not wait.
    pub(super) fn start(unit: &AccessUnit, mut deliver: impl FnMut(Cut) + Send + 'static) -> Result<Self, MuxError> {
        register_plugin()?;
        let description = match unit.codec {
            Codec::H264 => H264,
            Codec::H265 => H265,
        };
        let pipeline = launch(description)?;
        let source: gst_app::AppSrc = named(&pipeline, "source")?;
        let sink: gst_app::AppSink = named(&pipeline, "sink")?;
        let times = Arc::new(Mutex::new(WallTimes::default()));
        let failure = Arc::new(Mutex::new(None));
        let mut reader = Reader { init: None, times: Arc::clone(&times) };
        let failed = Arc::clone(&failure);
        sink.set_callbacks(
            gst_app::AppSinkCallbacks::builder()
                .new_sample(move |sink| {
                    let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
                    match reader.read(&sample) {
                        Ok(cut) => cut.into_iter().for_each(&mut deliver),
                        Err(error) => {
                            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                            return Err(gst::FlowError::Error);
                        }
                    }
                    Ok(gst::FlowSuccess::Ok)
                })
                .build(),
        );
        source.set_caps(Some(&unit.caps));
        let (caps, pace) = (unit.caps.clone(), Pace::default());
        let muxer = Self { pipeline, source, caps, times, failure, pace };
        muxer.pipeline.set_state(gst::State::Playing).map_err(|error| PipelineError(error.to_string()))?;
        Ok(muxer)
    }

    /// Whether this unit can go on in the same run.
    pub(super) fn takes(&self, unit: &AccessUnit) -> bool {
        self.caps == unit.caps
    }

    /// # Errors
    /// When the run is broken: end it and start anew with the next key frame.
    pub(super) fn push(&mut self, unit: &AccessUnit) -> Result<(), MuxError> {
        self.check()?;
        if self.source.current_level_bytes() > MAX_WAITING_BYTES {
            return Err(MuxError::Overrun);
        }
        if unit.key {
            let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
            times.remember(unit.pts, unit.at);
        }
        // Shares the bytes; what upstream said of time and order is replaced by what we know.
        let mut buffer = unit.buffer.copy();
        let change = buffer.make_mut();
        change.set_pts(gst::ClockTime::try_from(unit.pts).ok());
        change.set_dts(None);
        change.set_duration(self.pace.next(unit.pts));
        change.unset_flags(gst::BufferFlags::all() - gst::BufferFlags::DELTA_UNIT);
        change.unset_flags(gst::BufferFlags::DELTA_UNIT);
        if !unit.key {
            change.set_flags(gst::BufferFlags::DELTA_UNIT);
        }
        self.source.push_buffer(buffer).map_err(|error| PipelineError(error.to_string()))?;
        Ok(())
    }

    fn check(&self) -> Result<(), MuxError> {
        if let Some(error) = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error);
        }
        Ok(check(&self.pipeline)?)
    }

    /// Flushes what the muxer still holds; every fragment is delivered when this returns.
    pub(super) fn finish(self) -> Result<(), MuxError> {
        if self.source.end_of_stream().is_ok() {
            wait_for_end(&self.pipeline, FLUSH_PATIENCE)?;
        }
        self.check()
    }
}

impl Drop for Muxer {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("a muxer's pipeline did not stop cleanly");
        }
    }
}

/// How long a picture is shown if nothing follows it: as long as the others on average. Cameras say
/// nothing of it, or something wrong; without it the last picture of a run would have no time at all.
#[derive(Default)]
struct Pace {
    first: Option<Duration>,
    last: Duration,
    pictures_after_first: u32,
}

impl Pace {
    /// Of a run of one picture.
    const UNKNOWN: gst::ClockTime = gst::ClockTime::from_mseconds(40);

    fn next(&mut self, pts: Duration) -> gst::ClockTime {
        let Some(first) = self.first else {
            self.first = Some(pts);
            return Self::UNKNOWN;
        };
        self.last = self.last.max(pts);
        self.pictures_after_first = self.pictures_after_first.saturating_add(1);
        let average = self.last.saturating_sub(first) / self.pictures_after_first;
        gst::ClockTime::try_from(average).unwrap_or(gst::ClockTime::ZERO)
    }
}

/// Makes cuts of what comes out of the pipeline.
struct Reader {
    init: Option<(Arc<[u8]>, Arc<Track>)>,
    times: Arc<Mutex<WallTimes>>,
}

impl Reader {
    fn read(&mut self, sample: &gst::Sample) -> Result<Option<Cut>, MuxError> {
        let mut bytes = Vec::new();
        for buffer in sample.buffer_list().into_iter().flat_map(gst::BufferListRef::iter) {
            append(&mut bytes, buffer)?;
        }
        if let Some(buffer) = sample.buffer() {
            append(&mut bytes, buffer)?;
        }
        if bytes.get(4..8) == Some(b"ftyp") {
            let (track, init_bytes) = parse_init(&bytes)?;
            let rest = bytes.split_off(usize::try_from(init_bytes).unwrap_or(bytes.len()));
            self.init = Some((bytes.into(), Arc::new(track)));
            bytes = rest;
        }
        let Some((init, track)) = &self.init else { return Ok(None) };
        let Some(moof) = moof_of(&bytes) else { return Ok(None) };
        let fragment = parse_moof(moof, track)?;
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = fragment.samples.first().filter(|first| first.key) {
            times.enter(track.duration_of(first.shown_at));
        }
        let at = times.at(track.duration_of(fragment.start)).ok_or(BoxError::Bad("a fragment before any key frame"))?;
        Ok(Some(Cut { init: Arc::clone(init), track: Arc::clone(track), bytes, fragment, at }))
    }
}

/// The `moof` box among the first boxes of a fragment.
fn moof_of(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        let size = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        let whole = rest.get(..size).filter(|_| size >= 8)?;
        if &whole[4..8] == b"moof" {
            return Some(whole);
        }
        rest = &rest[size..];
    }
}

fn append(bytes: &mut Vec<u8>, buffer: &gst::BufferRef) -> Result<(), MuxError> {
    let map = buffer.map_readable().map_err(|error| PipelineError(error.to_string()))?;
    bytes.extend_from_slice(&map);
    Ok(())
}

/// Which wall time the key frames came at, from the stream's time. Other times follow the last key
/// frame before them.
#[derive(Default)]
struct WallTimes {
    ahead: VecDeque<(Duration, Timestamp)>,
    current: Option<(Duration, Timestamp)>,
}

impl WallTimes {
    /// The muxer rounds times to ticks.
    const ROUNDING: Duration = Duration::from_millis(1);

    fn remember(&mut self, pts: Duration, at: Timestamp) {
        self.ahead.push_back((pts, at));
    }

    /// A fragment begins with the key frame of this time.
    fn enter(&mut self, pts: Duration) {
        while self.ahead.front().is_some_and(|(known, _)| *known <= pts + Self::ROUNDING) {
            self.current = self.ahead.pop_front();
        }
    }

    fn at(&self, pts: Duration) -> Option<Timestamp> {
        let (known, at) = self.current?;
        let offset = SignedDuration::try_from(pts).ok()? - SignedDuration::try_from(known).ok()?;
        at.saturating_add(offset).ok()
    }
}

/// The muxer is linked in; GStreamer does not find it by itself.
fn register_plugin() -> Result<(), PipelineError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    gst::init().map_err(|error| PipelineError(error.to_string()))?;
    let registered = REGISTERED.get_or_init(|| gstfmp4::plugin_register_static().is_ok());
    if *registered { Ok(()) } else { Err(PipelineError("its plugin cannot be registered".to_owned())) }
}
