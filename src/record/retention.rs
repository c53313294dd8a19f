//! Which recordings go when the quota is full: the oldest that no alert needs and nobody keeps.

use std::collections::{BTreeMap, BTreeSet};
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
/// need or somebody keeps nor were recorded within the last minute. Fewer if there are no more such.
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
        if let Some(removed) = self.segments.remove(&(kept.started_at, kept.id)) {
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

    /// When those that began since then did, and how large they are.
    pub(super) fn since(&self, at: Timestamp) -> impl Iterator<Item = (Timestamp, u64)> {
        self.segments.range((at, Uuid::nil())..).map(|((at, _), segment)| (*at, segment.size_bytes))
    }

    pub(super) fn oldest_first(&self) -> impl Iterator<Item = &Kept> {
        self.segments.values()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_771_266_600 + second).expect("valid")
    }

    fn kept(camera: &str, from: i64, to: i64, size_bytes: u64) -> Kept {
        let id = Uuid::from_u128(u128::try_from(from * 1000 + to).expect("positive"));
        Kept { id, camera: camera.into(), started_at: at(from), ends_at: at(to), size_bytes }
    }

    fn needed(camera: &str, from: i64, to: i64) -> Needed {
        Needed { camera: camera.to_owned(), from: at(from), to: at(to) }
    }

    /// Five segments of 10 s and 100 bytes at the gate, one in the yard; chosen by their start.
    #[track_caller]
    fn check(needed: &[Needed], excess_bytes: u64, now: i64, expected: &[i64]) {
        let mut all: Vec<_> = (0..5).map(|i| kept("gate", i * 10, i * 10 + 10, 100)).collect();
        all.push(kept("yard", 15, 25, 100));
        all.sort_by_key(|segment| segment.started_at);
        let chosen = choose(&all, needed, excess_bytes, at(now));
        let starts: Vec<_> = chosen.iter().map(|segment| (segment.started_at - at(0)).as_secs()).collect();
        assert_eq!(starts, expected);
    }

    #[test]
    fn the_oldest_go_and_no_more_than_must() {
        check(&[], 0, HOUR, &[]);
        check(&[], 1, HOUR, &[0]);
        check(&[], 100, HOUR, &[0]);
        check(&[], 101, HOUR, &[0, 10]);
        check(&[], 250, HOUR, &[0, 10, 15]);
        check(&[], u64::MAX, HOUR, &[0, 10, 15, 20, 30, 40]);
    }

    #[test]
    fn what_alerts_need_stays() {
        check(&[needed("gate", 12, 14)], 150, HOUR, &[0, 15]);
        check(&[needed("yard", 12, 16)], 250, HOUR, &[0, 10, 20]);
        check(&[needed("gate", 5, 12), needed("gate", 11, 33)], u64::MAX, HOUR, &[15, 40]);
        check(&[needed("gate", -100, 100), needed("yard", 0, 100)], u64::MAX, HOUR, &[]);
        // A touch counts.
        check(&[needed("gate", 10, 10)], u64::MAX, HOUR, &[15, 20, 30, 40]);
    }

    #[test]
    fn the_last_minute_stays() {
        check(&[], u64::MAX, 80, &[0]);
        check(&[], u64::MAX, 60, &[]);
        // The clock was set back by an hour: all this is of the future, and old.
        check(&[], u64::MAX, -HOUR, &[0, 10, 15, 20, 30, 40]);
    }

    #[test]
    fn what_is_held_back_is_counted_once() {
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
        assert_eq!(shelf.bytes_of(&[]), 0);
        assert_eq!(shelf.bytes_of(&[needed("gate", 12, 14)]), 100);
        assert_eq!(shelf.bytes_of(&[needed("gate", 12, 24), needed("gate", 21, 22), needed("yard", 41, 900)]), 300);
        // A touch counts, as it does in choosing.
        assert_eq!(shelf.bytes_of(&[needed("gate", 10, 10)]), 200);
        assert_eq!(shelf.bytes_of(&[needed("gate", -900, 900), needed("hall", -900, 900)]), 500);
    }

    proptest! {
        #[test]
        fn chosen_are_old_not_needed_and_just_enough(
            segments in prop::collection::vec((0usize..3, 0i64..1000, 1i64..30, 1u64..100), 0..40),
            ranges in prop::collection::vec((0usize..3, 0i64..1000, 0i64..200), 0..8),
            excess_bytes in 0u64..2000,
            now in 0i64..2000,
        ) {
            let cameras = ["gate", "yard", "hall"];
            let mut all: Vec<_> =
                segments.iter().map(|(camera, from, len, size)| kept(cameras[*camera], *from, from + len, *size)).collect();
            all.sort_by_key(|segment| segment.started_at);
            let ranges: Vec<_> = ranges.iter().map(|(camera, from, len)| needed(cameras[*camera], *from, from + len)).collect();
            let may_go = |segment: &Kept| {
                let overlaps = |range: &Needed| {
                    range.camera == *segment.camera && range.from <= segment.ends_at && range.to >= segment.started_at
                };
                !ranges.iter().any(overlaps) && at(now).duration_since(segment.ends_at).abs() > GRACE
            };
            let chosen = choose(&all, &ranges, excess_bytes, at(now));
            let expected: Vec<_> = all.iter().filter(|segment| may_go(segment)).take(chosen.len()).collect();
            prop_assert_eq!(&chosen, &expected, "not the oldest that may go");
            let freed: u64 = chosen.iter().map(|segment| segment.size_bytes).sum();
            let all_that_may = all.iter().filter(|segment| may_go(segment)).count();
            prop_assert!(freed >= excess_bytes || chosen.len() == all_that_may, "too few");
            let but_last: u64 = chosen.iter().rev().skip(1).map(|segment| segment.size_bytes).sum();
            prop_assert!(chosen.is_empty() || but_last < excess_bytes, "too many");
        }
    }
}
