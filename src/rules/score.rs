//! How much findings weigh together. Weights are log-odds (`weights.toml` says why): they add, and the same facts
//! always give the same score.

use serde::{Deserialize, Serialize};

use super::weights::weights;
use super::{Bilingual, Context, Crossing, Doubt, Finding, FindingKind, Severity, haunts, likeness};

/// What a part of a score stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What was likely before anything was seen.
    Prior,
    Peak,
    Holiday,
    CrossedIn,
    CrossedOut,
    GotOut,
    LooksLike,
    KnownVehicle,
    #[serde(untagged)]
    Finding(FindingKind),
    /// Takes off.
    #[serde(untagged)]
    Doubt(Doubt),
}

/// One addend of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorePart {
    pub part: Part,
    pub words: Bilingual,
    pub log_odds: f32,
}

/// What a finding adds to the alert's log-odds. What somebody hides adds to their being there at all; a no weighs
/// nothing: a thief with a bare face is a thief.
pub fn weight(kind: FindingKind, confidence: f32) -> f32 {
    weights().of(kind, confidence)
}

/// The addends: the prior, each kind of finding, what the circumstances add. In one order whatever that of the findings.
pub fn parts(findings: &[Finding], context: &Context) -> Vec<ScorePart> {
    let weights = weights();
    let mut parts = vec![part(Part::Prior, weights.prior)];
    parts.extend(by_kind(findings).into_iter().map(|(kind, sum)| {
        let mut part = part(Part::Finding(kind), sum);
        if kind == FindingKind::SeenBefore {
            part.words = seen_before(findings, context, part.words);
        }
        part
    }));
    let around = &weights.context;
    let crossed = |is_in: bool| context.crossed.iter().any(|crossing| crossing.is_in == is_in);
    let circumstances = [
        (context.peak, Part::Peak, around.peak),
        (context.holiday, Part::Holiday, around.holiday),
        (crossed(true), Part::CrossedIn, around.crossed_in),
        (crossed(false), Part::CrossedOut, around.crossed_out),
        (context.got_out, Part::GotOut, around.got_out),
        (context.looks_like.is_some(), Part::LooksLike, around.looks_like),
    ];
    let holding = circumstances.into_iter().filter(|(holds, _, _)| *holds);
    parts.extend(holding.map(|(_, kind, log_odds)| {
        let is_of = |crossing: &&Crossing| match kind {
            Part::CrossedIn => crossing.is_in,
            Part::CrossedOut => !crossing.is_in,
            _ => false,
        };
        let lines: Vec<_> = context.crossed.iter().filter(is_of).map(|crossing| crossing.line.as_str()).collect();
        let mut part = part(kind, log_odds);
        if let (Part::LooksLike, Some(seen_at)) = (kind, context.looks_like) {
            part.words = likeness::words(seen_at);
        }
        if !lines.is_empty() {
            part.words.vi.extend([" ", &lines.join(", ")]);
            part.words.en.extend([" ", &lines.join(", ")]);
        }
        part
    }));
    parts
}

/// What was there before: a vehicle, of which `of_vehicle` is said, somebody at the same spot, or both.
fn seen_before(findings: &[Finding], context: &Context, of_vehicle: Bilingual) -> Bilingual {
    let (of_spots, of_vehicles): (Vec<_>, Vec<_>) = findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::SeenBefore)
        .partition(|finding| haunts::is_of_spot(finding, findings));
    if of_spots.is_empty() {
        return of_vehicle;
    }
    let of_spot = haunts::words(context.nights_at_spot);
    if of_vehicles.is_empty() {
        return of_spot;
    }
    Bilingual { vi: format!("{}, {}", of_vehicle.vi, of_spot.vi), en: format!("{}, {}", of_vehicle.en, of_spot.en) }
}

/// What each kind of finding adds, in order.
fn by_kind(findings: &[Finding]) -> Vec<(FindingKind, f32)> {
    let mut by_weight: Vec<_> = findings.iter().map(|finding| (finding.kind, finding.weight)).collect();
    by_weight.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let sum = |of_kind: &[(FindingKind, f32)]| {
        let shares = std::iter::successors(Some(1.0), |share| Some(share * weights().repeated));
        (of_kind[0].0, of_kind.iter().zip(shares).map(|((_, weight), share)| weight * share).sum())
    };
    by_weight.chunk_by(|a, b| a.0 == b.0).map(sum).collect()
}

/// What findings add together.
pub(super) fn findings_sum(findings: &[Finding]) -> f32 {
    by_kind(findings).into_iter().map(|(_, sum)| sum).sum()
}

/// What a vehicle of the office or its staff takes off where it is with the others.
pub fn known_vehicle() -> ScorePart {
    part(Part::KnownVehicle, weights().context.known_vehicle)
}

/// What parts come to, in natural log-odds.
pub fn log_odds(parts: &[ScorePart]) -> f32 {
    parts.iter().map(|part| part.log_odds).sum()
}

/// 0 to 1: how sure it is that this is an intrusion.
pub fn score(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

pub fn severity(score: f32) -> Severity {
    let thresholds = &weights().severity;
    if score >= thresholds.critical {
        Severity::Critical
    } else if score >= thresholds.warning {
        Severity::Warning
    } else {
        Severity::Notice
    }
}

fn part(part: Part, log_odds: f32) -> ScorePart {
    let (vi, en) = part.words();
    ScorePart { part, words: Bilingual { vi: vi.to_owned(), en: en.to_owned() }, log_odds }
}

impl Part {
    /// As a reason in a sentence.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Prior => ("khi chưa biết gì", "before anything is known"),
            Self::Finding(kind) => of_finding(kind),
            Self::Doubt(doubt) => doubt.words(),
            Self::Peak => ("trong giờ cao điểm trộm", "during peak hours"),
            Self::Holiday => ("trong ngày lễ", "on a holiday"),
            Self::CrossedIn => ("đi vào qua vạch", "came in over the line"),
            Self::CrossedOut => ("đi ra qua vạch", "went out over the line"),
            Self::GotOut => ("có người xuống từ xe đang đỗ chờ", "somebody got out of a waiting vehicle"),
            Self::LooksLike => {
                ("trông giống người đã thấy trước đó trong đêm", "looks like somebody seen earlier in the night")
            }
            Self::KnownVehicle => ("có xe quen của cơ quan", "a vehicle that the office knows is there"),
        }
    }
}

fn of_finding(kind: FindingKind) -> (&'static str, &'static str) {
    match kind {
        FindingKind::Person => ("có người", "a person is there"),
        FindingKind::FaceCovered => ("đeo khẩu trang", "with covered face"),
        FindingKind::HeadCovered => ("đội mũ", "with covered head"),
        FindingKind::Gloves => ("đeo găng tay", "with gloves"),
        FindingKind::Bag => ("mang túi", "with a bag"),
        FindingKind::Vehicle => ("có xe", "a vehicle is there"),
        FindingKind::PlateAbsent => ("xe không có biển số", "a vehicle without a plate"),
        FindingKind::PlateUnreadable => ("biển số bị che hoặc không đọc được", "a plate that is covered or illegible"),
        FindingKind::PlateSuspect => ("biển số nghi vấn", "a suspect plate"),
        FindingKind::PlateWanted => ("biển số cần theo dõi", "a plate that is watched for"),
        FindingKind::Loitering => ("quanh quẩn lâu", "loitering"),
        FindingKind::SeenBefore => ("xe đã qua lại nhiều đêm", "a vehicle that came by on several nights"),
        FindingKind::ProtectedRoom => ("trong khu vực bảo vệ đặc biệt", "in a protected area"),
        FindingKind::CameraTampered => ("camera bị phá hoặc che", "the camera was tampered with"),
        FindingKind::CameraOffline => ("mất kết nối camera", "the camera is offline"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
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
        let score = score_of(findings, &Context { peak, ..Context::default() });
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

    fn score_of(findings: &[Finding], context: &Context) -> f32 {
        score(log_odds(&parts(findings, context)))
    }

    #[test]
    fn somebody_in_a_protected_room_is_critical_however_badly_seen() {
        for confidence in [0.05, 0.4, 1.0] {
            let found = [finding(FindingKind::Person, confidence), finding(FindingKind::ProtectedRoom, confidence)];
            check(&found, false, Severity::Critical);
            assert_eq!(severity(score_beside_known_vehicle(&found)), Severity::Critical);
        }
    }

    #[test]
    fn a_known_vehicle_lowers_the_score() {
        let person = [finding(FindingKind::Person, 0.8)];
        assert!(score_beside_known_vehicle(&person) < score_of(&person, &Context::default()));
        assert_eq!(severity(score_beside_known_vehicle(&person)), Severity::Notice);
    }

    fn score_beside_known_vehicle(findings: &[Finding]) -> f32 {
        score(log_odds(&[parts(findings, &Context::default()), vec![known_vehicle()]].concat()))
    }

    #[test]
    fn what_a_score_is_made_of() {
        use FindingKind::{Loitering, Person, Vehicle};
        let found = [finding(Vehicle, 0.5), finding(Person, 0.6), finding(Person, 0.8), finding(Loitering, 0.1)];
        let crossing = |line: &str, is_in| Crossing { line: line.to_owned(), is_in };
        let crossed = vec![crossing("cong", true), crossing("cua", false), crossing("cua", true)];
        let context = Context {
            peak: true,
            holiday: true,
            crossed,
            got_out: true,
            looks_like: Some(date(2026, 2, 16).at(22, 5, 0, 0)),
            ..Context::default()
        };
        let parts = parts(&found, &context);
        let told: Vec<_> = parts.iter().map(|part| (part.part, part.words.vi.as_str())).collect();
        let expected = [
            (Part::Prior, "khi chưa biết gì"),
            (Part::Finding(Person), "có người"),
            (Part::Finding(Vehicle), "có xe"),
            (Part::Finding(Loitering), "quanh quẩn lâu"),
            (Part::Peak, "trong giờ cao điểm trộm"),
            (Part::Holiday, "trong ngày lễ"),
            (Part::CrossedIn, "đi vào qua vạch cong, cua"),
            (Part::CrossedOut, "đi ra qua vạch cua"),
            (Part::GotOut, "có người xuống từ xe đang đỗ chờ"),
            (Part::LooksLike, "trông giống người đã thấy lúc 22:05"),
        ];
        assert_eq!(told, expected);
        let person = &parts[1];
        assert_eq!(person.log_odds, weight(Person, 0.8) + 0.5 * weight(Person, 0.6), "the second counts half");
        assert_eq!(parts[3].log_odds, weight(Loitering, 1.0), "the time is what it is");
    }

    #[test]
    fn it_is_said_what_was_there_before() {
        use FindingKind::{Loitering, SeenBefore};
        #[track_caller]
        fn check(findings: &[(FindingKind, u128)], vi: &str) {
            let of =
                |(kind, track): &(FindingKind, u128)| Finding { track: Uuid::from_u128(*track), ..finding(*kind, 0.8) };
            let findings: Vec<_> = findings.iter().map(of).collect();
            let parts = parts(&findings, &Context { nights_at_spot: 3, ..Context::default() });
            let told = parts.iter().find(|part| part.part == Part::Finding(SeenBefore)).expect("a part");
            assert_eq!(told.words.vi, vi);
        }
        let (vehicle, spot) = ("xe đã qua lại nhiều đêm", "có người nán lại chỗ này 3 đêm trong tuần");
        check(&[(SeenBefore, 1)], vehicle);
        check(&[(SeenBefore, 1), (Loitering, 2)], vehicle);
        check(&[(SeenBefore, 2), (Loitering, 2)], spot);
        check(&[(SeenBefore, 1), (SeenBefore, 2), (Loitering, 2)], &format!("{vehicle}, {spot}"));
    }

    #[test]
    fn parts_have_the_names_of_the_findings() {
        let name = |part| serde_json::to_value::<Part>(part).expect("a name");
        assert_eq!(name(Part::Finding(FindingKind::FaceCovered)), "face_covered");
        assert_eq!(name(Part::GotOut), "got_out");
        let doubts = Doubt::ALL.map(Part::Doubt);
        for part in FindingKind::ALL.map(Part::Finding).into_iter().chain(doubts) {
            assert_eq!(serde_json::from_value::<Part>(name(part)).expect("a part"), part);
            assert!(!part.words().0.is_empty() && !part.words().1.is_empty());
        }
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        let kinds = proptest::sample::select(FindingKind::ALL.to_vec());
        (kinds, 0f32..=1.0).prop_map(|(kind, confidence)| finding(kind, confidence))
    }

    fn any_context() -> impl Strategy<Value = Context> {
        let crossing = (0u8..3, any::<bool>()).prop_map(|(line, is_in)| Crossing { line: format!("l{line}"), is_in });
        let crossed = proptest::collection::btree_set(crossing, 0..4);
        (any::<[bool; 4]>(), crossed, 0usize..8).prop_map(|([peak, holiday, got_out, alike], crossed, nights)| {
            Context {
                peak,
                holiday,
                got_out,
                nights_at_spot: nights,
                looks_like: alike.then(|| date(2026, 2, 16).at(22, 5, 0, 0)),
                crossed: crossed.into_iter().collect(),
            }
        })
    }

    proptest! {
        #[test]
        fn another_finding_never_lowers_the_score(
            mut findings in proptest::collection::vec(any_finding(), 0..8),
            more in any_finding(),
            context in any_context(),
        ) {
            let before = log_odds(&parts(&findings, &context));
            findings.push(more);
            prop_assert!(log_odds(&parts(&findings, &context)) >= before - 1e-5);
        }

        #[test]
        fn the_order_of_the_findings_changes_nothing(
            (findings, shuffled) in proptest::collection::vec(any_finding(), 0..8)
                .prop_flat_map(|findings| (Just(findings.clone()), Just(findings).prop_shuffle())),
            context in any_context(),
        ) {
            prop_assert_eq!(parts(&findings, &context), parts(&shuffled, &context));
        }

        #[test]
        fn what_joins_a_context_only_adds(mut context in any_context(), other in any_context()) {
            let before = context.clone();
            let is_news = context.join(&other);
            prop_assert_eq!(is_news, context != before);
            prop_assert!(!context.clone().join(&other) && !context.clone().join(&before));
        }
    }
}
