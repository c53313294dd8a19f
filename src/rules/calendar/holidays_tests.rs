use super::*;
use crate::config::Holidays;

fn of_year(year: i16, days: &DaysOff) -> Vec<(Date, String)> {
    let weekend = |weekday| matches!(weekday, Weekday::Saturday | Weekday::Sunday);
    let holidays = all(days, weekend);
    holidays.range(date(year, 1, 1)..=date(year, 12, 31)).map(|(day, holiday)| (*day, holiday.name().vi)).collect()
}

#[track_caller]
fn check(year: i16, days: &DaysOff, expected: &[(i8, i8, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(month, day, name)| (date(year, *month, *day), (*name).to_owned())).collect();
    assert_eq!(of_year(year, days), expected);
}

#[test]
fn of_2026() {
    let expected = [
        (1, 1, "Tết Dương lịch"),
        (2, 16, "giao thừa (29 tháng Chạp)"),
        (2, 17, "mồng 1 Tết"),
        (2, 18, "mồng 2 Tết"),
        (2, 19, "mồng 3 Tết"),
        (2, 20, "mồng 4 Tết"),
        (4, 26, "Giỗ Tổ Hùng Vương"),
        (4, 27, "nghỉ bù Giỗ Tổ Hùng Vương"),
        (4, 30, "Ngày Giải phóng miền Nam"),
        (5, 1, "Quốc tế Lao động"),
        (9, 1, "nghỉ Quốc khánh"),
        (9, 2, "Quốc khánh"),
    ];
    check(2026, &DaysOff { holidays: Holidays::Vietnam, ..DaysOff::default() }, &expected);
}

#[test]
fn of_2027_as_usual_and_as_the_office_has_it() {
    // The 6th and 7th of February are a weekend, and so is the 1st of May.
    let usual = [
        (1, 1, "Tết Dương lịch"),
        (2, 5, "giao thừa (29 tháng Chạp)"),
        (2, 6, "mồng 1 Tết"),
        (2, 7, "mồng 2 Tết"),
        (2, 8, "mồng 3 Tết"),
        (2, 9, "mồng 4 Tết"),
        (2, 10, "nghỉ bù mồng 1 Tết"),
        (2, 11, "nghỉ bù mồng 2 Tết"),
        (4, 16, "Giỗ Tổ Hùng Vương"),
        (4, 30, "Ngày Giải phóng miền Nam"),
        (5, 1, "Quốc tế Lao động"),
        (5, 3, "nghỉ bù Quốc tế Lao động"),
        (9, 2, "Quốc khánh"),
        (9, 3, "nghỉ Quốc khánh"),
    ];
    check(2027, &DaysOff::default(), &usual);
    let own = DaysOff {
        tet: BTreeMap::from([(2027, (date(2027, 2, 4), date(2027, 2, 6)))]),
        national_day: BTreeMap::from([(2027, Beside::Before)]),
        ..DaysOff::default()
    };
    let mut expected = usual.to_vec();
    expected.splice(1..8, [(2, 4, "28 tháng Chạp, nghỉ Tết"), usual[1], usual[2]]);
    let last = expected.len() - 2;
    expected.splice(last.., [(9, 1, "nghỉ Quốc khánh"), (9, 2, "Quốc khánh")]);
    check(2027, &own, &expected);
}

/// As decided each year: 2021-09-03, 2022-09-01, 2023-09-01, 2024-09-03, 2025-09-01, 2026-09-01.
#[test]
fn the_day_beside_national_day_joins_the_weekend() {
    for (year, expected) in [(2021, 3), (2022, 1), (2023, 1), (2024, 3), (2025, 1), (2026, 1)] {
        let fixed = fixed(year, &DaysOff::default());
        assert_eq!(fixed[4], (date(year, 9, expected), HolidayKind::BesideNationalDay));
    }
}

#[test]
fn every_year_has_its_holidays() {
    let holidays = all(&DaysOff::default(), |_| false);
    for year in YEARS {
        let tet = tet_day(year).expect("within the years");
        let kind = |day: Date| holidays.get(&day).map(|holiday| holiday.kind);
        assert!(matches!(kind(tet - 1.day()), Some(HolidayKind::TetEve(29 | 30))), "{year}");
        let first_days: Vec<_> = (0..5).map(|n| kind(tet + n.days())).collect();
        let expected = [1, 2, 3, 4].map(|day| Some(HolidayKind::Tet(day))).into_iter().chain([None]);
        assert!(first_days.into_iter().eq(expected), "{year}");
    }
    assert_eq!((tet_day(1975), tet_day(2101)), (None, None));
}

#[test]
fn english_counts() {
    let names = [1, 2, 3, 4, 11, 12, 21].map(|day| HolidayKind::Tet(day).name().en);
    assert_eq!(names[0], "the 1st day of Tết");
    assert!(
        names
            .iter()
            .zip(["1st", "2nd", "3rd", "4th", "11th", "12th", "21st"])
            .all(|(name, count)| name.contains(count))
    );
}
