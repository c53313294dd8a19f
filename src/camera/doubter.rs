//! What speaks against the tracks of a camera being persons, from where each was seen. Pure.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::config::{Zone, ZoneKind};
use crate::rules::perspective::Perspective;
use crate::rules::quality::Trail;
use crate::rules::{Doubted, Doubts};
use crate::track::Track;
use crate::vision::Class;

#[derive(Debug, Default)]
pub(super) struct Doubter {
    perspective: Perspective,
    trails: HashMap<Uuid, Trail>,
}

impl Doubter {
    /// Takes all tracks of a picture.
    pub(super) fn update(&mut self, at: Timestamp, tracks: &[Track], frame_size: (u32, u32)) {
        for track in tracks.iter().filter(|track| track.class == Class::Person && track.seen_now) {
            self.trails.entry(track.id).or_default().see(at, track.bbox, frame_size);
        }
    }

    /// Of these tracks, as they are now; an entry for each, so that a doubt also ends. In a protected zone there is none.
    pub(super) fn doubts<'a>(&self, tracks: &[Track], zone: impl Fn(Uuid) -> Option<&'a Zone>) -> Doubts {
        let is_protected = |track: Uuid| zone(track).is_some_and(|zone| zone.kind == ZoneKind::Protected);
        let doubted = |track: &Track| {
            let trail = self.trails.get(&track.id).filter(|_| !is_protected(track.id));
            let why = trail.map_or_else(Vec::new, |trail| trail.doubts(track.best_score, &self.perspective));
            (track.id, Doubted { why, lesson: None })
        };
        tracks.iter().filter(|track| track.seen_now).map(doubted).collect()
    }

    /// A track has ended: one that was surely somebody who walked teaches how tall persons are.
    pub(super) fn forget(&mut self, track: &Track) {
        if let Some(trail) = self.trails.remove(&track.id) {
            self.perspective.learn(trail.teaches(track));
        }
    }
}
