//! Cameras that somebody blinds, and what only looks like it: real clips, changed and encoded again,
//! seen as a quiet camera sees them.

mod support;
#[path = "tampering/paint.rs"]
mod paint;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use canhdem::base::{SimClock, Timestamp};
use canhdem::decode::gate::Gate;
use canhdem::decode::{Decoder, Frame, Impression, Watcher};
use canhdem::intake::health::Role;
use canhdem::intake::{AccessUnit, Intake, IntakeOptions, Source};
use canhdem::rules::tamper::{Trouble, Witness};
use canhdem::testcam::{EncodeOptions, Footage, Picture};
use fastrand::Rng;
use support::film;

const FPS: u32 = 5;
/// What happens begins here, and the film ends so much later.
const BEFORE_SECONDS: u32 = 20;
const AFTER_SECONDS: u32 = 14;
/// Within this everything must be found.
const FOUND_WITHIN: f32 = 10.0;
/// Of the film, from which a window is what the camera shows.
const WIDE: (u32, u32) = (512, 384);
const WINDOW: (u32, u32) = (384, 288);

fn start() -> Timestamp {
    "2026-02-17T01:30:00+07:00".parse().expect("a time")
}

fn units(file: &Path) -> Vec<AccessUnit> {
    let clock = Arc::new(SimClock::new(start()));
    let source = Source::File(file.to_owned());
    let intake = Intake::open(&source, Role::Main, clock, IntakeOptions::file(start())).expect("opens");
    intake.receiver().iter().map_while(Result::ok).collect()
}

fn saved(name: &str, footage: &Footage) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tampering-{name}.mp4"));
    footage.save(&path).expect("saved");
    path
}

/// Pictures of the real film, every second one: five a second.
fn film() -> &'static [Picture] {
    static FILM: OnceLock<Vec<Picture>> = OnceLock::new();
    FILM.get_or_init(|| {
        let frames = (2 * FPS * (BEFORE_SECONDS + AFTER_SECONDS)) as usize;
        let options = EncodeOptions { size: Some(WIDE), max_frames: Some(frames), ..film::options() };
        decoded(&saved("film", &film::encode(&options))).into_iter().step_by(2).collect()
    })
}

fn decoded(file: &Path) -> Vec<Picture> {
    let units = units(file);
    let mut decoder = Decoder::new(units[0].codec, &units[0].caps).expect("a decoder");
    let mut pictures: Vec<_> =
        units.iter().flat_map(|unit| decoder.push(unit).expect("decodes")).map(|frame| picture(&frame)).collect();
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

/// The part of a picture that begins at this place.
fn window(wide: &Picture, (left, top): (usize, usize)) -> Picture {
    let (width, height) = (WINDOW.0 as usize, WINDOW.1 as usize);
    let (wide_width, wide_height) = (wide.width as usize, wide.height as usize);
    let mut data = Vec::new();
    let mut plane_at = 0;
    for halved in [1, 2, 2] {
        for y in 0..height / halved {
            let from = plane_at + (top / halved + y) * (wide_width / halved) + left / halved;
            data.extend_from_slice(&wide.data[from..from + width / halved]);
        }
        plane_at += (wide_width / halved) * (wide_height / halved);
    }
    Picture { width: WINDOW.0, height: WINDOW.1, data }
}

fn shrunk(picture: &Picture) -> Picture {
    let (w, h) = (WINDOW.0 as usize, WINDOW.1 as usize);
    let (pw, ph) = (picture.width as usize, picture.height as usize);
    let mut data = Vec::new();
    let mut at = 0;
    for halved in [1, 2, 2] {
        let (w, h, pw, ph) = (w / halved, h / halved, pw / halved, ph / halved);
        for y in 0..h { for x in 0..w { data.push(picture.data[at + (y * ph / h) * pw + x * pw / w]); } }
        at += pw * ph;
    }
    Picture { width: WINDOW.0, height: WINDOW.1, data }
}

const USUAL: (usize, usize) = (10, 10);

#[derive(Clone, Copy, PartialEq, Debug)]
enum Light {
    Day,
    Infrared,
}

/// What is done to a picture: it, the wide one, seconds since it began, chance.
type Change = dyn Fn(&mut Picture, &Picture, f32, &mut Rng);

/// The camera's film: as ever at first, then changed, with a sensor's noise over it.
fn changed(light: Light, change: &Change, deviation_after: f32) -> Vec<Picture> {
    let mut random = Rng::with_seed(7);
    let usual = if light == Light::Day { 1.5 } else { 3.0 };
    let lit = |picture: &mut Picture| {
        if light == Light::Infrared {
            paint::by_infrared(picture);
        }
    };
    let mut pictures: Vec<Picture> = Vec::new();
    for (index, wide) in film().iter().enumerate() {
        let seconds = index as f32 / FPS as f32 - BEFORE_SECONDS as f32;
        let mut picture = window(wide, USUAL);
        lit(&mut picture);
        let mut deviation = usual;
        if seconds >= 0.0 {
            change(&mut picture, wide, seconds, &mut random);
            deviation *= deviation_after;
        }
        if deviation == 0.0 { picture = pictures[(BEFORE_SECONDS * FPS) as usize - 1].clone(); } else {
        paint::noise(&mut picture, deviation, &mut random); }
        pictures.push(picture);
    }
    pictures
}

/// What the witness says of a film, as a quiet camera sees it: what, and how long after it began.
fn witnessed(name: &str, pictures: Vec<Picture>) -> Option<(Trouble, f32)> {
    let options = EncodeOptions { fps: FPS, gop_frames: 2 * FPS, ..EncodeOptions::default() };
    let footage = Footage::encode_pictures(pictures, &options).expect("encoded");
    let mut watcher = Watcher::new(Gate::new(), FPS);
    let mut witness = Witness::default();
    let mut last_slot = None;
    for unit in units(&saved(name, &footage)) {
        watcher.push(&unit, &mut |_| false).expect("decodes");
        let Some(frame) = watcher.latest() else { continue };
        if last_slot.replace(frame.pts.as_secs()) == Some(frame.pts.as_secs()) {
            continue;
        }
        let i = Impression::of(frame).expect("planes"); let found = witness.see(frame.pts, i);
        if let Some(trouble) = found {
            let after = unit.pts.saturating_sub(Duration::from_secs(0)).as_secs_f32() - BEFORE_SECONDS as f32;
            return Some((trouble, after));
        }
    }
    None
}

#[test]
fn explore() {
    use tracing_subscriber::prelude::*;
    let _guard = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).without_time().finish().set_default();
    let only = std::env::var("CASE").unwrap_or_default();
    let other = decoded(&saved("corridor", &Footage::corridor_by_night(&support::program::fetched("footage/astronaut.png")).expect("x")));
    eprintln!("corridor {}x{}", other[0].width, other[0].height);
    let cases: Vec<(&str, Box<Change>, f32)> = vec![
        ("none", Box::new(|_, _, _, _| {}), 1.0),
        ("cover-black", Box::new(|p, _, _, _| paint::cloth(p, 10.0)), 1.0),
        ("cover-dim", Box::new(|p, _, _, _| paint::cloth(p, 40.0)), 1.0),
        ("cover-bright", Box::new(|p, _, _, _| paint::cloth(p, 190.0)), 1.0),
        ("spray-part", Box::new(|p, _, s, _| paint::spray(p, s, 0.4)), 1.0),
        ("spray-whole", Box::new(|p, _, s, _| paint::spray(p, s, 0.6)), 1.0),
        ("turn-part", Box::new(|p, w, _, _| *p = window(w, (128, 96))), 1.0),
        ("turn-down", Box::new(|p, w, _, _| *p = window(w, (10, 96))), 1.0),
        ("turn-other", Box::new(move |p, _, _, _| *p = shrunk(&other[3])), 1.0),
        ("static", Box::new(|p, _, _, _| *p = window(&film()[0], USUAL)), 0.6),
        ("static2", Box::new(|p, _, _, _| *p = window(&film()[0], USUAL)), 0.3),
        ("freeze", Box::new(|_, _, _, _| {}), 0.0),
        ("defocus4", Box::new(|p, _, _, _| paint::blur(p, 4)), 1.0),
        ("defocus2", Box::new(|p, _, _, _| paint::blur(p, 2)), 1.0),
        ("defocus8", Box::new(|p, _, _, _| paint::blur(p, 8)), 1.0),
        ("dark", Box::new(|p, _, _, _| paint::darker(p, 0.01)), 1.0),
        ("ir", Box::new(|p, _, _, _| paint::by_infrared(p)), 2.0),
        ("lamp.3", Box::new(|p, _, _, _| paint::darker(p, 0.3)), 2.5),
        ("lamp.15", Box::new(|p, _, _, _| paint::darker(p, 0.15)), 3.0),
        ("lamp.08", Box::new(|p, _, _, _| paint::darker(p, 0.08)), 3.0),
        ("headlights", Box::new(|p, _, s, _| paint::headlights(p, s / 4.0 - 0.3)), 1.0),
        ("headlights-slow", Box::new(|p, _, s, _| paint::headlights(p, s / 12.0)), 1.0),
        ("rain", Box::new(|p, _, _, r| paint::rain(p, r)), 1.0),
        ("passer", Box::new(|p, _, s, _| paint::passer_by(p, s / 4.0 - 0.2)), 1.0),
        ("stander", Box::new(|p, _, s, _| paint::passer_by(p, (s / 4.0 - 0.2).min(0.5) + 0.02 * (2.0 * s).sin())), 1.0),
    ];
    for (name, change, deviation) in &cases {
        for light in [Light::Day, Light::Infrared] {
            if !only.is_empty() && !only.split(',').any(|o| *name == o) { continue; }
            eprintln!("=== {name} {light:?}");
            let found = witnessed(&format!("{name}-{light:?}"), changed(light, change.as_ref(), *deviation));
            eprintln!("RESULT {name} {light:?} {found:?}");
        }
    }
}
