//! From a camera or a file to encoded access units. The only code that speaks RTSP.
//!
//! [`Intake`] is one connection: it yields access units until it is lost, once. [`Stream`] keeps
//! one open for ever. A file is an intake too, which ends where the file does.
//!
//! Over TCP cameras are spoken to by the crate `retina`; over UDP by `rtspsrc`, which puts packets that
//! overtook one another back in order and tells the camera of losses.

mod access_unit;
pub mod backoff;
mod chain;
mod deliver;
mod diagnose;
pub mod health;
mod nal;
mod pace;
mod replay;
mod sample;
mod supervised;
mod tcp;
mod udp;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::Receiver;
use gstreamer as gst;
use gstreamer::prelude::*;
use jiff::Timestamp;
use url::Url;

pub use access_unit::{AccessUnit, Codec};
pub use health::{Lost, LostReason, Role, StreamHealth, StreamState};
pub use sample::sample;
pub use supervised::{CONNECT_LIMIT, STALL_LIMIT, Stream};

use crate::base::SharedClock;
use crate::base::worker::Worker;
use crate::config::{Credentials, Transport};

/// What an intake yields: access units, and last why there are no more.
pub type Item = Result<AccessUnit, Lost>;

/// GStreamer is given this long to let go of a connection; it takes 0.1 s when all is well.
const TEARDOWN_LIMIT: Duration = Duration::from_secs(2);

#[derive(Debug, Clone)]
pub enum Source {
    Rtsp(RtspSource),
    /// Any container that GStreamer reads. H.264 and H.265 come out as they are; another codec is
    /// decoded and encoded anew as H.264 at a constant, low quantiser, the same way each time.
    File(PathBuf),
}

/// A stream of a camera.
#[derive(Debug, Clone)]
pub struct RtspSource {
    /// `rtsp://host[:port]/path`, without name or password.
    pub url: Url,
    pub transport: Transport,
    pub credentials: Option<Credentials>,
}

/// What to do when whoever takes the access units is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// Leave out access units up to the next key frame, and count them: for cameras, which do not wait.
    Drop,
    /// Make the source wait: for files.
    Block,
}

/// Hears of each access unit of a camera on the thread that received it, however long those before it
/// still wait in the queue, and also of those for which that had no room. It must not wait.
#[derive(Clone)]
pub struct Tap(Arc<dyn Fn(&AccessUnit) + Send + Sync>);

impl Tap {
    pub fn new(hear: impl Fn(&AccessUnit) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }
}

#[derive(Clone)]
pub struct IntakeOptions {
    /// Access units that may wait to be taken; at least 1.
    pub queue_len: usize,
    /// Only files can wait: for a camera it is always [`Overflow::Drop`].
    pub overflow: Overflow,
    /// When a file begins; without it, now.
    pub file_start: Option<Timestamp>,
    /// Of a camera; nobody is in such a hurry with a file.
    pub tap: Option<Tap>,
}

impl IntakeOptions {
    pub fn live() -> Self {
        Self { queue_len: 64, overflow: Overflow::Drop, file_start: None, tap: None }
    }

    pub fn file(start: Timestamp) -> Self {
        Self { queue_len: 64, overflow: Overflow::Block, file_start: Some(start), tap: None }
    }
}

/// One connection to a camera, or one reading of a file. Dropping it closes it.
pub struct Intake {
    connection: Connection,
    receiver: Receiver<Item>,
    counts: Arc<Counts>,
    /// For the log.
    what: String,
}

/// What units come from.
enum Connection {
    /// On GStreamer's own threads.
    Pipeline(gst::Pipeline),
    Reading(Reading),
    /// A task of its own.
    Task(tokio::task::AbortHandle),
}

/// A file and the thread that reads it.
struct Reading {
    pipeline: gst::Pipeline,
    closing: Arc<AtomicBool>,
    /// Joined when it is dropped.
    reader: Option<Worker>,
}

#[derive(Debug, Default)]
struct Counts {
    dropped: AtomicU64,
    /// Pieces of video that came over the network, whether or not they made an access unit.
    arrived: AtomicU64,
    described: AtomicBool,
}

impl Intake {
    /// Starts to connect, or to read. It does not wait for the camera: what goes wrong later comes
    /// as the last item.
    ///
    /// # Errors
    /// When it cannot even start: a file that cannot be opened, a GStreamer element that is not
    /// installed.
    pub fn open(source: &Source, role: Role, clock: SharedClock, options: IntakeOptions) -> Result<Self, Lost> {
        gst::init()
            .map_err(|error| Lost::new(LostReason::Unsupported, format!("GStreamer does not start: {error}")))?;
        match source {
            Source::Rtsp(source) => match source.transport {
                Transport::Tcp => tcp::open(source, role, clock, options),
                Transport::Udp => udp::open(source, role, clock, options),
            },
            Source::File(path) => replay::open(path, &clock, &options),
        }
    }

    /// Yields access units, from a key frame on, then one [`Lost`], then is disconnected.
    pub fn receiver(&self) -> &Receiver<Item> {
        &self.receiver
    }

    /// Access units left out because the queue was full.
    pub fn dropped(&self) -> u64 {
        self.counts.dropped.load(Ordering::Relaxed)
    }

    /// Pieces of video that came over the network so far.
    fn arrived(&self) -> u64 {
        self.counts.arrived.load(Ordering::Relaxed)
    }

    /// Whether the camera has said what it offers.
    fn described(&self) -> bool {
        self.counts.described.load(Ordering::Relaxed)
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        // A reader that waits for room in the queue finds nobody there.
        self.receiver = crossbeam_channel::never();
        match &mut self.connection {
            Connection::Pipeline(pipeline) => stop(pipeline, &self.what),
            Connection::Reading(reading) => {
                reading.closing.store(true, Ordering::Relaxed);
                stop(&reading.pipeline, &self.what);
                drop(reading.reader.take());
            }
            Connection::Task(task) => task.abort(),
        }
    }
}

/// Takes the pipeline down, on a thread of GStreamer's, so that an element that hangs cannot hang
/// the camera.
fn stop(pipeline: &gst::Pipeline, what: &str) {
    let (done, stopped) = crossbeam_channel::bounded(1);
    pipeline.call_async(move |pipeline| {
        let result = pipeline.set_state(gst::State::Null);
        // Nobody waits any more after the limit.
        let _ = done.send(result.is_ok());
    });
    match stopped.recv_timeout(TEARDOWN_LIMIT) {
        Ok(true) => {}
        Ok(false) => tracing::warn!(what, "the pipeline refused to stop"),
        Err(_) => tracing::warn!(what, limit = ?TEARDOWN_LIMIT, "the pipeline did not stop in time; it is left behind"),
    }
}
