//! A supervised stream against cameras that fail: it always comes back. The clock is simulated, so
//! that waiting costs nothing.

mod rtsp_support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::Arc;
use std::time::Duration;

use canhdem::base::worker::Worker;
use canhdem::base::{SimClock, Timestamp};
use canhdem::intake::{
    AccessUnit, CONNECT_LIMIT, Codec, LostReason, Role, RtspSource, STALL_LIMIT, Stream, StreamState, backoff,
};
use canhdem::testcam::{self, Mount, TestCameras};
use rtsp_support::{PATIENCE, footage, serve, source};

const PATH: &str = "/cong-chinh/main";

struct Watched {
    stream: Stream,
    clock: Arc<SimClock>,
}

impl Watched {
    fn new(source: RtspSource) -> Self {
        let start: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
        let clock = Arc::new(SimClock::new(start));
        let random = fastrand::Rng::with_seed(1);
        Self { stream: Stream::new(source, Role::Main, clock.clone(), 64, random), clock }
    }

    /// Does what the camera's thread does, once; time passes only where the stream waits to retry.
    #[track_caller]
    fn step(&mut self) -> Option<AccessUnit> {
        let wait = self.stream.tick();
        let Some(receiver) = self.stream.receiver() else {
            self.clock.advance(wait);
            return None;
        };
        let item = receiver.recv_timeout(PATIENCE).expect("an item in time");
        self.stream.on_item(Ok(item))
    }

    #[track_caller]
    fn until_live(&mut self) -> AccessUnit {
        let unit = rtsp_support::eventually(|| self.step());
        let health = self.stream.health();
        assert_eq!((health.state, health.reason), (StreamState::Live, None));
        unit
    }

    #[track_caller]
    fn until_lost(&mut self) -> LostReason {
        rtsp_support::eventually(|| {
            self.step();
            (self.stream.health().state == StreamState::Lost).then_some(())
        });
        self.stream.health().reason.expect("a reason")
    }

    /// Takes all that is there and lets `time` pass.
    fn wait(&mut self, time: Duration) {
        while let Some(Ok(item)) = self.stream.receiver().map(crossbeam_channel::Receiver::try_recv) {
            self.stream.on_item(Ok(item));
        }
        self.clock.advance(time);
        self.stream.tick();
    }
}

fn camera() -> (TestCameras, Watched) {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let watched = Watched::new(source(&cameras, PATH));
    (cameras, watched)
}

#[test]
fn a_stall_is_noticed_and_overcome() {
    let (cameras, mut watched) = camera();
    assert_eq!(watched.stream.health().state, StreamState::Connecting);
    watched.until_live();
    assert_eq!(watched.stream.health().codec, Some(Codec::H264));
    cameras.stall(PATH, true);
    let lost = rtsp_support::eventually(|| {
        watched.wait(STALL_LIMIT);
        watched.stream.health().reason
    });
    assert_eq!((lost, watched.stream.health().state), (LostReason::Stalled, StreamState::Lost));
    assert!(watched.stream.receiver().is_none());
    cameras.stall(PATH, false);
    watched.until_live();
}

#[test]
fn a_server_that_is_killed_and_started_again() {
    let (cameras, mut watched) = camera();
    watched.until_live();
    cameras.kill();
    assert_eq!(watched.until_lost(), LostReason::Ended);
    let since = watched.stream.health().since;
    // It goes on trying, and says why it fails now, but has been lost since then.
    rtsp_support::eventually(|| {
        watched.step();
        (watched.stream.health().reason == Some(LostReason::NoRoute)).then_some(())
    });
    assert_eq!((watched.stream.health().state, watched.stream.health().since), (StreamState::Lost, since));
    cameras.resume().expect("listen again");
    let unit = watched.until_live();
    assert!(unit.key && unit.pts == Duration::ZERO, "a new intake starts at zero");
}

#[test]
fn a_camera_that_comes_back_with_another_codec() {
    let (cameras, mut watched) = camera();
    watched.until_live();
    cameras.switch_footage(PATH, footage(testcam::Codec::H265));
    watched.until_lost();
    assert_eq!(watched.until_live().codec, Codec::H265);
    assert_eq!(watched.stream.health().codec, Some(Codec::H265));
}

#[test]
fn a_host_that_accepts_and_never_answers() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = silent.local_addr().expect("address").port();
    let (cameras, _) = camera();
    let url = format!("rtsp://127.0.0.1:{port}/a").parse().expect("valid");
    let mut watched = Watched::new(RtspSource { url, ..source(&cameras, PATH) });
    assert_eq!(watched.stream.tick(), CONNECT_LIMIT);
    watched.wait(CONNECT_LIMIT / 2);
    assert_eq!(watched.stream.health().state, StreamState::Connecting);
    watched.wait(CONNECT_LIMIT / 2);
    let health = watched.stream.health();
    assert_eq!((health.state, health.reason), (StreamState::Lost, Some(LostReason::NoRoute)));
}

/// The crate that parses descriptions panics at this one; the next answer is tried all the same.
#[test]
fn a_description_that_nobody_can_read() {
    let broken = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = broken.local_addr().expect("address").port();
    let camera = Worker::spawn("camera", move || {
        for _ in 0..2 {
            let (mut client, _) = broken.accept().expect("a client");
            let mut request = BufReader::new(client.try_clone().expect("a socket")).lines();
            while request.next().is_some_and(|line| !line.expect("text").is_empty()) {}
            let body = "v=0\r\nno line of a description\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n";
            let length = body.len();
            let head = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp";
            write!(client, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").expect("sent");
            // Until it hangs up.
            while request.next().is_some_and(|line| line.is_ok()) {}
        }
    });
    let (cameras, _) = self::camera();
    let url = format!("rtsp://127.0.0.1:{port}/a").parse().expect("valid");
    let mut watched = Watched::new(RtspSource { url, ..source(&cameras, PATH) });
    for _ in 0..2 {
        assert_eq!(watched.until_lost(), LostReason::Broken);
        // Until it tries again.
        watched.wait(backoff::LONGEST);
    }
    drop(watched);
    camera.expect("a thread").join();
}

#[test]
fn tries_come_less_and_less_often() {
    let (cameras, mut watched) = camera();
    cameras.kill();
    let mut waits = Vec::new();
    while waits.len() < 6 {
        let wait = watched.stream.tick();
        if let Some(receiver) = watched.stream.receiver() {
            let item = receiver.recv_timeout(PATIENCE).expect("an item in time");
            watched.stream.on_item(Ok(item));
        } else {
            waits.push(wait);
            watched.clock.advance(wait);
        }
    }
    assert!(waits.iter().all(|wait| (backoff::SHORTEST..=backoff::LONGEST).contains(wait)), "{waits:?}");
    assert!(waits[5] > waits[0] * 2, "{waits:?}");
}

#[test]
fn garbage_is_told_and_overcome() {
    for codec in [testcam::Codec::H264, testcam::Codec::H265] {
        let cameras = serve(Mount::new(PATH, footage(codec)));
        let mut watched = Watched::new(source(&cameras, PATH));
        watched.until_live();
        cameras.garbage(PATH, true);
        // Rubbish may look like pictures for a while, or like nothing at all.
        let reason = rtsp_support::eventually(|| {
            watched.wait(Duration::from_millis(5));
            std::thread::yield_now();
            watched.stream.health().reason
        });
        assert!(matches!(reason, LostReason::Broken | LostReason::Stalled), "{reason:?}");
        cameras.garbage(PATH, false);
        watched.until_live();
    }
}
