//! What can go wrong with the database: the file, and the way out.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

pub type Result<T> = std::result::Result<T, StoreError>;

/// Cloned to everyone whose write was in the same transaction.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("{}: in use by another canhdem{}; stop that one or give this one another data_dir", data_dir.display(), by(*pid))]
    InUse { data_dir: PathBuf, pid: Option<u32> },
    #[error("{}: is not empty ({holds}); stop canhdem, move the folder away, and try again", data_dir.display())]
    NotEmpty { data_dir: PathBuf, holds: String },
    #[error(
        "{}: written by a newer canhdem (schema {found}, this one knows {known}); install that version again",
        path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error(
        "{}: used by a running canhdem of another version, or one that is just starting; try again, with that version",
        path.display()
    )]
    OtherVersion { path: PathBuf },
    #[error("{}: not a database of canhdem; move it away or choose another data_dir", path.display())]
    Foreign { path: PathBuf },
    #[error("{}: upgrade to schema {version} failed, the old one is untouched: {detail}", path.display())]
    Migration { path: PathBuf, version: i64, detail: String },
    #[error("{}: the disk is full; make space and the next write succeeds, nothing stored is lost", path.display())]
    DiskFull { path: PathBuf },
    #[error(
        "{}: damaged ({detail}); restore it from a backup, or move it away and start afresh: the video stays",
        path.display()
    )]
    Corrupt { path: PathBuf, detail: String },
    #[error("{}: cannot be written ({detail}); check its owner and mode, and that its disk is mounted for writing", path.display())]
    ReadOnly { path: PathBuf, detail: String },
    #[error("{}: locked by another program; close whatever has the database open", path.display())]
    Locked { path: PathBuf },
    #[error("{}: {detail}; check the disk", path.display())]
    Io { path: PathBuf, detail: String },
    #[error("{}: the database refuses this: {detail}", path.display())]
    Refused { path: PathBuf, detail: String },
    #[error(
        "{}: on a network or shared file system ({kind}), where the database would be damaged; put data_dir on a local disk",
        data_dir.display()
    )]
    Network { data_dir: PathBuf, kind: String },
    #[error("the store is stopping and takes no more writes")]
    Stopped,
}

impl StoreError {
    pub(super) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let detail = error.to_string();
        let extended = error.sqlite_error().map_or(0, |error| error.extended_code);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            // The shared memory beside the database is a file as well, and finds no room.
            Some(ErrorCode::SystemIoFailure) if extended == ffi::SQLITE_IOERR_SHMSIZE => Self::DiskFull { path },
            Some(ErrorCode::SystemIoFailure) => Self::Io { path, detail },
            // No code: a value that does not mean what its column says.
            Some(ErrorCode::DatabaseCorrupt) | None => Self::Corrupt { path, detail },
            Some(ErrorCode::NotADatabase) => Self::Foreign { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, detail }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(_) => Self::Refused { path, detail },
        }
    }

    pub(super) fn from_io(path: &Path, error: &io::Error) -> Self {
        let (path, detail) = (path.to_owned(), error.to_string());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path, detail },
            _ => Self::Io { path, detail },
        }
    }
}

fn by(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}
