//! What is armed and why, and arming by hand.

use axum::http::StatusCode;
use canhdem::rules::orders::Orderer;
use serde_json::{Value, json};

use super::{Office, seconds};

const ARMING: &str = "/api/v1/arming";

#[tokio::test]
async fn what_is_armed_and_why() {
    let office = Office::new();
    let told = office.json("/api/v1/arming?at=2026-02-16T20:00:00%2B07:00").await;
    let sentence = json!({"vi": "Đã bật từ 18:00 đến 06:00: ban đêm", "en": "Armed from 18:00 to 06:00: night"});
    let state = json!({
        "armed": true, "peak": false, "holiday": false, "from": "2026-02-16T18:00:00.000+07:00",
        "until": "2026-02-17T06:00:00.000+07:00", "reason": sentence,
    });
    let reason = json!({"vi": "ban đêm", "en": "night"});
    let camera = |id: &str, zone: &str| {
        let mut camera = state.clone();
        camera["camera"] = id.into();
        camera["zones"] = json!([{"zone": zone, "armed": true, "reason": reason}]);
        camera
    };
    let mut expected = state.clone();
    expected["at"] = "2026-02-16T20:00:00.000+07:00".into();
    expected["cameras"] = json!([camera("cong-chinh", "san"), camera("kho", "khung-hinh")]);
    expected["orders"] = json!([]);
    assert_eq!(told, expected);
    let kho = office.json("/api/v1/arming?camera=kho&at=2026-02-16T12:00:00%2B07:00").await;
    assert_eq!((&kho["armed"], kho["cameras"].as_array().map(Vec::len)), (&json!(false), Some(1)));
    assert_eq!(kho["reason"]["vi"], "Đang tắt từ 06:00 đến 18:00: giờ làm việc");
    office.get("/api/v1/arming?camera=nha-xe").await.check_problem(404, "no camera is called");
}

fn wanted() -> Value {
    json!({"act": "disarm", "until": "2026-02-17T04:00:00+07:00", "reason": " Họp muộn "})
}

#[tokio::test]
async fn disarming_by_hand_counts_until_it_is_withdrawn() {
    let office = Office::new();
    let made = office.send("POST", ARMING, &wanted()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let id = made["id"].as_str().expect("an id").to_owned();
    let expected = json!({
        "id": id, "act": "disarm", "camera": null, "group": null, "from": "2026-02-17T01:30:00.000+07:00",
        "until": "2026-02-17T04:00:00.000+07:00", "reason": "Họp muộn", "created_at": "2026-02-17T01:30:00.000+07:00",
        "given_by": "admin",
    });
    assert_eq!(made, expected);
    let mut armed = wanted();
    armed["act"] = "arm".into();
    armed["camera"] = "kho".into();
    armed["from"] = "2026-02-17T02:00:00+07:00".into();
    assert_eq!(office.send("POST", ARMING, &armed).await.status, 201);

    let now = office.json(ARMING).await;
    assert_eq!(now["reason"]["vi"], "Đang tắt từ 01:30 đến 04:00: tắt tay (Họp muộn)");
    assert_eq!((&now["armed"], now["orders"].as_array().map(Vec::len)), (&json!(false), Some(2)));
    let later = office.json("/api/v1/arming?at=2026-02-17T02:00:00%2B07:00").await;
    let of_cameras: Vec<_> =
        later["cameras"].as_array().expect("cameras").iter().map(|camera| &camera["armed"]).collect();
    assert_eq!((&later["armed"], of_cameras), (&json!(false), vec![&json!(false), &json!(true)]));
    // What was so stays told.
    let before = office.json("/api/v1/arming?at=2026-02-17T01:29:59%2B07:00").await;
    assert_eq!((&before["armed"], &before["until"]), (&json!(true), &json!("2026-02-17T01:30:00.000+07:00")));

    office.clock.advance_to(seconds(600));
    let address = format!("{ARMING}/{id}");
    let gone = office.send("DELETE", &address, &Value::Null).await;
    assert_eq!((gone.status, gone.body.len()), (StatusCode::NO_CONTENT, 0));
    let now = office.json(ARMING).await;
    assert_eq!((&now["armed"], &now["from"]), (&json!(true), &json!("2026-02-17T01:40:00.000+07:00")));
    assert_eq!(office.json("/api/v1/arming?at=2026-02-17T01:35:00%2B07:00").await["armed"], false);
    office.send("DELETE", &address, &Value::Null).await.check_problem(409, "over already");
    let orders = office.state.store.orders().current();
    let names = |by: &Option<Orderer>| by.as_ref().map(|by| by.name.clone());
    let by: Vec<_> = orders.iter().map(|order| (names(&order.given_by), names(&order.withdrawn_by))).collect();
    let admin = || Some("admin".to_owned());
    assert_eq!(by, [(admin(), admin()), (admin(), None)], "who gave it, who took it back");
    for unknown in ["x", "00000000-0000-7000-8000-000000000000"] {
        office
            .send("DELETE", &format!("{ARMING}/{unknown}"), &Value::Null)
            .await
            .check_problem(404, "no order has the id");
    }
}

/// An order like the valid one but for some fields is refused for one of them, and nothing is kept.
async fn check_refused(changes: Value, field: &str, detail: &str) {
    let office = Office::new();
    let mut sent = wanted();
    for (key, value) in changes.as_object().expect("fields") {
        sent[key] = value.clone();
    }
    let answer = office.send("POST", ARMING, &sent).await;
    answer.check_problem(422, detail);
    assert_eq!(answer.json()["field"], field);
    assert_eq!(office.json(ARMING).await["orders"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_an_order_is_named() {
    check_refused(json!({"until": "2026-02-17T01:30:00+07:00"}), "until", "not after the beginning").await;
    check_refused(json!({"until": "2026-04-17T01:30:00+07:00"}), "until", "more than 31 days").await;
    check_refused(json!({"until": "04:00"}), "until", "written like").await;
    check_refused(json!({"from": "2026-02-17T01:00:00+07:00"}), "from", "in the past").await;
    check_refused(json!({"reason": " "}), "reason", "1 to 200 characters").await;
    check_refused(json!({"reason": "x".repeat(201)}), "reason", "1 to 200 characters").await;
    check_refused(json!({"reason": "a\nb"}), "reason", "one line").await;
    check_refused(json!({"camera": "nha-xe"}), "camera", "no camera is called").await;
    check_refused(json!({"group": "Kho"}), "group", "no group is called").await;
    check_refused(json!({"camera": "kho", "group": "Kho"}), "group", "leave one of them out").await;

    let office = Office::new();
    for (sent, detail) in [
        (json!({"act": "off", "until": "x", "reason": "x"}), "unknown variant `off`"),
        (json!({"act": "arm", "reason": "x"}), "missing field `until`"),
        (json!({"act": "arm", "until": "x", "reason": "x", "cameras": []}), "unknown field `cameras`"),
    ] {
        office.send("POST", ARMING, &sent).await.check_problem(400, detail);
    }
}

#[tokio::test]
async fn orders_are_bounded() {
    let office = Office::new();
    for _ in 0..100 {
        assert_eq!(office.send("POST", ARMING, &wanted()).await.status, 201);
    }
    office.send("POST", ARMING, &wanted()).await.check_problem(409, "100 orders");
    office.clock.advance_to("2026-02-17T04:00:00+07:00".parse().expect("valid"));
    let mut later = wanted();
    later["until"] = "2026-02-17T05:00:00+07:00".into();
    assert_eq!(office.send("POST", ARMING, &later).await.status, 201);
}
