//! From detections to tracks: one person or vehicle over time in one camera, and what is known of
//! it. Pure.

mod assignment;
pub mod evidence;
mod kalman;
mod tracker;

use jiff::Timestamp;
use uuid::Uuid;

use crate::base::Rect;
use crate::vision::Class;

pub use crate::vision::attributes::AnswerRules;
pub use evidence::{Evidence, Verdict, Verdicts};
pub use tracker::{Tracker, Update};

/// What the rules see of a track after a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    pub id: Uuid,
    pub class: Class,
    /// When it was first and last seen, by the frames' wall time.
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// Where it was seen last, in pixels of the frame; the filter's estimate.
    pub bbox: Rect,
    /// Score of the last detection that belongs to it, 0 to 1.
    pub score: f32,
    /// Highest score so far.
    pub best_score: f32,
    /// Frames in which it was seen.
    pub hits: u32,
    /// Whether it was seen in this very frame (else the box is a prediction).
    pub seen_now: bool,
}
