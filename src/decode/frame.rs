use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gstreamer_video as gst_video;
use gstreamer_video::VideoFrameExt as _;
use jiff::Timestamp;

use super::mask::Spans;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelFormat {
    /// Three planes: luma, and both chroma at half width and height.
    I420,
    /// Two planes: luma, and interleaved chroma at half width and height.
    Nv12,
    /// One plane of packed red, green, blue: a still picture.
    Rgb,
}

/// One plane of a picture: rows of `stride` bytes, of which the first ones are pixels.
#[derive(Clone, Copy)]
pub struct Plane<'a> {
    pub data: &'a [u8],
    pub stride: usize,
}

impl<'a> Plane<'a> {
    /// The bytes of row `y`, padding included.
    pub fn row(&self, y: usize) -> &'a [u8] {
        let end = ((y + 1) * self.stride).min(self.data.len());
        &self.data[y * self.stride..end]
    }
}

/// A picture's planes, borrowed.
#[derive(Clone, Copy)]
pub struct Planes<'a> {
    pub format: PixelFormat,
    pub width: usize,
    pub height: usize,
    /// Luma, or packed RGB.
    pub first: Plane<'a>,
    /// Blue-difference chroma, or both for NV12.
    pub second: Option<Plane<'a>>,
    /// Red-difference chroma for I420.
    pub third: Option<Plane<'a>>,
    /// Luma uses 0 to 255 rather than 16 to 235.
    pub full_range: bool,
}

/// A decoded picture, kept in the decoder's memory or in its own. It hides nothing but the strides.
pub struct Frame {
    pub width: u32,
    pub height: u32,
    /// Stream time, as that of the access unit it was decoded from.
    pub pts: Duration,
    /// Wall time of that access unit.
    pub at: Timestamp,
    storage: Storage,
    /// What of it was painted over.
    pub(super) painted: Option<Arc<Spans>>,
}

enum Storage {
    Decoded { frame: Box<gst_video::VideoFrame<gst_video::video_frame::Readable>>, format: PixelFormat },
    Owned { data: Vec<u8>, format: PixelFormat, full_range: bool },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("a picture of {width}x{height} cannot be used")]
    BadSize { width: u32, height: u32 },
    #[error("pixel format {0} is not supported")]
    UnsupportedFormat(String),
    #[error("{got} bytes do not make a picture of {width}x{height}")]
    WrongLength { got: usize, width: u32, height: u32 },
}

/// Larger pictures are refused: no camera sends them, and a broken header must not exhaust memory.
const MAX_SIDE: u32 = 16_384;
/// What the highest levels of H.264 and H.265 allow, 8192 by 4352.
const MAX_PIXELS: u64 = 35_651_584;

impl Frame {
    /// A frame over the decoder's own memory, without a copy.
    ///
    /// # Errors
    /// A size of zero or beyond reason, or a format other than I420 and NV12.
    pub fn from_decoded(
        frame: gst_video::VideoFrame<gst_video::video_frame::Readable>,
        pts: Duration,
        at: Timestamp,
    ) -> Result<Self, FrameError> {
        let (width, height) = (frame.width(), frame.height());
        check_size(width, height)?;
        let format = match frame.format() {
            gst_video::VideoFormat::I420 => PixelFormat::I420,
            gst_video::VideoFormat::Nv12 => PixelFormat::Nv12,
            other => return Err(FrameError::UnsupportedFormat(other.to_str().to_string())),
        };
        Ok(Self { width, height, pts, at, storage: Storage::Decoded { frame: Box::new(frame), format }, painted: None })
    }

    /// A frame of tightly packed planes: I420, NV12 (odd sizes rounded up for chroma) or RGB.
    ///
    /// # Errors
    /// A size of zero or beyond reason, or a number of bytes that does not fit it.
    pub fn from_bytes(
        data: Vec<u8>,
        format: PixelFormat,
        (width, height): (u32, u32),
        pts: Duration,
        at: Timestamp,
    ) -> Result<Self, FrameError> {
        check_size(width, height)?;
        let (w, h) = (width as usize, height as usize);
        let wanted = match format {
            PixelFormat::I420 | PixelFormat::Nv12 => w * h + 2 * w.div_ceil(2) * h.div_ceil(2),
            PixelFormat::Rgb => 3 * w * h,
        };
        if data.len() != wanted {
            return Err(FrameError::WrongLength { got: data.len(), width, height });
        }
        let full_range = format == PixelFormat::Rgb;
        Ok(Self { width, height, pts, at, storage: Storage::Owned { data, format, full_range }, painted: None })
    }

    /// The same picture in memory of its own, changed: `change` is given the bytes of its planes, tightly packed. A decoder's
    /// own memory is left alone, for the next pictures are made of it.
    pub(super) fn changed(&self, change: impl FnOnce(&mut [u8], PixelFormat)) -> Self {
        let planes = self.planes();
        let mut data = packed(&planes);
        change(&mut data, planes.format);
        let storage = Storage::Owned { data, format: planes.format, full_range: planes.full_range };
        let Self { width, height, pts, at, ref painted, .. } = *self;
        Self { width, height, pts, at, storage, painted: painted.clone() }
    }

    pub fn planes(&self) -> Planes<'_> {
        let (width, height) = (self.width as usize, self.height as usize);
        match &self.storage {
            Storage::Decoded { frame, format } => {
                let plane = |index: u32| {
                    let stride = usize::try_from(frame.plane_stride()[index as usize]).ok()?;
                    Some(Plane { data: frame.plane_data(index).ok()?, stride })
                };
                let three = *format == PixelFormat::I420;
                Planes {
                    format: *format,
                    width,
                    height,
                    first: plane(0).unwrap_or(Plane { data: &[], stride: 0 }),
                    second: plane(1),
                    third: if three { plane(2) } else { None },
                    full_range: frame.info().colorimetry().range() == gst_video::VideoColorRange::Range0_255,
                }
            }
            Storage::Owned { data, format, full_range } => {
                Planes { full_range: *full_range, ..packed_planes(data, *format, width, height) }
            }
        }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({}x{} at {:?})", self.width, self.height, self.pts)
    }
}

pub(super) fn check_size(width: u32, height: u32) -> Result<(), FrameError> {
    let is_small = u64::from(width) * u64::from(height) <= MAX_PIXELS;
    if is_small && (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) {
        Ok(())
    } else {
        Err(FrameError::BadSize { width, height })
    }
}

/// A picture's bytes without what stands between its rows.
fn packed(planes: &Planes<'_>) -> Vec<u8> {
    let (width, height) = (planes.width, planes.height);
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut bytes = Vec::with_capacity(width * height + 2 * half_width * half_height);
    let mut copy = |plane: Option<Plane<'_>>, row_len: usize, rows: usize| {
        let Some(plane) = plane else { return };
        for y in 0..rows {
            bytes.extend_from_slice(&plane.row(y)[..row_len]);
        }
    };
    match planes.format {
        PixelFormat::Rgb => copy(Some(planes.first), 3 * width, height),
        PixelFormat::Nv12 => {
            copy(Some(planes.first), width, height);
            copy(planes.second, 2 * half_width, half_height);
        }
        PixelFormat::I420 => {
            copy(Some(planes.first), width, height);
            copy(planes.second, half_width, half_height);
            copy(planes.third, half_width, half_height);
        }
    }
    bytes
}

fn packed_planes(data: &[u8], format: PixelFormat, width: usize, height: usize) -> Planes<'_> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let luma = width * height;
    let (first, second, third) = match format {
        PixelFormat::Rgb => (Plane { data, stride: 3 * width }, None, None),
        PixelFormat::Nv12 => (
            Plane { data: &data[..luma], stride: width },
            Some(Plane { data: &data[luma..], stride: 2 * half_width }),
            None,
        ),
        PixelFormat::I420 => {
            let (blue, red) = data[luma..].split_at(half_width * half_height);
            let chroma = |data| Some(Plane { data, stride: half_width });
            (Plane { data: &data[..luma], stride: width }, chroma(blue), chroma(red))
        }
    };
    Planes { format, width, height, first, second, third, full_range: format == PixelFormat::Rgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(format: PixelFormat, size: (u32, u32), bytes: usize) -> Result<Frame, FrameError> {
        Frame::from_bytes(vec![7; bytes], format, size, Duration::ZERO, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn odd_sizes_round_chroma_up() {
        let frame = frame(PixelFormat::I420, (5, 3), 15 + 2 * 6).expect("valid");
        let planes = frame.planes();
        assert_eq!(planes.first.row(2).len(), 5);
        assert_eq!(planes.third.expect("red").data.len(), 6);
    }

    #[test]
    fn impossible_pictures_are_refused() {
        assert_eq!(
            frame(PixelFormat::Rgb, (0, 4), 0).expect_err("no width"),
            FrameError::BadSize { width: 0, height: 4 }
        );
        assert_eq!(
            frame(PixelFormat::Nv12, (4, 4), 23).expect_err("one byte short"),
            FrameError::WrongLength { got: 23, width: 4, height: 4 }
        );
        assert!(frame(PixelFormat::Rgb, (20_000, 4), 0).is_err());
    }
}
