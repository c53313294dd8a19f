//! Intake against real RTSP servers on loopback.

use std::sync::Arc;
use std::time::Duration;

use canhdem::base::{SharedClock, SystemClock};
use canhdem::config::{Credentials, Transport};
use canhdem::intake::{AccessUnit, Codec, Intake, IntakeOptions, Item, Lost, LostReason, Role, RtspSource, Source};
use canhdem::testcam::{self, Auth, Content, EncodeOptions, Footage, Mount, TestCameras};

/// Far more than anything here takes: tests wait for what must happen, not for time to pass.
const PATIENCE: Duration = Duration::from_secs(30);

fn clock() -> SharedClock {
    Arc::new(SystemClock::new())
}

fn footage(codec: testcam::Codec) -> Arc<Footage> {
    let options = EncodeOptions { codec, gop_frames: 10, ..EncodeOptions::default() };
    Arc::new(Footage::walking_square(160, 96, &options).expect("encode"))
}

fn source(cameras: &TestCameras, path: &str) -> RtspSource {
    RtspSource { url: cameras.url(path).parse().expect("valid"), transport: Transport::Tcp, credentials: None }
}

fn open(source: RtspSource) -> Intake {
    Intake::open(&Source::Rtsp(source), Role::Main, clock(), IntakeOptions::live()).expect("open")
}

fn next(intake: &Intake) -> Item {
    intake.receiver().recv_timeout(PATIENCE).expect("an item in time")
}

fn units(intake: &Intake, count: usize) -> Vec<AccessUnit> {
    (0..count).map(|_| next(intake).expect("an access unit")).collect()
}

#[test]
fn h264_over_tcp() {
    let cameras = TestCameras::start(vec![Mount::new("/cong/main", footage(testcam::Codec::H264))]).expect("start");
    let intake = open(source(&cameras, "/cong/main"));
    let units = units(&intake, 30);
    assert!(units[0].key);
    assert_eq!(units[0].pts, Duration::ZERO);
    for unit in &units {
        eprintln!("{:?} {:?} {} {}", unit.pts, unit.at, unit.key, unit.size_bytes());
    }
}
