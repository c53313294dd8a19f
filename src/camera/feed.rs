//! A stream of a live camera, and what of it was told already.

use crate::base::SharedClock;
use crate::config;
use crate::intake::health::{LostReason, Role, StreamState};
use crate::intake::{RtspSource, Stream};

/// Access units that may wait for a busy camera thread: 5 s at 25 a second.
pub(super) const QUEUE_LEN: usize = 128;

/// A stream and what of it was told already.
pub(super) struct Feed {
    pub stream: Stream,
    pub told: (StreamState, Option<LostReason>),
    pub dropped_counted: u64,
}

impl Feed {
    pub(super) fn new(url: &url::Url, role: Role, camera: &config::Camera, clock: &SharedClock) -> Self {
        let source =
            RtspSource { url: url.clone(), transport: camera.transport, credentials: camera.credentials.clone() };
        let stream = Stream::new(source, role, clock.clone(), QUEUE_LEN, fastrand::Rng::new());
        let told = (stream.health().state, stream.health().reason);
        Self { stream, told, dropped_counted: 0 }
    }

    pub(super) fn is_live(&self) -> bool {
        self.stream.health().state == StreamState::Live
    }

    /// Access units that wait.
    pub(super) fn waiting(&self) -> usize {
        self.stream.receiver().map_or(0, crossbeam_channel::Receiver::len)
    }
}
