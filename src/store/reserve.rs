//! Room on the disk that is given up when there is no other: SQLite writes every change into its
//! log first, so without room it could not even note that an alert is over, and an appliance that
//! was killed on a full disk would not start again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

const FILE: &str = "canhdem.reserve";
/// What a start writes, many times over: SQLite's log has about this size before its content goes
/// into the database and it begins anew.
pub(super) const SIZE_BYTES: u64 = 4 << 20;

pub(super) struct Reserve {
    path: PathBuf,
    /// How much of it there is; the lock also keeps two threads from making it at once.
    held_bytes: Mutex<u64>,
}

impl Reserve {
    /// The reserve of a data folder as the last run left it. Gives it up where the disk has less
    /// room than [`SIZE_BYTES`]; whether it did shows in [`Reserve::is_whole`].
    pub(super) fn open(data_dir: &Path) -> Self {
        let path = data_dir.join(FILE);
        let held_bytes = fs::metadata(&path).map_or(0, |file| file.len());
        let reserve = Self { path, held_bytes: Mutex::new(held_bytes) };
        match room_bytes(data_dir) {
            Ok(room) if room < SIZE_BYTES && held_bytes > 0 => reserve.give_up(),
            Ok(_) => {}
            Err(error) => tracing::warn!(path = %data_dir.display(), %error, "the disk does not say its room"),
        }
        reserve
    }

    pub(super) fn is_whole(&self) -> bool {
        *self.held_bytes() >= SIZE_BYTES
    }

    /// Takes as much as is missing and the disk has. What it does not have is tried for again at
    /// the next call.
    pub(super) fn restore(&self) {
        let mut held = self.held_bytes();
        if *held >= SIZE_BYTES {
            return;
        }
        match grow(&self.path, *held) {
            Ok(bytes) => *held = bytes,
            Err(error) => tracing::debug!(path = %self.path.display(), %error, "the reserve must wait for room"),
        }
    }

    fn give_up(&self) {
        match fs::remove_file(&self.path) {
            Ok(()) => {
                *self.held_bytes() = 0;
                tracing::warn!(
                    path = %self.path.display(),
                    "the disk is full: the reserve is given up, so that the database can be written; make room"
                );
            }
            Err(error) => tracing::error!(path = %self.path.display(), %error, "the reserve cannot be given up"),
        }
    }

    fn held_bytes(&self) -> std::sync::MutexGuard<'_, u64> {
        self.held_bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the file as large as the disk's room allows; gives its size.
fn grow(path: &Path, held_bytes: u64) -> io::Result<u64> {
    let room = room_bytes(path.parent().unwrap_or(path))?;
    let wanted = SIZE_BYTES.min(held_bytes.saturating_add(room));
    if wanted <= held_bytes {
        return Ok(held_bytes);
    }
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    // Not only a length: its blocks must be there.
    fallocate(&file, FallocateFlags::empty(), 0, wanted)?;
    Ok(wanted)
}

/// What this process may still write to the disk of `folder`.
fn room_bytes(folder: &Path) -> io::Result<u64> {
    let disk = statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn it_takes_real_blocks_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let reserve = Reserve::open(folder.path());
        assert!(!reserve.is_whole(), "nothing is taken before the database is open");
        reserve.restore();
        assert!(reserve.is_whole());
        let file = folder.path().join(FILE).metadata().expect("a file");
        assert_eq!(file.len(), SIZE_BYTES);
        assert!(file.blocks() * 512 >= SIZE_BYTES, "{} blocks", file.blocks());
        // There is room here: the next start keeps it.
        assert!(Reserve::open(folder.path()).is_whole());
    }

    #[test]
    fn a_cut_reserve_is_made_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE), vec![0; 1000]).expect("written");
        let reserve = Reserve::open(folder.path());
        assert!(!reserve.is_whole());
        reserve.restore();
        assert_eq!(folder.path().join(FILE).metadata().expect("a file").len(), SIZE_BYTES);
    }

    #[test]
    fn where_it_cannot_lie_it_is_done_without() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(FILE)).expect("in its place");
        let reserve = Reserve { path: folder.path().join(FILE), held_bytes: Mutex::new(0) };
        reserve.restore();
        assert!(!reserve.is_whole());
    }
}
