//! What a vehicle's plate says, and whether that can be true. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::vision::plate::PlateColor;

pub mod ballot;
pub mod evidence;
pub mod findings;
pub mod grammar;
pub mod lists;
pub mod memory;
pub mod pattern;
pub mod repair;
pub mod suspicion;
pub mod symbols;
pub mod text;
pub mod verdict;

pub use ballot::Ballot;
pub use grammar::{Grammar, Owner, Vehicles};
pub use pattern::PlatePattern;
pub use repair::Read;
pub use suspicion::suspicions;
pub use text::{NotAPlate, PlateKind, PlateText, Series};

/// What can be said of a vehicle's plate over its whole track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlateVerdict {
    Readable,
    /// A plate is there, but covered, dirty or illegible.
    Unreadable,
    /// Its place was in view, large and sharp enough, in several pictures, and there is none.
    Absent,
    /// Too small, turned away, burnt out, or not seen for long enough.
    #[default]
    NotAssessable,
}

impl PlateVerdict {
    pub const ALL: [Self; 4] = [Self::Readable, Self::Unreadable, Self::Absent, Self::NotAssessable];

    pub fn name(self) -> &'static str {
        match self {
            Self::Readable => "readable",
            Self::Unreadable => "unreadable",
            Self::Absent => "absent",
            Self::NotAssessable => "not_assessable",
        }
    }
}

/// What a plate may say, and how probable that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// In the form in which plates are shown: `12A-123.45`.
    pub text: String,
    /// 0 to 1.
    pub probability: f32,
}

/// Why a plate is suspect. It is never called false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// No province or body has this code, as far as the table knows: to be checked.
    UnknownCode,
    /// No series of this form exists.
    UnknownSeries,
    /// The ground has another colour than the series.
    ColorMismatch,
    /// A motorcycle's plate on a car, or the other way round.
    ClassMismatch,
    /// Another vehicle has carried it that cannot be this one.
    SeenElsewhere,
}

/// What is known of one vehicle's plate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plate {
    pub verdict: PlateVerdict,
    /// Of the verdict, 0 to 1.
    pub confidence: f32,
    /// Most probable first, at most three; empty unless the verdict is readable.
    pub candidates: Vec<Candidate>,
    pub color: Option<PlateColor>,
    pub suspicions: Vec<Suspicion>,
    /// Pictures behind the verdict.
    pub frames: u32,
    /// Greatest width of the plate or its place, in pixels.
    pub pixels: u32,
}

impl Plate {
    /// What it most probably says.
    pub fn text(&self) -> Option<&str> {
        self.candidates.first().map(|candidate| candidate.text.as_str())
    }
}
