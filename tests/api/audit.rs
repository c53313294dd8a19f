//! What goes into the audit log, and who reads it.

use std::collections::BTreeSet;

use super::*;

/// What was done, oldest first: act, account, camera, detail.
async fn log(office: &Office, query: &str) -> Vec<Value> {
    let page = office.json(&format!("/api/v1/audit{query}")).await;
    let mut items = page["items"].as_array().expect("a list").clone();
    items.reverse();
    items
}

/// Acts by whom, without those of reading the log itself.
async fn acts(office: &Office) -> Vec<String> {
    let told = log(office, "").await;
    let told = told.iter().filter(|entry| entry["what"] != "audit_read");
    told.map(|entry| format!("{} {}", entry["who"].as_str().unwrap_or("-"), entry["what"].as_str().expect("text")))
        .collect()
}

async fn ask_as(office: &Office, cookie: &str, method: &str, path: &str, sent: Option<Value>) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "localhost:8080").header("cookie", cookie);
    let request = request.header("origin", "http://localhost:8080");
    let request = match &sent {
        Some(_) => request.header("content-type", "application/json"),
        None => request,
    };
    let body = sent.map_or_else(Body::empty, |sent| Body::from(sent.to_string()));
    send(office.stranger(), request.body(body).expect("a request")).await
}

#[tokio::test]
async fn every_change_is_written_down() {
    let document: Value = serde_json::from_str(&canhdem::http::document()).expect("JSON");
    // Signing in and out, and the first account, are written down by themselves; a language is nobody's business, and
    // a secret that is not used yet is none.
    let by_itself = [
        ("/api/v1/session", "post"),
        ("/api/v1/session", "delete"),
        ("/api/v1/setup", "post"),
        ("/api/v1/me", "patch"),
        ("/api/v1/me/totp", "post"),
    ];
    let (mut written, mut pictures) = (BTreeSet::new(), 0);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let act = operation["x-permission"]["audit"].as_str();
            if method != "get" && !by_itself.contains(&(path, method)) {
                assert!(act.is_some(), "{method} {path} changes something and is not audited: see http/openapi.rs");
            }
            if shows_people(operation) {
                pictures += 1;
                assert!(act.is_some(), "{method} {path} gives pictures and is not audited: see http/openapi.rs");
            }
            written.extend(act.map(str::to_owned));
        }
    }
    for looked in [
        "alert_viewed",
        "alert_picture_viewed",
        "alert_played",
        "alerts_searched",
        "case_viewed",
        "recording_played",
        "live_viewed",
        "vehicle_viewed",
        "vehicles_searched",
        "audit_read",
        "exported",
    ] {
        assert!(written.contains(looked), "{looked}");
    }
    assert!(pictures >= 8, "routes that give pictures, video or packs: {pictures}");
}

/// Whether an answer is a picture, video, or a pack of both.
fn shows_people(operation: &Value) -> bool {
    let answers = operation["responses"].as_object().expect("answers").values();
    let types = answers.filter_map(|answer| answer["content"].as_object()).flat_map(serde_json::Map::keys);
    let mut shown = types.filter(|kind| ["image/", "video/", "application/zip"].iter().any(|of| kind.starts_with(of)));
    shown.next().is_some() || operation["responses"].get("101").is_some()
}

#[tokio::test]
async fn looking_for_somebody_is_written_down_once_a_while() {
    let office = Office::new();
    office.put(&alert(60));
    std::fs::write(office.state.snapshots_dir.join(format!("{}.jpg", id(60))), "a picture").expect("written");
    let passage = vehicles::passage(8, &["12A-123.45"]);
    office.came_by(std::slice::from_ref(&passage));
    let app = office.app();
    let get = async |path: &str| {
        let answer = ask(app.clone(), Request::get(format!("/api/v1/{path}")).header("host", "localhost:8080")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    };
    let snapshot = format!("alerts/{}/snapshot.jpg", id(60));
    for _ in 0..3 {
        get("alerts").await;
        get("alerts?camera=cong-chinh&severity=critical").await;
        get("alerts?text=nhen%20kho&plate=12A%2A").await;
        get("vehicles").await;
        get("vehicles?plate=12A-123.4%3F").await;
        get(&format!("vehicles/{}", passage.track)).await;
        get(&snapshot).await;
        get(&format!("alerts/{}", id(60))).await;
        get(&format!("alerts/{}/vehicles", id(60))).await;
    }
    let told = log(&office, "").await;
    let told: Vec<_> = told.iter().map(|entry| ["what", "camera", "detail"].map(|key| entry[key].clone())).collect();
    let wanted = [
        [json!("alerts_searched"), json!(null), json!("plate=12A* text=nhen kho")],
        [json!("vehicles_searched"), json!(null), json!(null)],
        [json!("vehicles_searched"), json!(null), json!("plate=12A1234?")],
        [json!("vehicle_viewed"), json!("cong-chinh"), json!("plate=12A-123.45")],
        [json!("alert_picture_viewed"), json!("cong-chinh"), json!(null)],
        [json!("alert_viewed"), json!("cong-chinh"), json!(null)],
    ];
    assert_eq!(told, wanted);

    // Who looks at the alert looks at its pictures; an hour later they may be looked at by themselves again.
    office.clock.advance_to(seconds(3_700));
    get(&format!("alerts/{}", id(60))).await;
    get(&snapshot).await;
    office.clock.advance_to(seconds(4_400));
    get(&snapshot).await;
    let acts = acts(&office).await;
    assert_eq!(acts[wanted.len()..], ["admin alert_viewed", "admin alert_picture_viewed"]);
    let picture = &log(&office, "?what=alert_picture_viewed").await[0];
    assert_eq!(picture["alert"], json!(id(60)), "{picture}");
}

#[tokio::test]
async fn looking_and_playing_are_one_entry_in_ten_minutes() {
    let office = Office::new();
    office.put(&alert(60));
    office.clock.advance_to(seconds(300));
    // One appliance, that remembers who looked at what.
    let app = office.app();
    let get = async |path: String| {
        let answer = ask(app.clone(), Request::get(&path).header("host", "localhost:8080")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    };
    let path = format!("/api/v1/alerts/{}", id(60));
    let recordings = "/api/v1/recordings/cong-chinh";
    let stretch = "from=2026-02-17T01:30:10%2B07:00&to=2026-02-17T01:30:20%2B07:00";
    for _ in 0..3 {
        get(path.clone()).await;
        get(format!("{path}/clip.mp4")).await;
        get(format!("{recordings}/clip.mp4?{stretch}")).await;
    }
    let once = ["admin alert_viewed", "admin alert_played", "admin recording_played"];
    assert_eq!(acts(&office).await, once);
    get(format!("{recordings}/clip.mp4?{stretch}&download=true")).await;
    office.clock.advance_to(seconds(901));
    get(path).await;
    get(format!("{recordings}/preview.jpg?at=2026-02-17T01:31:00%2B07:00")).await;
    let more = ["admin downloaded", "admin alert_viewed", "admin recording_played"];
    assert_eq!(acts(&office).await[3..], more);
    let viewed = &log(&office, "?what=alert_viewed").await[0];
    assert_eq!((&viewed["alert"], &viewed["camera"]), (&json!(id(60)), &json!("cong-chinh")), "{viewed}");
    assert_eq!(viewed["number"], 1);
    let played = &log(&office, "?what=downloaded").await[0];
    assert_eq!(played["detail"], "2026-02-17T01:30:10.000+07:00 – 2026-02-17T01:30:20.000+07:00");
}

#[tokio::test]
async fn what_was_refused_or_is_not_there_was_not_seen() {
    let office = Office::new();
    office.put(&alert(60));
    office.get(&format!("/api/v1/alerts/{}", id(61))).await;
    office.get("/api/v1/recordings/kho/clip.mp4?from=2026-02-17T01:30:10%2B07:00&to=2026-02-17T01:30:20%2B07:00").await;
    assert_eq!(acts(&office).await, [""; 0]);
}

#[tokio::test]
async fn changes_say_what_and_no_secret() {
    let office = Office::new();
    office.put(&alert(60));
    let cookie = office.cookie.clone();
    let path = format!("/api/v1/alerts/{}", id(60));
    let new = json!({"name": "minh", "role": "guard", "password": "a-long-secret-word", "cameras": ["kho"]});
    assert_eq!(ask_as(&office, &cookie, "POST", "/api/v1/accounts", Some(new)).await.status, 201);
    let minh = office.state.store.account_named("minh").expect("read").expect("added").id;
    let changed = json!({"password": "another-secret-word", "disabled": true});
    assert_eq!(ask_as(&office, &cookie, "PATCH", &format!("/api/v1/accounts/{minh}"), Some(changed)).await.status, 200);
    assert_eq!(ask_as(&office, &cookie, "DELETE", &format!("/api/v1/accounts/{minh}"), None).await.status, 204);
    let resolved = json!({"verdict": "false_alarm", "reason": "insect"});
    assert_eq!(ask_as(&office, &cookie, "POST", &format!("{path}/resolve"), Some(resolved)).await.status, 200);
    let order = json!({"act": "disarm", "camera": "kho", "until": "2026-02-17T04:00:00+07:00", "reason": "Sửa mái"});
    assert_eq!(ask_as(&office, &cookie, "POST", "/api/v1/arming", Some(order)).await.status, 201);
    let told = log(&office, "").await;
    let told: Vec<_> = told.iter().map(|entry| ["what", "camera", "detail"].map(|key| entry[key].clone())).collect();
    let until = "2026-02-17T01:30:00.000+07:00 – 2026-02-17T04:00:00.000+07:00: Sửa mái";
    let wanted = [
        [json!("account_added"), json!(null), json!("minh: guard, cameras kho")],
        [json!("account_changed"), json!(null), json!("minh: guard, cameras kho, disabled, password set")],
        [json!("account_removed"), json!(null), json!("minh")],
        [json!("alert_resolved"), json!("cong-chinh"), json!("false_alarm: insect")],
        [json!("disarmed"), json!("kho"), json!(until)],
    ];
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn signing_in_and_failing_to_are_written_down_with_the_address() {
    let office = Office::new();
    let sign_in = async |name: &str, password: &str| {
        let sent = json!({"name": name, "password": password});
        ask_as(&office, "", "POST", "/api/v1/session", Some(sent)).await
    };
    let hash = access::password::hash("right-horse-battery", [7; 16]);
    let lan = Account { password_hash: hash, ..account("lan", Role::Guard) };
    office.state.store.add_account(&lan).expect("written").expect("added");
    assert_eq!(sign_in("lan", "hunter2-hunter2").await.status, 401);
    assert_eq!(sign_in("my-own-password", "hunter2-hunter2").await.status, 401);
    let entered = sign_in("lan", "right-horse-battery").await;
    assert_eq!(entered.status, 200);
    let cookie = entered.headers["set-cookie"].to_str().expect("text").split(';').next().expect("a cookie").to_owned();
    assert_eq!(ask_as(&office, &cookie, "DELETE", "/api/v1/session", None).await.status, 204);
    let wanted = ["lan sign_in_failed", "- sign_in_failed", "lan signed_in", "lan signed_out"];
    assert_eq!(acts(&office).await, wanted);
    let all = office.get("/api/v1/audit").await.text();
    for secret in ["hunter2", "my-own-password", "right-horse", "$argon2", cookie.split('=').nth(1).expect("a token")] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert!(log(&office, "").await.iter().all(|entry| entry["address"] == "0.0.0.0"), "{all}");
}

#[tokio::test]
async fn pages_filters_and_what_they_cannot_be() {
    let office = Office::new();
    for n in 0..7 {
        office.put(&alert(60 + n));
        office.clock.advance_to(seconds(100 + n));
        office.get(&format!("/api/v1/alerts/{}", id(60 + n))).await;
    }
    let page = office.json("/api/v1/audit?limit=3&what=alert_viewed&who=admin").await;
    let numbers = |page: &Value| {
        page["items"].as_array().expect("a list").iter().map(|entry| entry["number"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&page), [json!(7), json!(6), json!(5)]);
    let cursor = page["next_cursor"].as_str().expect("there is more");
    let next = office.json(&format!("/api/v1/audit?limit=4&what=alert_viewed&cursor={cursor}")).await;
    assert_eq!((numbers(&next).len(), &next["next_cursor"]), (4, &Value::Null));
    assert_eq!(
        log(&office, "?from=2026-02-17T01:31:42%2B07:00&to=2026-02-17T01:31:44%2B07:00&what=alert_viewed").await.len(),
        2
    );
    assert_eq!(log(&office, "?who=lan").await.len(), 0);
    office.get("/api/v1/audit?limit=0").await.check_problem(400, "`limit`");
    office.get("/api/v1/audit?what=murder").await.check_problem(400, "`what` names acts");
    office.get("/api/v1/audit?cursor=x").await.check_problem(400, "`cursor`");
}

#[tokio::test]
async fn an_auditor_of_some_cameras_reads_of_those_alone() {
    let office = Office::new();
    office.put(&alert(60));
    office.get(&format!("/api/v1/alerts/{}", id(60))).await;
    let limited = Account { cameras: Some(BTreeSet::from(["kho".to_owned()])), ..account("limited", Role::Auditor) };
    let cookie = sign_in(&office.state.store, &limited);
    let read = async |path: &str| ask_as(&office, &cookie, "GET", path, None).await.json()["items"].clone();
    assert_eq!(read("/api/v1/audit").await, json!([]));
    assert_eq!(read("/api/v1/audit?camera=cong-chinh").await, json!([]));
    let seen = Account { cameras: Some(BTreeSet::from(["cong-chinh".to_owned()])), ..account("seen", Role::Auditor) };
    let cookie = sign_in(&office.state.store, &seen);
    let read = ask_as(&office, &cookie, "GET", "/api/v1/audit", None).await.json();
    assert_eq!(read["items"].as_array().map(Vec::len), Some(1), "{read}");
    let guard = sign_in(&office.state.store, &account("guard", Role::Guard));
    assert_eq!(ask_as(&office, &guard, "GET", "/api/v1/audit", None).await.status, 403);
}
