use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::base::Rect;
use crate::track::Track;
use crate::vision::test_frames::vtest;
use crate::vision::{Detector, LOW_SCORE, Manifest};

const FRAME: (u32, u32) = (1280, 720);

fn tracker() -> Tracker {
    Tracker::new(0.35, IdSource::seeded(1))
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs_f64(1000.0 + seconds)
}

fn person(score: f32, x: f32, y: f32) -> Detection {
    Detection { class: Class::Person, score, bbox: Rect::new(x, y, 40.0, 100.0) }
}

/// Tracks after showing `frames` of (time, detections).
fn run(frames: impl IntoIterator<Item = (f64, Vec<Detection>)>) -> (Vec<Update>, Vec<Track>) {
    let mut tracker = tracker();
    let updates = frames.into_iter().map(|(seconds, found)| tracker.update(at(seconds), &found, FRAME)).collect();
    (updates, tracker.finish())
}

fn only(update: &Update) -> &Track {
    assert_eq!(update.tracks.len(), 1, "{update:?}");
    &update.tracks[0]
}

#[test]
fn a_sure_detection_is_a_track_at_once_and_another_at_the_second() {
    let (updates, _) = run([(0.0, vec![person(0.7, 100.0, 100.0)])]);
    assert!(only(&updates[0]).seen_now);
    let (updates, ended) = run((0..2).map(|i| (f64::from(i) * 0.2, vec![person(0.4, 100.0, 100.0)])));
    assert!(updates[0].tracks.is_empty());
    let track = only(&updates[1]);
    assert_eq!((track.first_at, track.last_at, track.hits), (at(0.0), at(0.2), 2));
    assert_eq!(ended.len(), 1);
}

#[test]
fn weak_detections_continue_tracks_but_never_open_one() {
    let scores = [0.5, 0.5, 0.15, 0.12, 0.2, 0.5];
    let frames = scores.map(|score| vec![person(score, 100.0, 100.0)]);
    let (updates, _) = run(frames.into_iter().enumerate().map(|(i, found)| (i as f64 * 0.2, found)));
    assert!(updates[1..].iter().all(|update| only(update).seen_now));
    assert_eq!(only(&updates[5]).hits, 6);
    let (updates, ended) = run((0..20).map(|i| (f64::from(i) * 0.2, vec![person(0.3, 100.0, 100.0)])));
    assert!(updates.iter().all(|update| update.tracks.is_empty()) && ended.is_empty());
}

#[test]
fn someone_hidden_for_two_seconds_is_found_again() {
    // Walking at 60 px a second, seen at 5 frames a second, behind a van from second 2 to second 4.
    let frames = (0..35).map(|i| {
        let t = f64::from(i) * 0.2;
        let hidden = (2.0..4.0).contains(&t);
        (t, if hidden { vec![] } else { vec![person(0.6, 100.0 + 60.0 * t as f32, 300.0)] })
    });
    let (updates, _) = run(frames);
    let id = only(&updates[0]).id;
    assert!(updates.iter().all(|update| only(update).id == id), "one track all along");
    assert!(updates[12..20].iter().all(|update| !only(update).seen_now));
    // While hidden, the box goes where the person would be.
    let predicted = only(&updates[18]).bbox.x;
    assert!((predicted - (100.0 + 60.0 * 3.6)).abs() < 20.0, "{predicted}");
}

#[test]
fn someone_gone_for_longer_has_ended() {
    let mut frames = vec![(0.0, vec![person(0.7, 100.0, 100.0)]), (0.2, vec![person(0.7, 100.0, 100.0)])];
    frames.extend((2..20).map(|i| (f64::from(i) * 0.2, vec![])));
    let (updates, rest) = run(frames);
    let ended: Vec<_> = updates.iter().flat_map(|update| &update.ended).collect();
    assert_eq!(ended.len(), 1);
    assert_eq!((ended[0].last_at, ended[0].seen_now), (at(0.2), false));
    assert!(rest.is_empty());
}

#[test]
fn a_runner_whose_boxes_never_overlap_is_one_track() {
    // 300 px a second, 3 body heights, in steps of 60 px; the box is 40 px wide.
    let (updates, _) = run((0..15).map(|i| (f64::from(i) * 0.2, vec![person(0.6, 60.0 * i as f32, 300.0)])));
    let id = only(&updates[0]).id;
    assert!(updates.iter().all(|update| only(update).id == id && only(update).seen_now));
}

#[test]
fn two_who_cross_keep_their_tracks() {
    let frames = (0..30).map(|i| {
        let x = 30.0 * i as f32;
        (f64::from(i) * 0.2, vec![person(0.7, 100.0 + x, 300.0), person(0.7, 970.0 - x, 340.0)])
    });
    let (updates, _) = run(frames);
    let last = &updates[29];
    assert_eq!(last.tracks.len(), 2);
    let start = &updates[0];
    for track in &start.tracks {
        let end = last.tracks.iter().find(|other| other.id == track.id).expect("still there");
        assert!((track.bbox.x < 500.0) == (end.bbox.x > 500.0), "{track:?} {end:?}");
    }
}

#[test]
fn a_vehicle_is_what_it_looks_like_most() {
    let classes = [Class::Car, Class::Truck, Class::Truck, Class::Car, Class::Truck];
    let frames = classes.into_iter().enumerate().map(|(i, class)| {
        let bbox = Rect::new(100.0 + 10.0 * i as f32, 300.0, 200.0, 120.0);
        (i as f64 * 0.2, vec![Detection { class, score: 0.7, bbox }])
    });
    let (updates, _) = run(frames);
    assert_eq!(only(&updates[1]).class, Class::Car);
    assert_eq!((only(&updates[4]).class, only(&updates[4]).hits), (Class::Truck, 5));
    // A person is never taken for the bicycle he stands at.
    let bicycle = Detection { class: Class::Bicycle, ..person(0.7, 100.0, 100.0) };
    let (updates, _) = run([(0.0, vec![person(0.7, 100.0, 100.0)]), (0.2, vec![bicycle])]);
    assert_eq!(updates[1].tracks.len(), 2);
}

#[test]
fn tracks_follow_a_change_of_resolution() {
    let mut tracker = tracker();
    let id = only(&tracker.update(at(0.0), &[person(0.7, 400.0, 200.0)], FRAME)).id;
    let half = Detection { bbox: Rect::new(200.0, 100.0, 20.0, 50.0), ..person(0.7, 0.0, 0.0) };
    assert_eq!(only(&tracker.update(at(0.2), &[half], (640, 360))).id, id);
    tracker.update(at(0.4), &[], (0, 0));
    tracker.update(at(0.6), &[half], (640, 360));
}

#[test]
fn clocks_may_jump() {
    let mut tracker = tracker();
    let found = [person(0.7, 400.0, 200.0)];
    let id = only(&tracker.update(at(0.0), &found, FRAME)).id;
    let back = only(&tracker.update(at(-900.0), &found, FRAME)).clone();
    assert!(back.id == id && back.first_at <= back.last_at, "{back:?}");
    assert_eq!(only(&tracker.update(Timestamp::MIN, &found, FRAME)).id, id);
    let ahead = tracker.update(Timestamp::MAX, &[], FRAME);
    assert_eq!((ahead.tracks.len(), ahead.ended.len()), (0, 1));
}

fn any_detection() -> impl Strategy<Value = Detection> {
    let class = prop::sample::select(Class::ALL.to_vec());
    // Coarse values, so that boxes meet and scores tie.
    (class, 0u8..10, 0u8..12, 0u8..7, 1u8..5, 1u8..5).prop_map(|(class, score, x, y, w, h)| Detection {
        class,
        score: f32::from(score) / 10.0,
        bbox: Rect::new(f32::from(x) * 100.0, f32::from(y) * 100.0, f32::from(w) * 50.0, f32::from(h) * 50.0),
    })
}

fn any_film() -> impl Strategy<Value = Vec<(f64, Vec<Detection>)>> {
    prop::collection::vec((-1f64..3.0, prop::collection::vec(any_detection(), 0..8)), 1..25)
}

proptest! {
    #[test]
    fn one_smooth_walk_is_one_track(
        (x, y) in (100f32..1100.0, 100f32..500.0),
        (vx, vy) in (-150f32..150.0, -60f32..60.0),
        steps in prop::collection::vec(0.05f64..0.4, 5..40),
        shake in prop::collection::vec(-3f32..3.0, 40),
    ) {
        let mut t = 0.0;
        let frames: Vec<_> = steps.into_iter().zip(shake).map(|(dt, shake)| {
            t += dt;
            (t, vec![person(0.5, x + vx * t as f32 + shake, y + vy * t as f32 - shake)])
        }).filter(|(_, found)| {
            let inside = found[0].bbox.clamped(1280.0, 720.0);
            inside.area() > 0.7 * found[0].bbox.area()
        }).collect();
        prop_assume!(frames.len() > 2);
        let (updates, _) = run(frames);
        let id = only(&updates[1]).id;
        for update in &updates[1..] {
            prop_assert_eq!(only(update).id, id);
        }
    }

    #[test]
    fn the_order_of_detections_does_not_matter(film in any_film(), turn in 1usize..8) {
        let turned: Vec<_> = film.iter().cloned().map(|(t, mut found)| {
            let middle = turn % found.len().max(1);
            found.rotate_left(middle);
            found.reverse();
            (t, found)
        }).collect();
        prop_assert_eq!(run(film), run(turned));
    }

    #[test]
    fn every_detection_belongs_to_one_track_at_most(film in any_film()) {
        let mut tracker = tracker();
        let mut t = 0.0;
        let mut hits = std::collections::HashMap::new();
        for (dt, found) in film {
            t += dt;
            let update = tracker.update(at(t), &found, FRAME);
            let seen: Vec<_> = update.tracks.iter().filter(|track| track.seen_now).collect();
            prop_assert!(seen.len() <= found.len());
            for track in &seen {
                prop_assert!(track.bbox.is_finite() && track.first_at <= track.last_at);
                let before = hits.insert(track.id, track.hits).unwrap_or(0);
                prop_assert!(before < track.hits);
            }
            for track in update.ended {
                prop_assert!(tracker.states.iter().all(|state| state.track.id != track.id));
            }
        }
    }
}

#[test]
fn broken_detections_are_left_out() {
    let broken = [
        Detection { bbox: Rect::new(f32::NAN, 0.0, 10.0, 10.0), ..person(0.9, 0.0, 0.0) },
        Detection { bbox: Rect::new(0.0, 0.0, 0.0, 10.0), ..person(0.9, 0.0, 0.0) },
        person(f32::NAN, 0.0, 0.0),
    ];
    let (updates, ended) = run([(0.0, broken.to_vec())]);
    assert!(updates[0].tracks.is_empty() && ended.is_empty());
}

/// Those who cross a real yard are few tracks that last, not many short ones.
#[test]
fn persons_of_a_real_clip_keep_their_tracks() {
    let manifest = Manifest::load(None).expect("sound");
    let detector = Detector::load(&manifest, "yolox-nano", LOW_SCORE, 2).expect("run `make setup`");
    let mut tracker = tracker();
    let (mut ended, mut strong) = (Vec::new(), 0);
    for frame in vtest((768, 576), 2, 100) {
        let seen = detector.detect(&frame, &[]).expect("detected");
        strong += seen.detections.iter().filter(|found| found.score >= 0.35).count();
        ended.extend(tracker.update(frame.at, &seen.detections, (frame.width, frame.height)).ended);
    }
    ended.extend(tracker.finish());
    // 20 seconds at 5 frames a second: people in view at the start, and those who come.
    let people: Vec<_> = ended.iter().filter(|track| track.class == Class::Person).collect();
    assert!((8..=18).contains(&people.len()), "{} tracks: {people:#?}", people.len());
    let lasting: u32 = ended.iter().filter(|track| track.hits >= 10).map(|track| track.hits).sum();
    assert!(f64::from(lasting) >= 0.95 * strong as f64, "{lasting} of {strong}");
}
