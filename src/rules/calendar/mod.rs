//! Which days are off: Vietnamese public holidays by the sun and by the moon, days that were
//! swapped, closures, and the days before Tết. All in the office's own time.

mod astronomy;
mod holidays;
pub mod lunar;
mod lunar_date;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::Bilingual;
use crate::config::{Closure, DaysOff, Holidays, Swap};
pub use holidays::{Holiday, HolidayKind, YEARS, tet_day};
pub use lunar_date::LunarDate;

/// Answers for any day; holds no state.
#[derive(Debug, Clone)]
pub struct Calendar {
    holidays: BTreeMap<Date, Holiday>,
    days: DaysOff,
}

/// Why nobody works on a day, its weekday aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOff<'a> {
    Holiday(Holiday),
    /// Another day is worked for it.
    Swapped(&'a Swap),
}

impl Calendar {
    /// `is_day_of_rest` says on which weekdays nobody works in any week.
    pub fn new(days: &DaysOff, is_day_of_rest: impl Fn(Weekday) -> bool) -> Self {
        let holidays = match days.holidays {
            Holidays::Vietnam => holidays::all(days, is_day_of_rest),
            Holidays::None => BTreeMap::new(),
        };
        Self { holidays, days: days.clone() }
    }

    pub fn day_off(&self, day: Date) -> Option<DayOff<'_>> {
        if self.worked(day).is_some() {
            return None;
        }
        let swapped = || self.days.swaps.iter().find(|swap| swap.off == Some(day)).map(DayOff::Swapped);
        self.holidays.get(&day).copied().map(DayOff::Holiday).or_else(swapped)
    }

    /// The swap by which this day is worked, whatever it is otherwise.
    pub fn worked(&self, day: Date) -> Option<&Swap> {
        self.days.swaps.iter().find(|swap| swap.worked == Some(day))
    }

    /// The closure that holds at this local time.
    pub fn closure(&self, at: DateTime) -> Option<&Closure> {
        let begun = self.days.closures.partition_point(|closure| closure.from <= at);
        self.days.closures[..begun].last().filter(|closure| at < closure.to)
    }

    pub fn closures(&self) -> &[Closure] {
        &self.days.closures
    }

    /// From when on it is armed on a day before Tết, and how many days before the first day off it is.
    pub fn early_watch(&self, day: Date) -> Option<(Time, u8)> {
        let early = self.days.early_watch?;
        let is_tet = |holiday: &Holiday| {
            matches!(holiday.kind, HolidayKind::BeforeTet(_) | HolidayKind::TetEve(_) | HolidayKind::Tet(_))
        };
        let mut following =
            self.holidays.range(day..).take_while(|(next, _)| (**next - day).get_days() <= early.days.into());
        let (first, _) = following.find(|(_, holiday)| is_tet(holiday))?;
        let days = u8::try_from((*first - day).get_days()).ok().filter(|days| *days > 0)?;
        Some((early.from, days))
    }

    /// The time of day at which the early watch begins, on whatever days.
    pub fn early_hour(&self) -> Option<Time> {
        self.days.early_watch.map(|early| early.from)
    }

    /// Holidays and days swapped from a day on, those that are worked left out.
    pub fn days_off_from(&self, day: Date) -> impl Iterator<Item = (Date, DayOff<'_>)> {
        let swapped = self.days.swaps.iter().filter_map(|swap| swap.off);
        let mut days: Vec<Date> = self.holidays.range(day..).map(|(day, _)| *day).chain(swapped).collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter().filter(move |off| *off >= day).filter_map(|day| Some((day, self.day_off(day)?)))
    }

    /// What is written though it changes nothing, or most probably is not meant.
    pub fn remarks(&self, is_day_of_rest: impl Fn(Weekday) -> bool) -> Vec<Bilingual> {
        let mut remarks = Vec::new();
        let is_off = |day: Date| is_day_of_rest(day.weekday()) || self.holidays.contains_key(&day);
        for swap in &self.days.swaps {
            if let Some(day) = swap.worked.filter(|day| !is_off(*day)) {
                remarks.push(Bilingual {
                    vi: format!("arming.swap: {day} vốn là ngày làm việc"),
                    en: format!("arming.swap: {day} is a working day anyway"),
                });
            }
            if let Some(day) = swap.off.filter(|day| is_off(*day)) {
                remarks.push(Bilingual {
                    vi: format!("arming.swap: {day} vốn là ngày nghỉ"),
                    en: format!("arming.swap: {day} is a day off anyway"),
                });
            }
        }
        for (year, (from, to)) in &self.days.tet {
            if let Some(tet) = tet_day(*year).filter(|tet| !(*from..=*to).contains(tet)) {
                remarks.push(Bilingual {
                    vi: format!("arming.tet: {from} đến {to} không có mồng 1 Tết, là ngày {tet}"),
                    en: format!("arming.tet: {from} to {to} leaves out the first day of Tết, {tet}"),
                });
            }
        }
        remarks
    }
}

impl DayOff<'_> {
    pub fn name(self) -> Bilingual {
        match self {
            Self::Holiday(holiday) => holiday.name(),
            Self::Swapped(swap) if swap.name.is_empty() => {
                let (vi, en) = match swap.worked {
                    Some(worked) => {
                        (format!("nghỉ hoán đổi, làm bù {}", worked.strftime("%d/%m")), format!("off for {worked}"))
                    }
                    None => ("nghỉ hoán đổi".to_owned(), "swapped day off".to_owned()),
                };
                Bilingual { vi, en }
            }
            Self::Swapped(swap) => Bilingual { vi: swap.name.clone(), en: swap.name.clone() },
        }
    }
}
