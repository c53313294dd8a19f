//! Which tracks moved lately. Pure.
//!
//! A detector takes a dustbin for a person all night long, and a parked car is a car all night
//! long; but nobody comes in without moving. So what does not move raises no alert and keeps no
//! camera awake.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::base::{Point, Rect};
use crate::track::Track;

/// A track moves when so much of its box lies in regions that differ from the usual, and it is no
/// longer where it was by so much of its height. (Whoever walks past a dustbin makes its box
/// differ, and whoever trembles does not go anywhere.)
const LEAST_SHARE: f32 = 0.25;
const LEAST_STEP: f32 = 0.15;
/// Somebody who moved so recently is still here, though they stand still now.
const STILL_FOR: Duration = Duration::from_secs(30);
/// Who has not moved for so long has stopped, be it that they wait.
const STOPPED_FOR: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Movers {
    known: HashMap<Uuid, Mover>,
}

#[derive(Debug)]
struct Mover {
    /// Where its feet were when it was first seen, or moved last; pixels of the frame.
    stood: Point,
    moved_at: Option<Timestamp>,
}

impl Movers {
    /// Takes the tracks of a picture and where it differs from the usual.
    pub(super) fn update(&mut self, at: Timestamp, tracks: &[Track], motion: &[Rect]) {
        self.known.retain(|id, _| tracks.iter().any(|track| track.id == *id));
        for track in tracks.iter().filter(|track| track.seen_now) {
            let feet = track.bbox.feet();
            let mover = self.known.entry(track.id).or_insert(Mover { stood: feet, moved_at: None });
            let step = (feet.x - mover.stood.x).hypot(feet.y - mover.stood.y);
            // Regions do not overlap much, so their parts add up.
            let moving: f32 = motion.iter().map(|region| region.intersection(&track.bbox).area()).sum();
            if step >= LEAST_STEP * track.bbox.h && moving > 0.0 && moving >= LEAST_SHARE * track.bbox.area() {
                *mover = Mover { stood: feet, moved_at: Some(at) };
            }
        }
    }

    /// Whether a track moved a short while ago.
    pub(super) fn moved_lately(&self, track: &Track, at: Timestamp) -> bool {
        self.known.get(&track.id).and_then(|mover| mover.moved_at).is_some_and(|moved| at <= moved + STILL_FOR)
    }

    /// Whether a track ever moved: what did not is furniture.
    pub(super) fn has_come(&self, track: &Track) -> bool {
        self.known.get(&track.id).is_some_and(|mover| mover.moved_at.is_some())
    }

    /// Whether a track came and stands still now.
    pub(super) fn has_stopped(&self, track: &Track, at: Timestamp) -> bool {
        self.known.get(&track.id).and_then(|mover| mover.moved_at).is_some_and(|moved| at >= moved + STOPPED_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::Class;

    fn track(id: u128, x: f32) -> [Track; 1] {
        [Track {
            id: Uuid::from_u128(id),
            class: Class::Person,
            first_at: Timestamp::UNIX_EPOCH,
            last_at: Timestamp::UNIX_EPOCH,
            bbox: Rect::new(x, 100.0, 40.0, 100.0),
            score: 0.7,
            best_score: 0.7,
            hits: 5,
            seen_now: true,
        }]
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    const HERE: Rect = Rect::new(100.0, 100.0, 60.0, 100.0);

    #[test]
    fn what_never_moved_is_furniture() {
        let mut movers = Movers::default();
        movers.update(at(0), &track(1, 100.0), &[]);
        // Somebody walks past it.
        movers.update(at(1), &track(1, 103.0), &[HERE]);
        // The box trembles though nothing differs.
        movers.update(at(2), &track(1, 118.0), &[Rect::new(90.0, 100.0, 30.0, 20.0)]);
        assert!(!movers.moved_lately(&track(1, 118.0)[0], at(2)) && !movers.has_come(&track(1, 118.0)[0]));
    }

    #[test]
    fn who_moved_is_here_for_a_while() {
        let mut movers = Movers::default();
        movers.update(at(0), &track(1, 100.0), &[HERE]);
        movers.update(at(1), &track(1, 110.0), &[HERE]);
        assert!(!movers.moved_lately(&track(1, 110.0)[0], at(1)), "a small step");
        movers.update(at(2), &track(1, 120.0), &[HERE]);
        movers.update(at(9), &track(1, 120.0), &[]);
        let person = &track(1, 120.0)[0];
        assert!(movers.has_stopped(person, at(9)) && !movers.has_stopped(person, at(6)));
        assert!(movers.moved_lately(person, at(32)));
        assert!(!movers.moved_lately(person, at(33)) && movers.has_come(person));
        movers.update(at(10), &[], &[]);
        assert!(!movers.moved_lately(person, at(10)), "ended tracks are forgotten");
    }
}
