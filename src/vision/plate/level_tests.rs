use proptest::prelude::*;

use super::*;
use crate::vision::plate::test_plates::{BLACK, Plate, WHITE, frame, upright};

const PLATE: Plate = Plate { lines: &["12-B1", "123.45"], ground: WHITE, ink: BLACK };

fn aspect(corners: &[Point; 4]) -> f32 {
    (corners[1].x - corners[0].x) / (corners[3].y - corners[0].y)
}

/// How much the lines of the corners climb, and how far their characters lean, in heights of the plate.
fn slants(corners: &[Point; 4]) -> (f32, f32) {
    let height = corners[3].y - corners[0].y;
    ((corners[1].y - corners[0].y) / height, (corners[0].x - corners[3].x) / height)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn corners_that_are_off_are_put_right(climb in -0.3f32..0.3, lean in -0.25f32..0.25) {
        let front = upright(60.0, 60.0, 140.0, 100.0);
        let picture = PLATE.on(&front, (260, 220), [140, 140, 140]);
        let planes = picture.planes();
        let colors = Colors::of(&planes).expect("whole");
        let plate = Homography::onto(&front).expect("convex");
        let wrong = sheared(&plate, (lean / aspect(&front), climb));
        let (climbs, leans) = slants(&leveled(&colors, wrong, aspect(&front)));
        // To a step each way.
        prop_assert!(climbs.abs() <= 0.06, "climbs {climbs} after {climb}");
        prop_assert!(leans.abs() <= 0.1, "leans {leans} after {lean}");
    }
}

#[test]
fn where_nothing_is_written_nothing_moves() {
    let grey = frame(vec![120; 3 * 200 * 200], (200, 200));
    let planes = grey.planes();
    let corners = upright(40.0, 50.0, 90.0, 60.0);
    let leveled = leveled(&Colors::of(&planes).expect("whole"), corners, 1.5);
    for (corner, expected) in leveled.iter().zip(&corners) {
        assert!((corner.x - expected.x).hypot(corner.y - expected.y) < 0.01, "{corner:?} instead of {expected:?}");
    }
}

#[test]
fn an_even_profile_has_no_contrast() {
    assert_eq!(contrast(&[]), 0.0);
    assert_eq!(contrast(&[0.0, 0.0]), 0.0);
    assert_eq!(contrast(&[3.0, 3.0, 3.0]), 0.0);
    let once = contrast(&[1.0, 0.0, 1.0]);
    assert!((contrast(&[5.0, 0.0, 5.0]) - once).abs() < 1e-6 && once > 0.0);
}
