//! One stream of a camera, its live video, and what of it was told already.

use crossbeam_channel::{Receiver, RecvError};
use url::Url;

use super::{QUEUE_LEN, Shared};
use crate::base::metrics::CameraMetrics;
use crate::config;
use crate::intake::health::{LostReason, Role, StreamState};
use crate::intake::{AccessUnit, Item, RtspSource, Stream};
use crate::notify::live::LiveStream;

pub(super) struct Feed {
    pub(super) stream: Stream,
    live: LiveStream,
    told: (StreamState, Option<LostReason>),
    dropped_counted: u64,
}

impl Feed {
    pub(super) fn new(url: &Url, role: Role, camera: &config::Camera, shared: &Shared) -> Self {
        let source =
            RtspSource { url: url.clone(), transport: camera.transport, credentials: camera.credentials.clone() };
        let stream = Stream::new(source, role, shared.clock.clone(), QUEUE_LEN, fastrand::Rng::new());
        let told = (stream.health().state, stream.health().reason);
        let live = shared.board.live(&camera.id, role);
        // Of a loop that failed.
        live.end();
        Self { stream, live, told, dropped_counted: 0 }
    }

    pub(super) fn is_live(&self) -> bool {
        self.stream.health().state == StreamState::Live
    }

    pub(super) fn waiting(&self) -> usize {
        self.stream.receiver().map_or(0, Receiver::len)
    }

    /// Takes what the stream's receiver yielded, and shows an access unit to those who watch.
    pub(super) fn take(&mut self, item: Result<Item, RecvError>, metrics: &CameraMetrics) -> Option<AccessUnit> {
        let unit = self.stream.on_item(item)?;
        let left_out = self.live.publish(&unit);
        if left_out > 0 {
            metrics.dropped("live").inc_by(left_out);
        }
        Some(unit)
    }

    /// Whether it was live, if its state or the reason for it is another than at the last call.
    pub(super) fn changed(&mut self, metrics: &CameraMetrics) -> Option<bool> {
        let dropped = self.stream.dropped();
        metrics.dropped("intake").inc_by(dropped - self.dropped_counted);
        self.dropped_counted = dropped;
        let health = self.stream.health();
        let now = (health.state, health.reason);
        if now == self.told {
            return None;
        }
        let was_live = std::mem::replace(&mut self.told, now).0 == StreamState::Live;
        if was_live {
            self.live.end();
        }
        Some(was_live)
    }
}
