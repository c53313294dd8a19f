//! From planes to tracks. `session.run` is the calibration that the others are compared with.

use std::hint::black_box;
use std::time::Duration;

use canhdem::base::{IdSource, Rect};
use canhdem::decode::Frame;
use canhdem::track::Tracker;
use canhdem::vision::decoders::Decoder;
use canhdem::vision::model::Model;
use canhdem::vision::runtime::{Memory, Output, Session};
use canhdem::vision::tensor::{Placement, Tensor, gamma_for};
use canhdem::vision::{AttributeReader, Class, Detection, Detector, LOW_SCORE, Manifest, nms, pose};
use criterion::{Criterion, criterion_group};

use super::footage;

const MODEL: &str = "yolox-nano";

pub(crate) fn manifest() -> Manifest {
    Manifest::load(None).expect("manifest")
}

pub(crate) fn model(manifest: &Manifest) -> &Model {
    manifest.model(MODEL).expect("model")
}

pub(crate) fn session(manifest: &Manifest) -> Session {
    let bytes = manifest.read_model(model(manifest)).expect("no model: run `make setup`");
    Session::load(manifest, model(manifest), &bytes, Memory::Kept).expect("session")
}

pub(crate) fn detector(manifest: &Manifest) -> Detector {
    Detector::load(manifest, MODEL, LOW_SCORE, 1).expect("no model: run `make setup`")
}

pub(crate) fn whole(frame: &Frame) -> Rect {
    Rect::new(0.0, 0.0, frame.width as f32, frame.height as f32)
}

/// What `Detector::detect` does before the model.
pub(crate) fn prepare(tensor: &mut Tensor, frame: &Frame, region: Rect, model: &Model) -> Placement {
    let planes = frame.planes();
    let placement = Placement::new(region, (planes.width, planes.height), &model.input).expect("within");
    tensor.fill(&planes, &placement, &model.input, gamma_for(&planes, &placement)).expect("whole");
    placement
}

/// The model's answer to a picture, kept.
pub(crate) fn answer(session: &mut Session, tensor: &Tensor) -> (Vec<i64>, Vec<f32>) {
    session.run(&tensor.values, |outputs| (outputs[0].shape.to_vec(), outputs[0].data.to_vec())).expect("run")
}

/// What `Detector::detect` does after it.
pub(crate) fn read(decoder: &Decoder, (shape, data): &(Vec<i64>, Vec<f32>), placement: &Placement) -> Vec<Detection> {
    let found = decoder.decode(&[Output { shape, data }], LOW_SCORE).expect("decoded");
    let mut found = nms::suppress(found, nms::SAME_IOU);
    for detection in &mut found {
        detection.bbox = placement.to_frame(detection.bbox);
    }
    found
}

fn tensor(c: &mut Criterion) {
    let manifest = manifest();
    let model = model(&manifest);
    let mut group = c.benchmark_group("tensor");
    for size in [footage::SUB, footage::OWN, footage::MAIN] {
        let frame = &footage::frames(size, 1, 1)[0];
        let mut fill = |name: String, region: Rect| {
            let mut tensor = Tensor::default();
            group.bench_function(name, |b| b.iter(|| black_box(prepare(&mut tensor, frame, region, model))));
        };
        fill(format!("{}x{}", size.0, size.1), whole(frame));
        if size == footage::MAIN {
            fill("close-up of 320 in 1920x1080".to_owned(), Rect::new(800.0, 400.0, 320.0, 320.0));
        }
    }
    group.finish();
}

fn inference(c: &mut Criterion) {
    let manifest = manifest();
    let mut session = session(&manifest);
    let frame = &footage::frames(footage::OWN, 1, 1)[0];
    let mut tensor = Tensor::default();
    let placement = prepare(&mut tensor, frame, whole(frame), model(&manifest));
    c.bench_function("session.run", |b| b.iter(|| session.run(&tensor.values, |outputs| outputs.len())));

    let answer = answer(&mut session, &tensor);
    let decoder = Decoder::new(model(&manifest).detector().expect("a detector"), &model(&manifest).input);
    c.bench_function("decode of outputs and suppression", |b| b.iter(|| read(&decoder, &answer, &placement)));
}

/// All of it through the detector's queue and threads, then the tracker alone on what it found.
fn pipeline(c: &mut Criterion) {
    let detector = detector(&manifest());
    let frames = footage::frames(footage::OWN, 5, 50);
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
            tracker.update(at, turn.next().expect("endless"), footage::OWN)
        });
    });
}

/// One person of the yard: where its joints are, and, once there are models of attributes, all that is read of it.
fn persons(c: &mut Criterion) {
    let manifest = manifest();
    let frame = footage::frames(footage::OWN, 5, 1).remove(0);
    let seen = detector(&manifest).detect(&frame, &[]).expect("detected").detections;
    let person = seen.iter().find(|found| found.class == Class::Person).expect("somebody is there").bbox;

    let model = manifest.model("movenet-lightning").expect("model");
    let bytes = manifest.read_model(model).expect("no model: run `make setup`");
    let mut session = Session::load(&manifest, model, &bytes, Memory::GivenBack).expect("session");
    let (planes, mut tensor) = (frame.planes(), Tensor::default());
    c.bench_function("pose of a person", |b| {
        b.iter(|| {
            let size = (planes.width, planes.height);
            let placement = Placement::crop(pose::region(person), size, &model.input).expect("within");
            tensor.fill(&planes, &placement, &model.input, None).expect("whole");
            let read = |outputs: &[Output<'_>]| pose::decode(outputs, &placement, model.input.width).expect("a pose");
            session.run(&tensor.values, read).expect("run")
        });
    });
    if let Some(reader) = AttributeReader::load(&manifest).expect("no model: run `make setup`") {
        c.bench_function("reader.look at a person", |b| b.iter(|| reader.look(&frame, person).expect("looked")));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = tensor, inference, pipeline, persons
}
