//! A clip that does not show all that the camera saw: decoded, painted over, encoded again. What lies under a privacy mask is in
//! no byte of it.

use std::path::Path;
use std::time::Duration;

use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;

use super::clip::{ClipError, Hiding, Placed, each_unit};
use super::pipeline::{check, launch, named, wait_for_end};
use super::timeline::{Extent, Timeline};
use crate::decode::{BoundedDecoder, DecodeError, Frame, Masks, PixelFormat, Plane};
use crate::intake::AccessUnit;

/// The first whose encoder is installed is taken. Each picture has its own time; the second encoder wants a rate all the same.
const PIPELINES: [(&str, i32); 2] =
    [(include_str!("../../pipelines/burn-x264.launch"), 0), (include_str!("../../pipelines/burn-openh264.launch"), 25)];
/// For the last pictures: a slow machine encodes some each second.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(60);
/// How long a picture is shown that has none after it.
const LAST_PICTURE: Duration = Duration::from_millis(40);

/// Hides more of a clip than its camera's masks do. It is shown all pictures, and then asked for each of them again. A picture's
/// `pts` counts from the clip's beginning, its `at` is when it was taken.
pub trait Retouch {
    /// # Errors
    /// Where it cannot do its work: then there is no clip.
    fn look(&mut self, picture: &Frame) -> Result<(), ClipError>;

    fn retouched(&mut self, picture: &Frame) -> Frame;
}

pub(super) fn write_part(
    timeline: &mut Timeline,
    extent: &Extent,
    Hiding { masks, mut retouch }: Hiding<'_>,
    part: &Path,
    data: &Path,
) -> Result<(), ClipError> {
    // Before the work, and before a first look that takes long.
    let mut encoder = Encoder::open(part, data)?;
    if let Some(retouch) = &mut retouch {
        each_picture(timeline, extent, masks, &mut |picture, _| retouch.look(picture))?;
    }
    each_picture(timeline, extent, masks, &mut |picture, info| match &mut retouch {
        Some(retouch) => encoder.add(&retouch.retouched(picture), info),
        None => encoder.add(picture, info),
    })?;
    encoder.finish(extent.ends.saturating_sub(extent.starts))
}

fn each_picture(timeline: &mut Timeline, extent: &Extent, masks: &Masks, take: Take<'_>) -> Result<(), ClipError> {
    let mut decoding = Decoding { masks, decoder: None };
    each_unit(timeline, extent, |placed| decoding.take(placed, take))?;
    decoding.finish(take)
}

/// Takes a picture, and what pictures of its kind are like.
type Take<'a> = &'a mut dyn FnMut(&Frame, &gst_video::VideoInfo) -> Result<(), ClipError>;

struct Decoding<'a> {
    masks: &'a Masks,
    decoder: Option<BoundedDecoder>,
}

impl Decoding<'_> {
    fn take(&mut self, placed: Placed, take: Take<'_>) -> Result<(), ClipError> {
        let unit = AccessUnit { pts: placed.shown, ..placed.unit };
        if self.decoder.is_none() && !unit.key {
            return Ok(());
        }
        let decoder = if let Some(decoder) = &mut self.decoder {
            decoder
        } else {
            let built = BoundedDecoder::new(unit.codec, &unit.caps, self.masks);
            self.decoder.insert(built.map_err(of_decoder)?)
        };
        match decoder.push(unit) {
            Ok(frames) => give(decoder, &frames, take),
            Err(error @ DecodeError::Hung { .. }) => Err(of_decoder(error)),
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
        let frames = match decoder.drain() {
            Err(error @ DecodeError::Hung { .. }) => return Err(of_decoder(error)),
            // One that failed holds back nothing of use.
            frames => frames.unwrap_or_default(),
        };
        give(&decoder, &frames, take)
    }
}

fn of_decoder(error: DecodeError) -> ClipError {
    match error {
        DecodeError::Busy => ClipError::Busy,
        error => ClipError::Mux(error.to_string()),
    }
}

fn give(decoder: &BoundedDecoder, frames: &[Frame], take: Take<'_>) -> Result<(), ClipError> {
    let Some(info) = decoder.picture_info() else { return Ok(()) };
    frames.iter().try_for_each(|frame| take(frame, info))
}

struct Encoder {
    pipeline: gst::Pipeline,
    source: gst_app::AppSrc,
    /// Pictures a second, as the encoder is told.
    rate: i32,
    /// Of the stream, once there was a picture.
    info: Option<gst_video::VideoInfo>,
    /// It is known how long a picture lasts when the next one comes.
    last: Option<(gst::Buffer, Duration)>,
}

impl Encoder {
    fn open(part: &Path, data: &Path) -> Result<Self, ClipError> {
        Self::with(&PIPELINES, part, data)
    }

    fn with(pipelines: &[(&str, i32)], part: &Path, data: &Path) -> Result<Self, ClipError> {
        let installed = pipelines.iter().find_map(|(description, rate)| Some((launch(description).ok()?, *rate)));
        let (pipeline, rate) = installed.ok_or(ClipError::NoEncoder)?;
        let source: gst_app::AppSrc = named(&pipeline, "source")?;
        let mux: gst::Element = named(&pipeline, "mux")?;
        let file: gst::Element = named(&pipeline, "file")?;
        mux.set_property("faststart-file", data);
        file.set_property("location", part);
        pipeline.set_state(gst::State::Playing).map_err(|error| ClipError::Mux(error.to_string()))?;
        Ok(Self { pipeline, source, rate, info: None, last: None })
    }

    fn add(&mut self, frame: &Frame, like: &gst_video::VideoInfo) -> Result<(), ClipError> {
        let info = match &self.info {
            Some(info) => info.clone(),
            None => self.begin(frame, like)?,
        };
        if (frame.width, frame.height) != (info.width(), info.height()) {
            // A clip is of one format, so this is a decoder's mistake.
            return Ok(());
        }
        let pts = frame.pts;
        if self.last.as_ref().is_some_and(|(_, last)| pts <= *last) {
            return Ok(());
        }
        let buffer = copied(frame, &info)?;
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
            .fps(gst::Fraction::new(self.rate, 1))
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
        let ends = ends.max(shown + LAST_PICTURE);
        self.push(buffer.copy(), shown, ends.saturating_sub(shown))?;
        if self.rate == 0 {
            // To the muxer the last picture lasts no time then, so players leave it out: that is this one.
            self.push(buffer, ends, Duration::ZERO)?;
        }
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::base::{Polygon, Rect};
    use crate::decode::testing::{Encoding, FPS, encode};
    use crate::decode::{Decoder, FLAT_LUMA};
    use crate::intake::Codec;

    const SIZE: (u32, u32) = (328, 182);

    fn left_half() -> Masks {
        let corners = vec![[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]];
        Masks::new(vec![Polygon::try_from(corners).expect("a polygon")])
    }

    /// A box walks from left to right; after two seconds nothing comes for three.
    fn placed(b_frames: u32) -> Vec<Placed> {
        let walks = |index: u32| Some(Rect::new(3.0 * index as f32, 20.0, 40.0, 140.0));
        let units = encode(Encoding { gop: 25, b_frames, size: SIZE }, 100, walks);
        let shown =
            |unit: &AccessUnit| unit.pts + Duration::from_secs(if unit.pts.as_millis() < 2_000 { 0 } else { 3 });
        let placed =
            |unit: AccessUnit| Placed { shown: shown(&unit), decoded: Duration::ZERO, duration: Duration::ZERO, unit };
        units.into_iter().map(placed).collect()
    }

    /// The pictures of the MP4 that comes of it.
    #[track_caller]
    fn burnt(pipeline: usize, b_frames: u32, masks: &Masks) -> Vec<Frame> {
        gst::init().expect("GStreamer");
        let folder = tempfile::tempdir().expect("a folder");
        let (part, data) = (folder.path().join("part"), folder.path().join("data"));
        let mut encoder = Encoder::with(&PIPELINES[pipeline..=pipeline], &part, &data).expect("installed");
        let mut decoding = Decoding { masks, decoder: None };
        for placed in placed(b_frames) {
            decoding.take(placed, &mut |picture, info| encoder.add(picture, info)).expect("encoded");
        }
        decoding.finish(&mut |picture, info| encoder.add(picture, info)).expect("encoded");
        encoder.finish(Duration::from_secs(8)).expect("written");
        played(&part)
    }

    fn played(path: &Path) -> Vec<Frame> {
        let launch = "filesrc name=file ! qtdemux ! h264parse ! capsfilter caps=video/x-h264,stream-format=avc,alignment=au \
                      ! appsink name=out sync=false";
        let pipeline = super::super::pipeline::launch(launch).expect("a pipeline");
        let file: gst::Element = named(&pipeline, "file").expect("a file");
        file.set_property("location", path);
        let out: gst_app::AppSink = named(&pipeline, "out").expect("a sink");
        pipeline.set_state(gst::State::Playing).expect("plays");
        let mut decoder = None;
        let mut frames = Vec::new();
        while let Ok(sample) = out.pull_sample() {
            let (buffer, caps) = (sample.buffer_owned().expect("a buffer"), sample.caps_owned().expect("caps"));
            let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
            let pts = Duration::from(buffer.pts().expect("a time"));
            let decoder =
                decoder.get_or_insert_with(|| Decoder::new(Codec::H264, &caps, &Masks::none()).expect("a decoder"));
            let unit = AccessUnit { buffer, caps, codec: Codec::H264, key, pts, at: Timestamp::UNIX_EPOCH };
            frames.extend(decoder.push(&unit).expect("decodes"));
        }
        frames.extend(decoder.expect("pictures").drain().expect("decodes"));
        pipeline.set_state(gst::State::Null).expect("stops");
        frames
    }

    #[track_caller]
    fn check(pipeline: usize, b_frames: u32) {
        let frames = burnt(pipeline, b_frames, &left_half());
        assert_eq!(frames.len(), 100, "encoder {pipeline}, {b_frames} B-frames");
        for (number, frame) in frames.iter().enumerate() {
            assert_eq!((frame.width, frame.height), SIZE);
            let planes = frame.planes();
            let hidden = (0..planes.height).flat_map(|y| &planes.first.row(y)[..planes.width / 2 - 2]);
            let worst = hidden.map(|luma| luma.abs_diff(FLAT_LUMA)).max();
            assert!(worst.is_some_and(|worst| worst <= 4), "picture {number}: {worst:?}");
            // The box is at 3 pixels times the picture's number, and bright.
            let middle = &planes.first.row(planes.height / 2)[..planes.width];
            let left = 3 * number + 10;
            if left > planes.width / 2 && left + 10 < planes.width {
                assert!(middle[left] > 90, "picture {number}: {}", middle[left]);
            }
            assert!(middle[planes.width - 1] < 90 || left + 40 > planes.width, "picture {number}");
            let whole = Duration::from_secs(u64::from(number as u32 >= 2 * FPS) * 3)
                + Duration::from_millis(40) * number as u32;
            assert!(frame.pts.abs_diff(whole) < Duration::from_millis(2), "picture {number}: {:?}", frame.pts);
        }
    }

    #[test]
    fn what_is_hidden_is_in_no_picture_and_each_is_shown_in_its_time() {
        check(0, 0);
        check(0, 2);
        check(1, 0);
    }

    #[test]
    fn without_an_encoder_there_is_no_clip() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = folder.path().join("part");
        let none = Encoder::with(&[("appsrc name=source ! nosuchencoder ! fakesink", 0)], &part, &part);
        assert!(matches!(none, Err(ClipError::NoEncoder)));
        assert!(!part.exists());
    }
}
