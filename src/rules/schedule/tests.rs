use std::fs;
use std::sync::LazyLock;

use jiff::civil::date;
use jiff::{SignedDuration, ToSpan as _};
use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3600;
const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

/// Two cameras, the first with the zones `san` and `ket`.
pub(super) fn schedule(arming: &str) -> Schedule {
    in_zone("Asia/Ho_Chi_Minh", arming)
}

fn in_zone(timezone: &str, arming: &str) -> Schedule {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("canhdem.toml");
    let zone = |id: &str, kind: &str| {
        format!("{{ id = \"{id}\", kind = \"{kind}\", polygon = [[0.0,0.0],[1.0,0.0],[1.0,1.0]] }}")
    };
    let zones = [zone("san", "yard"), zone("ket", "protected"), zone("duong", "ignore")].join(", ");
    // Holidays are those that a test asks for.
    let holidays = if arming.contains("holidays") { "" } else { "holidays = \"none\"" };
    let text = format!(
        "data_dir = \"data\"\ntimezone = \"{timezone}\"
         [[camera]]\nid = \"cong\"\nmain = \"rtsp://10.0.0.11/1\"\nzones = [{zones}]
         [[camera]]\nid = \"kho\"\nmain = \"rtsp://10.0.0.12/1\"\n[arming]\n{holidays}\n{arming}\n"
    );
    fs::write(&path, text).expect("written");
    Schedule::new(&Config::load(&path).unwrap_or_else(|error| panic!("{error}")))
}

pub(super) fn at(local: &str) -> Timestamp {
    format!("{local}+07:00").parse().expect("a time")
}

/// What is said of the office at a time, Vietnamese or English.
#[track_caller]
fn says(schedule: &Schedule, local: &str, expected: &str) {
    let answer = schedule.explain(at(local), Place::Office);
    let Bilingual { vi, en } = &answer.sentence;
    assert!(vi == expected || en == expected, "{expected:?} is neither {vi:?} nor {en:?}");
    assert_eq!(schedule.at(at(local), Place::Office), answer.armed);
}

const HOLIDAYS: &str = "holidays = \"vietnam\"\n";

#[test]
fn nights_peaks_and_weekends() {
    // 2026-03-02 is a Monday.
    let office = schedule("");
    says(&office, "2026-03-02T17:59:59", "Đang tắt từ 06:00 đến 18:00: giờ làm việc");
    says(&office, "2026-03-02T18:00:00", "Đã bật từ 18:00 đến 06:00: ban đêm");
    says(&office, "2026-03-03T01:00:00", "Đã bật từ 18:00 đến 06:00: ban đêm, giờ cao điểm trộm (01:00–03:00)");
    says(&office, "2026-03-03T03:00:00", "Armed from 18:00 to 06:00: night");
    says(&office, "2026-03-03T06:00:00", "Not armed from 06:00 to 18:00: working hours");
    says(&office, "2026-03-06T20:00:00", "Đã bật từ 18:00 đến 06:00: ban đêm; sau đó vẫn bật đến 06:00 ngày 09/03");
    says(&office, "2026-03-07T12:00:00", "Đã bật từ 06:00 đến 18:00: cuối tuần; sau đó vẫn bật đến 06:00 ngày 09/03");
    says(&office, "2026-03-08T20:00:00", "Đã bật từ 18:00 đến 06:00: đêm cuối tuần");
    says(&schedule("weekends = false"), "2026-03-07T12:00:00", "Đang tắt từ 06:00 đến 18:00: giờ làm việc");
    let weekends = schedule("nights = \"none\"");
    says(&weekends, "2026-03-08T12:00:00", "Đã bật từ 00:00 ngày 07/03 đến 00:00: cuối tuần");
    says(&weekends, "2026-03-06T12:00:00", "Đang tắt từ 00:00 ngày 02/03 đến 00:00: ngoài lịch canh");
    let early_morning = schedule("nights = \"00:00-05:00\"");
    says(&early_morning, "2026-03-03T02:00:00", "Đã bật từ 00:00 đến 05:00: ban đêm, giờ cao điểm trộm (01:00–03:00)");
}

#[test]
fn holidays_are_armed_the_whole_day() {
    let office = schedule(HOLIDAYS);
    says(
        &office,
        "2026-02-18T22:00:00",
        "Đã bật từ 18:00 đến 06:00: đêm mồng 2 Tết; sau đó vẫn bật đến 06:00 ngày 23/02",
    );
    says(
        &office,
        "2026-02-19T05:59:59",
        "Armed from 18:00 to 06:00: the night of the 2nd day of Tết; it stays armed after that, until 06:00 on 23/02",
    );
    says(&office, "2026-02-19T12:00:00", "Đã bật từ 06:00 đến 18:00: mồng 3 Tết; sau đó vẫn bật đến 06:00 ngày 23/02");
    // A Thursday between working days.
    let off = schedule(&format!("{HOLIDAYS}closed = [{{ from = 2027-09-01, name = \"Bão\" }}]"));
    says(&off, "2028-04-04T12:00:00", "Đã bật từ 06:00 đến 18:00: Giỗ Tổ Hùng Vương; sau đó vẫn bật đến 06:00");
    says(&off, "2027-09-01T12:00:00", "Đã bật từ 00:00 đến 00:00: đóng cửa: Bão; sau đó vẫn bật đến 06:00 ngày 06/09");
    let holiday = |local: &str| office.at(at(local), Place::Office).holiday;
    assert!(holiday("2026-02-18T12:00:00") && holiday("2026-02-21T02:00:00"), "the night of the 4th day");
    assert!(!holiday("2026-02-21T12:00:00"), "a weekend is none");
    assert!(!holiday("2026-02-15T17:00:00") && holiday("2026-02-16T00:00:00"));
    let by_night_only = schedule("");
    assert!(!by_night_only.at(at("2026-02-18T12:00:00"), Place::Office).armed);
}

#[test]
fn days_that_were_swapped() {
    // A Saturday is worked for the Monday before National Day.
    let office = schedule(&format!("{HOLIDAYS}swap = [{{ worked = 2026-08-22, off = 2026-08-31 }}]"));
    says(&office, "2026-08-22T12:00:00", "Đang tắt từ 06:00 đến 18:00: giờ làm việc");
    says(
        &office,
        "2026-08-31T12:00:00",
        "Đã bật từ 06:00 đến 18:00: nghỉ hoán đổi, làm bù 22/08; sau đó vẫn bật đến 06:00 ngày 03/09",
    );
    let worked_holiday = schedule(&format!("{HOLIDAYS}swap = [{{ worked = 2026-04-30 }}]"));
    assert!(!worked_holiday.at(at("2026-04-30T12:00:00"), Place::Office).armed);
}

#[test]
fn the_days_before_tet() {
    // Tết is off from Monday, 16 February; the weekend before it is armed anyway.
    let office = schedule(&format!("{HOLIDAYS}early_watch = {{ days = 4, from = \"15:00\" }}"));
    says(
        &office,
        "2026-02-12T16:00:00",
        "Đã bật từ 15:00 đến 18:00: còn 4 ngày đến kỳ nghỉ Tết, cơ quan vắng sớm; sau đó vẫn bật đến 06:00",
    );
    says(&office, "2026-02-12T14:59:59", "Đang tắt từ 06:00 đến 15:00: giờ làm việc");
    says(&office, "2026-02-11T16:00:00", "Đang tắt từ 06:00 đến 18:00: giờ làm việc");
    let own = schedule(&format!(
        "{HOLIDAYS}tet = [{{ from = 2026-02-13, to = 2026-02-20 }}]\nearly_watch = {{ days = 1, from = \"15:00\" }}"
    ));
    says(
        &own,
        "2026-02-12T16:00:00",
        "Armed from 15:00 to 18:00: 1 day before the days off at Tết, when the office empties early; it stays armed after that, until 06:00 on 23/02",
    );
}

#[test]
fn opening_hours() {
    let office = schedule(&format!(
        "{HOLIDAYS}swap = [{{ worked = 2026-08-22, off = 2026-08-31 }}]
         opening_hours = {{ monday = \"07:30-11:30, 13:30-17:00\", tuesday = \"07:30-17:00\", wednesday = \"07:30-17:00\" }}"
    ));
    says(&office, "2026-03-02T12:00:00", "Đã bật từ 11:30 đến 13:30: ngoài giờ mở cửa");
    says(&office, "2026-03-02T13:30:00", "Đang tắt từ 13:30 đến 17:00: giờ làm việc");
    says(&office, "2026-03-02T23:00:00", "Đã bật từ 17:00 đến 07:30: ban đêm");
    says(
        &office,
        "2026-03-05T12:00:00",
        "Đã bật từ 06:00 đến 18:00: ngày nghỉ trong tuần; sau đó vẫn bật đến 07:30 ngày 09/03",
    );
    // The 3rd and 4th day are a Thursday and a Friday, days of rest here, so that Monday and Tuesday are off.
    says(
        &office,
        "2026-02-17T23:00:00",
        "Đã bật từ 18:00 đến 06:00: đêm mồng 1 Tết; sau đó vẫn bật đến 07:30 ngày 25/02",
    );
    // At the hours of the Monday that it stands for.
    says(&office, "2026-08-22T12:00:00", "Đã bật từ 11:30 đến 13:30: ngoài giờ mở cửa");
    says(
        &office,
        "2026-08-31T10:00:00",
        "Đã bật từ 06:00 đến 18:00: nghỉ hoán đổi, làm bù 22/08; sau đó vẫn bật đến 07:30 ngày 07/09",
    );
}

#[test]
fn groups_go_by_their_own_hours() {
    let office = schedule(
        "group = [{ name = \"Két\", zones = [\"cong/ket\"], always = true },
                  { name = \"Kho\", cameras = [\"kho\"], nights = \"20:00-05:00\", weekends = false }]",
    );
    let armed = |local: &str, place| office.at(at(local), place).armed;
    let zone = |zone| Place::Zone { camera: "cong", zone };
    let noon = "2026-03-02T12:00:00";
    assert!(armed(noon, zone("ket")) && !armed(noon, zone("san")) && !armed(noon, Place::Office));
    assert!(armed(noon, Place::Camera("cong")), "one of its zones is");
    assert_eq!(office.at(at(noon), Place::Camera("cong")).reason.vi, "Két được canh suốt ngày đêm");
    let whole = Place::Zone { camera: "kho", zone: "khung-hinh" };
    for place in [Place::Camera("kho"), Place::Group("Kho"), whole] {
        assert!(!armed("2026-03-02T19:00:00", place) && armed("2026-03-02T20:00:00", place));
        assert!(!armed("2026-03-07T12:00:00", place), "its weekends are off");
    }
    let answer = office.explain(at(noon), Place::Camera("cong"));
    assert_eq!((answer.from, answer.until), (None, None));
    assert_eq!(
        answer.sentence.en,
        "Armed from 06:00 to 18:00: Két is watched day and night; it stays armed after that"
    );
    assert_eq!(office.explain(at(noon), zone("ket")).sentence.en, "Armed: Két is watched day and night");
    // One that is not configured is watched as the office is.
    assert!(!armed(noon, Place::Camera("moi")) && armed("2026-03-02T19:00:00", Place::Camera("moi")));
}

#[test]
fn changes_of_a_night() {
    let noon = at("2026-03-02T12:00:30");
    let changes = schedule("").changes(noon, noon + SignedDuration::from_hours(24), Place::Office);
    let expected = [
        noon,
        at("2026-03-02T18:00:00"),
        at("2026-03-03T01:00:00"),
        at("2026-03-03T03:00:00"),
        at("2026-03-03T06:00:00"),
    ];
    assert!(changes.iter().map(|(at, _)| *at).eq(expected), "{changes:?}");
    assert!(!changes[0].1.armed && changes[1].1.armed && changes[2].1.peak);
}

/// Where the clock is put forward and back: New York on 8 March and 1 November 2026.
#[test]
fn the_clock_may_be_put_forward_and_back() {
    let office = in_zone("America/New_York", "nights = \"23:00-02:30\"\nweekends = false");
    let explain = |text: &str| office.explain(text.parse().expect("a time"), Place::Office);
    // 02:30 is left out: the night ends where the clock jumps from 02:00 to 03:00.
    let spring = explain("2026-03-08T01:59:00-05:00");
    assert_eq!(spring.until, "2026-03-08T03:00:00-04:00".parse().ok());
    // 01:00 to 02:00 comes twice, and the night goes on.
    let autumn = explain("2026-11-01T01:30:00-04:00");
    assert_eq!(
        (autumn.from, autumn.until),
        ("2026-10-31T23:00:00-04:00".parse().ok(), "2026-11-01T02:30:00-05:00".parse().ok())
    );
    // A night that ends within that hour begins again.
    let twice = in_zone("America/New_York", "nights = \"23:00-01:30\"\nweekends = false");
    let first = twice.explain("2026-11-01T01:00:00-04:00".parse().expect("a time"), Place::Office);
    let second = twice.explain("2026-11-01T01:00:00-05:00".parse().expect("a time"), Place::Office);
    assert_eq!(first.until, "2026-11-01T01:30:00-04:00".parse().ok());
    assert_eq!(
        (second.from, second.until),
        ("2026-11-01T01:00:00-05:00".parse().ok(), "2026-11-01T01:30:00-05:00".parse().ok())
    );
}

/// A clock that jumps only asks for other times: in whatever order, the answers are the same.
#[test]
fn the_order_of_questions_does_not_matter() {
    let office = schedule(HOLIDAYS);
    let times: Vec<_> = (0..200).map(|n| at("2026-02-10T00:00:00") + SignedDuration::from_secs(n * HOUR)).collect();
    let forwards: Vec<_> = times.iter().map(|at| office.explain(*at, Place::Office)).collect();
    let mut backwards: Vec<_> = times.iter().rev().map(|at| office.explain(*at, Place::Office)).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
}

#[test]
fn the_ends_of_time() {
    let office = schedule(HOLIDAYS);
    for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
        assert!(!office.explain(at, Place::Office).sentence.vi.is_empty());
    }
}

#[test]
fn arming_does_not_break_at_midnight() {
    let office = schedule(HOLIDAYS);
    let mut midnight = date(2026, 1, 1);
    while midnight < date(2028, 1, 1) {
        let at = midnight.in_tz("Asia/Ho_Chi_Minh").expect("a time").timestamp();
        let (before, after) = (office.at(at - NANOSECOND, Place::Office), office.at(at, Place::Office));
        assert!(before.armed && after.armed && before.reason == after.reason, "{midnight}");
        midnight = midnight.tomorrow().expect("a day");
    }
    // Within the days of Tết there is no gap.
    let tet = office.explain(date(2027, 2, 6).in_tz("Asia/Ho_Chi_Minh").expect("a time").timestamp(), Place::Office);
    let day = |day| date(2027, 2, day).at(0, 0, 0, 0).in_tz("Asia/Ho_Chi_Minh").expect("a time").timestamp();
    assert_eq!((tet.from, tet.until), (Some(day(4) + 18.hours()), Some(day(12) + 6.hours())));
}

/// Of many kinds, in zones whose clocks are put forward and back, by half an hour in one of them.
static OFFICES: LazyLock<Vec<Schedule>> = LazyLock::new(offices);

fn offices() -> Vec<Schedule> {
    let arming = "holidays = \"vietnam\"
         early_watch = { days = 5, from = \"15:30\" }
         swap = [{ worked = 2026-08-22, off = 2026-08-31 }]
         closed = [{ from = 2026-03-04T09:10, to = 2026-03-04T11:20 }, { from = 2026-03-28, to = 2026-04-02 }]";
    let hours = "opening_hours = { monday = \"07:30-11:30, 13:30-17:00\", tuesday = \"00:00-24:00\", friday = \"06:00-00:00\" }";
    let zones = ["Asia/Ho_Chi_Minh", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"];
    let mut offices: Vec<_> = zones.iter().map(|zone| in_zone(zone, arming)).collect();
    offices.extend(zones.iter().map(|zone| in_zone(zone, &format!("{arming}\n{hours}"))));
    offices.push(in_zone("America/New_York", "nights = \"23:00-01:30\"\nweekends = false"));
    offices
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// From `from` until `until` nothing changes, and on either side of them it is otherwise.
    #[test]
    fn since_and_until_are_exact(
        seconds in 1_735_689_600i64..1_830_297_600,
        inside in proptest::collection::vec(0.0f64..1.0, 8),
    ) {
        for office in OFFICES.iter() {
            let at = Timestamp::from_second(seconds).expect("in range");
            let answer = office.explain(at, Place::Office);
            let armed = |at| office.at(at, Place::Office).armed;
            prop_assert_eq!(&office.at(at, Place::Office), &answer.armed);
            prop_assert_eq!(office.is_armed(at, Place::Office), answer.armed.armed);
            prop_assert!(!answer.sentence.vi.is_empty() && !answer.sentence.en.is_empty());
            prop_assert!(!answer.armed.reason.vi.is_empty() && !answer.armed.reason.en.is_empty());
            prop_assert!(answer.armed.armed || !(answer.armed.peak || answer.armed.holiday));
            let (Some(from), Some(until)) = (answer.from, answer.until) else {
                return Err(TestCaseError::fail("every one of these offices opens within weeks"));
            };
            prop_assert!(from <= at && at < until);
            prop_assert!(armed(from - NANOSECOND) != answer.armed.armed && armed(from) == answer.armed.armed);
            prop_assert!(armed(until) != answer.armed.armed && armed(until - NANOSECOND) == answer.armed.armed);
            let length = until.duration_since(from).as_secs_f64();
            for share in &inside {
                let time = from + SignedDuration::from_secs_f64(length * share);
                prop_assert_eq!(armed(time), answer.armed.armed, "{}", time);
            }
        }
    }
}
