//! What a vehicle's plate, and what is remembered of it, mean for the alert.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Plate, PlateVerdict};
use crate::base::Rect;
use crate::rules::{Finding, FindingKind, score};

/// That a plate is suspect is never surer than this: it may be a slip of the reader.
const SUSPECT_CONFIDENCE: f32 = 0.5;

/// Where and when it was seen, and what is known beyond the plate.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub track: Uuid,
    pub at: Timestamp,
    /// In pixels of the analysed input.
    pub bbox: Rect,
    /// Where the vehicle is an intruder; none outside of all zones, or while nothing is armed.
    pub zone: Option<&'a str>,
    /// It is on the list of plates to be told of.
    pub is_watched: bool,
    /// It came by on several nights without stopping.
    pub came_before: bool,
}

/// Whether a finding is one of these.
pub fn is_of_plate(kind: FindingKind) -> bool {
    use FindingKind::{PlateAbsent, PlateSuspect, PlateUnreadable, PlateWanted, SeenBefore};
    matches!(kind, PlateAbsent | PlateUnreadable | PlateSuspect | PlateWanted | SeenBefore)
}

/// What is found. A watched plate is found at any hour and anywhere; the rest only where the vehicle
/// is an intruder, for half of all dirty plates are on honest cars that pass by.
pub fn findings(plate: &Plate, sight: &Sight<'_>) -> Vec<Finding> {
    let finding = |kind, confidence: f32| Finding {
        kind,
        track: sight.track,
        confidence,
        at: sight.at,
        bbox: sight.bbox,
        zone: sight.zone.map(str::to_owned),
        weight: score::weight(kind, confidence),
    };
    let confidence = plate.confidence.clamp(0.0, 1.0);
    let mut found = Vec::new();
    if sight.is_watched {
        found.push(finding(FindingKind::PlateWanted, confidence));
    }
    if sight.zone.is_none() {
        return found;
    }
    match plate.verdict {
        PlateVerdict::Absent => found.push(finding(FindingKind::PlateAbsent, confidence)),
        PlateVerdict::Unreadable => found.push(finding(FindingKind::PlateUnreadable, confidence)),
        PlateVerdict::Readable | PlateVerdict::NotAssessable => {}
    }
    if !plate.suspicions.is_empty() {
        found.push(finding(FindingKind::PlateSuspect, confidence.min(SUSPECT_CONFIDENCE)));
    }
    if sight.came_before {
        found.push(finding(FindingKind::SeenBefore, confidence));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::plate::{Candidate, Suspicion};

    fn plate(verdict: PlateVerdict) -> Plate {
        let candidates = vec![Candidate { text: "12A-123.45".to_owned(), probability: 0.9 }];
        Plate { verdict, confidence: 0.9, candidates, ..Plate::default() }
    }

    #[track_caller]
    fn check(plate: &Plate, sight: &Sight<'_>, expected: &[FindingKind]) {
        let found = findings(plate, sight);
        assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), expected);
        assert!(found.iter().all(|finding| is_of_plate(finding.kind) && finding.weight > 0.0));
    }

    #[test]
    fn what_is_found_of_a_plate() {
        use FindingKind::{PlateAbsent, PlateSuspect, PlateUnreadable, PlateWanted, SeenBefore};
        use PlateVerdict::{Absent, NotAssessable, Readable, Unreadable};
        let inside = Sight {
            track: Uuid::nil(),
            at: Timestamp::UNIX_EPOCH,
            bbox: Rect::default(),
            zone: Some("bai-xe"),
            is_watched: false,
            came_before: false,
        };
        check(&plate(Readable), &inside, &[]);
        check(&plate(NotAssessable), &inside, &[]);
        check(&plate(Absent), &inside, &[PlateAbsent]);
        check(&plate(Unreadable), &inside, &[PlateUnreadable]);
        let suspect = Plate { suspicions: vec![Suspicion::ColorMismatch], ..plate(Readable) };
        check(&suspect, &inside, &[PlateSuspect]);
        check(
            &suspect,
            &Sight { is_watched: true, came_before: true, ..inside },
            &[PlateWanted, PlateSuspect, SeenBefore],
        );
        let outside = Sight { zone: None, ..inside };
        check(&plate(Absent), &outside, &[]);
        check(&suspect, &Sight { is_watched: true, came_before: true, ..outside }, &[PlateWanted]);
    }
}
