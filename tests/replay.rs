//! `canhdem replay` as a user runs it: what it finds in real films, what it prints, and what it
//! says about files that are not what they should be.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use canhdem::testcam::{Codec, EncodeOptions, Footage, Transform};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use support::film;
use support::program::{self, Finished, fetched};

/// Pictures of [`short`].
const SHORT: u32 = 60;

/// What `replay --json` said.
#[derive(Debug)]
struct Replayed {
    finished: Finished,
    alerts: Vec<Value>,
    tracks: Vec<Value>,
    summary: Value,
}

#[track_caller]
fn replay(arguments: &[&str]) -> Replayed {
    let finished = program::run(&[&["replay", "--json"], arguments].concat());
    let lines = finished.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("a JSON object a line"));
    let mut lines: Vec<Value> = lines.collect();
    let summary = lines.pop().unwrap_or_default();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).cloned().collect::<Vec<_>>();
    let (alerts, tracks) = (of("alert"), of("track"));
    assert_eq!(alerts.len() + tracks.len(), lines.len(), "{lines:?}");
    Replayed { finished, alerts, tracks, summary }
}

/// As [`replay`], of a file that is what it should be.
#[track_caller]
fn replay_well(arguments: &[&str]) -> Replayed {
    let replayed = replay(arguments);
    assert_eq!(replayed.finished.code, Some(0), "{}", replayed.finished.stderr);
    replayed
}

/// The whole film, once for all tests.
fn whole_film() -> &'static Replayed {
    static WHOLE: OnceLock<Replayed> = OnceLock::new();
    WHOLE.get_or_init(|| replay_well(&[&text(&fetched(film::FILM))]))
}

/// Six seconds of people, as MP4.
fn short(codec: Codec) -> PathBuf {
    static FILES: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
    let options = EncodeOptions { codec, max_frames: Some(SHORT as usize), ..film::options() };
    let name = format!("short-{codec:?}");
    FILES[usize::from(codec == Codec::H265)].get_or_init(|| saved(&name, &film::encode(&options))).clone()
}

fn saved(name: &str, footage: &Footage) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("replay-{name}.mp4"));
    footage.save(&path).expect("saved");
    path
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[track_caller]
fn time(value: &Value) -> Timestamp {
    value.as_str().expect("a time").parse().expect("RFC 3339")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn the_film_gives_one_alert_with_all_that_belongs_to_it() {
    let Replayed { alerts, tracks, summary, .. } = whole_film();
    let keys: BTreeSet<_> = summary.as_object().expect("an object").keys().map(String::as_str).collect();
    let wanted =
        ["type", "frames", "decoded", "decoded_again", "inferences", "dropped", "seconds", "cpu_seconds", "looks"];
    assert_eq!(keys, BTreeSet::from(wanted));
    assert_eq!(
        (&summary["type"], &summary["frames"], &summary["dropped"]),
        (&"summary".into(), &795.into(), &0.into())
    );
    assert!(number(&summary["decoded"]) <= 795.0 && number(&summary["decoded_again"]) > 0.0, "{summary}");
    assert!((number(&summary["seconds"]) - 79.5).abs() < 0.5, "{summary}");

    let [alert] = &alerts[..] else { panic!("{} alerts", alerts.len()) };
    assert_eq!(alert["camera"], "replay");
    let (opened, closed) = (time(&alert["at"]), time(&alert["closed_at"]));
    let start: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("a time");
    assert!(opened < start + SignedDuration::from_secs(5) && closed > start + SignedDuration::from_secs(70), "{alert}");
    assert!(["notice", "warning", "critical"].contains(&alert["severity"].as_str().expect("text")));
    assert!((0.0..=1.0).contains(&number(&alert["score"])));
    let says = |language: &str| alert["reason"][language].as_str().expect("a sentence").to_owned();
    assert!(says("vi").contains("người") && !says("en").is_empty(), "{alert}");
    let findings = alert["findings"].as_array().expect("findings");
    assert!(findings.len() >= 5, "{} findings", findings.len());
    let known: BTreeSet<_> = tracks.iter().map(|track| &track["id"]).map(Value::to_string).collect();
    for finding in findings {
        let bbox: Vec<f64> = finding["bbox"].as_array().expect("a box").iter().map(number).collect();
        let [x, y, w, h] = bbox[..] else { panic!("{finding}") };
        assert!(x >= 0.0 && y >= 0.0 && w > 1.0 && h > 1.0 && x + w <= 768.1 && y + h <= 576.1, "{finding}");
        assert!((opened..=closed).contains(&time(&finding["at"])), "{finding}");
        assert!(known.contains(&finding["track"].to_string()), "{finding}");
    }
    for person in alert["persons"].as_array().expect("persons") {
        assert!(known.contains(&person["track"].to_string()), "{person}");
        check_attributes(&person["attributes"]);
    }
    for track in tracks {
        assert!(time(&track["first"]) <= time(&track["last"]), "{track}");
        if track["class"] == "person" {
            check_attributes(&track["attributes"]);
        }
    }
}

#[track_caller]
fn check_attributes(attributes: &Value) {
    let attributes = attributes.as_object().expect("an object");
    assert_eq!(
        attributes.keys().collect::<BTreeSet<_>>(),
        ["mask", "hat", "gloves", "bag"].map(str::to_owned).iter().collect()
    );
    for judged in attributes.values() {
        let keys: BTreeSet<_> = judged.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(["answer", "confidence", "frames", "pixels"]));
        assert!(judged["frames"].is_u64() && judged["pixels"].is_u64(), "{judged}");
        match judged["answer"].as_str() {
            Some("unknown") => assert!(judged["confidence"].is_null(), "{judged}"),
            Some("yes" | "no") => assert!((0.5..=1.0).contains(&number(&judged["confidence"])), "{judged}"),
            _ => panic!("{judged}"),
        }
    }
}

#[test]
fn in_the_corridor_each_walk_is_a_track_of_its_own() {
    let footage = Footage::corridor_by_night(&fetched("footage/astronaut.png")).expect("composed");
    let Replayed { alerts, tracks, .. } = replay_well(&[&text(&saved("corridor", &footage))]);
    let start: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("a time");
    let seconds = |value: &Value| time(value).duration_since(start).as_secs_f64();
    let seen: Vec<_> = tracks.iter().map(|track| (seconds(&track["first"]), seconds(&track["last"]))).collect();
    // Bare, masked, masked under a cap; nobody else, and nobody for a moment only.
    assert!(tracks.iter().all(|track| track["class"] == "person"), "{tracks:?}");
    assert_eq!(seen.len(), 3, "{seen:?}");
    for ((first, last), came_in) in seen.into_iter().zip([2.0, 20.0, 38.0]) {
        assert!(first >= came_in && first < came_in + 2.5, "{first} after {came_in}");
        assert!(last > came_in + 6.5 && last < came_in + 9.5, "{last} after {came_in}");
    }
    assert_eq!(alerts.len(), 1);
}

#[test]
fn in_the_car_park_each_drive_is_a_track_of_one_car() {
    // As the analysis sees it: the second stream.
    let footage = Footage::parking_by_night(3).expect("composed");
    let Replayed { tracks, .. } = replay_well(&[&text(&saved("car-park", &footage))]);
    let start: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("a time");
    let seconds = |value: &Value| time(value).duration_since(start).as_secs_f64();
    let seen: Vec<_> = tracks.iter().map(|track| (seconds(&track["first"]), seconds(&track["last"]))).collect();
    // With a plate, without one, with a cloth over it.
    assert!(tracks.iter().all(|track| track["class"] == "car"), "{tracks:?}");
    assert_eq!(seen.len(), 3, "{seen:?}");
    for ((first, last), came_in) in seen.into_iter().zip([3.0, 21.0, 39.0]) {
        assert!(first >= came_in && first < came_in + 3.0, "{first} after {came_in}");
        assert!(last > came_in + 7.0 && last < came_in + 9.0, "{last} after {came_in}");
    }
}

/// Alerts, and when each opened and closed.
fn outline(replayed: &Replayed) -> Vec<(String, Timestamp, Timestamp)> {
    let outline = |alert: &Value| (alert["camera"].to_string(), time(&alert["at"]), time(&alert["closed_at"]));
    replayed.alerts.iter().map(outline).collect()
}

#[track_caller]
fn check_same_alerts(gated: &Replayed, all: &Replayed) {
    let (gated, all) = (outline(gated), outline(all));
    assert_eq!(gated.len(), all.len(), "{gated:?} and {all:?}");
    for (gated, all) in gated.iter().zip(&all) {
        let apart = |a: Timestamp, b: Timestamp| a.duration_since(b).abs() <= SignedDuration::from_secs(1);
        assert!(gated.0 == all.0 && apart(gated.1, all.1) && apart(gated.2, all.2), "{gated:?} and {all:?}");
    }
}

#[test]
fn the_gate_misses_nothing_of_the_film() {
    let all = replay_well(&["--decode-all", &text(&fetched(film::FILM))]);
    assert_eq!(all.summary["decoded"], all.summary["frames"]);
    check_same_alerts(whole_film(), &all);
}

/// To the detector somebody who stands around is left over in the empty scene, and counts for 30 s.
#[test]
fn the_gate_sleeps_after_a_visit_and_misses_nothing_of_it() {
    let visit =
        EncodeOptions { fps: 5, gop_frames: 5, max_frames: Some(80), empty_frames_after: 500, ..film::options() };
    let file = text(&saved("visit", &film::encode(&visit)));
    let (gated, all) = (replay_well(&[&file]), replay_well(&["--decode-all", &file]));
    assert_eq!((all.alerts.len(), &all.summary["frames"], &all.summary["decoded"]), (1, &580.into(), &580.into()));
    check_same_alerts(&gated, &all);
    let alert = &gated.alerts[0];
    let quiet = time(&alert["closed_at"]).duration_since(time(&alert["last_seen_at"]));
    assert_eq!(quiet, SignedDuration::from_secs(30), "it closes by itself");
    assert!(number(&gated.summary["decoded"]) < 0.8 * number(&all.summary["decoded"]), "{}", gated.summary);
    assert!(number(&gated.summary["inferences"]) < number(&all.summary["inferences"]), "{}", gated.summary);
}

#[test]
fn h265_is_as_good_as_h264() {
    let (h264, h265) = (replay_well(&[&text(&short(Codec::H264))]), replay_well(&[&text(&short(Codec::H265))]));
    assert_eq!((h265.alerts.len(), &h265.summary["frames"]), (1, &SHORT.into()));
    check_same_alerts(&h264, &h265);
}

#[test]
fn a_quiet_scene_costs_a_picture_a_second() {
    let options = EncodeOptions {
        fps: 25,
        gop_frames: 25,
        transform: Transform::Quiet { seed: 1 },
        max_frames: Some(500),
        ..film::options()
    };
    let replayed = replay_well(&[&text(&saved("quiet", &film::encode(&options)))]);
    assert_eq!((replayed.alerts.len(), &replayed.summary["frames"]), (0, &500.into()));
    let share = number(&replayed.summary["decoded"]) / 500.0;
    assert!(share <= 0.05, "{:.1} % decoded", share * 100.0);
}

#[test]
fn an_office_that_is_open_is_not_watched() {
    let replayed = replay_well(&["--start", "2026-02-17T09:00:00+07:00", &text(&short(Codec::H264))]);
    assert_eq!((replayed.alerts.len(), &replayed.summary["inferences"]), (0, &0.into()));
}

#[test]
fn files_follow_one_another() {
    let file = text(&short(Codec::H264));
    let replayed = replay_well(&[&file, &file]);
    assert_eq!(replayed.summary["frames"], 2 * SHORT);
    let outline = outline(&replayed);
    let [(_, opened, closed)] = &outline[..] else { panic!("{outline:?}") };
    assert!(closed.duration_since(*opened) > SignedDuration::from_secs(8), "{outline:?}");
}

#[test]
fn a_drawn_video_plays() {
    let folder = tempfile::tempdir().expect("a folder");
    let drawn = folder.path().join("drawn.mp4");
    let replayed = replay_well(&["--draw", &text(&drawn), &text(&short(Codec::H264))]);
    assert_eq!(replayed.alerts.len(), 1);
    assert_eq!(film::pictures(&drawn), SHORT as usize);
    let nowhere = folder.path().join("none/drawn.mp4");
    let refused = replay(&["--draw", &text(&nowhere), &text(&short(Codec::H264))]);
    complains(&refused.finished, &nowhere, &[]);
}

/// It ends with 1 and one line of complaint that names the file and holds all of `parts`.
#[track_caller]
fn complains(finished: &Finished, file: &Path, parts: &[&str]) {
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let complaints: Vec<_> = finished.stderr.lines().filter(|line| line.starts_with("canhdem: ")).collect();
    let [complaint] = complaints[..] else { panic!("not one complaint: {}", finished.stderr) };
    assert_eq!(complaint.matches(&text(file)).count(), 1, "named once: {complaint}");
    for part in parts {
        assert!(complaint.contains(part), "{part:?} is not in: {complaint}");
    }
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
}

#[test]
fn of_a_truncated_film_all_before_the_damage_is_told_the_same_way_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = folder.path().join("cut.avi");
    let whole = fs::read(fetched(film::FILM)).expect("read");
    fs::write(&cut, &whole[..whole.len() / 6]).expect("written");
    let (first, second) = (replay(&[&text(&cut)]), replay(&[&text(&cut)]));
    for replayed in [&first, &second] {
        complains(&replayed.finished, &cut, &["truncated"]);
        assert_eq!(replayed.alerts.len(), 1, "{:?}", replayed.alerts);
        assert!(number(&replayed.summary["frames"]) > 100.0, "{}", replayed.summary);
    }
    assert_eq!(lasting(&first), lasting(&second));
}

/// What is printed, byte for byte, but for the time that the processor took.
fn lasting(replayed: &Replayed) -> (String, Value) {
    let (lines, _) = replayed.finished.stdout.trim_end().rsplit_once('\n').expect("lines");
    let mut summary = replayed.summary.clone();
    summary["cpu_seconds"] = Value::Null;
    for kind in ["persons", "vehicles"] {
        summary["looks"][kind]["cpu_seconds"] = Value::Null;
    }
    (lines.to_owned(), summary)
}

#[test]
fn a_film_is_told_byte_for_byte_the_same_each_time() {
    let file = text(&short(Codec::H264));
    let once = lasting(&replay_well(&[&file]));
    assert!(once.0.contains("\"type\":\"alert\"") && once.0.contains("\"type\":\"track\""), "{}", once.0);
    assert_eq!(once, lasting(&replay_well(&[&file])));
}

#[test]
fn files_that_are_no_films() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    };
    let mut random = fastrand::Rng::with_seed(1);
    let garbage: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(100_000).collect();
    let film = fs::read(short(Codec::H264)).expect("read");
    let check = |path: &Path, parts: &[&str]| {
        let replayed = replay(&[&text(path)]);
        complains(&replayed.finished, path, parts);
        assert_eq!((replayed.alerts.len(), &replayed.summary["frames"]), (0, &0.into()));
    };
    check(&file("garbage.mp4", &garbage), &[]);
    check(&file("empty.mp4", b""), &[]);
    check(&file("words.txt", "these are somebody's notes\n".repeat(50).as_bytes()), &[]);
    // Its tables lie at its end.
    check(&file("cut.mp4", &film[..film.len() / 2]), &[]);
    check(&file("sound.wav", &silence()), &["no picture"]);
    check(&folder.path().join("missing.mp4"), &["No such file"]);
    check(folder.path(), &[]);
}

/// A second of sound without any.
fn silence() -> Vec<u8> {
    let mut wav = b"RIFF".to_vec();
    wav.extend(16_036_u32.to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(16_000_u32.to_le_bytes());
    wav.resize(wav.len() + 16_000, 0);
    wav
}

#[test]
fn a_bad_file_after_a_good_one() {
    let missing = Path::new("/nonexistent/film.mp4");
    let replayed = replay(&[&text(&short(Codec::H264)), &text(missing)]);
    complains(&replayed.finished, missing, &["No such file"]);
    assert_eq!((replayed.alerts.len(), &replayed.summary["frames"]), (1, &SHORT.into()));
}

#[test]
fn without_json_it_speaks_to_people() {
    let finished = program::run(&["replay", &text(&short(Codec::H264))]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.contains("người") && finished.stdout.contains(&SHORT.to_string()), "{}", finished.stdout);
    assert!(!finished.stdout.contains('{'), "{}", finished.stdout);
}
