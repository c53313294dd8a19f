//! Every route against every role, and against who may see one camera only. The table is the OpenAPI document: a route
//! that it does not say a permission of, or one with a part in its path that is not known here, fails.

use std::collections::BTreeSet;

use canhdem::rules::FalseAlarm;
use canhdem::rules::lessons::Looks;
use canhdem::rules::orders::{Act, Order, Scope};
use canhdem::rules::plate::{Plate, PlateVerdict};
use canhdem::rules::quality::Path as Way;
use canhdem::store::{By, KeptStretch, Passage, VehicleCrop};
use canhdem::vision::Class;

use super::*;

struct Route {
    method: String,
    path: String,
    permission: String,
    roles: BTreeSet<String>,
}

impl Route {
    /// A change that who is signed in makes of nobody but themselves, or that signs in.
    fn is_about_oneself(&self) -> bool {
        ["open", "signed_in"].contains(&self.permission.as_str())
    }
}

fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(&canhdem::http::document()).expect("JSON");
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let told = &operation["x-permission"];
            let name = told["name"].as_str();
            let name = name.unwrap_or_else(|| panic!("{method} {path} says no permission: wrap it in http/openapi.rs"));
            let roles: BTreeSet<String> = serde_json::from_value(told["roles"].clone()).expect("names");
            let permission = name.to_owned();
            assert_eq!(operation["security"].is_array(), permission != "open", "{method} {path}");
            routes.push(Route { method: method.to_uppercase(), path: path.clone(), permission, roles });
        }
    }
    assert!(routes.len() > 30, "only {} routes", routes.len());
    routes
}

/// The camera that a limited account may not see, and one that it may.
const HIDDEN: &str = "cong-chinh";
const SEEN: &str = "kho";

/// The alert of the hidden camera; it has everything that alerts have.
const ALERT: i64 = 60;
const CASE: Uuid = Uuid::from_u128(77);
const ORDER: Uuid = Uuid::from_u128(78);
const KEPT: Uuid = Uuid::from_u128(79);

fn track() -> Uuid {
    alert(ALERT).findings[0].track
}

/// An office whose hidden camera has something of everything.
fn office() -> Office {
    let office = Office::new();
    let judged = Judged { answer: attributes::Answer::Yes, confidence: 0.9, frames: 3, pixels: 40, has_crop: true };
    let persons = vec![Person { track: track(), attributes: [judged; 4] }];
    let looks = Looks { bbox: Rect::new(0.5, 0.25, 0.25, 0.25), path: Way::Erratic, at: seconds(60) };
    office.put(&Alert { case: Some(CASE), persons, looks: [(track(), looks)].into(), ..alert(ALERT) });
    let spider = Step::Resolve { verdict: Verdict::FalseAlarm(FalseAlarm::Insect), note: None };
    office.handle(ALERT, "Lan", spider);
    office.put(&alert(61));
    let store = &office.state.store;
    let passage = Passage {
        track: track(),
        camera: HIDDEN.to_owned(),
        class: Class::Car,
        first_at: seconds(60),
        last_at: seconds(70),
        stopped: false,
        plate: Plate {
            verdict: PlateVerdict::Absent,
            confidence: 0.75,
            candidates: Vec::new(),
            color: None,
            suspicions: Vec::new(),
            frames: 7,
            pixels: 96,
        },
        night: None,
        has_vehicle_crop: true,
        has_plate_crop: false,
        listed: None,
    };
    store.put_passage(&passage).expect("stored");
    let order = Order {
        id: ORDER,
        act: Act::Arm,
        scope: Scope::Camera(HIDDEN.to_owned()),
        from: seconds(0),
        until: seconds(3600),
        reason: "Thử".to_owned(),
        created_at: seconds(0),
        given_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
    };
    store.put_order(&order).expect("stored");
    let kept = KeptStretch {
        id: KEPT,
        camera: HIDDEN.to_owned(),
        from: seconds(10),
        to: seconds(20),
        reason: "Cổng chính".to_owned(),
        kept: By { guard: Guard { account: Uuid::nil(), name: "Lan".to_owned() }, at: seconds(30) },
        released: None,
    };
    assert!(store.keep(&kept).expect("stored"));
    let name = id(ALERT);
    let crop = VehicleCrop::ALL[0].file_name(track());
    for file in [format!("{name}.jpg"), format!("{name}.{}.mask.jpg", track()), crop] {
        std::fs::write(office.snapshots(&file), "a picture").expect("written");
    }
    let picture = Frame::from_bytes(vec![128; 96 * 64 * 3], PixelFormat::Rgb, (96, 64), Duration::ZERO, seconds(3));
    let picture = Arc::new(picture.expect("a frame"));
    office.state.board.update_camera(HIDDEN, |now| now.picture = Some(picture));
    office.clock.advance_to(seconds(120));
    office
}

/// A route's path with what its parts stand for, all of the hidden camera; and whether it leads to that camera.
#[track_caller]
fn filled(path: &str) -> (String, bool) {
    let mut hidden = false;
    let mut parts = Vec::new();
    let mut before = "";
    for part in path.split('/') {
        let value = match (before, part) {
            ("cameras", "{id}") | ("recordings", "{camera}") => HIDDEN.to_owned(),
            ("alerts", "{id}") => id(ALERT),
            ("cases", "{id}") => CASE.to_string(),
            ("arming", "{id}") => ORDER.to_string(),
            ("kept", "{id}") => KEPT.to_string(),
            ("vehicles" | "crops", "{track}") => track().to_string(),
            (_, "{attribute}") => "mask.jpg".to_owned(),
            (_, "{crop}") => VehicleCrop::ALL[0].name().to_owned(),
            // Of no camera.
            ("accounts" | "plates" | "lessons", "{id}") => Uuid::nil().to_string(),
            (_, part) if part.starts_with('{') => panic!("{path}: which {part} shall be asked for? Say it here"),
            (_, part) => part.to_owned(),
        };
        hidden |= part.starts_with('{') && !["accounts", "plates", "lessons"].contains(&before);
        before = part;
        parts.push(value);
    }
    let path = parts.join("/");
    let query = match before {
        "preview.jpg" => "?at=2026-02-17T01:30:30%2B07:00",
        "clip.mp4" if path.contains("recordings") => "?from=2026-02-17T01:30:30%2B07:00&to=2026-02-17T01:30:40%2B07:00",
        _ => "",
    };
    (format!("{path}{query}"), hidden)
}

/// The cookie of a new session.
fn session(office: &Office, account: &Account) -> String {
    let token = access::session_token(access::digest(&Uuid::now_v7().to_string()));
    let session = Session::begin(office.state.clock.now());
    let begun = office.state.store.begin_session(account, access::digest(&token), session, None);
    assert!(begun.expect("written"));
    format!("canhdem={token}")
}

async fn request(office: &Office, route: &Route, cookie: Option<&str>) -> Answer {
    let (path, _) = filled(&route.path);
    let request = Request::builder().method(route.method.as_str()).uri(path).header("host", "localhost:8080");
    let request = request.header("origin", "http://localhost:8080").header("content-type", "application/json");
    let request = cookie.into_iter().fold(request, |request, cookie| request.header("cookie", cookie));
    let sent = if route.method == "GET" { "" } else { "{}" };
    send(office.stranger(), request.body(Body::from(sent)).expect("a request")).await
}

#[tokio::test]
async fn every_route_answers_its_roles_and_no_other() {
    let office = office();
    let accounts: Vec<_> = Role::ALL.into_iter().map(|role| account(&format!("the.{}", role.name()), role)).collect();
    for account in &accounts {
        office.state.store.add_account(account).expect("written").expect("added");
    }
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        let stranger = request(&office, &route, None).await.status;
        // What is sent is not what it takes: an open route says so, for it was not who asks that it looked at.
        assert_eq!(stranger == 401, route.permission != "open", "{name} for a stranger: {stranger}");
        for account in &accounts {
            let answer = request(&office, &route, Some(&session(&office, account))).await;
            let may = route.roles.contains(account.role.name());
            let refused = answer.status == 401 || answer.status == 403;
            assert_eq!(refused, !may, "{name} for {}: {} {}", account.name, answer.status, answer.text());
        }
    }
}

#[test]
fn who_only_reads_changes_nothing() {
    for route in routes() {
        let changes = route.method != "GET";
        let name = format!("{} {}", route.method, route.path);
        if changes && !route.is_about_oneself() {
            assert!(!route.roles.contains("auditor"), "{name} answers an auditor");
        }
        if route.path.starts_with("/api/v1/accounts") {
            assert_eq!(route.roles, BTreeSet::from(["admin".to_owned()]), "{name}");
        }
    }
}

#[tokio::test]
async fn who_may_see_one_camera_is_told_of_no_other() {
    let office = office();
    let all = account("all", Role::Supervisor);
    let limited = Account { cameras: Some(BTreeSet::from([SEEN.to_owned()])), ..account("limited", Role::Supervisor) };
    for account in [&all, &limited] {
        office.state.store.add_account(account).expect("written").expect("added");
    }
    let mut led_there = 0;
    let mut listed = 0;
    for route in routes().iter().filter(|route| !route.is_about_oneself() && route.roles.contains("supervisor")) {
        let name = format!("{} {}", route.method, route.path);
        let (_, is_hidden) = filled(&route.path);
        let answer = request(&office, route, Some(&session(&office, &limited))).await;
        if is_hidden {
            // What is sent may be looked at first.
            let refused = answer.status == 404 || route.method != "GET" && [400, 422].contains(&answer.status.as_u16());
            assert!(refused, "{name}: {} {}", answer.status, answer.text());
        }
        if route.method == "GET" && ["look", "export"].contains(&route.permission.as_str()) {
            let text = answer.text();
            let tells = |text: &str| text.contains(HIDDEN) || text.contains("Cổng chính") || text.contains(&id(ALERT));
            assert!(is_hidden || !tells(&text), "{name}: {text}");
            let to_all = request(&office, route, Some(&session(&office, &all))).await;
            led_there += usize::from(is_hidden);
            // Live video is there, but not by a plain request.
            let is_there = to_all.status == 200 || to_all.text().contains("WebSocket");
            assert!(!is_hidden || is_there, "{name}, to who may see it: {}", to_all.status);
            listed += usize::from(!is_hidden && tells(&to_all.text()));
        }
    }
    assert!(led_there >= 12 && listed >= 5, "{led_there} routes lead to the camera, {listed} list it");
}

#[tokio::test]
async fn who_may_see_one_camera_orders_for_it_alone() {
    let office = office();
    let limited = Account { cameras: Some(BTreeSet::from([SEEN.to_owned()])), ..account("limited", Role::Supervisor) };
    let guard = account("guard", Role::Guard);
    for account in [&limited, &guard] {
        office.state.store.add_account(account).expect("written").expect("added");
    }
    let give = async |account: &Account, act: &str, camera: Option<&str>| {
        let sent = json!({"act": act, "camera": camera, "until": "2026-02-17T04:00:00+07:00", "reason": "Thử"});
        let request =
            Request::post("/api/v1/arming").header("host", "localhost").header("cookie", session(&office, account));
        let request = request.header("content-type", "application/json").body(Body::from(sent.to_string()));
        send(office.stranger(), request.expect("a request")).await
    };
    assert_eq!(give(&limited, "disarm", Some(SEEN)).await.status, 201);
    give(&limited, "arm", None).await.check_problem(403, "its own cameras only");
    give(&limited, "arm", Some(HIDDEN)).await.check_problem(422, "no camera is called");
    assert_eq!(give(&guard, "arm", None).await.status, 201, "a guard arms");
    give(&guard, "disarm", None).await.check_problem(403, "may arm by hand, but not disarm");
}

#[tokio::test]
async fn the_stream_tells_who_may_see_one_camera_of_no_other_and_ends_with_the_session() {
    let mut office = Office::new();
    let limited = Account { cameras: Some(BTreeSet::from([SEEN.to_owned()])), ..account("limited", Role::Guard) };
    office.cookie = sign_in(&office.state.store, &limited);
    let (address, _handle, _server) = serve(&office).await;
    let mut page = Page::open(&office, address, "/api/v1/events", None).await;
    office.put(&open_alert(2));
    office.state.store.put_camera_state(HIDDEN, None).expect("stored");
    office.put(&open_alert(3));
    let told = page.next().await;
    assert_eq!((told.name.as_str(), &told.data["camera"]), ("alert", &json!(SEEN)), "{told:?}");
    office.state.store.end_sessions(limited.id).expect("ended");
    while page.any().await.is_some() {}
}

#[tokio::test]
async fn who_may_see_one_camera_takes_back_no_lesson_of_another() {
    let office = office();
    let limited = Account { cameras: Some(BTreeSet::from([SEEN.to_owned()])), ..account("limited", Role::Guard) };
    office.state.store.add_account(&limited).expect("written").expect("added");
    let lessons = office.json("/api/v1/lessons").await;
    let id = lessons["items"][0]["id"].as_str().expect("a lesson");
    let path = format!("/api/v1/lessons/{id}");
    let mut route = Route { method: "DELETE".to_owned(), path, permission: String::new(), roles: BTreeSet::new() };
    assert_eq!(request(&office, &route, Some(&session(&office, &limited))).await.status, 404);
    assert_eq!(office.json("/api/v1/lessons").await, lessons);
    route.method = "GET".to_owned();
    route.path = "/api/v1/lessons".to_owned();
    let seen = request(&office, &route, Some(&session(&office, &limited))).await;
    assert_eq!(seen.json(), json!({"items": []}));
}
