//! The handover from one shift to the next.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::camera_view::Reason;
use super::handling::actor;
use super::params::Sent;
use super::problem::Problems;
use super::view::Alert;
use super::{Context, Shared, WebError, blocking};
use crate::access::Who;
use crate::alert::{self, AlertState};
use crate::base::IdSource;
use crate::intake::health::StreamState;
use crate::rules::FindingKind;
use crate::store::{AlertFilter, DutyChange, ShiftNote};

/// Of alerts that wait; more are counted by nobody at the end of a night.
const MOST_ALERTS: u32 = 200;
/// A shift reads no further back.
const NOTES: u32 = 50;
/// Whoever has not said for so long that they are on duty has forgotten to say that they are not.
const LONGEST_DUTY: SignedDuration = SignedDuration::from_hours(24);

/// What one shift leaves to the next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Shift {
    #[schema(format = DateTime)]
    at: String,
    /// What nobody has settled, newest first; at most 200.
    alerts: Vec<Alert>,
    /// Cameras that give no picture, or none of their scene.
    silent: Vec<SilentCamera>,
    /// The latest first; at most 50.
    notes: Vec<Note>,
    /// Who is on duty, whoever came first first. Nobody is for longer than a day.
    on_duty: Vec<OnDuty>,
}

/// A camera that gives no picture, or none of its scene.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SilentCamera {
    camera: String,
    camera_name: String,
    state: SilentState,
    #[schema(format = DateTime)]
    since: String,
    #[schema(required)]
    reason: Option<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SilentState {
    Connecting,
    Lost,
    /// It is covered, turned away, or shows a picture that stands still.
    Tampered,
}

/// What somebody wrote down for the next shift.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShiftNote)]
pub(super) struct Note {
    id: Uuid,
    #[schema(format = DateTime)]
    at: String,
    /// By the name that they had then.
    who: String,
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OnDuty {
    who: String,
    #[schema(format = DateTime)]
    since: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedShiftNote {
    /// 1 to 2000 characters.
    text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedDuty {
    /// Whether whoever asks is on duty from now on.
    on: bool,
}

/// What one shift leaves to the next: alerts that wait, cameras that see nothing, notes, and who is on duty.
#[utoipa::path(get, path = "/shift", tag = "office", responses(
    (status = 200, description = "As it is now", body = Shift),
    Problems,
))]
pub(super) async fn get_shift(State(context): State<Shared>, who: Who) -> Result<Json<Shift>, WebError> {
    blocking(&context, move |context| context.shift(&who)).await?.map(Json)
}

/// Writes something down for the next shift.
#[utoipa::path(post, path = "/shift/notes", tag = "office", request_body = WantedShiftNote, responses(
    (status = 201, description = "The note", body = Note),
    Problems,
))]
pub(super) async fn add_shift_note(
    State(context): State<Shared>,
    who: Who,
    Sent(wanted): Sent<WantedShiftNote>,
) -> Result<(StatusCode, Json<Note>), WebError> {
    let note = wanted.text.parse().map_err(|error: alert::NoteError| WebError::field("text", &error.to_string()))?;
    let at = context.now();
    let note = ShiftNote { id: IdSource::random().next(at), at, by: actor(&who).guard, note };
    let written = blocking(&context, move |context| {
        context.state.store.add_shift_note(&note)?;
        Ok::<_, WebError>(context.shift_note(note))
    });
    Ok((StatusCode::CREATED, Json(written.await??)))
}

/// Says that whoever asks is on duty, or is no longer.
#[utoipa::path(post, path = "/shift/duty", tag = "office", request_body = WantedDuty, responses(
    (status = 200, description = "As it is now", body = Shift),
    Problems,
))]
pub(super) async fn change_duty(
    State(context): State<Shared>,
    who: Who,
    Sent(wanted): Sent<WantedDuty>,
) -> Result<Json<Shift>, WebError> {
    let shift = blocking(&context, move |context| {
        let at = context.now();
        let change = DutyChange { at, who: actor(&who).guard, is_on: wanted.on };
        context.state.store.put_duty(&change, forgotten(at))?;
        context.shift(&who)
    });
    shift.await?.map(Json)
}

/// What was said before this no longer counts.
fn forgotten(now: Timestamp) -> Timestamp {
    now.saturating_sub(LONGEST_DUTY).unwrap_or(Timestamp::MIN)
}

/// Who is on duty after these changes, and since when; whoever came first first.
pub(super) fn on_duty(changes: &[DutyChange]) -> Vec<&DutyChange> {
    let mut latest = BTreeMap::new();
    for change in changes {
        latest.insert(change.who.account, change);
    }
    let mut on: Vec<_> = latest.into_values().filter(|change| change.is_on).collect();
    on.sort_by_key(|change| change.at);
    on
}

impl Context {
    /// Blocks.
    fn shift(&self, who: &Who) -> Result<Shift, WebError> {
        let now = self.now();
        let states = vec![AlertState::New, AlertState::Claimed];
        let cameras = who.cameras.iter().flatten().cloned().collect();
        let filter = AlertFilter { states, cameras, limit: MOST_ALERTS, ..AlertFilter::default() };
        let sees_none = who.cameras.as_ref().is_some_and(BTreeSet::is_empty);
        let waiting = if sees_none { Vec::new() } else { self.state.store.alerts(&filter)?.items };
        // A minute more: the clock may be set back a little.
        let soon = now.saturating_add(SignedDuration::from_mins(1)).unwrap_or(Timestamp::MAX);
        let duty = self.state.store.duty(forgotten(now), soon)?;
        let on_duty = on_duty(&duty).into_iter();
        let notes = self.state.store.shift_notes(NOTES)?;
        Ok(Shift {
            at: self.time(now),
            silent: self.silent(who)?,
            alerts: waiting.iter().map(|alert| self.alert(alert)).collect(),
            notes: notes.into_iter().map(|note| self.shift_note(note)).collect(),
            on_duty: on_duty.map(|on| OnDuty { who: on.who.name.clone(), since: self.time(on.at) }).collect(),
        })
    }

    /// Blocks.
    fn silent(&self, who: &Who) -> Result<Vec<SilentCamera>, WebError> {
        let mut tampered = BTreeMap::new();
        for alert in self.state.store.unfinished_alerts()? {
            let finding = alert.findings.iter().find(|finding| finding.kind == FindingKind::CameraTampered);
            if let Some(finding) = finding {
                tampered.insert(alert.camera, finding.at);
            }
        }
        let silent = self.cameras_of(who).filter_map(|configured| {
            let camera = self.camera(configured);
            let (state, since) = match (camera.state, tampered.get(&camera.id)) {
                (StreamState::Lost, _) => (SilentState::Lost, camera.since),
                (_, Some(at)) => (SilentState::Tampered, self.time(*at)),
                (StreamState::Connecting, None) => (SilentState::Connecting, camera.since),
                (StreamState::Live, None) => return None,
            };
            let reason = camera.reason;
            Some(SilentCamera { camera: camera.id, camera_name: camera.name, state, since, reason })
        });
        Ok(silent.collect())
    }

    fn shift_note(&self, note: ShiftNote) -> Note {
        Note { id: note.id, at: self.time(note.at), who: note.by.name, text: note.note.to_string() }
    }
}
