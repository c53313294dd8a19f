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

fn history(earlier: &[Passage], current: Option<&Passage>, now: &str) -> History {
    History::of(earlier, current, at(now), &timezone(), |_| None)
}

#[track_caller]
fn check(earlier: &[Passage], current: Option<&Passage>, now: &str, nights: usize, passing: usize) {
    let history = history(earlier, current, now);
    assert_eq!((history.nights, history.nights_passing), (nights, passing), "{history:?}");
    assert_eq!(history.is_seen_before(), passing >= LEAST_NIGHTS);
    assert_eq!(history.sentence(None).is_some(), history.is_seen_before());
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

/// A passage that lasts for so many minutes.
fn lasting(local: &str, stopped: bool, minutes: i64) -> Passage {
    let passage = passage(local, stopped);
    Passage { last_at: passage.first_at + SignedDuration::from_mins(minutes), ..passage }
}

#[test]
fn who_waits_at_odd_hours_has_been_seen_before() {
    #[track_caller]
    fn check(passages: &[Passage], waiting: usize, is_seen_before: bool) {
        let history = history(passages, None, "11-25T23:59");
        assert_eq!((history.nights_waiting, history.is_seen_before()), (waiting, is_seen_before), "{history:?}");
    }
    let nights = |minutes| ["11-23T23:00", "11-24T22:00", "11-26T04:00"].map(|local| lasting(local, true, minutes));
    let waiting = |minutes| nights(minutes)[..2].to_vec();
    check(&waiting(3), 2, false);
    check(&[waiting(3), vec![lasting("11-25T22:10", true, 3)]].concat(), 3, true);
    // Nights of passing and of waiting together.
    check(&[waiting(3), passing(&["11-25T19:00"])].concat(), 2, true);
    check(&waiting(2), 0, false);
    check(&waiting(91), 0, false);
    check(&[waiting(5), vec![lasting("11-24T23:30", true, 100)]].concat(), 1, false);
    check(&["11-23T21:59", "11-24T05:00"].map(|local| lasting(local, true, 10)), 0, false);
    // It was slow, and did not stop.
    check(&[lasting("11-24T23:00", false, 5)], 0, false);
}

#[test]
fn slow_is_what_takes_twice_as_long_as_usual() {
    #[track_caller]
    fn check(usual: Option<i64>, expected: usize) {
        let usual = |camera: &str| usual.filter(|_| camera == "cong").map(SignedDuration::from_secs);
        // Ten seconds each.
        let passages = [passing(&["11-23T21:00", "11-24T21:00"]), vec![passage("11-22T21:00", true)]].concat();
        let here = passage("11-25T23:00", false);
        let history = History::of(&passages, Some(&here), at("11-25T23:00"), &timezone(), usual);
        assert_eq!((history.nights_passing, history.nights_slow), (3, expected));
    }
    check(Some(5), 3);
    check(Some(6), 0);
    check(None, 0);
}

#[test]
fn what_is_usual_takes_some_passages_to_know() {
    let seconds = |times: &[i64]| times.iter().copied().map(SignedDuration::from_secs).collect::<Vec<_>>();
    assert_eq!(usual_time(seconds(&[4; 19])), None);
    assert_eq!(usual_time(Vec::new()), None);
    let most_are_quick = [[4; 15], [3; 15], [500; 15]].concat();
    assert_eq!(usual_time(seconds(&most_are_quick)), Some(SignedDuration::from_secs(4)));
}

#[test]
fn it_says_when_and_where() {
    let mut earlier = passing(&["11-23T21:00", "11-24T21:00", "11-01T12:00"]);
    earlier[1].camera = "san".to_owned();
    let here = passage("11-25T23:00", false);
    let history = history(&earlier, Some(&here), "11-25T23:00");
    assert_eq!((history.times, history.last.as_ref()), (3, Some(&earlier[1])));
    assert_eq!(history.cameras, ["cong", "san"].map(str::to_owned).into());
}

#[test]
fn it_says_what_a_vehicle_did() {
    #[track_caller]
    fn check([passing, slow, waiting]: [usize; 3], place: Option<&str>, vi: &str, en: &str) {
        let (nights_passing, nights_slow, nights_waiting) = (passing, slow, waiting);
        let history = History { nights_passing, nights_slow, nights_waiting, ..History::default() };
        let told = history.sentence(place).unwrap_or_default();
        assert_eq!((told.vi.as_str(), told.en.as_str()), (vi, en));
    }
    check([2, 2, 0], None, "", "");
    check(
        [3, 3, 0],
        Some("cổng"),
        "Xe này đã chạy chậm qua cổng 3 đêm trong tuần",
        "This vehicle has driven slowly past cổng on 3 nights this week",
    );
    check(
        [4, 2, 0],
        None,
        "Xe này đã chạy qua mà không dừng ở khu vực này 4 đêm trong tuần",
        "This vehicle has driven without stopping past this place on 4 nights this week",
    );
    check(
        [1, 1, 3],
        Some("cổng"),
        "Xe này đã đứng đợi lúc đêm khuya ở cổng 3 đêm trong tuần",
        "This vehicle has waited late at night at cổng on 3 nights this week",
    );
    check(
        [1, 0, 2],
        None,
        "Xe này đã chạy qua hoặc đứng đợi ở khu vực này 3 đêm trong tuần",
        "This vehicle has driven past or waited at this place on 3 nights this week",
    );
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
        hours in prop::collection::vec((0i64..24 * 20, any::<bool>(), 0i64..120), 0..20),
        now in 24i64 * 10..24 * 20,
    ) {
        let start = at("11-01T00:00");
        let at = |hour: i64| start + SignedDuration::from_hours(hour);
        let at_hour = |(hour, stopped, minutes): &(i64, bool, i64)| {
            let last_at = at(*hour) + SignedDuration::from_mins(*minutes);
            Passage { first_at: at(*hour), last_at, ..passage("11-01T00:00", *stopped) }
        };
        let mut passages: Vec<_> = hours.iter().map(at_hour).collect();
        let usual = |_: &str| Some(SignedDuration::from_mins(1));
        let history = |passages: &[Passage]| {
            let history = History::of(passages, None, at(now), &timezone(), usual);
            let nights = [history.nights, history.nights_passing, history.nights_slow, history.nights_waiting];
            (history.times, nights, history.last.map(|last| last.last_at))
        };
        let once = history(&passages);
        passages.reverse();
        prop_assert_eq!(once, history(&passages));
        let (times, [nights, passing, slow, waiting], _) = once;
        prop_assert!(passing + waiting <= nights && nights <= times && nights <= crate::rules::nights::DAYS as usize);
        prop_assert!(slow <= passing);
    }
}
