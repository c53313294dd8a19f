//! A car from the front, drawn: with a number plate that nobody has, without one, and with a cloth over it. All places
//! are pixels of the drawing; brightness is that of a lit yard at night.

use super::canvas::{Cutout, Plane, Point, bell, rectangle, smooth};
use super::lettering::Line;

const WIDTH: usize = 840;
const HEIGHT: usize = 700;
/// The car is alike on both sides of this column.
const MIDDLE: f32 = 420.0;
/// Between the sides of the body.
pub(super) const CAR_WIDTH: f32 = 800.0;
/// Where the middle of the car touches the ground.
pub(super) const FOOT: Point = [MIDDLE, 668.0];
/// Of the large headlamps: to the side of the middle, and from the top.
pub(super) const LAMP: Point = [322.0, 390.0];
const LAMP_RADIUS: f32 = 24.0;
const PAINT: f32 = 118.0;
/// Such numbers are used where one must not be anybody's.
pub(super) const NUMBER: &str = "12A-123.45";
/// 520 mm wide, as the long plate is on a car of 1.75 m.
pub(super) const PLATE_WIDTH: f32 = 238.0;
const PLATE_TOP: f32 = 462.0;
const PLATE_BOTTOM: f32 = 512.0;

// Right halves, from the middle outwards and then down: x is counted from the middle.
#[rustfmt::skip]
const ROOF: &[Point] = &[
    [0.0, 32.0], [120.0, 35.0], [200.0, 45.0], [236.0, 70.0], [272.0, 135.0], [308.0, 215.0], [330.0, 280.0],
    [330.0, 320.0],
];
#[rustfmt::skip]
const WINDSCREEN: &[Point] = &[
    [0.0, 62.0], [120.0, 65.0], [190.0, 74.0], [214.0, 92.0], [250.0, 160.0], [284.0, 236.0], [296.0, 262.0],
    [0.0, 276.0],
];
#[rustfmt::skip]
const SEAT: &[Point] = &[
    [70.0, 140.0], [82.0, 118.0], [120.0, 114.0], [136.0, 140.0], [160.0, 214.0], [164.0, 268.0], [52.0, 272.0],
    [54.0, 214.0],
];
#[rustfmt::skip]
const BODY: &[Point] = &[
    [0.0, 272.0], [200.0, 268.0], [305.0, 262.0], [350.0, 290.0], [384.0, 345.0], [396.0, 420.0], [400.0, 500.0],
    [394.0, 560.0], [376.0, 604.0], [300.0, 618.0], [0.0, 622.0],
];
#[rustfmt::skip]
const BONNET: &[Point] = &[
    [0.0, 276.0], [200.0, 272.0], [296.0, 266.0], [322.0, 300.0], [336.0, 338.0], [250.0, 372.0], [120.0, 384.0],
    [0.0, 386.0],
];
/// The edge of the bonnet begins at this point of it.
const BONNET_EDGE: usize = 4;
#[rustfmt::skip]
const HEADLAMP: &[Point] = &[
    [206.0, 392.0], [262.0, 376.0], [340.0, 346.0], [378.0, 350.0], [386.0, 392.0], [372.0, 416.0], [300.0, 424.0],
    [222.0, 420.0],
];
const GRILLE: &[Point] = &[[0.0, 398.0], [186.0, 394.0], [200.0, 402.0], [190.0, 436.0], [168.0, 448.0], [0.0, 450.0]];
const GRILLE_BARS: [f32; 4] = [408.0, 420.0, 432.0, 443.0];
const INTAKE: &[Point] = &[[0.0, 548.0], [236.0, 548.0], [256.0, 560.0], [240.0, 590.0], [0.0, 596.0]];
const INTAKE_BARS: [f32; 2] = [562.0, 577.0];
const FOG_LAMP: &[Point] = &[[288.0, 534.0], [352.0, 520.0], [366.0, 534.0], [356.0, 572.0], [300.0, 578.0]];
const SILL: &[Point] = &[[0.0, 598.0], [250.0, 594.0], [370.0, 588.0], [360.0, 612.0], [300.0, 620.0], [0.0, 624.0]];
const TYRE: &[Point] =
    &[[282.0, 560.0], [378.0, 560.0], [384.0, 600.0], [378.0, 668.0], [292.0, 672.0], [280.0, 640.0]];
const TREADS: [f32; 4] = [300.0, 322.0, 344.0, 364.0];
#[rustfmt::skip]
const MIRROR: &[Point] = &[
    [330.0, 262.0], [352.0, 228.0], [392.0, 222.0], [410.0, 240.0], [404.0, 268.0], [372.0, 278.0], [340.0, 278.0],
];
const SHADOW: &[Point] = &[[0.0, 612.0], [330.0, 618.0], [398.0, 648.0], [380.0, 676.0], [300.0, 688.0], [0.0, 690.0]];
/// Over the plate and all its edges.
#[rustfmt::skip]
const CLOTH: &[Point] = &[
    [287.0, 448.0], [361.0, 453.0], [420.0, 446.0], [489.0, 454.0], [551.0, 447.0], [556.0, 480.0], [548.0, 526.0],
    [499.0, 520.0], [450.0, 531.0], [370.0, 521.0], [331.0, 529.0], [291.0, 520.0], [283.0, 484.0],
];

/// The same car three times.
pub(super) struct Sedan {
    pub plated: Cutout,
    pub bare: Cutout,
    pub covered: Cutout,
}

impl Sedan {
    pub(super) fn drawn() -> Self {
        let unmarked = unmarked();
        let with = |put: fn(&mut Plane)| {
            let mut car = unmarked.clone();
            put(&mut car.luma);
            car
        };
        Self { plated: with(put_on_plate), bare: with(put_on_screw_holes), covered: with(put_on_cloth) }
    }
}

/// A closed outline of both halves.
fn whole(half: &[Point]) -> Vec<Point> {
    let right = half.iter().map(|[x, y]| [MIDDLE + x, *y]);
    let left = half.iter().rev().map(|[x, y]| [MIDDLE - x, *y]);
    right.chain(left).collect()
}

/// What stands on either side: the left one and the right one.
fn pair(part: &[Point]) -> [Vec<Point>; 2] {
    [-1.0, 1.0].map(|side| part.iter().map(|[x, y]| [MIDDLE + side * x, *y]).collect())
}

fn disc([x, y]: Point, radius: f32) -> Vec<Point> {
    let corner = |index: u8| (f32::from(index) * std::f32::consts::TAU / 16.0).sin_cos();
    (0..16).map(corner).map(|(sin, cos)| [x + radius * cos, y + radius * sin]).collect()
}

/// How far from the middle, 0..=1 at the sides.
fn aside(x: f32) -> f32 {
    (x - MIDDLE).abs() / (CAR_WIDTH / 2.0)
}

fn unmarked() -> Cutout {
    let mut car = Cutout { luma: Plane::filled(WIDTH, HEIGHT, 0.0), cover: Plane::filled(WIDTH, HEIGHT, 0.0) };
    underneath(&mut car);
    for mirror in pair(MIRROR) {
        part(&mut car, &smooth(&mirror), |[_, y]| 0.8 * PAINT * (1.25 - 0.012 * (y - 222.0)));
    }
    part(&mut car, &smooth(&whole(ROOF)), |[x, y]| {
        PAINT * (0.95 + 0.35 * bell(y - 40.0, 18.0)) * (1.0 - 0.37 * aside(x).powi(2))
    });
    windscreen(&mut car.luma);
    part(&mut car, &smooth(&whole(BODY)), |[x, y]| {
        PAINT * (1.02 - 0.0011 * (y - 272.0)) * (1.0 - 0.32 * aside(x).powi(3)) + 16.0 * bell(y - 455.0, 22.0)
    });
    bonnet(&mut car.luma);
    grille(&mut car.luma);
    lamps(&mut car.luma);
    bumper(&mut car.luma);
    car
}

/// Paints a part where nothing needs to lie behind it.
fn part(car: &mut Cutout, outline: &[Point], shade: impl Fn(Point) -> f32) {
    car.cover.fill(outline, |_, _| 1.0);
    car.luma.fill(outline, |at, _| shade(at));
}

/// The shadow, through which the ground is seen a little, and the tyres.
fn underneath(car: &mut Cutout) {
    let shadow = smooth(&whole(SHADOW));
    car.cover.fill(&shadow, |_, _| 0.75);
    car.luma.fill(&shadow, |_, _| 8.0);
    for tyre in pair(TYRE) {
        part(car, &tyre, |_| 20.0);
    }
    for tread in TREADS {
        for groove in pair(&[[tread, 600.0], [tread, 668.0]]) {
            car.luma.stroke(&groove, 3.0, 10.0);
        }
    }
}

/// Dark glass with a lamp's reflection, and two seats behind it.
fn windscreen(luma: &mut Plane) {
    luma.fill(&whole(WINDSCREEN), |[x, y], _| {
        let reflection = 30.0 * bell(x - MIDDLE + 90.0 - 0.7 * (y - 160.0), 46.0);
        26.0 + reflection + 0.1 * (y - 62.0) + 22.0 * bell(y - 70.0, 20.0)
    });
    for seat in pair(SEAT) {
        luma.fill(&smooth(&seat), |_, glass| 0.62 * glass);
    }
    luma.stroke(&[[MIDDLE - 40.0, 72.0], [MIDDLE + 40.0, 72.0]], 14.0, 16.0);
    for edge in pair(&WINDSCREEN[..WINDSCREEN.len() - 1]) {
        luma.stroke(&edge, 3.0, 14.0);
    }
}

/// It faces the sky, and so is brighter than the body.
fn bonnet(luma: &mut Plane) {
    luma.fill(&whole(BONNET), |[x, y], _| {
        PAINT * (1.12 + 0.0021 * (y - 276.0)) * (1.0 - 0.24 * aside(x).powi(2)) + 22.0 * bell(y - 372.0, 14.0)
    });
    for edge in pair(&BONNET[BONNET_EDGE..]) {
        luma.stroke(&edge, 2.5, 40.0);
    }
    for crease in pair(&[[205.0, 274.0], [176.0, 330.0], [150.0, 382.0]]) {
        luma.stroke(&crease, 3.0, 0.92 * PAINT);
    }
    luma.fill(&rectangle(MIDDLE - 300.0, 262.0, MIDDLE + 300.0, 277.0), |_, _| 18.0);
    for wiper_end in [MIDDLE - 170.0, MIDDLE + 40.0] {
        luma.stroke(&[[wiper_end + 170.0, 268.0], [wiper_end, 257.0]], 4.0, 10.0);
    }
}

fn grille(luma: &mut Plane) {
    let mut frame = whole(GRILLE);
    luma.fill(&frame, |_, _| 16.0);
    for y in GRILLE_BARS {
        luma.stroke(&[[MIDDLE - 182.0, y], [MIDDLE + 182.0, y]], 3.0, 72.0);
    }
    frame.extend(frame.first().copied());
    luma.stroke(&frame, 4.0, 170.0);
    let badge = [[-24.0, 424.0], [0.0, 404.0], [24.0, 424.0], [0.0, 442.0]].map(|[x, y]| [MIDDLE + x, y]);
    luma.fill(&smooth(&badge), |_, _| 190.0);
}

fn lamps(luma: &mut Plane) {
    for mut lamp in pair(HEADLAMP) {
        luma.fill(&lamp, |[_, y], _| 52.0 + 0.5 * (y - 346.0));
        lamp.extend(lamp.first().copied());
        luma.stroke(&lamp, 3.0, 30.0);
    }
    for fog_lamp in pair(FOG_LAMP) {
        luma.fill(&fog_lamp, |_, _| 22.0);
    }
    for (at, radius, shine) in
        [(LAMP, LAMP_RADIUS, 240.0), ([258.0, 404.0], 14.0, 215.0), ([328.0, 549.0], 15.0, 150.0)]
    {
        for [x, y] in pair(&[at]).into_iter().flatten() {
            luma.fill(&disc([x, y], radius), |_, _| shine);
        }
    }
}

fn bumper(luma: &mut Plane) {
    for gap in pair(&[[390.0, 452.0], [200.0, 462.0]]) {
        luma.stroke(&gap, 2.5, 60.0);
    }
    luma.fill(&whole(INTAKE), |_, _| 14.0);
    for y in INTAKE_BARS {
        luma.stroke(&[[MIDDLE - 236.0, y], [MIDDLE + 236.0, y]], 2.5, 44.0);
    }
    luma.fill(&whole(SILL), |_, _| 30.0);
}

/// The plate's rectangle, larger by so much on each side.
fn plate(grown: f32) -> [Point; 4] {
    let half = PLATE_WIDTH / 2.0 + grown;
    rectangle(MIDDLE - half, PLATE_TOP - grown, MIDDLE + half, PLATE_BOTTOM + grown)
}

fn put_on_plate(luma: &mut Plane) {
    luma.fill(&plate(3.0), |_, _| 30.0);
    luma.fill(&plate(0.0), |[_, y], _| 212.0 + 0.2 * (y - PLATE_TOP));
    let edge = plate(-3.0);
    luma.stroke(&[edge[0], edge[1], edge[2], edge[3], edge[0]], 1.6, 50.0);
    let line = Line {
        middle: [MIDDLE, f32::midpoint(PLATE_TOP, PLATE_BOTTOM)],
        letter: [17.0, 32.0],
        mark_width: 9.0,
        gap: 6.0,
        stroke: 4.4,
        luma: 22.0,
    };
    line.write(luma, NUMBER);
}

/// All that is left where no plate is.
fn put_on_screw_holes(luma: &mut Plane) {
    for [x, y] in pair(&[[69.0, 487.0]]).into_iter().flatten() {
        luma.fill(&disc([x, y], 3.0), |_, _| 40.0);
    }
}

fn put_on_cloth(luma: &mut Plane) {
    let cloth = smooth(CLOTH);
    let shadow: Vec<Point> = cloth.iter().map(|[x, y]| [x + 3.0, y + 5.0]).collect();
    luma.fill(&shadow, |_, paint| 0.5 * paint);
    luma.fill(&cloth, |[x, y], _| {
        let folds = 12.0 * (0.085 * x + 0.9 * (0.05 * y).sin()).sin() + 7.0 * (0.21 * x + 0.06 * y).sin();
        195.0 + folds - 0.25 * (y - PLATE_TOP) + 10.0 * bell(y - PLATE_TOP + 8.0, 10.0)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(a: &Plane, b: &Plane) -> Vec<Point> {
        let index = a.values.iter().zip(&b.values).enumerate().filter(|(_, (a, b))| (*a - *b).abs() > 0.05);
        index.map(|(index, _)| [(index % a.width) as f32, (index / a.width) as f32]).collect()
    }

    #[test]
    fn the_three_differ_where_the_plate_is_and_nowhere_else() {
        let Sedan { plated, bare, covered } = Sedan::drawn();
        let place = |grown: f32| {
            let [[left, top], _, [right, bottom], _] = plate(grown);
            move |[x, y]: Point| (left..right).contains(&x) && (top..bottom).contains(&y)
        };
        let by_plate = changed(&bare.luma, &plated.luma);
        assert!(by_plate.iter().copied().all(place(4.0)) && by_plate.len() > 10_000, "{}", by_plate.len());
        let by_cloth = changed(&bare.luma, &covered.luma);
        assert!(by_cloth.iter().copied().all(place(32.0)));
        // Nothing of the plate, not even an edge, looks out from under the cloth.
        let under_cloth = |at: &Point| by_cloth.contains(at);
        assert!(changed(&plated.luma, &bare.luma).iter().step_by(97).all(under_cloth));
        assert_eq!((&plated.cover, &covered.cover), (&bare.cover, &bare.cover));
    }

    #[test]
    fn the_car_is_alike_on_both_sides_but_for_what_a_lamp_and_wipers_do_to_its_glass() {
        let bare = Sedan::drawn().bare;
        let row = |y: usize| &bare.cover.values[y * WIDTH..(y + 1) * WIDTH];
        for y in [40, 150, 250, 400, 500, 640] {
            let (row, mirrored): (Vec<f32>, Vec<f32>) = (row(y).to_vec(), row(y).iter().rev().copied().collect());
            assert!(row.iter().zip(&mirrored).all(|(a, b)| (a - b).abs() < 0.01), "row {y}");
        }
    }

    #[test]
    fn the_number_fits_its_plate() {
        let mut plane = Plane::filled(WIDTH, HEIGHT, 0.0);
        put_on_plate(&mut plane);
        // A quiet margin between the frame and the first and last characters.
        for x in [MIDDLE - PLATE_WIDTH / 2.0 + 8.0, MIDDLE + PLATE_WIDTH / 2.0 - 8.0] {
            let column =
                (PLATE_TOP as usize + 6..PLATE_BOTTOM as usize - 6).map(|y| plane.values[y * WIDTH + x as usize]);
            assert!(column.into_iter().all(|luma| luma > 200.0));
        }
    }
}
