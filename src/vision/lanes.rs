//! A bounded queue of two lanes: who is in a hurry goes first, and yet nobody waits for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crossbeam_channel::{Receiver, SendError, Sender, TrySendError, bounded, select};

/// How much depends on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Usual,
    /// Somebody is there: an alert is open.
    Hurried,
}

/// Where both lanes have something, one of the usual lane follows after so many of the other.
const HURRIED_IN_A_ROW: u32 = 3;

/// What puts jobs in; each lane is served in order.
pub(super) struct Entry<T> {
    hurried: Sender<T>,
    usual: Sender<T>,
}

/// What takes them out; clones share the turns.
pub(super) struct Exit<T> {
    hurried: Receiver<T>,
    usual: Receiver<T>,
    in_a_row: Arc<AtomicU32>,
}

/// A queue in which so many may wait in each lane.
pub(super) fn lanes<T>(most_waiting: usize) -> (Entry<T>, Exit<T>) {
    let (hurried, hurried_out) = bounded(most_waiting);
    let (usual, usual_out) = bounded(most_waiting);
    (Entry { hurried, usual }, Exit { hurried: hurried_out, usual: usual_out, in_a_row: Arc::default() })
}

impl<T> Entry<T> {
    /// Waits for room.
    ///
    /// # Errors
    /// Nobody takes anything out any more.
    pub(super) fn send(&self, job: T, urgency: Urgency) -> Result<(), SendError<T>> {
        self.lane(urgency).send(job)
    }

    /// # Errors
    /// There is no room, or nobody takes anything out any more.
    pub(super) fn try_send(&self, job: T, urgency: Urgency) -> Result<(), TrySendError<T>> {
        self.lane(urgency).try_send(job)
    }

    fn lane(&self, urgency: Urgency) -> &Sender<T> {
        match urgency {
            Urgency::Hurried => &self.hurried,
            Urgency::Usual => &self.usual,
        }
    }
}

impl<T> Exit<T> {
    /// Waits for a job; `None` once both lanes are closed and empty.
    pub(super) fn take(&self) -> Option<T> {
        let turn = self.in_a_row.load(Ordering::Relaxed) < HURRIED_IN_A_ROW;
        let order = if turn { [Urgency::Hurried, Urgency::Usual] } else { [Urgency::Usual, Urgency::Hurried] };
        for lane in order {
            if let Ok(job) = self.lane(lane).try_recv() {
                return Some(self.counted(lane, job));
            }
        }
        let (lane, job) = select! {
            recv(self.hurried) -> job => (Urgency::Hurried, job),
            recv(self.usual) -> job => (Urgency::Usual, job),
        };
        match job {
            Ok(job) => Some(self.counted(lane, job)),
            // Both are closed at once; the other may still hold something.
            Err(_) => self.hurried.recv().or_else(|_| self.usual.recv()).ok(),
        }
    }

    fn counted(&self, lane: Urgency, job: T) -> T {
        match lane {
            Urgency::Hurried => drop(self.in_a_row.fetch_add(1, Ordering::Relaxed)),
            Urgency::Usual => self.in_a_row.store(0, Ordering::Relaxed),
        }
        job
    }

    fn lane(&self, urgency: Urgency) -> &Receiver<T> {
        match urgency {
            Urgency::Hurried => &self.hurried,
            Urgency::Usual => &self.usual,
        }
    }
}

// Derived, it would ask for jobs that can be cloned.
impl<T> Clone for Exit<T> {
    fn clone(&self) -> Self {
        Self { hurried: self.hurried.clone(), usual: self.usual.clone(), in_a_row: Arc::clone(&self.in_a_row) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Urgency::{Hurried, Usual};
    use super::*;

    /// What comes out of what was put in before anything was taken.
    fn served(put: &[(Urgency, u32)]) -> Vec<(Urgency, u32)> {
        let (entry, exit) = lanes(put.len().max(1));
        for job in put {
            entry.try_send(*job, job.0).expect("room");
        }
        drop(entry);
        std::iter::from_fn(|| exit.take()).collect()
    }

    #[test]
    fn who_is_in_a_hurry_goes_first_and_the_others_get_every_fourth_turn() {
        let put: Vec<_> = (0..4).map(|n| (Usual, n)).chain((0..8).map(|n| (Hurried, n))).collect();
        let lanes: Vec<_> = served(&put).iter().map(|(lane, _)| *lane).collect();
        let round = [Hurried, Hurried, Hurried, Usual];
        assert_eq!(lanes[..8], [round, round].concat());
        // Two are in a hurry still; then the rest.
        assert_eq!(lanes[8..], [Hurried, Hurried, Usual, Usual]);
    }

    #[test]
    fn a_full_lane_leaves_room_in_the_other() {
        let (entry, exit) = lanes(1);
        assert!(entry.try_send(1, Usual).is_ok());
        assert!(matches!(entry.try_send(2, Usual), Err(TrySendError::Full(2))));
        assert!(entry.try_send(3, Hurried).is_ok());
        assert_eq!((exit.take(), exit.take()), (Some(3), Some(1)));
        drop(exit);
        assert!(entry.send(4, Usual).is_err());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_each_lane_is_in_order_and_nobody_waits_for_more_than_three(
            lanes in prop::collection::vec(prop_oneof![Just(Usual), Just(Hurried)], 0..60),
        ) {
            let put: Vec<_> = lanes.into_iter().zip(0..).collect();
            let out = served(&put);
            for lane in [Usual, Hurried] {
                let of = |jobs: &[(Urgency, u32)]| jobs.iter().filter(|job| job.0 == lane).copied().collect::<Vec<_>>();
                prop_assert_eq!(of(&put), of(&out));
            }
            let last_usual = out.iter().rposition(|job| job.0 == Usual).unwrap_or(0);
            let waits = out[..last_usual].split(|job| job.0 == Usual);
            prop_assert!(waits.into_iter().all(|between| between.len() <= 3));
        }
    }
}
