//! Alerts that belong together across cameras. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Alert;
use crate::base::IdSource;
use crate::config::Neighbours;
use crate::rules::Severity;

/// Who is out of a camera's sight for longer may have come anew.
const SAME_CAMERA: Duration = Duration::from_secs(60);
/// A camera that is behind tells of an alert at most so late.
const LATEST: Duration = Duration::from_secs(600);

/// One intrusion, as all cameras together saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub id: Uuid,
    pub opened_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// `None` while one of its alerts is open. An alert that comes soon after opens it again.
    pub closed_at: Option<Timestamp>,
    /// The highest of its alerts.
    pub severity: Severity,
    /// In the order in which they opened; at least one.
    pub alerts: Vec<Alert>,
}

impl Case {
    /// Of its alerts, whatever their order; `None` without any.
    pub fn new(id: Uuid, mut alerts: Vec<Alert>) -> Option<Self> {
        alerts.sort_by_key(|alert| (alert.opened_at, alert.id));
        let closed: Option<Vec<_>> = alerts.iter().map(|alert| alert.closed_at).collect();
        Some(Self {
            id,
            opened_at: alerts.first()?.opened_at,
            last_seen_at: alerts.iter().map(|alert| alert.last_seen_at).max()?,
            closed_at: closed.and_then(|closed| closed.into_iter().max()),
            severity: alerts.iter().map(|alert| alert.severity).max()?,
            alerts,
        })
    }
}

/// Where an alert belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    pub case: Uuid,
    /// Younger cases that turned out to be this one: their alerts are its own.
    pub absorbed: Vec<Uuid>,
}

/// Tells of each alert to which case it belongs. Two alerts belong together when their cameras are near each other and
/// one was seen within the time of a walk from the other. As alerts only grow, so do cases: the order in which alerts
/// are filed changes nothing but the ids.
#[derive(Debug)]
pub struct CaseBook {
    neighbours: Neighbours,
    /// Alerts that another one may still belong to.
    members: Vec<Member>,
    /// The cases of the members.
    cases: BTreeMap<Uuid, Known>,
}

/// What of an alert counts here.
#[derive(Debug)]
struct Member {
    alert: Uuid,
    case: Uuid,
    camera: String,
    opened_at: Timestamp,
    last_seen_at: Timestamp,
    is_open: bool,
}

#[derive(Debug)]
struct Known {
    opened_at: Timestamp,
    absorbed: Vec<Uuid>,
}

impl CaseBook {
    pub fn new(neighbours: Neighbours) -> Self {
        Self { neighbours, members: Vec::new(), cases: BTreeMap::new() }
    }

    /// From now on these cameras are near each other; what was joined stays joined.
    pub fn set_neighbours(&mut self, neighbours: Neighbours) {
        self.neighbours = neighbours;
    }

    /// Alerts that were last seen longer ago, and are closed, can no longer be joined.
    pub fn memory(&self) -> Duration {
        SAME_CAMERA.max(self.neighbours.longest_walk().unwrap_or_default()) + LATEST
    }

    /// Takes an alert as it is now, new or known. One that names a case was filed there before a restart.
    pub fn file(&mut self, alert: &Alert, ids: &mut IdSource) -> Filing {
        self.forget(alert.last_seen_at);
        let known = self.members.iter().position(|member| member.alert == alert.id);
        let mut member = match known {
            Some(place) => self.members.swap_remove(place),
            None => self.new_member(alert, ids),
        };
        member.last_seen_at = member.last_seen_at.max(alert.last_seen_at);
        member.is_open = alert.closed_at.is_none();
        let opened_at = member.opened_at;
        let of_its_own = alert.case.is_some() || known.is_some();
        let linked = self.members.iter().filter(|other| self.are_linked(&member, other)).map(|other| other.case);
        let mut cases: BTreeSet<Uuid> = linked.collect();
        if of_its_own || cases.is_empty() {
            self.cases.entry(member.case).or_insert(Known { opened_at, absorbed: Vec::new() });
            cases.insert(member.case);
        }
        self.members.push(member);
        let case = self.join(&cases);
        if let Some(member) = self.members.last_mut() {
            member.case = case;
        }
        let absorbed = self.cases.get_mut(&case).map(|known| {
            known.opened_at = known.opened_at.min(opened_at);
            known.absorbed.clone()
        });
        Filing { case, absorbed: absorbed.unwrap_or_default() }
    }

    fn new_member(&mut self, alert: &Alert, ids: &mut IdSource) -> Member {
        // A camera has one open alert: one before this was left by a loop that failed.
        for member in self.members.iter_mut().filter(|member| member.camera == alert.camera) {
            member.is_open = false;
        }
        Member {
            alert: alert.id,
            case: alert.case.unwrap_or_else(|| ids.next(alert.opened_at)),
            camera: alert.camera.clone(),
            opened_at: alert.opened_at,
            last_seen_at: alert.last_seen_at,
            is_open: true,
        }
    }

    /// Makes one of several cases and gives its id: that of the oldest.
    fn join(&mut self, cases: &BTreeSet<Uuid>) -> Uuid {
        let age = |id: &&Uuid| (self.cases.get(*id).map(|known| known.opened_at), **id);
        let oldest = cases.iter().min_by_key(age).copied().unwrap_or_default();
        for id in cases.iter().filter(|id| **id != oldest) {
            let Some(younger) = self.cases.remove(id) else { continue };
            if let Some(known) = self.cases.get_mut(&oldest) {
                known.absorbed.push(*id);
                known.absorbed.extend(younger.absorbed);
            }
            for member in self.members.iter_mut().filter(|member| member.case == *id) {
                member.case = oldest;
            }
        }
        oldest
    }

    fn are_linked(&self, a: &Member, b: &Member) -> bool {
        let walk = if a.camera == b.camera { Some(SAME_CAMERA) } else { self.neighbours.walk(&a.camera, &b.camera) };
        walk.is_some_and(|walk| gap(a, b) <= SignedDuration::try_from(walk).unwrap_or(SignedDuration::MAX))
    }

    /// Lets go of closed alerts that are far from `at`, before it or, where the clock was set back, after it.
    fn forget(&mut self, at: Timestamp) {
        let memory = self.memory();
        self.members.retain(|member| member.is_open || member.last_seen_at.duration_since(at).unsigned_abs() <= memory);
        let used: BTreeSet<Uuid> = self.members.iter().map(|member| member.case).collect();
        self.cases.retain(|id, _| used.contains(id));
    }
}

/// From the end of the earlier to the beginning of the later; not above zero where they overlap.
fn gap(a: &Member, b: &Member) -> SignedDuration {
    b.opened_at.duration_since(a.last_seen_at).max(a.opened_at.duration_since(b.last_seen_at))
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
