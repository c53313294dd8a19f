//! The one thread that writes recordings.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::camera::{CameraRecorder, Feed, Message, Outbox};
use super::deletion::{Deleted, DeletionError, DeletionOrder};
use super::disk::OnDisk;
use super::pace::Teller;
use super::recover::{self, Recovered};
use super::retention::Keeping;
use super::writer::Writer;
use super::{IndexError, SegmentIndex, WrongDisk, identity};
use crate::base::worker::Worker;
use crate::base::{IdSource, Pulse, SharedClock, Shutdown, ShutdownHandle};

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

/// Writes what cameras send to segments under the data folder, and removes them when their time is over or the quota is
/// full.
/// Dropping it flushes and completes every segment first.
pub struct Recorder {
    outbox: Outbox,
    feeds: Mutex<HashMap<String, Weak<Feed>>>,
    runs: AtomicU64,
    keeping: Arc<Mutex<Arc<Keeping>>>,
    worker: Mutex<Option<Worker>>,
    /// Looks whether the other one comes back from the disk; ends with the handle.
    watch: Mutex<Option<(ShutdownHandle, Worker)>>,
    pulse: Pulse,
    pub recovered: Recovered,
}

impl Recorder {
    /// Makes folder and index agree after whatever ended the last run, then starts the thread.
    /// `on_disk` is called whenever a segment is completed or the disk's state changes: on that thread, or on the one that
    /// looks whether it comes back from the disk.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or the index does not answer.
    pub fn start(
        data_dir: PathBuf,
        index: Arc<dyn SegmentIndex>,
        keeping: Keeping,
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
        let key_frames_only = Arc::new(AtomicBool::new(false));
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let lost = Arc::new(AtomicU64::new(0));
        let teller = Teller::new(on_disk, Arc::clone(&lost), clock.clone());
        let outbox =
            Outbox { sender, queued_bytes, key_frames_only: Arc::clone(&key_frames_only), lost, clock: clock.clone() };
        let queue = outbox.clone();
        let keeping = Arc::new(Mutex::new(Arc::new(keeping)));
        let told = (Arc::clone(&keeping), key_frames_only);
        let mut writer = Writer::new(data_dir, index, told, clock, teller.clone(), ids, found);
        let pulse = writer.pulse().clone();
        let worker = Worker::spawn("recorder", move || run(&mut writer, &receiver, &queue));
        let watched = pulse.clone();
        let (watching, watch) = Shutdown::new();
        let watch = Worker::spawn("recorder-watch", move || teller.watch(&watched, &watch));
        Ok(Self {
            outbox,
            feeds: Mutex::default(),
            runs: AtomicU64::new(0),
            keeping,
            worker: Mutex::new(Some(worker.map_err(RecorderError::Thread)?)),
            watch: Mutex::new(Some((watching, watch.map_err(RecorderError::Thread)?))),
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

    /// How much and how long is kept from now on; counts within a second.
    pub fn set_keeping(&self, keeping: Keeping) {
        *self.keeping.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(keeping);
    }

    /// Deletes recordings now, and says which pictures are to go with them. Blocks until they are gone.
    ///
    /// # Errors
    /// Where nothing is recorded, or somebody keeps some of it: nothing is deleted then.
    pub fn delete(&self, order: DeletionOrder) -> Result<Deleted, DeletionError> {
        let (answer, answers) = bounded(1);
        let sent = self.outbox.sender.send(Message::Delete(Box::new(order), answer));
        sent.map_err(|_| DeletionError::Stopped)?;
        answers.recv().unwrap_or(Err(DeletionError::Stopped))
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
        let watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((watching, watch)) = watch {
            drop(watching);
            watch.join();
        }
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
            Ok(Message::Delete(order, answer)) => {
                // Whoever asked may have gone.
                drop(answer.send(writer.delete(*order)));
            }
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
