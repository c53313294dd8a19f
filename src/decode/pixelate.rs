//! Parts of a picture made unrecognisable: of each block of pixels only the mean is left.

use super::{Frame, PixelFormat};
use crate::base::Rect;

/// So many blocks across what is hidden at most: of a face that is less than anybody is known by.
const BLOCKS: f32 = 5.0;
/// Blocks are even, so that chroma has whole ones, and no smaller than this, in pixels.
const LEAST_BLOCK: usize = 8;

/// A copy of the picture in which nothing of these regions, in pixels, can be recognised. What lies in several is hidden in
/// each.
pub fn pixelated(frame: &Frame, regions: &[Rect]) -> Frame {
    let (width, height) = (frame.width as usize, frame.height as usize);
    frame.changed(|bytes, format| {
        for region in regions {
            let inside = region.clamped(width as f32, height as f32);
            if inside.area() > 0.0 {
                hide(bytes, format, (width, height), &inside);
            }
        }
    })
}

fn hide(bytes: &mut [u8], format: PixelFormat, (width, height): (usize, usize), region: &Rect) {
    let block = ((region.w.max(region.h) / BLOCKS) as usize).max(LEAST_BLOCK).next_multiple_of(2);
    // The whole blocks that it touches.
    let cut = |from: f32, to: f32, most: usize| {
        let from = from.max(0.0) as usize / 2 * 2;
        (from, (to.ceil() as usize).clamp(from, most))
    };
    let (left, right) = cut(region.x, region.right(), width);
    let (top, bottom) = cut(region.y, region.bottom(), height);
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let (luma, chroma) = (width * height, half_width * half_height);
    // Of each plane: where it begins, bytes of a row and of a pixel, and how much smaller than the picture it is.
    let planes: &[(usize, usize, usize, usize)] = match format {
        PixelFormat::Rgb => &[(0, 3 * width, 3, 1)],
        PixelFormat::I420 => &[(0, width, 1, 1), (luma, half_width, 1, 2), (luma + chroma, half_width, 1, 2)],
        PixelFormat::Nv12 => &[(0, width, 1, 1), (luma, 2 * half_width, 2, 2)],
    };
    for &(begin, row, channels, scale) in planes {
        for y in (top..bottom).step_by(block) {
            let rows = y / scale..(y + block).min(bottom).div_ceil(scale);
            for x in (left..right).step_by(block) {
                let pixels = x / scale..(x + block).min(right).div_ceil(scale);
                for channel in 0..channels {
                    let at = |x: usize, y: usize| begin + y * row + x * channels + channel;
                    let all = || rows.clone().flat_map(|y| pixels.clone().map(move |x| (x, y)));
                    let sum: u32 = all().map(|(x, y)| u32::from(bytes[at(x, y)])).sum();
                    let mean = (sum as usize / (rows.len() * pixels.len()).max(1)) as u8;
                    all().for_each(|(x, y)| bytes[at(x, y)] = mean);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn noise(format: PixelFormat, (width, height): (u32, u32)) -> Frame {
        let (w, h) = (width as usize, height as usize);
        let bytes = if format == PixelFormat::Rgb { 3 * w * h } else { w * h + 2 * w.div_ceil(2) * h.div_ceil(2) };
        let mut random = fastrand::Rng::with_seed(1);
        let data = (0..bytes).map(|_| random.u8(..)).collect();
        Frame::from_bytes(data, format, (width, height), Duration::ZERO, Timestamp::UNIX_EPOCH).expect("valid")
    }

    #[test]
    fn a_face_is_left_with_a_few_shades() {
        let frame = noise(PixelFormat::I420, (320, 240));
        let face = Rect::new(101.0, 51.0, 40.0, 40.0);
        let hidden = pixelated(&frame, &[face]);
        let planes = hidden.planes();
        let shades: BTreeSet<u8> = (51..91).flat_map(|y| planes.first.row(y)[101..141].to_vec()).collect();
        assert!(shades.len() <= 36, "{} shades", shades.len());
        let chroma: BTreeSet<u8> = (26..45).flat_map(|y| planes.third.expect("red").row(y)[51..70].to_vec()).collect();
        assert!(chroma.len() <= 36, "{} colours", chroma.len());
        let before = frame.planes();
        assert_eq!(planes.first.row(49), before.first.row(49));
        assert_eq!(planes.first.row(60)[..98], before.first.row(60)[..98]);
        assert_eq!(planes.first.row(60)[142..], before.first.row(60)[142..]);
    }

    proptest! {
        #[test]
        fn whatever_the_region_only_it_changes(
            size in (1u32..60, 1u32..50), x in -20f32..80.0, y in -20f32..80.0, w in 0f32..90.0, h in 0f32..90.0,
            format in prop_oneof![Just(PixelFormat::I420), Just(PixelFormat::Nv12), Just(PixelFormat::Rgb)],
        ) {
            let frame = noise(format, size);
            let hidden = pixelated(&frame, &[Rect::new(x, y, w, h)]);
            let (before, after) = (frame.planes(), hidden.planes());
            let channels = if format == PixelFormat::Rgb { 3 } else { 1 };
            for line in 0..size.1 as usize {
                for column in 0..size.0 as usize {
                    let is_near = (x - 2.0..x + w + 2.0).contains(&(column as f32))
                        && (y - 2.0..y + h + 2.0).contains(&(line as f32));
                    let bytes = column * channels..(column + 1) * channels;
                    prop_assert!(is_near || before.first.row(line)[bytes.clone()] == after.first.row(line)[bytes]);
                }
            }
        }
    }
}
