//! `[arming]` as written, and its checks.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::days::{self, RawClosed, RawEarlyWatch, RawNationalDay, RawSwap, RawTet};
use super::{Arming, DailySpan, DaysOff, Group, Holidays, Hours, OpeningHours, Plan, ics};
use crate::config::Camera;
use crate::config::error::{Problem, nearest};
use crate::config::file::DEFAULT_TIMEZONE;

const NEVER: &str = "no hour is ever watched (Không có giờ nào được canh)";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RawArming {
    nights: Option<Spanned<String>>,
    opening_hours: Option<Spanned<RawOpeningHours>>,
    peak: Option<Spanned<String>>,
    weekends: Option<Spanned<bool>>,
    holidays: Option<RawHolidays>,
    #[serde(default)]
    tet: Vec<Spanned<RawTet>>,
    #[serde(default)]
    national_day: Vec<Spanned<RawNationalDay>>,
    #[serde(default)]
    swap: Vec<Spanned<RawSwap>>,
    #[serde(default)]
    closed: Vec<Spanned<RawClosed>>,
    closures_file: Option<Spanned<PathBuf>>,
    early_watch: Option<Spanned<RawEarlyWatch>>,
    #[serde(default)]
    group: Vec<Spanned<RawGroup>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawHolidays {
    None,
    Vietnam,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOpeningHours {
    monday: Option<Spanned<String>>,
    tuesday: Option<Spanned<String>>,
    wednesday: Option<Spanned<String>>,
    thursday: Option<Spanned<String>>,
    friday: Option<Spanned<String>>,
    saturday: Option<Spanned<String>>,
    sunday: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    name: String,
    #[serde(default)]
    cameras: Vec<Spanned<String>>,
    #[serde(default)]
    zones: Vec<Spanned<String>>,
    nights: Option<Spanned<String>>,
    opening_hours: Option<Spanned<RawOpeningHours>>,
    always: Option<bool>,
    weekends: Option<Spanned<bool>>,
}

/// The first problem of `[arming]`. `folder` is where the configuration lies.
pub(in crate::config) fn check(
    raw: RawArming,
    cameras: &[Camera],
    timezone: &TimeZone,
    folder: &Path,
) -> Result<Arming, Problem> {
    let office = check_office(&raw)?;
    let peak = check_span_or_none(raw.peak.as_ref(), "arming.peak", "01:00-03:00")?;
    let mut closures = raw.closed.into_iter().map(days::check_closed).collect::<Result<Vec<_>, _>>()?;
    if let Some(file) = raw.closures_file {
        let imported = ics::read(&folder.join(file.get_ref()), timezone);
        closures.extend(imported.map_err(|problem| Problem::at(file.span(), problem))?);
    }
    let (holidays, are_said) = check_holidays(raw.holidays, timezone);
    let days = DaysOff {
        holidays,
        tet: days::check_tet(raw.tet)?,
        national_day: days::check_national_day(raw.national_day)?,
        swaps: days::check_swaps(raw.swap)?,
        closures: days::in_order(closures)?,
        early_watch: raw.early_watch.map(days::check_early_watch).transpose()?,
    };
    let about_tet = !days.tet.is_empty() || !days.national_day.is_empty() || days.early_watch.is_some();
    if about_tet && days.holidays == Holidays::None {
        return Err("arming: tet, national_day and early_watch count with holidays = \"vietnam\" only"
            .to_owned()
            .into());
    }
    let has_days_off = are_said || !days.closures.is_empty();
    if !is_ever_armed(&office) && !has_days_off {
        return Err(format!("arming: {NEVER}; set nights, opening_hours or weekends").into());
    }
    let groups = check_groups(raw.group, &office, cameras, has_days_off)?;
    days::check_worked_have_hours(&days.swaps, &office)?;
    Ok(Arming { office, groups, peak, days })
}

/// Which holidays count, and whether the office has asked for some. In Vietnam its own count unless it says otherwise:
/// who forgets them would be unguarded at Tết. That alone makes no schedule of one that is empty.
fn check_holidays(raw: Option<RawHolidays>, timezone: &TimeZone) -> (Holidays, bool) {
    match raw {
        Some(RawHolidays::Vietnam) => (Holidays::Vietnam, true),
        None if timezone.iana_name() == Some(DEFAULT_TIMEZONE) => (Holidays::Vietnam, false),
        Some(RawHolidays::None) | None => (Holidays::None, false),
    }
}

fn check_office(raw: &RawArming) -> Result<Plan, Problem> {
    if let Some(hours) = &raw.opening_hours {
        only_opening_hours("arming", raw.nights.as_ref(), raw.weekends.as_ref())?;
        return Ok(Plan { hours: Hours::Opening(check_opening_hours(hours, "arming")?), weekends: false });
    }
    let nights = check_span_or_none(raw.nights.as_ref(), "arming.nights", "18:00-06:00")?;
    Ok(Plan {
        hours: Hours::Nights(nights),
        weekends: raw.weekends.as_ref().is_none_or(|weekends| *weekends.get_ref()),
    })
}

fn only_opening_hours(
    place: &str,
    nights: Option<&Spanned<String>>,
    weekends: Option<&Spanned<bool>>,
) -> Result<(), Problem> {
    let others = [("nights", nights.map(Spanned::span)), ("weekends", weekends.map(Spanned::span))];
    let Some((key, span)) = others.into_iter().find_map(|(key, span)| Some((key, span?))) else { return Ok(()) };
    let problem = format!("{place}: what is outside opening_hours is armed; leave out {key}, or opening_hours");
    Err(Problem::at(span, problem))
}

fn check_groups(
    raw: Vec<Spanned<RawGroup>>,
    office: &Plan,
    cameras: &[Camera],
    has_days_off: bool,
) -> Result<Vec<Group>, Problem> {
    let mut groups: Vec<Group> = Vec::with_capacity(raw.len());
    let mut members = HashSet::new();
    for raw in raw {
        let span = raw.span();
        let group = check_group(raw.get_ref(), office, cameras).map_err(|problem| problem.or_at(span.clone()))?;
        let wrong = |problem: &str| Err(Problem::at(span.clone(), format!("arming.group {:?}: {problem}", group.name)));
        if groups.iter().any(|other| other.name == group.name) {
            return wrong("two groups have this name: give each its own");
        }
        let zones = group.zones.iter().map(|(camera, zone)| format!("{camera}/{zone}"));
        if let Some(twice) = group.cameras.iter().cloned().chain(zones).find(|member| !members.insert(member.clone())) {
            return wrong(&format!("{twice:?} is named twice; it can have one set of hours only"));
        }
        if !is_ever_armed(&group.plan) && !has_days_off {
            return wrong(NEVER);
        }
        groups.push(group);
    }
    Ok(groups)
}

fn check_group(raw: &RawGroup, office: &Plan, cameras: &[Camera]) -> Result<Group, Problem> {
    let name = raw.name.trim().to_owned();
    if name.is_empty() {
        return Err("arming.group: its name is empty; say what it is, such as \"Phòng máy chủ\"".to_owned().into());
    }
    let place = format!("arming.group {name:?}");
    let members = check_members(raw, &place, cameras)?;
    if members.0.is_empty() && members.1.is_empty() {
        return Err(
            format!("{place}: nothing is in it; name cameras = [\"its-id\"] or zones = [\"its-id/zone\"]").into()
        );
    }
    let always = raw.always.unwrap_or(false);
    let (nights, weekends) = (raw.nights.as_ref(), raw.weekends.as_ref());
    if always && (nights.is_some() || weekends.is_some() || raw.opening_hours.is_some()) {
        return Err(format!("{place}: always leaves no room for other hours; leave them out, or always").into());
    }
    let plan = if always {
        Plan { hours: Hours::Always, weekends: true }
    } else if let Some(hours) = &raw.opening_hours {
        only_opening_hours(&place, nights, weekends)?;
        Plan { hours: Hours::Opening(check_opening_hours(hours, &place)?), weekends: false }
    } else {
        let hours = match (nights, &office.hours) {
            (None, Hours::Opening(_)) if weekends.is_some() => {
                return Err(format!("{place}: the office has opening_hours; give the group its nights too").into());
            }
            (None, hours) => hours.clone(),
            (Some(_), _) => Hours::Nights(check_span_or_none(nights, &format!("{place}: nights"), "none")?),
        };
        let of_office = matches!(office.hours, Hours::Opening(_)) && nights.is_some() || office.weekends;
        Plan { hours, weekends: weekends.map_or(of_office, |weekends| *weekends.get_ref()) }
    };
    Ok(Group { name, cameras: members.0, zones: members.1, plan })
}

/// Cameras, and zones of cameras.
type Members = (Vec<String>, Vec<(String, String)>);

fn check_members(raw: &RawGroup, place: &str, cameras: &[Camera]) -> Result<Members, Problem> {
    let known = |id: &Spanned<String>, typed: &str| {
        let found = cameras.iter().find(|camera| camera.id == typed);
        found.ok_or_else(|| {
            let hint = nearest(typed, cameras.iter().map(|camera| camera.id.as_str()));
            Problem::at(id.span(), format!("{place}: no camera is called {typed:?}{hint}"))
        })
    };
    let mut of_cameras = Vec::with_capacity(raw.cameras.len());
    for id in &raw.cameras {
        of_cameras.push(known(id, id.get_ref())?.id.clone());
    }
    let mut zones = Vec::with_capacity(raw.zones.len());
    for id in &raw.zones {
        let Some((camera, zone)) = id.get_ref().split_once('/') else {
            let problem = format!("{place}: zones are named \"camera/zone\", not {:?}", id.get_ref());
            return Err(Problem::at(id.span(), problem));
        };
        let camera = known(id, camera)?;
        if !camera.zones.iter().any(|known| known.id == zone) {
            let hint = nearest(zone, camera.zones.iter().map(|zone| zone.id.as_str()));
            let problem = format!("{place}: camera {:?} has no zone {zone:?}{hint}", camera.id);
            return Err(Problem::at(id.span(), problem));
        }
        zones.push((camera.id.clone(), zone.to_owned()));
    }
    Ok((of_cameras, zones))
}

/// Whether an ordinary week has an hour that is watched.
fn is_ever_armed(plan: &Plan) -> bool {
    match &plan.hours {
        Hours::Nights(nights) => nights.is_some() || plan.weekends,
        Hours::Always => true,
        Hours::Opening(hours) => !hours.days.iter().all(|day| is_whole_day(day)),
    }
}

fn is_whole_day(day: &[DailySpan]) -> bool {
    let mut reached = Time::midnight();
    for span in day {
        if span.from != reached {
            return false;
        }
        reached = span.to;
    }
    !day.is_empty() && reached == Time::midnight()
}

fn check_opening_hours(raw: &Spanned<RawOpeningHours>, place: &str) -> Result<OpeningHours, Problem> {
    let raw = raw.get_ref();
    let mut hours = OpeningHours::default();
    let days = [
        (&raw.monday, "monday"),
        (&raw.tuesday, "tuesday"),
        (&raw.wednesday, "wednesday"),
        (&raw.thursday, "thursday"),
        (&raw.friday, "friday"),
        (&raw.saturday, "saturday"),
        (&raw.sunday, "sunday"),
    ];
    for (day, (raw, name)) in hours.days.iter_mut().zip(days) {
        let Some(raw) = raw.as_ref().filter(|raw| raw.get_ref() != "none") else { continue };
        let key = format!("{place}.opening_hours.{name}");
        *day = check_day(raw.get_ref(), &key).map_err(|problem| Problem::at(raw.span(), problem))?;
    }
    Ok(hours)
}

/// The spans of one day, such as `"07:30-11:30, 13:30-17:00"`.
fn check_day(text: &str, key: &str) -> Result<Vec<DailySpan>, String> {
    let mut spans: Vec<DailySpan> = Vec::new();
    for part in text.split(',') {
        // From midnight to midnight: open all day.
        let whole_day = part.trim() == "00:00-24:00";
        let midnight = Time::midnight();
        let span = if whole_day { DailySpan { from: midnight, to: midnight } } else { parse_span(part, key)? };
        if span.crosses_midnight() && span.to != midnight {
            return Err(format!("{key}: {:?} ends before it begins; divide it at midnight, 00:00", part.trim()));
        }
        if let Some(before) = spans.last()
            && (before.to > span.from || before.to == midnight)
        {
            return Err(format!("{key}: {text:?} overlaps itself or is not in order"));
        }
        spans.push(span);
    }
    Ok(spans)
}

fn check_span_or_none(text: Option<&Spanned<String>>, key: &str, default: &str) -> Result<Option<DailySpan>, Problem> {
    let Some(text) = text else {
        return if default == "none" { Ok(None) } else { Ok(Some(parse_span(default, key)?)) };
    };
    if text.get_ref() == "none" {
        return Ok(None);
    }
    parse_span(text.get_ref(), key).map(Some).map_err(|problem| Problem::at(text.span(), problem))
}

fn parse_span(text: &str, key: &str) -> Result<DailySpan, String> {
    let parsed = text.split_once('-').and_then(|(from, to)| Some((parse_time(from)?, parse_time(to)?)));
    match parsed {
        Some((from, to)) if from != to => Ok(DailySpan { from, to }),
        Some(_) => Err(format!("{key}: {text:?} begins and ends at the same time")),
        None => Err(format!("{key}: {text:?} is not a span such as \"18:00-06:00\"")),
    }
}

/// A time of day such as `18:00`.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text.trim()).ok()
}
