//! A camera's stream, kept open for ever: what the camera's thread holds.

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvError};

use super::backoff::Backoff;
use super::{
    AccessUnit, Intake, IntakeOptions, Item, Lost, LostReason, Role, RtspSource, Source, StreamHealth, StreamState, Tap,
};
use crate::base::SharedClock;

/// A live camera that sends nothing for this long is lost.
pub const STALL_LIMIT: Duration = Duration::from_secs(3);
/// From the first try to connect to the first access unit.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Live for this long, a camera counts as well again, and the next loss as a first one.
const WELL_AFTER: Duration = Duration::from_secs(10);

/// Connects, watches for silence, waits and connects again. It has no thread: its owner passes on
/// what [`Stream::receiver`] yields to [`Stream::on_item`] and calls [`Stream::tick`] when that is due.
pub struct Stream {
    source: Source,
    clock: SharedClock,
    queue_len: usize,
    backoff: Backoff,
    random: fastrand::Rng,
    phase: Phase,
    health: StreamHealth,
    /// By intakes that are gone.
    dropped_before: u64,
    tap: Option<Tap>,
}

enum Phase {
    Waiting { until: Duration },
    Open(Open),
}

/// Times are of the monotonic clock.
struct Open {
    intake: Intake,
    opened: Duration,
    live: Option<Live>,
}

struct Live {
    since: Duration,
    last_unit: Duration,
    /// What had come over the network by then.
    arrived: u64,
}

impl Stream {
    /// The first [`Stream::tick`] connects. `random` spreads the tries of many cameras.
    pub fn new(source: RtspSource, role: Role, clock: SharedClock, queue_len: usize, random: fastrand::Rng) -> Self {
        let health =
            StreamHealth { role, state: StreamState::Connecting, since: clock.now(), reason: None, codec: None };
        let phase = Phase::Waiting { until: clock.monotonic() };
        let source = Source::Rtsp(source);
        let backoff = Backoff::default();
        Self { source, clock, queue_len, backoff, random, phase, health, dropped_before: 0, tap: None }
    }

    /// Lets `tap` hear of what each connection receives.
    pub fn with_tap(self, tap: Tap) -> Self {
        Self { tap: Some(tap), ..self }
    }

    /// What to wait on; `None` while there is no connection.
    pub fn receiver(&self) -> Option<&Receiver<Item>> {
        match &self.phase {
            Phase::Open(open) => Some(open.intake.receiver()),
            Phase::Waiting { .. } => None,
        }
    }

    /// Takes what [`Stream::receiver`] yielded.
    pub fn on_item(&mut self, item: Result<Item, RecvError>) -> Option<AccessUnit> {
        match item {
            Ok(Ok(unit)) => {
                self.on_unit(&unit);
                Some(unit)
            }
            Ok(Err(lost)) => {
                self.lose(&lost);
                None
            }
            Err(RecvError) => {
                self.lose(&Lost::new(LostReason::Broken, "the intake ended without a word"));
                None
            }
        }
    }

    /// Does what is due: connects, or gives up a silent connection. Returns how long until it must
    /// be called again, at the latest.
    pub fn tick(&mut self) -> Duration {
        let now = self.clock.monotonic();
        match &self.phase {
            Phase::Waiting { until } if now >= *until => self.connect(now),
            Phase::Open(open) => {
                if let Some(lost) = open.overdue(now) {
                    self.lose(&lost);
                }
            }
            Phase::Waiting { .. } => {}
        }
        self.due().saturating_sub(self.clock.monotonic())
    }

    pub fn health(&self) -> &StreamHealth {
        &self.health
    }

    /// Access units left out because the queue was full, since the start.
    pub fn dropped(&self) -> u64 {
        match &self.phase {
            Phase::Open(open) => self.dropped_before + open.intake.dropped(),
            Phase::Waiting { .. } => self.dropped_before,
        }
    }

    fn due(&self) -> Duration {
        match &self.phase {
            Phase::Waiting { until } => *until,
            Phase::Open(open) => open.limit(),
        }
    }

    fn connect(&mut self, now: Duration) {
        let options = IntakeOptions { queue_len: self.queue_len, tap: self.tap.clone(), ..IntakeOptions::live() };
        match Intake::open(&self.source, self.health.role, self.clock.clone(), options) {
            Ok(intake) => self.phase = Phase::Open(Open { intake, opened: now, live: None }),
            Err(lost) => self.lose(&lost),
        }
    }

    fn on_unit(&mut self, unit: &AccessUnit) {
        let Phase::Open(open) = &mut self.phase else { return };
        let now = self.clock.monotonic();
        let arrived = open.intake.arrived();
        let since = open.live.as_ref().map_or(now, |live| live.since);
        if open.live.is_none() {
            tracing::info!(role = self.health.role.as_str(), codec = ?unit.codec, "stream is live");
            self.health.since = self.clock.now();
        }
        open.live = Some(Live { since, last_unit: now, arrived });
        if now.saturating_sub(since) >= WELL_AFTER {
            self.backoff.reset();
        }
        self.health = StreamHealth { state: StreamState::Live, reason: None, codec: Some(unit.codec), ..self.health };
    }

    /// Tears the connection down and sets the time of the next try.
    fn lose(&mut self, lost: &Lost) {
        self.dropped_before = self.dropped();
        let wait = self.backoff.next(&mut self.random);
        tracing::warn!(
            role = self.health.role.as_str(),
            reason = lost.reason.en(),
            detail = lost.detail,
            retry_in = ?wait,
            "stream lost"
        );
        // Assigning drops the intake.
        self.phase = Phase::Waiting { until: self.clock.monotonic() + wait };
        if self.health.state != StreamState::Lost {
            self.health.since = self.clock.now();
        }
        self.health = StreamHealth { state: StreamState::Lost, reason: Some(lost.reason), ..self.health };
    }
}

impl Open {
    fn limit(&self) -> Duration {
        match &self.live {
            Some(live) => live.last_unit + STALL_LIMIT,
            None => self.opened + CONNECT_LIMIT,
        }
    }

    /// Silent for too long. What waits in the queue is not silence: then it is we who are slow.
    fn overdue(&self, now: Duration) -> Option<Lost> {
        if now < self.limit() || !self.intake.receiver().is_empty() {
            return None;
        }
        let came = self.intake.arrived() > self.live.as_ref().map_or(0, |live| live.arrived);
        Some(match (&self.live, came) {
            (_, true) => {
                Lost::new(LostReason::Broken, format!("{}: data comes, but no picture in it", self.intake.what))
            }
            (Some(_), false) => {
                Lost::new(LostReason::Stalled, format!("{}: nothing for {STALL_LIMIT:?}", self.intake.what))
            }
            (None, false) if self.intake.described() => {
                Lost::new(LostReason::NoVideo, format!("{}: no picture in {CONNECT_LIMIT:?}", self.intake.what))
            }
            (None, false) => {
                Lost::new(LostReason::NoRoute, format!("{}: no answer in {CONNECT_LIMIT:?}", self.intake.what))
            }
        })
    }
}
