//! Pictures of a real place by night, as a cheap camera takes them.

use std::path::Path;

use canhdem::testcam::Picture;
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::film::SIZE;

const WIDTH: usize = SIZE.0 as usize;
const HEIGHT: usize = SIZE.1 as usize;

/// Luma of the first `count` pictures of a file, scaled to [`SIZE`].
#[track_caller]
pub fn luma(file: &Path, count: usize) -> Vec<Vec<u8>> {
    gst::init().expect("GStreamer");
    let description = format!(
        "filesrc name=file ! decodebin ! videoconvert ! videoscale ! video/x-raw,format=GRAY8,width={WIDTH},height={HEIGHT} ! appsink name=sink sync=false"
    );
    #[expect(clippy::disallowed_methods, reason = "a test's own, that of no camera")]
    let pipeline = gst::parse::launch(&description).expect("parsed").downcast::<gst::Pipeline>().expect("a pipeline");
    pipeline.by_name("file").expect("file").set_property("location", file);
    let sink = pipeline.by_name("sink").and_downcast::<gst_app::AppSink>().expect("an appsink");
    pipeline.set_state(gst::State::Playing).expect("starts");
    let mut pictures = Vec::new();
    while pictures.len() < count
        && let Ok(sample) = sink.pull_sample()
    {
        let buffer = sample.buffer_owned().expect("a buffer").into_mapped_buffer_readable().expect("readable");
        assert_eq!(buffer.len(), WIDTH * HEIGHT, "no padding at this width");
        pictures.push(buffer.to_vec());
    }
    pipeline.set_state(gst::State::Null).expect("stopped");
    assert!(!pictures.is_empty(), "{}: no picture", file.display());
    pictures
}

/// As dark as by night.
pub fn darkened(luma: &[u8], darkness: f32) -> Vec<f32> {
    luma.iter().map(|&luma| 16.0 + darkness * (f32::from(luma) - 16.0)).collect()
}

/// Two cones of light at `x` that sweep over walls and ground, and what they scatter.
pub fn headlights(x: f32, level: f32) -> impl Fn(f32, f32, f32) -> f32 {
    move |px, py, luma| {
        let cone = |left: f32| {
            let (dx, dy) = ((px - x - left) / 0.07, (py - level) / 0.16);
            (-(dx * dx + dy * dy)).exp()
        };
        let wide = (-((px - x) / 0.3).powi(2)).exp() * (-((py - level) / 0.3).powi(2)).exp();
        luma * (1.0 + 1.2 * wide) + 150.0 * (cone(0.0) + cone(0.13))
    }
}

/// Drops that fall during the exposure.
pub fn rain(luma: &mut [f32], chance: &mut fastrand::Rng) {
    for _ in 0..60 {
        let (x, y, bright) = (chance.f32(), chance.f32(), 20.0 + 60.0 * chance.f32());
        for step in 0..14 {
            let (px, py) = ((x * WIDTH as f32) as usize + step / 5, (y * HEIGHT as f32) as usize + step);
            if px < WIDTH && py < HEIGHT {
                luma[py * WIDTH + px] += bright;
            }
        }
    }
}

/// Adds noise, new in each picture, from a table that begins elsewhere each time.
pub struct Sensor {
    table: Vec<f32>,
    random: fastrand::Rng,
}

impl Sensor {
    /// With noise of this deviation, in levels.
    pub fn new(seed: u64, deviation: f32) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        // The sum of three even spreads is near enough to a bell, of deviation a half.
        let bell = |random: &mut fastrand::Rng| random.f32() + random.f32() + random.f32() - 1.5;
        let table = (0..65_521).map(|_| 2.0 * deviation * bell(&mut random)).collect();
        Self { table, random }
    }

    /// `light` gives the luma of a point (0..1 of the picture) from the one that it has.
    pub fn expose(&mut self, place: &[f32], light: impl Fn(f32, f32, f32) -> f32) -> Picture {
        let mut data = vec![128; Picture::len(SIZE.0, SIZE.1)];
        let mut noise = self.table.iter().cycle().skip(self.random.usize(..self.table.len()));
        for (index, (byte, luma)) in data.iter_mut().zip(place).enumerate() {
            let (x, y) = ((index % WIDTH) as f32 / WIDTH as f32, (index / WIDTH) as f32 / HEIGHT as f32);
            let grain = noise.next().copied().unwrap_or_default();
            *byte = (light(x, y, *luma) + grain).round().clamp(16.0, 235.0) as u8;
        }
        Picture { width: SIZE.0, height: SIZE.1, data }
    }
}
