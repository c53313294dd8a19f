use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::decode::Frame;
use crate::vision::model::{Layout, Resize};

fn input(width: u32, height: u32) -> Input {
    Input {
        width,
        height,
        layout: Layout::Nchw,
        color: ColorOrder::Bgr,
        mean: [0.0; 3],
        std: [1.0; 3],
        resize: Resize::LetterboxTopLeft,
        pad: 114.0,
    }
}

fn frame(format: PixelFormat, size: (u32, u32), pixel: impl Fn(usize) -> u8) -> Frame {
    let (w, h) = (size.0 as usize, size.1 as usize);
    let bytes = if format == PixelFormat::Rgb { 3 * w * h } else { w * h + 2 * w.div_ceil(2) * h.div_ceil(2) };
    let data = (0..bytes).map(pixel).collect();
    Frame::from_bytes(data, format, size, Duration::ZERO, Timestamp::UNIX_EPOCH).expect("whole")
}

fn tensor_of(planes: &Planes<'_>, region: Rect, input: &Input) -> (Vec<f32>, Placement) {
    let placement = Placement::new(region, (planes.width, planes.height), input).expect("within");
    let mut tensor = Tensor::default();
    tensor.fill(planes, &placement, input, None).expect("whole");
    (tensor.values, placement)
}

fn whole(planes: &Planes<'_>) -> Rect {
    Rect::new(0.0, 0.0, planes.width as f32, planes.height as f32)
}

/// The same picture with rows `extra` bytes longer than the pixels.
fn widened(planes: &Planes<'_>, extra: usize) -> Vec<Vec<u8>> {
    let rows = [planes.height, planes.height.div_ceil(2), planes.height.div_ceil(2)];
    let all = [Some(planes.first), planes.second, planes.third];
    let planes = all.into_iter().zip(rows).filter_map(|(plane, rows)| Some((plane?, rows)));
    planes
        .map(|(plane, rows)| {
            (0..rows).flat_map(|y| plane.row(y).iter().copied().chain(std::iter::repeat_n(255, extra))).collect()
        })
        .collect()
}

#[test]
fn a_colour_picture_keeps_its_colours_and_is_padded() {
    // Limited-range BT.601 red.
    let red = frame(PixelFormat::I420, (64, 32), |index| match index {
        0..2048 => 81,
        2048..2560 => 90,
        _ => 240,
    });
    let input = input(32, 32);
    let (values, placement) = tensor_of(&red.planes(), Rect::new(0.0, 0.0, 64.0, 32.0), &input);
    assert_eq!((placement.width, placement.height), (32, 16));
    for (channel, expected) in [0.0, 0.0, 255.0].into_iter().enumerate() {
        let plane = &values[channel * 1024..(channel + 1) * 1024];
        assert!(plane[..512].iter().all(|value| (value - expected).abs() < 2.0), "{channel}: {:?}", &plane[..4]);
        assert!(plane[512..].iter().all(|&value| value == 114.0));
    }
}

#[test]
fn large_pictures_use_the_colours_of_high_definition() {
    // Limited-range BT.709 green.
    let green = frame(PixelFormat::I420, (64, 720), |index| match index {
        0..46_080 => 173,
        46_080..57_600 => 42,
        _ => 26,
    });
    let (values, _) = tensor_of(&green.planes(), Rect::new(0.0, 0.0, 64.0, 64.0), &input(32, 32));
    for (channel, expected) in [0.0, 255.0, 0.0].into_iter().enumerate() {
        assert!((values[channel * 1024] - expected).abs() < 2.0, "{channel}: {}", values[channel * 1024]);
    }
}

#[test]
fn mean_and_std_follow_the_models_order_of_colours() {
    let picture = frame(PixelFormat::Rgb, (32, 32), |index| [10, 20, 30][index % 3]);
    let mut input = Input { mean: [30.0, 20.0, 10.0], std: [2.0, 4.0, 5.0], ..input(32, 32) };
    let (values, _) = tensor_of(&picture.planes(), whole(&picture.planes()), &input);
    assert!(values.iter().all(|&value| value.abs() < 1e-5), "blue first: all are means");
    input.color = ColorOrder::Rgb;
    let (values, _) = tensor_of(&picture.planes(), whole(&picture.planes()), &input);
    assert_eq!([values[0], values[1024], values[2048]], [-10.0, 0.0, 4.0]);
}

#[test]
fn a_smaller_picture_than_before_is_padded_anew() {
    let input = input(64, 64);
    let mut tensor = Tensor::default();
    for size in [(64, 64), (64, 32), (32, 64)] {
        let picture = frame(PixelFormat::Rgb, size, |_| 7);
        let placement = Placement::new(whole(&picture.planes()), (size.0 as usize, size.1 as usize), &input);
        tensor.fill(&picture.planes(), &placement.expect("within"), &input, None).expect("whole");
        let pixels = tensor.values.iter().filter(|&&value| value == 7.0).count();
        let padding = tensor.values.iter().filter(|&&value| value == 114.0).count();
        assert_eq!((pixels, padding), (3 * (size.0 * size.1) as usize, 3 * (64 * 64 - size.0 * size.1) as usize));
    }
}

#[test]
fn far_shrinking_averages_what_lies_between_the_samples() {
    // Every eighth column is white: samples alone would see all of it or nothing.
    let stripes = frame(PixelFormat::Rgb, (1024, 64), |index| if index / 3 % 8 == 0 { 240 } else { 0 });
    let (values, _) = tensor_of(&stripes.planes(), whole(&stripes.planes()), &input(128, 32));
    assert!(values[..128].iter().all(|value| (value - 30.0).abs() < 1.0), "{:?}", &values[..8]);
}

#[test]
fn dark_pictures_are_lifted_and_others_left() {
    let input = input(32, 32);
    for (level, gamma) in [(40, Some(DARK_GAMMA)), (120, None)] {
        let picture = frame(PixelFormat::I420, (64, 64), |index| if index < 4096 { level } else { 128 });
        let planes = picture.planes();
        let placement = Placement::new(whole(&planes), (64, 64), &input).expect("within");
        assert_eq!(gamma_for(&planes, &placement), gamma);
        let mut tensor = Tensor::default();
        tensor.fill(&planes, &placement, &input, gamma).expect("whole");
        let plain = (f32::from(level) - 16.0) * 255.0 / 219.0;
        let expected = gamma.map_or(plain, |gamma| 255.0 * (plain / 255.0).powf(gamma));
        assert!((tensor.values[0] - expected).abs() < 2.0, "{} {expected}", tensor.values[0]);
    }
}

#[test]
fn regions_outside_and_planes_too_short_are_refused() {
    let input = input(32, 32);
    for region in [Rect::new(64.0, 0.0, 9.0, 9.0), Rect::new(0.0, 0.0, 0.0, 9.0), Rect::new(f32::NAN, 0.0, 9.0, 9.0)] {
        let refused = Placement::new(region, (64, 64), &input);
        assert!(matches!(refused, Err(TensorError::EmptyRegion(_))), "{region:?} {refused:?}");
    }
    let picture = frame(PixelFormat::I420, (64, 64), |_| 0);
    let mut planes = picture.planes();
    let placement = Placement::new(whole(&planes), (64, 64), &input).expect("within");
    planes.first.data = &planes.first.data[..4095];
    let short = TensorError::ShortPlanes { width: 64, height: 64 };
    assert_eq!(Tensor::default().fill(&planes, &placement, &input, None), Err(short.clone()));
    planes = picture.planes();
    planes.third = None;
    assert_eq!(Tensor::default().fill(&planes, &placement, &input, None), Err(short));
}

proptest! {
    #[test]
    fn boxes_go_to_the_input_and_back(
        (width, height) in (16u32..3000, 16u32..3000),
        (side_x, side_y) in (32u32..700, 32u32..700),
        (x, y, w, h) in (0f32..0.8, 0f32..0.8, 0.05f32..1.0, 0.05f32..1.0),
    ) {
        let region = Rect::new(x, y, w, h).scaled(width as f32, height as f32);
        prop_assume!(region.clamped(width as f32, height as f32).w >= 2.0);
        prop_assume!(region.clamped(width as f32, height as f32).h >= 2.0);
        let placement = Placement::new(region, (width as usize, height as usize), &input(side_x, side_y)).expect("within");
        let r = placement.region;
        prop_assert!(r.x >= 0.0 && r.y >= 0.0 && r.right() <= width as f32 && r.bottom() <= height as f32);
        prop_assert!(placement.width <= side_x as usize && placement.height <= side_y as usize);
        let bbox = Rect::new(r.x + r.w * 0.25, r.y + r.h * 0.25, r.w * 0.5, r.h * 0.5);
        let back = placement.to_frame(placement.to_input(bbox));
        let off = [back.x - bbox.x, back.y - bbox.y, back.w - bbox.w, back.h - bbox.h];
        prop_assert!(off.iter().all(|off| off.abs() < 0.01 * r.w.max(r.h).max(1.0)), "{back:?} {bbox:?}");
    }

    #[test]
    fn a_uniform_picture_stays_uniform(
        size in (2u32..300, 2u32..300),
        level in 0u8..=255,
        region in (0f32..0.5, 0f32..0.5),
    ) {
        let picture = frame(PixelFormat::Rgb, size, |_| level);
        let planes = picture.planes();
        let region = Rect::new(region.0 * size.0 as f32, region.1 * size.1 as f32, 300.0, 300.0);
        let (values, placement) = tensor_of(&planes, region, &input(96, 64));
        for plane in values.chunks_exact(96 * 64) {
            for row in plane.chunks_exact(96).take(placement.height) {
                prop_assert!(row[..placement.width].iter().all(|value| (value - f32::from(level)).abs() < 0.01));
            }
        }
    }

    #[test]
    fn strides_and_layouts_of_chroma_do_not_matter(
        size in (2u32..120, 2u32..120),
        extra in 1usize..40,
        seed in 0usize..1000,
    ) {
        let picture = frame(PixelFormat::I420, size, |index| (index * 31 + index / 7 * seed) as u8);
        let planes = picture.planes();
        let input = input(64, 64);
        let (expected, _) = tensor_of(&planes, whole(&planes), &input);

        let wide = widened(&planes, extra);
        let plane = |index: usize, stride: usize| Plane { data: &wide[index], stride: stride + extra };
        let (first, second, third) = (planes.first, planes.second.expect("blue"), planes.third.expect("red"));
        let strided = Planes {
            first: plane(0, first.stride),
            second: Some(plane(1, second.stride)),
            third: Some(plane(2, third.stride)),
            ..planes
        };
        prop_assert_eq!(&tensor_of(&strided, whole(&planes), &input).0, &expected);

        let both: Vec<u8> = second.data.iter().zip(third.data).flat_map(|(&blue, &red)| [blue, red]).collect();
        let chroma = Plane { data: &both, stride: 2 * second.stride };
        let nv12 = Planes { format: PixelFormat::Nv12, second: Some(chroma), third: None, ..planes };
        prop_assert_eq!(&tensor_of(&nv12, whole(&planes), &input).0, &expected);
    }
}
