//! A camera's live video over a WebSocket: an MP4 in fragments, as the camera encoded it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval, timeout};
use utoipa::ToSchema;

use super::params::{Name, Query};
use super::problem::Problems;
use super::signed::SignedIn;
use super::{Shared, WebError};
use crate::access::Digest;
use crate::intake::AccessUnit;
use crate::intake::health::{Role, StreamState};
use crate::notify::live::{LiveStream, Packet, Program};

/// How often a page is asked whether it is still there; one that has not answered by the next time
/// is not.
const PING_EVERY: Duration = Duration::from_secs(5);
/// A page that does not take what it is sent for so long is dropped.
const TAKE_WITHIN: Duration = Duration::from_secs(10);
/// A page has nothing to say here.
const MAX_MESSAGE_BYTES: usize = 4096;

/// What a page is told in text, beside the video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = LiveTold)]
pub(super) enum Told {
    /// A stream begins, with a new MP4: the next binary message is its beginning.
    Start {
        /// As `MediaSource.isTypeSupported` knows it, such as `avc1.64001f`.
        codec: String,
        width: u16,
        height: u16,
        /// When its first picture came.
        at: String,
    },
    /// There is no video for now: the camera is being connected to, or lost.
    State { state: StreamState },
    /// There is none for anybody: the camera has privacy masks, and its video as it sends it shows what they hide. Its
    /// pictures do not. The connection is closed.
    Masked,
}

/// A camera's live video, as it sends it.
///
/// A WebSocket. A text message is a `LiveTold`; after each `start` the first binary message is the
/// beginning of an MP4 (`ftyp`, `moov`), and each further one is a fragment of it behind 16 bytes: when
/// its last picture came from the camera, in milliseconds since 1970, and when that is shown in the
/// MP4's time, in milliseconds (both u64, big endian). It begins with the last key frame; who is too
/// slow misses pictures up to the next. Of a camera with privacy masks there are pictures only, and that is all that is said.
#[utoipa::path(get, path = "/cameras/{id}/live", tag = "cameras",
    params(
        ("id" = String, Path, description = "As in the configuration"),
        ("stream" = Option<Role>, Query, description = "Without it `sub`, or `main` of a camera that has no other"),
    ),
    responses(
        (status = 101, description = "The WebSocket"),
        Problems,
    )
)]
pub(super) async fn camera_live(
    State(context): State<Shared>,
    signed: SignedIn,
    Name(id): Name,
    query: Query,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, WebError> {
    let camera = context.configured(&signed.account.who(), &id)?;
    let role = match query.names::<Role>("stream")?.first() {
        Some(Role::Sub) if camera.sub.is_none() => {
            return Err(WebError::NotFound(format!("`{id}` has no sub-stream; ask for `main`")));
        }
        Some(role) => *role,
        None if camera.sub.is_some() => Role::Sub,
        None => Role::Main,
    };
    let upgrade = upgrade.map_err(|error| WebError::BadRequest(format!("this is a WebSocket: {error}")))?;
    let place = Arc::clone(&context.viewer_places).try_acquire_owned();
    let place = place.map_err(|_| WebError::Unavailable("too many live videos are watched already".to_owned()))?;
    let stream = context.state.board.live(&camera.id, role);
    let state = context.state.board.camera(&camera.id).and_then(|now| now.state_of(role));
    let camera = camera.id.clone();
    let session = async move |socket| {
        let mut session = Session { context, socket, stream, camera, token: signed.token, program: Program::default() };
        session.run(state.unwrap_or(StreamState::Connecting)).await;
        drop(place);
    };
    Ok(upgrade.max_message_size(MAX_MESSAGE_BYTES).on_upgrade(session))
}

/// One page that watches one camera.
struct Session {
    context: Shared,
    socket: WebSocket,
    stream: LiveStream,
    camera: String,
    /// Of the session of whoever watches.
    token: Digest,
    program: Program,
}

/// Why nothing more is shown.
enum End {
    /// The page is, or too slow.
    Gone,
    /// The appliance is stopping.
    Stopping,
    /// Whoever watches is signed in no longer, or may not see this camera any more.
    SignedOut,
    /// The camera's stream is in no form for an MP4.
    Unplayable,
    /// The camera has privacy masks.
    Masked,
}

impl Session {
    /// `state` is the stream's where it has no picture in memory.
    async fn run(&mut self, state: StreamState) {
        let Err(end) = self.show(state).await;
        let (code, reason) = match end {
            End::Gone => return,
            End::Stopping => (close_code::AWAY, "the appliance is stopping"),
            End::SignedOut => (close_code::POLICY, "sign in first"),
            End::Unplayable => (close_code::UNSUPPORTED, "this stream cannot be shown"),
            End::Masked => (close_code::POLICY, "the camera has privacy masks: take its pictures"),
        };
        // Nobody waits for a page that does not take even this.
        let _ = self.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }

    async fn show(&mut self, state: StreamState) -> Result<Infallible, End> {
        let context = Arc::clone(&self.context);
        let stopped = context.stopped();
        tokio::pin!(stopped);
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_there = true;
        self.refuse_masked().await?;
        let mut viewer = self.stream.watch();
        if viewer.waits() {
            let state = if state == StreamState::Live { StreamState::Connecting } else { state };
            self.tell(&Told::State { state }).await?;
        }
        loop {
            tokio::select! {
                () = &mut stopped => return Err(End::Stopping),
                heard = self.socket.recv() => match heard {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
                    Some(Ok(_)) => is_there = true,
                },
                _ = ping.tick() => {
                    if !std::mem::take(&mut is_there) {
                        return Err(End::Gone);
                    }
                    let signed = context.still_signed(self.token).await.ok_or(End::SignedOut)?;
                    if context.latest().configured(&signed.account.who(), &self.camera).is_err() {
                        return Err(End::SignedOut);
                    }
                    self.send(Message::Ping(Bytes::new())).await?;
                }
                units = viewer.next() => {
                    // Also those that were on their way when a mask was drawn.
                    self.refuse_masked().await?;
                    if let Some(units) = units {
                        self.show_units(&units).await?;
                    } else {
                        self.program.end();
                        viewer = self.stream.watch();
                        self.tell(&Told::State { state: StreamState::Lost }).await?;
                    }
                }
            }
        }
    }

    /// What the camera sends shows what its masks hide, and is painted over nowhere on its way to a page.
    async fn refuse_masked(&mut self) -> Result<(), End> {
        let context = self.context.latest();
        if context.state.config.camera(&self.camera).is_none_or(|camera| camera.privacy_masks.is_empty()) {
            return Ok(());
        }
        self.tell(&Told::Masked).await?;
        Err(End::Masked)
    }

    async fn show_units(&mut self, units: &[AccessUnit]) -> Result<(), End> {
        let packets = self.program.packets(units).map_err(|error| {
            tracing::warn!(%error, "a stream cannot be shown live");
            End::Unplayable
        })?;
        for packet in packets {
            match packet {
                Packet::Start { codec, width, height, at } => {
                    let at = self.context.time(at);
                    self.tell(&Told::Start { codec, width, height, at }).await?;
                }
                Packet::Init(bytes) => self.send(Message::Binary(bytes.into())).await?,
                Packet::Fragment { at, media, bytes } => {
                    let at_ms = at.as_millisecond().cast_unsigned();
                    let message =
                        [&at_ms.to_be_bytes()[..], &(media.as_millis() as u64).to_be_bytes(), &bytes].concat();
                    self.send(Message::Binary(message.into())).await?;
                }
            }
        }
        Ok(())
    }

    async fn tell(&mut self, told: &Told) -> Result<(), End> {
        let text = serde_json::to_string(told).map_err(|error| {
            tracing::error!(%error, "a message cannot be written");
            End::Gone
        })?;
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(TAKE_WITHIN, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}
