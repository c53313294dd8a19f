//! A look at one person: pose, crops, and what each attribute's model says of them.

use std::fmt::Display;

use super::attributes::{AnswerRules, Attribute, Observation};
use super::crop::{shaped, sharpness, square};
use super::detector::DetectError;
use super::error::ModelError;
use super::manifest::Manifest;
use super::model::{AttributeTask, Input, Model, Part, Task};
use super::parts::{self, Parts, parts};
use super::pose::{self, Pose};
use super::runtime::{Memory, Output, Session};
use super::tensor::{Placement, Tensor, TensorError, gamma_for};
use crate::base::Rect;
use crate::decode::{Frame, Planes};

/// A face turned away further than this hides whether it wears a mask.
const LEAST_FACING: f32 = 0.15;
/// A part of which less lies within the frame is not judged.
const LEAST_WITHIN: f32 = 0.8;
/// From here on turning further to the camera shows no more of the mouth. Masks themselves make the joints of a face less
/// sure, which must not speak against them.
const AMPLE_FACING: f32 = 0.5;
/// From so many times the least pixels on, more of them add nothing.
const AMPLE_PIXELS: f32 = 2.0;
/// What a crop of the least size, or without any sharpness, is worth: the models were trained and calibrated on such, too.
const LEAST_WORTH: f32 = 0.75;
/// A place as sure as this is as good as certain: scores of joints hardly ever reach 1.
const AMPLE_SURE: f32 = 0.6;

/// What one picture shows of one person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    pub observations: Vec<Observation>,
    /// Absent when nothing that needs it could have been judged.
    pub pose: Option<Pose>,
    /// Runs of models.
    pub inferences: u32,
}

/// The sessions of all attributes and of the pose model; one thread owns them.
pub(super) struct Looker {
    /// Absent when no attribute needs it.
    pose: Option<Run>,
    judges: Vec<Judge>,
}

struct Judge {
    task: AttributeTask,
    run: Run,
}

/// A session with its input.
struct Run {
    model: String,
    input: Input,
    session: Session,
    tensor: Tensor,
}

/// An attribute that nothing is told of, and why: its model, or one that it needs, cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} is not told: {error}", attribute.name())]
pub struct LeftOut {
    pub attribute: Attribute,
    pub error: ModelError,
}

/// The models of a manifest that a look takes.
pub(super) struct Needed<'a> {
    pub judges: Vec<(&'a Model, AttributeTask)>,
    /// Absent when no attribute needs it.
    pub pose: Option<&'a Model>,
    /// What two models judge, and what needs joints where there is not one model of them.
    pub left_out: Vec<LeftOut>,
}

/// Where a part of a person lies.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    /// The part alone, in pixels of the frame; `pixels` is the side or height that stands for it.
    part: Rect,
    pixels: f32,
    /// 0 to 1.
    sure: f32,
}

impl<'a> Needed<'a> {
    pub(super) fn of(manifest: &'a Manifest) -> Self {
        let (mut judges, mut left_out) = (Vec::<(&Model, AttributeTask)>::new(), Vec::<LeftOut>::new());
        for attribute in Attribute::ALL {
            let mut of = manifest.models.iter().filter_map(|model| match model.task {
                Task::Attribute(task) if task.attribute == attribute => Some((model, task)),
                _ => None,
            });
            match (of.next(), of.next()) {
                (Some((first, _)), Some((second, _))) => {
                    let problem = format!("judges {} as {} does; keep one", attribute.name(), first.name);
                    left_out.push(LeftOut { attribute, error: unusable(second, problem) });
                }
                (one, _) => judges.extend(one),
            }
        }
        let pose = if judges.iter().any(|(_, task)| task.needs_joints()) { pose_model(manifest) } else { Ok(None) };
        let pose = pose.unwrap_or_else(|error| {
            leave_out_joints(&mut judges, &mut left_out, &error);
            None
        });
        if pose.is_none() {
            leave_out_joints(&mut judges, &mut left_out, &"there is none");
        }
        Self { judges, pose, left_out }
    }
}

/// Moves what needs joints to what is left out, because the model that finds them cannot be used.
fn leave_out_joints(judges: &mut Vec<(&Model, AttributeTask)>, left_out: &mut Vec<LeftOut>, why: &dyn Display) {
    left_out.extend(judges.extract_if(.., |(_, task)| task.needs_joints()).map(|(model, task)| {
        let part = task.crop.part.name();
        let problem = format!("looks at a {part}, which takes a model whose task is \"pose\": {why}");
        LeftOut { attribute: task.attribute, error: unusable(model, problem) }
    }));
}

fn unusable(model: &Model, problem: String) -> ModelError {
    ModelError::Unusable { model: model.name.clone(), problem }
}

impl Looker {
    /// Loads what the manifest has, and says which attributes had to be left out; no looker when none is left.
    pub(super) fn load(manifest: &Manifest) -> (Option<Self>, Vec<LeftOut>) {
        let Needed { judges: mut needed, pose, mut left_out } = Needed::of(manifest);
        let pose = pose.map(|model| Run::of_pose(manifest, model)).transpose().unwrap_or_else(|error| {
            leave_out_joints(&mut needed, &mut left_out, &error);
            None
        });
        let mut judges = Vec::new();
        for (model, task) in needed {
            match Run::of_attribute(manifest, model) {
                Ok(run) => judges.push(Judge { task, run }),
                Err(error) => left_out.push(LeftOut { attribute: task.attribute, error }),
            }
        }
        ((!judges.is_empty()).then_some(Self { pose, judges }), left_out)
    }

    pub(super) fn rules(&self) -> AnswerRules {
        let rule = |attribute| self.judges.iter().find(|judge| judge.task.attribute == attribute);
        Attribute::ALL.map(|attribute| rule(attribute).map(|judge| judge.task.answer))
    }

    /// Looks at the person in a box, in pixels of the frame.
    ///
    /// # Errors
    /// The box has no pixel of the frame, its planes are too short, or a model fails.
    pub(super) fn look(&mut self, frame: &Frame, person: Rect) -> Result<Look, DetectError> {
        let planes = frame.planes();
        let within = person.clamped(planes.width as f32, planes.height as f32);
        if !person.is_finite() || within.area() <= 0.0 {
            return Err(TensorError::EmptyRegion(person).into());
        }
        let mut look = Look::default();
        let possible =
            |part| self.judges.iter().any(|judge| judge.task.crop.part == part && judge.task.may_see(person));
        let mut found = Parts::default();
        if (possible(Part::Head) || possible(Part::Hand))
            && let Some(run) = &mut self.pose
        {
            let pose = run.pose(&planes, person)?;
            found = parts(&pose, person);
            look.pose = Some(pose);
            look.inferences += 1;
        }
        for judge in &mut self.judges {
            for place in judge.task.places(&found, person, &planes) {
                let crop = judge.crop(place.part);
                let logit = judge.run.logit(&planes, crop)?;
                look.inferences += 1;
                look.observations.push(Observation {
                    attribute: judge.task.attribute,
                    log_odds: judge.task.calibration.log_odds(logit),
                    quality: quality(&place, judge.task.answer.least_pixels, sharpness(&planes, place.part)),
                    pixels: place.pixels as u32,
                    region: crop.clamped(planes.width as f32, planes.height as f32),
                });
            }
        }
        Ok(look)
    }
}

impl Judge {
    /// What is shown of the frame around a part.
    fn crop(&self, part: Rect) -> Rect {
        shaped(part, self.task.crop.scale, (self.run.input.width, self.run.input.height))
    }
}

/// The one model that finds joints; `None` when there is none.
fn pose_model(manifest: &Manifest) -> Result<Option<&Model>, ModelError> {
    let mut models = manifest.models.iter().filter(|model| matches!(model.task, Task::Pose));
    match (models.next(), models.next()) {
        (one, None) => Ok(one),
        (Some(first), Some(second)) => Err(unusable(second, format!("finds joints as {} does; keep one", first.name))),
        (None, Some(_)) => Ok(None),
    }
}

impl AttributeTask {
    fn needs_joints(&self) -> bool {
        self.crop.part != Part::Person
    }

    /// Whether the part could be large enough, whatever the pose: a head is no wider than the person.
    fn may_see(&self, person: Rect) -> bool {
        let most = match self.crop.part {
            Part::Head | Part::Hand => person.w.min(person.h),
            Part::Person => person.h,
        };
        most >= self.answer.least_pixels as f32
    }

    /// What there is to judge: parts that were found, are large enough, lie in the frame and show
    /// what is asked.
    fn places(&self, found: &Parts, person: Rect, planes: &Planes<'_>) -> Vec<Place> {
        let (width, height) = (planes.width as f32, planes.height as f32);
        let mut places = match self.crop.part {
            Part::Head => found.head.iter().filter_map(|head| self.head(head)).collect(),
            Part::Hand => found.hands.iter().flatten().map(hand).collect(),
            Part::Person => vec![Place { part: person, pixels: person.h, sure: 1.0 }],
        };
        places.retain(|place: &Place| {
            place.pixels >= self.answer.least_pixels as f32
                && place.part.clamped(width, height).area() >= LEAST_WITHIN * place.part.area()
        });
        places
    }

    fn head(&self, head: &parts::Head) -> Option<Place> {
        let place = Place { part: square(head.center, head.size), pixels: head.size, sure: head.sure };
        match self.attribute {
            Attribute::Mask if head.facing < LEAST_FACING => None,
            Attribute::Mask => Some(Place { sure: head.sure * (head.facing / AMPLE_FACING).min(1.0), ..place }),
            Attribute::Hat | Attribute::Gloves | Attribute::Bag => Some(place),
        }
    }
}

fn hand(hand: &parts::Hand) -> Place {
    Place { part: square(hand.center, hand.size), pixels: hand.size, sure: hand.sure }
}

/// What a crop is worth, 0 to 1: by its size, its sharpness and how sure its place is.
fn quality(place: &Place, least_pixels: u32, sharpness: f32) -> f32 {
    let beyond_least = (place.pixels / least_pixels as f32 - 1.0) / (AMPLE_PIXELS - 1.0);
    let worth = |share: f32| LEAST_WORTH + (1.0 - LEAST_WORTH) * share.clamp(0.0, 1.0);
    worth(beyond_least) * worth(sharpness) * (place.sure / AMPLE_SURE).min(1.0)
}

impl Run {
    fn load(manifest: &Manifest, model: &Model) -> Result<Self, ModelError> {
        let session = Session::load(manifest, model, &manifest.read_model(model)?, Memory::GivenBack)?;
        Ok(Self { model: model.name.clone(), input: model.input.clone(), session, tensor: Tensor::default() })
    }

    /// The model of joints, tried on a black picture: a model that answers otherwise than it must is refused here.
    fn of_pose(manifest: &Manifest, model: &Model) -> Result<Self, ModelError> {
        let mut run = Self::load(manifest, model)?;
        let side = run.input.width as f32;
        let size = (run.input.width as usize, run.input.height as usize);
        let whole = Placement::crop(Rect::new(0.0, 0.0, side, side), size, &run.input);
        let whole = whole.map_err(|error| unusable(model, error.to_string()))?;
        run.tensor.values = vec![0.0; 3 * size.0 * size.1];
        run.decoded_pose(&whole).map_err(|problem| unusable(model, problem))?;
        Ok(run)
    }

    /// The model of an attribute, tried likewise.
    fn of_attribute(manifest: &Manifest, model: &Model) -> Result<Self, ModelError> {
        let mut run = Self::load(manifest, model)?;
        run.tensor.values = vec![0.0; 3 * run.input.width as usize * run.input.height as usize];
        run.one_value().map_err(|problem| unusable(model, problem))?;
        Ok(run)
    }

    fn pose(&mut self, planes: &Planes<'_>, person: Rect) -> Result<Pose, DetectError> {
        let size = (planes.width, planes.height);
        let placement = Placement::crop(pose::region(person), size, &self.input)?;
        let gamma = gamma_for(planes, &placement);
        self.tensor.fill(planes, &placement, &self.input, gamma)?;
        self.decoded_pose(&placement).map_err(|problem| self.failed(problem))
    }

    fn decoded_pose(&mut self, placement: &Placement) -> Result<Pose, String> {
        let side = self.input.width;
        let decoded = self.session.run(&self.tensor.values, |outputs| pose::decode(outputs, placement, side))?;
        decoded.map_err(|error| error.to_string())
    }

    /// The one value of an attribute's model, for a part of the frame that has its input's proportions.
    fn logit(&mut self, planes: &Planes<'_>, crop: Rect) -> Result<f32, DetectError> {
        let placement = Placement::crop(crop, (planes.width, planes.height), &self.input)?;
        self.tensor.fill(planes, &placement, &self.input, None)?;
        self.one_value().map_err(|problem| self.failed(problem))
    }

    fn one_value(&mut self) -> Result<f32, String> {
        self.session.run(&self.tensor.values, one_value)?
    }

    fn failed(&self, problem: String) -> DetectError {
        DetectError::Inference { model: self.model.clone(), problem }
    }
}

fn one_value(outputs: &[Output<'_>]) -> Result<f32, String> {
    match outputs {
        [Output { data: [value], .. }] if value.is_finite() => Ok(*value),
        [Output { data: [value], .. }] => Err(format!("it gives {value}")),
        _ => {
            let shapes: Vec<_> = outputs.iter().map(|output| output.shape).collect();
            Err(format!("its output has the shape {shapes:?}, but an attribute model gives one value"))
        }
    }
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
