//! `canhdem replay`: files through the same path as live cameras, faster than real time. The
//! clock follows the stream, ids are seeded: the same input gives the same output.

mod draw;
mod lines;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use gstreamer_pbutils as gst_pbutils;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::Usage;
use crate::base::{Clock as _, SimClock, cpu};
use crate::camera::ANALYSES_PER_SECOND;
use crate::camera::analyst::{Analysis, Analyst, Ended, Eyes};
use crate::camera::inspector::{PlateModels, Plates};
use crate::camera::looker::{Models, Reader};
use crate::config::{self, Config};
use crate::decode::gate::Gate;
use crate::decode::{Masks, Watcher};
use crate::intake::health::{LostReason, Role};
use crate::intake::{AccessUnit, Intake, IntakeOptions, Source};
use crate::vision::plate::PlateReader;
use crate::vision::{AttributeReader, Class, Detector, LOW_SCORE, Manifest, Spent};
use draw::Drawing;
use lines::{Line, Lines};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file; without it, one yard over the whole picture, watched at night.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which camera's zones count; without it, the first one's.
    #[arg(long, value_name = "ID", requires = "config")]
    camera: Option<String>,
    /// When the first file begins; later files follow one another.
    #[arg(long, value_name = "RFC3339", default_value = "2026-02-17T01:30:00+07:00")]
    start: Timestamp,
    /// One JSON object a line on standard output.
    #[arg(long)]
    json: bool,
    /// Write the video with boxes, tracks and the gate's state.
    #[arg(long, value_name = "OUT.mp4")]
    draw: Option<PathBuf>,
    /// Decode and analyse everything: the reference that the gate is held against.
    #[arg(long)]
    decode_all: bool,
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Ids repeat from run to run.
const SEED: u64 = 0x0063_616e_6864_656d;

/// # Errors
/// When a file cannot be read to its end; what was found before is printed all the same.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let config = match &args.config {
        Some(path) => Config::load(path)?,
        None => Config::for_replay(),
    };
    let camera = choose(&config, args.camera.as_deref())?.clone();
    let manifest = Manifest::load(config.models_dir.as_deref())?;
    let detector = Detector::load(&manifest, &config.detector.model, LOW_SCORE, 1)?;
    let reader = AttributeReader::load(&manifest)?;
    let plates = PlateReader::load(&manifest)?;
    let (of_persons, of_plates) = (reader.clone(), plates.clone());
    let reader = reader.map(|reader| Arc::new(Models { reader, waits: true }) as Arc<dyn Reader>);
    let plates = plates.map(|reader| Arc::new(PlateModels { reader, waits: true }) as Arc<dyn Plates>);
    let masks = Masks::of(&camera);
    let cpu_before = cpu::of_process();
    let mut replay = Replay {
        clock: SimClock::new(args.start),
        analyst: Analyst::new(&config, &camera, detector, Eyes { reader, plates, archive: None }, Some(SEED)),
        lines: Lines::new(args.json, config.language, config.timezone.clone()),
        drawing: args.draw.as_deref().map(|path| Drawing::new(path, masks.clone())),
        masks,
        totals: Totals::default(),
        decode_all: args.decode_all,
    };
    let played = args.files.iter().try_for_each(|file| replay.play(file));
    let end = replay.clock.now();
    let (ended, alert) = replay.analyst.finish(end);
    ended.iter().try_for_each(|ended| replay.ended(ended))?;
    alert.iter().try_for_each(|alert| replay.lines.print(&Line::Alert(alert)))?;
    let mut totals = replay.totals;
    totals.inferences = replay.analyst.inferences();
    totals.cpu = cpu::of_process().saturating_sub(cpu_before);
    totals.persons.spent = of_persons.map(|reader| reader.spent()).unwrap_or_default();
    totals.vehicles.spent = of_plates.map(|reader| reader.spent()).unwrap_or_default();
    replay.lines.print(&Line::Summary(&totals))?;
    if let Some(drawing) = replay.drawing {
        drawing.finish()?;
    }
    played
}

fn choose<'a>(config: &'a Config, id: Option<&str>) -> anyhow::Result<&'a config::Camera> {
    let known = || config.cameras.iter().map(|camera| camera.id.as_str()).collect::<Vec<_>>().join(", ");
    match id {
        Some(id) => config.camera(id).ok_or_else(|| {
            Usage(format!("--camera {id}: the configuration has no such camera, but: {}", known())).into()
        }),
        None => config.cameras.first().ok_or_else(|| Usage("the configuration has no camera".to_owned()).into()),
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    frames: u64,
    decoded: u64,
    decoded_again: u64,
    inferences: u64,
    dropped: u64,
    stream: Duration,
    cpu: Duration,
    persons: Looks,
    vehicles: Looks,
}

/// At all tracks of a kind.
#[derive(Debug, Clone, Copy, Default)]
struct Looks {
    /// On the thread that looks: decoding and detection are not among it.
    spent: Spent,
    tracks: u64,
    /// From the first to the last sight of each.
    watched: Duration,
}

impl Looks {
    fn add(&mut self, ended: &Ended) {
        self.tracks += 1;
        let watched = ended.track.last_at.duration_since(ended.track.first_at);
        self.watched += Duration::try_from(watched).unwrap_or_default();
    }
}

struct Replay {
    clock: SimClock,
    analyst: Analyst,
    lines: Lines,
    drawing: Option<Drawing>,
    masks: Masks,
    totals: Totals,
    decode_all: bool,
}

impl Replay {
    fn play(&mut self, file: &Path) -> anyhow::Result<()> {
        let start = self.clock.now();
        let progress = progress_bar(file);
        let options = IntakeOptions::file(start);
        let intake = Intake::open(&Source::File(file.to_owned()), Role::Main, Arc::new(SimClock::new(start)), options)?;
        let gate = if self.decode_all { Gate::always_awake() } else { Gate::new() };
        let mut watcher = Watcher::new(gate, ANALYSES_PER_SECOND).masked(self.masks.clone());
        let mut outcome = Ok(());
        for item in intake.receiver() {
            match item {
                Ok(unit) => self.take(&unit, &mut watcher, &progress)?,
                Err(lost) if lost.reason == LostReason::Ended => break,
                Err(lost) => {
                    outcome = Err(anyhow::Error::new(lost));
                    break;
                }
            }
        }
        let mut analyses = Vec::new();
        watcher.finish(&mut |sighting| collect(&mut self.analyst, &sighting, &mut analyses))?;
        self.tell(analyses)?;
        if let Some(drawing) = &mut self.drawing {
            drawing.flush(watcher.gate().is_awake())?;
        }
        self.totals.decoded += watcher.counts().decoded;
        self.totals.decoded_again += watcher.counts().decoded_again;
        self.totals.stream += Duration::try_from(self.clock.now().duration_since(start)).unwrap_or_default();
        progress.finish_and_clear();
        outcome
    }

    fn take(&mut self, unit: &AccessUnit, watcher: &mut Watcher, progress: &ProgressBar) -> anyhow::Result<()> {
        self.totals.frames += 1;
        self.clock.advance_to(unit.at);
        progress.set_position(u64::try_from(unit.pts.as_millis()).unwrap_or(u64::MAX));
        let mut analyses = Vec::new();
        if let Err(error) = watcher.push(unit, &mut |sighting| collect(&mut self.analyst, &sighting, &mut analyses)) {
            tracing::warn!(%error, "a stretch of video cannot be decoded; going on at the next key frame");
        }
        if let Some(frame) = watcher.latest() {
            // As of all else, nobody hears of it before the alert closes.
            self.analyst.witness(frame);
        }
        if let Some(drawing) = &mut self.drawing {
            drawing.add(unit, &analyses, &self.analyst, watcher.gate().is_awake())?;
        }
        self.tell(analyses)?;
        if let Some(closed) = self.analyst.tick(self.clock.now()) {
            self.lines.print(&Line::Alert(&closed))?;
        }
        Ok(())
    }

    fn tell(&mut self, analyses: Vec<anyhow::Result<Analysis>>) -> anyhow::Result<()> {
        for analysis in analyses {
            for ended in &analysis.context("a picture was not analysed")?.ended {
                self.ended(ended)?;
            }
        }
        Ok(())
    }

    fn ended(&mut self, ended: &Ended) -> std::io::Result<()> {
        match ended.track.class {
            Class::Person => self.totals.persons.add(ended),
            class if class.is_vehicle() => self.totals.vehicles.add(ended),
            _ => {}
        }
        self.lines.print(&Line::Track(ended))
    }
}

fn collect(
    analyst: &mut Analyst,
    sighting: &crate::decode::Sighting,
    analyses: &mut Vec<anyhow::Result<Analysis>>,
) -> bool {
    let analysis = analyst.see(sighting);
    let busy = analysis.as_ref().is_ok_and(|analysis| analysis.busy);
    if let Ok(analysis) = &analysis {
        // There is one stream; nobody hears of the alert before it closes.
        analyst.look(&sighting.frame, &analysis.tracks, None);
        analyst.inspect(&sighting.frame, &analysis.tracks, None);
    }
    analyses.push(analysis.map_err(anyhow::Error::new));
    busy
}

/// Shows how far a file is, on a terminal; nothing elsewhere.
fn progress_bar(file: &Path) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let length_ms = length(file).and_then(|length| u64::try_from(length.as_millis()).ok());
    let bar = length_ms.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let template = "{msg} {wide_bar} {percent} %, {eta} left";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(file.file_name().unwrap_or_default().to_string_lossy().into_owned());
    bar
}

fn length(file: &Path) -> Option<Duration> {
    gstreamer::init().ok()?;
    let address = url::Url::from_file_path(file.canonicalize().ok()?).ok()?;
    let discoverer = gst_pbutils::Discoverer::new(gstreamer::ClockTime::from_seconds(5)).ok()?;
    discoverer.discover_uri(address.as_str()).ok()?.duration().map(Duration::from)
}
