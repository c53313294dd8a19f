//! A short look at a stream that is not watched yet.

use std::time::Duration;

use crossbeam_channel::{RecvError, RecvTimeoutError};

use super::health::{LostReason, Role, StreamState};
use super::supervised::{CONNECT_LIMIT, Stream};
use super::{AccessUnit, RtspSource};
use crate::base::SharedClock;

/// How long at most, connecting included.
const LIMIT: Duration = Duration::from_secs(CONNECT_LIMIT.as_secs() + 8);
const QUEUE_LEN: usize = 128;
/// How often it is looked whether the stream is still there.
const LOOK: Duration = Duration::from_millis(200);

/// Connects, once, and gives each access unit to `take` until that says that it is enough.
///
/// # Errors
/// Why there is no video, or not enough of it in time.
pub fn sample(
    source: RtspSource,
    clock: &SharedClock,
    mut take: impl FnMut(AccessUnit) -> bool,
) -> Result<(), LostReason> {
    let begun = clock.monotonic();
    let mut stream = Stream::new(source, Role::Main, clock.clone(), QUEUE_LEN, fastrand::Rng::new());
    loop {
        let due = stream.tick().min(LOOK);
        let health = stream.health();
        if health.state == StreamState::Lost {
            return Err(health.reason.unwrap_or(LostReason::NoVideo));
        }
        if clock.monotonic().saturating_sub(begun) > LIMIT {
            return Err(if health.state == StreamState::Live { LostReason::Broken } else { LostReason::NoVideo });
        }
        let Some(receiver) = stream.receiver().cloned() else { continue };
        let item = match receiver.recv_timeout(due) {
            Ok(item) => Ok(item),
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => Err(RecvError),
        };
        if let Some(unit) = stream.on_item(item)
            && take(unit)
        {
            return Ok(());
        }
    }
}
