//! Vehicles that came by, and the lists of plates.

use canhdem::rules::plate::lists::{ListEntry, ListKind};
use canhdem::rules::plate::{Candidate, Plate, PlateVerdict, Suspicion};
use canhdem::store::{Listed, Passage, PlateEntry, VehicleCrop};
use canhdem::vision::Class;
use canhdem::vision::plate::PlateColor;
use jiff::civil::Date;

use super::*;

fn track(n: i64) -> Uuid {
    IdSource::seeded(n.cast_unsigned()).next(seconds(n))
}

/// The `n`-th car, so many seconds into the night.
pub(super) fn passage(n: i64, texts: &[&str]) -> Passage {
    let candidates =
        texts.iter().map(|text| Candidate { text: (*text).to_owned(), probability: 0.5 }).collect::<Vec<_>>();
    Passage {
        track: track(n),
        camera: if n % 2 == 0 { "cong-chinh" } else { "kho" }.to_owned(),
        class: Class::Car,
        first_at: seconds(n),
        last_at: seconds(n + 8),
        stopped: false,
        plate: Plate {
            verdict: if texts.is_empty() { PlateVerdict::Absent } else { PlateVerdict::Readable },
            confidence: 0.75,
            candidates,
            color: Some(PlateColor::White),
            suspicions: Vec::new(),
            frames: 7,
            pixels: 96,
        },
        night: Some(Date::constant(2026, 2, 16)),
        has_vehicle_crop: false,
        has_plate_crop: false,
        listed: None,
    }
}

impl Office {
    pub(super) fn came_by(&self, passages: &[Passage]) {
        for passage in passages {
            self.state.store.put_passage(passage).expect("stored");
        }
    }

    /// The seconds at which the vehicles of a page came by.
    async fn found(&self, query: &str) -> Vec<i64> {
        let page = self.json(&format!("/api/v1/vehicles?{query}")).await;
        assert_eq!(page["next_cursor"], Value::Null);
        let at = |item: &Value| item["first_at"].as_str().expect("text").parse::<Timestamp>().expect("a time");
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| at(item).duration_since(seconds(0)).as_secs())
            .collect()
    }

    pub(super) async fn send(&self, method: &str, path: &str, sent: &Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        let request = request.header("origin", "http://localhost:8080").header("content-type", "application/json");
        send(self.app(), request.body(Body::from(sent.to_string())).expect("a request")).await
    }
}

#[tokio::test]
async fn vehicles_are_filtered_and_paged() {
    let office = Office::new();
    office.came_by(&[
        passage(0, &["12A-123.45", "12A-128.45"]),
        Passage { class: Class::Motorcycle, ..passage(1, &["12-B1 234.56"]) },
        passage(2, &["12A-128.45"]),
        Passage { night: None, ..passage(3, &[]) },
    ]);
    for (query, wanted) in [
        ("", vec![3, 2, 1, 0]),
        ("plate=12A-12%3F.45", vec![2, 0]),
        ("plate=*45", vec![2, 0]),
        ("camera=kho", vec![3, 1]),
        ("class=motorcycle,truck", vec![1]),
        ("verdict=absent", vec![3]),
        ("verdict=absent,readable&night=true", vec![2, 1, 0]),
        ("night=false", vec![3]),
        ("from=2026-02-17T01:30:01%2B07:00&to=2026-02-17T01:30:03%2B07:00", vec![2, 1]),
    ] {
        assert_eq!(office.found(query).await, wanted, "{query}");
    }
    let first = office.json("/api/v1/vehicles?limit=3").await;
    let cursor = first["next_cursor"].as_str().expect("more");
    assert_eq!(office.found(&format!("limit=3&cursor={cursor}")).await, [0]);
    for (query, wanted) in [
        ("verdict=gone", "expected one of `readable`, `unreadable`, `absent`, `not_assessable`"),
        ("night=dark", "`night` cannot be \"dark\""),
        ("limit=201", "`limit` is a number from 1 to 200"),
        ("cursor=x", "`cursor` cannot be"),
        ("from=yesterday", "`from` cannot be"),
        ("plate=12A%25", "`plate` cannot be \"12A%\": '%' is on no plate"),
    ] {
        office.get(&format!("/api/v1/vehicles?{query}")).await.check_problem(400, wanted);
    }
}

#[tokio::test]
async fn a_vehicle_is_told_in_full() {
    let office = Office::new();
    office.clock.advance_to(seconds(100_000));
    let entry = PlateEntry {
        id: track(9),
        written: "12A-123.45".to_owned(),
        list: ListEntry {
            pattern: "12A-123.45".parse().expect("a pattern"),
            kind: ListKind::Watched,
            reason: "Đi lại nhiều đêm".to_owned(),
            expires_at: None,
        },
        note: "Xe con màu đen".to_owned(),
        created_at: seconds(0),
    };
    office.state.store.put_plate_entry(&entry).expect("stored");
    let known = Passage {
        has_plate_crop: true,
        listed: Some(Listed { entry: entry.id, exact: false }),
        plate: Plate { suspicions: vec![Suspicion::ColorMismatch], ..passage(0, &["12A-123.45", "12A-128.45"]).plate },
        ..passage(60, &[])
    };
    let by_day = Passage { night: None, ..passage(90_001, &["12A-123.45"]) };
    office.came_by(&[passage(31, &["12A 12345"]), known, by_day, passage(64, &[])]);

    let vehicle = office.json(&format!("/api/v1/vehicles/{}", track(60))).await;
    let wanted = json!({
        "track": track(60),
        "camera": "cong-chinh",
        "camera_name": "Cổng chính",
        "class": "car",
        "first_at": "2026-02-17T01:31:00.000+07:00",
        "last_at": "2026-02-17T01:31:08.000+07:00",
        "stopped": false,
        "night": "2026-02-16",
        "verdict": "readable",
        "confidence": 0.75,
        "candidates": [{"text": "12A-123.45", "probability": 0.5}, {"text": "12A-128.45", "probability": 0.5}],
        "color": "white",
        "suspicions": ["color_mismatch"],
        "frames": 7,
        "pixels": 96,
        "crops": {"vehicle": null, "plate": format!("/api/v1/vehicles/{}/crops/plate?v=7-96", track(60))},
        "listed": {
            "entry": track(9), "kind": "watched", "note": "Xe con màu đen", "reason": "Đi lại nhiều đêm", "exact": false
        },
        "seen": {"since": "2026-01-19T05:16:40.000+07:00", "passages": 3, "nights": 1},
        "before": {
            "track": track(31), "camera": "kho", "camera_name": "kho", "at": "2026-02-17T01:30:31.000+07:00",
            "night": "2026-02-16", "stopped": false
        },
        "others": [
            {"track": track(90_001), "camera": "kho", "camera_name": "kho", "at": "2026-02-18T02:30:01.000+07:00",
             "night": null, "stopped": false},
            {"track": track(31), "camera": "kho", "camera_name": "kho", "at": "2026-02-17T01:30:31.000+07:00",
             "night": "2026-02-16", "stopped": false},
        ],
    });
    assert_eq!(vehicle, wanted);
    let page = office.json("/api/v1/vehicles?limit=200").await;
    let in_page = page["items"].as_array().expect("items").iter().find(|item| item["track"] == wanted["track"]);
    assert_eq!(in_page.expect("there")["seen"], wanted["seen"]);

    let unread = office.json(&format!("/api/v1/vehicles/{}", track(64))).await;
    assert_eq!((&unread["seen"], &unread["before"], &unread["others"]), (&Value::Null, &Value::Null, &json!([])));
    office.get("/api/v1/vehicles/x").await.check_problem(404, "no vehicle has the track \"x\"");
}

#[tokio::test]
async fn a_vehicle_has_its_pictures() {
    let office = Office::new();
    office.came_by(&[Passage { has_vehicle_crop: true, ..passage(0, &[]) }]);
    let address = format!("/api/v1/vehicles/{}/crops", track(0));
    std::fs::write(office.snapshots(&VehicleCrop::Plate.file_name(track(0))), "half a picture").expect("written");
    let missing = office.get(&format!("{address}/vehicle")).await;
    missing.check_problem(404, "no such picture");
    std::fs::write(office.snapshots(&VehicleCrop::Vehicle.file_name(track(0))), "a car").expect("written");
    let crop = office.get(&format!("{address}/vehicle?v=1")).await;
    assert_eq!((crop.status, &crop.body[..]), (StatusCode::OK, &b"a car"[..]));
    assert_eq!((crop.header("content-type"), crop.header("cache-control")), ("image/jpeg", "no-cache"));
    for path in ["plate", "..%2fx", "vehicle.jpg", "", "%ff"] {
        office.get(&format!("{address}/{path}")).await.check_problem(404, "");
    }
    office.get(&format!("/api/v1/vehicles/{}/crops/vehicle", track(1))).await.check_problem(404, "no vehicle");
}

fn wanted_plate() -> Value {
    json!({"kind": "watched", "pattern": " 12A-1?3.45 ", "note": "Xe con màu đen", "reason": "Đi lại nhiều đêm",
           "expires_at": "2026-03-01T00:00:00+07:00"})
}

#[tokio::test]
async fn plates_are_listed_changed_and_removed() {
    let office = Office::new();
    let made = office.send("POST", "/api/v1/plates", &wanted_plate()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let id = made["id"].as_str().expect("an id").to_owned();
    let wanted = json!({
        "id": id, "kind": "watched", "pattern": "12A-1?3.45", "note": "Xe con màu đen", "reason": "Đi lại nhiều đêm",
        "created_at": "2026-02-17T01:30:00.000+07:00", "expires_at": "2026-03-01T00:00:00.000+07:00", "in_force": true,
    });
    assert_eq!(made, wanted);
    office.clock.advance_to(seconds(60));
    let known = office
        .send("POST", "/api/v1/plates", &json!({"kind": "known", "pattern": "80A-1*", "reason": "Anh Nam"}))
        .await
        .json();
    assert_eq!((&known["note"], &known["expires_at"]), (&json!(""), &Value::Null));
    assert_eq!(office.json("/api/v1/plates").await, json!({"items": [known, wanted]}));

    let address = format!("/api/v1/plates/{id}");
    let changed = office
        .send("PUT", &address, &json!({"kind": "known", "pattern": "12A-123.45", "reason": "Anh Nam"}))
        .await
        .json();
    assert_eq!((&changed["id"], &changed["created_at"]), (&wanted["id"], &wanted["created_at"]));
    assert_eq!((&changed["kind"], &changed["reason"]), (&json!("known"), &json!("Anh Nam")));
    assert_eq!(office.json("/api/v1/plates").await, json!({"items": [known, changed]}));

    let gone = office.send("DELETE", &address, &Value::Null).await;
    assert_eq!((gone.status, gone.body.len()), (StatusCode::NO_CONTENT, 0));
    assert_eq!(office.json("/api/v1/plates").await, json!({"items": [known]}));
    office.send("DELETE", &address, &Value::Null).await.check_problem(404, "no entry has the id");
    office.send("PUT", &address, &wanted_plate()).await.check_problem(404, "no entry has the id");
}

#[tokio::test]
async fn an_entry_expires() {
    let office = Office::new();
    office.send("POST", "/api/v1/plates", &wanted_plate()).await;
    office.clock.advance_to("2026-03-01T00:00:00+07:00".parse().expect("valid"));
    let listed = office.json("/api/v1/plates").await;
    assert_eq!(listed["items"][0]["in_force"], false);
}

/// An entry like the valid one but for some fields is refused for one of them, and nothing is kept.
async fn check_refused(changes: Value, field: &str, detail: &str) {
    let office = Office::new();
    let mut sent = wanted_plate();
    for (key, value) in changes.as_object().expect("fields") {
        sent[key] = value.clone();
    }
    let answer = office.send("POST", "/api/v1/plates", &sent).await;
    answer.check_problem(422, detail);
    assert_eq!(answer.json()["field"], field);
    assert_eq!(office.json("/api/v1/plates").await, json!({"items": []}));
}

#[tokio::test]
async fn what_is_wrong_with_an_entry_is_named() {
    check_refused(json!({"pattern": " "}), "pattern", "nothing to look for").await;
    check_refused(json!({"pattern": "12A%"}), "pattern", "'%' is on no plate").await;
    check_refused(json!({"pattern": "x".repeat(100)}), "pattern", "longer than any plate").await;
    check_refused(json!({"pattern": "12A-*"}), "pattern", "at least 4 letters or digits").await;
    check_refused(json!({"reason": " "}), "reason", "needs a reason").await;
    check_refused(json!({"expires_at": "2026-02-17T01:30:00+07:00"}), "expires_at", "in the past").await;
    check_refused(json!({"expires_at": "tomorrow"}), "expires_at", "written like").await;
    check_refused(json!({"note": "x".repeat(201)}), "note", "at most 200").await;

    let office = Office::new();
    for (sent, detail) in [
        (json!({"kind": "wanted", "pattern": "12A-123.45"}), "kind: unknown variant `wanted`"),
        (json!({"kind": "known"}), "missing field `pattern`"),
        (json!({"kind": "known", "pattern": "12A-123.45", "expires": null}), "unknown field `expires`"),
        (json!([]), "body"),
    ] {
        office.send("POST", "/api/v1/plates", &sent).await.check_problem(400, detail);
    }
    let long = json!({"kind": "known", "pattern": "x".repeat(20_000)});
    office.send("POST", "/api/v1/plates", &long).await.check_problem(413, "too large");
}

#[tokio::test]
async fn other_sites_change_nothing() {
    let office = Office::new();
    let post = || Request::post("/api/v1/plates").header("host", "localhost:8080");
    let body = || Body::from(json!({"kind": "known", "pattern": "12A-123.45"}).to_string());
    let foreign = post().header("origin", "http://evil.example").header("content-type", "application/json");
    send(office.app(), foreign.body(body()).expect("a request")).await.check_problem(403, "other sites");
    // What a form of another site may send without asking.
    let form = post().header("content-type", "text/plain");
    send(office.app(), form.body(body()).expect("a request")).await.check_problem(415, "application/json");
    assert_eq!(office.json("/api/v1/plates").await, json!({"items": []}));
}
