//! A day by the moon, as Vietnamese calendars have it beside the solar date.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::lunar::{Meridian, months};
use crate::rules::Bilingual;

/// The months as they are called; the 11th is never called the first, as it was once.
const MONTHS: [&str; 12] = ["Giêng", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười một", "Chạp"];

/// Further away nobody keeps this calendar, and the sums are no longer exact.
const REACH: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A day by the moon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct LunarDate {
    /// 1 to 30.
    pub day: u8,
    /// 1 to 12.
    pub month: u8,
    /// The month repeats the number of the one before.
    pub leap: bool,
}

impl LunarDate {
    /// `None` where the calendar does not reach.
    pub fn of(day: Date) -> Option<Self> {
        if !REACH.contains(&day.year()) {
            return None;
        }
        // December may belong to the months that are counted from next year's solstice.
        let years = [day.year(), day.year() + 1];
        let month = years.into_iter().flat_map(|year| months(year, Meridian::VIETNAM)).find(|month| {
            let since = (day - month.first).get_days();
            (0..i32::from(month.days)).contains(&since)
        })?;
        let number = u8::try_from((day - month.first).get_days()).ok()? + 1;
        Some(Self { day: number, month: month.number, leap: month.leap })
    }

    /// "mồng 1 tháng Giêng".
    pub fn name(self) -> Bilingual {
        let Self { day, month, leap } = self;
        let vi_day = match day {
            1..=10 => format!("mồng {day}"),
            15 => "rằm".to_owned(),
            _ => format!("{day}"),
        };
        let vi_month = MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default();
        let (vi_leap, en_leap) = if leap { (" nhuận", ", leap month") } else { ("", "") };
        Bilingual {
            vi: format!("{vi_day} tháng {vi_month}{vi_leap}"),
            en: format!("day {day} of lunar month {month}{en_leap}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[track_caller]
    fn check(day: Date, vi: &str, en: &str) {
        let told = LunarDate::of(day).expect("within reach").name();
        assert_eq!((told.vi.as_str(), told.en.as_str()), (vi, en));
    }

    #[test]
    fn days_are_called_as_calendars_call_them() {
        check(date(2026, 2, 17), "mồng 1 tháng Giêng", "day 1 of lunar month 1");
        check(date(2026, 2, 16), "29 tháng Chạp", "day 29 of lunar month 12");
        check(date(2026, 3, 3), "rằm tháng Giêng", "day 15 of lunar month 1");
        check(date(2026, 4, 26), "mồng 10 tháng Ba", "day 10 of lunar month 3");
        check(date(2025, 7, 25), "mồng 1 tháng Sáu nhuận", "day 1 of lunar month 6, leap month");
        // A year that has its 11th month in December and January.
        check(date(2025, 12, 31), "12 tháng Mười một", "day 12 of lunar month 11");
        check(date(2026, 1, 1), "13 tháng Mười một", "day 13 of lunar month 11");
    }

    #[test]
    fn far_days_are_none() {
        for day in [Date::MIN, date(1899, 12, 31), date(2200, 1, 1), Date::MAX] {
            assert_eq!(LunarDate::of(day), None, "{day}");
        }
        assert!(LunarDate::of(date(1900, 1, 1)).is_some() && LunarDate::of(date(2199, 12, 31)).is_some());
    }

    #[test]
    fn day_follows_day() {
        let mut before = LunarDate::of(date(2022, 12, 31)).expect("within reach");
        for day in date(2023, 1, 1).series(jiff::ToSpan::days(1)).take(366 * 4) {
            let now = LunarDate::of(day).expect("within reach");
            let same_month = (now.month, now.leap) == (before.month, before.leap);
            let follows = if same_month { now.day == before.day + 1 } else { now.day == 1 && before.day >= 29 };
            assert!(follows, "{day}: {now:?} after {before:?}");
            before = now;
        }
    }
}
