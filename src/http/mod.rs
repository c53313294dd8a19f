//! The HTTP API and the page. `app` is the whole of it, testable without a socket; `serve` puts it
//! on one.

mod account_view;
mod accounts;
mod alerts;
mod arming;
mod arming_month;
mod audit;
mod audited;
mod camera_test;
mod camera_view;
mod cameras;
mod case_view;
mod cases;
mod cookie;
mod daily;
mod deletions;
mod doors;
mod events;
mod export;
mod guard;
mod handling;
mod heads;
mod kept;
mod latest;
mod lessons;
mod live;
mod me;
mod media;
mod office;
mod openapi;
mod pace;
mod page;
mod params;
mod permit;
mod perspective;
mod plans;
mod plates;
mod privacy;
mod problem;
mod qr;
mod recording_view;
mod recordings;
mod settings;
mod shift;
mod sign_in;
mod signed;
mod tls;
mod trails;
mod vehicle_view;
mod vehicles;
mod view;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::extract::{DefaultBodyLimit, Request};
use axum::serve::{IncomingStream, Listener};
use axum::{Extension, Router, middleware};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::access::{Lockout, SetupToken};
use crate::base::{Metrics, SharedClock, Shutdown};
use crate::config::{Config, Settings};
use crate::notify::Board;
use crate::rules::schedule::Schedule;
use crate::store::Store;
use audited::Slip;
use doors::Doors;
pub use export::{DeviceKey, Pack, PackSource, WritePack};
use latest::{Latest, Live};
pub use media::{Clip, ClipError, ClipSource, Still};
pub use openapi::document;
use pace::Pace;
pub use problem::{Problem, WebError};
pub use signed::Peer;
pub use tls::{Tls, TlsError};

/// What is sent here is an entry of a list at most.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// But for the calendar of an office, or the zones of a camera.
const MAX_SETTINGS_BYTES: usize = 128 * 1024;
/// Clips made at once: each takes the disk and a processor for a moment.
const CLIPS_AT_ONCE: usize = 2;
/// JPEGs made at once.
const PICTURES_AT_ONCE: usize = 2;
/// Passwords hashed at once: each takes 19 MiB.
const HASHES_AT_ONCE: usize = 2;
/// Pages that listen at once.
const LISTENERS: usize = 64;
/// Live videos that are watched at once: four screens of sixteen cameras.
const VIEWERS: usize = 64;
/// What an answer under way may still take when the appliance stops.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// All that the API tells about.
#[derive(Clone)]
pub struct AppState {
    pub store: Store,
    pub board: Board,
    /// As it counts while a request is answered: what `settings` had when it came.
    pub config: Arc<Config>,
    /// As it counts, and its file.
    pub settings: Settings,
    pub clock: SharedClock,
    pub metrics: Metrics,
    pub clips: Arc<dyn ClipSource>,
    pub packs: Arc<dyn PackSource>,
    /// Holds `<alert id>.jpg`, with the boxes drawn, `<alert id>.plain.jpg`, and of what persons hide
    /// `<alert id>.<track>.<attribute>.jpg`; of vehicles `<track>.vehicle.jpg` and `<track>.plate.jpg`.
    pub snapshots_dir: PathBuf,
    /// Without it the page is served plain, and answers this machine only.
    pub tls: Option<Tls>,
    /// Lets somebody make the first account; `None` where there is one.
    pub setup: Option<SetupToken>,
}

/// What handlers share, by the configuration that counts when a request comes.
#[derive(Clone)]
struct Context {
    state: AppState,
    schedule: Schedule,
    started_at: Timestamp,
    begun: Arc<media::Begun>,
    clip_places: Arc<Semaphore>,
    /// One at a time: it reads all video of an alert twice.
    export_place: Arc<Semaphore>,
    picture_places: Arc<Semaphore>,
    hashing_places: Arc<Semaphore>,
    lockout: Arc<Mutex<Lockout>>,
    pace: Arc<Pace>,
    lately: Arc<audited::Lately>,
    listener_places: Arc<Semaphore>,
    viewer_places: Arc<Semaphore>,
    /// Of a camera that is looked at before it is set up.
    testing_place: Arc<Semaphore>,
    stopping: Option<Shutdown>,
    /// The OpenAPI document.
    document: Arc<str>,
    latest: Weak<Latest>,
}

type Shared = Arc<Context>;

/// Everything that is served, at `/`.
pub fn app(state: AppState) -> Router {
    router(state, None)
}

/// Serves until told to stop; then streams of events end, and other answers get a moment more.
///
/// # Errors
/// When the socket fails.
pub async fn serve(listener: TcpListener, state: AppState, shutdown: Shutdown) -> io::Result<()> {
    let tls = state.tls.clone();
    let router = router(state, Some(shutdown.clone()));
    match tls {
        Some(tls) => serve_on(tls.listen(listener), router, shutdown).await,
        None => serve_on(Doors::new(listener), router, shutdown).await,
    }
}

async fn serve_on<L>(listener: L, router: Router, shutdown: Shutdown) -> io::Result<()>
where
    L: Listener<Addr: std::fmt::Debug>,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let service = router.into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(shutdown.clone().stopped());
    let overdue = async {
        shutdown.stopped().await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        result = serving => result,
        () = overdue => Ok(()),
    }
}

fn router(state: AppState, stopping: Option<Shutdown>) -> Router {
    let (api, document) = openapi::routes().split_for_parts();
    let context = Context {
        document: openapi::text(&document).into(),
        latest: Weak::new(),
        schedule: Schedule::new(&state.config).with_orders(state.store.orders()),
        started_at: state.clock.now(),
        begun: Arc::default(),
        clip_places: Arc::new(Semaphore::new(CLIPS_AT_ONCE)),
        export_place: Arc::new(Semaphore::new(1)),
        picture_places: Arc::new(Semaphore::new(PICTURES_AT_ONCE)),
        hashing_places: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        lockout: Arc::default(),
        pace: Arc::new(Pace::new()),
        lately: Arc::default(),
        listener_places: Arc::new(Semaphore::new(LISTENERS)),
        viewer_places: Arc::new(Semaphore::new(VIEWERS)),
        testing_place: Arc::new(Semaphore::new(1)),
        stopping,
        state,
    };
    let (is_secure, pace) = (context.is_secure(), Arc::clone(&context.pace));
    let live = Live::new(&context);
    api.merge(page::routes())
        .fallback(|| async { nothing() })
        .method_not_allowed_fallback(|| async { WebError::MethodNotAllowed })
        .with_state(live.clone())
        .layer(Extension(live))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(move |request: Request, next| {
            let refused = pace.check_address(request.extensions()).err();
            guard::guard(is_secure, refused, request, next)
        }))
}

fn nothing() -> WebError {
    WebError::NotFound("there is nothing at this address".to_owned())
}

impl Context {
    /// RFC 3339 as the office reads it.
    fn time(&self, at: Timestamp) -> String {
        view::time(at, &self.state.config.timezone)
    }

    /// Its id where the camera is no longer configured.
    fn camera_name(&self, id: &str) -> String {
        self.state.config.camera(id).map_or(id, |camera| &camera.name).to_owned()
    }

    /// Served through TLS.
    fn is_secure(&self) -> bool {
        self.state.tls.is_some()
    }

    fn now(&self) -> Timestamp {
        self.state.clock.now()
    }

    /// Resolves when the appliance stops.
    async fn stopped(&self) {
        match self.stopping.clone() {
            Some(stopping) => stopping.stopped().await,
            None => std::future::pending().await,
        }
    }
}

/// Runs what blocks, the database or the disk, beside the server.
async fn blocking<T: Send + 'static>(
    context: &Shared,
    work: impl FnOnce(&Context) -> T + Send + 'static,
) -> Result<T, WebError> {
    let context = Arc::clone(context);
    let (span, slip) = (tracing::Span::current(), Slip::current());
    tokio::task::spawn_blocking(move || span.in_scope(|| Slip::within(slip, || work(&context))))
        .await
        .map_err(|error| WebError::internal(&error))
}
