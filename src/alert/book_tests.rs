use proptest::prelude::*;

use super::*;
use crate::alert::Listed;
use crate::base::Rect;
use crate::rules::plate::{Candidate, Plate, PlateVerdict};
use crate::rules::quality::Path;
use crate::rules::{Crossing, Doubt, Doubted, Part, Severity};
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

fn peak() -> Context {
    Context { peak: true, ..Context::default() }
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
        self.book.observe(at(seconds), (640, 360), findings, &peak(), &mut self.ids)
    }
}

#[test]
fn a_blinded_camera_opens_an_alert_that_a_person_joins() {
    let mut night = Night::new();
    let incident = Incident {
        trouble: crate::rules::tamper::Trouble::Covered,
        track: Uuid::from_u128(9),
        at: at(0),
        person_near: false,
    };
    let (change, alert) = night.book.witness((640, 360), incident, &Context::default(), &mut night.ids).expect("told");
    assert_eq!((change, alert.severity, alert.findings.len()), (Change::Opened, Severity::Warning, 1));
    assert!(alert.reason.vi.starts_with("Camera Cổng chính bị che lúc "), "{}", alert.reason.vi);
    assert!(!alert.reason.vi.contains("0 xe"), "{}", alert.reason.vi);
    let (change, alert) = night.see(5, vec![person(1, 5, 0.8)]).expect("grew");
    assert_eq!((change, alert.severity, alert.zone.as_deref()), (Change::Grew, Severity::Critical, Some("san")));
    assert!(alert.reason.vi.contains("bị che") && alert.reason.vi.contains("1 người"), "{}", alert.reason.vi);
    assert_eq!(night.book.tick(at(36)).expect("closes").closed_at, Some(at(35)));
}

#[test]
fn a_person_opens_one_alert_that_grows_and_closes() {
    let mut night = Night::new();
    let (change, opened) = night.see(0, vec![person(1, 0, 0.8)]).expect("opens");
    assert_eq!(change, Change::Opened);
    assert_eq!(opened.reason.vi, "1 người tại Cổng chính lúc 01:30:00; trong giờ cao điểm trộm");
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
fn how_its_persons_look_is_kept_as_it_was_last() {
    let mut night = Night::new();
    let looks = |second| Looks { bbox: Rect::new(0.1, 0.2, 0.1, 0.2), path: Path::Unknown, at: at(second) };
    let track = Uuid::from_u128;
    night.book.look([(track(1), looks(0)), (track(9), looks(0))].into());
    let (_, opened) = night.see(0, vec![person(1, 0, 0.8), finding(FindingKind::Vehicle, 9, 0, 0.9)]).expect("opens");
    assert_eq!(opened.looks, [(track(1), looks(0))].into(), "a vehicle has no path");
    night.book.look([(track(1), looks(1))].into());
    night.see(1, vec![person(1, 1, 0.7)]);
    night.book.look([(track(2), looks(2))].into());
    night.see(2, vec![person(2, 2, 0.7)]);
    night.book.look([(track(3), looks(3))].into());
    let closed = night.book.close(at(4)).expect("open");
    assert_eq!(closed.looks, [(track(1), looks(1)), (track(2), looks(2))].into());
}

#[test]
fn what_comes_after_a_verdict_raises_another_alert() {
    let mut night = Night::new();
    assert_eq!(night.book.settle(at(0)), None);
    let (_, spider) = night.see(0, vec![person(1, 0, 0.6)]).expect("opens");
    let settled = night.book.settle(at(2)).expect("open");
    assert_eq!((settled.id, settled.closed_at), (spider.id, Some(at(2))));
    assert_eq!(night.see(3, vec![person(1, 3, 0.7)]), None, "a guard has seen it");
    let (change, thief) = night.see(4, vec![person(1, 4, 0.7), person(2, 4, 0.8)]).expect("somebody else");
    assert_eq!((change, thief.findings.len()), (Change::Opened, 2));
    night.book.settle(at(5)).expect("open");
    assert_eq!(night.see(6, vec![person(1, 6, 0.7), person(2, 6, 0.8)]), None);
    let enters = vec![person(2, 7, 0.8), finding(FindingKind::ProtectedRoom, 2, 7, 0.8)];
    assert!(night.see(7, enters).is_some_and(|(change, _)| change == Change::Opened), "the same does something else");
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
        grown.reason.vi.ends_with("; đeo khẩu trang, đội mũ; trong giờ cao điểm trộm; không nhìn rõ tay, đồ mang theo"),
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

#[track_caller]
fn check_sum(alert: &Alert) {
    let sum: f32 = alert.score_parts.iter().map(|part| part.log_odds).sum();
    assert_eq!(alert.score, 1.0 / (1.0 + (-sum).exp()), "{:?}", alert.score_parts);
}

#[test]
fn a_score_is_the_sum_of_its_parts() {
    let mut night = Night::new();
    let (_, opened) = night.see(0, vec![person(1, 0, 0.8)]).expect("opens");
    let parts: Vec<_> = opened.score_parts.iter().map(|part| part.part).collect();
    assert_eq!(parts, [Part::Prior, Part::Finding(FindingKind::Person), Part::Peak]);
    check_sum(&opened);
    let (_, more) = night.book.enrich(at(1), Uuid::from_u128(1), &verdicts(Answer::Yes, Answer::No)).expect("told");
    check_sum(&more);
    let (_, withdrawn) = night.book.enrich(at(2), Uuid::from_u128(1), &verdicts(Answer::No, Answer::No)).expect("told");
    assert_eq!(withdrawn.score_parts, more.score_parts, "of the moment in which it was highest");
    let note = "xe của phòng".to_owned();
    let listed = Some(Listed { is_watched: false, note, is_exact: true });
    let known = Vehicle { listed, ..vehicle(9, PlateVerdict::Readable) };
    let (_, lowered) = inspected(&mut night, 3, known, &[FindingKind::Vehicle]).expect("told");
    assert_eq!(lowered.score_parts.last().map(|part| part.part), Some(Part::KnownVehicle));
    check_sum(&lowered);
}

fn doubts(track: u128, why: &[Doubt]) -> Doubts {
    Doubts::from([(Uuid::from_u128(track), Doubted { why: why.to_vec(), lesson: None })])
}

#[test]
fn a_doubt_makes_a_warning_a_notice_until_it_goes() {
    let mut night = Night::new();
    night.book.doubt(doubts(1, &[Doubt::TooSmall]));
    let (change, opened) = night.see(0, vec![person(1, 0, 0.8)]).expect("opens all the same");
    assert_eq!((change, opened.severity), (Change::Opened, Severity::Notice));
    assert_eq!(opened.score_parts.last().map(|part| part.part), Some(Part::Doubt(Doubt::TooSmall)));
    assert!(opened.reason.vi.contains("có thể báo nhầm: quá nhỏ so với người ở chỗ đó"), "{}", opened.reason.vi);
    check_sum(&opened);
    night.book.doubt(doubts(1, &[]));
    let (_, sure) = night.see(1, vec![person(1, 1, 0.8)]).expect("that a doubt went is news");
    assert_eq!(sure.severity, Severity::Warning);
    assert!(!sure.reason.vi.contains("báo nhầm"), "{}", sure.reason.vi);
    night.book.doubt(doubts(1, &[Doubt::NoPath]));
    let (_, doubted) = night.see(2, vec![person(1, 2, 0.8)]).expect("told");
    assert!(doubted.score < sure.score);
    assert_eq!(doubted.severity, Severity::Warning, "it never falls");
    // It left, and what was said of it last holds.
    night.book.doubt(doubts(2, &[]));
    let (_, other) = night.see(3, vec![person(2, 3, 0.4)]).expect("another person");
    assert!(other.score_parts.iter().any(|part| part.part == Part::Doubt(Doubt::NoPath)), "{:?}", other.score_parts);
    check_sum(&other);
}

#[test]
fn what_somebody_did_is_told_the_weightiest_first() {
    let mut night = Night::new();
    let see = |night: &mut Night, seconds, context: &Context| {
        night.book.observe(at(seconds), (640, 360), vec![person(1, seconds, 0.8)], context, &mut night.ids)
    };
    see(&mut night, 0, &Context::default()).expect("opens");
    let crossing = Crossing { line: "cong".to_owned(), is_in: true };
    let crossed = Context { crossed: vec![crossing], ..Context::default() };
    let (_, told) = see(&mut night, 1, &crossed).expect("is told");
    assert_eq!(told.reason.vi, "1 người tại Cổng chính lúc 01:30:00; đi vào qua vạch cong");
    assert_eq!(told.reason.en, "1 person at Cổng chính at 01:30:00; came in over the line cong");
    assert_eq!(see(&mut night, 2, &crossed), None, "nothing new");
    let got_out = Context { got_out: true, ..Context::default() };
    let (_, told) = see(&mut night, 3, &got_out).expect("is told");
    assert!(told.reason.vi.ends_with("; có người xuống từ xe đang đỗ chờ; đi vào qua vạch cong"), "{}", told.reason.vi);
    let (_, told) = night.see(4, vec![finding(FindingKind::Loitering, 1, 4, 0.8)]).expect("is told");
    let reasons = "; quanh quẩn lâu; trong giờ cao điểm trộm; có người xuống từ xe đang đỗ chờ; đi vào qua vạch cong";
    assert!(told.reason.vi.ends_with(reasons), "{}", told.reason.vi);
    check_sum(&told);
    let (_, told) = night.see(5, vec![finding(FindingKind::ProtectedRoom, 1, 5, 0.2)]).expect("is told");
    assert_eq!(told.severity, Severity::Critical);
    assert!(told.reason.vi.contains("lúc 01:30:00; trong khu vực bảo vệ đặc biệt; quanh"), "{}", told.reason.vi);
}

#[test]
fn a_spot_where_people_loiter_night_after_night_is_told() {
    let mut night = Night::new();
    let loiters = [FindingKind::Person, FindingKind::Loitering].map(|kind| finding(kind, 1, 0, 0.8));
    let (_, told) = night.see(0, loiters.to_vec()).expect("opens");
    let before = told.score;
    let again = [loiters.to_vec(), vec![finding(FindingKind::SeenBefore, 1, 1, 0.8)]].concat();
    let context = Context { nights_at_spot: 3, ..peak() };
    let (_, told) = night.book.observe(at(1), (640, 360), again, &context, &mut night.ids).expect("is told");
    assert!(told.reason.vi.ends_with("; có người nán lại chỗ này 3 đêm trong tuần"), "{}", told.reason.vi);
    assert!(told.reason.en.ends_with("; somebody loitered at this spot on 3 nights this week"), "{}", told.reason.en);
    assert!(told.score > before);
    check_sum(&told);
}

proptest! {
    #[test]
    fn no_doubt_removes_an_alert_or_lets_its_score_fall_when_something_is_found(
        seen in proptest::collection::vec((1u128..4, 0f32..=1.0), 1..12),
        why in proptest::sample::subsequence(Doubt::ALL.to_vec(), 0..=Doubt::ALL.len()),
    ) {
        let (mut night, mut undoubted) = (Night::new(), Night::new());
        night.book.doubt((1..3).flat_map(|track| doubts(track, &why)).collect());
        let mut before = 0.0;
        for (seconds, (track, confidence)) in (0..).zip(seen) {
            let found = vec![person(track, seconds, confidence)];
            let doubted = night.see(seconds, found.clone());
            prop_assert_eq!(doubted.is_some(), undoubted.see(seconds, found).is_some());
            let score = night.book.open_alert().map_or(0.0, |alert| alert.score);
            prop_assert!(score >= before - 1e-5, "{score} after {before}");
            before = score;
        }
    }

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

fn vehicle(track: u128, verdict: PlateVerdict) -> Vehicle {
    let plate = Plate { verdict, confidence: 0.9, ..Plate::default() };
    Vehicle { track: Uuid::from_u128(track), plate, listed: None, before: None }
}

fn inspected(night: &mut Night, seconds: i64, vehicle: Vehicle, kinds: &[FindingKind]) -> Option<(Change, Alert)> {
    let track = vehicle.track.as_u128();
    let findings = kinds.iter().map(|kind| finding(*kind, track, seconds, 0.9)).collect();
    night.book.inspect(at(seconds), (640, 360), vehicle, findings, &peak(), &mut night.ids)
}

#[test]
fn a_vehicle_without_a_plate_opens_an_alert_and_keeps_it_open() {
    use FindingKind::{PlateAbsent, Vehicle as Comes};
    use PlateVerdict::{Absent, NotAssessable};
    let mut night = Night::new();
    assert_eq!(inspected(&mut night, 0, vehicle(9, NotAssessable), &[Comes]), None);
    let (change, opened) = inspected(&mut night, 1, vehicle(9, Absent), &[Comes, PlateAbsent]).expect("opens");
    assert_eq!((change, opened.severity), (Change::Opened, Severity::Warning));
    assert_eq!(opened.reason.vi, "1 xe tại Cổng chính lúc 01:30:01; xe không có biển số; trong giờ cao điểm trộm");
    night.see(20, vec![finding(Comes, 9, 20, 0.9)]);
    assert_eq!(night.book.tick(at(40)), None, "it was here 20 s ago");
    let (_, grown) = night.see(41, vec![person(1, 41, 0.8)]).expect("somebody gets out");
    assert_eq!((grown.id, grown.severity), (opened.id, Severity::Critical));
    assert!(grown.reason.vi.starts_with("1 người tại"), "{}", grown.reason.vi);
    assert!(
        grown.reason.vi.ends_with("; xe không có biển số; trong giờ cao điểm trộm; 1 xe ở gần"),
        "{}",
        grown.reason.vi
    );
}

#[test]
fn what_is_said_of_a_plate_follows_the_verdict() {
    use FindingKind::{PlateAbsent, Vehicle as Comes};
    let mut night = Night::new();
    night.see(0, vec![person(1, 0, 0.8)]);
    let stranger = inspected(&mut night, 1, vehicle(8, PlateVerdict::Readable), &[]);
    assert_eq!(stranger, None, "it stands in no zone");
    let (_, told) = inspected(&mut night, 1, vehicle(9, PlateVerdict::Absent), &[Comes, PlateAbsent]).expect("told");
    assert!(told.findings.iter().any(|finding| finding.kind == PlateAbsent));
    assert_eq!(inspected(&mut night, 2, vehicle(9, PlateVerdict::Absent), &[Comes, PlateAbsent]), None, "nothing new");
    let mut read = vehicle(9, PlateVerdict::Readable);
    read.plate.candidates.push(Candidate { text: "12A-123.45".to_owned(), probability: 0.9 });
    let (_, withdrawn) = inspected(&mut night, 3, read.clone(), &[Comes]).expect("told");
    assert!(withdrawn.findings.iter().all(|finding| finding.kind != PlateAbsent));
    assert_eq!(withdrawn.score, told.score, "it does not fall");
    assert!(withdrawn.reason.vi.contains("; xe mang biển số 12A-123.45"), "{}", withdrawn.reason.vi);
    let note = "xe của phòng".to_owned();
    let known = Vehicle { listed: Some(Listed { is_watched: false, note, is_exact: true }), ..read };
    let (_, lowered) = inspected(&mut night, 4, known, &[Comes]).expect("told");
    assert!(lowered.score < withdrawn.score && lowered.severity == withdrawn.severity);
    assert!(lowered.reason.vi.contains("(xe quen: xe của phòng)"), "{}", lowered.reason.vi);
}
