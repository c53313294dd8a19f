use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::alert::Handling;
use crate::base::Polygon;
use crate::decode::{FLAT_LUMA, PixelFormat};
use crate::rules::{Bilingual, Finding, FindingKind, Severity};

const SIZE: (u32, u32) = (320, 240);
/// Someone in the left half, which is masked, and someone in the right one; of a third nothing is known.
const LEFT: Uuid = Uuid::from_u128(1);
const RIGHT: Uuid = Uuid::from_u128(2);
const UNKNOWN: Uuid = Uuid::from_u128(3);

fn alert() -> Alert {
    let finding = |track, x| Finding {
        kind: FindingKind::Person,
        track,
        confidence: 0.9,
        at: Timestamp::UNIX_EPOCH,
        bbox: Rect::new(x, 80.0, 30.0, 90.0),
        zone: None,
        weight: 1.0,
    };
    Alert {
        id: Uuid::from_u128(9),
        case: None,
        camera: "kho".to_owned(),
        zone: None,
        opened_at: Timestamp::UNIX_EPOCH,
        last_seen_at: Timestamp::UNIX_EPOCH,
        closed_at: None,
        severity: Severity::Warning,
        score: 0.8,
        score_parts: Vec::new(),
        handling: Handling::default(),
        findings: vec![finding(LEFT, 20.0), finding(RIGHT, 240.0)],
        persons: Vec::new(),
        looks: BTreeMap::new(),
        reason: Bilingual::default(),
        frame_width: SIZE.0,
        frame_height: SIZE.1,
        pictures_removed: None,
    }
}

fn scene() -> Frame {
    let mut random = fastrand::Rng::with_seed(4);
    let bytes = (0..SIZE.0 * SIZE.1 * 3 / 2).map(|_| random.u8(..)).collect();
    Frame::from_bytes(bytes, PixelFormat::I420, SIZE, Duration::ZERO, Timestamp::UNIX_EPOCH).expect("valid")
}

fn left_half() -> Masks {
    Masks::new(vec![Polygon::try_from(vec![[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]).expect("a polygon")])
}

fn files(scene: &Frame) -> Files {
    let crop = |track: Uuid| format!("{track}.hat.jpg");
    let crops = [crop(LEFT), crop(RIGHT), crop(UNKNOWN), format!("{LEFT}.vehicle.jpg")];
    let mut files: Files = crops.map(|name| (name, b"a crop".to_vec())).into();
    files.insert(PLAIN.to_owned(), encode(scene));
    files.insert(BOXED.to_owned(), jpeg::encode_with_boxes(scene, &[alert().findings[0].bbox], None, jpeg::QUALITY));
    files
}

/// How far a scene is from flat where it is masked, at most, but for the edge.
fn worst(bytes: &[u8]) -> u8 {
    let picture = jpeg::decode(bytes).expect("a picture");
    let rows = (0..SIZE.1 as usize).map(|y| picture.planes().first.row(y)[..3 * 140].to_vec());
    rows.flatten().map(|level| level.abs_diff(FLAT_LUMA)).max().expect("pixels")
}

#[test]
fn pictures_from_before_a_mask_are_painted_and_crops_of_what_it_hides_stay() {
    let mut files = files(&scene());
    assert!(worst(&files[PLAIN]) > 100 && worst(&files[BOXED]) > 100);
    let withheld = mask(&mut files, &left_half(), &alert(), &BTreeMap::new()).expect("painted");
    let mut expected = [format!("{LEFT}.hat.jpg"), format!("{LEFT}.vehicle.jpg"), format!("{UNKNOWN}.hat.jpg")];
    expected.sort();
    assert_eq!(withheld, expected);
    assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), [&*format!("{RIGHT}.hat.jpg"), BOXED, PLAIN]);
    assert!(worst(&files[PLAIN]) < 12 && worst(&files[BOXED]) < 12);
}

#[test]
fn whoever_walked_behind_a_mask_is_in_no_crop() {
    let point = |x| TrailPoint { at: Timestamp::UNIX_EPOCH, bbox: Rect::new(x, 80.0, 30.0, 90.0) };
    let ways = BTreeMap::from([(RIGHT, vec![point(240.0), point(100.0)])]);
    let withheld = mask(&mut files(&scene()), &left_half(), &alert(), &ways).expect("painted");
    assert!(withheld.contains(&format!("{RIGHT}.hat.jpg")), "{withheld:?}");
}

#[test]
fn pictures_that_a_mask_is_older_than_are_given_as_they_are() {
    let painted = left_half().painted(&scene()).expect("painted");
    let before = files(&painted);
    let mut after = before.clone();
    assert_eq!(mask(&mut after, &left_half(), &alert(), &BTreeMap::new()).expect("looked at"), [""; 0]);
    assert!(before == after);
}

#[test]
fn what_is_no_picture_is_named() {
    let mut files = Files::from([(PLAIN.to_owned(), b"rubbish".to_vec())]);
    let error = mask(&mut files, &left_half(), &alert(), &BTreeMap::new()).expect_err("not masked");
    assert!(format!("{error:#}").starts_with("alert.plain.jpg of the alert cannot be masked"), "{error:#}");
}
