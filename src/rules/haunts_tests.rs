use proptest::prelude::*;

use super::*;

const FRAME: (u32, u32) = (1600, 900);
const MONTH: SignedDuration = SignedDuration::from_hours(24 * 30);

fn timezone() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled")
}

/// A local time of Vietnam, in 2026: `11-25T21:00`.
fn at(local: &str) -> Timestamp {
    format!("2026-{local}:00+07:00").parse().expect("a time")
}

fn haunts(keep: SignedDuration, marks: Vec<Mark>) -> Haunts {
    let mut haunts = Haunts::new(timezone(), keep);
    haunts.remember(marks);
    haunts
}

fn mark(track: u128, at: Timestamp, (x, y): (f32, f32)) -> Mark {
    Mark { track: Uuid::from_u128(track), spot: Point { x, y }, at }
}

/// Somebody 180 pixels tall whose feet are at a place in 0..1 of the frame.
fn loiters(track: u128, at: Timestamp, (x, y): (f32, f32)) -> Finding {
    Finding {
        kind: FindingKind::Loitering,
        track: Uuid::from_u128(track),
        confidence: 0.8,
        at,
        bbox: Rect::new(x * 1600.0 - 30.0, y * 900.0 - 180.0, 60.0, 180.0),
        zone: Some("san".to_owned()),
        weight: 1.0,
    }
}

/// On how many nights, as is told of somebody who loiters now in the middle of the picture; 0 where nothing is.
fn told(haunts: &mut Haunts, now: &str) -> usize {
    let mut findings = vec![loiters(99, at(now), (0.5, 0.5))];
    let nights = haunts.recall(&mut findings, FRAME).nights_at_spot;
    let again: Vec<_> = findings.iter().filter(|finding| is_of_spot(finding, &findings)).collect();
    assert_eq!(again.len(), usize::from(nights > 0));
    assert!(again.iter().all(|again| again.weight > 0.0 && again.track == Uuid::from_u128(99)));
    nights
}

#[track_caller]
fn check(marks: &[(&str, (f32, f32))], now: &str, expected: usize) {
    let marks = (0..).zip(marks).map(|(track, (local, spot))| mark(track, at(local), *spot)).collect();
    assert_eq!(told(&mut haunts(MONTH, marks), now), expected);
}

#[test]
fn the_third_night_at_a_spot_is_told() {
    let here = (0.5, 0.5);
    check(&[], "11-25T23:00", 0);
    check(&[("11-24T23:00", here)], "11-25T23:00", 0);
    check(&[("11-24T23:00", here), ("11-20T19:00", here)], "11-25T23:00", 3);
    // Tonight, and after midnight, is one night.
    check(&[("11-24T23:00", here), ("11-25T03:00", here), ("11-25T19:00", here)], "11-25T23:00", 0);
    check(&[("11-24T23:00", here), ("11-25T22:00", here), ("11-23T22:00", here)], "11-26T02:00", 3);
    // Another week, another time of day.
    check(&[("11-24T23:00", here), ("11-18T22:00", here)], "11-25T23:00", 0);
    check(&[("11-24T23:00", here), ("11-23T22:00", here)], "11-25T12:00", 0);
    // The clock was put back.
    check(&[("11-26T23:00", here), ("11-27T22:00", here)], "11-25T23:00", 0);
}

#[test]
fn a_spot_is_as_large_as_a_person() {
    let nights = |spot: (f32, f32)| [("11-24T23:00", spot), ("11-23T23:00", spot)];
    // 180 pixels: 0.1125 of the width, 0.2 of the height.
    check(&nights((0.61, 0.5)), "11-25T23:00", 3);
    check(&nights((0.5, 0.31)), "11-25T23:00", 3);
    check(&nights((0.62, 0.5)), "11-25T23:00", 0);
    check(&nights((0.5, 0.71)), "11-25T23:00", 0);
    check(&nights((0.6, 0.65)), "11-25T23:00", 0);
    let far = Rect::new(800.0, 400.0, 10.0, 30.0);
    assert_eq!(reach(&far, FRAME), Point { x: 90.0 / 1600.0, y: 0.1 });
}

#[test]
fn a_zone_by_another_name_is_the_same_spot() {
    let here = (0.5, 0.5);
    let mut haunts = haunts(MONTH, vec![mark(1, at("11-24T23:00"), here), mark(2, at("11-23T23:00"), here)]);
    let mut findings = vec![Finding { zone: Some("san-moi".to_owned()), ..loiters(99, at("11-25T23:00"), here) }];
    assert_eq!(haunts.recall(&mut findings, FRAME).nights_at_spot, 3);
}

#[test]
fn each_track_leaves_one_mark_where_it_began_to_loiter() {
    let mut haunts = haunts(MONTH, Vec::new());
    let see = |haunts: &mut Haunts, finding: Finding| haunts.recall(&mut vec![finding], FRAME);
    see(&mut haunts, loiters(1, at("11-25T23:00"), (0.5, 0.5)));
    see(&mut haunts, loiters(1, at("11-25T23:01"), (0.9, 0.9)));
    let fresh = haunts.take_fresh();
    let [left] = &fresh[..] else { panic!("{fresh:?}") };
    assert_eq!(left.at, at("11-25T23:00"));
    assert!((left.spot.x - 0.5).abs() < 1e-3 && (left.spot.y - 0.5).abs() < 1e-3, "{left:?}");
    assert!(haunts.take_fresh().is_empty());
    // By day, outside of all zones, and for anything else there is none.
    see(&mut haunts, loiters(2, at("11-25T12:00"), (0.5, 0.5)));
    see(&mut haunts, Finding { zone: None, ..loiters(3, at("11-25T23:00"), (0.5, 0.5)) });
    see(&mut haunts, Finding { kind: FindingKind::Person, ..loiters(4, at("11-25T23:00"), (0.5, 0.5)) });
    assert!(haunts.take_fresh().is_empty());
}

#[test]
fn the_memory_has_an_end() {
    let minutes = |n: usize| at("11-25T18:00") + SignedDuration::from_secs(n as i64);
    let marks = (0..MOST_MARKS + 5).map(|n| mark(n as u128, minutes(n), (0.5, 0.5)));
    let mut haunts = haunts(MONTH, marks.collect());
    assert_eq!((haunts.marks.len(), haunts.marks[0].at), (MOST_MARKS, minutes(5)));
    haunts.recall(&mut vec![loiters(u128::MAX, at("11-25T23:00"), (0.5, 0.5))], FRAME);
    assert_eq!((haunts.marks.len(), haunts.marks[0].at), (MOST_MARKS, minutes(6)));
}

prop_compose! {
    /// In the two weeks before the night of the 25th.
    fn any_mark()(track in 1000..2000u128, hours in 0i64..24 * 14, x in 0.3f32..0.7, y in 0.3f32..0.7) -> Mark {
        mark(track, at("11-25T23:00") - SignedDuration::from_hours(hours), (x, y))
    }
}

proptest! {
    #[test]
    fn the_order_of_marks_changes_nothing(
        (marks, shuffled) in proptest::collection::vec(any_mark(), 0..12)
            .prop_flat_map(|marks| (Just(marks.clone()), Just(marks).prop_shuffle())),
    ) {
        let nights = |marks| told(&mut haunts(MONTH, marks), "11-25T23:00");
        prop_assert_eq!(nights(marks), nights(shuffled));
    }

    #[test]
    fn marks_that_expired_never_count(
        marks in proptest::collection::vec(any_mark(), 0..12),
        hours in 1i64..24 * 14,
    ) {
        let keep = SignedDuration::from_hours(hours);
        let kept = marks.iter().filter(|mark| at("11-25T23:00").duration_since(mark.at) <= keep).cloned().collect();
        prop_assert_eq!(
            told(&mut haunts(keep, marks), "11-25T23:00"),
            told(&mut haunts(MONTH, kept), "11-25T23:00")
        );
    }

    #[test]
    fn more_marks_never_make_fewer_nights(
        marks in proptest::collection::vec(any_mark(), 0..12),
        more in any_mark(),
    ) {
        let before = told(&mut haunts(MONTH, marks.clone()), "11-25T23:00");
        let after = told(&mut haunts(MONTH, [marks, vec![more]].concat()), "11-25T23:00");
        prop_assert!(before <= after && after <= before.max(2) + 1 && after <= 7);
    }
}
