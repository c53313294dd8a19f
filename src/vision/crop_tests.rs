use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::decode::Frame;
use crate::vision::model::{ColorOrder, Layout, Resize};
use crate::vision::tensor::Tensor;

fn input(side: u32, resize: Resize) -> Input {
    Input {
        width: side,
        height: side,
        layout: Layout::Nchw,
        color: ColorOrder::Rgb,
        mean: [0.0; 3],
        std: [1.0; 3],
        resize,
        pad: 7.0,
    }
}

fn frame(format: PixelFormat, (width, height): (u32, u32), data: Vec<u8>) -> Frame {
    Frame::from_bytes(data, format, (width, height), Duration::ZERO, Timestamp::UNIX_EPOCH).expect("whole")
}

/// Grey levels by place, as packed colours.
fn grey(size: (u32, u32), level: impl Fn(i64, i64) -> u8) -> Frame {
    let places = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (i64::from(x), i64::from(y))));
    let data = places.flat_map(|(x, y)| [level(x, y); 3]).collect();
    frame(PixelFormat::Rgb, size, data)
}

/// The first channel, by row and column.
fn cropped(frame: &Frame, region: Rect, input: &Input) -> Vec<Vec<f32>> {
    let planes = frame.planes();
    let placement = Placement::crop(region, (planes.width, planes.height), input).expect("within");
    let mut tensor = Tensor::default();
    tensor.fill(&planes, &placement, input, None).expect("whole");
    let (width, height) = (input.width as usize, input.height as usize);
    tensor.values[..width * height].chunks_exact(width).map(<[f32]>::to_vec).collect()
}

#[test]
fn a_crop_has_the_proportions_of_its_input_and_holds_the_part() {
    #[track_caller]
    fn check(part: Rect, scale: f32, input: (u32, u32), expected: Rect) {
        let crop = shaped(part, scale, input);
        let near = |a: f32, b: f32| (a - b).abs() < 1e-3;
        let same = near(crop.x, expected.x) && near(crop.y, expected.y) && near(crop.w, expected.w);
        assert!(same && near(crop.h, expected.h), "{crop:?}");
    }
    check(Rect::new(10.0, 20.0, 20.0, 40.0), 1.0, (64, 64), Rect::new(0.0, 20.0, 40.0, 40.0));
    check(Rect::new(10.0, 20.0, 20.0, 40.0), 1.0, (128, 224), Rect::new(8.571, 20.0, 22.857, 40.0));
    // Somebody who reaches out is wider than the input.
    check(Rect::new(10.0, 20.0, 40.0, 40.0), 1.0, (128, 256), Rect::new(10.0, 0.0, 40.0, 80.0));
    check(Rect::new(10.0, 20.0, 40.0, 40.0), 1.5, (128, 256), Rect::new(0.0, -20.0, 60.0, 120.0));
}

#[test]
fn an_upright_crop_shows_each_pixel_in_its_place() {
    let frame = grey((50, 40), level);
    let input = Input { height: 64, ..input(32, Resize::Stretch) };
    let rows = cropped(&frame, Rect::new(4.0, -10.0, 32.0, 64.0), &input);
    assert_eq!((rows.len(), rows[0].len()), (64, 32));
    for (y, row) in (0i64..).zip(&rows) {
        for (x, value) in (0i64..).zip(row) {
            let expected = f32::from(level(x + 4, (y - 10).clamp(0, 39)));
            assert!((value - expected).abs() < 1e-3, "at ({x}, {y}) {value}, not {expected}");
        }
    }
}

fn level(x: i64, y: i64) -> u8 {
    (x * 3 + y * 5 + x * y % 7) as u8
}

#[test]
fn beyond_the_edge_it_goes_on() {
    let frame = grey((50, 40), level);
    for (left, top) in [(5, 3), (-12, -20), (30, 25), (-3, 20)] {
        let rows = cropped(&frame, Rect::new(left as f32, top as f32, 32.0, 32.0), &input(32, Resize::Stretch));
        for (y, row) in (0i64..).zip(&rows) {
            for (x, value) in (0i64..).zip(row) {
                let expected = f32::from(level((x + left).clamp(0, 49), (y + top).clamp(0, 39)));
                assert!((value - expected).abs() < 1e-3, "({left}, {top}): at ({x}, {y}) {value}, not {expected}");
            }
        }
    }
}

#[test]
fn a_letterbox_is_padded_beyond_the_edge() {
    let frame = grey((50, 40), |_, _| 200);
    let rows = cropped(&frame, Rect::new(-12.0, 16.0, 32.0, 32.0), &input(32, Resize::Letterbox));
    for (y, row) in rows.iter().enumerate() {
        for (x, &value) in row.iter().enumerate() {
            assert_eq!(value, if x >= 12 && y < 24 { 200.0 } else { 7.0 }, "({x}, {y})");
        }
    }
}

#[test]
fn all_planes_give_the_same_picture() {
    // Slopes, which chroma at half size keeps; limited range.
    let size = (64_u32, 48_u32);
    let places = || (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
    let chroma = || (0..size.1 / 2).flat_map(|y| (0..size.0 / 2).map(move |x| (x, y)));
    let luma: Vec<u8> = places().map(|(x, y)| (60 + x + y) as u8).collect();
    let (blue, red): (Vec<u8>, Vec<u8>) = chroma().map(|(x, y)| ((110 + x) as u8, (130 + y) as u8)).unzip();
    let planar = frame(PixelFormat::I420, size, [&luma[..], &blue, &red].concat());
    let pairs = blue.iter().zip(&red).flat_map(|(&blue, &red)| [blue, red]);
    let interleaved = frame(PixelFormat::Nv12, size, luma.iter().copied().chain(pairs).collect());
    let packed: Vec<u8> = places()
        .flat_map(|(x, y)| {
            let luma = 1.164 * (44.0 + f64::from(x + y));
            // The middle of a chroma sample lies between two pixels.
            let (cb, cr) = (f64::from(x) / 2.0 - 18.25, f64::from(y) / 2.0 + 1.75);
            [luma + 1.596 * cr, luma - 0.392 * cb - 0.813 * cr, luma + 2.017 * cb].map(|value| value.round() as u8)
        })
        .collect();
    let packed = frame(PixelFormat::Rgb, size, packed);
    for region in [Rect::new(10.3, 6.7, 24.0, 24.0), Rect::new(4.0, 2.0, 40.0, 40.0)] {
        let input = input(32, Resize::Stretch);
        let of = |frame| cropped(frame, region, &input).concat();
        let (planar, interleaved, packed) = (of(&planar), of(&interleaved), of(&packed));
        assert_eq!(planar, interleaved);
        for (index, (a, b)) in planar.iter().zip(&packed).enumerate() {
            assert!((a - b).abs() < 2.0, "{region:?}, pixel {index}: {a}, not {b}");
        }
    }
}

#[test]
fn a_region_without_a_pixel_is_refused() {
    let refused = |region| Placement::crop(region, (50, 40), &input(32, Resize::Stretch)).is_err();
    assert!(refused(Rect::new(50.0, 0.0, 20.0, 20.0)));
    assert!(refused(Rect::new(-20.0, 0.0, 20.0, 20.0)));
    assert!(refused(Rect::new(0.0, 0.0, 0.0, 0.0)));
    assert!(refused(Rect::new(f32::NAN, 0.0, 20.0, 20.0)));
    assert!(!refused(Rect::new(49.5, 39.5, 20.0, 20.0)));
}

fn sharpness_of(level: impl Fn(i64, i64) -> u8) -> f32 {
    sharpness(&grey((80, 80), level).planes(), Rect::new(8.0, 8.0, 64.0, 64.0))
}

#[test]
fn sharp_is_neither_blurred_nor_flat_nor_noise() {
    let stripes = |x: i64| if x.rem_euclid(16) < 8 { 40.0 } else { 200.0 };
    let sharp = sharpness_of(|x, _| stripes(x) as u8);
    let blurred = sharpness_of(|x, _| ((-6..=6).map(|dx| stripes(x + dx)).sum::<f64>() / 13.0) as u8);
    let dark = sharpness_of(|x, _| (stripes(x) / 16.0) as u8);
    let noise = sharpness_of(|x, y| 100 + ((x * 7919 + y * 104_729 + x * y * 31) % 61) as u8);
    assert!(sharp > 0.9 && blurred < sharp - 0.05 && dark < 0.6 && noise < 0.3, "{sharp} {blurred} {dark} {noise}");
    assert_eq!(sharpness_of(|_, _| 90), 0.0);
}

proptest! {
    #[test]
    fn any_crop_of_any_frame_is_filled(
        width in 1u32..40, height in 1u32..40, x in -60f32..60.0, y in -60f32..60.0, side in 0.5f32..90.0,
        letterbox in any::<bool>(),
    ) {
        let frame = grey((width, height), |x, y| 100 + ((x + y) % 50) as u8);
        let region = Rect::new(x, y, side, side);
        let input = input(32, if letterbox { Resize::Letterbox } else { Resize::Stretch });
        let planes = frame.planes();
        prop_assert!((0.0..=1.0).contains(&sharpness(&planes, region)));
        if let Ok(placement) = Placement::crop(region, (planes.width, planes.height), &input) {
            let mut tensor = Tensor::default();
            tensor.fill(&planes, &placement, &input, None).expect("whole");
            let fits = |value: &f32| (99.99..=150.0).contains(value) || (letterbox && *value == 7.0);
            prop_assert!(tensor.values.iter().all(fits), "{:?}", tensor.values);
            // There and back.
            let there = placement.to_input(Rect::new(3.0, 4.0, 0.0, 0.0));
            let back = placement.point_to_frame(Point { x: there.x, y: there.y });
            prop_assert!((back.x - 3.0).abs() < 0.01 && (back.y - 4.0).abs() < 0.01);
        }
    }
}
