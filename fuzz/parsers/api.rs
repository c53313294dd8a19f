//! Requests of an administrator, of any kind: an answer or a problem that is told, never a fault of the appliance. No camera
//! is connected to, so nothing leaves the machine.
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use canhdem::access::{self, Role, Session};
use canhdem::base::{Metrics, SharedClock, SimClock, Timestamp};
use canhdem::config::Settings;
use canhdem::http::{AppState, Clip, ClipError, ClipSource, DeviceKey, Pack, PackSource, Still};
use canhdem::notify::Board;
use canhdem::record::{Deletion, DeletionError, DeletionOrder};
use canhdem::store::{Account, Store};
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;
use uuid::Uuid;

const CONFIG: &str = r#"
data_dir = "data"
[[camera]]
id = "kho"
main = "rtsp://127.0.0.1:1/main"
[arming]
holidays = "none"
"#;
/// Stands between requests.
const NEXT: &str = "\n--\n";
/// After so many inputs an office begins anew: what was written is read again and again.
const INPUTS: u32 = 1000;
/// It connects to whatever address it is given.
const CONNECTS: &str = "settings/cameras/test";

struct NoVideo;

impl ClipSource for NoVideo {
    fn extent(&self, _: &str, _: Timestamp, _: Timestamp) -> Option<(Timestamp, Timestamp)> {
        None
    }

    fn clip(&self, _: &str, _: Timestamp, _: Timestamp) -> Result<Clip, ClipError> {
        Err(ClipError::NoVideo)
    }

    fn still(&self, _: &str, _: Timestamp) -> Result<Still, ClipError> {
        Err(ClipError::NoVideo)
    }

    fn delete(&self, _: DeletionOrder) -> Result<Deletion, DeletionError> {
        Err(DeletionError::Nothing)
    }
}

impl PackSource for NoVideo {
    fn pack(&self, _: Uuid, _: bool) -> Result<Pack, String> {
        Ok(Pack { bytes: 0, write: Box::new(|_| Ok(())) })
    }

    fn device_key(&self) -> Result<DeviceKey, String> {
        Ok(DeviceKey { key: "ab".repeat(32), fingerprint: "1234 5678".to_owned() })
    }
}

struct Office {
    app: Router,
    cookie: String,
    inputs: u32,
    _folder: TempDir,
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

thread_local! {
    static OFFICE: RefCell<Option<Office>> = const { RefCell::new(None) };
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("canhdem.toml");
        std::fs::write(&file, CONFIG).expect("written");
        let now: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("a time");
        let clock: SharedClock = Arc::new(SimClock::new(now));
        let settings = Settings::open(file).expect("a configuration");
        let store = Store::open(&folder.path().join("data"), &clock).expect("opens");
        let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g".to_owned();
        let account = Account::new(Uuid::from_u128(1), "admin", Role::Admin, hash, now);
        store.add_account(&account).expect("written").expect("added");
        let token = access::session_token(access::digest("admin"));
        let late = now + SignedDuration::from_hours(24);
        let session = Session { last_seen_at: now, expires_at: late, ..Session::begin(now) };
        store.begin_session(&account, access::digest(&token), session, None).expect("written");
        let app = canhdem::http::app(AppState {
            store,
            board: Board::default(),
            config: settings.config(),
            settings,
            clock,
            metrics: Metrics::new(),
            clips: Arc::new(NoVideo),
            packs: Arc::new(NoVideo),
            snapshots_dir: folder.path().to_owned(),
            tls: None,
            setup: None,
        });
        Self { app, cookie: format!("canhdem={token}"), inputs: 0, _folder: folder }
    }

    /// A method and a path; below them headers, each behind `>`, and the body.
    async fn ask(&self, request: &str) {
        let (first, mut body) = request.split_once('\n').unwrap_or((request, ""));
        let mut headers = Vec::new();
        while let Some(rest) = body.strip_prefix('>') {
            let (header, below) = rest.split_once('\n').unwrap_or((rest, ""));
            headers.extend(header.split_once(':').map(|(name, value)| (name.trim(), value.trim())));
            body = below;
        }
        let Some((method, path)) = first.split_once(' ') else { return };
        if path.contains(CONNECTS) {
            return;
        }
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let Ok(request) = builder.body(Body::from(body.to_owned())) else { return };
        let response = self.app.clone().oneshot(request).await.expect("infallible");
        let status = response.status();
        // The page is served from a folder where the program is not a release; somebody may be building it.
        assert!(!status.is_server_error() || !path.starts_with("/api/"), "{first}: {status}");
        let kind = response.headers().get(header::CONTENT_TYPE).cloned();
        if kind.as_ref().is_some_and(|kind| kind == "text/event-stream") {
            return;
        }
        let body = to_bytes(response.into_body(), 10_000_000).await.expect("a body");
        if status.is_client_error() && path.starts_with("/api/") && method != "HEAD" {
            assert_eq!(kind.expect("a kind"), "application/problem+json", "{first}: {status}");
            assert!(body.starts_with(b"{"));
        }
    }

    /// Somebody may have ended the session, or the account.
    async fn is_spent(&self) -> bool {
        let request = Request::get("/api/v1/me").header(header::HOST, "localhost").header(header::COOKIE, &self.cookie);
        let request = request.body(Body::empty()).expect("a request");
        self.inputs >= INPUTS || !self.app.clone().oneshot(request).await.expect("infallible").status().is_success()
    }
}

pub(crate) fn fuzz(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    OFFICE.with_borrow_mut(|office| {
        RUNTIME.block_on(async {
            let present = office.get_or_insert_with(Office::new);
            for request in text.split(NEXT) {
                present.ask(request).await;
            }
            present.inputs += 1;
            if present.is_spent().await {
                *office = None;
            }
        });
    });
}
