//! The detector: a few inference sessions behind one bounded queue, shared by all cameras.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Sender, TrySendError, bounded};

use super::decoders::Decoder;
use super::detection::Detection;
use super::error::ModelError;
use super::lanes::{Entry, Exit, Urgency, lanes};
use super::manifest::Manifest;
use super::model::Input;
use super::nms::{self, RegionDetections, SAME_IOU};
use super::runtime::{Memory, Session};
use super::tensor::{Placement, Tensor, TensorError, gamma_for};
use crate::base::Rect;
use crate::base::worker::{Worker, catch};
use crate::decode::Frame;

/// The least score the tracker's second stage looks at.
pub const LOW_SCORE: f32 = 0.1;

/// What was seen in a frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// Best first, in pixels of the frame, down to the detector's lowest score: the caller decides
    /// what counts.
    pub detections: Vec<Detection>,
    /// Runs of the model: one for the frame and one for each close-up.
    pub inferences: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    #[error(transparent)]
    Tensor(#[from] TensorError),
    #[error("model {model}: {problem}")]
    Inference { model: String, problem: String },
}

/// A handle to the sessions of one model; clones share them. The last one dropped waits for their
/// threads to end.
#[derive(Clone)]
pub struct Detector {
    shared: Arc<Shared>,
}

struct Shared {
    model: String,
    input: Input,
    /// `None` only while dropping: closing the queue is what ends the threads.
    jobs: Option<Entry<Job>>,
    workers: Vec<Worker>,
    /// Tensors that wait to be filled again; no more than were ever in use at once.
    idle: Mutex<Vec<Tensor>>,
    inferences: AtomicU64,
}

struct Job {
    tensor: Tensor,
    answer: Sender<Answer>,
    /// Which of the caller's pictures this is.
    index: usize,
}

struct Answer {
    tensor: Tensor,
    index: usize,
    /// In pixels of the input.
    found: Result<Vec<Detection>, String>,
}

impl Detector {
    /// Loads and verifies a model and starts `sessions` threads that run it, one picture each at a
    /// time. Detections below `floor` are never reported ([`LOW_SCORE`] but for measuring).
    ///
    /// # Errors
    /// The model or ONNX Runtime is missing, altered or unusable, or there is no thread to be had.
    pub fn load(manifest: &Manifest, name: &str, floor: f32, sessions: usize) -> Result<Self, ModelError> {
        let model = manifest.model(name)?;
        let decoder = Decoder::new(model.detector()?, &model.input);
        let bytes = manifest.read_model(model)?;
        let sessions = sessions.max(1);
        let (jobs, queue) = lanes(sessions);
        let mut workers = Vec::with_capacity(sessions);
        for number in 1..=sessions {
            let session = Session::load(manifest, model, &bytes, Memory::Kept)?;
            let (decoder, queue) = (decoder.clone(), queue.clone());
            let body = move || serve(session, &decoder, floor, &queue);
            workers.push(Worker::spawn(format!("detector-{number}"), body).map_err(ModelError::Thread)?);
        }
        let shared = Shared {
            model: name.to_owned(),
            input: model.input.clone(),
            jobs: Some(jobs),
            workers,
            idle: Mutex::new(Vec::new()),
            inferences: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Width and height of the model's input, in pixels.
    pub fn input_size(&self) -> (u32, u32) {
        (self.shared.input.width, self.shared.input.height)
    }

    /// Runs of the model since it was loaded, by all clones.
    pub fn inferences(&self) -> u64 {
        self.shared.inferences.load(Ordering::Relaxed)
    }

    /// Looks at the whole frame, and again at each of `regions` (in pixels of the frame; see
    /// [`closeup`](super::closeup)). Tensors are prepared on the caller's thread; it waits for a
    /// free session and for the answers.
    ///
    /// # Errors
    /// The frame's planes are too short, a region lies outside it, or the model fails.
    pub fn detect(&self, frame: &Frame, regions: &[Rect]) -> Result<Seen, DetectError> {
        self.detect_as(Urgency::Usual, frame, regions)
    }

    /// As [`Detector::detect`]; where many wait, those in a hurry are answered first.
    ///
    /// # Errors
    /// As [`Detector::detect`].
    pub fn detect_as(&self, urgency: Urgency, frame: &Frame, regions: &[Rect]) -> Result<Seen, DetectError> {
        let whole = Rect::new(0.0, 0.0, frame.width as f32, frame.height as f32);
        let views: Vec<_> = std::iter::once(whole).chain(regions.iter().copied()).collect();
        let seen = self.look_at(frame, &views, Some(urgency))?;
        Ok(seen.unwrap_or_default())
    }

    /// Looks at one region only, in pixels of the frame: one run of the model. Waits for the answer
    /// but for no free session: `None` when there is none.
    ///
    /// # Errors
    /// As [`Detector::detect`].
    pub fn try_detect_in(&self, frame: &Frame, region: Rect) -> Result<Option<Seen>, DetectError> {
        self.look_at(frame, &[region], None)
    }

    /// Looks at each of `views`; `None` when there is no free session and it `waits` in no lane.
    fn look_at(&self, frame: &Frame, views: &[Rect], waits: Option<Urgency>) -> Result<Option<Seen>, DetectError> {
        let planes = frame.planes();
        let size = (planes.width, planes.height);
        let whole = Rect::new(0.0, 0.0, size.0 as f32, size.1 as f32);
        let input = &self.shared.input;
        let placements: Vec<_> =
            views.iter().map(|&view| Placement::new(view, size, input)).collect::<Result<_, _>>()?;

        let (answer, answers) = bounded(placements.len());
        for (index, placement) in placements.iter().enumerate() {
            let mut tensor = self.shared.take_idle();
            tensor.fill(&planes, placement, input, gamma_for(&planes, placement))?;
            let job = Job { tensor, answer: answer.clone(), index };
            let sent = match (&self.shared.jobs, waits) {
                (Some(jobs), Some(urgency)) => jobs.send(job, urgency).is_ok(),
                (Some(jobs), None) => match jobs.try_send(job, Urgency::Usual) {
                    Ok(()) => true,
                    Err(TrySendError::Full(job)) => {
                        self.shared.give_back(job.tensor);
                        return Ok(None);
                    }
                    Err(TrySendError::Disconnected(_)) => false,
                },
                (None, _) => false,
            };
            if !sent {
                return Err(self.failed("its threads have ended"));
            }
        }
        drop(answer);
        let mut parts: Vec<Option<RegionDetections>> = placements.iter().map(|_| None).collect();
        for _ in 0..placements.len() {
            let Ok(Answer { tensor, index, found }) = answers.recv() else {
                return Err(self.failed("a thread ended without an answer"));
            };
            self.shared.give_back(tensor);
            let placement = &placements[index];
            let mut detections = nms::suppress(found.map_err(|problem| self.failed(problem))?, SAME_IOU);
            for detection in &mut detections {
                detection.bbox = placement.to_frame(detection.bbox);
            }
            detections.retain(|detection| detection.bbox.area() > 0.0);
            parts[index] = Some(RegionDetections { region: placement.region, detections });
        }
        self.shared.inferences.fetch_add(placements.len() as u64, Ordering::Relaxed);
        let detections = nms::merge(whole, parts.into_iter().flatten().collect());
        Ok(Some(Seen { detections, inferences: u32::try_from(placements.len()).unwrap_or(u32::MAX) }))
    }

    fn failed(&self, problem: impl Into<String>) -> DetectError {
        DetectError::Inference { model: self.shared.model.clone(), problem: problem.into() }
    }
}

impl Shared {
    fn take_idle(&self) -> Tensor {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, tensor: Tensor) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(tensor);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        drop(self.jobs.take());
        self.workers.clear();
    }
}

/// The life of one session: a picture in, an answer out, until the queue closes.
fn serve(mut session: Session, decoder: &Decoder, floor: f32, queue: &Exit<Job>) {
    while let Some(Job { tensor, answer, index }) = queue.take() {
        let run = || session.run(&tensor.values, |outputs| decoder.decode(outputs, floor));
        let found = match catch(run) {
            Ok(Ok(decoded)) => decoded.map_err(|error| error.to_string()),
            Ok(Err(problem)) => Err(problem),
            Err(panic) => Err(format!("panicked: {panic}")),
        };
        // A caller that no longer waits has met an error of its own.
        let _ = answer.send(Answer { tensor, index, found });
    }
}

#[cfg(test)]
#[path = "detector_tests.rs"]
mod tests;
