//! The audit log, followed from its first entry.

use jiff::Timestamp;

use super::{HeadFault, Heads};
use crate::base::chain::{Break, Walk};
use crate::record::evidence::PublicKey;
use crate::store::{Beside, StoreError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// The last entry's number.
    pub entries: i64,
    /// Up to which entry a signed head stands for it all, and when that was signed.
    pub signed: Option<(i64, Timestamp)>,
    /// The first one.
    pub fault: Option<AuditFault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFault {
    Broken(Break),
    /// Of the head at this entry.
    Head {
        at: i64,
        fault: HeadFault,
    },
}

/// # Errors
/// Where the database cannot be read.
pub fn verify_audit(store: &Beside, key: Option<PublicKey>) -> Result<AuditReport, StoreError> {
    let mut heads = Heads::default();
    store.heads()?.into_iter().filter(|head| head.statement.camera.is_none()).for_each(|head| heads.add(head));
    let mut walk = Walk::default();
    let mut report = AuditReport { entries: 0, signed: None, fault: None };
    // Before the entries: what is written meanwhile is not missing.
    let last = store.last_written()?;
    store.each_entry(|link, _| {
        if report.fault.is_some() {
            return;
        }
        if let Err(broken) = walk.step(&link) {
            report.fault = Some(AuditFault::Broken(broken));
            return;
        }
        let met = heads.met(link.position, link.link, key);
        report.fault = met.fault.map(|fault| AuditFault::Head { at: link.position, fault });
        report.signed = met.signed_at.map(|at| (link.position, at)).or(report.signed);
    })?;
    report.entries = walk.position;
    if report.fault.is_none() {
        let missing = walk.position < last;
        report.fault = if missing {
            Some(AuditFault::Broken(Break::Missing { from: walk.position + 1, to: last }))
        } else {
            heads.left().map(|at| AuditFault::Head { at, fault: HeadFault::CutOff })
        };
    }
    Ok(report)
}
