//! A clip of a camera with privacy masks: decoded, painted over, encoded again. What lies under a mask is in no byte of it.

use std::path::Path;
use std::time::Duration;

use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;

use super::clip::{ClipError, Placed, each_unit};
use super::pipeline::{check, launch, named, wait_for_end};
use super::timeline::{Extent, Timeline};
use crate::decode::{Decoder, Frame, Masks, PixelFormat, Plane};
use crate::intake::AccessUnit;

/// The first whose encoder is installed is taken.
const PIPELINES: [&str; 2] =
    [include_str!("../../pipelines/burn-x264.launch"), include_str!("../../pipelines/burn-openh264.launch")];
/// For the last pictures: a slow machine encodes some each second.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(60);
/// How long a picture is shown that has none after it.
const LAST_PICTURE: Duration = Duration::from_millis(40);

pub(super) fn write_part(
    timeline: &mut Timeline,
    extent: &Extent,
    masks: &Masks,
    part: &Path,
    data: &Path,
) -> Result<(), ClipError> {
    let mut encoder = Encoder::open(part, data)?;
    let mut decoding = Decoding { masks, decoder: None };
    each_unit(timeline, extent, |placed| decoding.take(placed, &mut |picture, info| encoder.add(picture, info)))
        .and_then(|()| decoding.finish(&mut |picture, info| encoder.add(picture, info)))
        .and_then(|()| encoder.finish(extent.ends.saturating_sub(extent.starts)))
}

/// Takes a picture, and what pictures of its kind are like.
type Take<'a> = &'a mut dyn FnMut(Frame, &gst_video::VideoInfo) -> Result<(), ClipError>;

struct Decoding<'a> {
    masks: &'a Masks,
    decoder: Option<Decoder>,
}

impl Decoding<'_> {
    fn take(&mut self, placed: Placed, take: Take<'_>) -> Result<(), ClipError> {
        let unit = AccessUnit { pts: placed.shown, ..placed.unit };
        if self.decoder.is_none() && !unit.key {
            return Ok(());
        }
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            None => {
                let built = Decoder::new(unit.codec, &unit.caps, self.masks);
                self.decoder.insert(built.map_err(|error| ClipError::Mux(error.to_string()))?)
            }
        };
        match decoder.push(&unit) {
            Ok(frames) => give(decoder, frames, take),
            Err(error) => {
                tracing::warn!(%error, "a stretch of a clip cannot be decoded; going on at the next key frame");
                self.decoder = None;
                Ok(())
            }
        }
    }

    /// What the decoder holds back.
    fn finish(&mut self, take: Take<'_>) -> Result<(), ClipError> {
        let Some(mut decoder) = self.decoder.take() else { return Ok(()) };
        // One that failed holds back nothing of use.
        let frames = decoder.drain().unwrap_or_default();
        give(&decoder, frames, take)
    }
}

fn give(decoder: &Decoder, frames: Vec<Frame>, take: Take<'_>) -> Result<(), ClipError> {
    let Some(info) = decoder.picture_info() else { return Ok(()) };
    frames.into_iter().try_for_each(|frame| take(frame, &info))
}

struct Encoder {
    pipeline: gst::Pipeline,
    source: gst_app::AppSrc,
    /// Of the stream, once there was a picture.
    info: Option<gst_video::VideoInfo>,
    /// It is known how long a picture lasts when the next one comes.
    last: Option<(gst::Buffer, Duration)>,
}

impl Encoder {
    fn open(part: &Path, data: &Path) -> Result<Self, ClipError> {
        let pipeline = PIPELINES.iter().find_map(|description| launch(description).ok()).ok_or(ClipError::NoEncoder)?;
        let source: gst_app::AppSrc = named(&pipeline, "source")?;
        let mux: gst::Element = named(&pipeline, "mux")?;
        let file: gst::Element = named(&pipeline, "file")?;
        mux.set_property("faststart-file", data);
        file.set_property("location", part);
        pipeline.set_state(gst::State::Playing).map_err(|error| ClipError::Mux(error.to_string()))?;
        Ok(Self { pipeline, source, info: None, last: None })
    }

    fn add(&mut self, frame: Frame, like: &gst_video::VideoInfo) -> Result<(), ClipError> {
        let info = match &self.info {
            Some(info) => info.clone(),
            None => self.begin(&frame, like)?,
        };
        if (frame.width, frame.height) != (info.width(), info.height()) {
            // A clip is of one format, so this is a decoder's mistake.
            return Ok(());
        }
        let pts = frame.pts;
        if self.last.as_ref().is_some_and(|(_, last)| pts <= *last) {
            return Ok(());
        }
        let buffer = copied(&frame, &info)?;
        if let Some((buffer, shown)) = self.last.replace((buffer, pts)) {
            self.push(buffer, shown, pts.saturating_sub(shown))?;
        }
        Ok(())
    }

    /// Colours and the form of pixels are those of the stream; when a picture is shown is said with each.
    fn begin(&mut self, frame: &Frame, like: &gst_video::VideoInfo) -> Result<gst_video::VideoInfo, ClipError> {
        let info = gst_video::VideoInfo::builder(like.format(), frame.width, frame.height)
            .colorimetry(&like.colorimetry())
            .par(like.par())
            .fps(gst::Fraction::new(0, 1))
            .build();
        let info = info.map_err(|error| ClipError::Mux(error.to_string()))?;
        let caps = info.to_caps().map_err(|error| ClipError::Mux(error.to_string()))?;
        self.source.set_caps(Some(&caps));
        self.info = Some(info.clone());
        Ok(info)
    }

    fn push(&self, mut buffer: gst::Buffer, shown: Duration, lasts: Duration) -> Result<(), ClipError> {
        let change = buffer.make_mut();
        change.set_pts(gst::ClockTime::try_from(shown).ok());
        change.set_duration(gst::ClockTime::try_from(lasts).ok());
        let pushed = self.source.push_buffer(buffer);
        // Why it was refused is on the bus.
        pushed.map(|_| ()).map_err(|error| {
            check(&self.pipeline).err().map_or_else(|| ClipError::Mux(error.to_string()), ClipError::from)
        })
    }

    /// `ends` is how long the clip is.
    fn finish(mut self, ends: Duration) -> Result<(), ClipError> {
        let Some((buffer, shown)) = self.last.take() else {
            return Err(ClipError::Mux("none of its pictures can be decoded".to_owned()));
        };
        self.push(buffer, shown, ends.saturating_sub(shown).max(LAST_PICTURE))?;
        self.source.end_of_stream().map_err(|error| ClipError::Mux(error.to_string()))?;
        wait_for_end(&self.pipeline, PATIENCE)?;
        Ok(())
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::warn!(%error, "an encoder did not stop");
        }
    }
}

/// In the layout that GStreamer expects of pictures of this kind.
fn copied(frame: &Frame, info: &gst_video::VideoInfo) -> Result<gst::Buffer, ClipError> {
    let failed = || ClipError::Mux("a picture of this size cannot be encoded".to_owned());
    let buffer = gst::Buffer::with_size(info.size()).map_err(|_| failed())?;
    let mut to = gst_video::VideoFrame::from_buffer_writable(buffer, info).map_err(|_| failed())?;
    let planes = frame.planes();
    let (half_width, half_height) = (planes.width.div_ceil(2), planes.height.div_ceil(2));
    let mut copy = |index: u32, from: Option<Plane<'_>>, row_len: usize, rows: usize| {
        let from = from?;
        let stride = usize::try_from(to.plane_stride()[index as usize]).ok()?;
        let lines = to.plane_data_mut(index).ok()?.chunks_mut(stride).take(rows);
        for (y, line) in lines.enumerate() {
            line.get_mut(..row_len)?.copy_from_slice(from.row(y).get(..row_len)?);
        }
        Some(())
    };
    let done = copy(0, Some(planes.first), planes.width, planes.height).and_then(|()| match planes.format {
        PixelFormat::I420 => {
            copy(1, planes.second, half_width, half_height)?;
            copy(2, planes.third, half_width, half_height)
        }
        PixelFormat::Nv12 => copy(1, planes.second, 2 * half_width, half_height),
        PixelFormat::Rgb => None,
    });
    done.ok_or_else(failed)?;
    Ok(to.into_buffer())
}
