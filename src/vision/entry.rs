//! The table of one model in the manifest, with the keys of all tasks, and how it becomes what its task
//! needs. What a task lacks, or has no use for, is an error that names the key.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Class;
use super::attributes::{AnswerRule, Attribute};
use super::manifest::Sha256;
use super::model::{
    AttributeTask, Calibration, CropRule, DecoderKind, DetectorOutput, Input, Model, Part, PlaceRule, PlateTask,
    Resize, Source, Task,
};
use super::plate::PlateRules;

/// Inputs beyond this are a slip of the pen, and would take gigabytes.
const MAX_INPUT_SIDE: u32 = 4096;

/// Crops beyond this many sizes of the part show anything but the part.
const MAX_CROP_SCALE: f32 = 8.0;

/// A vehicle with more around it is lost in it.
const MAX_MARGIN: f32 = 1.0;

/// The table as it is written: the keys of all tasks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
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
    places: Option<PlaceRule>,
    rules: Option<PlateRules>,
    #[serde(default)]
    accuracy: toml::Table,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TaskName {
    Detector,
    Pose,
    Attribute,
    PlateFinder,
    PlateAligner,
    PlateReader,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DecoderName {
    Yolox,
    Nanodet,
    EndToEnd,
    Movenet,
    Logit,
    Places,
    Corners,
    Ctc,
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
                _ => return Err("decoder: a detector's is yolox, nanodet or end-to-end".to_owned()),
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
        TaskName::PlateFinder if entry.decoder != DecoderName::Places => {
            return Err("decoder: a plate finder's is places".to_owned());
        }
        TaskName::PlateFinder => {
            let task = PlateTask { places: needed(entry.places, "places")?, rules: needed(entry.rules, "rules")? };
            check_plate(&task)?;
            (Task::PlateFinder(task), Resize::LetterboxTopLeft)
        }
        TaskName::PlateAligner if entry.decoder != DecoderName::Corners => {
            return Err("decoder: a plate aligner's is corners".to_owned());
        }
        TaskName::PlateAligner => (Task::PlateAligner, Resize::Straighten),
        TaskName::PlateReader if entry.decoder != DecoderName::Ctc => {
            return Err("decoder: a plate reader's is ctc".to_owned());
        }
        TaskName::PlateReader => (Task::PlateReader, Resize::Straighten),
    };
    if entry.input.resize != resize {
        return Err(format!("input.resize: for this task it is {:?}", resize.name()));
    }
    let looks_at_person =
        matches!(task, Task::Attribute(AttributeTask { crop: CropRule { part: Part::Person, .. }, .. }));
    let square = matches!(resize, Resize::Letterbox | Resize::Stretch) && !looks_at_person;
    if square && entry.input.width != entry.input.height {
        return Err("input: width and height must be the same, because this task's crops are square".to_owned());
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
    value.ok_or_else(|| format!("{key} is missing: a model of this task needs it"))
}

fn refuse_what_is_for_others(entry: &Entry) -> Result<(), String> {
    let keys = [
        ("strides", entry.strides.is_some(), TaskName::Detector),
        ("classes", entry.classes.is_some(), TaskName::Detector),
        ("attribute", entry.attribute.is_some(), TaskName::Attribute),
        ("crop", entry.crop.is_some(), TaskName::Attribute),
        ("calibration", entry.calibration.is_some(), TaskName::Attribute),
        ("answer", entry.answer.is_some(), TaskName::Attribute),
        ("places", entry.places.is_some(), TaskName::PlateFinder),
        ("rules", entry.rules.is_some(), TaskName::PlateFinder),
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

fn check_plate(PlateTask { places, rules }: &PlateTask) -> Result<(), String> {
    let share = |value: f32| (0.0..=1.0).contains(&value);
    let scores = [places.plate, places.covered, places.bare, places.hint, places.veto, places.near_veto];
    if !scores.into_iter().all(|score| share(score) && score > 0.0) {
        return Err("places: scores must be above 0 and at most 1, or every cell would be a place".to_owned());
    }
    if !(0.0..=MAX_MARGIN).contains(&places.margin) {
        return Err(format!("places.margin = {} is not within 0 to {MAX_MARGIN}", places.margin));
    }
    let pixels = [rules.least_pixels, rules.legible_pixels];
    if !pixels.into_iter().all(|pixels| pixels.is_finite() && pixels > 0.0) {
        return Err(
            "rules: least_pixels and legible_pixels must be above 0, or nothing would be too far away".to_owned()
        );
    }
    if ![rules.least_sharpness, rules.most_burnt, rules.least_text].into_iter().all(share) {
        return Err("rules: least_sharpness, most_burnt and least_text must be within 0 to 1".to_owned());
    }
    Ok(())
}
