//! Whether a place is watched at a given time, and why.
//!
//! What holds is a function of the time alone, and of what was ordered by hand: a clock that jumps
//! only asks for another time.

mod changes;
mod why;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Bilingual;
use super::calendar::Calendar;
use super::orders::{Order, Scope, SharedOrders};
use crate::config::{Config, DailySpan, Group, Plan, ZoneKind};
use why::Why;

/// Answers for any time and place. Clones share the calendar and the orders.
#[derive(Debug, Clone)]
pub struct Schedule {
    timezone: TimeZone,
    calendar: Arc<Calendar>,
    /// The office's, then those of the groups.
    plans: Vec<Plan>,
    groups: Vec<Group>,
    /// By id of a camera: its zones, and which plan is theirs.
    cameras: BTreeMap<String, Vec<ZonePlan>>,
    peak: Option<DailySpan>,
    orders: SharedOrders,
}

#[derive(Debug, Clone)]
struct ZonePlan {
    zone: String,
    plan: usize,
}

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Whatever is in no group.
    Office,
    /// By its name in the configuration.
    Group(&'a str),
    /// A camera: it is armed while any of its zones is.
    Camera(&'a str),
    Zone {
        camera: &'a str,
        zone: &'a str,
    },
}

/// Whether, and why, a place is being guarded at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Armed {
    pub armed: bool,
    /// Within the hours in which thieves come; only while armed.
    pub peak: bool,
    /// A public holiday or another day on which the office is closed, or the night after one; a mere
    /// weekend is none. Only while armed.
    pub holiday: bool,
    /// A few words: "đêm mồng 2 Tết".
    pub reason: Bilingual,
}

/// [`Armed`], and since and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub armed: Armed,
    /// Since when it is armed, or not, without a break; `None` where that is further away than
    /// [`Schedule::HORIZON`].
    pub from: Option<Timestamp>,
    /// Until when, excluded.
    pub until: Option<Timestamp>,
    /// All of it: "Đã bật từ 18:00 đến 06:00: đêm mồng 2 Tết".
    pub sentence: Bilingual,
}

/// What decides together: zones of one camera with one plan.
#[derive(Debug, Clone, Copy)]
struct Unit<'a> {
    camera: Option<&'a str>,
    plan: usize,
}

impl Schedule {
    /// Without orders.
    pub fn new(config: &Config) -> Self {
        let arming = &config.arming;
        let plan_of = |camera: &str, zone: &str| {
            let names = |group: &Group| group.zones.iter().any(|(c, z)| c == camera && z == zone);
            let has = |group: &Group| group.cameras.iter().any(|id| id == camera);
            let group = arming.groups.iter().position(names).or_else(|| arming.groups.iter().position(has));
            group.map_or(0, |index| index + 1)
        };
        let zones_of = |camera: &crate::config::Camera| {
            let watched = camera.zones.iter().filter(|zone| zone.kind != ZoneKind::Ignore);
            let zones = watched.map(|zone| ZonePlan { zone: zone.id.clone(), plan: plan_of(&camera.id, &zone.id) });
            (camera.id.clone(), zones.collect())
        };
        let is_day_of_rest = |weekday| arming.office.is_day_of_rest(weekday);
        Self {
            timezone: config.timezone.clone(),
            calendar: Arc::new(Calendar::new(&arming.days, is_day_of_rest)),
            plans: [&arming.office].into_iter().chain(arming.groups.iter().map(|group| &group.plan)).cloned().collect(),
            groups: arming.groups.clone(),
            cameras: config.cameras.iter().map(zones_of).collect(),
            peak: arming.peak,
            orders: SharedOrders::default(),
        }
    }

    /// That these orders go before, as they are when it is asked.
    pub fn with_orders(self, orders: SharedOrders) -> Self {
        Self { orders, ..self }
    }

    pub fn at(&self, at: Timestamp, place: Place<'_>) -> Armed {
        let orders = self.orders.current();
        let why = self.why(at, &self.units(place), &orders);
        self.armed(at, &why)
    }

    /// As [`Schedule::at`], without the words: it is asked of each track in each picture.
    pub fn is_armed(&self, at: Timestamp, place: Place<'_>) -> bool {
        self.why(at, &self.units(place), &self.orders.current()).is_armed()
    }

    /// As [`Schedule::at`], and since and until when.
    pub fn explain(&self, at: Timestamp, place: Place<'_>) -> Answer {
        let orders = self.orders.current();
        let units = self.units(place);
        let why = self.why(at, &units, &orders);
        let armed = self.armed(at, &why);
        let edges = self.edges_around(at, &orders);
        let state = changes::around(&edges, at, |other| self.why(other, &units, &orders).is_armed() == armed.armed);
        let stretch = changes::around(&edges, at, |other| self.why(other, &units, &orders) == why);
        let sentence = words::sentence(at, &armed, stretch, state, self.peak, &self.timezone);
        Answer { armed, from: state.0, until: state.1, sentence }
    }

    /// What holds at `from`, and each change of it until `to`.
    pub fn changes(&self, from: Timestamp, to: Timestamp, place: Place<'_>) -> Vec<(Timestamp, Armed)> {
        let mut found = vec![(from, self.at(from, place))];
        for edge in self.edges(from, to, &self.orders.current()).into_iter().filter(|edge| *edge > from) {
            let armed = self.at(edge, place);
            if found.last().is_some_and(|(_, before)| *before != armed) {
                found.push((edge, armed));
            }
        }
        found
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The orders that it consults.
    pub fn orders(&self) -> &SharedOrders {
        &self.orders
    }

    fn armed(&self, at: Timestamp, why: &Why<'_>) -> Armed {
        let local = self.timezone.to_datetime(at);
        let armed = why.is_armed();
        let is_off = || self.calendar.day_off(local.date()).is_some() || why.is_of_a_day_off();
        Armed {
            armed,
            peak: armed && self.peak.is_some_and(|span| span.contains(local.time())),
            holiday: armed && is_off(),
            reason: words::phrase(why),
        }
    }

    /// Never empty.
    fn units<'a>(&self, place: Place<'a>) -> Vec<Unit<'a>> {
        let office = |camera| vec![Unit { camera, plan: 0 }];
        match place {
            Place::Office => office(None),
            Place::Group(name) => {
                let index = self.groups.iter().position(|group| group.name == name);
                vec![Unit { camera: None, plan: index.map_or(0, |index| index + 1) }]
            }
            Place::Zone { camera, zone } => {
                let known = self.cameras.get(camera).and_then(|zones| zones.iter().find(|known| known.zone == zone));
                known
                    .map_or_else(|| office(Some(camera)), |known| vec![Unit { camera: Some(camera), plan: known.plan }])
            }
            Place::Camera(camera) => {
                let mut plans: Vec<_> = self.cameras.get(camera).into_iter().flatten().map(|zone| zone.plan).collect();
                plans.sort_unstable();
                plans.dedup();
                if plans.is_empty() {
                    return office(Some(camera));
                }
                plans.into_iter().map(|plan| Unit { camera: Some(camera), plan }).collect()
            }
        }
    }

    /// The order that counts, if any: the one given last.
    fn order<'a>(&self, at: Timestamp, unit: Unit<'_>, orders: &'a [Order]) -> Option<&'a Order> {
        let is_for = |order: &&Order| match &order.scope {
            Scope::All => true,
            Scope::Camera(id) => unit.camera == Some(id),
            Scope::Group(name) => unit.plan > 0 && self.groups[unit.plan - 1].name == *name,
        };
        orders.iter().filter(|order| order.is_in_force(at)).rfind(is_for)
    }
}

#[cfg(test)]
mod orders_tests;
#[cfg(test)]
mod tests;
