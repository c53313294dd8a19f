//! Recordings that somebody deleted.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::kept::By;
use super::rows::{self, nanoseconds};
use super::{Result, Store, StoredEvent, Subject, audit, chains, events, forget};
use crate::access::audit::{Act, Deed};
use crate::alert::RemovedBy;
use crate::record::{Condemned, Deletion, Gone, Needed, Pictures};

/// Told of a camera at most, the newest.
const MOST_TOLD: i64 = 200;

/// What somebody deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedStretch {
    pub id: Uuid,
    pub from: Timestamp,
    pub to: Timestamp,
    pub reason: String,
    pub segments: u64,
    pub bytes: u64,
    /// Whose pictures went with it.
    pub alerts: u64,
    pub deleted: By,
}

impl Store {
    /// What was deleted of a camera and overlaps `from..to`, the latest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn deletions(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<DeletedStretch>> {
        self.readers().read(|connection| {
            let sql = "
                select * from deletion where camera = ?1 and from_ns < ?3 and to_ns > ?2
                order by deleted_at_ns desc, id desc limit ?4";
            let between = params![camera, nanoseconds(from), nanoseconds(to), MOST_TOLD];
            connection.prepare_cached(sql)?.query_map(between, stretch)?.collect()
        })
    }
}

/// Says of segments that they are deleted, in their chain and in the audit log, and of the alerts that lie in the stretch that
/// they have no pictures any more: unless somebody keeps some of them.
pub(super) fn condemn(
    connection: &Connection,
    deletion: &Deletion,
    ids: &[Uuid],
    told: &mut Vec<StoredEvent>,
) -> rusqlite::Result<Condemned> {
    let (first, last) = (deletion.removal.from, deletion.ends_at);
    let sql = "
        select camera, from_ns, to_ns from kept_stretch indexed by kept_in_force
        where camera = ?1 and released_at_ns is null and from_ns <= ?3 and to_ns >= ?2 order by from_ns";
    let mut statement = connection.prepare_cached(sql)?;
    let between = params![deletion.camera, nanoseconds(first), nanoseconds(last)];
    let mut held: Vec<Needed> = statement.query_map(between, forget::needed)?.collect::<rusqlite::Result<_>>()?;
    let (alerts, held_of_alerts) = forget::within(connection, &deletion.camera, deletion.from, deletion.to)?;
    held.extend(held_of_alerts);
    if !held.is_empty() {
        return Ok(Condemned::Held(held));
    }
    if ids.is_empty() && alerts.is_empty() {
        return Ok(Condemned::Nothing);
    }
    let deletion = Deletion { alerts: alerts.len() as u64, ..deletion.clone() };
    let sql = "
        insert into deletion
            (id, appliance, camera, from_ns, to_ns, reason, segments, bytes, alerts, deleted_by_account, deleted_by_name,
             deleted_at_ns)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    connection.prepare_cached(sql)?.execute(params![
        deletion.id.as_bytes(),
        deletion.camera,
        nanoseconds(deletion.from),
        nanoseconds(deletion.to),
        deletion.reason,
        i64::try_from(deletion.removal.segments).unwrap_or(i64::MAX),
        i64::try_from(deletion.removal.bytes).unwrap_or(i64::MAX),
        i64::try_from(deletion.alerts).unwrap_or(i64::MAX),
        deletion.account.as_bytes(),
        deletion.name,
        nanoseconds(deletion.at),
    ])?;
    let sql = "insert into deleted_segment (segment_id, deletion_id) values (?1, ?2)";
    for id in ids {
        connection.prepare_cached(sql)?.execute(params![id.as_bytes(), deletion.id.as_bytes()])?;
        chains::mark_gone(connection, *id, Gone::Removed)?;
    }
    let deed = Deed {
        account: Some(deletion.name.clone()),
        address: deletion.address.clone(),
        camera: Some(deletion.camera.clone()),
        ..Deed::own(Act::RecordingsDeleted, deletion.to_string())
    };
    audit::append(connection, &deed, deletion.at)?;
    let ids: Vec<Uuid> = alerts.iter().map(|pictured| pictured.alert).collect();
    let vehicles = forget::mark(connection, &ids, RemovedBy::Deletion, deletion.at)?;
    for alert in ids {
        events::append(connection, Subject::Alert(alert), told)?;
    }
    Ok(Condemned::Done(Pictures { alerts, vehicles }))
}

/// Every segment that was ever deleted.
pub(super) fn condemned(connection: &Connection) -> rusqlite::Result<BTreeSet<Uuid>> {
    let mut statement = connection.prepare_cached("select segment_id from deleted_segment")?;
    statement.query_map([], |row| rows::uuid(row, "segment_id"))?.collect()
}

fn stretch(row: &Row<'_>) -> rusqlite::Result<DeletedStretch> {
    let guard = rows::guard(row, "deleted_by_account", "deleted_by_name")?;
    Ok(DeletedStretch {
        id: rows::uuid(row, "id")?,
        from: rows::timestamp(row, "from_ns")?,
        to: rows::timestamp(row, "to_ns")?,
        reason: row.get("reason")?,
        segments: rows::unsigned(row, "segments")?,
        bytes: rows::unsigned(row, "bytes")?,
        alerts: rows::unsigned(row, "alerts")?,
        // Neither column is ever null.
        deleted: By { guard: guard.ok_or(rusqlite::Error::InvalidQuery)?, at: rows::timestamp(row, "deleted_at_ns")? },
    })
}
