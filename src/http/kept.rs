//! Video that somebody keeps, whatever its age, until somebody releases it.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::{Name, Sent};
use super::problem::Problems;
use super::recording_view::{self, KeptList, KeptStretch};
use super::{Context, Shared, WebError, blocking, nothing};
use crate::access::Who;
use crate::alert::Guard;
use crate::base::IdSource;
use crate::store::{self, By};

const LONGEST_REASON: usize = 200;
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// What is to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedStretch {
    #[schema(format = DateTime)]
    from: String,
    /// At most 24 hours later, and not in the future.
    #[schema(format = DateTime)]
    to: String,
    /// Why it must not go; at most 200 characters.
    reason: String,
}

/// What was ever kept of a camera, also what was released since.
#[utoipa::path(get, path = "/recordings/{camera}/kept", tag = "office",
    params(("camera" = String, Path, description = "As in the configuration")),
    responses(
        (status = 200, description = "The latest 500", body = KeptList),
        Problems,
    )
)]
pub(super) async fn list_kept(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
) -> Result<Json<KeptList>, WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let kept = blocking(&context, move |context| {
        let kept = context.state.store.kept_of(&camera)?;
        Ok::<_, WebError>(kept.iter().map(|kept| context.kept(kept)).collect())
    });
    Ok(Json(KeptList { items: kept.await?? }))
}

/// Keeps the video of a stretch, and of what of its segments lies around it, until somebody releases it.
#[utoipa::path(post, path = "/recordings/{camera}/kept", tag = "office",
    params(("camera" = String, Path, description = "As in the configuration")),
    request_body = WantedStretch,
    responses(
        (status = 201, description = "It is kept from now on", body = KeptStretch),
        Problems,
    )
)]
pub(super) async fn keep_recording(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
    Sent(wanted): Sent<WantedStretch>,
) -> Result<(StatusCode, Json<KeptStretch>), WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let stretch = wanted.checked(camera, context.by(who))?;
    let kept = blocking(&context, move |context| {
        let store = &context.state.store;
        if store.recorded(&stretch.camera, stretch.from, stretch.to)?.is_empty() {
            return Err(WebError::field("from", "nothing is recorded of this time"));
        }
        if !store.keep(&stretch)? {
            return Err(WebError::Conflict("too much is kept already; release what is no longer needed".to_owned()));
        }
        Ok(context.kept(&stretch))
    });
    Ok((StatusCode::CREATED, Json(kept.await??)))
}

/// Lets go of a kept stretch: from then on it is removed when it is old. Who did that stays known.
#[utoipa::path(delete, path = "/recordings/{camera}/kept/{id}", tag = "office",
    params(
        ("camera" = String, Path, description = "As in the configuration"),
        ("id" = Uuid, Path, description = "The stretch"),
    ),
    responses(
        (status = 200, description = "As it is then; one that was released before is as it was", body = KeptStretch),
        Problems,
    )
)]
pub(super) async fn release_recording(
    State(context): State<Shared>,
    who: Who,
    name: Result<Path<StretchName>, PathRejection>,
) -> Result<Json<KeptStretch>, WebError> {
    // What is not text names nothing.
    let Path(StretchName { camera, id }) = name.map_err(|_| nothing())?;
    let camera = context.configured(&who, &camera)?.id.clone();
    let unknown = || WebError::NotFound("nothing of this id is kept of this camera".to_owned());
    let id = Uuid::try_parse(&id).map_err(|_| unknown())?;
    let by = context.by(who);
    let released = blocking(&context, move |context| {
        let released = context.state.store.release(&camera, id, &by)?;
        released.map(|released| context.kept(&released)).ok_or_else(unknown)
    });
    Ok(Json(released.await??))
}

/// Names a kept stretch in an address.
#[derive(Deserialize)]
pub(super) struct StretchName {
    camera: String,
    id: String,
}

impl WantedStretch {
    /// # Errors
    /// 422 with the field that is wrong.
    fn checked(self, camera: String, by: By) -> Result<store::KeptStretch, WebError> {
        let from = time("from", &self.from)?;
        let to = time("to", &self.to)?;
        if to <= from {
            return Err(WebError::field("to", "lies after `from`"));
        }
        if to > by.at {
            return Err(WebError::field("to", "lies in the future: what is not recorded yet cannot be kept"));
        }
        if to.duration_since(from) > LONGEST {
            return Err(WebError::field("to", "lies at most 24 hours after `from`"));
        }
        let reason = self.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            return Err(WebError::field("reason", &format!("says why, in at most {LONGEST_REASON} characters")));
        }
        let id = IdSource::random().next(by.at);
        Ok(store::KeptStretch { id, camera, from, to, reason, kept: by, released: None })
    }
}

fn time(field: &'static str, text: &str) -> Result<Timestamp, WebError> {
    text.parse().map_err(|_| WebError::field(field, "a time is written like 2026-02-17T01:30:00+07:00"))
}

impl Context {
    fn kept(&self, kept: &store::KeptStretch) -> KeptStretch {
        recording_view::kept(kept, &self.state.config.timezone)
    }

    /// Whoever does something now.
    fn by(&self, who: Who) -> By {
        By { guard: Guard { account: who.account, name: who.name }, at: self.now() }
    }
}
