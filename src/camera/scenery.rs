//! What a camera knows of its scene, kept over a restart.

use std::time::Duration;

use jiff::Timestamp;

use crate::rules::tamper::KnownScenes;
use crate::store::Store;

const KIND: &str = "scene";
/// A scene is known after some seconds, and changes slowly then; 100 kB are written each time.
const FIRST_AFTER: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(600);

pub(super) struct Scenery {
    camera: String,
    store: Store,
    /// By the monotonic clock.
    due: Duration,
}

impl Scenery {
    /// `monotonic` is the time of the camera's start.
    pub(super) fn new(camera: &str, store: Store, monotonic: Duration) -> Self {
        Self { camera: camera.to_owned(), store, due: monotonic + FIRST_AFTER }
    }

    /// What was known before, as far as it is of use `now`.
    pub(super) fn recall(&self, now: Timestamp) -> Option<KnownScenes> {
        let bytes = self.store.memory(&self.camera, KIND).unwrap_or_else(|error| {
            tracing::error!(%error, "the camera's scene cannot be read and is learned anew");
            None
        })?;
        let known = KnownScenes::from_bytes(&bytes, now);
        known.inspect_err(|why| tracing::warn!(%why, "the camera's scene is learned anew")).ok()
    }

    pub(super) fn is_due(&self, monotonic: Duration) -> bool {
        monotonic >= self.due
    }

    /// Writes what is known by now; nothing where that is nothing.
    pub(super) fn keep(&mut self, known: Option<&KnownScenes>, now: Timestamp, monotonic: Duration) {
        self.due = monotonic + EVERY;
        let Some(known) = known else { return };
        if let Err(error) = self.store.remember(&self.camera, KIND, known.to_bytes(), now) {
            tracing::warn!(%error, "what is known of the camera's scene would be lost with a restart");
        }
    }
}
