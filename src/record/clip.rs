//! A clip: a stretch of segments as one MP4 that plays anywhere, not re-encoded; where privacy masks hide some of it, see
//! [`super::burn`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;
use jiff::Timestamp;

use super::burn::{self, Retouch};
use super::pipeline::{PipelineError, check, launch, named, wait_for_end};
use super::timeline::{Extent, Position, Timeline};
use super::{IndexError, SegmentIndex};
use crate::decode::Masks;
use crate::intake::AccessUnit;

const PIPELINE: &str = include_str!("../../pipelines/clip.launch");
/// To write the tables takes milliseconds; a pipeline that does not answer is given up.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(30);

/// What a clip is wanted of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub camera: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// The alert's moment. If the camera's format changed in between, the clip is of this side.
    pub focus: Timestamp,
}

/// What a clip shows, in wall time: its first picture is of `starts_at`, and each second of it is
/// a second of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipInfo {
    /// Of the last key frame at or before the wish; later if recording began later.
    pub starts_at: Timestamp,
    /// Within about a second after the wish; earlier if there is no more (yet).
    pub ends_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    #[error("nothing is recorded of camera {camera} from {from} to {to}")]
    Nothing { camera: String, from: Timestamp, to: Timestamp },
    #[error("{path}: {error}", path = path.display())]
    Disk { path: PathBuf, error: io::Error },
    #[error("the clip cannot be written: {0}")]
    Mux(String),
    #[error(
        "the camera has privacy masks, and for video in which they are painted over an H.264 encoder is missing: install \
         gstreamer1.0-plugins-ugly (x264), or gstreamer1.0-plugins-bad with OpenH264"
    )]
    NoEncoder,
    #[error("other video is being made ready; try again in a moment")]
    Busy,
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl From<PipelineError> for ClipError {
    fn from(error: PipelineError) -> Self {
        Self::Mux(error.to_string())
    }
}

impl ClipError {
    pub(super) fn nothing(stretch: &Stretch) -> Self {
        Self::Nothing { camera: stretch.camera.clone(), from: stretch.from, to: stretch.to }
    }
}

/// What a clip of this stretch would show if it were made now; none if nothing is recorded of it.
/// Reads a few tables, no video.
///
/// # Errors
/// When the index does not answer.
pub fn extent(index: &dyn SegmentIndex, data_dir: &Path, stretch: &Stretch) -> Result<Option<ClipInfo>, ClipError> {
    match plan(index, data_dir, stretch) {
        Ok((timeline, extent)) => Ok(Some(info(&timeline, &extent))),
        Err(ClipError::Nothing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the clip to `out`, at once or not at all. A stretch that is still being recorded gives
/// what there is of it. What `masks` hide is not in it.
///
/// # Errors
/// When nothing is recorded of the stretch, or it cannot be read or written.
pub fn make_clip(
    index: &dyn SegmentIndex,
    data_dir: &Path,
    stretch: &Stretch,
    masks: &Masks,
    out: &Path,
) -> Result<ClipInfo, ClipError> {
    let (timeline, extent) = plan(index, data_dir, stretch)?;
    write(timeline, &extent, Hiding { masks, retouch: None }, out)
}

/// As [`make_clip`], without what `retouch` hides, too.
///
/// # Errors
/// As [`make_clip`], and what `retouch` fails with.
pub fn make_retouched_clip(
    index: &dyn SegmentIndex,
    data_dir: &Path,
    stretch: &Stretch,
    masks: &Masks,
    retouch: &mut dyn Retouch,
    out: &Path,
) -> Result<ClipInfo, ClipError> {
    let (timeline, extent) = plan(index, data_dir, stretch)?;
    write(timeline, &extent, Hiding { masks, retouch: Some(retouch) }, out)
}

/// What a clip does not show.
pub(super) struct Hiding<'a> {
    pub(super) masks: &'a Masks,
    pub(super) retouch: Option<&'a mut dyn Retouch>,
}

pub(super) fn plan(
    index: &dyn SegmentIndex,
    data_dir: &Path,
    stretch: &Stretch,
) -> Result<(Timeline, Extent), ClipError> {
    let timeline = Timeline::read(index, data_dir, stretch)?;
    let extent = timeline.extent(stretch.from, stretch.to).ok_or_else(|| ClipError::nothing(stretch))?;
    Ok((timeline, extent))
}

pub(super) fn info(timeline: &Timeline, extent: &Extent) -> ClipInfo {
    ClipInfo { starts_at: timeline.wall(extent.starts), ends_at: timeline.wall(extent.ends) }
}

pub(super) fn write(
    mut timeline: Timeline,
    extent: &Extent,
    hiding: Hiding<'_>,
    out: &Path,
) -> Result<ClipInfo, ClipError> {
    let info = info(&timeline, extent);
    let part = beside(out, "part");
    let data = beside(out, "data");
    let written = if hiding.masks.is_empty() && hiding.retouch.is_none() {
        write_part(&mut timeline, extent, &part, &data)
    } else {
        burn::write_part(&mut timeline, extent, hiding, &part, &data)
    };
    let moved =
        written.and_then(|()| fs::rename(&part, out).map_err(|error| ClipError::Disk { path: out.to_owned(), error }));
    if moved.is_err() {
        // Best effort: what stays behind is removed with the cache's leftovers.
        drop(fs::remove_file(&part));
        drop(fs::remove_file(&data));
    }
    moved.map(|()| info)
}

fn beside(out: &Path, extension: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn write_part(timeline: &mut Timeline, extent: &Extent, part: &Path, data: &Path) -> Result<(), ClipError> {
    let pipeline = launch(PIPELINE)?;
    let source: gst_app::AppSrc = named(&pipeline, "source")?;
    let mux: gst::Element = named(&pipeline, "mux")?;
    let file: gst::Element = named(&pipeline, "file")?;
    // Its own default is in /tmp, which may be small.
    mux.set_property("faststart-file", data);
    file.set_property("location", part);
    source.set_caps(timeline.parts.first().map(|part| part.reader.caps()));
    pipeline.set_state(gst::State::Playing).map_err(|error| ClipError::Mux(error.to_string()))?;
    let result = feed(timeline, extent, &source).and_then(|()| {
        source.end_of_stream().map_err(|error| ClipError::Mux(error.to_string()))?;
        Ok(wait_for_end(&pipeline, PATIENCE)?)
    });
    // Why a push was refused is on the bus.
    let result = result.map_err(|error| check(&pipeline).err().map_or(error, ClipError::from));
    pipeline.set_state(gst::State::Null).map_err(|error| ClipError::Mux(error.to_string()))?;
    result
}

fn feed(timeline: &mut Timeline, extent: &Extent, source: &gst_app::AppSrc) -> Result<(), ClipError> {
    // Segments show the first picture at once, so B frames make some be decoded after they are
    // shown; players want it the other way round.
    let delay = reorder_delay(timeline, extent);
    let mut last_dts = None;
    each_unit(timeline, extent, |placed| {
        let dts = last_dts.map_or(placed.decoded, |last| placed.decoded.max(last + Duration::from_nanos(1)));
        last_dts = Some(dts);
        push(source, placed.unit, placed.shown + delay, dts, placed.duration)
    })
}

/// An access unit, and when it is shown and decoded in the clip's own time.
pub(super) struct Placed {
    pub(super) unit: AccessUnit,
    pub(super) shown: Duration,
    pub(super) decoded: Duration,
    pub(super) duration: Duration,
}

/// The access units of a clip, in decoding order.
pub(super) fn each_unit(
    timeline: &mut Timeline,
    extent: &Extent,
    mut take: impl FnMut(Placed) -> Result<(), ClipError>,
) -> Result<(), ClipError> {
    for part_number in extent.first.part..=extent.last.part {
        let Some(part) = timeline.parts.get_mut(part_number) else { break };
        for fragment in extent.fragments(part_number, part.reader.layout.fragments.len()) {
            let path = part.reader.segment.path.clone();
            let units = part.reader.units(fragment).map_err(|error| ClipError::Disk { path, error })?;
            for (number, (sample, unit)) in units.into_iter().enumerate() {
                let position = Position { part: part_number, fragment, sample: number };
                let shown = part.shown_at(&sample);
                // Pictures that lead an open GOP cannot be decoded without the GOP before.
                if !extent.holds(position) || shown < extent.starts {
                    continue;
                }
                take(Placed {
                    unit,
                    shown: shown.saturating_sub(extent.starts),
                    decoded: part.decoded_at(&sample).saturating_sub(extent.starts),
                    duration: part.reader.layout.track.duration_of(u64::from(sample.duration)),
                })?;
            }
        }
    }
    Ok(())
}

fn push(
    source: &gst_app::AppSrc,
    unit: AccessUnit,
    pts: Duration,
    dts: Duration,
    duration: Duration,
) -> Result<(), ClipError> {
    let mut buffer = unit.buffer;
    let change = buffer.make_mut();
    change.set_pts(gst::ClockTime::try_from(pts).ok());
    change.set_dts(gst::ClockTime::try_from(dts).ok());
    change.set_duration(gst::ClockTime::try_from(duration).ok());
    source.push_buffer(buffer).map(|_| ()).map_err(|error| ClipError::Mux(error.to_string()))
}

/// How much later than it is decoded a picture must be shown, so that none is shown before.
fn reorder_delay(timeline: &Timeline, extent: &Extent) -> Duration {
    let parts = &timeline.parts[extent.first.part..=extent.last.part];
    let samples = parts.iter().flat_map(|part| {
        let fragments = part.reader.layout.fragments.iter();
        fragments
            .flat_map(|placed| &placed.fragment.samples)
            .map(move |sample| part.decoded_at(sample).saturating_sub(part.shown_at(sample)))
    });
    samples.max().unwrap_or_default()
}
