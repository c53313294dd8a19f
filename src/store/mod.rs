//! What must not be lost: alerts, vehicles that came by, the index of segments, and what changed when. SQLite in WAL mode,
//! every commit flushed to the disk; one thread writes, a few connections read. `schema.sql` says
//! what lies where.

mod account_book;
mod accounts;
mod alert_search;
mod alerts;
mod audit;
mod beside;
mod cases;
mod chains;
mod conditions;
mod copy;
mod cursor;
mod daily;
mod deletions;
mod error;
mod events;
mod forget;
mod handling;
mod kept;
mod lessons;
mod lock;
mod loitering;
mod memory;
mod migrate;
mod orders;
mod outages;
mod place;
mod plans;
mod plate_pattern;
mod plates;
mod readers;
mod recordings;
mod reserve;
mod rows;
mod segments;
mod sessions;
mod shift;
mod trails;
mod traits;
mod vehicle_search;
mod vehicles;
mod words;
mod writer;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::alert::SettledAlerts;
use crate::base::{IdSource, Pulse, SharedClock};
pub use account_book::{AccountBook, at_the_machine};
pub use accounts::{Account, Decision, Refusal};
pub use alert_search::{AlertFilter, Page};
pub use audit::{AuditFilter, AuditPage, write_beside};
pub use beside::Beside;
pub use cases::{CaseFilter, CasePage};
pub use chains::{DeletedBy, Head, HeadOf, StoredLink};
pub use copy::{Copied, copy_to, examine, take_empty};
pub use cursor::{Cursor, CursorError};
pub use daily::DayAlert;
pub use deletions::DeletedStretch;
pub use error::{Result, StoreError};
pub use events::{StoredEvent, Subject};
pub use forget::OverAlert;
pub use handling::Handled;
pub use kept::{By, KeptStretch};
use lessons::KnownLessons;
pub use lessons::StoredLesson;
use orders::KnownOrders;
pub use outages::Outage;
pub use plans::PlanStep;
use plates::SharedLists;
pub use plates::{PlateEntry, PlateLists};
use readers::Readers;
pub use recordings::{AlertMark, DayMarks, MotionMinute, Recorded};
use reserve::Reserve;
pub use segments::{AFTER_ALERT, BEFORE_ALERT};
pub use shift::{DutyChange, ShiftNote};
pub use vehicle_search::{PassageFilter, PassagePage};
pub use vehicles::{Listed, Passage, TimesSeen, VehicleCrop};
use writer::Writer;

const FILE: &str = "canhdem.db";
/// How long to wait for another program, a backup say, that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What each connection keeps of the database, so that memory does not grow with it; the system's own cache has the rest.
const CACHE_KIB: i64 = 512;
/// Events that a subscriber may lag behind before it must read them from the database.
const BROADCAST: usize = 256;

/// The database of a data folder. Clones share it; the last one to go waits for what is queued.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    pulse: Pulse,
    readers: Readers,
    lists: SharedLists,
    orders: KnownOrders,
    lessons: KnownLessons,
    settled: SettledAlerts,
    told: broadcast::Sender<StoredEvent>,
    path: PathBuf,
    appliance: Uuid,
    reserve: Reserve,
    // After the connections: whoever gets the lock finds the database closed.
    _lock: File,
}

impl Store {
    /// Opens the database in `data_dir`, making both where missing, and brings it to this program's
    /// schema. The folder belongs to this process until the store is dropped. The clock gives the
    /// time in the appliance's id, when that is made.
    ///
    /// # Errors
    /// Where the folder is in use, cannot be written, or holds a database that this program cannot
    /// read. See [`StoreError`].
    pub fn open(data_dir: &Path, clock: &SharedClock) -> Result<Self> {
        fs::create_dir_all(data_dir).map_err(|error| StoreError::from_io(data_dir, &error))?;
        place::check(data_dir)?;
        let lock = lock::take(data_dir)?;
        let reserve = Reserve::open(data_dir);
        let path = data_dir.join(FILE);
        let sqlite = |error| StoreError::from_sqlite(&path, &error);
        let mut connection = connect(&path).map_err(sqlite)?;
        // First of all: a database that is not ours must stay as it is.
        migrate::SCHEMA.apply(&mut connection, &path)?;
        make_durable(&connection).map_err(sqlite)?;
        let appliance = appliance_id(&connection, clock).map_err(sqlite)?;
        let readers = Readers::open(&path)?;
        let (told, _) = broadcast::channel(BROADCAST);
        let pulse = Pulse::new("store-writer", clock.clone());
        let writer = Writer::start(connection, path.clone(), told.clone(), pulse.clone());
        let writer = writer.map_err(|error| StoreError::from_io(&path, &error))?;
        let lists = SharedLists::default();
        let (orders, lessons) = (KnownOrders::default(), KnownLessons::default());
        let settled = SettledAlerts::default();
        let inner = Inner {
            writer,
            pulse,
            readers,
            lists,
            orders,
            lessons,
            settled,
            told,
            path,
            appliance,
            reserve,
            _lock: lock,
        };
        let store = Self { inner: Arc::new(inner) };
        store.refresh_lists()?;
        store.refresh_orders()?;
        store.refresh_lessons()?;
        Ok(store)
    }

    /// Names this appliance for ever; made with the database.
    pub fn appliance(&self) -> Uuid {
        self.inner.appliance
    }

    /// Of the thread that writes.
    pub fn pulse(&self) -> &Pulse {
        &self.inner.pulse
    }

    /// The database's file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// To be called once after the start and all that it had to write: what the log has taken of the
    /// reserve's room comes back, so that there is a reserve for the next start as well.
    pub fn settle(&self) {
        if self.inner.reserve.is_whole() {
            return;
        }
        if let Err(error) = empty_log(&self.inner.path) {
            tracing::warn!(%error, "the database's log keeps its room for now");
        }
        self.restore_reserve();
    }

    /// Makes the reserve whole where it is not and the disk has room again.
    pub fn restore_reserve(&self) {
        self.inner.reserve.restore();
    }

    /// Every event from now on, once it is durable. A subscriber that falls too far behind is told
    /// so, and reads on with [`Store::events_after`].
    pub fn subscribe(&self) -> broadcast::Receiver<StoredEvent> {
        self.inner.told.subscribe()
    }

    fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    fn readers(&self) -> &Readers {
        &self.inner.readers
    }

    fn lists(&self) -> &SharedLists {
        &self.inner.lists
    }

    fn known_orders(&self) -> &KnownOrders {
        &self.inner.orders
    }

    fn known_lessons(&self) -> &KnownLessons {
        &self.inner.lessons
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    connect_as(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
}

fn connect_as(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Negative: not pages, but KiB.
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(connection)
}

fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        let problem = format!("its file system cannot hold a write-ahead log (journal mode {mode})");
        return Err(rusqlite::Error::ToSqlConversionFailure(problem.into()));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What a burst of writes has blown up shrinks again.
    connection.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)
}

/// Brings the log's content into the database and gives its room back to the disk.
fn empty_log(path: &Path) -> Result<()> {
    let sqlite = |error| StoreError::from_sqlite(path, &error);
    let connection = connect(path).map_err(sqlite)?;
    // Its answer says whether somebody was reading meanwhile; then it is for another time.
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())).map_err(sqlite)
}

fn appliance_id(connection: &Connection, clock: &SharedClock) -> rusqlite::Result<Uuid> {
    let made = IdSource::random().next(clock.now());
    connection.execute("insert into appliance values (1, ?1) on conflict do nothing", [made.as_bytes()])?;
    connection.query_row("select id from appliance", [], |row| rows::uuid(row, "id"))
}

#[cfg(test)]
mod accounts_tests;
#[cfg(test)]
mod alert_search_tests;
#[cfg(test)]
mod audit_tests;
#[cfg(test)]
mod handling_tests;
#[cfg(test)]
mod recordings_tests;
#[cfg(test)]
mod shift_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vehicles_tests;
