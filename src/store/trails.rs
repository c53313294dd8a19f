//! The ways of an alert's tracks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{Beside, Result, Store, rows};
use crate::alert::TrailPoint;
use crate::base::Rect;

/// Milliseconds since 1970, left, top, width, height: as it lies in the database.
type Stored = (i64, f32, f32, f32, f32);

impl Store {
    /// The way of each of an alert's tracks that one is known of, oldest point first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn trails(&self, alert: Uuid) -> Result<BTreeMap<Uuid, Vec<TrailPoint>>> {
        self.readers().read(|connection| of(connection, alert))
    }
}

impl Beside {
    /// As [`Store::trails`].
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn trails(&self, alert: Uuid) -> Result<BTreeMap<Uuid, Vec<TrailPoint>>> {
        self.readers.read(|connection| of(connection, alert))
    }
}

fn of(connection: &Connection, alert: Uuid) -> rusqlite::Result<BTreeMap<Uuid, Vec<TrailPoint>>> {
    let sql = "select track, points from alert_trail where alert_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let trails = statement.query_map([alert.as_bytes()], |row| {
        let stored: Vec<Stored> = serde_json::from_str(&row.get::<_, String>("points")?).map_err(rows::meaningless)?;
        Ok((rows::uuid(row, "track")?, stored.into_iter().filter_map(point).collect()))
    })?;
    trails.collect()
}

/// Writes what is known of ways; what is not known any more stays as it was.
pub(super) fn keep(
    connection: &Connection,
    alert: Uuid,
    trails: &BTreeMap<Uuid, Vec<TrailPoint>>,
) -> rusqlite::Result<()> {
    let sql = "
        insert into alert_trail (alert_id, track, points) values (?1, ?2, ?3)
        on conflict (alert_id, track) do update set points = excluded.points where points is not excluded.points";
    let mut statement = connection.prepare_cached(sql)?;
    for (track, points) in trails {
        let stored: Vec<Stored> = points.iter().map(stored).collect();
        let text = serde_json::to_string(&stored).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        statement.execute(params![alert.as_bytes(), track.as_bytes(), text])?;
    }
    Ok(())
}

/// To a pixel: more is noise.
fn stored(point: &TrailPoint) -> Stored {
    let Rect { x, y, w, h } = point.bbox;
    (point.at.as_millisecond(), x.round(), y.round(), w.round(), h.round())
}

fn point((ms, x, y, w, h): Stored) -> Option<TrailPoint> {
    Some(TrailPoint { at: Timestamp::from_millisecond(ms).ok()?, bbox: Rect::new(x, y, w, h) })
}
