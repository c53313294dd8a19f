//! From a model's raw outputs to scored boxes in pixels of its input: one function per family.

use std::collections::BTreeMap;

use super::detection::{Class, Detection};
use super::model::{DecoderKind, DetectorOutput, Input};
use super::runtime::Output;
use crate::base::Rect;

/// More boxes than this in one picture are noise; the best are kept.
const MOST_DETECTIONS: usize = 1000;

/// Bins of one box side in single-output `NanoDet` models: every published one has them.
const NANODET_BINS: usize = 8;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DecodeError {
    #[error("its output has the shape {found:?}, but a {decoder} model with this input gives {expected}")]
    Shape { decoder: &'static str, expected: String, found: Vec<Vec<i64>> },
    #[error("it gives a score of {0}, which is not within 0 to 1: is its last sigmoid missing?")]
    Score(f32),
}

/// Reads the outputs of one model.
#[derive(Debug, Clone)]
pub struct Decoder {
    kind: DecoderKind,
    grids: Vec<Grid>,
    /// Class of each index the model gives, as far as it is used.
    classes: Vec<Option<Class>>,
}

/// The cells of one stride: `columns × rows`.
#[derive(Debug, Clone, Copy)]
struct Grid {
    stride: f32,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn cells(&self) -> usize {
        self.columns * self.rows
    }
}

impl Decoder {
    pub fn new(output: &DetectorOutput, input: &Input) -> Self {
        let grid = |&stride: &u32| Grid {
            stride: stride as f32,
            columns: input.width.div_ceil(stride) as usize,
            rows: input.height.div_ceil(stride) as usize,
        };
        Self { kind: output.decoder, grids: output.strides.iter().map(grid).collect(), classes: dense(&output.classes) }
    }

    /// The boxes with a score of at least `floor`, best first, before suppression of overlaps.
    /// Boxes and scores that are not finite are left out.
    ///
    /// # Errors
    /// The outputs are not those of this kind of model.
    pub fn decode(&self, outputs: &[Output<'_>], floor: f32) -> Result<Vec<Detection>, DecodeError> {
        let mut found = Vec::new();
        match self.kind {
            DecoderKind::Yolox => self.yolox(outputs, floor, &mut found)?,
            DecoderKind::Nanodet => self.nanodet(outputs, floor, &mut found)?,
            DecoderKind::EndToEnd => self.end_to_end(outputs, floor, &mut found)?,
        }
        found.retain(|detection| detection.bbox.is_finite() && detection.bbox.area() > 0.0);
        found.sort_by(Detection::best_first);
        found.truncate(MOST_DETECTIONS);
        Ok(found)
    }

    fn cells(&self) -> usize {
        self.grids.iter().map(Grid::cells).sum()
    }

    /// `[1, cells, 5 + classes]`: x, y, log w, log h in strides, objectness, class scores.
    fn yolox(&self, outputs: &[Output<'_>], floor: f32, found: &mut Vec<Detection>) -> Result<(), DecodeError> {
        let wrong = || {
            let least = 5 + self.classes.len();
            shape_error("yolox", format!("[1, {}, at least {least}]", self.cells()), outputs)
        };
        let [output] = outputs else { return Err(wrong()) };
        let columns = columns(output, self.cells()).filter(|&n| n >= 5 + self.classes.len()).ok_or_else(wrong)?;
        let mut rows = output.data.chunks_exact(columns);
        for grid in &self.grids {
            for (cell, row) in rows.by_ref().take(grid.cells()).enumerate() {
                let objectness = row[4];
                // Class scores are at most 1, so most cells end here.
                if objectness.is_nan() || objectness < floor {
                    continue;
                }
                if let Some((class, score)) = self.best(&row[5..], objectness, floor)? {
                    let (column, line) = ((cell % grid.columns) as f32, (cell / grid.columns) as f32);
                    let (x, y) = ((row[0] + column) * grid.stride, (row[1] + line) * grid.stride);
                    let (w, h) = (row[2].exp() * grid.stride, row[3].exp() * grid.stride);
                    found.push(Detection { class, score, bbox: Rect::new(x - w / 2.0, y - h / 2.0, w, h) });
                }
            }
        }
        Ok(())
    }

    /// Either one output `[1, cells, classes + 4 · bins]`, or two for each stride: class scores
    /// `[1, cells, classes]` and distances `[1, cells, 4 · bins]`, in any order.
    ///
    /// A box's sides are distances from its cell's point, each the mean of a distribution over whole
    /// strides. The point is the cell's middle; in `NanoDet-Plus`, which has a fourth stride, its corner.
    fn nanodet(&self, outputs: &[Output<'_>], floor: f32, found: &mut Vec<Detection>) -> Result<(), DecodeError> {
        let wrong = || {
            let least = self.classes.len();
            let expected = format!(
                "[1, {}, at least {}], or for each stride [1, cells, at least {least}] and [1, cells, 4 · bins]",
                self.cells(),
                least + 4 * NANODET_BINS
            );
            shape_error("nanodet", expected, outputs)
        };
        let middle = if self.grids.len() > 3 { 0.0 } else { 0.5 };
        if let [output] = outputs {
            let least = self.classes.len() + 4 * NANODET_BINS;
            let columns = columns(output, self.cells()).filter(|&n| n >= least).ok_or_else(wrong)?;
            let mut rows = output.data.chunks_exact(columns);
            for grid in &self.grids {
                let split = rows.by_ref().take(grid.cells()).map(|row| row.split_at(columns - 4 * NANODET_BINS));
                self.distances(grid, middle, split, floor, found)?;
            }
            return Ok(());
        }
        for grid in &self.grids {
            let mut two = outputs.iter().filter_map(|output| Some((output, columns(output, grid.cells())?)));
            let (Some(a), Some(b), None) = (two.next(), two.next(), two.next()) else { return Err(wrong()) };
            // Scores have a column for each class, distances a multiple of 4, and fewer as models come.
            let (scores, distances) = if a.1 >= b.1 { (a, b) } else { (b, a) };
            if scores.1 < self.classes.len() || distances.1 % 4 != 0 || distances.1 < 8 {
                return Err(wrong());
            }
            let pairs = scores.0.data.chunks_exact(scores.1).zip(distances.0.data.chunks_exact(distances.1));
            self.distances(grid, middle, pairs, floor, found)?;
        }
        Ok(())
    }

    fn distances<'a>(
        &self,
        grid: &Grid,
        middle: f32,
        rows: impl Iterator<Item = (&'a [f32], &'a [f32])>,
        floor: f32,
        found: &mut Vec<Detection>,
    ) -> Result<(), DecodeError> {
        for (cell, (scores, distances)) in rows.enumerate() {
            if let Some((class, score)) = self.best(scores, 1.0, floor)? {
                let x = ((cell % grid.columns) as f32 + middle) * grid.stride;
                let y = ((cell / grid.columns) as f32 + middle) * grid.stride;
                let mut sides = [0.0; 4];
                for (side, bins) in sides.iter_mut().zip(distances.chunks_exact(distances.len() / 4)) {
                    *side = mean_bin(bins) * grid.stride;
                }
                let bbox = Rect::from_corners(x - sides[0], y - sides[1], x + sides[2], y + sides[3]);
                found.push(Detection { class, score, bbox });
            }
        }
        Ok(())
    }

    /// `[1, N, 6]` or `[N, 6]`: left, top, right, bottom, score, class. N may change between pictures.
    fn end_to_end(&self, outputs: &[Output<'_>], floor: f32, found: &mut Vec<Detection>) -> Result<(), DecodeError> {
        let wrong = || shape_error("end-to-end", "[1, N, 6]".to_owned(), outputs);
        let [output] = outputs else { return Err(wrong()) };
        let ([1, _, 6] | [_, 6]) = output.shape else { return Err(wrong()) };
        for row in output.data.chunks_exact(6) {
            let score = row[4];
            if score.is_nan() || score < floor {
                continue;
            }
            let score = checked(score)?;
            if row[5] >= 0.0
                && let Some(class) = self.classes.get(row[5].round() as usize).copied().flatten()
            {
                found.push(Detection { class, score, bbox: Rect::from_corners(row[0], row[1], row[2], row[3]) });
            }
        }
        Ok(())
    }

    /// The class that scores highest of all, if it is used here and good enough.
    fn best(&self, scores: &[f32], objectness: f32, floor: f32) -> Result<Option<(Class, f32)>, DecodeError> {
        let mut best = (0, f32::NEG_INFINITY);
        for (index, &score) in scores.iter().enumerate() {
            if score > best.1 {
                best = (index, score);
            }
        }
        let score = best.1 * objectness;
        if score.is_nan() || score < floor {
            return Ok(None);
        }
        let score = checked(score)?;
        Ok(self.classes.get(best.0).copied().flatten().map(|class| (class, score)))
    }
}

fn dense(classes: &BTreeMap<usize, Class>) -> Vec<Option<Class>> {
    let length = classes.keys().next_back().map_or(0, |last| last + 1);
    (0..length).map(|index| classes.get(&index).copied()).collect()
}

/// Columns of an output `[1, rows, columns]` that holds what its shape says.
fn columns(output: &Output<'_>, rows: usize) -> Option<usize> {
    let &[1, height, width] = output.shape else { return None };
    let (height, width) = (usize::try_from(height).ok()?, usize::try_from(width).ok()?);
    (height == rows && width > 0 && output.data.len() == height.checked_mul(width)?).then_some(width)
}

/// Rounding may carry a score a little above 1; more than that is something else than a score.
fn checked(score: f32) -> Result<f32, DecodeError> {
    if score <= 1.001 { Ok(score.min(1.0)) } else { Err(DecodeError::Score(score)) }
}

/// The mean of the distribution whose logarithms (but for a constant) are `bins`.
fn mean_bin(bins: &[f32]) -> f32 {
    let top = bins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for (index, &bin) in bins.iter().enumerate() {
        let share = (bin - top).exp();
        sum += share;
        weighted += share * index as f32;
    }
    weighted / sum
}

fn shape_error(decoder: &'static str, expected: String, outputs: &[Output<'_>]) -> DecodeError {
    let found = outputs.iter().map(|output| output.shape.to_vec()).collect();
    DecodeError::Shape { decoder, expected, found }
}

#[cfg(test)]
#[path = "decoders_tests.rs"]
mod tests;
