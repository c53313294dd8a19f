use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::decode::{Impression, MotionFinder, jpeg};

/// Every byte different from what is painted.
fn frame(format: PixelFormat, (width, height): (u32, u32), seed: u64) -> Frame {
    let (w, h) = (width as usize, height as usize);
    let bytes = match format {
        PixelFormat::Rgb => 3 * w * h,
        PixelFormat::I420 | PixelFormat::Nv12 => w * h + 2 * w.div_ceil(2) * h.div_ceil(2),
    };
    let mut random = fastrand::Rng::with_seed(seed);
    let data = (0..bytes).map(|_| random.u8(..FLAT_LUMA)).collect();
    Frame::from_bytes(data, format, (width, height), Duration::ZERO, Timestamp::UNIX_EPOCH).expect("valid")
}

fn masks(polygons: &[&[[f32; 2]]]) -> Masks {
    Masks::new(polygons.iter().map(|corners| Polygon::try_from(corners.to_vec()).expect("a polygon")).collect())
}

/// Luma and both colours of a pixel; of RGB its three bytes.
fn pixel(frame: &Frame, x: usize, y: usize) -> [u8; 3] {
    let planes = frame.planes();
    let of = |plane: Option<crate::decode::Plane<'_>>, x: usize, y: usize| plane.expect("a plane").row(y)[x];
    match planes.format {
        PixelFormat::Rgb => [0, 1, 2].map(|color| of(Some(planes.first), 3 * x + color, y)),
        PixelFormat::I420 => {
            [of(Some(planes.first), x, y), of(planes.second, x / 2, y / 2), of(planes.third, x / 2, y / 2)]
        }
        PixelFormat::Nv12 => {
            let chroma = |of_both| of(planes.second, x / 2 * 2 + of_both, y / 2);
            [of(Some(planes.first), x, y), chroma(0), chroma(1)]
        }
    }
}

fn flat(format: PixelFormat) -> [u8; 3] {
    if format == PixelFormat::Rgb { [FLAT_LUMA; 3] } else { [FLAT_LUMA, NO_COLOR, NO_COLOR] }
}

/// Of a row of luma, `#` for each pixel that is painted.
fn drawn(masks: &Masks, size: (u32, u32)) -> Vec<String> {
    let painted = masks.paint(frame(PixelFormat::I420, size, 1));
    let mark = |x: u32, y: u32| match pixel(&painted, x as usize, y as usize) {
        [FLAT_LUMA, NO_COLOR, NO_COLOR] => '#',
        _ => '.',
    };
    (0..size.1).map(|y| (0..size.0).map(|x| mark(x, y)).collect()).collect()
}

#[track_caller]
fn check(corners: &[[f32; 2]], size: (u32, u32), expected: &[&str]) {
    assert_eq!(drawn(&masks(&[corners]), size), expected);
}

#[test]
fn masks_cover_what_they_touch() {
    // On cells, and between them.
    check(
        &[[0.25, 0.5], [0.75, 0.5], [0.75, 1.0], [0.25, 1.0]],
        (8, 4),
        &["........", "........", "..####..", "..####.."],
    );
    check(&[[0.3, 0.6], [0.7, 0.6], [0.7, 0.9], [0.3, 0.9]], (8, 4), &["........", "........", "..####..", "..####.."]);
    // A triangle, and one that is thinner than a pixel.
    check(
        &[[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]],
        (8, 8),
        &["##......", "##......", "####....", "####....", "######..", "######..", "########", "########"],
    );
    check(&[[0.0, 0.49], [1.0, 0.49], [1.0, 0.495]], (8, 4), &["########", "########", "........", "........"]);
    // The whole of a picture with an odd size, and a U with its gap.
    check(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], (5, 3), &["#####"; 3]);
    let u = [[0.0, 0.0], [0.25, 0.0], [0.25, 0.5], [0.75, 0.5], [0.75, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    check(&u, (8, 4), &["##....##", "##....##", "########", "########"]);
}

#[test]
fn masks_may_overlap_and_are_named_by_where_they_lie() {
    let (one, other): ([[f32; 2]; 3], [[f32; 2]; 3]) =
        ([[0.0, 0.0], [0.5, 0.0], [0.0, 1.0]], [[0.1, 0.0], [0.6, 0.0], [0.1, 1.0]]);
    let both = drawn(&masks(&[&one, &other]), (16, 8));
    let each: Vec<_> = [&one, &other].iter().map(|mask| drawn(&masks(&[*mask]), (16, 8))).collect();
    for (y, line) in both.iter().enumerate() {
        for (x, mark) in line.chars().enumerate() {
            assert_eq!(mark == '#', each.iter().any(|of| of[y].as_bytes()[x] == b'#'), "{x}, {y}");
        }
    }
    assert_ne!(masks(&[&one]), masks(&[&other]));
    assert_eq!(masks(&[&one]), masks(&[&one]));
    assert_ne!(masks(&[&one]), Masks::none());
    assert_eq!(Masks::new(Vec::new()).name(), None);
}

#[test]
fn another_size_of_picture_is_painted_as_well() {
    let masks = masks(&[&[[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]]);
    for size in [(8, 4), (1920, 1080), (8, 4), (7, 5)] {
        let painted = masks.paint(frame(PixelFormat::Nv12, size, 3));
        assert_eq!(pixel(&painted, size.0 as usize - 1, 0), flat(PixelFormat::Nv12), "{size:?}");
        assert_ne!(pixel(&painted, 0, 0), flat(PixelFormat::Nv12), "{size:?}");
    }
}

/// Whoever moves behind a mask is no motion, and neither is the mask.
#[test]
fn what_moves_behind_a_mask_is_not_seen() {
    let masks = masks(&[&[[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]]);
    let picture = |second: u64, bright: Range<usize>| {
        let mut data = vec![60; 640 * 360 * 3 / 2];
        for y in 100..300 {
            data[y * 640 + bright.start..y * 640 + bright.end].fill(200);
        }
        let pts = Duration::from_secs(second);
        Frame::from_bytes(data, PixelFormat::I420, (640, 360), pts, Timestamp::UNIX_EPOCH).expect("valid")
    };
    let mut finder = MotionFinder::default();
    for second in 0..20 {
        let at = 320 + 10 * second as usize;
        assert!(finder.find(&masks.paint(picture(second, at..at + 60))).is_empty(), "second {second}");
    }
    assert!(!finder.find(&masks.paint(picture(20, 100..200))).is_empty(), "beside it all is as ever");
}

#[test]
fn a_picture_from_afar_tells_nothing_of_what_is_hidden() {
    let masks = masks(&[&[[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]]);
    let picture = |level: u8| {
        let data = vec![level; 640 * 360 * 3 / 2];
        let frame = Frame::from_bytes(data, PixelFormat::I420, (640, 360), Duration::ZERO, Timestamp::UNIX_EPOCH);
        Impression::of(&masks.paint(frame.expect("valid"))).expect("an impression")
    };
    let (dark, bright) = (picture(20), picture(220));
    assert!(!dark.hides(0) && dark.hides(79) && dark.hidden.len() == 80 * 45);
    assert_eq!(dark.seen_means().count(), 40 * 45);
    assert!(dark.seen_means().all(|mean| mean < 10.0), "the mask is brighter than the night");
    // The half that is seen has changed, all of it.
    assert!(dark.fits(&bright) && (dark.stir(&bright) - 200.0).abs() < 0.1, "{}", dark.stir(&bright));
}

fn any_format() -> impl Strategy<Value = PixelFormat> {
    prop_oneof![Just(PixelFormat::I420), Just(PixelFormat::Nv12), Just(PixelFormat::Rgb)]
}

proptest! {
    /// Every pixel whose centre is in a mask is flat; what lies further from it than a cell is as it was.
    #[test]
    fn all_of_a_mask_is_flat_and_nothing_else(
        corners in proptest::collection::vec((0u16..=1000, 0u16..=1000), 3..9),
        size in (1u32..90, 1u32..70),
        format in any_format(),
        seed: u64,
    ) {
        let corners: Vec<_> = corners.iter().map(|&(x, y)| [f32::from(x) / 1000.0, f32::from(y) / 1000.0]).collect();
        if let Ok(polygon) = Polygon::try_from(corners) {
            let masks = Masks::new(vec![polygon.clone()]);
            let before = frame(format, size, seed);
            let painted = masks.paint(frame(format, size, seed));
            let (width, height) = (size.0 as f32, size.1 as f32);
            for y in 0..size.1 as usize {
                for x in 0..size.0 as usize {
                    let center = Point { x: (x as f32 + 0.5) / width, y: (y as f32 + 0.5) / height };
                    let (now, was) = (pixel(&painted, x, y), pixel(&before, x, y));
                    if polygon.contains(center) {
                        prop_assert_eq!(now, flat(format), "{}, {}", x, y);
                    } else if polygon.edge_distance(center, (width, height)) > 2.9 {
                        // The diagonal of a cell.
                        prop_assert_eq!(now, was, "{}, {}", x, y);
                    }
                    prop_assert!(now == was || now == flat(format));
                }
            }
            let again = masks.paint(painted);
            let once = masks.paint(before);
            prop_assert_eq!(again.planes().first.data, once.planes().first.data);
        }
    }

    #[test]
    fn lines_are_painted_or_left(
        corners in proptest::collection::vec((0u16..=1000, 0u16..=1000), 3..9), size in (1usize..90, 1usize..70),
    ) {
        let corners: Vec<_> = corners.iter().map(|&(x, y)| [f32::from(x) / 1000.0, f32::from(y) / 1000.0]).collect();
        if let Ok(polygon) = Polygon::try_from(corners) {
            let spans = Spans::of(&[polygon], size);
            for y in 0..size.1 {
                let left: Vec<_> = spans.left(y).flatten().collect();
                for x in 0..size.0 {
                    prop_assert_eq!(left.contains(&x), !spans.touches(x..x + 1, y..y + 1), "{}, {}", x, y);
                }
            }
        }
    }
}

#[test]
fn a_picture_that_was_painted_is_known_as_a_jpeg_too() {
    let corners = |corners: &[[f32; 2]]| Masks::new(vec![Polygon::try_from(corners.to_vec()).expect("a polygon")]);
    let masks = corners(&[[0.0, 0.0], [0.5, 0.0], [0.3, 1.0], [0.0, 1.0]]);
    let mut random = fastrand::Rng::with_seed(4);
    let noise = (0..320 * 240 * 3 / 2).map(|_| random.u8(..)).collect();
    let size = (320, 240);
    let frame =
        Frame::from_bytes(noise, PixelFormat::I420, size, Duration::ZERO, Timestamp::UNIX_EPOCH).expect("valid");
    let as_jpeg = |frame: &Frame| jpeg::decode(&jpeg::encode(frame, None, jpeg::QUALITY)).expect("a picture");
    let painted = as_jpeg(&masks.painted(&frame).expect("painted"));
    assert!(masks.is_painted_in(&painted));
    assert!(!masks.is_painted_in(&as_jpeg(&frame)));
    assert!(!corners(&[[0.0, 0.0], [0.9, 0.0], [0.9, 1.0], [0.0, 1.0]]).is_painted_in(&painted), "of another mask");
    assert!(!corners(&[[0.1, 0.1], [0.12, 0.1], [0.12, 0.9], [0.1, 0.9]]).is_painted_in(&painted), "too thin to tell");
    assert!(Masks::none().is_painted_in(&painted), "there is nothing to paint");
}

#[test]
fn what_a_mask_touches_is_known() {
    let masks =
        Masks::new(vec![Polygon::try_from(vec![[0.5, 0.5], [1.0, 0.5], [1.0, 1.0], [0.5, 1.0]]).expect("valid")]);
    for (region, expected) in [
        (Rect::new(0.0, 0.0, 40.0, 40.0), false),
        (Rect::new(0.0, 0.0, 60.0, 60.0), true),
        (Rect::new(-30.0, 90.0, 20.0, 40.0), false),
        (Rect::new(90.0, 90.0, 90.0, 90.0), true),
        (Rect::new(60.0, 60.0, 0.0, 0.0), false),
    ] {
        assert_eq!(masks.touch(&region, (100, 100)), expected, "{region:?}");
    }
    assert!(!Masks::none().touch(&Rect::new(0.0, 0.0, 9.0, 9.0), (100, 100)));
}
