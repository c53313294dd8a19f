//! The reader of attributes: one thread that owns the sessions, at a [`Desk`] that all cameras
//! share.

use std::sync::Arc;

use super::attributes::AnswerRules;
use super::desk::{Desk, Spent};
use super::detector::DetectError;
use super::error::ModelError;
use super::look::{LeftOut, Look, Looker, Needed};
use super::manifest::Manifest;
use super::model::Model;
use crate::base::Rect;
use crate::decode::Frame;

/// A handle to the thread that looks at persons; clones share it. The last one dropped waits for it
/// to end.
#[derive(Clone)]
pub struct AttributeReader {
    rules: AnswerRules,
    desk: Arc<Desk<(Arc<Frame>, Rect), Look>>,
}

impl AttributeReader {
    /// Loads and verifies every attribute model of the manifest, and the pose model where one of them
    /// needs it, and starts the thread that runs them. `None` when there is no such model: then
    /// nothing can be told.
    ///
    /// # Errors
    /// A model or ONNX Runtime is missing, altered or unusable, two models judge the same, or there
    /// is no thread to be had.
    pub fn load(manifest: &Manifest) -> Result<Option<Self>, ModelError> {
        let (reader, left_out) = Self::load_usable(manifest)?;
        left_out.into_iter().next().map_or(Ok(reader), |left_out| Err(left_out.error))
    }

    /// As [`load`](Self::load), but a model that cannot be used leaves out only the attributes that need it.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn load_usable(manifest: &Manifest) -> Result<(Option<Self>, Vec<LeftOut>), ModelError> {
        let (looker, left_out) = Looker::load(manifest);
        let reader =
            looker.map(|mut looker| Self::start(looker.rules(), move |frame, person| looker.look(frame, person)));
        Ok((reader.transpose()?, left_out))
    }

    /// What [`load_usable`](Self::load_usable) would leave out.
    pub fn left_out(manifest: &Manifest) -> Vec<LeftOut> {
        Looker::load(manifest).1
    }

    /// The models that [`load`](Self::load) loads.
    ///
    /// # Errors
    /// Two models judge the same, or joints are needed and there is no model of them or more than one.
    pub fn models(manifest: &Manifest) -> Result<Vec<&Model>, ModelError> {
        let Needed { judges, pose, left_out } = Needed::of(manifest);
        match left_out.into_iter().next() {
            Some(left_out) => Err(left_out.error),
            None => Ok(judges.into_iter().map(|(model, _)| model).chain(pose).collect()),
        }
    }

    fn start(
        rules: AnswerRules,
        mut look: impl FnMut(&Frame, Rect) -> Result<Look, DetectError> + Send + 'static,
    ) -> Result<Self, ModelError> {
        let desk = Desk::open("attributes", move |(frame, person): &(Arc<Frame>, Rect)| look(frame, *person))?;
        Ok(Self { rules, desk: Arc::new(desk) })
    }

    /// Looks at the person in a box, in pixels of the frame; waits for its turn and for the answer.
    ///
    /// # Errors
    /// The box has no pixel of the frame, its planes are too short, or a model fails.
    pub fn look(&self, frame: &Arc<Frame>, person: Rect) -> Result<Look, DetectError> {
        self.desk.ask((Arc::clone(frame), person))
    }

    /// As [`look`](Self::look), but `None` at once when others wait already.
    ///
    /// # Errors
    /// As those of `look`.
    pub fn try_look(&self, frame: &Arc<Frame>, person: Rect) -> Result<Option<Look>, DetectError> {
        self.desk.try_ask((Arc::clone(frame), person))
    }

    /// What all looks so far have cost.
    pub fn spent(&self) -> Spent {
        self.desk.spent()
    }

    /// When each attribute may be answered; none for one that no model judges.
    pub fn rules(&self) -> AnswerRules {
        self.rules
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
