//! What the simulated cameras of the bench show: the yard of `vtest.avi` while nobody is there, and
//! real people who walk through it, with the noise of a sensor over both.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use super::plan::{QUIET, TURN};
use crate::testcam::{Bitrate, EncodeOptions, Footage, Transform};
use crate::vision::deps;

const FPS: u32 = 25;
pub(super) const GOP_FRAMES: u32 = 50;
const MAIN: (u32, u32) = (1920, 1080);
const SUB: (u32, u32) = (640, 360);
/// The clip's own speed.
const CLIP_FPS: u32 = 10;
const MAIN_KBIT: u32 = 4_000;
const SUB_KBIT: u32 = 512;
/// Pictures of a turn before somebody is there: from the first to the last of a group.
const BEFORE: [usize; 5] = [2, 13, 24, 35, 46];

/// Of one rate control.
pub(super) struct Films {
    pub main: Film,
    pub sub: Film,
}

pub(super) struct Film {
    pub quiet: Footage,
    /// One for each of [`BEFORE`]; of a main stream one for all.
    pub busy: Vec<Footage>,
}

/// Pictures of camera `index`'s turn before somebody is there.
pub(super) fn frames_before(index: usize) -> usize {
    BEFORE[index % BEFORE.len()]
}

/// Prepares them, or takes those of an earlier run from `folder`.
pub(super) fn prepare(folder: &Path, constant: bool) -> anyhow::Result<Films> {
    std::fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    let clip = deps::find(None, "footage", "vtest.avi")
        .map_err(|_| anyhow::anyhow!("the sample vtest.avi is missing; run `make setup`"))?;
    let kind = if constant { "constant" } else { "variable" };
    let rate = |kbit| if constant { Bitrate::Constant(kbit) } else { Bitrate::Variable };
    let film = |name: &str, size, kbit, before: &[usize]| {
        let options = |max_frames, seed| EncodeOptions {
            fps: FPS,
            clip_fps: CLIP_FPS,
            gop_frames: GOP_FRAMES,
            size: Some(size),
            bitrate: rate(kbit),
            transform: Transform::Grainy { seed },
            max_frames: Some(max_frames),
            ..EncodeOptions::default()
        };
        let frames = |seconds: u64| usize::try_from(seconds).unwrap_or(0) * FPS as usize;
        let path = |name: &str| folder.join(format!("{kind}-{name}.mp4"));
        let quiet = EncodeOptions { empty_frames_before: usize::MAX, ..options(frames(QUIET.as_secs()), 1) };
        let quiet = prepared(&path(&format!("{name}-quiet")), || Ok(Footage::encode(&clip, &quiet)?))?;
        let busy = before.iter().map(|&before| {
            let busy = EncodeOptions { empty_frames_before: before, ..options(frames(TURN.as_secs()), 2) };
            prepared(&path(&format!("{name}-busy-{before}")), || Ok(Footage::encode(&clip, &busy)?))
        });
        anyhow::Ok(Film { quiet, busy: busy.collect::<Result<_, _>>()? })
    };
    Ok(Films { main: film("main", MAIN, MAIN_KBIT, &BEFORE[2..3])?, sub: film("sub", SUB, SUB_KBIT, &BEFORE)? })
}

impl Film {
    /// A turn, and then quiet up to `rounds` times [`QUIET`]: what camera `index` plays.
    pub(super) fn round(&self, index: usize, rounds: usize) -> anyhow::Result<Arc<Footage>> {
        let turn = usize::try_from(TURN.as_secs() / QUIET.as_secs()).unwrap_or(0);
        let busy = &self.busy[index % self.busy.len()];
        let quiet = std::iter::repeat_n(&self.quiet, rounds.saturating_sub(turn));
        Ok(Arc::new(Footage::join(std::iter::once(busy).chain(quiet))?))
    }
}

/// From the cache, or made and put there.
fn prepared(path: &Path, make: impl FnOnce() -> anyhow::Result<Footage>) -> anyhow::Result<Footage> {
    if path.exists()
        && let Ok(footage) = Footage::from_file(path)
    {
        return Ok(footage);
    }
    let footage = make()?;
    footage.save(path)?;
    Ok(footage)
}
