use super::*;
use crate::vision::model::Task;
use crate::vision::plate::test_plates::{BLACK, Plate, WHITE, upright};

const PLATE: Plate = Plate { lines: &["12-B1", "123.45"], ground: WHITE, ink: BLACK };

fn aligner() -> Aligner {
    let manifest = Manifest::load(None).expect("sound");
    let model = manifest.models.iter().find(|model| matches!(model.task, Task::PlateAligner)).expect("shipped");
    Aligner::load(&manifest, model).expect("run `make setup`")
}

/// Greatest distance between two places' corners.
fn apart(one: &[Point; 4], other: &[Point; 4]) -> f32 {
    one.iter().zip(other).map(|(a, b)| (a.x - b.x).hypot(a.y - b.y)).fold(0.0, f32::max)
}

#[test]
fn corners_that_are_off_are_set_right() {
    let mut aligner = aligner();
    let check = |aligner: &mut Aligner, truth: [Point; 4], shifts: [(f32, f32); 4]| {
        let picture = PLATE.on(&truth, (300, 260), [90, 90, 90]);
        let planes = picture.planes();
        let colors = Colors::of(&planes).expect("whole");
        let mut off = truth;
        for (corner, (right, down)) in off.iter_mut().zip(shifts) {
            (corner.x, corner.y) = (corner.x + right, corner.y + down);
        }
        let (found, looks) = aligner.aligned(&colors, off).expect("looked");
        assert_eq!(looks, LOOKS);
        assert!(apart(&found, &truth) < 0.5 * apart(&off, &truth), "{found:?} from {off:?} instead of {truth:?}");
    };
    check(&mut aligner, upright(80.0, 70.0, 120.0, 80.0), [(12.0, 10.0); 4]);
    check(&mut aligner, upright(80.0, 70.0, 120.0, 80.0), [(-14.0, -9.0), (10.0, -9.0), (10.0, 12.0), (-14.0, 12.0)]);
    let tilted = [(70.0, 90.0), (190.0, 70.0), (194.0, 150.0), (74.0, 170.0)].map(|(x, y)| Point { x, y });
    check(&mut aligner, tilted, [(0.0, -10.0), (0.0, 10.0), (0.0, 10.0), (0.0, -10.0)]);
}

#[test]
fn what_would_be_no_plate_is_not_taken() {
    let plate = Homography::onto(&upright(10.0, 20.0, 40.0, 10.0)).expect("convex");
    let moved_by = |shift| moved(&plate, [shift, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)]);
    let corners = moved_by((0.25, -0.1)).expect("a plate");
    assert!((corners[0].x - 20.0).abs() < 1e-3 && (corners[0].y - 19.0).abs() < 1e-3, "{corners:?}");
    assert_eq!(corners[1..], upright(10.0, 20.0, 40.0, 10.0)[1..]);
    assert_eq!(moved_by((2.0, 2.0)), None);
    assert_eq!(moved_by((f32::NAN, 0.0)), None);
}

#[test]
fn what_is_no_aligners_output_is_refused() {
    let data = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    let read = |shape: &[i64], data: &[f32]| shifts(&[Output { shape, data }]);
    assert_eq!(read(&[1, 8], &data), Ok([(0.0, 0.1), (0.2, 0.3), (0.4, 0.5), (0.6, 0.7)]));
    for (shape, data) in [(&[1, 7][..], &data[..7]), (&[8], &data), (&[1, 8], &data[..7])] {
        assert!(read(shape, data).expect_err("refused").contains("[1, 8]"));
    }
}
