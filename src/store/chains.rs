//! The chains of finished segments, and the signed heads of all chains.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Beside, Result, Store, audit};
use crate::access::audit::{Act, Deed, Removal};
use crate::base::chain::{self, Digest, Link};
use crate::record::Gone;
use crate::record::chain::Sealed;
use crate::record::evidence::{Signature, Statement};

/// A finished segment in its chain, as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLink {
    pub sealed: Sealed,
    pub day: String,
    pub position: i64,
    pub link: Digest,
    /// Why it is not there any more.
    pub gone: Option<Gone>,
    /// Somebody deleted it.
    pub deletion: Option<DeletedBy>,
}

/// Who deleted a segment, by the name that they had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedBy {
    pub name: String,
    pub at: Timestamp,
}

const LINKS: &str = "
    select * from (
        select segment_link.*, deletion.deleted_by_name, deletion.deleted_at_ns
        from segment_link left join deleted_segment using (segment_id)
            left join deletion on deletion.id = deleted_segment.deletion_id
    )";

impl StoredLink {
    pub fn link(&self, appliance: Uuid) -> Link {
        Link { position: self.position, content: self.sealed.content(appliance), link: self.link }
    }
}

/// A head with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub statement: Statement,
    pub signature: Signature,
}

/// The end of a chain that is to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadOf {
    /// `None` for the audit log.
    pub camera: Option<String>,
    pub day: String,
    pub position: i64,
    pub link: Digest,
}

impl Store {
    /// What retention has removed since this was last done goes into the audit log: an entry a camera. Blocks until it is
    /// durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn write_down_removals(&self, at: Timestamp) -> Result<()> {
        self.writer().decide(move |connection| {
            let mut statement = connection.prepare_cached("select * from removal order by camera")?;
            let told = statement.query_map([], |row| Ok((row.get::<_, String>("camera")?, removal(row)?)))?;
            for told in told.collect::<rusqlite::Result<Vec<_>>>()? {
                let (camera, removal) = told;
                let deed = Deed { camera: Some(camera), ..Deed::own(Act::RecordingsRemoved, removal.to_string()) };
                audit::append(connection, &deed, at)?;
            }
            connection.execute("delete from removal", []).map(drop)
        })
    }

    /// Ends of chains that no signed head reaches, and of the audit log where there is an entry since the last.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn unsigned_heads(&self, today: &str) -> Result<Vec<HeadOf>> {
        self.readers().read(|connection| {
            let sql = "
                select camera, day, position, link from segment_link as last
                where position = (select max(position) from segment_link where camera = last.camera and day = last.day)
                    and position > ifnull((
                        select position from chain_head
                        where chain = 'segments' and camera = last.camera and day = last.day
                    ), 0)
                order by camera, day";
            let mut heads: Vec<HeadOf> =
                connection.prepare_cached(sql)?.query_map([], end)?.collect::<rusqlite::Result<_>>()?;
            let sql = "
                select null as camera, ?1 as day, position, link from audit
                where position > ifnull((select max(position) from chain_head where chain = 'audit'), 0)
                order by position desc limit 1";
            heads.extend(connection.prepare_cached(sql)?.query_row([today], end).optional()?);
            Ok(heads)
        })
    }

    /// Chains of days before `today` of which nothing is there any more: retention has removed all.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn days_to_fold(&self, today: &str) -> Result<Vec<HeadOf>> {
        self.readers().read(|connection| {
            let sql = "
                select camera, day, position, link from segment_link as last
                where day < ?1
                    and position = (select max(position) from segment_link where camera = last.camera and day = last.day)
                    and not exists (
                        select 1 from segment_link
                        where camera = last.camera and day = last.day and gone is not 'removed'
                    )
                order by camera, day";
            connection.prepare_cached(sql)?.query_map([today], end)?.collect()
        })
    }

    /// Keeps signed heads in place of those of the same chain and day. Where one says that its day is folded, the day's links
    /// go. Blocks until it is durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_heads(&self, heads: Vec<Head>) -> Result<()> {
        self.writer().decide(move |connection| heads.iter().try_for_each(|head| put_head(connection, head)))
    }

    /// Heads that were signed within `from..to`: the audit log's first, then by camera and day.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn heads_signed(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Head>> {
        self.readers().read(|connection| {
            let sql = "
                select chain_head.*, appliance.id as appliance from chain_head, appliance
                where signed_at_ns >= ?1 and signed_at_ns < ?2 order by chain, camera, day";
            connection.prepare_cached(sql)?.query_map(params![nanoseconds(from), nanoseconds(to)], head)?.collect()
        })
    }
}

impl Beside {
    /// Every link, by camera, day and position.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn each_link(&self, mut told: impl FnMut(StoredLink)) -> Result<()> {
        self.readers.read(|connection| {
            let mut statement = connection.prepare(&format!("{LINKS} order by camera, day, position"))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                told(stored(row)?);
            }
            Ok(())
        })
    }

    /// The links of a camera's day, in order.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn links_of(&self, camera: &str, day: &str) -> Result<Vec<StoredLink>> {
        self.readers.read(|connection| {
            let sql = format!("{LINKS} where camera = ?1 and day = ?2 order by position");
            connection.prepare(&sql)?.query_map([camera, day], stored)?.collect()
        })
    }

    /// Every signed head.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn heads(&self) -> Result<Vec<Head>> {
        self.readers.read(|connection| {
            let sql = "
                select chain_head.*, appliance.id as appliance from chain_head, appliance order by chain, camera, day";
            connection.prepare(sql)?.query_map([], head)?.collect()
        })
    }

    /// What retention has removed of each camera and the audit log does not tell yet.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn removals(&self) -> Result<Vec<(String, Removal)>> {
        self.readers.read(|connection| {
            let mut statement = connection.prepare("select * from removal")?;
            statement.query_map([], |row| Ok((row.get("camera")?, removal(row)?)))?.collect()
        })
    }
}

/// Links a segment, unless it is linked already.
pub(super) fn seal(connection: &Connection, sealed: &Sealed) -> rusqlite::Result<()> {
    let appliance: [u8; 16] = connection.query_row("select id from appliance", [], |row| row.get(0))?;
    let sql = "select exists (select 1 from segment_link where segment_id = ?1)";
    if connection.prepare_cached(sql)?.query_row([sealed.id.as_bytes()], |row| row.get(0))? {
        return Ok(());
    }
    let day = sealed.day();
    let sql = "select position, link from segment_link where camera = ?1 and day = ?2 order by position desc limit 1";
    let last: Option<(i64, Digest)> = connection
        .prepare_cached(sql)?
        .query_row([&sealed.camera, &day], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // One of a day whose links are gone goes on where they ended.
    let last = match last {
        None => head_of(connection, &sealed.camera, &day)?,
        last => last,
    };
    let (position, before) = last.unwrap_or((0, chain::START));
    let link = chain::link(before, sealed.content(Uuid::from_bytes(appliance)));
    let sql = "
        insert into segment_link
            (camera, day, position, segment_id, started_at_ns, duration_ns, size_bytes, sha256, link)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.prepare_cached(sql)?.execute(params![
        sealed.camera,
        day,
        position + 1,
        sealed.id.as_bytes(),
        nanoseconds(sealed.started_at),
        rows::duration_ns(sealed.duration),
        i64::try_from(sealed.size_bytes).unwrap_or(i64::MAX),
        sealed.sha256,
        link,
    ])?;
    Ok(())
}

fn head_of(connection: &Connection, camera: &str, day: &str) -> rusqlite::Result<Option<(i64, Digest)>> {
    let sql = "select position, link from chain_head where chain = 'segments' and camera = ?1 and day = ?2";
    connection.prepare_cached(sql)?.query_row([camera, day], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Says of a segment that is listed why it is not there any more, once.
pub(super) fn mark_gone(connection: &Connection, id: Uuid, gone: Gone) -> rusqlite::Result<()> {
    let sql = "update segment_link set gone = ?2 where segment_id = ?1 and gone is null";
    let name = match gone {
        Gone::Removed => "removed",
        Gone::Missing => "missing",
    };
    let marked = connection.prepare_cached(sql)?.execute(params![id.as_bytes(), name])? == 1;
    let sql = "select exists (select 1 from segment_link where segment_id = ?1)";
    let is_linked: bool = connection.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get(0))?;
    // What somebody deleted is told on its own.
    let sql = "select exists (select 1 from deleted_segment where segment_id = ?1)";
    let is_deleted: bool = connection.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get(0))?;
    if gone == Gone::Removed && !is_deleted && (marked || !is_linked) {
        let sql = "
            insert into removal (camera, segments, bytes, from_ns, to_ns)
            select camera, 1, size_bytes, started_at_ns, started_at_ns from segment where id = ?1
            on conflict (camera) do update set
                segments = segments + 1, bytes = bytes + excluded.bytes,
                from_ns = min(from_ns, excluded.from_ns), to_ns = max(to_ns, excluded.to_ns)";
        connection.prepare_cached(sql)?.execute([id.as_bytes()])?;
    }
    Ok(())
}

fn put_head(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    let Statement { camera, day, position, link, at, folded, .. } = &head.statement;
    if *folded {
        // What has come meanwhile goes on from there another time.
        let sql = "
            delete from segment_link where camera = ?1 and day = ?2
                and ?3 = (select max(position) from segment_link where camera = ?1 and day = ?2)";
        if connection.prepare_cached(sql)?.execute(params![camera, day, position])? == 0 {
            return Ok(());
        }
    }
    let sql = "
        insert into chain_head (chain, camera, day, position, link, signed_at_ns, folded, signature)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict do update set
            position = excluded.position, link = excluded.link, signed_at_ns = excluded.signed_at_ns,
            folded = excluded.folded, signature = excluded.signature";
    let chain = if camera.is_some() { "segments" } else { "audit" };
    let camera = camera.as_deref().unwrap_or_default();
    let row = params![chain, camera, day, position, link, nanoseconds(*at), folded, head.signature];
    connection.prepare_cached(sql)?.execute(row).map(drop)
}

fn end(row: &Row<'_>) -> rusqlite::Result<HeadOf> {
    Ok(HeadOf {
        camera: row.get("camera")?,
        day: row.get("day")?,
        position: row.get("position")?,
        link: row.get("link")?,
    })
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    let camera: String = row.get("camera")?;
    let is_audit = row.get::<_, String>("chain")? == "audit";
    Ok(Head {
        statement: Statement {
            appliance: rows::uuid(row, "appliance")?,
            camera: (!is_audit).then_some(camera),
            day: row.get("day")?,
            position: row.get("position")?,
            link: row.get("link")?,
            at: rows::timestamp(row, "signed_at_ns")?,
            folded: row.get("folded")?,
        },
        signature: row.get("signature")?,
    })
}

fn removal(row: &Row<'_>) -> rusqlite::Result<Removal> {
    Ok(Removal {
        segments: rows::unsigned(row, "segments")?,
        bytes: rows::unsigned(row, "bytes")?,
        from: rows::timestamp(row, "from_ns")?,
        to: rows::timestamp(row, "to_ns")?,
    })
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredLink> {
    let gone: Option<String> = row.get("gone")?;
    let deleted_by: Option<String> = row.get("deleted_by_name")?;
    Ok(StoredLink {
        sealed: Sealed {
            id: rows::uuid(row, "segment_id")?,
            camera: row.get("camera")?,
            started_at: rows::timestamp(row, "started_at_ns")?,
            duration: Duration::from_nanos(rows::unsigned(row, "duration_ns")?),
            size_bytes: rows::unsigned(row, "size_bytes")?,
            sha256: row.get("sha256")?,
        },
        day: row.get("day")?,
        position: row.get("position")?,
        link: row.get("link")?,
        deletion: deleted_by
            .zip(rows::optional_timestamp(row, "deleted_at_ns")?)
            .map(|(name, at)| DeletedBy { name, at }),
        gone: gone.map(|gone| if gone == "removed" { Gone::Removed } else { Gone::Missing }),
    })
}
