//! The entry of one model in the manifest: written as one table, read as what its task needs.
//! What a task lacks, or has no use for, is an error that names the key.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Class;
use super::attributes::{AnswerRule, Attribute};
use super::error::ModelError;
use super::manifest::Sha256;

/// Inputs beyond this are a slip of the pen, and would take gigabytes.
const MAX_INPUT_SIDE: u32 = 4096;

/// Crops beyond this many sizes of the part show anything but the part.
const MAX_CROP_SCALE: f32 = 8.0;

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Entry")]
pub struct Model {
    pub name: String,
    pub file: String,
    pub sha256: Sha256,
    /// Of the weights.
    pub licence: String,
    /// Where `make setup` gets it; an operator's own file needs none.
    pub source: Option<Source>,
    pub input: Input,
    pub task: Task,
    /// What was measured, and on what; for the reader.
    pub accuracy: toml::Table,
}

/// What a model is for, with what only such a model has.
#[derive(Debug, Clone)]
pub enum Task {
    /// Persons and vehicles.
    Detector(DetectorOutput),
    /// The keypoints of one person.
    Pose,
    /// One attribute of a person, from a crop.
    Attribute(AttributeTask),
}

#[derive(Debug, Clone)]
pub struct DetectorOutput {
    pub decoder: DecoderKind,
    /// Pixels of the input between the cells of each grid; empty for an end-to-end model.
    pub strides: Vec<u32>,
    /// The model's index of a class, and what it is called here; other indices are not used.
    pub classes: BTreeMap<usize, Class>,
}

/// A model whose one output is a logit: how sure it is of yes, before calibration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttributeTask {
    pub attribute: Attribute,
    pub crop: CropRule,
    pub calibration: Calibration,
    pub answer: AnswerRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropRule {
    pub part: Part,
    /// Side of the square crop, in sizes of the part.
    pub scale: f32,
}

/// The part of a person that a model looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Head,
    /// Each hand by itself.
    Hand,
    /// The whole person, as its box has it; no pose is needed.
    Person,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Hand => "hand",
            Self::Person => "person",
        }
    }
}

/// Natural log-odds of yes = logit / temperature + bias, measured on pictures that were not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    pub temperature: f32,
    pub bias: f32,
}

impl Calibration {
    pub fn log_odds(&self, logit: f32) -> f32 {
        logit / self.temperature + self.bias
    }
}

/// Where a model's file comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "registry", rename_all = "lowercase")]
pub enum Source {
    Pypi(Package),
    Npm(Package),
    /// Kept with this code.
    Repository(OwnFile),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub package: String,
    pub version: String,
    /// Of the package's archive, where it is the same for all platforms.
    pub archive_sha256: Option<Sha256>,
    /// Path within the archive, of a file that is taken as it is.
    pub member: Option<String>,
    /// Else what makes one file of `members`: `tfjs`.
    pub convert: Option<String>,
    #[serde(default)]
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub member: String,
    pub sha256: Sha256,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnFile {
    /// From the root of the repository.
    pub member: String,
}

/// How a picture becomes the model's input: value = (pixel − mean) / std, pixels 0 to 255.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub color: ColorOrder,
    /// In the order of `color`.
    pub mean: [f32; 3],
    pub std: [f32; 3],
    pub resize: Resize,
    /// Value of the pixels beside the picture, before mean and std; where there are none, without meaning.
    #[serde(default)]
    pub pad: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    Nchw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorOrder {
    Bgr,
    Rgb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// Scaled to fit with its shape kept, at the upper left; the rest is padding. For detectors.
    LetterboxTopLeft,
    /// A square part of the frame; what of it lies beyond the frame is padding. For poses.
    Letterbox,
    /// A square part of the frame; beyond the frame its edge goes on. For attributes.
    Stretch,
}

impl Resize {
    fn name(self) -> &'static str {
        match self {
            Self::LetterboxTopLeft => "letterbox-top-left",
            Self::Letterbox => "letterbox",
            Self::Stretch => "stretch",
        }
    }
}

/// How the outputs of a detector are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecoderKind {
    Yolox,
    Nanodet,
    EndToEnd,
}

impl Model {
    /// # Errors
    /// It is for something else.
    pub fn detector(&self) -> Result<&DetectorOutput, ModelError> {
        match &self.task {
            Task::Detector(output) => Ok(output),
            _ => Err(ModelError::Unusable {
                model: self.name.clone(),
                problem: format!("finds no persons: its task is {:?}, not \"detector\"", self.task.name()),
            }),
        }
    }
}

impl Task {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Detector(_) => "detector",
            Self::Pose => "pose",
            Self::Attribute(_) => "attribute",
        }
    }
}

/// The table as it is written: the keys of all tasks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    task: TaskName,
    file: String,
    sha256: Sha256,
    licence: String,
    source: Option<Source>,
    input: Input,
    decoder: DecoderName,
    strides: Option<Vec<u32>>,
    #[serde(default, deserialize_with = "classes_by_index")]
    classes: Option<BTreeMap<usize, Class>>,
    attribute: Option<Attribute>,
    crop: Option<CropRule>,
    calibration: Option<Calibration>,
    answer: Option<AnswerRule>,
    #[serde(default)]
    accuracy: toml::Table,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TaskName {
    Detector,
    Pose,
    Attribute,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DecoderName {
    Yolox,
    Nanodet,
    EndToEnd,
    Movenet,
    Logit,
}

fn classes_by_index<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<usize, Class>>, D::Error> {
    let raw = BTreeMap::<String, Class>::deserialize(from)?;
    let numbered = raw.into_iter().map(|(index, class)| match index.parse() {
        Ok(index) => Ok((index, class)),
        Err(_) => Err(serde::de::Error::custom(format!("classes: {index:?} is not an index"))),
    });
    numbered.collect::<Result<_, _>>().map(Some)
}

impl TryFrom<Entry> for Model {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let name = entry.name.clone();
        read(entry).map_err(|problem| format!("model {name}: {problem}"))
    }
}

fn read(entry: Entry) -> Result<Model, String> {
    check_input(&entry.input)?;
    refuse_what_is_for_others(&entry)?;
    let (task, resize) = match entry.task {
        TaskName::Detector => {
            let decoder = match entry.decoder {
                DecoderName::Yolox => DecoderKind::Yolox,
                DecoderName::Nanodet => DecoderKind::Nanodet,
                DecoderName::EndToEnd => DecoderKind::EndToEnd,
                DecoderName::Movenet | DecoderName::Logit => {
                    return Err("decoder: a detector's is yolox, nanodet or end-to-end".to_owned());
                }
            };
            let output = DetectorOutput {
                decoder,
                strides: entry.strides.unwrap_or_default(),
                classes: entry.classes.unwrap_or_default(),
            };
            check_detector(&output, &entry.input)?;
            (Task::Detector(output), Resize::LetterboxTopLeft)
        }
        TaskName::Pose if entry.decoder != DecoderName::Movenet => {
            return Err("decoder: a pose model's is movenet".to_owned());
        }
        TaskName::Pose => (Task::Pose, Resize::Letterbox),
        TaskName::Attribute if entry.decoder != DecoderName::Logit => {
            return Err("decoder: an attribute model's is logit".to_owned());
        }
        TaskName::Attribute => {
            let task = AttributeTask {
                attribute: needed(entry.attribute, "attribute")?,
                crop: needed(entry.crop, "crop")?,
                calibration: needed(entry.calibration, "calibration")?,
                answer: needed(entry.answer, "answer")?,
            };
            check_attribute(&task)?;
            (Task::Attribute(task), Resize::Stretch)
        }
    };
    if entry.input.resize != resize {
        return Err(format!("input.resize: for this task it is {:?}", resize.name()));
    }
    if resize != Resize::LetterboxTopLeft && entry.input.width != entry.input.height {
        return Err("input: width and height must be the same, because crops are square".to_owned());
    }
    Ok(Model {
        name: entry.name,
        file: entry.file,
        sha256: entry.sha256,
        licence: entry.licence,
        source: entry.source,
        input: entry.input,
        task,
        accuracy: entry.accuracy,
    })
}

fn needed<T>(value: Option<T>, key: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("{key} is missing: an attribute model needs it"))
}

fn refuse_what_is_for_others(entry: &Entry) -> Result<(), String> {
    let keys = [
        ("strides", entry.strides.is_some(), TaskName::Detector),
        ("classes", entry.classes.is_some(), TaskName::Detector),
        ("attribute", entry.attribute.is_some(), TaskName::Attribute),
        ("crop", entry.crop.is_some(), TaskName::Attribute),
        ("calibration", entry.calibration.is_some(), TaskName::Attribute),
        ("answer", entry.answer.is_some(), TaskName::Attribute),
    ];
    match keys.iter().find(|&&(_, there, task)| there && task != entry.task) {
        Some((key, ..)) => Err(format!("{key} has no meaning for its task; remove it")),
        None => Ok(()),
    }
}

fn check_input(input: &Input) -> Result<(), String> {
    for (side, name) in [(input.width, "width"), (input.height, "height")] {
        if !(32..=MAX_INPUT_SIDE).contains(&side) {
            return Err(format!("input.{name} = {side} is not within 32 to {MAX_INPUT_SIDE}"));
        }
    }
    if input.std.iter().any(|&std| !std.is_finite() || std <= 0.0) || input.mean.iter().any(|mean| !mean.is_finite()) {
        return Err("input.mean and input.std must be finite, and std above 0".to_owned());
    }
    if !(0.0..=255.0).contains(&input.pad) {
        return Err(format!("input.pad = {} is not within 0 to 255", input.pad));
    }
    Ok(())
}

fn check_detector(output: &DetectorOutput, input: &Input) -> Result<(), String> {
    if output.decoder != DecoderKind::EndToEnd && output.strides.is_empty() {
        return Err("strides is empty: this decoder needs the model's, such as [8, 16, 32]".to_owned());
    }
    if let Some(stride) = output.strides.iter().find(|&&stride| stride == 0 || stride > input.width.min(input.height)) {
        return Err(format!("stride {stride} does not fit the input"));
    }
    if output.classes.is_empty() {
        return Err("classes is empty: name at least one index".to_owned());
    }
    match output.classes.keys().find(|&&index| index >= 100_000) {
        Some(index) => Err(format!("classes: index {index} is beyond reason")),
        None => Ok(()),
    }
}

fn check_attribute(task: &AttributeTask) -> Result<(), String> {
    let AttributeTask { crop, calibration, answer, .. } = task;
    if !(crop.scale.is_finite() && crop.scale > 0.0 && crop.scale <= MAX_CROP_SCALE) {
        return Err(format!("crop.scale = {} is not above 0 and at most {MAX_CROP_SCALE}", crop.scale));
    }
    if !(calibration.temperature.is_finite() && calibration.temperature > 0.0 && calibration.bias.is_finite()) {
        return Err("calibration: temperature must be above 0, and both must be finite".to_owned());
    }
    if answer.least_pixels == 0 || !(answer.least_log_odds.is_finite() && answer.least_log_odds > 0.0) {
        return Err("answer: least_pixels and least_log_odds must be above 0, or nothing would be unknown".to_owned());
    }
    Ok(())
}
