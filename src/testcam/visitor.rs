//! Somebody to be seen at night: a portrait cut out of its ground by hand, in a dark jacket; then with a mask, then with
//! a mask and a cap. All places are pixels of the portrait.

use std::path::Path;

use image::imageops;

use super::canvas::{Cutout, Plane, Point, bell, smooth};
use super::{Result, TestCameraError};

/// Width and height of the portrait that the outlines below were drawn on.
const SIDE: u32 = 512;
/// Above this row is the head, below it the jacket.
const NECK: f32 = 186.0;
/// Middle of the face, from left to right.
const FACE_X: f32 = 223.0;

#[rustfmt::skip]
const PERSON: &[Point] = &[
    [232.0, 16.0], [250.0, 19.0], [268.0, 28.0], [281.0, 38.0], [290.0, 50.0], [295.0, 60.0], [298.0, 75.0],
    [300.0, 87.0], [298.0, 99.0], [294.0, 109.0], [286.0, 119.0], [277.0, 129.0], [271.0, 134.0], [265.0, 136.0],
    [262.0, 147.0], [257.0, 159.0], [254.0, 170.0], [266.0, 184.0], [284.0, 201.0], [300.0, 222.0], [317.0, 236.0],
    [331.0, 250.0], [343.0, 272.0], [351.0, 292.0], [358.0, 316.0], [363.0, 340.0], [364.0, 372.0],
    [364.0, 420.0], [364.0, 440.0], [24.0, 440.0], [24.0, 420.0], [26.0, 372.0],
    [30.0, 335.0], [38.0, 305.0], [48.0, 280.0], [60.0, 258.0], [76.0, 238.0], [96.0, 221.0], [120.0, 204.0],
    [150.0, 189.0], [172.0, 176.0], [185.0, 168.0], [185.0, 155.0], [182.0, 140.0], [180.0, 131.0], [174.0, 128.0],
    [170.0, 119.0], [165.0, 113.0], [158.0, 106.0], [155.0, 98.0], [154.0, 88.0], [153.0, 76.0], [154.0, 64.0],
    [160.0, 55.0], [169.0, 47.0], [180.0, 41.0], [189.0, 37.0], [193.0, 30.0], [206.0, 23.0], [219.0, 18.0],
];
/// The hood of the jacket, down around the neck; it hides the ring of the suit that she wears.
#[rustfmt::skip]
const HOOD: &[Point] = &[
    [187.0, 163.0], [170.0, 175.0], [140.0, 188.0], [114.0, 202.0], [112.0, 232.0], [135.0, 268.0], [185.0, 296.0],
    [245.0, 306.0], [290.0, 297.0], [312.0, 268.0], [310.0, 235.0], [297.0, 214.0], [277.0, 194.0], [258.0, 170.0],
    [252.0, 181.0], [238.0, 188.0], [220.0, 188.0], [203.0, 184.0], [192.0, 176.0],
];
const SEAMS: [&[Point]; 3] = [
    &[[204.0, 186.0], [213.0, 240.0], [218.0, 300.0], [219.0, 372.0]],
    &[[114.0, 205.0], [120.0, 238.0], [142.0, 266.0], [178.0, 287.0], [219.0, 299.0]],
    &[[306.0, 236.0], [304.0, 262.0], [288.0, 285.0], [256.0, 297.0], [219.0, 299.0]],
];
#[rustfmt::skip]
const MASK: &[Point] = &[
    [223.0, 108.0], [236.0, 112.0], [250.0, 121.0], [265.0, 127.0], [264.0, 142.0], [259.0, 158.0], [249.0, 172.0],
    [236.0, 180.0], [222.0, 182.0], [208.0, 179.0], [196.0, 170.0], [187.0, 157.0], [183.0, 141.0], [183.0, 126.0],
    [196.0, 120.0], [211.0, 111.0],
];
const MASK_BRIM: &[Point] =
    &[[185.0, 126.0], [197.0, 121.0], [211.0, 112.0], [223.0, 109.0], [236.0, 113.0], [250.0, 122.0], [264.0, 128.0]];
const EAR_LOOPS: [&[Point]; 4] = [
    &[[186.0, 127.0], [177.0, 124.0], [173.0, 119.0]],
    &[[262.0, 128.0], [269.0, 126.0], [276.0, 121.0]],
    &[[188.0, 158.0], [180.0, 146.0], [174.0, 128.0]],
    &[[258.0, 158.0], [266.0, 146.0], [273.0, 131.0]],
];
const PLEATS: [f32; 4] = [133.0, 144.0, 155.0, 166.0];
#[rustfmt::skip]
const CROWN: &[Point] = &[
    [226.0, 6.0], [250.0, 9.0], [272.0, 20.0], [288.0, 38.0], [297.0, 60.0], [299.0, 78.0], [262.0, 72.0],
    [226.0, 70.0], [190.0, 71.0], [155.0, 78.0], [154.0, 60.0], [163.0, 40.0], [180.0, 21.0], [203.0, 9.0],
];
#[rustfmt::skip]
const VISOR: &[Point] = &[
    [154.0, 78.0], [190.0, 69.0], [226.0, 67.0], [262.0, 69.0], [299.0, 78.0], [293.0, 90.0], [262.0, 96.0],
    [226.0, 99.0], [190.0, 96.0], [160.0, 90.0],
];
const BROW: &[Point] = &[[182.0, 92.0], [226.0, 99.0], [270.0, 92.0], [268.0, 118.0], [226.0, 122.0], [184.0, 118.0]];

/// What a mask is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cloth {
    /// Brightness, lit from the front.
    luma: f32,
    /// By how much folds are darker.
    fold: f32,
}

const SURGICAL: Cloth = Cloth { luma: 205.0, fold: 10.0 };
const BLACK: Cloth = Cloth { luma: 70.0, fold: 7.0 };

/// The same person three times.
pub(super) struct Visitor {
    pub bare: Cutout,
    pub masked: Cutout,
    /// Masked in black, and under a cap.
    pub capped: Cutout,
}

impl Visitor {
    /// From a portrait of 512x512.
    pub(super) fn from_portrait(path: &Path) -> Result<Self> {
        let failed = |what: &str| TestCameraError::new(format!("{}: {what}", path.display()));
        let portrait = image::open(path).map_err(|error| failed(&error.to_string()))?.into_luma8();
        if portrait.dimensions() != (SIDE, SIDE) {
            return Err(failed(&format!("is not the portrait of {SIDE}x{SIDE} that the outlines were drawn on")));
        }
        let folds = plane(&imageops::blur(&portrait, 3.0));
        let mut bare = Cutout { luma: plane(&portrait), cover: Plane::filled(SIDE as usize, SIDE as usize, 0.0) };
        bare.cover.fill(&smooth(PERSON), |_, _| 1.0);
        dress(&mut bare.luma, &folds);
        let mut masked = bare.clone();
        put_on_mask(&mut masked.luma, SURGICAL);
        let mut capped = bare.clone();
        put_on_mask(&mut capped.luma, BLACK);
        put_on_cap(&mut capped);
        Ok(Self { bare, masked, capped })
    }
}

fn plane(image: &image::GrayImage) -> Plane {
    let values = image.as_raw().iter().map(|&byte| f32::from(byte)).collect();
    Plane { width: image.width() as usize, height: image.height() as usize, values }
}

/// A dark jacket that keeps the folds of what she wears, without its badges.
fn dress(luma: &mut Plane, folds: &Plane) {
    for (row, (worn, folds)) in luma.values.chunks_mut(luma.width).zip(folds.values.chunks(luma.width)).enumerate() {
        let share = ((row as f32 - NECK) / 12.0).clamp(0.0, 1.0);
        for (value, fold) in worn.iter_mut().zip(folds) {
            *value += (21.0 + 0.23 * fold - *value) * share;
        }
    }
    luma.fill(&smooth(HOOD), |[x, y], _| {
        let folds = 6.0 * ((x - 212.0) * 0.035 * (1.0 + (y - NECK) / 400.0)).sin() + 3.0 * (0.11 * x + 0.07 * y).sin();
        52.0 - 0.07 * (y - NECK) + folds
    });
    for seam in SEAMS {
        luma.stroke(seam, 3.0, 34.0);
    }
}

fn put_on_mask(luma: &mut Plane, cloth: Cloth) {
    for ear_loop in EAR_LOOPS {
        luma.stroke(ear_loop, 2.0, 0.85 * cloth.luma);
    }
    luma.fill(&smooth(MASK), |[x, y], _| {
        let side = 1.0 - 0.38 * ((x - FACE_X).abs() / 42.0).min(1.0).powi(2);
        let chin = 1.0 - 0.22 * ((y - 150.0) / 34.0).clamp(0.0, 1.0);
        let nose = 1.0 + 0.06 * bell(x - FACE_X, 10.0) * bell(y - 125.0, 14.0);
        // Pleats hang a little at the sides; each has a dark fold and a bright edge below it.
        let below = |pleat: f32| y - pleat + 0.004 * (x - FACE_X).powi(2);
        let pleats: f32 = PLEATS.map(below).map(|d| 0.5 * bell(d - 4.0, 2.5) - bell(d, 2.2)).into_iter().sum();
        cloth.luma * side * chin * nose + cloth.fold * pleats
    });
    luma.stroke(MASK_BRIM, 1.6, 0.7 * cloth.luma);
}

fn put_on_cap(person: &mut Cutout) {
    for part in [CROWN, VISOR] {
        person.cover.fill(&smooth(part), |_, _| 1.0);
    }
    let luma = &mut person.luma;
    // The visor's shadow, fading downwards.
    luma.fill(BROW, |[_, y], face| face * (1.0 - 0.35 * (1.0 - (y - 96.0) / 22.0).clamp(0.0, 1.0)));
    luma.fill(&smooth(CROWN), |[x, y], _| {
        58.0 - 0.12 * (x - 226.0).abs() + 14.0 * bell(x - 205.0, 28.0) * bell(y - 30.0, 20.0)
    });
    luma.stroke(&[[226.0, 6.0], [226.0, 70.0]], 2.0, 44.0);
    luma.fill(&smooth(VISOR), |[_, y], _| 40.0 + 0.5 * (95.0 - y).clamp(0.0, 30.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey portrait of nobody, as a file.
    fn portrait(side: u32) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".png").tempfile().expect("file");
        image::GrayImage::from_pixel(side, side, image::Luma([150])).save(file.path()).expect("saved");
        file
    }

    fn differs(a: &Plane, b: &Plane, [x, y]: [usize; 2]) -> bool {
        (a.values[y * a.width + x] - b.values[y * b.width + x]).abs() > 0.05
    }

    #[test]
    fn masks_and_caps_cover_what_they_say_and_nothing_else() {
        let Visitor { bare, masked, capped } = Visitor::from_portrait(portrait(SIDE).path()).expect("a visitor");
        let (eye, mouth, hair, chest) = ([200, 104], [223, 146], [226, 40], [100, 330]);
        let changed = |to: &Cutout| [mouth, hair, eye, chest].map(|at| differs(&bare.luma, &to.luma, at));
        assert_eq!(changed(&masked), [true, false, false, false]);
        // The visor's shadow lies over the eyes.
        assert_eq!(changed(&capped), [true, true, true, false]);
        let covered = |cutout: &Cutout, [x, y]: [usize; 2]| cutout.cover.values[y * SIDE as usize + x];
        assert_eq!([mouth, hair, eye, chest].map(|at| covered(&bare, at)), [1.0; 4]);
        assert_eq!((covered(&bare, [20, 20]), covered(&bare, [400, 400])), (0.0, 0.0));
        assert_eq!(masked.cover, bare.cover);
        assert_eq!((covered(&bare, [226, 10]), covered(&capped, [226, 10])), (0.0, 1.0));
    }

    #[test]
    fn another_picture_is_refused_by_name() {
        let file = portrait(64);
        let error = Visitor::from_portrait(file.path()).err().expect("refused").to_string();
        assert!(error.contains(&file.path().display().to_string()) && error.contains("512x512"), "{error}");
    }
}
