//! How sharp a part of a picture is. Pure.

use crate::base::Rect;
use crate::decode::{PixelFormat, Planes};

/// Differences are taken over so many pixels, which noise survives less well than edges do.
const STEP: usize = 2;
/// Deviation of luma that counts as no contrast: noise.
const NOISE: f32 = 4.0;

/// 0 (flat, or blurred) to 1: how much of the contrast within `region` (pixels of the frame) lies
/// between neighbours. Comparable only between pictures of the same thing.
pub(super) fn sharpness(planes: &Planes<'_>, region: &Rect) -> f32 {
    let inside = region.clamped(planes.width as f32, planes.height as f32);
    let pixel = if planes.format == PixelFormat::Rgb { 3 } else { 1 };
    let (left, right) = (inside.x as usize * pixel, inside.right() as usize * pixel);
    let (mut count, mut sum, mut squares, mut steps) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    // Every second row tells as much.
    for y in (inside.y as usize..inside.bottom() as usize).step_by(2) {
        let row = planes.first.row(y);
        let row = row.get(left..right.min(row.len())).unwrap_or_default();
        for (&here, &there) in row.iter().zip(row.iter().skip(STEP * pixel)) {
            let luma = f32::from(here);
            count += 1.0;
            sum += luma;
            squares += luma * luma;
            let step = luma - f32::from(there);
            steps += step * step;
        }
    }
    if count == 0.0 {
        return 0.0;
    }
    let mean = sum / count;
    let deviation = (squares / count - mean * mean).max(0.0).sqrt();
    // Squares: a blurred edge takes as many grey levels as a sharp one, in smaller steps.
    ((steps / count).sqrt() / (deviation + NOISE)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::decode::Frame;

    const SIZE: usize = 128;

    /// Stripes whose edges are `blur` pixels wide.
    fn stripes(blur: usize) -> Frame {
        let sharp = |x: usize| if (x / 16).is_multiple_of(2) { 40_usize } else { 200 };
        let soft = |x: usize| (0..blur).map(|shift| sharp(x + shift)).sum::<usize>() / blur;
        let luma = (0..SIZE * SIZE).map(|i| u8::try_from(soft(i % SIZE)).expect("a byte"));
        let data = luma.chain(vec![128; SIZE * SIZE / 2]).collect();
        let size = (SIZE as u32, SIZE as u32);
        Frame::from_bytes(data, PixelFormat::I420, size, Duration::ZERO, Timestamp::UNIX_EPOCH).expect("valid")
    }

    #[test]
    fn blur_is_less_sharp_and_nothing_is_nothing() {
        let part = Rect::new(10.0, 10.0, 100.0, 100.0);
        let values = [1, 5, 9, 15].map(|blur| sharpness(&stripes(blur).planes(), &part));
        assert!(values.is_sorted_by(|a, b| a > b) && values[0] > 1.5 * values[3], "{values:?}");
        let narrow = stripes(1);
        for empty in
            [Rect::new(500.0, 0.0, 9.0, 9.0), Rect::new(1.0, 1.0, 0.0, 0.0), Rect::new(f32::NAN, 1.0, 1.0, 1.0)]
        {
            assert!((0.0..=1.0).contains(&sharpness(&narrow.planes(), &empty)));
        }
        assert_eq!(sharpness(&narrow.planes(), &Rect::new(1.0, 1.0, 10.0, 100.0)), 0.0, "within one stripe");
    }
}
