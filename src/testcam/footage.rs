//! Encoded video in memory.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::{Result, TestCameraError};

const READ: &str = include_str!("../../pipelines/testcam-read.launch");
const READ_H264: &str = include_str!("../../pipelines/testcam-read-h264.launch");
const READ_H265: &str = include_str!("../../pipelines/testcam-read-h265.launch");
const SAVE_H264: &str = include_str!("../../pipelines/testcam-save-h264.launch");
const SAVE_H265: &str = include_str!("../../pipelines/testcam-save-h265.launch");

const POLL: gst::ClockTime = gst::ClockTime::from_mseconds(50);
const DEFAULT_FRAME: gst::ClockTime = gst::ClockTime::from_mseconds(40);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    H264,
    H265,
}

/// A stretch of encoded video (byte stream, parameter sets before each key frame) that begins on a
/// key frame and can be played round and round.
#[derive(Debug, Clone)]
pub struct Footage {
    pub codec: Codec,
    /// With width and height.
    pub caps: gst::Caps,
    pub units: Vec<Unit>,
    /// Of one round.
    pub duration: Duration,
}

#[derive(Debug, Clone)]
pub struct Unit {
    pub buffer: gst::Buffer,
    pub key: bool,
    /// When it is sent, from the start of the round; never decreases.
    pub dts: Duration,
    /// When it is shown.
    pub pts: Duration,
}

impl Footage {
    /// Reads the H.264 or H.265 video of a file without encoding it anew.
    ///
    /// # Errors
    /// When the file cannot be read or holds another codec.
    pub fn from_file(path: &Path) -> Result<Self> {
        init()?;
        let failed = |what: &str| TestCameraError::new(format!("{}: {what}", path.display()));
        std::fs::File::open(path).map_err(|error| failed(&error.to_string()))?;
        let pipeline = pipeline(READ)?;
        element(&pipeline, "file")?.set_property("location", path);
        let wrong: Arc<Mutex<Option<String>>> = Arc::default();
        link_video(&element(&pipeline, "demux")?, &pipeline, &wrong);
        let samples = Running::start(pipeline)?.collect().map_err(|error| failed(&error.to_string()))?;
        if samples.is_empty() {
            let codec = wrong.lock().unwrap_or_else(PoisonError::into_inner).take();
            return Err(failed(
                &codec.map_or("holds no video".into(), |codec| format!("holds {codec}, not H.264 or H.265")),
            ));
        }
        Self::from_samples(&samples).map_err(|error| failed(&error.to_string()))
    }

    /// Writes it as MP4.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        init()?;
        // Written beside it and moved, so that a half-written file is never taken for a whole one.
        let part = path.with_extension("part");
        let pipeline = pipeline(match self.codec {
            Codec::H264 => SAVE_H264,
            Codec::H265 => SAVE_H265,
        })?;
        element(&pipeline, "file")?.set_property("location", &part);
        let source = app_src(&pipeline, "units")?;
        source.set_caps(Some(&self.caps));
        let running = Running::start(pipeline)?;
        for index in 0..self.units.len() {
            let (buffer, _) = self.stamped(index, Duration::ZERO, |played| played);
            if source.push_buffer(buffer).is_err() {
                break;
            }
        }
        // Where it fails, the bus says why.
        let _ = source.end_of_stream();
        running.finish()?;
        std::fs::rename(&part, path).map_err(|error| TestCameraError::new(format!("{}: {error}", path.display())))
    }

    /// One after another. They must have been encoded alike; their pictures are shared, not copied.
    ///
    /// # Errors
    /// When there are none, or they are not alike.
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let first = parts.next().ok_or_else(|| TestCameraError::new("there is nothing to join"))?;
        let mut joined = first.clone();
        for part in parts {
            if part.caps != first.caps {
                return Err(TestCameraError::new("footage of different kinds cannot be joined"));
            }
            let later =
                |unit: &Unit| Unit { dts: unit.dts + joined.duration, pts: unit.pts + joined.duration, ..unit.clone() };
            joined.units.extend(part.units.iter().map(later));
            joined.duration += part.duration;
        }
        Ok(joined)
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        let side = |name| self.caps.structure(0).and_then(|s| s.get::<i32>(name).ok()).unwrap_or(0);
        (side("width").unsigned_abs(), side("height").unsigned_abs())
    }

    /// Unit `index` of the round that begins at `start`, with the times that `stamp` makes of its own,
    /// and whether it is a key frame.
    pub(super) fn stamped(
        &self,
        index: usize,
        start: Duration,
        stamp: impl Fn(Duration) -> Duration,
    ) -> (gst::Buffer, bool) {
        let unit = &self.units[index];
        let next = self.units.get(index + 1).map_or(self.duration, |next| next.dts);
        let mut buffer = unit.buffer.copy();
        {
            let buffer = buffer.make_mut();
            buffer.set_pts(time(stamp(start + unit.pts)));
            buffer.set_dts(time(stamp(start + unit.dts)));
            buffer.set_duration(time(next.saturating_sub(unit.dts)));
        }
        (buffer, unit.key)
    }

    pub(super) fn from_samples(samples: &[gst::Sample]) -> Result<Self> {
        let no_caps = || TestCameraError::new("the parser gave no caps");
        let caps = samples.last().and_then(|sample| sample.caps_owned()).ok_or_else(no_caps)?;
        let codec = match caps.structure(0).map(|s| s.name().as_str()) {
            Some("video/x-h264") => Codec::H264,
            Some("video/x-h265") => Codec::H265,
            _ => return Err(TestCameraError::new("not H.264 or H.265")),
        };
        let buffers: Vec<gst::Buffer> = samples
            .iter()
            .filter_map(|sample| sample.buffer_owned())
            .skip_while(|buffer| buffer.flags().contains(gst::BufferFlags::DELTA_UNIT))
            .collect();
        let frame = frame_duration(&caps);
        let count = u32::try_from(buffers.len()).unwrap_or(u32::MAX);
        let sent = |index: usize| frame * u32::try_from(index).unwrap_or(u32::MAX);
        // The order of sending is even; the order of showing keeps its distance from it.
        let first_pts = buffers.first().and_then(|b| b.pts()).unwrap_or(gst::ClockTime::ZERO);
        let units: Vec<Unit> = buffers
            .into_iter()
            .enumerate()
            .map(|(index, buffer)| {
                let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
                let pts = buffer.pts().map_or(sent(index), |pts| pts.saturating_sub(first_pts).into());
                Unit { buffer, key, dts: sent(index), pts }
            })
            .collect();
        if units.is_empty() {
            return Err(TestCameraError::new("no key frame in it"));
        }
        Ok(Self { codec, caps, units, duration: frame * count })
    }
}

fn time(duration: Duration) -> gst::ClockTime {
    gst::ClockTime::from_nseconds(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX - 1))
}

fn frame_duration(caps: &gst::CapsRef) -> Duration {
    caps.structure(0)
        .and_then(|s| s.get::<gst::Fraction>("framerate").ok())
        .filter(|rate| rate.numer() > 0 && rate.denom() > 0)
        .map_or(DEFAULT_FRAME.into(), |rate| {
            Duration::from_secs(1) * rate.denom().unsigned_abs() / rate.numer().unsigned_abs()
        })
}

/// Takes the first video that needs no decoding; remembers another's name in `wrong`.
fn link_video(demux: &gst::Element, pipeline: &gst::Pipeline, wrong: &Arc<Mutex<Option<String>>>) {
    let (pipeline, wrong) = (pipeline.downgrade(), Arc::clone(wrong));
    demux.connect_pad_added(move |_, pad| {
        let Some(sink) = pipeline.upgrade().and_then(|pipeline| pipeline.by_name("sink")) else { return };
        let Some(entry) = sink.static_pad("sink").filter(|entry| !entry.is_linked()) else { return };
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let Some(name) = caps.structure(0).map(gst::StructureRef::name) else { return };
        let linked = match name.as_str() {
            "video/x-h264" => insert(pad, READ_H264, &entry),
            "video/x-h265" => insert(pad, READ_H265, &entry),
            other => {
                if other.starts_with("video/") {
                    *wrong.lock().unwrap_or_else(PoisonError::into_inner) = Some(other.to_owned());
                }
                return;
            }
        };
        if let Err(error) = linked {
            *wrong.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }
    });
}

/// Puts what `description` says between two pads.
fn insert(pad: &gst::Pad, description: &str, entry: &gst::Pad) -> std::result::Result<(), glib::BoolError> {
    let missing = || glib::bool_error!("a parser without pads");
    let pipeline = entry.parent_element().and_then(|sink| sink.parent()).and_downcast::<gst::Pipeline>();
    #[expect(clippy::disallowed_methods, reason = "a description from pipelines/")]
    let bin = gst::parse::bin_from_description(description, true).map_err(|error| glib::bool_error!("{}", error))?;
    pipeline.ok_or_else(missing)?.add(&bin)?;
    let (input, output) = (bin.static_pad("sink").ok_or_else(missing)?, bin.static_pad("src").ok_or_else(missing)?);
    let unfit = |error: gst::PadLinkError| glib::bool_error!("the parser cannot be linked: {}", error);
    output.link(entry).map_err(unfit)?;
    bin.sync_state_with_parent()?;
    pad.link(&input).map(drop).map_err(unfit)
}

pub(super) fn init() -> Result<()> {
    gst::init().map_err(|error| TestCameraError::new(format!("GStreamer does not start: {error}")))
}

pub(super) fn pipeline(description: &str) -> Result<gst::Pipeline> {
    #[expect(clippy::disallowed_methods, reason = "a description from pipelines/")]
    let parsed = gst::parse::launch(description);
    parsed
        .map_err(|error| TestCameraError::new(format!("{error}: are all GStreamer plugins installed?")))?
        .downcast()
        .map_err(|_| TestCameraError::new("the description is not of a pipeline"))
}

pub(super) fn element(pipeline: &gst::Pipeline, name: &str) -> Result<gst::Element> {
    pipeline.by_name(name).ok_or_else(|| TestCameraError::new(format!("the pipeline has no element called {name}")))
}

pub(super) fn app_src(pipeline: &gst::Pipeline, name: &str) -> Result<gst_app::AppSrc> {
    element(pipeline, name)?.downcast().map_err(|_| TestCameraError::new(format!("{name} is not an appsrc")))
}

/// A pipeline that is taken down when this is dropped.
pub(super) struct Running {
    pipeline: gst::Pipeline,
}

impl Running {
    pub(super) fn start(pipeline: gst::Pipeline) -> Result<Self> {
        let running = Self { pipeline };
        if running.pipeline.set_state(gst::State::Playing).is_err() {
            running.check()?;
            return Err(TestCameraError::new("the pipeline does not start"));
        }
        Ok(running)
    }

    /// All samples up to the end.
    pub(super) fn collect(&self) -> Result<Vec<gst::Sample>> {
        let mut samples = Vec::new();
        while let Some(sample) = self.next()? {
            samples.push(sample);
        }
        Ok(samples)
    }

    /// The next sample; `None` at the end, or when nothing is linked to the sink.
    pub(super) fn next(&self) -> Result<Option<gst::Sample>> {
        let sink: gst_app::AppSink = element(&self.pipeline, "sink")?
            .downcast()
            .map_err(|_| TestCameraError::new("the element called sink is not an appsink"))?;
        loop {
            if let Some(sample) = sink.try_pull_sample(POLL) {
                return Ok(Some(sample));
            }
            if sink.is_eos() {
                return Ok(None);
            }
            self.check()?;
        }
    }

    /// Waits for the end.
    pub(super) fn finish(&self) -> Result<()> {
        let bus = self.pipeline.bus().ok_or_else(|| TestCameraError::new("the pipeline has no bus"))?;
        let last = bus.timed_pop_filtered(gst::ClockTime::NONE, &[gst::MessageType::Eos, gst::MessageType::Error]);
        match last.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => Err(TestCameraError::new(error.error().message())),
            _ => Ok(()),
        }
    }

    fn check(&self) -> Result<()> {
        let error = self.pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        match error.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => Err(TestCameraError::new(error.error().message())),
            _ => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has given what it had; if it cannot stop there is nothing more to do with it.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}
