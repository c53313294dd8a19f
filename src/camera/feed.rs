//! One stream of a camera, its live video, and what of it was told already.

use crossbeam_channel::Receiver;
use url::Url;

use super::Shared;
use crate::base::metrics::CameraMetrics;
use crate::config;
use crate::intake::health::{LostReason, Role, StreamState};
use crate::intake::{RtspSource, Stream, Tap};
use crate::notify::live::LiveStream;

/// Access units that may wait for a busy camera thread: 5 s at 25 a second.
pub(super) const QUEUE_LEN: usize = 128;

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
        let live = shared.board.live(&camera.id, role);
        // Of a loop that failed.
        live.end();
        let stream = Stream::new(source, role, shared.clock.clone(), QUEUE_LEN, fastrand::Rng::new())
            .with_tap(tap(&live, &shared.metrics.camera(&camera.id)));
        let told = (stream.health().state, stream.health().reason);
        Self { stream, live, told, dropped_counted: 0 }
    }

    pub(super) fn is_live(&self) -> bool {
        self.stream.health().state == StreamState::Live
    }

    /// Access units that wait.
    pub(super) fn waiting(&self) -> usize {
        self.stream.receiver().map_or(0, Receiver::len)
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

/// Shows live video as it comes: analysis, which may take its time, is not waited for.
fn tap(live: &LiveStream, metrics: &CameraMetrics) -> Tap {
    let (live, left_out) = (live.clone(), metrics.dropped("live"));
    Tap::new(move |unit| {
        left_out.inc_by(live.publish(unit));
    })
}
