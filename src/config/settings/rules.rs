//! What raises an alert in a zone, as it is set for that zone and as it holds where the zone says nothing.

use serde::{Deserialize, Serialize};
use toml_edit::{TableLike, Value};
use utoipa::ToSchema;

use super::table::{inline, put};
use crate::config::{ZoneKind, ZoneRules};

/// What a zone says itself; what is null is as for all zones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleKeys {
    /// A person, whatever they do.
    pub person: Option<bool>,
    /// A vehicle joins the alert of others.
    pub vehicle: Option<bool>,
    /// A person who stays.
    pub loitering: Option<bool>,
    /// For so long.
    pub loitering_seconds: Option<u32>,
    /// A person in a protected zone; of such zones only.
    pub protected_room: Option<bool>,
    /// People who get out of a vehicle that stopped here.
    pub waiting_vehicle: Option<bool>,
}

/// What holds in a zone of this kind that says nothing itself: by its kind, and by what the file says for all zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[allow(clippy::struct_excessive_bools, reason = "switches, each turned by the installer by itself")]
pub struct KindRules {
    pub kind: ZoneKind,
    pub person: bool,
    pub vehicle: bool,
    pub loitering: bool,
    /// Counts where loitering is on.
    pub loitering_seconds: u32,
    pub protected_room: bool,
    pub waiting_vehicle: bool,
}

impl KindRules {
    /// Of every kind in which something is found.
    pub(super) fn all(everywhere: &RuleKeys) -> Vec<Self> {
        let kinds = [ZoneKind::Yard, ZoneKind::Building, ZoneKind::Protected, ZoneKind::Parking];
        kinds.into_iter().map(|kind| Self::of(kind, everywhere)).collect()
    }

    fn of(kind: ZoneKind, everywhere: &RuleKeys) -> Self {
        let usual = ZoneRules::of(kind);
        let seconds = usual.loitering.and_then(|after| u32::try_from(after.as_secs()).ok()).unwrap_or_default();
        Self {
            kind,
            person: everywhere.person.unwrap_or(usual.person),
            vehicle: everywhere.vehicle.unwrap_or(usual.vehicle),
            loitering: everywhere.loitering.unwrap_or(true),
            loitering_seconds: everywhere.loitering_seconds.unwrap_or(seconds),
            protected_room: usual.protected_room && everywhere.protected_room.unwrap_or(true),
            waiting_vehicle: everywhere.waiting_vehicle.unwrap_or(usual.waiting_vehicle),
        }
    }
}

/// Into a zone's row; nothing is made for what is not said.
pub(super) fn write(row: &mut dyn TableLike, wanted: &RuleKeys) {
    let RuleKeys { person, vehicle, loitering, loitering_seconds, protected_room, waiting_vehicle } = *wanted;
    if *wanted == RuleKeys::default() {
        if row.get("rules").and_then(|rules| rules.as_table_like()).is_some_and(|rules| !rules.is_empty()) {
            row.remove("rules");
        }
        return;
    }
    let Some(rules) = inline(row, "rules") else { return };
    put(rules, "person", person.map(Value::from));
    put(rules, "vehicle", vehicle.map(Value::from));
    put(rules, "loitering", loitering.map(Value::from));
    put(rules, "loitering_seconds", loitering_seconds.map(|seconds| i64::from(seconds).into()));
    put(rules, "protected_room", protected_room.map(Value::from));
    put(rules, "waiting_vehicle", waiting_vehicle.map(Value::from));
}
