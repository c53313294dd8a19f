//! When cameras gave no picture.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::rows::{self, nanoseconds};
use super::{Result, Store, Subject, events};
use crate::intake::health::{LostReason, StreamHealth, StreamState};

/// A year's reports, and some more.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);

/// A time in which a camera gave no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    pub camera: String,
    pub from: Timestamp,
    /// `None` while it lasts.
    pub until: Option<Timestamp>,
    /// Why, as it was first told.
    pub reason: Option<LostReason>,
}

impl Store {
    /// Tells that the state of a camera has changed, and keeps since when it is lost, or until when it was. `worst` is
    /// that of its streams which is worst off. Blocks until it is durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_camera_state(&self, camera: &str, worst: Option<&StreamHealth>) -> Result<()> {
        let (camera, worst) = (camera.to_owned(), worst.cloned());
        self.writer().write(move |connection, told| {
            match worst {
                Some(health) if health.state == StreamState::Lost => begin(connection, &camera, &health)?,
                Some(health) if health.state == StreamState::Live => end(connection, &camera, health.since)?,
                // It is being tried; whether it is back shows.
                Some(_) | None => {}
            }
            events::append(connection, Subject::Camera(camera), told)
        })
    }

    /// When a camera gave no picture within `from..to`, oldest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn outages(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Outage>> {
        self.readers().read(|connection| {
            let (from_ns, to_ns) = (nanoseconds(from), nanoseconds(to));
            // Those of one camera follow one another: of what began earlier only the last can reach into this time.
            let sql = "select * from camera_outage where camera = ?1 and from_ns < ?2 order by from_ns desc limit 1";
            let before = connection.prepare_cached(sql)?.query_row(params![camera, from_ns], outage).optional()?;
            let sql = "
                select * from camera_outage where camera = ?1 and from_ns >= ?2 and from_ns < ?3 order by from_ns";
            let mut statement = connection.prepare_cached(sql)?;
            let within = statement.query_map(params![camera, from_ns, to_ns], outage)?;
            let reaches = |outage: &Outage| outage.until.is_none_or(|until| until > from);
            before.filter(reaches).map(Ok).into_iter().chain(within).collect()
        })
    }
}

fn begin(connection: &Connection, camera: &str, health: &StreamHealth) -> rusqlite::Result<()> {
    let sql = "
        insert into camera_outage (appliance, camera, from_ns, reason)
        values ((select id from appliance), ?1, ?2, ?3) on conflict do nothing";
    let reason = health.reason.as_ref().map(rows::name).transpose()?;
    connection.prepare_cached(sql)?.execute(params![camera, nanoseconds(health.since), reason])?;
    let oldest = health.since.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    let sql = "delete from camera_outage where camera = ?1 and from_ns < ?2 and until_ns is not null";
    connection.prepare_cached(sql)?.execute(params![camera, nanoseconds(oldest)])?;
    Ok(())
}

fn end(connection: &Connection, camera: &str, at: Timestamp) -> rusqlite::Result<()> {
    let sql = "update camera_outage set until_ns = ?2 where camera = ?1 and until_ns is null";
    connection.prepare_cached(sql)?.execute(params![camera, nanoseconds(at)]).map(drop)
}

fn outage(row: &Row<'_>) -> rusqlite::Result<Outage> {
    let has_reason = row.get::<_, Option<String>>("reason")?.is_some();
    Ok(Outage {
        camera: row.get("camera")?,
        from: rows::timestamp(row, "from_ns")?,
        until: rows::optional_timestamp(row, "until_ns")?,
        reason: has_reason.then(|| rows::named(row, "reason")).transpose()?,
    })
}
