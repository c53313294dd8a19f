//! Whether a track behaves as persons do. What sleeping sources leave (insects before the lens, headlights, rain, flags,
//! animals) does not stand on the ground, has no path, or is not of a person's size there. Pure.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::perspective::{Perspective, Sight};
use super::weights::weights;
use crate::base::Rect;
use crate::track::Track;

/// A track is judged by its latest sights: 5 s at five a second.
const KEPT: usize = 25;
/// What the detector is so sure of is a person, however it moves.
const SURE: f32 = 0.75;
/// A box larger than a person there by this factor is before the lens; one that is smaller by this is an animal. Whoever
/// crawls is as long as tall, and whoever hides behind a wall shows half.
const MOST_TIMES_AS_TALL: f32 = 2.2;
const LEAST_TIMES_AS_TALL: f32 = 0.4;
/// What hangs from the upper edge and ends above this share of the picture has no feet.
const HANGS_ABOVE: f32 = 0.75;
/// Within this share of the picture a box touches its edge.
const EDGE: f32 = 0.01;
/// Faster than anybody runs, in heights a second: 6 m/s is three and a half.
const MOST_HEIGHTS_PER_S: f32 = 6.0;
/// A step shorter than this share of the height is a box that trembles.
const LEAST_STEP: f32 = 0.05;
/// Who came has gone this far from where it was first seen, in heights, within this time. A post that an insect or a light
/// passes seems to take a step, but stays.
const LEAST_AWAY: f32 = 0.5;
const STAYS_S: f32 = 3.0;
/// So many steps tell whether there is a path.
const STEPS: usize = 8;
/// Sights before it is said that something hangs or races.
const LEAST_SIGHTS: usize = 4;
/// A true track that teaches has been seen so often, and as surely.
const TEACHES_HITS: u32 = 10;
const TEACHES_SCORE: f32 = 0.6;

/// Why a track may not be a person. In order of what is told first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Hangs into the picture from above, as an insect or a web at the lens.
    AtLens,
    /// Much too large for a person there.
    TooLarge,
    /// Much too small: an animal.
    TooSmall,
    /// Its feet are where no ground is.
    NoGround,
    /// Faster than anybody runs: light.
    TooFast,
    /// Jumps to and fro.
    NoPath,
    /// Has never left its place.
    Stays,
    /// A guard has called one like it a false alarm.
    Lesson,
}

impl Doubt {
    pub const ALL: [Self; 8] = [
        Self::AtLens,
        Self::TooLarge,
        Self::TooSmall,
        Self::NoGround,
        Self::TooFast,
        Self::NoPath,
        Self::Stays,
        Self::Lesson,
    ];

    /// As a part of a score.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AtLens => {
                ("giống vật sát ống kính (côn trùng, mạng nhện)", "like something at the lens (insect, web)")
            }
            Self::TooLarge => ("quá lớn so với người ở chỗ đó", "too large for a person there"),
            Self::TooSmall => {
                ("quá nhỏ so với người ở chỗ đó (có thể là con vật)", "too small for a person there (an animal?)")
            }
            Self::NoGround => ("không chạm đất", "does not stand on the ground"),
            Self::TooFast => ("nhanh hơn người chạy (có thể là đèn xe)", "faster than anybody runs (headlights?)"),
            Self::NoPath => ("di chuyển chập chờn, không có đường đi", "jumps to and fro without a path"),
            Self::Stays => ("chưa rời khỏi chỗ (có thể là đồ vật)", "has not left its place (a thing?)"),
            Self::Lesson => ("giống báo nhầm trước đây", "like an earlier false alarm"),
        }
    }

    /// What share of the weight of its findings such a track keeps: more than 0, less than 1.
    pub fn share(self) -> f32 {
        weights().doubt(self)
    }
}

/// How a track moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// Too few steps to tell: new, or stands.
    Unknown,
    Steady,
    Erratic,
}

/// Where a track was seen lately. Boxes are in 0..1 of the picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trail {
    first: Option<(Timestamp, Rect)>,
    /// How far it ever was from there, in heights.
    away: f32,
    sights: VecDeque<(Timestamp, Rect)>,
}

impl Trail {
    /// `bbox` in pixels of a picture of `frame_size`; what is no box is left out.
    pub fn see(&mut self, at: Timestamp, bbox: Rect, frame_size: (u32, u32)) {
        let scaled = bbox.scaled(1.0 / frame_size.0.max(1) as f32, 1.0 / frame_size.1.max(1) as f32);
        if !scaled.is_finite() || scaled.area() <= 0.0 {
            return;
        }
        if self.sights.len() >= KEPT {
            self.sights.pop_front();
        }
        let (from, to) = (self.first.get_or_insert((at, scaled)).1.feet(), scaled.feet());
        self.away = self.away.max((to.x - from.x).hypot(to.y - from.y) / scaled.h);
        self.sights.push_back((at, scaled));
    }

    /// When and where it was seen last.
    pub fn latest(&self) -> Option<(Timestamp, Rect)> {
        self.sights.back().copied()
    }

    pub fn path(&self) -> Path {
        let steps = self.steps();
        if steps.len() <= STEPS {
            return Path::Unknown;
        }
        // 1 where each step goes on as the last one did, -1 where each goes back.
        let along = |pair: &[[f32; 2]]| {
            let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
            (ax * bx + ay * by) / (ax.hypot(ay) * bx.hypot(by))
        };
        let turns: f32 = steps.windows(2).map(along).sum();
        if turns < 0.0 { Path::Erratic } else { Path::Steady }
    }

    /// From sight to sight, in heights, without those in which it only trembles.
    fn steps(&self) -> Vec<[f32; 2]> {
        let mut steps = Vec::new();
        let Some((_, mut from)) = self.sights.front().copied() else { return steps };
        for (_, to) in self.sights.iter().skip(1) {
            let (a, b) = (from.center(), to.center());
            let step = [(b.x - a.x) / to.h, (b.y - a.y) / to.h];
            if step[0].hypot(step[1]) >= LEAST_STEP {
                steps.push(step);
                from = *to;
            }
        }
        steps
    }

    /// Why this track may not be a person, in order. Where the detector is sure of it, only that it stays: a post looks
    /// like a person all night.
    pub fn doubts(&self, best_score: f32, perspective: &Perspective) -> Vec<Doubt> {
        let stays = self.stays().then_some(Doubt::Stays);
        let Some((_, latest)) = self.latest().filter(|_| !is_sure(best_score)) else {
            return stays.into_iter().collect();
        };
        let size = size_doubt(&latest, perspective);
        let found = [
            self.hangs().then_some(Doubt::AtLens),
            size,
            self.races().then_some(Doubt::TooFast),
            (self.path() == Path::Erratic).then_some(Doubt::NoPath),
            stays,
        ];
        found.into_iter().flatten().collect()
    }

    fn stays(&self) -> bool {
        let known = self.first.zip(self.sights.back());
        let known_s = known.map_or(0.0, |((first, _), (last, _))| last.duration_since(first).as_secs_f32());
        known_s >= STAYS_S && self.away < LEAST_AWAY
    }

    fn hangs(&self) -> bool {
        let hanging = self.sights.iter().filter(|(_, bbox)| bbox.y <= EDGE && bbox.bottom() < HANGS_ABOVE).count();
        self.sights.len() >= LEAST_SIGHTS && 3 * hanging >= 2 * self.sights.len()
    }

    /// Whether most steps are faster than anybody runs; a width of the picture counts as a height.
    fn races(&self) -> bool {
        let pairs = self.sights.iter().zip(self.sights.iter().skip(1));
        let is_fast = |((from_at, from), (to_at, to)): (&(Timestamp, Rect), &(Timestamp, Rect))| {
            let seconds = to_at.duration_since(*from_at).as_secs_f32();
            let (a, b) = (from.center(), to.center());
            seconds > 0.0 && (b.x - a.x).hypot(b.y - a.y) > MOST_HEIGHTS_PER_S * seconds * from.h.max(to.h)
        };
        let fast = pairs.filter(|pair| is_fast(*pair)).count();
        self.sights.len() >= LEAST_SIGHTS && 2 * fast > self.sights.len() - 1
    }

    /// What a track that ended teaches of the perspective: nothing unless it was surely a whole person that walked.
    pub fn teaches(&self, track: &Track) -> Vec<Sight> {
        let is_true = track.hits >= TEACHES_HITS && track.best_score >= TEACHES_SCORE && self.path() == Path::Steady;
        let is_whole = |bbox: &Rect| {
            let inside = bbox.x > EDGE && bbox.y > EDGE && bbox.right() < 1.0 - EDGE && bbox.bottom() < 1.0 - EDGE;
            inside && bbox.h > bbox.w
        };
        let whole = self.sights.iter().map(|(_, bbox)| *bbox).filter(|bbox| is_true && is_whole(bbox));
        whole.map(|bbox| Sight { feet_y: bbox.bottom(), height: bbox.h }).collect()
    }
}

fn size_doubt(bbox: &Rect, perspective: &Perspective) -> Option<Doubt> {
    let expected = perspective.height_at(bbox.bottom())?;
    if expected <= 0.0 {
        return Some(Doubt::NoGround);
    }
    let cut_off = bbox.bottom() >= 1.0 - EDGE || bbox.x <= EDGE || bbox.right() >= 1.0 - EDGE;
    if bbox.h > MOST_TIMES_AS_TALL * expected {
        // Whose feet are below the picture is nearer than they seem.
        (bbox.bottom() < 1.0 - EDGE).then_some(Doubt::TooLarge)
    } else if bbox.h.max(bbox.w) < LEAST_TIMES_AS_TALL * expected {
        (!cut_off).then_some(Doubt::TooSmall)
    } else {
        None
    }
}

/// Whether the detector is so sure of a person that neither its way nor a lesson speaks against it.
pub fn is_sure(best_score: f32) -> bool {
    best_score >= SURE
}

/// 0 to 1: what is left of a track's weight under these doubts.
pub fn quality(doubts: &[Doubt]) -> f32 {
    doubts.iter().map(|doubt| doubt.share()).product()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::testing::{at, person};

    const FRAME: (u32, u32) = (1000, 1000);

    /// Persons are half of the picture tall at its lower edge; the horizon is at .2.
    fn known() -> Perspective {
        let mut known = Perspective::default();
        for step in 0..12 {
            let feet_y = 0.4 + 0.05 * step as f32;
            known.learn([Sight { feet_y, height: 0.625 * (feet_y - 0.2) }]);
        }
        known
    }

    /// Boxes by left, top, width and height in pixels, five a second.
    fn trail(boxes: impl IntoIterator<Item = [f32; 4]>) -> Trail {
        let mut trail = Trail::default();
        for (index, [x, y, w, h]) in boxes.into_iter().enumerate() {
            trail.see(at(200 * index as i64), Rect::new(x, y, w, h), FRAME);
        }
        trail
    }

    #[track_caller]
    fn check(boxes: impl IntoIterator<Item = [f32; 4]>, expected: &[Doubt]) {
        assert_eq!(trail(boxes).doubts(0.5, &known()), expected);
    }

    /// From here to there in 20 sights.
    fn walk(from: [f32; 4], to: [f32; 4]) -> impl Iterator<Item = [f32; 4]> {
        (0..20).map(move |step| std::array::from_fn(|side| from[side] + (to[side] - from[side]) * step as f32 / 19.0))
    }

    #[test]
    fn persons_are_not_doubted() {
        // Across, towards the camera, and out below the lower edge.
        check(walk([100.0, 387.0, 100.0, 313.0], [800.0, 387.0, 100.0, 313.0]), &[]);
        check(walk([500.0, 375.0, 40.0, 125.0], [500.0, 463.0, 150.0, 437.0]), &[]);
        check(walk([200.0, 463.0, 150.0, 437.0], [500.0, 700.0, 150.0, 300.0]), &[]);
        // Crawls, hides behind a wall, has just come and stands.
        check(walk([100.0, 560.0, 300.0, 140.0], [600.0, 560.0, 300.0, 140.0]), &[]);
        check(walk([100.0, 387.0, 100.0, 160.0], [800.0, 387.0, 100.0, 160.0]), &[]);
        check((0..14).map(|step| [500.0 + 3.0 * (step % 2) as f32, 387.0, 100.0, 313.0]), &[]);
        // Searches the ground: to and fro, but each way takes longer than a step.
        check((0..20).map(|step: i32| [500.0 + 60.0 * (step % 10 - 5).abs() as f32, 387.0, 100.0, 313.0]), &[]);
        // Runs.
        check(walk([0.0, 387.0, 100.0, 313.0], [900.0, 387.0, 100.0, 313.0]).step_by(2), &[]);
    }

    #[test]
    fn what_sleeping_sources_leave() {
        let still = |bbox| std::iter::repeat_n(bbox, 6);
        check(still([300.0, 0.0, 200.0, 500.0]), &[Doubt::AtLens, Doubt::TooLarge]);
        check(still([300.0, 50.0, 300.0, 650.0]), &[]);
        check(still([300.0, 20.0, 300.0, 530.0]), &[Doubt::TooLarge]);
        check(still([300.0, 630.0, 90.0, 70.0]), &[Doubt::TooSmall]);
        check(still([300.0, 100.0, 20.0, 60.0]), &[Doubt::NoGround]);
        check((0..6).map(|step| [150.0 * step as f32, 600.0, 110.0, 100.0]), &[Doubt::TooSmall, Doubt::TooFast]);
        let jumps =
            (0..20).map(|step| [400.0 + 60.0 * (step % 2) as f32, 387.0 + 9.0 * (step % 3) as f32, 100.0, 313.0]);
        check(jumps, &[Doubt::NoPath, Doubt::Stays]);
        // A post at which the box takes a step.
        check((0..20).map(|step| [if step < 18 { 500.0 } else { 550.0 }, 387.0, 100.0, 313.0]), &[Doubt::Stays]);
    }

    #[test]
    fn what_is_not_known_is_not_doubted() {
        let cat = trail(std::iter::repeat_n([300.0, 630.0, 90.0, 70.0], 6));
        assert_eq!(cat.doubts(0.5, &Perspective::default()), []);
        assert_eq!(cat.doubts(SURE, &known()), [], "the detector is sure");
        let post = trail(std::iter::repeat_n([500.0, 387.0, 100.0, 313.0], 20));
        assert_eq!(post.doubts(SURE, &known()), [Doubt::Stays], "of a post as well");
        assert_eq!(Trail::default().doubts(0.5, &known()), []);
        let new = trail(std::iter::repeat_n([300.0, 0.0, 200.0, 500.0], 2));
        assert_eq!(new.doubts(0.5, &Perspective::default()), [], "seen twice");
    }

    #[test]
    fn who_walks_in_full_view_teaches() {
        let walker = trail(walk([500.0, 375.0, 40.0, 125.0], [500.0, 463.0, 150.0, 437.0]));
        let track = Track { hits: 20, ..person(1, 0, Rect::default()) };
        let sights = walker.teaches(&track);
        assert_eq!(sights.len(), 20);
        assert!((sights[0].feet_y - 0.5).abs() < 1e-4 && (sights[0].height - 0.125).abs() < 1e-4);
        assert_eq!(walker.teaches(&Track { best_score: 0.5, ..track.clone() }), []);
        assert_eq!(walker.teaches(&Track { hits: 9, ..track.clone() }), []);
        let cut_off = trail(walk([0.0, 375.0, 40.0, 125.0], [0.0, 463.0, 150.0, 437.0]));
        assert_eq!(cut_off.teaches(&track), []);
        let stands = trail(std::iter::repeat_n([500.0, 375.0, 40.0, 125.0], 20));
        assert_eq!(stands.teaches(&track), []);
    }

    proptest! {
        #[test]
        fn quality_is_within_0_and_1_and_memory_bounded(
            boxes in prop::collection::vec((0i64..9_000, prop::array::uniform4(-500f32..1500.0)), 0..60),
            score in 0f32..=1.0,
        ) {
            let mut trail = Trail::default();
            for (ms, [x, y, w, h]) in boxes {
                trail.see(at(ms), Rect::new(x, y, w, h), FRAME);
            }
            prop_assert!(trail.sights.len() <= KEPT);
            let doubts = trail.doubts(score, &known());
            let quality = quality(&doubts);
            prop_assert!(quality > 0.0 && quality <= 1.0, "{quality}");
            prop_assert_eq!(quality < 1.0, !doubts.is_empty());
            prop_assert!(doubts.is_sorted());
        }

        #[test]
        fn a_straight_walk_has_a_path(angle in 0f32..std::f32::consts::TAU, step in 0.06f32..0.5) {
            let (dy, dx) = angle.sin_cos();
            let walked = (0..15).map(|i| {
                let far = 100.0 * step * i as f32;
                [1000.0 + far * dx, 1000.0 + far * dy, 40.0, 100.0]
            });
            prop_assert_eq!(trail(walked).path(), Path::Steady);
        }
    }
}
