//! How long somebody stays in a zone: the time counts, not the speed. Pure.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::zones::{as_f32, feet};
use crate::base::Point;
use crate::config::Zone;
use crate::track::Track;

/// Whoever is out of sight, or out of the zone, for no longer and comes back has stayed.
const LOST_FOR: Duration = Duration::from_secs(15);
/// A new track continues a stay where it begins so near to its last place: the person's height.
const SAME_SPOT: f32 = 1.0;

#[derive(Debug, Default)]
pub(super) struct Stays {
    known: Vec<Stay>,
}

#[derive(Debug)]
struct Stay {
    track: Uuid,
    zone: String,
    since: Timestamp,
    last_at: Timestamp,
    /// In 0..1 of the frame.
    feet: Point,
}

impl Stays {
    /// Takes a person who was seen at `track.last_at` and the zone in which they stand; says how long they have stayed in
    /// it. `tracks` are all of the picture: of those who are there, nobody's stay is continued by somebody else.
    pub(super) fn see(&mut self, track: &Track, zone: &Zone, frame_size: (u32, u32), tracks: &[Track]) -> Duration {
        let (at, feet) = (track.last_at, feet(&track.bbox, frame_size));
        // The clock may have been set back.
        self.known.retain(|stay| stay.last_at <= at && at <= stay.last_at + LOST_FOR);
        let is_here = |stay: &&Stay| stay.zone == zone.id;
        let own = self.known.iter().filter(is_here).find(|stay| stay.track == track.id);
        // What was there before somebody was lost is not them: a dustbin, say.
        let is_free = |stay: &&Stay| {
            track.first_at >= stay.last_at && !tracks.iter().any(|other| other.seen_now && other.id == stay.track)
        };
        let distance = |stay: &Stay| {
            let (width, height) = as_f32(frame_size);
            ((stay.feet.x - feet.x) * width).hypot((stay.feet.y - feet.y) * height)
        };
        let abandoned = || {
            let near = self.known.iter().filter(is_here).filter(is_free);
            let near = near.filter(|stay| distance(stay) <= SAME_SPOT * track.bbox.h);
            near.min_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.since.cmp(&b.since)))
        };
        let continued = own.or_else(abandoned).map(|stay| (stay.track, stay.since));
        let since = continued.map_or(at, |(_, since)| since);
        let replaced = continued.map_or(track.id, |(track, _)| track);
        self.known.retain(|stay| stay.zone != zone.id || stay.track != replaced);
        self.known.push(Stay { track: track.id, zone: zone.id.clone(), since, last_at: at, feet });
        at.duration_since(since).unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::{Polygon, Rect};
    use crate::config::ZoneKind;
    use crate::rules::testing::person;

    const FRAME: (u32, u32) = (1000, 1000);

    fn zone(id: &str) -> Zone {
        Zone::new(id, ZoneKind::Yard, Polygon::full_frame())
    }

    /// Of a track that is new.
    fn at_x(track: u128, second: i64, x: f32) -> Track {
        let seen = person(track, second * 1000, Rect::new(x, 500.0, 40.0, 100.0));
        Track { first_at: seen.last_at, ..seen }
    }

    /// Sights of track, second, place and zone, and how many seconds the last of them had stayed.
    #[track_caller]
    fn check(sights: &[(u128, i64, f32, &str)], expected_s: u64) {
        let mut stays = Stays::default();
        let mut stayed = Duration::ZERO;
        for &(track, second, x, name) in sights {
            let track = at_x(track, second, x);
            stayed = stays.see(&track, &zone(name), FRAME, std::slice::from_ref(&track));
        }
        assert_eq!(stayed.as_secs(), expected_s);
    }

    #[test]
    fn the_time_in_a_zone_counts() {
        check(&[(1, 5, 100.0, "san")], 0);
        // Running or standing.
        check(&[(1, 5, 100.0, "san"), (1, 10, 900.0, "san"), (1, 20, 100.0, "san")], 15);
        check(&[(1, 5, 100.0, "san"), (1, 10, 100.0, "san"), (1, 20, 100.0, "san")], 15);
        // Another zone is another stay; a step out of the zone does not end the stay.
        check(&[(1, 5, 100.0, "san"), (1, 10, 100.0, "kho"), (1, 12, 100.0, "kho")], 2);
        check(&[(1, 5, 100.0, "san"), (1, 10, 100.0, "kho"), (1, 15, 100.0, "san")], 10);
    }

    #[test]
    fn a_stay_survives_a_short_loss_at_the_same_spot() {
        check(&[(1, 0, 100.0, "san"), (1, 10, 100.0, "san"), (2, 20, 150.0, "san")], 20);
        check(&[(1, 0, 100.0, "san"), (1, 10, 100.0, "san"), (2, 20, 300.0, "san")], 0);
        check(&[(1, 0, 100.0, "san"), (1, 10, 100.0, "san"), (2, 26, 100.0, "san")], 0);
        // The clock was set back by an hour.
        check(&[(1, 3600, 100.0, "san"), (1, 3610, 100.0, "san"), (1, 10, 100.0, "san")], 0);
    }

    #[test]
    fn nobody_takes_the_time_of_somebody_who_is_there() {
        let mut stays = Stays::default();
        let both = |second| [at_x(1, second, 100.0), at_x(2, second, 110.0)];
        stays.see(&both(0)[0], &zone("san"), FRAME, &both(0)[..1]);
        stays.see(&both(10)[0], &zone("san"), FRAME, &both(10));
        let stayed = |stays: &mut Stays, second, index: usize| {
            stays.see(&both(second)[index], &zone("san"), FRAME, &both(second)).as_secs()
        };
        assert_eq!(stayed(&mut stays, 10, 1), 0);
        assert_eq!((stayed(&mut stays, 12, 0), stayed(&mut stays, 12, 1)), (12, 2));
    }

    #[test]
    fn what_was_there_all_along_is_not_who_was_lost() {
        let mut stays = Stays::default();
        let lost = at_x(1, 30, 100.0);
        stays.see(&Track { last_at: lost.last_at, ..at_x(1, 0, 100.0) }, &zone("san"), FRAME, &[]);
        stays.see(&lost, &zone("san"), FRAME, &[]);
        let dustbin = Track { first_at: at_x(2, 29, 110.0).first_at, ..at_x(2, 31, 110.0) };
        assert_eq!(stays.see(&dustbin, &zone("san"), FRAME, &[]), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn the_time_never_falls_while_somebody_stays(steps in proptest::collection::vec((0i64..15, 0f32..900.0), 1..50)) {
            let (mut stays, mut second, mut before) = (Stays::default(), 0, Duration::ZERO);
            for (step, x) in steps {
                second += step;
                let track = at_x(1, second, x);
                let stayed = stays.see(&track, &zone("san"), FRAME, std::slice::from_ref(&track));
                prop_assert!(stayed >= before);
                prop_assert!(stayed.as_secs() <= second.unsigned_abs());
                before = stayed;
            }
        }
    }
}
