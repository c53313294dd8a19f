//! The simulated cameras, in a process of their own: `canhdem bench` starts itself once more for it.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::films::{self, Film};
use super::plan::{Plan, QUIET};
use crate::base::{Clock as _, SystemClock};
use crate::command::output;
use crate::testcam::{Mount, TestCameras};

/// What is told on standard output once all is ready.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Started {
    pub port: u16,
    /// When the plan begins.
    pub at: Timestamp,
}

/// Whether camera `index` has a constant bit rate, where `share` of ten cameras have.
pub(super) fn is_constant(index: usize, share: usize) -> bool {
    index % 10 < share
}

/// Serves until standard input ends.
pub(super) fn run(folder: &Path, plan: &Plan, busy: usize, constant_of_ten: usize) -> anyhow::Result<()> {
    let rounds = usize::try_from(plan.round.as_secs() / QUIET.as_secs()).context("the length of a round")?;
    let mut mounts = Vec::new();
    for constant in [false, true] {
        let wanted: Vec<usize> =
            (0..plan.cameras).filter(|index| is_constant(*index, constant_of_ten) == constant).collect();
        if wanted.is_empty() {
            continue;
        }
        let films = films::prepare(folder, constant)?;
        // Many cameras show the same film, each at another time.
        let mut main = HashMap::new();
        let mut sub = HashMap::new();
        for index in wanted {
            let round = |film: &Film, known: &mut HashMap<usize, _>| {
                let variant = index % film.busy.len();
                let footage = match known.entry(variant) {
                    std::collections::hash_map::Entry::Occupied(known) => std::sync::Arc::clone(known.get()),
                    std::collections::hash_map::Entry::Vacant(new) => {
                        std::sync::Arc::clone(new.insert(film.round(index, rounds)?))
                    }
                };
                anyhow::Ok(footage)
            };
            // A round begins with its turn: the camera is so far in its round when the plan begins.
            let phase = plan.round.saturating_sub(Plan::first_turn(index, busy));
            mounts.push(Mount::new(path(index, "main"), round(&films.main, &mut main)?).in_phase(phase));
            mounts.push(Mount::new(path(index, "sub"), round(&films.sub, &mut sub)?).in_phase(phase));
        }
    }
    let clock = SystemClock::new();
    let cameras = TestCameras::start(mounts)?;
    let at = clock.now().saturating_sub(jiff::SignedDuration::try_from(cameras.playing_for())?)?;
    output::line(serde_json::to_string(&Started { port: cameras.port, at })?)?;
    // Whoever started us closes it.
    std::io::stdin().lock().read_to_end(&mut Vec::new()).context("standard input")?;
    Ok(())
}

pub(super) fn path(index: usize, role: &str) -> String {
    format!("/{}/{role}", id(index))
}

pub(super) fn id(index: usize) -> String {
    format!("cam-{index:03}")
}

/// Times of the plan as times of day.
pub(super) fn at(started: &Started, time: Duration) -> Timestamp {
    started.at.saturating_add(time).unwrap_or(Timestamp::MAX)
}
