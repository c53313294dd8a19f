//! A file's whole way from access units to alerts, as `canhdem replay` goes it, and its bare decoding.

use std::path::Path;
use std::time::Duration;

use canhdem::camera::ANALYSES_PER_SECOND;
use canhdem::camera::analyst::{Analyst, Eyes};
use canhdem::config::Config;
use canhdem::decode::gate::Gate;
use canhdem::decode::{Sighting, Watcher};
use canhdem::intake::LostReason;
use canhdem::vision::Detector;
use criterion::{Criterion, SamplingMode, criterion_group};
use gstreamer as gst;
use gstreamer::prelude::*;

use super::{cpu, footage, vision};

/// What a replay did.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub access_units: u64,
    pub decoded: u64,
    pub analysed: u64,
    /// Of whole pictures and close-ups.
    pub inferences: u64,
    pub alerts: u64,
}

pub(crate) fn replay(path: &Path, gate: Gate, detector: &Detector) -> Counts {
    let config = Config::for_replay();
    let mut analyst = Analyst::new(&config, &config.cameras[0], detector.clone(), Eyes::default(), Some(1));
    let mut watcher = Watcher::new(gate, ANALYSES_PER_SECOND);
    let mut counts = Counts::default();
    let intake = footage::open(path);
    let mut see = |analyst: &mut Analyst, sighting: &Sighting| {
        let analysis = analyst.see(sighting).expect("analysed");
        counts.analysed += 1;
        counts.alerts += u64::from(analysis.alert.is_some());
        analysis.busy
    };
    let mut now = footage::start();
    for item in intake.receiver() {
        match item {
            Ok(unit) => {
                now = unit.at;
                watcher.push(&unit, &mut |sighting| see(&mut analyst, &sighting)).expect("decoded");
                analyst.tick(now);
            }
            Err(lost) if lost.reason == LostReason::Ended => break,
            Err(lost) => panic!("{lost}"),
        }
    }
    watcher.finish(&mut |sighting| see(&mut analyst, &sighting)).expect("drained");
    let inferences = analyst.inferences();
    analyst.finish(now);
    let watched = watcher.counts();
    Counts { access_units: watched.access_units, decoded: watched.decoded, inferences, ..counts }
}

/// The least that decoding a file can cost: one thread of libav, pictures thrown away.
#[expect(clippy::disallowed_methods, reason = "a pipeline of constants, to compare with")]
pub(crate) fn decode_bare(path: &Path) {
    gst::init().expect("GStreamer");
    let text = "filesrc name=file ! qtdemux ! h264parse ! avdec_h264 max-threads=1 ! fakesink sync=false";
    let pipeline = gst::parse::launch(text).expect("parsed").downcast::<gst::Pipeline>().expect("a pipeline");
    pipeline.by_name("file").expect("named").set_property("location", path);
    pipeline.set_state(gst::State::Playing).expect("playing");
    let wanted = [gst::MessageType::Eos, gst::MessageType::Error];
    let last = pipeline.bus().expect("a bus").timed_pop_filtered(gst::ClockTime::NONE, &wanted).expect("the end");
    assert_eq!(last.type_(), gst::MessageType::Eos, "{last:?}");
    pipeline.set_state(gst::State::Null).expect("stopped");
}

/// Elements a second are pictures per CPU second.
fn excerpt(c: &mut Criterion<cpu::CpuTime>) {
    const PICTURES: usize = 100;
    let detector = vision::detector(&vision::manifest());
    let mut group = c.benchmark_group("replay, CPU time");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(cpu::pictures(PICTURES));
    for size in [footage::SUB, footage::OWN] {
        let path = footage::excerpt(size, PICTURES);
        let name = format!("{}x{}", size.0, size.1);
        group.bench_function(format!("bare decoding, {name}"), |b| b.iter(|| decode_bare(&path)));
        group.bench_function(format!("every picture decoded, {name}"), |b| {
            b.iter(|| replay(&path, Gate::always_awake(), &detector));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .with_measurement(cpu::CpuTime)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(8));
    targets = excerpt
}
