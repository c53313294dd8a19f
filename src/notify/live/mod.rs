//! A camera's encoded pictures, for whoever watches now: what is in memory of its last group of
//! pictures at once, and then each access unit as it comes. Nothing is decoded or encoded here.

mod format;
mod fragment;
mod order;
mod program;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::intake::AccessUnit;
pub use format::FormatError;
pub use program::{Packet, Program};

/// Access units on their way to one viewer: 5 s at 25 a second.
const ON_THE_WAY: usize = 128;
/// What a group of pictures may take; nothing is copied, and where the stream is analysed the analysis
/// holds the same bytes.
const GOP_LIMIT_BYTES: usize = 8_000_000;

/// One stream of one camera. Shared; locks are brief, and nobody waits for a viewer.
#[derive(Debug, Clone, Default)]
pub struct LiveStream {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    /// From the last key frame to the newest; empty where that is too much, and before there is one.
    gop: Vec<AccessUnit>,
    gop_bytes: usize,
    viewers: Vec<Seat>,
}

/// The sending end of one viewer.
#[derive(Debug)]
struct Seat {
    sender: mpsc::Sender<AccessUnit>,
    /// What came before was left out, so the next can only be a key frame.
    wants_key: bool,
}

/// Somebody who watches; dropped, they no longer do.
#[derive(Debug)]
pub struct Viewer {
    gop: Vec<AccessUnit>,
    receiver: mpsc::Receiver<AccessUnit>,
}

impl LiveStream {
    /// Takes the next access unit in decoding order. Returns how many viewers it was kept from
    /// because they are too slow; each of them goes on at a key frame.
    pub fn publish(&self, unit: &AccessUnit) -> u64 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.keep(unit);
        let mut left_out = 0;
        inner.viewers.retain_mut(|seat| match seat.offer(unit) {
            Offer::Taken => true,
            Offer::LeftOut => {
                left_out += 1;
                true
            }
            Offer::Gone => false,
        });
        left_out
    }

    /// The camera was lost. Viewers get what is on its way to them, and then the end.
    pub fn end(&self) {
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = Inner::default();
    }

    /// Begins with the group of pictures in memory.
    pub fn watch(&self) -> Viewer {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, receiver) = mpsc::channel(ON_THE_WAY);
        let gop = inner.gop.clone();
        inner.viewers.push(Seat { sender, wants_key: gop.is_empty() });
        Viewer { gop, receiver }
    }
}

impl Inner {
    fn keep(&mut self, unit: &AccessUnit) {
        if unit.key {
            self.gop.clear();
            self.gop_bytes = 0;
        } else if self.gop.is_empty() {
            return;
        }
        self.gop_bytes += unit.size_bytes();
        if self.gop_bytes > GOP_LIMIT_BYTES {
            self.gop = Vec::new();
        } else {
            self.gop.push(unit.clone());
        }
    }
}

enum Offer {
    Taken,
    LeftOut,
    Gone,
}

impl Seat {
    fn offer(&mut self, unit: &AccessUnit) -> Offer {
        if self.sender.is_closed() {
            return Offer::Gone;
        }
        if self.wants_key && !unit.key {
            return Offer::LeftOut;
        }
        match self.sender.try_send(unit.clone()) {
            Ok(()) => {
                self.wants_key = false;
                Offer::Taken
            }
            Err(TrySendError::Full(_)) => {
                self.wants_key = true;
                Offer::LeftOut
            }
            Err(TrySendError::Closed(_)) => Offer::Gone,
        }
    }
}

impl Viewer {
    /// Whether there was no picture in memory to begin with.
    pub fn waits(&self) -> bool {
        self.gop.is_empty()
    }

    /// What there is by now, in decoding order: at first the group of pictures in memory, later one
    /// access unit or, for somebody who was busy, several. `None` once the camera is lost. May be
    /// cancelled.
    pub async fn next(&mut self) -> Option<Vec<AccessUnit>> {
        if !self.gop.is_empty() {
            return Some(std::mem::take(&mut self.gop));
        }
        let mut units = Vec::new();
        let taken = self.receiver.recv_many(&mut units, ON_THE_WAY).await;
        (taken > 0).then_some(units)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
