//! What is known of one model: where it comes from, what it takes, what it is for.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Class;
use super::attributes::{AnswerRule, Attribute};
use super::entry::Entry;
use super::error::ModelError;
use super::manifest::Sha256;
use super::plate::PlateRules;

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
    /// Where a vehicle carries its plate.
    PlateFinder(PlateTask),
    /// How far the corners of a plate are off.
    PlateAligner,
    /// A line of characters; its dictionary is in the model's file.
    PlateReader,
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

/// A model that gives places on a vehicle, each with a score for each state, and when they count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlateTask {
    pub places: PlaceRule,
    /// Of what may be said after several pictures.
    pub rules: PlateRules,
}

/// When a place counts, by the scores of the model, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceRule {
    /// Least scores of a place for each of its states. That of a bare one is the mean of two looks: at the whole vehicle,
    /// and at the place from near.
    pub plate: f32,
    pub covered: f32,
    pub bare: f32,
    /// The least score of a bare place, on the whole vehicle, that is worth the second look.
    pub hint: f32,
    /// A place is bare only where nothing looks so much like a plate, open or covered: on the whole vehicle,
    pub veto: f32,
    /// and from near.
    pub near_veto: f32,
    /// How much more than the vehicle's box the model sees on each side, in its larger sides.
    pub margin: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropRule {
    pub part: Part,
    /// Size of the crop, in sizes of the smallest one with the input's proportions that holds the part.
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
    /// A part of the frame with the input's proportions; beyond the frame its edge goes on. For attributes.
    Stretch,
    /// A plate, or a line of it, straightened to the input's height; a line as wide as it asks, at most the input's
    /// width.
    Straighten,
}

impl Resize {
    pub fn name(self) -> &'static str {
        match self {
            Self::LetterboxTopLeft => "letterbox-top-left",
            Self::Letterbox => "letterbox",
            Self::Stretch => "stretch",
            Self::Straighten => "straighten",
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
            Self::PlateFinder(_) => "plate-finder",
            Self::PlateAligner => "plate-aligner",
            Self::PlateReader => "plate-reader",
        }
    }
}
