//! Processor time instead of wall time: other programs on the machine do not count, all of this
//! one's threads do.

use std::hint::black_box;
use std::time::Duration;

use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use rustix::time::{ClockId, clock_gettime};

/// Spent by all threads of this process so far.
pub(crate) fn time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("less than a second"))
}

fn since(before: Duration) -> Duration {
    time().saturating_sub(before)
}

/// What `work` spends.
pub(crate) fn of<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let before = time();
    let result = work();
    (since(before), result)
}

/// Seconds that one of `times` runs of `work` spends.
pub(crate) fn seconds_each<T>(times: u32, mut work: impl FnMut() -> T) -> f64 {
    let (spent, ()) = of(|| (0..times).for_each(|_| drop(black_box(work()))));
    spent.as_secs_f64() / f64::from(times)
}

/// For criterion.
pub(crate) struct CpuTime;

static FORMAT: WallTime = WallTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        time()
    }

    fn end(&self, start: Duration) -> Duration {
        since(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        FORMAT.formatter()
    }
}

/// Of `count` pictures.
pub(crate) fn pictures(count: usize) -> Throughput {
    Throughput::Elements(count as u64)
}
