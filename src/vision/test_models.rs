//! Entries of models for tests, as a manifest has them, and a model whose answer can be told beforehand.

use std::fs;

use super::manifest::Sha256;

/// Its logit is (mean of all pixels − 128) / 16; see `tests/models/brightness.py`.
pub(crate) const BRIGHTNESS: &[u8] = include_bytes!("../../tests/models/brightness.onnx");

/// The hash is that of a single "x", as in the other samples.
pub(crate) const DETECTOR: &str = r#"
[[model]]
name = "own"
task = "detector"
file = "own.onnx"
sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
licence = "ours"
decoder = "end-to-end"
[model.input]
width = 320
height = 320
layout = "nchw"
color = "rgb"
mean = [0, 0, 0]
std = [255, 255, 255]
resize = "letterbox-top-left"
pad = 114
[model.classes]
0 = "person"
"#;

pub(crate) const POSE: &str = r#"
[[model]]
name = "joints"
task = "pose"
file = "joints.onnx"
sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
licence = "ours"
decoder = "movenet"
[model.input]
width = 192
height = 192
layout = "nchw"
color = "rgb"
mean = [0, 0, 0]
std = [1, 1, 1]
resize = "letterbox"
"#;

pub(crate) const ATTRIBUTE: &str = r#"
[[model]]
name = "cover"
task = "attribute"
attribute = "mask"
file = "cover.onnx"
sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
licence = "ours"
decoder = "logit"
[model.source]
registry = "repository"
member = "models/cover.onnx"
[model.input]
width = 32
height = 32
layout = "nchw"
color = "rgb"
mean = [0, 0, 0]
std = [1, 1, 1]
resize = "stretch"
[model.crop]
part = "head"
scale = 1.0
[model.calibration]
temperature = 2.0
bias = 0.5
[model.answer]
least_pixels = 20
least_log_odds = 1.5
"#;

pub(crate) const PLATE_FINDER: &str = r#"
[[model]]
name = "place"
task = "plate-finder"
file = "place.onnx"
sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
licence = "ours"
decoder = "places"
[model.input]
width = 64
height = 64
layout = "nchw"
color = "bgr"
mean = [0, 0, 0]
std = [1, 1, 1]
resize = "letterbox-top-left"
pad = 114
[model.places]
plate = 0.4
covered = 0.5
bare = 0.6
hint = 0.3
veto = 0.35
near_veto = 0.45
margin = 0.1
[model.rules]
least_pixels = 30
legible_pixels = 70
least_sharpness = 0.2
most_burnt = 0.3
least_text = 0.6
"#;

pub(crate) const PLATE_ALIGNER: &str = r#"
[[model]]
name = "edges"
task = "plate-aligner"
file = "edges.onnx"
sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
licence = "ours"
decoder = "corners"
[model.input]
width = 112
height = 72
layout = "nchw"
color = "bgr"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
resize = "straighten"
"#;

pub(crate) const PLATE_READER: &str = r#"
[[model]]
name = "letters"
task = "plate-reader"
file = "letters.onnx"
sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
licence = "ours"
decoder = "ctc"
[model.input]
width = 256
height = 48
layout = "nchw"
color = "bgr"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
resize = "straighten"
"#;

/// Its one place is a plate as far as what it sees is bright, and bare as far as it is dark; see
/// `tests/models/place.py`.
pub(crate) const PLACE: &[u8] = include_bytes!("../../tests/models/place.onnx");

/// The entry with one text in the place of another that it must have.
#[track_caller]
pub(crate) fn with(entry: &str, from: &str, to: &str) -> String {
    assert!(entry.contains(from), "{from:?} is not in the entry");
    entry.replace(from, to)
}

/// An entry that takes the brightness of a part for an attribute.
pub(crate) fn brightness(name: &str, attribute: &str, part: &str, least_pixels: u32) -> String {
    let changes = [
        ("name = \"cover\"", format!("name = \"{name}\"")),
        ("attribute = \"mask\"", format!("attribute = \"{attribute}\"")),
        ("file = \"cover.onnx\"", "file = \"brightness.onnx\"".to_owned()),
        ("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", Sha256::of(BRIGHTNESS).to_string()),
        ("part = \"head\"", format!("part = \"{part}\"")),
        ("least_pixels = 20", format!("least_pixels = {least_pixels}")),
    ];
    changes.iter().fold(ATTRIBUTE.to_owned(), |entry, (from, to)| with(&entry, from, to))
}

/// The entry of [`PLACE`].
pub(crate) fn place() -> String {
    let anything = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    with(PLATE_FINDER, anything, &Sha256::of(PLACE).to_string())
}

/// A folder of an operator's own: a manifest of these entries, `brightness.onnx` and `place.onnx`.
pub(crate) fn folder(entries: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("brightness.onnx"), BRIGHTNESS).expect("written");
    fs::write(folder.path().join("place.onnx"), PLACE).expect("written");
    fs::write(folder.path().join("manifest.toml"), entries.concat()).expect("written");
    folder
}
