//! What is known of a camera's recordings: where there is video, when something moved, and when alerts came.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store};
use crate::alert::{AlertState, VerdictKind};
use crate::record::Needed;
use crate::rules::Severity;

/// Between segments that follow each other there may be a picture, and what the network took; more is a gap.
const SEAM: Duration = Duration::from_secs(2);
/// What moves comes from somewhere.
const AROUND_MOTION: Duration = Duration::from_secs(10);
const MINUTE_NS: i64 = 60_000_000_000;

/// A stretch of time of which there is video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A minute in which something moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MotionMinute {
    /// Whole minutes since 1970.
    pub minute: i64,
    /// In how many of its seconds: 1 to 60.
    pub seconds: u8,
}

impl MotionMinute {
    pub fn begins_at(&self) -> Timestamp {
        rows::from_nanoseconds(self.minute.saturating_mul(MINUTE_NS))
    }
}

/// An alert on a line of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertMark {
    pub id: Uuid,
    pub opened_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub severity: Severity,
    pub state: AlertState,
    pub verdict: Option<VerdictKind>,
}

/// What there is of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayMarks {
    pub is_recorded: bool,
    /// Somebody keeps some of it.
    pub is_kept: bool,
    pub alerts: u32,
    /// The greatest of them.
    pub severity: Option<Severity>,
}

impl Store {
    /// Where there is video of a camera within `from..to`, the earliest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn recorded(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Recorded>> {
        let (from_ns, to_ns) = (nanoseconds(from), nanoseconds(to));
        let mut merged: Vec<(i64, i64)> = Vec::new();
        self.readers().read(|connection| {
            // As in `overlapping`, from the index alone.
            let sql = "
                select started_at_ns, duration_ns from segment indexed by segment_by_time
                where camera = ?1 and started_at_ns < ?3
                    and started_at_ns > ?2 - (select ifnull(max(duration_ns), 0) from segment where camera = ?1)
                    and started_at_ns + duration_ns > ?2
                order by started_at_ns";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![camera, from_ns, to_ns])?;
            while let Some(row) = rows.next()? {
                let (start, duration): (i64, i64) = (row.get(0)?, row.get(1)?);
                let end = start.saturating_add(duration);
                match merged.last_mut() {
                    Some(last) if start <= last.1.saturating_add(rows::duration_ns(SEAM)) => last.1 = last.1.max(end),
                    _ => merged.push((start, end)),
                }
            }
            Ok(())
        })?;
        let recorded = merged.into_iter().map(|(start, end)| Recorded {
            from: rows::from_nanoseconds(start.max(from_ns)),
            to: rows::from_nanoseconds(end.min(to_ns)),
        });
        Ok(recorded.collect())
    }

    /// Minutes with motion that begin within `from..to`.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn motion(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<MotionMinute>> {
        let minute = |at| nanoseconds(at).div_euclid(MINUTE_NS);
        self.readers().read(|connection| {
            let sql = "select minute, seconds from motion_minute where camera = ?1 and minute >= ?2 and minute < ?3";
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement.query_map(params![camera, minute(from), minute(to).saturating_add(1)], |row| {
                Ok(MotionMinute { minute: row.get(0)?, seconds: row.get(1)? })
            })?;
            found.collect()
        })
    }

    /// Something moved then. Told again, the greater count stays.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_motion(&self, camera: &str, motion: MotionMinute) -> Result<()> {
        let camera = camera.to_owned();
        self.writer().write(move |connection, _| {
            let sql = "
                insert into motion_minute (camera, minute, seconds) values (?1, ?2, ?3)
                on conflict (camera, minute) do update set seconds = max(seconds, excluded.seconds)";
            connection.prepare_cached(sql)?.execute(params![camera, motion.minute, motion.seconds]).map(drop)
        })
    }

    /// Forgets motion of which there is no video any more.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn remove_motion_without_video(&self) -> Result<()> {
        self.writer().write(|connection, _| {
            let sql = "
                delete from motion_minute where minute < ifnull(
                    (select min(started_at_ns) from segment where segment.camera = motion_minute.camera) / ?1, minute)";
            connection.execute(sql, [MINUTE_NS]).map(drop)
        })
    }

    /// A camera's alerts that opened within `from..to`, the latest `limit` of them, the earliest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn alert_marks(&self, camera: &str, from: Timestamp, to: Timestamp, limit: u32) -> Result<Vec<AlertMark>> {
        let mut marks: Vec<AlertMark> = self.readers().read(|connection| {
            let sql = "
                select id, opened_at_ns, last_seen_at_ns, severity, state, verdict, false_alarm_reason
                from alert indexed by alert_by_camera
                where camera = ?1 and opened_at_ns >= ?2 and opened_at_ns < ?3
                order by opened_at_ns desc, id desc limit ?4";
            let mut statement = connection.prepare_cached(sql)?;
            let between = params![camera, nanoseconds(from), nanoseconds(to), limit];
            statement.query_map(between, alert_mark)?.collect()
        })?;
        marks.reverse();
        Ok(marks)
    }

    /// What there is of each day of a camera; `midnights` bound them, so they are one more.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn day_marks(&self, camera: &str, midnights: &[Timestamp]) -> Result<Vec<DayMarks>> {
        self.readers().read(|connection| {
            let days = midnights.windows(2).filter_map(|day| Some((*day.first()?, *day.last()?)));
            days.map(|(from, to)| day(connection, camera, nanoseconds(from), nanoseconds(to))).collect()
        })
    }
}

/// Of all cameras, by camera and start: minutes with motion, and what is shown before and after somebody.
pub(super) fn moved(connection: &Connection, since: Timestamp) -> rusqlite::Result<Vec<Needed>> {
    let sql = "select camera, minute from motion_minute where minute >= ?1 order by camera, minute";
    let mut statement = connection.prepare_cached(sql)?;
    let since = nanoseconds(since).div_euclid(MINUTE_NS);
    let stretches = statement.query_map([since], |row| {
        let minute: i64 = row.get("minute")?;
        let begins = minute.saturating_mul(MINUTE_NS);
        let around = rows::duration_ns(AROUND_MOTION);
        Ok(Needed {
            camera: row.get("camera")?,
            from: rows::from_nanoseconds(begins.saturating_sub(around)),
            to: rows::from_nanoseconds(begins.saturating_add(MINUTE_NS).saturating_add(around)),
        })
    })?;
    stretches.collect()
}

fn day(connection: &Connection, camera: &str, from_ns: i64, to_ns: i64) -> rusqlite::Result<DayMarks> {
    let sql = "
        select
            exists (select 1 from segment indexed by segment_by_time
                where camera = ?1 and started_at_ns >= ?2 and started_at_ns < ?3),
            exists (select 1 from kept_stretch
                where camera = ?1 and released_at_ns is null and from_ns < ?3 and to_ns > ?2),
            count(*),
            max(case severity when 'critical' then 2 when 'warning' then 1 else 0 end)
        from alert indexed by alert_by_camera where camera = ?1 and opened_at_ns >= ?2 and opened_at_ns < ?3";
    connection.prepare_cached(sql)?.query_row(params![camera, from_ns, to_ns], |row| {
        let greatest: Option<u8> = row.get(3)?;
        Ok(DayMarks {
            is_recorded: row.get(0)?,
            is_kept: row.get(1)?,
            alerts: row.get(2)?,
            severity: greatest.map(|rank| match rank {
                2 => Severity::Critical,
                1 => Severity::Warning,
                _ => Severity::Notice,
            }),
        })
    })
}

fn alert_mark(row: &Row<'_>) -> rusqlite::Result<AlertMark> {
    Ok(AlertMark {
        id: rows::uuid(row, "id")?,
        opened_at: rows::timestamp(row, "opened_at_ns")?,
        last_seen_at: rows::timestamp(row, "last_seen_at_ns")?,
        severity: rows::named(row, "severity")?,
        state: rows::named(row, "state")?,
        verdict: rows::verdict(row)?.map(crate::alert::Verdict::kind),
    })
}
