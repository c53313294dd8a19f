use std::collections::BTreeMap;

use super::*;

fn first(year: i16, number: u8, meridian: Meridian) -> LunarMonth {
    let months = months(year, meridian);
    *months.iter().find(|month| month.number == number && !month.leap).expect("every year has it")
}

fn tet(year: i16, meridian: Meridian) -> Date {
    first(year, 1, meridian).first
}

type MonthDay = (i8, i8);

/// Year, Tết, and Hùng Kings' Day (the 10th of the 3rd month), by `PyEphem` 4.2.1, which computes sun and moon in
/// another way (VSOP87, Moshier); its dates at UTC+8 are those of sxtwl 2.0.7, a table of the Chinese calendar.
#[rustfmt::skip]
const KNOWN: [(i16, MonthDay, MonthDay); 125] = [
    (1976, (1, 31), (4, 9)), (1977, (2, 18), (4, 27)), (1978, (2, 7), (4, 16)), (1979, (1, 28), (4, 6)),
    (1980, (2, 16), (4, 24)), (1981, (2, 5), (4, 14)), (1982, (1, 25), (4, 3)), (1983, (2, 13), (4, 22)),
    (1984, (2, 2), (4, 10)), (1985, (1, 21), (4, 29)), (1986, (2, 9), (4, 18)), (1987, (1, 29), (4, 7)),
    (1988, (2, 17), (4, 25)), (1989, (2, 6), (4, 15)), (1990, (1, 27), (4, 5)), (1991, (2, 15), (4, 24)),
    (1992, (2, 4), (4, 12)), (1993, (1, 23), (4, 1)), (1994, (2, 10), (4, 20)), (1995, (1, 31), (4, 9)),
    (1996, (2, 19), (4, 27)), (1997, (2, 7), (4, 16)), (1998, (1, 28), (4, 6)), (1999, (2, 16), (4, 25)),
    (2000, (2, 5), (4, 14)), (2001, (1, 24), (4, 3)), (2002, (2, 12), (4, 22)), (2003, (2, 1), (4, 11)),
    (2004, (1, 22), (4, 28)), (2005, (2, 9), (4, 18)), (2006, (1, 29), (4, 7)), (2007, (2, 17), (4, 26)),
    (2008, (2, 7), (4, 15)), (2009, (1, 26), (4, 4)), (2010, (2, 14), (4, 23)), (2011, (2, 3), (4, 12)),
    (2012, (1, 23), (3, 31)), (2013, (2, 10), (4, 19)), (2014, (1, 31), (4, 9)), (2015, (2, 19), (4, 28)),
    (2016, (2, 8), (4, 16)), (2017, (1, 28), (4, 6)), (2018, (2, 16), (4, 25)), (2019, (2, 5), (4, 14)),
    (2020, (1, 25), (4, 2)), (2021, (2, 12), (4, 21)), (2022, (2, 1), (4, 10)), (2023, (1, 22), (4, 29)),
    (2024, (2, 10), (4, 18)), (2025, (1, 29), (4, 7)), (2026, (2, 17), (4, 26)), (2027, (2, 6), (4, 16)),
    (2028, (1, 26), (4, 4)), (2029, (2, 13), (4, 23)), (2030, (2, 2), (4, 12)), (2031, (1, 23), (4, 1)),
    (2032, (2, 11), (4, 19)), (2033, (1, 31), (4, 9)), (2034, (2, 19), (4, 28)), (2035, (2, 8), (4, 17)),
    (2036, (1, 28), (4, 6)), (2037, (2, 15), (4, 24)), (2038, (2, 4), (4, 13)), (2039, (1, 24), (4, 3)),
    (2040, (2, 12), (4, 20)), (2041, (2, 1), (4, 10)), (2042, (1, 22), (4, 29)), (2043, (2, 10), (4, 19)),
    (2044, (1, 30), (4, 7)), (2045, (2, 17), (4, 26)), (2046, (2, 6), (4, 15)), (2047, (1, 26), (4, 4)),
    (2048, (2, 14), (4, 22)), (2049, (2, 2), (4, 11)), (2050, (1, 23), (4, 1)), (2051, (2, 11), (4, 20)),
    (2052, (2, 1), (4, 9)), (2053, (2, 18), (4, 28)), (2054, (2, 8), (4, 17)), (2055, (1, 28), (4, 6)),
    (2056, (2, 15), (4, 24)), (2057, (2, 4), (4, 13)), (2058, (1, 24), (4, 2)), (2059, (2, 12), (4, 21)),
    (2060, (2, 2), (4, 10)), (2061, (1, 21), (3, 31)), (2062, (2, 9), (4, 19)), (2063, (1, 29), (4, 8)),
    (2064, (2, 17), (4, 26)), (2065, (2, 5), (4, 15)), (2066, (1, 26), (4, 4)), (2067, (2, 14), (4, 23)),
    (2068, (2, 3), (4, 11)), (2069, (1, 23), (4, 1)), (2070, (2, 11), (4, 20)), (2071, (1, 31), (4, 9)),
    (2072, (2, 19), (4, 27)), (2073, (2, 7), (4, 16)), (2074, (1, 27), (4, 5)), (2075, (2, 15), (4, 24)),
    (2076, (2, 5), (4, 13)), (2077, (1, 24), (4, 2)), (2078, (2, 12), (4, 21)), (2079, (2, 2), (4, 11)),
    (2080, (1, 22), (3, 30)), (2081, (2, 9), (4, 18)), (2082, (1, 29), (4, 7)), (2083, (2, 17), (4, 26)),
    (2084, (2, 6), (4, 14)), (2085, (1, 26), (4, 3)), (2086, (2, 14), (4, 22)), (2087, (2, 3), (4, 12)),
    (2088, (1, 24), (4, 1)), (2089, (2, 10), (4, 20)), (2090, (1, 30), (4, 9)), (2091, (2, 18), (4, 28)),
    (2092, (2, 7), (4, 16)), (2093, (1, 27), (4, 5)), (2094, (2, 15), (4, 24)), (2095, (2, 5), (4, 13)),
    (2096, (1, 25), (4, 2)), (2097, (2, 12), (4, 21)), (2098, (2, 1), (4, 11)), (2099, (1, 21), (4, 29)),
    (2100, (2, 9), (4, 18)),
];

#[test]
fn tet_and_hung_kings_from_1976_to_2100() {
    for (year, tet, hung_kings) in KNOWN {
        let expected = (date(year, tet.0, tet.1), date(year, hung_kings.0, hung_kings.1));
        let found = (first(year, 1, Meridian::VIETNAM).first, first(year, 3, Meridian::VIETNAM).day(10));
        assert_eq!(found, expected, "{year}");
    }
    assert!(KNOWN.iter().map(|known| known.0).eq(1976..=2100));
}

#[track_caller]
fn check(year: i16, expected_tet: Date, expected_hung_kings: Option<Date>) {
    assert_eq!(tet(year, Meridian::VIETNAM), expected_tet);
    if let Some(expected) = expected_hung_kings {
        assert_eq!(first(year, 3, Meridian::VIETNAM).day(10), expected);
    }
}

#[test]
fn as_officially_kept() {
    check(2026, date(2026, 2, 17), Some(date(2026, 4, 26)));
    check(2027, date(2027, 2, 6), Some(date(2027, 4, 16)));
    check(2028, date(2028, 1, 26), None);
    check(2029, date(2029, 2, 13), None);
    check(2030, date(2030, 2, 2), None);
}

#[test]
fn china_differs_at_tet_in_four_years_only() {
    let differs = (1976..=2100).filter_map(|year| {
        let (vietnam, china) = (tet(year, Meridian::VIETNAM), tet(year, Meridian::CHINA));
        (vietnam != china).then_some((vietnam, china))
    });
    let expected = [
        (date(1985, 1, 21), date(1985, 2, 20)),
        (date(2007, 2, 17), date(2007, 2, 18)),
        (date(2030, 2, 2), date(2030, 2, 3)),
        (date(2053, 2, 18), date(2053, 2, 19)),
    ];
    assert_eq!(differs.collect::<Vec<_>>(), expected);
}

#[test]
fn months_follow_one_another_without_a_gap() {
    let all: Vec<_> = (1976..=2100).flat_map(|year| months(year, Meridian::VIETNAM)).collect();
    let mut of_number = BTreeMap::new();
    for pair in all.windows(2) {
        assert!(matches!(pair[0].days, 29 | 30), "{:?}", pair[0]);
        assert_eq!(plus_days(pair[0].first, i64::from(pair[0].days)), pair[1].first);
        let next = if pair[1].leap { pair[0].number } else { pair[0].number % 12 + 1 };
        assert_eq!(pair[1].number, next, "{:?}", pair[1]);
        *of_number.entry(pair[0].number).or_insert(0) += u32::from(!pair[0].leap);
    }
    assert!(of_number.values().all(|&years| years >= 124), "{of_number:?}");
}

#[test]
fn leap_months_differ_where_the_solstice_falls_between_the_meridians() {
    let leap = |year, meridian| months(year, meridian).iter().find(|month| month.leap).map(|month| month.number);
    assert_eq!((leap(1984, Meridian::VIETNAM), leap(1985, Meridian::VIETNAM)), (None, Some(2)));
    assert_eq!(leap(1985, Meridian::CHINA), None);
    assert_eq!((leap(2025, Meridian::VIETNAM), leap(2033, Meridian::VIETNAM)), (Some(6), None));
    assert_eq!(leap(2034, Meridian::VIETNAM), Some(11));
}
