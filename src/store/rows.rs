//! Values as they lie in columns, and back. A value that does not mean what its column says is
//! an error of the row, never a panic.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as NameError, StrDeserializer};
use uuid::Uuid;

use crate::alert::{Alert, Claim, Guard, Handling, Judged, PicturesRemoved, Resolution, Verdict};
use crate::base::Rect;
use crate::rules::{Bilingual, Finding, ScorePart};
use crate::vision::attributes::Attribute;

/// Nanoseconds since 1970; 64 bits reach from 1677 to 2262, times outside saturate.
pub(super) fn nanoseconds(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(if at < Timestamp::UNIX_EPOCH { i64::MIN } else { i64::MAX })
}

pub(super) fn duration_ns(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

pub(super) fn timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Ok(from_nanoseconds(row.get(column)?))
}

pub(super) fn from_nanoseconds(ns: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(ns)).expect("64 bits of nanoseconds lie within a timestamp's range")
}

pub(super) fn optional_timestamp(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(from_nanoseconds))
}

pub(super) fn uuid(row: &Row<'_>, column: &str) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(column)?))
}

/// The name that an enum has everywhere outside: in the API, in the configuration, here.
///
/// # Errors
/// None for enums whose variants hold nothing.
pub(super) fn name<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        Ok(other) => Err(rusqlite::Error::ToSqlConversionFailure(format!("{other} is not a name").into())),
        Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(error.into())),
    }
}

pub(super) fn named<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let name: String = row.get(column)?;
    T::deserialize(StrDeserializer::<NameError>::new(&name)).map_err(meaningless)
}

/// The text of a column is not what it should be.
pub(super) fn meaningless(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
}

pub(super) fn unsigned(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, value))
}

pub(super) fn finding(row: &Row<'_>) -> rusqlite::Result<Finding> {
    Ok(Finding {
        kind: named(row, "kind")?,
        track: uuid(row, "track")?,
        confidence: row.get("confidence")?,
        at: timestamp(row, "at_ns")?,
        bbox: Rect::new(row.get("x")?, row.get("y")?, row.get("w")?, row.get("h")?),
        zone: row.get("zone")?,
        weight: row.get("weight")?,
    })
}

pub(super) fn score_part(row: &Row<'_>) -> rusqlite::Result<ScorePart> {
    Ok(ScorePart {
        part: named(row, "part")?,
        words: Bilingual { vi: row.get("words_vi")?, en: row.get("words_en")? },
        log_odds: row.get("log_odds")?,
    })
}

/// One attribute of a person of an alert.
pub(super) struct AttributeRow {
    pub position: i64,
    pub track: Uuid,
    pub attribute: Attribute,
    pub judged: Judged,
}

pub(super) fn attribute(row: &Row<'_>) -> rusqlite::Result<AttributeRow> {
    let judged = Judged {
        answer: named(row, "answer")?,
        confidence: row.get("confidence")?,
        frames: row.get("frames")?,
        pixels: row.get("pixels")?,
        has_crop: row.get("has_crop")?,
    };
    Ok(AttributeRow {
        position: row.get("position")?,
        track: uuid(row, "track")?,
        attribute: named(row, "attribute")?,
        judged,
    })
}

/// The columns of an alert that say what guards have done with it.
pub(super) fn handling(row: &Row<'_>) -> rusqlite::Result<Handling> {
    let owner = guard(row, "owner_account", "owner_name")?;
    let claim = owner.zip(optional_timestamp(row, "claimed_at_ns")?);
    let resolution = verdict(row)?.zip(optional_timestamp(row, "resolved_at_ns")?);
    let resolution = resolution.map(|(verdict, at)| Resolution { verdict, at });
    Ok(Handling {
        claim: claim.map(|(owner, at)| Claim { owner, at, resolution }),
        escalated_at: optional_timestamp(row, "escalated_at_ns")?,
    })
}

pub(super) fn guard(row: &Row<'_>, account: &str, name: &str) -> rusqlite::Result<Option<Guard>> {
    let account = row.get::<_, Option<[u8; 16]>>(account)?.map(Uuid::from_bytes);
    Ok(account.zip(row.get(name)?).map(|(account, name)| Guard { account, name }))
}

/// Of the columns `verdict` and `false_alarm_reason`.
pub(super) fn verdict(row: &Row<'_>) -> rusqlite::Result<Option<Verdict>> {
    Ok(match row.get::<_, Option<String>>("verdict")?.as_deref() {
        None => None,
        Some("false_alarm") => Some(Verdict::FalseAlarm(named(row, "false_alarm_reason")?)),
        Some(_) => Some(Verdict::TrueAlarm),
    })
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(meaningless)
}

fn pictures_removed(row: &Row<'_>) -> rusqlite::Result<Option<PicturesRemoved>> {
    let Some(at) = optional_timestamp(row, "pictures_removed_at_ns")? else { return Ok(None) };
    Ok(Some(PicturesRemoved { at, by: named(row, "pictures_removed_by")? }))
}

/// The alert without its findings, persons and parts of its score.
pub(super) fn alert(row: &Row<'_>) -> rusqlite::Result<Alert> {
    Ok(Alert {
        id: uuid(row, "id")?,
        case: row.get::<_, Option<[u8; 16]>>("case_id")?.map(Uuid::from_bytes),
        camera: row.get("camera")?,
        zone: row.get("zone")?,
        opened_at: timestamp(row, "opened_at_ns")?,
        last_seen_at: timestamp(row, "last_seen_at_ns")?,
        closed_at: optional_timestamp(row, "closed_at_ns")?,
        severity: named(row, "severity")?,
        score: row.get("score")?,
        score_parts: Vec::new(),
        handling: handling(row)?,
        findings: Vec::new(),
        persons: Vec::new(),
        looks: json(row, "looks")?,
        reason: Bilingual { vi: row.get("reason_vi")?, en: row.get("reason_en")? },
        frame_width: row.get("frame_width")?,
        frame_height: row.get("frame_height")?,
        pictures_removed: pictures_removed(row)?,
    })
}
