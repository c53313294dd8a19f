//! What may be set by the page, as it stands in the file and as it is to stand there: keys are called alike in both, and
//! what is left out is as the appliance has it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use utoipa::ToSchema;

use super::plans::PlanKeys;
use super::rules::{KindRules, RuleKeys};
use crate::config::{Direction, Escalation, Recording, Transport, USUAL_PURPOSE, ZoneKind, file, record};

/// A camera, without its zones and lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraKeys {
    /// Lowercase letters, digits and hyphens; it never changes, for recordings are kept under it.
    pub id: String,
    pub name: Option<String>,
    /// `rtsp://` without name and password. What looks like a password in it is told as `***`, and stays what it is
    /// where `***` is sent back.
    pub main: String,
    pub sub: Option<String>,
    /// What it looks at.
    pub place: Option<String>,
    pub transport: Option<Transport>,
    /// Whether it is told when somebody blinds the camera.
    pub tamper: Option<bool>,
    /// What of it is recorded.
    pub record: Option<Recording>,
    /// Why it watches; what the office says of all where it is left out.
    pub purpose: Option<String>,
}

/// A zone; other keys of it stay as they are in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneKeys {
    pub id: String,
    /// What it was called until now, where it gets another id: whatever else is said of it, or names it, stays its own.
    /// Never told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    pub kind: ZoneKind,
    /// Corners in 0..1 of the picture.
    pub polygon: Vec<[f64; 2]>,
    /// What raises an alert in it.
    #[serde(default)]
    pub rules: RuleKeys,
}

impl ZoneKeys {
    /// What it is called in the file.
    pub(super) fn known_as(&self) -> &str {
        self.was.as_deref().unwrap_or(&self.id)
    }
}

/// A line over which people come in or go out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineKeys {
    pub id: String,
    /// Its ends, in 0..1 of the picture. In is towards the right hand of whoever walks from the first to the second.
    pub from: [f64; 2],
    pub to: [f64; 2],
    #[serde(default)]
    pub direction: Direction,
}

/// A part of the picture that nobody sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskKeys {
    pub id: String,
    /// Corners in 0..1 of the picture.
    pub polygon: Vec<[f64; 2]>,
}

/// The zones, lines and privacy masks of a camera, all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    #[serde(default)]
    pub zones: Vec<ZoneKeys>,
    #[serde(default)]
    pub lines: Vec<LineKeys>,
    /// Left out where there are none. Sent without them, they stay as they are: who draws zones alone uncovers nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_masks: Option<Vec<MaskKeys>>,
}

/// When the office is watched. Spans of a day are written `18:00-06:00`, days `2027-03-05`, times `2027-03-05T12:00`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmingKeys {
    /// Or `none`.
    pub nights: Option<String>,
    /// In place of nights and weekends; by day of the week in English, `07:30-11:30, 13:30-17:00`.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub opening_hours: Option<BTreeMap<Weekday, String>>,
    pub peak: Option<String>,
    pub weekends: Option<bool>,
    /// `vietnam` or `none`.
    pub holidays: Option<String>,
    pub early_watch: Option<EarlyWatchKeys>,
    #[serde(default)]
    pub tet: Vec<TetKeys>,
    #[serde(default)]
    pub national_day: Vec<NationalDayKeys>,
    #[serde(default)]
    pub swap: Vec<SwapKeys>,
    #[serde(default)]
    pub closed: Vec<ClosedKeys>,
    #[serde(default)]
    pub group: Vec<GroupKeys>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    pub(super) const ALL: [(Self, &'static str); 7] = [
        (Self::Monday, "monday"),
        (Self::Tuesday, "tuesday"),
        (Self::Wednesday, "wednesday"),
        (Self::Thursday, "thursday"),
        (Self::Friday, "friday"),
        (Self::Saturday, "saturday"),
        (Self::Sunday, "sunday"),
    ];
}

/// On the days before Tết.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlyWatchKeys {
    pub days: u8,
    pub from: String,
}

/// The days off at Tết.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TetKeys {
    pub from: String,
    pub to: String,
}

/// The day beside 2 September.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NationalDayKeys {
    pub year: i16,
    /// `before` or `after`.
    pub beside: String,
}

/// A day off that is worked, for a working day that is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwapKeys {
    pub worked: Option<String>,
    pub off: Option<String>,
    pub name: Option<String>,
}

/// Days, the last one too, or times, at which the office is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosedKeys {
    pub from: String,
    pub to: Option<String>,
    pub name: Option<String>,
}

/// Cameras, or zones of cameras (`camera/zone`), with hours of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupKeys {
    pub name: String,
    #[serde(default)]
    pub cameras: Vec<String>,
    #[serde(default)]
    pub zones: Vec<String>,
    pub nights: Option<String>,
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub opening_hours: Option<BTreeMap<Weekday, String>>,
    pub always: Option<bool>,
    pub weekends: Option<bool>,
}

/// How much and how long is kept, and how long an alert waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepingKeys {
    #[serde(default)]
    pub record: RecordKeys,
    #[serde(default)]
    pub plates: DaysKept,
    #[serde(default)]
    pub memory: DaysKept,
    #[serde(default)]
    pub alerts: WaitKeys,
    #[serde(default)]
    pub privacy: PrivacyKeys,
}

impl KeepingKeys {
    /// What holds where the file says nothing.
    pub fn usual() -> Self {
        let Escalation { critical_after, others_after } = Escalation::default();
        let seconds = |wait: Option<SignedDuration>| wait.map_or(Some(0), |wait| u32::try_from(wait.as_secs()).ok());
        let days = || DaysKept { keep_days: Some(file::DEFAULT_KEEP_DAYS) };
        Self {
            record: RecordKeys { quota_bytes: Some(record::DEFAULT_QUOTA_BYTES), ..RecordKeys::default() },
            plates: days(),
            memory: days(),
            alerts: WaitKeys {
                escalate_after: seconds(others_after),
                escalate_critical_after: seconds(critical_after),
            },
            privacy: PrivacyKeys {
                purpose: Some(USUAL_PURPOSE.to_owned()),
                originals_in_evidence: Some(false),
                ..PrivacyKeys::default()
            },
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordKeys {
    /// Video kept at most.
    pub quota_bytes: Option<u64>,
    /// Everything so long, at most; as long as what moved where it is left out.
    pub all_hours: Option<u32>,
    /// What moved; as long as there is room where it is left out.
    pub motion_days: Option<u16>,
    /// What alerts need, and their pictures; for ever where it is left out.
    pub alert_days: Option<u16>,
    /// Settled alerts themselves; for ever where it is left out. Needs `alert_days`.
    pub alert_record_days: Option<u16>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysKept {
    pub keep_days: Option<u16>,
}

/// Seconds until an alert that nobody claims goes to the supervisor; 0: never.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitKeys {
    pub escalate_after: Option<u32>,
    pub escalate_critical_after: Option<u32>,
}

/// What is told to whoever is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivacyKeys {
    /// Who watches.
    pub office: Option<String>,
    /// Why; a camera may say so itself.
    pub purpose: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// Whether evidence packs hold the original video where privacy masks hide some of it.
    pub originals_in_evidence: Option<bool>,
}

/// A camera as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WrittenCamera {
    #[serde(flatten)]
    pub keys: CameraKeys,
    #[serde(flatten)]
    pub drawn: Drawn,
    /// Whether there are a name and a password for it; they themselves are never told.
    pub has_credentials: bool,
}

/// What the file says of all this.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Written {
    pub cameras: Vec<WrittenCamera>,
    pub arming: ArmingKeys,
    /// A calendar beside the file whose days off count too.
    pub closures_file: Option<String>,
    pub keeping: KeepingKeys,
    pub plans: PlanKeys,
    /// What raises an alert in a zone that says nothing itself.
    pub usual_rules: Vec<KindRules>,
}

impl Written {
    /// Of a file that was checked; `None` where it is not what it was checked for.
    pub(super) fn of(text: &str, has_credentials: impl Fn(&str) -> bool) -> Option<Self> {
        let mut file: Table = toml::from_str(text).ok()?;
        file.iter_mut().for_each(|(_, value)| dates_as_text(value));
        let mut cameras = Vec::new();
        for camera in file.get("camera").and_then(Value::as_array).into_iter().flatten() {
            let camera = camera.as_table()?;
            let mut keys: CameraKeys =
                known(camera, &["id", "name", "main", "sub", "place", "transport", "tamper", "record", "purpose"])?;
            keys.main = super::secrets::masked(&keys.main);
            keys.sub = keys.sub.as_deref().map(super::secrets::masked);
            let has_credentials = has_credentials(&keys.id);
            let drawn = Drawn {
                zones: rows(camera, "zones", &["id", "kind", "polygon", "rules"])?,
                lines: rows(camera, "lines", &["id", "from", "to", "direction"])?,
                privacy_masks: Some(rows(camera, "privacy_masks", &["id", "polygon"])?)
                    .filter(|masks: &Vec<MaskKeys>| !masks.is_empty()),
            };
            cameras.push(WrittenCamera { keys, drawn, has_credentials });
        }
        let plans = PlanKeys::of(&file);
        let table = |key: &str| file.get(key).and_then(Value::as_table).cloned().unwrap_or_default();
        let mut arming = table("arming");
        let closures_file = arming.remove("closures_file").and_then(|path| path.as_str().map(str::to_owned));
        let mut alerts = table("alerts");
        for (_, wait) in alerts.iter_mut().filter(|(_, wait)| wait.as_str() == Some("none")) {
            *wait = Value::Integer(0);
        }
        let keeping = KeepingKeys {
            record: known(
                &table("record"),
                &["quota_bytes", "all_hours", "motion_days", "alert_days", "alert_record_days"],
            )?,
            plates: known(&table("plates"), &["keep_days"])?,
            memory: known(&table("memory"), &["keep_days"])?,
            alerts: known(&alerts, &["escalate_after", "escalate_critical_after"])?,
            privacy: known(&table("privacy"), &["office", "purpose", "contact", "originals_in_evidence"])?,
        };
        let usual_rules = KindRules::all(&Value::Table(table("rules")).try_into().ok()?);
        let arming = Value::Table(arming).try_into().ok()?;
        Some(Self { cameras, arming, closures_file, keeping, plans, usual_rules })
    }
}

/// Of a table what the page knows; the rest stays as it is.
fn known<T: for<'de> Deserialize<'de>>(table: &Table, keys: &[&str]) -> Option<T> {
    let of = table.iter().filter(|(key, _)| keys.contains(&key.as_str()));
    let table: Table = of.map(|(key, value)| (key.clone(), value.clone())).collect();
    Value::Table(table).try_into().ok()
}

fn rows<T: for<'de> Deserialize<'de>>(table: &Table, key: &str, keys: &[&str]) -> Option<Vec<T>> {
    let rows = table.get(key).and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| known(row.as_table()?, keys)).collect()
}

fn dates_as_text(value: &mut Value) {
    match value {
        Value::Datetime(datetime) => *value = Value::String(datetime.to_string()),
        Value::Array(values) => values.iter_mut().for_each(dates_as_text),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| dates_as_text(value)),
        _ => {}
    }
}
