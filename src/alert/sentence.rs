//! Why there is an alert, in a sentence for a guard.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Person, Vehicle};
use crate::rules::plate::PlateVerdict;
use crate::rules::plate::findings::is_of_plate;
use crate::rules::{Bilingual, Finding, FindingKind, Part, ScorePart, concealment, haunts};
use crate::track::AnswerRules;
use crate::vision::attributes::{Answer, Attribute};

/// Vehicles of whose plates something is said.
const MOST_VEHICLES: usize = 3;

/// What the sentence needs besides the findings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub camera_name: &'a str,
    pub timezone: &'a TimeZone,
    pub opened_at: Timestamp,
    /// What the findings weigh now: the order in which the reasons are told.
    pub parts: &'a [ScorePart],
    pub most: Counts,
    /// What has none is not asked for, and so not missed either.
    pub rules: &'a AnswerRules,
}

/// How many there were at once. Tracks over time are more than the people: whoever was hidden for
/// long comes back as another track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub persons: usize,
    pub vehicles: usize,
}

impl Counts {
    /// Of the findings of one picture.
    pub(super) fn of(findings: &[Finding]) -> Self {
        let count = |kind| findings.iter().filter(|finding| finding.kind == kind).count();
        Self { persons: count(FindingKind::Person), vehicles: count(FindingKind::Vehicle) }
    }

    /// Who came: persons, or vehicles where there are none.
    fn words(self) -> Bilingual {
        let (count, vi, one, many) = match self {
            Self { persons: 0, vehicles } => (vehicles, "xe", "vehicle", "vehicles"),
            Self { persons, .. } => (persons, "người", "person", "persons"),
        };
        Bilingual { vi: format!("{count} {vi}"), en: format!("{count} {}", if count == 1 { one } else { many }) }
    }

    pub(super) fn max(self, other: Self) -> Self {
        Self { persons: self.persons.max(other.persons), vehicles: self.vehicles.max(other.vehicles) }
    }
}

/// Who, where and when; then why, the weightiest reason first; then what could not be seen. For example: "1 người tại Cổng
/// chính lúc 01:30:05; đeo khẩu trang, đội mũ; trong giờ cao điểm trộm; không nhìn rõ tay".
pub(super) fn reason(findings: &[Finding], persons: &[Person], inspected: &[Vehicle], scene: &Scene<'_>) -> Bilingual {
    let Counts { persons: seen, vehicles } = scene.most;
    let time = scene.opened_at.to_zoned_datetime(scene.timezone.clone()).strftime("%H:%M:%S").to_string();
    let who = scene.most.words();
    let mut vi = format!("{} tại {} lúc {time}", who.vi, scene.camera_name);
    let mut en = format!("{} at {} at {time}", who.en, scene.camera_name);
    let (assessed, not_assessable): (Vec<_>, Vec<_>) = most_telling(inspected)
        .into_iter()
        .partition(|vehicle| vehicle.plate.verdict != PlateVerdict::NotAssessable || vehicle.listed.is_some());
    let mut reasons = circumstances(findings, scene.parts);
    reasons.extend(hidden(persons, seen, scene.parts));
    reasons.extend(assessed.into_iter().map(|vehicle| (plate_weight(vehicle, findings), vehicle.words())));
    // A stable order: of equal weight, what was named first stays first.
    reasons.sort_by(|a, b| b.0.total_cmp(&a.0));
    let not_seen = not_seen(persons, scene.rules).into_iter().chain(not_assessable.into_iter().map(Vehicle::words));
    for part in reasons.into_iter().map(|(_, words)| words).chain(not_seen) {
        vi.extend(["; ", &part.vi]);
        en.extend(["; ", &part.en]);
    }
    if vehicles > 0 && seen > 0 {
        let (number, noun) = (vehicles.to_string(), if vehicles == 1 { "vehicle" } else { "vehicles" });
        vi.extend(["; ", &number, " xe ở gần"]);
        en.extend(["; ", &number, " ", noun, " nearby"]);
    }
    let doubts = scene.parts.iter().filter(|part| matches!(part.part, Part::Doubt(_)));
    for doubt in doubts.filter(|_| is_doubtful(scene.parts)) {
        vi.extend(["; có thể báo nhầm: ", &doubt.words.vi]);
        en.extend(["; perhaps a false alarm: ", &doubt.words.en]);
    }
    Bilingual { vi, en }
}

/// Where, when and how, each with its weight; who is there, what they hide and their vehicles are told in other words.
fn circumstances(findings: &[Finding], parts: &[ScorePart]) -> Vec<(f32, Bilingual)> {
    let is_of_spot = || findings.iter().any(|finding| haunts::is_of_spot(finding, findings));
    let is_circumstance = |part: &&ScorePart| match part.part {
        Part::Prior | Part::KnownVehicle | Part::Doubt(_) => false,
        Part::Peak | Part::Holiday | Part::CrossedIn | Part::CrossedOut | Part::GotOut | Part::LooksLike => true,
        Part::Finding(kind) => {
            use FindingKind::{CameraOffline, CameraTampered, Loitering, ProtectedRoom, SeenBefore};
            matches!(kind, ProtectedRoom | Loitering | CameraTampered | CameraOffline)
                || (kind == SeenBefore && is_of_spot())
        }
    };
    parts.iter().filter(is_circumstance).map(|part| (part.log_odds, part.words.clone())).collect()
}

/// What is found of a vehicle's plate weighs.
fn plate_weight(vehicle: &Vehicle, findings: &[Finding]) -> f32 {
    let of_it = findings.iter().filter(|finding| finding.track == vehicle.track && is_of_plate(finding.kind));
    of_it.map(|finding| finding.weight).sum()
}

/// Those of whom most can be told, in the order in which they were looked at: a sentence is no list.
fn most_telling(inspected: &[Vehicle]) -> Vec<&Vehicle> {
    let mut told: Vec<_> = inspected.iter().enumerate().collect();
    told.sort_by_key(|(place, vehicle)| (vehicle.plate.verdict == PlateVerdict::NotAssessable, *place));
    told.truncate(MOST_VEHICLES);
    told.sort_by_key(|(place, _)| *place);
    told.into_iter().map(|(_, vehicle)| vehicle).collect()
}

/// What anybody hides, the weightiest first, and what that weighs together; of several people it is not said who.
fn hidden(persons: &[Person], seen: usize, parts: &[ScorePart]) -> Option<(f32, Bilingual)> {
    let weight = |attribute| {
        let is_it = |part: &&ScorePart| part.part == Part::Finding(concealment::kind(attribute));
        parts.iter().find(is_it).map_or(0.0, |part| part.log_odds)
    };
    let mut worn = attributes(|attribute| persons.iter().any(|person| person.of(attribute).answer == Answer::Yes));
    worn.sort_by(|a, b| weight(*b).total_cmp(&weight(*a)));
    let sum = worn.iter().map(|attribute| weight(*attribute)).sum();
    let (vi, en) = if seen > 1 { ("có người ", "somebody ") } else { ("", "") };
    list(worn, |attribute| Part::Finding(concealment::kind(attribute)).words())
        .map(|worn| (sum, Bilingual { vi: format!("{vi}{}", worn.vi), en: format!("{en}{}", worn.en) }))
}

/// What somebody looks for and could be seen of none of them.
fn not_seen(persons: &[Person], rules: &AnswerRules) -> Option<Bilingual> {
    let is_asked = |attribute| rules[attribute as usize].is_some() && !persons.is_empty();
    let unknown = |attribute| persons.iter().all(|person| person.of(attribute).answer == Answer::Unknown);
    let parts = attributes(|attribute| is_asked(attribute) && unknown(attribute));
    list(parts, |attribute| match attribute {
        Attribute::Mask => ("mặt", "face"),
        Attribute::Hat => ("đầu", "head"),
        Attribute::Gloves => ("tay", "hands"),
        Attribute::Bag => ("đồ mang theo", "what is carried"),
    })
    .map(|parts| Bilingual {
        vi: format!("không nhìn rõ {}", parts.vi), en: format!("not clearly seen: {}", parts.en)
    })
}

fn attributes(holds: impl Fn(Attribute) -> bool) -> Vec<Attribute> {
    Attribute::ALL.into_iter().filter(|attribute| holds(*attribute)).collect()
}

/// Their names in Vietnamese and English, separated by commas; none for none.
fn list(attributes: Vec<Attribute>, name: impl Fn(Attribute) -> (&'static str, &'static str)) -> Option<Bilingual> {
    let (vi, en): (Vec<_>, Vec<_>) = attributes.into_iter().map(name).unzip();
    (!vi.is_empty()).then(|| Bilingual { vi: vi.join(", "), en: en.join(", ") })
}

/// Whether doubts take off half of what was found, or more: one thing among ten persons makes no false alarm.
fn is_doubtful(parts: &[ScorePart]) -> bool {
    let sum = |of: fn(&Part) -> bool| parts.iter().filter(|part| of(&part.part)).map(|part| part.log_odds).sum::<f32>();
    let found = sum(|part| matches!(part, Part::Finding(_)));
    let taken = -sum(|part| matches!(part, Part::Doubt(_)));
    2.0 * taken >= found
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::alert::Judged;
    use crate::vision::attributes::AnswerRule;

    const RULE: Option<AnswerRule> = Some(AnswerRule { least_pixels: 20, least_log_odds: 1.0 });

    /// One letter an attribute, in the order of [`Attribute::ALL`]: y, n or `?`.
    fn person(answers: &str) -> Person {
        let answer = |letter| match letter {
            'y' => Answer::Yes,
            'n' => Answer::No,
            _ => Answer::Unknown,
        };
        let letters: Vec<char> = answers.chars().collect();
        let attributes = [0, 1, 2, 3].map(|index| Judged { answer: answer(letters[index]), ..Judged::default() });
        Person { track: Uuid::nil(), attributes }
    }

    #[track_caller]
    fn check(persons: &[&str], seen: usize, vi: &str, en: &str) {
        check_with(&[RULE; 4], persons, seen, vi, en);
    }

    #[track_caller]
    fn check_with(rules: &AnswerRules, persons: &[&str], seen: usize, vi: &str, en: &str) {
        let persons: Vec<_> = persons.iter().map(|answers| person(answers)).collect();
        let scene = Scene {
            camera_name: "Cổng",
            timezone: &TimeZone::UTC,
            opened_at: Timestamp::UNIX_EPOCH,
            parts: &[],
            most: Counts { persons: seen, vehicles: 0 },
            rules,
        };
        let told = reason(&[], &persons, &[], &scene);
        let people = if seen == 1 { "person" } else { "persons" };
        assert_eq!(told.vi, format!("{seen} người tại Cổng lúc 00:00:00{vi}"));
        assert_eq!(told.en, format!("{seen} {people} at Cổng at 00:00:00{en}"));
    }

    #[test]
    fn it_says_what_is_hidden_and_what_could_not_be_seen() {
        check(&[], 1, "", "");
        check(
            &["yy?n"],
            1,
            "; đeo khẩu trang, đội mũ; không nhìn rõ tay",
            "; with covered face, with covered head; not clearly seen: hands",
        );
        check(&["nnnn"], 1, "", "");
        check(&["nnyy"], 1, "; đeo găng tay, mang túi", "; with gloves, with a bag");
        let nothing = "; not clearly seen: face, head, hands, what is carried";
        check(&["????"], 1, "; không nhìn rõ mặt, đầu, tay, đồ mang theo", nothing);
        // Of several, what was seen of one was seen.
        check(
            &["y???", "??nn"],
            2,
            "; có người đeo khẩu trang; không nhìn rõ đầu",
            "; somebody with covered face; not clearly seen: head",
        );
    }

    #[test]
    fn what_nothing_looks_for_is_not_missed() {
        let rules = [RULE, RULE, None, None];
        check_with(
            &rules,
            &["y???"],
            1,
            "; đeo khẩu trang; không nhìn rõ đầu",
            "; with covered face; not clearly seen: head",
        );
        check_with(&rules, &["yn??"], 1, "; đeo khẩu trang", "; with covered face");
        check_with(&AnswerRules::default(), &["????"], 1, "", "");
    }
}
