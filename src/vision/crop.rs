//! Crops of a frame, which may reach beyond its edge, and how sharp what they show is.

use super::model::Input;
use super::tensor::{Placement, TensorError};
use crate::base::{Point, Rect};
use crate::decode::{PixelFormat, Planes};

/// Rows and columns beyond these many are sampled: sharpness is a mean.
const MOST_SAMPLED: usize = 96;

/// What two neighbours must differ by, squared, to be more than flatness: five levels of 256.
const FLAT_ENERGY: f32 = 25.0;

/// The square of side `side` around a point.
pub fn square(center: Point, side: f32) -> Rect {
    Rect::new(center.x - side / 2.0, center.y - side / 2.0, side, side)
}

/// The rectangle around a part with the proportions of an input (width and height in pixels): `scale` times the
/// smallest one that holds the part.
pub fn shaped(part: Rect, scale: f32, (width, height): (u32, u32)) -> Rect {
    let (width, height) = (width as f32, height as f32);
    let factor = scale * (part.w / width).max(part.h / height);
    let (center, w, h) = (part.center(), width * factor, height * factor);
    Rect::new(center.x - w / 2.0, center.y - h / 2.0, w, h)
}

impl Placement {
    /// Places a part of the frame that has the input's proportions so that it fills the input. What lies beyond the
    /// frame is filled as the input's [`Resize`](super::model::Resize) says.
    ///
    /// # Errors
    /// The region has no pixel of the frame.
    pub fn crop(region: Rect, (width, height): (usize, usize), input: &Input) -> Result<Self, TensorError> {
        let (width, height) = (width as f32, height as f32);
        let within = region.clamped(width, height);
        if !region.is_finite() || within.w <= 0.0 || within.h <= 0.0 {
            return Err(TensorError::EmptyRegion(region));
        }
        let scale = input.width as f32 / region.w;
        // So that the outermost pixels are mixed with their true neighbours.
        let margin = 1.0 + (1.0 / scale).ceil();
        let inside = Rect::from_corners(
            ((within.x - margin) / 2.0).floor().max(0.0) * 2.0,
            ((within.y - margin) / 2.0).floor().max(0.0) * 2.0,
            (within.right() + margin).ceil().min(width),
            (within.bottom() + margin).ceil().min(height),
        );
        Ok(Self {
            region: inside,
            origin: Point { x: region.x - inside.x, y: region.y - inside.y },
            scale,
            width: input.width as usize,
            height: input.height as usize,
            shown: [
                shown(region.x, scale, width, input.width as usize),
                shown(region.y, scale, height, input.height as usize),
            ],
        })
    }
}

/// Which of `count` pixels, the first of which begins at `start` of the frame, have their centre within
/// `0..length` of it: the first, and the one after the last.
fn shown(start: f32, scale: f32, length: f32, count: usize) -> (usize, usize) {
    let place = |at: f32| (((at - start) * scale - 0.5).ceil().max(0.0) as usize).min(count);
    (place(0.0), place(length))
}

/// How much of the differences between neighbouring pixels is picture, 0 to 1: neither noise nor
/// flatness. Blur, darkness and noise lower it. 0 where the region has no pixels to compare.
pub fn sharpness(planes: &Planes<'_>, region: Rect) -> f32 {
    let inside = region.clamped(planes.width as f32, planes.height as f32);
    let (left, right) = (inside.x as usize, inside.right() as usize);
    let (top, bottom) = (inside.y as usize, inside.bottom() as usize);
    if !region.is_finite() || right < left + 3 || bottom < top + 3 {
        return 0.0;
    }
    let luma = Luma::new(planes);
    let (columns, rows) = (steps(left, right), steps(top, bottom));
    let (mut gradient, mut noise, mut count) = (0.0, 0.0, 0.0);
    for y in rows {
        let Some([above, here, below]) = luma.rows(y) else { return 0.0 };
        for x in columns.clone() {
            let [above, here, below] = [above, here, below].map(|row| [0, 1, 2].map(|dx| luma.at(row, x + dx)));
            let (across, down) = (here[2] - here[1], below[1] - here[1]);
            gradient += across * across + down * down;
            // Straight edges and slopes vanish in this difference of Laplacians (Immerkær, 1996); its variance is 36
            // times that of the noise.
            let laplacian = above[0] - 2.0 * above[1] + above[2] - 2.0 * (here[0] - 2.0 * here[1] + here[2]) + below[0]
                - 2.0 * below[1]
                + below[2];
            noise += laplacian.abs();
            count += 1.0;
        }
    }
    // The mean of a normal variable's size is √(2/π) of its deviation.
    let deviation = (std::f32::consts::PI / 2.0).sqrt() * noise / (6.0 * count);
    let noise_energy = 4.0 * deviation * deviation;
    let energy = (gradient / count - noise_energy).max(0.0);
    energy / (energy + noise_energy + FLAT_ENERGY)
}

/// The first columns (rows) of up to [`MOST_SAMPLED`] windows of three within `from..to`.
fn steps(from: usize, to: usize) -> std::iter::StepBy<std::ops::Range<usize>> {
    (from..to - 2).step_by((to - from).div_ceil(MOST_SAMPLED))
}

/// The plane that holds brightness: luma, or green of packed colours.
struct Luma<'a> {
    planes: &'a Planes<'a>,
    step: usize,
}

impl<'a> Luma<'a> {
    fn new(planes: &'a Planes<'a>) -> Self {
        Self { planes, step: if planes.format == PixelFormat::Rgb { 3 } else { 1 } }
    }

    /// Three rows from `y` on; `None` where the plane is too short.
    fn rows(&self, y: usize) -> Option<[&'a [u8]; 3]> {
        let plane = &self.planes.first;
        let length = self.planes.width * self.step;
        let row = |y: usize| plane.data.get(y * plane.stride..)?.get(..length);
        Some([row(y)?, row(y + 1)?, row(y + 2)?])
    }

    fn at(&self, row: &[u8], x: usize) -> f32 {
        f32::from(row[x * self.step + self.step / 2])
    }
}

#[cfg(test)]
#[path = "crop_tests.rs"]
mod tests;
