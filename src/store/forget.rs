//! What goes of alerts: their pictures when their time is over or somebody deletes what was recorded then, and at last all of
//! an alert. What somebody keeps stays.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::segments::{AFTER_ALERT, BEFORE_ALERT};
use super::{Result, Store, audit};
use crate::access::audit::{Act, Deed};
use crate::alert::{Pictured, RemovedBy};
use crate::record::Needed;

/// That somebody keeps the video of an alert, and with it the alert.
const IS_HELD: &str = "exists (
    select 1 from kept_stretch indexed by kept_in_force
    where kept_stretch.camera = alert.camera and released_at_ns is null
        and from_ns <= alert.last_seen_at_ns + :after and to_ns >= alert.opened_at_ns - :before)";

/// An alert whose pictures are over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverAlert {
    pub pictured: Pictured,
    pub last_seen_at: Timestamp,
}

impl Store {
    /// Closed alerts that need no video of `before` or later, that nobody keeps and that may have pictures: those that were
    /// last seen first, at most `limit`; those behind `behind` where it is given.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn pictures_over(&self, before: Timestamp, behind: Option<&OverAlert>, limit: u32) -> Result<Vec<OverAlert>> {
        let sql = format!(
            "select id, last_seen_at_ns from alert indexed by alert_with_pictures
             where (pictures_removed_at_ns is null or pictures_removed_at_ns < closed_at_ns) and closed_at_ns is not null
                and last_seen_at_ns < :ended and (last_seen_at_ns, id) > (:last, :id) and not {IS_HELD}
             order by last_seen_at_ns, id limit :limit"
        );
        let (last, id) =
            behind.map_or((i64::MIN, Uuid::nil()), |over| (nanoseconds(over.last_seen_at), over.pictured.alert));
        let [lead, rest] = [BEFORE_ALERT, AFTER_ALERT].map(rows::duration_ns);
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let values = rusqlite::named_params! {
                ":ended": nanoseconds(before).saturating_sub(rest), ":before": lead, ":after": rest, ":last": last,
                ":id": id.as_bytes(), ":limit": limit,
            };
            let found = statement
                .query_map(values, |row| Ok((rows::uuid(row, "id")?, rows::timestamp(row, "last_seen_at_ns")?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let over = |(alert, last_seen_at)| Ok(OverAlert { pictured: pictured(connection, alert)?, last_seen_at });
            found.into_iter().map(over).collect()
        })
    }

    /// Writes down that the pictures of these alerts went because their time was over, in the audit log, too. Gives the
    /// tracks of vehicles whose pictures are to go with them, for no other alert has them.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn pictures_went(&self, alerts: Vec<Uuid>, at: Timestamp) -> Result<Vec<Uuid>> {
        self.writer().write(move |connection, _| {
            let vehicles = mark(connection, &alerts, RemovedBy::Retention, at)?;
            let deed = Deed::own(Act::AlertPicturesRemoved, alerts.len().to_string());
            audit::append(connection, &deed, at)?;
            Ok(vehicles)
        })
    }

    /// Removes settled alerts that were last seen before `before` and that nobody keeps, with all that is known of them, at
    /// most `limit`. Their pictures must be gone. Says how many those were, in the audit log, too.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn forget_alerts(&self, before: Timestamp, limit: u32, at: Timestamp) -> Result<usize> {
        let forgotten = self.writer().write(move |connection, _| forget(connection, before, limit, at))?;
        if forgotten > 0 {
            // What their verdicts have taught went with them.
            self.refresh_lessons()?;
        }
        Ok(forgotten)
    }

    /// Whether an alert has no pictures any more; `None` where there is no such alert.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn is_without_pictures(&self, alert: Uuid) -> Result<Option<bool>> {
        self.readers().read(|connection| {
            let sql = "select ifnull(pictures_removed_at_ns >= closed_at_ns, 0) from alert where id = ?1";
            connection.prepare_cached(sql)?.query_row([alert.as_bytes()], |row| row.get(0)).optional()
        })
    }

    /// When the recording ended that ended last.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn newest_recording(&self) -> Result<Option<Timestamp>> {
        self.readers().read(|connection| {
            let sql = "select max(started_at_ns + duration_ns) from segment";
            let newest: Option<i64> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
            Ok(newest.map(rows::from_nanoseconds))
        })
    }
}

/// Alerts of a camera that somebody was seen of within `from..=to`, and that may have pictures; and what somebody keeps of
/// them.
pub(super) fn within(
    connection: &Connection,
    camera: &str,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<(Vec<Pictured>, Vec<Needed>)> {
    let sql = "
        select id from alert indexed by alert_by_end
        where camera = ?1 and opened_at_ns <= ?3 and last_seen_at_ns >= ?2
            and (pictures_removed_at_ns is null or closed_at_ns is null or pictures_removed_at_ns < closed_at_ns)";
    let mut statement = connection.prepare_cached(sql)?;
    let between = params![camera, nanoseconds(from), nanoseconds(to)];
    let found = statement.query_map(between, |row| rows::uuid(row, "id"))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let sql = "
        select kept_stretch.camera, from_ns, to_ns from alert join kept_stretch indexed by kept_in_force
            on kept_stretch.camera = alert.camera and released_at_ns is null
                and from_ns <= last_seen_at_ns + ?3 and to_ns >= opened_at_ns - ?2
        where alert.id = ?1 order by from_ns";
    let mut statement = connection.prepare_cached(sql)?;
    let [lead, rest] = [BEFORE_ALERT, AFTER_ALERT].map(rows::duration_ns);
    let mut held = Vec::new();
    for alert in &found {
        for stretch in statement.query_map(params![alert.as_bytes(), lead, rest], needed)? {
            held.push(stretch?);
        }
    }
    let found = found.into_iter().map(|alert| pictured(connection, alert)).collect::<rusqlite::Result<_>>()?;
    Ok((found, held))
}

pub(super) fn needed(row: &Row<'_>) -> rusqlite::Result<Needed> {
    Ok(Needed {
        camera: row.get("camera")?,
        from: rows::timestamp(row, "from_ns")?,
        to: rows::timestamp(row, "to_ns")?,
    })
}

/// Says of alerts that their pictures went. Gives the tracks of vehicles whose pictures go with them.
pub(super) fn mark(
    connection: &Connection,
    alerts: &[Uuid],
    by: RemovedBy,
    at: Timestamp,
) -> rusqlite::Result<Vec<Uuid>> {
    // Where the clock was set back, an alert closed in what it calls the future.
    let sql = "
        update alert set (pictures_removed_at_ns, pictures_removed_by) = (max(?2, ifnull(closed_at_ns, ?2)), ?3)
        where id = ?1";
    for alert in alerts {
        connection.prepare_cached(sql)?.execute(params![alert.as_bytes(), nanoseconds(at), by.name()])?;
        let sql = "update attribute set has_crop = 0 where alert_id = ?1 and has_crop = 1";
        connection.prepare_cached(sql)?.execute([alert.as_bytes()])?;
    }
    let sql = "
        update passage set (has_vehicle_crop, has_plate_crop) = (0, 0)
        where track in (select track from finding where alert_id = ?1) and not exists (
            select 1 from finding join alert on alert.id = finding.alert_id
            where finding.track = passage.track and pictures_removed_at_ns is null)
        returning track";
    let mut statement = connection.prepare_cached(sql)?;
    let mut vehicles = BTreeSet::new();
    for alert in alerts {
        for track in statement.query_map([alert.as_bytes()], |row| rows::uuid(row, "track"))? {
            vehicles.insert(track?);
        }
    }
    Ok(vehicles.into_iter().collect())
}

fn pictured(connection: &Connection, alert: Uuid) -> rusqlite::Result<Pictured> {
    let sql = "select track from attribute where alert_id = ?1 union select track from finding where alert_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let tracks = statement.query_map([alert.as_bytes()], |row| rows::uuid(row, "track"))?;
    Ok(Pictured { alert, tracks: tracks.collect::<rusqlite::Result<_>>()? })
}

fn forget(connection: &Connection, before: Timestamp, limit: u32, at: Timestamp) -> rusqlite::Result<usize> {
    let sql = format!(
        "select id, case_id from alert indexed by alert_by_end
         where last_seen_at_ns < :ended and state = 'resolved' and closed_at_ns is not null
            and pictures_removed_at_ns >= closed_at_ns and not {IS_HELD}
         order by last_seen_at_ns limit :limit"
    );
    let [lead, rest] = [BEFORE_ALERT, AFTER_ALERT].map(rows::duration_ns);
    let values = rusqlite::named_params! {
        ":ended": nanoseconds(before), ":before": lead, ":after": rest, ":limit": limit,
    };
    let mut statement = connection.prepare_cached(&sql)?;
    let found =
        statement.query_map(values, |row| Ok((rows::uuid(row, "id")?, row.get::<_, Option<[u8; 16]>>("case_id")?)))?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    if found.is_empty() {
        return Ok(0);
    }
    // What belongs to it goes with its row.
    let mut statement = connection.prepare_cached("delete from alert where id = ?1")?;
    for (alert, _) in &found {
        statement.execute([alert.as_bytes()])?;
    }
    let cases: BTreeSet<[u8; 16]> = found.iter().filter_map(|(_, case)| *case).collect();
    for case in cases {
        for column in ["joined_id", "id"] {
            let sql = format!(
                "delete from case_file where {column} = ?1 and not exists (select 1 from alert where case_id = ?1)"
            );
            connection.prepare_cached(&sql)?.execute([case])?;
        }
    }
    audit::append(connection, &Deed::own(Act::AlertsForgotten, found.len().to_string()), at)?;
    Ok(found.len())
}

#[cfg(test)]
#[path = "forget_tests.rs"]
mod tests;
