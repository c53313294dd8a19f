//! Cases: which alerts belong together.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use uuid::Uuid;

use super::alerts::all_in_full;
use super::conditions::Conditions;
use super::cursor::Cursor;
use super::rows::{self, nanoseconds};
use super::{Result, Store, StoredEvent, Subject, events};
use crate::alert::{Alert, Case};

/// Which cases.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Opened at or after,
    pub from: Option<Timestamp>,
    /// opened before.
    pub to: Option<Timestamp>,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// At most so many.
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CasePage {
    /// Their alerts without findings, persons and parts of the score.
    pub items: Vec<Case>,
    /// `None` on the last page.
    pub next_cursor: Option<Cursor>,
}

impl Store {
    /// With its alerts in full. The id of a case that joined an older one gives that one.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn case(&self, id: Uuid) -> Result<Option<Case>> {
        self.readers().read(|connection| {
            let id = joined(connection, id)?;
            Ok(Case::new(id, all_in_full(connection, alerts_of(connection, id)?)?))
        })
    }

    /// A page of cases, newest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn cases(&self, filter: &CaseFilter) -> Result<CasePage> {
        let query = query(filter);
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(&query.sql)?;
            let found = statement.query_map(params_from_iter(&query.values), |row| {
                Ok((rows::timestamp(row, "opened_at_ns")?, rows::uuid(row, "id")?))
            })?;
            let mut found = found.collect::<rusqlite::Result<Vec<_>>>()?;
            let is_last = found.len() <= limit;
            found.truncate(limit);
            let next_cursor = found.last().filter(|_| !is_last).map(|(at, id)| Cursor::new(*at, *id));
            let mut items = Vec::with_capacity(found.len());
            for (_, id) in found {
                items.extend(Case::new(id, alerts_of(connection, id)?));
            }
            Ok(CasePage { items, next_cursor })
        })
    }

    /// Alerts last seen at or after `since`, oldest first, without findings, persons and parts of the score.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn alerts_seen_since(&self, since: Timestamp) -> Result<Vec<Alert>> {
        self.readers().read(|connection| {
            let sql = "select * from alert where last_seen_at_ns >= ?1 order by opened_at_ns, id";
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([nanoseconds(since)], rows::alert)?.collect()
        })
    }
}

/// Writes that there is a case with an alert that opened at `opened_at`, and that others have joined it; tells of their
/// alerts, which are in another case than before. Gives the case's id, or that of the one that it has joined meanwhile.
pub(super) fn put(
    connection: &Connection,
    case: Uuid,
    opened_at: Timestamp,
    absorbed: &[Uuid],
    told: &mut Vec<StoredEvent>,
) -> rusqlite::Result<Uuid> {
    let case = joined(connection, case)?;
    let sql = "
        insert into case_file (id, appliance, opened_at_ns) values (?1, (select id from appliance), ?2)
        on conflict (id) do update set opened_at_ns = excluded.opened_at_ns
        where opened_at_ns > excluded.opened_at_ns";
    connection.prepare_cached(sql)?.execute(params![case.as_bytes(), nanoseconds(opened_at)])?;
    for younger in absorbed.iter().filter(|younger| **younger != case) {
        join(connection, case, *younger, told)?;
    }
    Ok(case)
}

/// It may be that nothing was written of the younger case yet; what is written of it later belongs to `case`. Doing it
/// twice does no harm.
fn join(connection: &Connection, case: Uuid, younger: Uuid, told: &mut Vec<StoredEvent>) -> rusqlite::Result<()> {
    let sql = "
        insert into case_file (id, appliance, opened_at_ns, joined_id)
        select ?1, appliance, opened_at_ns, id from case_file where id = ?2
        on conflict (id) do update set joined_id = excluded.joined_id where joined_id is not excluded.joined_id";
    connection.prepare_cached(sql)?.execute(params![younger.as_bytes(), case.as_bytes()])?;
    let sql = "update case_file set joined_id = ?2 where joined_id = ?1";
    connection.prepare_cached(sql)?.execute(params![younger.as_bytes(), case.as_bytes()])?;
    let sql = "update alert set case_id = ?2 where case_id = ?1 returning id";
    let mut statement = connection.prepare_cached(sql)?;
    let moved = statement.query_map(params![younger.as_bytes(), case.as_bytes()], |row| rows::uuid(row, "id"))?;
    for alert in moved.collect::<rusqlite::Result<Vec<_>>>()? {
        events::append(connection, Subject::Alert(alert), told)?;
    }
    let sql = "
        update case_file set opened_at_ns = (select min(opened_at_ns) from alert where case_id = ?1)
        where id = ?1 and opened_at_ns > (select min(opened_at_ns) from alert where case_id = ?1)";
    connection.prepare_cached(sql)?.execute([case.as_bytes()]).map(drop)
}

/// The case that has its alerts: itself or the one that it has joined.
fn joined(connection: &Connection, case: Uuid) -> rusqlite::Result<Uuid> {
    let sql = "select joined_id as id from case_file where id = ?1 and joined_id is not null";
    let mut statement = connection.prepare_cached(sql)?;
    let joined = statement.query_row([case.as_bytes()], |row| rows::uuid(row, "id")).optional()?;
    Ok(joined.unwrap_or(case))
}

fn alerts_of(connection: &Connection, case: Uuid) -> rusqlite::Result<Vec<Alert>> {
    let mut statement =
        connection.prepare_cached("select * from alert where case_id = ?1 order by opened_at_ns, id")?;
    statement.query_map([case.as_bytes()], rows::alert)?.collect()
}

/// One more than the page holds, to know whether there is another page.
fn query(filter: &CaseFilter) -> Conditions {
    let mut query = Conditions::new();
    query.and("joined_id is null", []);
    if let Some(from) = filter.from {
        query.and("opened_at_ns >= ?", [nanoseconds(from).into()]);
    }
    if let Some(to) = filter.to {
        query.and("opened_at_ns < ?", [nanoseconds(to).into()]);
    }
    if let Some(cursor) = filter.cursor {
        query.and("(opened_at_ns, id) < (?, ?)", cursor.values());
    }
    query.values.push((i64::from(filter.limit) + 1).into());
    query.sql = format!(
        "select id, opened_at_ns from case_file where {} order by opened_at_ns desc, id desc limit ?",
        query.sql
    );
    query
}

#[cfg(test)]
#[path = "cases_tests.rs"]
mod tests;
