//! In which zone somebody stands. Who stands on an edge does not flicker between zones. Pure.

use std::collections::HashMap;

use uuid::Uuid;

use crate::base::{Point, Rect};
use crate::config::{Zone, ZoneKind};
use crate::track::Track;

/// The lower edge of a box trembles by some hundredths of its height: feet that are outside by less are still inside.
const MARGIN: f32 = 0.1;
/// And never by more than so much of the frame's height, however large the box.
pub(super) const MOST_MARGIN: f32 = 0.05;

/// In which zones each track stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// One a zone, in the order of the camera's.
    inside: HashMap<Uuid, Vec<bool>>,
}

impl Standing {
    /// Takes the tracks of a picture of `frame_size` pixels; those that are no longer among them are forgotten.
    pub(super) fn update(&mut self, tracks: &[Track], frame_size: (u32, u32), zones: &[Zone]) {
        self.inside.retain(|id, _| tracks.iter().any(|track| track.id == *id));
        for track in tracks.iter().filter(|track| track.seen_now) {
            let before = self.inside.remove(&track.id);
            let was_inside = |index: usize| before.as_ref().map(|inside| inside[index]);
            let now = zones.iter().enumerate().map(|(index, zone)| {
                let was_inside = was_inside(index);
                is_inside(&track.bbox, frame_size, zone, was_inside)
            });
            let now = now.collect();
            self.inside.insert(track.id, now);
        }
    }

    /// The zone that counts: of those under the feet the one that matters most. None for a track that stands in no zone,
    /// on ground to be ignored, or was never seen.
    pub(super) fn zone<'a>(&self, track: Uuid, zones: &'a [Zone]) -> Option<&'a Zone> {
        if self.is_ignored(track, zones) {
            return None;
        }
        self.zones_of(track, zones).max_by_key(|zone| rank(zone.kind))
    }

    /// Whether it stands on ground to be ignored, which wins over all other zones.
    pub(super) fn is_ignored(&self, track: Uuid, zones: &[Zone]) -> bool {
        self.zones_of(track, zones).any(|zone| zone.kind == ZoneKind::Ignore)
    }

    fn zones_of<'a>(&self, track: Uuid, zones: &'a [Zone]) -> impl Iterator<Item = &'a Zone> {
        let inside = self.inside.get(&track).map_or(&[][..], Vec::as_slice);
        let stands = inside.iter().copied().chain(std::iter::repeat(false));
        zones
            .iter()
            .zip(stands.take(zones.len()).collect::<Vec<_>>())
            .filter_map(|(zone, stands)| stands.then_some(zone))
    }
}

/// Whoever steps into a zone is inside at once and leaves it only with a margin. Of ground to be ignored the opposite
/// holds: in doubt somebody stands where they are watched.
fn is_inside(bbox: &Rect, frame_size: (u32, u32), zone: &Zone, was_inside: Option<bool>) -> bool {
    let feet = feet(bbox, frame_size);
    let contains = zone.polygon.contains(feet);
    let Some(was_inside) = was_inside else { return contains };
    let is_near_edge = || zone.polygon.edge_distance(feet, as_f32(frame_size)) <= margin(bbox, frame_size);
    if zone.kind == ZoneKind::Ignore {
        contains && (was_inside || !is_near_edge())
    } else {
        contains || (was_inside && is_near_edge())
    }
}

/// Where a box of pixels stands, in 0..1 of the frame. Who is cut off by the lower edge stands just inside it.
pub(super) fn feet(bbox: &Rect, frame_size: (u32, u32)) -> Point {
    let ((width, height), feet) = (as_f32(frame_size), bbox.feet());
    Point { x: (feet.x / width).clamp(0.0, 0.999), y: (feet.y / height).clamp(0.0, 0.999) }
}

/// How far, in pixels, feet may be off by the trembling of the box.
pub(super) fn margin(bbox: &Rect, frame_size: (u32, u32)) -> f32 {
    (MARGIN * bbox.h).min(MOST_MARGIN * as_f32(frame_size).1)
}

pub(super) fn as_f32((width, height): (u32, u32)) -> (f32, f32) {
    (width as f32, height as f32)
}

fn rank(kind: ZoneKind) -> u8 {
    match kind {
        ZoneKind::Protected => 4,
        ZoneKind::Building => 3,
        ZoneKind::Parking => 2,
        ZoneKind::Yard => 1,
        ZoneKind::Ignore => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Polygon;
    use crate::rules::testing::person;

    fn zone(id: &str, kind: ZoneKind, corners: &[[f32; 2]]) -> Zone {
        Zone::new(id, kind, Polygon::try_from(corners.to_vec()).expect("valid"))
    }

    fn zones() -> Vec<Zone> {
        vec![
            zone("san", ZoneKind::Yard, &[[0.0, 0.4], [1.0, 0.4], [1.0, 1.0], [0.0, 1.0]]),
            zone("phong", ZoneKind::Protected, &[[0.5, 0.4], [1.0, 0.4], [1.0, 1.0], [0.5, 1.0]]),
            zone("duong", ZoneKind::Ignore, &[[0.9, 0.4], [1.0, 0.4], [1.0, 1.0], [0.9, 1.0]]),
        ]
    }

    /// The zone after each of the places in which the feet of a person of 100 pixels were, in a frame of 1000 by 1000.
    #[track_caller]
    fn check(feet: &[(f32, f32)], expected: &[Option<&str>]) {
        let (zones, mut standing) = (zones(), Standing::default());
        let found = feet.iter().map(|&(x, y)| {
            let track = person(1, 0, Rect::new(x - 25.0, y - 100.0, 50.0, 100.0));
            standing.update(std::slice::from_ref(&track), (1000, 1000), &zones);
            standing.zone(track.id, &zones).map(|zone| zone.id.as_str())
        });
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn feet_decide() {
        check(&[(125.0, 600.0)], &[Some("san")]);
        // The head is in the yard's height, the feet are not in any zone.
        check(&[(125.0, 300.0)], &[None]);
        check(&[(625.0, 600.0)], &[Some("phong")]);
        check(&[(950.0, 600.0)], &[None]);
        // Cut off by the lower edge.
        check(&[(125.0, 1050.0)], &[Some("san")]);
    }

    #[test]
    fn who_stands_on_an_edge_does_not_flicker() {
        let (yard, room) = (Some("san"), Some("phong"));
        // In at once, out with a margin of a tenth of the height.
        check(
            &[(480.0, 600.0), (501.0, 600.0), (495.0, 600.0), (491.0, 600.0), (489.0, 600.0)],
            &[yard, room, room, room, yard],
        );
        check(&[(125.0, 402.0), (125.0, 395.0), (125.0, 401.0), (125.0, 380.0)], &[yard, yard, yard, None]);
        // Ground to be ignored: out at once, in with a margin.
        check(
            &[(905.0, 600.0), (899.0, 600.0), (905.0, 600.0), (915.0, 600.0), (905.0, 600.0)],
            &[None, room, room, None, None],
        );
    }

    #[test]
    fn tracks_that_ended_are_forgotten() {
        let (zones, mut standing) = (zones(), Standing::default());
        let track = person(1, 0, Rect::new(100.0, 500.0, 50.0, 100.0));
        standing.update(std::slice::from_ref(&track), (1000, 1000), &zones);
        let lost = Track { seen_now: false, bbox: Rect::default(), ..track.clone() };
        standing.update(&[lost], (1000, 1000), &zones);
        assert!(standing.zone(track.id, &zones).is_some(), "lost for a moment");
        standing.update(&[], (1000, 1000), &zones);
        assert_eq!(standing.zone(track.id, &zones), None);
    }

    proptest! {
        #[test]
        fn nobody_stands_in_a_zone_that_is_far_from_their_feet(
            walk in proptest::collection::vec((0f32..1000.0, 0f32..1000.0, 5f32..900.0), 1..20),
        ) {
            let (zones, mut standing) = (zones(), Standing::default());
            for (x, y, h) in walk {
                let track = person(1, 0, Rect::new(x, y - h, 0.0, h));
                standing.update(std::slice::from_ref(&track), (1000, 1000), &zones);
                let feet = feet(&track.bbox, (1000, 1000));
                let near = |zone: &Zone| {
                    zone.polygon.contains(feet) || zone.polygon.edge_distance(feet, (1000.0, 1000.0)) <= MOST_MARGIN * 1000.0
                };
                if let Some(zone) = standing.zone(track.id, &zones) {
                    prop_assert!(near(zone), "{} at {feet:?}", zone.id);
                } else {
                    let deep = |zone: &Zone| zone.polygon.edge_distance(feet, (1000.0, 1000.0)) > MOST_MARGIN * 1000.0;
                    let is_deep_in_yard = zones[0].polygon.contains(feet) && zones.iter().all(deep);
                    prop_assert!(!is_deep_in_yard || zones[2].polygon.contains(feet), "nowhere at {feet:?}");
                }
            }
        }
    }
}
