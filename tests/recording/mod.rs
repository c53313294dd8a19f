//! What tests of recording share: real footage made on the spot, an index in memory, a decoder.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, clippy::unwrap_used, reason = "only tests use it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use canhdem::base::chain::Digest;
use canhdem::base::{IdSource, SharedClock, Shutdown, SimClock, Timestamp};
use canhdem::intake::{AccessUnit, Codec};
use canhdem::record::boxes::Layout;
use canhdem::record::{
    CameraRecorder, Condemned, Deletion, DiskReport, Gone, IndexError, Keeping, Needed, Pictures, Recorder, Segment,
    SegmentIndex,
};
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// 20 pictures a second, so that times are whole milliseconds.
pub const FPS: u64 = 20;
pub const START: &str = "2026-02-17T01:30:00+07:00";

pub fn start() -> Timestamp {
    START.parse().expect("valid")
}

pub fn at_ms(ms: i64) -> Timestamp {
    start() + jiff::SignedDuration::from_millis(ms)
}

/// A data folder with its index.
pub struct Desk {
    pub dir: tempfile::TempDir,
    pub index: Arc<MemoryIndex>,
    pub reports: Arc<Mutex<Vec<DiskReport>>>,
}

impl Desk {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), index: Arc::default(), reports: Arc::default() }
    }

    pub fn recorder(&self) -> Recorder {
        self.recorder_with(1 << 30, Arc::new(SimClock::new(start())))
    }

    pub fn recorder_with(&self, quota_bytes: u64, clock: SharedClock) -> Recorder {
        self.recorder_keeping(Keeping::within(quota_bytes), clock)
    }

    pub fn recorder_keeping(&self, keeping: Keeping, clock: SharedClock) -> Recorder {
        let reports = Arc::clone(&self.reports);
        Recorder::start(
            self.dir.path().to_owned(),
            Arc::clone(&self.index) as Arc<dyn SegmentIndex>,
            keeping,
            clock,
            Box::new(move |report| reports.lock().unwrap().push(report)),
            IdSource::seeded(1),
        )
        .unwrap()
    }

    pub fn record(&self, units: &[AccessUnit]) -> Vec<Segment> {
        let recorder = self.recorder();
        let camera = recorder.camera("gate");
        push_all(&camera, units);
        camera.gap();
        recorder.finish();
        assert_eq!(camera.dropped(), 0);
        self.index.all().unwrap()
    }

    pub fn path(&self, segment: &Segment) -> std::path::PathBuf {
        self.dir.path().join(&segment.path)
    }
}

pub fn layout(path: &Path) -> Layout {
    Layout::read(&mut std::fs::File::open(path).unwrap()).unwrap()
}

#[derive(Default)]
pub struct MemoryIndex {
    pub rows: Mutex<Vec<Segment>>,
    pub needed: Mutex<Vec<Needed>>,
    pub kept: Mutex<Vec<Needed>>,
    pub moved: Mutex<Vec<Needed>>,
    pub condemned: Mutex<BTreeSet<Uuid>>,
    /// As each segment was first sealed.
    pub hashes: Mutex<BTreeMap<Uuid, Digest>>,
    pub given_up: Mutex<BTreeSet<Uuid>>,
    pub gone: Mutex<Vec<(Uuid, Gone)>>,
    /// Done once, when it hears of the next segment.
    pub at_put: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl SegmentIndex for MemoryIndex {
    fn appliance(&self) -> Uuid {
        Uuid::from_u128(7)
    }

    fn put(&self, segment: &Segment) -> Result<(), IndexError> {
        if let Some(work) = self.at_put.lock().unwrap().take() {
            work();
        }
        let mut rows = self.rows.lock().unwrap();
        rows.retain(|row| row.id != segment.id);
        rows.push(segment.clone());
        rows.sort_by_key(|row| (row.started_at, row.id));
        Ok(())
    }

    fn seal(&self, segment: &Segment, sha256: Digest) -> Result<(), IndexError> {
        self.hashes.lock().unwrap().entry(segment.id).or_insert(sha256);
        self.put(segment)
    }

    fn give_up(&self, ids: &[Uuid]) -> Result<(), IndexError> {
        self.given_up.lock().unwrap().extend(ids);
        Ok(())
    }

    fn condemn(&self, deletion: &Deletion, ids: &[Uuid]) -> Result<Condemned, IndexError> {
        let held = |kept: &&Needed| kept.from <= deletion.ends_at && kept.to >= deletion.removal.from;
        let held: Vec<_> = self.kept.lock().unwrap().iter().filter(held).cloned().collect();
        if !held.is_empty() {
            return Ok(Condemned::Held(held));
        }
        self.condemned.lock().unwrap().extend(ids);
        if ids.is_empty() {
            return Ok(Condemned::Nothing);
        }
        Ok(Condemned::Done(Pictures::default()))
    }

    fn condemned(&self) -> Result<BTreeSet<Uuid>, IndexError> {
        Ok(self.condemned.lock().unwrap().clone())
    }

    fn remove(&self, id: Uuid, gone: Gone) -> Result<(), IndexError> {
        self.gone.lock().unwrap().push((id, gone));
        self.rows.lock().unwrap().retain(|row| row.id != id);
        Ok(())
    }

    fn all(&self) -> Result<Vec<Segment>, IndexError> {
        Ok(self.rows.lock().unwrap().clone())
    }

    fn overlapping(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Segment>, IndexError> {
        let overlaps = |row: &&Segment| row.camera == camera && row.started_at < to && row.ends_at() > from;
        Ok(self.rows.lock().unwrap().iter().filter(overlaps).cloned().collect())
    }

    fn needed(&self) -> Result<Vec<Needed>, IndexError> {
        Ok(self.needed.lock().unwrap().clone())
    }

    fn kept(&self) -> Result<Vec<Needed>, IndexError> {
        Ok(self.kept.lock().unwrap().clone())
    }

    fn moved(&self, since: Timestamp) -> Result<Vec<Needed>, IndexError> {
        Ok(self.moved.lock().unwrap().iter().filter(|moved| moved.to >= since).cloned().collect())
    }
}

/// How footage is encoded.
#[derive(Debug, Clone, Copy)]
pub struct Footage {
    pub codec: Codec,
    pub width: u32,
    pub height: u32,
    pub seconds: u64,
    /// Pictures from key frame to key frame.
    pub gop: u64,
    pub b_frames: u32,
    /// Of a `videotestsrc`; `snow` makes much data.
    pub pattern: &'static str,
}

impl Footage {
    pub const H264: Self =
        Self { codec: Codec::H264, width: 160, height: 96, seconds: 24, gop: FPS, b_frames: 0, pattern: "ball" };

    /// Encoded and parsed as an intake gives it: length-prefixed, PTS, no DTS.
    pub fn units(self) -> Vec<AccessUnit> {
        let gop = self.gop;
        let encoder = match self.codec {
            Codec::H264 => format!(
                "x264enc speed-preset=ultrafast key-int-max={gop} bframes={} b-adapt=false b-pyramid={} option-string=scenecut=0:keyint-min={gop} \
                 ! h264parse ! video/x-h264,stream-format=avc,alignment=au",
                self.b_frames,
                self.b_frames > 1
            ),
            Codec::H265 => format!(
                "x265enc speed-preset=ultrafast key-int-max={gop} \
                 option-string=scenecut=0:min-keyint={gop}:open-gop=0:log-level=none:bframes={} \
                 ! h265parse ! video/x-h265,stream-format=hvc1,alignment=au",
                self.b_frames
            ),
        };
        let Self { width, height, pattern, .. } = self;
        let frames = self.seconds * FPS;
        let pipeline = pipeline(&format!(
            "videotestsrc num-buffers={frames} pattern={pattern} ! video/x-raw,format=I420,width={width},height={height},framerate={FPS}/1 \
             ! {encoder} ! appsink name=sink sync=false"
        ));
        let mut units = Vec::new();
        // x264enc shifts all times by 1000 h, to leave room for a DTS before zero.
        let mut origin = None;
        for_each_sample(&pipeline, |sample| {
            let mut buffer = sample.buffer_owned().expect("a buffer");
            let pts = buffer.pts().expect("a PTS");
            let origin = *origin.get_or_insert(pts);
            let pts = Duration::from_nanos((pts - origin).nseconds());
            let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
            buffer.make_mut().set_dts(None);
            units.push(AccessUnit {
                buffer,
                caps: sample.caps_owned().expect("caps"),
                codec: self.codec,
                key,
                pts,
                at: start() + pts,
            });
        });
        assert_eq!(units.len() as u64, frames);
        units
    }
}

pub fn push_all(camera: &CameraRecorder, units: &[AccessUnit]) {
    for unit in units {
        camera.push(unit);
    }
}

/// The same footage `by` later.
pub fn shifted(units: &[AccessUnit], by: Duration) -> Vec<AccessUnit> {
    units.iter().cloned().map(|unit| AccessUnit { pts: unit.pts + by, at: unit.at + by, ..unit }).collect()
}

/// Times of all pictures that a file decodes to by itself, in milliseconds.
pub fn decoded_ms(file: &Path) -> Vec<u64> {
    decoded(file).into_iter().map(|(ms, _)| ms).collect()
}

/// The same with the SHA-256 of each picture.
pub fn decoded(file: &Path) -> Vec<(u64, Digest)> {
    let location = file.display();
    let pipeline = pipeline(&format!(
        "filesrc location=\"{location}\" ! qtdemux ! parsebin ! decodebin ! video/x-raw ! appsink name=sink sync=false"
    ));
    let mut pictures = Vec::new();
    for_each_sample(&pipeline, |sample| {
        let buffer = sample.buffer().expect("a picture");
        let segment = sample.segment().expect("a segment").downcast_ref::<gst::ClockTime>().expect("in time");
        let ms = segment.to_stream_time(buffer.pts().expect("a PTS")).expect("within").mseconds();
        pictures.push((ms, Sha256::digest(buffer.map_readable().expect("mapped").as_slice()).into()));
    });
    pictures
}

#[expect(clippy::disallowed_methods, reason = "tests make their own pipelines")]
fn pipeline(description: &str) -> gst::Pipeline {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| gst::init().expect("GStreamer"));
    gst::parse::launch(description).expect(description).downcast().expect("a pipeline")
}

fn for_each_sample(pipeline: &gst::Pipeline, mut each: impl FnMut(&gst::Sample)) {
    let sink: gst_app::AppSink = pipeline.by_name("sink").expect("sink").downcast().expect("appsink");
    pipeline.set_state(gst::State::Playing).expect("playing");
    while let Ok(sample) = sink.pull_sample() {
        each(&sample);
    }
    let error = pipeline.bus().expect("a bus").pop_filtered(&[gst::MessageType::Error]);
    pipeline.set_state(gst::State::Null).expect("stopped");
    assert!(error.is_none(), "{error:?}");
}

/// Waits for what must come; the minute is only so that a failing test ends.
#[track_caller]
pub fn wait_until(mut condition: impl FnMut() -> bool) {
    let (_running, shutdown) = Shutdown::new();
    for _ in 0..12_000 {
        if condition() {
            return;
        }
        shutdown.wait(Duration::from_millis(5));
    }
    panic!("waited in vain");
}
