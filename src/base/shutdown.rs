//! One signal to stop, usable from threads and from tasks: it is given by dropping the handle.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Held by whoever decides to stop; dropping it stops all.
pub struct ShutdownHandle {
    inner: Arc<Inner>,
    _alive: watch::Sender<()>,
}

/// Held by whoever must stop.
#[derive(Clone)]
pub struct Shutdown {
    inner: Arc<Inner>,
    alive: watch::Receiver<()>,
}

#[derive(Default)]
struct Inner {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Shutdown {
    pub fn new() -> (ShutdownHandle, Self) {
        let inner = Arc::new(Inner::default());
        let (sender, alive) = watch::channel(());
        (ShutdownHandle { inner: Arc::clone(&inner), _alive: sender }, Self { inner, alive })
    }

    pub fn is_stopped(&self) -> bool {
        *self.inner.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `duration`, or less if told to stop; says whether it was.
    pub fn wait(&self, duration: Duration) -> bool {
        let stopped = self.inner.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let (stopped, _) = self
            .inner
            .changed
            .wait_timeout_while(stopped, duration, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        *stopped
    }

    /// Resolves when told to stop.
    pub async fn stopped(mut self) {
        while self.alive.changed().await.is_ok() {}
    }
}

impl Drop for ShutdownHandle {
    fn drop(&mut self) {
        *self.inner.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.inner.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_the_handle_wakes_a_waiting_thread() {
        let (handle, shutdown) = Shutdown::new();
        assert!(!shutdown.is_stopped());
        assert!(!shutdown.wait(Duration::from_millis(1)));
        std::thread::scope(|threads| {
            let thread = threads.spawn(|| shutdown.wait(Duration::from_secs(600)));
            drop(handle);
            assert!(thread.join().expect("join"));
        });
        assert!(shutdown.is_stopped());
    }

    #[tokio::test]
    async fn dropping_the_handle_wakes_a_task() {
        let (handle, shutdown) = Shutdown::new();
        let task = tokio::spawn(shutdown.stopped());
        drop(handle);
        task.await.expect("joined");
    }
}
