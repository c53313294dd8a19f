//! Real encoded streams for tests, made on the spot.

use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use crate::base::{Rect, Timestamp};
use crate::intake::{AccessUnit, Codec};

pub(crate) const FPS: u32 = 25;

/// How a test stream is encoded.
#[derive(Clone, Copy)]
pub(crate) struct Encoding {
    pub gop: u32,
    pub b_frames: u32,
    pub size: (u32, u32),
}

/// `pictures` of a dark noisy scene at 25 a second; `bright` puts a bright box into picture n.
pub(crate) fn encode(encoding: Encoding, pictures: u32, bright: impl Fn(u32) -> Option<Rect>) -> Vec<AccessUnit> {
    gst::init().expect("GStreamer");
    let (width, height) = encoding.size;
    let launch = format!(
        "appsrc name=in format=time caps=video/x-raw,format=I420,width={width},height={height},framerate={FPS}/1 \
         ! x264enc key-int-max={} bframes={} option-string=scenecut=0 speed-preset=ultrafast pass=qual quantizer=24 \
         threads=1 ! h264parse ! video/x-h264,stream-format=avc,alignment=au ! appsink name=out sync=false",
        encoding.gop, encoding.b_frames
    );
    #[expect(clippy::disallowed_methods, reason = "a test's own stream")]
    let bin = gst::parse::bin_from_description(&launch, false).expect("launch line");
    let pipeline = gst::Pipeline::new();
    pipeline.add(&bin).expect("added");
    let input = bin.by_name("in").and_downcast::<gst_app::AppSrc>().expect("appsrc");
    let output = bin.by_name("out").and_downcast::<gst_app::AppSink>().expect("appsink");
    pipeline.set_state(gst::State::Playing).expect("plays");
    for index in 0..pictures {
        let mut buffer = gst::Buffer::from_mut_slice(draw(index, width as usize, height as usize, bright(index)));
        buffer.make_mut().set_pts(frame_time(index));
        input.push_buffer(buffer).expect("pushed");
    }
    input.end_of_stream().expect("ended");
    let mut first = None;
    let mut units = Vec::new();
    while let Ok(sample) = output.pull_sample() {
        let buffer = sample.buffer_owned().expect("buffer");
        let pts = Duration::from(buffer.pts().expect("pts"));
        let pts = pts.saturating_sub(*first.get_or_insert(pts));
        units.push(AccessUnit {
            key: !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT),
            caps: sample.caps_owned().expect("caps"),
            codec: Codec::H264,
            at: Timestamp::UNIX_EPOCH + pts,
            buffer,
            pts,
        });
    }
    pipeline.set_state(gst::State::Null).expect("stops");
    units
}

pub(crate) fn frame_time(index: u32) -> gst::ClockTime {
    gst::ClockTime::SECOND * u64::from(index) / u64::from(FPS)
}

fn draw(index: u32, width: usize, height: usize, bright: Option<Rect>) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(u64::from(index));
    let mut data = vec![128; width * height * 3 / 2];
    for (position, luma) in data[..width * height].iter_mut().enumerate() {
        let (x, y) = ((position % width) as f32, (position / width) as f32);
        let inside = bright.is_some_and(|b| x >= b.x && x < b.right() && y >= b.y && y < b.bottom());
        *luma = (if inside { 120 } else { 40 }) + random.u8(..6);
    }
    data
}
