use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::decode::{Frame, PixelFormat, Plane};
use crate::vision::test_frames::vtest;
use crate::vision::{Class, Detection, Detector, LOW_SCORE, Manifest};

const HD: (u32, u32) = (1920, 1080);
const INPUT: (u32, u32) = (416, 416);

fn regions_of(moving: &[Rect], frame: (u32, u32)) -> Vec<Rect> {
    regions(moving, frame, INPUT, &CloseUp::default())
}

#[test]
fn a_small_person_in_a_large_frame_is_shown_large_enough() {
    let person = Rect::new(1500.0, 700.0, 16.0, 40.0);
    let found = regions_of(&[person], HD);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].intersection(&person), person);
    let height = 40.0 * 416.0 / found[0].w.max(found[0].h);
    assert!((40.0..=80.0).contains(&height), "{height}");
}

#[test]
fn small_frames_and_large_motion_need_no_second_look() {
    let person = Rect::new(100.0, 100.0, 16.0, 40.0);
    assert_eq!(regions_of(&[person], (416, 234)), []);
    assert_eq!(regions_of(&[], HD), []);
    assert_eq!(regions_of(&[Rect::new(0.0, 0.0, 1920.0, 1080.0)], HD), []);
}

#[test]
fn neighbours_share_a_close_up_and_the_most_moving_come_first() {
    let legs = [Rect::new(600.0, 500.0, 20.0, 20.0), Rect::new(605.0, 530.0, 20.0, 20.0)];
    let car = Rect::new(1200.0, 800.0, 120.0, 60.0);
    let leaf = Rect::new(100.0, 100.0, 8.0, 8.0);
    let found = regions_of(&[leaf, legs[0], car, legs[1]], HD);
    assert_eq!(found.len(), 2, "the leaf is one too many: {found:?}");
    assert_eq!(found[0].intersection(&car), car);
    assert!(legs.iter().all(|part| found[1].intersection(part) == *part), "{found:?}");
}

proptest! {
    #[test]
    fn close_ups_lie_in_the_frame_and_in_no_order_but_their_own(
        moving in prop::collection::vec((-50f32..2000.0, -50f32..1100.0, 0f32..300.0, 0f32..300.0), 0..100),
        frame in (600u32..4000, 400u32..3000),
        turn in 0usize..100,
    ) {
        let mut moving: Vec<_> = moving.into_iter().map(|(x, y, w, h)| Rect::new(x, y, w, h)).collect();
        let found = regions_of(&moving, frame);
        prop_assert!(found.len() <= 2);
        for region in &found {
            prop_assert!(region.x >= 0.0 && region.right() <= frame.0 as f32 + 0.01);
            prop_assert!(region.y >= 0.0 && region.bottom() <= frame.1 as f32 + 0.01);
            prop_assert!(region.w >= 32.0 && region.h >= 32.0);
        }
        let middle = turn % moving.len().max(1);
        moving.rotate_left(middle);
        prop_assert_eq!(regions_of(&moving, frame), found);
    }
}

/// A grey-free copy of a scaled CCTV frame's part, laid into a large frame at even places.
fn pasted(large: &Frame, small: &Frame, from: Rect, to: (usize, usize)) -> Frame {
    let (large, small) = (large.planes(), small.planes());
    let mut data = Vec::new();
    let pairs: [(Plane<'_>, Plane<'_>, usize); 3] = [
        (large.first, small.first, 1),
        (large.second.expect("I420"), small.second.expect("I420"), 2),
        (large.third.expect("I420"), small.third.expect("I420"), 2),
    ];
    for (target, source, shrunk) in pairs {
        let rows = large.height / shrunk;
        let start = data.len();
        data.extend_from_slice(&target.data[..rows * target.stride]);
        let (left, top) = (from.x as usize / shrunk, from.y as usize / shrunk);
        let (width, height) = (from.w as usize / shrunk, from.h as usize / shrunk);
        for y in 0..height {
            let row = start + (to.1 / shrunk + y) * target.stride + to.0 / shrunk;
            data[row..row + width].copy_from_slice(&source.row(top + y)[left..left + width]);
        }
    }
    Frame::from_bytes(data, PixelFormat::I420, HD, Duration::ZERO, Timestamp::UNIX_EPOCH).expect("whole")
}

/// A person of a real CCTV clip, scaled to 40 px, walks in a 1080p picture.
#[test]
fn a_person_of_40_pixels_in_1080p_is_found_only_by_a_close_up() {
    let detector =
        Detector::load(&Manifest::load(None).expect("manifest"), "yolox-nano", LOW_SCORE, 1).expect("`make setup`");
    let person = |found: &&Detection| found.class == Class::Person && found.score >= 0.35;
    // Someone who stands free in the clip, at its own size.
    let frame = &vtest((768, 576), 40, 3)[2];
    let seen = detector.detect(frame, &[]).expect("detected").detections;
    let free = |found: &&Detection| seen.iter().filter(|other| other.bbox.iou(&found.bbox) > 0.0).count() == 1;
    let model = seen.iter().filter(person).filter(free).max_by(|a, b| a.bbox.h.total_cmp(&b.bbox.h)).expect("someone");

    // The whole clip shrunk so that this person is 40 px high; he and what is around him are cut out.
    let scale = 40.0 / model.bbox.h;
    let small_size = ((768.0 * scale) as u32 / 2 * 2, (576.0 * scale) as u32 / 2 * 2);
    let small = &vtest(small_size, 40, 3)[2];
    let bbox = model.bbox.scaled(small_size.0 as f32 / 768.0, small_size.1 as f32 / 576.0);
    let around = Rect::from_corners(bbox.x - 24.0, bbox.y - 16.0, bbox.right() + 24.0, bbox.bottom() + 16.0);
    let around = around.clamped(small_size.0 as f32, small_size.1 as f32);
    let around = Rect::new(
        (around.x / 2.0).floor() * 2.0,
        (around.y / 2.0).floor() * 2.0,
        (around.w / 2.0).floor() * 2.0,
        (around.h / 2.0).floor() * 2.0,
    );
    let large = Frame::from_bytes(vec![128; 1920 * 1080 * 3 / 2], PixelFormat::I420, HD, Duration::ZERO, frame.at);
    let place = (1200, 600);
    let picture = pasted(&large.expect("whole"), small, around, place);
    let truth = Rect { x: place.0 as f32 + bbox.x - around.x, y: place.1 as f32 + bbox.y - around.y, ..bbox };
    assert!((truth.h - 40.0).abs() < 1.0, "{truth:?}");

    let hit = |found: &&Detection| person(found) && found.bbox.iou(&truth) > 0.5;
    let without = detector.detect(&picture, &[]).expect("detected");
    assert!(without.detections.iter().find(hit).is_none(), "{without:?}");
    let regions = regions_of(&[truth], HD);
    let with = detector.detect(&picture, &regions).expect("detected");
    assert!(with.detections.iter().any(|found| hit(&found)), "{truth:?} {with:?}");
}
