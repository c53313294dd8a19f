//! Where head, hands and torso are, from the joints of a person (pure). What the joints do not tell
//! surely enough is not there.
//!
//! Sizes are taken from whatever joints are sure, by the proportions of a grown person whose head,
//! chin to crown, is one. Turning foreshortens a distance and never lengthens it, so of several
//! estimates of one size the largest counts.

use super::pose::{Joint, Keypoint, Pose};
use crate::base::{Point, Rect};

/// Joints below this score are guesses.
const SURE_SCORE: f32 = 0.25;

/// How long what lies between two joints is in heads, seen from the side that shows it best.
mod heads {
    pub(super) const BETWEEN_EYES: f32 = 0.27;
    pub(super) const BETWEEN_EARS: f32 = 0.62;
    /// In profile; from the front it is less.
    pub(super) const NOSE_TO_EAR: f32 = 0.56;
    pub(super) const BETWEEN_SHOULDERS: f32 = 1.45;
    pub(super) const SHOULDERS_TO_HIPS: f32 = 2.05;
    /// Of the middle of the head above the middle of the shoulders.
    pub(super) const ABOVE_SHOULDERS: f32 = 0.95;
    /// Of a whole person upright.
    pub(super) const STATURE: f32 = 7.3;
    pub(super) const HAND: f32 = 0.75;
    pub(super) const LEAST_HAND: f32 = 0.55;
}

/// Side of a hand's square in forearms, elbow to wrist.
const HAND_PER_FOREARM: f32 = 0.75;
/// From the wrist on to the middle of the hand, in forearms.
const HAND_BEYOND_WRIST: f32 = 0.35;

/// The face's estimate of the head's size counts within these multiples of the body's: a few pixels
/// between two eyes are a poor measure.
const FACE_WITHIN_BODY: (f32, f32) = (0.65, 1.5);

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    pub head: Option<Head>,
    /// The person's left and right.
    pub hands: [Option<Hand>; 2],
    /// Shoulders to hips, in pixels of the frame.
    pub torso: Option<Rect>,
}

/// Places and sizes in pixels of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    pub center: Point,
    /// Side of the square that holds it all, from chin to crown.
    pub size: f32,
    /// 0 to 1.
    pub sure: f32,
    /// How far its face is towards the camera: 0 seen from behind, 1 from the front.
    pub facing: f32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hand {
    pub center: Point,
    /// Side of the square that holds it with its fingers stretched.
    pub size: f32,
    /// 0 to 1.
    pub sure: f32,
}

/// The parts of the person in a box, in pixels of the frame.
pub fn parts(pose: &Pose, person: Rect) -> Parts {
    if !(person.is_finite() && person.w > 0.0 && person.h > 0.0) {
        return Parts::default();
    }
    let body = Body::new(pose, person);
    let head = head(&body);
    let scale = head.map_or(body.size, |head| head.size);
    let hands = [(Joint::LeftElbow, Joint::LeftWrist), (Joint::RightElbow, Joint::RightWrist)];
    Parts { head, hands: hands.map(|(elbow, wrist)| hand(&body, elbow, wrist, scale)), torso: body.torso() }
}

/// What is sure of a pose.
struct Body<'a> {
    pose: &'a Pose,
    shoulders: Option<Pair>,
    hips: Option<Pair>,
    /// The head's size by the body alone.
    size: f32,
}

/// Two joints that are alike, left and right.
#[derive(Clone, Copy)]
struct Pair {
    left: Point,
    right: Point,
    score: f32,
}

impl Pair {
    fn middle(&self) -> Point {
        Point { x: f32::midpoint(self.left.x, self.right.x), y: f32::midpoint(self.left.y, self.right.y) }
    }

    fn length(&self) -> f32 {
        distance(self.left, self.right)
    }
}

impl<'a> Body<'a> {
    fn new(pose: &'a Pose, person: Rect) -> Self {
        let mut body = Self { pose, shoulders: None, hips: None, size: person.h / heads::STATURE };
        body.shoulders = body.pair(Joint::LeftShoulder, Joint::RightShoulder);
        body.hips = body.pair(Joint::LeftHip, Joint::RightHip);
        let across = body.shoulders.map(|pair| pair.length() / heads::BETWEEN_SHOULDERS);
        let down = body.shoulders.zip(body.hips);
        let down = down.map(|(top, low)| distance(top.middle(), low.middle()) / heads::SHOULDERS_TO_HIPS);
        // A head is no wider than the person's box.
        let most = person.w.min(person.h);
        body.size = [across, down].into_iter().flatten().fold(body.size, f32::max).min(most);
        body
    }

    fn sure(&self, joint: Joint) -> Option<Keypoint> {
        let keypoint = self.pose.joint(joint);
        (keypoint.score >= SURE_SCORE).then_some(keypoint)
    }

    fn pair(&self, left: Joint, right: Joint) -> Option<Pair> {
        let (left, right) = (self.sure(left)?, self.sure(right)?);
        Some(Pair { left: left.at, right: right.at, score: left.score.min(right.score) })
    }

    /// Unit vector from the hips towards the head; upwards in the picture when they are not sure.
    fn up(&self) -> Point {
        let along = self.shoulders.zip(self.hips).map(|(top, low)| minus(top.middle(), low.middle()));
        let length = along.map_or(0.0, |along| along.x.hypot(along.y));
        match along {
            Some(along) if length > 0.5 * self.size => Point { x: along.x / length, y: along.y / length },
            _ => Point { x: 0.0, y: -1.0 },
        }
    }

    fn torso(&self) -> Option<Rect> {
        let (top, low) = self.shoulders.zip(self.hips)?;
        let corners = [top.left, top.right, low.left, low.right];
        let (mut left, mut upper) = (corners[0].x, corners[0].y);
        let (mut right, mut lower) = (left, upper);
        for corner in corners {
            (left, right) = (left.min(corner.x), right.max(corner.x));
            (upper, lower) = (upper.min(corner.y), lower.max(corner.y));
        }
        let torso = Rect::from_corners(left, upper, right, lower);
        (torso.area() > 0.0).then_some(torso)
    }
}

fn head(body: &Body<'_>) -> Option<Head> {
    let size = head_size(body);
    let (center, sure) = by_face(body).or_else(|| by_shoulders(body, size))?;
    Some(Head { center, size, sure, facing: facing(body, size) })
}

fn head_size(body: &Body<'_>) -> f32 {
    use Joint::{LeftEar, LeftEye, Nose, RightEar, RightEye};
    let lengths = [
        (LeftEye, RightEye, heads::BETWEEN_EYES),
        (LeftEar, RightEar, heads::BETWEEN_EARS),
        (Nose, LeftEar, heads::NOSE_TO_EAR),
        (Nose, RightEar, heads::NOSE_TO_EAR),
    ];
    let sizes = lengths.into_iter().filter_map(|(a, b, in_heads)| Some(body.pair(a, b)?.length() / in_heads));
    match sizes.reduce(f32::max) {
        Some(size) => size.clamp(FACE_WITHIN_BODY.0 * body.size, FACE_WITHIN_BODY.1 * body.size),
        None => body.size,
    }
}

/// The middle of the head and how sure it is. The ears are beside it, the eyes before it at its own height.
fn by_face(body: &Body<'_>) -> Option<(Point, f32)> {
    let ears = middle_of_sure(body, [Joint::LeftEar, Joint::RightEar]);
    let eyes = middle_of_sure(body, [Joint::LeftEye, Joint::RightEye]);
    match (ears, eyes) {
        (Some(ears), Some(eyes)) => {
            let at = Point { x: f32::midpoint(ears.at.x, eyes.at.x), y: f32::midpoint(ears.at.y, eyes.at.y) };
            Some((at, ears.score.max(eyes.score)))
        }
        (Some(one), None) | (None, Some(one)) => Some((one.at, one.score)),
        (None, None) => body.sure(Joint::Nose).map(|nose| (nose.at, nose.score)),
    }
}

fn middle_of_sure(body: &Body<'_>, [left, right]: [Joint; 2]) -> Option<Keypoint> {
    match (body.sure(left), body.sure(right)) {
        (Some(a), Some(b)) => {
            let at = Point { x: f32::midpoint(a.at.x, b.at.x), y: f32::midpoint(a.at.y, b.at.y) };
            Some(Keypoint { at, score: f32::midpoint(a.score, b.score) })
        }
        (one, other) => one.or(other),
    }
}

fn by_shoulders(body: &Body<'_>, size: f32) -> Option<(Point, f32)> {
    let shoulders = body.shoulders?;
    let (middle, up) = (shoulders.middle(), body.up());
    let above = heads::ABOVE_SHOULDERS * size;
    // The head may be bent any way: half as sure as the shoulders.
    Some((Point { x: middle.x + up.x * above, y: middle.y + up.y * above }, shoulders.score / 2.0))
}

/// By which side the person's left is on, and by how sure eyes and nose are.
fn facing(body: &Body<'_>, size: f32) -> f32 {
    use Joint::{LeftEye, Nose, RightEye};
    let seen = [Nose, LeftEye, RightEye].map(|joint| body.pose.joint(joint).score).into_iter().sum::<f32>() / 3.0;
    let seen = ((seen - 0.1) / 0.4).clamp(0.0, 1.0);
    // From the front, the person's left is to the right of the picture.
    let turned = body.shoulders.map_or(0.5, |pair| ((pair.left.x - pair.right.x) / size + 0.5).clamp(0.0, 1.0));
    seen * turned.sqrt()
}

fn hand(body: &Body<'_>, elbow: Joint, wrist: Joint, head_size: f32) -> Option<Hand> {
    let (elbow, wrist) = (body.sure(elbow)?, body.sure(wrist)?);
    let forearm = minus(wrist.at, elbow.at);
    let length = forearm.x.hypot(forearm.y);
    let center = Point { x: wrist.at.x + HAND_BEYOND_WRIST * forearm.x, y: wrist.at.y + HAND_BEYOND_WRIST * forearm.y };
    let size = (HAND_PER_FOREARM * length).clamp(heads::LEAST_HAND * head_size, heads::HAND * head_size);
    Some(Hand { center, size, sure: wrist.score.min(elbow.score) })
}

fn minus(a: Point, b: Point) -> Point {
    Point { x: a.x - b.x, y: a.y - b.y }
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
