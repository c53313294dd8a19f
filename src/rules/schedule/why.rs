//! What holds at one moment, and why: one of these, for each place.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::{Schedule, Unit};
use crate::config::{Closure, DailySpan, Hours, OpeningHours, Plan};
use crate::rules::calendar::DayOff;
use crate::rules::orders::{Act, Order};

/// What people call night where only opening hours are said and the office is closed.
const EVENING: Time = Time::constant(18, 0, 0, 0);
const MORNING: Time = Time::constant(6, 0, 0, 0);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why<'a> {
    Order(&'a Order),
    /// The group is watched day and night.
    Always(&'a str),
    Closed(&'a Closure),
    /// The night that begins on the evening of a day.
    Night(Evening<'a>),
    DayOff(Date, DayOff<'a>),
    /// A day of the week on which nobody works.
    Rest {
        weekend: bool,
    },
    /// Of a working day, between its opening hours.
    Outside,
    /// So many days before Tết.
    Early(u8),
    Open,
    /// Not watched, nor a time at which people work for sure: the schedule has weekends or holidays
    /// only.
    Unwatched,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evening<'a> {
    pub day: Date,
    pub off: Option<DayOff<'a>>,
    pub is_weekend: bool,
}

impl Why<'_> {
    pub(super) fn is_armed(&self) -> bool {
        match self {
            Self::Order(order) => order.act == Act::Arm,
            Self::Open | Self::Unwatched => false,
            _ => true,
        }
    }

    pub(super) fn is_of_a_day_off(&self) -> bool {
        match self {
            Self::Night(evening) => evening.off.is_some(),
            Self::DayOff(..) | Self::Closed(_) => true,
            _ => false,
        }
    }
}

impl Schedule {
    /// The first of the units that is armed decides, or else the first.
    pub(super) fn why<'a>(&'a self, at: Timestamp, units: &[Unit<'_>], orders: &'a [Order]) -> Why<'a> {
        let mut reasons = units.iter().map(|unit| self.why_of(at, *unit, orders));
        let Some(first) = reasons.next() else { return Why::Unwatched };
        if first.is_armed() { first } else { reasons.find(Why::is_armed).unwrap_or(first) }
    }

    fn why_of<'a>(&'a self, at: Timestamp, unit: Unit<'_>, orders: &'a [Order]) -> Why<'a> {
        if let Some(order) = self.order(at, unit, orders) {
            return Why::Order(order);
        }
        let plan = &self.plans[unit.plan];
        let local = self.timezone.to_datetime(at);
        let closure = || self.calendar.closure(local).map(Why::Closed);
        match &plan.hours {
            // Only a group is.
            Hours::Always => Why::Always(self.groups.get(unit.plan.wrapping_sub(1)).map_or("", |group| &group.name)),
            Hours::Nights(nights) => closure().unwrap_or_else(|| self.by_nights(local, plan, *nights)),
            Hours::Opening(hours) => closure().unwrap_or_else(|| self.by_opening_hours(local, plan, hours)),
        }
    }

    fn by_nights(&self, local: DateTime, plan: &Plan, nights: Option<DailySpan>) -> Why<'_> {
        let (day, time) = (local.date(), local.time());
        if let Some(span) = nights.filter(|span| span.contains(time)) {
            let began_yesterday = span.crosses_midnight() && time < span.from;
            return self.night(if began_yesterday { yesterday(day) } else { day }, plan);
        }
        let otherwise = if nights.is_some() { Why::Open } else { Why::Unwatched };
        self.all_day(day, plan).or_else(|| self.early(local)).unwrap_or(otherwise)
    }

    fn by_opening_hours(&self, local: DateTime, plan: &Plan, hours: &OpeningHours) -> Why<'_> {
        let (day, time) = (local.date(), local.time());
        let spans = self.spans_of(day, hours);
        let (opens, closes) = match spans {
            [first, .., last] => (first.from, last.to),
            [only] => (only.from, only.to),
            [] => (MORNING, EVENING),
        };
        // Who closes at midnight has no evening.
        if time >= closes && closes != Time::midnight() {
            return self.night(day, plan);
        }
        if time < opens {
            return self.night(yesterday(day), plan);
        }
        if spans.iter().any(|span| span.contains(time)) {
            return self.early(local).unwrap_or(Why::Open);
        }
        self.all_day(day, plan).unwrap_or(if spans.is_empty() { rest(day) } else { Why::Outside })
    }

    /// When the office is open on a day: on one that is worked against the week at its own hours, or
    /// at those of the day that is off for it.
    fn spans_of<'a>(&self, day: Date, hours: &'a OpeningHours) -> &'a [DailySpan] {
        if self.calendar.day_off(day).is_some() {
            return &[];
        }
        let own = hours.of(day.weekday());
        let instead = self.calendar.worked(day).and_then(|swap| swap.off).filter(|_| own.is_empty());
        instead.map_or(own, |off| hours.of(off.weekday()))
    }

    /// Why nobody works on a day at all.
    fn all_day(&self, day: Date, plan: &Plan) -> Option<Why<'_>> {
        match self.calendar.day_off(day) {
            Some(off) => Some(Why::DayOff(day, off)),
            None => self.is_rest(day, plan).then(|| rest(day)),
        }
    }

    fn is_rest(&self, day: Date, plan: &Plan) -> bool {
        plan.is_day_of_rest(day.weekday()) && self.calendar.worked(day).is_none()
    }

    fn night(&self, day: Date, plan: &Plan) -> Why<'_> {
        Why::Night(Evening {
            day,
            off: self.calendar.day_off(day),
            is_weekend: is_weekend(day) && self.is_rest(day, plan),
        })
    }

    fn early(&self, local: DateTime) -> Option<Why<'_>> {
        let (from, days) = self.calendar.early_watch(local.date())?;
        (local.time() >= from).then_some(Why::Early(days))
    }
}

fn rest(day: Date) -> Why<'static> {
    Why::Rest { weekend: is_weekend(day) }
}

fn yesterday(day: Date) -> Date {
    day.saturating_sub(1.day())
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// All times of day at which something may begin or end.
pub(super) fn times_of_day(schedule: &Schedule) -> Vec<Time> {
    let mut times = vec![Time::midnight(), EVENING, MORNING];
    times.extend(schedule.calendar.early_hour());
    let mut add = |span: DailySpan| times.extend([span.from, span.to]);
    schedule.peak.into_iter().for_each(&mut add);
    for plan in &schedule.plans {
        match &plan.hours {
            Hours::Nights(nights) => nights.iter().copied().for_each(&mut add),
            Hours::Opening(hours) => hours.all().for_each(&mut add),
            Hours::Always => {}
        }
    }
    times.sort_unstable();
    times.dedup();
    times
}
