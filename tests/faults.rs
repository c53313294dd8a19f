//! What goes wrong in the field while the real program runs: bad cameras, lost cameras, a full
//! disk. Everything else goes on, and what was wrong comes back by itself.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use canhdem::base::{Clock as _, SharedClock, SystemClock};
use canhdem::record::SegmentIndex as _;
use canhdem::store::Store;
use canhdem::testcam::{Auth, Codec, Footage, Mount, TestCameras};
use jiff::Timestamp;
use serde_json::Value;
use support::appliance::Appliance;
use support::disk::SmallDisk;
use support::shim::Shim;
use support::{Camera, Office, eventually, film, until};

/// Goes wrong.
const BAD: &str = "bai-xe";
/// Must not notice.
const GOOD: &str = "cong";

fn path(camera: &str) -> String {
    format!("/{camera}")
}

/// Two cameras, each live and recorded.
struct Watched {
    // In the order in which they must go.
    appliance: Appliance,
    _disk: Option<SmallDisk>,
    cameras: TestCameras,
    office: Office,
}

impl Watched {
    fn start(bad: Arc<Footage>) -> Self {
        let good = film::square(Codec::H264, 320, 240);
        let cameras = TestCameras::start(vec![Mount::new(path(BAD), bad), Mount::new(path(GOOD), good)]);
        let cameras = cameras.expect("cameras");
        let office = Office::new(&[BAD, GOOD].map(|id| Camera { id, main: cameras.url(&path(id)) }));
        let watched = Self { appliance: Appliance::start(&office), _disk: None, cameras, office };
        watched.until_recorded_after(BAD, Timestamp::MIN);
        watched.until_recorded_after(GOOD, Timestamp::MIN);
        watched
    }

    /// How far a camera's recordings reach.
    fn recorded_to(&self, camera: &str) -> Timestamp {
        let recordings = self.appliance.items(&format!("recordings/{camera}")).expect("an answer");
        recordings.iter().map(|recording| time(&recording["to"])).max().unwrap_or(Timestamp::MIN)
    }

    fn until_recorded_after(&self, camera: &str, at: Timestamp) {
        until(&format!("{camera} to be live and recorded after {at}"), || {
            self.appliance.is_live(camera) && self.recorded_to(camera) > at
        });
    }

    /// Until the camera is lost, for one of these reasons.
    fn until_lost(&self, camera: &str, reasons: &[&str]) {
        until(&format!("{camera} to be lost"), || {
            let (state, reason) = self.appliance.camera_state(camera).expect("an answer");
            state == "lost" && reasons.contains(&reason.as_deref().unwrap_or_default())
        });
    }

    /// The good camera is live all the while, and what it sees now reaches the disk.
    fn check_good(&self, since: Timestamp) {
        let camera = self.appliance.get(&format!("cameras/{GOOD}")).expect("an answer");
        assert_eq!(camera["state"], "live", "{camera}");
        assert!(time(&camera["since"]) < since, "it was lost in between: {camera}");
        self.until_recorded_after(GOOD, since);
    }

    /// Stops it; everything recorded can be decoded.
    fn stop(self) -> BTreeMap<String, usize> {
        let finished = self.appliance.stop();
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
        check_recordings(&self.office)
    }
}

/// Segments of each camera; those of the good one play from end to end.
fn check_recordings(office: &Office) -> BTreeMap<String, usize> {
    let clock: SharedClock = Arc::new(SystemClock::new());
    let store = Store::open(&office.data_dir, &clock).expect("the database");
    let mut counts = BTreeMap::new();
    for row in store.all().expect("the index") {
        let path = office.data_dir.join(&row.path);
        assert!(row.complete && path.metadata().expect("a file").len() == row.size_bytes, "{row:?}");
        if row.camera == GOOD {
            let seconds = row.duration.as_secs_f64();
            let pictures = film::pictures(&path) as f64;
            assert!((pictures - seconds * f64::from(film::FPS)).abs() <= 2.0, "{pictures} pictures in {seconds} s");
        }
        *counts.entry(row.camera).or_default() += 1;
    }
    counts
}

fn time(value: &Value) -> Timestamp {
    value.as_str().expect("a time").parse().expect("RFC 3339")
}

fn now() -> Timestamp {
    SystemClock::new().now()
}

#[test]
fn a_camera_that_sends_garbage() {
    let watched = Watched::start(film::square(Codec::H264, 320, 240));
    let since = now();
    watched.cameras.garbage(&path(BAD), true);
    watched.until_lost(BAD, &["broken", "stalled"]);
    watched.check_good(since);
    watched.cameras.garbage(&path(BAD), false);
    watched.until_recorded_after(BAD, now());
    watched.stop();
}

#[test]
fn a_camera_that_changes_its_resolution_and_its_codec() {
    let watched = Watched::start(film::square(Codec::H264, 320, 240));
    let since = now();
    watched.cameras.switch_footage(&path(BAD), film::square(Codec::H264, 640, 480));
    watched.until_recorded_after(BAD, now());
    let size = eventually("a picture of the new size", || {
        let answer = watched.appliance.ask(&format!("/api/v1/cameras/{BAD}/snapshot.jpg"))?;
        let picture = image::load_from_memory(&answer.body).ok()?;
        (picture.width() == 640).then_some((picture.width(), picture.height()))
    });
    assert_eq!(size, (640, 480));
    watched.cameras.switch_footage(&path(BAD), film::square(Codec::H265, 320, 240));
    until("the new codec", || {
        let camera = watched.appliance.get(&format!("cameras/{BAD}")).expect("an answer");
        camera["state"] == "live" && camera["streams"][0]["codec"] == "h265"
    });
    watched.until_recorded_after(BAD, now());
    watched.check_good(since);
    let segments = watched.stop();
    assert!(segments[BAD] >= 3, "a segment for each format: {segments:?}");
}

#[test]
fn a_camera_that_comes_and_goes() {
    let watched = Watched::start(film::square(Codec::H264, 320, 240));
    let since = now();
    watched.cameras.drop_out(&path(BAD));
    watched.until_lost(BAD, &["no_such_stream"]);
    watched.cameras.restore(&path(BAD));
    watched.until_recorded_after(BAD, now());
    watched.cameras.stall(&path(BAD), true);
    watched.until_lost(BAD, &["stalled", "no_video", "no_route"]);
    watched.cameras.stall(&path(BAD), false);
    watched.until_recorded_after(BAD, now());
    watched.check_good(since);

    // The whole switch in the cellar.
    watched.cameras.kill();
    for camera in [BAD, GOOD] {
        watched.until_lost(camera, &["no_route"]);
    }
    let answer = watched.appliance.ask("/healthz").expect("an answer");
    assert_eq!(answer.status, 200, "a lost camera is the camera's matter");
    watched.cameras.resume().expect("listens again");
    for camera in [BAD, GOOD] {
        watched.until_recorded_after(camera, now());
    }
    watched.stop();
}

#[test]
fn a_wrong_password_is_told_from_a_missing_stream() {
    let auth = Auth::Digest { user: "admin".to_owned(), password: "the right one".to_owned() };
    let mount = Mount::new(path(BAD), film::square(Codec::H264, 320, 240)).with_auth(auth);
    let cameras = TestCameras::start(vec![mount]).expect("a camera");
    let office = Office::new(&[
        Camera { id: BAD, main: cameras.url(&path(BAD)) },
        Camera { id: "kho", main: cameras.url("/no-such-stream") },
    ]);
    office.set_credentials(BAD, "admin", "a wrong one");
    let appliance = Appliance::start(&office);
    for (camera, wanted) in [(BAD, "wrong_password"), ("kho", "no_such_stream")] {
        until(wanted, || appliance.camera_state(camera) == Some(("lost".to_owned(), Some(wanted.to_owned()))));
    }
    let camera = appliance.items("cameras").expect("an answer").swap_remove(0);
    assert!(camera["reason"]["vi"].as_str().is_some_and(|words| words.contains("mật khẩu")), "{camera}");
    assert!(!camera.to_string().contains("a wrong one"), "{camera}");
}

/// Fills a disk to its last byte.
fn fill(office: &Office) {
    let mut ballast = fs::File::create(office.data_dir.join("ballast")).expect("a file");
    while ballast.write_all(&[0; 1 << 12]).is_ok() {}
    while ballast.write_all(&[0]).is_ok() {}
}

#[test]
fn a_full_disk_keeps_what_it_has_and_alerts_wait() {
    let cameras = TestCameras::start(vec![Mount::new(path(GOOD), film::nobody())]).expect("a camera");
    let office = Office::new(&[Camera { id: GOOD, main: cameras.url(&path(GOOD)) }]);
    let Some(disk) = SmallDisk::mount(&office.data_dir, 32) else { return };
    let mut watched = Watched { appliance: Appliance::start(&office), _disk: Some(disk), cameras, office };
    watched.until_recorded_after(GOOD, Timestamp::MIN);
    let stored = watched.appliance.items(&format!("recordings/{GOOD}")).expect("an answer");

    fill(&watched.office);
    let disk_state = |watched: &Watched| watched.appliance.get("status").expect("an answer")["disk"].clone();
    let full = eventually("the disk to be known as full", || {
        Some(disk_state(&watched)).filter(|disk| disk["state"] == "full")
    });
    assert_eq!(full["trouble"], "no_room", "{full}");
    let health = watched.appliance.ask("/healthz").expect("an answer");
    assert_eq!((health.status, health.content_type.as_str()), (503, "application/problem+json"));

    // Somebody comes. The camera is watched all the same; what cannot be stored waits.
    watched.cameras.switch_footage(&path(GOOD), film::people());
    let waits = "alerts wait in memory until the disk takes them";
    until("an alert, stored or waiting", || {
        assert!(watched.appliance.program.is_running());
        let alerts = watched.appliance.items("alerts").expect("an answer");
        !alerts.is_empty() || watched.appliance.program.stderr().contains(waits)
    });
    let picture_at =
        |watched: &Watched| time(&watched.appliance.get(&format!("cameras/{GOOD}")).expect("x")["picture_at"]);
    let before = picture_at(&watched);
    until("later pictures", || picture_at(&watched) > before);
    assert!(watched.appliance.is_live(GOOD));

    fs::remove_file(watched.office.data_dir.join("ballast")).expect("removed");
    let freed = now();
    watched.until_recorded_after(GOOD, freed);
    let alert = eventually("the alert that waited", || watched.appliance.items("alerts").expect("an answer").pop());
    assert!(time(&alert["at"]) < freed, "{alert}");
    until("a healthy disk", || disk_state(&watched)["state"] == "ok");
    assert_eq!(watched.appliance.ask("/healthz").expect("an answer").status, 200);
    let after = watched.appliance.items(&format!("recordings/{GOOD}")).expect("an answer");
    for row in &stored {
        assert!(after.iter().any(|now| now["id"] == row["id"]), "something stored was lost: {row}");
    }
    watched.stop();
}

/// The power fails again and again while the disk has not one byte free.
#[test]
fn a_kill_on_a_full_disk_and_it_watches_again() {
    let cameras = TestCameras::start(vec![Mount::new(path(GOOD), film::people())]).expect("a camera");
    let office = Office::new(&[Camera { id: GOOD, main: cameras.url(&path(GOOD)) }]);
    let Some(disk) = SmallDisk::mount(&office.data_dir, 32) else { return };
    let mut watched = Watched { appliance: Appliance::start(&office), _disk: Some(disk), cameras, office };
    watched.until_recorded_after(GOOD, Timestamp::MIN);
    let alert = eventually("an alert", || watched.appliance.items("alerts").expect("an answer").pop());
    let reserve = watched.office.data_dir.join("canhdem.reserve");
    let whole = reserve.metadata().expect("a reserve").len();
    let stored = watched.appliance.items(&format!("recordings/{GOOD}")).expect("an answer");

    for _ in 0..3 {
        fill(&watched.office);
        watched.appliance.program.kill();
        fill(&watched.office);
        watched.appliance = Appliance::start(&watched.office);
        until("pictures", || watched.appliance.is_live(GOOD));
        let kept = watched.appliance.get(&format!("alerts/{}", alert["id"].as_str().expect("an id")));
        assert_eq!(kept.expect("an answer")["open"], false, "nobody could close it before");
    }

    fs::remove_file(watched.office.data_dir.join("ballast")).expect("removed");
    watched.until_recorded_after(GOOD, now());
    until("the reserve", || reserve.metadata().is_ok_and(|file| file.len() == whole));
    let after = watched.appliance.items(&format!("recordings/{GOOD}")).expect("an answer");
    for row in &stored {
        assert!(after.iter().any(|now| now["id"] == row["id"]), "something stored was lost: {row}");
    }
    watched.stop();
}

/// Its thread waits for a disk that never answers; nobody else's does.
#[test]
fn a_camera_whose_thread_hangs_is_replaced_alone() {
    let nobody = Mount::new(path(BAD), film::nobody());
    let cameras = TestCameras::start(vec![nobody, Mount::new(path(GOOD), film::square(Codec::H264, 320, 240))]);
    let cameras = cameras.expect("cameras");
    let office = Office::new(&[BAD, GOOD].map(|id| Camera { id, main: cameras.url(&path(id)) }));
    let Some(shim) = Shim::build(office.folder.path()) else { return };
    let mut appliance = Appliance::launch_in(&office, &shim.environment());
    appliance.wait_until_it_answers();
    let watched = Watched { appliance, _disk: None, cameras, office };
    watched.until_recorded_after(BAD, Timestamp::MIN);
    watched.until_recorded_after(GOOD, Timestamp::MIN);
    let since = now();

    // Somebody comes. It puts the picture of the alert on the disk, and does not come back from that.
    shim.set(&format!("hang cam-{BAD}"), &watched.office.data_dir.join("snapshots"));
    watched.cameras.switch_footage(&path(BAD), film::people());
    until("the thread to hang", || !shim.is_set());
    let hung = now();
    let stuck = |camera: &str| {
        let metrics = watched.appliance.ask("/metrics").expect("an answer").body;
        String::from_utf8(metrics).expect("text").contains(&format!("canhdem_stuck_total{{thread=\"cam-{camera}\"}} 1"))
    };
    until("another thread in its place", || stuck(BAD));
    assert!(!stuck(GOOD));
    let replaced = now();
    until("an alert of the new one", || {
        let alerts = watched.appliance.items(&format!("alerts?camera={BAD}")).expect("an answer");
        alerts.iter().any(|alert| time(&alert["at"]) > hung)
    });
    watched.until_recorded_after(BAD, replaced);
    watched.check_good(since);
    watched.stop();
}

#[test]
fn what_the_program_writes_is_nobody_elses_business() {
    let cameras = TestCameras::start(vec![Mount::new(path(GOOD), film::square(Codec::H264, 320, 240))]);
    let cameras = cameras.expect("a camera");
    let office = Office::new(&[Camera { id: GOOD, main: cameras.url(&path(GOOD)) }]);
    let watched = Watched { appliance: Appliance::start(&office), _disk: None, cameras, office };
    watched.until_recorded_after(GOOD, Timestamp::MIN);
    let mode = watched.office.data_dir.metadata().expect("a folder").mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
    watched.stop();
}
