//! A corridor by night, seen over a low wall, through which one person walks three times: with a bare face, masked,
//! masked and under a cap. Each time is far enough from the last to be a track of its own.

use std::path::Path;

use super::canvas::{Cutout, Place, Plane, Point, bell, rectangle};
use super::visitor::Visitor;
use super::{EncodeOptions, Footage, Picture, Result, Transform};

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const FPS: u32 = 10;
/// The low wall hides what is below this row.
const WALL_TOP: usize = 470;
/// When somebody comes in, in seconds from the start of a round.
const COMES_IN_S: [f32; 3] = [2.0, 20.0, 38.0];
/// How long it takes to walk through.
const WALK_S: f32 = 9.0;
/// Of one round: at its end the corridor is empty long enough for an alert to close.
const ROUND_S: u32 = 84;
/// Picture pixels for one of the portrait, at the start and at the end of a walk: she comes a little nearer.
const SCALE: [f32; 2] = [0.54, 0.6];
/// The point of the portrait that stays on the wall's edge: the middle of the chest.
const CHEST: Point = [210.0, 345.0];
/// So far outside the picture a walk begins and ends.
const OUTSIDE: f32 = 130.0;
/// Steps a second.
const STEPS: f32 = 1.8;

impl Footage {
    /// A round of the corridor, with the person of this portrait (512x512; see `models/footage.toml`).
    ///
    /// # Errors
    /// When the portrait cannot be read or is another one, or the encoder is not installed.
    pub fn corridor_by_night(portrait: &Path) -> Result<Self> {
        let options = EncodeOptions {
            fps: FPS,
            gop_frames: 2 * FPS,
            transform: Transform::Night { seed: 3 },
            ..EncodeOptions::default()
        };
        Self::encode_pictures(pictures(&Visitor::from_portrait(portrait)?), &options)
    }
}

/// By day: night falls where they are encoded.
fn pictures(visitor: &Visitor) -> impl Iterator<Item = Picture> {
    let empty = scene().picture();
    // Drawn at about half the portrait's size, so that each pixel is a mean and not one grain.
    let guises = [&visitor.bare, &visitor.masked, &visitor.capped].map(Cutout::halved);
    (0..ROUND_S * FPS).map(move |index| {
        let mut picture = empty.clone();
        if let Some((guise, walked)) = who(index as f32 / FPS as f32) {
            guises[guise].lay(&mut picture, &halved(place(walked)), WALL_TOP, light);
        }
        picture
    })
}

/// Who is in the corridor at this time of a round, and what share of the walk is done.
fn who(at_s: f32) -> Option<(usize, f32)> {
    let guise = COMES_IN_S.iter().rposition(|&start| start <= at_s)?;
    let walked = (at_s - COMES_IN_S[guise]) / WALK_S;
    (walked <= 1.0).then_some((guise, walked))
}

/// Where the person is after this share (0..=1) of the walk.
fn place(walked: f32) -> Place {
    use std::f32::consts::{PI, TAU};
    // Slower in the middle, as somebody who looks around.
    let along = walked + 0.5 * (TAU * walked).sin() / TAU;
    let stride = STEPS * WALK_S * walked;
    let scale = SCALE[0] + (SCALE[1] - SCALE[0]) * walked;
    let bob = 10.0 * scale * (PI * stride).sin().abs();
    let sway = 6.0 * scale * (PI * stride).sin();
    let x = (WIDTH as f32 + 2.0 * OUTSIDE) * along - OUTSIDE + sway;
    Place { anchor: CHEST, at: [x, WALL_TOP as f32 - bob], scale, turn: 0.025 * (PI * stride).sin() }
}

/// The same place for a cut-out of half the size.
fn halved(place: Place) -> Place {
    Place { anchor: place.anchor.map(|side| side / 2.0), scale: 2.0 * place.scale, ..place }
}

/// How bright the lamp makes a place; 1 is as painted.
fn light([x, y]: Point) -> f32 {
    0.75 + 0.75 * bell(x - 640.0, 520.0) * bell(y - 200.0, 420.0)
}

fn scene() -> Plane {
    let mut scene = Plane::filled(WIDTH, HEIGHT, 160.0);
    let (right, bottom, wall_top) = (WIDTH as f32, HEIGHT as f32, WALL_TOP as f32);
    let block = |scene: &mut Plane, corners: [f32; 4], luma: f32| {
        let [left, top, right, bottom] = corners;
        scene.fill(&rectangle(left, top, right, bottom), |_, _| luma);
    };
    // Oil paint to the height of a hand, as in most offices.
    block(&mut scene, [0.0, 318.0, right, wall_top], 140.0);
    block(&mut scene, [0.0, 314.0, right, 319.0], 108.0);
    for left in [150.0, 960.0] {
        door(&mut scene, left, block);
    }
    window(&mut scene, block);
    block(&mut scene, [0.0, wall_top, right, bottom], 138.0);
    block(&mut scene, [0.0, wall_top, right, wall_top + 20.0], 190.0);
    block(&mut scene, [0.0, wall_top + 20.0, right, wall_top + 27.0], 84.0);
    // Air bricks.
    for row in [530.0, 610.0] {
        for brick in 0..16 {
            let left = 22.0 + 80.0 * brick as f32;
            block(&mut scene, [left, row, left + 36.0, row + 46.0], 78.0);
        }
    }
    let mut random = fastrand::Rng::with_seed(9);
    let plaster: Vec<f32> = (0..WIDTH * HEIGHT).map(|_| 5.0 * (random.f32() - 0.5)).collect();
    scene.shade(|at, luma| luma * light(at));
    for (value, grain) in scene.values.iter_mut().zip(plaster) {
        *value += grain;
    }
    scene
}

fn door(scene: &mut Plane, left: f32, block: impl Fn(&mut Plane, [f32; 4], f32)) {
    block(scene, [left - 10.0, 128.0, left + 180.0, WALL_TOP as f32], 188.0);
    block(scene, [left, 138.0, left + 170.0, WALL_TOP as f32], 150.0);
    for panel in [left + 18.0, left + 96.0] {
        block(scene, [panel, 160.0, panel + 56.0, 280.0], 132.0);
        block(scene, [panel, 305.0, panel + 56.0, 450.0], 136.0);
    }
    scene.stroke(&[[left + 158.0, 318.0], [left + 158.0, 332.0]], 7.0, 205.0);
}

/// Dark panes behind a grille.
fn window(scene: &mut Plane, block: impl Fn(&mut Plane, [f32; 4], f32)) {
    block(scene, [500.0, 108.0, 800.0, 290.0], 192.0);
    for left in [510.0, 608.0, 706.0] {
        scene.fill(&rectangle(left, 118.0, left + 84.0, 280.0), |[x, y], _| {
            46.0 + 0.08 * (x - left) + 0.1 * (280.0 - y)
        });
    }
    for bar in 0..12 {
        let x = 518.0 + 24.0 * bar as f32;
        scene.stroke(&[[x, 118.0], [x, 280.0]], 2.5, 120.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of the portrait.
    const CROWN: f32 = 16.0;
    const CHIN: f32 = 182.0;
    /// Below this a head tells nothing of what it wears.
    const LEAST_HEAD: f32 = 36.0;

    #[test]
    fn everybody_walks_through_alone_and_the_round_ends_empty() {
        let at = |s: f32| who(s).map(|(guise, _)| guise);
        assert_eq!(at(0.0), None);
        for (guise, start) in COMES_IN_S.into_iter().enumerate() {
            assert_eq!([start, start + WALK_S / 2.0, start + WALK_S].map(at), [Some(guise); 3]);
            // A track is given up after two seconds.
            assert_eq!([start - 0.1, start + WALK_S + 0.1, start + WALK_S + 8.0].map(at), [None; 3]);
        }
        // An alert closes after 30 s.
        let last = COMES_IN_S[2] + WALK_S;
        assert!(ROUND_S as f32 + COMES_IN_S[0] - last > 33.0);
    }

    #[test]
    fn heads_are_large_enough_to_be_judged_and_above_the_wall() {
        for step in 0_u8..=100 {
            let place = place(f32::from(step) / 100.0);
            let seen = |row: f32| place.at[1] + (row - CHEST[1]) * place.scale;
            assert!(seen(CHIN) - seen(CROWN) >= LEAST_HEAD, "{place:?}");
            assert!(seen(CROWN) > 0.0 && seen(CHIN) < WALL_TOP as f32, "{place:?}");
        }
    }

    #[test]
    fn a_walk_begins_and_ends_outside_and_never_turns_back() {
        let x = |walked: f32| place(walked).at[0];
        let half_a_person = 186.0 * SCALE[1];
        assert!(x(0.0) < -half_a_person && x(1.0) > WIDTH as f32 + half_a_person);
        let walk: Vec<f32> = (0_u8..=90).map(|frame| x(f32::from(frame) / 90.0)).collect();
        assert!(walk.is_sorted());
    }
}
