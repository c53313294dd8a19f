//! What lies on the disk, as much of it as choosing needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::retention::Kept;
use super::{Needed, Segment};

/// Every complete segment, oldest first, and how many bytes they have.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    segments: BTreeMap<(Timestamp, Uuid), Kept>,
    cameras: BTreeMap<String, Arc<str>>,
    pub(super) bytes: u64,
    /// Of any segment that ever lay here: how long before a stretch of time one may begin that reaches into it.
    longest: SignedDuration,
}

impl Shelf {
    pub(super) fn add(&mut self, segment: &Segment) {
        let camera = self.cameras.entry(segment.camera.clone()).or_insert_with(|| segment.camera.as_str().into());
        let kept = Kept {
            id: segment.id,
            camera: Arc::clone(camera),
            started_at: segment.started_at,
            ends_at: segment.ends_at(),
            size_bytes: segment.size_bytes,
        };
        self.bytes += kept.size_bytes;
        self.longest = self.longest.max(kept.ends_at.duration_since(kept.started_at));
        self.segments.insert((kept.started_at, kept.id), kept);
    }

    pub(super) fn remove(&mut self, kept: &Kept) {
        self.forget((kept.started_at, kept.id));
    }

    /// Whatever is known here of this segment is known no longer.
    pub(super) fn take(&mut self, segment: &Segment) {
        self.forget((segment.started_at, segment.id));
    }

    fn forget(&mut self, key: (Timestamp, Uuid)) {
        if let Some(removed) = self.segments.remove(&key) {
            self.bytes -= removed.size_bytes;
        }
    }

    /// Bytes of the segments that these stretches hold back. Reads no more of the shelf than they cover.
    pub(super) fn bytes_of(&self, stretches: &[Needed]) -> u64 {
        let mut counted = BTreeSet::new();
        for stretch in stretches {
            let first = stretch.from.saturating_sub(self.longest).unwrap_or(Timestamp::MIN);
            let within = self.segments.range((first, Uuid::nil())..=(stretch.to.max(first), Uuid::max()));
            let held =
                within.filter(|(_, segment)| *segment.camera == stretch.camera && segment.ends_at >= stretch.from);
            counted.extend(held.map(|(key, _)| *key));
        }
        counted.iter().filter_map(|key| self.segments.get(key)).map(|segment| segment.size_bytes).sum()
    }

    /// Those that began since then, oldest first.
    pub(super) fn since(&self, at: Timestamp) -> impl Iterator<Item = &Kept> {
        self.segments.range((at, Uuid::nil())..).map(|(_, segment)| segment)
    }

    /// Those of a camera that have a part in `from..to`, oldest first.
    pub(super) fn overlapping(&self, camera: &str, from: Timestamp, to: Timestamp) -> Vec<Kept> {
        let first = from.saturating_sub(self.longest).unwrap_or(Timestamp::MIN);
        let within = self.segments.range((first, Uuid::nil())..(to.max(first), Uuid::nil()));
        within.map(|(_, kept)| kept).filter(|kept| *kept.camera == *camera && kept.ends_at > from).cloned().collect()
    }

    /// When the one that began last ends.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.segments.values().next_back().map(|segment| segment.ends_at)
    }

    pub(super) fn oldest_first(&self) -> impl Iterator<Item = &Kept> {
        self.segments.values()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_771_266_600 + second).expect("valid")
    }

    fn needed(camera: &str, from: i64, to: i64) -> Needed {
        Needed { camera: camera.to_owned(), from: at(from), to: at(to) }
    }

    /// Five segments of 10 s and 100 bytes of each of two cameras.
    fn shelf() -> Shelf {
        let mut shelf = Shelf::default();
        for n in 0..5 {
            for camera in ["gate", "yard"] {
                shelf.add(&Segment {
                    id: Uuid::from_u128(if camera == "gate" { n } else { n + 10 }),
                    camera: camera.to_owned(),
                    path: PathBuf::new(),
                    codec: crate::intake::Codec::H264,
                    started_at: at(i64::try_from(n).expect("small") * 10),
                    duration: std::time::Duration::from_secs(10),
                    size_bytes: 100,
                    complete: true,
                });
            }
        }
        shelf
    }

    #[test]
    fn what_is_held_back_is_counted_once() {
        let shelf = shelf();
        assert_eq!(shelf.bytes_of(&[]), 0);
        assert_eq!(shelf.bytes_of(&[needed("gate", 12, 14)]), 100);
        assert_eq!(shelf.bytes_of(&[needed("gate", 12, 24), needed("gate", 21, 22), needed("yard", 41, 900)]), 300);
        // A touch counts, as it does in choosing.
        assert_eq!(shelf.bytes_of(&[needed("gate", 10, 10)]), 200);
        assert_eq!(shelf.bytes_of(&[needed("gate", -900, 900), needed("hall", -900, 900)]), 500);
    }

    #[test]
    fn what_has_a_part_in_a_stretch_is_found() {
        let starts = |camera: &str, from, to| -> Vec<i64> {
            let found = shelf().overlapping(camera, at(from), at(to));
            found.iter().map(|kept| kept.started_at.duration_since(at(0)).as_secs()).collect()
        };
        assert_eq!(starts("gate", 12, 14), [10]);
        assert_eq!(starts("gate", 10, 20), [10], "a touch is no part");
        assert_eq!(starts("yard", 9, 21), [0, 10, 20]);
        assert_eq!(starts("yard", -90, 900), [0, 10, 20, 30, 40]);
        assert!(starts("hall", 0, 50).is_empty() && starts("gate", 50, 90).is_empty());
    }
}
