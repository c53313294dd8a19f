use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::base::{Shutdown, ShutdownHandle, SimClock};

/// Cameras whose threads only wait: none ever beats by itself.
struct Office {
    clock: Arc<SimClock>,
    pulses: Pulses,
    metrics: Metrics,
    roster: Roster,
    /// Ends every thread.
    stop: Option<ShutdownHandle>,
    shutdown: Shutdown,
    started: AtomicUsize,
}

fn office() -> Office {
    let (clock, pulses, metrics) = (Arc::new(SimClock::default()), Pulses::default(), Metrics::new());
    let roster = Roster::new(pulses.clone(), clock.clone(), metrics.clone());
    let (stop, shutdown) = Shutdown::new();
    Office { clock, pulses, metrics, roster, stop: Some(stop), shutdown, started: AtomicUsize::default() }
}

impl Office {
    /// How many threads there were so far.
    fn keep(&mut self, wanted: &[&str]) -> usize {
        let (shutdown, started) = (&self.shutdown, &self.started);
        self.roster.keep(wanted.iter().copied(), |id, _| {
            started.fetch_add(1, Ordering::Relaxed);
            let shutdown = shutdown.clone();
            Worker::spawn(id, move || while !shutdown.wait(Duration::from_secs(3600)) {})
        });
        self.started.load(Ordering::Relaxed)
    }

    fn beat(&self, id: &str) {
        self.roster.running[id].pulse.beat();
    }

    fn counted(&self, thread: &str) -> u64 {
        self.metrics.stuck(thread).get()
    }
}

#[test]
fn who_stands_still_is_replaced_alone_and_once() {
    let mut office = office();
    assert_eq!(office.keep(&["cong", "kho"]), 2);
    assert_eq!(office.keep(&["cong", "kho"]), 2, "they run");
    let first = office.roster.running["cong"].pulse.clone();
    office.clock.advance(STUCK_AFTER);
    office.beat("kho");
    assert_eq!(office.keep(&["cong", "kho"]), 3);
    assert!(first.is_given_up(), "should it ever go on, it ends");
    assert!(!office.roster.running["cong"].pulse.is_given_up() && !office.roster.running["kho"].pulse.is_given_up());
    assert_eq!((office.counted("cam-cong"), office.counted("cam-kho")), (1, 0));
    assert!(office.pulses.silent(STUCK_AFTER).is_empty(), "the new one has beaten");

    office.clock.advance(STUCK_AFTER);
    office.beat("kho");
    assert_eq!(office.keep(&["cong", "kho"]), 3, "a third would come no further");
    assert_eq!(office.pulses.silent(STUCK_AFTER), ["cam-cong"], "the watchdog hears of it");
    office.stop = None;
    office.roster.join();
}

#[test]
fn nobody_is_replaced_who_waits_for_what_all_wait_for() {
    let mut office = office();
    let writer = Pulse::new("store-writer", office.clock.clone());
    office.pulses.watch(&writer);
    office.keep(&["cong"]);
    office.clock.advance(STUCK_AFTER);
    assert_eq!(office.keep(&["cong"]), 1);
    writer.beat();
    assert_eq!(office.keep(&["cong"]), 2, "the database answers, the camera does not");
    office.stop = None;
    office.roster.join();
}

#[test]
fn a_camera_that_ended_is_not_missed() {
    let mut office = office();
    office.keep(&["cong"]);
    office.stop = None;
    while !office.roster.running["cong"].worker.is_finished() {
        std::thread::yield_now();
    }
    assert_eq!(office.keep(&[]), 1);
    office.clock.advance(STUCK_AFTER);
    assert!(office.pulses.silent(STUCK_AFTER).is_empty());
    office.roster.join();
}
