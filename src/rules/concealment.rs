//! What a person hides: each attribute that is a yes is a finding.

use uuid::Uuid;

use super::{Finding, FindingKind, score};
use crate::base::Rect;
use crate::track::{Verdict, Verdicts};
use crate::vision::attributes::{Answer, Attribute};

/// Pictures from which on a yes weighs. A severity never falls, and one crop alone may mislead.
const LEAST_FRAMES: u32 = 2;

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
/// unknown is not found; what a single picture tells is found, and weighs nothing yet.
pub fn findings(track: Uuid, verdicts: &Verdicts, zone: Option<&str>) -> Vec<Finding> {
    let covered = Attribute::ALL.into_iter().zip(verdicts).filter(|(_, verdict)| verdict.answer == Answer::Yes);
    let finding = |(attribute, verdict): (Attribute, &Verdict)| {
        let (at, bbox): (_, Rect) = verdict.best?;
        let (kind, confidence) = (kind(attribute), verdict.confidence.clamp(0.0, 1.0));
        let weight = if verdict.frames < LEAST_FRAMES { 0.0 } else { score::weight(kind, confidence) };
        Some(Finding { kind, track, confidence, at, bbox, zone: zone.map(str::to_owned), weight })
    };
    covered.filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const TRACK: Uuid = Uuid::from_u128(7);
    const REGION: Rect = Rect::new(1.0, 2.0, 3.0, 4.0);

    fn verdict(answer: Answer, frames: u32) -> Verdict {
        let best = Some((Timestamp::UNIX_EPOCH, REGION));
        Verdict { answer, confidence: 0.9, log_odds: 0.0, frames, pixels: 30, best }
    }

    #[test]
    fn only_a_yes_is_found() {
        let verdicts = [Answer::Yes, Answer::No, Answer::Unknown, Answer::Yes].map(|answer| verdict(answer, 3));
        let found = findings(TRACK, &verdicts, Some("san"));
        let kinds: Vec<_> = found.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [FindingKind::FaceCovered, FindingKind::Bag]);
        assert!(kinds.into_iter().all(is_concealment) && !is_concealment(FindingKind::Person));
        let face = &found[0];
        assert_eq!((face.track, face.bbox, face.zone.as_deref()), (TRACK, REGION, Some("san")));
    }

    #[test]
    fn a_yes_weighs_from_the_second_picture_on() {
        #[track_caller]
        fn check(frames: u32, weighs: bool) {
            for finding in findings(TRACK, &[verdict(Answer::Yes, frames); 4], None) {
                let full = score::weight(finding.kind, 0.9);
                assert!(full > 0.0);
                assert_eq!(finding.weight, if weighs { full } else { 0.0 }, "{finding:?}");
            }
            assert_eq!(findings(TRACK, &[verdict(Answer::Yes, frames); 4], None).len(), 4, "it is found all the same");
        }
        check(1, false);
        check(2, true);
        check(12, true);
    }
}
