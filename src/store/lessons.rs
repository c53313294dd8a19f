//! What verdicts have taught cameras.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store};
use crate::alert::{Alert, Guard, Verdict};
use crate::base::{IdSource, Point};
use crate::rules::lessons::{self, Lesson, MOST_LESSONS, SharedLessons};

/// A lesson and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredLesson {
    pub lesson: Lesson,
    /// The alert that was none.
    pub alert: Uuid,
    /// Whose verdict that was, by the name that they had then.
    pub given_by: String,
    pub given_at: Timestamp,
}

/// The lessons as they are now.
#[derive(Debug, Default)]
pub(super) struct KnownLessons {
    shared: SharedLessons,
    /// Held from reading the database to telling: who reads later tells later.
    refreshing: Mutex<()>,
}

impl Store {
    /// The lessons of all cameras, as they are at any time from now on.
    pub fn lessons(&self) -> SharedLessons {
        self.known_lessons().shared.clone()
    }

    /// Those that hold at this time, of one camera or of all, newest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn lessons_at(&self, now: Timestamp, camera: Option<&str>) -> Result<Vec<StoredLesson>> {
        self.readers().read(|connection| {
            let sql = "
                select * from lesson where until_ns > ?1 and (?2 is null or camera = ?2) order by seq desc";
            connection.prepare_cached(sql)?.query_map(params![nanoseconds(now), camera], lesson)?.collect()
        })
    }

    /// Takes a lesson back; says whether there was one. Blocks until that is durable and [`Store::lessons`] knows it.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn take_back_lesson(&self, id: Uuid) -> Result<bool> {
        let gone = self.writer().write(move |connection, _| {
            connection.prepare_cached("delete from lesson where id = ?1")?.execute([id.as_bytes()])
        })?;
        self.refresh_lessons()?;
        Ok(gone > 0)
    }

    pub(super) fn refresh_lessons(&self) -> Result<()> {
        let known = self.known_lessons();
        let _refreshing = known.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<StoredLesson> = self.readers().read(|connection| {
            connection.prepare_cached("select * from lesson order by seq")?.query_map([], lesson)?.collect()
        })?;
        known.shared.replace(all.into_iter().map(|stored| stored.lesson));
        Ok(())
    }
}

/// What the verdict on an alert teaches takes the place of what the one before did. What no longer holds goes as well,
/// and the oldest of a camera that has too many.
pub(super) fn replace_of(
    connection: &Connection,
    alert: &Alert,
    verdict: Verdict,
    by: &Guard,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "delete from lesson where alert_id = ?1 or until_ns <= ?2";
    connection.prepare_cached(sql)?.execute(params![alert.id.as_bytes(), nanoseconds(at)])?;
    let Some(reason) = verdict.false_alarm() else { return Ok(()) };
    let looks = alert.looks.values().copied();
    for lesson in lessons::taught(&alert.camera, looks, reason, at, &mut IdSource::random()) {
        insert(connection, &StoredLesson { lesson, alert: alert.id, given_by: by.name.clone(), given_at: at })?;
    }
    let sql = "
        delete from lesson where camera = ?1 and seq not in
            (select seq from lesson where camera = ?1 order by seq desc limit ?2)";
    let most = i64::try_from(MOST_LESSONS).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute(params![alert.camera, most]).map(drop)
}

fn insert(connection: &Connection, stored: &StoredLesson) -> rusqlite::Result<()> {
    let sql = "
        insert into lesson
            (id, appliance, camera, alert_id, x, y, height, path, seen_at_ns, reason, given_by, given_at_ns, until_ns)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let StoredLesson { lesson, alert, given_by, given_at } = stored;
    connection.prepare_cached(sql)?.execute(params![
        lesson.id.as_bytes(),
        lesson.camera,
        alert.as_bytes(),
        lesson.place.x,
        lesson.place.y,
        lesson.height,
        rows::name(&lesson.path)?,
        nanoseconds(lesson.seen_at),
        rows::name(&lesson.reason)?,
        given_by,
        nanoseconds(*given_at),
        nanoseconds(lesson.until),
    ])?;
    Ok(())
}

fn lesson(row: &Row<'_>) -> rusqlite::Result<StoredLesson> {
    let lesson = Lesson {
        id: rows::uuid(row, "id")?,
        camera: row.get("camera")?,
        place: Point { x: row.get("x")?, y: row.get("y")? },
        height: row.get("height")?,
        path: rows::named(row, "path")?,
        seen_at: rows::timestamp(row, "seen_at_ns")?,
        reason: rows::named(row, "reason")?,
        until: rows::timestamp(row, "until_ns")?,
    };
    Ok(StoredLesson {
        lesson,
        alert: rows::uuid(row, "alert_id")?,
        given_by: row.get("given_by")?,
        given_at: rows::timestamp(row, "given_at_ns")?,
    })
}
