//! Whether what the appliance wrote down and recorded is still what it was: its chains are followed from the start, and held
//! against the heads that it has signed. Reads only; the appliance may run meanwhile.

mod audit;
mod recordings;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

pub use audit::{AuditFault, AuditReport, verify_audit};
pub use recordings::{RecordingFault, RecordingKind, RecordingsReport, ToldDeletion, verify_recordings};

use crate::base::chain::Digest;
use crate::record::evidence::{DeviceKey, KeyError, PublicKey};
use crate::store::Head;

/// Why a signed head does not stand for what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadFault {
    /// Its signature is none of this key.
    NotSigned,
    /// What is there now is not what was signed: it was written anew, here or before.
    Rewritten,
    /// The chain ends before it.
    CutOff,
}

/// The key that heads have to be signed with: the one that is expected, or the appliance's own, if there is one.
///
/// # Errors
/// Where the own key cannot be read.
pub fn signing_key(data_dir: &Path, expected: Option<PublicKey>) -> Result<Option<PublicKey>, KeyError> {
    match expected {
        Some(key) => Ok(Some(key)),
        None => Ok(DeviceKey::existing(data_dir)?.map(|key| key.public())),
    }
}

/// Heads of one chain by position, to be met on the way.
#[derive(Default)]
struct Heads(BTreeMap<i64, Vec<Head>>);

impl Heads {
    fn add(&mut self, head: Head) {
        self.0.entry(head.statement.position).or_default().push(head);
    }

    /// What is wrong with those at this position, whose link is this.
    fn met(&mut self, position: i64, link: Digest, key: Option<PublicKey>) -> Met {
        let mut met = Met::default();
        for head in self.0.remove(&position).into_iter().flatten() {
            if let Some(fault) = fault_of(&head, key).or((head.statement.link != link).then_some(HeadFault::Rewritten))
            {
                met.fault = met.fault.or(Some(fault));
            } else {
                met.signed_at = met.signed_at.max(Some(head.statement.at));
            }
        }
        met
    }

    /// The first that was not met.
    fn left(&self) -> Option<i64> {
        self.0.keys().next().copied()
    }
}

#[derive(Default)]
struct Met {
    fault: Option<HeadFault>,
    /// When the last good one was signed.
    signed_at: Option<Timestamp>,
}

fn fault_of(head: &Head, key: Option<PublicKey>) -> Option<HeadFault> {
    let is_signed = key.is_none_or(|key| head.statement.is_signed(key, &head.signature));
    (!is_signed).then_some(HeadFault::NotSigned)
}

#[cfg(test)]
mod tests;
