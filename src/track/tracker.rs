//! The tracker: boxes of one frame after the other become tracks, in two stages as in `ByteTrack`.

use jiff::Timestamp;

use super::Track;
use super::assignment::assign;
use super::kalman::{BoxFilter, Motion};
use crate::base::IdSource;
use crate::vision::{Class, Detection, Group};

/// A track unseen for longer has ended.
const KEPT_LOST_S: f32 = 3.0;
/// A track seen once, and not surely, must be seen again within this time to count.
const KEPT_TENTATIVE_S: f32 = 1.0;
/// A weak detection continues only what was seen this recently: shadows are weak detections too.
const WEAK_WITHIN_S: f32 = 1.2;
/// A detection this sure is a track at once; another needs a second one.
const SURE_SCORE: f32 = 0.6;
/// Detections of two frames in which this share of the boxes is common are one thing.
const LEAST_IOU: f32 = 0.1;
const WEAK_LEAST_IOU: f32 = 0.3;
/// A weight below this is left to boxes that do not overlap but are near.
const OVERLAP_BONUS: f32 = 0.4;
/// How far a thing may be from where it is expected, in its sizes: at once, and more per second unseen.
const REACH: f32 = 0.6;
const REACH_PER_S: f32 = 1.2;
const MOST_REACH: f32 = 2.5;
/// Sizes of one thing in two frames differ by this factor at most.
const MOST_RESIZE: f32 = 2.0;
/// A new track is not opened on a box that lies so far in one of a track just seen.
const SAME_THING_IOU: f32 = 0.6;
/// Motion is not guessed further ahead than this in one step: a clock that jumps moves nobody.
const MOST_STEP_S: f32 = 1.0;

const WALKING: Motion = Motion { speed: 1.5, acceleration: 1.5 };
const DRIVING: Motion = Motion { speed: 4.0, acceleration: 2.0 };

/// The tracks of one camera.
pub struct Tracker {
    /// Detections of at least this score open tracks; lower ones only continue them.
    threshold: f32,
    ids: IdSource,
    /// In the order in which they were opened.
    states: Vec<State>,
    last_at: Option<Timestamp>,
    frame_size: (u32, u32),
}

/// What changed with a frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Update {
    /// All tracks that live: seen now, or lost a short while ago.
    pub tracks: Vec<Track>,
    /// Tracks that will not be seen again.
    pub ended: Vec<Track>,
}

struct State {
    track: Track,
    filter: BoxFilter,
    group: Group,
    /// Sum of scores for each of the classes: the model may waver between car and truck.
    votes: [f32; Class::ALL.len()],
    /// Time since it was seen, by the steps between frames: wall clocks jump.
    unseen_s: f32,
    confirmed: bool,
}

impl Tracker {
    /// `threshold`: the least score (0 to 1) that opens a track.
    pub fn new(threshold: f32, ids: IdSource) -> Self {
        Self { threshold, ids, states: Vec::new(), last_at: None, frame_size: (0, 0) }
    }

    /// Takes the detections of the frame of time `at`. Their order does not matter; boxes that are
    /// empty or not finite are left out. Time may stand still or jump; a change of the frame's size
    /// (in pixels) carries the tracks with it.
    pub fn update(&mut self, at: Timestamp, detections: &[Detection], frame_size: (u32, u32)) -> Update {
        self.follow_size(frame_size);
        let dt = self.last_at.map_or(0.0, |last| at.duration_since(last).as_secs_f32().max(0.0));
        self.last_at = Some(at);
        let frame = (frame_size.0 as f32, frame_size.1 as f32);
        for state in &mut self.states {
            if state.unseen_s > 0.0 {
                state.filter.hold_size();
            }
            state.filter.predict(dt.min(MOST_STEP_S), frame);
            state.unseen_s += dt;
            state.track.seen_now = false;
        }

        let usable = |d: &&Detection| d.bbox.is_finite() && d.bbox.area() > 0.0 && d.score.is_finite();
        let mut sorted: Vec<Detection> = detections.iter().filter(usable).copied().collect();
        sorted.sort_by(Detection::best_first);
        let strong = sorted.partition_point(|detection| detection.score >= self.threshold);
        let (strong, weak) = sorted.split_at(strong);
        let strong: Vec<&Detection> = strong.iter().collect();
        let weak: Vec<&Detection> = weak.iter().collect();

        let fresh = self.continue_tracks(at, &strong, |state| state.confirmed, State::likeness);
        let fresh = self.continue_tracks(at, &fresh, |state| !state.confirmed, State::likeness);
        let recent = |state: &State| state.unseen_s <= WEAK_WITHIN_S;
        self.continue_tracks(at, &weak, recent, State::weak_likeness);
        self.open_tracks(at, &fresh);
        self.report(frame)
    }

    /// Ends all tracks.
    pub fn finish(&mut self) -> Vec<Track> {
        self.last_at = None;
        self.states.drain(..).filter(|state| state.confirmed).map(|state| state.track).collect()
    }

    fn follow_size(&mut self, size: (u32, u32)) {
        let old = std::mem::replace(&mut self.frame_size, size);
        if old != size && old.0 > 0 && old.1 > 0 && size.0 > 0 && size.1 > 0 {
            let (sx, sy) = (size.0 as f32 / old.0 as f32, size.1 as f32 / old.1 as f32);
            self.states.iter_mut().for_each(|state| state.filter.scale(sx, sy));
        }
    }

    /// Continues those unseen tracks that `may` be with the likeliest detections; returns the
    /// detections that are left.
    fn continue_tracks<'a>(
        &mut self,
        at: Timestamp,
        detections: &[&'a Detection],
        may: impl Fn(&State) -> bool,
        likeness: impl Fn(&State, &Detection) -> f32,
    ) -> Vec<&'a Detection> {
        let mut open: Vec<&mut State> =
            self.states.iter_mut().filter(|state| !state.track.seen_now && may(state)).collect();
        let pairs = assign(open.len(), detections.len(), |row, column| likeness(open[row], detections[column]));
        let mut left: Vec<Option<&Detection>> = detections.iter().copied().map(Some).collect();
        for (row, column) in pairs {
            open[row].see(at, detections[column], self.threshold);
            left[column] = None;
        }
        left.into_iter().flatten().collect()
    }

    fn open_tracks(&mut self, at: Timestamp, detections: &[&Detection]) {
        for &detection in detections {
            let group = detection.class.group();
            let taken = self.states.iter().any(|state| {
                let same = state.group == group && state.track.seen_now;
                same && state.filter.bbox().iou(&detection.bbox) > SAME_THING_IOU
            });
            if !taken {
                let id = self.ids.next(at);
                self.states.push(State::open(id, at, detection));
            }
        }
    }

    fn report(&mut self, frame: (f32, f32)) -> Update {
        let mut update = Update::default();
        self.states.retain_mut(|state| {
            let expected = state.filter.bbox().clamped(frame.0, frame.1);
            if state.track.seen_now {
                state.track.bbox = expected;
            }
            let kept_s = if state.confirmed { KEPT_LOST_S } else { KEPT_TENTATIVE_S };
            let alive = state.unseen_s <= kept_s;
            match (alive, state.confirmed) {
                (true, true) => update.tracks.push(Track { bbox: expected, ..state.track.clone() }),
                // It ends where it was seen last.
                (false, true) => update.ended.push(state.track.clone()),
                (_, false) => {}
            }
            alive
        });
        update
    }
}

impl State {
    fn open(id: uuid::Uuid, at: Timestamp, detection: &Detection) -> Self {
        let group = detection.class.group();
        let mut votes = [0.0; Class::ALL.len()];
        votes[detection.class as usize] = detection.score;
        Self {
            track: Track {
                id,
                class: detection.class,
                first_at: at,
                last_at: at,
                bbox: detection.bbox,
                score: detection.score,
                best_score: detection.score,
                hits: 1,
                seen_now: true,
            },
            filter: BoxFilter::new(&detection.bbox, if group == Group::Person { WALKING } else { DRIVING }),
            group,
            votes,
            unseen_s: 0.0,
            confirmed: detection.score >= SURE_SCORE,
        }
    }

    fn see(&mut self, at: Timestamp, detection: &Detection, threshold: f32) {
        self.filter.correct(&detection.bbox);
        self.votes[detection.class as usize] += detection.score;
        let track = &mut self.track;
        let ahead = |best: Class, class: Class| self.votes[class as usize] > self.votes[best as usize];
        track.class =
            Class::ALL.into_iter().fold(track.class, |best, class| if ahead(best, class) { class } else { best });
        track.last_at = at.max(track.first_at);
        track.score = detection.score;
        track.best_score = track.best_score.max(detection.score);
        track.hits += 1;
        track.seen_now = true;
        self.unseen_s = 0.0;
        self.confirmed |= detection.score >= threshold;
    }

    /// How likely a detection continues this track, 0 to 1: by overlap, or else by nearness to
    /// where it is expected, which at five frames a second is all there is of someone who runs.
    fn likeness(&self, detection: &Detection) -> f32 {
        if detection.class.group() != self.group {
            return 0.0;
        }
        let expected = self.filter.bbox();
        let overlap = expected.iou(&detection.bbox);
        if overlap >= LEAST_IOU {
            return OVERLAP_BONUS + (1.0 - OVERLAP_BONUS) * overlap;
        }
        let (size, other) = (expected.w.max(expected.h), detection.bbox.w.max(detection.bbox.h));
        let resize = (size / other).max(other / size);
        let (a, b) = (expected.center(), detection.bbox.center());
        let reach = (REACH + REACH_PER_S * self.unseen_s).min(MOST_REACH) * size.min(other);
        let near = 1.0 - (a.x - b.x).hypot(a.y - b.y) / reach;
        if near > 0.0 && resize <= MOST_RESIZE { OVERLAP_BONUS * near / resize } else { 0.0 }
    }

    /// As [`State::likeness`] for detections that are weak: they must lie where the track is expected.
    fn weak_likeness(&self, detection: &Detection) -> f32 {
        let overlap = self.filter.bbox().iou(&detection.bbox);
        if detection.class.group() == self.group && overlap >= WEAK_LEAST_IOU { overlap } else { 0.0 }
    }
}

#[cfg(test)]
#[path = "tracker_tests.rs"]
mod tests;
