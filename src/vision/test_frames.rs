//! Frames of real footage for tests and benches: `vtest.avi` of Debian's `opencv-doc` (that library's
//! sample of a CCTV camera over a yard, 768x576, 10 frames a second), fetched by `make setup`.

use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;
use jiff::Timestamp;

use crate::decode::{Frame, PixelFormat};
use crate::vision::deps;

/// Pictures of `vtest.avi` as tightly packed I420 of `size`: `count` of them, every `step`-th.
#[expect(clippy::disallowed_methods, reason = "a test's own pipeline, without values of users")]
pub(crate) fn vtest(size: (u32, u32), step: usize, count: usize) -> Vec<Frame> {
    gst::init().expect("GStreamer");
    let path = deps::find(None, "footage", "vtest.avi").expect("vtest.avi: run `make setup`");
    let (width, height) = size;
    let text = format!(
        "filesrc name=file ! decodebin ! videoconvert ! videoscale method=lanczos ! \
         video/x-raw,format=I420,width={width},height={height} ! appsink name=frames sync=false max-buffers=4"
    );
    let pipeline = gst::parse::launch(&text).expect("pipeline").downcast::<gst::Pipeline>().expect("pipeline");
    pipeline.by_name("file").expect("named").set_property("location", &path);
    let sink = pipeline.by_name("frames").expect("named").downcast::<gst_app::AppSink>().expect("appsink");
    pipeline.set_state(gst::State::Playing).expect("playing");
    let samples = std::iter::from_fn(|| sink.pull_sample().ok());
    let frames = samples.step_by(step).take(count).map(|sample| frame(&sample)).collect();
    pipeline.set_state(gst::State::Null).expect("stopped");
    frames
}

fn frame(sample: &gst::Sample) -> Frame {
    let info = gst_video::VideoInfo::from_caps(sample.caps().expect("caps")).expect("raw video");
    let buffer = sample.buffer_owned().expect("buffer");
    let pts = buffer.pts().map_or(Duration::ZERO, Duration::from);
    let picture = gst_video::VideoFrame::from_buffer_readable(buffer, &info).expect("mapped");
    let mut data = Vec::new();
    for index in 0..3 {
        let rows = picture.comp_height(index) as usize;
        let columns = picture.comp_width(index) as usize;
        let stride = usize::try_from(picture.plane_stride()[index as usize]).expect("downwards");
        let plane = picture.plane_data(index).expect("plane");
        (0..rows).for_each(|y| data.extend_from_slice(&plane[y * stride..y * stride + columns]));
    }
    let at = Timestamp::UNIX_EPOCH + pts;
    Frame::from_bytes(data, PixelFormat::I420, (info.width(), info.height()), pts, at).expect("whole")
}

/// Red, green and blue of a frame that [`vtest`] gave.
pub(crate) fn rgb(frame: &Frame) -> Vec<u8> {
    let planes = frame.planes();
    let (blue, red) = (planes.second.expect("I420"), planes.third.expect("I420"));
    let mut pixels = Vec::with_capacity(3 * planes.width * planes.height);
    for y in 0..planes.height {
        for x in 0..planes.width {
            let luma = (f32::from(planes.first.row(y)[x]) - 16.0) * 1.164;
            let (cb, cr) = (f32::from(blue.row(y / 2)[x / 2]) - 128.0, f32::from(red.row(y / 2)[x / 2]) - 128.0);
            pixels.extend([luma + 1.596 * cr, luma - 0.392 * cb - 0.813 * cr, luma + 2.017 * cb].map(|v| v as u8));
        }
    }
    pixels
}
