//! Which recordings go when the quota is full: the oldest that no alert needs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Needed, Segment, paths};

/// What was recorded this recently stays, for an alert that is about to be opened will need it.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

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

/// The oldest segments, at least `excess_bytes` of them together, that neither overlap what alerts
/// need nor were recorded within the last minute. Fewer if there are no more such.
///
/// `kept` must be oldest first.
pub fn choose<'a>(
    kept: impl IntoIterator<Item = &'a Kept>,
    needed: &[Needed],
    excess_bytes: u64,
    now: Timestamp,
) -> Vec<&'a Kept> {
    let needed = NeededByCamera::new(needed);
    let mut freed_bytes = 0;
    let mut chosen = Vec::new();
    for segment in kept {
        if freed_bytes >= excess_bytes {
            break;
        }
        // Both ways: after the clock was set back, what it calls the future is old.
        let recent = now.duration_since(segment.ends_at).abs() <= GRACE;
        if !recent && !needed.overlaps(segment) {
            freed_bytes += segment.size_bytes;
            chosen.push(segment);
        }
    }
    chosen
}

/// Ranges by camera, merged and sorted, so that a look-up is a binary search.
struct NeededByCamera<'a>(BTreeMap<&'a str, Vec<(Timestamp, Timestamp)>>);

impl<'a> NeededByCamera<'a> {
    fn new(needed: &'a [Needed]) -> Self {
        let mut by_camera: BTreeMap<&str, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
        for range in needed {
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

/// Every complete segment, oldest first, and how many bytes they have.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    segments: BTreeMap<(Timestamp, Uuid), Kept>,
    cameras: BTreeMap<String, Arc<str>>,
    pub bytes: u64,
}

impl Shelf {
    pub fn add(&mut self, segment: &Segment) {
        let camera = self.cameras.entry(segment.camera.clone()).or_insert_with(|| segment.camera.as_str().into());
        let kept = Kept {
            id: segment.id,
            camera: Arc::clone(camera),
            started_at: segment.started_at,
            ends_at: segment.ends_at(),
            size_bytes: segment.size_bytes,
        };
        self.bytes += kept.size_bytes;
        self.segments.insert((kept.started_at, kept.id), kept);
    }

    pub fn remove(&mut self, kept: &Kept) {
        if let Some(removed) = self.segments.remove(&(kept.started_at, kept.id)) {
            self.bytes -= removed.size_bytes;
        }
    }

    pub fn oldest_first(&self) -> impl Iterator<Item = &Kept> {
        self.segments.values()
    }
}
