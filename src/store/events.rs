//! What has changed, in order.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::Store;
use super::{Result, rows};

/// Something changed, durably. It does not say how: look at the present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Grows by one from event to event, for ever.
    pub seq: i64,
    pub subject: Subject,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    Alert(Uuid),
    /// By its id.
    Camera(String),
}

/// Events kept; a page that was away for longer reads everything anew.
pub(super) const KEPT: i64 = 10_000;
/// Pruned once in so many events, so that not every write deletes.
const PRUNED_EVERY: i64 = 100;

impl Store {
    /// Events after `seq`, oldest first, at most `limit`. What is older than the last ten thousand
    /// is gone.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn events_after(&self, seq: i64, limit: u32) -> Result<Vec<StoredEvent>> {
        self.readers().read(|connection| {
            let sql = "select seq, alert_id, camera from event where seq > ?1 order by seq limit ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let events = statement.query_map(params![seq, limit], event)?;
            events.collect()
        })
    }

    /// The newest event's number; 0 before the first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn last_seq(&self) -> Result<i64> {
        self.readers().read(|connection| {
            // Not the table's greatest: it may be empty again after an alert was removed.
            let sql = "select ifnull(max(seq), 0) from sqlite_sequence where name = 'event'";
            connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
        })
    }
}

/// Adds the event to the transaction, and to `told` for when it is durable.
pub(super) fn append(connection: &Connection, subject: Subject, told: &mut Vec<StoredEvent>) -> rusqlite::Result<()> {
    let (kind, alert, camera) = match &subject {
        Subject::Alert(id) => ("alert", Some(id.as_bytes()), None),
        Subject::Camera(id) => ("camera", None, Some(id)),
    };
    let sql = "insert into event (kind, alert_id, camera) values (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![kind, alert, camera])?;
    let seq = connection.last_insert_rowid();
    if seq % PRUNED_EVERY == 0 {
        connection.prepare_cached("delete from event where seq <= ?1")?.execute([seq - KEPT])?;
    }
    told.push(StoredEvent { seq, subject });
    Ok(())
}

fn event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let subject = match row.get::<_, Option<String>>("camera")? {
        Some(camera) => Subject::Camera(camera),
        None => Subject::Alert(rows::uuid(row, "alert_id")?),
    };
    Ok(StoredEvent { seq: row.get("seq")?, subject })
}
