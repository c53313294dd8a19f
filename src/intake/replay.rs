//! A file instead of a camera: every picture, as fast as it is taken.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{SendTimeoutError, Sender};
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::deliver::{Packer, Stamp, count};
use super::diagnose;
use super::{Counts, Intake, IntakeOptions, Item, Lost, LostReason, Overflow, chain};
use crate::base::SharedClock;
use crate::base::worker::Worker;

const DESCRIPTION: &str = include_str!("../../pipelines/intake-file.launch");
const H264: &str = include_str!("../../pipelines/intake-file-h264.launch");
const H265: &str = include_str!("../../pipelines/intake-file-h265.launch");
const TRANSCODE: &str = include_str!("../../pipelines/intake-file-transcode.launch");

/// How often a reader that waits looks whether it should stop.
const POLL: Duration = Duration::from_millis(20);
/// After damage, what was read before it still comes; this long without any means that was all.
const DRAIN_POLLS: u32 = 100;
/// Key frames of a transcoded file whose frame rate is not known.
const DEFAULT_GOP_FRAMES: u32 = 25;

pub(super) fn open(path: &Path, clock: &SharedClock, options: &IntakeOptions) -> Result<Intake, Lost> {
    // GStreamer's own words for this do not name the file.
    std::fs::File::open(path)
        .map_err(|error| Lost::new(LostReason::NoSuchStream, format!("{}: {error}", path.display())))?;
    let pipeline = chain::pipeline(DESCRIPTION)?;
    chain::element(&pipeline, "file")?.set_property("location", path);
    let video = Arc::new(Mutex::new(Video::Awaited));
    link_video(&chain::element(&pipeline, "demux")?, &pipeline, &video);

    let (sender, receiver) = crossbeam_channel::bounded(options.queue_len.max(1));
    let counts = Arc::new(Counts::default());
    let closing = Arc::new(AtomicBool::new(false));
    let reader = Reader {
        sink: chain::sink(&pipeline)?,
        bus: pipeline.bus().ok_or_else(|| Lost::new(LostReason::Unsupported, "the pipeline has no bus"))?,
        path: path.to_owned(),
        packer: Packer::new(Stamp::From(options.file_start.unwrap_or_else(|| clock.now()))),
        overflow: options.overflow,
        video,
        sender,
        counts: Arc::clone(&counts),
        closing: Arc::clone(&closing),
        delivered: 0,
        skipping: false,
    };
    let what = path.display().to_string();
    let mut intake = Intake { pipeline, receiver, counts, closing, reader: None, what };
    // If it fails at once, the bus says why, and the reader reads that.
    let _ = intake.pipeline.set_state(gst::State::Playing);
    let worker = Worker::spawn("intake-file", move || reader.run())
        .map_err(|error| Lost::new(LostReason::Broken, format!("no thread to read {}: {error}", path.display())))?;
    intake.reader = Some(worker);
    Ok(intake)
}

#[derive(Debug, Clone, PartialEq)]
enum Video {
    Awaited,
    Linked,
    Missing,
    Refused(Lost),
}

fn set(video: &Mutex<Video>, to: Video) {
    *video.lock().unwrap_or_else(PoisonError::into_inner) = to;
}

fn get(video: &Mutex<Video>) -> Video {
    video.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Takes the first video that the demuxer finds.
fn link_video(demux: &gst::Element, pipeline: &gst::Pipeline, video: &Arc<Mutex<Video>>) {
    let (found, pipeline) = (Arc::clone(video), pipeline.downgrade());
    demux.connect_pad_added(move |_, pad| {
        let Some(pipeline) = pipeline.upgrade() else { return };
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let Some(structure) = caps.structure(0) else { return };
        if get(&found) != Video::Awaited {
            return;
        }
        let linked = match structure.name().as_str() {
            "video/x-h264" => chain::insert(&pipeline, pad, H264, |_| {}),
            "video/x-h265" => chain::insert(&pipeline, pad, H265, |_| {}),
            name if name.starts_with("video/") || name.starts_with("image/") => {
                let gop_frames = frames_in_a_second(structure);
                chain::insert(&pipeline, pad, TRANSCODE, |bin| configure_transcoder(bin, gop_frames))
            }
            _ => return,
        };
        set(&found, linked.map_or_else(Video::Refused, |()| Video::Linked));
    });
    let found = Arc::clone(video);
    demux.connect_no_more_pads(move |_| {
        if get(&found) == Video::Awaited {
            set(&found, Video::Missing);
        }
    });
}

fn frames_in_a_second(structure: &gst::StructureRef) -> u32 {
    structure
        .get::<gst::Fraction>("framerate")
        .ok()
        .filter(|rate| rate.numer() > 0 && rate.denom() > 0)
        .and_then(|rate| u32::try_from((rate.numer() + rate.denom() / 2) / rate.denom()).ok())
        .map_or(DEFAULT_GOP_FRAMES, |frames| frames.clamp(1, 300))
}

/// A key frame a second, and decoders on one thread: the same file gives the same access units.
fn configure_transcoder(bin: &gst::Bin, gop_frames: u32) {
    if let Some(encoder) = bin.by_name("encoder") {
        encoder.set_property("key-int-max", gop_frames);
    }
    bin.connect_deep_element_added(|_, _, element| {
        if element.has_property_with_type("max-threads", i32::static_type()) {
            element.set_property("max-threads", 1_i32);
        }
    });
}

struct Reader {
    sink: gst_app::AppSink,
    bus: gst::Bus,
    path: PathBuf,
    packer: Packer,
    overflow: Overflow,
    video: Arc<Mutex<Video>>,
    sender: Sender<Item>,
    counts: Arc<Counts>,
    closing: Arc<AtomicBool>,
    delivered: u64,
    skipping: bool,
}

impl Reader {
    fn run(mut self) {
        if let Some(lost) = self.read() {
            self.send(Err(lost));
        }
    }

    /// Until the end of the file; `None` when told to stop.
    fn read(&mut self) -> Option<Lost> {
        let mut damage = None;
        let mut idle_polls = 0;
        let poll = gst::ClockTime::from_nseconds(u64::try_from(POLL.as_nanos()).unwrap_or(u64::MAX));
        while !self.closing.load(Ordering::Relaxed) {
            while let Some(message) = self.bus.pop() {
                if let gst::MessageView::Error(error) = message.view() {
                    damage.get_or_insert_with(|| diagnose::file(error, &self.path, self.delivered));
                }
            }
            if let Some(sample) = self.sink.try_pull_sample(poll) {
                idle_polls = 0;
                if let Some(unit) = self.packer.pack(&sample)
                    && !self.deliver(unit)
                {
                    return None;
                }
                continue;
            }
            idle_polls += 1;
            match get(&self.video) {
                _ if self.sink.is_eos() => return Some(damage.unwrap_or_else(|| self.ended())),
                Video::Refused(lost) => return Some(self.named(&lost)),
                Video::Missing | Video::Awaited if damage.is_some() => return damage,
                Video::Missing => return Some(self.ended()),
                Video::Linked if damage.is_some() && idle_polls > DRAIN_POLLS => return damage,
                Video::Linked | Video::Awaited => {}
            }
        }
        None
    }

    fn ended(&self) -> Lost {
        let path = self.path.display();
        if self.delivered > 0 {
            Lost::new(LostReason::Ended, format!("{path}: end of file after {} pictures", self.delivered))
        } else {
            Lost::new(LostReason::NoVideo, format!("{path}: no picture in it that can be decoded"))
        }
    }

    fn named(&self, lost: &Lost) -> Lost {
        Lost::new(lost.reason, format!("{}: {}", self.path.display(), lost.detail))
    }

    /// False when told to stop.
    fn deliver(&mut self, unit: super::AccessUnit) -> bool {
        if self.overflow == Overflow::Drop {
            self.skipping = self.sender.is_full() || (self.skipping && !unit.key);
            if self.skipping {
                count(&self.counts.dropped);
                return true;
            }
        }
        self.delivered += 1;
        self.send(Ok(unit))
    }

    /// Waits for room; false when told to stop.
    fn send(&self, mut item: Item) -> bool {
        while !self.closing.load(Ordering::Relaxed) {
            match self.sender.send_timeout(item, POLL) {
                Ok(()) => return true,
                Err(SendTimeoutError::Timeout(back)) => item = back,
                Err(SendTimeoutError::Disconnected(_)) => return false,
            }
        }
        false
    }
}
