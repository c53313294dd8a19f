//! What every camera does all night: the gate, and motion on the pictures it looks at. And what the
//! page asks for: a still picture.

use std::hint::black_box;
use std::time::Duration;

use canhdem::base::Rect;
use canhdem::decode::gate::{Gate, Step};
use canhdem::decode::{Decoder, Frame, Masks, MotionFinder, jpeg};
use criterion::{Criterion, criterion_group};

use super::{cpu, footage};

/// What the gate is told of an access unit.
pub(crate) struct Passing {
    pts: Duration,
    key: bool,
    size_bytes: usize,
    /// Whether its picture, if it is looked at, shows motion.
    moving: bool,
}

/// The whole film as the gate sees it.
pub(crate) fn passing(size: (u32, u32)) -> Vec<Passing> {
    let units = footage::units(&footage::film(size));
    let mut decoder = Decoder::new(units[0].codec, &units[0].caps, &Masks::none()).expect("decoder");
    let mut motion = MotionFinder::default();
    let tell = |unit: &canhdem::intake::AccessUnit| {
        let frames = decoder.push(unit).expect("decoded");
        let moving = frames.iter().any(|frame: &Frame| !motion.find(frame).is_empty());
        Passing { pts: unit.pts, key: unit.key, size_bytes: unit.size_bytes(), moving }
    };
    units.iter().map(tell).collect()
}

/// A gate's way through the film; returns how many units it let through.
pub(crate) fn pass(film: &[Passing]) -> usize {
    let mut gate = Gate::new();
    let mut opened = 0;
    for unit in film {
        if gate.on_access_unit(unit.pts, unit.key, unit.size_bytes) != Step::Keep {
            gate.on_picture(unit.pts, unit.moving);
            opened += 1;
        }
    }
    opened
}

fn gate(c: &mut Criterion) {
    let film = passing(footage::SUB);
    let mut group = c.benchmark_group("gate");
    group.throughput(cpu::pictures(film.len()));
    group.bench_function("access units of the film", |b| b.iter(|| pass(black_box(&film))));
    group.finish();
}

fn motion(c: &mut Criterion) {
    let mut group = c.benchmark_group("motion");
    for size in [footage::SUB, footage::OWN, footage::MAIN] {
        let frames = footage::frames(size, 5, 20);
        let mut turn = frames.iter().cycle();
        let mut finder = MotionFinder::default();
        group.bench_function(format!("{}x{}", size.0, size.1), |b| {
            b.iter(|| finder.find(turn.next().expect("endless")));
        });
    }
    group.finish();
}

fn snapshot(c: &mut Criterion) {
    let mut group = c.benchmark_group("jpeg");
    let person = [Rect::new(200.0, 150.0, 40.0, 100.0)];
    for size in [footage::SUB, footage::OWN, footage::MAIN] {
        let frame = &footage::frames(size, 1, 1)[0];
        group.bench_function(format!("with a box, {}x{}", size.0, size.1), |b| {
            b.iter(|| jpeg::encode_with_boxes(frame, &person, None, jpeg::QUALITY));
        });
        if size == footage::MAIN {
            group.bench_function("1920x1080 scaled to 640", |b| {
                b.iter(|| jpeg::encode(frame, Some(640), jpeg::QUALITY));
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = gate, motion, snapshot
}
