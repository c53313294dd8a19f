//! The configuration over the API: what stands in the file, changes of it, and what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use canhdem::testcam::{Auth, Codec as Encoding, EncodeOptions, Footage, Mount, TestCameras};

use super::*;

const SETTINGS: &str = "/api/v1/settings";

impl Office {
    async fn settings(&self) -> Value {
        self.json(SETTINGS).await
    }

    fn file(&self) -> String {
        fs::read_to_string(self.folder.path().join("canhdem.toml")).expect("text")
    }
}

fn sent(settings: &Value, key: &str, value: Value) -> Value {
    let mut sent = json!({"version": settings["version"]});
    sent[key] = value;
    sent
}

/// The keys of a camera, and nothing that is drawn.
fn keys(settings: &Value, index: usize) -> Value {
    let mut camera = settings["cameras"][index].clone();
    let camera = camera.as_object_mut().expect("a camera");
    camera.retain(|key, _| !["zones", "lines", "has_credentials"].contains(&key.as_str()));
    json!(camera)
}

fn triangle(id: &str) -> Value {
    json!({"id": id, "kind": "protected", "polygon": [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]]})
}

#[tokio::test]
async fn what_stands_in_the_file_is_told() {
    let office = Office::new();
    let told = office.settings().await;
    assert_eq!(told["problem"], Value::Null);
    assert_eq!(told["needs_restart"], json!([]));
    assert_eq!(told["cameras"][0]["sub"], "rtsp://10.0.0.11/sub");
    assert_eq!(told["cameras"][0]["zones"][0]["kind"], "yard");
    assert_eq!(told["cameras"][1]["name"], Value::Null);
    assert_eq!(told["arming"]["nights"], "18:00-06:00");
    assert_eq!(told["keeping"]["record"]["quota_bytes"], Value::Null);
    assert_eq!(told["usual"]["record"]["quota_bytes"], 50_000_000_000_u64);
    assert_eq!(told["usual"]["alerts"], json!({"escalate_after": 300, "escalate_critical_after": 120}));
}

#[tokio::test]
async fn zones_count_at_once_and_for_the_router_that_is_there() {
    let office = Office::new();
    let app = office.app();
    let get = async |path: &str| ask(app.clone(), Request::get(path).header("host", "localhost")).await.json();
    let settings = get(SETTINGS).await;
    let drawn = json!({"zones": [triangle("ket")], "lines": []});
    let path = format!("{SETTINGS}/cameras/kho/zones");
    let answer = office.send("PUT", &path, &sent(&settings, "drawn", drawn)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_ne!(answer.json()["version"], settings["version"]);
    let camera = get("/api/v1/cameras/kho").await;
    assert_eq!(camera["zones"][0]["id"], "ket");
    assert_eq!(get("/api/v1/arming?camera=kho").await["cameras"][0]["zones"][0]["zone"], "ket");
    assert!(office.file().contains("{ id = \"ket\", kind = \"protected\""), "{}", office.file());
}

#[tokio::test]
async fn the_second_of_two_administrators_is_told_of_the_first() {
    let office = Office::new();
    let settings = office.settings().await;
    let path = format!("{SETTINGS}/keeping");
    let keeping = |days: u16| sent(&settings, "keeping", json!({"plates": {"keep_days": days}}));
    assert_eq!(office.send("PUT", &path, &keeping(10)).await.status, 200);
    office.send("PUT", &path, &keeping(20)).await.check_problem(409, "changed meanwhile");
    assert_eq!(office.settings().await["keeping"]["plates"]["keep_days"], 10);
    fs::write(office.folder.path().join("canhdem.toml"), format!("# by hand\n{CONFIG}")).expect("written");
    let path = format!("{SETTINGS}/cameras/kho");
    let remove = office.send("DELETE", &path, &json!({"version": settings["version"]})).await;
    remove.check_problem(409, "changed meanwhile");
    assert!(office.file().starts_with("# by hand"));
}

#[tokio::test]
async fn a_mistake_is_told_at_its_field() {
    let office = Office::new();
    let settings = office.settings().await;
    let before = office.file();
    let check = async |method: &str, path: &str, sent: Value, field: Value, detail: &str| {
        let answer = office.send(method, &format!("{SETTINGS}{path}"), &sent).await;
        answer.check_problem(422, detail);
        assert_eq!(answer.json()["field"], field, "{}", answer.text());
    };
    let mut camera = keys(&settings, 1);
    camera["main"] = "http://10.0.0.12/".into();
    check("PUT", "/cameras/kho", sent(&settings, "camera", camera.clone()), json!("main"), "only rtsp://").await;
    check("PUT", "/cameras/cong-chinh", sent(&settings, "camera", camera), json!("id"), "stays what it is").await;
    let again = sent(&settings, "camera", keys(&settings, 1));
    check("POST", "/cameras", again, json!("id"), "two cameras have the id").await;
    let mut crossing = triangle("b");
    crossing["polygon"] = json!([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
    let drawn = sent(&settings, "drawn", json!({"zones": [triangle("a"), crossing]}));
    check("PUT", "/cameras/kho/zones", drawn, json!("zones/1"), "crosses or touches").await;
    let arming = |key: &str, value: Value| {
        let mut arming = settings["arming"].clone();
        arming[key] = value;
        sent(&settings, "arming", arming)
    };
    check("PUT", "/arming", arming("peak", json!("1-3")), json!("peak"), "is not a span").await;
    let closed = json!([{"from": "2027-02-30", "to": null, "name": "Hội"}]);
    check("PUT", "/arming", arming("closed", closed), json!("closed/0/from"), "there may be no such day").await;
    let keeping = sent(&settings, "keeping", json!({"memory": {"keep_days": 0}}));
    check("PUT", "/keeping", keeping, json!("memory/keep_days"), "is not within 1 to 366").await;
    let unknown = office.send("PUT", &format!("{SETTINGS}/keeping"), &json!({"version": "", "keep": {}})).await;
    unknown.check_problem(400, "unknown field");
    assert_eq!(office.file(), before);
    let gone = office.send("PUT", &format!("{SETTINGS}/cameras/x/zones"), &sent(&settings, "drawn", json!({}))).await;
    gone.check_problem(404, "no camera is called");
}

#[tokio::test]
async fn response_plans_stand_in_the_file_and_a_step_too_many_is_told() {
    let office = Office::new();
    let settings = office.settings().await;
    assert_eq!(settings["plans"], json!({"office": [], "zones": []}));
    let own = json!({"camera": "cong-chinh", "zone": settings["cameras"][0]["zones"][0]["id"], "plan": ["Khóa cổng"]});
    let plans = json!({"office": ["Gọi trực ban 0205"], "zones": [own]});
    let answer = office.send("PUT", &format!("{SETTINGS}/plans"), &sent(&settings, "plans", plans.clone())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["plans"], plans);
    assert!(office.file().contains("[response]\nplan = [\"Gọi trực ban 0205\"]"), "{}", office.file());
    let before = office.file();
    let many: Vec<_> = (0..13).map(|step| step.to_string()).collect();
    let many = sent(&office.settings().await, "plans", json!({"office": many, "zones": []}));
    let answer = office.send("PUT", &format!("{SETTINGS}/plans"), &many).await;
    answer.check_problem(422, "nobody ticks off more than 12");
    assert_eq!(office.file(), before);
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_told_of() {
    let office = Office::new();
    let path = office.folder.path().join("canhdem.toml");
    fs::set_permissions(path, fs::Permissions::from_mode(0o444)).expect("mode");
    let settings = office.settings().await;
    let answer =
        office.send("DELETE", &format!("{SETTINGS}/cameras/kho"), &json!({"version": settings["version"]})).await;
    answer.check_problem(503, "it is read-only; let the user that canhdem runs as write to it");
    assert_eq!(office.file(), CONFIG);
}

#[tokio::test]
async fn names_and_passwords_never_come_back() {
    let office = Office::new();
    let settings = office.settings().await;
    let mut added = sent(&settings, "camera", json!({"id": "nha-xe", "main": "rtsp://10.0.0.13/?password=hai-muoi"}));
    added["login"] = json!({"user": "nguoi-xem", "password": "mot-hai-ba"});
    let answer = office.send("POST", &format!("{SETTINGS}/cameras"), &added).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["cameras"][2]["has_credentials"], true);
    let mut elsewhere = keys(&answer.json(), 2);
    assert_eq!(elsewhere["main"], "rtsp://10.0.0.13/?password=***");
    elsewhere["main"] = "rtsp://10.6.6.6/".into();
    let moved =
        office.send("PUT", &format!("{SETTINGS}/cameras/nha-xe"), &sent(&answer.json(), "camera", elsewhere)).await;
    moved.check_problem(422, "of another machine");
    assert_eq!(moved.json()["field"], "password");
    let test = json!({"address": "rtsp://10.6.6.6/", "camera": "nha-xe"});
    let test = office.send("POST", &format!("{SETTINGS}/cameras/test"), &test).await;
    test.check_problem(422, "of another machine");

    let everything = [SETTINGS, "/api/v1/cameras", "/api/v1/cameras/nha-xe", "/api/v1/status", "/metrics"];
    let mut texts = vec![answer.text(), moved.text(), test.text(), office.file()];
    for path in everything {
        texts.push(office.get(path).await.text());
    }
    // But for the address in the file, which is the administrator's own.
    texts[3] = texts[3].replace("hai-muoi", "");
    for text in texts {
        for secret in ["nguoi-xem", "mot-hai-ba", "hai-muoi"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let passwords = office.folder.path().join("credentials.toml");
    assert_eq!(fs::metadata(passwords).expect("there").permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn who_may_see_some_cameras_only_sets_nothing_up() {
    let mut office = Office::new();
    let limited = Account { cameras: Some([String::from("kho")].into()), ..account("limited", Role::Admin) };
    office.cookie = sign_in(&office.state.store, &limited);
    office.get(SETTINGS).await.check_problem(403, "who may see every camera");
    let sent = json!({"version": "", "drawn": {}});
    office.send("PUT", &format!("{SETTINGS}/cameras/kho/zones"), &sent).await.check_problem(403, "every camera");
    let test = json!({"address": "rtsp://127.0.0.1/"});
    office.send("POST", &format!("{SETTINGS}/cameras/test"), &test).await.check_problem(403, "every camera");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_is_tested_before_it_is_set_up() {
    let mut office = Office::new();
    office.state.clock = Arc::new(canhdem::base::SystemClock::new());
    let options = EncodeOptions { codec: Encoding::H264, gop_frames: 10, ..EncodeOptions::default() };
    let footage = Arc::new(Footage::walking_square(160, 96, &options).expect("encoded"));
    let auth = Auth::Digest { user: "xem".to_owned(), password: "bí mật".to_owned() };
    let cameras = TestCameras::start(vec![Mount::new("/cam", footage).with_auth(auth)]).expect("started");
    let test = async |path: &str, password: &str| {
        let sent = json!({"address": cameras.url(path), "login": {"user": "xem", "password": password}});
        let answer = office.send("POST", &format!("{SETTINGS}/cameras/test"), &sent).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(!answer.text().contains("bí mật"));
        answer.json()
    };
    let right = test("/cam", "bí mật").await;
    assert_eq!(right["reason"], Value::Null);
    let stream = &right["stream"];
    assert_eq!((&stream["codec"], &stream["width"], &stream["height"]), (&json!("h264"), &json!(160), &json!(96)));
    let rate = stream["frames_per_second"].as_f64().expect("a number");
    assert!((1.0..200.0).contains(&rate), "{rate}");
    // A JPEG, in base64.
    assert!(stream["picture"].as_str().expect("text").starts_with("/9j/"));
    assert_eq!(test("/cam", "sai").await["reason"]["code"], "wrong_password");
    let nothing = test("/other", "bí mật").await;
    assert_eq!((&nothing["stream"], &nothing["reason"]["code"]), (&Value::Null, &json!("no_such_stream")));
    for address in ["http://127.0.0.1/", "file:///etc/passwd", "rtsp://a:b@127.0.0.1/", "?"] {
        let answer = office.send("POST", &format!("{SETTINGS}/cameras/test"), &json!({"address": address})).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &json!("address")), "{address}");
    }
}

#[tokio::test]
async fn a_month_says_what_is_armed_each_day() {
    let office = Office::new();
    let settings = office.settings().await;
    let mut arming = settings["arming"].clone();
    arming["holidays"] = "vietnam".into();
    arming["swap"] = json!([{"worked": "2026-02-28", "off": "2026-02-13", "name": "Tết"}]);
    arming["closed"] = json!([{"from": "2026-02-10T12:00", "to": "2026-02-10T15:00", "name": "Họp"}]);
    let changed = office.send("PUT", &format!("{SETTINGS}/arming"), &sent(&settings, "arming", arming)).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let month = office.json("/api/v1/arming/month?month=2026-02").await;
    let days = month["days"].as_array().expect("days");
    assert_eq!((days.len(), &month["month"]), (28, &json!("2026-02")));
    let day = |n: usize| &days[n - 1];
    let spans = |n: usize| -> Vec<(String, bool)> {
        let stretches = day(n)["stretches"].as_array().expect("stretches").iter();
        let span = |stretch: &Value| stretch["from"].as_str().expect("a time")[11..16].to_owned();
        stretches.map(|stretch| (span(stretch), stretch["armed"] == true)).collect()
    };
    assert_eq!(day(17)["date"], "2026-02-17");
    assert!(day(17)["special"]["vi"].as_str().expect("a holiday").contains("Tết"));
    assert!(day(17)["stretches"].as_array().expect("stretches").iter().all(|stretch| stretch["armed"] == true));
    let tuesday = [
        ("00:00", true),
        ("01:00", true),
        ("03:00", true),
        ("06:00", false),
        ("12:00", true),
        ("15:00", false),
        ("18:00", true),
    ];
    assert_eq!(spans(10), tuesday.map(|(at, armed)| (at.to_owned(), armed)));
    assert_eq!(day(10)["special"]["vi"], "Họp");
    assert_eq!((&day(28)["worked"], &day(28)["special"]["vi"]), (&json!(true), &json!("làm bù: Tết")));
    assert!(day(3)["special"].is_null());
    for (query, status) in [("month=2026-13", 400), ("month=x", 400), ("camera=x", 404), ("group=x", 404)] {
        assert_eq!(office.get(&format!("/api/v1/arming/month?{query}")).await.status, status, "{query}");
    }
}
