//! `kill -9`, also on a disk without one byte free.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use canhdem::base::{Clock as _, SystemClock};

use super::support::disk::SmallDisk;
use super::support::kills::From;
use super::support::told::{recordings, time};
use super::support::until;
use super::trial::{CAMERA, Trial};

const MOST: Duration = Duration::from_millis(2_500);

pub fn row(tries: u32) {
    let mut trial = Trial::new(1, Some("kill"), "`kill -9` at a random moment");
    for _ in 0..tries {
        let from = match trial.random.u32(0..10) {
            0 => From::Launch,
            1 | 2 => From::Answer,
            3..=5 => From::Recording,
            _ => From::Alert,
        };
        if matches!(from, From::Launch) {
            trial.launch();
        } else if matches!(from, From::Answer) {
            trial.launch();
            trial.appliance().wait_until_it_answers();
        } else {
            trial.start_again();
        }
        trial.listen(from, MOST);
        trial.appliance().program.kill();
        trial.tried();
    }
    trial.start_again();
    trial.finish();
}

pub fn full_disk(tries: u32) {
    let mut trial = Trial::new(2, Some("full-disk"), "`kill -9` while the disk has not one byte free");
    let Some(_disk) = SmallDisk::mount(&trial.office.data_dir, 64) else { return };
    let ballast = trial.office.data_dir.join("ballast");
    let fill = || {
        let mut ballast = fs::OpenOptions::new().append(true).create(true).open(&ballast).expect("a file");
        while ballast.write_all(&[0; 1 << 12]).is_ok() {}
        while ballast.write_all(&[0]).is_ok() {}
    };
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Alert, MOST);
        // Of what comes after, nothing can be kept.
        fill();
        trial.appliance().program.kill();
        fill();
        trial.start_again();
        fs::remove_file(&ballast).expect("removed");
        let freed = SystemClock::new().now();
        until("recordings again", || {
            let rows = recordings(trial.appliance.as_ref().expect("launched"), CAMERA).unwrap_or_default();
            rows.iter().any(|row| time(&row["to"]) > freed)
        });
        trial.tried();
    }
    trial.finish();
}
