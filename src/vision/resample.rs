//! Scales one channel of a picture row by row: block average, then bilinear.

use super::tensor::Placement;
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
        taps(&mut self.columns, placement.width, ratio, self.width.div_ceil(block));
        taps(&mut self.rows, placement.height, ratio, self.height.div_ceil(block));
        self.held = [None, None];
        let shrunk_width = self.width.div_ceil(block);
        for row in &mut self.shrunk {
            row.resize(shrunk_width + 1, 0.0);
        }
        self.blended.resize(shrunk_width + 1, 0.0);
        self.sums.resize(shrunk_width * block, 0);
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
        for offset in 0..block {
            // The last block repeats the last row.
            let y = self.top + (first + offset).min(self.height - 1);
            let bytes = &channel.plane.row(y)[self.left * channel.step..(self.left + self.width) * channel.step];
            let sums = &mut self.sums[..self.width];
            match (channel.step, offset == 0) {
                (1, true) => gather::<1, true>(sums, bytes, channel.offset),
                (1, false) => gather::<1, false>(sums, bytes, channel.offset),
                (2, true) => gather::<2, true>(sums, bytes, channel.offset),
                (2, false) => gather::<2, false>(sums, bytes, channel.offset),
                (_, true) => gather::<3, true>(sums, bytes, channel.offset),
                (_, false) => gather::<3, false>(sums, bytes, channel.offset),
            }
        }
        let edge = self.sums[self.width - 1];
        self.sums[self.width..].fill(edge);
        let row = &mut self.shrunk[slot];
        match self.halvings {
            0 => average::<1>(row, &self.sums),
            1 => average::<2>(row, &self.sums),
            2 => average::<4>(row, &self.sums),
            3 => average::<8>(row, &self.sums),
            _ => average::<16>(row, &self.sums),
        }
        let length = self.sums.len() / block;
        row[length] = row[length - 1];
    }
}

/// Adds every `STEP`-th byte from `offset` on to `sums`, or sets them.
fn gather<const STEP: usize, const SET: bool>(sums: &mut [u16], bytes: &[u8], offset: usize) {
    for (sum, pixel) in sums.iter_mut().zip(bytes.chunks_exact(STEP)) {
        let value = u16::from(if STEP == 1 { pixel[0] } else { pixel[offset] });
        *sum = if SET { value } else { *sum + value };
    }
}

/// The mean of each block, of whose columns `sums` holds the sums.
fn average<const BLOCK: usize>(row: &mut [f32], sums: &[u16]) {
    let gain = 1.0 / (BLOCK * BLOCK) as f32;
    for (value, block) in row.iter_mut().zip(sums.chunks_exact(BLOCK)) {
        *value = f32::from(block.iter().sum::<u16>()) * gain;
    }
}

/// Pixel centres of the result over those of a source that is `ratio` times as large and ends at `length`.
fn taps(taps: &mut Vec<Tap>, count: usize, ratio: f32, length: usize) {
    let last = (length - 1) as f32;
    taps.clear();
    taps.extend((0..count).map(|position| {
        let at = ((position as f32 + 0.5) * ratio - 0.5).clamp(0.0, last);
        let index = at.floor();
        Tap { index: index as u32, next: at - index }
    }));
}
