//! What guards do with an alert: whose it is, what it turned out to be, and who did what when. Pure.
//!
//! What holds is the sum of what was done, which is kept: [`Handling::decide`] says what a step comes to, and
//! [`Handling::after`] what holds then.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AlertState, Note};
use crate::config::Escalation;
use crate::rules::{FalseAlarm, Severity};

/// What was left alone for longer than this was so while nobody watched the clock; it is not escalated any more.
pub const OVERLOOKED: SignedDuration = SignedDuration::from_hours(24);

/// Somebody with an account, by the name that they had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    pub account: Uuid,
    pub name: String,
}

/// Who does something with an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub guard: Guard,
    /// Whether they may take over what is another's.
    pub outranks: bool,
}

/// What an alert turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    TrueAlarm,
    FalseAlarm(FalseAlarm),
}

/// The one or the other, without the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    TrueAlarm,
    FalseAlarm,
}

impl VerdictKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::TrueAlarm => "true_alarm",
            Self::FalseAlarm => "false_alarm",
        }
    }
}

impl Verdict {
    pub fn kind(self) -> VerdictKind {
        if self == Self::TrueAlarm { VerdictKind::TrueAlarm } else { VerdictKind::FalseAlarm }
    }

    /// What a false alarm was.
    pub fn false_alarm(self) -> Option<FalseAlarm> {
        if let Self::FalseAlarm(reason) = self { Some(reason) } else { None }
    }
}

/// What somebody wants to do with an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To be its owner.
    Claim,
    /// To say what it was. Whoever says that owns it.
    Resolve {
        verdict: Verdict,
        note: Option<Note>,
    },
    /// To call the supervisor.
    Escalate {
        note: Option<Note>,
    },
    Note(Note),
}

/// What was done with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    Claimed,
    TakenOver,
    Resolved,
    /// Another verdict in place of the one before.
    Corrected,
    Escalated,
    Noted,
    /// A step of the response plan was done,
    Ticked,
    /// or was not after all.
    Unticked,
}

/// One thing that was done with an alert. They are kept for ever, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub at: Timestamp,
    /// `None` for the appliance itself.
    pub by: Option<Guard>,
    pub kind: ActionKind,
    /// Of what was resolved or corrected.
    pub verdict: Option<Verdict>,
    pub note: Option<Note>,
    /// Of the response plan, as it read then; of what was ticked or not.
    pub step: Option<String>,
}

/// What has come of an alert so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handling {
    /// `None` while it is new.
    pub claim: Option<Claim>,
    /// Since when it waits for the supervisor.
    pub escalated_at: Option<Timestamp>,
}

/// Whose an alert is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub owner: Guard,
    /// When it became this one's.
    pub at: Timestamp,
    pub resolution: Option<Resolution>,
}

impl Claim {
    /// To whoever is neither the owner nor outranks them.
    fn refusal(&self) -> Refusal {
        let owner = self.owner.clone();
        if self.resolution.is_some() { Refusal::Resolved(owner) } else { Refusal::Owned(owner) }
    }
}

/// What the owner says that an alert was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    pub verdict: Verdict,
    pub at: Timestamp,
}

/// Why somebody may not do what they want.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{} has claimed this alert; only a supervisor can take it over", .0.name)]
    Owned(Guard),
    #[error("{} has resolved this alert; only they or a supervisor can correct that", .0.name)]
    Resolved(Guard),
}

impl Refusal {
    pub fn owner(&self) -> &Guard {
        let (Self::Owned(owner) | Self::Resolved(owner)) = self;
        owner
    }
}

impl Handling {
    pub fn state(&self) -> AlertState {
        match &self.claim {
            None => AlertState::New,
            Some(Claim { resolution: None, .. }) => AlertState::Claimed,
            Some(Claim { resolution: Some(_), .. }) => AlertState::Resolved,
        }
    }

    pub fn owner(&self) -> Option<&Guard> {
        self.claim.as_ref().map(|claim| &claim.owner)
    }

    pub fn resolution(&self) -> Option<Resolution> {
        self.claim.as_ref().and_then(|claim| claim.resolution)
    }

    /// What a step at this time comes to, in order: nothing where it is so already.
    ///
    /// # Errors
    /// Where the alert is somebody else's to decide on.
    pub fn decide(&self, step: Step, by: &Actor, at: Timestamp) -> Result<Vec<Action>, Refusal> {
        let act = |kind, verdict, note| Action { at, by: Some(by.guard.clone()), kind, verdict, note, step: None };
        let noted = |note: Option<Note>| note.map(|note| act(ActionKind::Noted, None, Some(note)));
        let resolved = self.claim.as_ref().filter(|claim| claim.resolution.is_some());
        if let (Step::Claim | Step::Escalate { .. }, Some(claim)) = (&step, resolved) {
            return Err(claim.refusal());
        }
        Ok(match step {
            Step::Note(note) => vec![act(ActionKind::Noted, None, Some(note))],
            Step::Claim => self.becoming_owner(by)?.map(|kind| act(kind, None, None)).into_iter().collect(),
            Step::Escalate { note: None } if self.escalated_at.is_some() => Vec::new(),
            Step::Escalate { note } => vec![act(ActionKind::Escalated, None, note)],
            Step::Resolve { verdict, note } => {
                let ownership = self.becoming_owner(by)?;
                let kind = match self.resolution() {
                    None => ActionKind::Resolved,
                    Some(before) if before.verdict != verdict => ActionKind::Corrected,
                    Some(_) => return Ok(noted(note).into_iter().collect()),
                };
                ownership
                    .map(|kind| act(kind, None, None))
                    .into_iter()
                    .chain([act(kind, Some(verdict), note)])
                    .collect()
            }
        })
    }

    /// That nobody has claimed an alert of this severity in time, if that is so now and has not been said.
    pub fn overdue(
        &self,
        opened_at: Timestamp,
        severity: Severity,
        now: Timestamp,
        escalation: &Escalation,
    ) -> Option<Action> {
        let waits = if severity == Severity::Critical { escalation.critical_after } else { escalation.others_after }?;
        let waited = now.duration_since(opened_at);
        let is_waiting = self.claim.is_none() && self.escalated_at.is_none();
        let is_overdue = is_waiting && (waits..OVERLOOKED).contains(&waited);
        let action = Action { at: now, by: None, kind: ActionKind::Escalated, verdict: None, note: None, step: None };
        is_overdue.then_some(action)
    }

    /// How somebody becomes the owner; `None` where they are.
    fn becoming_owner(&self, by: &Actor) -> Result<Option<ActionKind>, Refusal> {
        match &self.claim {
            None => Ok(Some(ActionKind::Claimed)),
            Some(claim) if claim.owner.account == by.guard.account => Ok(None),
            Some(_) if by.outranks => Ok(Some(ActionKind::TakenOver)),
            Some(claim) => Err(claim.refusal()),
        }
    }

    /// What holds once these were done.
    #[must_use]
    pub fn after(mut self, actions: &[Action]) -> Self {
        for action in actions {
            self.apply(action);
        }
        self
    }

    fn apply(&mut self, action: &Action) {
        match (action.kind, &action.by) {
            (ActionKind::Claimed | ActionKind::TakenOver, Some(owner)) => {
                let resolution = self.resolution();
                self.claim = Some(Claim { owner: owner.clone(), at: action.at, resolution });
            }
            (ActionKind::Resolved | ActionKind::Corrected, _) => {
                if let Some((claim, verdict)) = self.claim.as_mut().zip(action.verdict) {
                    claim.resolution = Some(Resolution { verdict, at: action.at });
                }
            }
            (ActionKind::Escalated, _) => {
                self.escalated_at.get_or_insert(action.at);
            }
            (ActionKind::Claimed | ActionKind::TakenOver, None)
            | (ActionKind::Noted | ActionKind::Ticked | ActionKind::Unticked, _) => {}
        }
    }
}

#[cfg(test)]
#[path = "handling_tests.rs"]
mod tests;
