//! What disks do in the field while the program runs: they turn read-only, fail and are taken out, another one is put in, they are
//! slow. Each is told in words, alerts go on, and recording comes back without a restart.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use canhdem::base::{Clock as _, SystemClock};
use jiff::Timestamp;
use serde_json::Value;

use super::support::disk::Ext4Disk;
use super::support::kills::From;
use super::support::shim::Shim;
use super::support::told::{recordings, time};
use super::support::{eventually, files_below, until};
use super::trial::{CAMERA, Trial};

const MEGABYTES: u64 = 256;
const MOST: Duration = Duration::from_secs(6);
/// What one sync takes longer: several are needed until the index has heard of a segment, or an alert is told.
const LATENCY_MS: u64 = 1_500;
const WAITS: &str = "alerts wait in memory until the disk takes them";

pub fn read_only(name: Option<&str>, tries: u32) {
    let mut trial =
        Trial::new(9, name, "the disk of recordings turns read-only (ext4 after an error), is mounted anew");
    let Some(mut disk) = disk_of_recordings(&trial, "disk") else { return };
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Recording, MOST);
        let since = trial.now();
        if !disk.turn_read_only() {
            return;
        }
        until_told(&trial, "failing", "not_writable");
        alerts_go_on(&mut trial, since);
        put_back(&mut trial, &mut disk);
        trial.tried();
    }
    trial.finish();
}

pub fn gone(name: Option<&str>, tries: u32) {
    let mut trial = Trial::new(10, name, "the disk of recordings fails, is taken out and put back");
    let Some(mut disk) = disk_of_recordings(&trial, "disk") else { return };
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Recording, MOST);
        let since = trial.now();
        disk.cut_power();
        until_told(&trial, "failing", "not_writable");
        alerts_go_on(&mut trial, since);
        put_back(&mut trial, &mut disk);
        trial.tried();
    }
    trial.finish();
}

pub fn wrong(name: Option<&str>, tries: u32) {
    let mut trial = Trial::new(
        11,
        name,
        "another appliance's disk is put in place of the disk of recordings, and the right one back",
    );
    let Some(mut other) = disk_of_recordings(&trial, "other") else { return };
    let identity = folder_of_recordings(&trial).join("canhdem-recordings.json");
    fs::write(&identity, br#"{"appliance":"00000000-0000-0000-0000-0000000000ff"}"#).expect("written");
    until("nobody to use the other disk", || other.unmount());
    let Some(mut disk) = disk_of_recordings(&trial, "disk") else { return };
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Recording, MOST);
        let since = trial.now();
        // Pulled out: what is being written may still come to its end on it.
        disk.detach();
        other.mount();
        until_told(&trial, "wrong", "not_ours");
        alerts_go_on(&mut trial, since);
        assert_eq!(
            files_below(&folder_of_recordings(&trial)),
            Vec::<PathBuf>::new(),
            "written to somebody else's disk"
        );
        until("the program to leave the other disk alone", || other.unmount());
        until_told(&trial, "wrong", "not_ours");
        let put_in = trial.now();
        disk.mount();
        recover(&mut trial, put_in);
        trial.tried();
    }
    trial.finish();
}

pub fn slow(name: Option<&str>, tries: u32) {
    let trial = Trial::new(12, name, "each sync of the disk takes 1.5 s longer, also of the database");
    let Some(shim) = Shim::build(trial.office.folder.path()) else { return };
    let mut trial = trial.in_environment(shim.environment());
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Recording, MOST);
        let since = trial.now();
        shim.set(&format!("delay {LATENCY_MS}"), &trial.office.data_dir);
        let disk = until_told(&trial, "slow", "too_slow");
        assert!(disk["slow"]["waited_seconds"].as_f64().is_some_and(|waited| waited >= 3.0), "{disk}");
        let metrics = trial.appliance().ask("/metrics").expect("an answer").body;
        let metrics = String::from_utf8(metrics).expect("text");
        let waited = metrics.lines().find_map(|line| line.strip_prefix("canhdem_recordings_waited_seconds "));
        assert!(waited.is_some_and(|waited| waited.parse::<f64>().is_ok_and(|waited| waited >= 3.0)), "{metrics}");
        alerts_go_on(&mut trial, since);
        until_recorded(&trial, trial.now());
        shim.clear();
        let fast = trial.now();
        recover(&mut trial, fast);
        trial.tried();
    }
    trial.finish();
}

pub fn read_only_with_database(name: Option<&str>, tries: u32) {
    let trial = Trial::new(13, name, "nothing on the disk can be changed, the database neither, for a while");
    let Some(shim) = Shim::build(trial.office.folder.path()) else { return };
    let mut trial = trial.in_environment(shim.environment());
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Recording, MOST);
        let (since, waited) = (trial.now(), waiting(&mut trial));
        shim.set("read-only -", &trial.office.data_dir);
        until_told(&trial, "failing", "not_writable");
        until("an alert that waits", || waiting(&mut trial) > waited);
        shim.clear();
        let writable = trial.now();
        // One that was open goes on: what was seen meanwhile is known as well.
        until("the alert that waited", || {
            let alerts = trial.appliance().items("alerts?limit=50").expect("an answer");
            alerts.iter().any(|alert| time(&alert["at"]) < writable && time(&alert["last_seen_at"]) > since)
        });
        trial.tally.notes.push(format!("What waited was told {:.1} s after it.", seconds_since(&trial, writable)));
        recover(&mut trial, writable);
        trial.tried();
    }
    trial.finish();
}

fn folder_of_recordings(trial: &Trial) -> PathBuf {
    trial.office.data_dir.join("recordings")
}

fn disk_of_recordings(trial: &Trial, image: &str) -> Option<Ext4Disk> {
    Ext4Disk::make(&trial.office.folder.path().join(image), &folder_of_recordings(trial), MEGABYTES)
}

/// How often it said that alerts wait.
fn waiting(trial: &mut Trial) -> usize {
    let appliance = trial.appliance();
    assert!(appliance.program.is_running(), "{}", appliance.program.stderr());
    appliance.program.stderr().matches(WAITS).count()
}

/// What the page is told of the disk, once it is that.
fn until_told(trial: &Trial, state: &str, trouble: &str) -> Value {
    let appliance = trial.appliance.as_ref().expect("launched");
    let disk = eventually(&format!("the disk to be told as {state}"), || {
        let disk = appliance.get("status").expect("an answer")["disk"].clone();
        (disk["state"] == state).then_some(disk)
    });
    assert_eq!(disk["trouble"], trouble, "{disk}");
    disk
}

/// Somebody who comes now is told of, and the camera is live.
fn alerts_go_on(trial: &mut Trial, since: Timestamp) {
    let appliance = trial.appliance();
    until("an alert meanwhile", || {
        assert!(appliance.program.is_running(), "{}", appliance.program.stderr());
        appliance.items("alerts?limit=50").expect("an answer").iter().any(|alert| time(&alert["last_seen_at"]) > since)
    });
    assert!(appliance.is_live(CAMERA));
}

fn until_recorded(trial: &Trial, after: Timestamp) {
    until("recordings of now", || {
        let rows = recordings(trial.appliance.as_ref().expect("launched"), CAMERA).unwrap_or_default();
        rows.iter().any(|row| time(&row["to"]) > after)
    });
}

/// It has to be let go of before it can be mounted anew.
fn put_back(trial: &mut Trial, disk: &mut Ext4Disk) {
    until("the program to let go of the disk", || disk.unmount());
    until_told(trial, "wrong", "not_ours");
    let put_in = trial.now();
    disk.mount();
    recover(trial, put_in);
}

/// The disk is as it should be since then.
fn recover(trial: &mut Trial, since: Timestamp) {
    until_recorded(trial, since);
    trial.tally.notes.push(format!("Recorded again after {:.1} s.", seconds_since(trial, since)));
    let appliance = trial.appliance.as_ref().expect("launched");
    until("a healthy disk", || appliance.get("status").expect("an answer")["disk"]["state"] == "ok");
    trial.recover();
}

fn seconds_since(trial: &Trial, since: Timestamp) -> f64 {
    (SystemClock::new().now() + trial.offset).duration_since(since).as_secs_f64()
}
