//! One intake against real RTSP servers on loopback.

mod rtsp_support;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use canhdem::config::Transport;
use canhdem::intake::{Codec, Intake, IntakeOptions, LostReason, Role, Source};
use canhdem::testcam::{self, Auth, Content, Mount, TestCameras};
use rtsp_support::{
    clock, credentials, eventually, first_again, footage, footage_of, lost, next, open, serve, source, units,
};

const PATH: &str = "/cong-chinh/main";

#[track_caller]
fn check_stream(mount: testcam::Codec, codec: Codec, transport: Transport) {
    let cameras = serve(Mount::new(PATH, footage(mount)));
    let intake = open(canhdem::intake::RtspSource { transport, ..source(&cameras, PATH) });
    let units = units(&intake, 25);
    assert!(units[0].key && units[0].pts == Duration::ZERO);
    assert!(units.iter().filter(|unit| unit.key).count() >= 2);
    for pair in units.windows(2) {
        assert!(pair[0].pts < pair[1].pts && pair[0].at <= pair[1].at);
    }
    for unit in &units {
        assert_eq!(unit.codec, codec);
        assert_eq!(unit.buffer.pts().map(Duration::from), Some(unit.pts));
        let caps = unit.caps.structure(0).expect("caps");
        assert_eq!(caps.get::<i32>("width"), Ok(160));
        assert_eq!(caps.get::<i32>("height"), Ok(96));
        assert!(caps.has_field("codec_data"), "{caps}");
    }
}

#[test]
fn h264_over_tcp() {
    check_stream(testcam::Codec::H264, Codec::H264, Transport::Tcp);
}

#[test]
fn h265_over_tcp() {
    check_stream(testcam::Codec::H265, Codec::H265, Transport::Tcp);
}

#[test]
fn h264_over_udp() {
    check_stream(testcam::Codec::H264, Codec::H264, Transport::Udp);
}

#[track_caller]
fn check_password(auth: Auth) {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)).with_auth(auth));
    let right = canhdem::intake::RtspSource {
        credentials: Some(credentials("canh", "mật khẩu 1")),
        ..source(&cameras, PATH)
    };
    units(&open(right.clone()), 1);
    for wrong in [Some(credentials("canh", "sai-roi-nhe")), Some(credentials("khach", "mật khẩu 1")), None] {
        let lost = lost(&open(canhdem::intake::RtspSource { credentials: wrong, ..right.clone() }));
        assert_eq!(lost.reason, LostReason::WrongPassword, "{lost}");
        assert!(!lost.detail.contains("sai-roi-nhe") && !lost.detail.contains("mật"), "{lost}");
        assert!(lost.detail.contains(PATH), "{lost}");
    }
}

#[test]
fn a_password_by_basic_authentication() {
    check_password(Auth::Basic { user: "canh".into(), password: "mật khẩu 1".into() });
}

#[test]
fn a_password_by_digest_authentication() {
    check_password(Auth::Digest { user: "canh".into(), password: "mật khẩu 1".into() });
}

#[test]
fn mounts_with_and_without_a_password_on_one_port() {
    let digest = Auth::Digest { user: "canh".into(), password: "một".into() };
    let mounts = vec![
        Mount::new("/a", footage(testcam::Codec::H264)).with_auth(digest),
        Mount::new("/b", footage(testcam::Codec::H264)),
    ];
    let cameras = TestCameras::start(mounts).expect("start");
    units(&open(source(&cameras, "/b")), 1);
    units(
        &open(canhdem::intake::RtspSource {
            credentials: Some(credentials("canh", "một")), ..source(&cameras, "/a")
        }),
        1,
    );
    assert_eq!(lost(&open(source(&cameras, "/a"))).reason, LostReason::WrongPassword);
}

#[test]
fn a_stream_that_is_not_there() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let lost = lost(&open(source(&cameras, "/cong-phu/main")));
    assert_eq!(lost.reason, LostReason::NoSuchStream, "{lost}");
    assert!(lost.detail.contains("/cong-phu/main"), "{lost}");
}

#[test]
fn nothing_listens() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    cameras.kill();
    let lost = lost(&open(source(&cameras, PATH)));
    assert_eq!(lost.reason, LostReason::NoRoute, "{lost}");
}

#[test]
fn no_video_and_no_video_that_we_know() {
    let mount =
        |path: &str, content| Mount { path: path.into(), content, auth: Auth::None, phase: Duration::ZERO, times: 1 };
    let cameras =
        TestCameras::start(vec![mount("/sound", Content::Sound), mount("/mjpeg", Content::Mjpeg)]).expect("start");
    let sound = lost(&open(source(&cameras, "/sound")));
    assert_eq!(sound.reason, LostReason::NoVideo, "{sound}");
    let mjpeg = lost(&open(source(&cameras, "/mjpeg")));
    assert_eq!(mjpeg.reason, LostReason::Unsupported, "{mjpeg}");
    assert!(mjpeg.detail.contains("JPEG"), "{mjpeg}");
}

#[test]
fn the_end_of_a_stream_comes_once_and_last() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let intake = open(source(&cameras, PATH));
    units(&intake, 3);
    cameras.end(PATH);
    assert_eq!(lost(&intake).reason, LostReason::Ended);
    assert!(intake.receiver().recv_timeout(rtsp_support::PATIENCE).is_err());
    drop(intake);
    first_again(&source(&cameras, PATH));
}

#[test]
fn a_server_that_is_killed_ends_the_stream() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let intake = open(source(&cameras, PATH));
    units(&intake, 3);
    cameras.kill();
    assert_eq!(lost(&intake).reason, LostReason::Ended);
}

#[test]
fn a_camera_that_drops_out_ends_its_stream_and_no_other() {
    let mounts = vec![Mount::new("/a", footage(testcam::Codec::H264)), Mount::new("/b", footage(testcam::Codec::H264))];
    let cameras = TestCameras::start(mounts).expect("start");
    let (a, b) = (open(source(&cameras, "/a")), open(source(&cameras, "/b")));
    units(&a, 3);
    units(&b, 3);
    cameras.drop_out("/a");
    assert_eq!(lost(&a).reason, LostReason::Ended);
    assert_eq!(lost(&open(source(&cameras, "/a"))).reason, LostReason::NoSuchStream);
    cameras.restore("/a");
    first_again(&source(&cameras, "/a"));
    units(&b, 10);
}

#[test]
fn a_new_resolution_in_mid_flight() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let intake = open(source(&cameras, PATH));
    units(&intake, 3);
    cameras.switch_footage(PATH, footage_of(testcam::Codec::H264, 320, 192));
    let changed = eventually(|| {
        let unit = next(&intake).expect("an access unit");
        (unit.caps.structure(0).and_then(|s| s.get::<i32>("width").ok()) == Some(320)).then_some(unit)
    });
    assert!(changed.key, "the first unit of another size is a key frame");
}

#[test]
fn a_new_codec_is_a_new_connection() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let intake = open(source(&cameras, PATH));
    units(&intake, 3);
    cameras.switch_footage(PATH, footage(testcam::Codec::H265));
    assert_eq!(lost(&intake).reason, LostReason::Ended);
    assert_eq!(first_again(&source(&cameras, PATH)).codec, Codec::H265);
}

#[test]
fn garbage_ends_the_stream_and_the_next_is_clean() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let intake = open(source(&cameras, PATH));
    let before = units(&intake, 3);
    cameras.garbage(PATH, true);
    assert_eq!(lost(&intake).reason, LostReason::Broken);
    drop(intake);
    cameras.garbage(PATH, false);
    assert_eq!(first_again(&source(&cameras, PATH)).caps, before[0].caps);
}

#[test]
fn a_full_queue_drops_up_to_the_next_key_frame() {
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let options = IntakeOptions { queue_len: 2, ..IntakeOptions::live() };
    let intake = Intake::open(&Source::Rtsp(source(&cameras, PATH)), Role::Main, clock(), options).expect("open");
    eventually(|| (intake.dropped() > 12).then_some(()));
    let waiting = units(&intake, 2);
    assert!(waiting[0].key && !waiting[1].key);
    assert!(next(&intake).expect("an access unit").key, "no unit refers to one that was dropped");
}

#[test]
fn cameras_that_go_as_soon_as_they_came() {
    let footage = footage(testcam::Codec::H264);
    for _ in 0..200 {
        drop(serve(Mount::new(PATH, Arc::clone(&footage))));
    }
}

#[test]
fn closing_never_takes_long() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = silent.local_addr().expect("address").port();
    let cameras = serve(Mount::new(PATH, footage(testcam::Codec::H264)));
    let mute = canhdem::intake::RtspSource {
        url: format!("rtsp://127.0.0.1:{port}/a").parse().expect("valid"),
        ..source(&cameras, PATH)
    };
    let live = open(source(&cameras, PATH));
    units(&live, 1);
    let clock = clock();
    // One that waits for an answer for ever, one in full flight, one that has not even begun.
    let waiting = open(mute);
    silent.accept().expect("connected");
    for intake in [waiting, live, open(source(&cameras, PATH))] {
        let before = clock.monotonic();
        drop(intake);
        let took = clock.monotonic().saturating_sub(before);
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
}
