//! What a guard sees: the findings of one intrusion in one camera, and its life cycle; what guards do with it; and which
//! of them belong together. Pure.

mod book;
mod camera;
mod case;
mod handling;
mod note;
mod person;
mod pictures;
mod sentence;
mod settled;
mod timeline;
mod trail;
mod vehicle;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::rules::lessons::Looks;
use crate::rules::{Bilingual, Finding, ScorePart, Severity};

pub use book::{AlertBook, Change, QUIET_BEFORE_CLOSE};
pub use case::{Case, CaseBook, Filing};
pub use handling::{
    Action, ActionKind, Actor, Claim, Guard, Handling, OVERLOOKED, Refusal, Resolution, Step, Verdict, VerdictKind,
};
pub use note::{Note, NoteError};
pub use person::{Judged, Person};
pub use pictures::{Pictured, PicturesRemoved, RemovedBy, alert_of_file};
pub use settled::SettledAlerts;
pub use timeline::{Entry, EntryKind, SeenVehicle, timeline};
pub use trail::{TrailPoint, Trails};
pub use vehicle::{Listed, Vehicle};

/// What guards have done with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    #[default]
    New,
    Claimed,
    Resolved,
}

impl AlertState {
    pub const ALL: [Self; 3] = [Self::New, Self::Claimed, Self::Resolved];

    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Claimed => "claimed",
            Self::Resolved => "resolved",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub id: Uuid,
    /// The case that it belongs to, once it is filed.
    pub case: Option<Uuid>,
    pub camera: String,
    /// Zone of the weightiest finding.
    pub zone: Option<String>,
    pub opened_at: Timestamp,
    /// When something was last seen that belongs to it.
    pub last_seen_at: Timestamp,
    /// `None` while the intrusion lasts.
    pub closed_at: Option<Timestamp>,
    pub severity: Severity,
    /// 0 to 1.
    pub score: f32,
    /// What the score is made of: their log-odds add up to its. Like the score they are of the moment in which the
    /// findings weighed most.
    pub score_parts: Vec<ScorePart>,
    /// What guards have done with it. The camera that writes the alert knows nothing of that.
    pub handling: Handling,
    /// In order of time; one per kind and track, kept at its most confident.
    pub findings: Vec<Finding>,
    /// Those of its persons that somebody looked at closely, or tried to, in the order in which
    /// that was; one per track.
    pub persons: Vec<Person>,
    /// By track, how those of its persons moved outside of protected zones: what a guard's verdict teaches from.
    pub looks: BTreeMap<Uuid, Looks>,
    pub reason: Bilingual,
    /// Size of the analysed input in pixels: what the findings' boxes refer to.
    pub frame_width: u32,
    pub frame_height: u32,
    /// Since when there are no pictures of it any more. The camera that writes the alert knows nothing of that.
    pub pictures_removed: Option<PicturesRemoved>,
}

impl Alert {
    /// What is known of one of its persons; none for a stranger, or for one too many.
    pub fn person(&self, track: Uuid) -> Option<&Person> {
        self.persons.iter().find(|person| person.track == track)
    }
}
