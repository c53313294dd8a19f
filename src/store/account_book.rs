//! Accounts from the command line, also while an appliance runs on the same data folder: it reads them from the database
//! at every request, and SQLite lets another process write between two of its own writes.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use super::accounts::{self, Account, Decision};
use super::{FILE, Result, StoreError, appliance_id, connect, lock, make_durable, migrate};
use crate::base::SharedClock;

pub struct AccountBook {
    path: PathBuf,
    connection: Connection,
    // After the connection: whoever gets the lock finds the database closed.
    _lock: Option<File>,
}

impl AccountBook {
    /// Opens the database in `data_dir`, and makes it where it is missing.
    ///
    /// # Errors
    /// Where the database cannot be used, or an appliance of another version uses it.
    pub fn open(data_dir: &Path, clock: &SharedClock) -> Result<Self> {
        let path = data_dir.join(FILE);
        let lock = match lock::take(data_dir) {
            Ok(lock) => Some(lock),
            Err(StoreError::InUse { .. }) => None,
            Err(error) => return Err(error),
        };
        let sqlite = |error| StoreError::from_sqlite(&path, &error);
        let mut connection = connect(&path).map_err(sqlite)?;
        if lock.is_some() {
            migrate::SCHEMA.apply(&mut connection, &path)?;
        } else {
            migrate::SCHEMA.check(&connection, &path)?;
        }
        make_durable(&connection).map_err(sqlite)?;
        if lock.is_some() {
            appliance_id(&connection, clock).map_err(sqlite)?;
        }
        Ok(Self { path, connection, _lock: lock })
    }

    /// In the order of their names.
    pub fn all(&mut self) -> Result<Vec<Account>> {
        self.transact(accounts::all)
    }

    pub fn named(&mut self, name: &str) -> Result<Option<Account>> {
        self.transact(|connection| accounts::by_name(connection, name))
    }

    pub fn add(&mut self, account: &Account) -> Result<Decision<()>> {
        self.transact(|connection| accounts::add(connection, account))
    }

    /// See [`super::Store::change_account`].
    pub fn change(&mut self, id: Uuid, change: impl FnOnce(&mut Account)) -> Result<Decision<Account>> {
        self.transact(|connection| accounts::change(connection, id, None, change))
    }

    fn transact<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let path = &self.path;
        let connection = &mut self.connection;
        let outcome = connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
            let outcome = work(&transaction)?;
            transaction.commit()?;
            Ok(outcome)
        });
        outcome.map_err(|error| StoreError::from_sqlite(path, &error))
    }
}
