//! When the office is watched, as the configuration says it, checked.
//!
//! ```toml
//! [arming]
//! nights = "18:00-06:00"            # every night, or "none"
//! weekends = true                   # all of Saturday and Sunday
//! peak = "01:00-03:00"              # weighs more
//! holidays = "vietnam"              # armed all day: fixed ones, Tết, Hùng Kings, and days in lieu; so by
//!                                   # default where the time zone is Asia/Ho_Chi_Minh, or "none"
//! early_watch = { days = 3, from = "15:00" }     # before the days off at Tết offices empty early
//! closures_file = "nghi.ics"        # days off from a calendar program, beside this file
//!
//! # In place of nights and weekends: what is outside these hours is armed; a day left out is closed.
//! # opening_hours = { monday = "07:30-11:30, 13:30-17:00", tuesday = "07:30-17:00" }
//!
//! [[arming.tet]]                    # the days off as decided for a year, those in lieu among them;
//! from = 2027-02-05                 # without it the eve and four days, and what falls on a weekend
//! to = 2027-02-11                   # is made up for after them
//!
//! [[arming.national_day]]           # the day beside 2 September, "before" or "after" it
//! year = 2027
//! beside = "after"
//!
//! [[arming.swap]]                   # a Saturday that is worked, for a Monday that is off
//! worked = 2026-08-22
//! off = 2026-08-31
//! name = "Nghỉ Quốc khánh"
//!
//! [[arming.closed]]                 # days, the last one too, or times such as 2027-03-05T12:00
//! from = 2027-03-05
//! to = 2027-03-06
//! name = "Đại hội"
//!
//! [[arming.group]]                  # cameras, or zones of cameras, with hours of their own: always,
//! name = "Phòng máy chủ"            # nights and weekends, or opening_hours; what is left out is as
//! cameras = ["may-chu"]             # the office has it
//! zones = ["cong-chinh/kho"]
//! always = true
//! ```

mod days;
mod file;
mod ics;
mod repeat;

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
