//! Named threads that are always joined and whose panics are never lost.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle};

/// A thread with a name and an owner. Dropping it waits for the thread: tell it to stop first.
pub struct Worker {
    name: String,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts `body` on a thread called `name` (the kernel keeps the first 15 bytes). A panic is
    /// logged when it happens and ends the thread only.
    ///
    /// # Errors
    /// When the system has no thread to give.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts threads")]
    pub fn spawn(name: impl Into<String>, body: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let name = name.into();
        let thread = Builder::new().name(name.clone()).spawn({
            let name = name.clone();
            move || {
                if let Err(reason) = catch(body) {
                    tracing::error!(thread = %name, %reason, "thread panicked");
                }
            }
        })?;
        Ok(Self { name, thread: Some(thread) })
    }

    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    pub fn join(mut self) {
        self.join_inner();
    }

    /// Lets a thread be that ends by itself, or that stands still: nobody can end it, and whoever waited for it would
    /// stand still as well.
    pub fn leave(mut self) {
        self.thread = None;
    }

    fn join_inner(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(thread = %self.name, "thread ended by a panic");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.join_inner();
    }
}

/// Runs `body`; a panic becomes an error with its message.
///
/// # Errors
/// The message of the panic.
pub fn catch<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(catch(|| 3), Ok(3));
        assert_eq!(catch(|| panic!("lens {}", 4)), Err::<(), _>("lens 4".to_owned()));
    }

    #[test]
    fn a_worker_is_joined_even_when_it_panics() {
        let worker = Worker::spawn("test", || panic!("on purpose")).expect("spawn");
        worker.join();
    }
}
