//! Vehicles that came by, and what their plates say.

use std::str::FromStr as _;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::plates::letters;
use super::rows::{self, nanoseconds};
use super::{Result, Store};
use crate::rules::plate::{Candidate, Plate};
use crate::vision::Class;

/// Passages of one plate that are told at most.
const MOST_OF_ONE_PLATE: u32 = 500;
/// From so many passages it is known what is usual.
const MOST_TIMES: u32 = 200;

/// A vehicle that came by: one track that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub track: Uuid,
    pub camera: String,
    /// A vehicle's; the store refuses others.
    pub class: Class,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// It stood still for a while.
    pub stopped: bool,
    pub plate: Plate,
    /// Local date of the evening on which its night began; `None` by day.
    pub night: Option<Date>,
    /// Whether there is a picture of it: see [`VehicleCrop::file_name`].
    pub has_vehicle_crop: bool,
    pub has_plate_crop: bool,
    /// What its plate is known for. Read back as `None` once that entry is gone.
    pub listed: Option<Listed>,
}

/// Which entry of the lists a plate matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub entry: Uuid,
    /// Without an unsure character.
    pub exact: bool,
}

/// The pictures that may be kept of a vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum VehicleCrop {
    Vehicle,
    Plate,
}

impl VehicleCrop {
    pub const ALL: [Self; 2] = [Self::Vehicle, Self::Plate];

    pub fn name(self) -> &'static str {
        match self {
            Self::Vehicle => "vehicle",
            Self::Plate => "plate",
        }
    }

    /// Of the file in the folder of the snapshots.
    pub fn file_name(self, track: Uuid) -> String {
        format!("{track}.{}.jpg", self.name())
    }

    /// The track and the picture of which a file is: what [`VehicleCrop::file_name`] made.
    pub fn of_file(name: &str) -> Option<(Uuid, Self)> {
        let (track, rest) = name.split_once('.')?;
        let crop = Self::ALL.into_iter().find(|crop| rest.strip_suffix(".jpg") == Some(crop.name()))?;
        Some((Uuid::try_parse(track).ok()?, crop))
    }
}

/// How often a plate has come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimesSeen {
    pub passages: u32,
    /// Different nights.
    pub nights: u32,
}

impl Passage {
    pub fn has_crop(&self, crop: VehicleCrop) -> bool {
        match crop {
            VehicleCrop::Vehicle => self.has_vehicle_crop,
            VehicleCrop::Plate => self.has_plate_crop,
        }
    }
}

impl Store {
    /// Writes what is known of a vehicle by now, over what was known before. Blocks until it is
    /// durable. After an error nothing of it is stored: try again.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_passage(&self, passage: &Passage) -> Result<()> {
        let passage = passage.clone();
        self.writer().write(move |connection, _| upsert(connection, &passage))
    }

    /// # Errors
    /// See [`super::StoreError`].
    pub fn passage(&self, track: Uuid) -> Result<Option<Passage>> {
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached("select * from passage where track = ?1")?;
            let passage = statement.query_row([track.as_bytes()], row_of_passage).optional()?;
            passage.map(|passage| in_full(connection, passage)).transpose()
        })
    }

    /// Passages since `since` whose plate most probably says `text`, newest first, at most 500.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn passages_of(&self, text: &str, since: Timestamp) -> Result<Vec<Passage>> {
        let sql = "
            select passage.* from plate_candidate indexed by candidate_by_beginning join passage using (track)
            where letters = ?1 and position = 0 and first_at_ns >= ?2
            order by first_at_ns desc, track desc limit ?3";
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let values = params![letters(text), nanoseconds(since), MOST_OF_ONE_PLATE];
            let passages = statement.query_map(values, row_of_passage)?.collect::<rusqlite::Result<Vec<_>>>()?;
            passages.into_iter().map(|passage| in_full(connection, passage)).collect()
        })
    }

    /// How long vehicles that did not stop were in a camera's view, of those that came since `since` the latest, at most
    /// 200.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn times_in_view(&self, camera: &str, since: Timestamp) -> Result<Vec<SignedDuration>> {
        let sql = "
            select last_at_ns - first_at_ns as in_view_ns from passage indexed by passage_without_stop
            where camera = ?1 and first_at_ns >= ?2 and stopped = 0
            order by first_at_ns desc limit ?3";
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let times = statement.query_map(params![camera, nanoseconds(since), MOST_TIMES], |row| {
                row.get("in_view_ns").map(SignedDuration::from_nanos)
            })?;
            times.collect()
        })
    }

    /// The vehicles of an alert, in the order in which they came.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn passages_of_alert(&self, alert: Uuid) -> Result<Vec<Passage>> {
        let sql = "
            select * from passage where track in (select track from finding where alert_id = ?1)
            order by first_at_ns, track";
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let passages = statement.query_map([alert.as_bytes()], row_of_passage)?;
            let passages = passages.collect::<rusqlite::Result<Vec<_>>>()?;
            passages.into_iter().map(|passage| in_full(connection, passage)).collect()
        })
    }

    /// How often since `since` a plate came by that most probably says `text`.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn times_seen(&self, text: &str, since: Timestamp) -> Result<TimesSeen> {
        let sql = "
            select count(*) as passages, count(distinct night) as nights
            from plate_candidate indexed by candidate_by_beginning join passage using (track)
            where letters = ?1 and position = 0 and first_at_ns >= ?2";
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_row(params![letters(text), nanoseconds(since)], |row| {
                Ok(TimesSeen { passages: row.get("passages")?, nights: row.get("nights")? })
            })
        })
    }

    /// Passages that ended before `before` and belong to no alert, oldest first, at most `limit`;
    /// those behind `after` where it is given.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn passages_ended(&self, before: Timestamp, after: Option<&Passage>, limit: u32) -> Result<Vec<Passage>> {
        let sql = "
            select * from passage indexed by passage_by_end
            where last_at_ns < ?1 and (last_at_ns, track) > (?2, ?3)
                and not exists (select 1 from finding where finding.track = passage.track)
            order by last_at_ns, track limit ?4";
        let (after_ns, after_track) =
            after.map_or((i64::MIN, Uuid::nil()), |passage| (nanoseconds(passage.last_at), passage.track));
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let values = params![nanoseconds(before), after_ns, after_track.as_bytes(), limit];
            let passages = statement.query_map(values, row_of_passage)?.collect::<rusqlite::Result<Vec<_>>>()?;
            passages.into_iter().map(|passage| in_full(connection, passage)).collect()
        })
    }

    /// Removes passages. Their pictures must be gone already: nothing finds them afterwards.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn remove_passages(&self, tracks: Vec<Uuid>) -> Result<()> {
        self.writer().write(move |connection, _| {
            let mut statement = connection.prepare_cached("delete from passage where track = ?1")?;
            tracks.iter().try_for_each(|track| statement.execute([track.as_bytes()]).map(drop))
        })
    }
}

fn upsert(connection: &Connection, passage: &Passage) -> rusqlite::Result<()> {
    let Passage { plate, .. } = passage;
    // An entry that is gone meanwhile matches nothing.
    let sql = "
        insert into passage
            (track, appliance, camera, class, first_at_ns, last_at_ns, stopped, verdict, confidence, color, frames,
             pixels, night, has_vehicle_crop, has_plate_crop, entry_id, entry_exact)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
                (select id from plate_entry where id = ?15), ?16)
        on conflict (track) do update set
            camera = excluded.camera, class = excluded.class, first_at_ns = excluded.first_at_ns,
            last_at_ns = excluded.last_at_ns, stopped = excluded.stopped, verdict = excluded.verdict,
            confidence = excluded.confidence, color = excluded.color, frames = excluded.frames,
            pixels = excluded.pixels, night = excluded.night, has_vehicle_crop = excluded.has_vehicle_crop,
            has_plate_crop = excluded.has_plate_crop, entry_id = excluded.entry_id,
            entry_exact = excluded.entry_exact";
    connection.prepare_cached(sql)?.execute(params![
        passage.track.as_bytes(),
        passage.camera,
        passage.class.name(),
        nanoseconds(passage.first_at),
        nanoseconds(passage.last_at),
        passage.stopped,
        plate.verdict.name(),
        plate.confidence,
        plate.color.map(|color| rows::name(&color)).transpose()?,
        plate.frames,
        plate.pixels,
        passage.night.map(|night| night.to_string()),
        passage.has_vehicle_crop,
        passage.has_plate_crop,
        passage.listed.map(|listed| listed.entry.into_bytes()),
        passage.listed.is_some_and(|listed| listed.exact),
    ])?;
    put_candidates(connection, passage.track, &plate.candidates)?;
    let track = passage.track.as_bytes();
    connection.prepare_cached("delete from plate_suspicion where track = ?1")?.execute([track])?;
    let mut insert = connection.prepare_cached("insert into plate_suspicion values (?1, ?2, ?3)")?;
    for (position, suspicion) in (0u32..).zip(&plate.suspicions) {
        insert.execute(params![track, position, rows::name(suspicion)?])?;
    }
    Ok(())
}

fn put_candidates(connection: &Connection, track: Uuid, candidates: &[Candidate]) -> rusqlite::Result<()> {
    connection.prepare_cached("delete from plate_candidate where track = ?1")?.execute([track.as_bytes()])?;
    let sql = "
        insert into plate_candidate (track, position, text, probability, letters, backwards)
        values (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = connection.prepare_cached(sql)?;
    for (position, Candidate { text, probability }) in (0u32..).zip(candidates) {
        let letters = letters(text);
        let backwards: String = letters.chars().rev().collect();
        insert.execute(params![track.as_bytes(), position, text, probability, letters, backwards])?;
    }
    Ok(())
}

/// With what its plate may say and why it is suspect.
pub(super) fn in_full(connection: &Connection, mut passage: Passage) -> rusqlite::Result<Passage> {
    let track = passage.track.as_bytes();
    let sql = "select text, probability from plate_candidate where track = ?1 order by position";
    let mut statement = connection.prepare_cached(sql)?;
    let candidates = statement
        .query_map([track], |row| Ok(Candidate { text: row.get("text")?, probability: row.get("probability")? }))?;
    passage.plate.candidates = candidates.collect::<rusqlite::Result<_>>()?;
    let sql = "select suspicion from plate_suspicion where track = ?1 order by position";
    let mut statement = connection.prepare_cached(sql)?;
    let suspicions = statement.query_map([track], |row| rows::named(row, "suspicion"))?;
    passage.plate.suspicions = suspicions.collect::<rusqlite::Result<_>>()?;
    Ok(passage)
}

/// The passage without its candidates and suspicions.
pub(super) fn row_of_passage(row: &Row<'_>) -> rusqlite::Result<Passage> {
    let color: Option<String> = row.get("color")?;
    let entry: Option<[u8; 16]> = row.get("entry_id")?;
    let exact = row.get("entry_exact")?;
    Ok(Passage {
        track: rows::uuid(row, "track")?,
        camera: row.get("camera")?,
        class: rows::named(row, "class")?,
        first_at: rows::timestamp(row, "first_at_ns")?,
        last_at: rows::timestamp(row, "last_at_ns")?,
        stopped: row.get("stopped")?,
        plate: Plate {
            verdict: rows::named(row, "verdict")?,
            confidence: row.get("confidence")?,
            candidates: Vec::new(),
            color: color.map(|_| rows::named(row, "color")).transpose()?,
            suspicions: Vec::new(),
            frames: row.get("frames")?,
            pixels: row.get("pixels")?,
        },
        night: night(row)?,
        has_vehicle_crop: row.get("has_vehicle_crop")?,
        has_plate_crop: row.get("has_plate_crop")?,
        listed: entry.map(|entry| Listed { entry: Uuid::from_bytes(entry), exact }),
    })
}

fn night(row: &Row<'_>) -> rusqlite::Result<Option<Date>> {
    let night: Option<String> = row.get("night")?;
    let parsed = night.map(|night| Date::from_str(&night)).transpose();
    parsed.map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))
}
