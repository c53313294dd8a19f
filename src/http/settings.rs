//! The configuration, for administrators: what stands in the file, and changes of it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::{Name, Sent};
use super::problem::Problems;
use super::{Context, Shared, WebError, audited, blocking};
use crate::access::Who;
use crate::config::{
    ArmingKeys, CameraKeys, Credentials, Drawn, Edit, EditError, FileProblem, KeepingKeys, Login, PlanKeys, Written,
};

/// What stands in the file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SettingsView {
    /// To be sent back with a change: one that is made of another version is refused.
    version: String,
    /// Why the file as it stands does not count; what counted before goes on, and is what is shown here.
    #[schema(required)]
    problem: Option<SettingsProblem>,
    /// Keys that have changed and count only once canhdem starts again.
    needs_restart: Vec<&'static str>,
    #[serde(flatten)]
    written: Written,
    /// What holds where the file says nothing.
    usual: KeepingKeys,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SettingsProblem {
    /// The file's name.
    file: String,
    #[schema(required)]
    line: Option<usize>,
    detail: String,
}

/// A camera's name and password. They are never told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentLogin {
    user: String,
    password: String,
}

/// A camera as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentCamera {
    version: String,
    camera: CameraKeys,
    /// What stands there stays where this is missing; needed where the address is of another machine.
    login: Option<SentLogin>,
    /// It wants no name and password.
    #[serde(default)]
    forget_login: bool,
}

/// The zones and lines of a camera, all of them: those that are not named go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentDrawn {
    version: String,
    drawn: Drawn,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentArming {
    version: String,
    arming: ArmingKeys,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentKeeping {
    version: String,
    keeping: KeepingKeys,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentPlans {
    version: String,
    plans: PlanKeys,
}

/// The version that is changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentVersion {
    version: String,
}

/// What stands in the file of the configuration.
#[utoipa::path(get, path = "/settings", tag = "settings", responses(
    (status = 200, description = "As it stands now", body = SettingsView),
    Problems,
))]
pub(super) async fn get_settings(State(context): State<Shared>, who: Who) -> Result<Json<SettingsView>, WebError> {
    sees_all(&who)?;
    blocking(&context, Context::settings_view).await?.map(Json)
}

/// Adds a camera.
#[utoipa::path(post, path = "/settings/cameras", tag = "settings", request_body = SentCamera, responses(
    (status = 201, description = "It is being watched", body = SettingsView),
    Problems,
))]
pub(super) async fn add_camera(
    State(context): State<Shared>,
    who: Who,
    Sent(sent): Sent<SentCamera>,
) -> Result<(StatusCode, Json<SettingsView>), WebError> {
    let login = login(sent.login, sent.forget_login)?;
    let view = change(&context, who, sent.version, Edit::AddCamera(sent.camera), login).await?;
    Ok((StatusCode::CREATED, view))
}

/// Changes a camera; its id, zones and lines stay. Other cameras notice nothing.
#[utoipa::path(put, path = "/settings/cameras/{id}", tag = "settings",
    params(("id" = String, Path, description = "As in the configuration")),
    request_body = SentCamera,
    responses(
        (status = 200, description = "It counts", body = SettingsView),
        Problems,
    )
)]
pub(super) async fn change_camera(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    Sent(sent): Sent<SentCamera>,
) -> Result<Json<SettingsView>, WebError> {
    if sent.camera.id != id {
        return Err(WebError::field("id", "stays what it is: recordings and alerts are kept under it"));
    }
    let login = login(sent.login, sent.forget_login)?;
    change(&context, who, sent.version, Edit::ChangeCamera(sent.camera), login).await
}

/// A camera is watched no longer; what is recorded of it stays until its time has come.
#[utoipa::path(delete, path = "/settings/cameras/{id}", tag = "settings",
    params(("id" = String, Path, description = "As in the configuration")),
    request_body = SentVersion,
    responses(
        (status = 200, description = "It is gone", body = SettingsView),
        Problems,
    )
)]
pub(super) async fn remove_camera(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    Sent(sent): Sent<SentVersion>,
) -> Result<Json<SettingsView>, WebError> {
    change(&context, who, sent.version, Edit::RemoveCamera(id), Login::Keep).await
}

/// Draws a camera's zones, lines and privacy masks. They count at once; recording goes on. Masks stay where none are sent.
#[utoipa::path(put, path = "/settings/cameras/{id}/zones", tag = "settings",
    params(("id" = String, Path, description = "As in the configuration")),
    request_body = SentDrawn,
    responses(
        (status = 200, description = "They count", body = SettingsView),
        Problems,
    )
)]
pub(super) async fn draw_zones(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    Sent(sent): Sent<SentDrawn>,
) -> Result<Json<SettingsView>, WebError> {
    change(&context, who, sent.version, Edit::Draw { camera: id, drawn: sent.drawn }, Login::Keep).await
}

/// When the office is watched.
#[utoipa::path(put, path = "/settings/arming", tag = "settings", request_body = SentArming, responses(
    (status = 200, description = "It counts", body = SettingsView),
    Problems,
))]
pub(super) async fn change_arming(
    State(context): State<Shared>,
    who: Who,
    Sent(sent): Sent<SentArming>,
) -> Result<Json<SettingsView>, WebError> {
    change(&context, who, sent.version, Edit::Arm(sent.arming), Login::Keep).await
}

/// How much and how long is kept, and how long an alert waits.
#[utoipa::path(put, path = "/settings/keeping", tag = "settings", request_body = SentKeeping, responses(
    (status = 200, description = "It counts", body = SettingsView),
    Problems,
))]
pub(super) async fn change_keeping(
    State(context): State<Shared>,
    who: Who,
    Sent(sent): Sent<SentKeeping>,
) -> Result<Json<SettingsView>, WebError> {
    change(&context, who, sent.version, Edit::Keep(sent.keeping), Login::Keep).await
}

/// What the office wants done about an alert, for all zones and for some on their own.
#[utoipa::path(put, path = "/settings/plans", tag = "settings", request_body = SentPlans, responses(
    (status = 200, description = "It counts for alerts that open from now on", body = SettingsView),
    Problems,
))]
pub(super) async fn change_plans(
    State(context): State<Shared>,
    who: Who,
    Sent(sent): Sent<SentPlans>,
) -> Result<Json<SettingsView>, WebError> {
    change(&context, who, sent.version, Edit::Plan(sent.plans), Login::Keep).await
}

async fn change(
    context: &Shared,
    who: Who,
    version: String,
    edit: Edit,
    login: Login,
) -> Result<Json<SettingsView>, WebError> {
    sees_all(&who)?;
    let view = blocking(context, move |context| {
        context.state.settings.edit(&version, &edit, &login).map_err(|error| refused(&edit, error))?;
        let what = what(&edit);
        tracing::info!(target: "audit", account = who.name, what, "configuration changed");
        if let Edit::AddCamera(camera) | Edit::ChangeCamera(camera) = &edit {
            audited::say_camera(&camera.id);
        }
        audited::say(what);
        context.settings_view()
    });
    view.await?.map(Json)
}

/// The file tells of every camera.
///
/// # Errors
/// 403 where they may see some only.
pub(super) fn sees_all(who: &Who) -> Result<(), WebError> {
    if who.is_limited() {
        return Err(WebError::Forbidden("this is for who may see every camera".to_owned()));
    }
    Ok(())
}

fn what(edit: &Edit) -> String {
    match edit {
        Edit::AddCamera(camera) => format!("camera {} added", camera.id),
        Edit::ChangeCamera(camera) => format!("camera {}", camera.id),
        Edit::RemoveCamera(id) => format!("camera {id} removed"),
        Edit::Draw { camera, drawn: Drawn { privacy_masks: Some(masks), .. } } => {
            format!("zones of {camera}, privacy masks: {}", masks.len())
        }
        Edit::Draw { camera, .. } => format!("zones of {camera}"),
        Edit::Arm(_) => "arming".to_owned(),
        Edit::Keep(_) => "keeping".to_owned(),
        Edit::Plan(_) => "response plans".to_owned(),
    }
}

pub(super) fn login(sent: Option<SentLogin>, forget: bool) -> Result<Login, WebError> {
    match sent {
        Some(_) if forget => Err(WebError::field("login", "is not given up as well: leave one of them out")),
        Some(login) => credentials(login).map(Login::New),
        None if forget => Ok(Login::Forget),
        None => Ok(Login::Keep),
    }
}

pub(super) fn credentials(SentLogin { user, password }: SentLogin) -> Result<Credentials, WebError> {
    let fits = |text: &str| text.len() <= 200 && !text.contains(char::is_control);
    if user.is_empty() || !fits(&user) {
        return Err(WebError::field("user", "is one line of 1 to 200 bytes; a camera without one wants no password"));
    }
    if !fits(&password) {
        return Err(WebError::field("password", "is one line of at most 200 bytes"));
    }
    Ok(Credentials { user, password })
}

fn refused(edit: &Edit, error: EditError) -> WebError {
    match error {
        EditError::NoFile | EditError::NoSuchCamera(_) => WebError::NotFound(error.to_string()),
        EditError::Conflict | EditError::Broken(_) => WebError::Conflict(error.to_string()),
        EditError::NotWritten(_) => WebError::Unavailable(error.to_string()),
        EditError::Refused { pointer, detail } => WebError::Setting { field: field(edit, &pointer), detail },
    }
}

/// Which field of what was sent it is, with slashes between its parts; `None` where it is something else in the file.
fn field(edit: &Edit, pointer: &[String]) -> Option<String> {
    let parts = match (edit, pointer) {
        (Edit::AddCamera(_), []) => return Some("id".to_owned()),
        (Edit::AddCamera(_) | Edit::ChangeCamera(_) | Edit::Draw { .. }, [list, _, rest @ ..]) if list == "camera" => {
            rest
        }
        (Edit::ChangeCamera(_) | Edit::AddCamera(_), [key]) if key == "password" => pointer,
        (Edit::Arm(_), [section, rest @ ..]) if section == "arming" => rest,
        (Edit::Keep(_) | Edit::Plan(_), rest) => rest,
        _ => &[],
    };
    (!parts.is_empty()).then(|| parts.join("/"))
}

impl Context {
    fn settings_view(&self) -> Result<SettingsView, WebError> {
        let settings = &self.state.settings;
        let written = settings.written();
        let (version, written) = written.ok_or_else(|| WebError::NotFound(EditError::NoFile.to_string()))?;
        let state = settings.state();
        Ok(SettingsView {
            version,
            problem: state.problem.map(problem),
            needs_restart: state.needs_restart,
            written,
            usual: KeepingKeys::usual(),
        })
    }
}

fn problem(FileProblem { path, line, detail }: FileProblem) -> SettingsProblem {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    SettingsProblem { file, line, detail }
}
