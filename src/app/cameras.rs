//! The cameras that run are those that are configured, and whatever else goes by the configuration hears of its changes.

use std::time::Duration;

use anyhow::Context as _;

use super::changed;
use super::roster::Roster;
use crate::base::worker::Worker;
use crate::base::{Pulse, Pulses, Shutdown};
use crate::camera;
use crate::record::Keeping;

/// How late a change by hand may be noticed: it must look the same twice.
const EVERY: Duration = Duration::from_secs(1);

/// Owns the cameras' threads.
pub(super) struct Cameras {
    shared: camera::Shared,
    roster: Roster,
    pulse: Pulse,
    /// Of the configuration that all go by.
    generation: u64,
}

impl Cameras {
    /// Starts each camera, and the thread that keeps them. All of them are to be heard in `pulses`.
    pub(super) fn start(shared: camera::Shared, shutdown: Shutdown, pulses: Pulses) -> anyhow::Result<Worker> {
        let generation = shared.settings.generation();
        let pulse = Pulse::new("cameras", shared.clock.clone());
        pulses.watch(&pulse);
        let roster = Roster::new(pulses, shared.clock.clone(), shared.metrics.clone());
        let mut cameras = Self { shared, roster, pulse, generation };
        cameras.keep(&shutdown);
        Worker::spawn("cameras", move || cameras.run(&shutdown)).context("the thread that keeps the cameras")
    }

    fn run(mut self, shutdown: &Shutdown) {
        while !shutdown.wait(EVERY) {
            self.pulse.beat();
            changed::refresh(&self.shared.settings, &self.shared.store, self.shared.clock.now());
            self.tell_others();
            self.keep(shutdown);
        }
        changed::know(&self.shared.settings, &self.shared.store);
        self.roster.join();
    }

    fn tell_others(&mut self) {
        let generation = self.shared.settings.generation();
        if std::mem::replace(&mut self.generation, generation) == generation {
            return;
        }
        changed::know(&self.shared.settings, &self.shared.store);
        let config = self.shared.settings.config();
        self.shared.cases.set_neighbours(config.neighbours.clone());
        self.shared.recorder.set_keeping(Keeping::of(&config));
        let keys = self.shared.settings.state().needs_restart;
        if !keys.is_empty() {
            tracing::warn!(?keys, "these count only once canhdem starts again");
        }
    }

    /// Starts what is configured and does not run; a camera that is configured no longer ends by itself.
    fn keep(&mut self, shutdown: &Shutdown) {
        let (shared, config) = (&self.shared, self.shared.settings.config());
        self.roster.keep(config.cameras.iter().map(|camera| &*camera.id), |id, pulse| {
            camera::start(id.to_owned(), shared.clone(), shutdown.clone(), pulse)
        });
    }
}
