//! The reader of plates: one thread that owns the sessions, at a [`Desk`] that all cameras share.

use std::sync::Arc;

use super::PlateRules;
use super::look::{Depth, Looker, PlateLook};
use crate::base::Rect;
use crate::decode::Frame;
use crate::vision::Class;
use crate::vision::desk::{Desk, Spent};
use crate::vision::detector::DetectError;
use crate::vision::error::ModelError;
use crate::vision::manifest::Manifest;
use crate::vision::model::{Model, PlateTask, Task};

/// A handle to the thread that looks at vehicles; clones share it. The last one dropped waits for it to
/// end.
#[derive(Clone)]
pub struct PlateReader {
    rules: PlateRules,
    desk: Arc<Desk<Question, PlateLook>>,
}

struct Question {
    frame: Arc<Frame>,
    vehicle: Rect,
    class: Class,
    depth: Depth,
}

/// The models of a manifest that a look takes.
struct Needed<'a> {
    finder: (&'a Model, PlateTask),
    aligner: Option<&'a Model>,
    readers: Vec<&'a Model>,
}

impl PlateReader {
    /// Loads and verifies the manifest's models of plates, and starts the thread that runs them. `None`
    /// when none finds plates: then nothing can be told. Without one that reads, plates are found only.
    ///
    /// # Errors
    /// A model or ONNX Runtime is missing, altered or unusable, two models find or align plates, or there is
    /// no thread to be had.
    pub fn load(manifest: &Manifest) -> Result<Option<Self>, ModelError> {
        let (reader, left_out) = Self::load_usable(manifest)?;
        left_out.into_iter().next().map_or(Ok(reader), Err)
    }

    /// As [`load`](Self::load), but goes on without models that align or read and cannot be used, and says why.
    ///
    /// # Errors
    /// The model that finds plates or ONNX Runtime is missing, altered or unusable, two models find or align
    /// plates, or there is no thread to be had.
    pub fn load_usable(manifest: &Manifest) -> Result<(Option<Self>, Vec<ModelError>), ModelError> {
        let Some(Needed { finder, aligner, readers }) = Needed::of(manifest)? else { return Ok((None, Vec::new())) };
        let (finder, PlateTask { places, rules }) = finder;
        let (mut looker, left_out) = Looker::load(manifest, (finder, places), aligner, &readers)?;
        let answer = move |asked: &Question| looker.look(&asked.frame, (asked.vehicle, asked.class), asked.depth);
        Ok((Some(Self { rules, desk: Arc::new(Desk::open("plates", answer)?) }), left_out))
    }

    /// The models that [`load`](Self::load) loads.
    ///
    /// # Errors
    /// Two models find or align plates.
    pub fn models(manifest: &Manifest) -> Result<Vec<&Model>, ModelError> {
        let needed = Needed::of(manifest)?;
        let models = needed
            .into_iter()
            .flat_map(|Needed { finder, aligner, readers }| std::iter::once(finder.0).chain(aligner).chain(readers));
        Ok(models.collect())
    }

    /// Looks at the vehicle in a box, in pixels of the frame; waits for its turn and for the answer.
    ///
    /// # Errors
    /// The box has no pixel of the frame, its planes are too short, or a model fails.
    pub fn look(
        &self,
        frame: &Arc<Frame>,
        vehicle: Rect,
        class: Class,
        depth: Depth,
    ) -> Result<PlateLook, DetectError> {
        self.desk.ask(Question { frame: Arc::clone(frame), vehicle, class, depth })
    }

    /// As [`look`](Self::look), but `None` at once when others wait already.
    ///
    /// # Errors
    /// As those of `look`.
    pub fn try_look(
        &self,
        frame: &Arc<Frame>,
        vehicle: Rect,
        class: Class,
        depth: Depth,
    ) -> Result<Option<PlateLook>, DetectError> {
        self.desk.try_ask(Question { frame: Arc::clone(frame), vehicle, class, depth })
    }

    /// What all looks so far have cost.
    pub fn spent(&self) -> Spent {
        self.desk.spent()
    }

    /// When something may be said of a plate.
    pub fn rules(&self) -> PlateRules {
        self.rules
    }
}

impl<'a> Needed<'a> {
    /// `None` where no model finds plates.
    ///
    /// # Errors
    /// Two models find or align them.
    fn of(manifest: &'a Manifest) -> Result<Option<Self>, ModelError> {
        let (mut finder, mut aligner, mut readers) = (None::<(&Model, PlateTask)>, None::<&Model>, Vec::new());
        for model in &manifest.models {
            let first = match model.task {
                Task::PlateFinder(task) => finder.replace((model, task)).map(|(first, _)| first),
                Task::PlateAligner => aligner.replace(model),
                Task::PlateReader => {
                    readers.push(model);
                    None
                }
                Task::Detector(_) | Task::Pose | Task::Attribute(_) => None,
            };
            if let Some(first) = first {
                let problem = format!("does what {} does; keep one", first.name);
                return Err(ModelError::Unusable { model: model.name.clone(), problem });
            }
        }
        Ok(finder.map(|finder| Self { finder, aligner, readers }))
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
