//! The output of the plate finder: where a vehicle carries its plate, and in which state (pure).

use super::PlaceKind;
use crate::base::{Point, Rect};
use crate::vision::model::PlaceRule;
use crate::vision::runtime::Output;

/// Values of a row: three scores, and x and y of four corners.
const VALUES: usize = 11;
/// More places than that are no plate finder's.
const MOST_ROWS: i64 = 100_000;

/// A place in the model's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub kind: PlaceKind,
    /// 0 to 1.
    pub score: f32,
    /// In pixels of the input, clockwise from the upper left.
    pub corners: [Point; 4],
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("its output has the shape {0:?}, but a plate finder gives [1, places, {VALUES}]")]
pub(super) struct ShapeError(Vec<Vec<i64>>);

/// The part of the frame that the finder sees: the vehicle, grown on each side by a share of its larger one.
pub(super) fn region(vehicle: Rect, margin: f32) -> Rect {
    let more = margin * vehicle.w.max(vehicle.h);
    Rect::new(vehicle.x - more, vehicle.y - more, vehicle.w + 2.0 * more, vehicle.h + 2.0 * more)
}

/// How a place looks from near that seemed bare.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Near {
    /// 0 to 1: the score of the surest bare place,
    pub bare: f32,
    /// and of whatever looks most like a plate, open or covered.
    pub something: f32,
}

impl Near {
    /// How sure it is after both looks that there is none, where the first one gave this score; `None` where it is not.
    pub(super) fn confirms(self, first: f32, rule: &PlaceRule) -> Option<f32> {
        let mean = first.midpoint(self.bare);
        // Too modest by far: see `models/plate.md`.
        (self.something < rule.near_veto && mean >= rule.bare).then(|| mean.sqrt())
    }
}

/// The surest place; a bare one, which is not more than a hint yet, only where nothing looks at all like a plate. Rows with
/// values that no place has are left out.
pub(super) fn decode(outputs: &[Output<'_>], rule: &PlaceRule) -> Result<Option<Place>, ShapeError> {
    let sound = rows(outputs)?;
    let something = something(&sound);
    let places = sound.into_iter().map(place).filter(|place| match place.kind {
        PlaceKind::Plate => place.score >= rule.plate,
        PlaceKind::Covered => place.score >= rule.covered,
        PlaceKind::Bare => place.score >= rule.hint && something < rule.veto,
    });
    Ok(places.max_by(|a, b| a.score.total_cmp(&b.score)))
}

pub(super) fn near(outputs: &[Output<'_>]) -> Result<Near, ShapeError> {
    let sound = rows(outputs)?;
    let bare = sound.iter().map(|row| row[2]).fold(0.0, f32::max);
    Ok(Near { bare, something: something(&sound) })
}

/// Without those that have values which no place has.
fn rows<'a>(outputs: &[Output<'a>]) -> Result<Vec<&'a [f32; VALUES]>, ShapeError> {
    let rows = match outputs {
        &[Output { shape: &[1, rows, 11], data }] if (0..=MOST_ROWS).contains(&rows) => data.as_chunks::<VALUES>().0,
        _ => return Err(ShapeError(outputs.iter().map(|output| output.shape.to_vec()).collect())),
    };
    let is_sound = |row: &&[f32; VALUES]| {
        row.iter().all(|value| value.is_finite()) && row[..3].iter().all(|score| (0.0..=1.0).contains(score))
    };
    Ok(rows.iter().filter(is_sound).collect())
}

/// The score of what looks most like a plate, open or covered.
fn something(rows: &[&[f32; VALUES]]) -> f32 {
    rows.iter().map(|row| row[0].max(row[1])).fold(0.0, f32::max)
}

fn place(row: &[f32; VALUES]) -> Place {
    let scores = [(PlaceKind::Plate, row[0]), (PlaceKind::Covered, row[1]), (PlaceKind::Bare, row[2])];
    let first = scores[0];
    let (kind, score) = scores.into_iter().fold(first, |best, other| if other.1 > best.1 { other } else { best });
    let corner = |index: usize| Point { x: row[3 + 2 * index], y: row[4 + 2 * index] };
    Place { kind, score, corners: [0, 1, 2, 3].map(corner) }
}

#[cfg(test)]
#[path = "finder_tests.rs"]
mod tests;
