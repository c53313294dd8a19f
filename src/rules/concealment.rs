//! What a person hides: each attribute that is a yes is a finding.

use uuid::Uuid;

use super::{Finding, FindingKind, score};
use crate::base::Rect;
use crate::track::{Verdict, Verdicts};
use crate::vision::attributes::{Answer, Attribute};

/// The finding that a yes to an attribute makes.
pub fn kind(attribute: Attribute) -> FindingKind {
    match attribute {
        Attribute::Mask => FindingKind::FaceCovered,
        Attribute::Hat => FindingKind::HeadCovered,
        Attribute::Gloves => FindingKind::Gloves,
        Attribute::Bag => FindingKind::Bag,
    }
}

/// Whether a finding is one of these.
pub fn is_concealment(kind: FindingKind) -> bool {
    Attribute::ALL.into_iter().any(|attribute| self::kind(attribute) == kind)
}

/// What the track hides, by the verdicts on it; `zone` is where the person is an intruder. What is
/// unknown is not found.
pub fn findings(track: Uuid, verdicts: &Verdicts, zone: Option<&str>) -> Vec<Finding> {
    let covered = Attribute::ALL.into_iter().zip(verdicts).filter(|(_, verdict)| verdict.answer == Answer::Yes);
    let finding = |(attribute, verdict): (Attribute, &Verdict)| {
        let (at, bbox): (_, Rect) = verdict.best?;
        let (kind, confidence) = (kind(attribute), verdict.confidence.clamp(0.0, 1.0));
        let zone = zone.map(str::to_owned);
        Some(Finding { kind, track, confidence, at, bbox, zone, weight: score::weight(kind, confidence) })
    };
    covered.filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn only_a_yes_is_found() {
        let bbox = Rect::new(1.0, 2.0, 3.0, 4.0);
        let verdict = |answer| Verdict {
            answer,
            confidence: 0.9,
            log_odds: 0.0,
            frames: 3,
            pixels: 30,
            best: Some((Timestamp::UNIX_EPOCH, bbox)),
        };
        let verdicts = [verdict(Answer::Yes), verdict(Answer::No), verdict(Answer::Unknown), verdict(Answer::Yes)];
        let found = findings(Uuid::from_u128(7), &verdicts, Some("san"));
        let kinds: Vec<_> = found.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [FindingKind::FaceCovered, FindingKind::Bag]);
        assert!(kinds.into_iter().all(is_concealment) && !is_concealment(FindingKind::Person));
        let face = &found[0];
        assert_eq!((face.track, face.bbox, face.zone.as_deref()), (Uuid::from_u128(7), bbox, Some("san")));
        assert_eq!(face.weight, score::weight(FindingKind::FaceCovered, 0.9));
        assert!(face.weight > 0.0);
    }
}
