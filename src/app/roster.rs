//! One thread for each camera; one that stands still is replaced, once.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use crate::base::worker::Worker;
use crate::base::{Metrics, Pulse, Pulses, SharedClock};

/// A camera's thread goes round five times a second and more.
pub(super) const STUCK_AFTER: Duration = Duration::from_secs(30);

pub(super) struct Roster {
    running: BTreeMap<String, Running>,
    /// Threads that stand still and were replaced. They cannot be ended, only left alone.
    left: BTreeMap<String, Worker>,
    pulses: Pulses,
    clock: SharedClock,
    metrics: Metrics,
}

struct Running {
    worker: Worker,
    pulse: Pulse,
}

impl Roster {
    pub(super) fn new(pulses: Pulses, clock: SharedClock, metrics: Metrics) -> Self {
        Self { running: BTreeMap::new(), left: BTreeMap::new(), pulses, clock, metrics }
    }

    /// Has `start` start what is wanted and does not run. Who stands still is replaced, unless what all wait for (the
    /// database, the recorder) stands still as well, or the thread before it never ended: then it is left to the
    /// watchdog, for a fresh thread would come no further.
    pub(super) fn keep<'a>(
        &mut self,
        wanted: impl Iterator<Item = &'a str>,
        start: impl Fn(&str, Pulse) -> io::Result<Worker>,
    ) {
        self.left.retain(|_, worker| !worker.is_finished());
        let pulses = &self.pulses;
        self.running.retain(|_, camera| {
            let ended = camera.worker.is_finished();
            if ended {
                pulses.forget(&camera.pulse);
            }
            !ended
        });
        self.leave_stuck();
        for id in wanted {
            if self.running.contains_key(id) {
                continue;
            }
            let pulse = Pulse::new(thread_name(id), self.clock.clone());
            match start(id, pulse.clone()) {
                Ok(worker) => {
                    self.pulses.watch(&pulse);
                    self.running.insert(id.to_owned(), Running { worker, pulse });
                }
                Err(error) => tracing::error!(camera = id, %error, "its thread does not start; tried again"),
            }
        }
    }

    fn leave_stuck(&mut self) {
        let is_stuck = |(id, camera): (&String, &Running)| (camera.pulse.silence() >= STUCK_AFTER).then(|| id.clone());
        let stuck: Vec<String> = self.running.iter().filter_map(is_stuck).collect();
        let names: Vec<String> = stuck.iter().map(|id| thread_name(id)).collect();
        // Half the time, for whoever waits for another falls silent after it.
        let others = self.pulses.silent(STUCK_AFTER / 2);
        if others.iter().any(|other| !names.contains(other) && !self.is_camera(other)) {
            return;
        }
        for id in stuck.into_iter().filter(|id| !self.left.contains_key(id)).collect::<Vec<_>>() {
            let Some(camera) = self.running.remove(&id) else { continue };
            let silence = camera.pulse.silence();
            tracing::error!(camera = id, ?silence, "the camera's thread stands still: another one takes its place");
            self.metrics.stuck(camera.pulse.name()).inc();
            camera.pulse.give_up();
            self.pulses.forget(&camera.pulse);
            self.left.insert(id, camera.worker);
        }
    }

    fn is_camera(&self, thread: &str) -> bool {
        self.running.values().any(|camera| camera.pulse.name() == thread)
    }

    /// Waits for all that can end.
    pub(super) fn join(self) {
        self.running.into_values().for_each(|camera| camera.worker.join());
        self.left.into_values().for_each(Worker::leave);
    }
}

fn thread_name(id: &str) -> String {
    format!("cam-{id}")
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
