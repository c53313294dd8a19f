use super::*;
use crate::decode::testing::{Encoding, encode};

const SMALL: (u32, u32) = (320, 180);

/// Runs the units; returns the times in milliseconds of the pictures that were analysed while
/// something moved in them, and the counts.
fn run(gate: Gate, units: &[AccessUnit]) -> (Vec<u128>, Vec<u128>, WatcherCounts) {
    let mut watcher = Watcher::new(gate, 5);
    let (mut analysed, mut moving) = (Vec::new(), Vec::new());
    let mut see = |sighting: Sighting| {
        analysed.push(sighting.frame.pts.as_millis());
        if !sighting.motion.is_empty() {
            moving.push(sighting.frame.pts.as_millis());
        }
        false
    };
    for unit in units {
        watcher.push(unit, &mut see).expect("decodes");
    }
    watcher.finish(&mut see).expect("drains");
    (analysed, moving, watcher.counts())
}

/// Somebody crosses from picture `from` to picture `to`.
fn visitor(from: u32, to: u32) -> impl Fn(u32) -> Option<Rect> {
    move |index| {
        let along = index.checked_sub(from).filter(|_| index < to)?;
        Some(Rect::new(20.0 + 3.0 * along as f32, 60.0, 24.0, 60.0))
    }
}

#[track_caller]
fn nothing_is_missed(gop: u32, b_frames: u32, from: u32, to: u32) {
    let units = encode(Encoding { gop, b_frames, size: SMALL }, 20 * 25, visitor(from, to));
    let (_, reference, all) = run(Gate::always_awake(), &units);
    let (analysed, gated, counts) = run(Gate::new(), &units);
    assert!(!reference.is_empty(), "the reference sees the visitor");
    let missed: Vec<_> = reference.iter().filter(|time| !analysed.contains(time)).collect();
    assert!(missed.is_empty(), "GOP {gop}, {b_frames} B frames: {missed:?} of {reference:?} missed; saw {gated:?}");
    assert!(analysed.is_sorted(), "in order and none twice: {analysed:?}");
    assert!(all.decoded >= 490);
    assert!(counts.decoded <= all.decoded && all.decoded <= all.access_units, "{counts:?} against {all:?}");
    assert_eq!(all.decoded_again, 0);
    assert!(counts.decoded_again > 0, "a wake decodes the key frame again: {counts:?}");
}

#[test]
fn a_visitor_is_seen_from_the_first_picture_on() {
    // Between two key frames, across one, and late in a long GOP.
    nothing_is_missed(50, 0, 10 * 25 + 10, 10 * 25 + 45);
    nothing_is_missed(25, 0, 11 * 25 - 10, 11 * 25 + 20);
    nothing_is_missed(250, 0, 17 * 25, 18 * 25 + 10);
    nothing_is_missed(50, 2, 10 * 25 + 10, 10 * 25 + 60);
}

#[test]
fn a_quiet_camera_is_decoded_once_a_second() {
    let units = encode(Encoding { gop: 25, b_frames: 0, size: SMALL }, 60 * 25, |_| None);
    let (analysed, moving, counts) = run(Gate::new(), &units);
    assert_eq!(analysed, [0; 0]);
    assert!(moving.is_empty());
    assert_eq!(counts.access_units, 1_500);
    assert_eq!((counts.decoded, counts.decoded_again), (60, 0));
}

/// Half of the picture is masked, and somebody walks about there all the time: by the picture that wakes nobody. That their
/// access units are larger may wake the camera, and then it sleeps again.
#[test]
fn who_moves_behind_a_mask_keeps_nobody_awake() {
    let corners = vec![[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]];
    let masks = Masks::new(vec![crate::base::Polygon::try_from(corners).expect("a polygon")]);
    let walks = |index: u32| Some(Rect::new(4.0 + (2 * index % 120) as f32, 60.0, 24.0, 60.0));
    let units = encode(Encoding { gop: 25, b_frames: 0, size: SMALL }, 40 * 25, walks);
    let mut watcher = Watcher::new(Gate::new(), 5).masked(masks.clone());
    let mut asleep = 0;
    for unit in &units {
        let see = &mut |sighting: Sighting| {
            assert!(sighting.motion.is_empty(), "{:?} at {:?}", sighting.motion, sighting.frame.pts);
            false
        };
        watcher.push(unit, see).expect("decodes");
        asleep += usize::from(!watcher.gate().is_awake());
    }
    assert!(asleep > units.len() / 2, "asleep for {asleep} of {}", units.len());

    // Unmasked it is seen at once, in the middle of a group, and masked again no more.
    watcher.mask(Masks::none());
    assert!(watcher.latest().is_none(), "what was painted otherwise is not given out");
    let shift = units.last().expect("some").pts + Duration::from_millis(40);
    let mut seen = 0;
    for unit in &units[..500] {
        let unit = AccessUnit { pts: unit.pts + shift, ..unit.clone() };
        watcher
            .push(&unit, &mut |sighting| {
                seen += usize::from(!sighting.motion.is_empty());
                true
            })
            .expect("decodes");
    }
    assert!(seen > 50, "{seen}");
    watcher.mask(masks);
    assert!(watcher.latest().is_none());
}

#[test]
fn a_change_of_size_in_mid_stream_is_followed() {
    let mut units = encode(Encoding { gop: 25, b_frames: 0, size: SMALL }, 50, |_| None);
    let shift = units.last().expect("some").pts + Duration::from_millis(40);
    let other = encode(Encoding { gop: 25, b_frames: 0, size: (640, 360) }, 50, |_| None);
    units.extend(other.into_iter().map(|unit| AccessUnit { pts: unit.pts + shift, ..unit }));
    let mut sizes = Vec::new();
    let mut watcher = Watcher::new(Gate::always_awake(), 5);
    for unit in units {
        let see = &mut |sighting: Sighting| {
            sizes.push(sighting.frame.width);
            false
        };
        watcher.push(&unit, see).expect("decodes");
    }
    assert_eq!((sizes.first(), sizes.last()), (Some(&320), Some(&640)));
}

#[test]
fn rubbish_is_an_error_or_nothing_and_the_next_key_frame_begins_anew() {
    let good = encode(Encoding { gop: 25, b_frames: 0, size: SMALL }, 75, |_| None);
    let mut watcher = Watcher::new(Gate::always_awake(), 25);
    let mut seen = 0;
    for (index, mut unit) in good.into_iter().enumerate() {
        if (25..50).contains(&index) {
            let mut random = fastrand::Rng::with_seed(index as u64);
            let rubbish: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(unit.size_bytes()).collect();
            unit.buffer = gstreamer::Buffer::from_slice(rubbish);
        }
        let last_second = index >= 51;
        let result = watcher.push(&unit, &mut |_| {
            seen += u32::from(last_second);
            false
        });
        assert!(index < 25 || (25..51).contains(&index) || result.is_ok(), "unit {index}: {result:?}");
    }
    assert!(seen >= 20, "{seen} pictures of the last second");
}

#[test]
fn a_group_too_large_for_memory_is_still_watched() {
    let units = encode(Encoding { gop: 250, b_frames: 0, size: SMALL }, 400, visitor(300, 360));
    let mut watcher = Watcher::new(Gate::new(), 5);
    watcher.buffer = GopBuffer::new(units.iter().take(40).map(AccessUnit::size_bytes).sum());
    let mut moving = 0;
    for unit in units {
        let see = &mut |sighting: Sighting| {
            moving += usize::from(!sighting.motion.is_empty());
            false
        };
        watcher.push(&unit, see).expect("decodes");
    }
    assert!(moving > 5, "{moving}");
}
