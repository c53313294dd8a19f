//! Every route of the API, and the document that describes it: both from the same handlers.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problems;
use super::view::Heartbeat;
use super::{
    Problem, Shared, alerts, arming, cameras, cases, events, handling, lessons, live, office, plates, vehicles,
};
use crate::store::VehicleCrop;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "canhdem",
        description = "Night watch for offices. Times are RFC 3339 with the office's offset.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    tags(
        (name = "alerts", description = "What a guard sees"),
        (name = "vehicles", description = "Which came by, and the lists of plates"),
        (name = "cameras", description = "As they are now"),
        (name = "office", description = "What is recorded, whether it is armed, how the appliance is doing"),
        (name = "operation", description = "For whoever keeps the appliance running"),
    ),
    components(schemas(Problem, Heartbeat, VehicleCrop, live::Told)),
)]
struct Document;

/// The routes of the API under `/api/v1`, and those beside it.
pub(super) fn routes() -> OpenApiRouter<Shared> {
    let api = OpenApiRouter::new()
        .routes(routes!(cameras::list_cameras))
        .routes(routes!(cameras::get_camera))
        .routes(routes!(cameras::camera_snapshot))
        .routes(routes!(live::camera_live))
        .routes(routes!(alerts::list_alerts))
        .routes(routes!(alerts::get_alert))
        .routes(routes!(handling::claim_alert))
        .routes(routes!(handling::resolve_alert))
        .routes(routes!(handling::escalate_alert))
        .routes(routes!(handling::note_on_alert))
        .routes(routes!(vehicles::list_vehicles_of_alert))
        .routes(routes!(alerts::alert_snapshot))
        .routes(routes!(alerts::alert_crop))
        .routes(routes!(alerts::alert_clip))
        .routes(routes!(lessons::list_lessons))
        .routes(routes!(lessons::take_back_lesson))
        .routes(routes!(cases::list_cases))
        .routes(routes!(cases::get_case))
        .routes(routes!(vehicles::list_vehicles))
        .routes(routes!(vehicles::get_vehicle))
        .routes(routes!(vehicles::vehicle_crop))
        .routes(routes!(plates::list_plates, plates::add_plate))
        .routes(routes!(plates::change_plate, plates::remove_plate))
        .routes(routes!(office::list_recordings))
        .routes(routes!(arming::get_arming, arming::give_order))
        .routes(routes!(arming::withdraw_order))
        .routes(routes!(office::get_status))
        .routes(routes!(events::events))
        .routes(routes!(openapi_json));
    OpenApiRouter::with_openapi(Document::openapi())
        .nest("/api/v1", api)
        .routes(routes!(office::healthz))
        .routes(routes!(office::metrics))
}

/// The OpenAPI 3.1 document as it is served, for whoever generates types from it.
pub fn document() -> String {
    text(&routes().into_openapi())
}

pub(super) fn text(document: &utoipa::openapi::OpenApi) -> String {
    let mut text = document.to_pretty_json().expect("a document made of strings and lists");
    text.push('\n');
    text
}

/// This document: OpenAPI 3.1.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", responses(
    (status = 200, description = "The document", body = Value),
    Problems,
))]
async fn openapi_json(State(context): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], context.document.clone())
}
