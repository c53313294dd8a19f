//! Every route of the API, and the document that describes it: both from the same handlers.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::response::IntoResponse;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use super::audited::audited;
use super::permit::{self, machine, may, open, signed_in};
use super::problem::Problems;
use super::view::Heartbeat;
use super::{
    Live, MAX_SETTINGS_BYTES, Problem, Shared, accounts, alerts, arming, arming_month, audit, camera_test, cameras,
    cases, cookie, daily, deletions, events, export, handling, kept, lessons, live, me, office, perspective, plans,
    plates, privacy, recordings, settings, shift, sign_in, vehicles,
};
use crate::access::Permission::{Administer, Arm, Audit, Disarm, Export, KeepPlates, Look, Release, Settle};
use crate::access::audit::Act;
use crate::store::VehicleCrop;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "canhdem",
        description = "Night watch for offices. Times are RFC 3339 with the office's offset. Each route says what it takes, \
                       and which roles it answers (x-permission); an account that is limited to some cameras is \
                       told of no others.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    tags(
        (name = "alerts", description = "What a guard sees"),
        (name = "vehicles", description = "Which came by, and the lists of plates"),
        (name = "cameras", description = "As they are now"),
        (name = "office", description = "What is recorded, whether it is armed, how the appliance is doing"),
        (name = "settings", description = "The file of the configuration"),
        (name = "accounts", description = "Who is signed in, and who may be"),
        (name = "operation", description = "For whoever keeps the appliance running"),
    ),
    components(schemas(Problem, Heartbeat, VehicleCrop, live::Told)),
)]
struct Document;

/// The routes of the API under `/api/v1`, and those beside it. Each says here whom it answers.
pub(super) fn routes() -> OpenApiRouter<Live> {
    let api = OpenApiRouter::new()
        .routes(open(routes!(sign_in::sign_in)))
        .routes(signed_in(routes!(sign_in::sign_out)))
        .routes(open(routes!(sign_in::get_setup, sign_in::set_up)))
        .routes(signed_in(routes!(me::get_me, me::change_me)))
        .routes(signed_in(audited(Act::PasswordChanged, routes!(me::change_password))))
        .routes(signed_in(routes!(me::new_totp)))
        .routes(signed_in(audited(Act::SecondFactorChanged, routes!(me::set_totp, me::remove_totp))))
        .routes(may(Administer, routes!(accounts::list_accounts)))
        .routes(may(Administer, audited(Act::AccountAdded, routes!(accounts::add_account))))
        .routes(may(
            Administer,
            audited(Act::AccountChanged, routes!(accounts::change_account, accounts::remove_account)),
        ))
        .routes(may(Look, routes!(cameras::list_cameras)))
        .routes(may(Look, routes!(cameras::get_camera)))
        .routes(may(Look, audited(Act::LiveViewed, routes!(cameras::camera_snapshot))))
        .routes(may(Look, audited(Act::LiveViewed, routes!(live::camera_live))))
        .routes(may(Look, audited(Act::AlertsSearched, routes!(alerts::list_alerts))))
        .routes(may(Look, audited(Act::AlertViewed, routes!(alerts::get_alert))))
        .routes(may(Settle, audited(Act::AlertClaimed, routes!(handling::claim_alert))))
        .routes(may(Settle, audited(Act::AlertResolved, routes!(handling::resolve_alert))))
        .routes(may(Settle, audited(Act::AlertEscalated, routes!(handling::escalate_alert))))
        .routes(may(Settle, audited(Act::AlertNoted, routes!(handling::note_on_alert))))
        .routes(may(Settle, audited(Act::PlanTicked, routes!(plans::tick_step))))
        .routes(may(Look, audited(Act::AlertViewed, routes!(vehicles::list_vehicles_of_alert))))
        .routes(may(Look, audited(Act::AlertPictureViewed, routes!(alerts::alert_snapshot))))
        .routes(may(Look, audited(Act::AlertPictureViewed, routes!(alerts::alert_crop))))
        .routes(may(Look, audited(Act::AlertPlayed, routes!(alerts::alert_clip))))
        .routes(may(Export, audited(Act::Exported, routes!(export::export_alert))))
        .routes(may(Look, routes!(lessons::list_lessons)))
        .routes(may(Settle, audited(Act::LessonTakenBack, routes!(lessons::take_back_lesson))))
        .routes(may(Look, routes!(cases::list_cases)))
        .routes(may(Look, audited(Act::CaseViewed, routes!(cases::get_case))))
        .routes(may(Look, audited(Act::VehiclesSearched, routes!(vehicles::list_vehicles))))
        .routes(may(Look, audited(Act::VehicleViewed, routes!(vehicles::get_vehicle))))
        .routes(may(Look, audited(Act::VehicleViewed, routes!(vehicles::vehicle_crop))))
        .routes(may(Look, routes!(plates::list_plates)))
        .routes(may(KeepPlates, audited(Act::PlatesChanged, routes!(plates::add_plate))))
        .routes(may(KeepPlates, audited(Act::PlatesChanged, routes!(plates::change_plate, plates::remove_plate))))
        .routes(may(Look, routes!(office::list_recordings)))
        .routes(may(Look, routes!(recordings::get_timeline)))
        .routes(may(Look, routes!(recordings::list_days)))
        .routes(may(Look, audited(Act::RecordingPlayed, routes!(recordings::recording_preview))))
        .routes(may(Look, audited(Act::RecordingPlayed, routes!(recordings::recording_clip))))
        .routes(may(Look, routes!(kept::list_kept)))
        .routes(may(Settle, audited(Act::RecordingKept, routes!(kept::keep_recording))))
        .routes(may(Release, audited(Act::RecordingReleased, routes!(kept::release_recording))))
        .routes(may(Look, routes!(deletions::list_deletions)))
        .routes(may(Administer, audited(Act::RecordingsDeleted, routes!(deletions::delete_recording))))
        .routes(may(Look, routes!(arming::get_arming)))
        .routes(may(Look, routes!(arming_month::arming_month)))
        // Disarming takes more, which the handler says.
        .routes(may(Arm, audited(Act::Armed, routes!(arming::give_order))))
        .routes(may(Disarm, audited(Act::OrderWithdrawn, routes!(arming::withdraw_order))))
        .routes(may(Look, routes!(shift::get_shift)))
        .routes(may(Settle, audited(Act::ShiftNoted, routes!(shift::add_shift_note))))
        .routes(may(Settle, audited(Act::DutyChanged, routes!(shift::change_duty))))
        .routes(may(Look, routes!(daily::get_daily_report)))
        .routes(may(Administer, routes!(settings::get_settings)))
        .routes(may(Administer, audited(Act::ConfigurationChanged, routes!(settings::add_camera))))
        .routes(may(
            Administer,
            audited(Act::ConfigurationChanged, routes!(settings::change_camera, settings::remove_camera)),
        ))
        .routes(long(may(Administer, audited(Act::ConfigurationChanged, routes!(settings::draw_zones)))))
        .routes(may(Administer, routes!(perspective::get_perspective)))
        .routes(may(Administer, audited(Act::CameraTested, routes!(camera_test::test_camera))))
        .routes(long(may(Administer, audited(Act::ConfigurationChanged, routes!(settings::change_arming)))))
        .routes(may(Administer, audited(Act::ConfigurationChanged, routes!(settings::change_keeping))))
        .routes(long(may(Administer, audited(Act::ConfigurationChanged, routes!(settings::change_plans)))))
        .routes(may(Audit, audited(Act::AuditRead, routes!(audit::read_audit))))
        .routes(may(Look, routes!(office::get_status)))
        .routes(may(Look, routes!(privacy::get_privacy)))
        .routes(may(Audit, routes!(export::get_device)))
        .routes(may(Look, routes!(events::events)))
        .routes(signed_in(routes!(openapi_json)));
    let mut document = Document::openapi();
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie::name(true))));
    document.components.get_or_insert_default().add_security_scheme(permit::SCHEME, session);
    OpenApiRouter::with_openapi(document)
        .nest("/api/v1", api)
        .routes(open(routes!(office::healthz)))
        .routes(machine(routes!(office::metrics)))
}

/// What is sent may be longer than elsewhere.
fn long((schemas, paths, router): UtoipaMethodRouter<Live>) -> UtoipaMethodRouter<Live> {
    (schemas, paths, router.layer(DefaultBodyLimit::max(MAX_SETTINGS_BYTES)))
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
    ([(header::CONTENT_TYPE, "application/json")], context.document.to_string())
}
