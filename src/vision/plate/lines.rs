//! Where the lines of a plate are: one on a long plate, two on a short one (pure).

use super::strip::{Strip, luma};
use crate::base::Rect;
use crate::vision::Class;

/// Plates narrower than this, in heights, have two lines; wider than the other, one. Long ones are 4.7, short
/// ones 2.0, those of motorbikes 1.4; seen from the side they are narrower, but a long one would have to be
/// turned by 60 degrees, and from above they are wider.
const ALWAYS_TWO: f32 = 2.2;
const ALWAYS_ONE: f32 = 3.4;
/// Between them the rows tell: a gap is by so much emptier of characters' edges than the lines above and below.
/// Noise fills it, too.
const LEAST_EMPTINESS: f32 = 0.3;
/// Where the gap may be, in heights of the plate.
const GAP_FROM: f32 = 0.36;
const GAP_TO: f32 = 0.64;
/// Share of the width on each side that is border and screws, not characters.
const BESIDE: f32 = 0.08;
/// A line reaches this far beyond the middle of the gap: points and strokes do not matter, cut feet do.
const OVERLAP: f32 = 0.03;
/// How far beyond the corners the outer lines reach, in widths and heights of the plate: the corners may be
/// off by as much.
pub(super) const BEYOND: (f32, f32) = (0.06, 0.06);

/// The lines of a plate from top to bottom, in shares of its width and height. `strip` shows the plate from
/// corner to corner, `width` and `height` are those in the frame.
pub(super) fn lines(strip: &Strip, (width, height): (f32, f32), class: Class) -> Vec<Rect> {
    let aspect = width / height;
    // None of those for motorbikes has one line.
    let always_two = if class == Class::Motorcycle { ALWAYS_ONE } else { ALWAYS_TWO };
    let (left, top) = (-BEYOND.0, -BEYOND.1);
    let (right, bottom) = (1.0 + BEYOND.0, 1.0 + BEYOND.1);
    let gap = (aspect < ALWAYS_ONE).then(|| gap(&profile(strip))).flatten();
    match gap {
        Some(gap) if aspect < always_two || gap.emptiness >= LEAST_EMPTINESS => vec![
            Rect::from_corners(left, top, right, gap.middle + OVERLAP),
            Rect::from_corners(left, gap.middle - OVERLAP, right, bottom),
        ],
        _ => vec![Rect::from_corners(left, top, right, bottom)],
    }
}

/// What lies between two lines.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gap {
    /// In heights of the plate.
    middle: f32,
    /// 0 where it is as full as the lines, 1 where it is empty.
    emptiness: f32,
}

/// How much of characters' edges each row has.
pub(super) fn profile(strip: &Strip) -> Vec<f32> {
    let beside = (strip.width as f32 * BESIDE) as usize;
    let edges = |row: &[[f32; 3]]| {
        let inner = &row[beside..row.len() - beside];
        inner.windows(2).map(|pair| (luma(pair[1]) - luma(pair[0])).abs()).sum::<f32>()
    };
    let rows: Vec<_> = strip.rows().map(edges).collect();
    // Over three rows each, against noise.
    let around = |index: usize| &rows[index.saturating_sub(1)..(index + 2).min(rows.len())];
    (0..rows.len()).map(|index| around(index).iter().sum::<f32>() / around(index).len() as f32).collect()
}

/// The emptiest place about the middle; `None` in a picture without edges or too low to have lines.
fn gap(profile: &[f32]) -> Option<Gap> {
    let height = profile.len() as f32;
    let (from, to) = ((GAP_FROM * height) as usize, (GAP_TO * height).ceil() as usize);
    let middle = profile.get(from..to)?;
    let least = middle.iter().copied().reduce(f32::min)?;
    // The rows that are about as empty: their middle is the gap's.
    let line = |rows: &[f32]| {
        let mut rows = rows.to_vec();
        rows.sort_by(f32::total_cmp);
        rows.get(rows.len() / 2).copied().unwrap_or(0.0)
    };
    let lower_line = line(&profile[..from]).min(line(&profile[to..]));
    let empty = |&&value: &&f32| value <= least + 0.15 * (lower_line - least).max(0.0);
    let lowest = middle.iter().position(|&value| value == least)?;
    let before = middle[..lowest].iter().rev().take_while(empty).count();
    let after = middle[lowest..].iter().take_while(empty).count();
    let center = from as f32 + lowest as f32 + (after as f32 - before as f32) / 2.0;
    (lower_line > 0.0).then(|| Gap { middle: center / height, emptiness: (1.0 - least / lower_line).max(0.0) })
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
