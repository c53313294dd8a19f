//! What is told to whoever is seen: who watches, why, how long it is kept, whom to ask.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problems;
use crate::access::Who;
use crate::config::Recording;

/// What the law wants told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PrivacyNotice {
    /// Who watches; null where the configuration does not say.
    #[schema(required)]
    office: Option<String>,
    /// Whom to ask; null where the configuration does not say.
    #[schema(required)]
    contact: Option<String>,
    /// Why, where a camera says nothing else.
    purpose: String,
    /// How long recordings are kept at most.
    kept: KeptFor,
    /// Those that may be seen.
    cameras: Vec<CameraPrivacy>,
}

/// At most; null: as long as there is room for them, or of alerts for ever. What somebody keeps stays until it is released.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptFor {
    /// Everything.
    #[schema(required)]
    all_hours: Option<i64>,
    /// What something moved in.
    #[schema(required)]
    motion_days: Option<i64>,
    /// What alerts need, and their pictures.
    #[schema(required)]
    alert_days: Option<i64>,
    /// When and where an alert was and who dealt with it, once it is settled.
    #[schema(required)]
    alert_record_days: Option<i64>,
    /// Vehicles that came by, with their plates; those of an alert as long as the alert, and those that the office watches for
    /// as long as it does.
    plate_days: u16,
    /// Where people loitered.
    memory_days: u16,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CameraPrivacy {
    id: String,
    name: String,
    /// Why it watches.
    purpose: String,
    /// What of it is recorded.
    record: Recording,
    /// Parts of its picture that nobody sees; left out where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy_masks: Option<usize>,
}

/// Why each camera watches, and how long it is kept: as it stands on the notice for the door.
#[utoipa::path(get, path = "/privacy", tag = "office", responses(
    (status = 200, description = "As the configuration says now", body = PrivacyNotice),
    Problems,
))]
pub(super) async fn get_privacy(State(context): State<Shared>, who: Who) -> Json<PrivacyNotice> {
    let config = &context.state.config;
    let (privacy, tiers) = (&config.privacy, config.record.tiers);
    let days = |time: jiff::SignedDuration| time.as_hours() / 24;
    let seen = config.cameras.iter().filter(|camera| who.may_see(&camera.id));
    Json(PrivacyNotice {
        office: privacy.office.clone(),
        contact: privacy.contact.clone(),
        purpose: privacy.purpose.clone(),
        kept: KeptFor {
            all_hours: tiers.all.map(|time| time.as_hours()),
            motion_days: tiers.motion.map(days),
            alert_days: tiers.alerts.map(days),
            alert_record_days: config.record.alert_records.map(days),
            plate_days: config.plates.keep_days,
            memory_days: config.memory.keep_days,
        },
        cameras: seen
            .map(|camera| CameraPrivacy {
                id: camera.id.clone(),
                name: camera.name.clone(),
                purpose: camera.purpose.clone(),
                record: camera.record,
                privacy_masks: Some(camera.privacy_masks.len()).filter(|count| *count > 0),
            })
            .collect(),
    })
}
