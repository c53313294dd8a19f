//! What goes into the audit log, said where the route is listed: it stands around the handler, and in the document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::json;
use url::form_urlencoded;
use utoipa::openapi::extensions::Extensions;
use utoipa_axum::router::UtoipaMethodRouter;
use uuid::Uuid;

use super::permit::{EXTENSION, operations};
use super::signed::{SignedIn, peer};
use super::{Context, Live, blocking};
use crate::access::audit::{Act, Deed};

/// Looking at the same thing within so long is one entry.
const LOOKED_AT: Duration = Duration::from_mins(10);
/// A wall of pictures is open all night: an entry an hour, account and camera says so.
const WATCHED: Duration = Duration::from_mins(60);
/// What was looked at lately, by all together.
const MOST_LATELY: usize = 4096;

type Routes = UtoipaMethodRouter<Live>;

/// Written down whenever it was answered, by whom and from where. Stands within [`super::permit::may`].
pub(super) fn audited(act: Act, (schemas, mut paths, router): Routes) -> Routes {
    for operation in paths.paths.values_mut().flat_map(operations) {
        let told = Extensions::builder().add(EXTENSION, json!({"audit": act.name()})).build();
        operation.extensions.get_or_insert_default().merge(told);
    }
    let router = router.route_layer(middleware::from_fn(move |live, request, next| watch(act, live, request, next)));
    (schemas, paths, router)
}

/// How long the same thing is not written down again; `None` for what is each time.
fn window(act: Act) -> Option<Duration> {
    match act {
        Act::AlertViewed | Act::AlertPlayed | Act::CaseViewed | Act::RecordingPlayed | Act::Downloaded => {
            Some(LOOKED_AT)
        }
        // Lists show many pictures at once, and again whenever they are opened.
        Act::AlertPictureViewed
        | Act::AlertsSearched
        | Act::VehicleViewed
        | Act::VehiclesSearched
        | Act::LiveViewed
        | Act::AuditRead => Some(WATCHED),
        _ => None,
    }
}

/// What a handler says of what it does.
#[derive(Clone, Default)]
struct Said {
    act: Option<Act>,
    camera: Option<String>,
    detail: Option<String>,
    /// Tells apart what is looked at; the detail where there is none.
    key: Option<String>,
    /// It is in the log already.
    is_written: bool,
}

/// On which a handler, also on a thread of its own, says it.
#[derive(Clone, Default)]
pub(super) struct Slip(Arc<Mutex<Said>>);

tokio::task_local! {
    static SLIP: Slip;
}

impl Slip {
    pub(super) fn current() -> Option<Self> {
        SLIP.try_with(Clone::clone).ok()
    }

    /// Runs what may say something on it.
    pub(super) fn within<T>(slip: Option<Self>, work: impl FnOnce() -> T) -> T {
        match slip {
            Some(slip) => SLIP.sync_scope(slip, work),
            None => work(),
        }
    }
}

fn with_slip(say: impl FnOnce(&mut Said)) {
    // Where nothing is written down there is none.
    let _ = SLIP.try_with(|slip| say(&mut slip.0.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// The entry's detail. Never a password, a token, or an address with either.
pub(super) fn say(detail: impl Into<String>) {
    with_slip(|said| said.detail = Some(detail.into()));
}

/// It was more exactly this.
pub(super) fn say_act(act: Act) {
    with_slip(|said| said.act = Some(act));
}

pub(super) fn say_camera(camera: &str) {
    with_slip(|said| said.camera = Some(camera.to_owned()));
}

/// One thing is looked at, whatever is told of it.
pub(super) fn say_key(key: Uuid) {
    with_slip(|said| said.key = Some(key.to_string()));
}

/// Nothing was done that is to be written down.
pub(super) fn say_nothing() {
    with_slip(|said| said.is_written = true);
}

/// The handler has written it down itself.
pub(super) fn say_written() {
    with_slip(|said| said.is_written = true);
}

impl Context {
    /// That a stretch of a camera's video is looked at: an entry an hour of it.
    pub(super) fn say_stretch(&self, from: Timestamp, to: Timestamp) {
        let detail = if from == to { self.time(from) } else { format!("{} – {}", self.time(from), self.time(to)) };
        let hour = from.as_second().div_euclid(3600).to_string();
        with_slip(|said| (said.detail, said.key) = (Some(detail), Some(hour)));
    }

    /// Writes down what was done. A disk that is full keeps nobody from their work: then it is in the program's log alone.
    /// Blocks.
    pub(super) fn write_down(&self, deed: Deed) -> bool {
        let told = format!("{deed:?}");
        match self.state.store.write_down(deed, self.now()) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(target: "audit", %error, deed = told, "cannot be written into the audit log");
                false
            }
        }
    }
}

async fn watch(act: Act, Extension(live): Extension<Live>, request: Request, next: Next) -> Response {
    let context = live.context();
    let Some(signed) = request.extensions().get::<SignedIn>().cloned() else { return next.run(request).await };
    let address = peer(request.extensions());
    let (camera, alert) = context.named_in(request.uri().path());
    let is_download = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .any(|(key, value)| key == "download" && value == "true");
    let slip = Slip::default();
    let response = SLIP.scope(slip.clone(), next.run(request)).await;
    let status = response.status();
    if !(status.is_success() || [StatusCode::SWITCHING_PROTOCOLS, StatusCode::NOT_MODIFIED].contains(&status)) {
        return response;
    }
    let said = slip.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if said.is_written {
        return response;
    }
    let act = match said.act.unwrap_or(act) {
        Act::AlertPlayed | Act::RecordingPlayed if is_download => Act::Downloaded,
        act => act,
    };
    let deed = Deed {
        account: Some(signed.account.name.clone()),
        address: Some(address.to_string()),
        act,
        camera: said.camera.or(camera),
        alert,
        detail: said.detail.clone(),
    };
    let key = said.key.filter(|_| act != Act::Downloaded).or(said.detail).unwrap_or_default();
    let subject = format!("{} {} {key}", deed.camera.as_deref().unwrap_or_default(), alert.unwrap_or_default());
    let now = context.state.clock.monotonic();
    let key = (signed.account.id, act, subject);
    // Who looks at an alert looks at its pictures.
    if act == Act::AlertPictureViewed {
        let whole = (key.0, Act::AlertViewed, key.2.clone());
        if context.lately.knows(&whole, now, LOOKED_AT) {
            return response;
        }
    }
    if window(act).is_some_and(|window| !context.lately.is_new(&key, now, window)) {
        return response;
    }
    let written = blocking(&context, move |context| context.write_down(deed)).await;
    if !written.unwrap_or(false) {
        context.lately.forget(&key);
    }
    response
}

impl Context {
    /// The camera and the alert that an address is about.
    fn named_in(&self, path: &str) -> (Option<String>, Option<Uuid>) {
        let (mut camera, mut alert) = (None, None);
        let mut before = "";
        for part in path.split('/') {
            match before {
                "alerts" => alert = Uuid::try_parse(part).ok(),
                // One that is being removed is no longer configured.
                "cameras" | "recordings" if self.state.config.camera(part).is_some() => camera = Some(part.to_owned()),
                _ => {}
            }
            before = part;
        }
        (camera, alert)
    }
}

/// Who looked at what lately.
#[derive(Default)]
pub(super) struct Lately(Mutex<HashMap<Key, Duration>>);

type Key = (Uuid, Act, String);

impl Lately {
    /// Whether it is not within a window that began with the first look.
    fn is_new(&self, key: &Key, now: Duration, window: Duration) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(key).is_some_and(|begun| now < *begun + window) {
            return false;
        }
        if known.len() >= MOST_LATELY {
            known.retain(|_, begun| now < *begun + WATCHED);
        }
        // Rather written down twice than not at all.
        if known.len() >= MOST_LATELY {
            known.clear();
        }
        known.insert(key.clone(), now);
        true
    }

    fn knows(&self, key: &Key, now: Duration, window: Duration) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).is_some_and(|begun| now < *begun + window)
    }

    fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_again_within_the_window_is_no_news() {
        let lately = Lately::default();
        let key = |subject: &str| (Uuid::nil(), Act::AlertViewed, subject.to_owned());
        let is_new =
            |subject: &str, minutes: u64| lately.is_new(&key(subject), Duration::from_mins(minutes), LOOKED_AT);
        assert!(is_new("a", 0) && !is_new("a", 9) && is_new("b", 9));
        assert!(is_new("a", 10) && !is_new("a", 19), "the window begins with what was written");
        let knows = |subject: &str, minutes: u64| lately.knows(&key(subject), Duration::from_mins(minutes), LOOKED_AT);
        assert!(knows("a", 19) && !knows("a", 20) && !knows("c", 1));
        lately.forget(&key("a"));
        assert!(is_new("a", 19), "it was not written after all");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let lately = Lately::default();
        for n in 0..3 * MOST_LATELY {
            assert!(lately.is_new(&(Uuid::nil(), Act::AlertViewed, n.to_string()), Duration::ZERO, LOOKED_AT));
        }
        assert!(lately.0.lock().expect("lock").len() <= MOST_LATELY);
    }
}
