//! Closures from an iCalendar file (RFC 5545), as calendars export them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use icalendar::parser::{self, Component, Property};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

use super::days::{Placed, plus};
use super::{Closure, repeat};

const MOST_BYTES: u64 = 1024 * 1024;
const MOST_EVENTS: usize = 2_000;
/// A calendar holds events, an event alarms. The parser would follow a file to any depth.
const DEEPEST: usize = 4;
const LONGEST_NAME: usize = 200;

/// The events of a file.
///
/// # Errors
/// What is wrong, with the file and the event.
pub(super) fn read(path: &Path, timezone: &TimeZone) -> Result<Vec<Placed>, String> {
    let place = path.display();
    let text = read_text(path).map_err(|error| format!("arming.closures_file {place}: {error}"))?;
    let events = parse(&text, timezone).map_err(|problem| format!("arming.closures_file {place}: {problem}"))?;
    let placed = |(number, closure)| Placed { closure, place: format!("event {number} of {place}"), span: None };
    Ok(events.into_iter().map(placed).collect())
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("is larger than {MOST_BYTES} bytes")));
    }
    Ok(text)
}

/// Each event that is not cancelled, and its number from 1 on.
fn parse(text: &str, timezone: &TimeZone) -> Result<Vec<(usize, Closure)>, String> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().get(..15).is_some_and(|begin| begin.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err("is not an iCalendar file: it does not begin with BEGIN:VCALENDAR".to_owned());
    }
    let unfolded = parser::unfold(text);
    check_depth(&unfolded)?;
    let calendar = parser::read_calendar(&unfolded).map_err(|error| {
        let first = error.lines().map(str::trim).find(|line| line.contains("line")).unwrap_or_default();
        format!("is not an iCalendar file; export it anew ({})", first.chars().take(100).collect::<String>())
    })?;
    let events = calendar.components.iter().filter(|component| component.name == "VEVENT");
    let mut closures = Vec::new();
    for (index, event) in events.enumerate() {
        if index == MOST_EVENTS {
            return Err(format!("holds more than {MOST_EVENTS} events"));
        }
        if event.find_prop("STATUS").is_some_and(|status| status.val.as_str().eq_ignore_ascii_case("CANCELLED")) {
            continue;
        }
        let name = name(event);
        let found = repeated(event, replacing(event, &calendar.components), &name, timezone);
        let found = found.map_err(|problem| format!("event {} ({name:?}): {problem}", index + 1))?;
        closures.extend(found.into_iter().map(|closure| (index + 1, closure)));
        if closures.len() > MOST_EVENTS {
            return Err(format!("holds more than {MOST_EVENTS} events, each time of those that repeat counted"));
        }
    }
    Ok(closures)
}

fn check_depth(text: &str) -> Result<(), String> {
    let mut depth = 0usize;
    for (index, line) in text.lines().enumerate() {
        let starts = |word: &str| line.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
        if starts("BEGIN:") {
            depth += 1;
        } else if starts("END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return Err(format!("is not an iCalendar file: line {} opens a part within {DEEPEST} others", index + 1));
        }
    }
    Ok(())
}

fn name(event: &Component<'_>) -> String {
    let summary = event.find_prop("SUMMARY").map(|summary| summary.val.clone().unescape_text().as_str().to_owned());
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    summary.unwrap_or_default().trim().chars().map(shown).take(LONGEST_NAME).collect()
}

/// The RECURRENCE-IDs of events that stand for one time of an event that repeats.
fn replacing<'a>(event: &Component<'_>, all: &'a [Component<'_>]) -> Vec<&'a Property<'a>> {
    let uid = event.find_prop("UID").map(|uid| uid.val.as_str());
    let of_it = all.iter().filter(|other| uid.is_some() && other.find_prop("UID").map(|it| it.val.as_str()) == uid);
    of_it.filter_map(|other| other.find_prop("RECURRENCE-ID")).collect()
}

/// The event each time that it takes place; once where it does not repeat.
fn repeated(
    event: &Component<'_>,
    replacing: Vec<&Property<'_>>,
    name: &str,
    office: &TimeZone,
) -> Result<Vec<Closure>, String> {
    let first = closure(event, name, office)?;
    // However the names are written: a repeat that is not seen would leave the office unguarded.
    let of = |name: &'static str| {
        let is_named = move |property: &&Property<'_>| property.name.as_str().eq_ignore_ascii_case(name);
        event.properties.iter().filter(is_named)
    };
    if of("RDATE").next().is_some() {
        return Err("it has an RDATE; give each time an event of its own".to_owned());
    }
    let mut rules = of("RRULE");
    let Some(rule) = rules.next() else { return Ok(vec![first]) };
    if rules.next().is_some() {
        return Err("it has more than one RRULE; make two events of it".to_owned());
    }
    if !event.find_prop("DTSTART").is_some_and(|start| is_at_office(start, office)) {
        return Err("it repeats in another time zone; give each time an event of its own".to_owned());
    }
    let mut left_out = Vec::new();
    for property in of("EXDATE").chain(replacing) {
        for text in property.val.as_str().split(',') {
            left_out.push(moment_of(text, property, office)?);
        }
    }
    let is_over = |until: &str, at: DateTime| {
        Ok(match moment_of(until, rule, office)? {
            Moment::Day(last) => at.date() > last,
            Moment::Time(last) => at > last,
        })
    };
    let times = repeat::times(first.from, rule.val.as_str(), is_over)?;
    let is_left_out = |at: DateTime| left_out.iter().any(|moment| moment.is_of(at));
    let length = first.from.until(first.to).map_err(|error| error.to_string())?;
    let closure = |from: DateTime| Closure { from, to: plus(from, length), name: name.to_owned() };
    Ok(times.into_iter().filter(|at| !is_left_out(*at)).map(closure).collect())
}

/// Whether a time is one of the office's clock, so that what repeats by it does so at the office.
fn is_at_office(property: &Property<'_>, office: &TimeZone) -> bool {
    let is_utc = property.val.as_str().trim().ends_with('Z');
    let zone = zone_named(property);
    !is_utc && zone.is_none_or(|name| TimeZone::get(name).is_ok_and(|zone| zone == *office))
}

fn closure(event: &Component<'_>, name: &str, timezone: &TimeZone) -> Result<Closure, String> {
    let start = event.find_prop("DTSTART").ok_or("it has no DTSTART: when does it begin?")?;
    let begin = moment(start, timezone)?;
    let from = begin.starts_at();
    let to = match (event.find_prop("DTEND"), event.find_prop("DURATION")) {
        (Some(end), _) => moment(end, timezone)?.starts_at(),
        (None, Some(duration)) => {
            let text = duration.val.as_str();
            let span: Span = text.parse().map_err(|_| format!("DURATION {text:?} is no duration such as P1D"))?;
            from.checked_add(span).map_err(|_| format!("DURATION {text:?} leads nowhere"))?
        }
        (None, None) if matches!(begin, Moment::Day(_)) => plus(from, 1.day()),
        (None, None) => return Err("it has no DTEND: when does it end?".to_owned()),
    };
    if to <= from {
        return Err(format!("it ends at {to}, before it begins at {from}"));
    }
    Ok(Closure { from, to, name: name.to_owned() })
}

enum Moment {
    Day(Date),
    /// At the office.
    Time(DateTime),
}

impl Moment {
    fn starts_at(&self) -> DateTime {
        match self {
            Self::Day(day) => day.to_datetime(Time::midnight()),
            Self::Time(time) => *time,
        }
    }

    /// A day is of all its times.
    fn is_of(&self, at: DateTime) -> bool {
        match self {
            Self::Day(day) => *day == at.date(),
            Self::Time(time) => *time == at,
        }
    }
}

fn zone_named<'a>(property: &'a Property<'_>) -> Option<&'a str> {
    let named = property.params.iter().find(|param| param.key == "TZID")?.val.as_ref();
    named.map(|name| name.as_str().trim_matches('"'))
}

/// `20270204`, `20270204T120000` at the office or in the time zone that its parameter names, or
/// `20270204T050000Z`.
fn moment(property: &Property<'_>, office: &TimeZone) -> Result<Moment, String> {
    moment_of(property.val.as_str(), property, office)
}

/// As [`moment`], of a part of what the property says.
fn moment_of(text: &str, property: &Property<'_>, office: &TimeZone) -> Result<Moment, String> {
    let text = text.trim();
    let wrong = || format!("{} {text:?} is no date such as 20270204 or 20270204T120000", property.name.as_str());
    if let Some(day) = text.len().eq(&8).then(|| Date::strptime("%Y%m%d", text).ok()).flatten() {
        return Ok(Moment::Day(day));
    }
    let (local, is_utc) = text.strip_suffix('Z').map_or((text, false), |local| (local, true));
    let time = DateTime::strptime("%Y%m%dT%H%M%S", local).map_err(|_| wrong())?;
    let zone = match zone_named(property) {
        _ if is_utc => TimeZone::UTC,
        Some(name) => TimeZone::get(name)
            .map_err(|_| format!("{} is in the time zone {name:?}, which is not known", property.name.as_str()))?,
        None => return Ok(Moment::Time(time)),
    };
    let at = zone.to_timestamp(time).map_err(|_| wrong())?;
    Ok(Moment::Time(office.to_datetime(at)))
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
