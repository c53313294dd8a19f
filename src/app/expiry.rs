//! Vehicles that came by are forgotten after the configured days, and their pictures with them; and so is where people
//! loitered, and when something moved of which there is no video any more.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::access::audit::{Act, Deed};
use crate::base::worker::Worker;
use crate::base::{SharedClock, Shutdown};
use crate::camera::snapshots;
use crate::config::Settings;
use crate::store::{Passage, Store, StoreError, VehicleCrop};

const EVERY: Duration = Duration::from_secs(3600);
/// Passages looked at and forgotten together.
const BATCH: u32 = 256;
/// A picture this old of which no passage is known belongs to none that is yet to be written.
const ORPHANED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Pictures go before their rows: what a crash leaves behind is found again by the rows.
pub(super) struct Expiry {
    store: Store,
    clock: SharedClock,
    snapshots_dir: PathBuf,
    /// How long vehicles are remembered, and where people loitered.
    settings: Settings,
    batch: u32,
}

impl Expiry {
    pub(super) fn new(store: Store, clock: SharedClock, settings: Settings) -> Self {
        let snapshots_dir = snapshots::folder(&settings.config().data_dir);
        Self { store, clock, snapshots_dir, settings, batch: BATCH }
    }

    pub(super) fn start(self, shutdown: Shutdown) -> anyhow::Result<Worker> {
        Worker::spawn("expiry", move || self.run(&shutdown)).context("the thread that forgets vehicles")
    }

    fn run(&self, shutdown: &Shutdown) {
        if let Err(error) = self.remove_orphans() {
            tracing::warn!(%error, "pictures that a crash may have left behind stay for now");
        }
        loop {
            match self.forget(shutdown) {
                Ok(0) => {}
                Ok(passages) => {
                    tracing::info!(passages, "vehicles that came by long ago were forgotten");
                    let deed = Deed::own(Act::VehiclesForgotten, passages.to_string());
                    if let Err(error) = self.store.write_down(deed, self.clock.now()) {
                        tracing::warn!(%error, "that vehicles were forgotten cannot be written into the audit log");
                    }
                }
                Err(error) => tracing::warn!(%error, "vehicles that came by long ago are not forgotten yet"),
            }
            if let Err(error) = self.store.remove_marks(self.older_than(self.settings.config().memory.keep())) {
                tracing::warn!(%error, "where people loitered long ago is not forgotten yet");
            }
            if let Err(error) = self.store.remove_motion_without_video() {
                tracing::warn!(%error, "when something moved long ago is not forgotten yet");
            }
            if shutdown.wait(EVERY) {
                return;
            }
        }
    }

    fn older_than(&self, age: SignedDuration) -> Timestamp {
        self.clock.now().saturating_sub(age).unwrap_or(Timestamp::MIN)
    }

    /// Removes what ended too long ago, unless an alert has it or somebody watches for it. Says how
    /// many passages that were.
    fn forget(&self, shutdown: &Shutdown) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let before = self.older_than(self.settings.config().plates.keep());
        let lists = self.store.plate_lists();
        let mut forgotten = 0;
        let mut last = None;
        while !shutdown.is_stopped() {
            let ended = self.store.passages_ended(before, last.as_ref(), self.batch)?;
            let unwatched = ended.iter().filter(|passage| !lists.is_watched(passage, now));
            let tracks: Vec<Uuid> =
                unwatched.filter(|passage| self.remove_crops(passage)).map(|passage| passage.track).collect();
            if !tracks.is_empty() {
                forgotten += tracks.len();
                self.store.remove_passages(tracks)?;
            }
            last = ended.into_iter().next_back();
            if last.is_none() {
                break;
            }
        }
        Ok(forgotten)
    }

    /// Whether none is left. It is tried for all of them: a row may lag behind its pictures.
    fn remove_crops(&self, passage: &Passage) -> bool {
        VehicleCrop::ALL.into_iter().all(|crop| {
            let path = self.snapshots_dir.join(crop.file_name(passage.track));
            remove(&path)
                .inspect_err(|error| tracing::warn!(%error, path = %path.display(), "cannot be removed"))
                .is_ok()
        })
    }

    /// Removes pictures whose passage was never stored, or went without them.
    fn remove_orphans(&self) -> anyhow::Result<()> {
        let files = match fs::read_dir(&self.snapshots_dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            files => files.with_context(|| self.snapshots_dir.display().to_string())?,
        };
        let before = self.older_than(ORPHANED_AFTER);
        for file in files {
            let file = file?;
            let Some((track, _)) = file.file_name().to_str().and_then(VehicleCrop::of_file) else { continue };
            if made_at(track).is_some_and(|made_at| made_at < before) && self.store.passage(track)?.is_none() {
                remove(&file.path())?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;
    use crate::base::{IdSource, SimClock};
    use crate::config::Config;
    use crate::rules::plate::Plate;
    use crate::rules::plate::lists::{ListEntry, ListKind};
    use crate::store::{Listed, PlateEntry};
    use crate::vision::Class;

    const DAY: i64 = 24;

    fn hours(n: i64) -> Timestamp {
        let night: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
        night + SignedDuration::from_hours(n)
    }

    fn track(n: i64) -> Uuid {
        IdSource::seeded(n.cast_unsigned()).next(hours(n))
    }

    /// A car that came by in the `n`-th hour.
    fn passage(n: i64) -> Passage {
        Passage {
            track: track(n),
            camera: "cong".to_owned(),
            class: Class::Car,
            first_at: hours(n),
            last_at: hours(n),
            stopped: false,
            plate: Plate::default(),
            night: None,
            has_vehicle_crop: true,
            has_plate_crop: true,
            listed: None,
        }
    }

    fn watched(expires_at: Timestamp) -> PlateEntry {
        PlateEntry {
            id: track(0),
            written: "12A-123.45".to_owned(),
            list: ListEntry {
                pattern: "12A-123.45".parse().expect("a pattern"),
                kind: ListKind::Watched,
                reason: "Xe lạ".to_owned(),
                expires_at: Some(expires_at),
            },
            note: String::new(),
            created_at: hours(0),
        }
    }

    /// Passages of the hours `0..3`, the second watched for 40 days; kept for 30, as of the hour `now`. Batches
    /// of two.
    fn office(now: i64) -> (TempDir, Expiry) {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(hours(now)));
        let store = Store::open(folder.path(), &clock).expect("opens");
        let snapshots_dir = folder.path().join("snapshots");
        fs::create_dir(&snapshots_dir).expect("made");
        store.put_plate_entry(&watched(hours(40 * DAY))).expect("stored");
        for n in 0..3 {
            let listed = (n == 1).then(|| Listed { entry: track(0), exact: true });
            store.put_passage(&Passage { listed, ..passage(n) }).expect("stored");
            for crop in VehicleCrop::ALL {
                fs::write(snapshots_dir.join(crop.file_name(track(n))), "a picture").expect("written");
            }
        }
        // Kept for 30 days.
        let settings = Settings::fixed(Arc::new(Config::for_replay()));
        (folder, Expiry { store, clock, snapshots_dir, settings, batch: 2 })
    }

    fn forget(expiry: &Expiry) -> usize {
        let (_handle, shutdown) = Shutdown::new();
        expiry.forget(&shutdown).expect("forgotten")
    }

    /// Of which passages there are rows and pictures.
    fn left(expiry: &Expiry) -> Vec<(i64, bool, usize)> {
        let rows = |n| expiry.store.passage(track(n)).expect("read").is_some();
        let exists = |n, crop: VehicleCrop| expiry.snapshots_dir.join(crop.file_name(track(n))).exists();
        let pictures = |n| VehicleCrop::ALL.into_iter().filter(|crop| exists(n, *crop)).count();
        (0..3).map(|n| (n, rows(n), pictures(n))).collect()
    }

    #[test]
    fn what_is_old_goes_with_its_pictures_unless_it_is_watched() {
        let (_folder, expiry) = office(30 * DAY);
        assert_eq!(forget(&expiry), 0, "not a moment too early");
        let (_folder, expiry) = office(30 * DAY + 2);
        assert_eq!(forget(&expiry), 1);
        assert_eq!(left(&expiry), [(0, false, 0), (1, true, 2), (2, true, 2)]);
        let (_folder, expiry) = office(40 * DAY);
        assert_eq!(forget(&expiry), 3, "nobody watches any more");
        assert_eq!(left(&expiry), [(0, false, 0), (1, false, 0), (2, false, 0)]);
    }

    #[test]
    fn a_picture_that_cannot_go_keeps_its_row() {
        let (_folder, expiry) = office(30 * DAY + 1);
        let plate = expiry.snapshots_dir.join(VehicleCrop::Plate.file_name(track(0)));
        fs::remove_file(&plate).expect("removed");
        fs::create_dir(&plate).expect("nobody removes a folder as a file");
        assert_eq!(forget(&expiry), 0);
        assert!(left(&expiry)[0].1);
        fs::remove_dir(&plate).expect("removed");
        assert_eq!(forget(&expiry), 1, "a picture that is gone already is no error");
    }

    #[test]
    fn pictures_without_a_passage_go_once_none_can_come() {
        let (_folder, expiry) = office(DAY + 1);
        let others = ["0198.vehicle.jpg".to_owned(), format!("{}.jpg", track(0))];
        for other in &others {
            fs::write(expiry.snapshots_dir.join(other), "a picture").expect("written");
        }
        expiry.store.remove_passages(vec![track(0), track(2)]).expect("removed");
        expiry.remove_orphans().expect("removed");
        assert_eq!(left(&expiry), [(0, false, 0), (1, true, 2), (2, false, 2)], "the last may still be stored");
        assert!(others.iter().all(|other| expiry.snapshots_dir.join(other).exists()), "not ours");
    }
}
