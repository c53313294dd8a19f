//! Cameras, as they are now.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};

use super::camera_view::{Camera, CameraList};
use super::params::{Name, Query};
use super::problem::Problems;
use super::{Context, Shared, WebError, blocking, camera_view};
use crate::access::Who;
use crate::config;
use crate::decode::{Masks, jpeg};

/// Every configured camera that one may see, in the order of the configuration.
#[utoipa::path(get, path = "/cameras", tag = "cameras", responses(
    (status = 200, description = "All of them", body = CameraList),
    Problems,
))]
pub(super) async fn list_cameras(State(context): State<Shared>, who: Who) -> Json<CameraList> {
    Json(CameraList { items: context.cameras_of(&who).map(|camera| context.camera(camera)).collect() })
}

/// One camera.
#[utoipa::path(get, path = "/cameras/{id}", tag = "cameras",
    params(("id" = String, Path, description = "As in the configuration")),
    responses(
        (status = 200, description = "The camera", body = Camera),
        Problems,
    )
)]
pub(super) async fn get_camera(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
) -> Result<Json<Camera>, WebError> {
    let camera = context.configured(&who, &id)?;
    Ok(Json(context.camera(camera)))
}

/// The camera's latest decoded picture.
#[utoipa::path(get, path = "/cameras/{id}/snapshot.jpg", tag = "cameras",
    params(
        ("id" = String, Path, description = "As in the configuration"),
        ("width" = Option<u32>, Query, minimum = 160, maximum = 1920, description = "Scales down to so many pixels"),
    ),
    responses(
        (status = 200, description = "The picture", body = [u8], content_type = "image/jpeg",
            headers(("x-picture-at" = String, description = "When it was taken"))),
        Problems,
    )
)]
pub(super) async fn camera_snapshot(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    query: Query,
) -> Result<Response, WebError> {
    let camera = context.configured(&who, &id)?;
    let width: Option<u32> = query.get("width")?;
    if width.is_some_and(|width| !(160..=1920).contains(&width)) {
        return Err(WebError::BadRequest("`width` is a number of pixels from 160 to 1920".to_owned()));
    }
    let picture = context.state.board.camera(&camera.id).and_then(|now| now.picture);
    let picture = picture.ok_or_else(|| WebError::NotFound(format!("there is no picture of `{id}` yet")))?;
    let taken_at = context.time(picture.at);
    let _place = context.picture_places.acquire().await.map_err(|error| WebError::internal(&error))?;
    // A picture from before a mask was drawn may stand here until the next one comes.
    let masks = Masks::of(camera);
    let jpeg = blocking(&context, move |_| {
        let painted = masks.painted(&picture);
        jpeg::encode(painted.as_ref().unwrap_or(&picture), width, jpeg::QUALITY)
    });
    let jpeg = jpeg.await?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("x-picture-at"), taken_at),
    ];
    Ok((headers, jpeg).into_response())
}

impl Context {
    /// Those that they may see.
    pub(super) fn cameras_of(&self, who: &Who) -> impl Iterator<Item = &config::Camera> {
        self.state.config.cameras.iter().filter(|camera| who.may_see(&camera.id))
    }

    /// # Errors
    /// 404 where there is none, and where they may not see it.
    pub(super) fn configured(&self, who: &Who, id: &str) -> Result<&config::Camera, WebError> {
        let camera = self.state.config.camera(id).filter(|camera| who.may_see(&camera.id));
        camera.ok_or_else(|| WebError::NotFound(format!("no camera is called {:?}", shortened(id))))
    }

    pub(super) fn camera(&self, camera: &config::Camera) -> Camera {
        let now = self.state.board.camera(&camera.id).unwrap_or_default();
        camera_view::camera(camera, &now, self.started_at, &self.state.config.timezone)
    }
}

/// Enough of what a client sent to know it again.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
