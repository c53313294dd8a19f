//! `kill -9` of the real program while it records, at ten random moments: nothing that it has told
//! of is lost, and of the video at most the fragment that was being made.

#![expect(clippy::print_stdout, reason = "figures of a run, for whoever reads the test's output")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use canhdem::base::{Clock as _, SharedClock, SystemClock};
use canhdem::record::boxes::Layout;
use canhdem::record::{Segment, SegmentIndex as _};
use canhdem::store::Store;
use canhdem::testcam::{Mount, TestCameras};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use support::appliance::Appliance;
use support::program::run;
use support::{Camera, Office, eventually, files_below, film, pause, until};

const KILLS: u32 = 10;
const CAMERA: &str = "cong";
/// Set to repeat a run that failed.
const SEED: &str = "CANHDEM_TEST_SEED";
/// A fragment is a second of video, and is cut when the picture comes that begins the next one.
const FRAGMENT: SignedDuration = SignedDuration::from_millis(1_500);
/// Where a busy machine has kept the recorder waiting; still much less than a segment.
const FRAGMENT_LATE: SignedDuration = SignedDuration::from_secs(4);

/// What the appliance has told of itself.
#[derive(Default)]
struct Told {
    closed: BTreeMap<String, Value>,
    open: BTreeSet<String>,
    /// End of each recording by its id.
    recorded: BTreeMap<String, Timestamp>,
    /// First and last picture of this run.
    pictures: Option<(Timestamp, Timestamp)>,
    /// Video that was seen and was not there after each kill.
    lost: Vec<SignedDuration>,
}

/// What must have happened before the clock of the kill runs.
#[derive(Debug, Clone, Copy)]
enum From {
    Launch,
    Answer,
    Recording,
    Alert,
}

#[test]
fn ten_kills_lose_nothing_but_a_fragment() {
    let seed = std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed} repeats this run");
    let mut random = fastrand::Rng::with_seed(seed);
    let cameras = TestCameras::start(vec![Mount::new("/main", film::people())]).expect("a camera");
    let office = Office::new(&[Camera { id: CAMERA, main: cameras.url("/main") }]);

    let mut told = Told::default();
    let mut froms = vec![From::Launch, From::Answer, From::Recording, From::Recording];
    froms.resize(KILLS as usize, From::Alert);
    random.shuffle(&mut froms);
    for (round, from) in froms.into_iter().enumerate() {
        let delay = Duration::from_millis(random.u64(0..2_500));
        println!("kill {round}: {delay:?} after {from:?}");
        let mut appliance = Appliance::launch(&office);
        if !matches!(from, From::Launch) {
            appliance.wait_until_it_answers();
            check_after_restart(&appliance, &mut told);
            check_folder(&appliance, &office);
        }
        listen_until_kill(&mut appliance, from, delay, &mut told);
    }

    let mut appliance = Appliance::launch(&office);
    appliance.wait_until_it_answers();
    check_after_restart(&appliance, &mut told);
    check_folder(&appliance, &office);
    assert!(!told.closed.is_empty(), "no alert at all");
    told.lost.sort();
    let typical = told.lost[told.lost.len() / 2];
    assert!(typical <= FRAGMENT, "a kill costs {typical:#} of video");
    check_evidence(&appliance, &told);
    let finished = appliance.stop();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    check_at_rest(&office, &told);
}

/// Takes note of what it tells, up to the very end.
fn listen_until_kill(appliance: &mut Appliance, from: From, delay: Duration, told: &mut Told) {
    let known = told.recorded.clone();
    // Where nobody looked after the last kill, it counts no more.
    told.pictures = None;
    eventually("what comes before the kill", || {
        told.listen(appliance);
        let begun = match from {
            From::Launch | From::Answer => true,
            From::Recording => told.recorded.keys().any(|id| !known.contains_key(id)),
            From::Alert => !told.open.is_empty(),
        };
        begun.then_some(())
    });
    let clock = SystemClock::new();
    while clock.monotonic() < delay {
        told.listen(appliance);
        pause(delay.saturating_sub(clock.monotonic()).min(Duration::from_millis(20)));
    }
    appliance.program.kill();
}

impl Told {
    fn listen(&mut self, appliance: &Appliance) {
        let Some(alerts) = appliance.items("alerts?limit=200") else { return };
        for alert in alerts {
            let id = text(&alert["id"]);
            if alert["open"] == false {
                self.open.remove(&id);
                self.closed.insert(id, lasting(&alert));
            } else {
                self.open.insert(id);
            }
        }
        // The picture first: what is recorded may only be further then.
        let Some(camera) = appliance.get(&format!("cameras/{CAMERA}")) else { return };
        let picture_at = camera["picture_at"].as_str().map(time);
        for recording in appliance.items(&format!("recordings/{CAMERA}")).unwrap_or_default() {
            self.recorded.insert(text(&recording["id"]), time(&text(&recording["to"])));
        }
        if let Some(at) = picture_at {
            self.pictures = Some((self.pictures.map_or(at, |(first, _)| first), at));
        }
    }
}

/// What of an alert stays as it is once it is closed.
fn lasting(alert: &Value) -> Value {
    let mut lasting = alert.clone();
    // The clip is what is on disk of it: it may end earlier after a kill.
    lasting["clip"] = Value::Null;
    // On a slow machine nobody has claimed it for five minutes meanwhile.
    lasting["escalated_at"] = Value::Null;
    lasting
}

/// The first thing that the appliance tells after a kill, against all that it told before.
fn check_after_restart(appliance: &Appliance, told: &mut Told) {
    let alerts = appliance.items("alerts?limit=200").expect("alerts");
    let alerts: BTreeMap<String, Value> = alerts.into_iter().map(|alert| (text(&alert["id"]), alert)).collect();
    for (id, before) in &told.closed {
        assert_eq!(alerts.get(id).map(lasting).as_ref(), Some(before), "a closed alert is not what it was");
    }
    for id in std::mem::take(&mut told.open) {
        let after = alerts.get(&id).unwrap_or_else(|| panic!("alert {id} is gone"));
        assert_eq!(after["open"], false, "{after}");
        assert!(after["closed_at"].is_string() && after["findings"][0]["kind"] == "person", "{after}");
        told.closed.insert(id, lasting(after));
    }
    let recordings = appliance.items(&format!("recordings/{CAMERA}")).expect("recordings");
    let recordings: BTreeMap<String, &Value> = recordings.iter().map(|row| (text(&row["id"]), row)).collect();
    for (id, to) in &told.recorded {
        let row = recordings.get(id).unwrap_or_else(|| panic!("recording {id} is gone"));
        assert!(time(&text(&row["to"])) >= *to, "{row} ends before {to}, which was told");
    }
    if let Some((first, last)) = told.pictures.take() {
        let before = recordings.values().filter(|row| time(&text(&row["from"])) <= last);
        let end = before.map(|row| time(&text(&row["to"]))).max().unwrap_or(first);
        let lost = last.duration_since(end.max(first));
        println!("  lost by the kill: {lost:#}");
        assert!(lost <= FRAGMENT_LATE, "lost {lost:#} before {last}");
        told.lost.push(lost);
    }
}

/// Every row has its file, every file its row. While it records, a file is there a moment before
/// its row and grows before it.
fn check_folder(appliance: &Appliance, office: &Office) {
    until("folder and index to agree", || {
        let files = files_below(&office.data_dir.join("recordings"));
        let rows = appliance.items(&format!("recordings/{CAMERA}")).expect("recordings");
        let file_of = |row: &Value| {
            let name = format!("{}.mp4", text(&row["id"]));
            files.iter().find(|file| file.to_string_lossy().ends_with(&name))
        };
        let fits = |row: &Value| {
            let size = file_of(row).and_then(|file| file.metadata().ok()).map(|metadata| metadata.len());
            let told = row["size_bytes"].as_u64().expect("a size");
            size.is_some_and(|size| if row["complete"] == true { size == told } else { size >= told })
        };
        files.len() == rows.len() && rows.iter().all(fits)
    });
}

/// Each alert has its pictures, and a clip that plays where its video had reached the disk.
fn check_evidence(appliance: &Appliance, told: &Told) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut clips = 0;
    for id in told.closed.keys() {
        for path in
            [format!("/api/v1/alerts/{id}/snapshot.jpg"), format!("/api/v1/alerts/{id}/snapshot.jpg?boxes=false")]
        {
            let answer = appliance.ask(&path).expect("an answer");
            assert_eq!((answer.status, answer.content_type.as_str()), (200, "image/jpeg"), "{path}");
            image::load_from_memory(&answer.body).expect("a whole picture");
        }
        let answer = appliance.ask(&format!("/api/v1/alerts/{id}/clip.mp4")).expect("an answer");
        if answer.status == 200 {
            let file = folder.path().join("clip.mp4");
            std::fs::write(&file, &answer.body).expect("written");
            assert!(film::pictures(&file) > 0);
            clips += 1;
        }
    }
    println!("{} alerts, {clips} clips", told.closed.len());
    assert!(clips > 0);
}

/// With nothing running: index and folder agree to the byte, and every picture can be decoded.
fn check_at_rest(office: &Office, told: &Told) {
    let clock: SharedClock = Arc::new(SystemClock::new());
    let store = Store::open(&office.data_dir, &clock).expect("the database");
    let rows = store.all().expect("the index");
    let listed: BTreeSet<_> = rows.iter().map(|row| office.data_dir.join(&row.path)).collect();
    let files: BTreeSet<_> = files_below(&office.data_dir.join("recordings")).into_iter().collect();
    assert_eq!(listed, files);
    for row in &rows {
        check_segment(office, row);
    }
    println!("{} segments, {} files", rows.len(), files.len());
    let ids: BTreeSet<_> = rows.iter().map(|row| row.id.to_string()).collect();
    assert!(told.recorded.keys().all(|id| ids.contains(id)), "{:?}", told.recorded);
    assert!(store.unfinished_alerts().expect("alerts").is_empty());
    let database = rusqlite::Connection::open(store.path()).expect("the database");
    let checked: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(checked, "ok");
    drop(store);
    // Whatever the kills have cut off, chains and log are whole.
    let config = office.config.to_str().expect("text");
    let verified = run(&["verify", "--config", config, "--language", "en"]);
    println!("{}", verified.stdout);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
}

fn check_segment(office: &Office, row: &Segment) {
    let path = office.data_dir.join(&row.path);
    let layout = Layout::read(&mut std::fs::File::open(&path).expect("opens")).expect("a segment");
    let size = path.metadata().expect("a size").len();
    assert!(row.complete, "{row:?}");
    assert_eq!((row.size_bytes, layout.whole_bytes, row.duration), (size, size, layout.duration()), "{row:?}");
    let encoded: usize = layout.fragments.iter().map(|placed| placed.fragment.samples.len()).sum();
    assert!(encoded > 0 && film::pictures(&path) == encoded, "{row:?}: of {encoded} pictures some are lost");
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[track_caller]
fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}
