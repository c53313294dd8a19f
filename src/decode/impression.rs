//! What a picture looks like from afar: some thousand numbers that tell whether a camera still sees
//! its scene. Pure, and cheap enough to be taken of every picture of a quiet camera.

use super::{Frame, PixelFormat, Plane};

/// Blocks are square, at least so many pixels wide, and no more than this many across.
const MAX_COLUMNS: usize = 80;
const LEAST_BLOCK: usize = 4;
/// Rows of a block that are read: neighbours are alike.
const ROWS_READ: usize = 4;
/// Of the rows of chroma one in so many is read, and of those of luma one is kept as it was decoded.
const CHROMA_EVERY: usize = 8;
const KEPT_EVERY: usize = 8;
/// What was kept is compared in stretches of so many pixels.
const STRETCH: usize = 64;
/// Of grey, in chroma; and of black, in luma that does not use its full range.
const GREY: u8 = 128;
const BLACK: f32 = 16.0;

/// A picture from afar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Impression {
    /// Blocks across and down.
    pub columns: usize,
    pub rows: usize,
    /// Mean luma of each block above black, in levels of 255, row by row.
    pub means: Vec<f32>,
    /// Mean difference of horizontal neighbours in each block, in the same levels: what blur takes away.
    pub steps: Vec<f32>,
    /// Mean distance of chroma from grey, in levels: near zero by infrared light.
    pub color: f32,
    /// Luma of some rows as it was decoded: equal to the bit in pictures that only repeat one another.
    pub kept: Vec<u8>,
    /// Of each block, whether a privacy mask hides some of it: it says nothing then. Empty where there is no mask.
    pub hidden: Vec<bool>,
}

impl Impression {
    /// Of a decoded picture; none of a still one in RGB, which no camera sends.
    pub fn of(frame: &Frame) -> Option<Self> {
        let planes = frame.planes();
        if planes.format == PixelFormat::Rgb || planes.first.data.is_empty() {
            return None;
        }
        let block = planes.width.div_ceil(MAX_COLUMNS).max(LEAST_BLOCK);
        let (columns, rows) = (planes.width / block, planes.height / block);
        let mut impression =
            Self { columns, rows, color: color(planes.second, planes.third, planes.height), ..Self::default() };
        let black = if planes.full_range { 0.0 } else { BLACK };
        // First down and then across, so that the loops over pixels are ones that vectorise.
        let (mut sums, mut steps) = (vec![0u16; columns * block], vec![0u16; columns * block]);
        for row in 0..rows {
            sums.fill(0);
            steps.fill(0);
            let mut lines = 0u16;
            for y in (row * block..(row + 1) * block).step_by((block / ROWS_READ).max(1)) {
                add_line(&mut sums, &mut steps, planes.first.row(y));
                lines += 1;
            }
            let pixels = f32::from(lines) * block as f32;
            let mean = |sums: &[u16]| sums.iter().map(|&sum| u32::from(sum)).sum::<u32>() as f32 / pixels;
            impression.means.extend(sums.chunks_exact(block).map(|sums| (mean(sums) - black).max(0.0)));
            impression.steps.extend(steps.chunks_exact(block).map(mean));
        }
        for y in (0..planes.height).step_by(KEPT_EVERY) {
            let line = planes.first.row(y);
            let line = &line[..planes.width.min(line.len())];
            match &frame.painted {
                Some(spans) => {
                    for left in spans.left(y) {
                        impression.kept.extend_from_slice(line.get(left).unwrap_or_default());
                    }
                }
                None => impression.kept.extend_from_slice(line),
            }
        }
        if let Some(spans) = &frame.painted {
            let all = |at: usize| at * block..(at + 1) * block;
            let blocks = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
            impression.hidden = blocks.map(|(column, row)| spans.touches(all(column), all(row))).collect();
        }
        Some(impression)
    }

    /// Whether a privacy mask hides some of this block.
    pub fn hides(&self, block: usize) -> bool {
        self.hidden.get(block).is_some_and(|hidden| *hidden)
    }

    /// Mean luma of each block that is seen.
    pub fn seen_means(&self) -> impl Iterator<Item = f32> + '_ {
        self.means.iter().enumerate().filter(|(block, _)| !self.hides(*block)).map(|(_, mean)| *mean)
    }

    /// Whether both are of pictures of one size.
    pub fn fits(&self, other: &Self) -> bool {
        (self.columns, self.rows, self.kept.len()) == (other.columns, other.rows, other.kept.len())
    }

    /// How far what was kept of both differs, in levels: in half of the picture it is more, in half
    /// less. So it tells of noise, and not of who moves somewhere.
    pub fn stir(&self, other: &Self) -> f32 {
        let sum = |(a, b): (&[u8], &[u8])| a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
        let mut sums: Vec<u32> = self.kept.chunks(STRETCH).zip(other.kept.chunks(STRETCH)).map(sum).collect();
        if sums.is_empty() {
            return 0.0;
        }
        let middle = sums.len() / 2;
        *sums.select_nth_unstable(middle).1 as f32 / STRETCH as f32
    }
}

/// Adds the luma of a line, and the differences of its neighbours, to the sums of each column.
fn add_line(sums: &mut [u16], steps: &mut [u16], line: &[u8]) {
    for (sum, &luma) in sums.iter_mut().zip(line) {
        *sum += u16::from(luma);
    }
    for ((step, &here), &next) in steps.iter_mut().zip(line).zip(line.get(1..).unwrap_or_default()) {
        *step += u16::from(here.abs_diff(next));
    }
}

/// Mean distance from grey of both planes of chroma, or of the one that holds both.
fn color(second: Option<Plane<'_>>, third: Option<Plane<'_>>, height: usize) -> f32 {
    let (mut sum, mut count) = (0u64, 0u64);
    for plane in [second, third].into_iter().flatten() {
        for y in (0..height / 2).step_by(CHROMA_EVERY) {
            let line = plane.row(y);
            sum += line.iter().map(|&chroma| u64::from(chroma.abs_diff(GREY))).sum::<u64>();
            count += line.len() as u64;
        }
    }
    sum as f32 / count.max(1) as f32
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn frame(width: u32, height: u32, format: PixelFormat, luma: impl Fn(usize, usize) -> u8, chroma: u8) -> Frame {
        let (w, h) = (width as usize, height as usize);
        let mut data: Vec<u8> = (0..w * h).map(|at| luma(at % w, at / w)).collect();
        data.resize(w * h + 2 * w.div_ceil(2) * h.div_ceil(2), chroma);
        Frame::from_bytes(data, format, (width, height), Duration::ZERO, Timestamp::UNIX_EPOCH).expect("valid")
    }

    #[track_caller]
    fn check(format: PixelFormat) {
        // Stripes of a pixel on the left, plain on the right; the chroma of a lawn.
        let stripes = |x: usize, _| if x >= 320 || x.is_multiple_of(2) { 116 } else { 76 };
        let impression = Impression::of(&frame(640, 360, format, stripes, 118)).expect("an impression");
        assert_eq!((impression.columns, impression.rows, impression.means.len()), (80, 45, 3600));
        let near = |value: f32, wanted: f32| assert!((value - wanted).abs() < 0.01, "{value} is not {wanted}");
        near(impression.means[0], 80.0);
        near(impression.means[79], 100.0);
        near(impression.steps[0], 40.0);
        near(impression.steps[79], 0.0);
        near(impression.color, 10.0);
        let plain = Impression::of(&frame(640, 360, format, |_, _| 116, 118)).expect("an impression");
        assert!(plain.fits(&impression));
        near(plain.stir(&impression), 20.0);
        near(plain.stir(&plain), 0.0);
    }

    #[test]
    fn it_tells_brightness_sharpness_and_color() {
        check(PixelFormat::I420);
        check(PixelFormat::Nv12);
    }

    proptest! {
        #[test]
        fn any_size_works(width in 1u32..900, height in 1u32..700, level: u8) {
            let impression = Impression::of(&frame(width, height, PixelFormat::I420, |_, _| level, 128)).expect("luma");
            prop_assert!(impression.columns <= 80);
            prop_assert_eq!(impression.means.len(), impression.columns * impression.rows);
            prop_assert_eq!(impression.steps.len(), impression.means.len());
            prop_assert!(impression.stir(&impression) == 0.0);
            prop_assert!(impression.means.iter().all(|mean| (mean - (f32::from(level) - 16.0).max(0.0)).abs() < 0.01));
        }
    }
}
