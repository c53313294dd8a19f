//! The ways of tracks, thinned as they grow long, to be drawn over the clip and over the zones. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::base::Rect;

/// Points between which a way is kept at first.
const APART: SignedDuration = SignedDuration::from_millis(400);
/// Points of one way; beyond, every other one goes, and they are twice as far apart from then on.
const MOST_POINTS: usize = 96;
/// Tracks whose ways are known at once.
const MOST_TRACKS: usize = 64;
/// A way is of use for as long as its alert may still be written.
const KEPT: SignedDuration = SignedDuration::from_secs(120);

/// Where something was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrailPoint {
    pub at: Timestamp,
    /// In pixels of the analysed input.
    pub bbox: Rect,
}

/// The ways of the tracks of one camera.
#[derive(Debug, Default)]
pub struct Trails {
    of: BTreeMap<Uuid, Trail>,
}

#[derive(Debug)]
struct Trail {
    points: Vec<TrailPoint>,
    /// Behind the last of them, perhaps too close to be kept.
    latest: TrailPoint,
    apart: SignedDuration,
}

impl Trails {
    /// Notes where tracks are at a time.
    pub fn see(&mut self, at: Timestamp, tracks: impl IntoIterator<Item = (Uuid, Rect)>) {
        for (track, bbox) in tracks {
            let point = TrailPoint { at, bbox };
            self.of.entry(track).and_modify(|trail| trail.push(point)).or_insert_with(|| Trail {
                points: vec![point],
                latest: point,
                apart: APART,
            });
        }
        self.of.retain(|_, trail| at.duration_since(trail.latest.at) <= KEPT);
        while self.of.len() > MOST_TRACKS
            && let Some(oldest) = self.of.iter().min_by_key(|(_, trail)| trail.latest.at).map(|(track, _)| *track)
        {
            self.of.remove(&oldest);
        }
    }

    /// The way of a track, oldest point first; empty for one that is not known, or no longer.
    pub fn of(&self, track: Uuid) -> Vec<TrailPoint> {
        self.of.get(&track).map_or_else(Vec::new, |trail| {
            let is_last = trail.points.last().is_some_and(|last| last.at == trail.latest.at);
            trail.points.iter().copied().chain((!is_last).then_some(trail.latest)).collect()
        })
    }
}

impl Trail {
    fn push(&mut self, point: TrailPoint) {
        self.latest = point;
        let is_far = self.points.last().is_none_or(|last| point.at.duration_since(last.at) >= self.apart);
        if !is_far {
            return;
        }
        if self.points.len() >= MOST_POINTS {
            let mut is_kept = false;
            self.points.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            self.apart = self.apart.saturating_mul(2);
        }
        self.points.push(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("valid")
    }

    fn see(trails: &mut Trails, track: u128, ms: i64) {
        trails.see(at(ms), [(Uuid::from_u128(track), Rect::new(ms as f32, 0.0, 10.0, 20.0))]);
    }

    fn times(trails: &Trails, track: u128) -> Vec<i64> {
        trails.of(Uuid::from_u128(track)).iter().map(|point| point.at.as_millisecond()).collect()
    }

    #[test]
    fn a_way_has_its_ends_and_points_between() {
        let mut trails = Trails::default();
        for ms in [0, 200, 400, 600] {
            see(&mut trails, 1, ms);
        }
        assert_eq!(times(&trails, 1), [0, 400, 600]);
        see(&mut trails, 2, 700);
        assert_eq!((times(&trails, 1), times(&trails, 2), times(&trails, 3)), (vec![0, 400, 600], vec![700], vec![]));
        assert_eq!(trails.of(Uuid::from_u128(2))[0].bbox, Rect::new(700.0, 0.0, 10.0, 20.0));
    }

    #[test]
    fn a_long_way_is_thinned_and_keeps_its_ends() {
        let mut trails = Trails::default();
        let last = 200 * 5 * 60 * 60;
        for ms in (0..=last).step_by(200) {
            see(&mut trails, 1, ms);
        }
        let times = times(&trails, 1);
        assert!((MOST_POINTS / 2..=MOST_POINTS + 1).contains(&times.len()), "{}", times.len());
        assert_eq!((times.first(), times.last()), (Some(&0), Some(&last)));
        assert!(times.is_sorted());
    }

    #[test]
    fn what_is_long_gone_is_forgotten_and_the_oldest_of_too_many() {
        let mut trails = Trails::default();
        see(&mut trails, 1, 0);
        see(&mut trails, 2, 120_000);
        assert_eq!(times(&trails, 1), [0]);
        see(&mut trails, 2, 120_001);
        assert_eq!(times(&trails, 1), [0; 0]);
        for n in 0..MOST_TRACKS as i64 {
            see(&mut trails, 10 + n.unsigned_abs() as u128, 120_010 + n);
        }
        assert_eq!((times(&trails, 2), trails.of.len()), (vec![], MOST_TRACKS));
    }
}
