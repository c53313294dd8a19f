//! What an intruder hides: four attributes of a person, read from crops of its head, hands and
//! body. Each is yes, no or unknown; nothing is inferred from what could not be seen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::Rect;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Attribute {
    /// The lower face is covered: mask, scarf, balaclava.
    Mask,
    /// The head is covered: cap, hood, helmet.
    Hat,
    Gloves,
    /// Backpack, handbag, suitcase, sack.
    Bag,
}

impl Attribute {
    pub const ALL: [Self; 4] = [Self::Mask, Self::Hat, Self::Gloves, Self::Bag];

    pub fn name(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Hat => "hat",
            Self::Gloves => "gloves",
            Self::Bag => "bag",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    Yes,
    No,
    /// Too small, hidden, turned away, or the evidence conflicts.
    #[default]
    Unknown,
}

impl Answer {
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// What one crop of one picture says of one attribute. Both hands of a person make two of these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    pub attribute: Attribute,
    /// Calibrated natural log-odds of yes, by this crop alone.
    pub log_odds: f32,
    /// What the crop is worth, 0 to 1: its size, its sharpness, how sure its place is.
    pub quality: f32,
    /// Side in frame pixels of what was judged: the head's or hand's, for a bag the person's height.
    pub pixels: u32,
    /// Where the crop lies, in pixels of the frame.
    pub region: Rect,
}

/// When an attribute may be answered; measured, and written in the manifest with the model.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRule {
    /// Crops of fewer pixels say nothing.
    pub least_pixels: u32,
    /// Fused log-odds from which the answer is yes, or no when as far below zero: no needs as much
    /// evidence as yes.
    pub least_log_odds: f32,
}

/// When each attribute may be answered, in the order of [`Attribute::ALL`]; none means never.
pub type AnswerRules = [Option<AnswerRule>; Attribute::ALL.len()];
