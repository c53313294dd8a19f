//! What changes, as it changes: server-sent events.
//!
//! The database's list of events is the truth. What the store tells as it happens only wakes a
//! listener, which then reads on from where it was: so one that comes back, or that lagged, gets
//! each change it missed and none twice. An event says what changed; its data is the present.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::Event;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_stream::wrappers::ReceiverStream;

use super::camera_view::Camera;
use super::params::Query;
use super::problem::Problems;
use super::signed::SignedIn;
use super::view::{Alert, Heartbeat};
use super::{Context, Shared, WebError, blocking};
use crate::access::{Digest, Who};
use crate::store::{StoredEvent, Subject};

const HEARTBEAT_EVERY: Duration = Duration::from_secs(2);
/// A page that does not take what it is sent for so long is dropped; it resumes.
const TAKE_WITHIN: Duration = Duration::from_secs(10);
/// Events read from the database at once.
const BATCH: u32 = 256;
/// Events on their way to one page.
const ON_THE_WAY: usize = 16;

/// What changes, from now on or from where a stream broke off. `alert`: data is an Alert, sent when
/// one opens, grows or closes, and when guards do something with it; `camera`: a Camera, when its
/// state changes; `heartbeat`: a Heartbeat, every 2 seconds.
#[utoipa::path(get, path = "/events", tag = "office",
    params(
        ("since" = Option<i64>, Query, minimum = 0, description = "Number of the last event received"),
        ("last-event-id" = Option<i64>, Header, description = "The same, as browsers send it; the later one counts"),
    ),
    responses(
        (status = 200, description = "Server-sent events", body = String, content_type = "text/event-stream"),
        Problems,
    )
)]
pub(super) async fn events(
    State(context): State<Shared>,
    signed: SignedIn,
    headers: HeaderMap,
    query: Query,
) -> Result<Sse<ReceiverStream<Result<Event, Infallible>>>, WebError> {
    let since = query.get::<i64>("since")?;
    // A browser may send anything here that an event of another server was called.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse::<i64>().ok());
    let place = Arc::clone(&context.listener_places).try_acquire_owned();
    let place = place.map_err(|_| WebError::Unavailable("too many pages listen already".to_owned()))?;
    // Before the number is read: what happens between must wake this listener.
    let woken = context.state.store.subscribe();
    let newest = blocking(&context, |context| context.state.store.last_seq()).await??;
    // A number from the future belongs to another database.
    let seq = since.max(last).filter(|seq| (0..=newest).contains(seq)).unwrap_or(newest);
    let (sender, receiver) = mpsc::channel(ON_THE_WAY);
    let who = signed.account.who();
    let cameras = context.camera_views(&who).map(|camera| gist(&camera)).collect();
    let listener = Listener { cameras, context, sender, seq, token: signed.token, who };
    tokio::spawn(async move {
        listener.run(woken).await;
        drop(place);
    });
    Ok(Sse::new(ReceiverStream::new(receiver)))
}

/// One page that listens.
struct Listener {
    context: Shared,
    sender: mpsc::Sender<Result<Event, Infallible>>,
    /// The last event that was sent.
    seq: i64,
    /// The cameras as this page knows them.
    cameras: HashMap<String, Value>,
    /// Whoever listens, as they were when last asked for.
    token: Digest,
    who: Who,
}

/// The page is gone, or too slow, or the database does not answer: it will come again. Or nobody is signed in any more.
struct Gone;

impl Listener {
    async fn run(mut self, mut woken: tokio::sync::broadcast::Receiver<StoredEvent>) {
        let mut heartbeat = interval(HEARTBEAT_EVERY);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let context = Arc::clone(&self.context);
        let stopped = context.stopped();
        tokio::pin!(stopped);
        let mut result = self.catch_up().await;
        while result.is_ok() {
            result = tokio::select! {
                () = self.sender.closed() => Err(Gone),
                () = &mut stopped => Err(Gone),
                _ = heartbeat.tick() => self.beat().await,
                event = woken.recv() => match event {
                    Ok(event) if event.seq <= self.seq => Ok(()),
                    Ok(_) | Err(RecvError::Lagged(_)) => self.catch_up().await,
                    Err(RecvError::Closed) => Err(Gone),
                },
            };
        }
    }

    /// A heartbeat, and before it what no event has told: that a camera is awake, or, while the disk
    /// is full and takes no events, that it is lost.
    async fn beat(&mut self) -> Result<(), Gone> {
        self.still_signed_in().await?;
        // There may be other cameras by now.
        self.context = self.context.latest();
        self.catch_up().await?;
        let context = Arc::clone(&self.context);
        for camera in context.camera_views(&self.who.clone()) {
            let (id, gist) = gist(&camera);
            if self.cameras.get(&id) != Some(&gist) {
                self.send("camera", self.seq, &camera).await?;
                self.cameras.insert(id, gist);
            }
        }
        let at = context.time(context.now());
        self.send("heartbeat", self.seq, &Heartbeat { at }).await
    }

    /// Who listens is there: their session goes on for as long as the page is open, and not a moment after it has ended.
    async fn still_signed_in(&mut self) -> Result<(), Gone> {
        let signed = self.context.still_signed(self.token).await.ok_or(Gone)?;
        self.who = signed.account.who();
        Ok(())
    }

    /// Sends what has happened since the last event sent.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        loop {
            let (seq, who) = (self.seq, self.who.clone());
            let missed = blocking(&self.context, move |context| {
                let missed = context.state.store.events_after(seq, BATCH)?;
                Ok::<_, WebError>(context.present(&who, &missed))
            });
            let missed = missed.await.and_then(|missed| missed).map_err(|_| Gone)?;
            if missed.is_empty() {
                return Ok(());
            }
            for (seq, present) in missed {
                match &present {
                    Some(Present::Alert(alert)) => self.send("alert", seq, alert).await?,
                    Some(Present::Camera(camera)) => {
                        self.send("camera", seq, camera).await?;
                        self.cameras.extend([gist(camera)]);
                    }
                    None => {}
                }
                self.seq = seq;
            }
        }
    }

    async fn send(&self, name: &str, seq: i64, data: &impl Serialize) -> Result<(), Gone> {
        let event = Event::default().event(name).id(seq.to_string()).json_data(data);
        let event = event.map_err(|error| {
            tracing::error!(%error, name, "an event cannot be written");
            Gone
        })?;
        match timeout(TAKE_WITHIN, self.sender.send(Ok(event))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

/// A camera's id and what of it is worth telling: there is always a newer picture.
fn gist(camera: &Camera) -> (String, Value) {
    let mut gist = json!(camera);
    gist["picture_at"] = Value::Null;
    (camera.id.clone(), gist)
}

/// What an event's subject is now.
enum Present {
    Alert(Box<Alert>),
    Camera(Box<Camera>),
}

impl Context {
    fn camera_views(&self, who: &Who) -> impl Iterator<Item = Camera> {
        self.cameras_of(who).map(|camera| self.camera(camera))
    }

    /// Looks up what the events are about. What changed several times is told once, at its last
    /// change: all would say the same. `None` where the subject is gone, or of a camera that
    /// they may not see. Blocks.
    fn present(&self, who: &Who, events: &[StoredEvent]) -> Vec<(i64, Option<Present>)> {
        let told_later = |(index, event): &(usize, &StoredEvent)| {
            events[index + 1..].iter().any(|later| later.subject == event.subject)
        };
        let last = events.iter().enumerate().filter(|event| !told_later(event));
        last.map(|(_, event)| (event.seq, self.present_of(who, &event.subject))).collect()
    }

    fn present_of(&self, who: &Who, subject: &Subject) -> Option<Present> {
        match subject {
            Subject::Alert(id) => match self.state.store.alert(*id) {
                Ok(alert) => alert
                    .filter(|alert| who.may_see(&alert.camera))
                    .map(|alert| Present::Alert(Box::new(self.alert(&alert)))),
                Err(error) => {
                    tracing::error!(%error, alert = %id, "an alert cannot be read");
                    None
                }
            },
            Subject::Camera(id) => {
                let camera = self.configured(who, id).ok()?;
                Some(Present::Camera(Box::new(self.camera(camera))))
            }
        }
    }
}
