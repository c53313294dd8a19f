//! What guards do with an alert: claim, resolve, escalate, note.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::{Name, Sent};
use super::plans::PlanStep;
use super::problem::Problems;
use super::trails::{self, Trail};
use super::view::{self, Alert};
use super::{Context, Shared, WebError, audited, blocking};
use crate::access::{Role, Who};
use crate::alert::{self, Action, ActionKind, Actor, Guard, Note, Step, Verdict, VerdictKind};
use crate::rules::FalseAlarm;
use crate::store::Handled;

/// More than anybody reads.
const MOST_ENTRIES: usize = 500;

/// An alert, and what was done with it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertInFull {
    #[serde(flatten)]
    alert: Alert,
    /// In the order in which it was done.
    history: Vec<HistoryEntry>,
    /// What the office wants done about it, in order.
    plan: Vec<PlanStep>,
    /// The ways of its tracks, as far as they are known; none for alerts of older versions.
    trails: Vec<Trail>,
}

/// One thing that was done with an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistoryEntry {
    #[schema(format = DateTime)]
    at: String,
    /// By the name that they had then; null for the appliance itself.
    #[schema(required)]
    who: Option<String>,
    act: ActionKind,
    /// Of what was resolved or corrected.
    #[schema(required)]
    verdict: Option<VerdictKind>,
    #[schema(required)]
    false_alarm_reason: Option<FalseAlarm>,
    /// What they wrote about it.
    #[schema(required)]
    text: Option<String>,
    /// Of the response plan, as it read then; of what was ticked or not.
    #[schema(required)]
    step: Option<String>,
}

/// `{}`, or no body at all: there is nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What an alert turned out to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedVerdict {
    verdict: VerdictKind,
    /// What it was; of a false alarm only.
    reason: Option<FalseAlarm>,
    /// 1 to 2000 characters.
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedEscalation {
    /// 1 to 2000 characters.
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedNote {
    /// 1 to 2000 characters.
    text: String,
}

/// Makes whoever asks the alert's owner. A supervisor takes it over from another.
#[utoipa::path(post, path = "/alerts/{id}/claim", tag = "alerts",
    params(("id" = Uuid, Path, description = "The alert")),
    request_body = Option<Nothing>,
    responses(
        (status = 200, description = "The alert", body = AlertInFull),
        Problems,
    )
)]
pub(super) async fn claim_alert(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    _: Option<Sent<Nothing>>,
) -> Result<Json<AlertInFull>, WebError> {
    handle(&context, id, who, Step::Claim).await
}

/// Says what the alert was, which its owner may, and a supervisor. Of a new alert that is a claim as well; said again
/// it is a correction.
#[utoipa::path(post, path = "/alerts/{id}/resolve", tag = "alerts",
    params(("id" = Uuid, Path, description = "The alert")),
    request_body = WantedVerdict,
    responses(
        (status = 200, description = "The alert", body = AlertInFull),
        Problems,
    )
)]
pub(super) async fn resolve_alert(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    Sent(wanted): Sent<WantedVerdict>,
) -> Result<Json<AlertInFull>, WebError> {
    let step = wanted.checked()?;
    if let Step::Resolve { verdict, .. } = &step {
        audited::say(told(*verdict));
    }
    handle(&context, id, who, step).await
}

/// Calls the supervisor.
#[utoipa::path(post, path = "/alerts/{id}/escalate", tag = "alerts",
    params(("id" = Uuid, Path, description = "The alert")),
    request_body = Option<WantedEscalation>,
    responses(
        (status = 200, description = "The alert", body = AlertInFull),
        Problems,
    )
)]
pub(super) async fn escalate_alert(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    wanted: Option<Sent<WantedEscalation>>,
) -> Result<Json<AlertInFull>, WebError> {
    let text = wanted.and_then(|Sent(wanted)| wanted.note);
    let note = text.map(|text| note("note", &text)).transpose()?;
    handle(&context, id, who, Step::Escalate { note }).await
}

/// Writes something down about the alert. Nobody has to own it for that.
#[utoipa::path(post, path = "/alerts/{id}/note", tag = "alerts",
    params(("id" = Uuid, Path, description = "The alert")),
    request_body = WantedNote,
    responses(
        (status = 200, description = "The alert", body = AlertInFull),
        Problems,
    )
)]
pub(super) async fn note_on_alert(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    Sent(wanted): Sent<WantedNote>,
) -> Result<Json<AlertInFull>, WebError> {
    let note = note("text", &wanted.text)?;
    handle(&context, id, who, Step::Note(note)).await
}

/// What the audit log says of a verdict.
fn told(verdict: Verdict) -> String {
    match verdict {
        Verdict::TrueAlarm => "true_alarm".to_owned(),
        Verdict::FalseAlarm(reason) => format!("false_alarm: {reason:?}").to_lowercase(),
    }
}

async fn handle(context: &Shared, id: String, who: Who, step: Step) -> Result<Json<AlertInFull>, WebError> {
    let handled = blocking(context, move |context| {
        let alert = context.stored(&who, &id)?;
        context.check_room_for(&alert, &step)?;
        match context.state.store.handle(alert.id, step, &actor(&who), context.now())? {
            Handled::Done => context.in_full(&context.stored(&who, &id)?),
            Handled::Refused(refusal) => {
                Err(WebError::Owned { owner: refusal.owner().name.clone(), detail: refusal.to_string() })
            }
            Handled::NoSuchAlert => Err(super::alerts::no_alert(&id)),
        }
    });
    handled.await?.map(Json)
}

pub(super) fn actor(who: &Who) -> Actor {
    let outranks = matches!(who.role, Role::Supervisor | Role::Admin);
    Actor { guard: Guard { account: who.account, name: who.name.clone() }, outranks }
}

impl WantedVerdict {
    /// # Errors
    /// 422 with the field that is wrong.
    fn checked(self) -> Result<Step, WebError> {
        let verdict = match (self.verdict, self.reason) {
            (VerdictKind::TrueAlarm, None) => Verdict::TrueAlarm,
            (VerdictKind::FalseAlarm, Some(reason)) => Verdict::FalseAlarm(reason),
            (VerdictKind::TrueAlarm, Some(_)) => {
                return Err(WebError::field("reason", "is of a false alarm; leave it out"));
            }
            (VerdictKind::FalseAlarm, None) => {
                return Err(WebError::field("reason", "says what it was: insect, light, animal, staff or other"));
            }
        };
        Ok(Step::Resolve { verdict, note: self.note.map(|text| note("note", &text)).transpose()? })
    }
}

/// # Errors
/// 422 with the field.
fn note(field: &'static str, text: &str) -> Result<Note, WebError> {
    text.parse().map_err(|error: alert::NoteError| WebError::field(field, &error.to_string()))
}

impl Context {
    /// Whether there is room for what somebody writes about an alert; to claim and to resolve it there always is. Blocks.
    fn check_room_for(&self, alert: &alert::Alert, step: &Step) -> Result<(), WebError> {
        let only_says = matches!(step, Step::Note(_) | Step::Escalate { .. });
        if only_says { self.check_room(alert) } else { Ok(()) }
    }

    /// Blocks.
    pub(super) fn check_room(&self, alert: &alert::Alert) -> Result<(), WebError> {
        if self.state.store.history(alert.id)?.len() >= MOST_ENTRIES {
            return Err(WebError::Conflict(format!("there are {MOST_ENTRIES} entries about this alert already")));
        }
        Ok(())
    }

    /// Blocks.
    pub(super) fn in_full(&self, alert: &alert::Alert) -> Result<AlertInFull, WebError> {
        let history = self.state.store.history(alert.id)?;
        Ok(AlertInFull {
            alert: self.alert(alert),
            history: history.into_iter().map(|of| self.history_entry(of)).collect(),
            plan: self.state.store.plan(alert.id)?.into_iter().map(|of| self.plan_step(of)).collect(),
            trails: trails::views(alert, &self.state.store.trails(alert.id)?),
        })
    }

    fn history_entry(&self, action: Action) -> HistoryEntry {
        HistoryEntry {
            at: view::time(action.at, &self.state.config.timezone),
            who: action.by.map(|guard| guard.name),
            act: action.kind,
            verdict: action.verdict.map(Verdict::kind),
            false_alarm_reason: action.verdict.and_then(Verdict::false_alarm),
            text: action.note.map(|note| note.to_string()),
            step: action.step,
        }
    }
}
