//! What the recorder's thread does: fragments to files, files to the index, old files away.

mod delete;
mod room;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::belief::Belief;
use super::camera::Delivered;
use super::disk::{DiskState, advice, state_after};
use super::forecast::Forecast;
use super::open::{OpenSegment, Unsynced};
use super::pace::{LATE, Teller};
use super::recover::{self, Outcome};
use super::retention::Keeping;
use super::shelf::Shelf;
use super::{Gone, IndexError, Segment, SegmentIndex, WrongDisk, identity};
use crate::base::chain::Digest;
use crate::base::{IdSource, Pulse, SharedClock};

/// Without a fragment for so long a segment is complete, whether or not its camera said so.
const IDLE: Duration = Duration::from_secs(60);
/// How often cleaning looks again while nothing else makes it.
const TICK: Duration = Duration::from_secs(1);
/// How often a disk that is not this appliance's is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const FORECAST_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked for what is over. Of cameras that record for alerts alone, what none needs is there for that longer.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// What is removed at least when a disk is full although something was held in reserve.
const MIN_FREED_BYTES: u64 = 4 << 20;

pub(super) struct Writer {
    data_dir: PathBuf,
    index: Arc<dyn SegmentIndex>,
    /// May be set anew at any time.
    keeping: Arc<Mutex<Arc<Keeping>>>,
    /// Told to the cameras: the quota is full of what may not go.
    key_frames_only: Arc<AtomicBool>,
    clock: SharedClock,
    teller: Teller,
    ids: IdSource,
    shelf: Shelf,
    open: HashMap<String, OpenSegment>,
    /// What the index did not take; tried again each second.
    unsaved: BTreeMap<Uuid, (Segment, Option<Digest>)>,
    unremoved: Vec<Uuid>,
    /// Nothing more is written to these, and some of each may not be on the disk: put in order once it takes recordings again.
    unfinished: BTreeMap<Uuid, Segment>,
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
    /// What was wanted when it was last looked for what is over.
    swept: Arc<Keeping>,
    sweep_again: Duration,
    /// That ages are right.
    belief: Belief,
    pulse: Pulse,
}

impl Writer {
    /// `found`: what lies in the folder of recordings, if that is this appliance's.
    pub(super) fn new(
        data_dir: PathBuf,
        index: Arc<dyn SegmentIndex>,
        (keeping, key_frames_only): (Arc<Mutex<Arc<Keeping>>>, Arc<AtomicBool>),
        clock: SharedClock,
        teller: Teller,
        ids: IdSource,
        found: Result<Shelf, WrongDisk>,
    ) -> Self {
        let is_ours = found.is_ok();
        let swept = Arc::clone(&keeping.lock().unwrap_or_else(PoisonError::into_inner));
        let (shelf, wrong) = match found {
            Ok(shelf) => (shelf, None),
            Err(wrong) => (Shelf::default(), Some(wrong)),
        };
        let mut writer = Self {
            data_dir,
            index,
            swept,
            sweep_again: Duration::ZERO,
            belief: Belief::default(),
            keeping,
            key_frames_only,
            last_tick: clock.monotonic(),
            kept_bytes: 0,
            pulse: Pulse::new("recorder", clock.clone()),
            clock,
            teller,
            ids,
            shelf,
            open: HashMap::new(),
            unsaved: BTreeMap::new(),
            unremoved: Vec::new(),
            unfinished: BTreeMap::new(),
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
        let waited = self.clock.monotonic().saturating_sub(delivered.sent_at);
        self.teller.note(waited);
        // A disk that does not keep up is given less to do: the index hears of a segment when it begins and when it ends.
        if let Some(open) = self.open.get_mut(camera).filter(|open| open.is_report_due() && waited < LATE) {
            match open.sync_for_report() {
                Ok(()) => {
                    let segment = open.segment.clone();
                    self.save(segment, None);
                }
                Err(error) => {
                    self.end(camera);
                    self.fail(camera, &error);
                }
            }
        }
    }

    /// Puts on the disk what was written and is not there yet. The index hears of it later, as ever.
    pub(super) fn sync(&mut self) {
        let pulse = self.pulse.clone();
        let failed = |(camera, open): (&String, &mut OpenSegment)| {
            pulse.beat();
            Some((camera.clone(), open.sync().err()?))
        };
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
            self.finish_again();
            self.report();
        }
        Ok(())
    }

    /// Puts in order what the disk did not take to its end.
    fn finish_again(&mut self) {
        for segment in std::mem::take(&mut self.unfinished).into_values() {
            self.pulse.beat();
            match recover::put_in_order(&self.data_dir, self.index.as_ref(), &segment) {
                Ok(outcome) => {
                    // It lay on the shelf as long as it was taken to be.
                    self.shelf.take(&segment);
                    if let Outcome::Completed { segment, cut_bytes } = outcome {
                        tracing::info!(path = %segment.path.display(), cut_bytes, "put in order");
                        self.shelf.add(&segment);
                    }
                }
                Err(error) => {
                    self.unfinished.insert(segment.id, segment);
                    self.index_failed(&error);
                }
            }
        }
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
            self.unfinished.clear();
            self.is_ours = true;
            tracing::info!("the disk of recordings is there again");
        }
        Ok(())
    }

    /// Nothing more is written to the camera's segment: it is complete if the disk has all of it.
    pub(super) fn end(&mut self, camera: &str) {
        let Some(open) = self.open.remove(camera) else { return };
        let (segment, completed) = open.complete();
        self.shelf.add(&segment);
        match completed {
            Ok(sha256) => {
                self.save(segment, Some(sha256));
                self.keep_within_quota();
            }
            Err(Unsynced(error)) => {
                tracing::warn!(path = %segment.path.display(), "not on the disk to its end: put in order later");
                // The index goes on saying what has reached the disk, and that it is not complete.
                self.unfinished.insert(segment.id, segment);
                if let Some(error) = error {
                    self.fail(camera, &error);
                }
            }
        }
    }

    pub(super) fn end_all(&mut self) {
        let cameras: Vec<String> = self.open.keys().cloned().collect();
        for camera in cameras {
            self.pulse.beat();
            self.end(&camera);
        }
        self.save_again();
    }

    fn keeping(&self) -> Arc<Keeping> {
        Arc::clone(&self.keeping.lock().unwrap_or_else(PoisonError::into_inner))
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
        self.sweep();
        let idle = |(camera, open): (&String, &OpenSegment)| (now >= open.last_write + IDLE).then(|| camera.clone());
        let idle: Vec<String> = self.open.iter().filter_map(idle).collect();
        for camera in idle {
            self.end(&camera);
        }
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
}
