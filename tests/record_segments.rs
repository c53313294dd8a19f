//! Segments of real H.264 and H.265: each plays by itself, together they hold every picture once.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod recording;

use std::collections::BTreeSet;
use std::time::Duration;

use canhdem::intake::{AccessUnit, Codec};
use canhdem::record::SegmentIndex;
use recording::{Desk, FPS, Footage, at_ms, decoded_ms, layout, push_all, shifted};

#[track_caller]
fn check(footage: Footage, expected_starts_ms: &[i64]) {
    let desk = Desk::new();
    let units = footage.units();
    let segments = desk.record(&units);
    let starts: Vec<_> = segments.iter().map(|segment| segment.started_at).collect();
    assert_eq!(starts, expected_starts_ms.iter().map(|ms| at_ms(*ms)).collect::<Vec<_>>());
    let (mut frames, mut durations) = (0, Vec::new());
    let mut shown = BTreeSet::new();
    for segment in &segments {
        assert!(segment.complete, "{segment:?}");
        assert_eq!(segment.codec, footage.codec);
        let path = desk.path(segment);
        assert_eq!(path.metadata().unwrap().len(), segment.size_bytes);
        let layout = layout(&path);
        assert_eq!(layout.whole_bytes, segment.size_bytes);
        assert_eq!(layout.duration(), segment.duration);
        let samples: Vec<_> = layout.fragments.iter().flat_map(|placed| &placed.fragment.samples).collect();
        assert!(samples[0].key);
        for sample in &samples {
            assert!(shown.insert(layout.track.duration_of(sample.shown_at).as_millis()), "a picture twice");
        }
        assert_eq!(decoded_ms(&path).len(), samples.len(), "it does not decode by itself");
        durations.extend(layout.fragments.iter().map(|placed| layout.track.duration_of(placed.fragment.duration)));
        frames += samples.len();
    }
    // What a kill can cost is at most about a second. Only what comes at once while the muxer starts, as
    // much does in a test on a busy machine, may go out in long pieces.
    let is_long = |duration: &Duration| *duration >= Duration::from_millis(1500);
    let late: Vec<_> =
        durations.iter().skip_while(|duration| is_long(duration)).filter(|duration| is_long(duration)).collect();
    assert!(late.is_empty(), "fragments of {late:?} after shorter ones");
    assert_eq!(frames, units.len());
    let expected: BTreeSet<_> = units.iter().map(|unit| unit.pts.as_millis()).collect();
    assert_eq!(shown, expected, "pictures moved in time");
}

#[test]
fn h264_with_a_key_frame_a_second() {
    check(Footage::H264, &[0, 10_000, 20_000]);
}

#[test]
fn h264_with_a_key_frame_every_seven_seconds() {
    check(Footage { gop: 7 * FPS, ..Footage::H264 }, &[0, 14_000]);
}

#[test]
fn h264_with_b_frames() {
    check(Footage { gop: 5 * FPS, b_frames: 3, ..Footage::H264 }, &[0, 10_000, 20_000]);
}

#[test]
fn h265_with_a_key_frame_a_second() {
    check(Footage { codec: Codec::H265, ..Footage::H264 }, &[0, 10_000, 20_000]);
}

#[test]
fn h265_with_b_frames() {
    check(Footage { codec: Codec::H265, gop: 5 * FPS, b_frames: 3, ..Footage::H264 }, &[0, 10_000, 20_000]);
}

/// Live streams come with times that jitter, and with pictures lost on the way.
#[test]
fn an_uneven_stream_keeps_its_times() {
    let desk = Desk::new();
    let mut random = fastrand::Rng::with_seed(3);
    let units = Footage { b_frames: 0, ..Footage::H264 }.units();
    let mut kept: Vec<AccessUnit> = Vec::new();
    for mut unit in units {
        // The end of some GOPs is lost, so that what is left can be decoded.
        if unit.pts.as_millis() % 3000 > 2700 {
            continue;
        }
        unit.pts += Duration::from_micros(random.u64(..40_000));
        kept.push(unit);
    }
    let segments = desk.record(&kept);
    let mut shown = Vec::new();
    for segment in &segments {
        let layout = layout(&desk.path(segment));
        let samples = layout.fragments.iter().flat_map(|placed| &placed.fragment.samples);
        shown.extend(samples.map(|sample| layout.track.duration_of(sample.shown_at)));
        assert_eq!(
            decoded_ms(&desk.path(segment)).len(),
            layout.fragments.iter().map(|placed| placed.fragment.samples.len()).sum::<usize>()
        );
    }
    assert_eq!(shown.len(), kept.len());
    for (shown, unit) in shown.iter().zip(&kept) {
        assert!(shown.abs_diff(unit.pts) < Duration::from_micros(50), "{shown:?} instead of {:?}", unit.pts);
    }
}

#[test]
fn a_gap_begins_a_new_segment() {
    let desk = Desk::new();
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    let first = Footage { seconds: 4, ..Footage::H264 }.units();
    // Lost in the middle of a GOP; the new intake counts from zero and begins mid-GOP too.
    push_all(&camera, &first[..FPS as usize * 2 + 7]);
    camera.gap();
    let again: Vec<_> =
        first.iter().cloned().map(|unit| AccessUnit { at: unit.at + Duration::from_secs(8), ..unit }).collect();
    push_all(&camera, &again[5..]);
    drop(camera);
    recorder.finish();
    let segments = desk.index.all().unwrap();
    let stretches: Vec<_> = segments.iter().map(|segment| (segment.started_at, segment.duration.as_millis())).collect();
    assert_eq!(stretches, [(at_ms(0), 2350), (at_ms(9_000), 3000)]);
}

/// Without a call of `gap`: the camera was set to another size, and later to another codec.
#[test]
fn a_new_format_begins_a_new_segment() {
    let desk = Desk::new();
    let small = Footage { seconds: 3, ..Footage::H264 };
    let large = Footage { width: 320, height: 192, ..small };
    let h265 = Footage { codec: Codec::H265, ..large };
    let mut units = small.units();
    units.extend(shifted(&large.units(), Duration::from_secs(3)));
    units.extend(shifted(&h265.units(), Duration::from_secs(6)));
    let segments = desk.record(&units);
    let formats: Vec<_> = segments
        .iter()
        .map(|segment| {
            let format = layout(&desk.path(segment)).track.format;
            assert_eq!(decoded_ms(&desk.path(segment)).len(), 3 * FPS as usize);
            (segment.started_at, format.codec, format.width)
        })
        .collect();
    let expected = [(at_ms(0), Codec::H264, 160), (at_ms(3000), Codec::H264, 320), (at_ms(6000), Codec::H265, 320)];
    assert_eq!(formats, expected);
}

#[test]
fn a_clock_that_is_set_begins_a_new_segment() {
    let desk = Desk::new();
    let mut units = Footage { seconds: 6, ..Footage::H264 }.units();
    let hour = Duration::from_secs(3600);
    for unit in units.iter_mut().filter(|unit| unit.pts.as_secs() >= 2) {
        unit.at -= hour;
    }
    let segments = desk.record(&units);
    let starts: Vec<_> = segments.iter().map(|segment| segment.started_at).collect();
    assert_eq!(starts, [at_ms(2000 - 3_600_000), at_ms(0)]);
}

#[test]
fn cameras_do_not_mix() {
    let desk = Desk::new();
    let recorder = desk.recorder();
    let footage = Footage { seconds: 12, ..Footage::H264 };
    let (left, right) = (footage.units(), Footage { width: 192, ..footage }.units());
    std::thread::scope(|scope| {
        for (name, units) in [("left", &left), ("right", &right)] {
            let camera = recorder.camera(name);
            scope.spawn(move || push_all(&camera, units));
        }
    });
    recorder.finish();
    for (name, width) in [("left", 160), ("right", 192)] {
        let rows = desk.index.all().unwrap();
        let segments: Vec<_> = rows.iter().filter(|row| row.camera == name).collect();
        let seconds: Vec<_> = segments.iter().map(|row| row.duration.as_secs()).collect();
        assert_eq!(seconds, [10, 2], "{name}");
        assert!(segments.iter().all(|row| layout(&desk.path(row)).track.format.width == width));
    }
    let last = desk.reports.lock().unwrap().last().cloned().unwrap();
    assert_eq!(last.used_bytes, desk.index.all().unwrap().iter().map(|row| row.size_bytes).sum::<u64>());
}

#[test]
fn garbage_is_not_recorded_and_hurts_nobody() {
    let desk = Desk::new();
    let recorder = desk.recorder();
    let (good, bad) = (recorder.camera("good"), recorder.camera("bad"));
    let mut random = fastrand::Rng::with_seed(5);
    for unit in (Footage { seconds: 3, ..Footage::H264 }).units() {
        good.push(&unit);
        let bytes: Vec<u8> = (0..random.usize(..2000)).map(|_| random.u8(..)).collect();
        let mut buffer = gstreamer::Buffer::from_slice(bytes);
        buffer.get_mut().unwrap().set_pts(unit.buffer.pts());
        bad.push(&AccessUnit { buffer, ..unit });
    }
    bad.gap();
    good.gap();
    recorder.finish();
    let rows = desk.index.all().unwrap();
    let good: Vec<_> = rows.iter().filter(|row| row.camera == "good").map(|row| row.duration.as_secs()).collect();
    assert_eq!(good, [3]);
}

/// Whoever stops the recorder before the cameras loses nothing either.
#[test]
fn finishing_flushes_cameras_that_are_still_there() {
    let desk = Desk::new();
    let recorder = desk.recorder();
    let camera = recorder.camera("gate");
    let units = Footage { seconds: 2, ..Footage::H264 }.units();
    push_all(&camera, &units);
    recorder.finish();
    let segments = desk.index.all().unwrap();
    assert_eq!(segments.len(), 1);
    assert_eq!(decoded_ms(&desk.path(&segments[0])).len(), units.len());
}
