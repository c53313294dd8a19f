//! The appliance as a witness of its cameras: what is told when one is lost, or was covered while nobody watched.

mod support;

use std::fs;
use std::sync::Arc;

use canhdem::testcam::{EncodeOptions, Footage, Mount, Picture, TestCameras};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use support::appliance::Appliance;
use support::{Camera, Office, eventually, film, until};

const GATE: &str = "cong";
/// Nobody is told of this one itself.
const SILENCED: &str = "kho";

fn path(camera: &str) -> String {
    format!("/{camera}")
}

fn time(value: &Value) -> Timestamp {
    value.as_str().expect("a time").parse().expect("RFC 3339")
}

fn cameras(footage: &[(&str, Arc<Footage>)]) -> TestCameras {
    let mounts = footage.iter().map(|(id, footage)| Mount::new(path(id), Arc::clone(footage)));
    TestCameras::start(mounts.collect()).expect("cameras")
}

fn office(cameras: &TestCameras, ids: &[&'static str]) -> Office {
    let of = |id: &&'static str| Camera { id, main: cameras.url(&path(id)) };
    Office::new(&ids.iter().map(of).collect::<Vec<_>>())
}

/// The findings of this kind among all alerts of a camera, each with its alert.
fn found(appliance: &Appliance, camera: &str, kind: &str) -> Vec<(Value, Value)> {
    let alerts = appliance.items(&format!("alerts?camera={camera}")).expect("an answer");
    let in_full = |alert: &Value| appliance.get(&format!("alerts/{}", alert["id"].as_str().expect("an id")));
    let mut found = Vec::new();
    for alert in alerts.iter().filter_map(in_full) {
        let findings = alert["findings"].as_array().expect("findings").clone();
        found.extend(findings.into_iter().filter(|finding| finding["kind"] == kind).map(|it| (alert.clone(), it)));
    }
    found
}

#[track_caller]
fn eventually_found(appliance: &Appliance, camera: &str, kind: &str) -> (Value, Value) {
    eventually(&format!("{kind} at {camera}"), || found(appliance, camera, kind).pop())
}

fn until_lost(appliance: &Appliance, camera: &str) -> Timestamp {
    until(&format!("{camera} to be lost"), || appliance.camera_state(camera).is_some_and(|(state, _)| state == "lost"));
    time(&appliance.get(&format!("cameras/{camera}")).expect("an answer")["since"])
}

/// Until so much of the camera's stream is on the disk.
fn until_recorded(appliance: &Appliance, camera: &str, length: SignedDuration) {
    until(&format!("{length:#} of {camera}"), || {
        let recordings = appliance.items(&format!("recordings/{camera}")).expect("an answer");
        let length_of = |recording: &Value| time(&recording["to"]).duration_since(time(&recording["from"]));
        recordings.iter().map(length_of).sum::<SignedDuration>() >= length
    });
}

#[track_caller]
fn stop(appliance: Appliance) {
    let finished = appliance.stop();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
}

#[test]
fn a_camera_that_dies_while_somebody_is_near_is_critical_and_tamper_false_is_silent() {
    let cameras = cameras(&[(GATE, film::people()), (SILENCED, film::people())]);
    let office = office(&cameras, &[GATE, SILENCED]);
    let text = fs::read_to_string(&office.config).expect("the configuration");
    let silenced = format!("id = \"{SILENCED}\"\n");
    fs::write(&office.config, text.replace(&silenced, &format!("{silenced}tamper = false\n"))).expect("written");
    let appliance = Appliance::start(&office);
    for camera in [GATE, SILENCED] {
        eventually_found(&appliance, camera, "person");
    }
    cameras.drop_out(&path(SILENCED));
    until_lost(&appliance, SILENCED);

    cameras.kill();
    let since = until_lost(&appliance, GATE);
    let (alert, finding) = eventually_found(&appliance, GATE, "camera_offline");
    assert_eq!(alert["severity"], "critical", "{alert}");
    assert!(time(&finding["at"]).duration_since(since) >= SignedDuration::from_secs(6), "it may come back: {finding}");
    let words = alert["reason"]["vi"].as_str().expect("a sentence");
    assert!(words.contains("mất tín hiệu khi đang canh") && words.contains("có người ở gần"), "{words}");
    // It was lost before the other.
    assert_eq!(found(&appliance, SILENCED, "camera_offline"), []);
    assert_eq!(found(&appliance, GATE, "camera_offline").len(), 1);
    stop(appliance);
}

#[test]
fn a_camera_that_dies_in_an_empty_yard_is_a_warning() {
    let cameras = cameras(&[(GATE, film::nobody())]);
    let office = office(&cameras, &[GATE]);
    let appliance = Appliance::start(&office);
    until_recorded(&appliance, GATE, SignedDuration::from_secs(2));
    cameras.kill();
    let (alert, _) = eventually_found(&appliance, GATE, "camera_offline");
    assert_eq!(alert["severity"], "warning", "{alert}");
    stop(appliance);
}

/// A cloth over the lens: two seconds of grey, with a sensor's noise.
fn covered() -> Arc<Footage> {
    let mut random = fastrand::Rng::with_seed(3);
    let (width, height) = film::SIZE;
    let picture = |_| {
        let luma = (0..width * height).map(|_| random.u8(58..63));
        let mut data: Vec<u8> = luma.collect();
        data.resize(data.len() * 3 / 2, 128);
        Picture { width, height, data }
    };
    let pictures: Vec<Picture> = (0..2 * film::FPS).map(picture).collect();
    let options = EncodeOptions { fps: film::FPS, gop_frames: film::FPS, ..EncodeOptions::default() };
    Arc::new(Footage::encode_pictures(pictures, &options).expect("encoded"))
}

#[test]
fn a_camera_that_was_covered_while_the_appliance_was_off_is_told() {
    let cameras = cameras(&[(GATE, film::nobody())]);
    let office = office(&cameras, &[GATE]);
    let appliance = Appliance::start(&office);
    // Longer than it takes to know the scene.
    until_recorded(&appliance, GATE, SignedDuration::from_secs(15));
    assert_eq!(found(&appliance, GATE, "camera_tampered"), []);
    stop(appliance);

    cameras.switch_footage(&path(GATE), covered());
    let appliance = Appliance::start(&office);
    let (alert, _) = eventually_found(&appliance, GATE, "camera_tampered");
    assert!(alert["reason"]["vi"].as_str().is_some_and(|words| words.contains("bị che")), "{alert}");
    stop(appliance);
}
