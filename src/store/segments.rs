//! The recorder's index.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Store, StoreError, chains, deletions, kept, recordings};
use crate::base::chain::Digest;
use crate::intake::Codec;
use crate::record::chain::Sealed;
use crate::record::{Condemned, Deletion, Gone, IndexError, Needed, Segment, SegmentIndex};

/// An alert needs the video from so long before it opened,
pub const BEFORE_ALERT: Duration = Duration::from_secs(10);
/// to so long after its last sight.
pub const AFTER_ALERT: Duration = Duration::from_secs(20);

impl SegmentIndex for Store {
    fn appliance(&self) -> Uuid {
        Self::appliance(self)
    }

    fn put(&self, segment: &Segment) -> Result<(), IndexError> {
        let (segment, path) = (segment.clone(), path_of(segment)?);
        self.writer().write(move |connection, _| put(connection, &segment, &path))?;
        Ok(())
    }

    fn seal(&self, segment: &Segment, sha256: Digest) -> Result<(), IndexError> {
        let (sealed, segment, path) = (Sealed::new(segment, sha256), segment.clone(), path_of(segment)?);
        self.writer().write(move |connection, _| {
            put(connection, &segment, &path)?;
            chains::seal(connection, &sealed)
        })?;
        Ok(())
    }

    fn give_up(&self, ids: &[Uuid]) -> Result<(), IndexError> {
        let ids = ids.to_vec();
        self.writer().write(move |connection, _| {
            ids.into_iter().try_for_each(|id| chains::mark_gone(connection, id, Gone::Removed))
        })?;
        Ok(())
    }

    fn condemn(&self, deletion: &Deletion, ids: &[Uuid]) -> Result<Condemned, IndexError> {
        let (deletion, ids) = (deletion.clone(), ids.to_vec());
        Ok(self.writer().write(move |connection, told| deletions::condemn(connection, &deletion, &ids, told))?)
    }

    fn condemned(&self) -> Result<BTreeSet<Uuid>, IndexError> {
        Ok(self.readers().read(deletions::condemned)?)
    }

    fn remove(&self, id: Uuid, gone: Gone) -> Result<(), IndexError> {
        self.writer().write(move |connection, _| {
            chains::mark_gone(connection, id, gone)?;
            connection.prepare_cached("delete from segment where id = ?1")?.execute([id.as_bytes()]).map(drop)
        })?;
        Ok(())
    }

    fn all(&self) -> Result<Vec<Segment>, IndexError> {
        Ok(self.readers().read(all)?)
    }

    fn overlapping(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Segment>, IndexError> {
        Ok(self.readers().read(|connection| overlapping(connection, camera, from, to))?)
    }

    fn needed(&self) -> Result<Vec<Needed>, IndexError> {
        // Of a million old alerts only those matter whose time still has video.
        let sql = "
            select camera, opened_at_ns - ?1 as from_ns, last_seen_at_ns + ?2 as to_ns from alert
            where last_seen_at_ns >= (select min(started_at_ns) from segment) - ?2
            order by camera, from_ns";
        let stretches = self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let stretches = statement.query_map([BEFORE_ALERT, AFTER_ALERT].map(rows::duration_ns), |row| {
                Ok(Needed {
                    camera: row.get("camera")?,
                    from: rows::timestamp(row, "from_ns")?,
                    to: rows::timestamp(row, "to_ns")?,
                })
            })?;
            stretches.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        Ok(merged(stretches))
    }

    fn kept(&self) -> Result<Vec<Needed>, IndexError> {
        Ok(merged(self.readers().read(kept::in_force)?))
    }

    fn moved(&self, since: Timestamp) -> Result<Vec<Needed>, IndexError> {
        Ok(merged(self.readers().read(|connection| recordings::moved(connection, since))?))
    }
}

fn path_of(segment: &Segment) -> Result<String, IndexError> {
    let path = segment.path.to_str().map(str::to_owned);
    let path = path.ok_or_else(|| IndexError(format!("{} is not text", segment.path.display())))?;
    if is_within(&segment.path) { Ok(path) } else { Err(IndexError(leads_out(&path))) }
}

fn put(connection: &Connection, segment: &Segment, path: &str) -> rusqlite::Result<()> {
    let sql = "
        insert into segment
            (id, appliance, camera, path, codec, started_at_ns, duration_ns, size_bytes, complete)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict (id) do update set
            camera = excluded.camera, path = excluded.path, codec = excluded.codec,
            started_at_ns = excluded.started_at_ns, duration_ns = excluded.duration_ns,
            size_bytes = excluded.size_bytes, complete = excluded.complete";
    connection.prepare_cached(sql)?.execute(params![
        segment.id.as_bytes(),
        segment.camera,
        path,
        codec_name(segment.codec),
        nanoseconds(segment.started_at),
        rows::duration_ns(segment.duration),
        i64::try_from(segment.size_bytes).unwrap_or(i64::MAX),
        segment.complete,
    ])?;
    Ok(())
}

impl From<StoreError> for IndexError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// Joins what overlaps; `stretches` come by camera and start.
fn merged(stretches: Vec<Needed>) -> Vec<Needed> {
    let mut merged: Vec<Needed> = Vec::new();
    for next in stretches {
        match merged.last_mut() {
            Some(last) if last.camera == next.camera && next.from <= last.to => last.to = last.to.max(next.to),
            _ => merged.push(next),
        }
    }
    merged
}

fn codec_name(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "h264",
        Codec::H265 => "h265",
    }
}

pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Segment>> {
    let mut statement = connection.prepare_cached("select * from segment order by started_at_ns, id")?;
    statement.query_map([], segment)?.collect()
}

pub(super) fn overlapping(
    connection: &Connection,
    camera: &str,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Vec<Segment>> {
    // A segment that reaches into the stretch began at most the longest one's length before it.
    let sql = "
        select * from segment
        where camera = ?1 and started_at_ns < ?3
            and started_at_ns > ?2 - (select ifnull(max(duration_ns), 0) from segment where camera = ?1)
            and started_at_ns + duration_ns > ?2
        order by started_at_ns, id";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map(params![camera, nanoseconds(from), nanoseconds(to)], segment)?.collect()
}

/// A database may come from elsewhere, as from a backup: what it says is not a way to other files.
fn path(row: &Row<'_>) -> rusqlite::Result<PathBuf> {
    let text: String = row.get("path")?;
    if is_within(Path::new(&text)) {
        return Ok(text.into());
    }
    Err(rusqlite::Error::FromSqlConversionFailure(0, Type::Text, leads_out(&text).into()))
}

fn is_within(path: &Path) -> bool {
    // A dot at the beginning alone is a component of its own.
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

fn leads_out(path: &str) -> String {
    format!("a recording's path leads out of the data folder: {path:?}")
}

fn segment(row: &Row<'_>) -> rusqlite::Result<Segment> {
    let codec: String = row.get("codec")?;
    Ok(Segment {
        id: rows::uuid(row, "id")?,
        camera: row.get("camera")?,
        path: path(row)?,
        // The column holds nothing else.
        codec: if codec == codec_name(Codec::H265) { Codec::H265 } else { Codec::H264 },
        started_at: rows::timestamp(row, "started_at_ns")?,
        duration: Duration::from_nanos(rows::unsigned(row, "duration_ns")?),
        size_bytes: rows::unsigned(row, "size_bytes")?,
        complete: row.get("complete")?,
    })
}
