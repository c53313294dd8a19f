//! Where the corners of a plate are a little off, its lines still climb or lean. The characters tell how much:
//! in level lines the rows between them are empty, and in upright ones the columns (pure).

use super::homography::Homography;
use super::lines;
use super::strip::{Strip, luma};
use crate::base::{Point, Rect};
use crate::vision::tensor::Colors;

/// Width of the strips that are compared.
const WIDTH: usize = 96;
/// A plate is looked at this high at least.
const LEAST_HEIGHT: usize = 20;
/// How much its lines may climb from the left edge to the right, in heights of the plate, and in how many steps
/// each way that is looked for.
const MOST_CLIMB: (f32, i8) = (0.4, 8);
/// How far its characters may lean from the lower edge to the upper, in heights of the plate.
const MOST_LEAN: (f32, i8) = (0.36, 4);
/// The rows and columns that are compared reach from here to here, in heights of the plate: the frame above and
/// below has no characters.
const ROWS: (f32, f32) = (-0.03, 1.03);
const COLUMNS: (f32, f32) = (0.05, 0.95);

/// The corners with lines as level and characters as upright as they can be made. A place where nothing tells
/// stays as it is. `aspect` is its width in heights.
pub(super) fn leveled(colors: &Colors<'_>, corners: [Point; 4], aspect: f32) -> [Point; 4] {
    let height = ((WIDTH as f32 / aspect).round() as usize).clamp(LEAST_HEIGHT, WIDTH);
    let strip = |plate: &Homography, (from, to): (f32, f32)| {
        Strip::of(colors, plate, Rect::from_corners(0.0, from, 1.0, to), (WIDTH, height))
    };
    let level = best(corners, MOST_CLIMB, |share| (0.0, share), |plate| contrast(&lines::profile(&strip(plate, ROWS))));
    best(level, MOST_LEAN, |share| (share / aspect, 0.0), |plate| contrast(&columns(&strip(plate, COLUMNS))))
}

/// Of the corners, moved by each of so many steps, those that score best; the fewest steps where several do.
fn best(
    corners: [Point; 4],
    (most, steps): (f32, i8),
    shear: impl Fn(f32) -> (f32, f32),
    score: impl Fn(&Homography) -> f32,
) -> [Point; 4] {
    let Some(plate) = Homography::onto(&corners) else { return corners };
    let tried = (0..=steps).flat_map(|step| [step, -step]).filter_map(|step| {
        let moved = sheared(&plate, shear(most * f32::from(step) / f32::from(steps)));
        Some((score(&Homography::onto(&moved)?), moved))
    });
    tried.reduce(|best, next| if next.0 > best.0 { next } else { best }).map_or(corners, |(_, moved)| moved)
}

/// Corners whose upper edge is moved to the right of the lower one by a share of the width, and whose right one
/// below the left by a share of the height, about the middle.
fn sheared(plate: &Homography, (across, down): (f32, f32)) -> [Point; 4] {
    [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        .map(|(u, v)| plate.project(u - across * (v - 0.5), v + down * (u - 0.5)))
}

/// How suddenly a profile rises and falls, whatever its height; 0 for an even one.
fn contrast(profile: &[f32]) -> f32 {
    let sum: f32 = profile.iter().sum();
    let steps: f32 = profile.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    if sum > 0.0 { steps / sum.powi(2) } else { 0.0 }
}

/// How much of characters' edges each column has.
fn columns(strip: &Strip) -> Vec<f32> {
    let mut columns = vec![0.0; strip.width.saturating_sub(1)];
    for row in strip.rows() {
        let edges = row.windows(2).map(|pair| (luma(pair[1]) - luma(pair[0])).abs());
        columns.iter_mut().zip(edges).for_each(|(sum, edge)| *sum += edge);
    }
    columns
}

#[cfg(test)]
#[path = "level_tests.rs"]
mod tests;
