use proptest::prelude::*;

use super::*;

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn picture(columns: usize, rows: usize) -> Impression {
    Impression { columns, rows, ..Impression::default() }
}

fn scene(blocks: usize, seed: u64) -> Scene {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut edge = || Edge { x: random.f32() * 2.0 - 1.0, y: random.f32() * 2.0 - 1.0, step: random.f32() * 300.0 };
    let edges = (0..blocks).map(|_| edge()).collect();
    Scene { edges, amount: 500.0, brightness: 80.0, sharpness: 0.5, kept: 0.75, learned_seconds: 60.0 }
}

fn known() -> KnownScenes {
    KnownScenes::of(&[None, Some(scene(12, 1))], 0.5, &picture(4, 3), at(0))
}

/// As it is written, but for one word.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(known().to_bytes()).expect("JSON");
    assert!(text.contains(from), "{text}");
    text.replace(from, to).into_bytes()
}

#[test]
fn what_is_of_no_use_is_said() {
    #[track_caller]
    fn check(bytes: &[u8], hours: i64, expected: &str) {
        let refused = KnownScenes::from_bytes(bytes, at(hours)).expect_err("refused").to_string();
        assert!(refused.contains(expected), "{refused}");
    }
    assert_eq!(KnownScenes::from_bytes(&known().to_bytes(), at(7 * 24)).expect("known"), known());
    assert_eq!(KnownScenes::from_bytes(&known().to_bytes(), at(-1)).expect("known"), known());
    check(&known().to_bytes(), 7 * 24 + 1, "1970-01-01T00:00:00Z");
    check(b"", 0, "cannot be read");
    check(&[0xff; 64], 0, "cannot be read");
    check(&changed("\"version\":1", "\"version\":2"), 0, "another version");
    check(&changed("\"rows\":3", "\"rows\":4"), 0, "blocks");
    check(&changed("\"rows\":3", "\"rows\":18446744073709551615"), 0, "blocks");
    check(&changed("\"noise\":0.5", "\"noise\":null"), 0, "cannot be read");
    check(&changed("\"kept\":0.75", "\"kind\":0.75"), 0, "`kind`");
}

#[test]
fn the_largest_picture_is_no_burden() {
    // Twice as high as wide, in both kinds of light.
    let blocks = 80 * 160;
    let scenes = [Some(scene(blocks, 1)), Some(scene(blocks, 2))];
    let bytes = KnownScenes::of(&scenes, 0.5, &picture(80, 160), at(0)).to_bytes();
    assert!(bytes.len() < 500_000, "{} bytes", bytes.len());
}

proptest! {
    #[test]
    fn a_scene_is_read_as_it_was_written(seed: u64, columns in 1usize..20, rows in 1usize..20) {
        let scenes = [Some(scene(columns * rows, seed)), None];
        let bytes = KnownScenes::of(&scenes, 0.5, &picture(columns, rows), at(0)).to_bytes();
        let known = KnownScenes::from_bytes(&bytes, at(1)).expect("known");
        prop_assert!(known.fits(&picture(columns, rows)) && !known.fits(&picture(columns + 1, rows)));
        let [Some(read), None] = known.scenes() else { panic!("another light") };
        let written = scenes[0].as_ref().expect("there");
        for (read, written) in read.edges.iter().zip(&written.edges) {
            prop_assert!((read.x - written.x).abs() < 0.005 && (read.y - written.y).abs() < 0.005);
            prop_assert!((read.step - written.step).abs() < 0.05);
        }
        prop_assert_eq!(Scene { edges: Vec::new(), ..read }, Scene { edges: Vec::new(), ..written.clone() });
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(KnownScenes::from_bytes(&bytes, at(0)).is_err());
    }
}
