//! Nights as what is remembered is counted by them: each is its evening's date. Pure.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The hours of a night, of local time, the same as arming has them by default. They are fixed here,
/// so that nights counted before and after a change of the configuration are the same nights.
const EVENING: i8 = 18;
const MORNING: i8 = 6;
/// How far back nights are counted. A thief looks at a place in the days before; what was there weeks
/// ago is chance.
pub const DAYS: i32 = 7;
/// On so many nights of [`DAYS`] the same thing is no chance any more.
pub const LEAST_NIGHTS: usize = 3;

/// The night that a time belongs to, by the date of its evening; none by day.
pub fn night_of(at: Timestamp, timezone: &TimeZone) -> Option<Date> {
    let local = at.to_zoned_datetime(timezone.clone());
    match local.hour() {
        EVENING.. => Some(local.date()),
        hour if hour < MORNING => local.date().yesterday().ok(),
        _ => None,
    }
}

/// The last [`DAYS`] nights: tonight, or the coming one by day, and those before it.
#[derive(Debug, Clone, Copy)]
pub struct Week {
    tonight: Date,
}

impl Week {
    pub fn of(now: Timestamp, timezone: &TimeZone) -> Self {
        let tonight = night_of(now, timezone).unwrap_or_else(|| now.to_zoned_datetime(timezone.clone()).date());
        Self { tonight }
    }

    pub fn contains(self, night: Date) -> bool {
        night <= self.tonight && self.tonight.checked_sub(DAYS.days()).is_ok_and(|before| night > before)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn timezone() -> TimeZone {
        TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled")
    }

    /// A local time of Vietnam, in 2026: `11-25T21:00`.
    fn at(local: &str) -> Timestamp {
        format!("2026-{local}:00+07:00").parse().expect("a time")
    }

    #[test]
    fn a_night_is_its_evening() {
        #[track_caller]
        fn check(local: &str, night: Option<Date>) {
            assert_eq!(night_of(at(local), &timezone()), night);
        }
        check("11-25T17:59", None);
        check("11-25T18:00", Some(date(2026, 11, 25)));
        check("11-25T23:59", Some(date(2026, 11, 25)));
        check("11-26T00:00", Some(date(2026, 11, 25)));
        check("11-26T05:59", Some(date(2026, 11, 25)));
        check("11-26T06:00", None);
        check("01-01T02:00", Some(date(2025, 12, 31)));
    }

    #[test]
    fn a_week_has_seven_nights() {
        #[track_caller]
        fn check(now: &str, first: i8, last: i8) {
            let week = Week::of(at(now), &timezone());
            let nights = (1..=30).filter(|day| week.contains(date(2026, 11, *day)));
            assert_eq!(nights.collect::<Vec<_>>(), (first..=last).collect::<Vec<_>>());
        }
        check("11-25T23:00", 19, 25);
        check("11-26T02:00", 19, 25);
        check("11-26T12:00", 20, 26);
    }
}
