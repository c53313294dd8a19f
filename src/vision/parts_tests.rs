use proptest::prelude::*;

use super::*;

/// A person from the front, one head of 20 pixels: joint by joint, in the order of [`Joint`].
const FRONT: [(f32, f32); Joint::COUNT] = [
    (100.0, 33.0),
    (102.7, 30.0),
    (97.3, 30.0),
    (106.0, 30.5),
    (94.0, 30.5),
    (114.5, 49.0),
    (85.5, 49.0),
    (120.0, 72.0),
    (80.0, 72.0),
    (122.0, 94.0),
    (78.0, 94.0),
    (109.0, 90.0),
    (91.0, 90.0),
    (109.0, 125.0),
    (91.0, 125.0),
    (109.0, 160.0),
    (91.0, 160.0),
];
const PERSON: Rect = Rect::new(74.0, 19.0, 52.0, 146.0);

fn pose(scores: impl Fn(usize) -> f32) -> Pose {
    let mut index = 0;
    let keypoints = FRONT.map(|(x, y)| {
        index += 1;
        Keypoint { at: Point { x, y }, score: scores(index - 1) }
    });
    Pose { keypoints }
}

/// Left and right change places, as in a mirror at x = 100.
fn mirrored(pose: &Pose) -> Pose {
    let flipped = |index: usize| {
        let Keypoint { at, score } = pose.keypoints[index];
        Keypoint { at: Point { x: 200.0 - at.x, ..at }, score }
    };
    let mut keypoints = pose.keypoints;
    keypoints[0] = flipped(0);
    for left in (1..Joint::COUNT).step_by(2) {
        (keypoints[left], keypoints[left + 1]) = (flipped(left + 1), flipped(left));
    }
    Pose { keypoints }
}

fn moved(pose: &Pose, scale: f32, by: f32) -> Pose {
    let keypoints = pose.keypoints.map(|Keypoint { at, score }| {
        let at = Point { x: at.x * scale + by, y: at.y * scale - by };
        Keypoint { at, score }
    });
    Pose { keypoints }
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-2 + 1e-3 * a.abs()
}

fn same_point(a: Point, b: Point) -> bool {
    near(a.x, b.x) && near(a.y, b.y)
}

#[test]
fn a_person_from_the_front_has_all_parts() {
    let parts = parts(&pose(|_| 0.8), PERSON);
    let head = parts.head.expect("a head");
    assert!((18.0..=23.0).contains(&head.size) && near(head.center.x, 100.0), "{head:?}");
    assert!((29.0..=31.0).contains(&head.center.y) && near(head.sure, 0.8) && near(head.facing, 1.0), "{head:?}");
    let [Some(left), Some(right)] = parts.hands else { panic!("{parts:?}") };
    // Beyond the wrists, on the line from the elbows.
    assert!(same_point(left.center, Point { x: 122.7, y: 101.7 }), "{left:?}");
    assert!(same_point(right.center, Point { x: 77.3, y: 101.7 }), "{right:?}");
    assert!(left.size == right.size && (0.5..=0.8).contains(&(left.size / head.size)), "{left:?}");
    assert_eq!(parts.torso, Some(Rect::new(85.5, 49.0, 29.0, 41.0)));
}

#[test]
fn what_is_not_sure_is_not_there() {
    let face = 0..5;
    let check = |scores: &dyn Fn(usize) -> f32, head: bool, hands: usize, torso: bool| {
        let parts = parts(&pose(scores), PERSON);
        let found = (parts.head.is_some(), parts.hands.iter().flatten().count(), parts.torso.is_some());
        assert_eq!(found, (head, hands, torso), "{parts:?}");
    };
    check(&|_| 0.1, false, 0, false);
    check(&|index| if face.contains(&index) { 0.8 } else { 0.1 }, true, 0, false);
    check(&|index| if face.contains(&index) { 0.1 } else { 0.8 }, true, 2, true);
    check(&|index| if index == Joint::LeftWrist as usize { 0.1 } else { 0.8 }, true, 1, true);
    check(&|index| if index == Joint::RightElbow as usize { 0.1 } else { 0.8 }, true, 1, true);
    check(&|index| if index == Joint::LeftHip as usize { 0.1 } else { 0.8 }, true, 2, false);
    assert_eq!(parts(&pose(|_| 0.8), Rect::new(0.0, 0.0, f32::NAN, 1.0)), Parts::default());
    assert_eq!(parts(&pose(|_| 0.8), Rect::new(0.0, 0.0, 0.0, 0.0)), Parts::default());
}

#[test]
fn without_a_face_the_head_is_above_the_shoulders_but_less_sure() {
    let whole = parts(&pose(|_| 0.8), PERSON).head.expect("a head");
    let hidden = parts(&pose(|index| if index < 5 { 0.1 } else { 0.8 }), PERSON).head.expect("a head");
    assert!(distance(whole.center, hidden.center) < 0.15 * whole.size, "{whole:?} {hidden:?}");
    assert!((hidden.size / whole.size - 1.0).abs() < 0.2 && hidden.sure < whole.sure, "{whole:?} {hidden:?}");
    assert_eq!(hidden.facing, 0.0);
}

#[test]
fn from_behind_no_face_is_seen() {
    // Left and right have changed places, and the face is a guess.
    let front = pose(|index| if index < 3 { 0.2 } else { 0.8 });
    let turned = Pose {
        keypoints: {
            let mut keypoints = front.keypoints;
            for left in (1..Joint::COUNT).step_by(2) {
                keypoints.swap(left, left + 1);
            }
            keypoints
        },
    };
    assert_eq!(parts(&turned, PERSON).head.expect("a head").facing, 0.0);
    let aside = parts(&front, PERSON).head.expect("a head").facing;
    assert!((0.1..0.5).contains(&aside), "{aside}");
}

#[test]
fn two_eyes_that_are_far_off_do_not_make_a_giant() {
    let mut odd = pose(|_| 0.8);
    odd.keypoints[Joint::LeftEye as usize].at.x += 60.0;
    let (odd, sound) = (parts(&odd, PERSON).head.expect("a head"), parts(&pose(|_| 0.8), PERSON).head.expect("a head"));
    assert!(odd.size < 1.6 * sound.size, "{odd:?}");
}

proptest! {
    #[test]
    fn a_mirror_mirrors_the_parts(scores in proptest::collection::vec(0f32..1.0, Joint::COUNT)) {
        let pose = pose(|index| scores[index]);
        let (seen, mirror) = (parts(&pose, PERSON), parts(&mirrored(&pose), PERSON));
        let flip = |at: Point| Point { x: 200.0 - at.x, ..at };
        prop_assert_eq!(seen.head.is_some(), mirror.head.is_some());
        if let (Some(a), Some(b)) = (seen.head, mirror.head) {
            prop_assert!(same_point(flip(a.center), b.center) && near(a.size, b.size) && near(a.facing, b.facing));
        }
        for (a, b) in [(seen.hands[0], mirror.hands[1]), (seen.hands[1], mirror.hands[0])] {
            prop_assert_eq!(a.is_some(), b.is_some());
            if let (Some(a), Some(b)) = (a, b) {
                prop_assert!(same_point(flip(a.center), b.center) && near(a.size, b.size));
            }
        }
    }

    #[test]
    fn a_larger_picture_has_larger_parts(
        scores in proptest::collection::vec(0f32..1.0, Joint::COUNT), scale in 0.2f32..8.0, by in -200f32..200.0,
    ) {
        let pose = pose(|index| scores[index]);
        let person = Rect::new(PERSON.x * scale + by, PERSON.y * scale - by, PERSON.w * scale, PERSON.h * scale);
        let (one, other) = (parts(&pose, PERSON), parts(&moved(&pose, scale, by), person));
        prop_assert_eq!(one.head.is_some(), other.head.is_some());
        if let (Some(a), Some(b)) = (one.head, other.head) {
            let expected = Point { x: a.center.x * scale + by, y: a.center.y * scale - by };
            prop_assert!(distance(expected, b.center) < 1e-2 * b.size.max(1.0));
            prop_assert!(near(a.size * scale, b.size) && (a.facing - b.facing).abs() < 1e-2);
        }
    }

    #[test]
    fn whatever_the_model_says_parts_are_finite(values in proptest::collection::vec((-1e3f32..1e3, -1e3f32..1e3, 0f32..1.0), Joint::COUNT)) {
        let mut keypoints = [Keypoint { at: Point { x: 0.0, y: 0.0 }, score: 0.0 }; Joint::COUNT];
        for (keypoint, (x, y, score)) in keypoints.iter_mut().zip(values) {
            *keypoint = Keypoint { at: Point { x, y }, score };
        }
        let found = parts(&Pose { keypoints }, PERSON);
        if let Some(head) = found.head {
            prop_assert!(head.size > 0.0 && head.size.is_finite() && (0.0..=1.0).contains(&head.facing));
        }
        for hand in found.hands.into_iter().flatten() {
            prop_assert!(hand.size > 0.0 && hand.center.x.is_finite() && hand.center.y.is_finite());
        }
    }
}
