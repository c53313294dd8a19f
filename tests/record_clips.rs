//! Clips of real footage: every picture once, at its time, without re-encoding.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod recording;

use std::fs;
use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use c2pa::{Context, Reader, ValidationState};
use canhdem::base::{Polygon, Timestamp};
use canhdem::decode::Masks;
use canhdem::intake::{AccessUnit, Codec};
use canhdem::record::clip::{extent, make_clip};
use canhdem::record::evidence::{
    DeviceKey, Hidden, Original, Originals, RECORDING, Recording, add_credentials, trust_anchor,
};
use canhdem::record::{ClipCache, ClipError, ClipInfo, ClipLimits, Gone, SegmentIndex, Stretch};
use jiff::tz::TimeZone;
use recording::{Desk, FPS, Footage, at_ms, decoded, decoded_ms, push_all, shifted, wait_until};
use serde_json::{Value, json};
use uuid::Uuid;

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
    let left: Vec<_> = fs::read_dir(desk.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
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
    assert_eq!(fs::read_dir(desk.dir.path().join("clips")).unwrap().count(), 1);
}

#[test]
fn the_cache_is_bounded_and_forgets_the_oldest() {
    let desk = Desk::new();
    desk.record(&Footage { seconds: 14, ..Footage::H264 }.units());
    let folder = desk.dir.path().join("clips");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("gate_1_2.mp4.part"), b"left over").unwrap();
    let index = Arc::clone(&desk.index) as Arc<dyn SegmentIndex>;
    let limits = ClipLimits { files: 9, bytes: 1 << 30 };
    let cache = ClipCache::open(desk.dir.path().to_owned(), index, limits).unwrap();
    let clips: Vec<_> =
        (0..12).map(|second| cache.get(&stretch(second * 1000, 13_000), &Masks::none()).unwrap().path).collect();
    let left = fs::read_dir(&folder).unwrap().count();
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

/// A clip with credentials, and what is needed to trust them.
struct Credited {
    desk: Desk,
    info: ClipInfo,
    bytes: Vec<u8>,
    anchor: String,
}

const APPLIANCE: Uuid = Uuid::from_u128(7);

fn credited(footage: Footage) -> Credited {
    let desk = Desk::new();
    desk.record(&footage.units());
    let (plain, out) = (desk.dir.path().join("clip.mp4"), desk.dir.path().join("credited.mp4"));
    let info =
        make_clip(desk.index.as_ref(), desk.dir.path(), &stretch(3_300, 12_100), &Masks::none(), &plain).unwrap();
    let key = DeviceKey::open(desk.dir.path()).unwrap();
    add_credentials(&plain, &out, &recording(info), &key).unwrap();
    assert_eq!(decoded(&out), decoded(&plain), "the same pictures at the same times");
    Credited { bytes: fs::read(out).unwrap(), anchor: trust_anchor(APPLIANCE, &key).unwrap(), info, desk }
}

fn recording(info: ClipInfo) -> Recording {
    Recording {
        version: "1.2.3".to_owned(),
        appliance: APPLIANCE,
        alert: Uuid::from_u128(8),
        camera: "gate".to_owned(),
        camera_name: "Cổng chính".to_owned(),
        from: info.starts_at,
        to: info.ends_at,
        made_at: at_ms(60_000),
        timezone: TimeZone::get("Asia/Ho_Chi_Minh").unwrap(),
        originals: vec![Original { file: "segments/a.mp4".to_owned(), sha256: "ab".repeat(32) }],
        unfinished: 1,
        hidden: None,
    }
}

/// As whoever knows C2PA reads it, with the certificates that he trusts.
fn read(bytes: &[u8], anchor: Option<&str>) -> c2pa::Result<Reader> {
    let context = Context::new().with_settings(json!({"trust": {"trust_anchors": anchor}}))?;
    Reader::from_context(context).with_stream("video/mp4", Cursor::new(bytes))
}

/// The boxes of a file, one after the other.
fn boxes(bytes: &[u8]) -> Vec<(&[u8], Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        assert!(size >= 8, "a small box at {at}");
        found.push((&bytes[at + 4..at + 8], at..at + size));
        at += size;
    }
    found
}

#[test]
fn credentials_of_a_clip_say_what_it_is_of_and_leave_its_pictures_alone() {
    for footage in [Footage::H264, Footage { codec: Codec::H265, gop: 3 * FPS, b_frames: 3, ..Footage::H264 }] {
        let Credited { bytes, anchor, info, .. } = credited(footage);
        let reader = read(&bytes, None).unwrap();
        assert_eq!(reader.validation_state(), ValidationState::Valid, "{reader:?}");
        let failures = reader.validation_status().unwrap_or_default();
        let failures: Vec<_> = failures.iter().map(c2pa::validation_status::ValidationStatus::code).collect();
        assert_eq!(failures, ["signingCredential.untrusted"], "nobody has said yet whom he trusts");
        assert_eq!(read(&bytes, Some(&anchor)).unwrap().validation_state(), ValidationState::Trusted);

        let manifest = reader.active_manifest().unwrap();
        assert_eq!(manifest.title(), Some("Cổng chính, 2026-02-17T01:30:03.000+07:00"));
        let told: Value = serde_json::from_str(&reader.json()).unwrap();
        let told = &told["manifests"][reader.active_label().unwrap()];
        assert_eq!(told["claim_generator_info"][0]["name"], "canhdem");
        assert_eq!(told["claim_generator_info"][0]["version"], "1.2.3");
        assert_eq!(told["signature_info"]["alg"], "Ed25519");
        let common_name = told["signature_info"]["common_name"].as_str().unwrap();
        assert!(common_name.contains(&APPLIANCE.to_string()), "{told}");
        let assertion = |label: &str| {
            let mut all = told["assertions"].as_array().unwrap().iter();
            all.find(|assertion| assertion["label"].as_str().unwrap().starts_with(label)).unwrap()["data"].clone()
        };
        let actions = assertion("c2pa.actions");
        assert_eq!(actions["actions"].as_array().map(Vec::len), Some(1), "{actions}");
        assert_eq!(actions["actions"][0]["action"], "c2pa.created");
        assert!(actions["actions"][0]["digitalSourceType"].as_str().unwrap().ends_with("/digitalCapture"), "{actions}");
        let recording = assertion(RECORDING);
        assert_eq!(recording["to"].as_str().unwrap().parse::<Timestamp>().unwrap(), info.ends_at);
        assert_eq!(
            recording,
            json!({
                "appliance": APPLIANCE, "alert": Uuid::from_u128(8), "camera": "gate", "camera_name": "Cổng chính",
                "from": "2026-02-17T01:30:03.000+07:00", "to": recording["to"],
                "made_at": "2026-02-17T01:31:00.000+07:00",
                "originals": [{"file": "segments/a.mp4", "sha256": "ab".repeat(32)}], "unfinished_originals": 1,
            })
        );
    }
}

#[test]
fn credentials_say_that_a_part_is_hidden() {
    let desk = Desk::new();
    desk.record(&Footage::H264.units());
    let (plain, out) = (desk.dir.path().join("clip.mp4"), desk.dir.path().join("credited.mp4"));
    let masks = Masks::new(vec![Polygon::try_from(vec![[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]).unwrap()]);
    let info = make_clip(desk.index.as_ref(), desk.dir.path(), &stretch(3_300, 12_100), &masks, &plain).unwrap();
    let hidden = Hidden {
        privacy_masks: vec!["nha-dan".to_owned()],
        pictures_withheld: Vec::new(),
        blurred: None,
        originals: Originals::Withheld,
    };
    let told = Recording { hidden: Some(hidden), ..recording(info) };
    add_credentials(&plain, &out, &told, &DeviceKey::open(desk.dir.path()).unwrap()).unwrap();
    let reader = read(&fs::read(out).unwrap(), None).unwrap();
    assert_eq!(reader.validation_state(), ValidationState::Valid, "{reader:?}");
    let told: Value = serde_json::from_str(&reader.json()).unwrap();
    let assertions = told["manifests"][reader.active_label().unwrap()]["assertions"].as_array().unwrap().clone();
    let is_of_actions = |assertion: &&Value| assertion["label"].as_str().unwrap().starts_with("c2pa.actions");
    let actions = assertions.iter().find(is_of_actions).unwrap()["data"]["actions"].clone();
    let names: Vec<_> = actions.as_array().unwrap().iter().map(|action| action["action"].as_str().unwrap()).collect();
    assert_eq!(names, ["c2pa.created", "c2pa.edited", "c2pa.transcoded"]);
    assert!(actions[1]["description"].as_str().unwrap().contains("nha-dan"), "{actions}");
}

#[track_caller]
fn is_found_out(bytes: &[u8], anchor: &str, what: &str) {
    let state = read(bytes, Some(anchor)).map(|reader| reader.validation_state());
    assert!(matches!(state, Ok(ValidationState::Invalid) | Err(_)), "{what}: {state:?}");
}

#[test]
fn whoever_alters_a_clip_with_credentials_is_found_out() {
    let Credited { desk, bytes, anchor, .. } = credited(Footage { seconds: 13, ..Footage::H264 });
    assert_eq!(read(&bytes, Some(&anchor)).unwrap().validation_state(), ValidationState::Trusted);
    let boxes = boxes(&bytes);
    let kinds: Vec<_> = boxes.iter().map(|(kind, _)| String::from_utf8_lossy(kind).into_owned()).collect();
    assert!(["uuid", "moov", "mdat"].iter().all(|kind| kinds.contains(&(*kind).to_owned())), "{kinds:?}");
    for (kind, range) in boxes.iter().filter(|(kind, _)| [b"moov", b"mdat"].contains(&(*kind).try_into().unwrap())) {
        for place in (0..8).map(|part| range.start + 8 + part * (range.len() - 9) / 7) {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            is_found_out(&altered, &anchor, &format!("{} at {place}", String::from_utf8_lossy(kind)));
        }
    }
    // What it says of itself, as much as what it shows.
    let name = "Cổng chính".as_bytes();
    let place = bytes.windows(name.len()).rposition(|part| part == name).unwrap();
    let mut altered = bytes.clone();
    altered[place] = b'D';
    is_found_out(&altered, &anchor, "the camera's name");
    let mut more = bytes.clone();
    more.extend(b"\0\0\0\x0cmdatmore");
    is_found_out(&more, &anchor, "video that was added");

    // Signed anew, with another key: in order by itself, but not that of the office.
    let other = tempfile::tempdir().unwrap();
    let key = DeviceKey::open(other.path()).unwrap();
    let (plain, out) = (desk.dir.path().join("clip.mp4"), other.path().join("forged.mp4"));
    let info = ClipInfo { starts_at: at_ms(0), ends_at: at_ms(1) };
    add_credentials(&plain, &out, &recording(info), &key).unwrap();
    let forged = fs::read(out).unwrap();
    assert_eq!(read(&forged, Some(&anchor)).unwrap().validation_state(), ValidationState::Valid, "and not trusted");
}

#[test]
fn certificates_follow_from_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = DeviceKey::open(folder.path()).unwrap();
    let anchor = trust_anchor(APPLIANCE, &key).unwrap();
    assert_eq!(trust_anchor(APPLIANCE, &DeviceKey::open(folder.path()).unwrap()).unwrap(), anchor);
    assert_ne!(trust_anchor(Uuid::from_u128(9), &key).unwrap(), anchor);
    let other = DeviceKey::open(tempfile::tempdir().unwrap().path()).unwrap();
    assert_ne!(trust_anchor(APPLIANCE, &other).unwrap(), anchor);
}

/// A clip with masks is another file than the one without, shows the same pictures at the same times, and goes alike.
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
    assert!(shown.iter().all(|of| *of == shown[0]), "{shown:?}");
    assert!(clips[0].path != clips[1].path && clips[1].path != clips[2].path);
    assert_eq!(cache.get(&wanted, &mask(0.5)).unwrap(), clips[1]);
    // At a start they stay, unless something of what they show is not recorded any more.
    let open = || {
        let index = Arc::clone(&desk.index) as Arc<dyn SegmentIndex>;
        ClipCache::open(desk.dir.path().to_owned(), index, ClipLimits::default()).unwrap()
    };
    drop(open());
    assert!(clips.iter().all(|clip| clip.path.exists()));
    let last = desk.index.all().unwrap().into_iter().next_back().unwrap();
    desk.index.remove(last.id, Gone::Removed).unwrap();
    drop(open());
    assert!(clips.iter().all(|clip| !clip.path.exists()));
}
