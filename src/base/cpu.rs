//! Processor time: what others do on the machine does not count.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Spent by this process so far, all threads.
pub fn of_process() -> Duration {
    read(ClockId::ProcessCPUTime)
}

/// Spent by the calling thread so far.
pub fn of_thread() -> Duration {
    read(ClockId::ThreadCPUTime)
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
