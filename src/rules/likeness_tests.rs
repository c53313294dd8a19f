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

fn hanoi() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled")
}

/// A local time of Vietnam, in 2026: `11-25T21:00`.
fn at(local: &str) -> Timestamp {
    format!("2026-{local}:00+07:00").parse().expect("a time")
}

/// Somebody in a coat and trousers of these colours, as so many pictures show them.
fn dressed(coat: [u8; 3], trousers: [u8; 3], pictures: usize) -> Appearance {
    let (width, height) = (100, 200);
    let rows = (0..height).flat_map(|y| std::iter::repeat_n(if y < 100 { coat } else { trousers }, width as usize));
    let data = rows.flatten().collect();
    let frame =
        Frame::from_bytes(data, PixelFormat::Rgb, (width, height), std::time::Duration::ZERO, at("11-25T21:00"));
    let frame = frame.expect("whole");
    let mut appearance = Appearance::default();
    for _ in 0..pictures {
        assert!(appearance.see(&frame, &Rect::new(10.0, 10.0, 80.0, 180.0)));
    }
    appearance
}

const RED: [u8; 3] = [180, 40, 40];
const BLUE: [u8; 3] = [40, 50, 170];
const BLACK: [u8; 3] = [20, 20, 20];
const WHITE: [u8; 3] = [220, 220, 220];

/// Whether somebody in red who comes now is told to look like those who were there, by when they came and went.
#[track_caller]
fn check(before: &[(&str, &str, Appearance)], now: &str, expected: Option<&str>) {
    let mut likeness = Likeness::new(hanoi());
    for (track, (came, went, appearance)) in (0..).zip(before) {
        likeness.see(Uuid::from_u128(track), at(came), at(went), appearance);
    }
    let this = Uuid::from_u128(99);
    likeness.see(this, at(now), at(now), &dressed(RED, BLACK, 9));
    assert_eq!(likeness.recall(this), expected.map(at));
}

#[test]
fn who_looks_like_somebody_of_the_same_night_is_told() {
    let red = || dressed(RED, BLACK, 9);
    check(&[], "11-25T23:00", None);
    check(&[("11-25T22:00", "11-25T22:03", red())], "11-25T23:00", Some("11-25T22:03"));
    check(&[("11-25T22:00", "11-25T22:03", red())], "11-26T02:00", Some("11-25T22:03"));
    // Others: another coat, other trousers, no colours at all, too few pictures.
    check(&[("11-25T22:00", "11-25T22:03", dressed(BLUE, BLACK, 9))], "11-25T23:00", None);
    check(&[("11-25T22:00", "11-25T22:03", dressed(RED, WHITE, 9))], "11-25T23:00", None);
    check(&[("11-25T22:00", "11-25T22:03", dressed(BLACK, BLACK, 9))], "11-25T23:00", None);
    check(&[("11-25T22:00", "11-25T22:03", dressed(RED, BLACK, 4))], "11-25T23:00", None);
    // Hardly gone, and there at the same time: a companion.
    check(&[("11-25T22:00", "11-25T22:56", red())], "11-25T23:00", None);
    check(&[("11-25T22:00", "11-25T23:00", red())], "11-25T22:50", None);
}

#[test]
fn a_night_is_forgotten_with_the_next_and_days_are_not_kept() {
    let red = || dressed(RED, BLACK, 9);
    check(&[("11-24T23:00", "11-24T23:01", red())], "11-25T23:00", None);
    check(&[("11-25T05:50", "11-25T05:55", red())], "11-25T18:30", None);
    check(&[("11-25T15:00", "11-25T15:01", red())], "11-25T15:30", None);
}

#[test]
fn a_crowd_is_not_kept() {
    let mut likeness = Likeness::new(hanoi());
    let red = dressed(RED, BLACK, 9);
    for track in 0..=MOST_PERSONS as u128 {
        likeness.see(Uuid::from_u128(track), at("11-25T22:00"), at("11-25T22:01"), &red);
    }
    assert_eq!((likeness.seen.len(), likeness.seen[0].track), (MOST_PERSONS, Uuid::from_u128(1)));
}

#[test]
fn black_and_grey_say_nothing() {
    let dark = dressed(BLACK, BLACK, 9);
    assert!(!dark.is_colored() && !is_alike(&dark, &dark));
    assert_eq!(dark.likeness(&dressed(RED, BLACK, 9)), 0.0);
    assert_eq!(Appearance::default().likeness(&Appearance::default()), 0.0);
}
