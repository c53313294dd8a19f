//! Whether persons look like somebody whom this camera saw earlier in the night.

use std::collections::HashMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::decode::Frame;
use crate::rules::likeness::Likeness;
use crate::track::Track;
use crate::vision::{Appearance, Class};

#[derive(Debug)]
pub(super) struct Resemblance {
    timezone: TimeZone,
    likeness: Likeness,
    /// Of persons in view.
    appearances: HashMap<Uuid, Appearance>,
}

impl Resemblance {
    pub(super) fn new(timezone: TimeZone) -> Self {
        Self { likeness: Likeness::new(timezone.clone()), timezone, appearances: HashMap::new() }
    }

    /// Takes the tracks of a picture that moved lately: what stands there always is nobody.
    pub(super) fn see(&mut self, frame: &Frame, tracks: &[Track]) {
        for track in tracks.iter().filter(|track| track.class == Class::Person && track.seen_now) {
            let appearance = self.appearances.entry(track.id).or_default();
            if appearance.see(frame, &track.bbox) {
                self.likeness.see(track.id, track.first_at, frame.at, appearance);
            }
        }
    }

    /// When somebody like this person was seen last in this night, by the office's clock.
    pub(super) fn recall(&self, track: Uuid) -> Option<DateTime> {
        Some(self.likeness.recall(track)?.to_zoned_datetime(self.timezone.clone()).datetime())
    }

    /// A track has ended.
    pub(super) fn forget(&mut self, track: Uuid) {
        self.appearances.remove(&track);
    }
}
