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
    #[error("corner {second} ({x}, {y}) repeats corner {first}: leave it out (a polygon closes by itself)")]
    RepeatedCorner { first: usize, second: usize, x: f32, y: f32 },
    #[error(
        "the edge between corners {} and {} crosses or touches the edge between corners {} and {}: \
         list the corners in the order in which one walks around the zone",
        one.0, one.1, other.0, other.1
    )]
    SelfCrossing { one: (usize, usize), other: (usize, usize) },
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

    /// From `p` to the nearest point of the edge in pixels of a frame of `width` by `height`; `p` is in 0..1.
    pub fn edge_distance(&self, p: Point, (width, height): (f32, f32)) -> f32 {
        let scaled = |p: Point| Point { x: p.x * width, y: p.y * height };
        let p = scaled(p);
        self.edges().map(|(a, b)| distance_to_segment(p, scaled(a), scaled(b))).fold(f32::INFINITY, f32::min)
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
        polygon.refuse_repeated_corners()?;
        let doubled_area: f32 = polygon.edges().map(|(a, b)| a.x * b.y - b.x * a.y).sum();
        let corners = &polygon.corners;
        let is_straight = corners.iter().all(|&p| side(corners[0], corners[1], p).abs() < LEAST_DOUBLED_AREA);
        if is_straight {
            return Err(PolygonError::Flat);
        }
        polygon.refuse_crossing_edges()?;
        if doubled_area.abs() < LEAST_DOUBLED_AREA {
            return Err(PolygonError::Flat);
        }
        Ok(polygon)
    }
}

/// Below this a polygon holds nothing: the square of a thousandth of the frame.
const LEAST_DOUBLED_AREA: f32 = 1e-6;

impl Polygon {
    fn refuse_repeated_corners(&self) -> Result<(), PolygonError> {
        for (second, p) in self.corners.iter().enumerate() {
            if let Some(first) = self.corners[..second].iter().position(|before| before == p) {
                return Err(PolygonError::RepeatedCorner { first: first + 1, second: second + 1, x: p.x, y: p.y });
            }
        }
        Ok(())
    }

    fn refuse_crossing_edges(&self) -> Result<(), PolygonError> {
        let edges: Vec<_> = self.edges().collect();
        let n = edges.len();
        let corners = |edge: usize| (edge + 1, (edge + 1) % n + 1);
        for i in 0..n {
            for j in i + 1..n {
                // Neighbours share a corner, and touch nowhere else unless one turns back on the other.
                let touches = if j == i + 1 {
                    turns_back(edges[i].0, edges[i].1, edges[j].1)
                } else if i == 0 && j == n - 1 {
                    turns_back(edges[j].0, edges[j].1, edges[i].1)
                } else {
                    segments_touch(edges[i], edges[j])
                };
                if touches {
                    return Err(PolygonError::SelfCrossing { one: corners(i), other: corners(j) });
                }
            }
        }
        Ok(())
    }
}

/// Twice the area of the triangle: positive where `r` is on the right hand of whoever walks from `p` to `q` in the
/// picture, whose y points down.
pub fn side(p: Point, q: Point, r: Point) -> f32 {
    (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
}

/// Whether two straight stretches have a point in common.
pub fn segments_touch((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let within = |p: Point, q: Point, r: Point| {
        (p.x.min(q.x)..=p.x.max(q.x)).contains(&r.x) && (p.y.min(q.y)..=p.y.max(q.y)).contains(&r.y)
    };
    let (c_side, d_side, a_side, b_side) = (side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b));
    (c_side * d_side < 0.0 && a_side * b_side < 0.0)
        || (c_side == 0.0 && within(a, b, c))
        || (d_side == 0.0 && within(a, b, d))
        || (a_side == 0.0 && within(c, d, a))
        || (b_side == 0.0 && within(c, d, b))
}

/// Whether the way from `b` to `c` lies on the way from `a` to `b`.
fn turns_back(a: Point, b: Point, c: Point) -> bool {
    side(a, b, c) == 0.0 && (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) < 0.0
}

fn distance_to_segment(p: Point, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
    let along = along.clamp(0.0, 1.0);
    (p.x - a.x - along * dx).hypot(p.y - a.y - along * dy)
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
        let crossing = |one, other| Err(PolygonError::SelfCrossing { one, other });
        assert_eq!(polygon(&[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]), crossing((1, 2), (3, 4)));
        // A corner on another edge, and an edge that turns back on the one before it, also at the end.
        assert_eq!(polygon(&[[0.0, 0.0], [1.0, 0.0], [0.5, 1.0], [0.5, 0.0]]), crossing((1, 2), (3, 4)));
        assert_eq!(polygon(&[[0.0, 0.0], [1.0, 0.0], [0.5, 0.0], [0.5, 1.0]]), crossing((1, 2), (2, 3)));
        assert_eq!(polygon(&[[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [1.0, 0.0]]), crossing((1, 2), (4, 1)));
        let square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
        assert_eq!(polygon(&square), Err(PolygonError::RepeatedCorner { first: 1, second: 4, x: 0.0, y: 0.0 }));
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

    #[test]
    fn distances_are_in_pixels() {
        #[track_caller]
        fn check(x: f32, y: f32, expected: f32) {
            let square = polygon(&[[0.25, 0.5], [0.75, 0.5], [0.75, 1.0], [0.25, 1.0]]).expect("valid");
            let found = square.edge_distance(Point { x, y }, (400.0, 200.0));
            assert!((found - expected).abs() < 1e-3, "{found}");
        }
        check(0.5, 0.4, 20.0);
        check(0.5, 0.6, 20.0);
        check(0.25, 0.75, 0.0);
        check(0.175, 0.3, 50.0);
    }

    proptest! {
        #[test]
        fn no_polygon_crosses_itself(
            corners in proptest::collection::vec((0u8..6, 0u8..6), 3..7)
        ) {
            let raw: Vec<_> = corners.iter().map(|&(x, y)| [f32::from(x) / 8.0, f32::from(y) / 8.0]).collect();
            if let Ok(found) = Polygon::try_from(raw) {
                let edges: Vec<_> = found.edges().collect();
                for (i, one) in edges.iter().enumerate() {
                    for (j, other) in edges.iter().enumerate().skip(i + 2) {
                        prop_assert!((i == 0 && j == edges.len() - 1) || !segments_touch(*one, *other));
                    }
                }
            }
        }

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
