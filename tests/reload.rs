//! A changed configuration counts while the appliance runs, and whoever it is not about notices nothing.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use canhdem::testcam::{Mount, TestCameras};
use serde_json::Value;
use support::appliance::Appliance;
use support::{Camera, Office, film, until};

/// By the names of the threads of a process, the ids of those that are called so.
fn threads(process: u32, name: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("a process");
    let tasks = tasks.filter_map(|task| Some(task.ok()?.file_name().to_str()?.to_owned()));
    // A thread that has just ended has no name.
    let called = |task: &String| fs::read_to_string(format!("/proc/{process}/task/{task}/comm")).unwrap_or_default();
    tasks.filter(|task| called(task).trim() == name).collect()
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("text");
    assert!(text.contains(from), "{from:?} is not in {text}");
    fs::write(path, text.replace(from, to)).expect("written");
}

/// `None` where there is no such camera.
fn state(appliance: &Appliance, camera: &str) -> Option<String> {
    let cameras = appliance.items("cameras").unwrap_or_default();
    let camera = cameras.into_iter().find(|known| known["id"] == camera)?;
    camera["state"].as_str().map(str::to_owned)
}

/// The segments of a camera, oldest first.
fn segments(appliance: &Appliance, camera: &str) -> Vec<Value> {
    appliance.items(&format!("recordings/{camera}")).unwrap_or_default()
}

fn at(value: &Value) -> jiff::Timestamp {
    value.as_str().expect("a time").parse().expect("a time")
}

#[test]
fn a_changed_camera_disturbs_no_other() {
    let footage = film::nobody();
    let mounts = ["/cong", "/cong-2", "/kho", "/nha-xe"].map(|path| Mount::new(path, Arc::clone(&footage)));
    let cameras = TestCameras::start(mounts.into()).expect("cameras");
    let office = Office::new(&[
        Camera { id: "cong", main: cameras.url("/cong") },
        Camera { id: "kho", main: cameras.url("/kho") },
    ]);
    let appliance = Appliance::start(&office);
    until("both to be live", || appliance.is_live("cong") && appliance.is_live("kho"));
    until("both to be recorded", || {
        !segments(&appliance, "cong").is_empty() && !segments(&appliance, "kho").is_empty()
    });
    let process = appliance.program.id();
    let before = (threads(process, "cam-cong"), threads(process, "cam-kho"));
    assert_eq!((before.0.len(), before.1.len()), (1, 1));

    // Other zones: not even the camera's own recording notices.
    let zone = "id = \"cong\"\nzones = [{ id = \"ket\", kind = \"protected\", polygon = [[0,0],[1,0],[1,1]] }]";
    change(&office.config, "id = \"cong\"", zone);
    until("the zones to count", || {
        appliance.get("cameras/cong").is_some_and(|camera| camera["zones"][0]["id"] == "ket")
    });
    until("the camera to heed it", || appliance.program.stderr().contains("reach=Rules"));

    // Another stream: this camera begins anew, on the same thread.
    change(&office.config, &cameras.url("/cong"), &cameras.url("/cong-2"));
    until("the camera to begin anew", || {
        appliance.program.stderr().matches("stream is live").count() >= 3 && appliance.is_live("cong")
    });

    // What is wrong does not count, and is told.
    change(&office.config, "[arming]", "[armign]");
    until("the mistake to be told", || {
        let problem = appliance.get("settings").map(|settings| settings["problem"].clone());
        problem.is_some_and(|problem| problem["detail"].as_str().is_some_and(|detail| detail.contains("`arming`")))
    });
    assert!(appliance.is_live("kho"));
    change(&office.config, "[armign]", "[arming]");

    // A camera comes, one goes.
    let camera = format!("[[camera]]\nid = \"nha-xe\"\nmain = \"{}\"\n", cameras.url("/nha-xe"));
    let text = fs::read_to_string(&office.config).expect("text");
    fs::write(&office.config, format!("{text}{camera}")).expect("written");
    until("the new camera to be live", || state(&appliance, "nha-xe").as_deref() == Some("live"));
    let text = fs::read_to_string(&office.config).expect("text");
    fs::write(&office.config, text.replace(&camera, "")).expect("written");
    until("it to be gone", || state(&appliance, "nha-xe").is_none());
    until("its thread to have ended", || threads(process, "cam-nha-xe").is_empty());

    assert_eq!((threads(process, "cam-cong"), threads(process, "cam-kho")), before, "the same threads");
    // Of the one that was left alone no moment is missing.
    let known = segments(&appliance, "kho").len();
    until("another segment", || segments(&appliance, "kho").len() > known);
    let kept = segments(&appliance, "kho");
    for pair in kept.windows(2) {
        let gap = at(&pair[1]["from"]).duration_since(at(&pair[0]["to"]));
        assert!(gap.as_millis().abs() <= 250, "a gap of {gap:#} in {kept:#?}");
    }
    // And the one whose streams were changed has one gap, not two: its zones cost nothing.
    let gaps = segments(&appliance, "cong");
    let gaps = gaps.windows(2).filter(|pair| at(&pair[1]["from"]).duration_since(at(&pair[0]["to"])).as_millis() > 250);
    assert!(gaps.count() <= 1);
    appliance.stop();
}
