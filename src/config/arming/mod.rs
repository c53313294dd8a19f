//! When the office is watched, as the configuration says it, checked.

mod days;
mod file;
mod ics;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time, Weekday};

pub(super) use file::{RawArming, check};

/// When the office is watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Arming {
    /// What counts where no group says otherwise.
    pub office: Plan,
    /// Cameras and zones with hours of their own; none is in two of them.
    pub groups: Vec<Group>,
    /// The hours in which thieves come; weighs more. May cross midnight.
    pub peak: Option<DailySpan>,
    pub days: DaysOff,
}

/// The hours of a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub hours: Hours,
    /// All of Saturday and Sunday; with opening hours these say it.
    pub weekends: bool,
}

impl Plan {
    /// Whether nobody works on that day of any week.
    pub fn is_day_of_rest(&self, weekday: Weekday) -> bool {
        match &self.hours {
            Hours::Opening(hours) => hours.of(weekday).is_empty(),
            Hours::Nights(_) | Hours::Always => self.weekends && matches!(weekday, Weekday::Saturday | Weekday::Sunday),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hours {
    /// Every night; may cross midnight.
    Nights(Option<DailySpan>),
    /// What is outside of them is armed.
    Opening(OpeningHours),
    /// Day and night.
    Always,
}

/// From Monday to Sunday; a day without any is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpeningHours {
    /// In order, none of them over midnight; 00:00 at the end means midnight.
    days: [Vec<DailySpan>; 7],
}

impl OpeningHours {
    pub fn of(&self, weekday: Weekday) -> &[DailySpan] {
        &self.days[weekday.to_monday_zero_offset().unsigned_abs() as usize]
    }

    pub fn all(&self) -> impl Iterator<Item = DailySpan> + '_ {
        self.days.iter().flatten().copied()
    }
}

/// Cameras and zones that are watched at hours of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    /// Ids of cameras, with all of their zones that no other group names.
    pub cameras: Vec<String>,
    /// Ids of cameras and their zones.
    pub zones: Vec<(String, String)>,
    pub plan: Plan,
}

/// From one time of day to another, the end excluded; across midnight when `to <= from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailySpan {
    pub from: Time,
    pub to: Time,
}

impl DailySpan {
    pub fn crosses_midnight(&self) -> bool {
        self.to <= self.from
    }

    pub fn contains(&self, time: Time) -> bool {
        if self.crosses_midnight() { time >= self.from || time < self.to } else { (self.from..self.to).contains(&time) }
    }
}

/// The days on which nobody works though the week says so, and the other way round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DaysOff {
    pub holidays: Holidays,
    /// By solar year: first and last day of the days off at Tết, where they are not the usual five.
    pub tet: BTreeMap<i16, (Date, Date)>,
    /// By year: which day beside the 2nd of September is off, where it is not the usual one.
    pub national_day: BTreeMap<i16, Beside>,
    pub swaps: Vec<Swap>,
    /// By time; they do not overlap.
    pub closures: Vec<Closure>,
    pub early_watch: Option<EarlyWatch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Holidays {
    #[default]
    None,
    Vietnam,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    Before,
    After,
}

/// A day off that is worked, for a working day that is off; at least one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    pub worked: Option<Date>,
    pub off: Option<Date>,
    /// What it is called; may be empty.
    pub name: String,
}

/// A time at which the office is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    pub from: DateTime,
    /// Excluded.
    pub to: DateTime,
    pub name: String,
}

/// On the days before Tết offices empty early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlyWatch {
    /// How many days before the first day off.
    pub days: u8,
    /// From when on it is armed on them.
    pub from: Time,
}

#[cfg(test)]
mod tests;
