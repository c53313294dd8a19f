//! Alerts that nobody claims in time go to the supervisor by themselves.

use std::time::Duration;

use anyhow::Context as _;

use crate::base::worker::Worker;
use crate::base::{SharedClock, Shutdown};
use crate::config::Settings;
use crate::store::Store;

/// How late it may be.
const EVERY: Duration = Duration::from_secs(2);

pub(super) struct Escalation {
    pub store: Store,
    pub clock: SharedClock,
    pub settings: Settings,
}

impl Escalation {
    pub(super) fn start(self, shutdown: Shutdown) -> anyhow::Result<Worker> {
        Worker::spawn("escalation", move || self.run(&shutdown)).context("the thread that escalates alerts")
    }

    fn run(&self, shutdown: &Shutdown) {
        let mut failing = false;
        while !shutdown.wait(EVERY) {
            match self.store.escalate_overdue(self.clock.now(), &self.settings.config().escalation) {
                Ok(escalated) => {
                    failing = false;
                    for alert in escalated {
                        tracing::warn!(%alert, "nobody has claimed this alert; it waits for the supervisor");
                    }
                }
                // Said once, not every two seconds.
                Err(error) if !std::mem::replace(&mut failing, true) => {
                    tracing::error!(%error, "alerts that nobody claims are not escalated for now");
                }
                Err(_) => {}
            }
        }
    }
}
