//! The witness over drawn scenes: a pavement of slabs, each of its own tone.

use proptest::prelude::*;

use super::*;

const COLUMNS: usize = 80;
const ROWS: usize = 45;
/// A slab's side, in blocks.
const SLAB: usize = 5;

/// A picture of slabs, seen from `left` blocks further to the right, with `gain` of the light, and
/// noise of `noise` levels.
fn slabs(left: usize, gain: f32, noise: f32, color: f32, random: &mut fastrand::Rng) -> Impression {
    let level = |x: usize, y: usize| {
        let slab = (x + left) / SLAB * 31 + y / SLAB * 17;
        40.0 + (slab * 7_919 % 101) as f32
    };
    let mut shake = || (random.f32() - 0.5) * noise;
    let means = (0..COLUMNS * ROWS).map(|at| (level(at % COLUMNS, at / COLUMNS) * gain + shake()).max(0.0)).collect();
    let steps = (0..COLUMNS * ROWS).map(|at| if at % 3 == 0 { 0.5 } else { 6.0 * gain }).collect();
    let kept = (0..4096).map(|_| random.u8(90..96)).collect();
    Impression { columns: COLUMNS, rows: ROWS, means, steps, color, kept, ..Impression::default() }
}

/// A plain picture, as through cloth.
fn plain(level: f32, random: &mut fastrand::Rng) -> Impression {
    let blocks = COLUMNS * ROWS;
    let kept = (0..4096).map(|_| random.u8(90..96)).collect();
    Impression {
        columns: COLUMNS,
        rows: ROWS,
        means: vec![level; blocks],
        steps: vec![0.5; blocks],
        color: 0.0,
        kept,
        ..Impression::default()
    }
}

/// One picture a second; what is said after the last.
fn told(pictures: impl IntoIterator<Item = Impression>) -> Option<Trouble> {
    let mut witness = Witness::default();
    (0..).zip(pictures).map(|(second, picture)| witness.see(Duration::from_secs(second), picture)).last().flatten()
}

#[track_caller]
fn check(then: impl Fn(&mut fastrand::Rng) -> Impression, expected: Option<Trouble>) {
    let mut random = fastrand::Rng::with_seed(1);
    let mut film: Vec<_> = (0..30).map(|_| slabs(0, 1.0, 1.0, 6.0, &mut random)).collect();
    film.extend((0..9).map(|_| then(&mut random)));
    assert_eq!(told(film), expected);
}

#[test]
fn what_happens_to_a_scene() {
    check(|random| slabs(0, 1.0, 1.0, 6.0, random), None);
    check(|random| slabs(2, 1.0, 1.0, 6.0, random), Some(Trouble::Turned));
    check(|random| plain(90.0, random), Some(Trouble::Covered));
    check(|random| plain(3.0, random), Some(Trouble::Dark));
    // Infrared light; a lamp turned off.
    check(|random| slabs(0, 0.6, 2.0, 0.0, random), None);
    check(|random| slabs(0, 0.15, 2.0, 6.0, random), None);
}

#[test]
fn a_camera_that_never_saw_anything_is_not_judged_by_it() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut film: Vec<_> = (0..40).map(|_| plain(4.0, &mut random)).collect();
    film.extend((0..20).map(|_| plain(120.0, &mut random)));
    assert_eq!(told(film), None);
}

#[test]
fn a_camera_is_well_again_when_its_scene_is_back() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut film: Vec<_> = (0..30).map(|_| slabs(0, 1.0, 1.0, 6.0, &mut random)).collect();
    film.extend((0..120).map(|_| plain(90.0, &mut random)));
    assert_eq!(told(film.clone()), Some(Trouble::Covered), "cloth is never taken for the scene");
    film.extend((0..6).map(|_| slabs(0, 1.0, 1.0, 6.0, &mut random)));
    assert_eq!(told(film), None);
}

#[test]
fn where_a_camera_was_put_it_looks_in_the_end() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut film: Vec<_> = (0..30).map(|_| slabs(0, 1.0, 1.0, 6.0, &mut random)).collect();
    film.extend((0..1700).map(|_| slabs(2, 1.0, 1.0, 6.0, &mut random)));
    assert_eq!(told(film.clone()), Some(Trouble::Turned));
    film.extend((0..200).map(|_| slabs(2, 1.0, 1.0, 6.0, &mut random)));
    assert_eq!(told(film.clone()), None, "half an hour later it is the usual view");
    film.extend((0..9).map(|_| plain(90.0, &mut random)));
    assert_eq!(told(film), Some(Trouble::Covered), "which is watched as the one before");
}

#[test]
fn what_was_known_before_a_restart_is_known_after_it() {
    #[track_caller]
    fn check(columns: usize, then: impl Fn(&mut fastrand::Rng) -> Impression, expected: Option<Trouble>) {
        let mut random = fastrand::Rng::with_seed(1);
        let mut before = Witness::default();
        for second in 0..12 {
            // For the first eight seconds there is nothing worth keeping.
            assert_eq!(before.known(Timestamp::UNIX_EPOCH).is_some(), second >= 9, "after {second} pictures");
            before.see(Duration::from_secs(second), slabs(0, 1.0, 1.0, 6.0, &mut random));
        }
        let mut known = before.known(Timestamp::UNIX_EPOCH).expect("known");
        if columns != COLUMNS {
            known = KnownScenes::of(
                &[None, None],
                0.0,
                &Impression { columns, ..Impression::default() },
                Timestamp::UNIX_EPOCH,
            );
        }
        let mut after = Witness::recalling(known);
        let told = (0..9).map(|second| after.see(Duration::from_secs(second), then(&mut random)));
        assert_eq!(told.last().flatten(), expected);
    }
    check(COLUMNS, |random| plain(90.0, random), Some(Trouble::Covered));
    check(COLUMNS, |random| slabs(2, 1.0, 1.0, 6.0, random), Some(Trouble::Turned));
    check(COLUMNS, |random| slabs(0, 1.0, 1.0, 6.0, random), None);
    check(COLUMNS, |random| slabs(0, 0.6, 2.0, 0.0, random), None);
    // Pictures of another size cannot be compared.
    check(COLUMNS + 1, |random| plain(90.0, random), None);
}

proptest! {
    /// Another stream time, another size, gaps: it neither fails nor alarms where nothing is known.
    #[test]
    fn whatever_comes_it_goes_on(
        pictures in proptest::collection::vec((0u64..100, 1usize..40, 1usize..30, 0u8..255), 1..40),
    ) {
        let mut witness = Witness::default();
        for (second, columns, rows, level) in pictures {
            let blocks = columns * rows;
            let picture = Impression {
                columns,
                rows,
                means: vec![f32::from(level); blocks],
                steps: vec![0.0; blocks],
                color: 0.0,
                kept: vec![level; blocks],
                ..Impression::default()
            };
            prop_assert_eq!(witness.see(Duration::from_secs(second), picture), None);
        }
    }
}
