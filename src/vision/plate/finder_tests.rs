use proptest::prelude::*;

use super::*;

const RULE: PlaceRule =
    PlaceRule { plate: 0.4, covered: 0.5, bare: 0.6, hint: 0.55, veto: 0.2, near_veto: 0.3, margin: 0.1 };

/// A row with these scores, whose place begins at x.
fn row(scores: [f32; 3], x: f32) -> [f32; VALUES] {
    let [plate, covered, bare] = scores;
    [plate, covered, bare, x, 1.0, x + 40.0, 2.0, x + 41.0, 12.0, x + 1.0, 11.0]
}

fn found(rows: &[[f32; VALUES]]) -> Option<Place> {
    let shape = [1, rows.len() as i64, 11];
    decode(&[Output { shape: &shape, data: rows.as_flattened() }], &RULE).expect("decoded")
}

#[track_caller]
fn check(rows: &[[f32; VALUES]], expected: Option<(PlaceKind, f32, f32)>) {
    assert_eq!(found(rows).map(|place| (place.kind, place.score, place.corners[0].x)), expected);
}

#[test]
fn the_surest_place_counts() {
    check(&[], None);
    check(&[row([0.39, 0.1, 0.1], 3.0)], None);
    let plate = row([0.7, 0.3, 0.1], 3.0);
    check(&[row([0.5, 0.1, 0.1], 9.0), plate], Some((PlaceKind::Plate, 0.7, 3.0)));
    check(&[plate, row([0.1, 0.8, 0.1], 9.0)], Some((PlaceKind::Covered, 0.8, 9.0)));
    // A row is what it is most, and counts only if that is enough.
    check(&[row([0.42, 0.45, 0.0], 3.0)], None);
    let corners = found(&[plate]).expect("found").corners;
    assert_eq!(corners[2], Point { x: 44.0, y: 12.0 });
}

#[test]
fn bare_is_only_what_has_nothing_like_a_plate() {
    let bare = row([0.1, 0.1, 0.9], 3.0);
    check(&[bare, row([0.19, 0.0, 0.0], 9.0)], Some((PlaceKind::Bare, 0.9, 3.0)));
    check(&[bare, row([0.2, 0.0, 0.0], 9.0)], None);
    check(&[bare, row([0.0, 0.3, 0.0], 9.0)], None);
    check(&[bare, row([0.5, 0.0, 0.0], 9.0)], Some((PlaceKind::Plate, 0.5, 9.0)));
}

#[test]
fn bare_is_what_two_looks_agree_on() {
    #[track_caller]
    fn check(first: f32, rows: &[[f32; VALUES]], expected: Option<f32>) {
        let shape = [1, rows.len() as i64, 11];
        let seen = near(&[Output { shape: &shape, data: rows.as_flattened() }]).expect("decoded");
        assert_eq!(seen.confirms(first, &RULE), expected, "{seen:?}");
    }
    check(0.75, &[row([0.1, 0.29, 0.53], 3.0)], Some(0.8));
    check(0.75, &[row([0.1, 0.1, 0.53], 3.0), row([0.3, 0.1, 0.1], 3.0)], None);
    check(0.75, &[row([0.1, 0.1, 0.44], 3.0)], None);
    check(0.75, &[], None);
}

#[test]
fn what_no_model_gives_is_left_out_or_refused() {
    check(&[row([f32::NAN, 0.0, 0.0], 3.0), row([7.0, 0.0, 0.0], 3.0), row([0.9, 0.0, 0.0], f32::INFINITY)], None);
    for (shape, length) in [(&[1, 1, 12][..], 12), (&[11], 11), (&[2, 1, 11], 22), (&[1, -1, 11], 0)] {
        let data = vec![0.9; length];
        let problem = decode(&[Output { shape, data: &data }], &RULE).expect_err("refused").to_string();
        assert!(problem.contains(&format!("{shape:?}")), "{problem}");
    }
    assert!(decode(&[], &RULE).is_err());
}

#[test]
fn the_vehicle_is_seen_with_a_margin_of_its_larger_side() {
    assert_eq!(region(Rect::new(100.0, 50.0, 200.0, 100.0), 0.1), Rect::new(80.0, 30.0, 240.0, 140.0));
}

proptest! {
    #[test]
    fn more_that_looks_like_a_plate_never_makes_it_bare(
        scores in proptest::collection::vec(proptest::array::uniform3(0f32..1.0), 0..12),
        more in (0f32..1.0, 0f32..1.0),
    ) {
        let mut rows: Vec<_> = scores.into_iter().map(|scores| row(scores, 5.0)).collect();
        let is_bare = |found: Option<Place>| found.is_some_and(|place| place.kind == PlaceKind::Bare);
        let before = is_bare(found(&rows));
        rows.push(row([more.0, more.1, 0.0], 5.0));
        prop_assert!(before || !is_bare(found(&rows)));
    }
}
