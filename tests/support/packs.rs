//! Evidence packs as they leave the real program.

use std::fs;
use std::path::Path;
use std::process::Command;

use canhdem::testcam::{Auth, Mount, TestCameras};
use serde_json::json;

use super::appliance::Appliance;
use super::program::{Finished, run};
use super::{Camera, Office, eventually, film};

pub const GATE: &str = "cong";
pub const SECRET: &str = "opensesame";

pub fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

pub fn export(office: &Office, alert: &str, out: &Path) -> Finished {
    run(&["export", "--config", text(&office.config), "--alert", alert, "--out", text(out)])
}

pub fn verify(pack: &Path, more: &[&str]) -> Finished {
    run(&[&["verify", text(pack), "--language", "en"], more].concat())
}

/// What a program that is not ours finds in a pack, in a folder.
#[track_caller]
pub fn unpacked(pack: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let out = Command::new("python3").args(["-m", "zipfile", "-e", text(pack), text(folder.path())]).output();
    let out = out.expect("python3");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    folder
}

/// An office whose gate people walk through, behind a password.
pub fn guarded_office() -> (TestCameras, Office) {
    let mount = Mount::new("/gate", film::people())
        .with_auth(Auth::Digest { user: "viewer".to_owned(), password: SECRET.to_owned() });
    let cameras = TestCameras::start(vec![mount]).expect("cameras");
    let office = Office::new(&[Camera { id: GATE, main: cameras.url("/gate") }]);
    office.set_credentials(GATE, "viewer", SECRET);
    (cameras, office)
}

/// With a finished segment, too.
#[track_caller]
pub fn alert_with_video(appliance: &Appliance) -> serde_json::Value {
    eventually("an alert with video", || {
        let alerts = appliance.items("alerts")?;
        let alert = alerts.last()?.clone();
        let recordings = appliance.items(&format!("recordings/{GATE}"))?;
        recordings.iter().any(|recording| recording["complete"] == true).then_some(alert)
    })
}

/// What a reader of Content Credentials tells is what the pack's own manifest says.
#[track_caller]
pub fn check_told(told: &serde_json::Value, folder: &Path, alert: &str) {
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let active = &told["manifests"][told["active_manifest"].as_str().expect("a label")];
    let all = active["assertions"].as_array().expect("a list");
    let recording = &all.iter().find(|one| one["label"] == "canhdem.recording").expect("ours")["data"];
    assert_eq!(recording["alert"], alert);
    assert_eq!((&recording["camera"], &recording["appliance"]), (&manifest["camera"], &manifest["appliance"]));
    let is_segment = |file: &&serde_json::Value| file["name"].as_str().expect("text").starts_with("segments/");
    let files = manifest["files"].as_array().expect("a list").iter().filter(is_segment);
    let segments: Vec<_> = files.map(|file| json!({"file": file["name"], "sha256": file["sha256"]})).collect();
    if manifest["hidden"]["originals"] == "withheld" {
        // They stay at the office, and can be asked for there by what is told of them.
        let told = recording["originals"].as_array().expect("a list");
        assert!(segments.is_empty() && !told.is_empty(), "{told:?}");
        assert!(told.iter().all(|original| original["sha256"].as_str().is_some_and(|sum| sum.len() == 64)), "{told:?}");
    } else {
        assert_eq!(recording["originals"], json!(segments));
    }
}
