//! What one shift leaves to the next, and who is on duty.

use jiff::Timestamp;
use rusqlite::{Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store};
use crate::alert::{Guard, Note};

/// What somebody wrote down for whoever comes after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftNote {
    pub id: Uuid,
    pub at: Timestamp,
    pub by: Guard,
    pub note: Note,
}

/// Somebody went on duty, or off it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyChange {
    pub at: Timestamp,
    pub who: Guard,
    pub is_on: bool,
}

impl Store {
    /// Blocks until it is durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn add_shift_note(&self, note: &ShiftNote) -> Result<()> {
        let note = note.clone();
        self.writer().decide(move |connection| {
            let sql = "
                insert into shift_note (id, appliance, at_ns, account, name, note)
                values (?1, (select id from appliance), ?2, ?3, ?4, ?5)";
            let ShiftNote { id, at, by, note } = &note;
            let row = params![id.as_bytes(), nanoseconds(*at), by.account.as_bytes(), by.name, note.as_str()];
            connection.prepare_cached(sql)?.execute(row).map(drop)
        })
    }

    /// The latest first, at most `limit`.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn shift_notes(&self, limit: u32) -> Result<Vec<ShiftNote>> {
        self.readers().read(|connection| {
            let sql = "select * from shift_note order by seq desc limit ?1";
            connection.prepare_cached(sql)?.query_map([limit], shift_note)?.collect()
        })
    }

    /// Says that somebody is on duty, or is not; nothing where they said so last, and since `since`. Blocks until it is
    /// durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_duty(&self, change: &DutyChange, since: Timestamp) -> Result<()> {
        let change = change.clone();
        self.writer().decide(move |connection| {
            let account = change.who.account.as_bytes();
            let sql = "
                select ifnull((
                    select is_on from duty where at_ns >= ?2 and account = ?1 order by seq desc limit 1
                ), 0)";
            let was_on: bool =
                connection.prepare_cached(sql)?.query_row(params![account, nanoseconds(since)], |row| row.get(0))?;
            if was_on == change.is_on {
                return Ok(());
            }
            let sql = "
                insert into duty (appliance, at_ns, account, name, is_on)
                values ((select id from appliance), ?1, ?2, ?3, ?4)";
            let row = params![nanoseconds(change.at), account, change.who.name, change.is_on];
            connection.prepare_cached(sql)?.execute(row).map(drop)
        })
    }

    /// Who went on duty and off it within `from..to`, in the order in which it was said.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn duty(&self, from: Timestamp, to: Timestamp) -> Result<Vec<DutyChange>> {
        self.readers().read(|connection| {
            let sql = "select * from duty where at_ns >= ?1 and at_ns < ?2 order by seq";
            let range = params![nanoseconds(from), nanoseconds(to)];
            connection.prepare_cached(sql)?.query_map(range, duty_change)?.collect()
        })
    }
}

fn shift_note(row: &Row<'_>) -> rusqlite::Result<ShiftNote> {
    let text: String = row.get("note")?;
    Ok(ShiftNote {
        id: rows::uuid(row, "id")?,
        at: rows::timestamp(row, "at_ns")?,
        by: by(row)?,
        note: text.parse().map_err(rows::meaningless)?,
    })
}

fn duty_change(row: &Row<'_>) -> rusqlite::Result<DutyChange> {
    Ok(DutyChange { at: rows::timestamp(row, "at_ns")?, who: by(row)?, is_on: row.get("is_on")? })
}

fn by(row: &Row<'_>) -> rusqlite::Result<Guard> {
    Ok(Guard { account: rows::uuid(row, "account")?, name: row.get("name")? })
}
