//! Accounts from the command line, also while an appliance runs on the same data folder: it reads them from the database
//! at every request, and SQLite lets another process write between two of its own writes.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use super::accounts::{self, Account, Decision};
use super::{FILE, Result, StoreError, appliance_id, audit, connect, lock, make_durable, migrate, place};
use crate::access::audit::{Act, Deed};
use crate::base::SharedClock;

pub struct AccountBook {
    path: PathBuf,
    connection: Connection,
    clock: SharedClock,
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
        place::check(data_dir)?;
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
        Ok(Self { path, connection, clock: SharedClock::clone(clock), _lock: lock })
    }

    /// In the order of their names.
    pub fn all(&mut self) -> Result<Vec<Account>> {
        self.transact(accounts::all)
    }

    pub fn named(&mut self, name: &str) -> Result<Option<Account>> {
        self.transact(|connection| accounts::by_name(connection, name))
    }

    /// And writes down that it was done.
    pub fn add(&mut self, account: &Account) -> Result<Decision<()>> {
        let deed = at_the_machine(Act::AccountAdded, format!("{}: {}", account.name, account.role.name()));
        let now = self.clock.now();
        self.transact(|connection| {
            let added = accounts::add(connection, account)?;
            if added.is_ok() {
                audit::append(connection, &deed, now)?;
            }
            Ok(added)
        })
    }

    /// See [`super::Store::change_account`]; and writes down that it was done.
    pub fn change(&mut self, id: Uuid, change: impl FnOnce(&mut Account)) -> Result<Decision<Account>> {
        let now = self.clock.now();
        self.transact(|connection| {
            let mut what = Vec::new();
            let changed = accounts::change(connection, id, None, |account| {
                let before = account.clone();
                change(account);
                what = differences(&before, account);
            })?;
            if let Ok(account) = &changed {
                let detail = format!("{}: {}", account.name, what.join(", "));
                audit::append(connection, &at_the_machine(Act::AccountChanged, detail), now)?;
            }
            Ok(changed)
        })
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

/// Which of the machine's users it is, is all that is known of who sits there.
pub fn at_the_machine(act: Act, detail: impl Into<Option<String>>) -> Deed {
    let address = format!("uid {}", rustix::process::getuid().as_raw());
    Deed { address: Some(address), ..Deed::own(act, detail) }
}

fn differences(before: &Account, after: &Account) -> Vec<&'static str> {
    let told = [
        (before.password_hash != after.password_hash, "password set"),
        (before.role != after.role, "role changed"),
        (before.cameras != after.cameras, "cameras changed"),
        (before.totp_secret.is_some() && after.totp_secret.is_none(), "second factor taken away"),
        (before.disabled_at.is_none() && after.disabled_at.is_some(), "disabled"),
        (before.disabled_at.is_some() && after.disabled_at.is_none(), "no longer disabled"),
    ];
    told.into_iter().filter_map(|(is_so, words)| is_so.then_some(words)).collect()
}
