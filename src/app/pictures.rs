//! The folder of pictures, as far as they are removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::alert::{Pictured, alert_of_file};
use crate::camera::snapshots;
use crate::record::Pictures;
use crate::store::{Store, VehicleCrop};

/// A picture this old of which nothing is known belongs to nothing that is yet to be written.
const ORPHANED_AFTER: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Clone)]
pub(super) struct PictureFolder {
    path: PathBuf,
}

impl PictureFolder {
    pub(super) fn of(data_dir: &Path) -> Self {
        Self { path: snapshots::folder(data_dir) }
    }

    /// Of an alert and its persons. One that is gone already is no error.
    ///
    /// # Errors
    /// Where one cannot be removed; the others are tried all the same.
    pub(super) fn remove_alert(&self, pictured: &Pictured) -> io::Result<()> {
        self.remove(pictured.file_names())
    }

    /// Both of a vehicle.
    ///
    /// # Errors
    /// As [`PictureFolder::remove_alert`].
    pub(super) fn remove_vehicle(&self, track: Uuid) -> io::Result<()> {
        self.remove(VehicleCrop::ALL.map(|crop| crop.file_name(track)))
    }

    /// Gives what went wrong.
    pub(super) fn remove_all(&self, pictures: &Pictures) -> Vec<io::Error> {
        let alerts = pictures.alerts.iter().filter_map(|pictured| self.remove_alert(pictured).err());
        let vehicles = pictures.vehicles.iter().filter_map(|track| self.remove_vehicle(*track).err());
        let mut failed: Vec<io::Error> = alerts.chain(vehicles).collect();
        // What was deleted must not come back with a power failure.
        failed.extend(self.sync().err());
        failed
    }

    fn sync(&self) -> io::Result<()> {
        match fs::File::open(&self.path).and_then(|folder| folder.sync_all()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn remove(&self, names: impl IntoIterator<Item = String>) -> io::Result<()> {
        let removed = names.into_iter().map(|name| {
            let path = self.path.join(name);
            remove(&path).inspect_err(|error| tracing::warn!(%error, path = %path.display(), "cannot be removed"))
        });
        removed.fold(Ok(()), io::Result::and)
    }

    /// Removes what a crash, a full disk or a folder that could not be written has left: pictures of vehicles that were never
    /// stored or have none any more, of alerts whose pictures went, and of alerts that were never stored once that old.
    ///
    /// # Errors
    /// Where the folder or the database cannot be read, or a file not be removed.
    pub(super) fn sweep(&self, store: &Store, now: Timestamp, alert_age: Option<SignedDuration>) -> anyhow::Result<()> {
        let files = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            files => files.with_context(|| self.path.display().to_string())?,
        };
        let older_than =
            |id: Uuid, age: SignedDuration| made_at(id).is_some_and(|made_at| now.duration_since(made_at) > age);
        for file in files {
            let file = file?;
            let name = file.file_name();
            let Some(name) = name.to_str() else { continue };
            let goes = if let Some((track, crop)) = VehicleCrop::of_file(name) {
                older_than(track, ORPHANED_AFTER)
                    && !store.passage(track)?.is_some_and(|passage| passage.has_crop(crop))
            } else if let Some(alert) = alert_of_file(name) {
                let age = alert_age.map(|age| age.max(ORPHANED_AFTER));
                match store.is_without_pictures(alert)? {
                    Some(is_without) => is_without,
                    None => age.is_some_and(|age| older_than(alert, age)),
                }
            } else {
                false
            };
            if goes {
                remove(&file.path()).with_context(|| file.path().display().to_string())?;
            }
        }
        Ok(())
    }
}

/// The time in an id of version 7.
fn made_at(id: Uuid) -> Option<Timestamp> {
    let (seconds, _) = id.get_timestamp()?.to_unix();
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
