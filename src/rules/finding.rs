use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::Rect;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    Person,
    FaceCovered,
    HeadCovered,
    Gloves,
    Bag,
    Vehicle,
    PlateAbsent,
    PlateUnreadable,
    PlateSuspect,
    PlateWanted,
    Loitering,
    SeenBefore,
    ProtectedRoom,
    CameraTampered,
    CameraOffline,
}

impl FindingKind {
    pub const ALL: [Self; 15] = [
        Self::Person,
        Self::FaceCovered,
        Self::HeadCovered,
        Self::Gloves,
        Self::Bag,
        Self::Vehicle,
        Self::PlateAbsent,
        Self::PlateUnreadable,
        Self::PlateSuspect,
        Self::PlateWanted,
        Self::Loitering,
        Self::SeenBefore,
        Self::ProtectedRoom,
        Self::CameraTampered,
        Self::CameraOffline,
    ];

    /// Whether it is worth a guard's while by itself. A vehicle that only passes is not, nor is a
    /// plate that is only suspect.
    pub fn opens_an_alert(self) -> bool {
        matches!(self, Self::Person | Self::PlateAbsent | Self::PlateUnreadable | Self::PlateWanted | Self::SeenBefore)
            || self.is_of_the_camera()
    }

    /// Whether it is about the camera itself, and nobody it sees.
    pub fn is_of_the_camera(self) -> bool {
        matches!(self, Self::CameraTampered | Self::CameraOffline)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Notice,
    Warning,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Notice, Self::Warning, Self::Critical];

    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// A sentence for guards (Vietnamese) and for others (English).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default, ToSchema)]
pub struct Bilingual {
    pub vi: String,
    pub en: String,
}

/// One rule's statement about a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    pub track: Uuid,
    /// 0 to 1.
    pub confidence: f32,
    pub at: Timestamp,
    /// In pixels of the analysed input.
    pub bbox: Rect,
    /// Where it happened.
    pub zone: Option<String>,
    /// What it adds to the alert's log-odds.
    pub weight: f32,
}
