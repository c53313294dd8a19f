//! Zones, entry lines, and which rules hold where.

use std::collections::HashSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::file::check_id;
use super::response::check_plan;
use crate::base::{Point, Polygon};

#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    pub id: String,
    pub kind: ZoneKind,
    /// In 0..1 of the frame.
    pub polygon: Polygon,
    pub rules: ZoneRules,
    /// What the office wants done about an alert here, in order.
    pub plan: Vec<String>,
}

impl Zone {
    /// With the rules that a zone of its kind has when the configuration says nothing.
    pub fn new(id: &str, kind: ZoneKind, polygon: Polygon) -> Self {
        Self { id: id.to_owned(), kind, polygon, rules: ZoneRules::of(kind), plan: Vec::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ZoneKind {
    Yard,
    Building,
    /// Leaders' rooms, safes, server rooms.
    Protected,
    Parking,
    /// Never alerts: a street, a neighbour's door.
    Ignore,
}

/// What raises an alert in one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "switches, each turned by the installer by itself")]
pub struct ZoneRules {
    /// A person, whatever they do. Without it a person is told of only where another rule finds something.
    pub person: bool,
    /// A vehicle joins the alert of others.
    pub vehicle: bool,
    /// A person who stays for so long.
    pub loitering: Option<Duration>,
    /// A person in a protected zone.
    pub protected_room: bool,
    /// People who get out of a vehicle that stopped here.
    pub waiting_vehicle: bool,
}

impl ZoneRules {
    /// Who crosses a yard is soon across; between parked vehicles people take their time; in a protected room there is
    /// no time to lose. Vehicles stop in yards and where they park, not inside of buildings.
    pub fn of(kind: ZoneKind) -> Self {
        let loitering_s = match kind {
            ZoneKind::Yard | ZoneKind::Building => 60,
            ZoneKind::Parking => 120,
            ZoneKind::Protected | ZoneKind::Ignore => 20,
        };
        let is_watched = kind != ZoneKind::Ignore;
        Self {
            person: is_watched,
            vehicle: is_watched,
            loitering: is_watched.then_some(Duration::from_secs(loitering_s)),
            protected_room: kind == ZoneKind::Protected,
            waiting_vehicle: matches!(kind, ZoneKind::Yard | ZoneKind::Parking),
        }
    }
}

/// A line over which people come in or go out.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryLine {
    pub id: String,
    /// Its ends, in 0..1 of the frame. In is towards the right hand of whoever walks from the first to the second.
    pub from: Point,
    pub to: Point,
    /// Which crossings count.
    pub direction: Direction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    In,
    Out,
    #[default]
    Both,
}

/// A part of the picture that is painted over: a neighbour's window, a desk.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivacyMask {
    pub id: String,
    /// In 0..1 of the frame.
    pub polygon: Polygon,
}

/// Of one camera; more are better drawn as one.
const MOST_MASKS: usize = 16;
/// Of one mask; each costs something in every row of a picture of another size.
const MOST_MASK_CORNERS: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMask {
    id: String,
    polygon: Vec<[f32; 2]>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawZone {
    id: String,
    kind: RawZoneKind,
    polygon: Vec<[f32; 2]>,
    #[serde(default)]
    rules: RawRules,
    plan: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawZoneKind {
    Yard,
    Building,
    Protected,
    Parking,
    Ignore,
}

/// Of all zones (`[rules]`) or of one (`rules = { … }`), where the nearer wins; what is left out is as the zone's kind
/// has it.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRules {
    person: Option<bool>,
    vehicle: Option<bool>,
    loitering: Option<bool>,
    loitering_seconds: Option<u32>,
    protected_room: Option<bool>,
    waiting_vehicle: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLine {
    id: String,
    from: [f32; 2],
    to: [f32; 2],
    #[serde(default)]
    direction: Direction,
}

/// `place` names the camera; `everywhere` is what `[rules]` says, `plan` what `[response]` does. Without zones the whole
/// frame is one yard.
pub(super) fn check_zones(
    raw: Vec<RawZone>,
    everywhere: &RawRules,
    plan: &[String],
    place: &str,
) -> Result<Vec<Zone>, String> {
    let everywhere = everywhere.checked("rules")?;
    let mut ids = HashSet::new();
    let mut zones = Vec::with_capacity(raw.len().max(1));
    for (index, zone) in raw.into_iter().enumerate() {
        let id = check_id(&zone.id, &format!("{place}, zone {}", index + 1))?;
        if !ids.insert(id.clone()) {
            return Err(format!("{place}: two zones have the id {id:?}: give each its own"));
        }
        let place = format!("{place}, zone {id:?}");
        let polygon = Polygon::try_from(zone.polygon).map_err(|problem| format!("{place}: {problem}"))?;
        let kind = ZoneKind::from(zone.kind);
        let own = zone.rules.checked(&format!("{place}, rules"))?;
        if own.protected_room == Some(true) && kind != ZoneKind::Protected {
            return Err(format!("{place}, rules: protected_room is of protected zones; make it kind = \"protected\""));
        }
        if kind == ZoneKind::Ignore && own.says_anything() {
            return Err(format!("{place}, rules: nothing is found where all is ignored; give it another kind"));
        }
        if kind == ZoneKind::Ignore && zone.plan.is_some() {
            return Err(format!("{place}: a plan is of no use where all is ignored; leave it out"));
        }
        let plan = zone.plan.as_ref().map_or_else(|| Ok(plan.to_owned()), |own| check_plan(own, &place))?;
        zones.push(Zone { rules: rules_of(kind, own, everywhere), plan, ..Zone::new(&id, kind, polygon) });
    }
    if zones.is_empty() {
        let kind = ZoneKind::Yard;
        let rules = rules_of(kind, &RawRules::default(), everywhere);
        zones.push(Zone { rules, plan: plan.to_owned(), ..Zone::new("khung-hinh", kind, Polygon::full_frame()) });
    }
    Ok(zones)
}

fn rules_of(kind: ZoneKind, own: &RawRules, everywhere: &RawRules) -> ZoneRules {
    let usual = ZoneRules::of(kind);
    if kind == ZoneKind::Ignore {
        return usual;
    }
    let given = |of: fn(&RawRules) -> Option<bool>, usual| of(own).or_else(|| of(everywhere)).unwrap_or(usual);
    let seconds = own.loitering_seconds.or(everywhere.loitering_seconds);
    let after = seconds.map(|seconds| Duration::from_secs(seconds.into())).or(usual.loitering);
    ZoneRules {
        person: given(|rules| rules.person, usual.person),
        vehicle: given(|rules| rules.vehicle, usual.vehicle),
        loitering: after.filter(|_| given(|rules| rules.loitering, true)),
        protected_room: usual.protected_room && given(|rules| rules.protected_room, true),
        waiting_vehicle: given(|rules| rules.waiting_vehicle, usual.waiting_vehicle),
    }
}

impl RawRules {
    fn checked(&self, place: &str) -> Result<&Self, String> {
        match self.loitering_seconds {
            Some(seconds) if !(5..=3600).contains(&seconds) => {
                Err(format!("{place}: loitering_seconds: {seconds} is not within 5 to 3600"))
            }
            Some(_) if self.loitering == Some(false) => {
                Err(format!("{place}: loitering is off and yet has loitering_seconds; leave one of them out"))
            }
            _ => Ok(self),
        }
    }

    fn says_anything(&self) -> bool {
        let Self { person, vehicle, loitering, loitering_seconds, protected_room, waiting_vehicle } = self;
        [person, vehicle, loitering, protected_room, waiting_vehicle].into_iter().any(Option::is_some)
            || loitering_seconds.is_some()
    }
}

pub(super) fn check_lines(raw: Vec<RawLine>, place: &str) -> Result<Vec<EntryLine>, String> {
    let mut ids = HashSet::new();
    let mut lines = Vec::with_capacity(raw.len());
    for (index, line) in raw.into_iter().enumerate() {
        let id = check_id(&line.id, &format!("{place}, line {}", index + 1))?;
        if !ids.insert(id.clone()) {
            return Err(format!("{place}: two lines have the id {id:?}: give each its own"));
        }
        let end = |[x, y]: [f32; 2], key| {
            let is_within = (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
            let problem = || format!("{place}, line {id:?}: {key} ({x}, {y}) is not within 0..1 of the frame");
            is_within.then_some(Point { x, y }).ok_or_else(problem)
        };
        let (from, to) = (end(line.from, "from")?, end(line.to, "to")?);
        if from == to {
            return Err(format!("{place}, line {id:?}: it begins and ends at the same point"));
        }
        lines.push(EntryLine { id, from, to, direction: line.direction });
    }
    Ok(lines)
}

pub(super) fn check_masks(raw: Vec<RawMask>, place: &str) -> Result<Vec<PrivacyMask>, String> {
    if raw.len() > MOST_MASKS {
        return Err(format!(
            "{place}: {} privacy masks are too many: at most {MOST_MASKS}, draw some as one",
            raw.len()
        ));
    }
    let mut masks: Vec<PrivacyMask> = Vec::with_capacity(raw.len());
    for (index, mask) in raw.into_iter().enumerate() {
        let id = check_id(&mask.id, &format!("{place}, privacy mask {}", index + 1))?;
        if masks.iter().any(|other| other.id == id) {
            return Err(format!("{place}: two privacy masks have the id {id:?}: give each its own"));
        }
        let place = format!("{place}, privacy mask {id:?}");
        if mask.polygon.len() > MOST_MASK_CORNERS {
            return Err(format!("{place}: {} corners are too many: at most {MOST_MASK_CORNERS}", mask.polygon.len()));
        }
        let polygon = Polygon::try_from(mask.polygon).map_err(|problem| format!("{place}: {problem}"))?;
        masks.push(PrivacyMask { id, polygon });
    }
    Ok(masks)
}

impl From<RawZoneKind> for ZoneKind {
    fn from(raw: RawZoneKind) -> Self {
        match raw {
            RawZoneKind::Yard => Self::Yard,
            RawZoneKind::Building => Self::Building,
            RawZoneKind::Protected => Self::Protected,
            RawZoneKind::Parking => Self::Parking,
            RawZoneKind::Ignore => Self::Ignore,
        }
    }
}
