//! Scales one channel of a picture row by row: block average, then bilinear.

use super::tensor::Placement;
use crate::base::Point;
use crate::decode::Plane;

/// Blocks of at most 2⁴ × 2⁴ pixels: their sum still fits 16 bits.
const MOST_HALVINGS: u32 = 4;

/// One channel within a plane: every `step`-th byte from `offset` on.
#[derive(Clone, Copy)]
pub(super) struct Channel<'a> {
    plane: Plane<'a>,
    step: usize,
    offset: usize,
    /// In samples.
    width: usize,
    height: usize,
    /// Frame pixels per sample, each way.
    pixels_per_sample: usize,
}

impl<'a> Channel<'a> {
    /// `None` when the plane is too short for the size.
    pub(super) fn new(
        plane: Plane<'a>,
        step: usize,
        offset: usize,
        (width, height): (usize, usize),
        pixels_per_sample: usize,
    ) -> Option<Self> {
        let row_bytes = width * step;
        let enough = plane.stride >= row_bytes && plane.data.len() >= (height - 1) * plane.stride + row_bytes;
        enough.then_some(Self { plane, step, offset, width, height, pixels_per_sample })
    }

    /// The value at a place in pixels of the frame, between its four nearest samples; beyond the edge it goes on.
    pub(super) fn at(&self, place: Point) -> f32 {
        let per_pixel = 1.0 / self.pixels_per_sample as f32;
        let x = (place.x * per_pixel - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (place.y * per_pixel - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (upper, lower) = (self.plane.row(top), self.plane.row(bottom));
        let between = |row: &[u8]| {
            let [a, b] = [left, right].map(|x| f32::from(row[x * self.step + self.offset]));
            a + (b - a) * x.fract()
        };
        let (above, below) = (between(upper), between(lower));
        above + (below - above) * y.fract()
    }
}

/// Where a column or row of the result lies between two of the (shrunk) source.
#[derive(Clone, Copy)]
struct Tap {
    index: u32,
    /// Share of the next one.
    next: f32,
}

/// The state of one pass over one channel; kept for its buffers.
#[derive(Default)]
pub(super) struct Resampler {
    /// The part of the channel, in samples.
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    halvings: u32,
    columns: Vec<Tap>,
    rows: Vec<Tap>,
    /// Over a block's rows and two of its columns each.
    sums: Vec<u16>,
    /// Two neighbouring shrunk rows, and which ones; one sample longer than the row, for the last tap.
    shrunk: [Vec<f32>; 2],
    held: [Option<u32>; 2],
    blended: Vec<f32>,
    out: Vec<f32>,
}

impl Resampler {
    /// Prepares for a pass over the placement's region.
    pub(super) fn aim(&mut self, channel: &Channel<'_>, placement: &Placement) {
        let samples = |pixels: f32| (pixels as usize).div_ceil(channel.pixels_per_sample);
        let region = placement.region;
        self.left = region.x as usize / channel.pixels_per_sample;
        self.top = region.y as usize / channel.pixels_per_sample;
        self.width = samples(region.w).min(channel.width - self.left);
        self.height = samples(region.h).min(channel.height - self.top);
        let ratio = 1.0 / (placement.scale * channel.pixels_per_sample as f32);
        self.halvings = (ratio.max(1.0).log2() as u32).min(MOST_HALVINGS);
        let block = 1_usize << self.halvings;
        let ratio = ratio / block as f32;
        let per_block = 1.0 / (channel.pixels_per_sample * block) as f32;
        let origin = (placement.origin.x * per_block, placement.origin.y * per_block);
        taps(&mut self.columns, placement.width, ratio, origin.0, self.width.div_ceil(block));
        taps(&mut self.rows, placement.height, ratio, origin.1, self.height.div_ceil(block));
        self.held = [None, None];
        let shrunk_width = self.width.div_ceil(block);
        for row in &mut self.shrunk {
            row.resize(shrunk_width + 1, 0.0);
        }
        self.blended.resize(shrunk_width + 1, 0.0);
        self.sums.resize(shrunk_width * block / 2, 0);
        self.out.resize(placement.width, 0.0);
    }

    /// Row `y` of the result, in 0 to 255.
    pub(super) fn row(&mut self, channel: &Channel<'_>, y: usize) -> &[f32] {
        let tap = self.rows[y];
        let last = (self.height.div_ceil(1 << self.halvings) - 1) as u32;
        let (upper, lower) = (tap.index, (tap.index + 1).min(last));
        self.hold(channel, upper);
        self.hold(channel, lower);
        let (a, b) = (&self.shrunk[upper as usize % 2], &self.shrunk[lower as usize % 2]);
        for ((blended, a), b) in self.blended.iter_mut().zip(a).zip(b) {
            *blended = a + (b - a) * tap.next;
        }
        let blended = &self.blended[..];
        for (out, tap) in self.out.iter_mut().zip(&self.columns) {
            let index = tap.index as usize;
            let pair = &blended[index..index + 2];
            *out = pair[0] + (pair[1] - pair[0]) * tap.next;
        }
        &self.out
    }

    /// Sees to it that shrunk row `index` is in its slot.
    fn hold(&mut self, channel: &Channel<'_>, index: u32) {
        let slot = index as usize % 2;
        if self.held[slot] == Some(index) {
            return;
        }
        self.held[slot] = Some(index);
        let block = 1_usize << self.halvings;
        let first = index as usize * block;
        let (left, right) = (self.left * channel.step, (self.left + self.width) * channel.step);
        let line = |offset: usize| {
            // The last block repeats the last row.
            let y = self.top + (first + offset).min(self.height - 1);
            &channel.plane.row(y)[left..right]
        };
        let row = &mut self.shrunk[slot];
        let length = row.len() - 1;
        if self.halvings == 0 {
            match channel.step {
                1 => widen::<1>(row, line(0), channel.offset),
                2 => widen::<2>(row, line(0), channel.offset),
                _ => widen::<3>(row, line(0), channel.offset),
            }
        } else {
            // Pairs of neighbours are added as they are read, which is the first halving.
            self.sums.fill(0);
            let mut edge = 0;
            for offset in 0..block {
                let bytes = line(offset);
                match channel.step {
                    1 => add_pairs::<1>(&mut self.sums, bytes, channel.offset),
                    2 => add_pairs::<2>(&mut self.sums, bytes, channel.offset),
                    _ => add_pairs::<3>(&mut self.sums, bytes, channel.offset),
                }
                edge += u16::from(bytes[(self.width - 1) * channel.step + channel.offset]);
            }
            // The last block repeats the last column, too.
            self.sums[self.width / 2..].fill(2 * edge);
            match self.halvings {
                1 => average::<1>(row, &self.sums),
                2 => average::<2>(row, &self.sums),
                3 => average::<4>(row, &self.sums),
                _ => average::<8>(row, &self.sums),
            }
        }
        row[length] = row[length - 1];
    }
}

/// Every `STEP`-th byte from `offset` on.
fn widen<const STEP: usize>(row: &mut [f32], bytes: &[u8], offset: usize) {
    for (value, pixel) in row.iter_mut().zip(bytes.chunks_exact(STEP)) {
        *value = f32::from(if STEP == 1 { pixel[0] } else { pixel[offset] });
    }
}

/// Adds the first and second, the third and fourth, … of every `STEP`-th byte from `offset` on.
fn add_pairs<const STEP: usize>(sums: &mut [u16], bytes: &[u8], offset: usize) {
    if STEP == 1 {
        // Read two by two as 16 bits, eight of which are an instruction each.
        for (sum, &pair) in sums.iter_mut().zip(bytes.as_chunks::<2>().0) {
            let both = u16::from_le_bytes(pair);
            *sum += (both & 0xff) + (both >> 8);
        }
    } else {
        for (sum, pair) in sums.iter_mut().zip(bytes.chunks_exact(2 * STEP)) {
            *sum += u16::from(pair[offset]) + u16::from(pair[STEP + offset]);
        }
    }
}

/// The means of blocks, from sums over two of their columns each.
fn average<const PAIRS: usize>(row: &mut [f32], sums: &[u16]) {
    let gain = 1.0 / (4 * PAIRS * PAIRS) as f32;
    for (value, block) in row.iter_mut().zip(sums.as_chunks::<PAIRS>().0) {
        *value = f32::from(block.iter().sum::<u16>()) * gain;
    }
}

/// Pixel centres of the result, which begins at `origin`, over those of a source that is `ratio` times as large and
/// ends at `length`; beyond the source its edge goes on.
fn taps(taps: &mut Vec<Tap>, count: usize, ratio: f32, origin: f32, length: usize) {
    let last = (length - 1) as f32;
    taps.clear();
    taps.extend((0..count).map(|position| {
        let at = (origin + (position as f32 + 0.5) * ratio - 0.5).clamp(0.0, last);
        let index = at.floor();
        Tap { index: index as u32, next: at - index }
    }));
}
