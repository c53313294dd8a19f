//! The colour of a plate's ground, judged against the picture's own (pure).

use super::PlateColor;
use super::strip::{Strip, luma};
use crate::base::Point;
use crate::vision::tensor::Colors;

/// Places looked at along each side of the picture.
const SAMPLES: usize = 24;
/// Pictures whose colours differ by less than this (levels of 255) are grey, or lit in one colour only.
const LEAST_SPREAD: f32 = 4.0;
/// Where the picture's mean leans to one colour by more than this share of its brightness, lamps colour everything.
const MOST_CAST: f32 = 0.35;
/// What is darker tells no colour.
const DARK: f32 = 24.0;
/// Share of the strip on each side that is border.
const BORDER: f32 = 0.1;
/// Difference between ground and characters, in levels, below which there is no telling which is which.
const LEAST_CONTRAST: f32 = 20.0;
/// (greatest − least) / greatest of red, green and blue: below the first it is white, above the second a colour.
const WHITE: f32 = 0.22;
const COLORED: f32 = 0.36;

/// The colour of all of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cast {
    /// By what red, green and blue are to be multiplied so that the picture is grey on the whole.
    gains: [f32; 3],
}

impl Cast {
    /// `None` where the picture is grey, or lamps colour all of it.
    pub(super) fn of(colors: &Colors<'_>, (width, height): (usize, usize)) -> Option<Self> {
        let place = |index: usize, length: usize| (index as f32 + 0.5) / SAMPLES as f32 * length as f32;
        let places = (0..SAMPLES).flat_map(|row| (0..SAMPLES).map(move |column| (column, row)));
        let all: Vec<_> = places.map(|(x, y)| colors.at(Point { x: place(x, width), y: place(y, height) })).collect();
        cast(&all)
    }
}

fn cast(pixels: &[[f32; 3]]) -> Option<Cast> {
    let mean = mean(pixels.iter().copied())?;
    let brightness = luma(mean);
    if brightness < 1.0 {
        return None;
    }
    // How far the pixels' red and blue lie from what the picture's mean would have at their brightness.
    let deviation = |&pixel: &[f32; 3]| {
        let share = luma(pixel) / brightness;
        (pixel[0] - mean[0] * share).abs().max((pixel[2] - mean[2] * share).abs())
    };
    let spread = pixels.iter().map(deviation).sum::<f32>() / pixels.len() as f32;
    let lean = mean.iter().map(|value| (value - brightness).abs() / brightness).fold(0.0, f32::max);
    (spread >= LEAST_SPREAD && lean <= MOST_CAST).then(|| Cast { gains: mean.map(|value| brightness / value.max(1.0)) })
}

/// The colour of the ground of a straightened plate; `None` where it is too dark, without characters, or neither
/// of the colours.
pub(super) fn ground(strip: &Strip, cast: Cast) -> Option<PlateColor> {
    let (beside, above) = ((strip.width as f32 * BORDER) as usize, (strip.height as f32 * BORDER) as usize);
    let rows = strip.rows().skip(above).take(strip.height - 2 * above);
    let inner: Vec<_> = rows.flat_map(|row| row[beside..row.len() - beside].iter().copied()).collect();
    let (light, dark) = halves(&inner)?;
    if luma(light) - luma(dark) < LEAST_CONTRAST {
        return None;
    }
    let between = luma(light).midpoint(luma(dark));
    let lights = inner.iter().filter(|&&pixel| luma(pixel) > between).count();
    let light_ground = 2 * lights > inner.len();
    let ground = if light_ground { light } else { dark };
    let [red, green, blue] = [0, 1, 2].map(|index| ground[index] * cast.gains[index]);
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if most < DARK {
        return None;
    }
    let saturation = (most - least) / most;
    let color = match hue(red, green, blue) {
        _ if saturation < WHITE => PlateColor::White,
        _ if saturation < COLORED => return None,
        hue if (30.0..70.0).contains(&hue) => PlateColor::Yellow,
        hue if (85.0..170.0).contains(&hue) => PlateColor::Green,
        hue if (195.0..262.0).contains(&hue) => PlateColor::Blue,
        hue if !(14.0..338.0).contains(&hue) => PlateColor::Red,
        _ => return None,
    };
    // Dark characters stand on white and yellow, white ones on the others.
    let dark_characters = matches!(color, PlateColor::White | PlateColor::Yellow);
    (dark_characters == light_ground).then_some(color)
}

/// The mean colours of the lighter and the darker pixels, on either side of the threshold that parts them best.
fn halves(pixels: &[[f32; 3]]) -> Option<([f32; 3], [f32; 3])> {
    let mut threshold = pixels.iter().copied().map(luma).sum::<f32>() / pixels.len().max(1) as f32;
    let mut halves = None;
    // The means of both sides and the threshold between them settle within a few rounds.
    for _ in 0..8 {
        let light = mean(pixels.iter().copied().filter(|&pixel| luma(pixel) > threshold))?;
        let dark = mean(pixels.iter().copied().filter(|&pixel| luma(pixel) <= threshold))?;
        threshold = luma(light).midpoint(luma(dark));
        halves = Some((light, dark));
    }
    halves
}

fn mean(pixels: impl Iterator<Item = [f32; 3]>) -> Option<[f32; 3]> {
    let (mut sum, mut count) = ([0.0; 3], 0_u32);
    for pixel in pixels {
        sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value);
        count += 1;
    }
    (count > 0).then(|| sum.map(|sum| sum / count as f32))
}

/// In degrees: red 0, yellow 60, green 120, blue 240.
fn hue(red: f32, green: f32, blue: f32) -> f32 {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let span = (most - least).max(f32::EPSILON);
    let sixth = if most == red {
        (green - blue) / span
    } else if most == green {
        2.0 + (blue - red) / span
    } else {
        4.0 + (red - green) / span
    };
    (60.0 * sixth).rem_euclid(360.0)
}

#[cfg(test)]
#[path = "color_tests.rs"]
mod tests;
