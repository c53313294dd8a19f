//! Days off and days that are worked, as written, and their checks.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan as _};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use toml::Spanned;
use toml::value::Datetime;

use super::file::parse_time;
use super::{Beside, Closure, EarlyWatch, Hours, Plan, Swap};
use crate::config::error::Problem;

/// The lunar calendar and its holidays are known within them.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1976..=2100;
const LONGEST_TET_DAYS: i32 = 21;
const LONGEST_NAME: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTet {
    from: Spanned<RawMoment>,
    to: Spanned<RawMoment>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNationalDay {
    year: i16,
    beside: RawBeside,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawBeside {
    Before,
    After,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSwap {
    worked: Option<Spanned<RawMoment>>,
    off: Option<Spanned<RawMoment>>,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClosed {
    from: Spanned<RawMoment>,
    to: Option<Spanned<RawMoment>>,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEarlyWatch {
    days: u8,
    from: String,
}

/// A day or a local time, as a date of TOML or as text.
#[derive(Debug)]
struct RawMoment(String);

impl<'de> Deserialize<'de> for RawMoment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Moment;
        impl<'de> Visitor<'de> for Moment {
            type Value = RawMoment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a day such as 2027-02-04")
            }

            fn visit_str<E>(self, text: &str) -> Result<RawMoment, E> {
                Ok(RawMoment(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawMoment, A::Error> {
                Datetime::deserialize(MapAccessDeserializer::new(map)).map(|datetime| RawMoment(datetime.to_string()))
            }
        }
        deserializer.deserialize_any(Moment)
    }
}

/// What was written: a day, or a time of a day.
enum Moment {
    Day(Date),
    Time(DateTime),
}

fn moment(raw: &Spanned<RawMoment>, key: &str) -> Result<Moment, Problem> {
    let text = raw.get_ref().0.trim();
    // After the day, and what divides them.
    let time_of_day = text.get(11..).filter(|time| time.contains(':'));
    let day_alone = time_of_day.is_none();
    // Not by `parse`, which would leave out what stands after the day.
    let parse_day = || Date::strptime("%Y-%m-%d", text).map(Moment::Day);
    let parsed = if day_alone { parse_day() } else { text.parse().map(Moment::Time) };
    let wanted = if day_alone { "a day such as 2027-02-04" } else { "a local time such as 2027-02-04T12:00" };
    // jiff would read 2027-02-04T12:00+07:00 as well, and leave out the offset.
    let has_offset = time_of_day.is_some_and(|time| time.contains(['Z', 'z', '+', '-', '[']));
    let day_is_known = |moment: &Moment| YEARS.contains(&first_day(moment).year());
    match parsed {
        _ if has_offset => {
            Err(format!("{key}: {text:?} has an offset; write the office's time, such as 2027-02-04T12:00"))
        }
        Err(_) => Err(format!("{key}: {text:?} is not {wanted}; there may be no such day")),
        Ok(moment) if !day_is_known(&moment) => {
            Err(format!("{key}: {text:?} is not within {} to {}", YEARS.start(), YEARS.end()))
        }
        Ok(moment) => Ok(moment),
    }
    .map_err(|problem| Problem::at(raw.span(), problem))
}

fn first_day(moment: &Moment) -> Date {
    match moment {
        Moment::Day(day) => *day,
        Moment::Time(time) => time.date(),
    }
}

fn day(raw: &Spanned<RawMoment>, key: &str) -> Result<Date, Problem> {
    match moment(raw, key)? {
        Moment::Day(day) => Ok(day),
        Moment::Time(_) => Err(Problem::at(raw.span(), format!("{key}: a whole day is wanted, such as 2027-02-04"))),
    }
}

pub(super) fn check_tet(raw: Vec<Spanned<RawTet>>) -> Result<BTreeMap<i16, (Date, Date)>, Problem> {
    let mut years = BTreeMap::new();
    for raw in raw {
        let (from, to) = (day(&raw.get_ref().from, "arming.tet: from")?, day(&raw.get_ref().to, "arming.tet: to")?);
        let wrong = |problem: String| Err(Problem::at(raw.span(), format!("arming.tet: {problem}")));
        if to < from {
            return wrong(format!("it ends on {to}, before it begins on {from}"));
        }
        if (to - from).get_days() >= LONGEST_TET_DAYS {
            return wrong(format!("{from} to {to} is more than {LONGEST_TET_DAYS} days"));
        }
        // The year of the last day: Tết itself is never before 20 January.
        if years.insert(to.year(), (from, to)).is_some() {
            return wrong(format!("it is given twice for {}", to.year()));
        }
    }
    Ok(years)
}

pub(super) fn check_national_day(raw: Vec<Spanned<RawNationalDay>>) -> Result<BTreeMap<i16, Beside>, Problem> {
    let mut years = BTreeMap::new();
    for raw in raw {
        let RawNationalDay { year, beside } = *raw.get_ref();
        let wrong = |problem: String| Err(Problem::at(raw.span(), format!("arming.national_day: {problem}")));
        let beside = match beside {
            RawBeside::Before => Beside::Before,
            RawBeside::After => Beside::After,
        };
        if !YEARS.contains(&year) {
            return wrong(format!("{year} is not within {} to {}", YEARS.start(), YEARS.end()));
        }
        if years.insert(year, beside).is_some() {
            return wrong(format!("it is given twice for {year}"));
        }
    }
    Ok(years)
}

pub(super) fn check_swaps(raw: Vec<Spanned<RawSwap>>) -> Result<Vec<Swap>, Problem> {
    let mut swaps: Vec<Swap> = Vec::with_capacity(raw.len());
    for raw in raw {
        let RawSwap { worked, off, name } = raw.get_ref();
        let wrong = |problem: String| Err(Problem::at(raw.span(), format!("arming.swap: {problem}")));
        let swap = Swap {
            worked: worked.as_ref().map(|worked| day(worked, "arming.swap: worked")).transpose()?,
            off: off.as_ref().map(|off| day(off, "arming.swap: off")).transpose()?,
            name: check_name(name, "arming.swap")?,
        };
        let days: Vec<Date> = swap.worked.into_iter().chain(swap.off).collect();
        if days.is_empty() {
            return wrong("it says neither which day is worked nor which is off".to_owned());
        }
        if swap.worked == swap.off {
            return wrong(format!("{} cannot be both worked and off", days[0]));
        }
        let known = swaps.iter().flat_map(|swap| swap.worked.into_iter().chain(swap.off));
        if let Some(twice) = known.into_iter().find(|day| days.contains(day)) {
            return wrong(format!("{twice} is named twice"));
        }
        swaps.push(swap);
    }
    Ok(swaps)
}

/// A day that is worked against the week needs hours at which it is open.
pub(super) fn check_worked_have_hours(swaps: &[Swap], office: &Plan) -> Result<(), Problem> {
    let Hours::Opening(hours) = &office.hours else { return Ok(()) };
    for swap in swaps {
        let has_hours = |day: Date| !hours.of(day.weekday()).is_empty();
        if let Some(worked) = swap.worked.filter(|worked| !has_hours(*worked))
            && !swap.off.is_some_and(has_hours)
        {
            let problem = format!(
                "arming.swap: which hours are worked on {worked} is not known; say off = the working day that it stands for"
            );
            return Err(problem.into());
        }
    }
    Ok(())
}

/// A closure, and where it was written.
pub(super) struct Placed {
    pub closure: Closure,
    pub place: String,
    pub span: Option<std::ops::Range<usize>>,
}

pub(super) fn check_closed(raw: Spanned<RawClosed>) -> Result<Placed, Problem> {
    let span = raw.span();
    let RawClosed { from, to, name } = raw.into_inner();
    let name = check_name(&name, "arming.closed")?;
    let begin = moment(&from, "arming.closed: from")?;
    let end = match &to {
        Some(to) => moment(to, "arming.closed: to")?,
        None => Moment::Day(first_day(&begin)),
    };
    let starts_at = match begin {
        Moment::Day(day) => day.to_datetime(Time::midnight()),
        Moment::Time(time) => time,
    };
    let ends_at = match end {
        // The last day is closed as well.
        Moment::Day(day) => plus(day.to_datetime(Time::midnight()), 1.day()),
        Moment::Time(time) => time,
    };
    if ends_at <= starts_at {
        let problem = format!("arming.closed: {name:?} ends at {ends_at}, before it begins at {starts_at}");
        return Err(Problem::at(span, problem));
    }
    let place = "arming.closed".to_owned();
    Ok(Placed { closure: Closure { from: starts_at, to: ends_at, name }, place, span: Some(span) })
}

/// Sorts them by time.
pub(super) fn in_order(mut closures: Vec<Placed>) -> Result<Vec<Closure>, Problem> {
    closures.sort_by_key(|placed| placed.closure.from);
    for pair in closures.windows(2) {
        let (first, second) = (&pair[0], &pair[1]);
        if second.closure.from < first.closure.to {
            let words = |placed: &Placed| {
                let Closure { from, to, name } = &placed.closure;
                format!("{:?} ({from} to {to}, {})", name, placed.place)
            };
            let problem = format!("closures overlap: {} and {}; leave one out", words(first), words(second));
            let span = second.span.clone().or(first.span.clone());
            return Err(span.map_or_else(|| problem.clone().into(), |span| Problem::at(span, problem.clone())));
        }
    }
    Ok(closures.into_iter().map(|placed| placed.closure).collect())
}

pub(super) fn check_early_watch(raw: Spanned<RawEarlyWatch>) -> Result<EarlyWatch, Problem> {
    let span = raw.span();
    let RawEarlyWatch { days, from } = raw.into_inner();
    if !(1..=14).contains(&days) {
        return Err(Problem::at(span, format!("arming.early_watch: days: {days} is not within 1 to 14")));
    }
    let time = parse_time(&from);
    let problem = || Problem::at(span, format!("arming.early_watch: from: {from:?} is not a time such as \"15:00\""));
    Ok(EarlyWatch { days, from: time.ok_or_else(problem)? })
}

fn check_name(name: &str, place: &str) -> Result<String, Problem> {
    let name = name.trim();
    if name.chars().count() > LONGEST_NAME {
        return Err(format!("{place}: a name has at most {LONGEST_NAME} characters").into());
    }
    Ok(name.to_owned())
}

/// Saturates at the end of time.
pub(super) fn plus(at: DateTime, span: Span) -> DateTime {
    at.saturating_add(span)
}
