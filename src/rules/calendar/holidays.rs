//! The public holidays of Vietnam (Labour Code 2019, articles 111 and 112).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};

use super::lunar::{LunarMonth, Meridian, months};
use crate::config::{Beside, DaysOff};
use crate::rules::Bilingual;

/// For which the lunar calendar is computed.
pub const YEARS: RangeInclusive<i16> = 1976..=2100;

/// Of Tết, unless the office says otherwise: its eve, which is the last day of the 12th month, and
/// the first four of the 1st.
const FIRST_DAYS_OF_TET: i32 = 4;
const HUNG_KINGS: (u8, u8) = (3, 10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    pub kind: HolidayKind,
    /// The holiday itself was on a day of rest, and this is the working day after it.
    pub in_lieu: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayKind {
    NewYear,
    /// A day of the 12th lunar month before the last, by its number.
    BeforeTet(u8),
    /// The last day of the 12th lunar month, by its number.
    TetEve(u8),
    /// From 1: the day of the 1st lunar month.
    Tet(u8),
    HungKings,
    Reunification,
    Labour,
    NationalDay,
    BesideNationalDay,
}

impl Holiday {
    pub fn name(self) -> Bilingual {
        let name = self.kind.name();
        if self.in_lieu {
            Bilingual { vi: format!("nghỉ bù {}", name.vi), en: format!("the day off in lieu of {}", name.en) }
        } else {
            name
        }
    }
}

impl HolidayKind {
    fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::NewYear => ("Tết Dương lịch".to_owned(), "New Year's Day".to_owned()),
            Self::BeforeTet(day) => {
                (format!("{day} tháng Chạp, nghỉ Tết"), format!("day {day} of the last lunar month, off for Tết"))
            }
            Self::TetEve(day) => (format!("giao thừa ({day} tháng Chạp)"), "the eve of Tết".to_owned()),
            Self::Tet(day) => (format!("mồng {day} Tết"), format!("the {day}{} day of Tết", ordinal(day))),
            Self::HungKings => ("Giỗ Tổ Hùng Vương".to_owned(), "Hùng Kings' Day".to_owned()),
            Self::Reunification => ("Ngày Giải phóng miền Nam".to_owned(), "Reunification Day".to_owned()),
            Self::Labour => ("Quốc tế Lao động".to_owned(), "Labour Day".to_owned()),
            Self::NationalDay => ("Quốc khánh".to_owned(), "National Day".to_owned()),
            Self::BesideNationalDay => ("nghỉ Quốc khánh".to_owned(), "the day off beside National Day".to_owned()),
        };
        Bilingual { vi, en }
    }
}

fn ordinal(number: u8) -> &'static str {
    match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// Every holiday of [`YEARS`]. Where one falls on a day of rest, the next working day is off.
pub(super) fn all(days: &DaysOff, is_day_of_rest: impl Fn(Weekday) -> bool) -> BTreeMap<Date, Holiday> {
    let mut holidays = BTreeMap::new();
    let mut to_replace = Vec::new();
    for year in YEARS {
        let months = months(year, Meridian::VIETNAM);
        let (tet, is_usual) = tet(year, &months, days);
        let hung_kings = month(&months, HUNG_KINGS.0).map(|month| (month.day(HUNG_KINGS.1), HolidayKind::HungKings));
        let tet_days = tet.iter().map(|&(day, kind)| (day, kind, is_usual));
        let others = hung_kings.into_iter().chain(fixed(year, days)).map(|(day, kind)| (day, kind, true));
        for (day, kind, is_replaced) in tet_days.chain(others) {
            holidays.entry(day).or_insert(Holiday { kind, in_lieu: false });
            if is_replaced && is_day_of_rest(day.weekday()) {
                to_replace.push((day, kind));
            }
        }
    }
    to_replace.sort_by_key(|(day, _)| *day);
    for (holiday, kind) in to_replace {
        let mut following = holiday.series(1.day()).skip(1).take(30);
        let is_free = |day: &Date| !is_day_of_rest(day.weekday()) && !holidays.contains_key(day);
        if let Some(day) = following.find(is_free) {
            holidays.insert(day, Holiday { kind, in_lieu: true });
        }
    }
    holidays
}

/// The first day of the 1st lunar month.
pub fn tet_day(year: i16) -> Option<Date> {
    YEARS.contains(&year).then(|| month(&months(year, Meridian::VIETNAM), 1)).flatten().map(|month| month.first)
}

/// The days off at Tết, and whether they are the usual ones: the office's own have the days in lieu
/// among them.
fn tet(year: i16, months: &[LunarMonth], days: &DaysOff) -> (Vec<(Date, HolidayKind)>, bool) {
    let (Some(last), Some(first)) = (month(months, 12), month(months, 1)) else { return (Vec::new(), true) };
    let first = first.first;
    let length = i32::from(last.days);
    let kind = |day: Date| {
        let number = (day - first).get_days() + 1;
        match u8::try_from(number) {
            Ok(0) => HolidayKind::TetEve(last.days),
            Ok(number) => HolidayKind::Tet(number),
            Err(_) => HolidayKind::BeforeTet(u8::try_from(length + number).unwrap_or_default()),
        }
    };
    let own = days.tet.get(&year);
    let (from, to) = own.copied().unwrap_or((first - 1.day(), first + (FIRST_DAYS_OF_TET - 1).days()));
    (from.series(1.day()).take_while(|day| *day <= to).map(|day| (day, kind(day))).collect(), own.is_none())
}

fn month(months: &[LunarMonth], number: u8) -> Option<LunarMonth> {
    months.iter().copied().find(|month| month.number == number && !month.leap)
}

fn fixed(year: i16, days: &DaysOff) -> [(Date, HolidayKind); 5] {
    let national_day = date(year, 9, 2);
    let beside = match days.national_day.get(&year).copied().unwrap_or(usual_beside(national_day.weekday())) {
        Beside::Before => date(year, 9, 1),
        Beside::After => date(year, 9, 3),
    };
    [
        (date(year, 1, 1), HolidayKind::NewYear),
        (date(year, 4, 30), HolidayKind::Reunification),
        (date(year, 5, 1), HolidayKind::Labour),
        (national_day, HolidayKind::NationalDay),
        (beside, HolidayKind::BesideNationalDay),
    ]
}

/// What the yearly decision has been since there are two days (2021 to 2026): what joins the
/// weekend without leaving a day between.
fn usual_beside(national_day: Weekday) -> Beside {
    match national_day {
        Weekday::Thursday | Weekday::Sunday | Weekday::Monday => Beside::After,
        _ => Beside::Before,
    }
}

#[cfg(test)]
#[path = "holidays_tests.rs"]
mod tests;
