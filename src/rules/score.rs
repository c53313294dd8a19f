//! How much findings weigh together. Weights are log-odds: they add, and the same facts always
//! give the same score.

use super::{Finding, FindingKind, Severity};

/// Log-odds of an intrusion when nothing is known.
const PRIOR: f32 = -1.5;
/// In the hours in which thieves come.
const PEAK: f32 = 0.7;
/// What a known vehicle takes off.
const KNOWN_VEHICLE: f32 = 1.5;
/// Each further track of the same kind says half as much as the one before.
const REPEATED: f32 = 0.5;

const WARNING_FROM: f32 = 0.60;
const CRITICAL_FROM: f32 = 0.95;

/// What a finding of full confidence adds. What somebody hides adds to their being there at all:
/// who covers the face at night in a closed yard means not to be known; gloves leave no prints, but
/// also keep hands warm; a bag carries tools or loot, or a guard's supper; and most hats are hats.
/// A mask together with one more of these makes a person a critical alert, none of them alone does.
/// A no weighs nothing: a thief with a bare face is a thief.
///
/// Of vehicles: who takes the plate off hides more than who lets it get dirty; that a plate is
/// suspect is often a slip of the reader; and a plate that somebody asked to be told of is told.
///
/// A camera that somebody blinds is a warning by itself, as a person is; whoever was near adds to it
/// ([`super::tamper::Incident::finding`]).
pub fn weight(kind: FindingKind, confidence: f32) -> f32 {
    let full = match kind {
        FindingKind::CameraTampered => 3.3,
        FindingKind::Person | FindingKind::CameraOffline => 3.0,
        FindingKind::ProtectedRoom => 4.0,
        FindingKind::PlateWanted => 4.5,
        FindingKind::PlateAbsent => 2.2,
        FindingKind::FaceCovered | FindingKind::PlateUnreadable => 1.2,
        FindingKind::Gloves => 1.0,
        FindingKind::SeenBefore => 0.8,
        FindingKind::Bag | FindingKind::PlateSuspect => 0.7,
        FindingKind::HeadCovered | FindingKind::Vehicle => 0.5,
        // No rule of this version states it.
        FindingKind::Loitering => 0.0,
    };
    full * confidence
}

/// 0 to 1: how sure it is that this is an intrusion. A vehicle that the office knows stands by it
/// more often for staff than for thieves.
pub fn score(log_odds: f32, with_known_vehicle: bool) -> f32 {
    let log_odds = if with_known_vehicle { log_odds - KNOWN_VEHICLE } else { log_odds };
    1.0 / (1.0 + (-log_odds).exp())
}

/// What findings say together, in natural log-odds.
pub fn log_odds(findings: &[Finding], peak: bool) -> f32 {
    let mut by_weight: Vec<_> = findings.iter().map(|finding| (finding.kind, finding.weight)).collect();
    by_weight.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut log_odds = PRIOR + if peak { PEAK } else { 0.0 };
    let mut share = 1.0;
    for (index, &(kind, weight)) in by_weight.iter().enumerate() {
        share = if index > 0 && by_weight[index - 1].0 == kind { share * REPEATED } else { 1.0 };
        log_odds += weight * share;
    }
    log_odds
}

pub fn severity(score: f32) -> Severity {
    if score >= CRITICAL_FROM {
        Severity::Critical
    } else if score >= WARNING_FROM {
        Severity::Warning
    } else {
        Severity::Notice
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::base::Rect;

    fn finding(kind: FindingKind, confidence: f32) -> Finding {
        Finding {
            kind,
            track: Uuid::nil(),
            confidence,
            at: Timestamp::UNIX_EPOCH,
            bbox: Rect::default(),
            zone: None,
            weight: weight(kind, confidence),
        }
    }

    #[track_caller]
    fn check(findings: &[Finding], peak: bool, expected: Severity) {
        let score = score(log_odds(findings, peak), false);
        assert_eq!(severity(score), expected, "score {score}");
    }

    #[test]
    fn what_a_guard_would_say() {
        let person = finding(FindingKind::Person, 0.8);
        check(std::slice::from_ref(&person), false, Severity::Warning);
        check(std::slice::from_ref(&person), true, Severity::Warning);
        check(&[finding(FindingKind::Person, 0.36)], false, Severity::Notice);
        check(&[person.clone(), finding(FindingKind::ProtectedRoom, 0.8)], true, Severity::Critical);
        for kind in [FindingKind::FaceCovered, FindingKind::HeadCovered, FindingKind::Gloves, FindingKind::Bag] {
            check(&[person.clone(), finding(kind, 0.95)], true, Severity::Warning);
        }
        let masked = finding(FindingKind::FaceCovered, 0.95);
        check(&[person.clone(), masked.clone(), finding(FindingKind::HeadCovered, 0.95)], true, Severity::Critical);
        check(&[person.clone(), masked, finding(FindingKind::HeadCovered, 0.95)], false, Severity::Warning);
        let vehicle = |kind, confidence| [finding(FindingKind::Vehicle, 0.8), finding(kind, confidence)];
        check(&vehicle(FindingKind::PlateAbsent, 0.95), false, Severity::Warning);
        check(&[&vehicle(FindingKind::PlateAbsent, 0.95)[..], &[person]].concat(), true, Severity::Critical);
        check(&vehicle(FindingKind::PlateUnreadable, 0.9), false, Severity::Notice);
        check(&vehicle(FindingKind::PlateWanted, 0.95), false, Severity::Critical);
        check(&vehicle(FindingKind::SeenBefore, 0.9), false, Severity::Notice);
    }

    #[test]
    fn a_known_vehicle_lowers_the_score_and_a_wanted_one_is_told_all_the_same() {
        let person = [finding(FindingKind::Person, 0.8)];
        let log_odds = log_odds(&person, false);
        assert!(score(log_odds, true) < score(log_odds, false));
        assert_eq!(severity(score(log_odds, true)), Severity::Notice);
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        use FindingKind::*;
        let kinds = proptest::sample::select(vec![
            Person,
            ProtectedRoom,
            Vehicle,
            FaceCovered,
            HeadCovered,
            Gloves,
            Bag,
            PlateAbsent,
            PlateUnreadable,
            PlateSuspect,
            PlateWanted,
            SeenBefore,
            CameraTampered,
            CameraOffline,
        ]);
        (kinds, 0f32..=1.0).prop_map(|(kind, confidence)| finding(kind, confidence))
    }

    proptest! {
        #[test]
        fn another_finding_never_lowers_the_score(
            mut findings in proptest::collection::vec(any_finding(), 0..8),
            more in any_finding(),
            peak: bool,
        ) {
            let before = log_odds(&findings, peak);
            findings.push(more);
            let after = log_odds(&findings, peak);
            prop_assert!(after >= before - 1e-6);
            findings.reverse();
            prop_assert!((log_odds(&findings, peak) - after).abs() < 1e-5);
        }
    }
}
