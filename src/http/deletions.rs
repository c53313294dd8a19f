//! Video that an administrator deletes before its time: it is gone, and who did it, when and why stays known.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::audited;
use super::params::{Name, Sent};
use super::problem::Problems;
use super::signed::CameFrom;
use super::{Context, Shared, WebError, blocking};
use crate::access::Who;
use crate::base::IdSource;
use crate::record::{Deletion, DeletionError, DeletionOrder};
use crate::store;

const LONGEST_REASON: usize = 200;
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// What is to be deleted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedDeletion {
    #[schema(format = DateTime)]
    from: String,
    /// At most 24 hours later, and not in the future.
    #[schema(format = DateTime)]
    to: String,
    /// Why it must go; one line of at most 200 characters.
    reason: String,
}

/// What somebody deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeletedStretch {
    id: Uuid,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    reason: String,
    segments: u64,
    bytes: u64,
    /// Whose pictures went with it.
    alerts: u64,
    deleted_by: String,
    #[schema(format = DateTime)]
    deleted_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeletedList {
    /// The latest first; the latest 200.
    items: Vec<DeletedStretch>,
}

/// What was ever deleted of a camera.
#[utoipa::path(get, path = "/recordings/{camera}/deletions", tag = "office",
    params(("camera" = String, Path, description = "As in the configuration")),
    responses(
        (status = 200, description = "Who deleted what, when and why", body = DeletedList),
        Problems,
    )
)]
pub(super) async fn list_deletions(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
) -> Result<Json<DeletedList>, WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let items = blocking(&context, move |context| {
        let deleted = context.state.store.deletions(&camera, Timestamp::MIN, Timestamp::MAX)?;
        Ok::<_, WebError>(deleted.iter().map(|deleted| context.deleted(deleted)).collect())
    });
    Ok(Json(DeletedList { items: items.await?? }))
}

/// Deletes the video of a stretch, and what of its segments lies around it: some ten seconds at most. It cannot be taken back.
///
/// The pictures of alerts that somebody was seen of then go, too; that there was an alert stays known. What somebody keeps has
/// to be released before, also where it is another part of such an alert.
#[utoipa::path(post, path = "/recordings/{camera}/deletions", tag = "office",
    params(("camera" = String, Path, description = "As in the configuration")),
    request_body = WantedDeletion,
    responses(
        (status = 201, description = "Its files are gone", body = DeletedStretch),
        Problems,
    )
)]
pub(super) async fn delete_recording(
    State(context): State<Shared>,
    who: Who,
    CameFrom(address): CameFrom,
    Name(camera): Name,
    Sent(wanted): Sent<WantedDeletion>,
) -> Result<(StatusCode, Json<DeletedStretch>), WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let order = wanted.checked(camera, who, address.to_string(), context.now())?;
    let deleted = blocking(&context, move |context| {
        let kept = context.state.store.kept_between(&order.camera, order.from, order.to)?;
        if let Some(first) = kept.first() {
            return Err(held(&context.time(first.from), &context.time(first.to)));
        }
        let deletion = context.state.clips.delete(order).map_err(|error| context.not_deleted(error))?;
        // It stands in the audit log since before anything was removed.
        audited::say_written();
        Ok(context.deletion(&deletion))
    });
    Ok((StatusCode::CREATED, Json(deleted.await??)))
}

fn held(from: &str, to: &str) -> WebError {
    WebError::Conflict(format!("somebody keeps {from} to {to}: it has to be released before it can be deleted"))
}

impl WantedDeletion {
    /// # Errors
    /// 422 with the field that is wrong.
    fn checked(self, camera: String, who: Who, address: String, now: Timestamp) -> Result<DeletionOrder, WebError> {
        let time = |field: &'static str, text: &str| {
            text.parse::<Timestamp>()
                .map_err(|_| WebError::field(field, "a time is written like 2026-02-17T01:30:00+07:00"))
        };
        let (from, to) = (time("from", &self.from)?, time("to", &self.to)?);
        if to <= from {
            return Err(WebError::field("to", "lies after `from`"));
        }
        if to > now {
            return Err(WebError::field("to", "lies in the future: what is not recorded yet cannot be deleted"));
        }
        if to.duration_since(from) > LONGEST {
            return Err(WebError::field("to", "lies at most 24 hours after `from`"));
        }
        let reason = self.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.contains(char::is_control) {
            return Err(WebError::field(
                "reason",
                &format!("says why, in one line of at most {LONGEST_REASON} characters"),
            ));
        }
        let id = IdSource::random().next(now);
        let (account, name, address) = (who.account, who.name, Some(address));
        Ok(DeletionOrder { id, camera, from, to, reason, account, name, address, at: now })
    }
}

impl Context {
    fn not_deleted(&self, error: DeletionError) -> WebError {
        match error {
            DeletionError::Nothing => {
                WebError::field("from", "nothing is recorded of this time, and no alert of it has pictures")
            }
            DeletionError::Held(stretches) => match stretches.first() {
                Some(first) => held(&self.time(first.from), &self.time(first.to)),
                None => WebError::Conflict("somebody keeps some of it".to_owned()),
            },
            DeletionError::Index(error) => WebError::internal(&error),
            error @ (DeletionError::WrongDisk(_) | DeletionError::Left { .. } | DeletionError::Stopped) => {
                WebError::Unavailable(error.to_string())
            }
        }
    }

    fn deletion(&self, deletion: &Deletion) -> DeletedStretch {
        DeletedStretch {
            id: deletion.id,
            from: self.time(deletion.from),
            to: self.time(deletion.to),
            reason: deletion.reason.clone(),
            segments: deletion.removal.segments,
            bytes: deletion.removal.bytes,
            alerts: deletion.alerts,
            deleted_by: deletion.name.clone(),
            deleted_at: self.time(deletion.at),
        }
    }

    fn deleted(&self, deleted: &store::DeletedStretch) -> DeletedStretch {
        DeletedStretch {
            id: deleted.id,
            from: self.time(deleted.from),
            to: self.time(deleted.to),
            reason: deleted.reason.clone(),
            segments: deleted.segments,
            bytes: deleted.bytes,
            alerts: deleted.alerts,
            deleted_by: deleted.deleted.guard.name.clone(),
            deleted_at: self.time(deleted.deleted.at),
        }
    }
}
