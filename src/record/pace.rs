//! Whether the disk takes video as fast as it comes (pure), and what is told of the disk.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::disk::{DiskReport, DiskState, DiskTrouble, OnDisk, Slow};
use crate::base::{Pulse, SharedClock, Shutdown};

/// Who waits longer is late. A healthy disk takes a tenth of this for what all cameras send in a second.
pub(super) const LATE: Duration = Duration::from_secs(3);
/// It keeps up again when nothing was late for so long.
const KEEPS_UP_AFTER: Duration = Duration::from_secs(20);
/// How often it is looked whether the recorder's thread comes back from the disk at all.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct Pace {
    slow: Option<Slow>,
    /// When something was late last.
    late_at: Duration,
    /// Pictures that were lost altogether, before the disk became slow.
    lost_before: u64,
}

impl Pace {
    /// Something has waited for so long by `now`; `lost` are all pictures that found no place in the queue so far. True if
    /// there is something new to tell.
    fn note(&mut self, now: Duration, waited: Duration, lost: u64) -> bool {
        let before = self.slow;
        if waited >= LATE {
            self.late_at = now;
            let known = self.slow.get_or_insert(Slow { waited: Duration::ZERO, lost: 0 });
            known.waited = known.waited.max(waited);
        } else if now >= self.late_at + KEEPS_UP_AFTER {
            self.slow = None;
        }
        match &mut self.slow {
            Some(slow) => slow.lost = lost - self.lost_before,
            None => self.lost_before = lost,
        }
        // Not for every fragment of a queue that grows.
        let told = |slow: Option<Slow>| slow.map(|slow| (slow.waited.as_secs(), slow.lost));
        told(before) != told(self.slow)
    }
}

/// Tells how the disk is doing: what the recorder's thread knows, and whether it keeps up. Clones tell the same.
#[derive(Clone)]
pub(super) struct Teller {
    inner: Arc<Mutex<Inner>>,
    /// Pictures that found no place in the queue.
    lost: Arc<AtomicU64>,
    clock: SharedClock,
}

struct Inner {
    on_disk: OnDisk,
    /// As the recorder's thread knows it.
    known: DiskReport,
    pace: Pace,
}

impl Teller {
    pub(super) fn new(on_disk: OnDisk, lost: Arc<AtomicU64>, clock: SharedClock) -> Self {
        let inner = Inner { on_disk, known: DiskReport::default(), pace: Pace::default() };
        Self { inner: Arc::new(Mutex::new(inner)), lost, clock }
    }

    pub(super) fn report(&self, known: DiskReport) {
        self.with(|inner| {
            inner.known = known;
            inner.tell();
        });
    }

    /// A fragment has waited for the disk for so long.
    pub(super) fn note(&self, waited: Duration) {
        let (now, lost) = (self.clock.monotonic(), self.lost.load(Ordering::Relaxed));
        self.with(|inner| {
            let was = inner.pace.slow;
            if !inner.pace.note(now, waited, lost) {
                return;
            }
            match (was, inner.pace.slow) {
                (None, Some(_)) => tracing::warn!(?waited, "the disk is slow: video waits for it"),
                (Some(Slow { waited, lost }), None) => {
                    tracing::info!(longest = ?waited, lost_pictures = lost, "the disk keeps up again");
                }
                _ => {}
            }
            inner.tell();
        });
    }

    /// Until `shutdown`: who waits for a disk that does not answer cannot say so.
    pub(super) fn watch(&self, recorder: &Pulse, shutdown: &Shutdown) {
        let (mut looked, mut had_turns) = (self.clock.monotonic(), 0_u32);
        while !shutdown.wait(LOOK_EVERY) {
            let before = std::mem::replace(&mut looked, self.clock.monotonic());
            // Where this thread had no turn either, the disk is not to blame.
            had_turns = if looked > before + 2 * LOOK_EVERY { 0 } else { had_turns + 1 };
            if had_turns > 1 {
                // With nothing to do the other one goes round once in `LOOK_EVERY`.
                self.note(recorder.silence().saturating_sub(LOOK_EVERY));
            }
        }
    }

    fn with(&self, work: impl FnOnce(&mut Inner)) {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Inner {
    fn tell(&self) {
        let mut report = DiskReport { slow: self.pace.slow, ..self.known.clone() };
        // Whatever else is wrong with it comes first.
        if let (DiskState::Ok, Some(Slow { waited, lost })) = (report.state, report.slow) {
            report.state = DiskState::Slow;
            report.trouble = Some(DiskTrouble::TooSlow);
            report.detail = Some(format!(
                "the disk of recordings is slow: video waited {} s for it, and {lost} pictures were lost; see whether it is \
                 healthy, and what else works on it",
                waited.as_secs()
            ));
        }
        (self.on_disk)(report);
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::bounded;

    use super::*;
    use crate::base::{Clock as _, SimClock};

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_disk_is_slow_while_something_waits_long_and_for_a_while_after() {
        let mut pace = Pace::default();
        assert!(!pace.note(seconds(100), Duration::from_millis(2_999), 7), "losses of before are not the disk's");
        assert_eq!(pace.slow, None);
        assert!(pace.note(seconds(101), LATE, 9));
        assert_eq!(pace.slow, Some(Slow { waited: LATE, lost: 2 }));
        assert!(!pace.note(seconds(102), LATE, 9), "nothing new");
        assert!(pace.note(seconds(103), seconds(8), 9) && pace.note(seconds(104), seconds(4), 10));
        assert_eq!(pace.slow, Some(Slow { waited: seconds(8), lost: 3 }), "the longest, and all that was lost");
        assert!(!pace.note(seconds(123), seconds(1), 10));
        assert!(pace.note(seconds(124), seconds(1), 10), "20 s after the last that was late");
        assert_eq!(pace.slow, None);
        assert!(pace.note(seconds(130), seconds(5), 11));
        assert_eq!(pace.slow, Some(Slow { waited: seconds(5), lost: 1 }), "counted anew");
    }

    #[test]
    fn other_trouble_comes_first_and_slowness_is_taken_back() {
        let (tell, told) = bounded(9);
        let on_disk: OnDisk = Box::new(move |report| tell.send(report).expect("heard"));
        let clock = Arc::new(SimClock::default());
        let lost = Arc::new(AtomicU64::new(5));
        let teller = Teller::new(on_disk, Arc::clone(&lost), clock.clone());
        teller.report(DiskReport { quota_bytes: 9, ..DiskReport::default() });
        assert_eq!(told.recv().expect("told").state, DiskState::Ok);
        teller.note(seconds(4));
        let report = told.recv().expect("told");
        assert_eq!(
            (report.state, report.trouble, report.quota_bytes),
            (DiskState::Slow, Some(DiskTrouble::TooSlow), 9)
        );
        assert!(report.detail.expect("words").contains("waited 4 s"));
        let full = DiskReport { state: DiskState::Full, trouble: Some(DiskTrouble::NoRoom), ..DiskReport::default() };
        teller.report(full);
        let report = told.recv().expect("told");
        assert_eq!((report.state, report.trouble), (DiskState::Full, Some(DiskTrouble::NoRoom)));
        assert!(report.slow.is_some() && clock.monotonic() < KEEPS_UP_AFTER);
        teller.report(DiskReport::default());
        assert_eq!(told.recv().expect("told").state, DiskState::Slow);
        clock.advance(KEEPS_UP_AFTER);
        teller.note(Duration::ZERO);
        assert_eq!(told.recv().expect("told"), DiskReport::default());
        assert!(told.try_recv().is_err());
    }
}
