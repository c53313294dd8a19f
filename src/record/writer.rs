//! What the recorder's thread does: fragments to files, files to the index, old files away.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

use super::camera::Delivered;
use super::disk::{DiskReport, DiskState, DiskTrouble, OnDisk, advice, state_after};
use super::open::OpenSegment;
use super::retention::{Kept, Shelf, choose};
use super::{IndexError, Segment, SegmentIndex};
use crate::base::{IdSource, SharedClock};

/// Without a fragment for so long a segment is complete, whether or not its camera said so.
const IDLE: Duration = Duration::from_secs(60);
/// How often cleaning looks again while nothing else makes it.
const TICK: Duration = Duration::from_secs(1);
/// Removing goes this share of the quota below it, so that it is not done for every segment.
const HEADROOM_SHARE: u64 = 100;
const MAX_HEADROOM_BYTES: u64 = 256 << 20;
/// Left free for the database and the system, so that alerts are still stored when video is not:
/// this, or a hundredth of a small disk.
const RESERVE_BYTES: u64 = 64 << 20;
const RESERVE_SHARE: u64 = 100;
/// What is removed at least when a disk is full although something was held in reserve.
const MIN_FREED_BYTES: u64 = 4 << 20;

pub(super) struct Writer {
    data_dir: PathBuf,
    index: Arc<dyn SegmentIndex>,
    /// May be set anew at any time.
    quota_bytes: Arc<AtomicU64>,
    clock: SharedClock,
    on_disk: OnDisk,
    ids: IdSource,
    shelf: Shelf,
    open: HashMap<String, OpenSegment>,
    /// What the index did not take; tried again each second.
    unsaved: BTreeMap<Uuid, Segment>,
    unremoved: Vec<Uuid>,
    last_tick: Duration,
    /// Of what is complete, what somebody keeps; as of the last look.
    kept_bytes: u64,
    /// Why the last attempt to write failed; none since one has succeeded.
    trouble: Option<(DiskState, String)>,
    index_failing: bool,
}

impl Writer {
    pub(super) fn new(
        data_dir: PathBuf,
        index: Arc<dyn SegmentIndex>,
        quota_bytes: Arc<AtomicU64>,
        clock: SharedClock,
        on_disk: OnDisk,
        ids: IdSource,
        shelf: Shelf,
    ) -> Self {
        let mut writer = Self {
            data_dir,
            index,
            quota_bytes,
            last_tick: clock.monotonic(),
            kept_bytes: 0,
            clock,
            on_disk,
            ids,
            shelf,
            open: HashMap::new(),
            unsaved: BTreeMap::new(),
            unremoved: Vec::new(),
            trouble: None,
            index_failing: false,
        };
        writer.keep_within_quota();
        writer
    }

    /// Appends a fragment to its camera's segment, or begins a new one.
    pub(super) fn write(&mut self, delivered: &Delivered) {
        let camera = &delivered.camera.camera;
        if self.open.get(camera).is_some_and(|open| !open.takes(delivered)) {
            self.end(camera);
        }
        let written = match self.open.get_mut(camera) {
            Some(open) => open.append(delivered, self.clock.monotonic()),
            None if !delivered.cut.fragment.key() => {
                delivered.camera.drop_units(delivered.cut.fragment.samples.len());
                return;
            }
            None => self.begin(delivered),
        };
        if let Err(error) = written {
            delivered.camera.drop_units(delivered.cut.fragment.samples.len());
            self.end(camera);
            self.fail(camera, &error);
            return;
        }
        if let Some(open) = self.open.get_mut(camera).filter(|open| open.is_report_due()) {
            let synced = open.sync();
            let segment = open.segment.clone();
            self.save(segment);
            if let Err(error) = synced {
                self.end(camera);
                self.fail(camera, &error);
            }
        }
    }

    fn begin(&mut self, delivered: &Delivered) -> io::Result<()> {
        self.make_room()?;
        let id = self.ids.next(delivered.cut.at);
        let open = OpenSegment::begin(&self.data_dir, id, delivered, self.clock.monotonic())?;
        self.save(open.segment.clone());
        self.open.insert(delivered.camera.camera.clone(), open);
        if self.trouble.take().is_some() {
            tracing::info!("the disk takes recordings again");
            self.report();
        }
        Ok(())
    }

    /// Completes the camera's segment.
    pub(super) fn end(&mut self, camera: &str) {
        let Some(open) = self.open.remove(camera) else { return };
        let (segment, synced) = open.complete();
        self.shelf.add(&segment);
        self.save(segment);
        match synced {
            Ok(()) => self.keep_within_quota(),
            Err(error) => self.fail(camera, &error),
        }
    }

    pub(super) fn end_all(&mut self) {
        let cameras: Vec<String> = self.open.keys().cloned().collect();
        for camera in cameras {
            self.end(&camera);
        }
        self.save_again();
    }

    /// What has to be done without any fragment coming.
    pub(super) fn tick(&mut self) {
        let now = self.clock.monotonic();
        if now < self.last_tick + TICK {
            return;
        }
        self.last_tick = now;
        self.save_again();
        let idle = |(camera, open): (&String, &OpenSegment)| (now >= open.last_write + IDLE).then(|| camera.clone());
        let idle: Vec<String> = self.open.iter().filter_map(idle).collect();
        for camera in idle {
            self.end(&camera);
        }
    }

    fn used_bytes(&self) -> u64 {
        self.shelf.bytes + self.open.values().map(|open| open.segment.size_bytes).sum::<u64>()
    }

    /// A write failed: says so, and makes room if that is what it wants.
    fn fail(&mut self, camera: &str, error: &io::Error) {
        let state = state_after(error);
        let folder = self.data_dir.display();
        let detail = format!("recording to {folder} fails ({error}): {}", advice(state));
        if self.trouble.as_ref().is_none_or(|(known, _)| *known != state) {
            tracing::error!(camera, "{detail}");
        }
        self.trouble = Some((state, detail));
        if state == DiskState::Full {
            self.free(self.headroom_bytes().max(MIN_FREED_BYTES));
        }
        self.report();
    }

    /// Keeps some of the disk free; without that no segment is begun.
    fn make_room(&mut self) -> io::Result<()> {
        let short = |dir: &PathBuf| Ok::<u64, io::Error>(reserve_bytes(dir)?.saturating_sub(free_bytes(dir)?));
        let missing = short(&self.data_dir)?;
        if missing > 0 {
            self.free(missing + self.headroom_bytes());
            if short(&self.data_dir)? > 0 {
                return Err(rustix::io::Errno::NOSPC.into());
            }
        }
        Ok(())
    }

    fn headroom_bytes(&self) -> u64 {
        (self.quota_bytes() / HEADROOM_SHARE).min(MAX_HEADROOM_BYTES)
    }

    fn quota_bytes(&self) -> u64 {
        self.quota_bytes.load(Ordering::Relaxed)
    }

    fn keep_within_quota(&mut self) {
        match self.index.kept() {
            Ok(kept) => self.kept_bytes = self.shelf.bytes_of(&kept),
            Err(error) => self.index_failed(&error),
        }
        let over = self.used_bytes().saturating_sub(self.quota_bytes());
        if over > 0 {
            self.free(over + self.headroom_bytes());
        }
        self.report();
    }

    /// Removes the oldest segments that no alert needs and nobody keeps, `bytes` of them if there are as many.
    fn free(&mut self, bytes: u64) {
        let needed = self.index.needed().and_then(|needed| Ok([needed, self.index.kept()?].concat()));
        let needed = match needed {
            Ok(needed) => needed,
            Err(error) => return self.index_failed(&error),
        };
        let chosen = choose(self.shelf.oldest_first(), &needed, bytes, self.clock.now());
        let chosen: Vec<Kept> = chosen.into_iter().cloned().collect();
        for segment in chosen {
            self.remove(&segment);
        }
    }

    /// The file first: a row without a file is found at the next start, evidence without a row
    /// would come back.
    fn remove(&mut self, segment: &Kept) {
        let path = self.data_dir.join(segment.path());
        // Off the shelf in any case: what cannot be removed must not stand in the way of the next.
        self.shelf.remove(segment);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "an old segment cannot be removed; tried again at the next start");
            return;
        }
        self.unsaved.remove(&segment.id);
        if let Some(day) = path.parent() {
            // Succeeds for the last one of a day only.
            drop(std::fs::remove_dir(day));
        }
        if let Err(error) = self.index.remove(segment.id) {
            self.unremoved.push(segment.id);
            self.index_failed(&error);
        }
    }

    fn save(&mut self, segment: Segment) {
        match self.index.put(&segment) {
            Ok(()) => {
                self.unsaved.remove(&segment.id);
                self.index_failing = false;
            }
            Err(error) => {
                self.unsaved.insert(segment.id, segment);
                self.index_failed(&error);
            }
        }
    }

    fn save_again(&mut self) {
        for segment in std::mem::take(&mut self.unsaved).into_values() {
            self.save(segment);
        }
        for id in std::mem::take(&mut self.unremoved) {
            if self.index.remove(id).is_err() {
                self.unremoved.push(id);
            }
        }
    }

    fn index_failed(&mut self, error: &IndexError) {
        if !std::mem::replace(&mut self.index_failing, true) {
            tracing::error!(%error, "recordings are written but not listed; tried again each second");
        }
    }

    fn report(&self) {
        let (used_bytes, quota_bytes) = (self.used_bytes(), self.quota_bytes());
        let kept_bytes = self.kept_bytes;
        let (state, trouble) = match &self.trouble {
            Some((state @ DiskState::Full, detail)) => (*state, Some((DiskTrouble::NoRoom, detail.clone()))),
            Some((state, detail)) => (*state, Some((DiskTrouble::NotWritable, detail.clone()))),
            None if used_bytes > quota_bytes => (DiskState::Full, Some(over_quota(quota_bytes, kept_bytes))),
            None => (DiskState::Ok, None),
        };
        let (trouble, detail) = trouble.unzip();
        (self.on_disk)(DiskReport { state, used_bytes, quota_bytes, kept_bytes, trouble, detail });
    }
}

fn over_quota(quota_bytes: u64, kept_bytes: u64) -> (DiskTrouble, String) {
    let [quota, kept] = [quota_bytes, kept_bytes].map(|bytes| bytes / 1_000_000);
    if kept_bytes >= quota_bytes {
        let detail = format!(
            "recordings that somebody keeps alone fill the quota of {quota} MB; none is removed: release what is no longer \
             needed, or raise the quota"
        );
        return (DiskTrouble::FullOfKept, detail);
    }
    if kept_bytes > 0 {
        let detail = format!(
            "the quota of {quota} MB is full of recordings that alerts need and {kept} MB that somebody keeps; none is \
             removed: release what is no longer needed, or raise the quota"
        );
        return (DiskTrouble::FullOfAlertsAndKept, detail);
    }
    let detail =
        format!("the quota of {quota} MB is full of recordings that alerts need; they are kept: raise the quota");
    (DiskTrouble::FullOfAlerts, detail)
}

fn free_bytes(dir: &PathBuf) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(dir)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn reserve_bytes(dir: &PathBuf) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(dir)?;
    Ok(RESERVE_BYTES.min(disk.f_blocks.saturating_mul(disk.f_frsize) / RESERVE_SHARE))
}
