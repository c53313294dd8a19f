//! The cameras that run are those that are configured, and whatever else goes by the configuration hears of its changes.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;

use crate::base::Shutdown;
use crate::base::worker::Worker;
use crate::camera;

/// How late a change by hand may be noticed: it must look the same twice.
const EVERY: Duration = Duration::from_secs(1);

/// Owns the cameras' threads.
pub(super) struct Cameras {
    shared: camera::Shared,
    running: BTreeMap<String, Worker>,
    /// Of the configuration that all go by.
    generation: u64,
}

impl Cameras {
    /// Starts each camera, and the thread that keeps them.
    pub(super) fn start(shared: camera::Shared, shutdown: Shutdown) -> anyhow::Result<Worker> {
        let generation = shared.settings.generation();
        let mut cameras = Self { shared, running: BTreeMap::new(), generation };
        cameras.keep(&shutdown);
        Worker::spawn("cameras", move || cameras.run(&shutdown)).context("the thread that keeps the cameras")
    }

    fn run(mut self, shutdown: &Shutdown) {
        while !shutdown.wait(EVERY) {
            self.shared.settings.refresh();
            self.tell_others();
            self.keep(shutdown);
        }
        self.running.into_values().for_each(Worker::join);
    }

    fn tell_others(&mut self) {
        let generation = self.shared.settings.generation();
        if std::mem::replace(&mut self.generation, generation) == generation {
            return;
        }
        let config = self.shared.settings.config();
        self.shared.cases.set_neighbours(config.neighbours.clone());
        self.shared.recorder.set_quota(config.record.quota_bytes);
        let keys = self.shared.settings.state().needs_restart;
        if !keys.is_empty() {
            tracing::warn!(?keys, "these count only once canhdem starts again");
        }
    }

    /// Starts what is configured and does not run; a camera that is configured no longer ends by itself.
    fn keep(&mut self, shutdown: &Shutdown) {
        self.running.retain(|_, worker| !worker.is_finished());
        for camera in &self.shared.settings.config().cameras {
            if self.running.contains_key(&camera.id) {
                continue;
            }
            match camera::start(camera.id.clone(), self.shared.clone(), shutdown.clone()) {
                Ok(worker) => drop(self.running.insert(camera.id.clone(), worker)),
                Err(error) => tracing::error!(camera = camera.id, %error, "its thread does not start; tried again"),
            }
        }
    }
}
