//! One camera's alerts over time: opens one, lets it grow, closes it. Pure.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::sentence::{self, Counts, Scene};
use super::{Alert, AlertState, Person};
use crate::base::IdSource;
use crate::rules::{Finding, FindingKind, concealment, score};
use crate::track::{AnswerRules, Verdicts};

/// An alert ends when nothing that belongs to it was seen for so long.
pub const QUIET_BEFORE_CLOSE: Duration = Duration::from_secs(30);
/// How far a frame's time may be ahead of the clock before the clock must have been set back.
const CLOCK_SLACK: Duration = Duration::from_secs(10);
/// While only the time of the last sight changes, the outside hears of it this often.
const GROWTH_REPORTED_EVERY: Duration = Duration::from_secs(5);
/// A crowd adds nothing to an alert beyond this many findings; those of least weight make room.
const MAX_FINDINGS: usize = 64;
/// Nor persons beyond this many.
const MAX_PERSONS: usize = 32;

/// What happened to the alert that is returned with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Opened,
    Grew,
    Closed,
}

#[derive(Debug)]
pub struct AlertBook {
    camera: String,
    camera_name: String,
    timezone: TimeZone,
    rules: AnswerRules,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    alert: Alert,
    /// Whether any part of it fell into the peak hours.
    peak: bool,
    /// Most persons and vehicles in one picture.
    most: Counts,
    reported_at: Timestamp,
}

impl AlertBook {
    /// `rules` are those of whoever looks closely at persons: nobody is told that an attribute
    /// without a rule was not seen.
    pub fn new(camera: &str, camera_name: &str, timezone: TimeZone, rules: AnswerRules) -> Self {
        Self { camera: camera.to_owned(), camera_name: camera_name.to_owned(), timezone, rules, open: None }
    }

    pub fn open_alert(&self) -> Option<&Alert> {
        self.open.as_ref().map(|open| &open.alert)
    }

    /// Takes what the rules found in the frame of `at`. A person opens an alert and keeps it open;
    /// what else is there joins it.
    pub fn observe(
        &mut self,
        at: Timestamp,
        frame_size: (u32, u32),
        findings: Vec<Finding>,
        peak: bool,
        ids: &mut IdSource,
    ) -> Option<(Change, Alert)> {
        if findings.is_empty() {
            return None;
        }
        let prolongs = findings.iter().any(|finding| finding.kind == FindingKind::Person);
        let Some(open) = &mut self.open else {
            if !prolongs {
                return None;
            }
            return Some((Change::Opened, self.open_new(at, frame_size, findings, peak, ids)));
        };
        let most = open.most.max(Counts::of(&findings));
        let news = merge(&mut open.alert.findings, findings) || (peak && !open.peak) || most != open.most;
        open.most = most;
        open.peak |= peak;
        if prolongs {
            open.alert.last_seen_at = open.alert.last_seen_at.max(at);
        }
        (open.alert.frame_width, open.alert.frame_height) = frame_size;
        if news {
            judge(open, &self.camera_name, &self.timezone, &self.rules);
        }
        let due = at >= open.reported_at + GROWTH_REPORTED_EVERY;
        (news || due).then(|| {
            open.reported_at = at;
            (Change::Grew, open.alert.clone())
        })
    }

    /// Takes what is known by now of what a person of the open alert hides. What was a yes and no
    /// longer is goes from the findings; score and severity stay.
    pub fn enrich(&mut self, at: Timestamp, track: Uuid, verdicts: &Verdicts) -> Option<(Change, Alert)> {
        let open = self.open.as_mut()?;
        let of_person = |finding: &&Finding| finding.track == track && finding.kind == FindingKind::Person;
        let zone = open.alert.findings.iter().find(of_person)?.zone.clone();
        let person = Person::new(track, verdicts);
        let answers = person.answers();
        let persons = &mut open.alert.persons;
        let before = match persons.iter().position(|known| known.track == track) {
            Some(place) => Some(std::mem::replace(&mut persons[place], person).answers()),
            None if persons.len() == MAX_PERSONS => return None,
            None => {
                persons.push(person);
                None
            }
        };
        let severity = open.alert.severity;
        let findings = &mut open.alert.findings;
        // They are made anew, so that each has the weight that it has by now.
        findings.retain(|finding| finding.track != track || !concealment::is_concealment(finding.kind));
        merge(findings, concealment::findings(track, verdicts, zone.as_deref()));
        judge(open, &self.camera_name, &self.timezone, &self.rules);
        let due = at >= open.reported_at + GROWTH_REPORTED_EVERY;
        (before != Some(answers) || open.alert.severity != severity || due).then(|| {
            open.reported_at = at;
            (Change::Grew, open.alert.clone())
        })
    }

    /// Lets time pass: closes the alert after a quiet while.
    pub fn tick(&mut self, now: Timestamp) -> Option<Alert> {
        let quiet_since = self.open.as_ref()?.alert.last_seen_at;
        if now + CLOCK_SLACK < quiet_since {
            // The clock was set back: by its own time this alert would stay open for hours.
            return self.close(quiet_since);
        }
        if now < quiet_since + QUIET_BEFORE_CLOSE { None } else { self.close(quiet_since + QUIET_BEFORE_CLOSE) }
    }

    /// Closes the alert at `at`, because the stream or the appliance ends.
    pub fn close(&mut self, at: Timestamp) -> Option<Alert> {
        let mut alert = self.open.take()?.alert;
        alert.closed_at = Some(at.max(alert.last_seen_at));
        Some(alert)
    }

    fn open_new(
        &mut self,
        at: Timestamp,
        (frame_width, frame_height): (u32, u32),
        findings: Vec<Finding>,
        peak: bool,
        ids: &mut IdSource,
    ) -> Alert {
        let mut alert = Alert {
            id: ids.next(at),
            camera: self.camera.clone(),
            zone: None,
            opened_at: at,
            last_seen_at: at,
            closed_at: None,
            severity: score::severity(0.0),
            score: 0.0,
            state: AlertState::New,
            findings: Vec::new(),
            persons: Vec::new(),
            reason: crate::rules::Bilingual::default(),
            frame_width,
            frame_height,
        };
        let most = Counts::of(&findings);
        merge(&mut alert.findings, findings);
        let mut open = Open { alert, peak, most, reported_at: at };
        judge(&mut open, &self.camera_name, &self.timezone, &self.rules);
        let alert = open.alert.clone();
        self.open = Some(open);
        alert
    }
}

/// Adds findings, one per kind and track, each at its most confident; says whether any of them
/// tells something new.
fn merge(known: &mut Vec<Finding>, found: Vec<Finding>) -> bool {
    let mut news = false;
    for finding in found {
        let full = known.len() >= MAX_FINDINGS;
        match known.iter_mut().find(|k| k.kind == finding.kind && k.track == finding.track) {
            Some(same) if finding.confidence > same.confidence => *same = finding,
            Some(_) => {}
            None if !full => {
                known.push(finding);
                news = true;
            }
            None => {
                let least = known.iter_mut().min_by(|a, b| a.weight.total_cmp(&b.weight));
                if let Some(least) = least.filter(|least| finding.weight > least.weight) {
                    *least = finding;
                    news = true;
                }
            }
        }
    }
    known.sort_by(|a, b| a.at.cmp(&b.at).then(a.track.cmp(&b.track)).then(a.kind.cmp(&b.kind)));
    news
}

/// Score, severity, zone and sentence from the findings. Severity never falls while an alert is open.
fn judge(open: &mut Open, camera_name: &str, timezone: &TimeZone, rules: &AnswerRules) {
    let alert = &mut open.alert;
    alert.score = alert.score.max(score::score(&alert.findings, open.peak));
    alert.severity = alert.severity.max(score::severity(alert.score));
    let weightiest = alert.findings.iter().max_by(|a, b| a.weight.total_cmp(&b.weight).then(b.at.cmp(&a.at)));
    alert.zone = weightiest.and_then(|finding| finding.zone.clone());
    let scene = Scene { camera_name, timezone, opened_at: alert.opened_at, peak: open.peak, most: open.most, rules };
    alert.reason = sentence::reason(&alert.findings, &alert.persons, &scene);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Rect;
    use crate::rules::Severity;
    use crate::track::Verdict;
    use crate::vision::attributes::{Answer, AnswerRule};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_771_266_600 + seconds).expect("in range")
    }

    fn person(track: u128, seconds: i64, confidence: f32) -> Finding {
        finding(FindingKind::Person, track, seconds, confidence)
    }

    fn finding(kind: FindingKind, track: u128, seconds: i64, confidence: f32) -> Finding {
        Finding {
            kind,
            track: Uuid::from_u128(track),
            confidence,
            at: at(seconds),
            bbox: Rect::new(1.0, 2.0, 3.0, 4.0),
            zone: Some("san".to_owned()),
            weight: score::weight(kind, confidence),
        }
    }

    struct Night {
        book: AlertBook,
        ids: IdSource,
    }

    impl Night {
        fn new() -> Self {
            let timezone = TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled");
            let rules = [Some(AnswerRule { least_pixels: 20, least_log_odds: 1.0 }); 4];
            Self { book: AlertBook::new("cong", "Cổng chính", timezone, rules), ids: IdSource::seeded(1) }
        }

        fn see(&mut self, seconds: i64, findings: Vec<Finding>) -> Option<(Change, Alert)> {
            self.book.observe(at(seconds), (640, 360), findings, true, &mut self.ids)
        }
    }

    #[test]
    fn a_person_opens_one_alert_that_grows_and_closes() {
        let mut night = Night::new();
        let (change, opened) = night.see(0, vec![person(1, 0, 0.8)]).expect("opens");
        assert_eq!(change, Change::Opened);
        assert_eq!(opened.reason.vi, "1 người tại Cổng chính lúc 01:30:00, trong giờ cao điểm trộm");
        assert_eq!(opened.severity, Severity::Warning);

        assert_eq!(night.see(1, vec![person(1, 1, 0.7)]), None, "nothing new");
        let (change, grown) = night.see(2, vec![person(1, 2, 0.7), person(2, 2, 0.6)]).expect("a second person");
        assert_eq!((change, grown.id, grown.findings.len()), (Change::Grew, opened.id, 2));
        assert!(night.see(8, vec![person(1, 8, 0.5)]).is_some(), "reported now and then");

        assert_eq!(night.book.tick(at(37)), None);
        let closed = night.book.tick(at(38)).expect("30 s after it was last seen");
        assert_eq!((closed.id, closed.closed_at), (opened.id, Some(at(38))));
        assert_eq!(closed.findings[0].confidence, 0.8, "the most confident sight is kept");
        assert!(night.see(60, vec![person(3, 60, 0.8)]).is_some_and(|(_, next)| next.id != opened.id));
    }

    #[test]
    fn a_clock_that_is_set_back_closes_the_alert() {
        let mut night = Night::new();
        night.see(7_200, vec![person(1, 7_200, 0.8)]);
        assert_eq!(night.book.tick(at(7_195)), None, "within what a queue may lag");
        let closed = night.book.tick(at(3_600)).expect("set back by an hour");
        assert_eq!(closed.closed_at, Some(at(7_200)));
    }

    #[test]
    fn a_vehicle_alone_opens_nothing_but_joins() {
        let mut night = Night::new();
        assert_eq!(night.see(0, vec![finding(FindingKind::Vehicle, 9, 0, 0.9)]), None);
        night.see(1, vec![person(1, 1, 0.8)]);
        let (_, grown) = night.see(2, vec![finding(FindingKind::Vehicle, 9, 2, 0.9)]).expect("joins");
        assert!(grown.reason.vi.ends_with("; 1 xe ở gần"), "{}", grown.reason.vi);
    }

    fn verdicts(mask: Answer, hat: Answer) -> Verdicts {
        verdicts_after(2, mask, hat)
    }

    fn verdicts_after(frames: u32, mask: Answer, hat: Answer) -> Verdicts {
        let best = Some((at(3), Rect::default()));
        let verdict = |answer| Verdict { answer, confidence: 0.95, log_odds: 2.9, frames, pixels: 30, best };
        [verdict(mask), verdict(hat), Verdict::default(), Verdict::default()]
    }

    #[test]
    fn what_somebody_hides_joins_the_alert_and_follows_the_answer() {
        use Answer::{No, Unknown, Yes};
        let mut night = Night::new();
        let track = Uuid::from_u128(1);
        assert_eq!(night.book.enrich(at(0), track, &verdicts(Yes, Yes)), None, "there is no alert");
        let (_, opened) = night.see(0, vec![person(1, 0, 0.8)]).expect("opens");
        assert!(opened.persons.is_empty());
        assert_eq!(night.book.enrich(at(1), Uuid::from_u128(9), &verdicts(Yes, Yes)), None, "nobody of the alert");

        let (change, grown) = night.book.enrich(at(1), track, &verdicts(Yes, Yes)).expect("is told");
        let kinds = |alert: &Alert| alert.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>();
        assert_eq!((change, grown.id, grown.severity), (Change::Grew, opened.id, Severity::Critical));
        assert_eq!(kinds(&grown), [FindingKind::Person, FindingKind::FaceCovered, FindingKind::HeadCovered]);
        assert!(grown.findings.iter().all(|finding| finding.zone.as_deref() == Some("san")));
        assert!(
            grown.reason.vi.ends_with("; đeo khẩu trang, đội mũ; không nhìn rõ tay, đồ mang theo"),
            "{}",
            grown.reason.vi
        );
        assert_eq!(grown.last_seen_at, opened.last_seen_at, "looking does not prolong it");
        assert_eq!(night.book.enrich(at(2), track, &verdicts(Yes, Yes)), None, "nothing new");

        let (_, changed) = night.book.enrich(at(3), track, &verdicts(Unknown, No)).expect("is told");
        assert_eq!(kinds(&changed), [FindingKind::Person]);
        assert_eq!(changed.persons[0].answers(), [Unknown, No, Unknown, Unknown]);
        assert_eq!((changed.severity, changed.score), (grown.severity, grown.score), "it never falls");
        assert!(changed.reason.vi.ends_with("; không nhìn rõ mặt, tay, đồ mang theo"), "{}", changed.reason.vi);
    }

    #[test]
    fn one_picture_is_told_at_once_and_only_a_second_makes_it_critical() {
        use Answer::Yes;
        let mut night = Night::new();
        let track = Uuid::from_u128(1);
        night.see(0, vec![person(1, 0, 0.8)]);
        let (_, told) = night.book.enrich(at(1), track, &verdicts_after(1, Yes, Yes)).expect("is told");
        assert_eq!((told.severity, told.findings.len()), (Severity::Warning, 3));
        assert!(told.reason.vi.contains("; đeo khẩu trang, đội mũ"), "{}", told.reason.vi);
        // The same answers, as sure as before: what is news is what they come to.
        let (_, told) = night.book.enrich(at(2), track, &verdicts_after(2, Yes, Yes)).expect("is told");
        assert_eq!((told.severity, told.findings.len()), (Severity::Critical, 3));
        assert_eq!(night.book.enrich(at(3), track, &verdicts_after(3, Yes, Yes)), None, "nothing new");
    }

    #[test]
    fn a_crowd_is_listed_up_to_a_bound() {
        let mut night = Night::new();
        for track in 1..=40 {
            night.see(0, vec![person(track, 0, 0.8)]);
            night.book.enrich(at(1), Uuid::from_u128(track), &verdicts(Answer::Yes, Answer::No));
        }
        let alert = night.book.open_alert().expect("open");
        assert_eq!(alert.persons.len(), MAX_PERSONS);
        assert!(alert.person(Uuid::from_u128(32)).is_some() && alert.person(Uuid::from_u128(33)).is_none());
    }

    proptest! {
        #[test]
        fn no_storm_makes_a_flood(storm in proptest::collection::vec((0u128..500, 0f32..1.0), 1..400)) {
            let mut night = Night::new();
            let mut opened = 0;
            let mut last = None;
            for (index, &(track, confidence)) in storm.iter().enumerate() {
                let seconds = i64::try_from(index).expect("small") / 5;
                if let Some((change, alert)) = night.see(seconds, vec![person(track, seconds, confidence)]) {
                    opened += usize::from(change == Change::Opened);
                    if let Some(before) = last.replace(alert.severity) { prop_assert!(alert.severity >= before); }
                    prop_assert!(alert.findings.len() <= MAX_FINDINGS);
                }
            }
            prop_assert_eq!(opened, 1);
        }
    }
}
