//! Clips of real footage: every picture once, at its time, without re-encoding.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod recording;

use std::sync::Arc;
use std::time::Duration;

use canhdem::base::{Polygon, Timestamp};
use canhdem::decode::Masks;
use canhdem::intake::{AccessUnit, Codec};
use canhdem::record::clip::{extent, make_clip};
use canhdem::record::{ClipCache, ClipError, ClipInfo, ClipLimits, SegmentIndex, Stretch};
use recording::{Desk, FPS, Footage, at_ms, decoded_ms, push_all, shifted, wait_until};

const PICTURE_MS: u64 = 1000 / FPS;

fn stretch(from_ms: i64, to_ms: i64) -> Stretch {
    Stretch { camera: "gate".to_owned(), from: at_ms(from_ms), to: at_ms(to_ms), focus: at_ms(from_ms) }
}

/// Makes the clip and says what it shows and when, in ms of wall time after the start.
fn clip(desk: &Desk, stretch: &Stretch) -> (ClipInfo, Vec<i64>) {
    let out = desk.dir.path().join("clip.mp4");
    let info = make_clip(desk.index.as_ref(), desk.dir.path(), stretch, &Masks::none(), &out).unwrap();
    assert_eq!(extent(desk.index.as_ref(), desk.dir.path(), stretch).unwrap(), Some(info));
    let starts_ms = info.starts_at.duration_since(at_ms(0)).as_millis() as i64;
    let shown = decoded_ms(&out).into_iter().map(|ms| starts_ms + ms as i64).collect();
    let left: Vec<_> = std::fs::read_dir(desk.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "leftovers beside the clip: {left:?}");
    (info, shown)
}

fn pictures(from_ms: i64, to_ms: i64) -> Vec<i64> {
    (from_ms..to_ms).step_by(PICTURE_MS as usize).collect()
}

#[track_caller]
fn check(footage: Footage, (from_ms, to_ms): (i64, i64), (starts_ms, earliest_end_ms): (i64, i64)) {
    let desk = Desk::new();
    desk.record(&footage.units());
    let (info, shown) = clip(&desk, &stretch(from_ms, to_ms));
    assert_eq!(info.starts_at, at_ms(starts_ms));
    let ends_ms = info.ends_at.duration_since(at_ms(0)).as_millis() as i64;
    assert!((earliest_end_ms..earliest_end_ms + 1400).contains(&ends_ms), "ends at {ends_ms}");
    assert_eq!(shown, pictures(starts_ms, ends_ms));
}

#[test]
fn across_three_segments() {
    check(Footage::H264, (4_300, 22_100), (4_000, 22_100));
}

#[test]
fn with_b_frames() {
    check(Footage { gop: 3 * FPS, b_frames: 3, ..Footage::H264 }, (4_300, 17_100), (3_000, 17_100));
}

#[test]
fn of_h265_with_b_frames() {
    let footage = Footage { codec: Codec::H265, gop: 3 * FPS, b_frames: 3, ..Footage::H264 };
    check(footage, (4_300, 17_100), (3_000, 17_100));
}

#[test]
fn from_a_key_frame_to_the_end_of_a_fragment() {
    check(Footage::H264, (5_000, 15_000), (5_000, 15_000));
}

#[test]
fn beyond_what_there_is() {
    check(Footage { seconds: 4, ..Footage::H264 }, (-10_000, 30_000), (0, 4_000));
}

#[test]
fn of_nothing_there_is_no_clip() {
    let desk = Desk::new();
    desk.record(&Footage { seconds: 2, ..Footage::H264 }.units());
    for nothing in
        [stretch(-10_000, 0), stretch(2_000, 9_000), Stretch { camera: "yard".to_owned(), ..stretch(0, 2000) }]
    {
        assert_eq!(extent(desk.index.as_ref(), desk.dir.path(), &nothing).unwrap(), None);
        let out = desk.dir.path().join("clip.mp4");
        let result = make_clip(desk.index.as_ref(), desk.dir.path(), &nothing, &Masks::none(), &out);
        assert!(matches!(result, Err(ClipError::Nothing { .. })), "{result:?}");
        assert!(!out.exists());
    }
}

#[test]
fn where_nothing_was_recorded_the_picture_stands_still() {
    let desk = Desk::new();
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    let units = Footage { seconds: 4, ..Footage::H264 }.units();
    push_all(&camera, &units);
    camera.gap();
    let later = Duration::from_secs(9);
    let again: Vec<_> = units.iter().cloned().map(|unit| AccessUnit { at: unit.at + later, ..unit }).collect();
    push_all(&camera, &again);
    recorder.finish();
    let (info, shown) = clip(&desk, &stretch(2_500, 11_000));
    assert_eq!(info, ClipInfo { starts_at: at_ms(2_000), ends_at: at_ms(11_000) });
    assert_eq!(shown, [pictures(2_000, 4_000), pictures(9_000, 11_000)].concat());
}

/// Arrival times jitter; within a run of the muxer the stream's own times hold.
#[test]
fn jitter_of_the_network_leaves_no_seam() {
    let desk = Desk::new();
    let mut units = Footage { seconds: 14, ..Footage::H264 }.units();
    for unit in units.iter_mut().filter(|unit| unit.pts.as_secs() == 10) {
        unit.at -= Duration::from_millis(180);
    }
    desk.record(&units);
    let (info, shown) = clip(&desk, &stretch(8_000, 13_000));
    assert_eq!(info, ClipInfo { starts_at: at_ms(8_000), ends_at: at_ms(13_000) });
    assert_eq!(shown, pictures(8_000, 13_000));
}

#[test]
fn a_change_of_format_leaves_the_side_of_the_alert() {
    let desk = Desk::new();
    let small = Footage { seconds: 3, ..Footage::H264 };
    let mut units = small.units();
    units.extend(shifted(&Footage { width: 320, height: 192, ..small }.units(), Duration::from_secs(3)));
    desk.record(&units);
    for (focus_ms, from_ms, to_ms) in [(2_000, 1_000, 3_000), (4_000, 3_000, 5_000)] {
        let wanted = Stretch { focus: at_ms(focus_ms), ..stretch(1_000, 5_000) };
        let (info, shown) = clip(&desk, &wanted);
        assert_eq!(info, ClipInfo { starts_at: at_ms(from_ms), ends_at: at_ms(to_ms) });
        assert_eq!(shown, pictures(from_ms, to_ms));
    }
}

#[test]
fn while_the_segment_is_still_being_written() {
    let desk = Desk::new();
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    let units = Footage { seconds: 9, ..Footage::H264 }.units();
    push_all(&camera, &units);
    wait_until(|| {
        extent(desk.index.as_ref(), desk.dir.path(), &stretch(0, 60_000))
            .unwrap()
            .is_some_and(|info| info.ends_at >= at_ms(6_000))
    });
    assert!(desk.index.all().unwrap().iter().all(|row| !row.complete));
    let (info, shown) = clip(&desk, &stretch(3_200, 5_000));
    assert_eq!(info, ClipInfo { starts_at: at_ms(3_000), ends_at: at_ms(5_000) });
    assert_eq!(shown, pictures(3_000, 5_000));
    recorder.finish();
    assert_eq!(clip(&desk, &stretch(3_200, 60_000)).0.ends_at, at_ms(9_000));
}

#[test]
fn many_who_ask_at_once_get_one_file() {
    let desk = Desk::new();
    desk.record(&Footage::H264.units());
    let index = Arc::clone(&desk.index) as Arc<dyn SegmentIndex>;
    let cache = ClipCache::open(desk.dir.path().to_owned(), index, ClipLimits::default()).unwrap();
    let clips: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> =
            (0..8).map(|_| scope.spawn(|| cache.get(&stretch(3_000, 20_000), &Masks::none()).unwrap())).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(clips.iter().all(|clip| *clip == clips[0]));
    assert_eq!(decoded_ms(&clips[0].path).len() as u64, 17 * FPS);
    assert_eq!(std::fs::read_dir(desk.dir.path().join("clips")).unwrap().count(), 1);
}

#[test]
fn the_cache_is_bounded_and_forgets_the_oldest() {
    let desk = Desk::new();
    desk.record(&Footage { seconds: 14, ..Footage::H264 }.units());
    let folder = desk.dir.path().join("clips");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("gate_1_2.mp4.part"), b"left over").unwrap();
    let index = Arc::clone(&desk.index) as Arc<dyn SegmentIndex>;
    let limits = ClipLimits { files: 9, bytes: 1 << 30 };
    let cache = ClipCache::open(desk.dir.path().to_owned(), index, limits).unwrap();
    let clips: Vec<_> =
        (0..12).map(|second| cache.get(&stretch(second * 1000, 13_000), &Masks::none()).unwrap().path).collect();
    let left = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(left, 9);
    assert!(clips[11].is_file() && !clips[0].is_file());
}

#[test]
fn the_clip_of_an_alert_is_named_by_what_it_shows() {
    let desk = Desk::new();
    desk.record(&Footage { seconds: 6, ..Footage::H264 }.units());
    let index = Arc::clone(&desk.index) as Arc<dyn SegmentIndex>;
    let cache = ClipCache::open(desk.dir.path().to_owned(), index, ClipLimits::default()).unwrap();
    let wanted = |from, to| cache.get(&stretch(from, to), &Masks::none()).unwrap();
    assert_eq!(wanted(2_100, 4_000), wanted(2_900, 4_000));
    assert_ne!(wanted(2_100, 4_000).path, wanted(3_100, 4_000).path);
    let end: Timestamp = wanted(2_100, 99_000).info.ends_at;
    assert_eq!(end, at_ms(6_000));
}

/// A clip with masks is another file than the one without, shows the same pictures at the same times, and is forgotten alike.
#[test]
fn a_clip_with_masks_is_one_of_its_own() {
    let desk = Desk::new();
    desk.record(&Footage { gop: 3 * FPS, b_frames: 3, seconds: 14, ..Footage::H264 }.units());
    let index = Arc::clone(&desk.index) as Arc<dyn SegmentIndex>;
    let cache = ClipCache::open(desk.dir.path().to_owned(), index, ClipLimits::default()).unwrap();
    let mask = |right: f32| {
        let corners = vec![[0.0, 0.0], [right, 0.0], [right, 1.0], [0.0, 1.0]];
        Masks::new(vec![Polygon::try_from(corners).unwrap()])
    };
    let wanted = stretch(4_300, 12_100);
    let clips = [Masks::none(), mask(0.5), mask(0.6)].map(|masks| cache.get(&wanted, &masks).unwrap());
    assert!(clips.iter().all(|clip| clip.info == clips[0].info));
    let shown = clips.each_ref().map(|clip| decoded_ms(&clip.path));
    // Where pictures are reordered the last one may be missing: what it refers to comes behind the clip's end.
    let whole = &shown[0];
    assert!(shown.iter().all(|of| whole.starts_with(of) && of.len() + 1 >= whole.len()), "{shown:?}");
    assert!(clips[0].path != clips[1].path && clips[1].path != clips[2].path);
    assert_eq!(cache.get(&wanted, &mask(0.5)).unwrap(), clips[1]);
    cache.forget("gate", at_ms(11_000), at_ms(13_000)).unwrap();
    assert!(clips.iter().all(|clip| !clip.path.exists()));
}
