//! Boxes and polygons. A box is in pixels or in 0..1 of the frame; the field that holds it says which.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// An axis-aligned box: left, top, width, height.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rect {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

impl Rect {
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    pub fn from_corners(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self { x: left, y: top, w: (right - left).max(0.0), h: (bottom - top).max(0.0) }
    }

    pub fn right(&self) -> f32 {
        self.x + self.w
    }

    pub fn bottom(&self) -> f32 {
        self.y + self.h
    }

    pub fn area(&self) -> f32 {
        self.w.max(0.0) * self.h.max(0.0)
    }

    pub fn center(&self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.y + self.h / 2.0 }
    }

    /// Where a person stands: the middle of the lower edge.
    pub fn feet(&self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.bottom() }
    }

    pub fn intersection(&self, other: &Self) -> Self {
        Self::from_corners(
            self.x.max(other.x),
            self.y.max(other.y),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        )
    }

    /// The smallest box around both.
    pub fn union(&self, other: &Self) -> Self {
        Self::from_corners(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// Intersection over union, 0 to 1; 0 where either box is empty.
    pub fn iou(&self, other: &Self) -> f32 {
        let common = self.intersection(other).area();
        let all = self.area() + other.area() - common;
        if all > 0.0 { common / all } else { 0.0 }
    }

    /// The part that lies within `0..width` by `0..height`.
    pub fn clamped(&self, width: f32, height: f32) -> Self {
        self.intersection(&Self::new(0.0, 0.0, width, height))
    }

    pub fn scaled(&self, sx: f32, sy: f32) -> Self {
        Self { x: self.x * sx, y: self.y * sy, w: self.w * sx, h: self.h * sy }
    }

    pub fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite() && self.w.is_finite() && self.h.is_finite()
    }
}

/// A simple polygon with corners in 0..1 of the frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Polygon {
    corners: Vec<Point>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolygonError {
    #[error("a polygon needs at least 3 corners, this one has {0}")]
    TooFewCorners(usize),
    #[error("corner {index} ({x}, {y}) is not within 0..1 of the frame")]
    OutOfFrame { index: usize, x: f32, y: f32 },
    #[error("the edge from corner {0} crosses the edge from corner {1}")]
    SelfCrossing(usize, usize),
    #[error("its corners lie on one line: it holds no area")]
    Flat,
}

impl Polygon {
    /// The whole frame.
    pub fn full_frame() -> Self {
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
        Self { corners: corners.map(|(x, y)| Point { x, y }).to_vec() }
    }

    pub fn corners(&self) -> &[Point] {
        &self.corners
    }

    /// Whether `p` lies inside; a point on the edge may fall either way.
    pub fn contains(&self, p: Point) -> bool {
        let mut inside = false;
        for (a, b) in self.edges() {
            // Even-odd rule: count the edges that a ray to the right crosses.
            if (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
                inside = !inside;
            }
        }
        inside
    }

    fn edges(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let n = self.corners.len();
        (0..n).map(move |i| (self.corners[i], self.corners[(i + 1) % n]))
    }
}

impl TryFrom<Vec<[f32; 2]>> for Polygon {
    type Error = PolygonError;

    fn try_from(raw: Vec<[f32; 2]>) -> Result<Self, PolygonError> {
        if raw.len() < 3 {
            return Err(PolygonError::TooFewCorners(raw.len()));
        }
        for (index, &[x, y]) in raw.iter().enumerate() {
            if !((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)) {
                return Err(PolygonError::OutOfFrame { index: index + 1, x, y });
            }
        }
        let polygon = Self { corners: raw.into_iter().map(|[x, y]| Point { x, y }).collect() };
        let edges: Vec<_> = polygon.edges().collect();
        for i in 0..edges.len() {
            for j in i + 2..edges.len() {
                let adjacent = i == 0 && j == edges.len() - 1;
                if !adjacent && crosses(edges[i], edges[j]) {
                    return Err(PolygonError::SelfCrossing(i + 1, j + 1));
                }
            }
        }
        let doubled_area: f32 = edges.iter().map(|(a, b)| a.x * b.y - b.x * a.y).sum();
        if doubled_area.abs() < 1e-6 {
            return Err(PolygonError::Flat);
        }
        Ok(polygon)
    }
}

fn crosses((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn polygon(corners: &[[f32; 2]]) -> Result<Polygon, PolygonError> {
        Polygon::try_from(corners.to_vec())
    }

    #[test]
    fn bad_polygons_are_named() {
        assert_eq!(polygon(&[[0.0, 0.0], [1.0, 1.0]]), Err(PolygonError::TooFewCorners(2)));
        assert_eq!(
            polygon(&[[0.0, 0.0], [1.2, 0.0], [1.0, 1.0]]),
            Err(PolygonError::OutOfFrame { index: 2, x: 1.2, y: 0.0 })
        );
        assert_eq!(polygon(&[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]), Err(PolygonError::SelfCrossing(1, 3)));
        assert_eq!(polygon(&[[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]), Err(PolygonError::Flat));
        assert!(polygon(&[[f32::NAN, 0.0], [0.5, 0.5], [1.0, 0.0]]).is_err());
    }

    #[test]
    fn a_point_is_inside_or_not() {
        // An L: the upper right quarter is missing.
        let l = polygon(&[[0.0, 0.0], [0.5, 0.0], [0.5, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]).expect("valid");
        assert!(l.contains(Point { x: 0.25, y: 0.25 }));
        assert!(l.contains(Point { x: 0.75, y: 0.75 }));
        assert!(!l.contains(Point { x: 0.75, y: 0.25 }));
    }

    proptest! {
        #[test]
        fn iou_is_symmetric_and_within_bounds(
            a in (0f32..100.0, 0f32..100.0, 0f32..50.0, 0f32..50.0),
            b in (0f32..100.0, 0f32..100.0, 0f32..50.0, 0f32..50.0),
        ) {
            let (a, b) = (Rect::new(a.0, a.1, a.2, a.3), Rect::new(b.0, b.1, b.2, b.3));
            let iou = a.iou(&b);
            prop_assert!((0.0..=1.0).contains(&iou));
            prop_assert!((iou - b.iou(&a)).abs() < 1e-6);
            if a.area() > 1.0 { prop_assert!((a.iou(&a) - 1.0).abs() < 1e-3); }
        }
    }
}
