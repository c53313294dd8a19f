//! From planes to tracks, on real frames: `vtest.avi` of Debian's `opencv-doc` (that library's sample of a
//! CCTV camera over a yard; its licence is the library's, Apache-2.0), fetched by `make setup`, scaled to
//! the sizes of cameras' streams. `session.run` is the calibration that the others are compared with.

use std::hint::black_box;
use std::time::Duration;

use canhdem::base::{IdSource, Rect};
use canhdem::decode;
use canhdem::track::Tracker;
use canhdem::vision::decoders::Decoder;
use canhdem::vision::runtime::{Output, Session};
use canhdem::vision::tensor::{Placement, Tensor, gamma_for};
use canhdem::vision::{self, Detection, Detector, LOW_SCORE, Manifest, nms};
use criterion::{Criterion, criterion_group, criterion_main};

#[path = "../src/vision/test_frames.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod test_frames;

use test_frames::vtest;

const MODEL: &str = "yolox-nano";

/// The plane-to-tensor pass alone, for a sub-stream, the clip's own size and a main stream.
fn tensor(c: &mut Criterion) {
    let manifest = Manifest::load(None).expect("manifest");
    let input = &manifest.model(MODEL).expect("model").input;
    let mut group = c.benchmark_group("tensor");
    for size in [(640, 360), (768, 576), (1920, 1080)] {
        let frame = &vtest(size, 1, 1)[0];
        let mut fill = |name: String, region: Rect| {
            let mut tensor = Tensor::default();
            group.bench_function(name, |b| {
                b.iter(|| {
                    let planes = frame.planes();
                    let placement = Placement::new(region, (planes.width, planes.height), input).expect("within");
                    tensor.fill(&planes, &placement, input, gamma_for(&planes, &placement)).expect("whole");
                    black_box(&tensor.values);
                });
            });
        };
        fill(format!("{}x{}", size.0, size.1), Rect::new(0.0, 0.0, size.0 as f32, size.1 as f32));
        if size.0 == 1920 {
            fill("close-up of 320 in 1920x1080".to_owned(), Rect::new(800.0, 400.0, 320.0, 320.0));
        }
    }
    group.finish();
}

/// The bare session, and the reading of what it gives.
fn model(c: &mut Criterion) {
    let manifest = Manifest::load(None).expect("manifest");
    let model = manifest.model(MODEL).expect("model");
    let bytes = manifest.read_model(model).expect("run `make setup`");
    let mut session = Session::load(&manifest, model, &bytes).expect("session");
    let frame = &vtest((768, 576), 1, 1)[0];
    let planes = frame.planes();
    let whole = Rect::new(0.0, 0.0, 768.0, 576.0);
    let placement = Placement::new(whole, (768, 576), &model.input).expect("within");
    let mut tensor = Tensor::default();
    tensor.fill(&planes, &placement, &model.input, None).expect("whole");
    c.bench_function("session.run", |b| b.iter(|| session.run(&tensor.values, |outputs| outputs.len())));

    let keep = |outputs: &[Output<'_>]| (outputs[0].shape.to_vec(), outputs[0].data.to_vec());
    let (shape, data) = session.run(&tensor.values, keep).expect("run");
    let decoder = Decoder::new(model);
    c.bench_function("decode and suppress", |b| {
        b.iter(|| {
            let output = Output { shape: &shape, data: &data };
            nms::suppress(decoder.decode(&[output], LOW_SCORE).expect("decoded"), nms::SAME_IOU)
        });
    });
}

/// All of it through the detector's queue and threads, then the tracker alone on what it found.
fn pipeline(c: &mut Criterion) {
    let manifest = Manifest::load(None).expect("manifest");
    let detector = Detector::load(&manifest, MODEL, LOW_SCORE, 1).expect("run `make setup`");
    let frames = vtest((768, 576), 2, 50);
    let mut turn = frames.iter().cycle();
    c.bench_function("detector.detect 768x576", |b| {
        b.iter(|| detector.detect(turn.next().expect("endless"), &[]).expect("detected"));
    });

    let seen: Vec<Vec<Detection>> =
        frames.iter().map(|frame| detector.detect(frame, &[]).expect("detected").detections).collect();
    let mut tracker = Tracker::new(0.35, IdSource::seeded(1));
    let (mut at, mut turn) = (frames[0].at, seen.iter().cycle());
    c.bench_function("tracker.update, about nine persons", |b| {
        b.iter(|| {
            at += Duration::from_millis(200);
            tracker.update(at, turn.next().expect("endless"), (768, 576))
        });
    });
}

criterion_group!(benches, tensor, model, pipeline);
criterion_main!(benches);
