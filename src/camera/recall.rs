//! What a camera has learned of its scene, kept over restarts: how tall persons are in it, and how it looks.

use std::time::Duration;

use jiff::Timestamp;

use crate::decode::Masks;
use crate::rules::perspective::Perspective;
use crate::rules::tamper::KnownScenes;
use crate::store::Store;

const PERSPECTIVE: &str = Perspective::KEPT_AS;
/// Its name among what a camera keeps.
const SCENES: &str = "scene";
/// A scene is known after some seconds, and changes slowly then.
const FIRST_AFTER: Duration = Duration::from_secs(60);
/// What was learned within this time a crash may lose. The scene takes 100 kB each time.
const EVERY: Duration = Duration::from_secs(10 * 60);

pub(super) struct Recall {
    store: Store,
    camera: String,
    /// What the store has.
    perspective: Perspective,
    /// What stands before a scene that was seen through privacy masks: seen through others it is another one.
    masks: String,
    /// By the monotonic clock.
    due: Duration,
}

impl Recall {
    /// Begins at a camera's start, at `monotonic`. What cannot be read is begun anew: it is learned again within days.
    pub(super) fn new(store: Store, camera: &str, monotonic: Duration) -> Self {
        let due = monotonic + FIRST_AFTER;
        let mut recall =
            Self { store, camera: camera.to_owned(), perspective: Perspective::default(), masks: String::new(), due };
        if let Some(body) = recall.read(PERSPECTIVE) {
            recall.perspective = serde_json::from_slice(&body).unwrap_or_else(|error| {
                tracing::warn!(%error, "what was kept of the perspective makes no sense; it is learned anew");
                Perspective::default()
            });
        }
        recall
    }

    /// From now on its camera has these privacy masks.
    pub(super) fn mask(&mut self, masks: &Masks) {
        self.masks = masks.name().map(|name| format!("{name}\n")).unwrap_or_default();
    }

    /// As it was kept last.
    pub(super) fn perspective(&self) -> &Perspective {
        &self.perspective
    }

    /// How the scene looked, as far as that is of use `now`.
    pub(super) fn scenes(&self, now: Timestamp) -> Option<KnownScenes> {
        let body = self.read(SCENES)?;
        let body = body.strip_prefix(self.masks.as_bytes())?;
        let known = KnownScenes::from_bytes(body, now);
        known.inspect_err(|why| tracing::warn!(%why, "the camera's scene is learned anew")).ok()
    }

    /// Whether it is time to keep what was learned; not again for some minutes then.
    pub(super) fn is_due(&mut self, monotonic: Duration) -> bool {
        let is_due = monotonic >= self.due;
        if is_due {
            self.due = monotonic + EVERY;
        }
        is_due
    }

    /// Keeps what was learned, where that is news.
    pub(super) fn keep_perspective(&mut self, known: &Perspective, now: Timestamp) {
        if *known == self.perspective {
            return;
        }
        let Ok(body) = serde_json::to_vec(known).inspect_err(|error| tracing::error!(%error, "a perspective")) else {
            return;
        };
        if self.write(PERSPECTIVE, body, now) {
            self.perspective = known.clone();
        }
    }

    pub(super) fn keep_scenes(&self, known: &KnownScenes, now: Timestamp) {
        self.write(SCENES, [self.masks.as_bytes(), &known.to_bytes()].concat(), now);
    }

    fn read(&self, kind: &str) -> Option<Vec<u8>> {
        self.store.memory(&self.camera, kind).unwrap_or_else(|error| {
            tracing::warn!(%error, kind, "what was kept cannot be read; it is learned anew");
            None
        })
    }

    fn write(&self, kind: &str, body: Vec<u8>, now: Timestamp) -> bool {
        let written = self.store.remember(&self.camera, kind, body, now);
        if let Err(error) = &written {
            tracing::warn!(%error, kind, "what was learned would be lost with a restart");
        }
        written.is_ok()
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
        recall.keep_perspective(&learned(3), NOW);
        assert_eq!(start("cong").perspective(), &learned(3));
        recall.keep_perspective(&learned(5), NOW);
        assert_eq!(start("cong").perspective(), &learned(5));
        assert!(start("cong").perspective().height_at(0.5).is_some());
        assert_eq!(start("kho").perspective(), &Perspective::default());
    }

    #[test]
    fn is_due_after_a_minute_and_then_seldom() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(NOW));
        let store = Store::open(folder.path(), &clock).expect("opens");
        let start = Duration::from_secs(7);
        let mut recall = Recall::new(store, "cong", start);
        let due = [59, 60, 61, 659, 660].map(|second| recall.is_due(start + Duration::from_secs(second)));
        assert_eq!(due, [false, true, false, false, true]);
    }

    #[test]
    fn rubbish_is_learned_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(NOW));
        let store = Store::open(folder.path(), &clock).expect("opens");
        for rubbish in ["", "{", "{\"bands\":[]}", "\u{0}"] {
            store.remember("cong", PERSPECTIVE, rubbish.into(), NOW).expect("kept");
            store.remember("cong", SCENES, rubbish.into(), NOW).expect("kept");
            let mut recall = Recall::new(store.clone(), "cong", Duration::ZERO);
            assert_eq!(recall.perspective(), &Perspective::default());
            assert!(recall.scenes(NOW).is_none());
            recall.keep_perspective(&learned(3), NOW);
            assert_eq!(Recall::new(store.clone(), "cong", Duration::ZERO).perspective(), &learned(3));
        }
    }
}
