//! Plates that somebody knows or watches for.

use std::slice;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Listed, Passage, Result, Store};
use crate::rules::plate::lists::{self, ListEntry, ListKind};
use crate::rules::plate::{PlatePattern, Read, symbols};

/// A plate, or plates of one pattern, and what they are known for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlateEntry {
    pub id: Uuid,
    /// Its pattern as it was typed.
    pub written: String,
    pub list: ListEntry,
    /// What the vehicle looks like, say; may be empty.
    pub note: String,
    pub created_at: Timestamp,
}

/// All entries, oldest first, also those that no longer count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlateLists {
    pub entries: Vec<PlateEntry>,
}

impl PlateLists {
    pub fn entry(&self, id: Uuid) -> Option<&PlateEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Whether anything is watched for at this time.
    pub fn is_watching(&self, now: Timestamp) -> bool {
        self.entries.iter().any(|entry| entry.list.kind == ListKind::Watched && entry.list.counts_at(now))
    }

    /// The entries that what was read on a plate is of: first what is watched for, for a wanted
    /// vehicle may be a known one as well; and of each kind first those that are just as read.
    pub fn matching(&self, read: &Read, now: Timestamp) -> Vec<(&PlateEntry, Listed)> {
        let mut found: Vec<_> = self
            .entries
            .iter()
            .filter_map(|entry| {
                let found = lists::matching(slice::from_ref(&entry.list), read, now).pop()?;
                Some((entry, Listed { entry: entry.id, exact: found.unsure.is_none() }))
            })
            .collect();
        found.sort_by_key(|(entry, listed)| (entry.list.kind != ListKind::Watched, !listed.exact));
        found
    }

    /// What a passage is known for: what was matched when it came by or, where that was nothing, an
    /// entry that was written since and is just what its plate most probably says.
    pub fn known_for(&self, passage: &Passage, now: Timestamp) -> Option<Listed> {
        passage.listed.filter(|listed| self.entry(listed.entry).is_some()).or_else(|| {
            let key = letters(passage.plate.text()?);
            let of_plate = |entry: &&PlateEntry| entry.list.counts_at(now) && entry.list.pattern.matches(&key);
            let found = self.entries.iter().filter(of_plate);
            let entry = found.min_by_key(|entry| entry.list.kind != ListKind::Watched)?;
            Some(Listed { entry: entry.id, exact: true })
        })
    }

    /// Whether somebody watches for the vehicle at this time.
    pub fn is_watched(&self, passage: &Passage, now: Timestamp) -> bool {
        let entry = self.known_for(passage, now).and_then(|listed| self.entry(listed.entry));
        entry.is_some_and(|entry| entry.list.kind == ListKind::Watched && entry.list.counts_at(now))
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
        rows::name(&entry.list.kind)?,
        entry.written,
        entry.note,
        entry.list.reason,
        nanoseconds(entry.created_at),
        entry.list.expires_at.map(nanoseconds),
    ])?;
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<PlateEntry> {
    let written: String = row.get("pattern")?;
    let pattern = PlatePattern::parse(&written)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))?;
    let list = ListEntry {
        pattern,
        kind: rows::named(row, "kind")?,
        reason: row.get("reason")?,
        expires_at: rows::optional_timestamp(row, "expires_at_ns")?,
    };
    Ok(PlateEntry {
        id: rows::uuid(row, "id")?,
        written,
        list,
        note: row.get("note")?,
        created_at: rows::timestamp(row, "created_at_ns")?,
    })
}

/// By which plates are compared and searched: capital letters and digits only.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter_map(symbols::fold).collect()
}
