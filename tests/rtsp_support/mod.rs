//! What the RTSP tests share.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::sync::Arc;
use std::time::Duration;

use canhdem::base::{Clock as _, SharedClock, SystemClock};
use canhdem::config::{Credentials, Transport};
use canhdem::intake::{AccessUnit, Intake, IntakeOptions, Item, Lost, Role, RtspSource, Source};
use canhdem::testcam::{Codec, EncodeOptions, Footage, Mount, TestCameras};

/// Far more than anything here takes: tests wait for what must happen, not for time to pass.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn clock() -> SharedClock {
    Arc::new(SystemClock::new())
}

pub fn footage(codec: Codec) -> Arc<Footage> {
    footage_of(codec, 160, 96)
}

pub fn footage_of(codec: Codec, width: u32, height: u32) -> Arc<Footage> {
    let options = EncodeOptions { codec, gop_frames: 10, ..EncodeOptions::default() };
    Arc::new(Footage::walking_square(width, height, &options).expect("encode"))
}

pub fn serve(mount: Mount) -> TestCameras {
    TestCameras::start(vec![mount]).expect("start")
}

pub fn credentials(user: &str, password: &str) -> Credentials {
    Credentials { user: user.into(), password: password.into() }
}

pub fn source(cameras: &TestCameras, path: &str) -> RtspSource {
    RtspSource { url: cameras.url(path).parse().expect("valid"), transport: Transport::Tcp, credentials: None }
}

pub fn open(source: RtspSource) -> Intake {
    Intake::open(&Source::Rtsp(source), Role::Main, clock(), IntakeOptions::live()).expect("open")
}

#[track_caller]
pub fn next(intake: &Intake) -> Item {
    intake.receiver().recv_timeout(PATIENCE).expect("an item in time")
}

#[track_caller]
pub fn units(intake: &Intake, count: usize) -> Vec<AccessUnit> {
    (0..count).map(|_| next(intake).expect("an access unit")).collect()
}

/// Reads on until the stream is lost.
#[track_caller]
pub fn lost(intake: &Intake) -> Lost {
    eventually(|| next(intake).err())
}

/// Opens it again until a picture comes, and gives that: for a moment a server refuses, while it still holds on to the
/// stream that ended.
#[track_caller]
pub fn first_again(source: &RtspSource) -> AccessUnit {
    eventually(|| next(&open(source.clone())).ok())
}

/// Asks again until there is an answer.
#[track_caller]
pub fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let clock = SystemClock::new();
    while clock.monotonic() < PATIENCE {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::yield_now();
    }
    panic!("it did not happen within {PATIENCE:?}");
}
