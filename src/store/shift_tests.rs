use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::tests::{alert, clock, guard, open, seconds};
use super::{DutyChange, Outage, ShiftNote, Store};
use crate::alert::{ActionKind, Step, TrailPoint, Verdict};
use crate::base::Rect;
use crate::intake::health::{LostReason, Role, StreamHealth, StreamState};
use crate::rules::FalseAlarm;
use crate::rules::orders::{Act, Order, Scope};

fn steps(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// What of an alert's plan is done, and by whom.
#[track_caller]
fn check_plan(store: &Store, alert: Uuid, expected: &[(&str, Option<&str>)]) {
    let plan = store.plan(alert).expect("read");
    let plan: Vec<_> =
        plan.iter().map(|of| (of.step.as_str(), of.done.as_ref().map(|(_, by)| by.name.as_str()))).collect();
    assert_eq!(plan, expected);
}

#[test]
fn a_plan_stays_as_it_was_and_ticks_are_kept() {
    let (folder, store) = open();
    let id = alert(0).id;
    store.put_alert_planned(&alert(0), Vec::new(), &steps(&["Gọi", "Khóa"]), BTreeMap::new()).expect("stored");
    let mut told = store.subscribe();
    let (lan, minh) = (guard("Lan").guard, guard("Minh").guard);
    store.tick(id, "Khóa", true, &lan, seconds(10)).expect("ticked");
    store.tick(id, "Khóa", true, &minh, seconds(11)).expect("it is so already");
    check_plan(&store, id, &[("Gọi", None), ("Khóa", Some("Lan"))]);
    store.tick(id, "Khóa", false, &minh, seconds(12)).expect("taken back");
    store.tick(id, "Gọi", false, &minh, seconds(12)).expect("it never was");
    store.tick(id, "Gọi", true, &minh, seconds(13)).expect("ticked");
    check_plan(&store, id, &[("Gọi", Some("Minh")), ("Khóa", None)]);
    for _ in 0..3 {
        told.try_recv().expect("every screen hears of it");
    }
    told.try_recv().expect_err("what is so already changes nothing");

    // The camera writes on, with the plan of another zone now, or without saying.
    store.put_alert(&alert(0)).expect("stored");
    check_plan(&store, id, &[("Gọi", Some("Minh")), ("Khóa", None)]);
    store.put_alert_planned(&alert(0), Vec::new(), &steps(&["Bật đèn"]), BTreeMap::new()).expect("stored");
    drop(store);
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    check_plan(&store, id, &[("Bật đèn", None), ("Khóa", None), ("Gọi", Some("Minh"))]);
    let history = store.history(id).expect("read");
    let kinds: Vec<_> = history.iter().map(|action| (action.kind, action.step.as_deref())).collect();
    let expected =
        [(ActionKind::Ticked, Some("Khóa")), (ActionKind::Unticked, Some("Khóa")), (ActionKind::Ticked, Some("Gọi"))];
    assert_eq!(kinds, expected);
    let handling = store.alert(id).expect("read").expect("there").handling;
    assert_eq!(handling, crate::alert::Handling::default(), "a tick is no claim");
}

#[test]
fn notes_and_duty_are_kept_in_order() {
    let (_folder, store) = open();
    let write = |n: i64, text: &str| {
        let id = Uuid::from_u128(n.unsigned_abs().into());
        let note = ShiftNote { id, at: seconds(n), by: guard("Lan").guard, note: text.parse().expect("a note") };
        store.add_shift_note(&note).expect("stored");
        note
    };
    let (first, second) = (write(1, "Cổng phụ kẹt khóa"), write(2, "Đèn sân hỏng"));
    assert_eq!(store.shift_notes(9).expect("read"), [second.clone(), first]);
    assert_eq!(store.shift_notes(1).expect("read"), [second]);

    let change = |at: i64, name: &str, is_on| DutyChange { at: seconds(at), who: guard(name).guard, is_on };
    let put = |of: &DutyChange| store.put_duty(of, seconds(of.at.duration_since(seconds(0)).as_secs() - 100));
    let (lan, minh, gone) = (change(10, "Lan", true), change(11, "Minh", true), change(20, "Lan", false));
    for of in [&lan, &lan, &minh, &gone, &gone, &change(21, "Sơn", false)] {
        put(of).expect("stored");
    }
    assert_eq!(store.duty(seconds(0), seconds(99)).expect("read"), [lan, minh.clone(), gone.clone()]);
    assert_eq!(store.duty(seconds(11), seconds(20)).expect("read"), [minh]);
    // What was said too long ago counts as forgotten: it is said anew.
    let again = change(500, "Minh", true);
    put(&again).expect("stored");
    assert_eq!(store.duty(seconds(20), seconds(600)).expect("read"), [gone, again]);
}

fn health(state: StreamState, since: i64, reason: Option<LostReason>) -> StreamHealth {
    StreamHealth { role: Role::Main, state, since: seconds(since), reason, codec: None }
}

#[test]
fn a_camera_is_lost_from_when_it_is_until_it_is_back() {
    let (folder, store) = open();
    let state = |state, since, reason| {
        store.put_camera_state("kho", Some(&health(state, since, reason))).expect("stored");
    };
    state(StreamState::Connecting, 0, None);
    state(StreamState::Live, 1, None);
    state(StreamState::Lost, 10, Some(LostReason::Stalled));
    state(StreamState::Connecting, 12, None);
    state(StreamState::Lost, 14, Some(LostReason::NoRoute));
    state(StreamState::Live, 30, None);
    state(StreamState::Lost, 50, None);
    store.put_camera_state("cong", Some(&health(StreamState::Lost, 5, None))).expect("stored");
    drop(store);
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    let outage = |from, until: Option<i64>, reason| Outage {
        camera: "kho".to_owned(),
        from: seconds(from),
        until: until.map(seconds),
        reason,
    };
    let (first, second) = (outage(10, Some(30), Some(LostReason::Stalled)), outage(50, None, None));
    let read = |from, to| store.outages("kho", seconds(from), seconds(to)).expect("read");
    assert_eq!(read(0, 99), [first.clone(), second.clone()]);
    assert_eq!(read(20, 50), [first]);
    assert_eq!(read(30, 50), []);
    assert_eq!(read(60, 99), [second]);
    assert_eq!(store.outages("nha-xe", seconds(0), seconds(99)).expect("read"), []);
}

#[test]
fn a_day_tells_of_alerts_and_of_disarming() {
    let (_folder, store) = open();
    for n in [1, 2, 3] {
        store.put_alert(&alert(n)).expect("stored");
    }
    let (lan, spider) = (guard("Lan"), Verdict::FalseAlarm(FalseAlarm::Insect));
    store.handle(alert(2).id, Step::Claim, &lan, seconds(32)).expect("stored");
    let son = crate::alert::Actor { outranks: true, ..guard("Sơn") };
    store.handle(alert(2).id, Step::Claim, &son, seconds(60)).expect("stored");
    store.handle(alert(2).id, Step::Escalate { note: None }, &lan, seconds(40)).expect("stored");
    store.handle(alert(2).id, Step::Resolve { verdict: spider, note: None }, &son, seconds(70)).expect("stored");
    let day = store.alerts_of_day(seconds(2), seconds(3)).expect("read");
    let [of] = &day[..] else { panic!("{day:?}") };
    assert_eq!((of.id, of.camera.as_str(), of.opened_at), (alert(2).id, "cong-chinh", seconds(2)));
    // Who takes over claims nothing sooner.
    assert_eq!((of.claimed_at, of.escalated_at, of.verdict), (Some(seconds(32)), Some(seconds(40)), Some(spider)));
    assert_eq!(store.alerts_of_day(seconds(0), seconds(9)).expect("read").len(), 3);

    let order = |n: u128, act, from: i64, until: i64, withdrawn: Option<i64>| Order {
        id: Uuid::from_u128(n),
        act,
        scope: Scope::All,
        from: seconds(from),
        until: seconds(until),
        reason: "Họp".to_owned(),
        created_at: seconds(0),
        given_by: None,
        withdrawn_at: withdrawn.map(seconds),
        withdrawn_by: None,
    };
    for order in [
        order(1, Act::Disarm, 10, 20, None),
        order(2, Act::Arm, 10, 90, None),
        order(3, Act::Disarm, 10, 90, Some(30)),
        order(4, Act::Disarm, 50, 60, Some(40)),
        order(5, Act::Disarm, 50, 60, None),
    ] {
        store.put_order(&order).expect("stored");
    }
    let disarmed = |from: i64, to: i64| -> Vec<u128> {
        let orders = store.disarmed(seconds(from), seconds(to)).expect("read");
        orders.iter().map(|order| order.id.as_u128()).collect()
    };
    assert_eq!(disarmed(0, 99), [1, 3, 5]);
    assert_eq!(disarmed(20, 50), [3]);
    assert_eq!(disarmed(30, 50), [0; 0]);
    let long_ago = Timestamp::MIN;
    assert!(store.disarmed(long_ago, seconds(0) - SignedDuration::from_hours(1)).expect("read").is_empty());
}

#[test]
fn ways_grow_and_are_kept_when_they_are_no_longer_known() {
    let (_folder, store) = open();
    let id = alert(0).id;
    let point = |n: i64| TrailPoint { at: seconds(n), bbox: Rect::new(n as f32, 20.4, 30.0, 80.0) };
    let track = Uuid::from_u128(7);
    let put = |points: &[TrailPoint]| {
        let trails = [(track, points.to_vec())].into_iter().filter(|(_, points)| !points.is_empty()).collect();
        store.put_alert_planned(&alert(0), Vec::new(), &[], trails).expect("stored");
    };
    put(&[point(1)]);
    put(&[point(1), point(2)]);
    put(&[]);
    let to_a_pixel = |n: i64| TrailPoint { bbox: Rect::new(n as f32, 20.0, 30.0, 80.0), ..point(n) };
    let expected = BTreeMap::from([(track, vec![to_a_pixel(1), to_a_pixel(2)])]);
    assert_eq!(store.trails(id).expect("read"), expected);
    assert_eq!(store.trails(alert(1).id).expect("read"), BTreeMap::new());
}
