//! Evidence packs, streamed as they are made; and the key that signs them.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::{Name, Query};
use super::problem::Problems;
use super::qr::{QrPath, qr_path};
use super::signed::{CameFrom, SignedIn};
use super::{Context, Shared, WebError, audited, blocking};
use crate::access::audit::{Act, Deed};

/// Pieces that are on their way to a browser.
const PIECES: usize = 4;
const PIECE_BYTES: usize = 256 << 10;

/// Makes evidence packs; the application implements it. All calls block.
pub trait PackSource: Send + Sync {
    /// What is kept of an alert, gathered and signed; `is_blurred`: who is not of it is made unrecognisable in the clip and
    /// the pictures of the scene.
    ///
    /// # Errors
    /// Why it cannot be, in words for the log.
    fn pack(&self, alert: Uuid, is_blurred: bool) -> Result<Pack, String>;

    /// The public part of the device's key.
    ///
    /// # Errors
    /// As [`PackSource::pack`].
    fn device_key(&self) -> Result<DeviceKey, String>;
}

pub struct Pack {
    pub bytes: u64,
    pub write: WritePack,
}

/// Writes a pack. Fails, in words for the log, where what was read is no longer there or cannot be written.
pub type WritePack = Box<dyn FnOnce(&mut dyn Write) -> Result<(), String> + Send>;

/// The public part, in hexadecimal digits, and short enough to be compared by eye.
pub struct DeviceKey {
    pub key: String,
    pub fingerprint: String,
}

/// All that was kept of an alert as one ZIP, signed: original video, pictures, findings, who did what with it and who looked at
/// it. Whoever exports is in the audit log before the first byte is sent.
#[utoipa::path(get, path = "/alerts/{id}/evidence.zip", tag = "alerts",
    params(
        ("id" = Uuid, Path, description = "The alert"),
        ("blur" = Option<bool>, Query, description = "true: heads and plates of whoever is not of the alert are blurred in the clip and the pictures of the scene"),
    ),
    responses(
        (status = 200, description = "The evidence pack", body = [u8], content_type = "application/zip"),
        Problems,
    )
)]
pub(super) async fn export_alert(
    State(context): State<Shared>,
    CameFrom(address): CameFrom,
    signed: SignedIn,
    Name(id): Name,
    query: Query,
) -> Result<Response, WebError> {
    let is_blurred = query.get("blur")?.unwrap_or(false);
    let place = Arc::clone(&context.export_place).try_acquire_owned();
    let place =
        place.map_err(|_| WebError::Unavailable("another alert is being exported; try again then".to_owned()))?;
    let (alert, pack) = blocking(&context, move |context| {
        let alert = context.stored(&signed.account.who(), &id)?;
        let deed = Deed {
            account: Some(signed.account.name.clone()),
            address: Some(address.to_string()),
            alert: Some(alert.id),
            ..Deed::own(Act::Exported, None)
        };
        audited::say_written();
        if !context.write_down(deed) {
            let why = "the audit log cannot be written, so nothing is exported: make room on the appliance's disk";
            return Err(WebError::Unavailable(why.to_owned()));
        }
        let pack = context.state.packs.pack(alert.id, is_blurred).map_err(|error| WebError::internal(&error))?;
        Ok((alert, pack))
    })
    .await??;
    let (pieces, body) = mpsc::channel(PIECES);
    let bytes = pack.bytes;
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut to = BufWriter::with_capacity(PIECE_BYTES, Pieces(pieces));
        let written = (pack.write)(&mut to).and_then(|()| to.flush().map_err(|error| error.to_string()));
        // What was sent is shorter than was said then: the browser sees that it failed.
        if let Err(error) = written {
            tracing::warn!(alert = %alert.id, %error, "an evidence pack was not sent whole");
        }
    });
    let wall = context.now().to_zoned_datetime(context.state.config.timezone.clone());
    let name = format!("canhdem_{}_{}.zip", alert.camera, wall.strftime("%Y-%m-%d_%H%M%S"));
    let text = |text: String| HeaderValue::try_from(text).map_err(|error| WebError::internal(&error));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_DISPOSITION, text(format!("attachment; filename=\"{name}\""))?);
    Ok((headers, Body::from_stream(ReceiverStream::new(body))).into_response())
}

/// Hands on what is written; waits while the browser is slow.
struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the browser is gone"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What tells this appliance's signatures from others'.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Device {
    appliance: Uuid,
    /// Ed25519, 64 hexadecimal digits: what `canhdem verify --key` takes.
    public_key: String,
    /// Of the key, short enough to be compared by eye.
    fingerprint: String,
    /// The key as a QR code.
    qr: QrPath,
    version: &'static str,
    #[schema(format = DateTime)]
    at: String,
}

/// The device's key, for the office's records: printed once, it tells for ever which packs and heads are this appliance's.
#[utoipa::path(get, path = "/device", tag = "operation", responses(
    (status = 200, description = "The device", body = Device),
    Problems,
))]
pub(super) async fn get_device(State(context): State<Shared>) -> Result<Json<Device>, WebError> {
    blocking(&context, Context::device).await?.map(Json)
}

impl Context {
    /// Blocks.
    fn device(&self) -> Result<Device, WebError> {
        let DeviceKey { key, fingerprint } =
            self.state.packs.device_key().map_err(|error| WebError::internal(&error))?;
        let appliance = self.state.store.appliance();
        let qr = qr_path(&format!("canhdem:{appliance}:{key}"));
        Ok(Device {
            appliance,
            public_key: key,
            fingerprint,
            qr: qr.ok_or_else(|| WebError::internal(&"a key that no QR code holds"))?,
            version: env!("CARGO_PKG_VERSION"),
            at: self.time(self.now()),
        })
    }
}
