//! The original stream on disk: segments, clips, retention. Knows nothing of the database.

mod belief;
pub mod boxes;
mod burn;
mod camera;
pub mod chain;
pub mod clip;
mod clip_cache;
mod compare;
mod deletion;
mod disk;
pub mod evidence;
mod forecast;
mod identity;
mod mux;
mod open;
mod pace;
mod paths;
mod pipeline;
mod preview;
mod reader;
mod recorder;
mod recover;
pub mod retention;
mod shelf;
mod timeline;
mod writer;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

pub use belief::Belief;
pub use burn::Retouch;
pub use camera::CameraRecorder;
pub use clip::{ClipError, ClipInfo, Stretch};
pub use clip_cache::{Clip, ClipCache, ClipLimits};
pub use compare::{Comparison, check_disk, compare, repair};
pub use deletion::{Condemned, Deleted, Deletion, DeletionError, DeletionOrder, Pictures};
pub use disk::{DiskReport, DiskState, DiskTrouble, OnDisk, Slow};
pub use forecast::{Forecast, Reach, Share};
pub use identity::WrongDisk;
pub use preview::{KeyFrame, PreviewError, key_frame_at};
pub use reader::SegmentReader;
pub use recorder::{Recorder, RecorderError};
pub use recover::{Recovered, file_sha256};
pub use retention::Keeping;

use crate::base::chain::Digest;
use crate::intake::Codec;

/// About ten seconds of a camera's original stream: a fragmented MP4 that starts on a key frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub id: Uuid,
    pub camera: String,
    /// Relative to the data folder.
    pub path: PathBuf,
    pub codec: Codec,
    /// Wall time of its first picture.
    pub started_at: Timestamp,
    pub duration: Duration,
    pub size_bytes: u64,
    /// Nothing more is written to it.
    pub complete: bool,
}

impl Segment {
    pub fn ends_at(&self) -> Timestamp {
        self.started_at + self.duration
    }
}

/// A stretch of time whose video must not be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    pub camera: String,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Why a segment is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It gave way to newer ones.
    Removed,
    /// Its file was not there.
    Missing,
}

/// Where the recorder writes down what lies on disk; the store implements it. Calls return when
/// the entry is durable.
pub trait SegmentIndex: Send + Sync {
    /// Names the appliance whose recordings these are.
    fn appliance(&self) -> Uuid;

    /// A segment was begun, or has grown, or is complete: insert or update by id.
    ///
    /// # Errors
    /// In words for the log; the recorder goes on and tries again with the next write.
    fn put(&self, segment: &Segment) -> Result<(), IndexError>;

    /// A segment is complete, and these are its bytes: as [`SegmentIndex::put`], and it joins the chain of its camera and
    /// day. Said again, nothing more comes of it.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn seal(&self, segment: &Segment, sha256: Digest) -> Result<(), IndexError>;

    /// Retention is about to remove these files: from now on their chain does not miss them.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`]; they are removed all the same.
    fn give_up(&self, ids: &[Uuid]) -> Result<(), IndexError>;

    /// Somebody deletes these segments, and the pictures of alerts that lie in the stretch, unless somebody keeps some of
    /// them: from now on their chain says who did, and so does the audit log. Durable when this returns.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`]; nothing may be removed then.
    fn condemn(&self, deletion: &Deletion, ids: &[Uuid]) -> Result<Condemned, IndexError>;

    /// Every segment that was ever deleted: where one's file is still there, it goes.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn condemned(&self) -> Result<BTreeSet<Uuid>, IndexError>;

    /// The file is gone.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn remove(&self, id: Uuid, gone: Gone) -> Result<(), IndexError>;

    /// Every segment, oldest first.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn all(&self) -> Result<Vec<Segment>, IndexError>;

    /// Segments of a camera that overlap `from..to`, oldest first.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn overlapping(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Segment>, IndexError>;

    /// What alerts need: from 10 s before each to 20 s after its last sight.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn needed(&self) -> Result<Vec<Needed>, IndexError>;

    /// What somebody keeps, whether or not an alert needs it.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn kept(&self) -> Result<Vec<Needed>, IndexError>;

    /// Minutes since then in which something moved, and ten seconds around each.
    ///
    /// # Errors
    /// As [`SegmentIndex::put`].
    fn moved(&self, since: Timestamp) -> Result<Vec<Needed>, IndexError>;
}

#[derive(Debug, Clone, thiserror::Error)]
#[error("the index of segments: {0}")]
pub struct IndexError(pub String);
