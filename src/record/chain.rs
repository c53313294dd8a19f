//! What is hashed of a finished segment, so that a chain of them tells which were there, in what order, and of which bytes.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Segment, paths};
use crate::base::chain::{self, Digest};

/// A finished segment, as its chain knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub id: Uuid,
    pub camera: String,
    pub started_at: Timestamp,
    pub duration: Duration,
    pub size_bytes: u64,
    /// Of its bytes.
    pub sha256: Digest,
}

impl Sealed {
    pub fn new(segment: &Segment, sha256: Digest) -> Self {
        Self {
            id: segment.id,
            camera: segment.camera.clone(),
            started_at: segment.started_at,
            duration: segment.duration,
            size_bytes: segment.size_bytes,
            sha256,
        }
    }

    /// Its chain is that of its camera and of this day: in UTC, as its folder is called.
    pub fn day(&self) -> String {
        day(self.started_at)
    }

    /// Relative to the data folder.
    pub fn path(&self) -> PathBuf {
        paths::of_segment(&self.camera, self.started_at, self.id)
    }

    /// What is hashed of it, on the appliance that made it.
    pub fn content(&self, appliance: Uuid) -> Digest {
        let Self { id, camera, started_at, duration, size_bytes, sha256 } = self;
        let numbers = [
            started_at.as_nanosecond().to_be_bytes(),
            (duration.as_nanos() as i128).to_be_bytes(),
            i128::from(*size_bytes).to_be_bytes(),
        ];
        let fields = [appliance.as_bytes(), id.as_bytes(), camera.as_bytes(), &sha256[..]];
        let fields = fields.into_iter().chain(numbers.iter().map(|number| &number[..]));
        chain::content("canhdem segment 1", fields.map(Some))
    }
}

pub fn day(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%d").to_string()
}
