use std::collections::BTreeSet;

use jiff::civil::Date;
use proptest::prelude::*;

use super::tests::{alert, any_time, clock, finding, night, open, seconds};
use super::*;
use crate::alert::Alert;
use crate::rules::FindingKind;
use crate::rules::plate::ballot::Place;
use crate::rules::plate::lists::{ListEntry, ListKind};
use crate::rules::plate::{Candidate, Plate, PlateVerdict, Read, Suspicion};
use crate::vision::Class;
use crate::vision::plate::PlateColor;

fn candidate(text: &str, probability: f32) -> Candidate {
    Candidate { text: text.to_owned(), probability }
}

fn track(n: i64) -> Uuid {
    IdSource::seeded(n.cast_unsigned()).next(seconds(n))
}

/// The `n`-th car, so many seconds into the night.
fn passage(n: i64, texts: &[&str]) -> Passage {
    let candidates: Vec<_> = texts.iter().map(|text| candidate(text, 0.5)).collect();
    Passage {
        track: track(n),
        camera: if n % 2 == 0 { "cong-chinh" } else { "kho" }.to_owned(),
        class: Class::Car,
        first_at: seconds(n),
        last_at: seconds(n + 8),
        stopped: false,
        plate: Plate {
            verdict: if texts.is_empty() { PlateVerdict::NotAssessable } else { PlateVerdict::Readable },
            confidence: 0.75,
            candidates,
            color: Some(PlateColor::White),
            suspicions: Vec::new(),
            frames: 7,
            pixels: 96,
        },
        night: Some(Date::constant(2026, 2, 16)),
        has_vehicle_crop: true,
        has_plate_crop: false,
        listed: None,
    }
}

fn entry(n: i64, kind: ListKind, pattern: &str) -> PlateEntry {
    PlateEntry {
        id: track(n),
        written: pattern.to_owned(),
        list: ListEntry {
            pattern: pattern.parse().expect("a pattern"),
            kind,
            reason: "Công an tỉnh đề nghị theo dõi".to_owned(),
            expires_at: None,
        },
        note: "Xe con màu đen".to_owned(),
        created_at: seconds(n),
    }
}

fn put_all(store: &Store, passages: &[Passage]) {
    for passage in passages {
        store.put_passage(passage).expect("stored");
    }
}

fn seconds_of(passages: &[Passage]) -> Vec<i64> {
    passages.iter().map(|passage| passage.first_at.duration_since(night()).as_secs()).collect()
}

#[test]
fn a_passage_grows() {
    let (_folder, store) = open();
    let mut known = passage(0, &[]);
    known.night = None;
    store.put_passage(&known).expect("stored");
    assert_eq!(store.passage(known.track).expect("read"), Some(known.clone()));
    known.plate = passage(0, &["12A-123.45", "12A-128.45", "12A-123.46"]).plate;
    known.plate.suspicions = vec![Suspicion::ColorMismatch, Suspicion::SeenElsewhere];
    known.stopped = true;
    known.has_plate_crop = true;
    known.last_at = seconds(60);
    store.put_passage(&known).expect("stored");
    assert_eq!(store.passage(known.track).expect("read"), Some(known.clone()));
    known.plate.candidates.truncate(1);
    known.plate.suspicions.clear();
    store.put_passage(&known).expect("stored");
    assert_eq!(store.passage(known.track).expect("read"), Some(known));
    assert_eq!(store.passage(track(77)).expect("read"), None);
}

#[test]
fn what_is_no_passage_is_refused_whole() {
    let (_folder, store) = open();
    let refused = |passage: Passage| {
        let error = store.put_passage(&passage).expect_err("refused");
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        assert_eq!(store.passage(passage.track).expect("read"), None);
    };
    refused(Passage { class: Class::Person, ..passage(0, &[]) });
    refused(passage(0, &["12A-123.45"; 4]));
}

#[track_caller]
fn check_filter(filter: PassageFilter, wanted: &[i64]) {
    let (_folder, store) = open();
    let all = [
        passage(0, &["12A-123.45", "12A-128.45"]),
        Passage { class: Class::Motorcycle, night: None, ..passage(1, &["12-B1 234.56"]) },
        passage(2, &["12A-128.45"]),
        passage(3, &[]),
        Passage { class: Class::Truck, night: None, ..passage(4, &["99C-123.45"]) },
        passage(5, &["12A-123.45"]),
    ];
    put_all(&store, &all);
    let page = store.passages(&PassageFilter { limit: 50, ..filter }).expect("page");
    assert_eq!(seconds_of(&page.items), wanted);
    assert_eq!(page.next_cursor, None);
    for found in &page.items {
        assert!(all.contains(found), "in full: {found:?}");
    }
}

#[test]
fn filters_narrow_and_combine() {
    let any = PassageFilter::default;
    let plate = |pattern: &str| PassageFilter { plate: pattern.parse().ok(), ..any() };
    check_filter(any(), &[5, 4, 3, 2, 1, 0]);
    check_filter(PassageFilter { cameras: vec!["kho".to_owned()], ..any() }, &[5, 3, 1]);
    check_filter(PassageFilter { classes: vec![Class::Truck, Class::Motorcycle], ..any() }, &[4, 1]);
    check_filter(PassageFilter { verdicts: vec![PlateVerdict::NotAssessable], ..any() }, &[3]);
    check_filter(PassageFilter { at_night: Some(true), ..any() }, &[5, 3, 2, 0]);
    check_filter(PassageFilter { at_night: Some(false), ..any() }, &[4, 1]);
    check_filter(PassageFilter { from: Some(seconds(2)), to: Some(seconds(4)), ..any() }, &[3, 2]);
    check_filter(plate("12A-12?.45"), &[5, 2, 0]);
    check_filter(plate("12a 123 45"), &[5, 0]);
    // Not only what it most probably says.
    check_filter(plate("12A-128.45"), &[2, 0]);
    check_filter(plate("???-123.45"), &[5, 4, 0]);
    check_filter(plate("*45"), &[5, 4, 2, 0]);
    check_filter(plate("12*"), &[5, 2, 1, 0]);
    check_filter(plate("12A-1"), &[]);
    check_filter(PassageFilter { cameras: vec!["kho".to_owned()], at_night: Some(true), ..plate("*345") }, &[5]);
}

#[test]
fn pages_are_newest_first_and_do_not_shift() {
    let (_folder, store) = open();
    put_all(&store, &(0..10).map(|n| passage(n, &["12A-123.45", "12A-123.46"])).collect::<Vec<_>>());
    for plate in [None, "12A-123.4?".parse().ok()] {
        let filter = PassageFilter { plate, limit: 4, ..PassageFilter::default() };
        let first = store.passages(&filter).expect("page");
        assert_eq!(seconds_of(&first.items), [9, 8, 7, 6]);
        store.put_passage(&passage(10, &["12A-123.45"])).expect("a new one meanwhile");
        let filter = PassageFilter { cursor: first.next_cursor, limit: 6, ..filter };
        let last = store.passages(&filter).expect("page");
        assert_eq!(seconds_of(&last.items), [5, 4, 3, 2, 1, 0]);
        assert_eq!(last.next_cursor, None, "exactly full, and yet the last");
        store.remove_passages(vec![track(10)]).expect("removed");
    }
}

#[test]
fn a_plate_has_a_history() {
    let (_folder, store) = open();
    let day = 24 * 3600;
    let by_day = Passage { night: None, ..passage(day + 100, &["12A-123.45"]) };
    let other_night = Passage { night: Some(Date::constant(2026, 2, 18)), ..passage(2 * day, &["12A-123.45"]) };
    let other_plate = passage(30, &["12A-128.45", "12A-123.45"]);
    put_all(&store, &[passage(0, &["12A-123.45"]), passage(60, &["12A 12345"]), by_day, other_night, other_plate]);
    let of = |text: &str, since| seconds_of(&store.passages_of(text, seconds(since)).expect("read"));
    assert_eq!(of("12A-123.45", 0), [2 * day, day + 100, 60, 0]);
    assert_eq!(of("12a12345", 60), [2 * day, day + 100, 60]);
    assert_eq!(of("12A-128.45", 0), [30]);
    assert_eq!(of("12A-1?3.45", 0), [0; 0], "no pattern");
    let seen = |text, since| store.times_seen(text, seconds(since)).expect("read");
    assert_eq!(seen("12A-123.45", 0), TimesSeen { passages: 4, nights: 2 });
    assert_eq!(seen("12A-123.45", day), TimesSeen { passages: 2, nights: 1 });
    assert_eq!(seen("99A-999.99", 0), TimesSeen::default());
}

#[test]
fn what_has_ended_goes_unless_an_alert_has_it() {
    let (_folder, store) = open();
    put_all(&store, &(0..5).map(|n| passage(n, &["12A-123.45"])).collect::<Vec<_>>());
    let mut vehicle = finding(FindingKind::Vehicle, seconds(2));
    vehicle.track = track(2);
    store.put_alert(&Alert { findings: vec![vehicle], ..alert(2) }).expect("stored");
    let ended =
        |before, after: Option<&Passage>, limit| store.passages_ended(seconds(before), after, limit).expect("read");
    assert_eq!(seconds_of(&ended(12, None, 9)), [0, 1, 3], "the fourth ends at 12");
    assert_eq!(seconds_of(&ended(12, None, 2)), [0, 1]);
    assert_eq!(seconds_of(&ended(12, Some(&passage(1, &[])), 2)), [3]);
    store.remove_passages(vec![track(0), track(1), track(77)]).expect("removed");
    assert_eq!(seconds_of(&ended(99, None, 9)), [3, 4]);
    assert_eq!(store.passage(track(0)).expect("read"), None);
    assert_eq!(seconds_of(&store.passages_of("12A-123.45", night()).expect("read")), [4, 3, 2]);
}

#[test]
fn entries_are_written_changed_and_removed() {
    let (folder, store) = open();
    let mut one = entry(0, ListKind::Watched, "12A-1?3.45");
    let other = PlateEntry { note: String::new(), ..entry(1, ListKind::Known, "80A-1*") };
    store.put_plate_entry(&one).expect("stored");
    let before = store.plate_lists();
    store.put_plate_entry(&other).expect("stored");
    one.list.expires_at = Some(seconds(60));
    store.put_plate_entry(&one).expect("changed");
    assert_eq!(store.plate_lists().entries, [one.clone(), other.clone()]);
    assert_eq!(before.entries.len(), 1, "who looks at the lists keeps what it looked at");
    drop(store);
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    assert_eq!(store.plate_lists().entries, [one.clone(), other.clone()]);
    store.remove_plate_entry(one.id).expect("removed");
    store.remove_plate_entry(one.id).expect("gone already");
    assert_eq!(store.plate_lists().entries, [other]);
}

#[test]
fn an_entry_says_why() {
    let (_folder, store) = open();
    let mut silent = entry(0, ListKind::Watched, "12A-123.45");
    silent.list.reason.clear();
    assert!(matches!(store.put_plate_entry(&silent), Err(StoreError::Refused { .. })));
    assert_eq!(store.plate_lists().entries, []);
}

#[test]
fn a_passage_forgets_an_entry_that_is_gone() {
    let (_folder, store) = open();
    let watched = entry(0, ListKind::Watched, "12A-123.45");
    store.put_plate_entry(&watched).expect("stored");
    let listed = Some(Listed { entry: watched.id, exact: true });
    let marked = Passage { listed, ..passage(0, &["12A-123.45"]) };
    store.put_passage(&marked).expect("stored");
    assert_eq!(store.passage(marked.track).expect("read"), Some(marked.clone()));
    store.remove_plate_entry(watched.id).expect("removed");
    let unmarked = Passage { listed: None, ..marked.clone() };
    assert_eq!(store.passage(marked.track).expect("read"), Some(unmarked.clone()));
    // A camera that has not heard of it yet.
    store.put_passage(&marked).expect("stored");
    assert_eq!(store.passage(marked.track).expect("read"), Some(unmarked));
}

#[test]
fn what_was_read_is_looked_up_in_the_lists() {
    let (_folder, store) = open();
    let entries = [
        entry(0, ListKind::Known, "12A-128.45"),
        entry(1, ListKind::Known, "12A-12?.45"),
        entry(2, ListKind::Watched, "*123.45"),
        entry(3, ListKind::Watched, "99A-999.99"),
        entry(4, ListKind::Watched, "12A-128.45"),
    ];
    entries.iter().for_each(|entry| store.put_plate_entry(entry).expect("stored"));
    let options = |sign: char| if sign == '3' { vec![('3', 0.6), ('8', 0.3)] } else { vec![(sign, 0.98)] };
    let places = "12A12345".chars().map(|sign| Place { options: options(sign), none: 0.0 }).collect();
    let read = Read { candidates: vec![candidate("12A-123.45", 0.6)], places };
    let lists = store.plate_lists();
    let found: Vec<_> = lists.matching(&read, seconds(9)).into_iter().map(|(_, listed)| listed).collect();
    let listed = |n, exact| Listed { entry: track(n), exact };
    assert_eq!(found, [listed(2, true), listed(4, false), listed(1, true), listed(0, false)]);
}

#[test]
fn a_passage_is_known_for_what_it_matched_then_or_would_now() {
    let (_folder, store) = open();
    let mut watched = entry(0, ListKind::Watched, "12A-123.45");
    watched.list.expires_at = Some(seconds(60));
    for entry in [watched.clone(), entry(1, ListKind::Known, "12A-12?.45"), entry(2, ListKind::Known, "99A-999.99")] {
        store.put_plate_entry(&entry).expect("stored");
    }
    let lists = store.plate_lists();
    assert!(lists.is_watching(seconds(59)) && !lists.is_watching(seconds(60)));
    let unread = passage(0, &[]);
    let read = passage(0, &["12A-123.45", "12A-128.45"]);
    let other = passage(0, &["12A-133.45", "12A-123.45"]);
    let check = |passage: &Passage, at, known_for: Option<(i64, bool)>, is_watched| {
        let known_for = known_for.map(|(n, exact)| Listed { entry: track(n), exact });
        assert_eq!(
            (lists.known_for(passage, seconds(at)), lists.is_watched(passage, seconds(at))),
            (known_for, is_watched)
        );
    };
    check(&unread, 0, None, false);
    check(&other, 0, None, false);
    check(&read, 0, Some((0, true)), true);
    check(&read, 60, Some((1, true)), false);
    let matched = |n, exact| Passage { listed: Some(Listed { entry: track(n), exact }), ..read.clone() };
    check(&matched(2, false), 0, Some((2, false)), false);
    // It was watched for when it came by, and is no longer.
    check(&matched(0, false), 60, Some((0, false)), false);
    check(&matched(9, false), 0, Some((0, true)), true);
}

#[test]
fn the_lists_are_those_of_the_last_change() {
    let (_folder, store) = open();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for m in 0..10 {
                    store.put_plate_entry(&entry(n * 10 + m, ListKind::Known, "80A-1*")).expect("stored");
                }
            });
        }
    });
    let ids: BTreeSet<Uuid> = store.plate_lists().entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, (0..80).map(track).collect());
}

#[test]
fn a_picture_of_a_vehicle_is_known_by_its_name() {
    for crop in VehicleCrop::ALL {
        let name = crop.file_name(track(3));
        assert_eq!(VehicleCrop::of_file(&name), Some((track(3), crop)));
    }
    let alerts = format!("{}.jpg", track(3));
    for name in
        ["", "x.plate.jpg", &alerts, &alerts.replace("jpg", "plain.jpg"), &alerts.replace("jpg", "plate.partial")]
    {
        assert_eq!(VehicleCrop::of_file(name), None, "{name}");
    }
}

prop_compose! {
    fn any_plate()(
        verdict in proptest::sample::select(&PlateVerdict::ALL[..]), confidence in 0f32..=1.0,
        candidates in proptest::collection::vec(("\\PC{1,12}", 0f32..=1.0), 0..=3),
        color in proptest::option::of(proptest::sample::select(
            &[PlateColor::White, PlateColor::Yellow, PlateColor::Blue, PlateColor::Red, PlateColor::Green][..],
        )),
        suspicions in proptest::sample::subsequence(
            &[Suspicion::UnknownCode, Suspicion::UnknownSeries, Suspicion::ColorMismatch, Suspicion::ClassMismatch,
              Suspicion::SeenElsewhere][..],
            0..=5,
        ),
        frames in 0u32..1000, pixels in 0u32..4000,
    ) -> Plate {
        let candidates = candidates.into_iter().map(|(text, probability)| Candidate { text, probability }).collect();
        Plate { verdict, confidence, candidates, color, suspicions, frames, pixels }
    }
}

prop_compose! {
    fn any_passage()(
        class in proptest::sample::select(&[Class::Car, Class::Motorcycle, Class::Bus, Class::Truck][..]),
        (first_at, last_at) in (any_time(), any_time()),
        (stopped, has_vehicle_crop, has_plate_crop) in any::<(bool, bool, bool)>(),
        plate in any_plate(), night in proptest::option::of((1i16..=9999, 1i8..=12, 1i8..=28)),
    ) -> Passage {
        let night = night.map(|(year, month, day)| Date::constant(year, month, day));
        Passage { class, first_at, last_at, stopped, plate, night, has_vehicle_crop, has_plate_crop, ..passage(0, &[]) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_written_over_whatever_is_read_back(versions in proptest::collection::vec(any_passage(), 1..4)) {
        let (_folder, store) = open();
        for version in versions {
            store.put_passage(&version).expect("stored");
            prop_assert_eq!(store.passage(version.track).expect("read"), Some(version));
        }
    }

    #[test]
    fn a_plate_is_found_by_itself_with_any_letters_unknown(
        letters in "[0-9A-Z]{4,9}", unknown in proptest::collection::vec(any::<bool>(), 9),
    ) {
        let (_folder, store) = open();
        store.put_passage(&passage(0, &[&letters])).expect("stored");
        let pattern = letters.chars().zip(unknown).map(|(letter, unknown)| if unknown { '?' } else { letter });
        let filter = PassageFilter { plate: pattern.collect::<String>().parse().ok(), limit: 1, ..PassageFilter::default() };
        prop_assert_eq!(store.passages(&filter).expect("page").items, [passage(0, &[&letters])]);
    }
}
