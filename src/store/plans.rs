//! What the office wants done about an alert, and what of it was done.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{Result, Store, Subject, events, handling};
use crate::alert::{Action, ActionKind, Guard};

/// A step of an alert's response plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    pub step: String,
    /// When it was done, and by whom; `None` while it is not.
    pub done: Option<(Timestamp, Guard)>,
}

impl Store {
    /// The response plan of an alert as the office had it then, in order; and behind it what was done of an earlier one,
    /// where the alert has moved to another zone since.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn plan(&self, alert: Uuid) -> Result<Vec<PlanStep>> {
        let history = self.history(alert)?;
        self.readers().read(|connection| Ok(with_ticks(steps(connection, alert)?, &history)))
    }

    /// Says that a step of an alert's plan is done, or is not; nothing where it is so already. Blocks until it is durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn tick(&self, alert: Uuid, step: &str, is_done: bool, by: &Guard, at: Timestamp) -> Result<()> {
        let (step, by) = (step.to_owned(), by.clone());
        self.writer().write(move |connection, told| {
            if is_ticked(connection, alert, &step)? == is_done {
                return Ok(());
            }
            let kind = if is_done { ActionKind::Ticked } else { ActionKind::Unticked };
            let action = Action { at, by: Some(by), kind, verdict: None, note: None, step: Some(step) };
            handling::insert(connection, alert, &action)?;
            events::append(connection, Subject::Alert(alert), told)
        })
    }
}

/// Writes down the plan that an alert has now. What was ticked stays in its history, whatever the plan says.
pub(super) fn keep(connection: &Connection, alert: Uuid, plan: &[String]) -> rusqlite::Result<()> {
    if steps(connection, alert)? == plan {
        return Ok(());
    }
    connection.prepare_cached("delete from plan_step where alert_id = ?1")?.execute([alert.as_bytes()])?;
    let mut insert =
        connection.prepare_cached("insert into plan_step (alert_id, position, step) values (?1, ?2, ?3)")?;
    for (position, step) in plan.iter().enumerate() {
        insert.execute(params![alert.as_bytes(), i64::try_from(position).unwrap_or(i64::MAX), step])?;
    }
    Ok(())
}

fn steps(connection: &Connection, alert: Uuid) -> rusqlite::Result<Vec<String>> {
    let sql = "select step from plan_step where alert_id = ?1 order by position";
    connection.prepare_cached(sql)?.query_map([alert.as_bytes()], |row| row.get(0))?.collect()
}

fn is_ticked(connection: &Connection, alert: Uuid, step: &str) -> rusqlite::Result<bool> {
    let sql = "
        select ifnull((
            select act = 'ticked' from alert_action where alert_id = ?1 and step = ?2 order by position desc limit 1
        ), 0)";
    connection.prepare_cached(sql)?.query_row(params![alert.as_bytes(), step], |row| row.get(0))
}

fn with_ticks(steps: Vec<String>, history: &[Action]) -> Vec<PlanStep> {
    let mut plan: Vec<_> = steps.into_iter().map(|step| PlanStep { step, done: None }).collect();
    for action in history {
        let Some(step) = &action.step else { continue };
        let done = action.by.clone().filter(|_| action.kind == ActionKind::Ticked).map(|by| (action.at, by));
        match plan.iter_mut().find(|known| known.step == *step) {
            Some(known) => known.done = done,
            None => plan.push(PlanStep { step: step.clone(), done }),
        }
    }
    plan
}
