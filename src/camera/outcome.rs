//! What pictures came to.

use uuid::Uuid;

use super::inspector::VehiclePicture;
use super::looker::Crop;
use crate::alert::{Alert, Change};
use crate::rules::haunts::Mark;
use crate::store::Passage;
use crate::track::{Track, Verdicts};
use crate::vision::Detection;

/// What one picture meant.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Somebody is here: the gate must stay awake.
    pub busy: bool,
    pub detections: Vec<Detection>,
    pub tracks: Vec<Track>,
    pub ended: Vec<Ended>,
    /// Where somebody begins to loiter.
    pub marks: Vec<Mark>,
    pub alert: Option<(Change, Alert)>,
}

/// A track that will not be seen again, and what is known of it.
#[derive(Debug)]
pub struct Ended {
    pub track: Track,
    pub verdicts: Verdicts,
    /// Of a vehicle that was looked at.
    pub vehicle: Option<Kept>,
}

/// A vehicle that came by, to be kept, and the pictures of it that are new.
#[derive(Debug, Clone)]
pub struct Kept {
    pub passage: Passage,
    pub pictures: Vec<VehiclePicture>,
}

/// What looks at vehicles came to.
#[derive(Debug, Default)]
pub struct Inspection {
    /// An alert that this opened, or the open one where it tells something new.
    pub alert: Option<(Change, Alert)>,
    /// Vehicles of which something new is known.
    pub kept: Vec<Kept>,
    /// Looks that were left out because a model had no time.
    pub busy: u32,
}

/// What closer looks at the persons of an alert came to.
#[derive(Debug, Default)]
pub struct Enriched {
    /// The alert as it is with that, where it tells something new.
    pub alert: Option<(Change, Alert)>,
    /// The alert that the crops belong to, and those that are new.
    pub crops: Option<(Uuid, Vec<Crop>)>,
    /// Looks that were left out because a model had no time.
    pub busy: u32,
}
