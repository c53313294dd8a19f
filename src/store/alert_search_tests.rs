use proptest::prelude::*;
use rusqlite::params_from_iter;
use uuid::Uuid;

use super::alert_search::{FEW_NOTED, query};
use super::tests::{alert, finding, guard, open, seconds};
use super::{AlertFilter, Cursor, Passage, Store};
use crate::alert::{Alert, AlertState, Judged, Person, Step, Verdict, VerdictKind};
use crate::rules::plate::{Candidate, Plate, PlateVerdict};
use crate::rules::{FindingKind, Severity};
use crate::vision::Class;
use crate::vision::attributes::{Answer, Attribute};

fn person(worn: &[Attribute]) -> Person {
    let judged = |attribute: &Attribute| Judged {
        answer: if worn.contains(attribute) { Answer::Yes } else { Answer::Unknown },
        confidence: 0.9,
        frames: 3,
        pixels: 30,
        has_crop: false,
    };
    Person { track: Uuid::from_u128(5), attributes: [0, 1, 2, 3].map(|n: usize| judged(&Attribute::ALL[n])) }
}

/// The `n`-th alert, with these kinds of findings and what two persons of it wear.
fn of(n: i64, kinds: &[FindingKind], worn: [&[Attribute]; 2]) -> Alert {
    Alert {
        findings: kinds.iter().map(|kind| finding(*kind, seconds(n))).collect(),
        persons: worn.map(person).into(),
        ..alert(n)
    }
}

/// A store of six alerts; the fourth is settled.
fn office() -> (tempfile::TempDir, Store) {
    use Attribute::{Bag, Hat, Mask};
    use FindingKind::{FaceCovered, Loitering, PlateAbsent, Vehicle};
    let (folder, store) = open();
    let alerts = [
        of(0, &[FindingKind::Person], [&[], &[]]),
        of(1, &[FindingKind::Person, FaceCovered, FaceCovered], [&[Mask, Hat], &[]]),
        of(2, &[Vehicle, PlateAbsent], [&[], &[]]),
        of(3, &[FindingKind::Person, FindingKind::Bag], [&[Mask], &[Bag]]),
        of(4, &[FindingKind::Person, Loitering], [&[Bag], &[Bag]]),
        of(5, &[], [&[], &[]]),
    ];
    for alert in alerts {
        store.put_alert(&alert).expect("stored");
    }
    let resolve = Step::Resolve { verdict: Verdict::TrueAlarm, note: None };
    store.handle(alert(3).id, resolve, &guard("Lan"), seconds(50)).expect("handled");
    (folder, store)
}

#[track_caller]
fn check(store: &Store, filter: &AlertFilter, wanted: &[i64]) {
    let page = store.alerts(&AlertFilter { limit: 50, ..filter.clone() }).expect("a page");
    let found: Vec<_> = page.items.iter().map(|found| found.id).collect();
    assert_eq!(found, wanted.iter().map(|n| alert(*n).id).collect::<Vec<_>>(), "{filter:?}");
    // Page by page it is the same.
    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.alerts(&AlertFilter { limit: 1, cursor, ..filter.clone() }).expect("a page");
        paged.extend(page.items.iter().map(|found| found.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, found, "{filter:?}");
}

#[test]
fn by_what_they_tell_of() {
    use Attribute::{Bag, Gloves, Hat, Mask};
    use FindingKind::{CameraOffline, Loitering, PlateAbsent};
    let (_folder, store) = office();
    let kinds = |kinds: &[FindingKind]| AlertFilter { kinds: kinds.to_vec(), ..AlertFilter::default() };
    let worn = |worn: &[Attribute]| AlertFilter { attributes: worn.to_vec(), ..AlertFilter::default() };
    check(&store, &kinds(&[FindingKind::Person]), &[4, 3, 1, 0]);
    check(&store, &kinds(&[PlateAbsent, Loitering]), &[4, 2]);
    check(&store, &kinds(&[CameraOffline]), &[]);
    check(&store, &worn(&[Mask]), &[3, 1]);
    check(&store, &worn(&[Bag]), &[4, 3]);
    // Somebody each of them, not each everybody.
    check(&store, &worn(&[Mask, Bag]), &[3]);
    check(&store, &worn(&[Mask, Hat]), &[1]);
    check(&store, &worn(&[Gloves]), &[]);
    check(&store, &AlertFilter { kinds: vec![FindingKind::Person, Loitering], ..worn(&[Bag]) }, &[4, 3]);
    check(&store, &AlertFilter { cameras: vec!["kho".to_owned()], ..worn(&[Bag]) }, &[3]);
    check(&store, &AlertFilter { states: vec![AlertState::New, AlertState::Claimed], ..worn(&[Bag]) }, &[4]);
    check(&store, &AlertFilter { states: vec![AlertState::Resolved], ..kinds(&[FindingKind::Person]) }, &[3]);
    check(
        &store,
        &AlertFilter { from: Some(seconds(1)), to: Some(seconds(4)), ..kinds(&[FindingKind::Person]) },
        &[3, 1],
    );
}

#[test]
fn an_answer_that_is_withdrawn_is_not_found_any_more() {
    let (_folder, store) = office();
    let worn = |attribute| AlertFilter { attributes: vec![attribute], ..AlertFilter::default() };
    let other = of(1, &[FindingKind::Person, FindingKind::Gloves], [&[Attribute::Gloves], &[]]);
    store.put_alert(&Alert { opened_at: seconds(9), ..other }).expect("stored");
    check(&store, &worn(Attribute::Mask), &[3]);
    check(&store, &worn(Attribute::Gloves), &[1]);
    check(&store, &AlertFilter { kinds: vec![FindingKind::FaceCovered], ..AlertFilter::default() }, &[]);
    check(&store, &AlertFilter { kinds: vec![FindingKind::Person], ..AlertFilter::default() }, &[1, 4, 3, 0]);
}

#[test]
fn by_the_plates_of_their_vehicles() {
    let (_folder, store) = office();
    let seen = |n: i64, text: &str| Passage {
        // Of its first finding.
        track: finding(FindingKind::Vehicle, seconds(n)).track,
        camera: "kho".to_owned(),
        class: Class::Car,
        first_at: seconds(n),
        last_at: seconds(n),
        stopped: false,
        plate: Plate {
            verdict: PlateVerdict::Readable,
            confidence: 0.9,
            candidates: vec![Candidate { text: text.to_owned(), probability: 0.9 }],
            color: None,
            suspicions: Vec::new(),
            frames: 5,
            pixels: 100,
        },
        night: None,
        has_vehicle_crop: false,
        has_plate_crop: false,
        listed: None,
    };
    for (n, text) in [(2, "12A-123.45"), (4, "12A-128.45"), (77, "12A-123.45")] {
        store.put_passage(&seen(n, text)).expect("stored");
    }
    let plate = |text: &str| AlertFilter { plate: text.parse().ok(), ..AlertFilter::default() };
    check(&store, &plate("12A-123.45"), &[2]);
    check(&store, &plate("12a12?.45"), &[4, 2]);
    check(&store, &AlertFilter { kinds: vec![FindingKind::Loitering], ..plate("*45") }, &[4]);
    check(&store, &plate("99*"), &[]);
}

/// How the database goes about it: one line a step.
fn steps(filter: &AlertFilter) -> Vec<String> {
    let (_folder, store) = open();
    let steps = store.readers().read(|connection| {
        let query = query(connection, filter)?;
        let mut statement = connection.prepare(&format!("explain query plan {}", query.sql))?;
        let steps = statement.query_map(params_from_iter(&query.values), |row| row.get::<_, String>("detail"))?;
        steps.collect::<rusqlite::Result<Vec<_>>>()
    });
    steps.expect("a plan")
}

/// What it goes along; and that nothing but the page is sorted, and no table is read from end to end.
#[track_caller]
fn check_plan(filter: AlertFilter, wanted: &str) {
    let steps = steps(&AlertFilter { limit: 50, ..filter });
    assert!(steps.iter().any(|step| step.contains(wanted)), "no {wanted:?} in {steps:#?}");
    assert_eq!(steps.iter().filter(|step| step.contains("TEMP B-TREE FOR ORDER BY")).count(), 1, "{steps:#?}");
    for scan in steps.iter().filter(|step| step.starts_with("SCAN")) {
        assert!(scan.contains("COVERING INDEX"), "{steps:#?}");
    }
}

#[test]
fn each_filter_goes_along_an_index_in_order_of_time() {
    let any = AlertFilter::default;
    let cursor = Some(Cursor::new(seconds(1), Uuid::nil()));
    let kho = vec!["kho".to_owned()];
    let waits = vec![AlertState::New, AlertState::Claimed];
    check_plan(any(), "SCAN alert USING COVERING INDEX alert_by_time");
    check_plan(AlertFilter { cursor, ..any() }, "USING COVERING INDEX alert_by_time ((opened_at_ns,id)<(?,?)");
    check_plan(AlertFilter { severities: vec![Severity::Critical], ..any() }, "COVERING INDEX alert_by_time");
    check_plan(
        AlertFilter { states: waits.clone(), cursor, ..any() },
        "COVERING INDEX alert_waiting ((opened_at_ns,id)<(?,?)",
    );
    check_plan(AlertFilter { cameras: kho.clone(), ..any() }, "COVERING INDEX alert_by_camera (camera=?");
    let kinds = vec![FindingKind::Bag];
    let along = "SEARCH alert_trait USING PRIMARY KEY (trait=?";
    check_plan(AlertFilter { kinds: kinds.clone(), ..any() }, along);
    let worn = vec![Attribute::Mask, Attribute::Bag];
    let of_camera = "INDEX trait_by_camera (trait=? AND camera=? AND (opened_at_ns,alert_id)<(?,?))";
    check_plan(AlertFilter { attributes: worn, kinds, cameras: kho.clone(), cursor, ..any() }, of_camera);
    let verdicts = vec![VerdictKind::TrueAlarm];
    let what_they_were = "COVERING INDEX alert_by_verdict (verdict=?";
    check_plan(AlertFilter { verdicts, cameras: kho, severities: vec![Severity::Critical], ..any() }, what_they_were);
    let lan = || Some("Lan".to_owned());
    check_plan(AlertFilter { owner: lan(), ..any() }, "COVERING INDEX alert_by_owner (owner_name=?");
    let text = || Some("nhện".to_owned());
    let steps = steps(&AlertFilter { text: text(), limit: 50, ..any() });
    assert!(steps.iter().any(|step| step.contains("SEARCH alert_word") && step.contains("(word>? AND word<?)")));
    assert!(!steps.iter().any(|step| step.starts_with("SCAN alert")), "{steps:#?}");
    let kinds = vec![FindingKind::Bag, FindingKind::Gloves];
    check_plan(AlertFilter { kinds, states: waits, ..any() }, "INDEX trait_by_alert (alert_id=? AND trait=?)");
}

/// More alerts with a note than are put in order: each of two guards has written a word of their own, and one they share.
#[test]
fn common_words_go_along_themselves() {
    let (_folder, store) = open();
    let many = i64::from(FEW_NOTED) + 40;
    for n in 0..many {
        store.put_alert(&Alert { findings: Vec::new(), persons: Vec::new(), ..alert(n) }).expect("stored");
        let text = format!("nhện {}", if n % 2 == 0 { "đèn" } else { "đèo" });
        let note = Step::Note(text.parse().expect("a note"));
        store.handle(alert(n).id, note, &guard("Lan"), seconds(9_999)).expect("handled");
    }
    let page = |text: &str, camera: Option<&str>| {
        let cameras = camera.map(str::to_owned).into_iter().collect();
        let filter = AlertFilter { text: Some(text.to_owned()), cameras, limit: 3, ..AlertFilter::default() };
        let found = store.alerts(&filter).expect("a page").items;
        let from_last = |of: &Alert| (0..many).rev().position(|n| alert(n).id == of.id).expect("one of them");
        found.iter().map(from_last).collect::<Vec<_>>()
    };
    // `kho` has the odd ones, and so the last.
    assert_eq!(page("NHEN", None), [0, 1, 2]);
    assert_eq!(page("nhen", Some("cong-chinh")), [1, 3, 5]);
    assert_eq!(page("nhện đèn", None), [1, 3, 5]);
    assert_eq!(page("đ", None), [0, 1, 2], "two words begin like that");
    assert_eq!(page("đèo", Some("cong-chinh")), [] as [usize; 0]);
    let steps = |text: &str| {
        let filter = AlertFilter { text: Some(text.to_owned()), limit: 3, ..AlertFilter::default() };
        store.readers().read(|connection| query(connection, &filter).map(|query| query.sql)).expect("a query")
    };
    assert!(steps("nhện").contains("alert_word.word = ?") && steps("đ").contains("alert indexed by alert_by_time"));
}

#[test]
fn notes_follow_their_alert() {
    let (_folder, store) = office();
    let note = Step::Note("Mèo".parse().expect("a note"));
    store.handle(alert(0).id, note, &guard("Lan"), seconds(60)).expect("handled");
    let text = || AlertFilter { text: Some("meo".to_owned()), ..AlertFilter::default() };
    check(&store, &text(), &[0]);
    // It turns out to have begun later, and at another camera.
    store.put_alert(&Alert { opened_at: seconds(9), camera: "kho".to_owned(), ..alert(0) }).expect("stored");
    check(&store, &AlertFilter { cameras: vec!["kho".to_owned()], ..text() }, &[0]);
    check(&store, &AlertFilter { from: Some(seconds(9)), ..text() }, &[0]);
    check(&store, &AlertFilter { cameras: vec!["cong-chinh".to_owned()], ..text() }, &[]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However it goes about it, it finds what a look at every alert finds.
    #[test]
    fn filters_find_what_they_say(
        kinds in prop::sample::subsequence(&FindingKind::ALL[..8], 0..3),
        worn in prop::sample::subsequence(&Attribute::ALL[..], 0..3),
        waits in any::<bool>(),
        one_camera in any::<bool>(),
    ) {
        let (_folder, store) = office();
        let filter = AlertFilter {
            kinds: kinds.clone(),
            attributes: worn.clone(),
            states: if waits { vec![AlertState::New] } else { Vec::new() },
            cameras: if one_camera { vec!["kho".to_owned()] } else { Vec::new() },
            limit: 50,
            ..AlertFilter::default()
        };
        let all = store.alerts(&AlertFilter { limit: 50, ..AlertFilter::default() }).expect("a page").items;
        let fits = |alert: &&Alert| {
            let wears = |attribute: &Attribute| alert.persons.iter().any(|one| one.of(*attribute).answer == Answer::Yes);
            (kinds.is_empty() || alert.findings.iter().any(|found| kinds.contains(&found.kind)))
                && worn.iter().all(wears)
                && (!waits || alert.handling.state() == AlertState::New)
                && (!one_camera || alert.camera == "kho")
        };
        let wanted: Vec<_> = all.iter().filter(fits).map(|alert| alert.id).collect();
        let found: Vec<_> = store.alerts(&filter).expect("a page").items.iter().map(|alert| alert.id).collect();
        prop_assert_eq!(found, wanted, "{:?}", filter);
    }
}
