use std::sync::Arc;

use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::base::{SharedClock, SimClock};
use crate::config::Config;
use crate::rules::plate::{Candidate, Plate, PlateVerdict};
use crate::vision::Class;

const PLATE: &str = "12A-123.45";

fn at(local: &str) -> Timestamp {
    format!("2026-{local}:00+07:00").parse().expect("a time")
}

fn passage(n: u128, first_at: Timestamp, seconds: i64, text: &str) -> Passage {
    let candidates = vec![Candidate { text: text.to_owned(), probability: 0.9 }];
    Passage {
        track: Uuid::from_u128(n),
        camera: "replay".to_owned(),
        class: Class::Car,
        first_at,
        last_at: first_at + SignedDuration::from_secs(seconds),
        stopped: false,
        plate: Plate { verdict: PlateVerdict::Readable, confidence: 0.9, candidates, ..Plate::default() },
        night: None,
        has_vehicle_crop: false,
        has_plate_crop: false,
        listed: None,
    }
}

/// The office's memory of a car that came by on two nights, for so many seconds, among many others that took five.
fn office(seconds: i64, place: Option<&str>) -> (TempDir, StoredPlates) {
    let folder = tempfile::tempdir().expect("a folder");
    let clock: SharedClock = Arc::new(SimClock::new(at("11-25T12:00")));
    let store = Store::open(folder.path(), &clock).expect("opens");
    for n in 0..30 {
        let first_at = at("11-20T08:00") + SignedDuration::from_mins(n);
        let stood = n % 3 == 0;
        let passage = passage(n.unsigned_abs().into(), first_at, if stood { 600 } else { 5 }, "30A-999.99");
        store.put_passage(&Passage { stopped: stood, ..passage }).expect("stored");
    }
    for (n, local) in (100..).zip(["11-22T20:00", "11-23T23:00"]) {
        store.put_passage(&passage(n, at(local), seconds, PLATE)).expect("stored");
    }
    let mut config = Config::for_replay();
    config.cameras[0].place = place.map(str::to_owned);
    (folder, StoredPlates::new(store, Settings::fixed(Arc::new(config))))
}

#[track_caller]
fn check(seconds: i64, place: Option<&str>, vi: &str) {
    let (_folder, archive) = office(seconds, place);
    let tonight = passage(200, at("11-25T21:00"), seconds, PLATE);
    let read = Read { candidates: tonight.plate.candidates.clone(), places: Vec::new() };
    let before = archive.recall(&tonight, &read).before.expect("three nights");
    assert_eq!(before.vi, vi);
}

#[test]
fn a_vehicle_that_drives_slowly_is_told_beside_those_that_do_not() {
    check(10, Some("cổng"), "Xe này đã chạy chậm qua cổng 3 đêm trong tuần");
    check(10, None, "Xe này đã chạy chậm qua khu vực này 3 đêm trong tuần");
    check(9, Some("cổng"), "Xe này đã chạy qua mà không dừng ở cổng 3 đêm trong tuần");
}
