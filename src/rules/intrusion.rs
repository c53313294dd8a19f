//! Persons (and the vehicles with them) where nobody should be.

use super::{Armed, Finding, FindingKind, score, zones};
use crate::config::{Zone, ZoneKind};
use crate::track::Track;
use crate::vision::Class;

/// A single sighting may be a shadow; two are somebody.
const LEAST_HITS: u32 = 2;

/// What a track that was seen in this frame means while the office is guarded.
pub fn findings(track: &Track, frame_size: (u32, u32), zones: &[Zone], armed: &Armed) -> Vec<Finding> {
    let kind = match track.class {
        Class::Person => FindingKind::Person,
        class if class.is_vehicle() => FindingKind::Vehicle,
        _ => return Vec::new(),
    };
    if !armed.armed || !track.seen_now || track.hits < LEAST_HITS {
        return Vec::new();
    }
    let Some(zone) = zones::zone_of(&track.bbox, frame_size, zones) else {
        return Vec::new();
    };
    let confidence = track.best_score.clamp(0.0, 1.0);
    let finding = |kind| Finding {
        kind,
        track: track.id,
        confidence,
        at: track.last_at,
        bbox: track.bbox,
        zone: Some(zone.id.clone()),
        weight: score::weight(kind, confidence),
    };
    let mut found = vec![finding(kind)];
    if kind == FindingKind::Person && zone.kind == ZoneKind::Protected {
        found.push(finding(FindingKind::ProtectedRoom));
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::base::{Polygon, Rect};

    fn track(class: Class, hits: u32) -> Track {
        Track {
            id: Uuid::nil(),
            class,
            first_at: Timestamp::UNIX_EPOCH,
            last_at: Timestamp::UNIX_EPOCH,
            bbox: Rect::new(10.0, 10.0, 20.0, 40.0),
            score: 0.7,
            best_score: 0.8,
            hits,
            seen_now: true,
        }
    }

    #[track_caller]
    fn check(track: &Track, kind: ZoneKind, armed: bool, expected: &[FindingKind]) {
        let zones = [Zone { id: "z".to_owned(), kind, polygon: Polygon::full_frame() }];
        let armed = Armed { armed, ..Armed::default() };
        let kinds: Vec<_> = findings(track, (100, 100), &zones, &armed).iter().map(|f| f.kind).collect();
        assert_eq!(kinds, expected);
    }

    #[test]
    fn who_is_an_intruder() {
        use FindingKind::{Person, ProtectedRoom, Vehicle};
        check(&track(Class::Person, 2), ZoneKind::Yard, true, &[Person]);
        check(&track(Class::Person, 1), ZoneKind::Yard, true, &[]);
        check(&track(Class::Person, 2), ZoneKind::Yard, false, &[]);
        check(&track(Class::Person, 2), ZoneKind::Ignore, true, &[]);
        check(&track(Class::Person, 2), ZoneKind::Protected, true, &[Person, ProtectedRoom]);
        check(&track(Class::Car, 5), ZoneKind::Protected, true, &[Vehicle]);
        check(&track(Class::Bicycle, 5), ZoneKind::Yard, true, &[]);
        let hidden = Track { seen_now: false, ..track(Class::Person, 5) };
        check(&hidden, ZoneKind::Yard, true, &[]);
    }
}
