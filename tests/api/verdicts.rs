//! What guards do with alerts, and what that teaches.

use canhdem::rules::FalseAlarm;
use canhdem::rules::lessons::Looks;
use canhdem::rules::quality::Path as Way;
use serde_json::{Value, json};

use super::*;

/// Whoever asks here.
const ME: &str = "admin";
const SPIDER: Step = Step::Resolve { verdict: Verdict::FalseAlarm(FalseAlarm::Insect), note: None };

impl Office {
    async fn act(&self, n: i64, act: &str, sent: &Value) -> Answer {
        self.send("POST", &format!("/api/v1/alerts/{}/{act}", id(n)), sent).await
    }

    /// As [`Self::act`], of what is done.
    async fn done(&self, n: i64, act: &str, sent: Value) -> Value {
        let answer = self.act(n, act, &sent).await;
        assert_eq!(answer.status, 200, "{act} {sent}: {}", answer.text());
        answer.json()
    }
}

/// Of an alert: its state, owner, verdict and reason.
fn handling(alert: &Value) -> [&Value; 4] {
    [&alert["state"], &alert["owner"], &alert["verdict"], &alert["false_alarm_reason"]]
}

#[tokio::test]
async fn an_alert_is_claimed_resolved_and_corrected() {
    let office = Office::new();
    office.put(&alert(0));
    let new = office.json(&format!("/api/v1/alerts/{}", id(0))).await;
    assert_eq!(handling(&new), [&json!("new"), &Value::Null, &Value::Null, &Value::Null]);
    assert_eq!(new["history"], json!([]));

    office.clock.advance_to(seconds(40));
    let claimed = office.done(0, "claim", json!({})).await;
    assert_eq!(handling(&claimed), [&json!("claimed"), &json!(ME), &Value::Null, &Value::Null]);
    assert_eq!(claimed["claimed_at"], "2026-02-17T01:30:40.000+07:00");
    office.clock.advance_to(seconds(50));
    let noted = office.done(0, "note", json!({"text": " Có vệt sáng\n"})).await;
    assert_eq!((&noted["state"], &noted["history"][1]["text"]), (&json!("claimed"), &json!("Có vệt sáng")));
    let resolved =
        office.done(0, "resolve", json!({"verdict": "false_alarm", "reason": "light", "note": "Đèn xe"})).await;
    assert_eq!(handling(&resolved), [&json!("resolved"), &json!(ME), &json!("false_alarm"), &json!("light")]);
    office.clock.advance_to(seconds(60));
    let corrected = office.done(0, "resolve", json!({"verdict": "true_alarm"})).await;
    assert_eq!(handling(&corrected), [&json!("resolved"), &json!(ME), &json!("true_alarm"), &Value::Null]);
    assert_eq!(corrected["resolved_at"], "2026-02-17T01:31:00.000+07:00");

    let at = |second| format!("2026-02-17T01:{second}.000+07:00");
    let entry = |at: String, act: &str, verdict: Value, reason: Value, text: Value| json!({"at": at, "who": ME, "act": act, "verdict": verdict, "false_alarm_reason": reason, "text": text, "step": null});
    let history = json!([
        entry(at("30:40"), "claimed", Value::Null, Value::Null, Value::Null),
        entry(at("30:50"), "noted", Value::Null, Value::Null, json!("Có vệt sáng")),
        entry(at("30:50"), "resolved", json!("false_alarm"), json!("light"), json!("Đèn xe")),
        entry(at("31:00"), "corrected", json!("true_alarm"), Value::Null, Value::Null),
    ]);
    assert_eq!(corrected["history"], history);
    assert_eq!(office.json(&format!("/api/v1/alerts/{}", id(0))).await, corrected);
    let listed = &office.json("/api/v1/alerts?state=resolved&verdict=true_alarm&text=den+xe").await["items"][0];
    assert_eq!((handling(listed), &listed["history"]), (handling(&corrected), &Value::Null));
    for nothing in ["owner=Lan", "verdict=false_alarm", "text=khong"] {
        assert_eq!(office.json(&format!("/api/v1/alerts?{nothing}")).await["items"], json!([]), "{nothing}");
    }
}

#[tokio::test]
async fn an_alert_is_taken_over_and_escalated() {
    let office = Office::new();
    for n in [0, 1] {
        office.put(&alert(n));
        office.handle(n, "Lan", Step::Claim);
    }
    // Whoever asks here is an administrator.
    let taken = office.done(0, "claim", json!({})).await;
    let acts: Vec<_> = taken["history"].as_array().expect("a list").iter().map(|of| [&of["who"], &of["act"]]).collect();
    assert_eq!(acts, [[&json!("Lan"), &json!("claimed")], [&json!(ME), &json!("taken_over")]]);

    office.clock.advance_to(seconds(200));
    let escalated = office.done(1, "escalate", json!({"note": "Có hai người"})).await;
    assert_eq!(handling(&escalated)[..2], [&json!("claimed"), &json!("Lan")]);
    assert_eq!(escalated["escalated_at"], "2026-02-17T01:33:20.000+07:00");
    assert_eq!(
        (&escalated["history"][1]["act"], &escalated["history"][1]["text"]),
        (&json!("escalated"), &json!("Có hai người"))
    );
    office.put(&alert(2));
    let escalation = canhdem::config::Escalation::default();
    office.state.store.escalate_overdue(seconds(600), &escalation).expect("stored");
    let by_itself = office.json(&format!("/api/v1/alerts/{}", id(2))).await;
    assert_eq!(by_itself["history"][0]["who"], Value::Null, "the appliance itself");
    assert_eq!(handling(&by_itself)[0], "new");
}

#[tokio::test]
async fn what_is_anothers_is_refused_by_name() {
    let office = Office::new();
    office.put(&alert(0));
    office.handle(0, "Lan", SPIDER);
    for (act, sent) in [("claim", json!({})), ("escalate", json!({}))] {
        let refused = office.act(0, act, &sent).await;
        refused.check_problem(409, "Lan has resolved this alert");
        assert_eq!(refused.json()["owner"], "Lan");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_step_is_named() {
    let office = Office::new();
    office.put(&alert(0));
    let field = async |act: &str, sent: Value, field: &str, detail: &str| {
        let refused = office.act(0, act, &sent).await;
        refused.check_problem(422, detail);
        assert_eq!(refused.json()["field"], field);
    };
    field("resolve", json!({"verdict": "false_alarm"}), "reason", "insect, light, animal, staff or other").await;
    field("resolve", json!({"verdict": "true_alarm", "reason": "light"}), "reason", "leave it out").await;
    field("resolve", json!({"verdict": "true_alarm", "note": " "}), "note", "says nothing").await;
    field("escalate", json!({"note": "x".repeat(2_001)}), "note", "2001 characters").await;
    field("note", json!({"text": "a\u{0}b"}), "text", "nobody can see").await;
    for (act, sent, detail) in [
        ("claim", json!({"owner": "Lan"}), "unknown field `owner`"),
        ("resolve", json!({"verdict": "spider"}), "unknown variant `spider`"),
        ("resolve", json!({"verdict": "false_alarm", "reason": "ghost"}), "unknown variant `ghost`"),
        ("note", json!({}), "missing field `text`"),
    ] {
        office.act(0, act, &sent).await.check_problem(400, detail);
    }
    office.act(1, "claim", &json!({})).await.check_problem(404, "no alert has the id");
    office.get("/api/v1/alerts?text=a+b+c+d+e+f+g+h+i").await.check_problem(400, "at most 8 words");
    office.get("/api/v1/alerts?verdict=true").await.check_problem(400, "expected `true_alarm` or `false_alarm`");
    let untouched = office.json(&format!("/api/v1/alerts/{}", id(0))).await;
    assert_eq!((&untouched["state"], &untouched["history"]), (&json!("new"), &json!([])));
}

#[tokio::test]
async fn what_is_written_about_an_alert_is_bounded() {
    let office = Office::new();
    office.put(&alert(0));
    for _ in 0..500 {
        office.handle(0, "Lan", Step::Note("Đã xem".parse().expect("a note")));
    }
    office.act(0, "note", &json!({"text": "Đã xem"})).await.check_problem(409, "500 entries");
    office.done(0, "resolve", json!({"verdict": "true_alarm", "note": "Bắt được"})).await;
}

#[tokio::test]
async fn every_page_hears_what_is_done() {
    let office = Office::new();
    office.put(&alert(0));
    let before = office.state.store.last_seq().expect("read");
    office.done(0, "claim", json!({})).await;
    office.done(0, "claim", json!({})).await;
    office.done(0, "note", json!({"text": "Đã xem"})).await;
    let told = office.state.store.events_after(before, 100).expect("read");
    let subjects: Vec<_> = told.into_iter().map(|event| event.subject).collect();
    assert_eq!(subjects, [alert(0).id; 2].map(canhdem::store::Subject::Alert), "saying it twice is no news");
}

#[tokio::test]
async fn a_false_alarm_teaches_until_that_is_taken_back() {
    let office = Office::new();
    let bbox = Rect::new(0.5, 0.25, 0.25, 0.25);
    let looks = Looks { bbox, path: Way::Erratic, at: seconds(5) };
    office.put(&Alert { looks: [(Uuid::from_u128(7), looks)].into(), ..alert(0) });
    assert_eq!(office.json("/api/v1/lessons").await, json!({"items": []}));
    office.clock.advance_to(seconds(60));
    office.done(0, "resolve", json!({"verdict": "false_alarm", "reason": "insect"})).await;
    let lessons = office.json("/api/v1/lessons?camera=cong-chinh").await;
    let lesson = &lessons["items"][0];
    let wanted = json!({
        "id": lesson["id"], "camera": "cong-chinh", "camera_name": "Cổng chính", "place": [0.625, 0.5], "height": 0.25,
        "reason": "insect",
        "words": {"vi": "giống báo nhầm ngày 17/2 (nhện, côn trùng)", "en": "like the false alarm of 2026-02-17 (insect)"},
        "seen_at": "2026-02-17T01:30:05.000+07:00", "until": "2026-02-24T01:31:00.000+07:00", "alert": id(0), "by": ME,
        "at": "2026-02-17T01:31:00.000+07:00",
    });
    assert_eq!(lessons, json!({"items": [wanted]}));
    assert_eq!(office.json("/api/v1/lessons?camera=kho").await, json!({"items": []}));

    let address = format!("/api/v1/lessons/{}", lesson["id"].as_str().expect("an id"));
    assert_eq!(office.send("DELETE", &address, &Value::Null).await.status, 204);
    assert_eq!(office.json("/api/v1/lessons").await, json!({"items": []}));
    for gone in [&address, "/api/v1/lessons/x"] {
        office.send("DELETE", gone, &Value::Null).await.check_problem(404, "no lesson has the id");
    }
    office.done(0, "resolve", json!({"verdict": "false_alarm", "reason": "light"})).await;
    assert_eq!(office.json("/api/v1/lessons").await["items"][0]["reason"], "light");
    office.done(0, "resolve", json!({"verdict": "true_alarm"})).await;
    assert_eq!(office.json("/api/v1/lessons").await, json!({"items": []}), "it was somebody");
}
