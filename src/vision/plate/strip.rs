//! A plate, straightened: what a homography's part of a picture looks like from the front.

use super::homography::Homography;
use crate::base::Rect;
use crate::vision::model::{ColorOrder, Input};
use crate::vision::tensor::Colors;

/// Samples each way within a pixel of the strip that is larger than the picture's.
const MOST_SAMPLES: usize = 4;

/// Share of the pixels that are darker or brighter than what becomes black or white.
const EXTREME: f32 = 0.02;
const WHITE: f32 = 255.0;
/// Noise of a picture that shows nothing is not made into characters.
const MOST_GAIN: f32 = 6.0;

/// An upright picture of a part of a plate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    pub width: usize,
    pub height: usize,
    /// Red, green and blue, 0 to 255, row by row.
    pub pixels: Vec<[f32; 3]>,
}

impl Strip {
    /// Straightens a part of a plate, in shares of its width and height, which may reach beyond it. Where
    /// the strip has fewer pixels than the picture, several are averaged.
    pub(super) fn of(colors: &Colors<'_>, plate: &Homography, part: Rect, (width, height): (usize, usize)) -> Self {
        let (across, down) = (part.w / width as f32, part.h / height as f32);
        let (columns, rows) = samples(plate, part, (across, down));
        let share = 1.0 / (columns * rows) as f32;
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0.0; 3];
                for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                    let u = part.x + (x as f32 + (column as f32 + 0.5) / columns as f32) * across;
                    let v = part.y + (y as f32 + (row as f32 + 0.5) / rows as f32) * down;
                    let color = colors.at(plate.project(u, v));
                    sum.iter_mut().zip(color).for_each(|(sum, value)| *sum += value);
                }
                pixels.push(sum.map(|sum| sum * share));
            }
        }
        Self { width, height, pixels }
    }

    /// With its contrast stretched, for readers know plates by day: what is nearly darkest becomes black and
    /// what is nearly brightest white. Colours keep their relation.
    pub(super) fn stretched(mut self) -> Self {
        let mut lumas: Vec<f32> = self.pixels.iter().copied().map(luma).collect();
        lumas.sort_by(f32::total_cmp);
        let at = |share: f32| lumas.get((share * lumas.len().saturating_sub(1) as f32) as usize).copied();
        let (Some(dark), Some(bright)) = (at(EXTREME), at(1.0 - EXTREME)) else { return self };
        let gain = (WHITE / (bright - dark).max(f32::EPSILON)).min(MOST_GAIN);
        self.pixels.iter_mut().flatten().for_each(|value| *value = ((*value - dark) * gain).clamp(0.0, 255.0));
        self
    }

    /// Fills the input of a model that takes strips of this size: channel, row, column.
    pub(super) fn fill(&self, values: &mut Vec<f32>, input: &Input) {
        let order = if input.color == ColorOrder::Rgb { [0, 1, 2] } else { [2, 1, 0] };
        values.clear();
        for (channel, color) in order.into_iter().enumerate() {
            let (mean, gain) = (input.mean[channel], 1.0 / input.std[channel]);
            values.extend(self.pixels.iter().map(|pixel| (pixel[color] - mean) * gain));
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[[f32; 3]]> {
        self.pixels.chunks_exact(self.width)
    }
}

/// How many samples a pixel of the strip takes, along its row and its column: as many as it covers pixels of
/// the picture, in the middle of the part.
fn samples(plate: &Homography, part: Rect, (across, down): (f32, f32)) -> (usize, usize) {
    let center = part.center();
    let here = plate.project(center.x, center.y);
    let pixels = |u: f32, v: f32| {
        let there = plate.project(center.x + u, center.y + v);
        ((there.x - here.x).hypot(there.y - here.y).round() as usize).clamp(1, MOST_SAMPLES)
    };
    (pixels(across, 0.0), pixels(0.0, down))
}

/// Brightness of a pixel, 0 to 255.
pub(super) fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

#[cfg(test)]
#[path = "strip_tests.rs"]
mod tests;
