use std::collections::BTreeMap;

use super::*;
use crate::base::{IdSource, Rect};
use crate::decode::{Frame, PixelFormat};
use crate::track::Tracker;
use crate::vision::test_frames::vtest;
use crate::vision::{Class, Detector, LOW_SCORE, Manifest};

/// What a camera sees of one person, in order.
type Pictures = Vec<(Timestamp, Rect, usize)>;

/// The persons of real footage who are in view for five seconds and more, by their tracks.
fn persons(frames: &[Frame]) -> Vec<Pictures> {
    let manifest = Manifest::load(None).expect("a manifest");
    let detector = Detector::load(&manifest, "yolox-nano", LOW_SCORE, 2).expect("a detector");
    let mut tracker = Tracker::new(0.35, IdSource::seeded(1));
    let mut persons: BTreeMap<Uuid, Pictures> = BTreeMap::new();
    for (index, frame) in frames.iter().enumerate() {
        let seen = detector.detect(frame, &[]).expect("detected");
        let update = tracker.update(frame.at, &seen.detections, (frame.width, frame.height));
        for track in update.tracks.iter().filter(|track| track.seen_now && track.class == Class::Person) {
            persons.entry(track.id).or_default().push((frame.at, track.bbox, index));
        }
    }
    persons.into_values().filter(|pictures| pictures.len() >= 25).collect()
}

fn appearance(frames: &[Frame], pictures: &[(Timestamp, Rect, usize)]) -> Appearance {
    let mut appearance = Appearance::default();
    for (_, bbox, index) in pictures {
        appearance.see(&frames[*index], bbox);
    }
    appearance
}

/// As a camera sees it in infrared: no colours, and much noise.
fn grey(frame: &Frame, random: &mut fastrand::Rng) -> Frame {
    let planes = frame.planes();
    let noise = |luma: &u8| luma.saturating_add(random.u8(0..24)).saturating_sub(12);
    let mut data: Vec<u8> = planes.first.data[..planes.width * planes.height].iter().map(noise).collect();
    data.resize(data.len() + 2 * planes.width.div_ceil(2) * planes.height.div_ceil(2), 128);
    Frame::from_bytes(data, PixelFormat::I420, (frame.width, frame.height), frame.pts, frame.at).expect("whole")
}

/// Of persons whom the second half of their time in view shows again, the share that is found alike; and of pairs of
/// persons who were in view together, and so are two, the share that is confused.
fn found_and_confused(frames: &[Frame], persons: &[Pictures]) -> (f32, f32) {
    let halves = persons.iter().map(|pictures| {
        let (first, second) = pictures.split_at(pictures.len() / 2);
        (pictures, appearance(frames, first), appearance(frames, second))
    });
    let is_seen = |seen: &Appearance| seen.pictures() >= LEAST_PICTURES;
    let halves: Vec<_> = halves.filter(|(_, first, second)| is_seen(first) && is_seen(second)).collect();
    let found: Vec<_> = halves.iter().map(|(_, first, second)| is_alike(first, second)).collect();
    let mut confused = Vec::new();
    for (one, first, _) in &halves {
        confused
            .extend(halves.iter().filter(|(other, ..)| are_two(one, other)).map(|(.., other)| is_alike(first, other)));
    }
    assert!(found.len() >= 15 && confused.len() >= 100, "{} and {}", found.len(), confused.len());
    let share = |alike: &[bool]| alike.iter().filter(|alike| **alike).count() as f32 / alike.len() as f32;
    (share(&found), share(&confused))
}

/// Whether both were in view at once: one person may have two tracks for a while, one box mostly within the other.
fn are_two(one: &Pictures, other: &Pictures) -> bool {
    let together: Vec<_> = one
        .iter()
        .flat_map(|(at, bbox, _)| {
            other.iter().filter(move |(then, ..)| at == then).map(move |(_, beside, _)| (bbox, beside))
        })
        .collect();
    let is_within = |(one, other): &(&Rect, &Rect)| one.intersection(other).area() > 0.5 * one.area().min(other.area());
    !together.is_empty() && !together.iter().any(is_within)
}

#[test]
fn real_people_are_found_again_and_seldom_confused() {
    let frames = vtest((768, 576), 2, 400);
    let persons = persons(&frames);
    let (found, confused) = found_and_confused(&frames, &persons);
    assert!(found >= 0.4 && confused <= 0.03, "{found:.3} found again, {confused:.3} confused");
    println!("{found:.3} found again, {confused:.3} confused");
    let mut random = fastrand::Rng::with_seed(1);
    let frames: Vec<_> = frames.iter().map(|frame| grey(frame, &mut random)).collect();
    assert_eq!(found_and_confused(&frames, &persons), (0.0, 0.0), "nothing is said of grey pictures");
}
