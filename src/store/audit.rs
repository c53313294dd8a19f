//! The audit log: entries are only added, each linked to all before it.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, TransactionBehavior, params, params_from_iter};
use uuid::Uuid;

use super::conditions::Conditions;
use super::rows::{self, nanoseconds};
use super::{Beside, FILE, Result, Store, StoreError, copy, make_durable, migrate};
use crate::access::audit::{Act, Deed, Entry};
use crate::base::chain::{self, Digest, Link};

/// Which entries; no values of a kind mean all of it.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub account: Option<String>,
    pub acts: Vec<Act>,
    /// Those about one of these cameras alone.
    pub cameras: Option<Vec<String>>,
    /// Before this position.
    pub before: Option<i64>,
    pub limit: u32,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` after the last.
    pub before: Option<i64>,
}

impl Store {
    /// Writes down what was done. Blocks until it is durable.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn write_down(&self, deed: Deed, at: Timestamp) -> Result<()> {
        self.writer().decide(move |connection| append(connection, &deed, at))
    }

    /// Of the entries that suit, the newest.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn audit(&self, filter: &AuditFilter) -> Result<AuditPage> {
        self.readers().read(|connection| page(connection, filter))
    }

    /// The configuration's text as it counted last; `None` where that was never said.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn known_configuration(&self) -> Result<Option<String>> {
        self.readers().read(|connection| {
            connection
                .prepare_cached("select text from known_configuration")?
                .query_row([], |row| row.get(0))
                .optional()
        })
    }

    /// This configuration counts; no password may be in it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn know_configuration(&self, text: String) -> Result<()> {
        self.writer().write(move |connection, _| {
            let sql = "
                insert into known_configuration (only, text) values (1, ?1)
                on conflict (only) do update set text = excluded.text where text <> excluded.text";
            connection.prepare_cached(sql)?.execute([&text]).map(drop)
        })
    }

    /// Whether the last run has ended as it should: it wrote that down, or there was none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn was_stopped_cleanly(&self) -> Result<bool> {
        self.readers().read(|connection| {
            let sql = "select act from audit where act in ('started', 'stopped') order by position desc limit 1";
            let last: Option<String> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
            Ok(last.is_none_or(|act| Act::named(&act) == Act::Stopped))
        })
    }
}

impl Beside {
    /// What was done with an alert, oldest first, with each entry's link.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn access_to(&self, alert: Uuid) -> Result<Vec<(Entry, Digest)>> {
        self.readers.read(|connection| {
            let sql = "select * from audit where alert_id = ?1 order by position";
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([alert.as_bytes()], |row| Ok((entry(row)?, row.get("link")?)))?.collect()
        })
    }

    /// Every entry in order, as a link and as what it says.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn each_entry(&self, mut told: impl FnMut(Link, &Entry)) -> Result<()> {
        let appliance = self.appliance();
        self.readers.read(|connection| {
            let mut statement = connection.prepare("select * from audit order by position")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let entry = entry(row)?;
                told(entry.link(appliance, row.get("link")?), &entry);
            }
            Ok(())
        })
    }

    /// The position of the last entry that was ever written.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn last_written(&self) -> Result<i64> {
        self.readers.read(last_given)
    }
}

/// Writes down what was done, also beside a running appliance. Blocks until it is durable.
///
/// # Errors
/// Where the database in `data_dir` cannot be written, or is of another version.
pub fn write_beside(data_dir: &Path, deed: &Deed, at: Timestamp) -> Result<()> {
    let path = data_dir.join(FILE);
    let sqlite = |error| StoreError::from_sqlite(&path, &error);
    let mut connection = copy::open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
    migrate::SCHEMA.check(&connection, &path)?;
    make_durable(&connection).map_err(sqlite)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    append(&transaction, deed, at).and_then(|()| transaction.commit()).map_err(sqlite)
}

/// Within a transaction that nobody else writes in.
pub(super) fn append(connection: &Connection, deed: &Deed, at: Timestamp) -> rusqlite::Result<()> {
    let appliance: [u8; 16] = connection.query_row("select id from appliance", [], |row| row.get(0))?;
    let sql = "select link from audit order by position desc limit 1";
    let before: Option<Digest> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    let camera = match (&deed.camera, deed.alert) {
        (None, Some(alert)) => camera_of(connection, alert)?,
        (camera, _) => camera.clone(),
    };
    // What can be read back: to the nanosecond, and no empty text.
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let entry = Entry {
        position: last_given(connection)? + 1,
        at: rows::from_nanoseconds(nanoseconds(at)),
        account: text(&deed.account),
        address: text(&deed.address),
        act: deed.act.name(),
        camera: text(&camera),
        alert: deed.alert,
        detail: text(&deed.detail),
    };
    let link = chain::link(before.unwrap_or(chain::START), entry.content(Uuid::from_bytes(appliance)));
    let sql = "
        insert into audit (position, at_ns, account, address, act, camera, alert_id, detail, link)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.prepare_cached(sql)?.execute(params![
        entry.position,
        nanoseconds(entry.at),
        entry.account,
        entry.address,
        entry.act,
        entry.camera,
        entry.alert.map(Uuid::into_bytes),
        entry.detail,
        link,
    ])?;
    Ok(())
}

/// Of an alert that is there.
fn camera_of(connection: &Connection, alert: Uuid) -> rusqlite::Result<Option<String>> {
    let sql = "select camera from alert where id = ?1";
    connection.prepare_cached(sql)?.query_row([alert.as_bytes()], |row| row.get(0)).optional()
}

/// What is missing at the end has had its position; nobody else is given that.
fn last_given(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "select seq from sqlite_sequence where name = 'audit'";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn page(connection: &Connection, filter: &AuditFilter) -> rusqlite::Result<AuditPage> {
    let mut conditions = Conditions::new();
    if let Some(from) = filter.from {
        conditions.and("at_ns >= ?", [nanoseconds(from).into()]);
    }
    if let Some(to) = filter.to {
        conditions.and("at_ns < ?", [nanoseconds(to).into()]);
    }
    if let Some(account) = &filter.account {
        conditions.and("account = ?", [account.clone().into()]);
    }
    if let Some(before) = filter.before {
        conditions.and("position < ?", [before.into()]);
    }
    conditions.one_of("act", filter.acts.iter().map(|act| act.name()));
    match filter.cameras.as_deref() {
        None => {}
        Some([]) => conditions.and("false", []),
        Some(cameras) => conditions.one_of("camera", cameras.iter().cloned()),
    }
    let sql = format!("select * from audit where {} order by position desc limit ?", conditions.sql);
    let values = conditions.values.into_iter().chain([Value::from(i64::from(filter.limit) + 1)]);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut entries: Vec<Entry> =
        statement.query_map(params_from_iter(values), entry)?.collect::<rusqlite::Result<_>>()?;
    let has_more = entries.len() > filter.limit as usize;
    entries.truncate(filter.limit as usize);
    let before = entries.last().filter(|_| has_more).map(|entry| entry.position);
    Ok(AuditPage { entries, before })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        position: row.get("position")?,
        at: rows::timestamp(row, "at_ns")?,
        account: row.get("account")?,
        address: row.get("address")?,
        act: row.get("act")?,
        camera: row.get("camera")?,
        alert: row.get::<_, Option<[u8; 16]>>("alert_id")?.map(Uuid::from_bytes),
        detail: row.get("detail")?,
    })
}
