//! The database as one file: copied while an appliance runs, and looked at before it becomes one's own.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::{BUSY_TIMEOUT, FILE, Result, StoreError, lock, migrate, rows};

/// What a copy is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub schema: i64,
    pub appliance: Uuid,
}

/// Copies the database of `data_dir` to `to`, which must not be there yet, as it is at one moment. Who is signed in is
/// left out. An appliance may run meanwhile.
///
/// # Errors
/// Where there is none, or one that this program cannot read, or the disk takes no copy.
pub fn copy_to(data_dir: &Path, to: &Path) -> Result<Copied> {
    let path = data_dir.join(FILE);
    let sqlite = |error| StoreError::from_sqlite(&path, &error);
    // To write: a database that nobody has open may have a log that must be read first.
    let connection = open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
    migrate::SCHEMA.known(&connection, &path)?;
    connection.execute("vacuum into ?1", [to.to_string_lossy()]).map_err(sqlite)?;
    drop(connection);
    let sqlite = |error| StoreError::from_sqlite(to, &error);
    let copy = open(to, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
    let has_sessions =
        copy.prepare("select 1 from sqlite_schema where name = 'session'").and_then(|mut it| it.exists([]));
    if has_sessions.map_err(sqlite)? {
        copy.execute_batch("pragma secure_delete = on; delete from session").map_err(sqlite)?;
    }
    let copied = describe(&copy, to)?;
    drop(copy);
    File::open(to).and_then(|file| file.sync_all()).map_err(|error| StoreError::from_io(to, &error))?;
    Ok(copied)
}

/// Looks whether a file is a whole database that this program can read.
///
/// # Errors
/// Where it is damaged, of a newer program, or none of canhdem's.
pub fn examine(path: &Path) -> Result<Copied> {
    let sqlite = |error| StoreError::from_sqlite(path, &error);
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(sqlite)?;
    let copied = describe(&connection, path)?;
    let said: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0)).map_err(sqlite)?;
    if said == "ok" { Ok(copied) } else { Err(StoreError::Corrupt { path: path.to_owned(), detail: said }) }
}

/// Takes a data folder that holds nothing, or makes it; nobody else takes it until the returned file is closed.
///
/// # Errors
/// Where an appliance runs on it, or something lies in it.
pub fn take_empty(data_dir: &Path) -> Result<File> {
    let error = |error: io::Error| StoreError::from_io(data_dir, &error);
    DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(error)?;
    let lock = lock::take(data_dir)?;
    let mut names = fs::read_dir(data_dir).map_err(error)?.map(|entry| entry.map(|entry| entry.file_name()));
    let other = names.find(|name| !matches!(name, Ok(name) if name == lock::FILE)).transpose().map_err(error)?;
    match other {
        None => Ok(lock),
        Some(name) => Err(StoreError::NotEmpty { data_dir: data_dir.to_owned(), holds: name.to_string_lossy().into() }),
    }
}

/// One that is there; none is made.
pub(super) fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

fn describe(connection: &Connection, path: &Path) -> Result<Copied> {
    let schema = migrate::SCHEMA.known(connection, path)?;
    let appliance = connection.query_row("select id from appliance", [], |row| rows::uuid(row, "id"));
    Ok(Copied { schema, appliance: appliance.map_err(|error| StoreError::from_sqlite(path, &error))? })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::{SharedClock, SimClock};
    use crate::store::Store;

    fn office() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::default());
        let store = Store::open(&folder.path().join("data"), &clock).expect("opens");
        (folder, store)
    }

    #[test]
    fn a_copy_of_a_database_in_use_is_whole_and_signs_nobody_in() {
        let (folder, store) = office();
        let (data, copy) = (folder.path().join("data"), folder.path().join("copy.db"));
        let connection = Connection::open(store.path()).expect("opens");
        connection
            .execute_batch(
                "insert into account (id, appliance, name, role, password_hash, created_at_ns)
                 select zeroblob(16), id, 'lan', 'guard', '$argon2id$x', 1 from appliance;
                 insert into session values (zeroblob(32), zeroblob(16), 1, 1, 9)",
            )
            .expect("somebody who is signed in");
        let copied = copy_to(&data, &copy).expect("copied");
        let count = |table| {
            let sql = format!("select count(*) from {table}");
            Connection::open(&copy)
                .and_then(|copy| copy.query_row(&sql, [], |row| row.get::<_, i64>(0)))
                .expect("count")
        };
        assert_eq!((count("account"), count("session")), (1, 0));
        assert_eq!(copied.appliance, store.appliance());
        assert_eq!(examine(&copy).expect("whole"), copied);
        assert!(copy_to(&data, &copy).is_err(), "nothing is overwritten");
        drop(store);
        fs::remove_file(&copy).expect("removed");
        assert_eq!(copy_to(&data, &copy).expect("nobody has it open"), copied);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let (folder, store) = office();
        let copy = folder.path().join("copy.db");
        copy_to(&folder.path().join("data"), &copy).expect("copied");
        drop(store);
        let connection = Connection::open(&copy).expect("opens");
        connection.pragma_update(None, "user_version", 999).expect("set");
        let error = examine(&copy).expect_err("newer").to_string();
        assert!(error.contains("written by a newer canhdem (schema 999"), "{error}");
        connection.pragma_update(None, "application_id", 1).expect("set");
        assert!(matches!(examine(&copy), Err(StoreError::Foreign { .. })));
        assert!(copy_to(folder.path(), &folder.path().join("other.db")).is_err(), "there is no database");
        assert!(!folder.path().join(FILE).exists(), "and none is made");
    }

    #[test]
    fn only_an_empty_folder_is_taken() {
        let (folder, store) = office();
        let data = folder.path().join("data");
        assert!(matches!(take_empty(&data), Err(StoreError::InUse { .. })));
        drop(store);
        let error = take_empty(&data).expect_err("a database").to_string();
        assert!(error.contains("is not empty") && error.contains("canhdem"), "{error}");
        let fresh = folder.path().join("fresh");
        let _taken = take_empty(&fresh).expect("made and taken");
        assert!(matches!(take_empty(&fresh), Err(StoreError::InUse { .. })));
    }
}
