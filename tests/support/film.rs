//! What the simulated cameras see, and what a file holds.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use canhdem::testcam::{Codec, EncodeOptions, Footage, Transform};
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::program::fetched;

pub const FILM: &str = "footage/vtest.avi";
pub const SIZE: (u32, u32) = (384, 288);
pub const FPS: u32 = 10;

/// 15 s of people walking about, ten pictures and one key frame a second.
pub fn people() -> Arc<Footage> {
    static PEOPLE: OnceLock<Arc<Footage>> = OnceLock::new();
    Arc::clone(PEOPLE.get_or_init(|| encode(&EncodeOptions { max_frames: Some(150), ..options() })))
}

/// The same place with nobody in it.
pub fn nobody() -> Arc<Footage> {
    static NOBODY: OnceLock<Arc<Footage>> = OnceLock::new();
    Arc::clone(NOBODY.get_or_init(|| {
        let transform = Transform::Quiet { seed: 1 };
        encode(&EncodeOptions { max_frames: Some(100), transform, ..options() })
    }))
}

/// How the film is encoded unless a test says otherwise.
pub fn options() -> EncodeOptions {
    EncodeOptions { fps: FPS, gop_frames: FPS, size: Some(SIZE), ..EncodeOptions::default() }
}

pub fn encode(options: &EncodeOptions) -> Arc<Footage> {
    Arc::new(Footage::encode(&fetched(FILM), options).expect("the film is encoded"))
}

/// Two seconds of a bright square that walks through a grey room.
pub fn square(codec: Codec, width: u32, height: u32) -> Arc<Footage> {
    let options = EncodeOptions { codec, fps: FPS, gop_frames: FPS, ..EncodeOptions::default() };
    Arc::new(Footage::walking_square(width, height, &options).expect("encoded"))
}

/// How many pictures a file decodes to by itself.
#[track_caller]
pub fn pictures(file: &Path) -> usize {
    gst::init().expect("GStreamer");
    let description = "filesrc name=file ! parsebin ! decodebin ! video/x-raw ! appsink name=sink sync=false";
    #[expect(clippy::disallowed_methods, reason = "a test's own, that of no camera")]
    let pipeline = gst::parse::launch(description).expect(description).downcast::<gst::Pipeline>().expect("a pipeline");
    pipeline.by_name("file").expect("file").set_property("location", file);
    let sink = pipeline.by_name("sink").and_downcast::<gst_app::AppSink>().expect("an appsink");
    // Where it does not start, the bus says why.
    let _ = pipeline.set_state(gst::State::Playing);
    let bus = pipeline.bus().expect("a bus");
    let mut count = 0;
    loop {
        if sink.try_pull_sample(gst::ClockTime::from_mseconds(50)).is_some() {
            count += 1;
        } else if sink.is_eos() {
            break;
        }
        if let Some(error) = bus.pop_filtered(&[gst::MessageType::Error]) {
            panic!("{}: {error:?}", file.display());
        }
    }
    pipeline.set_state(gst::State::Null).expect("stopped");
    count
}
