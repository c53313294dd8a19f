//! Once an hour the ends of all chains are signed with the device's key, what retention removed is written into the audit log,
//! and days of which nothing is left are folded into their last link.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use crate::access::audit::{Act, Deed};
use crate::base::worker::Worker;
use crate::base::{SharedClock, Shutdown};
use crate::record::chain::day;
use crate::record::evidence::{DeviceKey, Statement};
use crate::store::{Head, HeadOf, Store};

const EVERY: Duration = Duration::from_secs(3600);
/// The first heads are signed when what the start has found is linked.
const SOON: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(super) struct Sealing {
    store: Store,
    clock: SharedClock,
    data_dir: PathBuf,
}

/// Writes down that the appliance has started, and how it was before.
///
/// # Errors
/// Where the database cannot be read. One that takes no entries on a full disk is no reason not to start.
pub(super) fn write_start(store: &Store, now: Timestamp) -> anyhow::Result<()> {
    let before = if store.was_stopped_cleanly()? { "" } else { ", after an end that was not written down" };
    let deed = Deed::own(Act::Started, format!("canhdem {}{before}", env!("CARGO_PKG_VERSION")));
    if let Err(error) = store.write_down(deed, now) {
        tracing::error!(%error, "the start cannot be written into the audit log");
    }
    Ok(())
}

impl Sealing {
    pub(super) fn new(store: Store, clock: SharedClock, data_dir: &Path) -> Self {
        Self { store, clock, data_dir: data_dir.to_owned() }
    }

    pub(super) fn start(self, shutdown: Shutdown) -> anyhow::Result<Worker> {
        // Made at the first start, so that its fingerprint is in the office's records before anything happens.
        if let Err(error) = DeviceKey::open(&self.data_dir) {
            tracing::error!(%error, "the device's key cannot be used: chains are not signed, and nothing is exported");
        }
        Worker::spawn("sealing", move || {
            let mut wait = SOON;
            while !shutdown.wait(wait) {
                self.seal();
                wait = EVERY;
            }
        })
        .context("the thread that signs the ends of chains")
    }

    /// The last entry of all, and its signature.
    pub(super) fn write_stop(&self) {
        if let Err(error) = self.store.write_down(Deed::own(Act::Stopped, None), self.clock.now()) {
            tracing::error!(%error, "the stop cannot be written into the audit log");
        }
        self.seal();
    }

    fn seal(&self) {
        if let Err(error) = self.try_seal() {
            tracing::warn!(error = format!("{error:#}"), "the ends of chains are not signed; tried again in an hour");
        }
    }

    fn try_seal(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        self.store.write_down_removals(now)?;
        let key = DeviceKey::open(&self.data_dir)?;
        let today = day(now);
        let sign = |ends: Vec<HeadOf>, folded| -> Vec<Head> {
            let signed = ends.into_iter().map(|HeadOf { camera, day, position, link }| {
                let appliance = self.store.appliance();
                let statement = Statement { appliance, camera, day, position, link, at: now, folded };
                Head { signature: statement.sign(&key), statement }
            });
            signed.collect()
        };
        self.store.put_heads(sign(self.store.unsigned_heads(&today)?, false))?;
        self.store.put_heads(sign(self.store.days_to_fold(&today)?, true))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::SimClock;
    use crate::store::AuditFilter;

    #[test]
    fn a_run_is_written_down_from_start_to_stop_and_signed() {
        let folder = tempfile::tempdir().expect("a folder");
        let night: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
        let clock: SharedClock = Arc::new(SimClock::new(night));
        let store = Store::open(folder.path(), &clock).expect("opens");
        write_start(&store, night).expect("written");
        // Somebody pulled the plug.
        write_start(&store, night).expect("written");
        let sealing = Sealing::new(store.clone(), clock, folder.path());
        sealing.write_stop();
        let page = store.audit(&AuditFilter { limit: 10, ..AuditFilter::default() }).expect("read");
        let acts: Vec<_> = page.entries.iter().rev().map(|entry| entry.act.as_str()).collect();
        assert_eq!(acts, ["started", "started", "stopped"]);
        assert!(page.entries[1].detail.as_deref().is_some_and(|detail| detail.contains("was not written down")));
        assert!(page.entries[2].detail.as_deref().is_some_and(|detail| !detail.contains("not written")));
        let heads = store.heads_signed(night, Timestamp::MAX).expect("read");
        let key = DeviceKey::open(folder.path()).expect("made").public();
        assert_eq!(heads.len(), 1);
        assert!(heads[0].statement.position == 3 && heads[0].statement.is_signed(key, &heads[0].signature));
    }
}
