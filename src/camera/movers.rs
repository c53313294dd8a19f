//! Which tracks moved lately. Pure.
//!
//! A detector takes a dustbin for a person all night long, and a parked car is a car all night
//! long; but nobody comes in without moving. So what does not move raises no alert and keeps no
//! camera awake.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::base::Rect;
use crate::track::Track;

/// A track moves where so much of its box lies in regions that differ from the usual.
const LEAST_SHARE: f32 = 0.25;
/// Somebody who moved so recently is still here, though they stand still now.
const STILL_FOR: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Movers {
    last_moved: HashMap<Uuid, Timestamp>,
}

impl Movers {
    /// Takes the tracks of a picture and where it differs from the usual.
    pub(super) fn update(&mut self, at: Timestamp, tracks: &[Track], motion: &[Rect]) {
        self.last_moved.retain(|id, _| tracks.iter().any(|track| track.id == *id));
        for track in tracks.iter().filter(|track| track.seen_now) {
            // Regions do not overlap much, so their parts add up.
            let moving: f32 = motion.iter().map(|region| region.intersection(&track.bbox).area()).sum();
            if moving > 0.0 && moving >= LEAST_SHARE * track.bbox.area() {
                self.last_moved.insert(track.id, at);
            }
        }
    }

    /// Whether a track moved a short while ago.
    pub(super) fn moved_lately(&self, track: &Track, at: Timestamp) -> bool {
        self.last_moved.get(&track.id).is_some_and(|&moved| at <= moved + STILL_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::Class;

    fn track(id: u128) -> Track {
        Track {
            id: Uuid::from_u128(id),
            class: Class::Person,
            first_at: Timestamp::UNIX_EPOCH,
            last_at: Timestamp::UNIX_EPOCH,
            bbox: Rect::new(100.0, 100.0, 40.0, 100.0),
            score: 0.7,
            best_score: 0.7,
            hits: 5,
            seen_now: true,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn what_never_moved_is_furniture() {
        let mut movers = Movers::default();
        let bin = track(1);
        movers.update(at(0), std::slice::from_ref(&bin), &[]);
        movers.update(at(1), std::slice::from_ref(&bin), &[Rect::new(300.0, 100.0, 40.0, 100.0)]);
        // A leaf that touches its edge.
        movers.update(at(2), std::slice::from_ref(&bin), &[Rect::new(90.0, 100.0, 16.0, 24.0)]);
        assert!(!movers.moved_lately(&bin, at(2)));
    }

    #[test]
    fn who_moved_is_here_for_a_while() {
        let mut movers = Movers::default();
        let person = track(1);
        movers.update(at(0), std::slice::from_ref(&person), &[Rect::new(100.0, 120.0, 40.0, 60.0)]);
        movers.update(at(9), std::slice::from_ref(&person), &[]);
        assert!(movers.moved_lately(&person, at(30)));
        assert!(!movers.moved_lately(&person, at(31)));
        movers.update(at(10), &[], &[]);
        assert!(!movers.moved_lately(&person, at(10)), "ended tracks are forgotten");
    }
}
