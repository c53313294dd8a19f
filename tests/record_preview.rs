//! Pictures of moments of real recordings, and kept stretches in the real index.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod recording;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use canhdem::alert::Guard;
use canhdem::base::{IdSource, SharedClock, SimClock, Timestamp};
use canhdem::decode::{Masks, jpeg};
use canhdem::intake::Codec;
use canhdem::record::{Keeping, KeyFrame, Recorder, SegmentIndex, key_frame_at};
use canhdem::store::{By, KeptStretch, Recorded, Store};
use recording::{Desk, FPS, Footage, at_ms, push_all, shifted, start, wait_until};
use uuid::Uuid;

fn found(desk: &Desk, at: Timestamp) -> Option<KeyFrame> {
    key_frame_at(desk.index.as_ref(), desk.dir.path(), "gate", at).unwrap()
}

/// The picture of `at_ms` was taken `wanted_ms` after the start, and is a picture.
#[track_caller]
fn check(desk: &Desk, ms: i64, wanted_ms: Option<i64>) {
    let key = found(desk, at_ms(ms));
    assert_eq!(key.as_ref().map(|key| key.at), wanted_ms.map(at_ms), "at {ms}");
    if let Some(key) = key {
        let at = key.at;
        let frame = key.decode(&Masks::none()).unwrap();
        assert_eq!((frame.width, frame.height, frame.at), (160, 96, at));
        let jpeg = jpeg::encode(&frame, Some(80), 75);
        assert_eq!(image::load_from_memory(&jpeg).unwrap().width(), 80);
    }
}

#[test]
fn of_the_key_frame_before_each_moment() {
    let desk = Desk::new();
    desk.record(&Footage { gop: 2 * FPS, ..Footage::H264 }.units());
    check(&desk, 0, Some(0));
    check(&desk, 1_999, Some(0));
    check(&desk, 2_000, Some(2_000));
    check(&desk, 13_700, Some(12_000));
    check(&desk, 23_900, Some(22_000));
    // The next segment is a picture away; later there is none.
    check(&desk, 25_000, Some(22_000));
    check(&desk, 60_000, None);
    check(&desk, -1, None);
}

#[test]
fn of_h265_with_b_frames() {
    let desk = Desk::new();
    desk.record(&Footage { codec: Codec::H265, gop: 3 * FPS, b_frames: 3, seconds: 12, ..Footage::H264 }.units());
    check(&desk, 3_500, Some(3_000));
}

#[test]
fn there_is_none_in_a_gap_nor_of_another_camera_nor_out_of_the_world() {
    let desk = Desk::new();
    let units = Footage { seconds: 4, ..Footage::H264 }.units();
    let mut twice = units.clone();
    twice.extend(shifted(&units, Duration::from_secs(60)));
    desk.record(&twice);
    check(&desk, 3_500, Some(3_000));
    check(&desk, 30_000, None);
    check(&desk, 61_500, Some(61_000));
    for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
        assert!(found(&desk, at).is_none(), "{at}");
    }
    let other = key_frame_at(desk.index.as_ref(), desk.dir.path(), "../gate", at_ms(1_000)).unwrap();
    assert!(other.is_none());
}

#[test]
fn a_damaged_or_missing_file_is_no_picture() {
    let desk = Desk::new();
    let segments = desk.record(&Footage::H264.units());
    let tag = found(&desk, at_ms(500)).unwrap().tag;
    assert_eq!(found(&desk, at_ms(900)).unwrap().tag, tag, "the same picture");
    assert_ne!(found(&desk, at_ms(1_100)).unwrap().tag, tag);
    // The video is gone from under its tables.
    let path = desk.path(&segments[0]);
    let mut bytes = fs::read(&path).unwrap();
    let mdat = bytes.windows(4).position(|word| word == b"mdat").unwrap();
    bytes[mdat + 4..].iter_mut().take(400).for_each(|byte| *byte = 0xff);
    fs::write(&path, &bytes).unwrap();
    if let Some(key) = found(&desk, at_ms(500)) {
        // An error or a smear, never a panic.
        drop(key.decode(&Masks::none()));
    }
    fs::write(&path, b"nonsense").unwrap();
    assert!(found(&desk, at_ms(500)).is_none());
    fs::remove_file(&path).unwrap();
    assert!(found(&desk, at_ms(500)).is_none());
    assert!(found(&desk, at_ms(20_500)).is_some());
}

/// The whole way: kept through the store, left alone by the recorder that asks the store.
#[test]
fn kept_stretches_of_the_store_outlive_all_other_video() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SimClock::new(start()));
    let store = Store::open(folder.path(), &(clock.clone() as SharedClock)).unwrap();
    let index: Arc<dyn SegmentIndex> = Arc::new(store.clone());
    let quota_bytes = 400_000;
    let recorder = Recorder::start(
        folder.path().to_owned(),
        Arc::clone(&index),
        Keeping::within(quota_bytes),
        clock.clone(),
        Box::new(|_| {}),
        IdSource::seeded(1),
    )
    .unwrap();
    let camera = recorder.camera("gate");
    let hour = Duration::from_secs(3600);
    let footage = Footage { seconds: 24, pattern: "snow", ..Footage::H264 }.units();
    let record = |round: u32| {
        clock.advance_to(start() + hour * round);
        push_all(&camera, &shifted(&footage, hour * round));
        camera.gap();
        let latest = start() + hour * round + Duration::from_secs(23);
        wait_until(|| index.all().unwrap().iter().any(|row| row.complete && row.ends_at() > latest));
    };
    record(0);
    let by = By { guard: Guard { account: Uuid::from_u128(7), name: "lan".to_owned() }, at: start() };
    let stretch = KeptStretch {
        id: Uuid::from_u128(9),
        camera: "gate".to_owned(),
        from: at_ms(11_000),
        to: at_ms(12_000),
        reason: "Công an yêu cầu".to_owned(),
        kept: by.clone(),
        released: None,
    };
    assert!(store.keep(&stretch).unwrap());
    (1..4).for_each(record);
    let kept = store.recorded("gate", at_ms(0), at_ms(60_000)).unwrap();
    assert!(matches!(kept[..], [Recorded { from, to }] if from <= at_ms(11_000) && to >= at_ms(12_000)), "{kept:?}");
    assert!(kept[0].from > at_ms(0), "what is not kept beside it is gone: {kept:?}");
    let released = store.release("gate", stretch.id, &by).unwrap().unwrap();
    assert_eq!(released.released, Some(by));
    (4..7).for_each(record);
    recorder.finish();
    assert_eq!(store.recorded("gate", at_ms(0), at_ms(60_000)).unwrap(), []);
}
