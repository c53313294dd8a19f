//! From a frame to a JPEG: made only when somebody looks.

use std::time::Duration;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ExtendedColorType, ImageFormat, Rgb, RgbImage, imageops};
use jiff::Timestamp;

use super::{Frame, FrameError, PixelFormat, Plane, Planes};
use crate::base::Rect;

/// Good enough for evidence, a quarter of the size of the best.
pub const QUALITY: u8 = 85;

const BOX_COLOR: Rgb<u8> = Rgb([255, 92, 40]);
const BOX_LINE_PIXELS: u32 = 3;

/// Longer side of a crop in pixels, and how many times it is enlarged for that at most.
const CROP_SIDE: f32 = 256.0;
const MOST_ENLARGED: f32 = 4.0;
/// What is shown around what was judged, as a share of its longer side.
const CROP_RIM: f32 = 0.15;

/// The picture of a JPEG, in RGB.
///
/// # Errors
/// Where it is none, or larger than any camera's.
pub fn decode(bytes: &[u8]) -> Result<Frame, JpegError> {
    let picture = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg)?.into_rgb8();
    let size = picture.dimensions();
    Ok(Frame::from_bytes(picture.into_raw(), PixelFormat::Rgb, size, Duration::ZERO, Timestamp::UNIX_EPOCH)?)
}

/// Why a picture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum JpegError {
    #[error(transparent)]
    Damaged(#[from] image::ImageError),
    #[error(transparent)]
    Size(#[from] FrameError),
}

/// A JPEG of the frame, scaled down to `width` pixels where it is wider. `quality` is 1 to 100.
pub fn encode(frame: &Frame, width: Option<u32>, quality: u8) -> Vec<u8> {
    encode_with_boxes(frame, &[], width, quality)
}

/// As [`encode`], with an outline around each of `boxes`, which are in pixels of the frame.
pub fn encode_with_boxes(frame: &Frame, boxes: &[Rect], width: Option<u32>, quality: u8) -> Vec<u8> {
    let mut picture = scaled_down(rgb(&frame.planes()), width);
    let scale = picture.width() as f32 / frame.width as f32;
    for found in boxes {
        outline(&mut picture, &found.scaled(scale, scale));
    }
    compress(&picture, quality)
}

/// A JPEG of the part of a frame around `region` (in pixels of the frame) with a rim, so that a
/// person can judge it: what is small is enlarged. `None` where the region lies outside.
pub fn crop(frame: &Frame, region: &Rect) -> Option<Vec<u8>> {
    let rim = CROP_RIM * region.w.max(region.h);
    let Rect { x, y, w, h } = *region;
    let around = Rect::new(x - rim, y - rim, w + 2.0 * rim, h + 2.0 * rim);
    let planes = frame.planes();
    let inside = around.clamped(planes.width as f32, planes.height as f32);
    if !region.is_finite() || inside.w < 1.0 || inside.h < 1.0 {
        return None;
    }
    // Chroma has half the columns and rows: a part begins where it does.
    let [left, top] = [inside.x, inside.y].map(|side| side as usize / 2 * 2);
    let size = (inside.right().ceil() as usize - left, inside.bottom().ceil() as usize - top);
    let picture = convert(&part(&planes, (left, top), size), &Matrix::of(&planes));
    let (width, height) = picture.dimensions();
    let scale = (CROP_SIDE / width.max(height) as f32).min(MOST_ENLARGED);
    let scaled = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    Some(compress(&imageops::resize(&picture, scaled(width), scaled(height), FilterType::Triangle), QUALITY))
}

/// A rectangle of a picture; `left` and `top` must be even, and all of it inside.
fn part<'a>(planes: &Planes<'a>, (left, top): (usize, usize), (width, height): (usize, usize)) -> Planes<'a> {
    let from = |plane: Plane<'a>, x: usize, y: usize| Plane {
        data: plane.data.get(y * plane.stride + x..).unwrap_or_default(),
        stride: plane.stride,
    };
    let chroma_left = if planes.format == PixelFormat::Nv12 { left } else { left / 2 };
    let luma_left = if planes.format == PixelFormat::Rgb { 3 * left } else { left };
    Planes {
        width,
        height,
        first: from(planes.first, luma_left, top),
        second: planes.second.map(|plane| from(plane, chroma_left, top / 2)),
        third: planes.third.map(|plane| from(plane, chroma_left, top / 2)),
        ..*planes
    }
}

fn compress(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .expect("a frame's sides fit a JPEG, and memory takes every byte");
    jpeg
}

fn scaled_down(picture: RgbImage, width: Option<u32>) -> RgbImage {
    let (full_width, full_height) = picture.dimensions();
    match width {
        Some(width) if width < full_width => {
            let height = u64::from(full_height) * u64::from(width) / u64::from(full_width);
            imageops::thumbnail(&picture, width.max(1), u32::try_from(height).unwrap_or(full_height).max(1))
        }
        _ => picture,
    }
}

fn outline(picture: &mut RgbImage, found: &Rect) {
    let (width, height) = picture.dimensions();
    let inside = found.clamped(width as f32, height as f32);
    if inside.area() <= 0.0 {
        return;
    }
    let [left, top, right, bottom] =
        [inside.x, inside.y, inside.right().ceil(), inside.bottom().ceil()].map(|side| side as u32);
    for y in top..bottom.min(height) {
        for x in left..right.min(width) {
            let from_edge = (x - left).min(right - 1 - x).min(y - top).min(bottom - 1 - y);
            if from_edge < BOX_LINE_PIXELS {
                picture.put_pixel(x, y, BOX_COLOR);
            }
        }
    }
}

/// What a colour is made of: luma's scale and the weights of the two chromas, in 1/65536.
struct Matrix {
    luma_offset: i32,
    luma: i32,
    red_from_red: i32,
    green_from_blue: i32,
    green_from_red: i32,
    blue_from_blue: i32,
}

impl Matrix {
    /// BT.709 from 720 lines on, BT.601 below, as cameras have it.
    fn of(planes: &Planes<'_>) -> Self {
        let (red, blue) = if planes.height >= 720 { (0.2126, 0.0722) } else { (0.299, 0.114) };
        let green = 1.0 - red - blue;
        let (luma_scale, chroma_scale) = if planes.full_range { (1.0, 1.0) } else { (255.0 / 219.0, 255.0 / 224.0) };
        let fixed = |weight: f64| (weight * 65_536.0).round() as i32;
        Self {
            luma_offset: if planes.full_range { 0 } else { 16 },
            luma: fixed(luma_scale),
            red_from_red: fixed(2.0 * (1.0 - red) * chroma_scale),
            green_from_blue: fixed(-2.0 * (1.0 - blue) * blue / green * chroma_scale),
            green_from_red: fixed(-2.0 * (1.0 - red) * red / green * chroma_scale),
            blue_from_blue: fixed(2.0 * (1.0 - blue) * chroma_scale),
        }
    }

    fn rgb(&self, luma: u8, blue: u8, red: u8) -> [u8; 3] {
        let luma = (i32::from(luma) - self.luma_offset) * self.luma + 32_768;
        let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
        let parts = [
            luma + self.red_from_red * red,
            luma + self.green_from_blue * blue + self.green_from_red * red,
            luma + self.blue_from_blue * blue,
        ];
        parts.map(|part| (part >> 16).clamp(0, 255) as u8)
    }

    /// Adds a row of pixels; `chroma` gives the blue and red difference at a column, if there are any.
    fn convert<'a>(&self, luma: &[u8], chroma: impl Fn(usize) -> [Option<&'a u8>; 2], pixels: &mut Vec<u8>) {
        for (x, &luma) in luma.iter().enumerate() {
            // Without chroma a picture is grey.
            let [blue, red] = chroma(x).map(|value| value.copied().unwrap_or(128));
            pixels.extend_from_slice(&self.rgb(luma, blue, red));
        }
    }
}

pub fn rgb(planes: &Planes<'_>) -> RgbImage {
    convert(planes, &Matrix::of(planes))
}

fn convert(planes: &Planes<'_>, matrix: &Matrix) -> RgbImage {
    let (width, height) = (planes.width, planes.height);
    let mut pixels = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        let first = planes.first.row(y);
        let (second, third) = (chroma_row(planes.second, y), chroma_row(planes.third, y));
        match planes.format {
            PixelFormat::Rgb => pixels.extend_from_slice(&first[..3 * width]),
            PixelFormat::I420 => {
                let chroma = |x: usize| [second.get(x / 2), third.get(x / 2)];
                matrix.convert(&first[..width], chroma, &mut pixels);
            }
            PixelFormat::Nv12 => {
                let chroma = |x: usize| [second.get(x / 2 * 2), second.get(x / 2 * 2 + 1)];
                matrix.convert(&first[..width], chroma, &mut pixels);
            }
        }
    }
    let side = |side: usize| u32::try_from(side).expect("a frame's sides are 32 bits");
    RgbImage::from_raw(side(width), side(height), pixels).expect("three bytes a pixel")
}

fn chroma_row(plane: Option<Plane<'_>>, y: usize) -> &[u8] {
    plane.map_or(&[], |plane| plane.row(y / 2))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    fn frame(data: Vec<u8>, format: PixelFormat, size: (u32, u32)) -> Frame {
        Frame::from_bytes(data, format, size, Duration::ZERO, Timestamp::UNIX_EPOCH).expect("valid")
    }

    /// One colour all over, in video range.
    fn plain(format: PixelFormat, size: (u32, u32), [y, u, v]: [u8; 3]) -> Frame {
        let luma = (size.0 * size.1) as usize;
        let chroma = (size.0.div_ceil(2) * size.1.div_ceil(2)) as usize;
        let mut data = vec![y; luma];
        match format {
            PixelFormat::Nv12 => data.extend([u, v].repeat(chroma)),
            _ => data.extend([vec![u; chroma], vec![v; chroma]].concat()),
        }
        frame(data, format, size)
    }

    fn decoded(jpeg: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).expect("a JPEG").to_rgb8()
    }

    #[track_caller]
    fn check_color(frame: &Frame, wanted: [u8; 3]) {
        let picture = decoded(&encode(frame, None, 95));
        assert_eq!(picture.dimensions(), (frame.width, frame.height));
        for pixel in picture.pixels() {
            let off = pixel.0.iter().zip(wanted).map(|(a, b)| a.abs_diff(b)).max();
            assert!(off <= Some(4), "{pixel:?} instead of {wanted:?}");
        }
    }

    #[test]
    fn colours_are_those_of_the_camera() {
        // Odd sizes on purpose; BT.601 red, green, white and black.
        check_color(&plain(PixelFormat::I420, (33, 17), [81, 90, 240]), [255, 0, 0]);
        check_color(&plain(PixelFormat::Nv12, (33, 17), [145, 54, 34]), [0, 255, 0]);
        check_color(&plain(PixelFormat::I420, (16, 16), [235, 128, 128]), [255, 255, 255]);
        check_color(&plain(PixelFormat::Nv12, (16, 16), [16, 128, 128]), [0, 0, 0]);
        // From 720 lines on BT.709: its red has less luma.
        check_color(&plain(PixelFormat::I420, (16, 720), [63, 102, 240]), [255, 0, 0]);
        check_color(&frame([10, 200, 90].repeat(64), PixelFormat::Rgb, (8, 8)), [10, 200, 90]);
    }

    #[test]
    fn a_picture_is_scaled_down_and_never_up() {
        let frame = plain(PixelFormat::I420, (640, 360), [100, 128, 128]);
        assert_eq!(decoded(&encode(&frame, Some(320), QUALITY)).dimensions(), (320, 180));
        assert_eq!(decoded(&encode(&frame, Some(1920), QUALITY)).dimensions(), (640, 360));
    }

    #[test]
    fn a_crop_shows_its_region_enlarged() {
        // A white square of 20 in black, in each format; the crop is all white but for the rim.
        let square = |x: usize, y: usize| (40..60).contains(&x) && (30..50).contains(&y);
        let luma = |white: u8, black: u8| {
            (0..101 * 81).map(move |i| if square(i % 101, i / 101) { white } else { black }).collect::<Vec<u8>>()
        };
        let chroma = vec![128; 2 * 51 * 41];
        let grey = |format| frame([luma(235, 16), chroma.clone()].concat(), format, (101, 81));
        let color = luma(255, 0).into_iter().flat_map(|value| [value; 3]).collect();
        for frame in [grey(PixelFormat::I420), grey(PixelFormat::Nv12), frame(color, PixelFormat::Rgb, (101, 81))] {
            let picture = decoded(&crop(&frame, &Rect::new(40.0, 30.0, 20.0, 20.0)).expect("inside"));
            assert!((100..=256).contains(&picture.width()), "{:?}", picture.dimensions());
            let (middle, side) = (picture.width() / 2, picture.width() - 1);
            assert!(picture.get_pixel(middle, middle).0[0] > 240 && picture.get_pixel(side / 4, side / 4).0[0] > 240);
            assert!(picture.get_pixel(1, 1).0[0] < 15 && picture.get_pixel(side - 1, side - 1).0[0] < 15);
            // Partly outside, wholly outside, nowhere.
            assert!(crop(&frame, &Rect::new(90.0, 70.0, 30.0, 30.0)).is_some());
            assert_eq!(crop(&frame, &Rect::new(300.0, 30.0, 20.0, 20.0)), None);
            assert_eq!(crop(&frame, &Rect::new(f32::NAN, 30.0, 20.0, 20.0)), None);
        }
        let large = plain(PixelFormat::I420, (1280, 720), [100, 128, 128]);
        let picture = decoded(&crop(&large, &Rect::new(100.0, 100.0, 300.0, 500.0)).expect("inside"));
        assert_eq!(picture.height(), 256, "scaled down to what a page needs");
    }

    #[test]
    fn boxes_are_outlined_and_may_reach_outside() {
        let frame = plain(PixelFormat::I420, (64, 64), [16, 128, 128]);
        let boxes = [
            Rect::new(10.0, 10.0, 30.0, 40.0),
            Rect::new(50.0, 50.0, 500.0, 500.0),
            Rect::new(-20.0, -20.0, 5.0, 5.0),
            Rect::new(f32::NAN, 0.0, 5.0, 5.0),
        ];
        let picture = decoded(&encode_with_boxes(&frame, &boxes, None, 95));
        let is_drawn = |x, y| picture.get_pixel(x, y).0[0] > 150;
        assert!(is_drawn(11, 30) && is_drawn(25, 11) && is_drawn(38, 30) && is_drawn(25, 48));
        assert!(!is_drawn(25, 30) && !is_drawn(5, 30) && !is_drawn(45, 30));
        assert!(is_drawn(51, 60) && is_drawn(62, 62));
    }
}
