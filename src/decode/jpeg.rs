//! From a frame to a JPEG: made only when somebody looks.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, Rgb, RgbImage, imageops};

use super::{Frame, PixelFormat, Plane, Planes};
use crate::base::Rect;

/// Good enough for evidence, a quarter of the size of the best.
pub const QUALITY: u8 = 85;

const BOX_COLOR: Rgb<u8> = Rgb([255, 92, 40]);
const BOX_LINE_PIXELS: u32 = 3;

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
    let (width, height) = (planes.width, planes.height);
    let matrix = Matrix::of(planes);
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
        image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).expect("a JPEG").to_rgb8()
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
