//! Files in place of cameras.

mod rtsp_support;

use std::path::Path;
use std::time::Duration;

use canhdem::base::Timestamp;
use canhdem::intake::{AccessUnit, Codec, Intake, IntakeOptions, Lost, LostReason, Role, Source};
use canhdem::testcam::{self, EncodeOptions, Footage};
use gstreamer as gst;
use gstreamer::prelude::*;
use rtsp_support::{clock, footage, next};
use tempfile::TempDir;

fn start() -> Timestamp {
    "2026-02-17T01:30:00+07:00".parse().expect("valid")
}

fn open(path: &Path) -> Result<Intake, Lost> {
    Intake::open(&Source::File(path.to_owned()), Role::Main, clock(), IntakeOptions::file(start()))
}

/// Everything in the file, and how it ended.
fn read(path: &Path) -> (Vec<AccessUnit>, Lost) {
    let intake = match open(path) {
        Ok(intake) => intake,
        Err(lost) => return (Vec::new(), lost),
    };
    let mut units = Vec::new();
    loop {
        match next(&intake) {
            Ok(unit) => units.push(unit),
            Err(lost) => {
                assert!(intake.receiver().recv_timeout(rtsp_support::PATIENCE).is_err(), "the end comes last");
                return (units, lost);
            }
        }
    }
}

fn bytes(unit: &AccessUnit) -> Vec<u8> {
    unit.buffer.map_readable().expect("readable").as_slice().to_vec()
}

/// Runs a pipeline to its end.
fn run(description: &str, file: &Path) {
    gst::init().expect("GStreamer");
    #[expect(clippy::disallowed_methods, reason = "a test's own film")]
    let pipeline = gst::parse::launch(description).expect("parse").downcast::<gst::Pipeline>().expect("pipeline");
    pipeline.by_name("file").expect("file").set_property("location", file);
    pipeline.set_state(gst::State::Playing).expect("play");
    let types = [gst::MessageType::Eos, gst::MessageType::Error];
    let last = pipeline.bus().expect("bus").timed_pop_filtered(gst::ClockTime::from_seconds(60), &types);
    assert_eq!(last.map(|m| m.type_()), Some(gst::MessageType::Eos));
    pipeline.set_state(gst::State::Null).expect("stop");
}

#[track_caller]
fn check_file(codec: testcam::Codec, expected: Codec) {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("a.mp4");
    footage(codec).save(&path).expect("save");
    let (units, lost) = read(&path);
    assert_eq!(lost.reason, LostReason::Ended, "{lost}");
    assert_eq!(units.len(), 50);
    for (index, unit) in (0..).zip(&units) {
        assert_eq!(unit.codec, expected);
        assert_eq!(unit.key, index % 10 == 0, "unit {index}");
        assert_eq!(unit.pts, Duration::from_millis(40) * index, "unit {index}");
        assert_eq!(unit.at, start() + unit.pts);
    }
}

#[test]
fn h264_in_mp4() {
    check_file(testcam::Codec::H264, Codec::H264);
}

#[test]
fn h265_in_mp4() {
    check_file(testcam::Codec::H265, Codec::H265);
}

#[test]
fn footage_survives_being_saved() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("a.mp4");
    let footage = footage(testcam::Codec::H264);
    footage.save(&path).expect("save");
    let again = Footage::from_file(&path).expect("read");
    assert_eq!((again.codec, again.size(), again.duration), (footage.codec, footage.size(), footage.duration));
    assert_eq!(again.units.len(), footage.units.len());
}

#[test]
fn another_codec_is_encoded_anew_and_always_the_same() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("a.avi");
    run(
        "videotestsrc pattern=ball num-buffers=50 ! video/x-raw,format=I420,width=160,height=96,framerate=10/1 ! avenc_mpeg4 ! avimux ! filesink name=file",
        &path,
    );
    let (units, lost) = read(&path);
    assert_eq!(lost.reason, LostReason::Ended, "{lost}");
    assert_eq!(units.len(), 50);
    for (index, unit) in (0..).zip(&units) {
        assert_eq!((unit.codec, unit.key), (Codec::H264, index % 10 == 0), "unit {index}");
        assert_eq!(unit.pts, Duration::from_millis(100) * index);
    }
    let again = read(&path).0;
    assert!(units.iter().zip(&again).all(|(a, b)| bytes(a) == bytes(b)) && again.len() == units.len());
}

#[test]
fn a_truncated_file_gives_what_is_there_and_says_so() {
    let folder = TempDir::new().expect("folder");
    for (name, mux) in [("a.mp4", "mp4mux faststart=true"), ("a.mkv", "matroskamux"), ("a.avi", "avimux")] {
        let path = folder.path().join(name);
        run(
            &format!(
                "videotestsrc pattern=snow num-buffers=100 ! video/x-raw,width=160,height=96,framerate=25/1 ! x264enc key-int-max=10 tune=zerolatency ! h264parse ! {mux} ! filesink name=file"
            ),
            &path,
        );
        let whole = std::fs::read(&path).expect("read");
        std::fs::write(&path, &whole[..whole.len() * 6 / 10]).expect("write");
        let (units, lost) = read(&path);
        assert!((40..100).contains(&units.len()), "{name}: {}", units.len());
        assert!(lost.detail.contains(name), "{lost}");
        assert_eq!(lost.reason, LostReason::Broken, "{lost}");
    }
}

#[track_caller]
fn check_bad(name: &str, content: &[u8], expected: &[LostReason]) {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("write");
    let (units, lost) = read(&path);
    assert!(units.is_empty());
    assert!(expected.contains(&lost.reason), "{lost}");
    assert!(lost.detail.contains(name), "{lost}");
}

#[test]
fn files_that_are_no_video() {
    check_bad("empty.mp4", b"", &[LostReason::Broken]);
    check_bad("text.mp4", "canh đêm ".repeat(500).as_bytes(), &[LostReason::Broken, LostReason::Unsupported]);
    let mut random = fastrand::Rng::with_seed(1);
    let noise: Vec<u8> = (0..100_000).map(|_| random.u8(..)).collect();
    check_bad("noise.mp4", &noise, &[LostReason::Broken, LostReason::Unsupported]);
    let mut half = b"\0\0\0\x20ftypisom\0\0\0\0isomavc1mp41\0\0\0\0".to_vec();
    half.extend(&noise);
    check_bad("half.mp4", &half, &[LostReason::Broken]);
}

#[test]
fn a_file_that_is_not_there() {
    let lost = open(Path::new("/nowhere/a.mp4")).err().expect("an error");
    assert!(lost.detail.contains("/nowhere/a.mp4"), "{lost}");
}

#[test]
fn a_file_with_sound_only() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("a.wav");
    run("audiotestsrc num-buffers=50 ! wavenc ! filesink name=file", &path);
    let (_, lost) = read(&path);
    assert_eq!(lost.reason, LostReason::NoVideo, "{lost}");
}

#[test]
fn a_reader_that_waits_for_room_can_be_closed() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("a.mp4");
    footage(testcam::Codec::H264).save(&path).expect("save");
    let options = IntakeOptions { queue_len: 1, ..IntakeOptions::file(start()) };
    let intake = Intake::open(&Source::File(path), Role::Main, clock(), options).expect("open");
    rtsp_support::eventually(|| intake.receiver().is_full().then_some(()));
    let clock = clock();
    drop(intake);
    assert!(clock.monotonic() < Duration::from_secs(2));
}

#[test]
fn a_transformed_scene_keeps_its_length() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("a.mp4");
    footage(testcam::Codec::H264).save(&path).expect("save");
    for transform in [testcam::Transform::Night { seed: 1 }, testcam::Transform::Quiet { seed: 1 }] {
        let options = EncodeOptions { transform, gop_frames: 25, ..EncodeOptions::default() };
        let made = Footage::encode(&path, &options).expect("encode");
        assert_eq!((made.units.len(), made.size()), (50, (160, 96)));
        assert_eq!(made.units.iter().filter(|unit| unit.key).count(), 2);
    }
}
