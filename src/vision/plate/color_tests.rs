use super::*;
use crate::base::Rect;
use crate::vision::plate::homography::Homography;
use crate::vision::plate::test_plates::{BLACK, Plate, WHITE, frame, upright};

const YELLOW: [u8; 3] = [225, 180, 40];
const BLUE: [u8; 3] = [30, 70, 150];
const RED: [u8; 3] = [170, 30, 35];
const GREEN: [u8; 3] = [30, 120, 60];
const SIZE: (u32, u32) = (200, 120);

/// A yard by day: sky, wall, trees, a road and things of several colours.
fn scene(x: u32, y: u32) -> [u8; 3] {
    match (x / 40, y / 30) {
        (_, 0) => [170, 190, 215],
        (0, _) => [60, 90, 50],
        (1, 1) => [150, 60, 50],
        (4, 1) => [60, 80, 130],
        (_, 1) => [190, 180, 160],
        _ => [110, 108, 105],
    }
}

/// What is found of a plate in the scene, after something was done to every pixel of the picture.
fn found(ground_color: [u8; 3], ink: [u8; 3], spoil: impl Fn([f32; 3]) -> [f32; 3]) -> Option<PlateColor> {
    let corners = upright(70.0, 70.0, 70.0, 36.0);
    let plate = Plate { lines: &["12A-", "123.45"], ground: ground_color, ink };
    let drawn = plate.on(&corners, SIZE, [0, 0, 0]);
    let bytes = drawn.planes().first.data.chunks_exact(3);
    let pixels = bytes.enumerate().flat_map(|(index, pixel)| {
        let (x, y) = (index as u32 % SIZE.0, index as u32 / SIZE.0);
        let on_plate = (70..140).contains(&x) && (70..106).contains(&y);
        let pixel = if on_plate { [pixel[0], pixel[1], pixel[2]] } else { scene(x, y) };
        spoil(pixel.map(f32::from)).map(|value| value.clamp(0.0, 255.0) as u8)
    });
    let picture = frame(pixels.collect(), SIZE);
    let colors = Colors::of(&picture.planes()).expect("whole");
    let plate = Homography::onto(&corners).expect("convex");
    let strip = Strip::of(&colors, &plate, Rect::new(0.0, 0.0, 1.0, 1.0), (70, 36));
    ground(&strip, Cast::of(&colors, (SIZE.0 as usize, SIZE.1 as usize))?)
}

const PLATES: [([u8; 3], [u8; 3], PlateColor); 5] = [
    (WHITE, BLACK, PlateColor::White),
    (YELLOW, BLACK, PlateColor::Yellow),
    (BLUE, WHITE, PlateColor::Blue),
    (RED, WHITE, PlateColor::Red),
    (GREEN, WHITE, PlateColor::Green),
];

#[test]
fn grounds_are_told_apart_in_daylight_shade_and_lamplight() {
    type Light = fn([f32; 3]) -> [f32; 3];
    let lights: [(&str, Light); 5] = [
        ("day", |pixel| pixel),
        ("shade", |pixel| pixel.map(|value| 0.4 * value)),
        ("warm lamps", |[red, green, blue]| [1.1 * red, 0.92 * green, 0.7 * blue]),
        ("a cold camera", |[red, green, blue]| [0.82 * red, green, 1.15 * blue]),
        ("haze", |pixel| pixel.map(|value| 0.85 * value + 24.0)),
    ];
    for (light, spoil) in lights {
        for (ground, ink, color) in PLATES {
            assert_eq!(found(ground, ink, spoil), Some(color), "by {light}");
        }
    }
}

#[test]
fn nothing_is_said_where_it_cannot_be_told() {
    #[track_caller]
    fn check(spoil: impl Fn([f32; 3]) -> [f32; 3] + Copy) {
        for (ground, ink, color) in PLATES {
            assert_eq!(found(ground, ink, spoil), None, "{color:?}");
        }
    }
    // Infrared; street lamps of one colour, with and without a little of another; night.
    check(|pixel| [luma(pixel); 3]);
    check(|pixel| [1.0, 0.66, 0.2].map(|share| share * luma(pixel)));
    check(|[red, green, blue]| [1.3 * red, 0.7 * green, 0.2 * blue]);
    check(|pixel| pixel.map(|value| 0.06 * value));
}

#[test]
fn what_is_no_plates_colour_is_none() {
    // A grey board with white letters, one without letters, yellow letters on black, purple, orange.
    assert_eq!(found([90, 90, 90], WHITE, |pixel| pixel), None);
    assert_eq!(found(WHITE, WHITE, |pixel| pixel), None);
    assert_eq!(found(BLACK, YELLOW, |pixel| pixel), None);
    assert_eq!(found([120, 40, 140], WHITE, |pixel| pixel), None);
    assert_eq!(found([225, 110, 30], BLACK, |pixel| pixel), None);
}
