//! The one thread that writes. Whatever waits when it looks is committed together: ten cameras
//! that open alerts in the same moment wait for one flush of the disk, not for ten.

use std::io;
use std::iter;
use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::broadcast;

use super::{Result, StoreError, StoredEvent};
use crate::base::Pulse;
use crate::base::worker::Worker;

/// Writes that wait at most; whoever comes after them waits for a place.
const QUEUE: usize = 256;
/// Writes that are committed together at most.
const BATCH: usize = 64;
/// How often it beats while there is nothing to write.
const IDLE: Duration = Duration::from_secs(1);

/// Changes rows and adds the events to be told once they are durable.
type Work = Box<dyn FnOnce(&Connection, &mut Vec<StoredEvent>) -> rusqlite::Result<()> + Send>;

struct Job {
    work: Work,
    answer: Sender<Result<()>>,
}

pub(super) struct Writer {
    // Before the thread: dropping it is what ends the thread, once the queue is empty.
    jobs: Sender<Job>,
    _thread: Worker,
}

impl Writer {
    /// `told` gets the events of every transaction after it is durable, in order; `pulse` beats around each.
    pub(super) fn start(
        mut connection: Connection,
        path: PathBuf,
        told: broadcast::Sender<StoredEvent>,
        pulse: Pulse,
    ) -> io::Result<Self> {
        let (jobs, queue) = bounded::<Job>(QUEUE);
        let thread = Worker::spawn("store-writer", move || {
            loop {
                pulse.beat();
                let first = match queue.recv_timeout(IDLE) {
                    Ok(first) => first,
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                let batch = iter::once(first).chain(queue.try_iter().take(BATCH - 1));
                let (works, answers): (Vec<Work>, Vec<_>) = batch.map(|job| (job.work, job.answer)).unzip();
                let outcome = commit_together(&mut connection, works);
                let failed = |error: &rusqlite::Error| Err(StoreError::from_sqlite(&path, error));
                let results: Vec<Result<()>> = match outcome {
                    Ok((results, events)) => {
                        for event in events {
                            // An error means that nobody listens.
                            let _ = told.send(event);
                        }
                        results.into_iter().map(|result| result.or_else(|error| failed(&error))).collect()
                    }
                    Err(error) => vec![failed(&error); answers.len()],
                };
                for (answer, result) in answers.into_iter().zip(results) {
                    // An error means that the caller is gone.
                    let _ = answer.send(result);
                }
            }
        })?;
        Ok(Self { jobs, _thread: thread })
    }

    /// Runs `work` in a transaction and gives back what it came to, once that is durable. Blocks.
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &mut Vec<StoredEvent>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = bounded(1);
        let (give, given) = bounded(1);
        let work: Work = Box::new(move |connection, told| {
            let outcome = work(connection, told)?;
            // An error means that the caller is gone.
            let _ = give.send(outcome);
            Ok(())
        });
        self.jobs.send(Job { work, answer }).map_err(|_| StoreError::Stopped)?;
        answered.recv().map_err(|_| StoreError::Stopped)??;
        given.recv().map_err(|_| StoreError::Stopped)
    }

    /// As [`Writer::write`], for work that tells no events but has an answer. Blocks.
    pub(super) fn decide<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = bounded(1);
        self.write(move |connection, _| {
            // The caller waits for it.
            let _ = answer.send(work(connection)?);
            Ok(())
        })?;
        answered.recv().map_err(|_| StoreError::Stopped)
    }
}

/// One transaction around all, one savepoint around each: a row that is refused spoils only its own
/// work, a full disk spoils all.
fn commit_together(
    connection: &mut Connection,
    works: Vec<Work>,
) -> rusqlite::Result<(Vec<rusqlite::Result<()>>, Vec<StoredEvent>)> {
    let mut results = Vec::with_capacity(works.len());
    let mut events = Vec::new();
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for work in works {
        let mut savepoint = transaction.savepoint()?;
        let told = events.len();
        match work(&savepoint, &mut events) {
            Ok(()) => {
                savepoint.commit()?;
                results.push(Ok(()));
            }
            // SQLite has taken back the whole transaction.
            Err(error) if savepoint.is_autocommit() => return Err(error),
            Err(error) => {
                savepoint.rollback()?;
                events.truncate(told);
                results.push(Err(error));
            }
        }
    }
    transaction.commit()?;
    Ok((results, events))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Subject;

    fn work(value: i64) -> Work {
        Box::new(move |connection, events| {
            events.push(StoredEvent { seq: value, subject: Subject::Camera("kho".to_owned()) });
            connection.execute("insert into t values (?1)", [value]).map(drop)
        })
    }

    #[test]
    fn a_refused_write_spoils_no_other() {
        let mut connection = Connection::open_in_memory().expect("open");
        connection.execute_batch("create table t (value integer check (value <> 2)) strict").expect("create");
        let (results, events) = commit_together(&mut connection, vec![work(1), work(2), work(3)]).expect("commit");
        assert_eq!(results.iter().map(std::result::Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 3]);
        let sum: i64 = connection.query_row("select sum(value) from t", [], |row| row.get(0)).expect("sum");
        assert_eq!(sum, 4);
    }
}
