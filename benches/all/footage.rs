//! `vtest.avi` of Debian's `opencv-doc`, fetched by `make setup`, encoded once as cameras do, and
//! read through the library's own intake and decoder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use canhdem::base::{SimClock, Timestamp};
use canhdem::decode::{Decoder, Frame, Masks};
use canhdem::intake::{AccessUnit, Intake, IntakeOptions, LostReason, Role, Source};
use canhdem::testcam::{EncodeOptions, Footage, Transform};
use canhdem::vision::deps;

/// A sub-stream, the film's own size, and a main stream.
pub(crate) const SUB: (u32, u32) = (640, 360);
pub(crate) const OWN: (u32, u32) = (768, 576);
pub(crate) const MAIN: (u32, u32) = (1920, 1080);

/// Files of this run and earlier ones.
pub(crate) fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// A night on which the office is closed.
pub(crate) fn start() -> Timestamp {
    "2026-02-17T01:30:00+07:00".parse().expect("a time")
}

/// The whole film as H.264 of 25 pictures a second, a key frame every two seconds: 31.8 s.
pub(crate) fn film(size: (u32, u32)) -> PathBuf {
    encoded("film", size, &EncodeOptions::default())
}

/// Its first `frames` pictures.
pub(crate) fn excerpt(size: (u32, u32), frames: usize) -> PathBuf {
    encoded(&format!("excerpt-{frames}"), size, &EncodeOptions { max_frames: Some(frames), ..EncodeOptions::default() })
}

/// The same yard with nobody in it, for 60 s, a key frame each second.
pub(crate) fn empty_yard(size: (u32, u32)) -> PathBuf {
    let quiet = EncodeOptions { transform: Transform::Quiet { seed: 1 }, gop_frames: 25, ..EncodeOptions::default() };
    encoded("empty-yard", size, &EncodeOptions { max_frames: Some(1_500), ..quiet })
}

fn encoded(name: &str, size: (u32, u32), options: &EncodeOptions) -> PathBuf {
    let path = folder().join(format!("bench-{name}-{}x{}.mp4", size.0, size.1));
    if !path.is_file() {
        let film = deps::find(None, "footage", "vtest.avi").expect("no vtest.avi: run `make setup`");
        let options = EncodeOptions { size: Some(size), ..options.clone() };
        Footage::encode(&film, &options).and_then(|footage| footage.save(&path)).expect("encoded");
    }
    path
}

/// A file's access units, as an intake yields them.
pub(crate) fn open(path: &Path) -> Intake {
    let clock = Arc::new(SimClock::new(start()));
    Intake::open(&Source::File(path.to_owned()), Role::Main, clock, IntakeOptions::file(start())).expect("opened")
}

pub(crate) fn units(path: &Path) -> Vec<AccessUnit> {
    let intake = open(path);
    let mut units = Vec::new();
    for item in intake.receiver() {
        match item {
            Ok(unit) => units.push(unit),
            Err(lost) if lost.reason == LostReason::Ended => break,
            Err(lost) => panic!("{lost}"),
        }
    }
    units
}

/// Every `step`-th picture of a film, at most `count`, in the decoder's own memory.
pub(crate) fn frames(size: (u32, u32), step: usize, count: usize) -> Vec<Arc<Frame>> {
    let units = units(&excerpt(size, step * count));
    let mut decoder = Decoder::new(units[0].codec, &units[0].caps, &Masks::none()).expect("decoder");
    let decoded = units.iter().flat_map(|unit| decoder.push(unit).expect("decoded"));
    decoded.step_by(step).map(Arc::new).collect()
}
