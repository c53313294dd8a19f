//! Joins what the page asks for to what the recorder keeps.

use std::io;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::http::{self, ClipSource};
use crate::record::{ClipCache, ClipError, ClipLimits, Stretch};
use crate::store::{BEFORE_ALERT, Store};

pub(super) struct RecordedClips(ClipCache);

impl RecordedClips {
    pub(super) fn open(store: Store, data_dir: &Path) -> io::Result<Self> {
        ClipCache::open(data_dir.to_owned(), Arc::new(store), ClipLimits::default()).map(Self)
    }
}

fn stretch(camera: &str, from: Timestamp, to: Timestamp) -> Stretch {
    let focus = (from + BEFORE_ALERT).min(to);
    Stretch { camera: camera.to_owned(), from, to, focus }
}

impl ClipSource for RecordedClips {
    fn extent(&self, camera: &str, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
        match self.0.extent(&stretch(camera, from, to)) {
            Ok(info) => info.map(|info| (info.starts_at, info.ends_at)),
            Err(error) => {
                tracing::warn!(%error, camera, "what is recorded is not known");
                None
            }
        }
    }

    fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<http::Clip, http::ClipError> {
        match self.0.get(&stretch(camera, from, to)) {
            Ok(clip) => Ok(http::Clip { path: clip.path, starts_at: clip.info.starts_at }),
            Err(ClipError::Nothing { .. }) => Err(http::ClipError::NoVideo),
            Err(error) => Err(http::ClipError::Failed(error.to_string())),
        }
    }
}
