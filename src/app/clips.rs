//! Joins what the page asks for to what the recorder keeps.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::pictures::PictureFolder;
use crate::config::Settings;
use crate::decode::{DecodeError, Masks};
use crate::http::{self, ClipSource};
use crate::record::{
    ClipCache, ClipError, ClipLimits, Deletion, DeletionError, DeletionOrder, PreviewError, Recorder, Stretch,
    key_frame_at,
};
use crate::store::{BEFORE_ALERT, Store};

pub(super) struct RecordedClips {
    cache: ClipCache,
    store: Store,
    data_dir: PathBuf,
    recorder: Arc<Recorder>,
    settings: Settings,
    pictures: PictureFolder,
}

impl RecordedClips {
    pub(super) fn open(store: Store, settings: Settings, recorder: Arc<Recorder>) -> io::Result<Self> {
        let data_dir = settings.config().data_dir.clone();
        let cache = ClipCache::open(data_dir.clone(), Arc::new(store.clone()), ClipLimits::default())?;
        let pictures = PictureFolder::of(&data_dir);
        Ok(Self { cache, store, data_dir, recorder, settings, pictures })
    }

    /// Those that are configured now count for whatever is given out now, whenever it was recorded.
    fn masks(&self, camera: &str) -> Masks {
        self.settings.config().camera(camera).map_or_else(Masks::none, Masks::of)
    }
}

fn stretch(camera: &str, from: Timestamp, to: Timestamp) -> Stretch {
    let focus = (from + BEFORE_ALERT).min(to);
    Stretch { camera: camera.to_owned(), from, to, focus }
}

impl ClipSource for RecordedClips {
    fn extent(&self, camera: &str, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
        match self.cache.extent(&stretch(camera, from, to)) {
            Ok(info) => info.map(|info| (info.starts_at, info.ends_at)),
            Err(error) => {
                tracing::warn!(%error, camera, "what is recorded is not known");
                None
            }
        }
    }

    fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<http::Clip, http::ClipError> {
        match self.cache.get(&stretch(camera, from, to), &self.masks(camera)) {
            Ok(clip) => Ok(http::Clip { path: clip.path, starts_at: clip.info.starts_at }),
            Err(ClipError::Nothing { .. }) => Err(http::ClipError::NoVideo),
            Err(error @ (ClipError::Busy | ClipError::NoEncoder)) => Err(http::ClipError::NotNow(error.to_string())),
            Err(error) => Err(http::ClipError::Failed(error.to_string())),
        }
    }

    fn still(&self, camera: &str, at: Timestamp) -> Result<http::Still, http::ClipError> {
        let failed = |error: &dyn Display| http::ClipError::Failed(error.to_string());
        let found = key_frame_at(&self.store, &self.data_dir, camera, at).map_err(|error| failed(&error))?;
        let found = found.ok_or(http::ClipError::NoVideo)?;
        let masks = self.masks(camera);
        let tag = masks.name().map_or_else(|| found.tag.clone(), |name| format!("{}-{name}", found.tag));
        Ok(http::Still {
            at: found.at,
            tag,
            picture: Box::new(move || {
                found.decode(&masks).map_err(|error| match error {
                    PreviewError::Decode(DecodeError::Busy) => http::ClipError::NotNow(error.to_string()),
                    error => failed(&error),
                })
            }),
        })
    }

    fn delete(&self, order: DeletionOrder) -> Result<Deletion, DeletionError> {
        let mut deleted = self.recorder.delete(order)?;
        deleted.failed.extend(self.pictures.remove_all(&deleted.pictures));
        deleted.finish()
    }
}
