//! The one thread that writes recordings.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::camera::{CameraRecorder, Feed, Message, Outbox};
use super::disk::OnDisk;
use super::recover::{self, Recovered};
use super::writer::Writer;
use super::{IndexError, SegmentIndex, WrongDisk, identity};
use crate::base::worker::Worker;
use crate::base::{IdSource, Pulse, SharedClock};

/// About one a second and camera.
const MAX_QUEUED_CUTS: usize = 1024;
const TICK: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    #[error("{path}: {error}; check that data_dir exists and may be written", path = path.display())]
    Folder { path: PathBuf, error: std::io::Error },
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    WrongDisk(#[from] WrongDisk),
    #[error("the recorder's thread cannot be started: {0}")]
    Thread(std::io::Error),
}

/// Writes what cameras send to segments under the data folder, and keeps them within the quota.
/// Dropping it flushes and completes every segment first.
pub struct Recorder {
    outbox: Outbox,
    feeds: Mutex<HashMap<String, Weak<Feed>>>,
    runs: AtomicU64,
    quota_bytes: Arc<AtomicU64>,
    worker: Mutex<Option<Worker>>,
    pulse: Pulse,
    pub recovered: Recovered,
}

impl Recorder {
    /// Makes folder and index agree after whatever ended the last run, then starts the thread.
    /// `on_disk` is called on that thread whenever a segment is completed or the disk's state
    /// changes.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or the index does not answer.
    pub fn start(
        data_dir: PathBuf,
        index: Arc<dyn SegmentIndex>,
        quota_bytes: u64,
        clock: SharedClock,
        on_disk: OnDisk,
        ids: IdSource,
    ) -> Result<Self, RecorderError> {
        let (found, recovered) = match identity::check(&data_dir, index.as_ref()) {
            Ok(()) => {
                let (shelf, recovered) = recover::recover(&data_dir, index.as_ref())?;
                (Ok(shelf), recovered)
            }
            Err(WrongDisk::Unreadable { path, error }) => return Err(RecorderError::Folder { path, error }),
            // Alerts are told without it; it may be put in at any time.
            Err(wrong) => (Err(wrong), Recovered::default()),
        };
        let (sender, receiver) = bounded(MAX_QUEUED_CUTS);
        let outbox = Outbox { sender, queued_bytes: Arc::new(AtomicUsize::new(0)) };
        let queue = outbox.clone();
        let quota_bytes = Arc::new(AtomicU64::new(quota_bytes));
        let mut writer = Writer::new(data_dir, index, Arc::clone(&quota_bytes), clock, on_disk, ids, found);
        let pulse = writer.pulse().clone();
        let worker = Worker::spawn("recorder", move || run(&mut writer, &receiver, &queue));
        Ok(Self {
            outbox,
            feeds: Mutex::default(),
            runs: AtomicU64::new(0),
            quota_bytes,
            worker: Mutex::new(Some(worker.map_err(RecorderError::Thread)?)),
            pulse,
            recovered,
        })
    }

    /// The end for a camera's thread to push into. Asked for again while the first is in use, it
    /// is the same one.
    pub fn camera(&self, id: &str) -> CameraRecorder {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(feed) = feeds.get(id).and_then(Weak::upgrade) {
            return CameraRecorder { feed };
        }
        let first_run = self.runs.fetch_add(1, Ordering::Relaxed) << 32;
        let feed = Arc::new(Feed::new(id, self.outbox.clone(), first_run));
        feeds.insert(id.to_owned(), Arc::downgrade(&feed));
        CameraRecorder { feed }
    }

    /// Video kept at most from now on; counts with the next segment that is completed.
    pub fn set_quota(&self, quota_bytes: u64) {
        self.quota_bytes.store(quota_bytes, Ordering::Relaxed);
    }

    /// Whether its thread lives; if not, nothing is recorded any more.
    pub fn is_running(&self) -> bool {
        self.worker().as_ref().is_some_and(|worker| !worker.is_finished())
    }

    /// Of its thread.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Flushes every camera's muxer, completes every segment, and ends the thread.
    /// Whatever is pushed after that is lost.
    pub fn finish(&self) {
        let Some(worker) = self.worker().take() else { return };
        let feeds = std::mem::take(&mut *self.feeds.lock().unwrap_or_else(PoisonError::into_inner));
        for feed in feeds.values().filter_map(Weak::upgrade) {
            feed.end();
        }
        // An error means that the thread has ended already.
        drop(Sender::send(&self.outbox.sender, Message::Stop));
        worker.join();
    }

    fn worker(&self) -> MutexGuard<'_, Option<Worker>> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.finish();
    }
}

fn run(writer: &mut Writer, receiver: &Receiver<Message>, queue: &Outbox) {
    loop {
        writer.pulse().beat();
        match receiver.recv_timeout(TICK) {
            Ok(Message::Cut(delivered)) => {
                queue.received(delivered.cut.bytes.len());
                writer.write(&delivered);
            }
            Ok(Message::End(camera)) => writer.end(&camera.camera),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
        }
        // With nothing waiting there is time: a power failure costs a fragment then, and a slow disk is not kept from its work.
        if receiver.is_empty() {
            writer.sync();
        }
        writer.tick();
    }
    writer.end_all();
}
