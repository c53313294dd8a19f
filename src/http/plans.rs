//! The office's response plan, ticked off alert by alert.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::handling::{AlertInFull, actor};
use super::params::{Name, Sent};
use super::problem::Problems;
use super::{Context, Shared, WebError, audited, blocking};
use crate::access::Who;
use crate::store;

/// A step of an alert's response plan.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanStep {
    /// As the office had it when the alert opened.
    step: String,
    done: bool,
    /// When it was done; null while it is not.
    #[schema(required, format = DateTime)]
    at: Option<String>,
    /// By whom, by the name that they had then.
    #[schema(required)]
    who: Option<String>,
}

/// Whether a step is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedTick {
    /// As the alert has it.
    step: String,
    done: bool,
}

/// Says that a step of the alert's response plan is done, or that it is not after all. Who says which stays in the
/// alert's history; nobody has to own it for that.
#[utoipa::path(post, path = "/alerts/{id}/plan", tag = "alerts",
    params(("id" = Uuid, Path, description = "The alert")),
    request_body = WantedTick,
    responses(
        (status = 200, description = "The alert", body = AlertInFull),
        Problems,
    )
)]
pub(super) async fn tick_step(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    Sent(WantedTick { step, done }): Sent<WantedTick>,
) -> Result<Json<AlertInFull>, WebError> {
    let alert = blocking(&context, move |context| {
        let alert = context.stored(&who, &id)?;
        let plan = context.state.store.plan(alert.id)?;
        if !plan.iter().any(|known| known.step == step) {
            return Err(WebError::field("step", "is none of this alert's plan; ask for the alert again"));
        }
        context.check_room(&alert)?;
        context.state.store.tick(alert.id, &step, done, &actor(&who).guard, context.now())?;
        audited::say(format!("{}: {step}", if done { "done" } else { "not done" }));
        context.in_full(&context.stored(&who, &id)?)
    });
    alert.await?.map(Json)
}

impl Context {
    pub(super) fn plan_step(&self, of: store::PlanStep) -> PlanStep {
        let (at, who) = of.done.map(|(at, by)| (self.time(at), by.name)).unzip();
        PlanStep { step: of.step, done: at.is_some(), at, who }
    }
}
