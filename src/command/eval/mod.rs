//! `canhdem eval`: measures a detector and the models of attributes on labelled pictures.

mod attributes;
mod labels;
mod measure;
mod plates;
mod report;
mod sheet;
mod told;
mod tracks;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use image::ImageReader;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use self::attributes::Case;
use self::labels::{Label, Light};
use self::measure::Sample;
use self::report::Report;
use self::tracks::Tracks;
use super::{Usage, output};
use crate::base::{Clock as _, Rect, SystemClock};
use crate::decode::{Frame, PixelFormat};
use crate::rules::plate::Plate;
use crate::rules::plate::evidence::PlateEvidence;
use crate::rules::plate::verdict::View;
use crate::track::AnswerRules;
use crate::vision::attributes::Attribute;
use crate::vision::plate::{Depth, PlateObservation, PlateReader};
use crate::vision::{AttributeReader, Class, Detection, Detector, Look, Manifest};

/// Precision at high recall counts too, so that nearly all of what the model sees is asked for.
const FLOOR: f32 = 0.005;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Labels: one JSON object a line; pictures are relative to this file.
    #[arg(long, value_name = "FILE.jsonl")]
    labels: PathBuf,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// The model, by its name in the manifest.
    #[arg(long, value_name = "NAME", default_value = "yolox-nano")]
    model: String,
    /// A folder with a manifest.toml and models of your own.
    #[arg(long, value_name = "FOLDER")]
    models_dir: Option<PathBuf>,
    /// The score from which a detection counts for recall and precision.
    #[arg(long, value_name = "SCORE", default_value_t = 0.35, value_parser = score)]
    threshold: f32,
    /// Also draw what was judged, wrong answers first, on sheets OUT.jpg, OUT-2.jpg and so on.
    #[arg(long, value_name = "OUT.jpg")]
    sheet: Option<PathBuf>,
    /// Also write what was told of each labelled person and plate, one JSON object a line, to settle thresholds from.
    #[arg(long, value_name = "OUT.jsonl")]
    told: Option<PathBuf>,
}

fn score(text: &str) -> Result<f32, String> {
    let score: f32 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.01..=0.99).contains(&score) { Ok(score) } else { Err("not within 0.01 to 0.99".to_owned()) }
}

/// # Errors
/// A line of the labels is wrong or names a picture that is missing or broken, or the model cannot
/// be used.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let report = evaluate(args)?;
    output::line(if args.json { serde_json::to_string(&report)? } else { report.table() })?;
    Ok(())
}

fn evaluate(args: &Args) -> anyhow::Result<Report> {
    let labels = read_labels(&args.labels)?;
    let manifest = Manifest::load(args.models_dir.as_deref())?;
    let detector = Detector::load(&manifest, &args.model, FLOOR, 1)?;
    let reader = AttributeReader::load(&manifest)?;
    let rules = reader.as_ref().map_or_else(AnswerRules::default, AttributeReader::rules);
    let plates = PlateReader::load(&manifest)?;
    let clock = SystemClock::new();
    let progress = ProgressBar::new(labels.len() as u64);
    progress.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} pictures, {eta} left")?);
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(labels.len());
    let mut tracks = Tracks::default();
    let mut spent = Spent {
        detecting: Duration::ZERO,
        looking: reader.as_ref().map(|_| Duration::ZERO),
        inspecting: plates.as_ref().map(|_| Duration::ZERO),
    };
    for label in labels {
        let frame = Arc::new(read_picture(&label.image)?);
        let place = || label.image.display().to_string();
        let start = clock.monotonic();
        let seen = detector.detect(&frame, &[]).with_context(place)?;
        let detected = clock.monotonic();
        spent.detecting += detected.saturating_sub(start);
        let mut outcome = Outcome { detections: seen.detections, ..Outcome::new(label.clone()) };
        if let Some(reader) = &reader {
            outcome.look(reader, &frame, args.threshold).with_context(place)?;
            spent.looking = spent.looking.map(|spent| spent + clock.monotonic().saturating_sub(detected));
        }
        if let Some(plates) = &plates {
            let start = clock.monotonic();
            outcome.inspect(plates, &frame, args.threshold, &mut tracks).with_context(place)?;
            spent.inspecting = spent.inspecting.map(|spent| spent + clock.monotonic().saturating_sub(start));
        }
        outcomes.push(outcome);
        progress.inc(1);
    }
    progress.finish_and_clear();
    tracks::keep_last(&mut outcomes);
    if let Some(path) = &args.sheet {
        sheet::write(path, &outcomes, &rules)?;
    }
    if let Some(path) = &args.told {
        told::write(path, &outcomes, &rules)?;
    }
    Ok(Report::new(&outcomes, args.threshold, &rules, spent))
}

/// On all pictures together.
#[derive(Debug, Clone, Copy)]
struct Spent {
    detecting: Duration,
    /// `None` where no model judges attributes.
    looking: Option<Duration>,
    /// `None` where no model finds plates.
    inspecting: Option<Duration>,
}

/// A picture's labels and what was found in it.
struct Outcome {
    label: Label,
    detections: Vec<Detection>,
    /// What was seen of a labelled person, by its index.
    looks: Vec<(usize, Look)>,
    plates: Vec<Inspected>,
}

/// What the plate of a labelled vehicle comes to.
struct Inspected {
    /// Of the vehicle among the labelled ones.
    index: usize,
    /// As what it was detected; none where it was not.
    class: Option<Class>,
    plate: Plate,
    /// A later picture of the same track says more.
    is_superseded: bool,
    /// What the picture shows of the plate or its place.
    observation: Option<PlateObservation>,
}

impl Outcome {
    fn new(label: Label) -> Self {
        Self { label, detections: Vec::new(), looks: Vec::new(), plates: Vec::new() }
    }

    /// What counts for persons; `None` where they are not labelled.
    fn persons(&self) -> Option<Sample> {
        let persons = self.label.persons.as_ref()?;
        Some(self.sample(persons.iter().map(|person| person.bbox).collect(), |class| class == Class::Person))
    }

    /// What counts for vehicles, of whatever kind; `None` where they are not labelled.
    fn vehicles(&self) -> Option<Sample> {
        let vehicles = self.label.vehicles.as_ref()?;
        Some(self.sample(vehicles.iter().map(|vehicle| vehicle.bbox).collect(), Class::is_vehicle))
    }

    fn sample(&self, truth: Vec<Rect>, counts: impl Fn(Class) -> bool) -> Sample {
        let found = self.detections.iter().filter(|detection| counts(detection.class));
        Sample { truth, found: found.map(|detection| (detection.score, detection.bbox)).collect() }
    }

    /// Looks at each person that is labelled for an attribute and found with a score of at least `threshold`.
    fn look(&mut self, reader: &AttributeReader, frame: &Arc<Frame>, threshold: f32) -> anyhow::Result<()> {
        let (Some(mut sample), Some(persons)) = (self.persons(), &self.label.persons) else { return Ok(()) };
        sample.found.retain(|&(score, _)| score >= threshold);
        for found in measure::matches(&sample) {
            let Some(index) = found.truth else { continue };
            if Attribute::ALL.iter().any(|&attribute| persons[index].label(attribute).is_some()) {
                self.looks.push((index, reader.look(frame, found.bbox)?));
            }
        }
        Ok(())
    }

    /// Looks at each vehicle whose plate is labelled: where it was found with a score of at least
    /// `threshold`, else where it is labelled, for what a detector misses says nothing of plates.
    fn inspect(
        &mut self,
        reader: &PlateReader,
        frame: &Arc<Frame>,
        threshold: f32,
        tracks: &mut Tracks,
    ) -> anyhow::Result<()> {
        let (Some(mut sample), Some(vehicles)) = (self.vehicles(), &self.label.vehicles) else { return Ok(()) };
        sample.found.retain(|&(score, _)| score >= threshold);
        let matches = measure::matches(&sample);
        for (index, vehicle) in vehicles.iter().enumerate().filter(|(_, vehicle)| vehicle.plate.is_some()) {
            let found = matches.iter().find(|found| found.truth == Some(index)).map(|found| found.bbox);
            let bbox = found.unwrap_or(vehicle.bbox);
            let class = likeliest_class(&self.detections, &bbox);
            let look = reader.look(frame, bbox, class, Depth::Read)?;
            let observation = look.observation.as_ref();
            let plate = if let Some(track) = &vehicle.track {
                tracks.judge(track, observation, class, reader.rules())
            } else {
                let mut evidence = PlateEvidence::new(reader.rules());
                if let Some(seen) = observation {
                    evidence.add(frame.at, seen);
                }
                evidence.judge(class, View::Still).plate
            };
            let class = found.is_some().then_some(class);
            self.plates.push(Inspected { index, class, plate, is_superseded: false, observation: look.observation });
        }
        Ok(())
    }

    /// Every vehicle whose plate is labelled, found or not; a track by its last picture.
    fn plate_cases(&self) -> Vec<plates::Case> {
        let labelled = self.label.vehicles.iter().flatten().enumerate();
        let case = |(index, vehicle): (usize, &labels::Vehicle)| {
            let told = self.plates.iter().find(|told| told.index == index);
            if told.is_some_and(|told| told.is_superseded) {
                return None;
            }
            Some(plates::Case {
                label: vehicle.plate?,
                text: vehicle.text.clone(),
                light: self.light(),
                class: told.and_then(|told| told.class),
                width: vehicle.plate_bbox.map(|plate| plate.w),
                told: told.map(|told| told.plate.verdict).unwrap_or_default(),
                told_text: told.and_then(|told| told.plate.text().map(str::to_owned)),
            })
        };
        labelled.filter_map(case).collect()
    }

    /// Every person that is labelled for an attribute, found or not.
    fn cases(&self, rules: &AnswerRules, attribute: Attribute) -> Vec<Case> {
        let persons = self.label.persons.iter().flatten().enumerate();
        let case = |(index, person)| {
            let look = self.looks.iter().find(|(of, _)| *of == index).map(|(_, look)| look);
            Case::new(person, self.light(), look, attribute, rules[attribute as usize])
        };
        persons.filter_map(case).collect()
    }

    fn light(&self) -> Option<Light> {
        self.label.light
    }
}

/// What a vehicle in a box most probably is, by all that was detected there, however unsure.
fn likeliest_class(detections: &[Detection], bbox: &Rect) -> Class {
    let vehicles = detections.iter().filter(|detection| detection.class.is_vehicle());
    let here = vehicles.map(|vehicle| (vehicle.score * vehicle.bbox.iou(bbox), vehicle.class));
    here.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(Class::Car, |(_, class)| class)
}

/// All labels; every picture is known to exist before the first is looked at.
fn read_labels(path: &Path) -> anyhow::Result<Vec<Label>> {
    let text =
        fs::read_to_string(path).map_err(|error| Usage(format!("{}: cannot be read: {error}", path.display())))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut labels = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("{}:{}", path.display(), index + 1);
        let label = labels::parse(line, folder).map_err(|problem| Usage(format!("{}: {problem}", place())))?;
        if !label.image.is_file() {
            return Err(Usage(format!("{}: there is no picture {}", place(), label.image.display())).into());
        }
        labels.push(label);
    }
    if labels.is_empty() {
        return Err(Usage(format!("{}: has no labels", path.display())).into());
    }
    Ok(labels)
}

fn read_picture(path: &Path) -> anyhow::Result<Frame> {
    let read = || -> anyhow::Result<Frame> {
        let picture = ImageReader::open(path)?.with_guessed_format()?.decode()?.into_rgb8();
        let size = picture.dimensions();
        Ok(Frame::from_bytes(picture.into_raw(), PixelFormat::Rgb, size, Duration::ZERO, Timestamp::UNIX_EPOCH)?)
    };
    read().with_context(|| format!("picture {} cannot be used", path.display()))
}

#[cfg(test)]
mod tests;
