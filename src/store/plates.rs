//! Plates that somebody knows or watches for.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Passage, Result, Store};

/// What an entry of the lists is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListKind {
    /// Of the office or its staff: weighs less.
    Known,
    /// Alerts at once, at any hour.
    Watched,
}

/// A plate, or plates of one pattern, and what they are known for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlateEntry {
    pub id: Uuid,
    pub kind: ListKind,
    /// As it was typed: `?` is one unknown character, `*` any number of them.
    pub pattern: String,
    /// Whose vehicle it is, or what it looks like; may be empty.
    pub note: String,
    /// Why it is watched; empty only for a known one.
    pub reason: String,
    pub created_at: Timestamp,
    /// From when on it is no longer in force.
    pub expires_at: Option<Timestamp>,
}

impl PlateEntry {
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| at < expires_at)
    }
}

/// All entries, oldest first, also those that are no longer in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlateLists {
    pub entries: Vec<PlateEntry>,
}

impl PlateLists {
    pub fn entry(&self, id: Uuid) -> Option<&PlateEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Whether somebody watches for the vehicle at this time.
    pub fn is_watched(&self, passage: &Passage, at: Timestamp) -> bool {
        let entry = passage.listed.and_then(|listed| self.entry(listed.entry));
        entry.is_some_and(|entry| entry.kind == ListKind::Watched && entry.is_in_force(at))
    }
}

/// The lists as they are now, for whoever must not wait for the database.
#[derive(Debug, Default)]
pub(super) struct SharedLists {
    current: RwLock<Arc<PlateLists>>,
    /// Held from reading the database to telling: who reads later tells later.
    refreshing: Mutex<()>,
}

impl SharedLists {
    fn current(&self) -> Arc<PlateLists> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store {
    /// The lists as they are now. Cheap: to be asked for again for every vehicle.
    pub fn plate_lists(&self) -> Arc<PlateLists> {
        self.lists().current()
    }

    /// Writes an entry, new or known. Blocks until it is durable and [`Store::plate_lists`] has it.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_plate_entry(&self, entry: &PlateEntry) -> Result<()> {
        let entry = entry.clone();
        self.writer().write(move |connection, _| upsert(connection, &entry))?;
        self.refresh_lists()
    }

    /// Removes an entry, if it is there; what it matched is no longer marked.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn remove_plate_entry(&self, id: Uuid) -> Result<()> {
        self.writer().write(move |connection, _| {
            connection.prepare_cached("delete from plate_entry where id = ?1")?.execute([id.as_bytes()]).map(drop)
        })?;
        self.refresh_lists()
    }

    pub(super) fn refresh_lists(&self) -> Result<()> {
        let lists = self.lists();
        let _refreshing = lists.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = self.readers().read(|connection| {
            let mut statement = connection.prepare_cached("select * from plate_entry order by created_at_ns, id")?;
            statement.query_map([], entry)?.collect()
        })?;
        *lists.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(PlateLists { entries });
        Ok(())
    }
}

fn upsert(connection: &Connection, entry: &PlateEntry) -> rusqlite::Result<()> {
    let sql = "
        insert into plate_entry (id, appliance, kind, pattern, note, reason, created_at_ns, expires_at_ns)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (id) do update set
            kind = excluded.kind, pattern = excluded.pattern, note = excluded.note, reason = excluded.reason,
            created_at_ns = excluded.created_at_ns, expires_at_ns = excluded.expires_at_ns";
    connection.prepare_cached(sql)?.execute(params![
        entry.id.as_bytes(),
        rows::name(&entry.kind)?,
        entry.pattern,
        entry.note,
        entry.reason,
        nanoseconds(entry.created_at),
        entry.expires_at.map(nanoseconds),
    ])?;
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<PlateEntry> {
    Ok(PlateEntry {
        id: rows::uuid(row, "id")?,
        kind: rows::named(row, "kind")?,
        pattern: row.get("pattern")?,
        note: row.get("note")?,
        reason: row.get("reason")?,
        created_at: rows::timestamp(row, "created_at_ns")?,
        expires_at: rows::optional_timestamp(row, "expires_at_ns")?,
    })
}

/// What of a plate is compared: its letters and digits, without dots and hyphens.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}
