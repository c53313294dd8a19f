//! systemd's watchdog is fed only while every thread goes round that must; who does not is named in the log and in
//! `systemctl status`.

use std::time::Duration;

use anyhow::Context as _;

use super::systemd::ServiceManager;
use crate::base::worker::Worker;
use crate::base::{Metrics, Pulses, Shutdown};
use crate::decode::too_many_stand_still;

/// Without a watchdog it is only said. Twice what a camera's thread is given before another one takes its place.
const LIMIT: Duration = Duration::from_secs(60);
/// How late it may be said.
const EVERY: Duration = Duration::from_secs(5);

pub(super) struct Watchdog {
    pub manager: ServiceManager,
    pub pulses: Pulses,
    pub metrics: Metrics,
    /// What `systemctl status` shows while all is well.
    pub status: String,
}

impl Watchdog {
    pub(super) fn start(self, shutdown: Shutdown) -> anyhow::Result<Worker> {
        Worker::spawn("watchdog", move || self.run(&shutdown)).context("the watchdog's thread")
    }

    /// systemd ends the process after as long again without being fed.
    fn run(&self, shutdown: &Shutdown) {
        let limit = self.manager.watchdog().map_or(LIMIT, |time| time / 2);
        let mut told = Vec::new();
        loop {
            let mut silent = self.pulses.silent(limit);
            if too_many_stand_still() {
                silent.push("decoders".to_owned());
            }
            if silent.is_empty() {
                self.manager.alive();
            }
            if silent != told {
                self.tell(&silent, &told);
                told = silent;
            }
            if shutdown.wait(EVERY.min(limit / 4)) {
                // Not before: whoever is told that all goes well looks away.
                return self.manager.stopping();
            }
        }
    }

    fn tell(&self, silent: &[String], before: &[String]) {
        for thread in silent.iter().filter(|thread| !before.contains(thread)) {
            tracing::error!(thread, "stands still; systemd, where it watches, starts canhdem again");
            self.metrics.stuck(thread).inc();
        }
        if silent.is_empty() {
            tracing::warn!("all threads go on again");
            self.manager.status(&self.status);
        } else {
            self.manager.status(&format!("stands still: {}", silent.join(", ")));
        }
    }
}
