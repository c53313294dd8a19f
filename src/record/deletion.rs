//! Recordings that somebody deletes before their time.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use super::{IndexError, Needed, WrongDisk};
use crate::access::audit::Removal;
use crate::alert::Pictured;

/// What of a camera somebody wants deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionOrder {
    pub id: Uuid,
    pub camera: String,
    /// Segments that have a part in it go whole.
    pub from: Timestamp,
    pub to: Timestamp,
    /// One line.
    pub reason: String,
    pub account: Uuid,
    pub name: String,
    pub address: Option<String>,
    pub at: Timestamp,
}

/// An order, and which segments it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    pub order: DeletionOrder,
    /// Of the first segment's start and the last one's.
    pub removal: Removal,
    /// When the last of them ends.
    pub ends_at: Timestamp,
    /// Alerts that lie in what was asked for, whose pictures go with it; the index counts them.
    pub alerts: u64,
}

impl std::ops::Deref for Deletion {
    type Target = DeletionOrder;

    fn deref(&self) -> &DeletionOrder {
        &self.order
    }
}

/// As the audit log says it: the removal first, so that it is read as one.
impl fmt::Display for Deletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} alerts={} reason={}", self.removal, self.alerts, self.order.reason)
    }
}

/// Whose pictures go with a deletion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictures {
    pub alerts: Vec<Pictured>,
    /// Vehicles of those alerts, by track.
    pub vehicles: Vec<Uuid>,
}

/// What was deleted.
#[derive(Debug)]
pub struct Deleted {
    pub deletion: Deletion,
    /// Those are still there: to be removed by whoever keeps them.
    pub pictures: Pictures,
    /// Why files of segments and clips could not be removed.
    pub failed: Vec<std::io::Error>,
}

impl Deleted {
    /// # Errors
    /// [`DeletionError::Left`] where some of it is still there.
    pub fn finish(self) -> Result<Deletion, DeletionError> {
        let left = self.failed.len();
        match self.failed.into_iter().next() {
            Some(error) => Err(DeletionError::Left { left, error }),
            None => Ok(self.deletion),
        }
    }
}

/// Whether the index lets segments go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condemned {
    /// And whose pictures go with them: that it says, too.
    Done(Pictures),
    /// No segment, and no alert with pictures: nothing has changed.
    Nothing,
    /// Somebody keeps these stretches: nothing has changed.
    Held(Vec<Needed>),
}

/// Why nothing, or not all, was deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeletionError {
    #[error("nothing is recorded of this time, and no alert of it has pictures")]
    Nothing,
    #[error("somebody keeps some of it")]
    Held(Vec<Needed>),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    WrongDisk(#[from] WrongDisk),
    #[error("{left} files cannot be removed ({error}): check the disk; it is tried again at the next start")]
    Left { left: usize, error: std::io::Error },
    #[error("the recorder has stopped")]
    Stopped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_log_reads_it_as_a_removal() {
        let at = Timestamp::from_second(1_771_266_600).expect("valid");
        let removal = Removal { segments: 3, bytes: 9, from: at, to: at };
        let order = DeletionOrder {
            id: Uuid::from_u128(1),
            camera: "kho".to_owned(),
            from: at,
            to: at,
            reason: "theo yêu cầu của ông A".to_owned(),
            account: Uuid::from_u128(2),
            name: "lan".to_owned(),
            address: None,
            at,
        };
        let text = Deletion { order, removal, ends_at: at, alerts: 2 }.to_string();
        assert_eq!(text.parse(), Ok(removal));
        assert!(text.ends_with(" alerts=2 reason=theo yêu cầu của ông A"), "{text}");
    }
}
