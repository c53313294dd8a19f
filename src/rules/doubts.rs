//! What speaks against tracks being persons, and what that takes off a score. Pure.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::score::{self, Part, ScorePart};
use super::{Bilingual, Doubt, Finding, FindingKind};

/// Why one track may not be a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doubted {
    /// In order, each once.
    pub why: Vec<Doubt>,
    /// Which false alarm it is like.
    pub lesson: Option<Bilingual>,
}

/// By track; of one that is not here there is no doubt.
pub type Doubts = BTreeMap<Uuid, Doubted>;

/// What doubts take off what these findings add: for each kind of doubt a part that is below 0. Nothing of a track that
/// was found in a protected zone, whatever it looks like.
pub fn parts(findings: &[Finding], doubts: &Doubts) -> Vec<ScorePart> {
    let is_protected = |track| {
        let mut of_it = findings.iter().filter(|finding| finding.track == track);
        of_it.any(|finding| finding.kind == FindingKind::ProtectedRoom)
    };
    let holding: Vec<_> = doubts.iter().filter(|(track, _)| !is_protected(**track)).collect();
    let mut scaled = findings.to_vec();
    let mut before = score::findings_sum(&scaled);
    let mut parts = Vec::new();
    for doubt in Doubt::ALL {
        let has_it: Vec<_> = holding.iter().filter(|(_, doubted)| doubted.why.contains(&doubt)).collect();
        for finding in &mut scaled {
            if has_it.iter().any(|(track, _)| **track == finding.track) {
                finding.weight *= doubt.share();
            }
        }
        let after = score::findings_sum(&scaled);
        if after < before {
            let lesson = has_it.iter().find_map(|(_, doubted)| doubted.lesson.clone());
            let (vi, en) = doubt.words();
            let usual = Bilingual { vi: vi.to_owned(), en: en.to_owned() };
            let words = lesson.filter(|_| doubt == Doubt::Lesson).unwrap_or(usual);
            parts.push(ScorePart { part: Part::Doubt(doubt), words, log_odds: after - before });
            before = after;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::base::Rect;
    use crate::rules::{Context, Severity};

    fn finding(kind: FindingKind, track: u128, confidence: f32) -> Finding {
        Finding {
            kind,
            track: Uuid::from_u128(track),
            confidence,
            at: Timestamp::UNIX_EPOCH,
            bbox: Rect::default(),
            zone: None,
            weight: score::weight(kind, confidence),
        }
    }

    fn doubts(of: &[(u128, &[Doubt])]) -> Doubts {
        let doubted = |why: &[Doubt]| Doubted { why: why.to_vec(), lesson: None };
        of.iter().map(|(track, why)| (Uuid::from_u128(*track), doubted(why))).collect()
    }

    fn total(findings: &[Finding], doubts: &Doubts) -> f32 {
        let context = Context { peak: true, holiday: true, ..Context::default() };
        score::log_odds(&score::parts(findings, &context)) + score::log_odds(&parts(findings, doubts))
    }

    #[track_caller]
    fn check(findings: &[Finding], doubts: &Doubts, expected: Severity) {
        let score = score::score(total(findings, doubts));
        assert_eq!(score::severity(score), expected, "score {score}");
    }

    #[test]
    fn a_doubt_makes_a_warning_a_notice() {
        use FindingKind::{Person, ProtectedRoom};
        let person = [finding(Person, 1, 0.7)];
        check(&person, &Doubts::new(), Severity::Warning);
        for doubt in Doubt::ALL {
            check(&person, &doubts(&[(1, &[doubt])]), Severity::Notice);
        }
        // Somebody is there beside the insect.
        check(&[finding(Person, 1, 0.7), finding(Person, 2, 0.7)], &doubts(&[(1, &Doubt::ALL)]), Severity::Warning);
        let room = [finding(Person, 1, 0.3), finding(ProtectedRoom, 1, 0.3)];
        check(&room, &doubts(&[(1, &Doubt::ALL)]), Severity::Critical);
        assert_eq!(parts(&room, &doubts(&[(1, &Doubt::ALL)])), []);
    }

    #[test]
    fn each_doubt_is_told_with_what_it_takes_off() {
        let person = [finding(FindingKind::Person, 1, 0.6)];
        let mut doubts = doubts(&[(1, &[Doubt::TooSmall, Doubt::Lesson])]);
        let lesson = Bilingual { vi: "giống báo nhầm ngày 3/2 (nhện)".to_owned(), en: String::new() };
        doubts.entry(Uuid::from_u128(1)).or_default().lesson = Some(lesson.clone());
        let [small, taught] = &parts(&person, &doubts)[..] else { panic!("two parts") };
        assert_eq!((small.part, taught.part), (Part::Doubt(Doubt::TooSmall), Part::Doubt(Doubt::Lesson)));
        assert_eq!(taught.words, lesson);
        assert!((small.log_odds + 0.75 * person[0].weight).abs() < 1e-5, "a quarter is left");
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        let kinds = prop::sample::select(FindingKind::ALL.to_vec());
        (kinds, 0u128..4, 0f32..=1.0).prop_map(|(kind, track, confidence)| finding(kind, track, confidence))
    }

    fn any_doubts() -> impl Strategy<Value = Doubts> {
        let why = prop::sample::subsequence(Doubt::ALL.to_vec(), 0..=Doubt::ALL.len());
        let doubted = why.prop_map(|why| Doubted { why, lesson: None });
        prop::collection::btree_map((0u128..4).prop_map(Uuid::from_u128), doubted, 0..4)
    }

    proptest! {
        #[test]
        fn another_finding_never_lowers_the_score(
            mut findings in prop::collection::vec(any_finding(), 0..8), more in any_finding(), doubts in any_doubts(),
        ) {
            let before = total(&findings, &doubts);
            findings.push(more);
            prop_assert!(total(&findings, &doubts) >= before - 1e-4);
        }

        #[test]
        fn doubts_only_take_off_and_never_all(
            findings in prop::collection::vec(any_finding(), 0..8), doubts in any_doubts(),
        ) {
            let taken: f32 = parts(&findings, &doubts).iter().map(|part| part.log_odds).sum();
            let added = score::findings_sum(&findings);
            prop_assert!(taken <= 0.0 && (added + taken > 0.0 || added == 0.0), "{taken} of {added}");
        }

        #[test]
        fn the_order_of_the_findings_changes_nothing(
            (findings, shuffled) in prop::collection::vec(any_finding(), 0..8)
                .prop_flat_map(|findings| (Just(findings.clone()), Just(findings).prop_shuffle())),
            doubts in any_doubts(),
        ) {
            prop_assert_eq!(parts(&findings, &doubts), parts(&shuffled, &doubts));
        }

        #[test]
        fn who_is_in_a_protected_zone_is_never_lowered(
            mut findings in prop::collection::vec(any_finding(), 0..8), doubts in any_doubts(),
        ) {
            let in_room = (0..4).map(|track| finding(FindingKind::ProtectedRoom, track, 0.5));
            findings.extend(in_room);
            prop_assert_eq!(parts(&findings, &doubts), []);
        }
    }
}
