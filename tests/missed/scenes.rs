//! Scenes in which somebody comes, and what makes them hard to see: real people of `vtest.avi`, cut out
//! of their place and put into the same place by night, with the noise of a camera.

use std::sync::OnceLock;

use canhdem::testcam::{Bitrate, Codec, EncodeOptions, Footage};

use crate::support::film::{self, SIZE};
use crate::support::night::{self, Sensor};
use crate::support::program::fetched;

const FPS: u32 = 25;
/// The clip's own.
const CLIP_FPS: f32 = 10.0;
const CLIP_FRAMES: usize = 200;
/// A pixel belongs to somebody where it differs from the empty place by so many levels.
const CUT: i16 = 14;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Weather {
    Calm,
    Rain,
    /// A car's lamps sweep over the place while somebody is there.
    Headlights,
    /// The camera's own lamp comes on when somebody does.
    Lamp,
}

#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) name: String,
    /// When people are there, in seconds, and how much faster than in life they move.
    pub(crate) visits: Vec<(f32, f32)>,
    pub(crate) speed: f32,
    /// People at this share of their size.
    pub(crate) size: f32,
    pub(crate) darkness: f32,
    /// Deviation of the sensor's noise, in levels.
    pub(crate) noise: f32,
    pub(crate) weather: Weather,
    pub(crate) gop_frames: u32,
    pub(crate) bitrate: Bitrate,
    pub(crate) codec: Codec,
    pub(crate) seconds: u32,
}

impl Scene {
    /// Somebody for one second, between two key frames.
    pub(crate) fn brief() -> Self {
        Self {
            name: String::new(),
            visits: vec![(8.4, 9.4)],
            speed: 1.0,
            size: 1.0,
            darkness: 0.6,
            noise: 3.0,
            weather: Weather::Calm,
            gop_frames: 50,
            bitrate: Bitrate::Variable,
            codec: Codec::H264,
            seconds: 16,
        }
    }

    pub(crate) fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The film of it.
    pub(crate) fn shoot(&self, seed: u64) -> Footage {
        let mut sensor = Sensor::new(seed, self.noise);
        let mut chance = fastrand::Rng::with_seed(seed);
        let place = night::darkened(&clip().place, self.darkness);
        let pictures = (0..self.seconds * FPS).map(|index| {
            let at = index as f32 / FPS as f32;
            let visit = self.visits.iter().find(|(from, to)| (*from..*to).contains(&at));
            let mut luma = place.clone();
            if let Some((from, _)) = visit {
                self.put(&mut luma, ((at - from) * CLIP_FPS * self.speed) as usize);
            }
            if self.weather == Weather::Rain {
                night::rain(&mut luma, &mut chance);
            }
            match (self.weather, visit) {
                (Weather::Headlights, Some((from, _))) => {
                    sensor.expose(&luma, night::headlights(0.5 * (at - from) - 0.1, 0.6))
                }
                (Weather::Lamp, Some(_)) => sensor.expose(&luma, |_, _, luma| 1.5 * luma + 8.0),
                _ => sensor.expose(&luma, |_, _, luma| luma),
            }
        });
        let options = EncodeOptions {
            codec: self.codec,
            fps: FPS,
            gop_frames: self.gop_frames,
            bitrate: self.bitrate,
            ..EncodeOptions::default()
        };
        Footage::encode_pictures(pictures, &options).expect("encoded")
    }

    /// Puts the clip's people of picture `number` into `luma`, smaller ones nearer to its middle.
    fn put(&self, luma: &mut [f32], number: usize) {
        let clip = clip();
        let (width, height) = (SIZE.0 as usize, SIZE.1 as usize);
        let frame = &clip.frames[number % clip.frames.len()];
        let (left, top) = ((1.0 - self.size) * width as f32 / 2.0, (1.0 - self.size) * height as f32 / 2.0);
        for y in 0..height {
            for x in 0..width {
                let from = |to: usize, edge: f32| ((to as f32 - edge) / self.size) as isize;
                let (sx, sy) = (from(x, left), from(y, top));
                if !(0..width as isize).contains(&sx) || !(0..height as isize).contains(&sy) {
                    continue;
                }
                let source = sy as usize * width + sx as usize;
                if (i16::from(frame[source]) - i16::from(clip.place[source])).abs() > CUT {
                    luma[y * width + x] = 16.0 + self.darkness * (f32::from(frame[source]) - 16.0);
                }
            }
        }
    }
}

/// Luma of the clip, and of its place without anybody.
struct Clip {
    frames: Vec<Vec<u8>>,
    place: Vec<u8>,
}

fn clip() -> &'static Clip {
    static CLIP: OnceLock<Clip> = OnceLock::new();
    CLIP.get_or_init(|| {
        let frames = night::luma(&fetched(film::FILM), CLIP_FRAMES);
        let place = (0..frames[0].len()).map(|pixel| {
            let mut values: Vec<u8> = frames.iter().step_by(8).map(|frame| frame[pixel]).collect();
            let middle = values.len() / 2;
            *values.select_nth_unstable(middle).1
        });
        Clip { place: place.collect(), frames }
    })
}
