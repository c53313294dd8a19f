//! A disk that is full, read-only or over its quota: nothing stored is lost, other cameras and the
//! process go on, and recording comes back by itself.
#![allow(clippy::unwrap_used, reason = "these are tests")]

#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the real program")]
#[path = "support/disk.rs"]
mod disk;
mod recording;
#[allow(unreachable_pub, reason = "shared with the tests of the real program")]
#[path = "support/tools.rs"]
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use canhdem::base::{SimClock, SystemClock};
use canhdem::intake::AccessUnit;
use canhdem::record::{DiskState, DiskTrouble, Needed, Recovered, SegmentIndex};
use disk::{Ext4Disk, SmallDisk};
use recording::{Desk, Footage, at_ms, decoded_ms, push_all, shifted, start, wait_until};

/// About 250 kB a second.
const NOISE: Footage = Footage { seconds: 12, width: 320, height: 240, pattern: "snow", ..Footage::H264 };
const HOUR: Duration = Duration::from_secs(3600);

fn states(desk: &Desk) -> Vec<DiskState> {
    let mut states: Vec<_> = desk.reports.lock().unwrap().iter().map(|report| report.state).collect();
    states.dedup();
    states
}

/// Every row's file is there, is whole and plays; a restart finds nothing to put in order.
fn check_stored(desk: &Desk) {
    for row in desk.index.all().unwrap() {
        assert_eq!(desk.path(&row).metadata().unwrap().len(), row.size_bytes);
        assert!(!decoded_ms(&desk.path(&row)).is_empty());
    }
    let recorder = desk.recorder();
    assert_eq!(recorder.recovered, Recovered::default());
}

#[test]
fn a_full_disk_costs_only_what_does_not_fit() {
    let desk = Desk::new();
    let Some(_disk) = SmallDisk::mount(desk.dir.path(), 16) else { return };
    let ballast = desk.dir.path().join("ballast");
    fs::write(&ballast, vec![0; 14 << 20]).unwrap();
    let recorder = desk.recorder();
    let (camera, other) = (recorder.camera("gate"), recorder.camera("yard"));
    let units = NOISE.units();
    push_all(&camera, &units);
    camera.gap();
    wait_until(|| camera.dropped() > 0 && states(&desk).last() == Some(&DiskState::Full));
    let detail = desk.reports.lock().unwrap().last().unwrap().detail.clone().unwrap();
    assert!(detail.contains("No space left") && detail.contains("make room"), "{detail}");
    let stored = desk.index.all().unwrap();
    assert!(!stored.is_empty());

    fs::remove_file(ballast).unwrap();
    push_all(&other, &shifted(&units, HOUR));
    recorder.finish();
    assert_eq!(states(&desk).last(), Some(&DiskState::Ok));
    assert_eq!(other.dropped(), 0);
    let after = desk.index.all().unwrap();
    assert!(stored.iter().all(|row| after.iter().any(|now| now.id == row.id)), "something stored was lost");
    check_stored(&desk);
}

#[test]
fn a_disk_that_fills_up_gives_up_the_oldest_but_no_evidence() {
    let desk = Desk::new();
    let Some(_disk) = SmallDisk::mount(desk.dir.path(), 8) else { return };
    let clock = Arc::new(SimClock::new(start()));
    let recorder = desk.recorder_with(1 << 30, Arc::clone(&clock) as _);
    let camera = recorder.camera("gate");
    let needed = Needed { camera: "gate".to_owned(), from: at_ms(1000), to: at_ms(2000) };
    desk.index.needed.lock().unwrap().push(needed);
    let units = NOISE.units();
    for round in 0..6 {
        clock.advance_to(start() + HOUR * round);
        push_all(&camera, &shifted(&units, HOUR * round));
        camera.gap();
        let latest = start() + HOUR * round + Duration::from_secs(9);
        wait_until(|| desk.index.all().unwrap().iter().any(|row| row.complete && row.ends_at() > latest));
    }
    recorder.finish();
    let rows = desk.index.all().unwrap();
    assert_eq!(rows[0].started_at, at_ms(0), "evidence was removed");
    assert!(rows[1].started_at > at_ms(0) + HOUR, "nothing was removed: {rows:?}");
    check_stored(&desk);
}

#[test]
fn a_read_only_disk_is_named_and_comes_back() {
    let desk = Desk::new();
    let Some(disk) = SmallDisk::mount(desk.dir.path(), 16) else { return };
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    let units = Footage { seconds: 3, ..Footage::H264 }.units();
    disk.remount("ro");
    push_all(&camera, &units);
    camera.gap();
    wait_until(|| camera.dropped() == units.len() as u64);
    assert_eq!(states(&desk), [DiskState::Ok, DiskState::Failing]);
    let detail = desk.reports.lock().unwrap().last().unwrap().detail.clone().unwrap();
    assert!(detail.contains("Read-only") && detail.contains("mounted for writing"), "{detail}");
    disk.remount("rw");
    push_all(&camera, &shifted(&units, HOUR));
    recorder.finish();
    assert_eq!(states(&desk).last(), Some(&DiskState::Ok));
    assert_eq!(desk.index.all().unwrap().len(), 1);
    check_stored(&desk);
}

/// An ext4 under the desk.
fn on_ext4(desk: &Desk, images: &Path) -> Option<Ext4Disk> {
    Ext4Disk::make(&images.join("disk"), desk.dir.path(), 64)
}

#[test]
fn what_has_not_reached_the_disk_is_not_complete_until_it_is_put_in_order() {
    let (desk, images) = (Desk::new(), tempfile::tempdir().unwrap());
    let Some(mut disk) = on_ext4(&desk, images.path()) else { return };
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    let units = Footage { seconds: 9, ..Footage::H264 }.units();
    push_all(&camera, &units);
    wait_until(|| desk.index.all().unwrap().iter().any(|row| row.duration >= Duration::from_secs(4)));
    let told = desk.index.all().unwrap();
    disk.cut_power();
    camera.gap();
    wait_until(|| states(&desk).last() == Some(&DiskState::Failing));
    assert!(desk.index.all().unwrap().iter().all(|row| !row.complete), "{:?}", desk.index.all());
    assert!(desk.index.hashes.lock().unwrap().is_empty(), "what nobody can vouch for has joined its chain");

    // Its power is back. The recorder has let go of it, and goes on.
    wait_until(|| disk.unmount());
    disk.mount();
    push_all(&camera, &shifted(&units, HOUR));
    recorder.finish();
    assert_eq!(states(&desk).last(), Some(&DiskState::Ok));
    let rows = desk.index.all().unwrap();
    assert_eq!((rows.len(), rows[0].id), (2, told[0].id));
    assert!(rows[0].duration >= told[0].duration && rows[0].size_bytes >= told[0].size_bytes, "{rows:?} of {told:?}");
    for row in &rows {
        let hash = desk.index.hashes.lock().unwrap()[&row.id];
        assert!(row.complete && hash == canhdem::record::file_sha256(&desk.path(row)).unwrap(), "{row:?}");
    }
    check_stored(&desk);
}

#[test]
fn the_index_hears_of_a_segment_when_the_disk_has_it() {
    let (desk, images) = (Desk::new(), tempfile::tempdir().unwrap());
    let Some(mut disk) = on_ext4(&desk, images.path()) else { return };
    let at = desk.dir.path().to_owned();
    // The power goes in the moment in which it hears of the first segment, of a new camera's first day.
    *desk.index.at_put.lock().unwrap() = Some(Box::new(move || disk::cut_power(&at)));
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    push_all(&camera, &Footage { seconds: 3, ..Footage::H264 }.units());
    camera.gap();
    wait_until(|| states(&desk).last() == Some(&DiskState::Failing));
    recorder.finish();
    let told = desk.index.all().unwrap().remove(0);
    wait_until(|| disk.unmount());
    disk.mount();
    assert!(desk.path(&told).metadata().unwrap().len() >= told.size_bytes, "{told:?}");
    let recorder = desk.recorder();
    assert_eq!((recorder.recovered.completed, recorder.recovered.removed_rows), (1, 0), "{:?}", recorder.recovered);
    let row = desk.index.all().unwrap().remove(0);
    assert!(row.complete && row.duration >= told.duration && !told.duration.is_zero(), "{row:?} of {told:?}");
    assert!(!decoded_ms(&desk.path(&row)).is_empty());
}

/// Whoever writes to the disk waits until this is dropped.
struct Frozen<'a>(&'a Path);

impl<'a> Frozen<'a> {
    fn freeze(at: &'a Path) -> Self {
        tools::run(tools::command("fsfreeze").arg("--freeze").arg(at)).unwrap();
        Self(at)
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        tools::run(tools::command("fsfreeze").arg("--unfreeze").arg(self.0)).unwrap();
    }
}

#[test]
fn a_disk_that_does_not_answer_is_told_while_the_recorder_waits_for_it() {
    let (desk, images) = (Desk::new(), tempfile::tempdir().unwrap());
    let Some(_disk) = on_ext4(&desk, images.path()) else { return };
    let recorder = desk.recorder_with(1 << 30, Arc::new(SystemClock::new()));
    let camera = recorder.camera("gate");
    let units = Footage { seconds: 3, ..Footage::H264 }.units();
    push_all(&camera, &units);
    wait_until(|| !desk.index.all().unwrap().is_empty());
    let frozen = Frozen::freeze(desk.dir.path());
    push_all(&camera, &shifted(&units, Duration::from_secs(3)));
    wait_until(|| states(&desk).last() == Some(&DiskState::Slow));
    let report = desk.reports.lock().unwrap().last().cloned().unwrap();
    assert!(report.slow.is_some_and(|slow| slow.waited >= Duration::from_secs(3) && slow.lost == 0), "{report:?}");
    assert_eq!(report.trouble, Some(DiskTrouble::TooSlow));
    drop(frozen);
    wait_until(|| states(&desk).last() == Some(&DiskState::Ok));
    assert_eq!(states(&desk), [DiskState::Ok, DiskState::Slow, DiskState::Ok]);
    recorder.finish();
    assert_eq!(camera.dropped(), 0, "late, and all of it");
    let rows = desk.index.all().unwrap();
    assert_eq!((rows.len(), decoded_ms(&desk.path(&rows[0])).len()), (1, 2 * units.len()), "{rows:?}");
    check_stored(&desk);
}

#[test]
fn the_quota_holds_over_all_cameras() {
    let desk = Desk::new();
    let units = NOISE.units();
    let quota_bytes = 7_000_000;
    let clock = Arc::new(SimClock::new(start()));
    let recorder = desk.recorder_with(quota_bytes, Arc::clone(&clock) as _);
    let needed = Needed { camera: "yard".to_owned(), from: at_ms(4000), to: at_ms(5000) };
    desk.index.needed.lock().unwrap().push(needed);
    for round in 0..5 {
        clock.advance_to(start() + HOUR * round);
        for name in ["gate", "yard"] {
            let camera = recorder.camera(name);
            push_all(&camera, &shifted(&units, HOUR * round));
        }
        // Or the recorder would look at a later clock than the cameras.
        let latest = start() + HOUR * round + Duration::from_secs(11);
        let is_recorded = |name: &str| {
            let rows = desk.index.all().unwrap();
            rows.iter().any(|row| row.camera == name && row.complete && row.ends_at() > latest)
        };
        wait_until(|| is_recorded("gate") && is_recorded("yard"));
    }
    clock.advance(HOUR);
    let camera = recorder.camera("gate");
    push_all(&camera, &shifted(&units, HOUR * 5));
    recorder.finish();
    let rows = desk.index.all().unwrap();
    let used: u64 = rows.iter().map(|row| row.size_bytes).sum();
    assert!(used <= quota_bytes, "{used} bytes");
    assert_eq!((rows[0].camera.as_str(), rows[0].started_at), ("yard", at_ms(0)), "evidence was removed");
    assert!(rows[1].started_at > at_ms(0) + HOUR, "the newest were removed: {rows:?}");
    check_stored(&desk);
}

#[test]
fn a_quota_full_of_evidence_is_said_and_kept() {
    let desk = Desk::new();
    desk.index.needed.lock().unwrap().push(Needed { camera: "gate".to_owned(), from: at_ms(0), to: at_ms(3_600_000) });
    let recorder = desk.recorder_with(10_000, Arc::new(SimClock::new(start() + HOUR)));
    let camera = recorder.camera("gate");
    let units: Vec<AccessUnit> = Footage { seconds: 12, ..Footage::H264 }.units();
    push_all(&camera, &units);
    recorder.finish();
    assert_eq!(desk.index.all().unwrap().len(), 2);
    let last = desk.reports.lock().unwrap().last().cloned().unwrap();
    assert_eq!(last.state, DiskState::Full);
    assert_eq!(last.trouble, Some(DiskTrouble::FullOfAlerts));
    assert!(last.used_bytes > last.quota_bytes && last.detail.unwrap().contains("raise the quota"));
    check_stored(&desk);
}

#[test]
fn what_somebody_keeps_stays_when_all_else_goes_until_it_is_released() {
    let desk = Desk::new();
    let units = NOISE.units();
    let quota_bytes = 7_000_000;
    let clock = Arc::new(SimClock::new(start()));
    let kept = Needed { camera: "gate".to_owned(), from: at_ms(1_000), to: at_ms(2_000) };
    desk.index.kept.lock().unwrap().push(kept);
    let recorder = desk.recorder_with(quota_bytes, Arc::clone(&clock) as _);
    let camera = recorder.camera("gate");
    let record = |round: u32| {
        clock.advance_to(start() + HOUR * round);
        push_all(&camera, &shifted(&units, HOUR * round));
        camera.gap();
        let latest = start() + HOUR * round + Duration::from_secs(11);
        wait_until(|| desk.index.all().unwrap().iter().any(|row| row.complete && row.ends_at() > latest));
    };
    (0..4).for_each(record);
    let rows = desk.index.all().unwrap();
    assert_eq!(rows[0].started_at, at_ms(0), "kept video was removed");
    assert!(rows[1].started_at > at_ms(0) + HOUR, "what nobody keeps was not removed: {rows:?}");
    assert!(decoded_ms(&desk.path(&rows[0])).len() > 100);
    let report = desk.reports.lock().unwrap().last().cloned().unwrap();
    assert_eq!((report.state, report.kept_bytes), (DiskState::Ok, rows[0].size_bytes));

    desk.index.kept.lock().unwrap().clear();
    (4..6).for_each(record);
    recorder.finish();
    let rows = desk.index.all().unwrap();
    assert!(rows[0].started_at > at_ms(0), "released, it goes as all else: {rows:?}");
    assert_eq!(desk.reports.lock().unwrap().last().unwrap().kept_bytes, 0);
    check_stored(&desk);
}

#[test]
fn a_quota_full_of_what_is_kept_says_so() {
    let desk = Desk::new();
    desk.index.kept.lock().unwrap().push(Needed { camera: "gate".to_owned(), from: at_ms(0), to: at_ms(3_600_000) });
    let recorder = desk.recorder_with(10_000, Arc::new(SimClock::new(start() + HOUR)));
    let camera = recorder.camera("gate");
    push_all(&camera, &Footage { seconds: 12, ..Footage::H264 }.units());
    recorder.finish();
    assert_eq!(desk.index.all().unwrap().len(), 2);
    let last = desk.reports.lock().unwrap().last().cloned().unwrap();
    assert_eq!((last.state, last.kept_bytes), (DiskState::Full, last.used_bytes));
    assert_eq!(last.trouble, Some(DiskTrouble::FullOfKept));
    let detail = last.detail.unwrap();
    assert!(detail.contains("somebody keeps alone fill") && detail.contains("release"), "{detail}");
    check_stored(&desk);
}

/// The first of its films, recorded, and the second as a stream that goes on an hour later.
fn two_films(desk: &Desk) -> (Vec<AccessUnit>, Vec<AccessUnit>) {
    let units = Footage::H264.units();
    desk.record(&units);
    let later = shifted(&units, HOUR);
    (units, later)
}

fn wrong(desk: &Desk) -> Option<String> {
    let reports = desk.reports.lock().unwrap();
    reports.last().filter(|report| report.state == DiskState::Wrong).and_then(|report| report.detail.clone())
}

fn identity(desk: &Desk) -> PathBuf {
    desk.dir.path().join("recordings/canhdem-recordings.json")
}

#[test]
fn the_disk_of_another_appliance_is_not_written_to() {
    let desk = Desk::new();
    let (_, later) = two_films(&desk);
    let rows = desk.index.all().unwrap();
    let ours = fs::read(identity(&desk)).unwrap();
    fs::write(identity(&desk), br#"{"appliance":"00000000-0000-0000-0000-0000000000ff"}"#).unwrap();
    let before = files(&desk);
    let clock = Arc::new(SimClock::new(start()));
    let recorder = desk.recorder_with(1 << 30, clock.clone());
    let camera = recorder.camera("gate");
    push_all(&camera, &later);
    wait_until(|| camera.dropped() > 0);
    assert!(wrong(&desk).unwrap().contains("disk of another appliance (00000000-0000-0000-0000-0000000000ff)"));
    assert_eq!((desk.index.all().unwrap(), files(&desk)), (rows.clone(), before), "nothing is missed, nothing written");
    // The right one is put in again: without a restart it goes on.
    fs::write(identity(&desk), ours).unwrap();
    let mut hour = HOUR;
    wait_until(|| {
        hour += HOUR;
        clock.advance(Duration::from_secs(6));
        push_all(&camera, &shifted(&Footage::H264.units(), hour));
        desk.index.all().unwrap().len() > rows.len()
    });
    camera.gap();
    recorder.finish();
    assert_eq!(wrong(&desk), None);
    check_stored(&desk);
}

#[test]
fn a_disk_that_is_not_mounted_is_not_an_empty_one() {
    let desk = Desk::new();
    let recordings = desk.dir.path().join("recordings");
    let Some(disk) = SmallDisk::mount(&recordings, 32) else { return };
    let (_, later) = two_films(&desk);
    let rows = desk.index.all().unwrap();
    assert!(!rows.is_empty());
    drop(disk);
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    push_all(&camera, &later);
    wait_until(|| camera.dropped() > 0);
    assert!(wrong(&desk).unwrap().contains("is not mounted, or another one was put in"));
    assert_eq!(desk.index.all().unwrap(), rows, "what is on the disk is still known");
    assert_eq!(files(&desk), Vec::<PathBuf>::new(), "the folder under it stays empty");
    recorder.finish();
    // Gone for good: somebody says so.
    let repaired = canhdem::record::repair(desk.dir.path(), desk.index.as_ref()).unwrap();
    assert_eq!(repaired.removed_rows, rows.len());
    assert!(desk.index.gone.lock().unwrap().iter().all(|(_, gone)| *gone == canhdem::record::Gone::Missing));
    desk.record(&later);
    assert!(!desk.index.all().unwrap().is_empty());
}

#[test]
fn index_and_files_are_compared_and_made_to_agree() {
    let desk = Desk::new();
    two_films(&desk);
    let rows = desk.index.all().unwrap();
    let compare = || canhdem::record::compare(desk.dir.path(), desk.index.as_ref()).unwrap();
    assert!(compare().is_in_order() && compare().whole == rows.len(), "{:?}", compare());
    // One loses its row, one its file, one its end; and something that is no recording.
    desk.index.rows.lock().unwrap().remove(0);
    fs::remove_file(desk.path(&rows[1])).unwrap();
    let path = desk.path(&rows[2]);
    let half = fs::read(&path).unwrap();
    fs::write(&path, &half[..half.len() - 10]).unwrap();
    fs::write(desk.dir.path().join("recordings/notes.txt"), "x").unwrap();
    let found = compare();
    assert_eq!((&found.unlisted, &found.missing), (&vec![rows[0].path.clone()], &vec![rows[1].path.clone()]));
    assert_eq!(found.other_size, [(rows[2].path.clone(), rows[2].size_bytes, rows[2].size_bytes - 10)]);
    assert_eq!(found.foreign, [PathBuf::from("recordings/notes.txt")]);
    let repaired = canhdem::record::repair(desk.dir.path(), desk.index.as_ref()).unwrap();
    assert_eq!((repaired.completed, repaired.removed_rows), (2, 1), "{repaired:?}");
    assert!(compare().is_in_order());
    assert!(desk.dir.path().join("recordings/notes.txt").exists());
}

/// Below the folder of recordings, without the file of identity.
fn files(desk: &Desk) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&desk.dir.path().join("recordings"), &mut found);
    found.retain(|path| *path != identity(desk));
    found.sort();
    found
}
