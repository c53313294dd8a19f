//! Which alerts somebody has settled, for the cameras that would let them grow, and what these told. Pure.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::Alert;
use crate::rules::{Finding, FindingKind};

/// A camera asks within a moment, so that few are ever waited for.
const KEPT: usize = 256;

/// The latest of them. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SettledAlerts {
    latest: Arc<Mutex<VecDeque<Uuid>>>,
}

impl SettledAlerts {
    pub fn add(&self, alert: Uuid) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() >= KEPT {
            latest.pop_front();
        }
        latest.push_back(alert);
    }

    pub fn contains(&self, alert: Uuid) -> bool {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).contains(&alert)
    }
}

/// Findings of settled alerts that are remembered: a few alerts'.
const MOST_LOOKED_AT: usize = 256;

/// What the alerts of a camera told that somebody settled while they were open: a guard has looked at that.
#[derive(Debug, Default)]
pub(super) struct LookedAt {
    told: BTreeSet<(Uuid, FindingKind)>,
}

impl LookedAt {
    pub(super) fn add(&mut self, settled: &Alert) {
        if self.told.len() >= MOST_LOOKED_AT {
            self.told.clear();
        }
        self.told.extend(settled.findings.iter().map(|finding| (finding.track, finding.kind)));
    }

    pub(super) fn is_all(&self, findings: &[Finding]) -> bool {
        findings.iter().all(|finding| self.told.contains(&(finding.track, finding.kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_known() {
        let settled = SettledAlerts::default();
        for n in 0..300 {
            settled.clone().add(Uuid::from_u128(n));
        }
        assert_eq!([43, 44, 299, 300].map(|n| settled.contains(Uuid::from_u128(n))), [false, true, true, false]);
    }
}
