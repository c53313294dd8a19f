//! A camera heeds a changed configuration, with as little of it beginning anew as can be: others notice nothing, and its
//! own recording goes on unless its streams are others.

use std::sync::Arc;

use super::analyst::Analyst;
use super::recall::Recall;
use super::saver::Saver;
use super::{LiveCamera, Shared, main_pictures};
use crate::config::{self, Config, Reach};
use crate::decode::Masks;

impl LiveCamera {
    /// Lets what is configured now count. Whether the loop goes on as it is; else it is to begin anew.
    pub(super) fn heed(&mut self) -> bool {
        let config = self.shared.settings.config();
        if Arc::ptr_eq(&config, &self.config) {
            return true;
        }
        let before = std::mem::replace(&mut self.config, Arc::clone(&config));
        let reach = Reach::of(&before, &config, &self.id);
        let Some(camera) = config.camera(&self.id) else { return false };
        match reach {
            Reach::Nothing => {}
            Reach::Rules => self.analyst.go_by(&config, camera),
            Reach::Analysis => {
                self.finish();
                self.mask(camera);
                self.analyst = analyst(camera, &config, &self.shared, &self.recall, &self.saver);
            }
            Reach::Streams | Reach::Gone => return false,
        }
        self.saver.go_by(camera);
        if reach > Reach::Nothing {
            tracing::info!(?reach, "the camera goes by the new configuration");
        }
        true
    }

    /// Lets the camera's privacy masks count from the next picture on, and takes back the one that stands on the page.
    fn mask(&mut self, camera: &config::Camera) {
        let masks = Masks::of(camera);
        if self.watcher.masks() == &masks {
            return;
        }
        self.recall.mask(&masks);
        self.watcher.mask(masks);
        self.main_pictures = main_pictures(camera, &self.shared);
        self.shared.board.update_camera(&self.id, |now| now.picture = None);
    }
}

/// What looks at a camera's pictures, with all that is remembered.
pub(super) fn analyst(
    camera: &config::Camera,
    config: &Config,
    shared: &Shared,
    recall: &Recall,
    saver: &Saver,
) -> Analyst {
    let now = shared.clock.now();
    Analyst::new(config, camera, shared.detector.clone(), shared.eyes.clone(), None)
        .with_orders(shared.store.orders())
        .with_experience(shared.store.lessons(), shared.store.settled_alerts(), recall.perspective().clone())
        .remembering(saver.marks(now - config.memory.keep()), recall.scenes(now))
}
