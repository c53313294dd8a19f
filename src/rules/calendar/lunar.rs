//! The Vietnamese lunar calendar, and the Chinese one, which has the same rules an hour further
//! east: a month begins on the day of a new moon, the month of the winter solstice is the 11th, and
//! where thirteen months lie between two of them, the first that holds no principal term (the sun
//! at a multiple of 30°) repeats the number of the one before.

use std::iter;

use jiff::civil::{Date, date};

use super::astronomy::{new_moon, new_moon_about, solar_longitude};

/// Julian day of 1970-01-01 00:00.
const EPOCH: f64 = 2_440_587.5;
/// The number of the month in which the sun reaches its lowest.
const SOLSTICE_MONTH: u8 = 11;
/// The part of the ecliptic, of twelve, that begins there.
const SOLSTICE_SECTOR: u8 = 9;

/// Where days begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meridian {
    hours_east: i8,
}

impl Meridian {
    /// UTC+7.
    pub const VIETNAM: Self = Self { hours_east: 7 };
    /// UTC+8.
    pub const CHINA: Self = Self { hours_east: 8 };
}

/// A month of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LunarMonth {
    /// 1 to 12.
    pub number: u8,
    /// It repeats the number of the month before.
    pub leap: bool,
    pub first: Date,
    /// 29 or 30.
    pub days: u8,
}

impl LunarMonth {
    /// The day of a number from 1 on.
    pub fn day(&self, number: u8) -> Date {
        plus_days(self.first, i64::from(number) - 1)
    }
}

/// The months from the 11th of the lunar year before to the 11th of this one, that excluded; `year`
/// is the solar year in which the lunar one begins.
pub fn months(year: i16, meridian: Meridian) -> Vec<LunarMonth> {
    let begin = solstice_moon(year - 1, meridian);
    let end = solstice_moon(year, meridian);
    let leap = if end - begin == 13 { (begin + 1..end).find(|&moon| !has_term(moon, meridian)) } else { None };
    let mut number = SOLSTICE_MONTH;
    (begin..end)
        .map(|moon| {
            if moon > begin && Some(moon) != leap {
                number = number % 12 + 1;
            }
            let (first, next) = (first_day(moon, meridian), first_day(moon + 1, meridian));
            let days = u8::try_from((next - first).get_days()).unwrap_or_default();
            LunarMonth { number, leap: Some(moon) == leap, first, days }
        })
        .collect()
}

/// The new moon that begins the month of the winter solstice of a year.
fn solstice_moon(year: i16, meridian: Meridian) -> i32 {
    let latest = new_moon_about(julian(date(year, 12, 31), meridian)) + 1;
    let mut moons = iter::successors(Some(latest), |moon| Some(moon - 1));
    // After the summer solstice at the latest, so that this ends.
    moons.find(|&moon| (6..=SOLSTICE_SECTOR - 1).contains(&sector(moon, meridian))).unwrap_or(latest)
}

/// Whether the month of this new moon holds a principal term.
fn has_term(moon: i32, meridian: Meridian) -> bool {
    sector(moon, meridian) != sector(moon + 1, meridian)
}

/// In which of twelve parts of the ecliptic the sun is when the day of the new moon begins.
fn sector(moon: i32, meridian: Meridian) -> u8 {
    (solar_longitude(julian(first_day(moon, meridian), meridian)) / 30.0) as u8
}

/// The day on which the moon is new.
fn first_day(moon: i32, meridian: Meridian) -> Date {
    let local = new_moon(moon) - EPOCH + f64::from(meridian.hours_east) / 24.0;
    plus_days(date(1970, 1, 1), local.floor() as i64)
}

/// When a day begins, as a Julian day in universal time.
fn julian(day: Date, meridian: Meridian) -> f64 {
    let days = (day - date(1970, 1, 1)).get_days();
    EPOCH + f64::from(days) - f64::from(meridian.hours_east) / 24.0
}

fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

#[cfg(test)]
#[path = "lunar_tests.rs"]
mod tests;
