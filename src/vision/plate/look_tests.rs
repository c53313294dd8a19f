use super::*;
use crate::vision::model::Task;
use crate::vision::plate::CharGuess;
use crate::vision::plate::test_plates::{BLACK, Plate, WHITE, frame, upright};
use crate::vision::tensor::TensorError;
use crate::vision::test_models;

const PICTURE: (u32, u32) = (400, 400);
/// The made-up finder sees it with a tenth more on each side, and its place at these corners.
const VEHICLE: Rect = Rect::new(100.0, 100.0, 200.0, 200.0);
const CORNERS: [Point; 4] = [
    Point { x: 140.0, y: 170.0 },
    Point { x: 260.0, y: 155.0 },
    Point { x: 260.0, y: 230.0 },
    Point { x: 140.0, y: 245.0 },
];
const PLATE: Plate = Plate { lines: &["12-B1", "123.45"], ground: WHITE, ink: BLACK };

/// The made-up finder with the shipped readers.
fn looker(reads: bool) -> Looker {
    looker_with(reads, false)
}

/// The same, with the shipped aligner.
fn looker_with(reads: bool, aligns: bool) -> Looker {
    let folder = test_models::folder(&[test_models::place()]);
    let manifest = Manifest::load(Some(folder.path())).expect("sound");
    let finder = manifest.model("place").expect("there");
    let Task::PlateFinder(task) = finder.task else { panic!("{finder:?}") };
    let readers = manifest.models.iter().filter(|model| reads && matches!(model.task, Task::PlateReader));
    let aligner = manifest.models.iter().find(|model| aligns && matches!(model.task, Task::PlateAligner));
    let loaded = Looker::load(&manifest, (finder, task.places), aligner, &readers.collect::<Vec<_>>());
    let (looker, left_out) = loaded.expect("run `make setup`");
    assert!(left_out.is_empty(), "{left_out:?}");
    looker
}

fn text(lines: &[PlateLine]) -> String {
    let best = |guess: &CharGuess| guess.options.first().map_or('?', |option| option.0);
    lines.iter().map(|line| line.iter().map(best).collect()).collect::<Vec<String>>().join(" ")
}

#[test]
fn a_tilted_plate_is_found_straightened_and_read() {
    let around = [150, 150, 150];
    let look = looker(true).look(&PLATE.on(&CORNERS, PICTURE, around), (VEHICLE, Class::Motorcycle), Depth::Read);
    // Found, found from near (where the made-up finder sees another place), and two lines by each reader.
    let PlateLook { observation: Some(seen), inferences: 6 } = look.expect("looked") else { panic!("not found") };
    assert_eq!((seen.kind, text(&seen.lines).as_str()), (PlaceKind::Plate, "12B1 12345"));
    for (corner, expected) in seen.corners.iter().zip(&CORNERS) {
        assert!(distance(*corner, *expected) < 0.01, "{corner:?} instead of {expected:?}");
    }
    assert!(seen.region.iou(&Rect::from_corners(140.0, 155.0, 260.0, 245.0)) > 0.999, "{seen:?}");
    assert!((seen.width - 120.9).abs() < 0.1 && seen.sharpness > 0.8 && seen.burnt == 0.0, "{seen:?}");
    // A grey picture has no colours.
    assert_eq!(seen.color, None);
}

#[test]
fn a_place_that_is_off_is_set_right_before_it_is_read() {
    let picture = PLATE.on(&CORNERS, PICTURE, [150, 150, 150]);
    let off = Rect { x: VEHICLE.x + 12.0, y: VEHICLE.y - 9.0, ..VEHICLE };
    let look = looker_with(true, true).look(&picture, (off, Class::Motorcycle), Depth::Read);
    // Found, found from near, aligned twice, and two lines by each reader.
    let PlateLook { observation: Some(seen), inferences: 8 } = look.expect("looked") else { panic!("not found") };
    assert_eq!(text(&seen.lines), "12B1 12345");
    for (corner, expected) in seen.corners.iter().zip(&CORNERS) {
        // It was 15 pixels off.
        assert!(distance(*corner, *expected) < 8.0, "{corner:?} instead of {expected:?}");
    }
}

#[test]
fn a_long_plate_is_read_in_one_line() {
    let mut looker = looker(true);
    let reader = looker.readers.first_mut().expect("there");
    let plate = Plate { lines: &["12A-123.45"], ..PLATE };
    for corners in [
        upright(80.0, 60.0, 200.0, 44.0),
        [(60.0, 80.0), (250.0, 50.0), (254.0, 92.0), (58.0, 128.0)].map(|(x, y)| Point { x, y }),
    ] {
        let picture = plate.on(&corners, PICTURE, [90, 90, 90]);
        let planes = picture.planes();
        let (colors, homography) = (Colors::of(&planes).expect("whole"), Homography::onto(&corners).expect("convex"));
        let strip = whole(&colors, &corners, &homography);
        let parts = lines(&strip, size(&corners), Class::Car);
        let lines = reader.read(&colors, &homography, size(&corners), &parts).expect("read");
        assert_eq!((text(&lines).as_str(), lines.len()), ("12A12345", 1), "{lines:?}");
    }
}

#[test]
fn only_what_is_wanted_and_can_be_read_is_paid_for() {
    #[track_caller]
    fn check(looker: &mut Looker, picture: &Frame, vehicle: Rect, depth: Depth) -> PlateObservation {
        let look = looker.look(picture, (vehicle, Class::Motorcycle), depth).expect("looked");
        let seen = look.observation.expect("found");
        // What seems bare or covered is looked at from near.
        assert_eq!(look.inferences, if seen.kind == PlaceKind::Plate { 1 } else { 2 });
        assert!(seen.lines.is_empty(), "{seen:?}");
        seen
    }
    let picture = PLATE.on(&CORNERS, PICTURE, [150, 150, 150]);
    assert_eq!(check(&mut looker(true), &picture, VEHICLE, Depth::Find).kind, PlaceKind::Plate);
    check(&mut looker(false), &picture, VEHICLE, Depth::Read);
    // Five pixels.
    check(&mut looker(true), &picture, Rect::new(150.0, 160.0, 14.0, 14.0), Depth::Read);
    let dark = frame(vec![20; 3 * 400 * 400], PICTURE);
    assert_eq!(check(&mut looker(true), &dark, VEHICLE, Depth::Read).kind, PlaceKind::Bare);
    let red = frame([200, 20, 20].repeat(400 * 400), PICTURE);
    assert_eq!(check(&mut looker(true), &red, VEHICLE, Depth::Read).kind, PlaceKind::Covered);
}

#[test]
fn what_seems_covered_is_the_plate_that_is_seen_from_near() {
    // The vehicle is red; from near the made-up finder sees also what is white beside it.
    let picture = |beside: [u8; 3]| {
        let pixels = (0..250 * 250).flat_map(|index| {
            let is_vehicle = index % 250 < 220 && index / 250 < 220;
            if is_vehicle { [255, 100, 100] } else { beside }
        });
        frame(pixels.collect(), (250, 250))
    };
    let kind = |picture: &Frame| {
        let vehicle = Rect::new(0.0, 0.0, 200.0, 200.0);
        let look = looker(false).look(picture, (vehicle, Class::Car), Depth::Find).expect("looked");
        (look.observation.expect("found").kind, look.inferences)
    };
    assert_eq!(kind(&picture([255, 100, 100])), (PlaceKind::Covered, 2));
    assert_eq!(kind(&picture([255, 255, 255])), (PlaceKind::Plate, 2));
}

#[test]
fn only_the_plate_at_the_same_place_was_not_covered() {
    #[track_caller]
    fn check(kind: PlaceKind, (right, down): (f32, f32), expected: bool) {
        let covered = Place { kind: PlaceKind::Covered, confidence: 0.5, corners: CORNERS };
        let corners = CORNERS.map(|corner| Point { x: corner.x + right, y: corner.y + down });
        let again = Place { kind, confidence: 0.4, corners };
        assert_eq!(again.is_the_plate_at(&covered), expected, "{kind:?} {right} to the right and {down} down");
    }
    check(PlaceKind::Plate, (0.0, 0.0), true);
    check(PlaceKind::Plate, (20.0, -10.0), true);
    check(PlaceKind::Plate, (60.0, 0.0), false);
    check(PlaceKind::Plate, (0.0, 90.0), false);
    check(PlaceKind::Covered, (0.0, 0.0), false);
    check(PlaceKind::Bare, (0.0, 0.0), false);
}

#[test]
fn nothing_found_is_no_observation() {
    // Not bright enough for a plate, and too much so to be bare.
    let grey = frame(vec![95; 3 * 400 * 400], PICTURE);
    let look = looker(true).look(&grey, (VEHICLE, Class::Car), Depth::Read).expect("looked");
    assert_eq!(look, PlateLook { observation: None, inferences: 1 });
}

#[test]
fn a_burnt_place_says_so() {
    let mut pixels = vec![150; 3 * 400 * 400];
    pixels[3 * 400 * 200..].fill(255);
    let look = looker(true).look(&frame(pixels, PICTURE), (VEHICLE, Class::Car), Depth::Find).expect("looked");
    let burnt = look.observation.expect("found").burnt;
    // Half of it lies below the middle of the picture.
    assert!((burnt - 0.5).abs() < 0.03, "{burnt}");
}

#[test]
fn a_vehicle_out_of_the_frame_is_an_error() {
    let picture = PLATE.on(&CORNERS, PICTURE, [150, 150, 150]);
    for nowhere in [Rect::new(500.0, 0.0, 50.0, 50.0), Rect::new(f32::NAN, 0.0, 50.0, 50.0)] {
        let problem = looker(false).look(&picture, (nowhere, Class::Car), Depth::Find);
        assert!(matches!(problem, Err(DetectError::Tensor(TensorError::EmptyRegion(_)))), "{problem:?}");
    }
}

#[test]
fn a_line_is_as_wide_as_its_shape_asks_within_bounds() {
    #[track_caller]
    fn check(aspect: f32, expected: usize) {
        assert_eq!(line_width(aspect, 48, 256), expected);
    }
    check(4.7, 224);
    check(2.7, 128);
    check(0.5, 128);
    check(3.3, 160);
    check(40.0, 256);
    assert_eq!(line_width(3.3, 48, 96), 96);
}
