//! What a person's clothes look like: brightness and colour of what is worn above and below the waist. Enough to say
//! that somebody looks like somebody else, never who it is; nothing of the face is in it.

use super::tensor::Colors;
use crate::base::{Point, Rect};
use crate::decode::Frame;

/// Persons whose box is lower tell nothing of their clothes, in pixels.
const LEAST_HEIGHT: f32 = 48.0;
/// Where clothes are in a person's box, from the left and the top in 0..1: above the waist, and below it.
const PARTS: [Rect; 2] = [Rect { x: 0.28, y: 0.2, w: 0.44, h: 0.28 }, Rect { x: 0.3, y: 0.54, w: 0.4, h: 0.32 }];
/// Places looked at in a part, across and down.
const SAMPLES: (usize, usize) = (8, 12);
/// Steps of brightness, and of each of two differences of colour.
const SHADES: usize = 8;
const HUES: usize = 7;
/// A difference of colour at which the outermost step is reached, in levels of 255.
const MOST_COLOR: f32 = 48.0;
/// Clothes that lie nearer to grey on the mean have no colours: black and white ones, and all in infrared or the dark.
const LEAST_COLOR: f32 = 5.0;

/// The clothes of one person, as pictures together show them.
#[derive(Debug, Clone, PartialEq)]
pub struct Appearance {
    /// Sums over pictures, of each part.
    shades: [[f32; SHADES]; 2],
    hues: [[f32; HUES * HUES]; 2],
    /// Of each picture the mean difference from grey.
    color: f32,
    pictures: u16,
}

impl Default for Appearance {
    /// Of somebody whom no picture shows yet.
    fn default() -> Self {
        Self { shades: [[0.0; SHADES]; 2], hues: [[0.0; HUES * HUES]; 2], color: 0.0, pictures: 0 }
    }
}

impl Appearance {
    /// Adds what a picture shows of a person. Says whether it showed anything: whoever is cut off at an edge, or
    /// too small, it does not.
    pub fn see(&mut self, frame: &Frame, bbox: &Rect) -> bool {
        let planes = frame.planes();
        let (width, height) = (planes.width as f32, planes.height as f32);
        let is_whole = bbox.x >= 1.0 && bbox.y >= 1.0 && bbox.right() <= width - 1.0 && bbox.bottom() <= height - 1.0;
        if bbox.h < LEAST_HEIGHT || !is_whole || self.pictures == u16::MAX {
            return false;
        }
        let Ok(colors) = Colors::of(&planes) else { return false };
        let mut color = 0.0;
        for (index, part) in PARTS.iter().enumerate() {
            for (column, row) in (0..SAMPLES.1).flat_map(|row| (0..SAMPLES.0).map(move |column| (column, row))) {
                let across = part.x + part.w * (column as f32 + 0.5) / SAMPLES.0 as f32;
                let down = part.y + part.h * (row as f32 + 0.5) / SAMPLES.1 as f32;
                let place = Point { x: bbox.x + bbox.w * across, y: bbox.y + bbox.h * down };
                let [red, green, blue] = colors.at(place);
                let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
                let (toward_red, toward_blue) = (red - luma, blue - luma);
                color += toward_red.abs().max(toward_blue.abs());
                add(&mut self.shades[index], luma / 255.0 * (SHADES - 1) as f32);
                add_in_plane(&mut self.hues[index], step(toward_red), step(toward_blue));
            }
        }
        self.color += color / (PARTS.len() * SAMPLES.0 * SAMPLES.1) as f32;
        self.pictures += 1;
        true
    }

    /// Pictures that it rests on.
    pub fn pictures(&self) -> u16 {
        self.pictures
    }

    /// Whether the clothes have colours that the pictures show.
    pub fn is_colored(&self) -> bool {
        self.color > LEAST_COLOR * f32::from(self.pictures)
    }

    /// 0 (nothing in common) to 1 (the same); 0 where one was never seen, or without colours: in black, or in grey
    /// pictures, too many strangers are alike (six of a hundred pairs, where three of ten persons are found again).
    pub fn likeness(&self, other: &Self) -> f32 {
        if !self.is_colored() || !other.is_colored() {
            return 0.0;
        }
        // Both parts must be alike: half of all people wear dark trousers.
        let parts = 0..PARTS.len();
        let of_part = |part: usize| {
            overlap(&self.shades[part], &other.shades[part]) * overlap(&self.hues[part], &other.hues[part])
        };
        parts.map(of_part).product()
    }
}

/// A difference of colour as a place among the steps.
fn step(difference: f32) -> f32 {
    (difference / MOST_COLOR).clamp(-1.0, 1.0).mul_add(0.5, 0.5) * (HUES - 1) as f32
}

/// Shares a value out between the two steps that it lies between.
fn add(steps: &mut [f32], place: f32) {
    let (lower, share) = split(place, steps.len());
    steps[lower] += 1.0 - share;
    steps[lower + 1] += share;
}

fn add_in_plane(steps: &mut [f32], column: f32, row: f32) {
    let ((left, right_share), (above, below_share)) = (split(column, HUES), split(row, HUES));
    let row = |steps: &mut [f32], row: usize, share: f32| {
        steps[row * HUES + left] += share * (1.0 - right_share);
        steps[row * HUES + left + 1] += share * right_share;
    };
    row(steps, above, 1.0 - below_share);
    row(steps, above + 1, below_share);
}

/// The lower of the two steps around a place, and how far the place is on the way to the upper one.
fn split(place: f32, steps: usize) -> (usize, f32) {
    let lower = (place.max(0.0) as usize).min(steps - 2);
    (lower, (place - lower as f32).clamp(0.0, 1.0))
}

/// Bhattacharyya's coefficient of two histograms.
fn overlap(one: &[f32], other: &[f32]) -> f32 {
    let common: f32 = one.iter().zip(other).map(|(a, b)| (a * b).sqrt()).sum();
    let sums = one.iter().sum::<f32>() * other.iter().sum::<f32>();
    common / sums.sqrt()
}
