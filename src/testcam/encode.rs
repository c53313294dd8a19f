//! Makes footage: decodes, changes the scene, encodes.

use std::path::Path;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_video::{VideoFrame, VideoFrameExt as _, VideoInfo};

use super::footage::{self, Running};
use super::scene::{self, Noise, Spread};
use super::{Codec, Footage, Picture, Result, TestCameraError};

const DECODE: &str = include_str!("../../pipelines/testcam-decode.launch");
const ENCODE_H264: &str = include_str!("../../pipelines/testcam-encode-h264.launch");
const ENCODE_H265: &str = include_str!("../../pipelines/testcam-encode-h265.launch");

/// Quality where the bit rate is free: x264's and x265's rate factor.
const RATE_FACTOR: u32 = 26;

#[derive(Debug, Clone)]
pub struct EncodeOptions {
    pub codec: Codec,
    /// At which it is played, whatever the file says.
    pub fps: u32,
    /// At which the file was taken, where its people should walk as they did: its pictures are shown
    /// longer, or left out. Zero plays each picture once.
    pub clip_fps: u32,
    pub gop_frames: u32,
    /// Width and height; without it, as in the file.
    pub size: Option<(u32, u32)>,
    pub bitrate: Bitrate,
    pub transform: Transform,
    /// Pictures to make at most; without it, all.
    pub max_frames: Option<usize>,
    /// So many pictures of the empty scene come before those of the file.
    pub empty_frames_before: usize,
    /// So many pictures of the empty scene come after those of the file.
    pub empty_frames_after: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bitrate {
    /// In kilobits a second.
    Constant(u32),
    Variable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    AsIs,
    /// Grey, dark, with sensor noise.
    Night {
        seed: u64,
    },
    /// Only what never moves, with a little noise.
    Quiet {
        seed: u64,
    },
    /// The same noise over everything.
    Grainy {
        seed: u64,
    },
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            codec: Codec::H264,
            fps: 25,
            clip_fps: 0,
            gop_frames: 50,
            size: None,
            bitrate: Bitrate::Variable,
            transform: Transform::AsIs,
            max_frames: None,
            empty_frames_before: 0,
            empty_frames_after: 0,
        }
    }
}

impl Footage {
    /// Decodes a video of any kind and encodes it anew.
    ///
    /// # Errors
    /// When the file cannot be read or decoded, or the encoder is not installed.
    pub fn encode(path: &Path, options: &EncodeOptions) -> Result<Self> {
        let named = |error: TestCameraError| TestCameraError::new(format!("{}: {error}", path.display()));
        let open = || Decoding::open(path, options).map_err(named);
        if matches!(options.transform, Transform::Quiet { .. }) {
            let (empty, count) = empty_scene(open()?).map_err(named)?;
            return encode(std::iter::repeat_n(empty, options.max_frames.unwrap_or(count)).map(Ok), options)
                .map_err(named);
        }
        let clip = || open().map(|clip| paced(clip, options.clip_fps, options.fps));
        let most = options.max_frames.unwrap_or(usize::MAX);
        if options.empty_frames_before == 0 && options.empty_frames_after == 0 {
            return encode(clip()?.take(most), options).map_err(named);
        }
        let (empty, _) = empty_scene(open()?).map_err(named)?;
        let nobody = |frames| std::iter::repeat_n(empty.clone(), frames).map(Ok);
        let all = nobody(options.empty_frames_before).chain(clip()?).take(most);
        encode(all.chain(nobody(options.empty_frames_after)), options).map_err(named)
    }

    /// Encodes pictures of one size.
    ///
    /// # Errors
    /// When there are none, or the encoder is not installed.
    pub fn encode_pictures(pictures: impl IntoIterator<Item = Picture>, options: &EncodeOptions) -> Result<Self> {
        encode(pictures.into_iter().map(Ok), options)
    }

    /// Two seconds of a bright square that walks through a grey room: enough for a test.
    ///
    /// # Errors
    /// When the encoder is not installed.
    pub fn walking_square(width: u32, height: u32, options: &EncodeOptions) -> Result<Self> {
        let steps = options.fps * 2;
        Self::encode_pictures((0..steps).map(|step| Picture::walking_square(width, height, step, steps)), options)
    }
}

/// Shows pictures that were taken at `from` a second at `to`; as they come where `from` is zero.
fn paced(
    mut pictures: impl Iterator<Item = Result<Picture>>,
    from: u32,
    to: u32,
) -> impl Iterator<Item = Result<Picture>> {
    let (from, to) = if from == 0 { (1, 1) } else { (u64::from(from), u64::from(to.max(1))) };
    let mut shown: Option<Picture> = None;
    let (mut taken, mut number) = (0, 0);
    std::iter::from_fn(move || {
        while taken * to <= number * from {
            taken += 1;
            match pictures.next()? {
                Ok(picture) => shown = Some(picture),
                Err(error) => return Some(Err(error)),
            }
        }
        number += 1;
        shown.clone().map(Ok)
    })
}

/// Decoded pictures of a file.
struct Decoding {
    running: Running,
    left: usize,
}

impl Decoding {
    fn open(path: &Path, options: &EncodeOptions) -> Result<Self> {
        footage::init()?;
        std::fs::File::open(path).map_err(|error| TestCameraError::new(error.to_string()))?;
        let pipeline = footage::pipeline(DECODE)?;
        footage::element(&pipeline, "file")?.set_property("location", path);
        if let Some((width, height)) = options.size {
            let caps = raw_caps(width, height).build();
            footage::element(&pipeline, "size")?.set_property("caps", caps);
        }
        let running = Running::start(pipeline)?;
        let stretched = options.clip_fps > 0 || options.empty_frames_before > 0;
        let left = options.max_frames.filter(|_| !stretched).unwrap_or(usize::MAX);
        Ok(Self { running, left })
    }

    fn next_picture(&self) -> Result<Option<Picture>> {
        let Some(sample) = self.running.next()? else { return Ok(None) };
        picture(&sample).map(Some)
    }
}

impl Iterator for Decoding {
    type Item = Result<Picture>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        self.next_picture().transpose()
    }
}

/// What never moves in a file's pictures, and how many they are.
fn empty_scene(pictures: Decoding) -> Result<(Picture, usize)> {
    let mut spread = Spread::<48>::new();
    let mut count = 0;
    for picture in pictures {
        spread.offer(picture?);
        count += 1;
    }
    let empty = scene::background(&spread.into_pictures());
    empty.map(|empty| (empty, count)).ok_or_else(|| TestCameraError::new("holds no picture"))
}

fn raw_caps(width: u32, height: u32) -> gst::caps::Builder<gst::caps::NoFeature> {
    let side = |pixels: u32| i32::try_from(pixels & !1).unwrap_or(i32::MAX);
    gst::Caps::builder("video/x-raw").field("format", "I420").field("width", side(width)).field("height", side(height))
}

/// Copies the planes out of their strides.
fn picture(sample: &gst::Sample) -> Result<Picture> {
    let bad = || TestCameraError::new("the decoder gave a picture that cannot be read");
    let info = VideoInfo::from_caps(sample.caps().ok_or_else(bad)?).map_err(|_| bad())?;
    let buffer = sample.buffer_owned().ok_or_else(bad)?;
    let frame = VideoFrame::from_buffer_readable(buffer, &info).map_err(|_| bad())?;
    let (width, height) = (info.width() & !1, info.height() & !1);
    let mut data = Vec::with_capacity(Picture::len(width, height));
    for (plane, halved) in [(0, 1), (1, 2), (2, 2)] {
        let (row_len, rows) = ((width / halved) as usize, (height / halved) as usize);
        let stride = usize::try_from(frame.plane_stride()[plane]).map_err(|_| bad())?;
        let bytes = frame.plane_data(u32::try_from(plane).unwrap_or(0)).map_err(|_| bad())?;
        for row in bytes.chunks(stride).take(rows) {
            data.extend_from_slice(row.get(..row_len).ok_or_else(bad)?);
        }
    }
    Ok(Picture { width, height, data })
}

fn encode(pictures: impl Iterator<Item = Result<Picture>>, options: &EncodeOptions) -> Result<Footage> {
    footage::init()?;
    let mut pictures = pictures.peekable();
    let (width, height) = match pictures.peek() {
        Some(Ok(first)) => (first.width, first.height),
        Some(Err(_)) | None => (0, 0),
    };
    let pipeline = footage::pipeline(match options.codec {
        Codec::H264 => ENCODE_H264,
        Codec::H265 => ENCODE_H265,
    })?;
    configure(&footage::element(&pipeline, "encoder")?, options);
    let source = footage::app_src(&pipeline, "frames")?;
    let rate = gst::Fraction::new(i32::try_from(options.fps).unwrap_or(25), 1);
    source.set_caps(Some(&raw_caps(width, height).field("framerate", rate).build()));
    let running = Running::start(pipeline)?;
    let mut paint = painter(options.transform);
    let frame = gst::ClockTime::SECOND / u64::from(options.fps.max(1));
    for (index, picture) in (0_u64..).zip(pictures) {
        let mut picture = picture?;
        if (picture.width, picture.height) != (width, height) {
            return Err(TestCameraError::new(format!("picture {index} has another size")));
        }
        paint(&mut picture);
        let mut buffer = gst::Buffer::from_mut_slice(picture.data);
        {
            let buffer = buffer.make_mut();
            buffer.set_pts(frame * index);
            buffer.set_duration(frame);
        }
        if source.push_buffer(buffer).is_err() {
            break;
        }
    }
    // Where it fails, collecting says why.
    let _ = source.end_of_stream();
    Footage::from_samples(&running.collect()?)
}

fn painter(transform: Transform) -> Box<dyn FnMut(&mut Picture)> {
    match transform {
        Transform::AsIs => Box::new(|_| {}),
        Transform::Night { seed } => {
            let mut noise = Noise::night(seed);
            Box::new(move |picture| scene::night(picture, &mut noise))
        }
        Transform::Quiet { seed } | Transform::Grainy { seed } => {
            let mut noise = Noise::quiet(seed);
            Box::new(move |picture| scene::quiet(picture, &mut noise))
        }
    }
}

fn configure(encoder: &gst::Element, options: &EncodeOptions) {
    let gop_frames = i32::try_from(options.gop_frames).unwrap_or(i32::MAX);
    match options.codec {
        Codec::H264 => {
            encoder.set_property("key-int-max", options.gop_frames);
            encoder.set_property("option-string", "scenecut=0");
            match options.bitrate {
                Bitrate::Constant(kbit) => {
                    encoder.set_property_from_str("pass", "cbr");
                    encoder.set_property("bitrate", kbit);
                }
                Bitrate::Variable => {
                    encoder.set_property_from_str("pass", "qual");
                    encoder.set_property("quantizer", RATE_FACTOR);
                }
            }
        }
        Codec::H265 => {
            encoder.set_property("key-int-max", gop_frames);
            let fixed = "bframes=0:scenecut=0:log-level=error";
            let rate = match options.bitrate {
                Bitrate::Constant(kbit) => {
                    encoder.set_property("bitrate", kbit);
                    format!("vbv-maxrate={kbit}:vbv-bufsize={kbit}")
                }
                Bitrate::Variable => format!("crf={RATE_FACTOR}"),
            };
            encoder.set_property("option-string", format!("{fixed}:{rate}"));
        }
    }
}
