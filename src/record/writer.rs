//! What the recorder's thread does: fragments to files, files to the index, old files away.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::camera::Delivered;
use super::disk::{
    DiskReport, DiskState, DiskTrouble, OnDisk, advice, free_bytes, over_quota, reserve_bytes, state_after,
};
use super::forecast::{Forecast, forecast};
use super::open::OpenSegment;
use super::retention::{Kept, Shelf, choose};
use super::{Gone, IndexError, Segment, SegmentIndex, WrongDisk, identity, recover};
use crate::base::chain::Digest;
use crate::base::{IdSource, Pulse, SharedClock};

/// Without a fragment for so long a segment is complete, whether or not its camera said so.
const IDLE: Duration = Duration::from_secs(60);
/// How often cleaning looks again while nothing else makes it.
const TICK: Duration = Duration::from_secs(1);
/// How often a disk that is not this appliance's is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const FORECAST_EVERY: Duration = Duration::from_secs(60);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Removing goes this share of the quota below it, so that it is not done for every segment.
const HEADROOM_SHARE: u64 = 100;
const MAX_HEADROOM_BYTES: u64 = 256 << 20;
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
    unsaved: BTreeMap<Uuid, (Segment, Option<Digest>)>,
    unremoved: Vec<Uuid>,
    last_tick: Duration,
    /// Of what is complete, what somebody keeps; as of the last look.
    kept_bytes: u64,
    /// Why the last attempt to write failed; none since one has succeeded.
    trouble: Option<(DiskState, String)>,
    index_failing: bool,
    /// The folder of recordings is this appliance's; else it is looked at again by the monotonic clock.
    is_ours: bool,
    look_again: Duration,
    forecast: Option<Forecast>,
    forecast_again: Duration,
    pulse: Pulse,
}

impl Writer {
    /// `found`: what lies in the folder of recordings, if that is this appliance's.
    pub(super) fn new(
        data_dir: PathBuf,
        index: Arc<dyn SegmentIndex>,
        quota_bytes: Arc<AtomicU64>,
        clock: SharedClock,
        on_disk: OnDisk,
        ids: IdSource,
        found: Result<Shelf, WrongDisk>,
    ) -> Self {
        let is_ours = found.is_ok();
        let (shelf, wrong) = match found {
            Ok(shelf) => (shelf, None),
            Err(wrong) => (Shelf::default(), Some(wrong)),
        };
        let mut writer = Self {
            data_dir,
            index,
            quota_bytes,
            last_tick: clock.monotonic(),
            kept_bytes: 0,
            pulse: Pulse::new("recorder", clock.clone()),
            clock,
            on_disk,
            ids,
            shelf,
            open: HashMap::new(),
            unsaved: BTreeMap::new(),
            unremoved: Vec::new(),
            trouble: None,
            index_failing: false,
            is_ours,
            look_again: Duration::ZERO,
            forecast: None,
            forecast_again: Duration::ZERO,
        };
        match wrong {
            None => writer.keep_within_quota(),
            Some(wrong) => {
                tracing::error!("{wrong}");
                writer.trouble = Some((DiskState::Wrong, wrong.to_string()));
                writer.report();
            }
        }
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
            let synced = open.sync_for_report();
            let segment = open.segment.clone();
            self.save(segment, None);
            if let Err(error) = synced {
                self.end(camera);
                self.fail(camera, &error);
            }
        }
    }

    /// Puts on the disk what was written and is not there yet. The index hears of it later, as ever.
    pub(super) fn sync(&mut self) {
        let failed = |(camera, open): (&String, &mut OpenSegment)| Some((camera.clone(), open.sync().err()?));
        for (camera, error) in self.open.iter_mut().filter_map(failed).collect::<Vec<_>>() {
            self.end(&camera);
            self.fail(&camera, &error);
        }
    }

    fn begin(&mut self, delivered: &Delivered) -> io::Result<()> {
        self.check_disk()?;
        self.make_room()?;
        let id = self.ids.next(delivered.cut.at);
        let open = OpenSegment::begin(&self.data_dir, id, delivered, self.clock.monotonic())?;
        self.save(open.segment.clone(), None);
        self.open.insert(delivered.camera.camera.clone(), open);
        if self.trouble.take().is_some() {
            tracing::info!("the disk takes recordings again");
            self.report();
        }
        Ok(())
    }

    /// That the folder of recordings is this appliance's. Once it is again, index and folder are made to agree as at a start.
    fn check_disk(&mut self) -> io::Result<()> {
        let now = self.clock.monotonic();
        if !self.is_ours && now < self.look_again {
            let known = self.trouble.as_ref().map_or_else(String::new, |(_, detail)| detail.clone());
            return Err(io::Error::other(WrongDisk::Still(known)));
        }
        if let Err(wrong) = identity::check(&self.data_dir, self.index.as_ref()) {
            self.is_ours = false;
            self.look_again = now + LOOK_AGAIN;
            return Err(wrong.into());
        }
        if !self.is_ours {
            self.end_all();
            let recovered = recover::recover(&self.data_dir, self.index.as_ref()).map_err(io::Error::other)?;
            self.shelf = recovered.0;
            self.is_ours = true;
            tracing::info!("the disk of recordings is there again");
        }
        Ok(())
    }

    /// Completes the camera's segment.
    pub(super) fn end(&mut self, camera: &str) {
        let Some(open) = self.open.remove(camera) else { return };
        let (segment, sha256, synced) = open.complete();
        self.shelf.add(&segment);
        self.save(segment, Some(sha256));
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

    pub(super) fn pulse(&self) -> &Pulse {
        &self.pulse
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
        let detail = match state {
            DiskState::Wrong => error.to_string(),
            _ => format!("recording to {folder} fails ({error}): {}", advice(state)),
        };
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
        // On a disk that is not there everything looks as if it were removed.
        if let Err(wrong) = identity::check(&self.data_dir, self.index.as_ref()) {
            tracing::warn!(%wrong, "nothing is removed");
            return;
        }
        let needed = self.index.needed().and_then(|needed| Ok([needed, self.index.kept()?].concat()));
        let needed = match needed {
            Ok(needed) => needed,
            Err(error) => return self.index_failed(&error),
        };
        let chosen = choose(self.shelf.oldest_first(), &needed, bytes, self.clock.now());
        let chosen: Vec<Kept> = chosen.into_iter().cloned().collect();
        // Before any file is gone: a power failure must not make it look as if somebody had taken it.
        if let Err(error) = self.index.give_up(&chosen.iter().map(|segment| segment.id).collect::<Vec<_>>()) {
            self.index_failed(&error);
        }
        for segment in chosen {
            self.remove(&segment);
        }
    }

    /// The file first: a row without a file is found at the next start, evidence without a row
    /// would come back.
    fn remove(&mut self, segment: &Kept) {
        // A smaller quota removes thousands.
        self.pulse.beat();
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
        if let Err(error) = self.index.remove(segment.id, Gone::Removed) {
            self.unremoved.push(segment.id);
            self.index_failed(&error);
        }
    }

    /// With its hash once it is complete.
    fn save(&mut self, segment: Segment, sha256: Option<Digest>) {
        let saved = match sha256 {
            Some(sha256) => self.index.seal(&segment, sha256),
            None => self.index.put(&segment),
        };
        match saved {
            Ok(()) => {
                self.unsaved.remove(&segment.id);
                self.index_failing = false;
            }
            Err(error) => {
                self.unsaved.insert(segment.id, (segment, sha256));
                self.index_failed(&error);
            }
        }
    }

    fn save_again(&mut self) {
        for (segment, sha256) in std::mem::take(&mut self.unsaved).into_values() {
            self.save(segment, sha256);
        }
        for id in std::mem::take(&mut self.unremoved) {
            if self.index.remove(id, Gone::Removed).is_err() {
                self.unremoved.push(id);
            }
        }
    }

    fn index_failed(&mut self, error: &IndexError) {
        if !std::mem::replace(&mut self.index_failing, true) {
            tracing::error!(%error, "recordings are written but not listed; tried again each second");
        }
    }

    /// Once a minute: it looks at a day's segments.
    fn forecast(&mut self) -> Option<Forecast> {
        let now = self.clock.monotonic();
        if now >= self.forecast_again {
            self.forecast_again = now + FORECAST_EVERY;
            let wall = self.clock.now();
            let day_ago = wall.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
            let used = self.used_bytes();
            // A disk that is smaller than the quota is full before.
            let free =
                free_bytes(&self.data_dir).and_then(|free| Ok(free.saturating_sub(reserve_bytes(&self.data_dir)?)));
            let room = free.map_or(self.quota_bytes(), |free| self.quota_bytes().min(used + free));
            self.forecast = forecast(self.shelf.since(day_ago), used, self.kept_bytes, room, wall);
        }
        self.forecast
    }

    fn report(&mut self) {
        let forecast = self.forecast();
        let (used_bytes, quota_bytes) = (self.used_bytes(), self.quota_bytes());
        let kept_bytes = self.kept_bytes;
        let (state, trouble) = match &self.trouble {
            Some((state @ DiskState::Full, detail)) => (*state, Some((DiskTrouble::NoRoom, detail.clone()))),
            Some((state @ DiskState::Wrong, detail)) => (*state, Some((DiskTrouble::NotOurs, detail.clone()))),
            Some((state, detail)) => (*state, Some((DiskTrouble::NotWritable, detail.clone()))),
            None if used_bytes > quota_bytes => (DiskState::Full, Some(over_quota(quota_bytes, kept_bytes))),
            None => (DiskState::Ok, None),
        };
        let (trouble, detail) = trouble.unzip();
        (self.on_disk)(DiskReport { state, used_bytes, quota_bytes, kept_bytes, forecast, trouble, detail });
    }
}
