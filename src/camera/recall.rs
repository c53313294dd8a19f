//! What a camera has learned of its scene, kept over restarts.

use std::time::Duration;

use jiff::Timestamp;

use crate::rules::perspective::Perspective;
use crate::store::Store;

/// Its name among what a camera keeps.
const PERSPECTIVE: &str = "perspective";
/// What was learned within this time a crash may lose.
const EVERY: Duration = Duration::from_secs(5 * 60);

pub(super) struct Recall {
    store: Store,
    camera: String,
    /// What the store has.
    kept: Perspective,
    /// When that was last looked at, by the monotonic clock.
    looked_at: Duration,
}

impl Recall {
    /// What cannot be read is begun anew: a camera learns it again within days.
    pub(super) fn new(store: Store, camera: &str, monotonic: Duration) -> Self {
        let kept = match store.memory(camera, PERSPECTIVE) {
            Ok(body) => body.map_or_else(Perspective::default, |body| {
                serde_json::from_slice(&body).unwrap_or_else(|error| {
                    tracing::warn!(%error, "what was kept of the perspective makes no sense; it is learned anew");
                    Perspective::default()
                })
            }),
            Err(error) => {
                tracing::warn!(%error, "what was kept of the perspective cannot be read; it is learned anew");
                Perspective::default()
            }
        };
        Self { store, camera: camera.to_owned(), kept, looked_at: monotonic }
    }

    /// As it was kept last.
    pub(super) fn perspective(&self) -> &Perspective {
        &self.kept
    }

    /// Keeps what was learned, where that is news, every few minutes.
    pub(super) fn tick(&mut self, known: &Perspective, now: Timestamp, monotonic: Duration) {
        if monotonic >= self.looked_at + EVERY {
            self.looked_at = monotonic;
            self.keep(known, now);
        }
    }

    /// Keeps what was learned, where that is news.
    pub(super) fn keep(&mut self, known: &Perspective, now: Timestamp) {
        if *known == self.kept {
            return;
        }
        let kept = serde_json::to_vec(known)
            .map_err(anyhow::Error::from)
            .and_then(|body| self.store.remember(&self.camera, PERSPECTIVE, body, now).map_err(anyhow::Error::from));
        match kept {
            Ok(()) => self.kept = known.clone(),
            Err(error) => tracing::warn!(%error, "what was learned of the perspective is not kept yet"),
        }
    }
}
