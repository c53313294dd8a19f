//! What is forgotten in its time: pictures of alerts with their video, alerts altogether, vehicles that came by with their
//! pictures; and so is where people loitered, and when something moved of which there is no video any more.

use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::pictures::PictureFolder;
use crate::access::audit::{Act, Deed};
use crate::base::worker::Worker;
use crate::base::{SharedClock, Shutdown};
use crate::config::Settings;
use crate::record::Belief;
use crate::store::{OverAlert, Passage, Store, StoreError};

const EVERY: Duration = Duration::from_secs(3600);
/// It is looked for pictures that belong to nothing at the start, and then each so many times: once a day.
const SWEPT_EACH: usize = 24;
/// Passages, or alerts, looked at and forgotten together.
const BATCH: u32 = 256;

/// Pictures go before their rows: what a crash leaves behind is found again by the rows.
pub(super) struct Expiry {
    store: Store,
    clock: SharedClock,
    pictures: PictureFolder,
    /// How long everything is remembered.
    settings: Settings,
    batch: u32,
    /// When the last recording ended that there was at the start.
    newest: Option<Timestamp>,
}

impl Expiry {
    /// To be made before a camera records: what was recorded last says whether the clock is right.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(super) fn new(store: Store, clock: SharedClock, settings: Settings) -> Result<Self, StoreError> {
        let pictures = PictureFolder::of(&settings.config().data_dir);
        let newest = store.newest_recording()?;
        Ok(Self { store, clock, pictures, settings, batch: BATCH, newest })
    }

    pub(super) fn start(self, shutdown: Shutdown) -> anyhow::Result<Worker> {
        Worker::spawn("expiry", move || self.run(&shutdown)).context("the thread that forgets")
    }

    fn run(&self, shutdown: &Shutdown) {
        let mut belief = Belief::default();
        for number in 0.. {
            self.round(number, &mut belief, shutdown);
            if shutdown.wait(EVERY) {
                return;
            }
        }
    }

    fn round(&self, number: usize, belief: &mut Belief, shutdown: &Shutdown) {
        // A clock that leaps makes everything look old.
        if belief.ask(self.clock.monotonic(), self.clock.now(), self.newest) {
            self.forget_what_is_old(shutdown);
            if number.is_multiple_of(SWEPT_EACH) {
                self.sweep();
            }
        }
        if let Err(error) = self.store.remove_motion_without_video() {
            tracing::warn!(%error, "when something moved long ago is not forgotten yet");
        }
    }

    fn forget_what_is_old(&self, shutdown: &Shutdown) {
        match self.forget_pictures(shutdown) {
            Ok(0) => {}
            Ok(alerts) => tracing::info!(alerts, "pictures of alerts were removed, as their video was"),
            Err(error) => tracing::warn!(%error, "pictures of alerts whose time is over are not removed yet"),
        }
        match self.forget_alerts(shutdown) {
            Ok(0) => {}
            Ok(alerts) => tracing::info!(alerts, "settled alerts of long ago were forgotten"),
            Err(error) => tracing::warn!(%error, "settled alerts of long ago are not forgotten yet"),
        }
        match self.forget(shutdown) {
            Ok(0) => {}
            Ok(passages) => {
                tracing::info!(passages, "vehicles that came by long ago were forgotten");
                let deed = Deed::own(Act::VehiclesForgotten, passages.to_string());
                if let Err(error) = self.store.write_down(deed, self.clock.now()) {
                    tracing::warn!(%error, "that vehicles were forgotten cannot be written into the audit log");
                }
            }
            Err(error) => tracing::warn!(%error, "vehicles that came by long ago are not forgotten yet"),
        }
        if let Err(error) = self.store.remove_marks(self.older_than(self.settings.config().memory.keep())) {
            tracing::warn!(%error, "where people loitered long ago is not forgotten yet");
        }
    }

    /// Of alerts whose video may go for its age. Says of how many.
    fn forget_pictures(&self, shutdown: &Shutdown) -> Result<usize, StoreError> {
        let Some(days) = self.settings.config().record.tiers.alerts else { return Ok(0) };
        let before = self.older_than(days);
        let mut forgotten = 0;
        let mut last: Option<OverAlert> = None;
        while !shutdown.is_stopped() {
            let over = self.store.pictures_over(before, last.as_ref(), self.batch)?;
            let went = over.iter().filter(|over| self.pictures.remove_alert(&over.pictured).is_ok());
            let went: Vec<Uuid> = went.map(|over| over.pictured.alert).collect();
            if !went.is_empty() {
                forgotten += went.len();
                for track in self.store.pictures_went(went, self.clock.now())? {
                    // It has said so itself; what is left goes when it is looked for.
                    drop(self.pictures.remove_vehicle(track));
                }
            }
            last = over.into_iter().next_back();
            if last.is_none() {
                break;
            }
        }
        Ok(forgotten)
    }

    /// Settled ones, with all that is known of them. Says how many.
    fn forget_alerts(&self, shutdown: &Shutdown) -> Result<usize, StoreError> {
        let Some(days) = self.settings.config().record.alert_records else { return Ok(0) };
        let before = self.older_than(days);
        let mut forgotten = 0;
        while !shutdown.is_stopped() {
            match self.store.forget_alerts(before, self.batch, self.clock.now())? {
                0 => break,
                alerts => forgotten += alerts,
            }
        }
        Ok(forgotten)
    }

    fn sweep(&self) {
        let alert_age = self.settings.config().record.tiers.alerts;
        if let Err(error) = self.pictures.sweep(&self.store, self.clock.now(), alert_age) {
            tracing::warn!(%error, "pictures that a crash may have left behind stay for now");
        }
    }

    fn older_than(&self, age: SignedDuration) -> Timestamp {
        self.clock.now().saturating_sub(age).unwrap_or(Timestamp::MIN)
    }

    /// Removes what ended too long ago, unless an alert has it or somebody watches for it. Says how
    /// many passages that were.
    fn forget(&self, shutdown: &Shutdown) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let before = self.older_than(self.settings.config().plates.keep());
        let lists = self.store.plate_lists();
        let mut forgotten = 0;
        let mut last = None;
        while !shutdown.is_stopped() {
            let ended = self.store.passages_ended(before, last.as_ref(), self.batch)?;
            let unwatched = ended.iter().filter(|passage| !lists.is_watched(passage, now));
            let tracks: Vec<Uuid> =
                unwatched.filter(|passage| self.remove_crops(passage)).map(|passage| passage.track).collect();
            if !tracks.is_empty() {
                forgotten += tracks.len();
                self.store.remove_passages(tracks)?;
            }
            last = ended.into_iter().next_back();
            if last.is_none() {
                break;
            }
        }
        Ok(forgotten)
    }

    /// Whether none is left. It is tried for all of them: a row may lag behind its pictures.
    fn remove_crops(&self, passage: &Passage) -> bool {
        self.pictures.remove_vehicle(passage.track).is_ok()
    }
}

#[cfg(test)]
#[path = "expiry_tests.rs"]
mod tests;
