use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::live::LiveStream;
use crate::decode::Frame;
use crate::intake::health::{Role, StreamHealth, StreamState};
use crate::record::DiskReport;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GateState {
    Quiet,
    Awake,
}

/// One camera as it is now.
#[derive(Debug, Clone, Default)]
pub struct CameraNow {
    /// Main first; one or two.
    pub streams: Vec<StreamHealth>,
    pub gate: Option<GateState>,
    /// How old the picture that was analysed last was by then; `None` while none is.
    pub delay: Option<Duration>,
    /// The last decoded picture, shared, not yet a JPEG: it becomes one only when asked for.
    pub picture: Option<Arc<Frame>>,
    pub recording: bool,
}

impl CameraNow {
    /// The stream that is worst off.
    pub fn worst(&self) -> Option<&StreamHealth> {
        self.streams.iter().max_by_key(|stream| stream.state)
    }

    pub fn state_of(&self, role: Role) -> Option<StreamState> {
        self.streams.iter().find(|stream| stream.role == role).map(|stream| stream.state)
    }

    pub fn is_live(&self) -> bool {
        self.worst().is_some_and(|stream| stream.state == StreamState::Live)
    }
}

/// The present, written by cameras and recorder, read by the page. Shared; locks are brief.
#[derive(Debug, Clone, Default)]
pub struct Board {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    cameras: BTreeMap<String, CameraNow>,
    live: BTreeMap<(String, Role), LiveStream>,
    disk: DiskReport,
}

impl Board {
    pub fn camera(&self, id: &str) -> Option<CameraNow> {
        self.with(|inner| inner.cameras.get(id).cloned())
    }

    pub fn update_camera<T>(&self, id: &str, change: impl FnOnce(&mut CameraNow) -> T) -> T {
        self.with(|inner| change(inner.cameras.entry(id.to_owned()).or_default()))
    }

    /// The camera is configured no longer: it is told of no more, and whoever watches it sees the end.
    pub fn forget_camera(&self, id: &str) {
        self.with(|inner| {
            inner.cameras.remove(id);
            inner.live.iter().filter(|((camera, _), _)| camera == id).for_each(|(_, live)| live.end());
        });
    }

    /// The live video of a stream of a camera; the same one at every call.
    pub fn live(&self, id: &str, role: Role) -> LiveStream {
        self.with(|inner| inner.live.entry((id.to_owned(), role)).or_default().clone())
    }

    pub fn disk(&self) -> DiskReport {
        self.with(|inner| inner.disk.clone())
    }

    pub fn set_disk(&self, disk: DiskReport) {
        self.with(|inner| inner.disk = disk);
    }

    fn with<T>(&self, access: impl FnOnce(&mut Inner) -> T) -> T {
        access(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
