//! What the API gives of cases, in the shapes of the OpenAPI document.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alert::EntryKind;
use crate::rules::{Bilingual, Severity};

/// Alerts that belong together: one intrusion, as all cameras together saw it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Case {
    pub id: Uuid,
    /// When the first of its alerts opened.
    #[schema(format = DateTime)]
    pub at: String,
    #[schema(format = DateTime)]
    pub last_seen_at: String,
    #[schema(required, format = DateTime)]
    pub closed_at: Option<String>,
    /// One of its alerts is open. An alert that comes soon after opens it again.
    pub open: bool,
    /// The highest of its alerts.
    pub severity: Severity,
    /// In the order in which they opened; at least one.
    pub alerts: Vec<AlertOfCase>,
}

/// What a case says of one of its alerts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertOfCase {
    pub id: Uuid,
    pub camera: String,
    /// Its id where the camera is no longer configured.
    pub camera_name: String,
    /// When it opened.
    #[schema(format = DateTime)]
    pub at: String,
    #[schema(format = DateTime)]
    pub last_seen_at: String,
    #[schema(required, format = DateTime)]
    pub closed_at: Option<String>,
    pub severity: Severity,
    pub reason: Bilingual,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CasePage {
    /// Newest first.
    pub items: Vec<Case>,
    /// For the page behind; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A case, and what happened in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseInFull {
    #[serde(flatten)]
    pub case: Case,
    /// Oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Cameras near one of the case's that have no alert in it: whoever it was may have come by there unseen.
    pub near: Vec<NearCamera>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NearCamera {
    pub camera: String,
    pub camera_name: String,
}

/// One thing that happened in a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineEntry {
    #[schema(format = DateTime)]
    pub at: String,
    pub kind: EntryKind,
    pub camera: String,
    /// Its id where the camera is no longer configured.
    pub camera_name: String,
    /// Which of the case's alerts tells it.
    pub alert: Uuid,
    pub words: Bilingual,
}
