//! The database read beside a running appliance, or without one. Nothing is written.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use uuid::Uuid;

use super::readers::Readers;
use super::{FILE, Result, StoreError, alerts, deletions, handling, migrate, rows, segments};
use crate::alert::{Action, Alert};
use crate::base::chain::Digest;
use crate::record::{Condemned, Deletion, Gone, IndexError, Needed, Segment, SegmentIndex};

pub struct Beside {
    pub(super) readers: Readers,
    appliance: Uuid,
}

impl Beside {
    /// # Errors
    /// Where there is no database in `data_dir`, or one of another version.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let readers = Readers::open(&path)?;
        let sqlite = |error| StoreError::from_sqlite(&path, &error);
        let connection = super::readers::connect(&path).map_err(sqlite)?;
        migrate::SCHEMA.check(&connection, &path)?;
        let appliance =
            connection.query_row("select id from appliance", [], |row| rows::uuid(row, "id")).map_err(sqlite)?;
        Ok(Self { readers, appliance })
    }

    /// Names the appliance for ever.
    pub fn appliance(&self) -> Uuid {
        self.appliance
    }

    /// # Errors
    /// See [`StoreError`].
    pub fn alert(&self, id: Uuid) -> Result<Option<Alert>> {
        self.readers.read(|connection| alerts::by_id(connection, id))
    }

    /// What was done with an alert, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn history(&self, alert: Uuid) -> Result<Vec<Action>> {
        self.readers.read(|connection| handling::history(connection, alert))
    }
}

/// What only looks up.
impl SegmentIndex for Beside {
    fn appliance(&self) -> Uuid {
        self.appliance
    }

    fn put(&self, _: &Segment) -> std::result::Result<(), IndexError> {
        Err(only_read())
    }

    fn seal(&self, _: &Segment, _: Digest) -> std::result::Result<(), IndexError> {
        Err(only_read())
    }

    fn give_up(&self, _: &[Uuid]) -> std::result::Result<(), IndexError> {
        Err(only_read())
    }

    fn condemn(&self, _: &Deletion, _: &[Uuid]) -> std::result::Result<Condemned, IndexError> {
        Err(only_read())
    }

    fn condemned(&self) -> std::result::Result<BTreeSet<Uuid>, IndexError> {
        Ok(self.readers.read(deletions::condemned)?)
    }

    fn remove(&self, _: Uuid, _: Gone) -> std::result::Result<(), IndexError> {
        Err(only_read())
    }

    fn all(&self) -> std::result::Result<Vec<Segment>, IndexError> {
        Ok(self.readers.read(segments::all)?)
    }

    fn overlapping(
        &self,
        camera: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> std::result::Result<Vec<Segment>, IndexError> {
        Ok(self.readers.read(|connection| segments::overlapping(connection, camera, from, to))?)
    }

    fn kept(&self) -> std::result::Result<Vec<Needed>, IndexError> {
        Err(only_read())
    }

    fn needed(&self) -> std::result::Result<Vec<Needed>, IndexError> {
        Err(only_read())
    }

    fn moved(&self, _: Timestamp) -> std::result::Result<Vec<Needed>, IndexError> {
        Err(only_read())
    }
}

fn only_read() -> IndexError {
    IndexError("it is only read here".to_owned())
}
