use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::alert::{Actor, Alert, Guard, Handling, Judged, Person, Step, Verdict};
use crate::base::{IdSource, Rect, SimClock};
use crate::rules::plate::Plate;
use crate::rules::plate::lists::{ListEntry, ListKind};
use crate::rules::{Bilingual, Finding, FindingKind, Severity};
use crate::store::{AuditFilter, By, KeptStretch, Listed, PlateEntry, VehicleCrop};
use crate::vision::Class;

const DAY: i64 = 24;

fn hours(n: i64) -> Timestamp {
    let night: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
    night + SignedDuration::from_hours(n)
}

fn track(n: i64) -> Uuid {
    IdSource::seeded(n.cast_unsigned()).next(hours(n))
}

/// A car that came by in the `n`-th hour.
fn passage(n: i64) -> Passage {
    Passage {
        track: track(n),
        camera: "cong".to_owned(),
        class: Class::Car,
        first_at: hours(n),
        last_at: hours(n),
        stopped: false,
        plate: Plate::default(),
        night: None,
        has_vehicle_crop: true,
        has_plate_crop: true,
        listed: None,
    }
}

fn watched(expires_at: Timestamp) -> PlateEntry {
    PlateEntry {
        id: track(0),
        written: "12A-123.45".to_owned(),
        list: ListEntry {
            pattern: "12A-123.45".parse().expect("a pattern"),
            kind: ListKind::Watched,
            reason: "Xe lạ".to_owned(),
            expires_at: Some(expires_at),
        },
        note: String::new(),
        created_at: hours(0),
    }
}

struct Office {
    folder: TempDir,
    expiry: Expiry,
}

impl Office {
    /// As of the hour `now`. Batches of two.
    fn new(now: i64, settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("canhdem.toml");
        fs::write(&file, format!("data_dir = \".\"\n{settings}")).expect("written");
        let settings = Settings::open(file).expect("valid");
        let clock: SharedClock = Arc::new(SimClock::new(hours(now)));
        let store = Store::open(folder.path(), &clock).expect("opens");
        let pictures = PictureFolder::of(folder.path());
        fs::create_dir(folder.path().join("snapshots")).expect("made");
        Self { folder, expiry: Expiry { store, clock, pictures, settings, batch: 2, newest: None } }
    }

    /// Passages of the hours `0..3`, the second watched for 40 days; kept for 30.
    fn with_passages(now: i64) -> Self {
        let office = Self::new(now, "");
        office.expiry.store.put_plate_entry(&watched(hours(40 * DAY))).expect("stored");
        for n in 0..3 {
            let listed = (n == 1).then(|| Listed { entry: track(0), exact: true });
            office.expiry.store.put_passage(&Passage { listed, ..passage(n) }).expect("stored");
            for crop in VehicleCrop::ALL {
                office.write(&crop.file_name(track(n)));
            }
        }
        office
    }

    fn snapshot(&self, name: &str) -> PathBuf {
        self.folder.path().join("snapshots").join(name)
    }

    fn write(&self, name: &str) {
        fs::write(self.snapshot(name), "a picture").expect("written");
    }

    fn forget(&self) -> usize {
        let (_handle, shutdown) = Shutdown::new();
        self.expiry.forget(&shutdown).expect("forgotten")
    }

    /// Of which passages there are rows and pictures.
    fn left(&self) -> Vec<(i64, bool, usize)> {
        let rows = |n| self.expiry.store.passage(track(n)).expect("read").is_some();
        let exists = |n, crop: VehicleCrop| self.snapshot(&crop.file_name(track(n))).exists();
        let pictures = |n| VehicleCrop::ALL.into_iter().filter(|crop| exists(n, *crop)).count();
        (0..3).map(|n| (n, rows(n), pictures(n))).collect()
    }

    fn told(&self) -> Vec<(String, String)> {
        let filter = AuditFilter { limit: 100, ..AuditFilter::default() };
        let entries = self.expiry.store.audit(&filter).expect("read").entries;
        entries.into_iter().rev().map(|entry| (entry.act, entry.detail.unwrap_or_default())).collect()
    }
}

#[test]
fn what_is_old_goes_with_its_pictures_unless_it_is_watched() {
    assert_eq!(Office::with_passages(30 * DAY).forget(), 0, "not a moment too early");
    let office = Office::with_passages(30 * DAY + 2);
    assert_eq!(office.forget(), 1);
    assert_eq!(office.left(), [(0, false, 0), (1, true, 2), (2, true, 2)]);
    let office = Office::with_passages(40 * DAY);
    assert_eq!(office.forget(), 3, "nobody watches any more");
    assert_eq!(office.left(), [(0, false, 0), (1, false, 0), (2, false, 0)]);
}

#[test]
fn a_picture_that_cannot_go_keeps_its_row() {
    let office = Office::with_passages(30 * DAY + 1);
    let plate = office.snapshot(&VehicleCrop::Plate.file_name(track(0)));
    fs::remove_file(&plate).expect("removed");
    fs::create_dir(&plate).expect("nobody removes a folder as a file");
    assert_eq!(office.forget(), 0);
    assert!(office.left()[0].1);
    fs::remove_dir(&plate).expect("removed");
    assert_eq!(office.forget(), 1, "a picture that is gone already is no error");
}

#[test]
fn pictures_without_a_passage_go_once_none_can_come() {
    let office = Office::with_passages(DAY + 1);
    let others = ["0198.vehicle.jpg".to_owned(), format!("{}.jpg", track(0))];
    for other in &others {
        office.write(other);
    }
    office.expiry.store.remove_passages(vec![track(0), track(2)]).expect("removed");
    office.expiry.sweep();
    assert_eq!(office.left(), [(0, false, 0), (1, true, 2), (2, false, 2)], "the last may still be stored");
    assert!(
        others.iter().all(|other| office.snapshot(other).exists()),
        "not ours, or of an alert that may be evidence"
    );
}

/// Settled, of the `n`-th hour, with one person and a car.
fn alert(n: i64) -> Alert {
    let seen = Judged { has_crop: true, ..Judged::default() };
    let finding = |kind, track| Finding {
        kind,
        track,
        confidence: 0.9,
        at: hours(n),
        bbox: Rect::new(1.0, 2.0, 30.0, 60.0),
        zone: None,
        weight: 1.0,
    };
    Alert {
        id: track(n),
        case: None,
        camera: "cong".to_owned(),
        zone: None,
        opened_at: hours(n),
        last_seen_at: hours(n),
        closed_at: Some(hours(n) + SignedDuration::from_secs(30)),
        severity: Severity::Warning,
        score: 0.8,
        score_parts: Vec::new(),
        handling: Handling::default(),
        looks: BTreeMap::new(),
        findings: vec![finding(FindingKind::Person, PERSON), finding(FindingKind::Vehicle, track(n + 1))],
        persons: vec![Person { track: PERSON, attributes: [seen; 4] }],
        reason: Bilingual::default(),
        frame_width: 640,
        frame_height: 360,
        pictures_removed: None,
    }
}

const PERSON: Uuid = Uuid::from_u128(77);

/// The files of an alert, and of its car.
fn names(n: i64) -> Vec<String> {
    let id = track(n);
    let mut names = vec![format!("{id}.jpg"), format!("{id}.plain.jpg"), format!("{id}.{PERSON}.hat.jpg")];
    names.extend(VehicleCrop::ALL.map(|crop| crop.file_name(track(n + 1))));
    names
}

fn office_with_alerts(now: i64, settings: &str) -> Office {
    let office = Office::new(now, settings);
    let store = &office.expiry.store;
    for n in [0, 10, 20] {
        store.put_passage(&passage(n + 1)).expect("stored");
        store.put_alert(&alert(n)).expect("stored");
        let by = Actor { guard: Guard { account: PERSON, name: "Lan".to_owned() }, outranks: false };
        let step = Step::Resolve { verdict: Verdict::TrueAlarm, note: None };
        store.handle(track(n), step, &by, hours(n)).expect("settled");
        for name in names(n) {
            office.write(&name);
        }
    }
    let kept = By { guard: Guard { account: PERSON, name: "Lan".to_owned() }, at: hours(11) };
    let stretch = KeptStretch {
        id: PERSON,
        camera: "cong".to_owned(),
        from: hours(10),
        to: hours(11),
        reason: "Mất trộm".to_owned(),
        kept,
        released: None,
    };
    assert!(store.keep(&stretch).expect("stored"));
    office
}

/// Of each alert, whether it is known, and how many of its five pictures are there.
#[track_caller]
fn check_alerts(office: &Office, expected: [(bool, usize); 3]) {
    let (_handle, shutdown) = Shutdown::new();
    office.expiry.forget_what_is_old(&shutdown);
    let found = [0, 10, 20].map(|n| {
        let is_known = office.expiry.store.alert(track(n)).expect("read").is_some();
        (is_known, names(n).iter().filter(|name| office.snapshot(name).exists()).count())
    });
    assert_eq!(found, expected);
}

const NINETY: &str = "[record]\nalert_days = 90\n";

#[test]
fn pictures_of_alerts_go_with_their_video_and_what_somebody_keeps_stays() {
    check_alerts(&office_with_alerts(4000 * DAY, ""), [(true, 5); 3]);
    check_alerts(&office_with_alerts(90 * DAY, NINETY), [(true, 5); 3]);
    let office = office_with_alerts(90 * DAY + 1, NINETY);
    check_alerts(&office, [(true, 0), (true, 5), (true, 5)]);
    let car = office.expiry.store.passage(track(1)).expect("read").expect("its row stays with its alert's");
    assert!(!car.has_vehicle_crop && !car.has_plate_crop);
    assert_eq!(office.told(), [("alert_pictures_removed".to_owned(), "1".to_owned())]);
    check_alerts(&office_with_alerts(4000 * DAY, NINETY), [(true, 0), (true, 5), (true, 0)]);
}

#[test]
fn settled_alerts_are_forgotten_and_their_vehicles_after_them() {
    let office = office_with_alerts(400 * DAY, &format!("{NINETY}alert_record_days = 365\n"));
    check_alerts(&office, [(false, 0), (true, 5), (false, 0)]);
    assert!(office.expiry.store.passage(track(1)).expect("read").is_none(), "no alert has it any more");
    let told: Vec<String> = office.told().into_iter().map(|(act, detail)| format!("{act} {detail}")).collect();
    assert_eq!(told, ["alert_pictures_removed 2", "alerts_forgotten 2", "vehicles_forgotten 2"]);
}

#[test]
fn pictures_that_cannot_go_keep_their_alert() {
    let office = office_with_alerts(400 * DAY, &format!("{NINETY}alert_record_days = 365\n"));
    let stuck = office.snapshot(&names(0)[1]);
    fs::remove_file(&stuck).expect("removed");
    fs::create_dir(&stuck).expect("nobody removes a folder as a file");
    check_alerts(&office, [(true, 3), (true, 5), (false, 0)]);
    fs::remove_dir(&stuck).expect("removed");
    check_alerts(&office, [(false, 0), (true, 5), (false, 0)]);
}

#[test]
fn what_a_power_failure_left_of_an_alert_goes_when_it_is_looked_for() {
    let office = office_with_alerts(60 * DAY, NINETY);
    // Written down, and nothing else done.
    office.expiry.store.pictures_went(vec![track(0)], hours(60 * DAY)).expect("written");
    // Pictures of an alert that was never stored, old and new.
    let [old, new] = [-40 * DAY, 59 * DAY].map(|n| format!("{}.plain.jpg", track(n)));
    for name in [&old, &new] {
        office.write(name);
    }
    office.expiry.sweep();
    check_alerts(&office, [(true, 0), (true, 5), (true, 5)]);
    assert!(!office.snapshot(&old).exists() && office.snapshot(&new).exists());
}

#[test]
fn a_clock_that_has_leapt_takes_nothing_for_a_day() {
    let mut office = office_with_alerts(4000 * DAY, NINETY);
    let mut left_after_a_round = |newest| {
        office.expiry.newest = newest;
        let (_handle, shutdown) = Shutdown::new();
        office.expiry.round(0, &mut Belief::default(), &shutdown);
        names(0).iter().filter(|name| office.snapshot(name).exists()).count()
    };
    assert_eq!(left_after_a_round(Some(hours(21))), 5, "the last recording is years old");
    assert_eq!(left_after_a_round(Some(hours(4000 * DAY - 1))), 0);
}
