//! Response plans, the handover from shift to shift, and the report of a day.

use std::collections::BTreeSet;

use canhdem::alert::TrailPoint;
use canhdem::rules::FalseAlarm;
use canhdem::rules::orders::{Act, Order, Orderer, Scope};
use serde_json::{Value, json};

use super::*;

const SHIFT: &str = "/api/v1/shift";
const DAILY: &str = "/api/v1/reports/daily";

impl Office {
    fn put_planned(&self, alert: &Alert, plan: &[&str]) {
        let plan: Vec<_> = plan.iter().map(|&step| step.to_owned()).collect();
        self.state.store.put_alert_planned(alert, Vec::new(), &plan, BTreeMap::new()).expect("stored");
    }

    async fn tick(&self, n: i64, step: &str, done: bool) -> Answer {
        self.send("POST", &format!("/api/v1/alerts/{}/plan", id(n)), &json!({"step": step, "done": done})).await
    }
}

#[tokio::test]
async fn a_plan_is_ticked_off_and_stands_in_the_history() {
    let office = Office::new();
    office.put_planned(&alert(0), &["Gọi trực ban", "Khóa cổng sau"]);
    office.put(&alert(2));
    let open = |step: &str| json!({"step": step, "done": false, "at": null, "who": null});
    let path = format!("/api/v1/alerts/{}", id(0));
    let plan = office.json(&path).await["plan"].clone();
    assert_eq!(plan, json!([open("Gọi trực ban"), open("Khóa cổng sau")]));
    assert_eq!(office.json(&format!("/api/v1/alerts/{}", id(2))).await["plan"], json!([]));

    office.clock.advance_to(seconds(40));
    let ticked = office.tick(0, "Khóa cổng sau", true).await;
    assert_eq!(ticked.status, 200, "{}", ticked.text());
    let ticked = ticked.json();
    let at = "2026-02-17T01:30:40.000+07:00";
    let done = json!({"step": "Khóa cổng sau", "done": true, "at": at, "who": "admin"});
    assert_eq!(ticked["plan"], json!([open("Gọi trực ban"), done]));
    assert_eq!((&ticked["state"], &ticked["owner"]), (&json!("new"), &Value::Null), "a tick is no claim");
    office.clock.advance_to(seconds(50));
    assert_eq!(office.tick(0, "Khóa cổng sau", false).await.status, 200);
    let told = office.json(&path).await;
    assert_eq!(told["plan"], json!([open("Gọi trực ban"), open("Khóa cổng sau")]));
    let acts: Vec<_> =
        told["history"].as_array().expect("entries").iter().map(|of| [&of["act"], &of["step"], &of["who"]]).collect();
    let (step, me) = (json!("Khóa cổng sau"), json!("admin"));
    assert_eq!(acts, [[&json!("ticked"), &step, &me], [&json!("unticked"), &step, &me]]);

    office.tick(0, "Bỏ trốn", true).await.check_problem(422, "none of this alert's plan");
    office.tick(4, "Khóa cổng sau", true).await.check_problem(404, "no alert");
    let wrong = office.send("POST", &format!("{path}/plan"), &json!({"step": "x"})).await;
    wrong.check_problem(400, "missing field `done`");
}

#[tokio::test]
async fn ways_are_told_with_the_alert_alone() {
    let office = Office::new();
    let track = alert(0).findings[0].track;
    let point = |ms: i64, x| TrailPoint {
        at: alert(0).opened_at + SignedDuration::from_millis(ms),
        bbox: Rect::new(x, 20.0, 30.0, 80.0),
    };
    let trails = BTreeMap::from([(track, vec![point(-250, 10.0), point(400, 12.0)])]);
    office.state.store.put_alert_planned(&alert(0), Vec::new(), &[], trails).expect("stored");
    let told = office.json(&format!("/api/v1/alerts/{}", id(0))).await;
    let points = json!([[-0.25, 10.0, 20.0, 30.0, 80.0], [0.4, 12.0, 20.0, 30.0, 80.0]]);
    assert_eq!(told["trails"], json!([{"track": track, "points": points}]));
    assert_eq!(office.json("/api/v1/alerts").await["items"][0]["trails"], Value::Null, "a list has none");
}

#[tokio::test]
async fn a_shift_is_handed_over() {
    let office = Office::new();
    for n in [0, 1, 2] {
        office.put(&alert(n));
    }
    office.handle(1, "lan", Step::Claim);
    office.handle(2, "lan", Step::Resolve { verdict: Verdict::TrueAlarm, note: None });
    let lost = StreamHealth {
        role: health::Role::Main,
        state: StreamState::Lost,
        since: seconds(7),
        reason: Some(LostReason::NoRoute),
        codec: None,
    };
    office.state.board.update_camera("kho", |now| now.streams = vec![lost]);
    let live = |state| StreamHealth { role: health::Role::Main, state, since: seconds(1), reason: None, codec: None };
    office.state.board.update_camera("cong-chinh", |now| now.streams = vec![live(StreamState::Live)]);
    office.clock.advance_to(seconds(60));

    let written = office.send("POST", "/api/v1/shift/notes", &json!({"text": " Cổng phụ kẹt khóa\n"})).await;
    assert_eq!(written.status, 201, "{}", written.text());
    let written = written.json();
    assert_eq!((&written["text"], &written["who"]), (&json!("Cổng phụ kẹt khóa"), &json!("admin")));
    let on = office.send("POST", "/api/v1/shift/duty", &json!({"on": true})).await;
    assert_eq!(on.status, 200, "{}", on.text());
    let told = office.json(SHIFT).await;
    assert_eq!(on.json(), told);
    assert_eq!(ids(&json!({"items": told["alerts"]})), [id(1), id(0)], "what nobody has settled, newest first");
    let silent = json!([{
        "camera": "kho", "camera_name": "kho", "state": "lost", "since": "2026-02-17T01:30:07.000+07:00",
        "reason": {"code": "no_route", "vi": LostReason::NoRoute.vi(), "en": LostReason::NoRoute.en()},
    }]);
    assert_eq!((&told["silent"], &told["notes"]), (&silent, &json!([written])));
    assert_eq!(told["on_duty"], json!([{"who": "admin", "since": "2026-02-17T01:31:00.000+07:00"}]));

    let tampered = Finding { kind: FindingKind::CameraTampered, ..alert(4).findings[0].clone() };
    office.put(&Alert { findings: vec![tampered], ..open_alert(4) });
    let silent = office.json(SHIFT).await["silent"].clone();
    assert_eq!([&silent[0]["camera"], &silent[0]["state"]], [&json!("cong-chinh"), &json!("tampered")]);

    office.clock.advance_to(seconds(90));
    let off = office.send("POST", "/api/v1/shift/duty", &json!({"on": false})).await;
    assert_eq!(off.json()["on_duty"], json!([]));
    assert_eq!(office.send("POST", "/api/v1/shift/duty", &json!({"on": true})).await.status, 200);
    office.clock.advance_to(seconds(90 + 24 * 3600 + 1));
    assert_eq!(office.json(SHIFT).await["on_duty"], json!([]), "who has forgotten to say that they left");
    for (sent, detail) in [(json!({"text": " "}), "says nothing"), (json!({"text": "a\u{7}"}), "nobody can see")] {
        office.send("POST", "/api/v1/shift/notes", &sent).await.check_problem(422, detail);
    }
}

/// An office whose night had something of everything.
fn eventful() -> Office {
    let office = Office::new();
    for n in [0, 1, 2, 3, 7200] {
        office.put(&alert(n));
    }
    let spider = Verdict::FalseAlarm(FalseAlarm::Insect);
    office.handle(0, "lan", Step::Claim);
    office.handle(0, "lan", Step::Resolve { verdict: spider, note: None });
    office.handle(1, "lan", Step::Resolve { verdict: Verdict::TrueAlarm, note: None });
    office.handle(3, "lan", Step::Escalate { note: None });
    let state = |state, since, reason| StreamHealth { role: health::Role::Main, state, since, reason, codec: None };
    let store = &office.state.store;
    for (from, to) in [(-20 * 3600, -13 * 3600), (10, 70), (300, 3900)] {
        let lost = state(StreamState::Lost, seconds(from), Some(LostReason::Stalled));
        store.put_camera_state("kho", Some(&lost)).expect("stored");
        store.put_camera_state("kho", Some(&state(StreamState::Live, seconds(to), None))).expect("stored");
    }
    store.put_camera_state("cong-chinh", Some(&state(StreamState::Lost, seconds(14_000), None))).expect("stored");
    let order = |n: u128, scope, from: i64| Order {
        id: Uuid::from_u128(n),
        act: Act::Disarm,
        scope,
        from: seconds(from),
        until: seconds(from + 600),
        reason: "Họp muộn".to_owned(),
        created_at: seconds(from),
        given_by: Some(Orderer { account: Uuid::from_u128(7), name: "Lan".to_owned() }),
        withdrawn_at: None,
        withdrawn_by: None,
    };
    store.put_order(&order(1, Scope::All, 60)).expect("stored");
    store.put_order(&order(2, Scope::Camera("cong-chinh".to_owned()), 120)).expect("stored");
    store.put_order(&order(3, Scope::All, -14 * 3600)).expect("stored");
    office.clock.advance_to(seconds(14_400));
    office
}

#[tokio::test]
async fn a_day_is_told_from_noon_to_noon() {
    let office = eventful();
    let report = office.json(DAILY).await;
    assert_eq!(report, office.json(&format!("{DAILY}?day=2026-02-16")).await);
    assert_eq!([&report["day"], &report["running"]], [&json!("2026-02-16"), &json!(true)]);
    assert_eq!(report["from"], "2026-02-16T12:00:00.000+07:00");
    assert_eq!(report["to"], "2026-02-17T05:30:00.000+07:00");
    let alerts = json!({
        "total": 5, "critical": 3, "warning": 2, "notice": 0, "true_alarms": 1, "false_alarms": 1, "unsettled": 3,
        "escalated": 1, "false_alarm_reasons": [{"reason": "insect", "count": 1}],
    });
    assert_eq!(report["alerts"], alerts);
    let hours = report["hours"].as_array().expect("hours");
    assert_eq!(hours.len(), 24);
    let hour = |from: &str, yes: u32, no: u32, unknown: u32| json!({"from": from, "true_alarms": yes, "false_alarms": no, "unsettled": unknown});
    assert_eq!(hours[13], hour("2026-02-17T01:00:00.000+07:00", 1, 1, 2));
    assert_eq!(hours[15], hour("2026-02-17T03:00:00.000+07:00", 0, 0, 1));
    assert_eq!(hours[14], hour("2026-02-17T02:00:00.000+07:00", 0, 0, 0));
    let camera = |id: &str, name: &str, yes: u32, no: u32, unknown: u32| json!({"camera": id, "camera_name": name, "true_alarms": yes, "false_alarms": no, "unsettled": unknown});
    let cameras = json!([camera("cong-chinh", "Cổng chính", 0, 1, 2), camera("kho", "kho", 1, 0, 1)]);
    assert_eq!(report["cameras"], cameras);
    // Claimed after 100 and after 99 seconds.
    let claims = json!({"claimed": 2, "median_seconds": 99, "longest_seconds": 100, "unclaimed": 3});
    assert_eq!(report["claims"], claims);
    let escalated = json!([{
        "alert": id(3), "camera_name": "kho", "severity": "critical", "at": "2026-02-17T01:30:03.000+07:00",
        "escalated_at": "2026-02-17T01:31:40.000+07:00", "claimed_at": null,
    }]);
    assert_eq!(report["escalated"], escalated);
    let stalled = json!({"code": "stalled", "vi": LostReason::Stalled.vi(), "en": LostReason::Stalled.en()});
    // Of what began before noon only what is behind it counts.
    let outages = json!([
        {"camera": "kho", "camera_name": "kho", "times": 3, "seconds": 1800 + 60 + 3600, "longest_seconds": 3600, "lasts": false, "reason": stalled},
        {"camera": "cong-chinh", "camera_name": "Cổng chính", "times": 1, "seconds": 400, "longest_seconds": 400, "lasts": true, "reason": null},
    ]);
    assert_eq!(report["outages"], outages);
    let disarmed = |camera: Value, from: &str, until: &str| json!({"camera_name": camera, "group": null, "from": from, "until": until, "reason": "Họp muộn", "given_by": "Lan", "withdrawn_by": null});
    let expected = json!([
        disarmed(Value::Null, "2026-02-17T01:31:00.000+07:00", "2026-02-17T01:41:00.000+07:00"),
        disarmed(json!("Cổng chính"), "2026-02-17T01:32:00.000+07:00", "2026-02-17T01:42:00.000+07:00"),
    ]);
    assert_eq!(report["disarmed"], expected);

    let quiet = office.json(&format!("{DAILY}?day=2026-02-14")).await;
    assert_eq!((&quiet["alerts"]["total"], &quiet["running"]), (&json!(0), &json!(false)));
    assert_eq!(quiet["to"], "2026-02-15T12:00:00.000+07:00");
    assert_eq!(quiet["claims"], json!({"claimed": 0, "median_seconds": null, "longest_seconds": null, "unclaimed": 0}));
    office.get(&format!("{DAILY}?day=2026-02-17")).await.check_problem(400, "has not begun");
    office.get(&format!("{DAILY}?day=monday")).await.check_problem(400, "`day` cannot be \"monday\"");
}

#[tokio::test]
async fn who_may_see_one_camera_reads_of_no_other() {
    let office = eventful();
    let guard = |cameras: &[&str]| {
        let cameras: BTreeSet<_> = cameras.iter().map(|&id| id.to_owned()).collect();
        let name = format!("guard.{}", cameras.len());
        sign_in(&office.state.store, &Account { cameras: Some(cameras), ..account(&name, Role::Guard) })
    };
    let json = async |cookie: &str, path: &str| {
        let answer = ask(office.app_of(cookie), Request::get(path).header("host", "localhost")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let kho = guard(&["kho"]);
    let report = json(&kho, DAILY).await;
    assert_eq!((&report["alerts"]["total"], report["cameras"].as_array().map(Vec::len)), (&json!(2), Some(1)));
    assert_eq!((&report["claims"]["claimed"], &report["hours"][15]["unsettled"]), (&json!(1), &json!(0)));
    assert_eq!(
        (report["outages"].as_array().map(Vec::len), report["disarmed"].as_array().map(Vec::len)),
        (Some(1), Some(1))
    );
    let shift = json(&kho, SHIFT).await;
    assert_eq!(ids(&json!({"items": shift["alerts"]})), [id(3)]);
    assert!(!format!("{report}{shift}").contains("cong-chinh") && !format!("{report}{shift}").contains("Cổng chính"));
    let none = json(&guard(&[]), SHIFT).await;
    assert_eq!((&none["alerts"], &none["silent"]), (&json!([]), &json!([])));
}
