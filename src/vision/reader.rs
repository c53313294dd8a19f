//! The reader of attributes: one thread that owns the sessions, behind a bounded queue, shared by
//! all cameras.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::attributes::AnswerRules;
use super::detector::DetectError;
use super::error::ModelError;
use super::look::{LeftOut, Look, Looker, Needed};
use super::manifest::Manifest;
use super::model::Model;
use crate::base::Rect;
use crate::base::worker::{Worker, catch};
use crate::decode::Frame;

/// Looks that may wait while another is made. One, so that a caller that comes back at once finds
/// its place, and a second camera waits for no more than two looks.
const MOST_WAITING: usize = 1;

/// A handle to the thread that looks at persons; clones share it. The last one dropped waits for it
/// to end.
#[derive(Clone)]
pub struct AttributeReader {
    shared: Arc<Shared>,
}

struct Shared {
    rules: AnswerRules,
    /// `None` only while dropping: closing the queue is what ends the thread.
    jobs: Option<Sender<Job>>,
    worker: Option<Worker>,
}

struct Job {
    frame: Arc<Frame>,
    person: Rect,
    answer: Sender<Result<Look, DetectError>>,
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
        look: impl FnMut(&Frame, Rect) -> Result<Look, DetectError> + Send + 'static,
    ) -> Result<Self, ModelError> {
        let (jobs, queue) = bounded(MOST_WAITING);
        let worker = Worker::spawn("attributes", move || serve(look, &queue)).map_err(ModelError::Thread)?;
        Ok(Self { shared: Arc::new(Shared { rules, jobs: Some(jobs), worker: Some(worker) }) })
    }

    /// Looks at the person in a box, in pixels of the frame; waits for its turn and for the answer.
    ///
    /// # Errors
    /// The box has no pixel of the frame, its planes are too short, or a model fails.
    pub fn look(&self, frame: &Arc<Frame>, person: Rect) -> Result<Look, DetectError> {
        let (job, answer) = job(frame, person);
        let jobs = self.shared.jobs.as_ref().ok_or_else(ended)?;
        jobs.send(job).map_err(|_| ended())?;
        answer.recv().map_err(|_| ended())?
    }

    /// As [`look`](Self::look), but `None` at once when others wait already.
    ///
    /// # Errors
    /// As those of `look`.
    pub fn try_look(&self, frame: &Arc<Frame>, person: Rect) -> Result<Option<Look>, DetectError> {
        let (job, answer) = job(frame, person);
        match self.shared.jobs.as_ref().ok_or_else(ended)?.try_send(job) {
            Ok(()) => answer.recv().map_err(|_| ended())?.map(Some),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(ended()),
        }
    }

    /// When each attribute may be answered; none for one that no model judges.
    pub fn rules(&self) -> AnswerRules {
        self.shared.rules
    }
}

fn job(frame: &Arc<Frame>, person: Rect) -> (Job, Receiver<Result<Look, DetectError>>) {
    let (answer, answers) = bounded(1);
    (Job { frame: Arc::clone(frame), person, answer }, answers)
}

fn ended() -> DetectError {
    failed("their thread has ended".to_owned())
}

fn failed(problem: String) -> DetectError {
    DetectError::Inference { model: "attributes".to_owned(), problem }
}

impl Drop for Shared {
    fn drop(&mut self) {
        drop(self.jobs.take());
        drop(self.worker.take());
    }
}

/// The life of the thread: a person in, a look out, until the queue closes.
fn serve(mut look: impl FnMut(&Frame, Rect) -> Result<Look, DetectError>, queue: &Receiver<Job>) {
    while let Ok(Job { frame, person, answer }) = queue.recv() {
        let seen = catch(|| look(&frame, person));
        let seen = seen.unwrap_or_else(|panic| Err(failed(format!("panicked: {panic}"))));
        // The frame goes before the answer, so that whoever waits may have it alone again.
        drop(frame);
        // A caller that no longer waits has ended itself.
        let _ = answer.send(seen);
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
