//! Persons (and the vehicles with them) where nobody should be.

use super::{Context, Deeds, Finding, FindingKind, score};
use crate::config::{Zone, ZoneKind};
use crate::track::Track;
use crate::vision::Class;

/// A single sighting may be a shadow; two are somebody.
const LEAST_HITS: u32 = 2;

/// What a track that was seen in this frame means where it is guarded; `zone` is where it stands. Who crosses a line is
/// an intruder also outside of all zones.
pub fn findings(track: &Track, zone: Option<&Zone>, deeds: &Deeds) -> Vec<Finding> {
    if !track.seen_now || track.hits < LEAST_HITS {
        return Vec::new();
    }
    let kinds = match track.class {
        Class::Person => of_person(zone, deeds),
        class if class.is_vehicle() && zone.is_some_and(|zone| zone.rules.vehicle) => vec![FindingKind::Vehicle],
        _ => Vec::new(),
    };
    let confidence = track.best_score.clamp(0.0, 1.0);
    let finding = |kind| Finding {
        kind,
        track: track.id,
        confidence,
        at: track.last_at,
        bbox: track.bbox,
        zone: zone.map(|zone| zone.id.clone()),
        weight: score::weight(kind, confidence),
    };
    kinds.into_iter().map(finding).collect()
}

/// That there is a person is told with whatever else a rule finds of them.
fn of_person(zone: Option<&Zone>, deeds: &Deeds) -> Vec<FindingKind> {
    let rules = zone.map(|zone| zone.rules);
    let mut kinds = Vec::new();
    if zone.is_some_and(|zone| zone.kind == ZoneKind::Protected && zone.rules.protected_room) {
        kinds.push(FindingKind::ProtectedRoom);
    }
    if deeds.loiters {
        kinds.push(FindingKind::Loitering);
    }
    let has_done_something = !kinds.is_empty() || !deeds.crossed.is_empty() || (deeds.got_out && zone.is_some());
    if has_done_something || rules.is_some_and(|rules| rules.person) {
        kinds.insert(0, FindingKind::Person);
    }
    kinds
}

/// What the deeds of somebody of whom there is a finding add to the context.
pub fn context(deeds: &Deeds) -> Context {
    Context { crossed: deeds.crossed.clone(), got_out: deeds.got_out, ..Context::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Polygon, Rect};
    use crate::config::ZoneRules;
    use crate::rules::Crossing;
    use crate::rules::testing::{car, person};

    fn zone(kind: ZoneKind) -> Zone {
        Zone::new("z", kind, Polygon::full_frame())
    }

    fn somebody() -> Track {
        person(1, 0, Rect::new(10.0, 10.0, 20.0, 40.0))
    }

    #[track_caller]
    fn check(track: &Track, zone: Option<&Zone>, deeds: &Deeds, expected: &[FindingKind]) {
        let kinds: Vec<_> = findings(track, zone, deeds).iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, expected);
    }

    #[test]
    fn who_is_an_intruder() {
        use FindingKind::{Person, ProtectedRoom, Vehicle};
        let nothing = Deeds::default();
        let (yard, room) = (zone(ZoneKind::Yard), zone(ZoneKind::Protected));
        check(&somebody(), Some(&yard), &nothing, &[Person]);
        check(&Track { hits: 1, ..somebody() }, Some(&yard), &nothing, &[]);
        check(&somebody(), None, &nothing, &[]);
        check(&somebody(), Some(&room), &nothing, &[Person, ProtectedRoom]);
        let car = car(2, 0, Rect::new(10.0, 10.0, 40.0, 20.0));
        check(&car, Some(&room), &nothing, &[Vehicle]);
        check(&car, None, &nothing, &[]);
        check(&Track { class: Class::Bicycle, ..car }, Some(&yard), &nothing, &[]);
        check(&Track { seen_now: false, ..somebody() }, Some(&yard), &nothing, &[]);
    }

    #[test]
    fn what_somebody_did() {
        use FindingKind::{Loitering, Person, ProtectedRoom};
        let (yard, room) = (zone(ZoneKind::Yard), zone(ZoneKind::Protected));
        let loiters = Deeds { loiters: true, ..Deeds::default() };
        let crossing = Crossing { line: "cua".to_owned(), is_in: true };
        let crossed = Deeds { crossed: vec![crossing], ..Deeds::default() };
        let got_out = Deeds { got_out: true, ..Deeds::default() };
        check(&somebody(), Some(&yard), &loiters, &[Person, Loitering]);
        check(&somebody(), Some(&room), &loiters, &[Person, ProtectedRoom, Loitering]);
        check(&somebody(), None, &crossed, &[Person]);
        check(&somebody(), None, &got_out, &[]);
        // Where persons alone are nothing.
        let open = Zone { rules: ZoneRules { person: false, ..yard.rules }, ..yard };
        check(&somebody(), Some(&open), &Deeds::default(), &[]);
        for deeds in [&crossed, &got_out] {
            check(&somebody(), Some(&open), deeds, &[Person]);
        }
        check(&somebody(), Some(&open), &loiters, &[Person, Loitering]);
        let off = ZoneRules { person: false, vehicle: false, protected_room: false, ..room.rules };
        check(&somebody(), Some(&Zone { rules: off, ..room }), &Deeds::default(), &[]);
        assert_eq!(context(&crossed).crossed, crossed.crossed);
        assert!(context(&got_out).got_out && !context(&loiters).got_out);
    }
}
