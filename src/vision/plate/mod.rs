//! The place of a vehicle's plate, and what is written there.
//!
//! [`finder`] says where it is; a [`homography`] straightens it to a [`strip`], which [`level`] and [`aligner`] set right;
//! [`lines`] parts that, [`ctc`] reads each line, [`reconcile`] makes one reading of what several models read,
//! [`color`] tells the ground. [`look`] does all of it for one vehicle, the [`PlateReader`] for all cameras.

mod aligner;
mod color;
mod ctc;
mod finder;
mod homography;
mod level;
mod lines;
mod look;
mod reader;
mod reconcile;
mod strip;
#[cfg(test)]
mod test_plates;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::{Point, Rect};

pub use look::{Depth, PlateLook};
pub use reader::PlateReader;

/// What was found where a vehicle carries its plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    Plate,
    /// A plate's shape under cloth, tape or mud, folded, or in glare.
    Covered,
    /// The place is in view and there is no plate.
    Bare,
}

/// The colour of a plate's ground, by which Vietnam tells classes of owners apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlateColor {
    White,
    Yellow,
    Blue,
    Red,
    Green,
}

/// What one picture shows of one vehicle's plate. Where nothing was found there is no observation:
/// the place is turned away, hidden or too small.
#[derive(Debug, Clone, PartialEq)]
pub struct PlateObservation {
    pub kind: PlaceKind,
    /// How sure the kind is, 0 to 1, calibrated.
    pub confidence: f32,
    /// In pixels of the frame, clockwise from the top left as the plate is read.
    pub corners: [Point; 4],
    /// Around the corners, in pixels of the frame.
    pub region: Rect,
    /// Width of the place in frame pixels, along its upper edge.
    pub width: f32,
    /// 0 to 1, as [`sharpness`](super::crop::sharpness): of the place, or of what lies around a bare one.
    pub sharpness: f32,
    /// Share of the place's pixels that are burnt out, 0 to 1.
    pub burnt: f32,
    /// Absent where it cannot be told: grey pictures, coloured lamps, nothing that is a plate.
    pub color: Option<PlateColor>,
    /// Top to bottom; empty where nothing can be read.
    pub lines: Vec<PlateLine>,
}

/// A line of characters, left to right.
pub type PlateLine = Vec<CharGuess>;

/// What one character may be.
#[derive(Debug, Clone, PartialEq)]
pub struct CharGuess {
    /// Capital letters and digits with their probabilities (0 to 1), most probable first, at most
    /// five; what is missing to 1 is anything else.
    pub options: Vec<(char, f32)>,
}

/// When something may be said of a plate; measured, and written in the manifest with the finder.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateRules {
    /// Width in pixels of a plate's place from which it counts that it is bare or covered.
    pub least_pixels: f32,
    /// Width from which a plate that nobody can read is unreadable, not merely far away.
    pub legible_pixels: f32,
    /// Sharpness below which, and share of burnt out pixels above which, neither counts.
    pub least_sharpness: f32,
    pub most_burnt: f32,
    /// Least probability of the whole text of a plate that counts as read.
    pub least_text: f32,
}
