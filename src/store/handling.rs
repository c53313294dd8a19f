//! What guards do with alerts. Whoever comes first is decided by the one thread that writes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store, StoredEvent, Subject, events, lessons, words};
use crate::alert::{
    Action, ActionKind, Actor, Alert, Guard, Handling, Note, OVERLOOKED, Refusal, SettledAlerts, Step, Verdict,
};
use crate::config::Escalation;

/// What came of what somebody wanted to do with an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// It is so now, or was before.
    Done,
    Refused(Refusal),
    NoSuchAlert,
}

impl Store {
    /// Does something with an alert and tells that it changed. Blocks until both are durable. What a verdict teaches the
    /// alert's camera, or no longer does, it knows from then on.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn handle(&self, alert: Uuid, step: Step, by: &Actor, at: Timestamp) -> Result<Handled> {
        let by = by.clone();
        let settles = matches!(step, Step::Resolve { .. });
        let handled = self.act(alert, move |alert| alert.handling.decide(step, &by, at))?;
        if settles && handled == Handled::Done {
            self.inner.settled.add(alert);
            self.refresh_lessons()?;
        }
        Ok(handled)
    }

    /// The latest alerts that were resolved, as they are at any time from now on.
    pub fn settled_alerts(&self) -> SettledAlerts {
        self.inner.settled.clone()
    }

    /// Escalates what nobody has claimed in time; says which alerts that were.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn escalate_overdue(&self, now: Timestamp, escalation: &Escalation) -> Result<Vec<Uuid>> {
        let since = now.saturating_sub(OVERLOOKED).unwrap_or(Timestamp::MIN);
        let unclaimed: Vec<Alert> = self.readers().read(|connection| {
            let sql = "
                select * from alert indexed by alert_unclaimed
                where state = 'new' and escalated_at_ns is null and opened_at_ns >= ?1";
            connection.prepare_cached(sql)?.query_map([nanoseconds(since)], rows::alert)?.collect()
        })?;
        let escalation = *escalation;
        let overdue = move |alert: &Alert| alert.handling.overdue(alert.opened_at, alert.severity, now, &escalation);
        let mut escalated = Vec::new();
        for alert in unclaimed.iter().filter(|alert| overdue(alert).is_some()) {
            self.act(alert.id, move |alert| Ok(overdue(alert).into_iter().collect()))?;
            escalated.push(alert.id);
        }
        Ok(escalated)
    }

    /// What was done with an alert, in order.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn history(&self, alert: Uuid) -> Result<Vec<Action>> {
        self.readers().read(|connection| history(connection, alert))
    }

    /// In one transaction: what is to be done with the alert as it is then, and that.
    fn act(
        &self,
        id: Uuid,
        decide: impl FnOnce(&Alert) -> std::result::Result<Vec<Action>, Refusal> + Send + 'static,
    ) -> Result<Handled> {
        self.writer().write(move |connection, told| {
            let mut statement = connection.prepare_cached("select * from alert where id = ?1")?;
            let Some(alert) = statement.query_row([id.as_bytes()], rows::alert).optional()? else {
                return Ok(Handled::NoSuchAlert);
            };
            match decide(&alert) {
                Ok(actions) => record(connection, &alert, &actions, told).map(|()| Handled::Done),
                Err(refusal) => Ok(Handled::Refused(refusal)),
            }
        })
    }
}

fn record(
    connection: &Connection,
    alert: &Alert,
    actions: &[Action],
    told: &mut Vec<StoredEvent>,
) -> rusqlite::Result<()> {
    if actions.is_empty() {
        return Ok(());
    }
    for action in actions {
        insert(connection, alert.id, action)?;
        if let Some((verdict, by)) = action.verdict.zip(action.by.as_ref()) {
            lessons::replace_of(connection, alert, verdict, by, action.at)?;
        }
    }
    update(connection, alert.id, &alert.handling.clone().after(actions))?;
    events::append(connection, Subject::Alert(alert.id), told)
}

pub(super) fn insert(connection: &Connection, alert: Uuid, action: &Action) -> rusqlite::Result<()> {
    let sql = "
        insert into alert_action
            (alert_id, position, at_ns, account, name, act, verdict, false_alarm_reason, note, step)
        values (?1, (select ifnull(max(position) + 1, 0) from alert_action where alert_id = ?1),
                ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let (verdict, reason) = verdict_columns(action.verdict)?;
    let note = action.note.as_ref().map(Note::as_str);
    connection.prepare_cached(sql)?.execute(params![
        alert.as_bytes(),
        nanoseconds(action.at),
        action.by.as_ref().map(|by| by.account.as_bytes()),
        action.by.as_ref().map(|by| &by.name),
        rows::name(&action.kind)?,
        verdict,
        reason,
        note,
        action.step,
    ])?;
    note.map_or(Ok(()), |note| words::keep(connection, alert, note))
}

fn update(connection: &Connection, alert: Uuid, handling: &Handling) -> rusqlite::Result<()> {
    let sql = "
        update alert set
            (state, owner_account, owner_name, claimed_at_ns, verdict, false_alarm_reason, resolved_at_ns, escalated_at_ns)
            = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        where id = ?1";
    let claim = handling.claim.as_ref();
    let resolution = handling.resolution();
    let (verdict, reason) = verdict_columns(resolution.map(|resolution| resolution.verdict))?;
    connection.prepare_cached(sql)?.execute(params![
        alert.as_bytes(),
        handling.state().name(),
        claim.map(|claim| claim.owner.account.as_bytes()),
        claim.map(|claim| &claim.owner.name),
        claim.map(|claim| nanoseconds(claim.at)),
        verdict,
        reason,
        resolution.map(|resolution| nanoseconds(resolution.at)),
        handling.escalated_at.map(nanoseconds),
    ])?;
    Ok(())
}

/// The columns `verdict` and `false_alarm_reason`.
fn verdict_columns(verdict: Option<Verdict>) -> rusqlite::Result<(Option<&'static str>, Option<String>)> {
    let reason = verdict.and_then(Verdict::false_alarm);
    Ok((verdict.map(|verdict| verdict.kind().name()), reason.as_ref().map(rows::name).transpose()?))
}

pub(super) fn history(connection: &Connection, alert: Uuid) -> rusqlite::Result<Vec<Action>> {
    let sql = "select * from alert_action where alert_id = ?1 order by position";
    connection.prepare_cached(sql)?.query_map([alert.as_bytes()], action)?.collect()
}

fn action(row: &Row<'_>) -> rusqlite::Result<Action> {
    let by: Option<Guard> = rows::guard(row, "account", "name")?;
    let kind: ActionKind = rows::named(row, "act")?;
    let note = row.get::<_, Option<String>>("note")?.map(|text| text.parse()).transpose();
    let note = note.map_err(rows::meaningless)?;
    let (at, verdict, step) = (rows::timestamp(row, "at_ns")?, rows::verdict(row)?, row.get("step")?);
    Ok(Action { at, by, kind, verdict, note, step })
}
