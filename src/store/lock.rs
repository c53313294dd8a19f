//! One data folder, one appliance.

use std::fs::{self, File, TryLockError};
use std::io::{Seek as _, Write as _};
use std::path::Path;

use super::{Result, StoreError};

pub(super) const FILE: &str = "canhdem.lock";

/// Takes the data folder for this process, until the returned file is closed; the system closes it
/// even when the process is killed. The file holds the process's number, for whoever comes next.
pub(super) fn take(data_dir: &Path) -> Result<File> {
    let path = data_dir.join(FILE);
    let io = |error| StoreError::from_io(&path, &error);
    let mut file = File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
            return Err(StoreError::InUse { data_dir: data_dir.to_owned(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    // A courtesy to the next one: a full disk must not keep the appliance from starting.
    let note = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    if let Err(error) = note {
        tracing::warn!(path = %path.display(), %error, "cannot note the process in the lock file");
    }
    Ok(file)
}
