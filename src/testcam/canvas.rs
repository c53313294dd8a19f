//! Drawing in grey: smooth outlines filled with a shade, lines, and cut-outs laid into a picture. Edges are soft, as a
//! camera's are.

use super::Picture;

/// x to the right, y downwards, in pixels; a pixel's middle is at .5.
pub(super) type Point = [f32; 2];

/// Rows of samples in each row of pixels, where an outline is filled.
const SUB_ROWS: usize = 4;
/// Points on each arc of a smooth outline.
const ARC_POINTS: usize = 8;
const GREY: u8 = 128;

/// One value per pixel, rows from the top: brightness 0..=255, or coverage 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    pub(super) fn filled(width: usize, height: usize, value: f32) -> Self {
        Self { width, height, values: vec![value; width * height] }
    }

    /// `shade` gives each pixel's value from its middle and the value it has.
    pub(super) fn shade(&mut self, shade: impl Fn(Point, f32) -> f32) {
        for (y, row) in self.values.chunks_exact_mut(self.width).enumerate() {
            for (x, value) in row.iter_mut().enumerate() {
                *value = shade([x as f32 + 0.5, y as f32 + 0.5], *value);
            }
        }
    }

    /// The same within `outline` only, which may be concave and is closed by itself.
    pub(super) fn fill(&mut self, outline: &[Point], shade: impl Fn(Point, f32) -> f32) {
        let mut cover = vec![0.0; self.width];
        let (top, bottom) = outline.iter().fold((f32::MAX, 0.0_f32), |(top, low), p| (top.min(p[1]), low.max(p[1])));
        for y in (top.max(0.0) as usize)..(bottom.ceil() as usize).min(self.height) {
            cover.fill(0.0);
            for sub_row in 0..SUB_ROWS {
                let level = y as f32 + (sub_row as f32 + 0.5) / SUB_ROWS as f32;
                for span in crossings(outline, level).chunks_exact(2) {
                    cover_span(&mut cover, span[0], span[1]);
                }
            }
            let row = &mut self.values[y * self.width..(y + 1) * self.width];
            for (x, (value, &cover)) in row.iter_mut().zip(&cover).enumerate().filter(|(_, (_, cover))| **cover > 0.0) {
                *value = mix(*value, shade([x as f32 + 0.5, y as f32 + 0.5], *value), cover);
            }
        }
    }

    /// A line of this width and value through all points.
    pub(super) fn stroke(&mut self, line: &[Point], width: f32, value: f32) {
        let (reach, size) = (width / 2.0 + 1.0, (self.width, self.height));
        for y in range(line.iter().map(|p| p[1]), reach, size.1) {
            for x in range(line.iter().map(|p| p[0]), reach, size.0) {
                let away = distance(line, [x as f32 + 0.5, y as f32 + 0.5]);
                let cover = (width / 2.0 + 0.5 - away).clamp(0.0, 1.0);
                let old = &mut self.values[y * size.0 + x];
                *old = mix(*old, value, cover);
            }
        }
    }

    /// Half as large: each pixel is the mean of four.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let at = |x: usize, y: usize| self.values[y * self.width + x];
        let mean = |x: usize, y: usize| (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0;
        let values = (0..height).flat_map(|y| (0..width).map(move |x| mean(2 * x, 2 * y))).collect();
        Self { width, height, values }
    }

    /// Between the four nearest pixels; `None` outside.
    fn sample(&self, [x, y]: Point) -> Option<f32> {
        let (x, y) = (x - 0.5, y - 0.5);
        let inside = x >= 0.0 && y >= 0.0 && x < (self.width - 1) as f32 && y < (self.height - 1) as f32;
        let at = inside.then(|| y as usize * self.width + x as usize)?;
        let upper = mix(self.values[at], self.values[at + 1], x.fract());
        let lower = mix(self.values[at + self.width], self.values[at + self.width + 1], x.fract());
        Some(mix(upper, lower, y.fract()))
    }

    /// As a picture without colour.
    pub(super) fn picture(&self) -> Picture {
        let (width, height) = (self.width as u32, self.height as u32);
        let mut data = vec![GREY; Picture::len(width, height)];
        for (byte, value) in data.iter_mut().zip(&self.values) {
            *byte = value.round().clamp(16.0, 235.0) as u8;
        }
        Picture { width, height, data }
    }
}

/// Something with the ground around it taken away.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cutout {
    pub luma: Plane,
    /// 0..=1 of each pixel.
    pub cover: Plane,
}

/// Where a cut-out comes to lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// The point of the cut-out that comes to lie at `at`, and about which it turns.
    pub anchor: Point,
    pub at: Point,
    pub scale: f32,
    /// In radians, clockwise.
    pub turn: f32,
}

impl Place {
    /// Which point of the cut-out is seen at this point of the picture.
    fn source(&self, [x, y]: Point) -> Point {
        let (sin, cos) = self.turn.sin_cos();
        let (dx, dy) = ((x - self.at[0]) / self.scale, (y - self.at[1]) / self.scale);
        [self.anchor[0] + dx * cos + dy * sin, self.anchor[1] - dx * sin + dy * cos]
    }
}

impl Cutout {
    pub(super) fn halved(&self) -> Self {
        Self { luma: self.luma.halved(), cover: self.cover.halved() }
    }

    /// Lays it over the brightness of `picture`, above row `bottom` only; `light` is by how much the place brightens
    /// it.
    pub(super) fn lay(&self, picture: &mut Picture, place: &Place, bottom: usize, light: impl Fn(Point) -> f32) {
        let width = picture.width as usize;
        // As far as any of its corners can be, however it is turned.
        let reach = place.scale * (self.luma.width + self.luma.height) as f32;
        let columns = range([place.at[0]].into_iter(), reach, width);
        for y in range([place.at[1]].into_iter(), reach, bottom.min(picture.height as usize)) {
            for x in columns.clone() {
                let here = [x as f32 + 0.5, y as f32 + 0.5];
                let source = place.source(here);
                let Some(cover) = self.cover.sample(source).filter(|&cover| cover > 0.0) else { continue };
                let Some(luma) = self.luma.sample(source) else { continue };
                let byte = &mut picture.data[y * width + x];
                *byte = mix(f32::from(*byte), luma * light(here), cover).round().clamp(16.0, 235.0) as u8;
            }
        }
    }
}

/// A closed curve through all `points` (Catmull-Rom).
pub(super) fn smooth(points: &[Point]) -> Vec<Point> {
    let count = points.len();
    let point = |index: usize| points[index % count];
    let arc = |index: usize| {
        let [a, b, c, d] = [point(index + count - 1), point(index), point(index + 1), point(index + 2)];
        let at = move |t: f32, axis: usize| {
            let (a, b, c, d) = (a[axis], b[axis], c[axis], d[axis]);
            let bend = (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t + (3.0 * b - 3.0 * c + d - a) * t * t * t;
            0.5 * (2.0 * b + (c - a) * t + bend)
        };
        (0..ARC_POINTS).map(move |step| step as f32 / ARC_POINTS as f32).map(move |t| [at(t, 0), at(t, 1)])
    };
    (0..count).flat_map(arc).collect()
}

pub(super) fn rectangle(left: f32, top: f32, right: f32, bottom: f32) -> [Point; 4] {
    [[left, top], [right, top], [right, bottom], [left, bottom]]
}

/// 1 at the middle, falling to 0 as a bell of this width does.
pub(super) fn bell(away: f32, width: f32) -> f32 {
    (-(away / width).powi(2)).exp()
}

fn mix(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}

/// Where a level line crosses an outline, from the left; always an even number of times.
fn crossings(outline: &[Point], level: f32) -> Vec<f32> {
    let edges = outline.iter().zip(outline.iter().cycle().skip(1));
    let crossed = edges.filter(|(a, b)| (a[1] <= level) != (b[1] <= level));
    let mut at: Vec<f32> = crossed.map(|(a, b)| a[0] + (b[0] - a[0]) * (level - a[1]) / (b[1] - a[1])).collect();
    at.sort_by(f32::total_cmp);
    at
}

/// Adds what of each pixel lies between two places of one sample row.
fn cover_span(cover: &mut [f32], from: f32, to: f32) {
    let (from, to) = (from.clamp(0.0, cover.len() as f32), to.clamp(0.0, cover.len() as f32));
    for (x, cover) in cover.iter_mut().enumerate().take(to.ceil() as usize).skip(from as usize) {
        let inside = to.min(x as f32 + 1.0) - from.max(x as f32);
        *cover += inside.max(0.0) / SUB_ROWS as f32;
    }
}

/// Pixels within `reach` of any of `places`, inside 0..len.
fn range(places: impl Iterator<Item = f32>, reach: f32, len: usize) -> std::ops::Range<usize> {
    let (low, high) = places.fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)));
    let edge = |at: f32| (at.max(0.0) as usize).min(len);
    edge(low - reach)..edge((high + reach).ceil())
}

fn distance(line: &[Point], from: Point) -> f32 {
    let to_piece = |piece: &[Point]| {
        let (dx, dy) = (piece[1][0] - piece[0][0], piece[1][1] - piece[0][1]);
        let along = (from[0] - piece[0][0]) * dx + (from[1] - piece[0][1]) * dy;
        let share = (along / (dx * dx + dy * dy).max(f32::EPSILON)).clamp(0.0, 1.0);
        (from[0] - piece[0][0] - share * dx).hypot(from[1] - piece[0][1] - share * dy)
    };
    line.windows(2).map(to_piece).fold(f32::MAX, f32::min)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(plane: &Plane) -> f32 {
        plane.values.iter().sum()
    }

    proptest! {
        #[test]
        fn a_filled_rectangle_covers_its_area(
            left in 0.0_f32..20.0, top in 0.0_f32..20.0, width in 0.5_f32..20.0, height in 1_u8..80,
        ) {
            // On the grid of sample rows the area is exact; across them the columns are.
            let (top, height) = ((top * 4.0).round() / 4.0, f32::from(height) / 4.0);
            let mut plane = Plane::filled(48, 48, 0.0);
            plane.fill(&rectangle(left, top, left + width, top + height), |_, _| 1.0);
            prop_assert!((sum(&plane) - width * height).abs() < 0.02 * (width * height).max(1.0));
            prop_assert!(plane.values.iter().all(|value| (0.0..=1.001).contains(value)));
        }

        #[test]
        fn an_outline_anywhere_stays_within_the_plane(
            outline in prop::collection::vec([-60.0_f32..90.0, -60.0_f32..90.0], 3..9), width in 0.0_f32..9.0,
        ) {
            let mut plane = Plane::filled(32, 24, 0.0);
            plane.fill(&smooth(&outline), |_, _| 1.0);
            plane.stroke(&outline, width, 1.0);
            prop_assert!(plane.values.iter().all(|value| (0.0..=1.001).contains(value)));
        }
    }

    #[test]
    fn what_is_outside_an_outline_stays() {
        let mut plane = Plane::filled(20, 20, 7.0);
        // An L: its notch is outside.
        plane.fill(&[[2.0, 2.0], [18.0, 2.0], [18.0, 8.0], [8.0, 8.0], [8.0, 18.0], [2.0, 18.0]], |_, old| old + 1.0);
        let at = |x: usize, y: usize| plane.values[y * 20 + x];
        assert_eq!((at(4, 4), at(16, 4), at(4, 16)), (8.0, 8.0, 8.0));
        assert_eq!((at(14, 14), at(0, 0), at(19, 19)), (7.0, 7.0, 7.0));
    }

    #[test]
    fn a_smooth_outline_passes_its_points() {
        let points = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let curve = smooth(&points);
        assert_eq!(curve.len(), points.len() * ARC_POINTS);
        assert!(points.iter().all(|point| curve.contains(point)));
    }

    #[test]
    fn a_cutout_lies_where_it_is_laid_and_not_below_the_bottom() {
        let square = Cutout { luma: Plane::filled(20, 20, 100.0), cover: Plane::filled(20, 20, 1.0) };
        let place = Place { anchor: [10.0, 10.0], at: [30.0, 20.0], scale: 0.5, turn: 0.0 };
        let mut picture = Plane::filled(64, 40, 20.0).picture();
        square.lay(&mut picture, &place, 22, |_| 2.0);
        let at = |x: usize, y: usize| picture.data[y * 64 + x];
        assert_eq!((at(30, 20), at(27, 17), at(30, 21)), (200, 200, 200));
        assert_eq!((at(30, 22), at(38, 20), at(30, 12)), (20, 20, 20));
    }

    #[test]
    fn a_turn_goes_clockwise() {
        let place = Place { anchor: [0.0, 0.0], at: [0.0, 0.0], scale: 1.0, turn: std::f32::consts::FRAC_PI_2 };
        // What was above lies to the right.
        let [x, y] = place.source([5.0, 0.0]);
        assert!(x.abs() < 1e-4 && (y + 5.0).abs() < 1e-4, "{x} {y}");
    }
}
