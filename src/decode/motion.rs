//! Where pictures differ from the usual: a background of block means that follows slow change,
//! with a threshold per block that follows its noise. Pure.

use std::cmp::Reverse;
use std::time::Duration;

use super::{Frame, PixelFormat};
use crate::base::Rect;

/// Blocks are square, at least 8 pixels wide, and no more than this many across.
const MAX_COLUMNS: usize = 160;
const LEAST_BLOCK: usize = 8;
/// A block has changed when it is off by this many levels and by so many times its usual noise.
const LEAST_CHANGE: f32 = 5.0;
const NOISE_FACTOR: f32 = 5.0;
/// No block is quieter than this, in levels.
const LEAST_NOISE: f32 = 0.3;
/// What the second picture may teach at most: it may differ because a lamp was switched.
const MOST_NOISE_AT_FIRST: f32 = 3.0;
/// Fewer connected changed blocks are noise or an insect far away.
const LEAST_BLOCKS: usize = 3;
/// How fast the background follows: where nothing changed; where something changes from picture to
/// picture; and where something came to rest (a parked car becomes usual within a quarter of a
/// minute, so that the camera can sleep again).
const FOLLOW_SECONDS: f32 = 8.0;
const FOLLOW_CHANGING_SECONDS: f32 = 30.0;
const FOLLOW_STILL_SECONDS: f32 = 4.0;
/// More than this share of the picture changed: light, not somebody. It wakes all the same, but
/// the background is learned anew at once.
const GLOBAL_SHARE: f32 = 0.7;

/// Finds motion in the pictures of one camera; the size may change between pictures.
#[derive(Debug, Default)]
pub struct MotionFinder {
    columns: usize,
    rows: usize,
    block: usize,
    background: Vec<f32>,
    noise: Vec<f32>,
    means: Vec<f32>,
    /// Those of the picture before.
    before: Vec<f32>,
    changed: Vec<bool>,
    last: Option<Duration>,
}

impl MotionFinder {
    /// Regions that differ from the usual, in pixels of the frame, the largest first. The first
    /// picture (of a size) shows none.
    pub fn find(&mut self, frame: &Frame) -> Vec<Rect> {
        let planes = frame.planes();
        if planes.format == PixelFormat::Rgb {
            return Vec::new();
        }
        if !self.fits(planes.width, planes.height) {
            self.start(planes.width, planes.height);
            self.measure(frame);
            self.background.clone_from(&self.means);
            self.last = Some(frame.pts);
            return Vec::new();
        }
        std::mem::swap(&mut self.before, &mut self.means);
        self.measure(frame);
        let passed = self.last.map_or(1.0, |last| frame.pts.saturating_sub(last).as_secs_f32()).clamp(0.0, 2.0);
        self.last = Some(frame.pts);
        self.compare(passed);
        self.regions(frame.width as f32, frame.height as f32)
    }

    fn fits(&self, width: usize, height: usize) -> bool {
        let block = block_size(width);
        self.block == block && self.columns == width.div_ceil(block) && self.rows == height.div_ceil(block)
    }

    fn start(&mut self, width: usize, height: usize) {
        self.block = block_size(width);
        self.columns = width.div_ceil(self.block);
        self.rows = height.div_ceil(self.block);
        let blocks = self.columns * self.rows;
        self.background = vec![0.0; blocks];
        self.noise.clear();
        self.means = vec![0.0; blocks];
        self.before = vec![0.0; blocks];
        self.changed = vec![false; blocks];
    }

    /// Mean luma of every block, from every other row: half the work, and rows are alike.
    fn measure(&mut self, frame: &Frame) {
        let planes = frame.planes();
        let mut sums = vec![0u32; self.columns];
        for row in 0..self.rows {
            sums.fill(0);
            let mut lines = 0u32;
            let bottom = ((row + 1) * self.block).min(planes.height);
            for y in (row * self.block..bottom).step_by(2) {
                let line = planes.first.row(y);
                let line = &line[..planes.width.min(line.len())];
                for (sum, block) in sums.iter_mut().zip(line.chunks(self.block)) {
                    *sum += block.iter().map(|&luma| u32::from(luma)).sum::<u32>();
                }
                lines += 1;
            }
            for (column, &sum) in sums.iter().enumerate() {
                let width = self.block.min(planes.width - column * self.block);
                let pixels = (lines * width as u32).max(1);
                self.means[row * self.columns + column] = sum as f32 / pixels as f32;
            }
        }
    }

    /// The second picture tells how noisy the camera is: half of the blocks are off by less than
    /// the median, whatever moves in the others.
    fn learn_noise(&mut self) {
        let mut off: Vec<_> = self.means.iter().zip(&self.background).map(|(a, b)| (a - b).abs()).collect();
        let middle = off.len() / 2;
        let median = *off.select_nth_unstable_by(middle, f32::total_cmp).1;
        self.noise = vec![(1.2 * median).clamp(LEAST_NOISE, MOST_NOISE_AT_FIRST); off.len()];
    }

    fn compare(&mut self, passed_seconds: f32) {
        if self.noise.is_empty() {
            self.learn_noise();
        }
        let follow = 1.0 - (-passed_seconds / FOLLOW_SECONDS).exp();
        let follow_changing = 1.0 - (-passed_seconds / FOLLOW_CHANGING_SECONDS).exp();
        let follow_still = 1.0 - (-passed_seconds / FOLLOW_STILL_SECONDS).exp();
        let mut changed_blocks = 0usize;
        for index in 0..self.means.len() {
            let off = self.means[index] - self.background[index];
            let threshold = LEAST_CHANGE.max(NOISE_FACTOR * self.noise[index]);
            let changed = off.abs() > threshold;
            self.changed[index] = changed;
            if changed {
                changed_blocks += 1;
                let still = (self.means[index] - self.before[index]).abs() < threshold / 2.0;
                self.background[index] += off * if still { follow_still } else { follow_changing };
                // What flickers all night (a bad lamp, leaves) becomes its noise.
                self.noise[index] += (off.abs() - self.noise[index]).min(1.0) * follow_changing;
            } else {
                self.background[index] += off * follow;
                self.noise[index] += (off.abs() - self.noise[index]) * follow;
            }
        }
        if changed_blocks as f32 > GLOBAL_SHARE * self.means.len() as f32 {
            self.background.clone_from(&self.means);
        }
    }

    /// Boxes around connected changed blocks (eight neighbours).
    fn regions(&mut self, width: f32, height: f32) -> Vec<Rect> {
        let mut found: Vec<(usize, Rect)> = Vec::new();
        let mut todo = Vec::new();
        for start in 0..self.changed.len() {
            if !std::mem::take(&mut self.changed[start]) {
                continue;
            }
            todo.push(start);
            let (mut left, mut top, mut right, mut bottom) = (usize::MAX, usize::MAX, 0, 0);
            let mut blocks = 0;
            while let Some(index) = todo.pop() {
                let (x, y) = (index % self.columns, index / self.columns);
                (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
                blocks += 1;
                for ny in y.saturating_sub(1)..(y + 2).min(self.rows) {
                    for nx in x.saturating_sub(1)..(x + 2).min(self.columns) {
                        let neighbour = ny * self.columns + nx;
                        if std::mem::take(&mut self.changed[neighbour]) {
                            todo.push(neighbour);
                        }
                    }
                }
            }
            if blocks >= LEAST_BLOCKS {
                let side = self.block as f32;
                let corners = [left, top, right + 1, bottom + 1].map(|edge| edge as f32 * side);
                let bbox = Rect::from_corners(corners[0], corners[1], corners[2], corners[3]);
                found.push((blocks, bbox.clamped(width, height)));
            }
        }
        found.sort_by_key(|(blocks, _)| Reverse(*blocks));
        found.into_iter().map(|(_, bbox)| bbox).collect()
    }
}

fn block_size(width: usize) -> usize {
    width.div_ceil(MAX_COLUMNS).max(LEAST_BLOCK)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    /// A grey picture with noise and, where asked for, a bright box.
    fn picture(index: u32, (width, height): (u32, u32), level: u8, noise: u8, bright: Option<Rect>) -> Frame {
        let mut random = fastrand::Rng::with_seed(u64::from(index));
        let (w, h) = (width as usize, height as usize);
        let mut data = vec![128; w * h + 2 * w.div_ceil(2) * h.div_ceil(2)];
        for y in 0..h {
            for x in 0..w {
                let inside = bright.is_some_and(|b| {
                    let (x, y) = (x as f32, y as f32);
                    x >= b.x && x < b.right() && y >= b.y && y < b.bottom()
                });
                data[y * w + x] = (if inside { level + 60 } else { level }) + random.u8(..=noise);
            }
        }
        let pts = Duration::from_millis(u64::from(index) * 1_000);
        Frame::from_bytes(data, PixelFormat::I420, (width, height), pts, Timestamp::UNIX_EPOCH).expect("valid")
    }

    #[test]
    fn noise_is_not_motion_but_a_small_person_is() {
        let mut finder = MotionFinder::default();
        for index in 0..30 {
            assert_eq!(finder.find(&picture(index, (640, 360), 20, 40, None)), [], "picture {index}");
        }
        let person = Rect::new(300.0, 200.0, 12.0, 24.0);
        let regions = finder.find(&picture(30, (640, 360), 20, 40, Some(person)));
        assert_eq!(regions.len(), 1);
        assert!(regions[0].intersection(&person).area() > 0.9 * person.area(), "{regions:?}");
    }

    #[test]
    fn what_stays_becomes_usual() {
        let mut finder = MotionFinder::default();
        finder.find(&picture(0, (320, 180), 40, 4, None));
        let car = Some(Rect::new(80.0, 80.0, 80.0, 40.0));
        assert!(!finder.find(&picture(1, (320, 180), 40, 4, car)).is_empty());
        let still_new = (2..200).take_while(|&i| !finder.find(&picture(i, (320, 180), 40, 4, car)).is_empty());
        assert!((5..20).contains(&still_new.count()));
    }

    #[test]
    fn a_lamp_that_is_switched_is_learned_at_once() {
        let mut finder = MotionFinder::default();
        finder.find(&picture(0, (320, 180), 20, 4, None));
        assert!(!finder.find(&picture(1, (320, 180), 120, 4, None)).is_empty(), "it wakes");
        assert_eq!(finder.find(&picture(2, (320, 180), 120, 4, None)), []);
    }

    proptest! {
        #[test]
        fn any_size_works_and_regions_lie_in_the_frame(
            sizes in proptest::collection::vec((1u32..400, 1u32..300), 1..6),
            box_at in (0f32..300.0, 0f32..200.0),
        ) {
            let mut finder = MotionFinder::default();
            for (index, size) in (0u32..).zip(sizes) {
                finder.find(&picture(2 * index, size, 20, 3, None));
                let bright = Rect::new(box_at.0, box_at.1, 60.0, 60.0);
                for region in finder.find(&picture(2 * index + 1, size, 20, 3, Some(bright))) {
                    prop_assert!(region.x >= 0.0 && region.right() <= size.0 as f32);
                    prop_assert!(region.y >= 0.0 && region.bottom() <= size.1 as f32);
                }
            }
        }
    }
}
