//! The HTTP API without a socket, and once with one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::middleware::map_request;
use canhdem::access::audit::Removal;
use canhdem::access::{self, Role, Session};
use canhdem::alert::{Actor, Alert, Guard, Handling, Judged, Person, Step, Verdict};
use canhdem::base::metrics::Recordings;
use canhdem::base::{IdSource, Metrics, Rect, Shutdown, ShutdownHandle, SimClock, Timestamp};
use canhdem::config::Settings;
use canhdem::decode::{Frame, PixelFormat};
use canhdem::http::{AppState, Clip, ClipError, ClipSource, DeviceKey, Pack, PackSource, Still};
use canhdem::intake::Codec;
use canhdem::intake::health::{self, LostReason, StreamHealth, StreamState};
use canhdem::notify::{Board, GateState};
use canhdem::record::{
    Deletion, DeletionError, DeletionOrder, DiskReport, DiskState, DiskTrouble, Forecast, Reach, Segment,
    SegmentIndex as _, Share, Slow,
};
use canhdem::rules::{Bilingual, Finding, FindingKind, Part, ScorePart, Severity};
use canhdem::store::{Account, Handled, Store};
use canhdem::vision::attributes;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;
use uuid::Uuid;

#[path = "api/accounts.rs"]
mod accounts;
#[path = "api/arming.rs"]
mod arming;
#[path = "api/audit.rs"]
mod audit;
#[path = "api/cases.rs"]
mod cases;
#[path = "api/export.rs"]
mod export;
#[path = "api/live.rs"]
mod live;
#[path = "api/paths.rs"]
mod paths;
#[path = "api/privacy.rs"]
mod privacy;
#[path = "api/recordings.rs"]
mod recordings;
#[path = "api/roles.rs"]
mod roles;
#[path = "api/search.rs"]
mod search;
#[path = "api/settings.rs"]
mod settings;
#[path = "api/shift.rs"]
mod shift;
#[path = "api/tls.rs"]
mod tls;
#[path = "api/vehicles.rs"]
mod vehicles;
#[path = "api/verdicts.rs"]
mod verdicts;

fn seconds(n: i64) -> Timestamp {
    let night: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
    night + SignedDuration::from_secs(n)
}

const CONFIG: &str = r#"
data_dir = "data"
timezone = "Asia/Ho_Chi_Minh"

[[camera]]
id = "cong-chinh"
name = "Cổng chính"
main = "rtsp://10.0.0.11/main"
sub = "rtsp://10.0.0.11/sub"
zones = [{ id = "san", kind = "yard", polygon = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]] }]

[[camera]]
id = "kho"
main = "rtsp://10.0.0.12/main"

[arming]
nights = "18:00-06:00"
peak = "01:00-03:00"
holidays = "none"
"#;

/// Video of the first thousand seconds of the night; remembers which stretches were asked for.
#[derive(Default)]
struct FakeClips {
    path: PathBuf,
    asked: Mutex<Vec<(Timestamp, Timestamp)>>,
    /// Pictures that were decoded.
    decoded: Arc<AtomicUsize>,
    deleted: Mutex<Vec<Deletion>>,
}

impl ClipSource for FakeClips {
    fn extent(&self, camera: &str, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let (from, to) = (from.max(seconds(0)), to.min(seconds(1000)));
        (camera == "cong-chinh" && from < to).then_some((from, to))
    }

    fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Clip, ClipError> {
        self.asked.lock().expect("lock").push((from, to));
        let (starts_at, _) = self.extent(camera, from, to).ok_or(ClipError::NoVideo)?;
        if from > seconds(900) {
            return Err(ClipError::Failed("/secret/path: no space".to_owned()));
        }
        Ok(Clip { path: self.path.clone(), starts_at })
    }

    /// A key frame every ten seconds; those of the last hundred are broken.
    fn still(&self, camera: &str, at: Timestamp) -> Result<Still, ClipError> {
        self.extent(camera, at, at + SignedDuration::from_millis(1)).ok_or(ClipError::NoVideo)?;
        let number = at.duration_since(seconds(0)).as_secs() / 10;
        let stills = Arc::clone(&self.decoded);
        let picture = move || {
            stills.fetch_add(1, Ordering::Relaxed);
            if number >= 90 {
                return Err(ClipError::Failed("/secret/path: damaged".to_owned()));
            }
            let data = vec![90; 640 * 360 * 3 / 2];
            let picture = Frame::from_bytes(data, PixelFormat::I420, (640, 360), Duration::ZERO, seconds(10 * number));
            Ok(picture.expect("a frame"))
        };
        Ok(Still { at: seconds(10 * number), tag: format!("key-{number}"), picture: Box::new(picture) })
    }

    /// In segments of ten seconds; the disk does not let go of the last hundred seconds.
    fn delete(&self, order: DeletionOrder) -> Result<Deletion, DeletionError> {
        let (from, ends_at) = self.extent(&order.camera, order.from, order.to).ok_or(DeletionError::Nothing)?;
        if from > seconds(900) {
            return Err(DeletionError::Left { left: 2, error: std::io::ErrorKind::PermissionDenied.into() });
        }
        let segments = u64::try_from(ends_at.duration_since(from).as_secs()).expect("after") / 10;
        let removal = Removal { segments, bytes: segments * 1000, from, to: ends_at };
        let deletion = Deletion { order, removal, ends_at, alerts: 1 };
        self.deleted.lock().expect("lock").push(deletion.clone());
        Ok(deletion)
    }
}

/// A pack of a few pieces; of the alert of second 61 it is cut short.
struct FakePacks;

impl PackSource for FakePacks {
    fn pack(&self, alert: Uuid, _is_blurred: bool) -> Result<Pack, String> {
        let is_broken = alert.to_string() == id(61);
        let write = move |to: &mut dyn std::io::Write| {
            to.write_all(&vec![7; 600_000]).map_err(|error| error.to_string())?;
            if is_broken {
                return Err("/secret/path: it is gone".to_owned());
            }
            to.write_all(b"end").map_err(|error| error.to_string())
        };
        Ok(Pack { bytes: 600_003, write: Box::new(write) })
    }

    fn device_key(&self) -> Result<DeviceKey, String> {
        Ok(DeviceKey { key: "ab".repeat(32), fingerprint: "1234 5678".to_owned() })
    }
}

struct Office {
    folder: TempDir,
    state: AppState,
    clock: Arc<SimClock>,
    clips: Arc<FakeClips>,
    /// Of the administrator who asks, unless a test says otherwise.
    cookie: String,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config_path = folder.path().join("canhdem.toml");
        std::fs::write(&config_path, CONFIG).expect("written");
        let clock = Arc::new(SimClock::new(seconds(0)));
        let clip_path = folder.path().join("a clip");
        std::fs::write(&clip_path, (0..=255).collect::<Vec<u8>>()).expect("written");
        let clips = Arc::new(FakeClips { path: clip_path, ..FakeClips::default() });
        let snapshots_dir = folder.path().join("snapshots");
        std::fs::create_dir(&snapshots_dir).expect("made");
        let settings = Settings::open(config_path).expect("a configuration");
        let state = AppState {
            store: Store::open(&folder.path().join("data"), &(clock.clone() as _)).expect("opens"),
            board: Board::default(),
            config: settings.config(),
            settings,
            clock: clock.clone(),
            metrics: Metrics::new(),
            clips: clips.clone(),
            packs: Arc::new(FakePacks),
            snapshots_dir,
            tls: None,
            setup: None,
        };
        let cookie = sign_in(&state.store, &account("admin", Role::Admin));
        Self { folder, state, clock, clips, cookie }
    }

    /// As the administrator has it.
    fn app(&self) -> Router {
        self.app_of(&self.cookie)
    }

    /// As whoever has this cookie has it.
    fn app_of(&self, cookie: &str) -> Router {
        let cookie = HeaderValue::try_from(cookie).expect("a header");
        let with_cookie = move |mut request: Request<Body>| {
            request.headers_mut().entry(header::COOKIE).or_insert(cookie.clone());
            std::future::ready(request)
        };
        self.stranger().layer(map_request(with_cookie))
    }

    /// As it is for who is not signed in.
    fn stranger(&self) -> Router {
        canhdem::http::app(self.state.clone())
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).header("host", "localhost:8080")).await
    }

    async fn ask(&self, request: axum::http::request::Builder) -> Answer {
        ask(self.app(), request).await
    }

    async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/json");
        answer.json()
    }

    #[track_caller]
    fn put(&self, alert: &Alert) {
        self.state.store.put_alert(alert).expect("stored");
    }

    /// A guard does something with the `n`-th alert.
    #[track_caller]
    fn handle(&self, n: i64, name: &str, step: Step) {
        let account = Uuid::from_u128(name.bytes().fold(7, |sum, byte| 31 * sum + u128::from(byte)));
        let actor = Actor { guard: Guard { account, name: name.to_owned() }, outranks: false };
        let handled = self.state.store.handle(alert(n).id, step, &actor, seconds(100)).expect("stored");
        assert_eq!(handled, Handled::Done);
    }

    fn snapshots(&self, name: &str) -> PathBuf {
        self.folder.path().join("snapshots").join(name)
    }
}

/// Whose password nobody knows.
fn account(name: &str, role: Role) -> Account {
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g".to_owned();
    Account::new(IdSource::random().next(seconds(0)), name, role, hash, seconds(0))
}

/// Adds an account and gives the cookie of its session.
#[track_caller]
fn sign_in(store: &Store, account: &Account) -> String {
    store.add_account(account).expect("written").expect("added");
    let token = access::session_token(access::digest(&account.name));
    // However far a test moves the clock.
    let late = seconds(0) + SignedDuration::from_hours(24 * 366);
    let session = Session { last_seen_at: late, expires_at: late, ..Session::begin(seconds(0)) };
    assert!(store.begin_session(account, access::digest(&token), session, None).expect("written"));
    format!("canhdem={token}")
}

async fn ask(app: Router, request: axum::http::request::Builder) -> Answer {
    send(app, request.body(Body::empty()).expect("a request")).await
}

async fn send(app: Router, request: Request<Body>) -> Answer {
    let path = request.uri().path().to_owned();
    let response = app.oneshot(request).await.expect("infallible");
    let (status, headers) = (response.status(), response.headers().clone());
    let policy = headers.get("content-security-policy").expect("every answer has a policy");
    assert!(policy.to_str().expect("text").starts_with("default-src 'none'; script-src 'self'"));
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    assert!(headers.contains_key("cache-control"), "{path} says nothing of caches");
    let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let body =
        if is_stream { Vec::new() } else { to_bytes(response.into_body(), 10_000_000).await.expect(&path).into() };
    Answer { status, headers, body }
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    #[track_caller]
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().expect("text")
    }

    #[track_caller]
    fn check_problem(&self, status: u16, detail: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["title"], self.status.canonical_reason().expect("known"));
        let told = problem["detail"].as_str().expect("text");
        assert!(told.contains(detail), "{told}");
    }
}

/// The `n`-th alert, opened so many seconds into the night and closed.
fn alert(n: i64) -> Alert {
    let opened_at = seconds(n);
    let mut ids = IdSource::seeded(n.cast_unsigned());
    let found = Finding {
        kind: FindingKind::Person,
        track: ids.next(opened_at),
        confidence: 0.5,
        at: opened_at,
        bbox: Rect::new(10.0, 20.0, 30.5, 80.0),
        zone: Some("san".to_owned()),
        weight: 1.0,
    };
    Alert {
        id: ids.next(opened_at),
        case: None,
        camera: if n % 2 == 0 { "cong-chinh" } else { "kho" }.to_owned(),
        zone: Some("san".to_owned()),
        opened_at,
        last_seen_at: opened_at + SignedDuration::from_millis(5250),
        closed_at: Some(opened_at + SignedDuration::from_secs(35)),
        severity: if n % 3 == 0 { Severity::Critical } else { Severity::Warning },
        score: 0.75,
        score_parts: vec![ScorePart {
            part: Part::Finding(FindingKind::Person),
            words: Bilingual { vi: "có người".to_owned(), en: "a person is there".to_owned() },
            log_odds: 1.5,
        }],
        handling: Handling::default(),
        looks: BTreeMap::new(),
        findings: vec![found],
        persons: Vec::new(),
        reason: Bilingual { vi: "Có người trong sân".to_owned(), en: "A person in the yard".to_owned() },
        frame_width: 640,
        frame_height: 360,
        pictures_removed: None,
    }
}

fn open_alert(n: i64) -> Alert {
    Alert { closed_at: None, ..alert(n) }
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("id").to_owned()).collect()
}

fn id(n: i64) -> String {
    alert(n).id.to_string()
}

#[tokio::test]
async fn cameras_are_told_as_they_are() {
    let office = Office::new();
    let picture = Frame::from_bytes(vec![128; 96 * 64 * 3], PixelFormat::Rgb, (96, 64), Duration::ZERO, seconds(3));
    office.state.board.update_camera("cong-chinh", |now| {
        let live = StreamHealth {
            role: health::Role::Main,
            state: StreamState::Live,
            since: seconds(1),
            reason: None,
            codec: Some(Codec::H265),
        };
        let lost = StreamHealth {
            role: health::Role::Sub,
            state: StreamState::Lost,
            since: seconds(2),
            reason: Some(LostReason::WrongPassword),
            codec: None,
        };
        now.streams = vec![live, lost];
        now.gate = Some(GateState::Awake);
        now.delay = Some(Duration::from_millis(1250));
        now.picture = Some(Arc::new(picture.expect("a frame")));
        now.recording = true;
    });
    let reason =
        json!({"code": "wrong_password", "vi": LostReason::WrongPassword.vi(), "en": LostReason::WrongPassword.en()});
    let gate = json!({
        "id": "cong-chinh", "name": "Cổng chính", "state": "lost", "since": "2026-02-17T01:30:02.000+07:00",
        "reason": reason, "gate": "awake", "analysis_delay_s": 1.25, "picture_at": "2026-02-17T01:30:03.000+07:00", "recording": true,
        "streams": [
            {"role": "main", "state": "live", "since": "2026-02-17T01:30:01.000+07:00", "reason": null, "codec": "h265"},
            {"role": "sub", "state": "lost", "since": "2026-02-17T01:30:02.000+07:00", "reason": reason, "codec": null},
        ],
        "zones": [{"id": "san", "kind": "yard", "polygon": [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]}],
        "privacy_masks": [],
    });
    assert_eq!(office.json("/api/v1/cameras/cong-chinh").await, gate);
    let all = office.json("/api/v1/cameras").await;
    assert_eq!(all["items"][0], gate);
    let unknown = &all["items"][1];
    assert_eq!((&unknown["state"], &unknown["since"]), (&json!("connecting"), &json!("2026-02-17T01:30:00.000+07:00")));
    assert_eq!(
        (&unknown["picture_at"], &unknown["gate"], &unknown["streams"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    office.get("/api/v1/cameras/nha-xe").await.check_problem(404, "no camera is called \"nha-xe\"");
    office.get("/api/v1/cameras/..%2f..%2fetc").await.check_problem(404, "no camera");
}

#[tokio::test]
async fn a_camera_shows_its_latest_picture() {
    let office = Office::new();
    office.get("/api/v1/cameras/kho/snapshot.jpg").await.check_problem(404, "no picture of `kho` yet");
    let data = vec![90; 640 * 360 * 3 / 2];
    let picture = Frame::from_bytes(data, PixelFormat::I420, (640, 360), Duration::ZERO, seconds(3)).expect("a frame");
    office.state.board.update_camera("kho", |now| now.picture = Some(Arc::new(picture)));
    let answer = office.get("/api/v1/cameras/kho/snapshot.jpg?width=320").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "image/jpeg");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-picture-at"), "2026-02-17T01:30:03.000+07:00");
    let jpeg = image::load_from_memory(&answer.body).expect("a JPEG");
    assert_eq!((jpeg.width(), jpeg.height()), (320, 180));
    for width in ["159", "1921", "wide", "-1"] {
        let answer = office.get(&format!("/api/v1/cameras/kho/snapshot.jpg?width={width}")).await;
        answer.check_problem(400, "`width`");
    }
}

#[tokio::test]
async fn an_alert_is_told_in_full() {
    let office = Office::new();
    office.put(&alert(60));
    office.clock.advance_to(seconds(200));
    let told = office.json(&format!("/api/v1/alerts/{}", id(60))).await;
    let wanted = json!({
        "id": id(60), "case": null, "camera": "cong-chinh", "camera_name": "Cổng chính", "zone": "san",
        "at": "2026-02-17T01:31:00.000+07:00", "last_seen_at": "2026-02-17T01:31:05.250+07:00",
        "closed_at": "2026-02-17T01:31:35.000+07:00", "open": false, "severity": "critical", "score": 0.75,
        "score_parts": [{
            "part": "person", "words": {"vi": "có người", "en": "a person is there"}, "log_odds": 1.5,
        }],
        "state": "new", "owner": null, "claimed_at": null, "verdict": null, "false_alarm_reason": null,
        "resolved_at": null, "escalated_at": null, "history": [], "plan": [], "trails": [],
        "findings": [{
            "kind": "person", "track": alert(60).findings[0].track.to_string(), "confidence": 0.5,
            "at": "2026-02-17T01:31:00.000+07:00", "bbox": [10.0, 20.0, 30.5, 80.0],
        }],
        "persons": [],
        "reason": {"vi": "Có người trong sân", "en": "A person in the yard"},
        "frame": {"width": 640, "height": 360}, "snapshot": null,
        "clip": {
            "url": format!("/api/v1/alerts/{}/clip.mp4", id(60)),
            "from": "2026-02-17T01:30:50.000+07:00", "to": "2026-02-17T01:31:25.250+07:00",
        },
    });
    assert_eq!(told, wanted);

    std::fs::write(office.snapshots(&format!("{}.jpg", id(60))), "boxes").expect("written");
    office.put(&open_alert(100));
    let told = office.json("/api/v1/alerts?limit=2").await;
    assert_eq!(told["items"][0]["clip"]["to"], "2026-02-17T01:33:20.000+07:00", "while it is open, up to now");
    assert_eq!((&told["items"][0]["open"], &told["items"][0]["closed_at"]), (&json!(true), &Value::Null));
    assert_eq!(told["items"][1]["snapshot"], format!("/api/v1/alerts/{}/snapshot.jpg", id(60)));

    let gone = Alert { camera: "cu".to_owned(), ..alert(61) };
    office.put(&gone);
    let told = office.json(&format!("/api/v1/alerts/{}", gone.id)).await;
    assert_eq!((&told["camera_name"], &told["clip"]), (&json!("cu"), &Value::Null), "a camera that was removed");
    for unknown in [Uuid::nil().to_string(), "nonsense".to_owned(), "..%2f..%2fetc%2fpasswd".to_owned()] {
        office.get(&format!("/api/v1/alerts/{unknown}")).await.check_problem(404, "no alert has the id");
        office.get(&format!("/api/v1/alerts/{unknown}/clip.mp4")).await.check_problem(404, "no alert has the id");
        office.get(&format!("/api/v1/alerts/{unknown}/snapshot.jpg")).await.check_problem(404, "no alert has the id");
    }
}

#[track_caller]
fn check_ids(page: &Value, wanted: &[i64]) {
    assert_eq!(ids(page), wanted.iter().map(|n| id(*n)).collect::<Vec<_>>());
}

#[tokio::test]
async fn alerts_are_filtered_and_paged() {
    let office = Office::new();
    for n in 0..7 {
        office.put(&alert(n));
    }
    office.handle(5, "Lan", Step::Resolve { verdict: Verdict::TrueAlarm, note: None });
    let list = async |query: &str| office.json(&format!("/api/v1/alerts{query}")).await;
    check_ids(&list("").await, &[6, 5, 4, 3, 2, 1, 0]);
    check_ids(&list("?camera=kho").await, &[5, 3, 1]);
    check_ids(&list("?camera=kho,cong-chinh&severity=critical").await, &[6, 3, 0]);
    check_ids(&list("?severity=critical&severity=notice,warning&state=resolved").await, &[5]);
    check_ids(&list("?from=2026-02-17T01:30:02%2B07:00&to=2026-02-16T18:30:04Z").await, &[3, 2]);
    check_ids(&list("?camera=nha-xe").await, &[]);

    let first = list("?limit=3").await;
    check_ids(&first, &[6, 5, 4]);
    office.put(&alert(8));
    let second = list(&format!("?limit=3&cursor={}", first["next_cursor"].as_str().expect("more"))).await;
    check_ids(&second, &[3, 2, 1]);
    let third = list(&format!("?limit=3&cursor={}", second["next_cursor"].as_str().expect("more"))).await;
    check_ids(&third, &[0]);
    assert_eq!(third["next_cursor"], Value::Null);

    for (query, detail) in [
        ("limit=0", "from 1 to 200"),
        ("limit=201", "from 1 to 200"),
        ("limit=ten", "`limit` cannot be \"ten\""),
        ("severity=deadly", "expected one of `notice`, `warning`, `critical`"),
        ("state=open", "expected one of `new`, `claimed`, `resolved`"),
        ("from=today", "written like 2026-02-17T01:30:00+07:00"),
        ("to=2026-02-17T01:30:00", "written like 2026-02-17T01:30:00+07:00"),
        ("cursor=abc", "`cursor` cannot be \"abc\""),
    ] {
        office.get(&format!("/api/v1/alerts?{query}")).await.check_problem(400, detail);
    }
}

#[tokio::test]
async fn an_alert_has_its_pictures() {
    let office = Office::new();
    office.put(&alert(0));
    let address = format!("/api/v1/alerts/{}/snapshot.jpg", id(0));
    office.get(&address).await.check_problem(404, "no picture of this alert");
    std::fs::write(office.snapshots(&format!("{}.jpg", id(0))), "boxes").expect("written");
    std::fs::write(office.snapshots(&format!("{}.plain.jpg", id(0))), "plain").expect("written");
    let drawn = office.get(&address).await;
    assert_eq!((drawn.text().as_str(), drawn.header("content-type")), ("boxes", "image/jpeg"));
    assert_eq!(office.get(&format!("{address}?boxes=true")).await.text(), "boxes");
    assert_eq!(office.get(&format!("{address}?boxes=false")).await.text(), "plain");
    office.get(&format!("{address}?boxes=maybe")).await.check_problem(400, "`boxes`");
}

#[tokio::test]
async fn an_alert_says_what_its_persons_hide() {
    let office = Office::new();
    let track = Uuid::from_u128(7);
    let judged = |answer, frames| Judged { answer, confidence: 0.75, frames, pixels: 31, has_crop: frames > 0 };
    let attributes = [
        judged(attributes::Answer::Yes, 6),
        judged(attributes::Answer::No, 2),
        judged(attributes::Answer::Unknown, 1),
        Judged::default(),
    ];
    let masked = Alert { persons: vec![Person { track, attributes }], ..alert(0) };
    office.put(&masked);
    let crops = format!("/api/v1/alerts/{}/crops/{track}", id(0));
    let file = |attribute: &str| office.snapshots(&format!("{}.{track}.{attribute}.jpg", id(0)));
    std::fs::write(file("mask"), "a mask").expect("written");
    std::fs::write(file("gloves"), "a hand").expect("written");

    let told = office.json(&format!("/api/v1/alerts/{}", id(0))).await;
    let answer = |attribute: &str, answer: &str, confidence: Value, frames: u32, pixels: u32, crop: Value| {
        json!({
            "attribute": attribute, "answer": answer, "confidence": confidence, "frames": frames, "pixels": pixels,
            "crop": crop,
        })
    };
    let wanted = json!([{"track": track.to_string(), "attributes": [
        answer("mask", "yes", json!(0.75), 6, 31, json!(format!("{crops}/mask.jpg?v=yes-6-31"))),
        answer("hat", "no", json!(0.75), 2, 31, json!(format!("{crops}/hat.jpg?v=no-2-31"))),
        answer("gloves", "unknown", Value::Null, 1, 31, json!(format!("{crops}/gloves.jpg?v=unknown-1-31"))),
        answer("bag", "unknown", Value::Null, 0, 0, Value::Null),
    ]}]);
    assert_eq!(told["persons"], wanted);
    assert_eq!(office.json("/api/v1/alerts").await["items"][0]["persons"], wanted);

    let crop = office.get(&format!("{crops}/mask.jpg")).await;
    assert_eq!((crop.status.as_u16(), crop.text().as_str()), (200, "a mask"));
    assert_eq!((crop.header("content-type"), crop.header("cache-control")), ("image/jpeg", "no-cache"));
    // A better picture: the file is another, and so is the address, which still leads there.
    let [mask, rest @ ..] = attributes;
    let surer = Judged { frames: 7, ..mask };
    let [hat, gloves, bag] = rest;
    office.put(&Alert { persons: vec![Person { track, attributes: [surer, hat, gloves, bag] }], ..alert(0) });
    std::fs::write(file("mask"), "a better mask").expect("written");
    let told = office.json(&format!("/api/v1/alerts/{}", id(0))).await;
    let address = told["persons"][0]["attributes"][0]["crop"].as_str().expect("an address").to_owned();
    assert_eq!(address, format!("{crops}/mask.jpg?v=yes-7-31"));
    assert_eq!(office.get(&address).await.text(), "a better mask");

    let other = Uuid::from_u128(8);
    for nothing in [
        // Its file is gone.
        format!("{crops}/hat.jpg"),
        format!("{crops}/mask"),
        format!("{crops}/mask.png"),
        format!("{crops}/shoes.jpg"),
        format!("{crops}/..%2fmask.jpg"),
        format!("{crops}/%ff.jpg"),
        format!("/api/v1/alerts/{}/crops/{other}/mask.jpg", id(0)),
        format!("/api/v1/alerts/{}/crops/..%2f..%2fetc/mask.jpg", id(0)),
    ] {
        office.get(&nothing).await.check_problem(404, "");
    }
    office.get(&format!("/api/v1/alerts/{}/crops/{track}/mask.jpg", id(1))).await.check_problem(404, "no alert");
}

#[tokio::test]
async fn a_clip_is_served_in_pieces() {
    let office = Office::new();
    office.put(&alert(60));
    office.clock.advance_to(seconds(500));
    let address = format!("/api/v1/alerts/{}/clip.mp4", id(60));
    let whole = office.get(&address).await;
    assert_eq!((whole.status.as_u16(), whole.body.len()), (200, 256));
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("x-clip-start"), "2026-02-17T01:30:50.000+07:00");
    let ranged =
        async |range: &str| office.ask(Request::get(&address).header("host", "127.0.0.1").header("range", range)).await;
    let part = ranged("bytes=10-19").await;
    assert_eq!((part.status.as_u16(), part.header("content-range")), (206, "bytes 10-19/256"));
    assert_eq!(part.body, (10..20).collect::<Vec<u8>>());
    assert_eq!(part.header("x-clip-start"), "2026-02-17T01:30:50.000+07:00");
    assert_eq!(ranged("bytes=-6").await.body, (250..=255).collect::<Vec<u8>>());
    assert_eq!(ranged("bytes=300-").await.status, 416);
    let head = office.ask(Request::head(&address).header("host", "localhost")).await;
    assert_eq!((head.status.as_u16(), head.header("content-length"), head.body.len()), (200, "256", 0));
    assert!(
        office
            .clips
            .asked
            .lock()
            .expect("lock")
            .iter()
            .all(|asked| *asked == (seconds(50), alert(60).last_seen_at + SignedDuration::from_secs(20)))
    );

    office.put(&alert(61));
    let other = format!("/api/v1/alerts/{}/clip.mp4", id(61));
    office.get(&other).await.check_problem(404, "no video of this alert");
    office.put(&alert(950));
    let broken = office.get(&format!("/api/v1/alerts/{}/clip.mp4", id(950))).await;
    broken.check_problem(500, "the appliance has failed here");
    assert!(!broken.text().contains("secret"), "what failed is logged, not told");
}

#[tokio::test]
async fn a_growing_clip_stays_one_file_for_its_player() {
    let office = Office::new();
    office.put(&open_alert(60));
    let app = office.app();
    let address = format!("/api/v1/alerts/{}/clip.mp4", id(60));
    let read = async |query: &str, range: &str| {
        let request = Request::get(format!("{address}{query}")).header("host", "localhost").header("range", range);
        assert_eq!(ask(app.clone(), request).await.status, 206);
        office.clips.asked.lock().expect("lock").last().expect("asked").1
    };
    office.clock.advance_to(seconds(100));
    assert_eq!(read("", "bytes=0-").await, seconds(100));
    office.clock.advance_to(seconds(110));
    assert_eq!(read("", "bytes=100-").await, seconds(100), "the same player reads on");
    assert_eq!(read("?n=1", "bytes=0-").await, seconds(110), "it loads the clip anew");
    assert_eq!(read("", "bytes=0-").await, seconds(110), "it begins anew");
}

#[tokio::test]
async fn recordings_arming_and_status() {
    let office = Office::new();
    for n in [0, 10] {
        let segment = Segment {
            id: IdSource::seeded(7).next(seconds(n)),
            camera: "kho".to_owned(),
            path: PathBuf::from(format!("video/kho/{n}.mp4")),
            codec: Codec::H264,
            started_at: seconds(n),
            duration: Duration::from_secs(10),
            size_bytes: 5000,
            complete: n == 0,
        };
        office.state.store.put(&segment).expect("stored");
    }
    office.clock.advance_to(seconds(30));
    let told = office.json("/api/v1/recordings/kho").await;
    let first = json!({
        "id": IdSource::seeded(7).next(seconds(0)).to_string(), "from": "2026-02-17T01:30:00.000+07:00",
        "to": "2026-02-17T01:30:10.000+07:00", "size_bytes": 5000, "complete": true,
    });
    assert_eq!(told["items"][0], first);
    assert_eq!(told["items"][1]["complete"], false);
    let late =
        office.json("/api/v1/recordings/kho?from=2026-02-17T01:30:15+07:00&to=2026-02-17T02:00:00%2B07:00").await;
    assert_eq!(late["items"].as_array().map(Vec::len), Some(1));
    office.get("/api/v1/recordings/nha-xe").await.check_problem(404, "no camera is called");
    let backwards = "/api/v1/recordings/kho?from=2026-02-17T02:00:00Z&to=2026-02-17T01:00:00Z";
    office.get(backwards).await.check_problem(400, "`from` lies after `to`");

    let arming = office.json("/api/v1/arming").await;
    assert_eq!(
        (&arming["at"], &arming["armed"], &arming["peak"]),
        (&json!("2026-02-17T01:30:30.000+07:00"), &json!(true), &json!(true))
    );
    assert!(arming["reason"]["vi"].is_string() && arming["reason"]["en"].is_string());
    let noon = office.json("/api/v1/arming?at=2026-02-17T12:00:00%2B07:00").await;
    assert_eq!((&noon["at"], &noon["armed"]), (&json!("2026-02-17T12:00:00.000+07:00"), &json!(false)));
    office.get("/api/v1/arming?at=noon").await.check_problem(400, "`at`");

    let forecast = Some(Forecast { days_left: Some(1.5), days_kept: 11.0, reach: None });
    let report = DiskReport { used_bytes: 7, quota_bytes: 9, kept_bytes: 2, forecast, ..DiskReport::default() };
    office.state.board.set_disk(report);
    let status = office.json("/api/v1/status").await;
    assert_eq!(status["appliance"], office.state.store.appliance().to_string());
    assert_eq!((&status["language"], &status["timezone"]), (&json!("vi"), &json!("Asia/Ho_Chi_Minh")));
    assert_eq!(status["lunar"]["vi"], "mồng 1 tháng Giêng");
    assert_eq!(status["now"], "2026-02-17T01:30:30.000+07:00");
    assert_eq!(
        status["disk"],
        json!({"state": "ok", "used_bytes": 7, "quota_bytes": 9, "kept_bytes": 2, "days_left": 1.5, "days_kept": 11.0, "reach": null, "key_frames_only": false, "slow": null, "trouble": null})
    );
    let share = |days, wanted_days| Share { days, wanted_days };
    let reach = Some(Reach { all: share(1.25, 3.0), motion: share(14.0, 14.0), alerts: None });
    let forecast = Some(Forecast { days_left: None, days_kept: 14.0, reach });
    office.state.board.set_disk(DiskReport { forecast, key_frames_only: true, ..DiskReport::default() });
    let disk = office.json("/api/v1/status").await["disk"].clone();
    let of = |days: f64, wanted_days: f64| json!({"days": days, "wanted_days": wanted_days});
    assert_eq!(disk["reach"], json!({"all": of(1.25, 3.0), "motion": of(14.0, 14.0), "alerts": null}));
    assert_eq!((&disk["days_left"], &disk["key_frames_only"]), (&Value::Null, &json!(true)));
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn health_and_metrics() {
    let office = Office::new();
    assert_eq!(office.json("/healthz").await, json!({"status": "ok"}));
    let detail = Some("video: no space left".to_owned());
    office.state.board.set_disk(DiskReport { state: DiskState::Full, detail, ..DiskReport::default() });
    office.get("/healthz").await.check_problem(503, "video: no space left");
    let slow = |lost| DiskReport {
        state: DiskState::Slow,
        slow: Some(Slow { waited: Duration::from_millis(4500), lost }),
        trouble: Some(DiskTrouble::TooSlow),
        detail: Some("video waits".to_owned()),
        ..DiskReport::default()
    };
    office.state.board.set_disk(slow(0));
    assert_eq!(office.json("/healthz").await, json!({"status": "ok"}), "late, and all of it");
    office.state.board.set_disk(slow(3));
    office.get("/healthz").await.check_problem(503, "video waits");
    let disk = office.json("/api/v1/status").await["disk"].clone();
    assert_eq!(
        (&disk["state"], &disk["trouble"], &disk["slow"]),
        (&json!("slow"), &json!("too_slow"), &json!({"waited_seconds": 4.5, "lost_pictures": 3}))
    );
    office.state.metrics.camera("kho").access_units.inc();
    office.state.metrics.set_recordings(Recordings {
        used_bytes: 7,
        quota_bytes: 9,
        days_left: Some(1.5),
        days_kept: Some(11.0),
        all_days: None,
        motion_days: Some(14.0),
        alert_days: None,
        key_frames_only: true,
        waited: Some(Duration::from_millis(4500)),
    });
    let metrics = office.get("/metrics").await;
    assert!(metrics.text().contains("canhdem_recordings_days_left 1.5\n"), "{}", metrics.text());
    assert!(metrics.text().contains("canhdem_recordings_waited_seconds 4.5\n"), "{}", metrics.text());
    assert!(metrics.text().contains("canhdem_access_units_total{camera=\"kho\"} 1"), "{}", metrics.text());
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text"));
}

#[tokio::test]
async fn strangers_are_refused() {
    let office = Office::new();
    for path in ["/", "/api/v1/cameras", "/healthz", "/nothing"] {
        let answer = office.ask(Request::get(path).header("host", "canhdem.evil.example")).await;
        answer.check_problem(403, "localhost, 127.0.0.1 and [::1] only");
        office.ask(Request::get(path)).await.check_problem(403, "localhost");
        let request = Request::get(path).header("host", "localhost:8080").header("origin", "http://evil.example");
        office.ask(request).await.check_problem(403, "other sites");
    }
    let own =
        Request::get("/api/v1/cameras").header("host", "localhost:8080").header("origin", "http://localhost:8080");
    assert_eq!(office.ask(own).await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let office = Office::new();
    for path in ["/api/v1", "/api/v1/nothing", "/nothing", "/..%2f..%2fetc%2fpasswd", "/api/v1/alerts/", "/%ff"] {
        office.get(path).await.check_problem(404, "");
    }
    let post = Request::post("/api/v1/cameras").header("host", "localhost");
    let refused = office.ask(post).await;
    refused.check_problem(405, "does not take this method");
    assert_eq!(refused.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn the_document_is_the_committed_one() {
    let office = Office::new();
    let served = office.get("/api/v1/openapi.json").await;
    assert_eq!(served.text(), canhdem::http::document());
    assert_eq!(served.json()["openapi"], "3.1.0");
    for name in served.text().split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(served.json()["components"]["schemas"][name].is_object(), "{name} is not described");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, served.text()).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == served.text(),
        "web/openapi.json is not what the code says: run UPDATE_OPENAPI=1 cargo test --test api"
    );
}

/// A server on a socket, and its end.
async fn serve(office: &Office) -> (SocketAddr, ShutdownHandle, tokio::task::JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (handle, shutdown) = Shutdown::new();
    (address, handle, tokio::spawn(canhdem::http::serve(listener, office.state.clone(), shutdown)))
}

/// A page that listens.
struct Page {
    lines: tokio::io::Lines<BufReader<TcpStream>>,
}

#[derive(Debug, PartialEq)]
struct Event {
    name: String,
    id: i64,
    data: Value,
}

impl Page {
    async fn open(office: &Office, address: SocketAddr, path: &str, last_id: Option<i64>) -> Self {
        let mut socket = TcpStream::connect(address).await.expect("connects");
        let last = last_id.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nConnection: close\r\n{last}\r\n",
            office.cookie
        );
        socket.write_all(request.as_bytes()).await.expect("sent");
        let mut page = Self { lines: BufReader::new(socket).lines() };
        assert_eq!(page.line().await.as_deref(), Some("HTTP/1.1 200 OK"));
        page
    }

    async fn line(&mut self) -> Option<String> {
        self.lines.next_line().await.expect("readable")
    }

    /// The next event, heartbeats included; `None` at the end of the stream.
    async fn any(&mut self) -> Option<Event> {
        let mut event = Event { name: String::new(), id: -1, data: Value::Null };
        loop {
            let line = self.line().await?;
            match line.split_once(": ") {
                Some(("event", name)) => name.clone_into(&mut event.name),
                Some(("id", id)) => event.id = id.parse().expect("a number"),
                Some(("data", data)) => event.data = serde_json::from_str(data).expect("JSON"),
                _ if line.is_empty() && !event.name.is_empty() => return Some(event),
                _ => {}
            }
        }
    }

    async fn next(&mut self) -> Event {
        loop {
            let event = self.any().await.expect("the stream goes on");
            if event.name != "heartbeat" {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn a_page_that_comes_back_gets_what_it_missed() {
    let office = Office::new();
    office.put(&alert(0));
    let (address, handle, server) = serve(&office).await;

    let mut page = Page::open(&office, address, "/api/v1/events", None).await;
    let beat = page.any().await.expect("a heartbeat at once");
    assert_eq!((beat.name.as_str(), beat.id), ("heartbeat", 1));
    assert_eq!(beat.data, json!({"at": "2026-02-17T01:30:00.000+07:00"}));
    office.put(&open_alert(2));
    let told = page.next().await;
    assert_eq!((told.name.as_str(), told.id), ("alert", 2), "what was there before is not told");
    let mut alert_now = office.json(&format!("/api/v1/alerts/{}", id(2))).await;
    for of_one_alone in ["history", "plan", "trails"] {
        alert_now.as_object_mut().expect("an object").remove(of_one_alone);
    }
    assert_eq!(told.data, alert_now);
    office.state.board.update_camera("kho", |now| now.recording = true);
    office.state.store.put_camera_state("kho", None).expect("stored");
    let told = page.next().await;
    assert_eq!((told.name.as_str(), told.id), ("camera", 3));
    assert_eq!(told.data, office.json("/api/v1/cameras/kho").await);
    drop(page);

    for n in [4, 6, 8] {
        office.put(&alert(n));
    }
    let mut page = Page::open(&office, address, "/api/v1/events", Some(3)).await;
    for (seq, n) in [(4, 4), (5, 6), (6, 8)] {
        let told = page.next().await;
        assert_eq!((told.id, &told.data["id"]), (seq, &json!(id(n))));
    }
    office.put(&alert(10));
    assert_eq!(page.next().await.id, 7, "and goes on");

    let mut other = Page::open(&office, address, "/api/v1/events?since=6", Some(2)).await;
    assert_eq!(other.next().await.id, 7, "the later one counts");
    let mut stranger = Page::open(&office, address, "/api/v1/events", Some(4711)).await;
    office.put(&alert(12));
    assert_eq!(stranger.next().await.id, 8, "a number of another server's is not waited for");

    office.state.board.update_camera("kho", |now| now.gate = Some(GateState::Awake));
    let told = page.next().await;
    assert_eq!((told.name.as_str(), told.id), ("alert", 8));
    let told = page.next().await;
    assert_eq!((told.name.as_str(), &told.data["gate"]), ("camera", &json!("awake")), "told with the heartbeat");

    drop(handle);
    while page.any().await.is_some() {}
    server.await.expect("joined").expect("served");
}

#[tokio::test]
async fn a_page_that_lags_misses_nothing() {
    let office = Office::new();
    let (address, _handle, _server) = serve(&office).await;
    let mut page = Page::open(&office, address, "/api/v1/events", None).await;
    // More than the broadcast holds, while the page does not read.
    let store = office.state.store.clone();
    let many = 600;
    tokio::task::spawn_blocking(move || (0..many).for_each(|n| store.put_alert(&alert(n)).expect("stored")))
        .await
        .expect("written");
    for seq in 1..=many {
        assert_eq!(page.next().await.id, seq);
    }
}
