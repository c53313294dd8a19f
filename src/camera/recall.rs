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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::{SharedClock, SimClock};
    use crate::rules::perspective::Sight;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn learned(walks: u8) -> Perspective {
        let mut known = Perspective::default();
        for walk in 0..walks {
            let feet = [0.4, 0.6, 0.8].map(|feet_y| feet_y + 0.01 * f32::from(walk));
            known.learn(feet.map(|feet_y| Sight { feet_y, height: 0.5 * feet_y }));
        }
        known
    }

    #[test]
    fn what_was_learned_survives_restarts_and_crashes() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(NOW));
        let store = Store::open(folder.path(), &clock).expect("opens");
        let start = |camera| Recall::new(store.clone(), camera, Duration::ZERO);
        let mut recall = start("cong");
        assert_eq!(recall.perspective(), &Perspective::default());
        recall.tick(&learned(2), NOW, Duration::from_secs(60));
        assert_eq!(start("cong").perspective(), &Perspective::default(), "not every moment");
        recall.tick(&learned(3), NOW, EVERY);
        assert_eq!(start("cong").perspective(), &learned(3));
        recall.keep(&learned(5), NOW);
        assert_eq!(start("cong").perspective(), &learned(5), "at the end");
        assert!(start("cong").perspective().height_at(0.5).is_some());
        assert_eq!(start("kho").perspective(), &Perspective::default());
    }

    #[test]
    fn rubbish_is_learned_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(NOW));
        let store = Store::open(folder.path(), &clock).expect("opens");
        for rubbish in ["", "{", "{\"bands\":[]}", "\u{0}"] {
            store.remember("cong", PERSPECTIVE, rubbish.into(), NOW).expect("kept");
            let mut recall = Recall::new(store.clone(), "cong", Duration::ZERO);
            assert_eq!(recall.perspective(), &Perspective::default());
            recall.keep(&learned(3), NOW);
            assert_eq!(Recall::new(store.clone(), "cong", Duration::ZERO).perspective(), &learned(3));
        }
    }
}
