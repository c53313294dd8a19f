use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn timezone() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled")
}

/// A local time of Vietnam, in 2026: `11-25T21:00`.
fn at(local: &str) -> Timestamp {
    format!("2026-{local}:00+07:00").parse().expect("a time")
}

/// A passage of ten seconds at the gate.
fn passage(local: &str, stopped: bool) -> Passage {
    let first_at = at(local);
    let last_at = first_at + SignedDuration::from_secs(10);
    Passage { camera: "cong".to_owned(), class: Class::Car, first_at, last_at, stopped }
}

fn passing(times: &[&str]) -> Vec<Passage> {
    times.iter().map(|local| passage(local, false)).collect()
}

#[test]
fn a_night_is_its_evening() {
    #[track_caller]
    fn check(local: &str, night: Option<Date>) {
        assert_eq!(night_of(at(local), &timezone()), night);
    }
    check("11-25T17:59", None);
    check("11-25T18:00", Some(date(2026, 11, 25)));
    check("11-25T23:59", Some(date(2026, 11, 25)));
    check("11-26T00:00", Some(date(2026, 11, 25)));
    check("11-26T05:59", Some(date(2026, 11, 25)));
    check("11-26T06:00", None);
    check("01-01T02:00", Some(date(2025, 12, 31)));
}

#[track_caller]
fn check(earlier: &[Passage], current: Option<&Passage>, now: &str, nights: usize, passing: usize) {
    let history = History::of(earlier, current, at(now), &timezone());
    assert_eq!((history.nights, history.nights_passing), (nights, passing), "{history:?}");
    assert_eq!(history.is_seen_before(), passing >= LEAST_NIGHTS);
    assert_eq!(history.sentence().is_some(), history.is_seen_before());
}

#[test]
fn nights_are_counted_once_each() {
    let tonight = passage("11-25T23:00", false);
    let here = || Some(&tonight);
    check(&[], None, "11-25T23:00", 0, 0);
    check(&[], here(), "11-25T23:00", 1, 1);
    check(&passing(&["11-24T23:00", "11-25T02:00"]), here(), "11-25T23:00", 2, 2);
    check(&passing(&["11-23T21:00", "11-24T23:00", "11-25T20:00"]), here(), "11-25T23:00", 3, 3);
    // By day it says nothing.
    check(&passing(&["11-23T12:00", "11-24T07:00", "11-25T17:00"]), here(), "11-25T23:00", 1, 1);
    // Begun by day, and still there at night.
    let mut evening = passage("11-24T17:59", false);
    evening.last_at = at("11-24T18:05");
    check(&[evening], None, "11-25T12:00", 1, 1);
}

#[test]
fn a_week_has_seven_nights() {
    let week =
        ["11-18T22:00", "11-19T22:00", "11-20T22:00", "11-21T22:00", "11-22T22:00", "11-23T22:00", "11-24T22:00"];
    check(&passing(&week), Some(&passage("11-25T23:00", false)), "11-25T23:00", 7, 7);
    check(&passing(&week), None, "11-25T12:00", 6, 6);
    // At two in the morning it is still the night before.
    check(&passing(&week), None, "11-25T02:00", 7, 7);
    check(&passing(&["11-26T22:00", "12-24T22:00"]), None, "11-25T23:00", 0, 0);
}

#[test]
fn a_night_with_a_stop_is_none_of_passing() {
    let mut earlier = passing(&["11-22T21:00", "11-23T21:00", "11-24T21:00"]);
    let tonight = passage("11-25T23:00", true);
    let here = || Some(&tonight);
    check(&earlier, here(), "11-25T23:00", 4, 3);
    earlier.push(passage("11-23T22:00", true));
    check(&earlier, here(), "11-25T23:00", 4, 2);
}

#[test]
fn it_says_when_and_where() {
    let mut earlier = passing(&["11-23T21:00", "11-24T21:00", "11-01T12:00"]);
    earlier[1].camera = "san".to_owned();
    let here = passage("11-25T23:00", false);
    let history = History::of(&earlier, Some(&here), at("11-25T23:00"), &timezone());
    assert_eq!((history.times, history.last.as_ref()), (3, Some(&earlier[1])));
    let sentence = history.sentence().expect("three nights");
    assert_eq!(sentence.vi, "Xe này đã chạy qua 3 đêm trong 7 ngày, không dừng");
    assert_eq!(sentence.en, "This vehicle has come by on 3 nights within 7 days without stopping");
}

#[test]
fn one_vehicle_is_not_in_two_places() {
    #[track_caller]
    fn check(plate: &str, one: &Passage, other: &Passage, expected: Option<TwoVehicles>) {
        let plate = PlateText::parse(plate).expect("a plate");
        let apart = |one: &str, other: &str| [one, other].contains(&"xa");
        assert_eq!(cannot_be_one(&plate, one, other, apart), expected);
        assert_eq!(cannot_be_one(&plate, other, one, apart), expected, "either way round");
    }
    let gate = passage("11-25T21:00", false);
    let at_once = |camera: &str| Passage { camera: camera.to_owned(), ..gate.clone() };
    let two_places = Some(TwoVehicles::TwoPlaces);
    check("12A-123.45", &gate, &at_once("xa"), two_places);
    check("12A-123.45", &gate, &at_once("san"), None);
    check("12A-123.45", &gate, &gate, None);
    check("桂A·12345", &gate, &at_once("xa"), two_places);
    let later = |seconds| {
        let by = SignedDuration::from_secs(seconds);
        Passage { first_at: gate.first_at + by, last_at: gate.last_at + by, ..at_once("xa") }
    };
    check("12A-123.45", &gate, &later(7), two_places);
    check("12A-123.45", &gate, &later(8), None);
    check("12A-123.45", &gate, &later(11), None);

    let on = |class, days: i64| {
        let by = SignedDuration::from_hours(24 * days);
        Passage { class, first_at: gate.first_at - by, last_at: gate.last_at - by, ..gate.clone() }
    };
    let two_classes = Some(TwoVehicles::TwoClasses);
    check("12B1-123.45", &gate, &on(Class::Motorcycle, 3), two_classes);
    check("12A-012.34", &gate, &on(Class::Motorcycle, 3), two_classes);
    check("12A-012.34", &gate, &on(Class::Truck, 3), None);
    check("12A-012.34", &gate, &on(Class::Person, 3), None);
    // Numbered apart: `12B-112.34` and `12B1-1234`, and a joint venture's car and motorcycle.
    check("12B-112.34", &gate, &on(Class::Motorcycle, 3), None);
    check("29LD-123.45", &gate, &on(Class::Motorcycle, 3), None);
    assert!(TwoVehicles::TwoClasses.sentence().vi.contains("xe máy"));
}

proptest! {
    #[test]
    fn the_order_of_passages_does_not_matter(
        hours in prop::collection::vec((0i64..24 * 20, any::<bool>()), 0..20),
        now in 24i64 * 10..24 * 20,
    ) {
        let start = at("11-01T00:00");
        let at = |hour: i64| start + SignedDuration::from_hours(hour);
        let at_hour = |(hour, stopped): &(i64, bool)| {
            Passage { first_at: at(*hour), last_at: at(*hour), ..passage("11-01T00:00", *stopped) }
        };
        let mut passages: Vec<_> = hours.iter().map(at_hour).collect();
        let history = |passages: &[Passage]| {
            let history = History::of(passages, None, at(now), &timezone());
            (history.times, history.nights, history.nights_passing, history.last.map(|last| last.last_at))
        };
        let once = history(&passages);
        passages.reverse();
        prop_assert_eq!(once, history(&passages));
        prop_assert!(once.2 <= once.1 && once.1 <= once.0 && once.1 <= DAYS as usize);
    }
}
