//! Alerts and their findings.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store, Subject, cases, events, plans, trails, traits};
use crate::alert::{Alert, Person, TrailPoint};
use crate::rules::{Finding, ScorePart};
use crate::vision::attributes::Attribute;

impl Store {
    /// Writes what a camera knows of an alert, new or known, and tells that it changed: all but what guards do with it.
    /// Blocks until both are durable. After an error nothing of it is stored: try again.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_alert(&self, alert: &Alert) -> Result<()> {
        self.put_alert_joining(alert, Vec::new())
    }

    /// As [`Store::put_alert`]; other cases have turned out to be the alert's own, and become it together with that.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_alert_joining(&self, alert: &Alert, absorbed: Vec<Uuid>) -> Result<()> {
        self.put(alert.clone(), absorbed, None, BTreeMap::new())
    }

    /// As [`Store::put_alert_joining`]; `plan` is what the office wants done about it, `trails` the ways of its tracks as
    /// far as they are known.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_alert_planned(
        &self,
        alert: &Alert,
        absorbed: Vec<Uuid>,
        plan: &[String],
        trails: BTreeMap<Uuid, Vec<TrailPoint>>,
    ) -> Result<()> {
        self.put(alert.clone(), absorbed, Some(plan.to_owned()), trails)
    }

    fn put(
        &self,
        mut alert: Alert,
        absorbed: Vec<Uuid>,
        plan: Option<Vec<String>>,
        trails: BTreeMap<Uuid, Vec<TrailPoint>>,
    ) -> Result<()> {
        self.writer().write(move |connection, told| {
            if let Some(case) = alert.case {
                alert.case = Some(cases::put(connection, case, alert.opened_at, &absorbed, told)?);
            }
            upsert(connection, &alert)?;
            if let Some(plan) = &plan {
                plans::keep(connection, alert.id, plan)?;
            }
            trails::keep(connection, alert.id, &trails)?;
            events::append(connection, Subject::Alert(alert.id), told)
        })
    }

    /// # Errors
    /// See [`super::StoreError`].
    pub fn alert(&self, id: Uuid) -> Result<Option<Alert>> {
        self.readers().read(|connection| by_id(connection, id))
    }

    /// Alerts that are open, oldest first: at the start, those that a crash has left behind.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn unfinished_alerts(&self) -> Result<Vec<Alert>> {
        self.readers().read(|connection| {
            let sql = "select * from alert where closed_at_ns is null order by opened_at_ns, id";
            let mut statement = connection.prepare_cached(sql)?;
            let alerts = statement.query_map([], rows::alert)?.collect::<rusqlite::Result<Vec<_>>>()?;
            all_in_full(connection, alerts)
        })
    }

    /// Closes what a crash has left open, at the time of its last sight, so that nothing stays open
    /// for ever. Gives them back as they are now.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn close_unfinished(&self) -> Result<Vec<Alert>> {
        let mut alerts = self.unfinished_alerts()?;
        for alert in &mut alerts {
            alert.closed_at = Some(alert.last_seen_at);
            self.put_alert(alert)?;
        }
        Ok(alerts)
    }
}

/// All but what guards do with it, which is theirs alone: a camera may write an alert long after they have settled it.
fn upsert(connection: &Connection, alert: &Alert) -> rusqlite::Result<()> {
    let looks =
        serde_json::to_string(&alert.looks).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let sql = "
        insert into alert
            (id, appliance, camera, zone, opened_at_ns, last_seen_at_ns, closed_at_ns, severity, score, state,
             reason_vi, reason_en, frame_width, frame_height, case_id, looks)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'new', ?9, ?10, ?11, ?12, ?13, ?14)
        on conflict (id) do update set
            camera = excluded.camera, zone = excluded.zone, opened_at_ns = excluded.opened_at_ns,
            last_seen_at_ns = excluded.last_seen_at_ns, closed_at_ns = excluded.closed_at_ns,
            severity = excluded.severity, score = excluded.score,
            reason_vi = excluded.reason_vi, reason_en = excluded.reason_en,
            frame_width = excluded.frame_width, frame_height = excluded.frame_height, case_id = excluded.case_id,
            looks = excluded.looks";
    connection.prepare_cached(sql)?.execute(params![
        alert.id.as_bytes(),
        alert.camera,
        alert.zone,
        nanoseconds(alert.opened_at),
        nanoseconds(alert.last_seen_at),
        alert.closed_at.map(nanoseconds),
        alert.severity.name(),
        alert.score,
        alert.reason.vi,
        alert.reason.en,
        alert.frame_width,
        alert.frame_height,
        alert.case.as_ref().map(Uuid::as_bytes),
        looks,
    ])?;
    for (position, finding) in alert.findings.iter().enumerate() {
        upsert_finding(connection, alert.id, position, finding)?;
    }
    let sql = "delete from finding where alert_id = ?1 and position >= ?2";
    connection.prepare_cached(sql)?.execute(params![alert.id.as_bytes(), index(alert.findings.len())])?;
    for (position, part) in alert.score_parts.iter().enumerate() {
        upsert_score_part(connection, alert.id, position, part)?;
    }
    let sql = "delete from score_part where alert_id = ?1 and position >= ?2";
    connection.prepare_cached(sql)?.execute(params![alert.id.as_bytes(), index(alert.score_parts.len())])?;
    for (position, person) in alert.persons.iter().enumerate() {
        upsert_person(connection, alert.id, position, person)?;
    }
    let sql = "delete from attribute where alert_id = ?1 and position >= ?2";
    connection.prepare_cached(sql)?.execute(params![alert.id.as_bytes(), index(alert.persons.len())])?;
    traits::put(connection, alert)
}

/// An alert of a whole night may have many findings, of which a write changes few: the others'
/// pages stay untouched.
fn upsert_finding(connection: &Connection, alert: Uuid, position: usize, finding: &Finding) -> rusqlite::Result<()> {
    let sql = "
        insert into finding (alert_id, position, kind, track, confidence, at_ns, x, y, w, h, zone, weight)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        on conflict (alert_id, position) do update set
            (kind, track, confidence, at_ns, x, y, w, h, zone, weight)
            = (excluded.kind, excluded.track, excluded.confidence, excluded.at_ns,
               excluded.x, excluded.y, excluded.w, excluded.h, excluded.zone, excluded.weight)
        where (kind, track, confidence, at_ns, x, y, w, h, zone, weight)
            is not (excluded.kind, excluded.track, excluded.confidence, excluded.at_ns,
                    excluded.x, excluded.y, excluded.w, excluded.h, excluded.zone, excluded.weight)";
    connection.prepare_cached(sql)?.execute(params![
        alert.as_bytes(),
        index(position),
        rows::name(&finding.kind)?,
        finding.track.as_bytes(),
        finding.confidence,
        nanoseconds(finding.at),
        finding.bbox.x,
        finding.bbox.y,
        finding.bbox.w,
        finding.bbox.h,
        finding.zone,
        finding.weight,
    ])?;
    Ok(())
}

/// As with findings, what has not changed stays untouched.
fn upsert_score_part(connection: &Connection, alert: Uuid, position: usize, part: &ScorePart) -> rusqlite::Result<()> {
    let sql = "
        insert into score_part (alert_id, position, part, words_vi, words_en, log_odds)
        values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict (alert_id, position) do update set
            (part, words_vi, words_en, log_odds)
            = (excluded.part, excluded.words_vi, excluded.words_en, excluded.log_odds)
        where (part, words_vi, words_en, log_odds)
            is not (excluded.part, excluded.words_vi, excluded.words_en, excluded.log_odds)";
    connection.prepare_cached(sql)?.execute(params![
        alert.as_bytes(),
        index(position),
        rows::name(&part.part)?,
        part.words.vi,
        part.words.en,
        part.log_odds,
    ])?;
    Ok(())
}

/// As with findings, what has not changed stays untouched.
fn upsert_person(connection: &Connection, alert: Uuid, position: usize, person: &Person) -> rusqlite::Result<()> {
    let sql = "
        insert into attribute (alert_id, position, attribute, track, answer, confidence, frames, pixels, has_crop)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        on conflict (alert_id, position, attribute) do update set
            (track, answer, confidence, frames, pixels, has_crop)
            = (excluded.track, excluded.answer, excluded.confidence, excluded.frames, excluded.pixels,
               excluded.has_crop)
        where (track, answer, confidence, frames, pixels, has_crop)
            is not (excluded.track, excluded.answer, excluded.confidence, excluded.frames, excluded.pixels,
                    excluded.has_crop)";
    for attribute in Attribute::ALL {
        let judged = person.of(attribute);
        connection.prepare_cached(sql)?.execute(params![
            alert.as_bytes(),
            index(position),
            attribute.name(),
            person.track.as_bytes(),
            rows::name(&judged.answer)?,
            judged.confidence,
            judged.frames,
            judged.pixels,
            judged.has_crop,
        ])?;
    }
    Ok(())
}

fn index(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

pub(super) fn by_id(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Alert>> {
    let mut statement = connection.prepare_cached("select * from alert where id = ?1")?;
    let alert = statement.query_row([id.as_bytes()], rows::alert).optional()?;
    alert.map(|alert| in_full(connection, alert)).transpose()
}

/// With its findings, persons and parts of its score.
pub(super) fn in_full(connection: &Connection, alert: Alert) -> rusqlite::Result<Alert> {
    let alerts = all_in_full(connection, vec![alert])?;
    alerts.into_iter().next().ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// Each with its findings, persons and parts of its score: of a whole page at once, for each query costs something.
pub(super) fn all_in_full(connection: &Connection, mut alerts: Vec<Alert>) -> rusqlite::Result<Vec<Alert>> {
    let places: HashMap<[u8; 16], usize> =
        alerts.iter().enumerate().map(|(place, alert)| (alert.id.into_bytes(), place)).collect();
    let ids: Vec<String> = alerts.iter().map(|alert| alert.id.simple().to_string()).collect();
    let ids = serde_json::to_string(&ids).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut each = |table: &str, take: &mut dyn FnMut(&mut Alert, &Row<'_>) -> rusqlite::Result<()>| {
        let sql = format!(
            "select * from {table} where alert_id in (select unhex(value) from json_each(?1)) order by alert_id, position"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([&ids])?;
        while let Some(row) = rows.next()? {
            if let Some(alert) = places.get(&row.get::<_, [u8; 16]>("alert_id")?).and_then(|at| alerts.get_mut(*at)) {
                take(alert, row)?;
            }
        }
        Ok::<_, rusqlite::Error>(())
    };
    each("finding", &mut |alert, row| rows::finding(row).map(|finding| alert.findings.push(finding)))?;
    each("score_part", &mut |alert, row| rows::score_part(row).map(|part| alert.score_parts.push(part)))?;
    let mut last = None;
    each("attribute", &mut |alert, row| {
        let row = rows::attribute(row)?;
        if last.replace((alert.id, row.position)) != Some((alert.id, row.position)) {
            alert.persons.push(Person { track: row.track, attributes: Default::default() });
        }
        if let Some(person) = alert.persons.last_mut() {
            person.attributes[row.attribute as usize] = row.judged;
        }
        Ok(())
    })?;
    Ok(alerts)
}
