//! Closures from an iCalendar file (RFC 5545), as calendars export them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use icalendar::parser::{self, Component, Property};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

use super::Closure;
use super::days::{Placed, plus};

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
        let closure = closure(event, &name, timezone);
        let closure = closure.map_err(|problem| format!("event {} ({name:?}): {problem}", index + 1))?;
        closures.push((index + 1, closure));
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

fn closure(event: &Component<'_>, name: &str, timezone: &TimeZone) -> Result<Closure, String> {
    if event.find_prop("RRULE").is_some() || event.find_prop("RDATE").is_some() {
        return Err("it repeats; give each time an event of its own".to_owned());
    }
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
}

/// `20270204`, `20270204T120000` at the office or in the time zone that its parameter names, or
/// `20270204T050000Z`.
fn moment(property: &Property<'_>, office: &TimeZone) -> Result<Moment, String> {
    let text = property.val.as_str().trim();
    let wrong = || format!("{} {text:?} is no date such as 20270204 or 20270204T120000", property.name.as_str());
    if let Some(day) = text.len().eq(&8).then(|| Date::strptime("%Y%m%d", text).ok()).flatten() {
        return Ok(Moment::Day(day));
    }
    let (local, is_utc) = text.strip_suffix('Z').map_or((text, false), |local| (local, true));
    let time = DateTime::strptime("%Y%m%dT%H%M%S", local).map_err(|_| wrong())?;
    let named = property.params.iter().find(|param| param.key == "TZID").and_then(|param| param.val.as_ref());
    let zone = match named {
        _ if is_utc => TimeZone::UTC,
        Some(name) => TimeZone::get(name.as_str().trim_matches('"')).map_err(|_| {
            format!("{} is in the time zone {:?}, which is not known", property.name.as_str(), name.as_str())
        })?,
        None => return Ok(Moment::Time(time)),
    };
    let at = zone.to_timestamp(time).map_err(|_| wrong())?;
    Ok(Moment::Time(office.to_datetime(at)))
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
