//! Who is signed in.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Account, Result, Store, accounts};
use crate::access::{Digest, IDLE, Session};

/// Sessions of one account; the oldest goes when there are more.
const MOST: u32 = 20;

impl Store {
    /// Begins a session of an account that can sign in, and uses up the code that was given with the password, if one
    /// was. Says whether it began: not where the account is no longer as it was read, or its code was used meanwhile.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn begin_session(&self, account: &Account, token: Digest, session: Session, step: Option<i64>) -> Result<bool> {
        let (id, password_hash) = (account.id, account.password_hash.clone());
        self.writer().decide(move |connection| {
            let sql = "
                update account set totp_last_step = coalesce(?3, totp_last_step)
                where id = ?1 and password_hash = ?2 and disabled_at_ns is null
                    and (?3 is null or totp_last_step is null or totp_last_step < ?3)";
            if connection.prepare_cached(sql)?.execute(params![id.as_bytes(), password_hash, step])? == 0 {
                return Ok(false);
            }
            prune(connection, id, session.created_at)?;
            let sql = "insert into session values (?1, ?2, ?3, ?4, ?5)";
            connection.prepare_cached(sql)?.execute(params![
                token,
                id.as_bytes(),
                nanoseconds(session.created_at),
                nanoseconds(session.last_seen_at),
                nanoseconds(session.expires_at),
            ])?;
            Ok(true)
        })
    }

    /// The session of a token, and whose it is; also one that is over.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn session(&self, token: Digest) -> Result<Option<(Session, Account)>> {
        let sql = "
            select account.*, session.created_at_ns as begun_at_ns, last_seen_at_ns, expires_at_ns
            from session join account on account.id = account_id
            where token_sha256 = ?1";
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let row = statement.query_row([token], |row| {
                let session = Session {
                    created_at: rows::timestamp(row, "begun_at_ns")?,
                    last_seen_at: rows::timestamp(row, "last_seen_at_ns")?,
                    expires_at: rows::timestamp(row, "expires_at_ns")?,
                };
                Ok((session, accounts::account(row)?))
            });
            row.optional()
        })
    }

    /// Writes down that somebody was there.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn note_session(&self, token: Digest, at: Timestamp) -> Result<()> {
        self.writer().write(move |connection, _| {
            let sql = "update session set last_seen_at_ns = ?2 where token_sha256 = ?1";
            connection.prepare_cached(sql)?.execute(params![token, nanoseconds(at)]).map(drop)
        })
    }

    /// Ends one session.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn end_session(&self, token: Digest) -> Result<()> {
        self.writer().write(move |connection, _| {
            connection.prepare_cached("delete from session where token_sha256 = ?1")?.execute([token]).map(drop)
        })
    }

    /// Ends every session of an account.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn end_sessions(&self, account: Uuid) -> Result<()> {
        self.writer().write(move |connection, _| end_all(connection, account, None))
    }
}

pub(super) fn end_all(connection: &Connection, account: Uuid, kept: Option<Digest>) -> rusqlite::Result<()> {
    let sql = "delete from session where account_id = ?1 and token_sha256 is not ?2";
    connection.prepare_cached(sql)?.execute(params![account.as_bytes(), kept]).map(drop)
}

/// Removes what is over, and of this account the oldest sessions so that one more finds a place.
fn prune(connection: &Connection, account: Uuid, now: Timestamp) -> rusqlite::Result<()> {
    let idle_since = nanoseconds(now.saturating_sub(IDLE).unwrap_or(Timestamp::MIN));
    let sql = "delete from session where expires_at_ns <= ?1 or last_seen_at_ns <= ?2";
    connection.prepare_cached(sql)?.execute([nanoseconds(now), idle_since])?;
    let sql = "
        delete from session where token_sha256 in (
            select token_sha256 from session where account_id = ?1 order by created_at_ns desc limit -1 offset ?2
        )";
    connection.prepare_cached(sql)?.execute(params![account.as_bytes(), MOST - 1]).map(drop)
}
