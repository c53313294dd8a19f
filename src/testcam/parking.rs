//! A car park's gate by night: a car drives in three times, with a number plate, without one, and with a cloth over it.
//! Each time is far enough from the last to be a track of its own.

use super::canvas::{Cutout, Place, Plane, Point, bell};
use super::scene::{self, Noise};
use super::sedan::{self, Sedan};
use super::{EncodeOptions, Footage, Picture, Result, Transform};

/// As many as are analysed, so that the demo need not encode more of its largest film.
const FPS: u32 = 5;
/// When the car comes in, in seconds from the start of a round.
const COMES_IN_S: [f32; 3] = [3.0, 21.0, 39.0];
const DRIVE_S: f32 = 8.5;
/// Of one round: at its end the yard is empty long enough for an alert to close.
const ROUND_S: u32 = 82;
/// The drive slows down until then, from there on rolls, and later turns off to the left.
const ROLLS_S: f32 = 5.0;
const TURNS_S: f32 = 6.5;
/// Metres from the camera, where the drive begins and where the rolling does.
const FAR_M: f32 = 46.0;
const NEAR_M: f32 = 5.6;
/// Metres a second.
const ROLLING: f32 = 0.28;
/// Metres to the right of the camera, before the turn.
const LANE_M: f32 = 0.35;
/// Metres a second², to the left.
const TURNING: f32 = 1.15;
const CAR_M: f32 = 1.8;
const CAMERA_HEIGHT_M: f32 = 2.2;
/// Of the road, from the middle to the kerb.
const ROAD_M: f32 = 3.2;
const GATE_M: f32 = 26.0;
/// The camera of the tests' and the demo's full size; smaller ones see the same.
const FULL: [f32; 2] = [1920.0, 1080.0];
/// Rows of the full size above the horizon, and its pixels for a metre at a distance of one.
const HORIZON: f32 = 170.0;
const FOCAL: f32 = 1750.0;
/// Which noise, and for how long before and after each drive there is any.
const NOISE: u64 = 4;
const NOISY_S: f32 = 0.5;
/// Below this scale a drawing is halved, so that each pixel is a mean and not one grain.
const LEAST_SCALE: f32 = 0.5;

impl Footage {
    /// A round of the car park: 1920x1080 shrunk by so much, so 1 for a main stream and 3 for its second one.
    ///
    /// # Errors
    /// When the encoder is not installed, or nothing is left of the picture.
    pub fn parking_by_night(shrunk: u32) -> Result<Self> {
        let options =
            EncodeOptions { fps: FPS, gop_frames: 2 * FPS, transform: Transform::AsIs, ..EncodeOptions::default() };
        Self::encode_pictures(pictures(View { shrunk: shrunk.max(1) as f32 }), &options)
    }
}

/// Of the camera.
#[derive(Debug, Clone, Copy)]
struct View {
    /// Pixels of the full size for one.
    shrunk: f32,
}

/// Where the car's front is, in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Position {
    /// From the middle of the view to the right.
    right: f32,
    away: f32,
}

impl View {
    /// Even, as video wants it.
    fn size(self) -> [usize; 2] {
        FULL.map(|side| (side / self.shrunk) as usize & !1)
    }

    /// Pixels for a metre.
    fn metre(self, away: f32) -> f32 {
        FOCAL / away / self.shrunk
    }

    fn horizon(self) -> f32 {
        HORIZON / self.shrunk
    }

    fn point(self, right: f32, away: f32, up: f32) -> Point {
        let [middle, metre] = [FULL[0] / 2.0 / self.shrunk, self.metre(away)];
        [middle + right * metre, self.horizon() + (CAMERA_HEIGHT_M - up) * metre]
    }

    /// Where the drawing of the car comes to lie.
    fn place(self, at: Position) -> Place {
        let scale = CAR_M * self.metre(at.away) / sedan::CAR_WIDTH;
        Place { anchor: sedan::FOOT, at: self.point(at.right, at.away, 0.0), scale, turn: 0.0 }
    }
}

fn pictures(view: View) -> impl Iterator<Item = Picture> {
    let empty = scene(view).picture();
    let Sedan { plated, bare, covered } = Sedan::drawn();
    let cars = [plated, bare, covered].map(sizes);
    let mut noise = Noise::quiet(NOISE);
    (0..ROUND_S * FPS).map(move |index| {
        let at_s = index as f32 / FPS as f32;
        let mut picture = empty.clone();
        if let Some((car, driven_s)) = which(at_s) {
            drive_in(&mut picture, view, &cars[car], driven_s);
        }
        // Pictures that do not differ are encoded in no time: the demo is to start soon.
        if COMES_IN_S.iter().any(|start| (start - NOISY_S..start + DRIVE_S + NOISY_S).contains(&at_s)) {
            scene::quiet(&mut picture, &mut noise);
        }
        picture
    })
}

/// Which car is in the yard at this time of a round, and for how long it has been.
fn which(at_s: f32) -> Option<(usize, f32)> {
    let car = COMES_IN_S.iter().rposition(|&start| start <= at_s)?;
    let driven_s = at_s - COMES_IN_S[car];
    (driven_s <= DRIVE_S).then_some((car, driven_s))
}

fn position(driven_s: f32) -> Position {
    let slowed = (driven_s / ROLLS_S).min(1.0);
    let approach = 1.0 - (1.0 - slowed).powf(1.35);
    Position {
        right: LANE_M - TURNING * (driven_s - TURNS_S).max(0.0).powi(2),
        away: FAR_M * (NEAR_M / FAR_M).powf(approach) - ROLLING * (driven_s - ROLLS_S).max(0.0),
    }
}

/// The drawing, its half, its quarter and so on.
fn sizes(car: Cutout) -> Vec<Cutout> {
    std::iter::successors(Some(car), |car| (car.luma.width >= 64).then(|| car.halved())).collect()
}

fn drive_in(picture: &mut Picture, view: View, car: &[Cutout], driven_s: f32) {
    let at = position(driven_s);
    let (place, metre) = (view.place(at), view.metre(at.away));
    let [x, y] = place.at;
    // Out of the street's darkness, into the yard's light.
    let lit = (1.15 - (at.away - 8.0) / 30.0).clamp(0.12, 1.15);
    let lamps_on = driven_s.min(1.0);
    shine(picture, [x, y + 0.35 * metre], [2.2 * metre, 0.9 * metre], 46.0 * lamps_on, view.horizon());
    let halvings = (LEAST_SCALE / place.scale).log2().ceil().max(0.0) as usize;
    let halvings = halvings.min(car.len() - 1);
    let small = 0.5_f32.powi(halvings as i32);
    let smaller = Place { anchor: place.anchor.map(|side| side * small), scale: place.scale / small, ..place };
    car[halvings].lay(picture, &smaller, view.size()[1], |_| lit);
    for side in [-1.0, 1.0] {
        let lamp = [x + side * sedan::LAMP[0] * place.scale, y - (sedan::FOOT[1] - sedan::LAMP[1]) * place.scale];
        let glow = 40.0 * place.scale + 7.0 / view.shrunk;
        shine(picture, lamp, [0.55 * glow; 2], 150.0 * lamps_on, 0.0);
        shine(picture, lamp, [2.2 * glow; 2], 34.0 * lamps_on, 0.0);
    }
}

/// Brightens the place around `middle` as a bell of this width and height does, below row `top` only.
fn shine(picture: &mut Picture, middle: Point, [width, height]: [f32; 2], peak: f32, top: f32) {
    /// Of its width a bell reaches; beyond, it is darker than one step of brightness.
    const REACH: f32 = 2.5;
    let across = |from: f32, to: f32, len: u32| {
        (from.clamp(0.0, len as f32) as usize)..(to.ceil().clamp(0.0, len as f32) as usize)
    };
    let columns = across(middle[0] - REACH * width, middle[0] + REACH * width, picture.width);
    let rows = across((middle[1] - REACH * height).max(top), middle[1] + REACH * height, picture.height);
    let by_column: Vec<f32> = columns.clone().map(|x| bell(x as f32 + 0.5 - middle[0], width)).collect();
    for y in rows {
        let by_row = peak * bell(y as f32 + 0.5 - middle[1], height);
        let start = y * picture.width as usize;
        let row = &mut picture.data[start + columns.start..start + columns.end];
        for (byte, by_column) in row.iter_mut().zip(&by_column) {
            *byte = (f32::from(*byte) + by_row * by_column).round().clamp(16.0, 235.0) as u8;
        }
    }
}

/// A road between kerbs and walls, lit by one lamp, with a gate to a dark street.
fn scene(view: View) -> Plane {
    let [width, height] = view.size();
    let mut scene = Plane::filled(width, height, 0.0);
    // As at full size.
    let full = |[x, y]: Point| [x * view.shrunk, y * view.shrunk];
    scene.shade(|at, _| {
        let [x, y] = full(at);
        if y < HORIZON {
            return 16.0 + 6.0 * bell(y - HORIZON, 60.0);
        }
        let near = y - HORIZON;
        24.0 + 34.0 * bell(near - 330.0, 300.0) + 18.0 * bell(x - FULL[0] / 2.0, 700.0) * bell(near - 450.0, 380.0)
    });
    let on_ground = |[left, right]: [f32; 2], [from, to]: [f32; 2]| {
        [[left, from], [left, to], [right, to], [right, from]].map(|[right, away]| view.point(right, away, 0.0))
    };
    let upright = |[left, right]: [f32; 2], away: f32, [low, high]: [f32; 2]| {
        [[left, low], [left, high], [right, high], [right, low]].map(|[right, up]| view.point(right, away, up))
    };
    for side in [-1.0, 1.0] {
        let [road, kerb] = [side * ROAD_M, side * (ROAD_M + 0.3)];
        scene.fill(&on_ground([road, kerb], [60.0, 3.0]), |_, _| 74.0);
        scene.fill(&on_ground([kerb, side * 30.0], [60.0, 2.4]), |_, ground| 0.7 * ground + 8.0);
        let wall = [[60.0, 0.0], [3.0, 0.0], [3.0, 2.4], [60.0, 2.4]];
        scene.fill(&wall.map(|[away, up]| view.point(side * 5.5, away, up)), |at, _| {
            34.0 + 18.0 * bell(full(at)[1] - 430.0, 260.0)
        });
        let [inner, outer] = [kerb, side * 4.2];
        scene.fill(&upright([inner, outer], GATE_M, [0.0, 3.2]), |_, _| 92.0);
        scene.fill(&upright([inner - 0.1 * side, outer + 0.1 * side], GATE_M, [3.2, 3.45]), |_, _| 120.0);
        scene.fill(&upright([outer, side * 12.0], GATE_M, [0.0, 2.2]), |_, _| 48.0);
    }
    for away in [7.0, 10.0, 13.5, 18.0] {
        scene.fill(&on_ground([-0.08, 0.08], [away, away + 1.2]), |_, asphalt| asphalt + 34.0);
    }
    let mut random = fastrand::Rng::with_seed(5);
    for value in &mut scene.values {
        *value += 5.0 * (random.f32() - 0.5);
    }
    scene
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: View = View { shrunk: 1.0 };

    fn plate_px(driven_s: f32) -> f32 {
        sedan::PLATE_WIDTH * MAIN.place(position(driven_s)).scale
    }

    /// Left and right edge of the body, in pixels of the main stream.
    fn sides(driven_s: f32) -> [f32; 2] {
        let place = MAIN.place(position(driven_s));
        [-0.5, 0.5].map(|half| place.at[0] + half * sedan::CAR_WIDTH * place.scale)
    }

    #[test]
    fn every_car_drives_in_alone_and_the_round_ends_empty() {
        let at = |s: f32| which(s).map(|(car, _)| car);
        assert_eq!(at(0.0), None);
        for (car, start) in COMES_IN_S.into_iter().enumerate() {
            assert_eq!([start, start + DRIVE_S / 2.0, start + DRIVE_S - 0.1].map(at), [Some(car); 3]);
            // A track is given up after two seconds.
            assert_eq!([start - 0.1, start + DRIVE_S + 0.1, start + DRIVE_S + 8.0].map(at), [None; 3]);
        }
        // An alert closes after 30 s.
        let last = COMES_IN_S[2] + DRIVE_S;
        assert!(ROUND_S as f32 + COMES_IN_S[0] - last > 33.0);
    }

    #[test]
    fn the_car_only_comes_nearer_and_leaves_the_picture() {
        let drive: Vec<_> = (0_u8..=85).map(|frame| position(f32::from(frame) / 10.0)).collect();
        assert!(drive.is_sorted_by(|a, b| a.away > b.away && a.right >= b.right));
        assert_eq!((drive[0], sides(0.0)[0] > 0.0), (Position { right: LANE_M, away: FAR_M }, true));
        // With its mirrors.
        assert!(sides(DRIVE_S)[1] < -20.0, "{:?}", sides(DRIVE_S));
    }

    #[test]
    fn the_plate_is_100_px_wide_for_three_seconds_and_wholly_in_the_picture() {
        let frames = (0_u8..85).map(|frame| f32::from(frame) / 10.0);
        let readable = frames.filter(|&at_s| plate_px(at_s) >= 100.0 && sides(at_s)[0] >= 0.0).count();
        assert!(readable >= 30, "{readable} frames");
        assert!((180.0..200.0).contains(&plate_px(7.0)), "{}", plate_px(7.0));
    }

    #[test]
    fn the_second_stream_shows_the_same_at_a_third_of_the_size() {
        let sub = View { shrunk: 3.0 };
        assert_eq!((MAIN.size(), sub.size()), ([1920, 1080], [640, 360]));
        let (main, small) = (MAIN.place(position(4.0)), sub.place(position(4.0)));
        assert!((main.scale - 3.0 * small.scale).abs() < 1e-4);
        assert!(main.at.iter().zip(small.at).all(|(main, small)| (main - 3.0 * small).abs() < 0.01));
    }

    #[test]
    fn light_adds_where_it_falls_and_not_above_its_top() {
        let mut picture = Plane::filled(64, 48, 40.0).picture();
        shine(&mut picture, [32.0, 24.0], [6.0, 6.0], 100.0, 20.0);
        let at = |x: usize, y: usize| picture.data[y * 64 + x];
        assert!(at(32, 24) > 135 && at(38, 24) > 60 && at(38, 24) < 100);
        assert_eq!((at(32, 19), at(2, 24), at(32, 46)), (40, 40, 40));
    }
}
