use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::alert::{Actor, Alert, AlertState, Guard, Handling, Judged, Person, Step};
use crate::base::{Rect, SimClock};
use crate::intake::Codec;
use crate::record::{Gone, Needed, Segment, SegmentIndex as _};
use crate::rules::lessons::Looks;
use crate::rules::quality::Path;
use crate::rules::{Bilingual, Finding, FindingKind, Part, ScorePart, Severity};
use crate::vision::attributes::Answer;

pub(super) fn night() -> Timestamp {
    "2026-02-17T01:30:00+07:00".parse().expect("valid")
}

pub(super) fn seconds(n: i64) -> Timestamp {
    night() + jiff::SignedDuration::from_secs(n)
}

pub(super) fn clock() -> SharedClock {
    Arc::new(SimClock::new(night()))
}

pub(super) fn open() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &clock()).expect("opens");
    (folder, store)
}

pub(super) fn finding(kind: FindingKind, at: Timestamp) -> Finding {
    Finding {
        kind,
        track: IdSource::seeded(9).next(at),
        confidence: 0.7,
        at,
        bbox: Rect::new(10.0, 20.5, 30.0, 80.25),
        zone: Some("san".to_owned()),
        weight: 1.5,
    }
}

/// Somebody who may not take over what is another's.
pub(super) fn guard(name: &str) -> Actor {
    let account = Uuid::from_u128(name.bytes().fold(7, |sum, byte| 31 * sum + u128::from(byte)));
    Actor { guard: Guard { account, name: name.to_owned() }, outranks: false }
}

/// The `n`-th alert, opened so many seconds into the night.
pub(super) fn alert(n: i64) -> Alert {
    let opened_at = seconds(n);
    Alert {
        id: IdSource::seeded(n.cast_unsigned()).next(opened_at),
        case: None,
        camera: if n % 2 == 0 { "cong-chinh" } else { "kho" }.to_owned(),
        zone: Some("san".to_owned()),
        opened_at,
        last_seen_at: opened_at,
        closed_at: None,
        severity: Severity::ALL[usize::try_from(n % 3).expect("small")],
        score: 0.75,
        score_parts: Vec::new(),
        handling: Handling::default(),
        looks: BTreeMap::new(),
        findings: vec![finding(FindingKind::Person, opened_at)],
        persons: Vec::new(),
        reason: Bilingual {
            vi: "Có người trong sân lúc 01:30".to_owned(), en: "A person in the yard".to_owned()
        },
        frame_width: 640,
        frame_height: 360,
        pictures_removed: None,
    }
}

#[test]
fn an_alert_grows_closes_and_is_told() {
    let (_folder, store) = open();
    let mut told = store.subscribe();
    let mut alert = alert(0);
    store.put_alert(&alert).expect("opens");
    alert.findings.push(finding(FindingKind::FaceCovered, seconds(3)));
    alert.last_seen_at = seconds(3);
    store.put_alert(&alert).expect("grows");
    assert_eq!(store.alert(alert.id).expect("read"), Some(alert.clone()));
    alert.findings.remove(0);
    alert.closed_at = Some(seconds(33));
    store.put_alert(&alert).expect("closes");
    assert_eq!(store.alert(alert.id).expect("read"), Some(alert.clone()));

    for seq in 1..=3 {
        let event = StoredEvent { seq, subject: Subject::Alert(alert.id) };
        assert_eq!(told.try_recv().expect("told when durable"), event);
    }
    assert_eq!(store.alert(IdSource::seeded(77).next(night())).expect("read"), None);
}

#[test]
fn every_kind_of_finding_has_a_place() {
    use FindingKind::{
        Bag, CameraOffline, CameraTampered, FaceCovered, Gloves, HeadCovered, Loitering, Person, PlateAbsent,
        PlateSuspect, PlateUnreadable, PlateWanted, ProtectedRoom, SeenBefore, Vehicle,
    };
    let (_folder, store) = open();
    let kinds = [
        Person,
        FaceCovered,
        HeadCovered,
        Gloves,
        Bag,
        Vehicle,
        PlateAbsent,
        PlateUnreadable,
        PlateSuspect,
        PlateWanted,
        Loitering,
        SeenBefore,
        ProtectedRoom,
        CameraTampered,
        CameraOffline,
    ];
    let alert = Alert { findings: kinds.map(|kind| finding(kind, night())).to_vec(), ..alert(0) };
    store.put_alert(&alert).expect("stored");
    assert_eq!(store.alert(alert.id).expect("read"), Some(alert));
}

#[test]
fn pages_are_newest_first_and_do_not_shift() {
    let (_folder, store) = open();
    for n in 0..10 {
        store.put_alert(&alert(n)).expect("stored");
    }
    let first = store.alerts(&AlertFilter { limit: 4, ..AlertFilter::default() }).expect("page");
    assert_eq!(first.items, [9, 8, 7, 6].map(alert));
    store.put_alert(&alert(10)).expect("a new one meanwhile");
    let cursor = first.next_cursor.expect("more");
    assert_eq!(cursor.to_string().parse(), Ok(cursor));
    let filter = AlertFilter { limit: 6, cursor: Some(cursor), ..AlertFilter::default() };
    let last = store.alerts(&filter).expect("page");
    assert_eq!(last.items, [5, 4, 3, 2, 1, 0].map(alert));
    assert_eq!(last.next_cursor, None, "exactly full, and yet the last");
}

#[track_caller]
fn check_filter(filter: AlertFilter, wanted: &[i64]) {
    let (_folder, store) = open();
    for n in 0..6 {
        store.put_alert(&alert(n)).expect("stored");
    }
    store.handle(alert(4).id, Step::Claim, &guard("Lan"), night()).expect("claimed");
    let page = store.alerts(&AlertFilter { limit: 50, ..filter }).expect("page");
    let found: Vec<i64> = page.items.iter().map(|alert| alert.opened_at.duration_since(night()).as_secs()).collect();
    assert_eq!(found, wanted);
}

#[test]
fn filters_narrow_and_combine() {
    let any = AlertFilter::default;
    check_filter(any(), &[5, 4, 3, 2, 1, 0]);
    check_filter(AlertFilter { cameras: vec!["kho".to_owned()], ..any() }, &[5, 3, 1]);
    check_filter(
        AlertFilter { cameras: vec!["kho".to_owned(), "cong-chinh".to_owned()], ..any() },
        &[5, 4, 3, 2, 1, 0],
    );
    check_filter(AlertFilter { cameras: vec!["' or 1=1 --".to_owned()], ..any() }, &[]);
    check_filter(AlertFilter { severities: vec![Severity::Critical], ..any() }, &[5, 2]);
    check_filter(AlertFilter { states: vec![AlertState::Claimed, AlertState::Resolved], ..any() }, &[4]);
    check_filter(AlertFilter { from: Some(seconds(2)), to: Some(seconds(4)), ..any() }, &[3, 2]);
    let severities = vec![Severity::Notice, Severity::Warning];
    check_filter(AlertFilter { cameras: vec!["kho".to_owned()], severities, from: Some(seconds(2)), ..any() }, &[3]);
}

#[test]
fn a_cursor_from_elsewhere_is_refused() {
    for text in ["", ".", "12", "x.00000000000000000000000000000000", "12.0", "99999999999999999999.0"] {
        assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
    }
}

#[test]
fn a_crash_leaves_nothing_open() {
    let (folder, store) = open();
    let open = Alert { last_seen_at: seconds(12), ..alert(0) };
    store.put_alert(&open).expect("stored");
    store.put_alert(&Alert { closed_at: Some(seconds(40)), ..alert(1) }).expect("stored");
    drop(store);
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    assert_eq!(store.unfinished_alerts().expect("read"), std::slice::from_ref(&open));
    let closed = Alert { closed_at: Some(seconds(12)), ..open };
    assert_eq!(store.close_unfinished().expect("closed"), std::slice::from_ref(&closed));
    assert_eq!(store.alert(closed.id).expect("read"), Some(closed));
    assert_eq!(store.unfinished_alerts().expect("read"), []);
    assert_eq!(store.last_seq().expect("read"), 3);
}

#[test]
fn events_resume_and_old_ones_go() {
    let (_folder, store) = open();
    store.put_camera_state("kho", None).expect("stored");
    store.put_alert(&alert(1)).expect("stored");
    let later = store.events_after(1, 100).expect("read");
    assert_eq!(later, [StoredEvent { seq: 2, subject: Subject::Alert(alert(1).id) }]);
    assert_eq!(store.events_after(0, 1).expect("read")[0].subject, Subject::Camera("kho".to_owned()));

    let more = events::KEPT + 200;
    store
        .writer()
        .write(move |connection, told| {
            (0..more).try_for_each(|_| events::append(connection, Subject::Camera("kho".to_owned()), told))
        })
        .expect("stored");
    let kept = store.events_after(0, u32::MAX).expect("read");
    assert_eq!(kept.len(), 10_002, "the last ten thousand and the two since");
    assert_eq!(kept.last().map(|event| event.seq), Some(store.last_seq().expect("read")));
}

#[test]
fn the_appliance_keeps_its_name() {
    let (folder, store) = open();
    let name = store.appliance();
    assert_eq!(name.get_version_num(), 7);
    drop(store);
    assert_eq!(Store::open(folder.path(), &clock()).expect("opens").appliance(), name);
}

#[test]
fn a_folder_has_one_owner() {
    let (folder, store) = open();
    let error = Store::open(folder.path(), &clock()).err().expect("in use");
    let wanted = format!("in use by another canhdem (process {})", std::process::id());
    assert!(error.to_string().contains(&wanted), "{error}");
    drop(store);
    Store::open(folder.path(), &clock()).expect("free again");
}

#[track_caller]
fn check_refused(bytes: &[u8], wanted: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(FILE), bytes).expect("written");
    let error = Store::open(folder.path(), &clock()).err().expect("refused");
    let told = error.to_string();
    assert!(told.starts_with(&folder.path().join(FILE).display().to_string()), "{told}");
    assert!(told.contains(wanted), "{told}");
    assert_eq!(fs::read(folder.path().join(FILE)).expect("read"), bytes, "left as it was");
}

#[test]
fn what_is_not_our_database_is_left_alone() {
    check_refused(&[b'x'; 4096], "not a database of canhdem");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("songs.db");
    Connection::open(&path).expect("open").execute_batch("create table songs (title text)").expect("create");
    check_refused(&fs::read(&path).expect("read"), "not a database of canhdem");
    let (folder, store) = open();
    drop(store);
    let path = folder.path().join(FILE);
    Connection::open(&path).expect("open").pragma_update(None, "user_version", 99).expect("newer");
    let error = Store::open(folder.path(), &clock()).err().expect("refused");
    assert!(error.to_string().contains("written by a newer canhdem (schema 99"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let error = Store::open(&file.join("data"), &clock()).err().expect("refused");
    assert!(error.to_string().starts_with(&file.join("data").display().to_string()), "{error}");
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let (_folder, store) = open();
    let limit = |store: &Store, pages: i64| {
        store
            .writer()
            .write(move |connection, _| connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())))
            .expect("set");
    };
    store.put_alert(&alert(0)).expect("stored");
    limit(&store, 1);
    let long = |n| Alert { reason: Bilingual { vi: "x".repeat(20_000), en: String::new() }, ..alert(n) };
    let mut told = store.subscribe();
    let error = store.put_alert(&long(1)).expect_err("full");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(told.try_recv().is_err(), "nothing is told that is not stored");
    assert_eq!(store.alert(alert(0).id).expect("read"), Some(alert(0)), "what is stored stays");
    limit(&store, 1_000_000);
    store.put_alert(&long(1)).expect("space is back");
    assert_eq!(store.alert(alert(1).id).expect("read"), Some(long(1)));
}

#[test]
fn many_cameras_write_at_once() {
    let (_folder, store) = open();
    std::thread::scope(|scope| {
        for camera in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for n in 0..20 {
                    store.put_alert(&alert(camera * 100 + n)).expect("stored");
                }
            });
        }
    });
    let page = store.alerts(&AlertFilter { limit: 200, ..AlertFilter::default() }).expect("page");
    assert_eq!(page.items.len(), 160);
    let seqs: Vec<i64> = store.events_after(0, 1000).expect("read").iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=160).collect::<Vec<_>>());
}

/// A segment of ten seconds, so many seconds into the night.
fn segment(camera: &str, from: i64) -> Segment {
    let started_at = seconds(from);
    let id = IdSource::seeded(from.cast_unsigned()).next(started_at);
    Segment {
        id,
        camera: camera.to_owned(),
        path: PathBuf::from(format!("video/{camera}/{id}.mp4")),
        codec: Codec::H265,
        started_at,
        duration: Duration::from_secs(10),
        size_bytes: 123_456,
        complete: true,
    }
}

#[test]
fn segments_are_found_by_time() {
    let (_folder, store) = open();
    let long = Segment { duration: Duration::from_secs(35), ..segment("kho", 30) };
    let all = [segment("kho", 0), segment("kho", 10), segment("kho", 20), long.clone(), segment("san", 15)];
    for segment in &all {
        store
            .put(&Segment { complete: false, duration: Duration::ZERO, size_bytes: 0, ..segment.clone() })
            .expect("begun");
        store.put(segment).expect("complete");
    }
    let mut by_time = all.to_vec();
    by_time.sort_by_key(|segment| segment.started_at);
    assert_eq!(store.all().expect("read"), by_time);
    let found = |from, to| store.overlapping("kho", seconds(from), seconds(to)).expect("read");
    assert_eq!(found(10, 20), [segment("kho", 10)], "ends are excluded");
    assert_eq!(found(9, 21), [segment("kho", 0), segment("kho", 10), segment("kho", 20)]);
    assert_eq!(found(64, 70), std::slice::from_ref(&long), "a long one reaches far");
    assert_eq!(found(65, 70), []);
    store.remove(long.id, Gone::Removed).expect("removed");
    store.remove(long.id, Gone::Removed).expect("gone already");
    assert_eq!(found(64, 70), []);
}

#[test]
fn alerts_need_their_video() {
    let (_folder, store) = open();
    store.put_alert(&Alert { last_seen_at: seconds(105), ..alert(100) }).expect("stored");
    store.put_alert(&Alert { last_seen_at: seconds(112), ..alert(110) }).expect("stored");
    store.put_alert(&alert(500)).expect("stored");
    store.put_alert(&alert(111)).expect("another camera");
    assert_eq!(store.needed().expect("read"), [], "no video, no need");
    store.put(&segment("kho", 120)).expect("stored");
    let need = |camera: &str, from, to| Needed { camera: camera.to_owned(), from: seconds(from), to: seconds(to) };
    let wanted = [need("cong-chinh", 90, 132), need("cong-chinh", 490, 520), need("kho", 101, 131)];
    assert_eq!(store.needed().expect("read"), wanted);
    store.remove(segment("kho", 120).id, Gone::Removed).expect("removed");
    store.put(&segment("kho", 200)).expect("stored");
    assert_eq!(store.needed().expect("read"), [need("cong-chinh", 490, 520)], "the video of the others is gone");
}

pub(super) fn any_time() -> impl Strategy<Value = Timestamp> {
    // 1970 to 2100, to the nanosecond.
    (0i64..4_102_444_800_000_000_000).prop_map(rows::from_nanoseconds)
}

prop_compose! {
    fn any_finding()(
        at in any_time(), confidence in 0f32..=1.0, weight in -9f32..9.0, zone in proptest::option::of("\\PC{0,9}"),
        (x, y, w, h) in (-50f32..4000.0, -50f32..4000.0, 0f32..4000.0, 0f32..4000.0), seed: u64,
    ) -> Finding {
        let track = IdSource::seeded(seed).next(at);
        Finding { kind: FindingKind::Gloves, track, confidence, at, bbox: Rect::new(x, y, w, h), zone, weight }
    }
}

prop_compose! {
    fn any_score_part()(
        part in proptest::sample::select(&[Part::Prior, Part::Finding(FindingKind::Person), Part::GotOut][..]),
        log_odds in -9f32..9.0, (vi, en) in ("\\PC{0,30}", "\\PC{0,30}"),
    ) -> ScorePart {
        ScorePart { part, words: Bilingual { vi, en }, log_odds }
    }
}

prop_compose! {
    fn any_judged()(
        answer in proptest::sample::select(&[Answer::Yes, Answer::No, Answer::Unknown][..]), confidence in 0f32..=1.0,
        frames in 0u32..100, pixels in 0u32..2_000, has_crop: bool,
    ) -> Judged {
        Judged { answer, confidence, frames, pixels, has_crop }
    }
}

prop_compose! {
    fn any_person()(seed: u64, attributes in [any_judged(), any_judged(), any_judged(), any_judged()]) -> Person {
        Person { track: IdSource::seeded(seed).next(night()), attributes }
    }
}

fn any_id() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

prop_compose! {
    fn any_looks()(
        (x, y, w, h) in (0f32..1.0, 0f32..1.0, 0f32..1.0, 0f32..1.0), at in any_time(),
        path in proptest::sample::select(&[Path::Unknown, Path::Steady, Path::Erratic][..]),
    ) -> Looks {
        Looks { bbox: Rect::new(x, y, w, h), path, at }
    }
}

prop_compose! {
    fn any_alert()(
        opened_at in any_time(), last_seen_at in any_time(), closed_at in proptest::option::of(any_time()),
        severity in proptest::sample::select(&Severity::ALL[..]), looks in proptest::collection::btree_map(any_id(), any_looks(), 0..4),
        score in 0f32..=1.0, findings in proptest::collection::vec(any_finding(), 0..6),
        score_parts in proptest::collection::vec(any_score_part(), 0..6),
        persons in proptest::collection::vec(any_person(), 0..4),
        (vi, en) in ("\\PC{0,30}", "\\PC{0,30}"), (frame_width, frame_height) in (1u32..20_000, 1u32..20_000),
    ) -> Alert {
        let reason = Bilingual { vi, en };
        Alert {
            opened_at, last_seen_at, closed_at, severity, score, score_parts, findings, persons, looks, reason, frame_width,
            frame_height, ..alert(0)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_written_over_whatever_is_read_back(versions in proptest::collection::vec(any_alert(), 1..4)) {
        let (_folder, store) = open();
        for version in versions {
            store.put_alert(&version).expect("stored");
            prop_assert_eq!(store.alert(version.id).expect("read"), Some(version));
        }
    }
}
