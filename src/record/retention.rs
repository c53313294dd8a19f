//! Which recordings go: those whose time is over, and when the quota is full those that are worth least, the oldest first.
//! Pure.
//!
//! What somebody keeps is worth most and never goes; then comes what alerts need, then what something moved in, then the
//! rest. Where no time is set for the rest alone, it is worth as much as what moved; where none is set for alerts, what they
//! need never goes either.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Needed, paths};
use crate::config::{Config, Recording, Tiers};

/// What was recorded this recently stays, for an alert that is about to be opened will need it.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// That something moved is known when the minute is over, and written a little later: until then it may have.
const NOT_KNOWN_YET: SignedDuration = SignedDuration::from_mins(3);
/// Of cameras that record what alerts need: so long it is waited for the alert. One that is opened by what was seen over
/// minutes needs only what is just before it.
const WAITS_FOR_ALERT: SignedDuration = SignedDuration::from_mins(5);

/// A complete segment, as much of it as choosing needs: there may be hundreds of thousands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: Uuid,
    pub camera: Arc<str>,
    pub started_at: Timestamp,
    pub ends_at: Timestamp,
    pub size_bytes: u64,
}

impl Kept {
    pub fn path(&self) -> PathBuf {
        paths::of_segment(&self.camera, self.started_at, self.id)
    }
}

/// How much and how long is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeping {
    /// Of all cameras together.
    pub quota_bytes: u64,
    pub tiers: Tiers,
    /// Cameras of which only that is recorded which alerts need.
    pub alerts_only: BTreeSet<String>,
}

impl Keeping {
    pub fn of(config: &Config) -> Self {
        let alerts_only = config.cameras.iter().filter(|camera| camera.record == Recording::Alerts);
        Self {
            quota_bytes: config.record.quota_bytes,
            tiers: config.record.tiers,
            alerts_only: alerts_only.map(|camera| camera.id.clone()).collect(),
        }
    }

    /// As long as there is room, and what alerts need for ever.
    pub fn within(quota_bytes: u64) -> Self {
        Self { quota_bytes, tiers: Tiers::default(), alerts_only: BTreeSet::new() }
    }

    /// Whether it is worth something that something moved.
    pub(super) fn tells_motion(&self) -> bool {
        self.tiers.all.is_some()
    }

    /// Younger than this nothing is over; `None` where nothing ever is.
    pub(super) fn shortest(&self) -> Option<SignedDuration> {
        let waits = (!self.alerts_only.is_empty()).then_some(WAITS_FOR_ALERT);
        let Tiers { all, motion, alerts } = self.tiers;
        [waits, all, motion, alerts].into_iter().flatten().min()
    }
}

/// What a segment is worth, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    Rest,
    /// Something moved, or it is not known yet whether it did.
    Moved,
    /// An alert needs it.
    Alert,
    /// Somebody keeps it.
    Held,
}

/// Stretches that give segments their worth.
#[derive(Debug, Default)]
pub struct Stretches<'a> {
    held: ByCamera<'a>,
    alerts: ByCamera<'a>,
    moved: ByCamera<'a>,
}

impl<'a> Stretches<'a> {
    /// What somebody keeps, what alerts need, and when something moved.
    pub fn new(held: &'a [Needed], alerts: &'a [Needed], moved: &'a [Needed]) -> Self {
        Self { held: ByCamera::new(held), alerts: ByCamera::new(alerts), moved: ByCamera::new(moved) }
    }
}

/// What holds at one moment.
#[derive(Debug)]
pub struct Judge<'a> {
    pub keeping: &'a Keeping,
    pub stretches: Stretches<'a>,
    pub now: Timestamp,
}

impl Judge<'_> {
    pub fn worth(&self, segment: &Kept) -> Worth {
        if self.stretches.held.overlaps(segment) {
            return Worth::Held;
        }
        if self.stretches.alerts.overlaps(segment) {
            return Worth::Alert;
        }
        if self.waits_for_alert(segment) {
            return Worth::Rest;
        }
        let may_have = self.distance(segment) <= NOT_KNOWN_YET;
        if may_have || self.stretches.moved.overlaps(segment) { Worth::Moved } else { Worth::Rest }
    }

    /// Of a camera of which nothing else is recorded.
    pub(super) fn waits_for_alert(&self, segment: &Kept) -> bool {
        !self.keeping.alerts_only.is_empty() && self.keeping.alerts_only.contains(&*segment.camera)
    }

    /// When its turn comes if there is no room, the first of all being 0; `None`: never.
    pub fn turn(&self, segment: &Kept) -> Option<usize> {
        match self.worth(segment) {
            Worth::Rest => Some(0),
            Worth::Moved => Some(usize::from(self.keeping.tells_motion())),
            Worth::Alert => self.keeping.tiers.alerts.map(|_| 2),
            Worth::Held => None,
        }
    }

    /// Whether its time is over, room or not.
    pub fn is_over(&self, segment: &Kept) -> bool {
        let Tiers { all, motion, alerts } = self.keeping.tiers;
        let limit = match self.worth(segment) {
            Worth::Held => None,
            Worth::Alert => alerts,
            _ if self.waits_for_alert(segment) => Some(WAITS_FOR_ALERT),
            Worth::Moved => motion,
            Worth::Rest => all.or(motion),
        };
        limit.is_some_and(|limit| self.now.duration_since(segment.ends_at) > limit)
    }

    /// Whether an alert that is about to be opened may need it. Both ways: after the clock was set back, what it calls the
    /// future is old.
    pub fn is_recent(&self, segment: &Kept) -> bool {
        self.distance(segment) <= GRACE
    }

    fn distance(&self, segment: &Kept) -> SignedDuration {
        self.now.duration_since(segment.ends_at).abs()
    }
}

/// Those whose time is over. `kept` must be oldest first.
pub fn over<'a>(kept: impl IntoIterator<Item = &'a Kept>, judge: &Judge<'_>) -> Vec<&'a Kept> {
    let Some(shortest) = judge.keeping.shortest() else { return Vec::new() };
    let old = kept.into_iter().take_while(|segment| judge.now.duration_since(segment.started_at) > shortest);
    old.filter(|segment| judge.is_over(segment)).collect()
}

/// At least `excess_bytes` of segments together: those whose turn comes first, and of each turn the oldest. Fewer if no more
/// may go.
///
/// `kept` must be oldest first.
pub fn choose<'a>(kept: impl IntoIterator<Item = &'a Kept>, judge: &Judge<'_>, excess_bytes: u64) -> Vec<&'a Kept> {
    // Of each turn never more than would do alone.
    let mut turns: [(u64, Vec<&Kept>); 3] = Default::default();
    for segment in kept {
        if turns[0].0 >= excess_bytes {
            break;
        }
        if judge.is_recent(segment) {
            continue;
        }
        let Some((freed_bytes, chosen)) = judge.turn(segment).and_then(|turn| turns.get_mut(turn)) else { continue };
        if *freed_bytes < excess_bytes {
            *freed_bytes += segment.size_bytes;
            chosen.push(segment);
        }
    }
    let mut freed_bytes = 0;
    let enough = |segment: &&Kept| {
        let goes = freed_bytes < excess_bytes;
        freed_bytes += segment.size_bytes;
        goes
    };
    turns.into_iter().flat_map(|(_, chosen)| chosen).take_while(enough).collect()
}

/// Ranges by camera, merged and sorted, so that a look-up is a binary search.
#[derive(Debug, Default)]
struct ByCamera<'a>(BTreeMap<&'a str, Vec<(Timestamp, Timestamp)>>);

impl<'a> ByCamera<'a> {
    fn new(stretches: &'a [Needed]) -> Self {
        let mut by_camera: BTreeMap<&str, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
        for range in stretches {
            by_camera.entry(&range.camera).or_default().push((range.from, range.to));
        }
        for ranges in by_camera.values_mut() {
            ranges.sort_unstable();
            ranges.dedup_by(|next, merged| {
                let touches = next.0 <= merged.1;
                if touches {
                    merged.1 = merged.1.max(next.1);
                }
                touches
            });
        }
        Self(by_camera)
    }

    /// A range that only touches a segment's end counts: its first picture may be the last one shown.
    fn overlaps(&self, segment: &Kept) -> bool {
        let Some(ranges) = self.0.get(&*segment.camera) else { return false };
        let first = ranges.partition_point(|(_, to)| *to < segment.started_at);
        ranges.get(first).is_some_and(|(from, _)| *from <= segment.ends_at)
    }
}

#[cfg(test)]
#[path = "retention_tests.rs"]
mod tests;
