use super::*;
use crate::vision::plate::homography::Homography;
use crate::vision::plate::test_plates::{BLACK, Plate, WHITE, upright};
use crate::vision::tensor::Colors;

/// The lines of a drawn plate of this size.
fn found(text: &'static [&'static str], (width, height): (f32, f32), class: Class) -> Vec<Rect> {
    let corners = upright(10.0, 10.0, width, height);
    let plate = Plate { lines: text, ground: WHITE, ink: BLACK };
    let frame = plate.on(&corners, (width as u32 + 20, height as u32 + 20), [60, 60, 60]);
    let colors = Colors::of(&frame.planes()).expect("whole");
    let homography = Homography::onto(&corners).expect("convex");
    let size = (width as usize, height as usize);
    let strip = Strip::of(&colors, &homography, Rect::new(0.0, 0.0, 1.0, 1.0), size);
    lines(&strip, (width, height), class)
}

#[test]
fn lines_are_counted_by_shape_and_where_that_is_not_enough_by_their_gap() {
    #[track_caller]
    fn check(text: &'static [&'static str], size: (f32, f32), class: Class) {
        let lines = found(text, size, class);
        assert_eq!(lines.len(), text.len(), "{lines:?}");
    }
    let (one, two): (&[_], &[_]) = (&["12A-123.45"], &["12-B1", "123.45"]);
    check(one, (188.0, 40.0), Class::Car);
    check(two, (80.0, 40.0), Class::Car);
    check(two, (76.0, 56.0), Class::Motorcycle);
    // A long plate from the side is narrower than a short one from above.
    check(one, (104.0, 40.0), Class::Car);
    check(two, (124.0, 40.0), Class::Truck);
    check(two, (124.0, 40.0), Class::Motorcycle);
    check(two, (40.0, 30.0), Class::Car);
}

#[test]
fn the_gap_is_where_it_is() {
    let [upper, lower] = found(&["12-B1", "123.45"], (76.0, 56.0), Class::Motorcycle)[..] else { panic!("two") };
    // Characters end at .425 and begin at .575.
    let middle = upper.bottom().midpoint(lower.y);
    assert!((middle - 0.5).abs() < 0.03, "{middle}");
    assert!(upper.bottom() > 0.44 && upper.bottom() < 0.56 && lower.y > 0.44 && lower.y < 0.56, "{upper:?} {lower:?}");
    assert!(upper.y < 0.0 && upper.x < 0.0 && lower.bottom() > 1.0 && lower.right() > 1.0);
}

#[test]
fn nothing_written_is_one_line() {
    let flat = Strip { width: 40, height: 30, pixels: vec![[80.0; 3]; 1200] };
    assert_eq!(lines(&flat, (40.0, 30.0), Class::Motorcycle).len(), 1);
    let tiny = Strip { width: 1, height: 1, pixels: vec![[80.0; 3]] };
    assert_eq!(lines(&tiny, (1.0, 1.0), Class::Car).len(), 1);
}
