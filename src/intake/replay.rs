//! A file instead of a camera: every picture, as fast as it is taken.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{SendTimeoutError, Sender};
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_video::DownstreamForceKeyUnitEvent;

use super::deliver::{Packer, Stamp, count};
use super::diagnose;
use super::{Connection, Counts, Intake, IntakeOptions, Item, Lost, LostReason, Overflow, Reading, chain};
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
/// A file may end this much earlier than it says; rounding and sound that is longer do that.
const CUT_TOLERANCE: gst::ClockTime = gst::ClockTime::from_seconds(1);
/// A file whose demuxer has found nothing by then holds nothing.
const START_LIMIT: Duration = Duration::from_secs(5);
/// In a file that is encoded anew.
const KEY_EVERY: gst::ClockTime = gst::ClockTime::SECOND;

pub(super) fn open(path: &Path, clock: &SharedClock, options: &IntakeOptions) -> Result<Intake, Lost> {
    // GStreamer's own words for this do not name the file.
    let refuse =
        |why: &dyn std::fmt::Display| Lost::new(LostReason::NoSuchStream, format!("{}: {why}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| refuse(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(refuse(&"a folder, not a file"));
    }
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
    // If it fails at once, the bus says why, and the reader reads that.
    let _ = pipeline.set_state(gst::State::Playing);
    let reader = match Worker::spawn("intake-file", move || reader.run()) {
        Ok(reader) => reader,
        Err(error) => {
            super::stop(&pipeline, &what);
            return Err(Lost::new(LostReason::Broken, format!("no thread to read {what}: {error}")));
        }
    };
    let connection = Connection::Reading(Reading { pipeline, closing, reader: Some(reader) });
    Ok(Intake { connection, receiver, counts, what })
}

#[derive(Debug, Clone, PartialEq)]
enum Video {
    Awaited,
    /// There are streams, but none with pictures so far.
    Other,
    /// Nor will there be.
    Missing,
    Linked,
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
        if matches!(get(&found), Video::Linked | Video::Refused(_)) {
            return;
        }
        let linked = match structure.name().as_str() {
            "video/x-h264" => chain::insert(&pipeline, pad, H264, |_| {}),
            "video/x-h265" => chain::insert(&pipeline, pad, H265, |_| {}),
            name if name.starts_with("video/") || name.starts_with("image/") => {
                chain::insert(&pipeline, pad, TRANSCODE, configure_transcoder)
            }
            _ => return set(&found, Video::Other),
        };
        set(&found, linked.map_or_else(Video::Refused, |()| Video::Linked));
    });
    let found = Arc::clone(video);
    demux.connect_no_more_pads(move |_| {
        if matches!(get(&found), Video::Awaited | Video::Other) {
            set(&found, Video::Missing);
        }
    });
}

/// A key frame a second whatever the frame rate, and decoders on one thread: the same file gives the
/// same access units.
fn configure_transcoder(bin: &gst::Bin) {
    bin.connect_deep_element_added(|_, _, element| {
        if element.has_property_with_type("max-threads", i32::static_type()) {
            element.set_property("max-threads", 1_i32);
        }
    });
    let Some(pad) = bin.by_name("encoder").and_then(|encoder| encoder.static_pad("sink")) else { return };
    let next_key = Mutex::new(gst::ClockTime::ZERO);
    pad.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
        let mut next_key = next_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pts) = info.buffer().and_then(|buffer| buffer.pts())
            && pts >= *next_key
        {
            *next_key = pts + KEY_EVERY;
            pad.send_event(DownstreamForceKeyUnitEvent::builder().all_headers(true).build());
        }
        gst::PadProbeReturn::Ok
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
        let mut idle_polls = 0_u32;
        let poll = gst::ClockTime::from_nseconds(u64::try_from(POLL.as_nanos()).unwrap_or(u64::MAX));
        while !self.closing.load(Ordering::Relaxed) {
            while let Some(message) = self.bus.pop() {
                if let gst::MessageView::Error(error) = message.view() {
                    damage.get_or_insert_with(|| diagnose::file(error, &self.path, self.delivered));
                }
            }
            if let Some(sample) = self.sink.try_pull_sample(poll) {
                idle_polls = 0;
                if let Some(unit) = self.packer.pack_sample(&sample)
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
                Video::Missing => return Some(self.ended()),
                // The demuxer calls it an error, too, that nobody takes the sound.
                Video::Other if damage.is_some() => return Some(self.ended()),
                Video::Awaited if damage.is_some() => return damage,
                Video::Linked if damage.is_some() && idle_polls > DRAIN_POLLS => return damage,
                // GStreamer may lose the error of a demuxer that fails while it starts.
                Video::Awaited if POLL * idle_polls >= START_LIMIT => return Some(self.unreadable()),
                Video::Linked | Video::Awaited | Video::Other => {}
            }
        }
        None
    }

    fn unreadable(&self) -> Lost {
        Lost::new(LostReason::Broken, format!("{}: nothing in it can be read as video", self.path.display()))
    }

    fn ended(&self) -> Lost {
        let path = self.path.display();
        if let Some((end, announced)) = self.cut_short() {
            let text = format!("{path}: ends after {end:.1} s of {announced:.1} s: the file is truncated");
            Lost::new(LostReason::Broken, text)
        } else if let Some(missing) = missing_of_riff(&self.path) {
            let text = format!("{path}: {missing} bytes are missing at its end: the file is truncated");
            Lost::new(LostReason::Broken, text)
        } else if self.delivered > 0 {
            Lost::new(LostReason::Ended, format!("{path}: end of file after {} pictures", self.delivered))
        } else {
            Lost::new(LostReason::NoVideo, format!("{path}: no picture in it that can be decoded"))
        }
    }

    /// Where the pictures end and where the file says that they do, in seconds, if the two are far
    /// apart: demuxers pass over a missing end in silence.
    fn cut_short(&self) -> Option<(f64, f64)> {
        let announced = self.sink.query_duration::<gst::ClockTime>()?;
        let end = self.packer.end()?;
        let tolerance = CUT_TOLERANCE.max(announced / 20);
        let seconds = |time: gst::ClockTime| Duration::from(time).as_secs_f64();
        (end + tolerance < announced).then(|| (seconds(end), seconds(announced)))
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

/// Bytes that an AVI file lacks: its demuxer makes do with what is there and says nothing. Zero in
/// the header means that it was never finished, and nothing can be said.
fn missing_of_riff(path: &Path) -> Option<u64> {
    let mut file = std::fs::File::open(path).ok()?;
    let mut head = [0; 12];
    file.read_exact(&mut head).ok()?;
    let [b'R', b'I', b'F', b'F', a, b, c, d, b'A', b'V', b'I', b' '] = head else { return None };
    let announced = u64::from(u32::from_le_bytes([a, b, c, d])) + 8;
    let missing = announced.checked_sub(file.metadata().ok()?.len())?;
    (missing > 0 && announced > 8).then_some(missing)
}
