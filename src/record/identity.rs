//! Whose folder of recordings this is: a file in it says so, so that the disk of another appliance, or the empty folder under
//! one that is not mounted, is noticed before anything is written to it or missed on it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::open::sync_dir;
use super::{SegmentIndex, paths};

const FILE: &str = "canhdem-recordings.json";
/// Of what is listed so many are looked for on a disk that has no file of identity.
const LOOKED_FOR: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    /// Names the appliance that records here.
    appliance: Uuid,
}

/// Why nothing is recorded here.
#[derive(Debug, thiserror::Error)]
pub enum WrongDisk {
    #[error("{path} is the disk of another appliance ({other}); put the right one in. Nothing is written to it", path = path.display())]
    Others { path: PathBuf, other: Uuid },
    #[error(
        "{path} holds nothing of what was recorded: the disk is not mounted, or another one was put in. Put the right one in; \
         if it is gone for good, stop canhdem and run `canhdem check --storage --repair`",
        path = path.display()
    )]
    Empty { path: PathBuf },
    /// As it was when it was last looked at.
    #[error("{0}")]
    Still(String),
    #[error("{path}: {error}", path = path.display())]
    Unreadable { path: PathBuf, error: io::Error },
}

impl From<WrongDisk> for io::Error {
    fn from(wrong: WrongDisk) -> Self {
        match wrong {
            WrongDisk::Unreadable { error, .. } => error,
            wrong => Self::other(wrong),
        }
    }
}

/// That this folder is the appliance's. One that is new, or was recorded to before there were such files, is made its own.
///
/// # Errors
/// Where it is not, or cannot be read.
pub(super) fn check(data_dir: &Path, index: &dyn SegmentIndex) -> Result<(), WrongDisk> {
    let folder = data_dir.join(paths::FOLDER);
    let unreadable = |error| WrongDisk::Unreadable { path: folder.clone(), error };
    match fs::read(folder.join(FILE)) {
        Ok(bytes) => match serde_json::from_slice::<Written>(&bytes) {
            Ok(Written { appliance }) if appliance == index.appliance() => Ok(()),
            Ok(Written { appliance }) => Err(WrongDisk::Others { path: folder, other: appliance }),
            // It was being written when the power went.
            Err(_) => {
                adopt(&folder, index.appliance());
                Ok(())
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !is_known(data_dir, index) {
                return Err(WrongDisk::Empty { path: folder });
            }
            adopt(&folder, index.appliance());
            Ok(())
        }
        Err(error) => Err(unreadable(error)),
    }
}

/// A disk that is full or takes nothing for now is made the appliance's another time.
fn adopt(folder: &Path, appliance: Uuid) {
    if let Err(error) = write(folder, appliance) {
        tracing::debug!(folder = %folder.display(), %error, "not marked as this appliance's yet");
    }
}

/// Whether nothing was recorded yet, or some of it is here.
fn is_known(data_dir: &Path, index: &dyn SegmentIndex) -> bool {
    // An index that does not answer says nothing of the disk.
    let Ok(listed) = index.all() else { return true };
    let latest = listed.iter().rev().take(LOOKED_FOR);
    listed.is_empty() || latest.into_iter().any(|segment| data_dir.join(&segment.path).exists())
}

/// Makes the folder this appliance's, whatever it was.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn write(folder: &Path, appliance: Uuid) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let part = folder.join(format!("{FILE}.part"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&part)?;
    serde_json::to_writer(&file, &Written { appliance })?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&part, folder.join(FILE))?;
    sync_dir(folder)
}

/// Whether it is this file itself, which is no recording.
pub(super) fn is_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FILE))
}
