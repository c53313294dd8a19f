//! Privacy masks: parts of a camera's picture that nobody and nothing sees. They are painted over as a picture leaves the
//! decoder, so that whatever comes after it knows the flat area only.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::frame::{Frame, PixelFormat};
use crate::base::chain::hex;
use crate::base::{Point, Polygon, Rect};
use crate::config;

/// What is painted: the grey with which the detector's own input is padded, so that it means nothing to it. In both ranges
/// of luma it is very nearly the same grey.
pub const FLAT_LUMA: u8 = 114;
const NO_COLOR: u8 = 128;
/// Chroma has one sample for so many pixels each way: what is painted are whole squares of them.
const CELL: usize = 2;
/// A JPEG changes flat grey by less than this, in levels, and mixes pixels of one block at the edge.
const NEARLY: u8 = 12;
const MIXED: usize = 16;
/// Of the name, in hexadecimal digits.
const NAME_LEN: usize = 16;

/// The masks of one camera; clones share what was worked out for a size of picture. Empty for most cameras.
#[derive(Clone, Default)]
pub struct Masks(Option<Arc<Inner>>);

struct Inner {
    polygons: Vec<Polygon>,
    name: String,
    /// For the size of the last picture: a stream's pictures are all of one.
    spans: Mutex<Option<Arc<Spans>>>,
}

/// For each row of cells, which of them are painted.
pub(super) struct Spans {
    size: (usize, usize),
    rows: Vec<Vec<Range<usize>>>,
}

impl Masks {
    pub fn none() -> Self {
        Self::default()
    }

    /// In 0..1 of the picture.
    pub fn new(polygons: Vec<Polygon>) -> Self {
        if polygons.is_empty() {
            return Self::none();
        }
        let mut hash = Sha256::new();
        for polygon in &polygons {
            hash.update((polygon.corners().len() as u64).to_be_bytes());
            for corner in polygon.corners() {
                hash.update(corner.x.to_bits().to_be_bytes());
                hash.update(corner.y.to_bits().to_be_bytes());
            }
        }
        let mut name = hex(&hash.finalize());
        name.truncate(NAME_LEN);
        Self(Some(Arc::new(Inner { polygons, name, spans: Mutex::default() })))
    }

    /// Those that are configured for a camera now.
    pub fn of(camera: &config::Camera) -> Self {
        Self::new(camera.privacy_masks.iter().map(|mask| mask.polygon.clone()).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Hexadecimal digits that tell these masks from any others; `None` where there are none. What was made with them is
    /// kept under it.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref().map(|inner| inner.name.as_str())
    }

    /// The picture with flat grey in the place of the masks and, of what lies around, nothing but the cells of two by two
    /// pixels that they touch. Painting it again changes nothing.
    pub fn paint(&self, frame: Frame) -> Frame {
        self.painted(&frame).unwrap_or(frame)
    }

    /// Whether nothing but the paint is left of what they hide, as far as a JPEG keeps it. Of masks so thin that a JPEG mixes
    /// all of them with what is around, that cannot be said.
    pub fn is_painted_in(&self, frame: &Frame) -> bool {
        let Some(inner) = &self.0 else { return true };
        let (width, height) = (frame.width as usize, frame.height as usize);
        let spans = inner.spans((width, height));
        let planes = frame.planes();
        let channels = if planes.format == PixelFormat::Rgb { 3 } else { 1 };
        let mut looked_at = 0_usize;
        let mut is_flat = |y: usize| {
            let row = planes.first.row(y);
            let near = [y.saturating_sub(MIXED), (y + MIXED).min(height.saturating_sub(1))];
            let inside = spans.of_line(y).iter().flat_map(|cells| {
                let right = (cells.end * CELL).min(width);
                (cells.start * CELL + MIXED).min(right)..right.saturating_sub(MIXED)
            });
            let mut inside = inside.filter(|x| near.iter().all(|y| spans.touches(*x..*x + 1, *y..*y + 1)));
            inside.all(|x| {
                looked_at += 1;
                row[x * channels..(x + 1) * channels].iter().all(|level| level.abs_diff(FLAT_LUMA) <= NEARLY)
            })
        };
        (0..height).all(&mut is_flat) && looked_at > 0
    }

    /// Whether something of a region, in pixels of a picture of `size`, is hidden.
    pub fn touch(&self, region: &Rect, size: (u32, u32)) -> bool {
        let Some(inner) = &self.0 else { return false };
        let inside = region.clamped(size.0 as f32, size.1 as f32);
        let across = inside.x as usize..inside.right().ceil() as usize;
        let down = inside.y as usize..inside.bottom().ceil() as usize;
        inside.area() > 0.0 && inner.spans((size.0 as usize, size.1 as usize)).touches(across, down)
    }

    /// A copy of the picture that is painted; `None` where there is nothing to paint.
    pub fn painted(&self, frame: &Frame) -> Option<Frame> {
        let spans = self.0.as_ref()?.spans((frame.width as usize, frame.height as usize));
        let mut copy = frame.changed(|bytes, format| paint(bytes, format, &spans));
        copy.painted = Some(spans);
        Some(copy)
    }
}

impl PartialEq for Masks {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masks({})", self.name().unwrap_or("none"))
    }
}

impl Inner {
    fn spans(&self, size: (usize, usize)) -> Arc<Spans> {
        let mut known = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(spans) if spans.size == size => Arc::clone(spans),
            _ => Arc::clone(known.insert(Arc::new(Spans::of(&self.polygons, size)))),
        }
    }
}

impl Spans {
    fn of(polygons: &[Polygon], size: (usize, usize)) -> Self {
        let (columns, rows) = (size.0.div_ceil(CELL), size.1.div_ceil(CELL));
        let row = |row: usize| {
            let mut spans: Vec<_> = polygons.iter().flat_map(|polygon| touched(polygon, size, row, columns)).collect();
            spans.sort_unstable_by_key(|span| (span.start, span.end));
            let mut merged: Vec<Range<usize>> = Vec::with_capacity(spans.len());
            for span in spans {
                match merged.last_mut().filter(|last| span.start <= last.end) {
                    Some(last) => last.end = last.end.max(span.end),
                    None => merged.push(span),
                }
            }
            merged
        };
        Self { size, rows: (0..rows).map(row).collect() }
    }

    fn of_line(&self, y: usize) -> &[Range<usize>] {
        self.rows.get(y / CELL).map_or(&[], Vec::as_slice)
    }

    /// Whether something of this rectangle of pixels is painted.
    pub(super) fn touches(&self, across: Range<usize>, down: Range<usize>) -> bool {
        let touches = |cells: &Range<usize>| cells.start * CELL < across.end && cells.end * CELL > across.start;
        (down.start / CELL..down.end.div_ceil(CELL)).any(|row| self.of_line(row * CELL).iter().any(touches))
    }

    /// The stretches of a line of pixels that are not painted.
    pub(super) fn left(&self, y: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let painted = self.of_line(y);
        let begins = std::iter::once(0).chain(painted.iter().map(|cells| cells.end * CELL));
        let ends = painted.iter().map(|cells| cells.start * CELL).chain([self.size.0]);
        begins.zip(ends).map(|(begin, end)| begin..end).filter(|left| left.start < left.end)
    }
}

/// The cells of a row that a polygon has some area in. Between the heights of its corners it is a row of trapezoids, whose
/// sides are its edges.
fn touched(polygon: &Polygon, (width, height): (usize, usize), row: usize, columns: usize) -> Vec<Range<usize>> {
    let (top, bottom) = ((row * CELL) as f64, ((row + 1) * CELL) as f64);
    let scaled = |corner: &Point| (f64::from(corner.x) * width as f64, f64::from(corner.y) * height as f64);
    let corners: Vec<(f64, f64)> = polygon.corners().iter().map(scaled).collect();
    let mut heights = vec![top, bottom];
    heights.extend(corners.iter().map(|corner| corner.1).filter(|y| (top..bottom).contains(y)));
    heights.sort_unstable_by(f64::total_cmp);
    let mut found = Vec::new();
    for pair in heights.windows(2).filter(|pair| pair[0] < pair[1]) {
        let (from, to) = (pair[0], pair[1]);
        let mut sides: Vec<(f64, f64)> = (0..corners.len())
            .map(|index| (corners[index], corners[(index + 1) % corners.len()]))
            .filter(|(a, b)| a.1.min(b.1) <= from && a.1.max(b.1) >= to)
            .map(|(a, b)| {
                let at = |y: f64| a.0 + (b.0 - a.0) * (y - a.1) / (b.1 - a.1);
                (at(from), at(to))
            })
            .collect();
        sides.sort_unstable_by(|one, other| (one.0 + one.1).total_cmp(&(other.0 + other.1)));
        for pair in sides.chunks_exact(2) {
            let (left, right) = (pair[0].0.min(pair[0].1), pair[1].0.max(pair[1].1));
            let start = (left / CELL as f64).floor().max(0.0) as usize;
            let end = ((right / CELL as f64).ceil() as usize).clamp(start + 1, columns.max(start + 1));
            if start < columns {
                found.push(start..end);
            }
        }
    }
    found
}

/// `bytes` are of tightly packed planes.
fn paint(bytes: &mut [u8], format: PixelFormat, spans: &Spans) {
    let (width, height) = spans.size;
    let (half_width, half_height) = (width.div_ceil(CELL), height.div_ceil(CELL));
    for (row, cells) in spans.rows.iter().enumerate() {
        for cells in cells {
            let pixels = cells.start * CELL..(cells.end * CELL).min(width);
            let luma = |y: usize, bytes_each: usize| {
                let begin = y * width * bytes_each;
                begin + pixels.start * bytes_each..begin + pixels.end * bytes_each
            };
            for y in row * CELL..((row + 1) * CELL).min(height) {
                bytes[luma(y, if format == PixelFormat::Rgb { 3 } else { 1 })].fill(FLAT_LUMA);
            }
            let chroma = width * height;
            match format {
                PixelFormat::Rgb => {}
                PixelFormat::Nv12 => {
                    let begin = chroma + row * 2 * half_width;
                    bytes[begin + 2 * cells.start..begin + 2 * cells.end].fill(NO_COLOR);
                }
                PixelFormat::I420 => {
                    for plane in [0, half_width * half_height] {
                        let begin = chroma + plane + row * half_width;
                        bytes[begin + cells.start..begin + cells.end].fill(NO_COLOR);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
