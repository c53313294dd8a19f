//! What the appliance has told of itself, held against what it tells after a fault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use canhdem::base::{Clock as _, SharedClock, SystemClock};
use canhdem::record::boxes::Layout;
use canhdem::record::{Segment, SegmentIndex as _};
use canhdem::store::Store;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::appliance::Appliance;
use super::program::run;
use super::{Office, files_below, film};

/// Around now, all that a test can have recorded, whatever clock it had.
const AROUND: SignedDuration = SignedDuration::from_hours(48);
/// More than a segment.
const LATELY: SignedDuration = SignedDuration::from_secs(60);

/// Of one camera.
pub struct Told {
    camera: &'static str,
    /// As they stay for ever.
    pub closed: BTreeMap<String, Value>,
    pub open: BTreeSet<String>,
    /// End of each recording by its id.
    pub recorded: BTreeMap<String, Timestamp>,
    /// First and last picture of this run.
    pub pictures: Option<(Timestamp, Timestamp)>,
}

/// What is not as it was told.
#[derive(Debug, Default)]
pub struct Losses {
    /// Alerts that are gone or other than they were, in words.
    pub alerts: Vec<String>,
    /// Recordings that are gone or end earlier, in words.
    pub recordings: Vec<String>,
    /// Video that was seen and is not there; none where nobody looked.
    pub video: Option<SignedDuration>,
}

impl Told {
    pub fn of(camera: &'static str) -> Self {
        Self { camera, closed: BTreeMap::new(), open: BTreeSet::new(), recorded: BTreeMap::new(), pictures: None }
    }

    /// Takes note of what it tells now, if it answers.
    pub fn listen(&mut self, appliance: &Appliance) {
        let Some(alerts) = appliance.items("alerts?limit=50") else { return };
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
        let Some(picture_at) = picture_at(appliance, self.camera) else { return };
        let latest = format!("recordings/{}?from={}&to={}", self.camera, picture_at - LATELY, picture_at + LATELY);
        for recording in appliance.items(&latest).unwrap_or_default() {
            self.recorded.insert(text(&recording["id"]), time(&recording["to"]));
        }
        self.pictures = Some((self.pictures.map_or(picture_at, |(first, _)| first), picture_at));
    }

    /// What it tells now, against all that it told before; alerts that were open have to be closed if `ended`.
    #[track_caller]
    pub fn losses(&mut self, appliance: &Appliance, ended: bool) -> Losses {
        let mut losses = Losses::default();
        let alerts: BTreeMap<String, Value> =
            all_alerts(appliance).into_iter().map(|alert| (text(&alert["id"]), alert)).collect();
        for (id, before) in &self.closed {
            match alerts.get(id).map(lasting) {
                None => losses.alerts.push(format!("{id} is gone")),
                Some(after) if after != *before => losses.alerts.push(format!("{before} has become {after}")),
                Some(_) => {}
            }
        }
        for id in std::mem::take(&mut self.open) {
            match alerts.get(&id) {
                None => losses.alerts.push(format!("{id}, which was open, is gone")),
                Some(after) if after["open"] == true => {
                    if ended {
                        losses.alerts.push(format!("{after} is open still"));
                    }
                    self.open.insert(id);
                }
                Some(after) => {
                    if !after["closed_at"].is_string() || after["findings"][0]["kind"].is_null() {
                        losses.alerts.push(format!("{after} is not what was seen"));
                    }
                    self.closed.insert(id, lasting(after));
                }
            }
        }
        let rows = recordings(appliance, self.camera).expect("recordings");
        let rows: BTreeMap<String, &Value> = rows.iter().map(|row| (text(&row["id"]), row)).collect();
        for (id, to) in &self.recorded {
            match rows.get(id) {
                None => losses.recordings.push(format!("{id} is gone")),
                Some(row) if time(&row["to"]) < *to => {
                    losses.recordings.push(format!("{row} ends before {to}, which was told"));
                }
                Some(_) => {}
            }
        }
        if let Some((first, last)) = self.pictures.take() {
            let before = rows.values().filter(|row| time(&row["from"]) <= last);
            let end = before.map(|row| time(&row["to"])).max().unwrap_or(first);
            losses.video = Some(last.duration_since(end.max(first)).max(SignedDuration::ZERO));
        }
        losses
    }
}

/// What of an alert stays as it is once it is closed.
pub fn lasting(alert: &Value) -> Value {
    let mut lasting = alert.clone();
    // The clip is what is on disk of it: it may end earlier after a kill.
    lasting["clip"] = Value::Null;
    // On a slow machine nobody has claimed it for five minutes meanwhile.
    lasting["escalated_at"] = Value::Null;
    lasting
}

/// Every page of them.
#[track_caller]
pub fn all_alerts(appliance: &Appliance) -> Vec<Value> {
    let mut alerts = Vec::new();
    let mut next = String::new();
    loop {
        let page = appliance.get(&format!("alerts?limit=200{next}")).expect("alerts");
        alerts.extend(page["items"].as_array().expect("a list").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return alerts,
        }
    }
}

/// Also those of another clock; none where nobody answers.
pub fn recordings(appliance: &Appliance, camera: &str) -> Option<Vec<Value>> {
    let now = SystemClock::new().now();
    appliance.items(&format!("recordings/{camera}?from={}&to={}", now - AROUND, now + AROUND))
}

/// When the camera's latest picture was taken; none where there is none, or nobody answers.
pub fn picture_at(appliance: &Appliance, camera: &str) -> Option<Timestamp> {
    appliance.get(&format!("cameras/{camera}"))?["picture_at"].as_str()?.parse().ok()
}

/// Whether every row of a camera has its file, and every file its row. While it records, a file is there a moment before its row and
/// grows before it.
pub fn folder_agrees(appliance: &Appliance, office: &Office, camera: &str) -> bool {
    let files = files_below(&office.data_dir.join("recordings").join(camera));
    let Some(rows) = recordings(appliance, camera) else { return false };
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
}

/// Each alert has its pictures, and a clip that plays where its video had reached the disk. Says how many have one.
pub fn check_evidence<'a>(appliance: &Appliance, alerts: impl Iterator<Item = &'a String>) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let mut clips = 0;
    for id in alerts {
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
    clips
}

/// With nothing running: index and folder agree to the byte, every picture can be decoded, chains and log are whole.
/// Says how many segments there are.
pub fn check_at_rest(office: &Office, told: &Told) -> usize {
    let clock: SharedClock = Arc::new(SystemClock::new());
    let store = Store::open(&office.data_dir, &clock).expect("the database");
    let rows = store.all().expect("the index");
    let listed: BTreeSet<_> = rows.iter().map(|row| office.data_dir.join(&row.path)).collect();
    let files: BTreeSet<_> = files_below(&office.data_dir.join("recordings")).into_iter().collect();
    assert_eq!(listed, files);
    for row in &rows {
        check_segment(office, row);
    }
    let ids: BTreeSet<_> = rows.iter().map(|row| row.id.to_string()).collect();
    assert!(told.recorded.keys().all(|id| ids.contains(id)), "{:?}", told.recorded);
    assert!(store.unfinished_alerts().expect("alerts").is_empty());
    let database = rusqlite::Connection::open(store.path()).expect("the database");
    let checked: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(checked, "ok");
    drop((database, store));
    let config = office.config.to_str().expect("text");
    for command in
        [["verify", "--config", config, "--language", "en"].as_slice(), &["check", "--storage", "--config", config]]
    {
        let finished = run(command);
        assert_eq!(finished.code, Some(0), "{command:?}: {}{}", finished.stdout, finished.stderr);
    }
    rows.len()
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

pub fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[track_caller]
pub fn time(value: &Value) -> Timestamp {
    value.as_str().expect("a time").parse().expect("RFC 3339")
}
