//! The loop of one live camera: plain calls from access unit to alert, on one thread.

pub mod analyst;
pub mod archive;
pub mod cases;
mod changed;
pub mod closer;
mod doubter;
mod feed;
mod inspections;
pub mod inspector;
pub mod looker;
mod movers;
mod outcome;
mod recall;
mod resemblance;
pub mod saver;
pub mod snapshots;
mod steps;
mod stirring;
mod turns;
mod vehicles;
mod vigil;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{never, select};

use crate::alert::Change;
use crate::base::metrics::{CameraMetrics, Metrics};
use crate::base::worker::{Worker, catch};
use crate::base::{Pulse, SharedClock, Shutdown};
use crate::config::{self, Config, Settings};
use crate::decode::gate::Gate;
use crate::decode::{Masks, Sighting, Watcher, WatcherCounts};
use crate::intake::AccessUnit;
use crate::intake::backoff::Backoff;
use crate::intake::health::{Role, StreamState};
use crate::notify::{Board, GateState};
use crate::record::{CameraRecorder, Recorder};
use crate::store::Store;
use crate::vision::Detector;
use analyst::{Analyst, Eyes};
use closer::{Closer, MainPictures};
use feed::Feed;
use recall::Recall;
use saver::Saver;
use steps::{age, analyse, inspect, keep, look};
use stirring::Stirring;

/// Pictures of an awake camera that are analysed each second.
pub const ANALYSES_PER_SECOND: u32 = 5;
/// With so many waiting, pictures are only decoded, so that the newest are analysed again: 0.8 s at 25 a second.
const BEHIND: usize = 20;
/// With so many waiting, nobody is looked at closely: 0.6 s at 25 a second.
const HURRIED: usize = 15;
/// How long the loop sleeps at most: it must notice a shutdown.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// Which pictures are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoding {
    OnDemand,
    /// All of them, all night: what others do, to compare with.
    Everything,
}

impl Decoding {
    fn gate(self) -> Gate {
        match self {
            Self::OnDemand => Gate::new(),
            Self::Everything => Gate::always_awake(),
        }
    }
}

/// What all cameras share.
#[derive(Clone)]
pub struct Shared {
    pub settings: Settings,
    pub clock: SharedClock,
    pub store: Store,
    pub cases: cases::Cases,
    pub board: Board,
    pub metrics: Metrics,
    pub recorder: Arc<Recorder>,
    pub detector: Detector,
    pub decoding: Decoding,
    /// What looks closely; it must not wait.
    pub eyes: Eyes,
}

/// Starts a camera's thread. It restarts by itself after a panic, and where its streams are changed, and ends with
/// `shutdown`, when the camera is configured no longer, or when its pulse was given up.
///
/// # Errors
/// When the system has no thread to give.
pub fn start(id: String, shared: Shared, shutdown: Shutdown, pulse: Pulse) -> io::Result<Worker> {
    Worker::spawn(format!("cam-{id}"), move || {
        let _span = tracing::info_span!("camera", %id).entered();
        let mut backoff = Backoff::default();
        let mut random = fastrand::Rng::new();
        while !shutdown.is_stopped() && !pulse.is_given_up() {
            let config = shared.settings.config();
            let Some(camera) = config.camera(&id) else { return shared.board.forget_camera(&id) };
            let run = || LiveCamera::new(camera, &config, &shared).run(&shutdown, &pulse);
            if let Err(reason) = catch(run) {
                let pause = backoff.next(&mut random);
                tracing::error!(%reason, ?pause, "the camera's loop failed and starts again");
                shutdown.wait(pause);
            }
        }
    })
}

struct LiveCamera {
    id: String,
    shared: Shared,
    /// What it goes by.
    config: Arc<Config>,
    main: Feed,
    sub: Option<Feed>,
    recorder: CameraRecorder,
    /// What of its losses the metrics have.
    unrecorded: u64,
    watcher: Watcher,
    /// The main stream's, where another one is analysed and persons are looked at closely.
    main_pictures: Option<MainPictures>,
    analyst: Analyst,
    recall: Recall,
    saver: Saver,
    stirring: Stirring,
    /// Whether somebody was there in the picture that was analysed last.
    busy: bool,
    /// How old the picture that was analysed or left out last was by then.
    delay: Duration,
    metrics: CameraMetrics,
    /// What of the watcher's counts the metrics have.
    counted: WatcherCounts,
}

impl LiveCamera {
    fn new(camera: &config::Camera, config: &Arc<Config>, shared: &Shared) -> Self {
        let feed = |url, role| Feed::new(url, role, camera, shared);
        let masks = Masks::of(camera);
        let mut recall = Recall::new(shared.store.clone(), &camera.id, shared.clock.monotonic());
        recall.mask(&masks);
        let recorder = shared.recorder.camera(&camera.id);
        let saver = Saver::new(camera, shared.store.clone(), shared.cases.clone(), &config.data_dir);
        Self {
            id: camera.id.clone(),
            main: feed(&camera.main, Role::Main),
            sub: camera.sub.as_ref().map(|url| feed(url, Role::Sub)),
            // Those of before were counted by the thread before.
            unrecorded: recorder.dropped(),
            recorder,
            watcher: Watcher::new(shared.decoding.gate(), ANALYSES_PER_SECOND).masked(masks),
            main_pictures: main_pictures(camera, shared),
            analyst: changed::analyst(camera, config, shared, &recall, &saver),
            recall,
            saver,
            stirring: Stirring::default(),
            busy: false,
            delay: Duration::ZERO,
            metrics: shared.metrics.camera(&camera.id),
            counted: WatcherCounts::default(),
            shared: shared.clone(),
            config: Arc::clone(config),
        }
    }

    fn run(mut self, shutdown: &Shutdown, pulse: &Pulse) {
        while !shutdown.is_stopped() && !pulse.is_given_up() && self.heed() {
            pulse.beat();
            self.run_once();
        }
        self.finish();
        self.recorder.gap();
    }

    /// What is open closes; what was learned is kept.
    fn finish(&mut self) {
        self.keep_learned();
        self.stirring.end(&self.id, &self.shared.store);
        let (ended, closed) = self.analyst.finish(self.shared.clock.now());
        keep(&self.saver, ended);
        if let Some(alert) = closed {
            self.saver.save(Change::Closed, alert, None);
        }
    }

    fn run_once(&mut self) {
        let sub_due = self.sub.as_mut().map_or(LONGEST_WAIT, |sub| sub.stream.tick());
        let due = self.main.stream.tick().min(sub_due).min(LONGEST_WAIT);
        let nothing = never();
        let main_items = self.main.stream.receiver().unwrap_or(&nothing).clone();
        let sub_items = self.sub.as_ref().and_then(|sub| sub.stream.receiver()).unwrap_or(&nothing).clone();
        select! {
            recv(main_items) -> item => {
                if let Some(unit) = self.main.stream.on_item(item) {
                    self.on_main(&unit);
                }
            }
            recv(sub_items) -> item => {
                let unit = self.sub.as_mut().and_then(|sub| sub.stream.on_item(item));
                if let Some(unit) = unit {
                    self.watch(&unit);
                }
            }
            default(due) => {}
        }
        self.tell_health();
        self.witness();
        if self.recall.is_due(self.shared.clock.monotonic()) {
            self.keep_learned();
        }
        if let Some(closed) = self.analyst.tick(self.shared.clock.now()) {
            self.saver.save(Change::Closed, closed, None);
        }
        if !self.analyst.has_open_alert()
            && let Some(pictures) = &mut self.main_pictures
        {
            pictures.rest();
        }
        self.saver.retry();
    }

    fn on_main(&mut self, unit: &AccessUnit) {
        self.recorder.push(unit);
        if self.sub.is_none() {
            self.watch(unit);
        } else if let Some(pictures) = &mut self.main_pictures {
            pictures.push(unit);
        }
    }

    fn watch(&mut self, unit: &AccessUnit) {
        self.metrics.access_units.inc();
        let waiting = self.sub.as_ref().unwrap_or(&self.main).waiting();
        let Self { watcher, main_pictures, analyst, saver, metrics, shared, busy, delay, .. } = self;
        let mut see = |sighting: Sighting| {
            if waiting > BEHIND {
                metrics.dropped("analysis").inc();
                *delay = age(&sighting, shared);
                // Were it held awake for being behind, a storm that woke all cameras would never end.
                return *busy;
            }
            let mut analysis = analyse(analyst, saver, metrics, shared, &sighting);
            *delay = age(&sighting, shared);
            keep(saver, std::mem::take(&mut analysis.ended));
            if waiting <= HURRIED {
                let mut closer = main_pictures.as_mut();
                look(analyst, saver, metrics, &sighting, &analysis.tracks, closer.as_deref_mut().map(as_closer));
                inspect(analyst, saver, metrics, &sighting, &analysis.tracks, closer.map(as_closer));
            } else {
                let closer = main_pictures.as_ref().map(|pictures| pictures as &dyn Closer);
                let left_out = analyst.leave_out(&sighting.frame, &analysis.tracks, closer);
                metrics.dropped("attributes").inc_by(left_out as u64);
            }
            *busy = analysis.busy;
            *busy
        };
        if let Err(error) = watcher.push(unit, &mut see) {
            tracing::warn!(%error, "a stretch of video cannot be decoded; waiting for the next key frame");
        }
        self.tell_progress();
    }

    /// What its pictures say of the camera itself, or that none come.
    fn witness(&mut self) {
        let stream = &self.sub.as_ref().unwrap_or(&self.main).stream;
        let told = match self.watcher.latest() {
            _ if stream.health().state == StreamState::Lost => {
                self.analyst.miss(self.shared.clock.now(), self.shared.clock.monotonic())
            }
            Some(frame) => self.analyst.witness(frame),
            None => None,
        };
        if let Some((change, alert)) = told {
            self.saver.save(change, alert, self.analyst.last_picture().map(AsRef::as_ref));
        }
    }

    /// What was learned survives a restart.
    fn keep_learned(&mut self) {
        let now = self.shared.clock.now();
        self.recall.keep_perspective(self.analyst.perspective(), now);
        if let Some(scenes) = self.analyst.known_scenes(now) {
            self.recall.keep_scenes(&scenes, now);
        }
    }

    /// Counters, gate and latest picture, for the page.
    fn tell_progress(&mut self) {
        let awake = self.watcher.gate().is_awake();
        self.stirring.note(awake, self.shared.clock.now(), &self.id, &self.shared.store);
        let was_awake = self.metrics.gate_awake.set(i64::from(awake)) != 0;
        let counts = self.watcher.counts();
        let before = std::mem::replace(&mut self.counted, counts);
        if counts.decoded == before.decoded && awake == was_awake {
            // As with most access units of a quiet camera.
            return;
        }
        self.metrics.decoded_frames.inc_by(counts.decoded - before.decoded);
        self.metrics.decoded_again.inc_by(counts.decoded_again - before.decoded_again);
        let delay = awake.then_some(self.delay);
        self.metrics.analysis_delay_seconds.set(delay.unwrap_or_default().as_secs_f64());
        let picture = self.watcher.latest().cloned();
        self.shared.board.update_camera(&self.id, |now| {
            now.gate = Some(if awake { GateState::Awake } else { GateState::Quiet });
            now.delay = delay;
            now.picture = picture;
        });
    }

    /// What changed with the streams goes to the page, the log and the recorder.
    fn tell_health(&mut self) {
        let dropped = self.recorder.dropped();
        self.metrics.dropped("recorder").inc_by(dropped - std::mem::replace(&mut self.unrecorded, dropped));
        let analysed_role = if self.sub.is_some() { Role::Sub } else { Role::Main };
        let mut changed = false;
        for feed in std::iter::once(&mut self.main).chain(self.sub.as_mut()) {
            let Some(was_live) = feed.changed(&self.metrics) else { continue };
            changed = true;
            let health = feed.stream.health();
            match health.state {
                StreamState::Live => tracing::info!(stream = ?health.role, "live"),
                StreamState::Connecting => tracing::debug!(stream = ?health.role, "connecting"),
                StreamState::Lost => {
                    let why = health.reason.map_or("", crate::intake::health::LostReason::en);
                    tracing::warn!(stream = ?health.role, why, "lost");
                }
            }
            if was_live && health.role == Role::Main {
                self.recorder.gap();
                if let Some(pictures) = &mut self.main_pictures {
                    pictures.clear();
                }
            }
            if was_live && health.role == analysed_role {
                // Stream time starts again at zero with the next connection.
                self.watcher = self.watcher.anew();
                self.counted = WatcherCounts::default();
                self.busy = false;
                self.metrics.analysis_delay_seconds.set(0.0);
            }
        }
        if changed {
            self.publish_health();
        }
    }

    fn publish_health(&mut self) {
        let feeds = std::iter::once(&self.main).chain(self.sub.as_ref());
        let streams: Vec<_> = feeds.map(|feed| feed.stream.health().clone()).collect();
        let quiet = self.watcher.latest().is_none();
        let worst = self.shared.board.update_camera(&self.id, |now| {
            now.streams = streams;
            now.recording = self.main.is_live();
            if quiet {
                now.gate = None;
                now.delay = None;
            }
            now.worst().cloned()
        });
        if let Err(error) = self.shared.store.put_camera_state(&self.id, worst.as_ref()) {
            tracing::warn!(%error, "the change of the camera's state was not stored");
        }
    }
}

/// Megabytes of a stream are kept only where somebody looks into them.
fn main_pictures(camera: &config::Camera, shared: &Shared) -> Option<MainPictures> {
    let looks = shared.eyes.reader.is_some() || shared.eyes.plates.is_some();
    camera.sub.as_ref().filter(|_| looks).map(|_| MainPictures::new(shared.detector.clone(), Masks::of(camera)))
}

fn as_closer(pictures: &mut MainPictures) -> &mut dyn Closer {
    pictures
}
