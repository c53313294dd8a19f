//! Whether the camera itself is well: what its pictures say of that, and that none come.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::base::IdSource;
use crate::decode::{Frame, Impression};
use crate::rules::tamper::{Incident, Incidents, KnownScenes, Trouble, Witness};

/// A stream is known to be lost when nothing came for three seconds; one that is not back after so
/// many more is told. What switches a cable over takes less.
const LOST_FOR: Duration = Duration::from_secs(7);

#[derive(Default)]
pub(super) struct Vigil {
    witness: Witness,
    incidents: Incidents,
    /// The last picture that was looked at.
    last: Option<Arc<Frame>>,
    /// Since when the stream is lost, by the monotonic clock.
    lost_since: Option<Duration>,
}

impl Vigil {
    /// Of a camera whose scenes are known from before.
    pub(super) fn recalling(scenes: KnownScenes) -> Self {
        Self { witness: Witness::recalling(scenes), ..Self::default() }
    }

    pub(super) fn known_scenes(&self, at: Timestamp) -> Option<KnownScenes> {
        self.witness.known(at)
    }

    pub(super) fn person_seen(&mut self, at: Timestamp) {
        self.incidents.person_seen(at);
    }

    pub(super) fn last(&self) -> Option<&Arc<Frame>> {
        self.last.as_ref()
    }

    /// Whether a picture is to be looked at: the first of each second of stream time.
    pub(super) fn is_due(&self, frame: &Frame) -> bool {
        self.last.as_ref().is_none_or(|last| last.pts.as_secs() != frame.pts.as_secs())
    }

    /// Looks at a picture; says what is to be told of the camera.
    pub(super) fn see(&mut self, frame: &Arc<Frame>, is_armed: bool, ids: &mut IdSource) -> Option<Incident> {
        self.lost_since = None;
        self.last = Some(Arc::clone(frame));
        let trouble = self.witness.see(frame.pts, Impression::of(frame)?);
        self.incidents.update(frame.at, trouble, is_armed, ids)
    }

    /// The stream is lost at `now`, which is `monotonic` by the other clock. One of which no picture
    /// ever came is told by its state, and not as an incident.
    pub(super) fn miss(
        &mut self,
        now: Timestamp,
        monotonic: Duration,
        is_armed: bool,
        ids: &mut IdSource,
    ) -> Option<Incident> {
        self.last.as_ref()?;
        let since = *self.lost_since.get_or_insert(monotonic);
        if monotonic < since + LOST_FOR {
            return None;
        }
        self.incidents.update(now, Some(Trouble::Offline), is_armed, ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::PixelFormat;

    fn frame(pts: Duration) -> Arc<Frame> {
        let data = vec![90; 64 * 48 * 3 / 2];
        Arc::new(Frame::from_bytes(data, PixelFormat::I420, (64, 48), pts, Timestamp::UNIX_EPOCH + pts).expect("valid"))
    }

    #[test]
    fn a_stream_that_does_not_come_back_is_told_once() {
        let mut ids = IdSource::seeded(1);
        let mut vigil = Vigil::default();
        let second = Duration::from_secs;
        let mut miss = |vigil: &mut Vigil, at| {
            vigil.miss(Timestamp::UNIX_EPOCH + second(at), second(at), true, &mut ids).map(|told| told.trouble)
        };
        assert_eq!((miss(&mut vigil, 0), miss(&mut vigil, 100)), (None, None), "there never was a picture");

        let mut others = IdSource::seeded(2);
        assert_eq!(vigil.see(&frame(second(0)), true, &mut others), None);
        assert!(!vigil.is_due(&frame(Duration::from_millis(900))) && vigil.is_due(&frame(second(1))));
        assert_eq!((miss(&mut vigil, 103), miss(&mut vigil, 109)), (None, None), "a switch starts again");
        assert_eq!(vigil.see(&frame(second(1)), true, &mut others), None);
        assert_eq!(miss(&mut vigil, 120), None);
        assert_eq!(miss(&mut vigil, 127), Some(Trouble::Offline));
        assert_eq!(miss(&mut vigil, 128), None);
    }
}
