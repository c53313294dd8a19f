//! What speaks against the tracks of a camera being persons, from where each was seen. Pure.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::config::{Zone, ZoneKind};
use crate::rules::lessons::{Looks, SharedLessons};
use crate::rules::perspective::Perspective;
use crate::rules::quality::{self, Trail};
use crate::rules::{Doubted, Doubts};
use crate::track::Track;
use crate::vision::Class;

#[derive(Debug)]
pub(super) struct Doubter {
    camera: String,
    timezone: TimeZone,
    /// Of all cameras.
    lessons: SharedLessons,
    pub(super) perspective: Perspective,
    trails: HashMap<Uuid, Trail>,
}

impl Doubter {
    /// Of a camera that nobody has taught anything.
    pub(super) fn new(camera: &str, timezone: TimeZone) -> Self {
        Self {
            camera: camera.to_owned(),
            timezone,
            lessons: SharedLessons::default(),
            perspective: Perspective::default(),
            trails: HashMap::new(),
        }
    }

    pub(super) fn with_lessons(self, lessons: SharedLessons) -> Self {
        Self { lessons, ..self }
    }

    /// Takes all tracks of a picture.
    pub(super) fn update(&mut self, at: Timestamp, tracks: &[Track], frame_size: (u32, u32)) {
        for track in tracks.iter().filter(|track| track.class == Class::Person && track.seen_now) {
            self.trails.entry(track.id).or_default().see(at, track.bbox, frame_size);
        }
    }

    /// How these tracks look by now, without those in protected zones: from them nobody learns anything.
    pub(super) fn looks<'a>(&self, tracks: &[Track], zone: impl Fn(Uuid) -> Option<&'a Zone>) -> BTreeMap<Uuid, Looks> {
        let open = tracks.iter().filter(|track| track.seen_now && !is_protected(zone(track.id)));
        open.filter_map(|track| Some((track.id, Looks::of(self.trails.get(&track.id)?)?))).collect()
    }

    /// Of these tracks, as they are now; an entry for each, so that a doubt also ends. There is none of a track without
    /// `looks`.
    pub(super) fn doubts(&self, tracks: &[Track], looks: &BTreeMap<Uuid, Looks>) -> Doubts {
        let lessons = self.lessons.current();
        let lessons = lessons.get(&self.camera);
        let doubted = |track: &Track| {
            let mut doubted = Doubted::default();
            if let Some((trail, looks)) = self.trails.get(&track.id).zip(looks.get(&track.id)) {
                doubted.why = trail.doubts(track.best_score, &self.perspective);
                if let Some(lessons) = lessons.filter(|_| !quality::is_sure(track.best_score)) {
                    lessons.doubt(&mut doubted, looks, &self.timezone);
                }
            }
            (track.id, doubted)
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

fn is_protected(zone: Option<&Zone>) -> bool {
    zone.is_some_and(|zone| zone.kind == ZoneKind::Protected)
}

#[cfg(test)]
#[path = "doubter_tests.rs"]
mod tests;
