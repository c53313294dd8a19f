//! The office and its appliance: what is recorded, how it is doing.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::params::{Name, Query};
use super::problem::Problems;
use super::view::{RecordingList, Status};
use super::{Shared, WebError, blocking, view};
use crate::access::Who;
use crate::record::{DiskState, SegmentIndex as _};
use crate::rules::calendar::LunarDate;

/// How far back recordings are listed unless a time is given.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// The stretches of a camera's video that lie on disk.
#[utoipa::path(get, path = "/recordings/{camera}", tag = "office",
    params(
        ("camera" = String, Path, description = "As in the configuration"),
        ("from" = Option<String>, Query, format = DateTime, description = "24 hours before `to` unless said"),
        ("to" = Option<String>, Query, format = DateTime, description = "Now unless said"),
    ),
    responses(
        (status = 200, description = "What overlaps this time", body = RecordingList),
        Problems,
    )
)]
pub(super) async fn list_recordings(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
    query: Query,
) -> Result<Json<RecordingList>, WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let to = query.time("to")?.unwrap_or_else(|| context.now());
    let from = query.time("from")?.unwrap_or_else(|| to.saturating_sub(RECENT).unwrap_or(Timestamp::MIN));
    if from > to {
        return Err(WebError::BadRequest("`from` lies after `to`".to_owned()));
    }
    let items = blocking(&context, move |context| {
        let segments = context.state.store.overlapping(&camera, from, to)?;
        let timezone = &context.state.config.timezone;
        Ok(segments.iter().map(|segment| view::recording(segment, timezone)).collect())
    })
    .await?;
    let items = items.map_err(|error: crate::record::IndexError| WebError::internal(&error))?;
    Ok(Json(RecordingList { items }))
}

/// The appliance itself.
#[utoipa::path(get, path = "/status", tag = "office", responses(
    (status = 200, description = "As it is now", body = Status),
    Problems,
))]
pub(super) async fn get_status(State(context): State<Shared>) -> Json<Status> {
    let config = &context.state.config;
    let now = context.now();
    Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        appliance: context.state.store.appliance(),
        language: config.language,
        timezone: config.timezone.iana_name().map_or_else(|| "UTC".to_owned(), str::to_owned),
        now: context.time(now),
        lunar: LunarDate::of(now.to_zoned_datetime(config.timezone.clone()).date()).map(LunarDate::name),
        started_at: context.time(context.started_at),
        disk: view::disk(&context.state.board.disk()),
    })
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// Whether the appliance can do its work: its database answers and its disk takes video, if late. (A camera
/// that is lost is the camera's matter.)
#[utoipa::path(get, path = "/healthz", tag = "operation", responses(
    (status = 200, description = "All is well", body = Health),
    Problems,
))]
pub(super) async fn healthz(State(context): State<Shared>) -> Result<Json<Health>, WebError> {
    let read = blocking(&context, |context| context.state.store.last_seq()).await?;
    read.map_err(|error| WebError::Unavailable(error.to_string()))?;
    let disk = context.state.board.disk();
    let takes_all = match disk.state {
        DiskState::Slow => disk.slow.is_some_and(|slow| slow.lost == 0),
        state => state == DiskState::Ok,
    };
    if !takes_all {
        let detail = disk.detail.unwrap_or_else(|| "the disk takes no video".to_owned());
        return Err(WebError::Unavailable(detail));
    }
    Ok(Json(Health { status: "ok" }))
}

/// Counters for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses(
    (status = 200, description = "OpenMetrics text", body = String,
        content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    Problems,
))]
pub(super) async fn metrics(State(context): State<Shared>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], context.state.metrics.encode())
}
