//! How much findings weigh together. Weights are log-odds: they add, and the same facts always
//! give the same score.

use super::{Finding, FindingKind, Severity};

/// Log-odds of an intrusion when nothing is known.
const PRIOR: f32 = -1.5;
/// In the hours in which thieves come.
const PEAK: f32 = 0.7;
/// Each further track of the same kind says half as much as the one before.
const REPEATED: f32 = 0.5;

const WARNING_FROM: f32 = 0.60;
const CRITICAL_FROM: f32 = 0.95;

/// What a finding of full confidence adds. What somebody hides adds to their being there at all:
/// who covers the face at night in a closed yard means not to be known; gloves leave no prints, but
/// also keep hands warm; a bag carries tools or loot, or a guard's supper; and most hats are hats.
/// A mask together with one more of these makes a person a critical alert, none of them alone does.
/// A no weighs nothing: a thief with a bare face is a thief.
pub fn weight(kind: FindingKind, confidence: f32) -> f32 {
    let full = match kind {
        FindingKind::Person => 3.0,
        FindingKind::ProtectedRoom => 4.0,
        FindingKind::FaceCovered => 1.2,
        FindingKind::Gloves => 1.0,
        FindingKind::Bag => 0.7,
        FindingKind::HeadCovered | FindingKind::Vehicle => 0.5,
        // Kinds that no rule of this version states.
        _ => 0.0,
    };
    full * confidence
}

/// 0 to 1: how sure it is that this is an intrusion.
pub fn score(findings: &[Finding], peak: bool) -> f32 {
    let mut by_weight: Vec<_> = findings.iter().map(|finding| (finding.kind, finding.weight)).collect();
    by_weight.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut log_odds = PRIOR + if peak { PEAK } else { 0.0 };
    let mut share = 1.0;
    for (index, &(kind, weight)) in by_weight.iter().enumerate() {
        share = if index > 0 && by_weight[index - 1].0 == kind { share * REPEATED } else { 1.0 };
        log_odds += weight * share;
    }
    1.0 / (1.0 + (-log_odds).exp())
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
        let score = score(findings, peak);
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
        check(&[person, masked, finding(FindingKind::HeadCovered, 0.95)], false, Severity::Warning);
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        use FindingKind::{Bag, FaceCovered, Gloves, HeadCovered, Person, ProtectedRoom, Vehicle};
        let kinds =
            proptest::sample::select(vec![Person, ProtectedRoom, Vehicle, FaceCovered, HeadCovered, Gloves, Bag]);
        (kinds, 0f32..=1.0).prop_map(|(kind, confidence)| finding(kind, confidence))
    }

    proptest! {
        #[test]
        fn another_finding_never_lowers_the_score(
            mut findings in proptest::collection::vec(any_finding(), 0..8),
            more in any_finding(),
            peak: bool,
        ) {
            let before = score(&findings, peak);
            findings.push(more);
            let after = score(&findings, peak);
            prop_assert!(after >= before - 1e-6);
            findings.reverse();
            prop_assert!((score(&findings, peak) - after).abs() < 1e-5);
        }
    }
}
