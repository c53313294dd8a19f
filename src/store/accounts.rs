//! Accounts. What is decided of them is decided in one transaction, whoever else writes: an office always keeps an
//! administrator who can sign in.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store, sessions};
use crate::access::{Digest, Role, Who};
use crate::config::Language;

/// Somebody who may sign in. Its `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub id: Uuid,
    pub name: String,
    pub role: Role,
    /// A PHC string.
    pub password_hash: String,
    /// The only cameras that it may see; `None` for all.
    pub cameras: Option<BTreeSet<String>>,
    /// Of the page; `None` for the configured one.
    pub language: Option<Language>,
    pub totp_secret: Option<Vec<u8>>,
    pub totp_last_step: Option<i64>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

impl Account {
    /// That may see every camera, and has no second factor.
    pub fn new(id: Uuid, name: &str, role: Role, password_hash: String, created_at: Timestamp) -> Self {
        Self {
            id,
            name: name.to_owned(),
            role,
            password_hash,
            cameras: None,
            language: None,
            totp_secret: None,
            totp_last_step: None,
            created_at,
            disabled_at: None,
        }
    }

    pub fn who(&self) -> Who {
        Who { account: self.id, name: self.name.clone(), role: self.role, cameras: self.cameras.clone() }
    }

    fn is_working_admin(&self) -> bool {
        self.role == Role::Admin && self.disabled_at.is_none()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({}, {}, {:?})", self.id, self.name, self.role)
    }
}

/// Why an account is not as it was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("an account has this name already")]
    NameTaken,
    #[error("there is no such account")]
    Unknown,
    #[error("this is the last administrator who can sign in; make another first")]
    LastAdmin,
    #[error("there is an account already: sign in")]
    NotFirst,
}

pub type Decision<T> = std::result::Result<T, Refusal>;

impl Store {
    pub fn has_accounts(&self) -> Result<bool> {
        self.readers().read(any)
    }

    /// In the order of their names.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        self.readers().read(all)
    }

    pub fn account(&self, id: Uuid) -> Result<Option<Account>> {
        self.readers().read(|connection| by_id(connection, id))
    }

    pub fn account_named(&self, name: &str) -> Result<Option<Account>> {
        self.readers().read(|connection| by_name(connection, name))
    }

    /// Blocks until it is durable.
    pub fn add_account(&self, account: &Account) -> Result<Decision<()>> {
        let account = account.clone();
        self.writer().decide(move |connection| add(connection, &account))
    }

    /// Adds an account where there is none yet.
    pub fn add_first_account(&self, account: &Account) -> Result<Decision<()>> {
        let account = account.clone();
        self.writer().decide(
            move |connection| {
                if any(connection)? { Ok(Err(Refusal::NotFirst)) } else { add(connection, &account) }
            },
        )
    }

    /// Changes an account and gives it as it is then. Where its password is another or it is disabled, all of its
    /// sessions end but the one that is kept.
    pub fn change_account(
        &self,
        id: Uuid,
        kept: Option<Digest>,
        change: impl FnOnce(&mut Account) + Send + 'static,
    ) -> Result<Decision<Account>> {
        self.writer().decide(move |connection| self::change(connection, id, kept, change))
    }

    pub fn remove_account(&self, id: Uuid) -> Result<Decision<()>> {
        self.writer().decide(move |connection| remove(connection, id))
    }
}

pub(super) fn any(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("select exists (select 1 from account)")?.query_row([], |row| row.get(0))
}

pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Account>> {
    connection.prepare_cached("select * from account order by name")?.query_map([], account)?.collect()
}

fn by_id(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Account>> {
    connection.prepare_cached("select * from account where id = ?1")?.query_row([id.as_bytes()], account).optional()
}

pub(super) fn by_name(connection: &Connection, name: &str) -> rusqlite::Result<Option<Account>> {
    connection.prepare_cached("select * from account where name = ?1")?.query_row([name], account).optional()
}

pub(super) fn add(connection: &Connection, account: &Account) -> rusqlite::Result<Decision<()>> {
    if by_name(connection, &account.name)?.is_some() {
        return Ok(Err(Refusal::NameTaken));
    }
    write(connection, account).map(Ok)
}

pub(super) fn change(
    connection: &Connection,
    id: Uuid,
    kept: Option<Digest>,
    change: impl FnOnce(&mut Account),
) -> rusqlite::Result<Decision<Account>> {
    let Some(before) = by_id(connection, id)? else { return Ok(Err(Refusal::Unknown)) };
    let mut account = before.clone();
    change(&mut account);
    if before.is_working_admin() && !account.is_working_admin() && !others_administer(connection, id)? {
        return Ok(Err(Refusal::LastAdmin));
    }
    if account.disabled_at.is_some() || account.password_hash != before.password_hash {
        sessions::end_all(connection, id, kept)?;
    }
    write(connection, &account)?;
    Ok(Ok(account))
}

fn remove(connection: &Connection, id: Uuid) -> rusqlite::Result<Decision<()>> {
    let Some(account) = by_id(connection, id)? else { return Ok(Err(Refusal::Unknown)) };
    if account.is_working_admin() && !others_administer(connection, id)? {
        return Ok(Err(Refusal::LastAdmin));
    }
    connection.prepare_cached("delete from account where id = ?1")?.execute([id.as_bytes()])?;
    Ok(Ok(()))
}

fn others_administer(connection: &Connection, id: Uuid) -> rusqlite::Result<bool> {
    let sql = "select exists (select 1 from account where id <> ?1 and role = 'admin' and disabled_at_ns is null)";
    connection.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get(0))
}

/// New or known.
fn write(connection: &Connection, account: &Account) -> rusqlite::Result<()> {
    let sql = "
        insert into account (
            id, appliance, name, role, password_hash, cameras, language, totp_secret, totp_last_step,
            created_at_ns, disabled_at_ns
        )
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        on conflict (id) do update set
            name = excluded.name, role = excluded.role, password_hash = excluded.password_hash,
            cameras = excluded.cameras, language = excluded.language, totp_secret = excluded.totp_secret,
            totp_last_step = excluded.totp_last_step, disabled_at_ns = excluded.disabled_at_ns";
    let cameras = account.cameras.as_ref().map(serde_json::to_string).transpose();
    connection.prepare_cached(sql)?.execute(params![
        account.id.as_bytes(),
        account.name,
        account.role.name(),
        account.password_hash,
        cameras.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?,
        account.language.as_ref().map(rows::name).transpose()?,
        account.totp_secret,
        account.totp_last_step,
        nanoseconds(account.created_at),
        account.disabled_at.map(nanoseconds),
    ])?;
    Ok(())
}

pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let cameras: Option<String> = row.get("cameras")?;
    let cameras = cameras.map(|text| serde_json::from_str(&text)).transpose();
    let has_language = row.get::<_, Option<String>>("language")?.is_some();
    Ok(Account {
        id: rows::uuid(row, "id")?,
        name: row.get("name")?,
        role: rows::named(row, "role")?,
        password_hash: row.get("password_hash")?,
        cameras: cameras.map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))?,
        language: has_language.then(|| rows::named(row, "language")).transpose()?,
        totp_secret: row.get("totp_secret")?,
        totp_last_step: row.get("totp_last_step")?,
        created_at: rows::timestamp(row, "created_at_ns")?,
        disabled_at: rows::optional_timestamp(row, "disabled_at_ns")?,
    })
}
