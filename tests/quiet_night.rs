//! Eight hours of a quiet night as `canhdem replay` sees them: a real place with nobody in it, and in it what wakes guards
//! for nothing: noise of the sensor, headlights, rain, an insect before the lens. Nothing of it is a warning.

mod support;

use std::path::{Path, PathBuf};

use canhdem::testcam::{EncodeOptions, Footage, Transform};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use support::night::{self, Sensor};
use support::{film, program};

const WIDTH: u32 = 384;
const HEIGHT: u32 = 288;
/// The night is so many runs of the program, each of a stretch of calm before each kind of event.
const RUNS: usize = 4;
const ROUND_S: u32 = 8 * 3600 / (RUNS * EVENTS.len()) as u32;
const EVENT_S: u32 = 20;
/// Quiet before an event, so that the camera sleeps when it comes.
const BEFORE_S: f32 = 8.0;
const EVENT_FPS: u32 = 5;
/// How bright the place is by night.
const DARKNESS: f32 = 0.35;
/// Of the sensor, in levels.
const NOISE: f32 = 4.0;

#[derive(Debug, Clone, Copy)]
enum Event {
    Headlights,
    Rain,
    Insect,
}

const EVENTS: [Event; 3] = [Event::Headlights, Event::Rain, Event::Insect];

#[test]
fn eight_quiet_hours_warn_of_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = empty_place(folder.path());
    let calms = [0, 1, 2].map(|seed| save(folder.path(), &format!("calm-{seed}"), &calm(&place, seed)));
    let evening: Timestamp = "2026-02-16T21:00:00+07:00".parse().expect("a time");
    let mut seconds = 0.0;
    for run in 0..RUNS {
        let mut files = Vec::new();
        for (index, event) in EVENTS.into_iter().enumerate() {
            let name = format!("event-{run}-{index}");
            let seed = run * EVENTS.len() + index;
            files.extend([calms[index].clone(), save(folder.path(), &name, &happening(&place, event, seed as u64))]);
        }
        let start = evening + SignedDuration::from_mins(60 * 8 / RUNS as i64 * run as i64);
        let (alerts, summary) = replay(start, &files);
        assert!(number(&summary, "inferences") > 50.0, "the events woke the camera: {summary}");
        seconds += number(&summary, "seconds");
        for alert in &alerts {
            println!("{} {} {} {}", alert["at"], alert["severity"], alert["score"], alert["reason"]["vi"]);
        }
        println!("{summary}");
        assert!(alerts.iter().all(|alert| alert["severity"] == "notice"), "{alerts:?}");
    }
    assert!((seconds - 8.0 * 3600.0).abs() < 60.0, "eight hours, but {seconds} s");
}

/// What the test above would not notice were the camera blind: in the same place people walk by, as dark.
#[test]
fn people_in_the_same_dark_are_a_warning() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let transform = Transform::Night { seed: 1 };
    let people = film::encode(&EncodeOptions { transform, max_frames: Some(100), ..film::options() });
    let start = "2026-02-17T05:00:00+07:00".parse().expect("a time");
    let (alerts, _) = replay(start, &[save(folder.path(), "people", &people)]);
    assert!(alerts.iter().any(|alert| alert["severity"] != "notice"), "{alerts:?}");
}

/// Alerts and the summary of a run over these files.
fn replay(start: Timestamp, files: &[PathBuf]) -> (Vec<Value>, Value) {
    let (start, names) = (start.to_string(), files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>());
    let arguments: Vec<_> =
        ["replay", "--json", "--start", &start].into_iter().chain(names.iter().map(String::as_str)).collect();
    let finished = program::run(&arguments);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let mut lines: Vec<Value> = finished.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let summary = lines.pop().expect("a summary");
    lines.retain(|line| line["type"] == "alert");
    (lines, summary)
}

fn number(summary: &Value, key: &str) -> f64 {
    summary[key].as_f64().expect("a number")
}

/// Luma of the real place of the film without its people, as dark as by night.
fn empty_place(folder: &Path) -> Vec<f32> {
    assert_eq!(film::SIZE, (WIDTH, HEIGHT));
    let file = folder.join("place.mp4");
    film::nobody().save(&file).expect("saved");
    night::darkened(&night::luma(&file, 1)[0], DARKNESS)
}

fn save(folder: &Path, name: &str, footage: &Footage) -> PathBuf {
    let path = folder.join(format!("{name}.mp4"));
    footage.save(&path).expect("saved");
    path
}

/// Noise, and a lamp whose voltage drifts; a picture a second, as often as the gate looks.
fn calm(place: &[f32], seed: u64) -> Footage {
    let mut sensor = Sensor::new(seed, NOISE);
    let pictures = (0..ROUND_S - EVENT_S).map(|second| {
        let lamp = 1.0 + 0.04 * (second as f32 / 90.0).sin();
        sensor.expose(place, |_, _, luma| luma * lamp)
    });
    let options = EncodeOptions { fps: 1, gop_frames: 10, ..EncodeOptions::default() };
    Footage::encode_pictures(pictures, &options).expect("encoded")
}

fn happening(place: &[f32], event: Event, seed: u64) -> Footage {
    let mut sensor = Sensor::new(100 + seed, NOISE);
    let mut chance = fastrand::Rng::with_seed(seed);
    let (level, speed) = (0.45 + 0.3 * chance.f32(), 0.15 + 0.35 * chance.f32());
    let mut insect = [0.3 + 0.4 * chance.f32(), -0.2];
    let pictures: Vec<_> = (0..EVENT_S * EVENT_FPS)
        .map(|index| {
            let at = index as f32 / EVENT_FPS as f32 - BEFORE_S;
            if at < 0.0 {
                return sensor.expose(place, |_, _, luma| luma);
            }
            match event {
                Event::Headlights => sensor.expose(place, night::headlights(speed * at - 0.2, level)),
                Event::Rain => {
                    let mut wet = place.to_vec();
                    night::rain(&mut wet, &mut chance);
                    sensor.expose(&wet, |_, _, luma| 0.9 * luma + 4.0)
                }
                Event::Insect => {
                    insect[0] += 0.12 * (chance.f32() - 0.5);
                    insect[1] = (insect[1] + 0.16 * (chance.f32() - 0.42)).min(0.7);
                    let [x, y] = insect;
                    sensor.expose(place, |px, py, luma| {
                        let away = ((px - x) / 0.09).powi(2) + ((py - y) / 0.2).powi(2);
                        // Lit by the camera's own lamp, and out of focus; its legs too.
                        let leg = (-((px - x - 0.3 * (py - y)) / 0.015).powi(2) - ((py - y) / 0.35).powi(2)).exp();
                        luma + 140.0 * (-away * away).exp() + 70.0 * leg
                    })
                }
            }
        })
        .collect();
    let options = EncodeOptions { fps: EVENT_FPS, gop_frames: EVENT_FPS, ..EncodeOptions::default() };
    Footage::encode_pictures(pictures, &options).expect("encoded")
}
