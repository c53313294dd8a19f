//! Stretches of video that somebody keeps.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store};
use crate::alert::Guard;
use crate::record::Needed;

/// Kept at once at most, of all cameras together.
const MOST_KEPT: i64 = 2_000;
/// Told of a camera at most, the newest.
const MOST_TOLD: i64 = 500;

/// Video that retention leaves alone until somebody releases it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStretch {
    pub id: Uuid,
    pub camera: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Why it must not go.
    pub reason: String,
    pub kept: By,
    /// `None` while it is kept.
    pub released: Option<By>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    pub guard: Guard,
    pub at: Timestamp,
}

impl Store {
    /// Keeps a stretch from now on: durable when this returns. False where too many are kept already.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn keep(&self, stretch: &KeptStretch) -> Result<bool> {
        let stretch = stretch.clone();
        self.writer().decide(move |connection| {
            let sql = "select count(*) from kept_stretch where released_at_ns is null";
            let kept: i64 = connection.query_row(sql, [], |row| row.get(0))?;
            if kept >= MOST_KEPT {
                return Ok(false);
            }
            let sql = "
                insert into kept_stretch
                    (id, appliance, camera, from_ns, to_ns, reason, kept_by_account, kept_by_name, kept_at_ns)
                values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            connection.prepare_cached(sql)?.execute(params![
                stretch.id.as_bytes(),
                stretch.camera,
                nanoseconds(stretch.from),
                nanoseconds(stretch.to),
                stretch.reason,
                stretch.kept.guard.account.as_bytes(),
                stretch.kept.guard.name,
                nanoseconds(stretch.kept.at),
            ])?;
            Ok(true)
        })
    }

    /// Lets go of it, and gives it back as it is then; what was released before stays as it was. `None` where the camera
    /// has no such stretch.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn release(&self, camera: &str, id: Uuid, by: &By) -> Result<Option<KeptStretch>> {
        let (camera, by) = (camera.to_owned(), by.clone());
        self.writer().decide(move |connection| {
            let sql = "
                update kept_stretch set (released_by_account, released_by_name, released_at_ns) = (?3, ?4, ?5)
                where id = ?1 and camera = ?2 and released_at_ns is null";
            connection.prepare_cached(sql)?.execute(params![
                id.as_bytes(),
                camera,
                by.guard.account.as_bytes(),
                by.guard.name,
                nanoseconds(by.at),
            ])?;
            let sql = "select * from kept_stretch where id = ?1 and camera = ?2";
            connection.prepare_cached(sql)?.query_row(params![id.as_bytes(), camera], stretch).optional()
        })
    }

    /// What was ever kept of a camera, the latest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn kept_of(&self, camera: &str) -> Result<Vec<KeptStretch>> {
        self.readers().read(|connection| {
            let sql = "select * from kept_stretch where camera = ?1 order by kept_at_ns desc, id desc limit ?2";
            connection.prepare_cached(sql)?.query_map(params![camera, MOST_TOLD], stretch)?.collect()
        })
    }

    /// What is kept now of a camera and overlaps `from..to`, the earliest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn kept_between(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<KeptStretch>> {
        self.readers().read(|connection| {
            let sql = "
                select * from kept_stretch
                where camera = ?1 and released_at_ns is null and from_ns < ?3 and to_ns > ?2
                order by from_ns, id";
            let between = params![camera, nanoseconds(from), nanoseconds(to)];
            connection.prepare_cached(sql)?.query_map(between, stretch)?.collect()
        })
    }
}

/// Of all cameras, by camera and start.
pub(super) fn in_force(connection: &Connection) -> rusqlite::Result<Vec<Needed>> {
    let sql = "
        select camera, from_ns, to_ns from kept_stretch indexed by kept_in_force
        where released_at_ns is null order by camera, from_ns";
    let mut statement = connection.prepare_cached(sql)?;
    let stretches = statement.query_map([], |row| {
        Ok(Needed {
            camera: row.get("camera")?,
            from: rows::timestamp(row, "from_ns")?,
            to: rows::timestamp(row, "to_ns")?,
        })
    })?;
    stretches.collect()
}

fn stretch(row: &Row<'_>) -> rusqlite::Result<KeptStretch> {
    let by = |account: &str, name: &str, at: &str| {
        let guard = rows::guard(row, account, name)?;
        Ok::<_, rusqlite::Error>(guard.zip(rows::optional_timestamp(row, at)?).map(|(guard, at)| By { guard, at }))
    };
    let kept = by("kept_by_account", "kept_by_name", "kept_at_ns")?;
    Ok(KeptStretch {
        id: rows::uuid(row, "id")?,
        camera: row.get("camera")?,
        from: rows::timestamp(row, "from_ns")?,
        to: rows::timestamp(row, "to_ns")?,
        reason: row.get("reason")?,
        // None of its columns is ever null.
        kept: kept.ok_or(rusqlite::Error::InvalidQuery)?,
        released: by("released_by_account", "released_by_name", "released_at_ns")?,
    })
}
