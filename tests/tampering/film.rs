//! The clip that is changed: people in a street, 28 s of it, as a camera's window on a wider view.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use canhdem::base::{SimClock, Timestamp};
use canhdem::decode::{Decoder, Frame, Masks};
use canhdem::intake::health::Role;
use canhdem::intake::{AccessUnit, Intake, IntakeOptions, Source};
use canhdem::testcam::{EncodeOptions, Footage, Picture};
use fastrand::Rng;

use super::paint;
use super::support::film;

/// Every second picture of the film is used, so that people walk as fast as they did.
pub(crate) const FPS: u32 = 5;
/// What happens begins here, and the film ends so much later.
pub(crate) const BEFORE_SECONDS: u32 = 16;
pub(crate) const AFTER_SECONDS: u32 = 12;
/// Of the film, and of the window in it that a camera shows.
const WIDE: (u32, u32) = (448, 336);
const WINDOW: (u32, u32) = (320, 240);
const USUAL: (usize, usize) = (10, 10);
/// Where a camera looks that was turned: by a third of its view to the right, down, and both.
pub(crate) const OTHER_PLACES: [(usize, usize); 3] = [(118, 10), (10, 90), (118, 90)];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Light {
    Day,
    Infrared,
}

impl Light {
    pub(crate) const BOTH: [Self; 2] = [Self::Day, Self::Infrared];

    /// Deviation of the sensor's noise.
    fn noise(self) -> f32 {
        if self == Self::Day { 1.5 } else { 3.0 }
    }
}

/// A picture after the change has begun.
pub(crate) struct Moment<'a> {
    pub(crate) picture: &'a mut Picture,
    /// The view that it is a window of, and what it showed at the film's beginning.
    pub(crate) wide: &'a Picture,
    pub(crate) first: &'a Picture,
    light: Light,
    /// Since it began.
    pub(crate) seconds: f32,
    /// Deviation of the noise that comes over it.
    pub(crate) noise: f32,
    pub(crate) random: &'a mut Rng,
}

impl Moment<'_> {
    /// What is taken out of the wide view is seen by the same light as all else.
    pub(crate) fn light_up(&mut self) {
        lit(self.picture, self.light);
    }
}

fn lit(picture: &mut Picture, light: Light) {
    if light == Light::Infrared {
        paint::by_infrared(picture);
    }
}

pub(crate) fn start() -> Timestamp {
    "2026-02-17T01:30:00+07:00".parse().expect("a time")
}

pub(crate) fn units(file: &Path) -> Vec<AccessUnit> {
    let clock = Arc::new(SimClock::new(start()));
    let source = Source::File(file.to_owned());
    let intake = Intake::open(&source, Role::Main, clock, IntakeOptions::file(start())).expect("opens");
    intake.receiver().iter().map_while(Result::ok).collect()
}

/// Encodes with a key frame every two seconds.
pub(crate) fn saved(name: &str, pictures: Vec<Picture>) -> PathBuf {
    let options = EncodeOptions { fps: FPS, gop_frames: 2 * FPS, ..EncodeOptions::default() };
    written(name, &Footage::encode_pictures(pictures, &options).expect("encoded"))
}

fn written(name: &str, footage: &Footage) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tampering-{name}.mp4"));
    footage.save(&path).expect("saved");
    path
}

/// The wide view.
fn wide() -> &'static [Picture] {
    static WIDE_VIEW: OnceLock<Vec<Picture>> = OnceLock::new();
    WIDE_VIEW.get_or_init(|| {
        let frames = (2 * FPS * (BEFORE_SECONDS + AFTER_SECONDS)) as usize;
        let options = EncodeOptions { size: Some(WIDE), max_frames: Some(frames), ..film::options() };
        decoded(&written("wide", &film::encode(&options))).into_iter().step_by(2).collect()
    })
}

fn decoded(file: &Path) -> Vec<Picture> {
    let units = units(file);
    let mut decoder = Decoder::new(units[0].codec, &units[0].caps, &Masks::none()).expect("a decoder");
    let frames = units.iter().flat_map(|unit| decoder.push(unit).expect("decodes"));
    let mut pictures: Vec<_> = frames.map(|frame| picture(&frame)).collect();
    pictures.extend(decoder.drain().expect("drains").iter().map(picture));
    pictures
}

fn picture(frame: &Frame) -> Picture {
    let planes = frame.planes();
    let mut data = Vec::new();
    for (plane, halved) in [(Some(planes.first), 1), (planes.second, 2), (planes.third, 2)] {
        let plane = plane.expect("I420");
        (0..planes.height / halved).for_each(|y| data.extend_from_slice(&plane.row(y)[..planes.width / halved]));
    }
    Picture { width: frame.width, height: frame.height, data }
}

/// The part of a wide picture that begins at this place.
pub(crate) fn window(wide: &Picture, (left, top): (usize, usize)) -> Picture {
    let (width, height) = (WINDOW.0 as usize, WINDOW.1 as usize);
    let (wide_width, wide_height) = (wide.width as usize, wide.height as usize);
    let mut data = Vec::new();
    let mut plane = 0;
    for halved in [1, 2, 2] {
        for y in 0..height / halved {
            let from = plane + (top / halved + y) * (wide_width / halved) + left / halved;
            data.extend_from_slice(&wide.data[from..from + width / halved]);
        }
        plane += (wide_width / halved) * (wide_height / halved);
    }
    Picture { width: WINDOW.0, height: WINDOW.1, data }
}

/// What the camera shows: as ever at first, then changed, with a sensor's noise over it.
pub(crate) fn filmed(light: Light, change: &dyn Fn(&mut Moment<'_>)) -> Vec<Picture> {
    let mut random = Rng::with_seed(7);
    let view = |wide: &Picture| {
        let mut picture = window(wide, USUAL);
        lit(&mut picture, light);
        picture
    };
    let first = view(&wide()[0]);
    let mut pictures = Vec::new();
    for (index, wide) in wide().iter().enumerate() {
        let seconds = index as f32 / FPS as f32 - BEFORE_SECONDS as f32;
        let mut picture = view(wide);
        let mut noise = light.noise();
        if seconds >= 0.0 {
            let mut moment =
                Moment { picture: &mut picture, wide, first: &first, light, seconds, noise, random: &mut random };
            change(&mut moment);
            noise = moment.noise;
        }
        paint::noise(&mut picture, noise, &mut random);
        pictures.push(picture);
    }
    pictures
}

/// How often what comes before the change is shown, forward and backward, until the picture freezes: it takes two
/// minutes to know how a camera's pictures differ.
const TURNS: u32 = 8;
pub(crate) const BEFORE_FREEZING: Duration = Duration::from_secs((TURNS * BEFORE_SECONDS) as u64);

/// The film, at length; then its last picture comes again and again.
pub(crate) fn frozen(light: Light) -> Vec<Picture> {
    let mut before = filmed(light, &|_| {});
    before.truncate((BEFORE_SECONDS * FPS) as usize);
    let mut pictures = Vec::new();
    for _ in 0..TURNS {
        pictures.extend_from_slice(&before);
        before.reverse();
    }
    let last = pictures.last().expect("a film").clone();
    pictures.extend(std::iter::repeat_n(last, (AFTER_SECONDS * FPS) as usize));
    pictures
}
