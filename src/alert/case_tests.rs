use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::alert::{AlertBook, Change, Handling};
use crate::base::Rect;
use crate::rules::{Bilingual, Context, Finding, FindingKind, score};
use crate::track::AnswerRules;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_771_266_600 + seconds).expect("in range")
}

/// The yard is near the gate and the store, which are not near each other; the roof is near none.
fn neighbours() -> Neighbours {
    let walk = |a: &str, b: &str, seconds| (a.to_owned(), b.to_owned(), Duration::from_secs(seconds));
    [walk("cong", "san", 40), walk("kho", "san", 20)].into_iter().collect()
}

/// An open alert that was seen from then to then.
fn alert(id: u128, camera: &str, seen: (i64, i64)) -> Alert {
    Alert {
        id: Uuid::from_u128(id),
        case: None,
        camera: camera.to_owned(),
        zone: None,
        opened_at: at(seen.0),
        last_seen_at: at(seen.1),
        closed_at: None,
        severity: Severity::Notice,
        score: 0.5,
        score_parts: Vec::new(),
        handling: Handling::default(),
        looks: std::collections::BTreeMap::new(),
        findings: Vec::new(),
        persons: Vec::new(),
        reason: Bilingual::default(),
        frame_width: 640,
        frame_height: 360,
        pictures_removed: None,
    }
}

/// A book, and what whoever keeps the alerts makes of what it says.
struct Office {
    book: CaseBook,
    ids: IdSource,
    case_of: BTreeMap<Uuid, Uuid>,
}

impl Office {
    fn new() -> Self {
        Self { book: CaseBook::new(neighbours()), ids: IdSource::seeded(3), case_of: BTreeMap::new() }
    }

    fn file(&mut self, alert: &Alert) -> Filing {
        let filing = self.book.file(alert, &mut self.ids);
        for case in self.case_of.values_mut().filter(|case| filing.absorbed.contains(case)) {
            *case = filing.case;
        }
        self.case_of.insert(alert.id, filing.case);
        filing
    }

    /// The alerts of each case.
    fn cases(&self) -> BTreeSet<BTreeSet<Uuid>> {
        let mut cases = BTreeMap::<Uuid, BTreeSet<Uuid>>::new();
        for (alert, case) in &self.case_of {
            cases.entry(*case).or_default().insert(*alert);
        }
        cases.into_values().collect()
    }
}

/// Which of the alerts, filed in their order, are together.
#[track_caller]
fn check(alerts: &[(&str, (i64, i64))], expected: &[&[u128]]) {
    let mut office = Office::new();
    for (index, (camera, seen)) in alerts.iter().enumerate() {
        office.file(&alert(index as u128, camera, *seen));
    }
    let expected = expected.iter().map(|case| case.iter().map(|id| Uuid::from_u128(*id)).collect()).collect();
    assert_eq!(office.cases(), expected);
}

#[test]
fn alerts_within_a_walk_are_one_case() {
    check(&[("cong", (0, 10)), ("san", (50, 60)), ("kho", (80, 90))], &[&[0, 1, 2]]);
    check(&[("cong", (0, 10)), ("san", (51, 60))], &[&[0], &[1]]);
    // Nobody comes from the gate to the store unseen in the yard.
    check(&[("cong", (0, 10)), ("kho", (5, 15))], &[&[0], &[1]]);
    check(&[("cong", (0, 10)), ("san", (5, 6)), ("mai", (5, 6))], &[&[0, 1], &[2]]);
    check(&[("mai", (0, 10)), ("mai", (70, 80)), ("mai", (141, 150))], &[&[0, 1], &[2]]);
    // Told in any order.
    check(&[("san", (50, 60)), ("cong", (0, 10))], &[&[0, 1]]);
}

#[test]
fn an_alert_that_links_two_cases_makes_one_of_them_and_the_older_keeps_its_id() {
    let mut office = Office::new();
    let younger = office.file(&alert(1, "kho", (5, 30))).case;
    let older = office.file(&alert(2, "cong", (0, 10))).case;
    assert_ne!(older, younger);
    let link = alert(3, "san", (30, 31));
    assert_eq!(office.file(&link), Filing { case: older, absorbed: vec![younger] });
    assert_eq!(office.file(&link), Filing { case: older, absorbed: vec![younger] }, "said until it is heard");
    assert_eq!(office.cases().len(), 1);
}

#[test]
fn a_growing_alert_may_reach_another_case() {
    let mut office = Office::new();
    let gate = office.file(&alert(1, "cong", (0, 10))).case;
    let yard = office.file(&alert(2, "san", (100, 110))).case;
    assert_ne!(gate, yard);
    assert_eq!(office.file(&alert(1, "cong", (0, 60))), Filing { case: gate, absorbed: vec![yard] });
}

#[test]
fn a_case_goes_on_after_a_restart() {
    let mut office = Office::new();
    let case = office.file(&alert(1, "cong", (0, 10))).case;
    let mut after = Office::new();
    let closed = Alert { case: Some(case), closed_at: Some(at(10)), ..alert(1, "cong", (0, 10)) };
    assert_eq!(after.file(&closed).case, case);
    assert_eq!(after.file(&alert(2, "san", (45, 46))).case, case);
}

#[test]
fn what_is_long_past_is_forgotten_but_not_what_is_open() {
    let mut office = Office::new();
    let of_gate = office.file(&alert(1, "cong", (0, 10))).case;
    office.file(&Alert { closed_at: Some(at(40)), ..alert(2, "mai", (0, 10)) });
    office.file(&alert(3, "kho", (5_000, 5_001)));
    assert_eq!(office.book.members.iter().map(|member| member.alert.as_u128()).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(office.book.cases.len(), 2);
    assert_eq!(office.file(&alert(1, "cong", (0, 5_002))).case, of_gate);
}

#[test]
fn a_case_is_what_its_alerts_are() {
    let first = Alert { severity: Severity::Warning, closed_at: Some(at(40)), ..alert(1, "cong", (0, 10)) };
    let second = alert(2, "san", (5, 20));
    let case = Case::new(Uuid::nil(), vec![second.clone(), first.clone()]).expect("it has alerts");
    assert_eq!((case.opened_at, case.last_seen_at, case.closed_at), (at(0), at(20), None));
    assert_eq!((case.severity, case.alerts[0].id), (Severity::Warning, first.id));
    let second = Alert { closed_at: Some(at(50)), ..second };
    assert_eq!(Case::new(Uuid::nil(), vec![second, first]).expect("it has alerts").closed_at, Some(at(50)));
    assert_eq!(Case::new(Uuid::nil(), Vec::new()), None);
}

/// Ten pictures a second for a minute, each with six persons whose tracks last but half a second.
#[test]
fn a_storm_of_detections_is_one_alert_that_grows_and_one_case() {
    let timezone = jiff::tz::TimeZone::UTC;
    let mut alerts = AlertBook::new("cong", "Cổng", timezone, AnswerRules::default());
    let mut office = Office::new();
    let (mut opened, mut told, mut tracks) = (0, 0, BTreeSet::new());
    let mut newest = None;
    for picture in 0..600_i64 {
        let now = at(0) + SignedDuration::from_millis(100 * picture);
        let track = |person: i64| Uuid::from_u128((picture / 5 * 6 + person).unsigned_abs().into());
        let findings = (0..6).map(|person| Finding {
            kind: FindingKind::Person,
            track: track(person),
            confidence: 0.5,
            at: now,
            bbox: Rect::new(0.0, 0.0, 9.0, 9.0),
            zone: None,
            weight: score::weight(FindingKind::Person, 0.5),
        });
        tracks.extend((0..6).map(track));
        let change = alerts.observe(now, (640, 360), findings.collect(), &Context::default(), &mut office.ids);
        if let Some((change, alert)) = change {
            opened += i32::from(change == Change::Opened);
            told += 1;
            assert!(office.file(&alert).absorbed.is_empty());
            newest = Some(alert);
        }
    }
    let newest = newest.expect("an alert");
    assert_eq!((tracks.len(), opened, office.cases().len(), office.case_of.len()), (720, 1, 1, 1));
    assert!(newest.findings.len() <= 64, "{} findings", newest.findings.len());
    assert!(told < 60, "told {told} times");
}

/// Alerts of four cameras: when each opened, and for how long it was seen at first and in the end.
fn any_alerts() -> impl Strategy<Value = Vec<(usize, i64, i64, i64)>> {
    proptest::collection::vec((0usize..4, 0i64..400, 0i64..60, 0i64..120), 1..16)
}

const CAMERAS: [&str; 4] = ["cong", "san", "kho", "mai"];

/// Which alerts are linked, directly or through others: the definition, by trying until nothing changes.
fn together(alerts: &[Alert]) -> BTreeSet<BTreeSet<Uuid>> {
    let walks = neighbours();
    let mut case: Vec<usize> = (0..alerts.len()).collect();
    loop {
        let before = case.clone();
        for (i, a) in alerts.iter().enumerate() {
            for (j, b) in alerts.iter().enumerate() {
                let walk = if a.camera == b.camera { Some(SAME_CAMERA) } else { walks.walk(&a.camera, &b.camera) };
                let within =
                    |walk: Duration| a.opened_at <= b.last_seen_at + walk && b.opened_at <= a.last_seen_at + walk;
                if walk.is_some_and(within) {
                    case[i] = case[i].min(case[j]);
                }
            }
        }
        if case == before {
            break;
        }
    }
    let mut cases = BTreeMap::<usize, BTreeSet<Uuid>>::new();
    for (alert, case) in alerts.iter().zip(case) {
        cases.entry(case).or_default().insert(alert.id);
    }
    cases.into_values().collect()
}

/// Each alert as it opened, and all at its end; the last ones in the order of `shuffled`.
fn filings(alerts: &[(usize, i64, i64, i64)]) -> (Vec<Alert>, Vec<Alert>) {
    let made = |length: fn(&(usize, i64, i64, i64)) -> i64| {
        let one = move |(id, of): (usize, &(usize, i64, i64, i64))| {
            alert(id as u128, CAMERAS[of.0], (of.1, of.1 + length(of)))
        };
        alerts.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    (made(|of| of.2), made(|of| of.2 + of.3))
}

proptest! {
    #[test]
    fn alerts_are_together_by_time_and_neighbourhood_alone(
        (alerts, order) in any_alerts().prop_flat_map(|alerts| {
            let order: Vec<usize> = (0..2 * alerts.len()).collect();
            (Just(alerts), Just(order).prop_shuffle())
        }),
    ) {
        let (opening, ended) = filings(&alerts);
        let mut office = Office::new();
        for index in order {
            // In its second half the order may tell the end before the beginning: nothing shrinks by that.
            let alert = opening.iter().chain(&ended).nth(index).expect("one of them");
            office.file(alert);
        }
        prop_assert_eq!(office.cases(), together(&ended));
        prop_assert_eq!(office.case_of.len(), alerts.len(), "each is in one case");
    }

    #[test]
    fn an_id_lasts_until_an_older_case_takes_its_alerts(alerts in any_alerts()) {
        let (mut opening, _) = filings(&alerts);
        opening.sort_by_key(|alert| (alert.opened_at, alert.id));
        let mut office = Office::new();
        for alert in &opening {
            let before = office.case_of.clone();
            let filing = office.file(alert);
            for (known, case) in before {
                let now = office.case_of[&known];
                prop_assert!(now == case || now == filing.case && filing.absorbed.contains(&case));
                prop_assert!(now <= case, "told in order of time, the older id is the lesser");
            }
        }
    }
}
