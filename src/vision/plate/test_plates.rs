//! Drawn plates for tests.

use std::time::Duration;

use font8x8::UnicodeFonts as _;
use jiff::Timestamp;

use super::homography::Homography;
use crate::base::Point;
use crate::decode::{Frame, PixelFormat};

pub(crate) const BLACK: [u8; 3] = [25, 25, 25];
pub(crate) const WHITE: [u8; 3] = [225, 225, 225];

/// A plate without a border; its lines share its height.
pub(crate) struct Plate {
    pub lines: &'static [&'static str],
    pub ground: [u8; 3],
    pub ink: [u8; 3],
}

impl Plate {
    /// The colour at a place of the unit square.
    fn at(&self, u: f32, v: f32) -> [u8; 3] {
        let row = v * self.lines.len() as f32;
        let line = self.lines[(row as usize).min(self.lines.len() - 1)];
        // Characters stand in the middle 7/10 of their line and 9/10 of the width.
        let (x, y) = ((u - 0.05) / 0.9 * line.len() as f32, (row.fract() - 0.15) / 0.7);
        let letter = if x >= 0.0 { line.chars().nth(x as usize) } else { None };
        let glyph = letter.filter(|_| (0.0..1.0).contains(&y)).and_then(|letter| font8x8::BASIC_FONTS.get(letter));
        // Seven of the eight rows and columns have ink.
        let inked = glyph.is_some_and(|rows| rows[(y * 7.0) as usize] >> (x.fract() * 8.0) as u32 & 1 == 1);
        if inked { self.ink } else { self.ground }
    }

    /// A picture of the plate in front of a ground.
    pub(crate) fn on(&self, corners: &[Point; 4], (width, height): (u32, u32), around: [u8; 3]) -> Frame {
        let plate = Homography::onto(corners).expect("a convex place");
        let mut pixels = around.repeat((width * height) as usize);
        // Finer than the picture, so that no pixel of the plate is left out.
        let (columns, rows) = (4 * width, 4 * height);
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            let (u, v) = ((column as f32 + 0.5) / columns as f32, (row as f32 + 0.5) / rows as f32);
            let place = plate.project(u, v);
            let inside = place.x >= 0.0 && place.y >= 0.0 && place.x < width as f32 && place.y < height as f32;
            if inside {
                let start = 3 * (place.y as usize * width as usize + place.x as usize);
                pixels[start..start + 3].copy_from_slice(&self.at(u, v));
            }
        }
        frame(pixels, (width, height))
    }
}

/// Corners of an upright place.
pub(crate) fn upright(x: f32, y: f32, w: f32, h: f32) -> [Point; 4] {
    [(x, y), (x + w, y), (x + w, y + h), (x, y + h)].map(|(x, y)| Point { x, y })
}

/// A frame of red, green and blue.
pub(crate) fn frame(pixels: Vec<u8>, size: (u32, u32)) -> Frame {
    Frame::from_bytes(pixels, PixelFormat::Rgb, size, Duration::ZERO, Timestamp::UNIX_EPOCH).expect("whole")
}
