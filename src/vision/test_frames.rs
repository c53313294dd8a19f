//! Frames of real footage for tests and benches: `vtest.avi` of Debian's `opencv-doc` (that library's
//! sample of a CCTV camera over a yard, 768x576, 10 frames a second), fetched by `make setup`.

use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;
use jiff::Timestamp;

use crate::base::Rect;
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

/// A person drawn of discs on a slope of colours, 192 × 192, that pose models take for one: 0 stands with arms hanging,
/// 1 has them raised. Whole numbers only, so that every machine draws the same.
pub(crate) fn figure(kind: usize) -> Frame {
    const SKIN: [u8; 3] = [205, 160, 130];
    const COAT: [u8; 3] = [150, 40, 40];
    const LEGS: [u8; 3] = [40, 50, 90];
    const HAIR: [u8; 3] = [40, 30, 25];
    type Limb = (i32, i32, i32, i32, i32, [u8; 3]);
    let limbs: [[Limb; 9]; 2] = [
        [
            (86, 96, 80, 130, 9, LEGS),
            (80, 130, 78, 166, 8, LEGS),
            (106, 96, 112, 130, 9, LEGS),
            (112, 130, 114, 166, 8, LEGS),
            (96, 66, 96, 92, 20, COAT),
            (76, 62, 64, 86, 7, COAT),
            (64, 86, 58, 108, 6, COAT),
            (116, 62, 128, 86, 7, COAT),
            (128, 86, 134, 108, 6, COAT),
        ],
        [
            (80, 110, 70, 140, 9, LEGS),
            (70, 140, 60, 172, 8, LEGS),
            (98, 110, 106, 140, 9, LEGS),
            (106, 140, 112, 172, 8, LEGS),
            (90, 78, 90, 104, 20, COAT),
            (70, 74, 50, 58, 7, COAT),
            (50, 58, 44, 34, 6, COAT),
            (110, 74, 134, 84, 7, COAT),
            (134, 84, 150, 66, 6, COAT),
        ],
    ];
    let hands_and_head: [[(i32, i32, i32, [u8; 3]); 6]; 2] = [
        [
            (58, 112, 6, SKIN),
            (134, 112, 6, SKIN),
            (96, 38, 15, HAIR),
            (96, 42, 12, SKIN),
            (91, 40, 2, HAIR),
            (101, 40, 2, HAIR),
        ],
        [
            (44, 30, 6, SKIN),
            (152, 62, 6, SKIN),
            (92, 50, 15, HAIR),
            (95, 54, 12, SKIN),
            (92, 52, 2, HAIR),
            (101, 52, 2, HAIR),
        ],
    ];
    let along = |from: i32, to: i32, step: i32| from + ((to - from) * step).div_euclid(16);
    let limbs = limbs[kind].iter().flat_map(|&(x0, y0, x1, y1, radius, color)| {
        (0..=16).map(move |step| (along(x0, x1, step), along(y0, y1, step), radius, color))
    });
    let discs: Vec<_> = limbs.chain(hands_and_head[kind]).collect();
    let mut pixels = Vec::with_capacity(3 * 192 * 192);
    for (y, x) in (0..192_i32).flat_map(|y| (0..192_i32).map(move |x| (y, x))) {
        let covers = |&&(cx, cy, radius, _): &&(i32, i32, i32, [u8; 3])| {
            (x - cx) * (x - cx) + (y - cy) * (y - cy) <= radius * radius
        };
        let ground = [100 + x / 4, 110 + y / 4, 120].map(|value| value as u8);
        pixels.extend(discs.iter().rev().find(covers).map_or(ground, |disc| disc.3));
    }
    Frame::from_bytes(pixels, PixelFormat::Rgb, (192, 192), Duration::ZERO, Timestamp::UNIX_EPOCH).expect("whole")
}

/// The box of a drawn [`figure`].
pub(crate) fn figure_box(kind: usize) -> Rect {
    if kind == 0 { Rect::new(52.0, 23.0, 88.0, 151.0) } else { Rect::new(38.0, 24.0, 120.0, 156.0) }
}
