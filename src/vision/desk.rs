//! One thread that answers the questions of many callers, one after another, behind a bounded queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::detector::DetectError;
use super::error::ModelError;
use crate::base::cpu;
use crate::base::worker::{Worker, catch};

/// Questions that may wait while another is answered. One, so that a caller that comes back at once
/// finds its place, and a second camera waits for no more than two answers.
const MOST_WAITING: usize = 1;

/// What the answers so far have cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    pub answers: u64,
    /// Processor time of the thread that gives them; models run on it alone.
    pub cpu: Duration,
}

#[derive(Debug, Default)]
struct Spending {
    answers: AtomicU64,
    cpu_ns: AtomicU64,
}

/// The queue and its thread. Dropping it waits for the thread to end.
pub(super) struct Desk<Q, A> {
    name: &'static str,
    /// `None` only while dropping: closing the queue is what ends the thread.
    jobs: Option<Sender<Job<Q, A>>>,
    worker: Option<Worker>,
    spending: Arc<Spending>,
}

struct Job<Q, A> {
    question: Q,
    answer: Sender<Result<A, DetectError>>,
}

impl<Q: Send + 'static, A: Send + 'static> Desk<Q, A> {
    /// Starts the thread, called `name`, that owns `answer`.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(super) fn open(
        name: &'static str,
        answer: impl FnMut(&Q) -> Result<A, DetectError> + Send + 'static,
    ) -> Result<Self, ModelError> {
        let (jobs, queue) = bounded(MOST_WAITING);
        let spending = Arc::new(Spending::default());
        let worker = Worker::spawn(name, {
            let spending = Arc::clone(&spending);
            move || serve(name, answer, &queue, &spending)
        });
        let worker = worker.map_err(ModelError::Thread)?;
        Ok(Self { name, jobs: Some(jobs), worker: Some(worker), spending })
    }

    pub(super) fn spent(&self) -> Spent {
        let Spending { answers, cpu_ns } = &*self.spending;
        Spent { answers: answers.load(Ordering::Relaxed), cpu: Duration::from_nanos(cpu_ns.load(Ordering::Relaxed)) }
    }

    /// Waits for its turn and for the answer.
    ///
    /// # Errors
    /// Those of the answer, or it panicked.
    pub(super) fn ask(&self, question: Q) -> Result<A, DetectError> {
        let (job, answer) = job(question);
        let jobs = self.jobs.as_ref().ok_or_else(|| self.ended())?;
        jobs.send(job).map_err(|_| self.ended())?;
        answer.recv().map_err(|_| self.ended())?
    }

    /// As [`ask`](Self::ask), but `None` at once when others wait already.
    ///
    /// # Errors
    /// As those of `ask`.
    pub(super) fn try_ask(&self, question: Q) -> Result<Option<A>, DetectError> {
        let (job, answer) = job(question);
        match self.jobs.as_ref().ok_or_else(|| self.ended())?.try_send(job) {
            Ok(()) => answer.recv().map_err(|_| self.ended())?.map(Some),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(self.ended()),
        }
    }

    fn ended(&self) -> DetectError {
        failed(self.name, "their thread has ended".to_owned())
    }

    #[cfg(test)]
    pub(super) fn is_full(&self) -> bool {
        self.jobs.as_ref().is_some_and(Sender::is_full)
    }
}

impl<Q, A> Drop for Desk<Q, A> {
    fn drop(&mut self) {
        drop(self.jobs.take());
        drop(self.worker.take());
    }
}

fn job<Q, A>(question: Q) -> (Job<Q, A>, Receiver<Result<A, DetectError>>) {
    let (answer, answers) = bounded(1);
    (Job { question, answer }, answers)
}

fn failed(name: &str, problem: String) -> DetectError {
    DetectError::Inference { model: name.to_owned(), problem }
}

/// The life of the thread: a question in, an answer out, until the queue closes.
fn serve<Q, A>(
    name: &str,
    mut answer_to: impl FnMut(&Q) -> Result<A, DetectError>,
    queue: &Receiver<Job<Q, A>>,
    spending: &Spending,
) {
    while let Ok(Job { question, answer }) = queue.recv() {
        let before = cpu::of_thread();
        let given = catch(|| answer_to(&question));
        let given = given.unwrap_or_else(|panic| Err(failed(name, format!("panicked: {panic}"))));
        // The question goes before the answer, so that whoever waits may have its frame alone again.
        drop(question);
        let spent_ns = cpu::of_thread().saturating_sub(before).as_nanos();
        spending.cpu_ns.fetch_add(u64::try_from(spent_ns).unwrap_or(u64::MAX), Ordering::Relaxed);
        spending.answers.fetch_add(1, Ordering::Relaxed);
        // A caller that no longer waits has ended itself.
        let _ = answer.send(given);
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
