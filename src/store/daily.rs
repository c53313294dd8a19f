//! What a report of a day is made of.

use jiff::Timestamp;
use rusqlite::{Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store, orders};
use crate::alert::Verdict;
use crate::rules::Severity;
use crate::rules::orders::Order;

/// What a report tells of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayAlert {
    pub id: Uuid,
    pub camera: String,
    pub opened_at: Timestamp,
    pub severity: Severity,
    /// What it was, once somebody has said so.
    pub verdict: Option<Verdict>,
    /// When somebody first claimed it.
    pub claimed_at: Option<Timestamp>,
    pub escalated_at: Option<Timestamp>,
}

impl Store {
    /// The alerts that opened within `from..to`, oldest first. Only that part of the index is read.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn alerts_of_day(&self, from: Timestamp, to: Timestamp) -> Result<Vec<DayAlert>> {
        self.readers().read(|connection| {
            let sql = "
                select id, camera, opened_at_ns, severity, verdict, false_alarm_reason, escalated_at_ns,
                    (select at_ns from alert_action where alert_id = id and act = 'claimed') as first_claimed_at_ns
                from alert indexed by alert_by_time
                where opened_at_ns >= ?1 and opened_at_ns < ?2 order by opened_at_ns, id";
            let range = params![nanoseconds(from), nanoseconds(to)];
            connection.prepare_cached(sql)?.query_map(range, day_alert)?.collect()
        })
    }

    /// What was disarmed by hand within `from..to`, in the order in which it was given.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn disarmed(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Order>> {
        self.readers().read(|connection| {
            let sql = "
                select * from arming_order where act = 'disarm' and from_ns < ?2
                    and min(until_ns, max(from_ns, ifnull(withdrawn_at_ns, until_ns))) > max(from_ns, ?1)
                order by seq";
            let range = params![nanoseconds(from), nanoseconds(to)];
            connection.prepare_cached(sql)?.query_map(range, orders::order)?.collect()
        })
    }
}

fn day_alert(row: &Row<'_>) -> rusqlite::Result<DayAlert> {
    Ok(DayAlert {
        id: rows::uuid(row, "id")?,
        camera: row.get("camera")?,
        opened_at: rows::timestamp(row, "opened_at_ns")?,
        severity: rows::named(row, "severity")?,
        verdict: rows::verdict(row)?,
        claimed_at: rows::optional_timestamp(row, "first_claimed_at_ns")?,
        escalated_at: rows::optional_timestamp(row, "escalated_at_ns")?,
    })
}
