//! A few connections that can only read. In WAL mode they never wait for the writer.

use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::{Connection, OpenFlags};

use super::{Result, StoreError};

/// As many reads run at once; more would only fight for the processor.
const CONNECTIONS: usize = 4;

pub(super) struct Readers {
    path: PathBuf,
    // A connection lies in the channel while nobody reads with it.
    give: Sender<Connection>,
    take: Receiver<Connection>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let (give, take) = bounded(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            let connection = connect(path).map_err(|error| StoreError::from_sqlite(path, &error))?;
            give.send(connection).map_err(|_| StoreError::Stopped)?;
        }
        Ok(Self { path: path.to_owned(), give, take })
    }

    /// Runs `query` on one consistent state of the database. Blocks while all connections are in
    /// use: call it from a thread, or from tokio's blocking pool.
    pub(super) fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let connection = self.take.recv().map_err(|_| StoreError::Stopped)?;
        let lent = Lent { connection: Some(connection), give: &self.give };
        lent.snapshot(query).map_err(|error| StoreError::from_sqlite(&self.path, &error))
    }
}

/// Goes back also when a query panics.
struct Lent<'a> {
    connection: Option<Connection>,
    give: &'a Sender<Connection>,
}

impl Lent<'_> {
    fn snapshot<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let connection = self.connection.as_ref().expect("lent until dropped");
        // Never committed: there is nothing to commit.
        let snapshot = connection.unchecked_transaction()?;
        query(&snapshot)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = self.give.send(connection);
        }
    }
}

pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    super::connect_as(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}
