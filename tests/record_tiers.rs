//! What is recorded goes when its time is over, and the least worthy first when there is no room; what somebody deletes goes
//! at once, and that is known. With real footage, and for deletions with the real database.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod recording;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use canhdem::access::audit::{Act, Removal};
use canhdem::alert::Guard;
use canhdem::app::proof::verify_recordings;
use canhdem::base::{IdSource, SharedClock, SimClock};
use canhdem::config::Tiers;
use canhdem::intake::AccessUnit;
use canhdem::record::{
    CameraRecorder, DeletionError, DeletionOrder, DiskReport, DiskState, Keeping, Needed, Recorder, SegmentIndex,
};
use canhdem::store::{AuditFilter, Beside, By, KeptStretch, MotionMinute, Store};
use jiff::SignedDuration;
use recording::{Desk, Footage, at_ms, decoded_ms, layout, push_all, shifted, start, wait_until};
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(3600);
/// The recorder looks at what is wanted each second.
const LOOKS: Duration = Duration::from_secs(2);
/// Two segments.
const FILM: Footage = Footage { seconds: 12, ..Footage::H264 };

fn needed(from_s: i64, to_s: i64) -> Needed {
    Needed { camera: "gate".to_owned(), from: at_ms(from_s * 1000), to: at_ms(to_s * 1000) }
}

fn tiers(all: i64, motion: i64, alerts: i64) -> Tiers {
    let [all, motion, alerts] = [all, motion, alerts].map(|hours| Some(SignedDuration::from_hours(hours)));
    Tiers { all, motion, alerts }
}

/// Begins so many hours in; done when its segments are complete.
fn record(desk: &Desk, camera: &CameraRecorder, units: &[AccessUnit], hour: u32) {
    push_all(camera, &shifted(units, HOUR * hour));
    camera.gap();
    let latest = start() + HOUR * hour + Duration::from_secs(11);
    wait_until(|| desk.index.all().unwrap().iter().any(|row| row.complete && row.ends_at() > latest));
}

/// In which hours there is video, and how many segments.
fn left(desk: &Desk) -> Vec<(i64, usize)> {
    let mut left: Vec<(i64, usize)> = Vec::new();
    for row in desk.index.all().unwrap() {
        let hour = row.started_at.duration_since(start()).as_hours();
        match left.last_mut() {
            Some((last, count)) if *last == hour => *count += 1,
            _ => left.push((hour, 1)),
        }
    }
    left
}

#[test]
fn each_goes_when_its_time_is_over_and_evidence_never() {
    let desk = Desk::new();
    let units = FILM.units();
    let clock = Arc::new(SimClock::new(start()));
    let tiers = tiers(6, 24, 48);
    let recorder = desk.recorder_keeping(Keeping { tiers, ..Keeping::within(1 << 30) }, clock.clone());
    let camera = recorder.camera("gate");
    // Hour 0 is still, in hour 1 something moved, an alert needs some of hour 2, somebody keeps some of hour 3.
    desk.index.moved.lock().unwrap().push(needed(3600, 3660));
    desk.index.needed.lock().unwrap().push(needed(2 * 3600 + 2, 2 * 3600 + 4));
    desk.index.kept.lock().unwrap().push(needed(3 * 3600 + 11, 3 * 3600 + 12));
    for hour in 0..4 {
        clock.advance_to(start() + HOUR * hour);
        record(&desk, &camera, &units, hour);
    }
    assert_eq!(left(&desk), [(0, 2), (1, 2), (2, 2), (3, 2)]);
    let check = |hour: u32, wanted: &[(i64, usize)]| {
        clock.advance_to(start() + HOUR * hour + Duration::from_secs(60));
        wait_until(|| left(&desk) == wanted);
    };
    check(6, &[(1, 2), (2, 2), (3, 2)]);
    check(9, &[(1, 2), (2, 1), (3, 1)]);
    check(25, &[(2, 1), (3, 1)]);
    check(50, &[(3, 1)]);
    check(5000, &[(3, 1)]);
    recorder.finish();
    let given_up = desk.index.given_up.lock().unwrap().len();
    assert_eq!(given_up, 7, "the chain knows of each");
}

/// As the cache names its clips.
fn clip(folder: &Path, camera: &str, from_s: i64, to_s: i64) -> PathBuf {
    let [from, to] = [from_s, to_s].map(|second| at_ms(second * 1000).as_nanosecond());
    fs::create_dir_all(folder.join("clips")).unwrap();
    let path = folder.join("clips").join(format!("{camera}_{from}_{to}.mp4"));
    fs::write(&path, "a clip").unwrap();
    path
}

#[test]
fn clips_go_with_what_they_were_cut_from() {
    let desk = Desk::new();
    let clock = Arc::new(SimClock::new(start()));
    let tiers = tiers(6, 24, 48);
    let recorder = desk.recorder_keeping(Keeping { tiers, ..Keeping::within(1 << 30) }, clock.clone());
    let camera = recorder.camera("gate");
    let units = FILM.units();
    for hour in [0, 3] {
        clock.advance_to(start() + HOUR * hour);
        record(&desk, &camera, &units, hour);
    }
    let gone = [clip(desk.dir.path(), "gate", 2, 6), clip(desk.dir.path(), "gate", 5, 3 * 3600)];
    let kept = [
        clip(desk.dir.path(), "gate", 3 * 3600 + 2, 3 * 3600 + 8),
        clip(desk.dir.path(), "yard", 2, 6),
        clip(desk.dir.path(), "gate", -20, -10),
    ];
    clock.advance_to(start() + HOUR * 6 + Duration::from_secs(60));
    wait_until(|| left(&desk) == [(3, 2)]);
    recorder.finish();
    assert!(gone.iter().all(|path| !path.exists()));
    assert!(kept.iter().all(|path| path.exists()));
}

#[test]
fn of_a_camera_for_alerts_alone_the_rest_goes_soon_and_what_is_wanted_counts_at_once() {
    let desk = Desk::new();
    let units = FILM.units();
    let clock = Arc::new(SimClock::new(start()));
    let recorder = desk.recorder_keeping(Keeping::within(1 << 30), clock.clone());
    let (gate, yard) = (recorder.camera("gate"), recorder.camera("yard"));
    desk.index.needed.lock().unwrap().push(needed(11, 12));
    push_all(&yard, &units);
    yard.gap();
    record(&desk, &gate, &units, 0);
    wait_until(|| left(&desk) == [(0, 4)]);
    clock.advance(Duration::from_secs(600));
    let alerts_only = BTreeSet::from(["gate".to_owned()]);
    recorder.set_keeping(Keeping { alerts_only, ..Keeping::within(1 << 30) });
    clock.advance(LOOKS);
    wait_until(|| left(&desk) == [(0, 3)]);
    recorder.finish();
    let rows = desk.index.all().unwrap();
    assert_eq!(rows.iter().filter(|row| row.camera == "yard").count(), 2, "of another camera everything stays");
    let of_gate = rows.iter().find(|row| row.camera == "gate").unwrap();
    assert!(of_gate.started_at > at_ms(5000) && !decoded_ms(&desk.path(of_gate)).is_empty());
}

#[test]
fn a_full_quota_takes_the_rest_first_then_what_moved_then_alerts() {
    let desk = Desk::new();
    let units = FILM.units();
    let clock = Arc::new(SimClock::new(start()));
    let tiers = tiers(1000, 1000, 1000);
    let plenty = Keeping { tiers, ..Keeping::within(1 << 30) };
    let recorder = desk.recorder_keeping(plenty.clone(), clock.clone());
    let camera = recorder.camera("gate");
    // Alert, held, moved, still, in this order.
    desk.index.needed.lock().unwrap().push(needed(0, 60));
    desk.index.kept.lock().unwrap().push(needed(3600, 3660));
    desk.index.moved.lock().unwrap().push(needed(2 * 3600, 2 * 3600 + 60));
    for hour in 0..4 {
        clock.advance_to(start() + HOUR * hour);
        record(&desk, &camera, &units, hour);
    }
    clock.advance(HOUR);
    let bytes = |hours: &[i64]| -> u64 {
        let rows = desk.index.all().unwrap();
        let of_hours = rows.iter().filter(|row| hours.contains(&row.started_at.duration_since(start()).as_hours()));
        of_hours.map(|row| row.size_bytes).sum()
    };
    let (three, two, one) = (bytes(&[0, 1, 2]), bytes(&[0, 1]), bytes(&[1]));
    for (quota_bytes, wanted) in
        [(three * 102 / 100, vec![0, 1, 2]), (two * 102 / 100, vec![0, 1]), (one * 102 / 100, vec![1]), (1000, vec![1])]
    {
        recorder.set_keeping(Keeping { quota_bytes, ..plenty.clone() });
        clock.advance(LOOKS);
        let hours = || left(&desk).iter().map(|(hour, _)| *hour).collect::<Vec<_>>();
        wait_until(|| hours() == wanted);
    }
    // Only what is kept is left, and too much.
    let last = || desk.reports.lock().unwrap().last().map(|report| (report.state, report.key_frames_only));
    wait_until(|| last() == Some((DiskState::Full, true)));
}

#[test]
fn where_nothing_may_go_key_frames_are_kept_until_there_is_room() {
    let desk = Desk::new();
    let units = FILM.units();
    desk.index.kept.lock().unwrap().push(Needed { from: at_ms(-1000), ..needed(0, 60) });
    let clock: Arc<SimClock> = Arc::new(SimClock::new(start()));
    let recorder = desk.recorder_with(10_000, clock.clone());
    let camera = recorder.camera("gate");
    let is_thin = || desk.reports.lock().unwrap().last().is_some_and(|report: &DiskReport| report.key_frames_only);
    record(&desk, &camera, &units, 0);
    wait_until(is_thin);
    let whole: u64 = desk.index.all().unwrap().iter().map(|row| row.size_bytes).sum();
    clock.advance_to(start() + HOUR);
    record(&desk, &camera, &units, 1);
    let thin: Vec<_> = desk.index.all().unwrap().into_iter().filter(|row| row.started_at >= start() + HOUR).collect();
    let pictures: usize = thin.iter().map(|row| decoded_ms(&desk.path(row)).len()).sum();
    assert_eq!(pictures, 12, "a key frame a second");
    assert!(thin.iter().map(|row| row.size_bytes).sum::<u64>() < whole, "and that takes less");
    let covered: Duration = thin.iter().map(|row| layout(&desk.path(row)).duration()).sum();
    assert!((11.0..=12.5).contains(&covered.as_secs_f64()), "each lasts until the next: {covered:?}");
    assert_eq!(camera.dropped(), 0, "nothing was lost that should be there");

    recorder.set_keeping(Keeping::within(1 << 30));
    clock.advance(LOOKS);
    wait_until(|| !is_thin());
    clock.advance_to(start() + HOUR * 2);
    record(&desk, &camera, &units, 2);
    recorder.finish();
    let again = desk.index.all().unwrap().into_iter().filter(|row| row.started_at >= start() + HOUR * 2);
    assert_eq!(again.map(|row| decoded_ms(&desk.path(&row)).len()).sum::<usize>(), units.len());
}

/// An appliance's recordings with its real database.
struct Office {
    folder: tempfile::TempDir,
    store: Store,
    recorder: Recorder,
}

fn order(from_s: i64, to_s: i64) -> DeletionOrder {
    DeletionOrder {
        id: Uuid::from_u128(9),
        camera: "gate".to_owned(),
        from: at_ms(from_s * 1000),
        to: at_ms(to_s * 1000),
        reason: "Theo yêu cầu của ông A".to_owned(),
        account: Uuid::from_u128(3),
        name: "lan".to_owned(),
        address: Some("10.0.0.7".to_owned()),
        at: start() + HOUR,
    }
}

impl Office {
    fn recorder(folder: &Path, store: &Store, clock: &SharedClock) -> Recorder {
        let index = Arc::new(store.clone());
        let (keeping, ids) = (Keeping::within(1 << 30), IdSource::seeded(1));
        Recorder::start(folder.to_owned(), index, keeping, clock.clone(), Box::new(|_| {}), ids).unwrap()
    }

    /// A film of 32 s of two cameras: four segments each.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock: SharedClock = Arc::new(SimClock::new(start() + HOUR));
        let store = Store::open(folder.path(), &clock).unwrap();
        let recorder = Self::recorder(folder.path(), &store, &clock);
        let units = Footage { seconds: 32, ..Footage::H264 }.units();
        for name in ["gate", "yard"] {
            let camera = recorder.camera(name);
            push_all(&camera, &units);
            camera.gap();
        }
        wait_until(|| store.all().unwrap().iter().filter(|row| row.complete).count() == 8);
        Self { folder, store, recorder }
    }

    /// Seconds of the gate's files and of its rows.
    fn gate(&self) -> (usize, Vec<i64>) {
        let rows = self.store.all().unwrap();
        let rows = rows.iter().filter(|row| row.camera == "gate");
        let folder = self.folder.path().join("recordings/gate");
        let mut files = 0;
        for day in fs::read_dir(folder).unwrap() {
            files += fs::read_dir(day.unwrap().path()).unwrap().count();
        }
        (files, rows.map(|row| row.started_at.duration_since(start()).as_secs()).collect())
    }

    fn audit(&self) -> Vec<(Option<String>, String, Option<String>)> {
        let filter = AuditFilter { acts: vec![Act::RecordingsDeleted], limit: 10, ..AuditFilter::default() };
        let entries = self.store.audit(&filter).unwrap().entries;
        entries.into_iter().map(|entry| (entry.account, entry.act, entry.detail)).collect()
    }
}

#[test]
fn what_somebody_deletes_is_gone_and_the_chain_says_by_whom() {
    let office = Office::new();
    let clips = [("gate", 11, 14), ("gate", 1, 40), ("yard", 11, 14)];
    let clips = clips.map(|(camera, from, to)| clip(office.folder.path(), camera, from, to));
    let deletion = office.recorder.delete(order(12, 25)).unwrap().finish().unwrap();
    assert_eq!(deletion.removal.segments, 2, "whole segments");
    assert_eq!(office.gate(), (2, vec![0, 30]));
    assert!(clips[..2].iter().all(|path| !path.exists()) && clips[2].exists());
    let audit = office.audit();
    assert_eq!(audit.len(), 1);
    assert_eq!((audit[0].0.as_deref(), audit[0].1.as_str()), (Some("lan"), "recordings_deleted"));
    let detail = audit[0].2.as_deref().unwrap();
    assert!(detail.ends_with("reason=Theo yêu cầu của ông A") && detail.parse::<Removal>() == Ok(deletion.removal));
    let told = office.store.deletions("gate", at_ms(0), at_ms(60_000)).unwrap();
    assert_eq!((told.len(), told[0].deleted.guard.name.as_str(), told[0].segments), (1, "lan", 2));
    assert!(office.store.deletions("yard", at_ms(0), at_ms(60_000)).unwrap().is_empty());

    let verify = || {
        let beside = Beside::open(office.folder.path()).unwrap();
        verify_recordings(&beside, office.folder.path(), None, |_, _| {}).unwrap()
    };
    let report = verify();
    assert_eq!((report.whole, report.deleted, report.removed, &report.faults[..]), (6, 2, 0, &[][..]));
    let told = &report.deletions[0];
    assert_eq!((told.by.as_str(), told.reason.as_str()), ("lan", "Theo yêu cầu của ông A"));

    // A file that somebody takes away by hand is no deletion.
    let last = office.store.all().unwrap().into_iter().rfind(|row| row.camera == "gate").unwrap();
    fs::remove_file(office.folder.path().join(&last.path)).unwrap();
    assert_eq!(verify().faults.len(), 1);
    assert!(matches!(office.recorder.delete(order(12, 25)), Err(DeletionError::Nothing)));
}

#[test]
fn what_is_kept_must_be_released_first() {
    let office = Office::new();
    let by = By { guard: Guard { account: Uuid::from_u128(4), name: "Minh".to_owned() }, at: start() + HOUR };
    let kept = KeptStretch {
        id: Uuid::from_u128(5),
        camera: "gate".to_owned(),
        // Of the segment that ends the stretch, but not of the stretch.
        from: at_ms(27_000),
        to: at_ms(28_000),
        reason: "Công an yêu cầu".to_owned(),
        kept: by.clone(),
        released: None,
    };
    assert!(office.store.keep(&kept).unwrap());
    assert!(matches!(office.recorder.delete(order(12, 25)), Err(DeletionError::Held(held)) if held.len() == 1));
    assert_eq!(office.gate(), (4, vec![0, 10, 20, 30]), "nothing at all went");
    assert!(office.audit().is_empty());
    office.store.release("gate", kept.id, &by).unwrap();
    office.recorder.delete(order(12, 25)).unwrap().finish().unwrap();
    assert_eq!(office.gate(), (2, vec![0, 30]));
}

#[test]
fn a_deletion_that_the_power_ended_is_finished_at_the_next_start() {
    let office = Office::new();
    let moved = office.folder.path().join("moved");
    let of_gate: Vec<_> = office.store.all().unwrap().into_iter().filter(|row| row.camera == "gate").collect();
    let path = office.folder.path().join(&of_gate[1].path);
    fs::copy(&path, &moved).unwrap();
    office.recorder.delete(order(12, 18)).unwrap().finish().unwrap();
    office.recorder.finish();
    // As if neither the file's removal nor the row's had reached the disk.
    fs::rename(&moved, &path).unwrap();
    office.store.put(&of_gate[1]).unwrap();
    assert_eq!(office.gate().0, 4);
    let clock: SharedClock = Arc::new(SimClock::new(start() + HOUR));
    let recorder = Office::recorder(office.folder.path(), &office.store, &clock);
    assert_eq!((recorder.recovered.finished_deletions, office.gate()), (1, (3, vec![0, 20, 30])));
}

#[test]
fn minutes_with_motion_are_told_with_what_is_around_them() {
    let office = Office::new();
    let minute = start().as_second() / 60;
    for (camera, n) in [("gate", 0), ("gate", 1), ("gate", 9), ("yard", 5)] {
        office.store.put_motion(camera, MotionMinute { minute: minute + n, seconds: 3 }).unwrap();
    }
    let stretch = |camera: &str, from_s: i64, to_s: i64| Needed { camera: camera.to_owned(), ..needed(from_s, to_s) };
    let all = [stretch("gate", -10, 130), stretch("gate", 530, 610), stretch("yard", 290, 370)];
    assert_eq!(office.store.moved(start()).unwrap(), all);
    assert_eq!(office.store.moved(start() + Duration::from_secs(400)).unwrap(), all[1..2]);
}
