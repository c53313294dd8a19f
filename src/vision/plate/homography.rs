//! From the unit square to a plate that is seen at an angle (pure).

use crate::base::Point;

/// How much nearer than its furthest corner the plate's nearest may be; beyond, the corners are a mistake.
const MOST_PERSPECTIVE: f32 = 4.0;

/// Projects the unit square, whose corners are (0, 0), (1, 0), (1, 1), (0, 1), onto four corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Homography {
    origin: Point,
    /// x and y: (by u, by v), from the origin.
    x: [f32; 2],
    y: [f32; 2],
    /// The distance is 1 + these by u and v.
    depth: [f32; 2],
}

impl Homography {
    /// `None` unless the corners are those of a convex figure, clockwise from the upper left, with an area.
    pub(super) fn onto(corners: &[Point; 4]) -> Option<Self> {
        let convex = (0..4).all(|index| turn(corners[index], corners[(index + 1) % 4], corners[(index + 2) % 4]) > 0.0);
        if !convex {
            return None;
        }
        // After Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), 2.2.3.
        let [origin, right, opposite, below] = *corners;
        let from = |to: Point, from: Point| (to.x - from.x, to.y - from.y);
        let ((x1, y1), (x2, y2)) = (from(right, opposite), from(below, opposite));
        let (x3, y3) = (origin.x - right.x + opposite.x - below.x, origin.y - right.y + opposite.y - below.y);
        let whole = x1 * y2 - x2 * y1;
        let depth = [(x3 * y2 - x2 * y3) / whole, (x1 * y3 - x3 * y1) / whole];
        let along = |corner: Point, depth: f32| {
            let (x, y) = from(corner, origin);
            let (more_x, more_y) = (depth * corner.x, depth * corner.y);
            // Kept apart from the origin, so that far from (0, 0) nothing is lost to rounding.
            (x + more_x - depth * origin.x, y + more_y - depth * origin.y)
        };
        let ((ax, ay), (bx, by)) = (along(right, depth[0]), along(below, depth[1]));
        let depths = [1.0, 1.0 + depth[0], 1.0 + depth[0] + depth[1], 1.0 + depth[1]];
        let nearest = depths.into_iter().fold(f32::INFINITY, f32::min);
        let furthest = depths.into_iter().fold(0.0, f32::max);
        (nearest > 0.0 && furthest <= MOST_PERSPECTIVE * nearest).then_some(Self {
            origin,
            x: [ax, bx],
            y: [ay, by],
            depth,
        })
    }

    /// Where a place of the unit square, or close beside it, lies.
    pub(super) fn project(&self, u: f32, v: f32) -> Point {
        let over = |by: [f32; 2]| by[0] * u + by[1] * v;
        let depth = 1.0 + over(self.depth);
        Point { x: self.origin.x + over(self.x) / depth, y: self.origin.y + over(self.y) / depth }
    }
}

/// Twice the area of a triangle; above 0 where it turns clockwise on a screen.
fn turn(a: Point, b: Point, c: Point) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SQUARE: [(f32, f32); 4] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];

    fn points(corners: [(f32, f32); 4]) -> [Point; 4] {
        corners.map(|(x, y)| Point { x, y })
    }

    fn distance(a: Point, b: Point) -> f32 {
        (a.x - b.x).hypot(a.y - b.y)
    }

    proptest! {
        #[test]
        fn corners_map_to_corners_and_straight_lines_stay_straight(
            (x, y) in (-100f32..4000.0, -100f32..4000.0),
            (w, h) in (20f32..600.0, 10f32..300.0),
            shifts in proptest::array::uniform4((-0.15f32..0.15, -0.15f32..0.15)),
            along in 0f32..1.0,
        ) {
            let mut corners = points(SQUARE.map(|(u, v)| (x + u * w, y + v * h)));
            for (corner, (dx, dy)) in corners.iter_mut().zip(shifts) {
                (corner.x, corner.y) = (corner.x + dx * w, corner.y + dy * h);
            }
            let homography = Homography::onto(&corners).expect("convex");
            for ((u, v), corner) in SQUARE.into_iter().zip(corners) {
                let mapped = homography.project(u, v);
                prop_assert!(distance(mapped, corner) < 0.01, "{mapped:?} instead of {corner:?}");
            }
            let (start, place, end) =
                (homography.project(0.0, along), homography.project(0.4, along), homography.project(1.0, along));
            prop_assert!(turn(start, place, end).abs() < 0.02 * distance(start, end), "bent");
        }

        #[test]
        fn a_parallelogram_is_not_bent(
            (w, h, slant, drop) in (20f32..400.0, 10f32..200.0, -30f32..30.0, -9f32..9.0),
            (u, v) in (-0.1f32..1.1, -0.1f32..1.1),
        ) {
            let at = |u: f32, v: f32| (50.0 + u * w + v * slant, 60.0 + v * h + u * drop);
            let homography = Homography::onto(&points(SQUARE.map(|(u, v)| at(u, v)))).expect("convex");
            let (x, y) = at(u, v);
            let off = distance(homography.project(u, v), Point { x, y });
            prop_assert!(off < 0.01, "{off}");
        }
    }

    #[test]
    fn what_is_no_plate_is_refused() {
        #[track_caller]
        fn check(corners: [(f32, f32); 4]) {
            assert_eq!(Homography::onto(&points(corners)), None);
        }
        check([(0.0, 0.0); 4]);
        check([(0.0, 0.0), (9.0, 0.0), (18.0, 0.0), (27.0, 0.0)]);
        check([(0.0, 0.0), (0.0, 9.0), (9.0, 9.0), (9.0, 0.0)]);
        check([(0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0)]);
        check([(0.0, 0.0), (9.0, 0.0), (2.0, 2.0), (0.0, 9.0)]);
        check([(0.0, 0.0), (f32::NAN, 0.0), (9.0, 9.0), (0.0, 9.0)]);
        check([(0.0, 0.0), (90.0, 40.0), (90.0, 50.0), (0.0, 90.0)]);
    }
}
