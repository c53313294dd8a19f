//! The machine's clock is set, by hours, both ways. Only what the program sees of it: `libfaketime` stands between.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;

use super::support::kills::From;
use super::support::told::{all_alerts, time};
use super::support::tools::{Lacking, skip};
use super::support::until;
use super::trial::Trial;

/// Sessions of the page end when nobody was there for eight hours.
const HOURS: std::ops::Range<i64> = 1..7;

pub fn row(name: Option<&str>, tries: u32) {
    let Some(library) = library() else { return };
    let trial = Trial::new(5, name, "the clock jumps by 1 to 7 h, forth and back");
    let file = trial.office.folder.path().join("clock");
    set(&file, SignedDuration::ZERO);
    let mut trial = trial.in_environment(vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
    ]);
    trial.start();
    for number in 0..tries {
        trial.listen(From::Alert, Duration::from_secs(2));
        let hours = trial.random.i64(HOURS) * if trial.random.bool() { 1 } else { -1 };
        // Forth or back from the right time, and to it again.
        trial.offset = if number % 2 == 0 { SignedDuration::from_hours(hours) } else { SignedDuration::ZERO };
        set(&file, trial.offset);
        // A session of a time that has not come is none.
        trial.appliance().forget_session();
        let since = trial.now();
        trial.recover();
        let near = since..since + SignedDuration::from_mins(5);
        until("an alert by the new time", || {
            let alerts = all_alerts(trial.appliance.as_ref().expect("launched"));
            // One that was open may go on: somebody is still there.
            alerts
                .iter()
                .any(|alert| near.contains(&time(&alert["at"])) || near.contains(&time(&alert["last_seen_at"])))
        });
        trial.tried();
    }
    trial.finish();
}

fn set(file: &Path, offset: SignedDuration) {
    // At once, never half a file.
    let new = file.with_extension("new");
    fs::write(&new, format!("{:+}s\n", offset.as_secs())).expect("written");
    fs::rename(new, file).expect("renamed");
}

/// None, and says so, where it is not installed.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").expect("a folder").filter_map(|entry| Some(entry.ok()?.path()));
    let found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|file| file.is_file());
    if found.is_none() {
        skip(&Lacking::Program("libfaketime".to_owned()));
    }
    found
}
