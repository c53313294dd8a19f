use proptest::prelude::*;

use super::*;
use crate::base::Point;
use crate::vision::manifest::Manifest;
use crate::vision::plate::test_plates::{BLACK, Plate, WHITE, frame, upright};
use crate::vision::test_frames::vtest;

const WHOLE: Rect = Rect::new(0.0, 0.0, 1.0, 1.0);

fn strip(frame: &crate::decode::Frame, corners: &[Point; 4], part: Rect, size: (usize, usize)) -> Strip {
    let plate = Homography::onto(corners).expect("convex");
    Strip::of(&Colors::of(&frame.planes()).expect("whole"), &plate, part, size)
}

/// Mean difference in brightness.
fn difference(a: &Strip, b: &Strip) -> f32 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let pairs = a.pixels.iter().zip(&b.pixels);
    pairs.map(|(&a, &b)| (luma(a) - luma(b)).abs()).sum::<f32>() / a.pixels.len() as f32
}

#[test]
fn an_upright_place_is_cut_out_pixel_by_pixel() {
    let pixels = (0..8 * 6).flat_map(|index| [index, 2 * index, 3 * index]).collect();
    let cut = strip(&frame(pixels, (8, 6)), &upright(2.0, 1.0, 4.0, 3.0), WHOLE, (4, 3));
    let expected = (0..3).flat_map(|y| (0..4).map(move |x| f32::from((y + 1) * 8_u8 + x + 2)));
    for (pixel, index) in cut.pixels.iter().zip(expected) {
        for (value, expected) in pixel.iter().zip([index, 2.0 * index, 3.0 * index]) {
            assert!((value - expected).abs() < 0.01, "{pixel:?} instead of {index}");
        }
    }
    assert_eq!(cut.rows().count(), 3);
}

#[test]
fn fewer_pixels_are_means_of_more() {
    // Columns of 0 and 200 by turns: any single sample is one of them.
    let pixels = (0..64).flat_map(|index| [if index % 2 == 0 { 0 } else { 200 }; 3]).collect();
    let small = strip(&frame(pixels, (16, 4)), &upright(0.0, 0.0, 16.0, 4.0), WHOLE, (4, 1));
    assert!(small.pixels[1..3].iter().all(|pixel| (pixel[0] - 100.0).abs() < 0.1), "{small:?}");
}

#[test]
fn beyond_the_picture_its_edge_goes_on() {
    let red = frame([200, 30, 30].repeat(32), (8, 4));
    let cut = strip(&red, &upright(-20.0, -20.0, 60.0, 40.0), Rect::new(-0.1, -0.1, 1.2, 1.2), (9, 9));
    assert!(cut.pixels.iter().flatten().zip([200.0, 30.0, 30.0].iter().cycle()).all(|(a, b)| (a - b).abs() < 0.01));
}

#[test]
fn a_films_colours_are_those_of_the_tensor() {
    use crate::vision::Manifest;
    use crate::vision::tensor::{Placement, Tensor};
    let film = &vtest((160, 120), 1, 1)[0];
    let mut input = Manifest::load(None).expect("sound").model("yolox-nano").expect("there").input.clone();
    (input.width, input.height) = (32, 32);
    let placement = Placement::new(Rect::new(40.0, 60.0, 32.0, 32.0), (160, 120), &input).expect("inside");
    let mut tensor = Tensor::default();
    tensor.fill(&film.planes(), &placement, &input, None).expect("filled");
    let cut = strip(film, &upright(40.0, 60.0, 32.0, 32.0), WHOLE, (32, 32));
    // The tensor's chroma ends with its region, so that its rim differs by a level or two.
    let inner = (1..31).flat_map(|y| (1..31).map(move |x| 32 * y + x));
    for index in inner {
        for (channel, color) in [2, 1, 0].into_iter().enumerate() {
            let (theirs, ours) = (tensor.values[1024 * channel + index], cut.pixels[index][color]);
            assert!((theirs - ours).abs() < 0.1, "pixel {index}: {ours} instead of {theirs}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_plate_seen_at_an_angle_becomes_upright(shifts in proptest::array::uniform4((-16f32..16.0, -10f32..10.0))) {
        let plate = Plate { lines: &["12A-", "123.45"], ground: WHITE, ink: BLACK };
        let front = upright(30.0, 20.0, 140.0, 100.0);
        let mut turned = front;
        for (corner, (dx, dy)) in turned.iter_mut().zip(shifts) {
            (corner.x, corner.y) = (corner.x + dx, corner.y + dy);
        }
        let cut = |corners| strip(&plate.on(corners, (200, 140), [90, 90, 90]), corners, WHOLE, (140, 100));
        let (expected, straightened) = (cut(&front), cut(&turned));
        let mean = Strip { pixels: vec![[150.0; 3]; 14_000], ..expected.clone() };
        prop_assert!(difference(&expected, &straightened) < 0.2 * difference(&expected, &mean));
    }
}

#[test]
fn a_models_input_is_normalised_channel_by_channel() {
    let strip = Strip { width: 2, height: 1, pixels: vec![[0.0, 127.5, 255.0], [255.0, 63.75, 0.0]] };
    let mut input = Manifest::load(None).expect("sound").model("pp-ocr-v6").expect("there").input.clone();
    let mut values = vec![9.0; 3];
    strip.fill(&mut values, &input);
    assert_eq!(values, [1.0, -1.0, 0.0, -0.5, -1.0, 1.0]);
    input.color = ColorOrder::Rgb;
    strip.fill(&mut values, &input);
    assert_eq!(values, [-1.0, 1.0, 0.0, -0.5, 1.0, -1.0]);
}
