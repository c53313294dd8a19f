//! `kill -9` at random moments of the program's life.

use std::time::Duration;

use canhdem::base::{Clock as _, SystemClock};

use super::appliance::Appliance;
use super::told::Told;
use super::{eventually, pause};

/// What must have happened before the clock of the kill runs.
#[derive(Debug, Clone, Copy)]
pub enum From {
    Launch,
    Answer,
    Recording,
    Alert,
}

/// Takes note of what it tells, up to the very end.
#[track_caller]
pub fn listen_until_kill(appliance: &mut Appliance, from: From, delay: Duration, told: &mut Told) {
    listen_until(appliance, from, delay, told);
    appliance.program.kill();
}

/// Takes note of what it tells, until that has happened and then for so long.
#[track_caller]
pub fn listen_until(appliance: &Appliance, from: From, delay: Duration, told: &mut Told) {
    let known = told.recorded.clone();
    // Where nobody looked after the last fault, it counts no more.
    told.pictures = None;
    eventually("what comes before the fault", || {
        told.listen(appliance);
        let begun = match from {
            From::Launch | From::Answer => true,
            From::Recording => told.recorded.keys().any(|id| !known.contains_key(id)),
            From::Alert => !told.open.is_empty(),
        };
        begun.then_some(())
    });
    let clock = SystemClock::new();
    while clock.monotonic() < delay {
        told.listen(appliance);
        pause(delay.saturating_sub(clock.monotonic()).min(Duration::from_millis(20)));
    }
}
