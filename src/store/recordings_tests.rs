use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::tests::{alert, guard, open, seconds};
use super::{By, DayMarks, KeptStretch, MotionMinute, Recorded, Store};
use crate::alert::{Alert, AlertState, Step, Verdict};
use crate::intake::Codec;
use crate::record::{Needed, Segment, SegmentIndex as _};
use crate::rules::Severity;

/// A segment of the warehouse.
fn put_segment(store: &Store, from: i64, to: i64) {
    let segment = Segment {
        id: Uuid::from_u128(u128::try_from(from * 10_000 + to).expect("positive")),
        camera: "kho".to_owned(),
        path: PathBuf::from(format!("recordings/kho/{from}-{to}.mp4")),
        codec: Codec::H264,
        started_at: seconds(from),
        duration: Duration::from_secs(u64::try_from(to - from).expect("forwards")),
        size_bytes: 1000,
        complete: true,
    };
    store.put(&segment).expect("stored");
}

fn kept(n: u128, from: i64, to: i64) -> KeptStretch {
    KeptStretch {
        id: Uuid::from_u128(n),
        camera: "kho".to_owned(),
        from: seconds(from),
        to: seconds(to),
        reason: "Mất trộm".to_owned(),
        kept: by("lan", 100),
        released: None,
    }
}

fn by(name: &str, at: i64) -> By {
    By { guard: guard(name).guard, at: seconds(at) }
}

#[track_caller]
fn check_recorded(store: &Store, (from, to): (i64, i64), wanted: &[(i64, i64)]) {
    let found = store.recorded("kho", seconds(from), seconds(to)).expect("read");
    let wanted: Vec<_> = wanted.iter().map(|(from, to)| Recorded { from: seconds(*from), to: seconds(*to) }).collect();
    assert_eq!(found, wanted, "{from}..{to}");
}

#[test]
fn segments_that_follow_each_other_are_one_stretch() {
    let (_folder, store) = open();
    for (from, to) in [(0, 10), (10, 20), (21, 30), (40, 50), (45, 48), (50, 55)] {
        put_segment(&store, from, to);
    }
    check_recorded(&store, (-5, 100), &[(0, 30), (40, 55)]);
    // What reaches in from outside, cut off at the ends.
    check_recorded(&store, (5, 42), &[(5, 30), (40, 42)]);
    check_recorded(&store, (30, 40), &[]);
    check_recorded(&store, (100, 200), &[]);
    assert_eq!(store.recorded("cong", seconds(0), seconds(100)).expect("read"), []);
    assert_eq!(store.recorded("kho", Timestamp::MIN, Timestamp::MAX).expect("read").len(), 2);
}

#[test]
fn motion_is_told_by_the_minute_and_goes_with_the_video() {
    let (_folder, store) = open();
    let minute = |n: i64| seconds(n * 60).as_second() / 60;
    for (n, seconds) in [(0, 5), (1, 60), (3, 1), (1, 20)] {
        store.put_motion("kho", MotionMinute { minute: minute(n), seconds }).expect("stored");
    }
    store.put_motion("cong", MotionMinute { minute: minute(0), seconds: 9 }).expect("stored");
    let told = |from: i64, to: i64| {
        let minutes = store.motion("kho", seconds(from), seconds(to)).expect("read");
        minutes.iter().map(|motion| (motion.minute - minute(0), motion.seconds)).collect::<Vec<_>>()
    };
    assert_eq!(told(0, 600), [(0, 5), (1, 60), (3, 1)]);
    assert_eq!(told(70, 190), [(1, 60), (3, 1)]);
    let refused = store.put_motion("kho", MotionMinute { minute: 0, seconds: 61 });
    assert!(refused.is_err());
    assert_eq!(MotionMinute { minute: minute(1), seconds: 1 }.begins_at(), seconds(60));

    store.remove_motion_without_video().expect("removed");
    assert_eq!(told(0, 600).len(), 3, "a camera without video yet");
    put_segment(&store, 70, 80);
    store.remove_motion_without_video().expect("removed");
    assert_eq!(told(0, 600), [(1, 60), (3, 1)]);
}

#[test]
fn what_is_kept_is_needed_until_it_is_released() {
    let (_folder, store) = open();
    put_segment(&store, 0, 10);
    assert!(store.keep(&kept(1, 0, 20)).expect("stored"));
    assert!(store.keep(&kept(2, 15, 40)).expect("stored"));
    assert!(store.keep(&kept(3, 90, 95)).expect("stored"));
    let needed = |from, to| Needed { camera: "kho".to_owned(), from: seconds(from), to: seconds(to) };
    assert_eq!(store.kept().expect("read"), [needed(0, 40), needed(90, 95)]);
    assert_eq!(store.kept_between("kho", seconds(10), seconds(90)).expect("read"), [kept(1, 0, 20), kept(2, 15, 40)]);

    assert_eq!(store.release("cong", Uuid::from_u128(1), &by("an", 200)).expect("written"), None, "another camera's");
    let released = KeptStretch { released: Some(by("an", 200)), ..kept(1, 0, 20) };
    assert_eq!(store.release("kho", Uuid::from_u128(1), &by("an", 200)).expect("written"), Some(released.clone()));
    let again = store.release("kho", Uuid::from_u128(1), &by("minh", 300)).expect("written");
    assert_eq!(again, Some(released.clone()), "who released it first did");
    assert_eq!(store.release("kho", Uuid::from_u128(4), &by("an", 200)).expect("written"), None);
    assert_eq!(store.kept().expect("read"), [needed(15, 40), needed(90, 95)]);
    assert_eq!(store.kept_of("kho").expect("read"), [kept(3, 90, 95), kept(2, 15, 40), released]);
}

#[test]
fn days_say_what_there_is_of_them() {
    let (_folder, store) = open();
    put_segment(&store, 0, 10);
    // Every second alert is the warehouse's: of the seconds 1, 3, 5 and 101.
    for n in [1, 2, 3, 5, 101] {
        store.put_alert(&alert(n)).expect("stored");
    }
    store.keep(&kept(1, 150, 160)).expect("stored");
    let midnights = [0, 100, 150, 200].map(seconds);
    let marks = store.day_marks("kho", &midnights).expect("read");
    let first = DayMarks { is_recorded: true, is_kept: false, alerts: 3, severity: Some(Severity::Critical) };
    let second = DayMarks { alerts: 1, severity: Some(alert(101).severity), ..DayMarks::default() };
    assert_eq!(marks, [first, second, DayMarks { is_kept: true, ..DayMarks::default() }]);
    assert_eq!(store.day_marks("kho", &[]).expect("read"), []);
}

#[test]
fn alerts_are_marked_on_the_line_of_time() {
    let (_folder, store) = open();
    for n in 0..8 {
        store.put_alert(&Alert { last_seen_at: seconds(n + 2), ..alert(n) }).expect("stored");
    }
    let resolve = Step::Resolve { verdict: Verdict::TrueAlarm, note: None };
    store.handle(alert(3).id, resolve, &guard("Lan"), seconds(50)).expect("handled");
    let marks = store.alert_marks("kho", seconds(2), seconds(7), 10).expect("read");
    let told: Vec<_> = marks.iter().map(|mark| (mark.id, mark.opened_at, mark.last_seen_at, mark.state)).collect();
    let wanted = |n: i64, state| (alert(n).id, seconds(n), seconds(n + 2), state);
    assert_eq!(told, [wanted(3, AlertState::Resolved), wanted(5, AlertState::New)]);
    assert!(marks[0].verdict.is_some() && marks[1].verdict.is_none());
    assert_eq!(store.alert_marks("kho", seconds(0), seconds(9), 2).expect("read").len(), 2, "the latest");
}
