use super::*;
use crate::vision::Class;
use crate::vision::attributes::Attribute;
use crate::vision::model::{Part, Task};
use crate::vision::test_models::{ATTRIBUTE, DETECTOR, PLATE_ALIGNER, PLATE_FINDER, PLATE_READER, with};

fn load(text: &str) -> Result<Manifest, ModelError> {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("manifest.toml"), text).expect("write");
    Manifest::load(Some(folder.path()))
}

#[track_caller]
fn check_refused(from: &str, to: &str, said: &str) {
    let problem = load(&with(DETECTOR, from, to)).expect_err("refused").to_string();
    assert!(problem.contains(said), "{problem}");
    assert!(problem.contains("manifest.toml"), "{problem}");
}

#[test]
fn the_shipped_entries_are_sound() {
    let manifest = Manifest::load(None).expect("sound");
    let model = manifest.model("yolox-nano").expect("there");
    assert_eq!(model.detector().expect("a detector").classes[&0], Class::Person);
    assert!(manifest.runtime.libraries.iter().any(|library| library.platform == env::consts::ARCH));
}

#[test]
fn an_operators_model_joins_or_replaces() {
    let manifest = load(DETECTOR).expect("sound");
    assert_eq!(manifest.model("own").expect("there").input.width, 320);
    assert!(manifest.model("yolox-nano").is_ok());
    let manifest = load(&with(DETECTOR, r#""own""#, r#""yolox-nano""#)).expect("sound");
    assert_eq!(manifest.model("yolox-nano").expect("there").file, "own.onnx");
    let problem = manifest.model("yolo").expect_err("unknown").to_string();
    assert!(problem.starts_with(r#"no model is called "yolo"; the manifest has "#), "{problem}");
    assert!(problem.contains("yolox-nano") && problem.contains("movenet-lightning"), "{problem}");
}

#[test]
fn what_is_wrong_is_named() {
    check_refused("licence", "license", "manifest.toml:7: unknown field `license`");
    check_refused("end-to-end", "yolov5", "unknown variant `yolov5`");
    check_refused("end-to-end", "yolox", "strides is empty");
    check_refused("0 = \"person\"", "0 = \"cat\"", "unknown variant `cat`");
    check_refused("0 = \"person\"", "zero = \"person\"", "\"zero\" is not an index");
    check_refused("2d711642", "2d71164", "64 hexadecimal digits");
    check_refused("[255, 255, 255]", "[255, 0, 255]", "std above 0");
    check_refused("width = 320", "width = 0", "input.width = 0");
    check_refused("own.onnx", "../own.onnx", "plain file name");
    check_refused("pad = 114", "pad = 300", "input.pad");
}

#[test]
fn a_file_that_does_not_match_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("manifest.toml"), DETECTOR).expect("write");
    let manifest = Manifest::load(Some(folder.path())).expect("sound");
    let model = manifest.model("own").expect("there");
    let problem = manifest.read_model(model).expect_err("missing").to_string();
    assert!(problem.starts_with("model own: own.onnx is in none of ") && problem.contains("make setup"), "{problem}");

    // The hash in the entry is that of a single "x".
    fs::write(folder.path().join("own.onnx"), b"x").expect("write");
    assert_eq!(manifest.read_model(model).expect("verified"), b"x");
    fs::write(folder.path().join("own.onnx"), b"y").expect("write");
    let problem = manifest.read_model(model).expect_err("altered").to_string();
    for part in ["model own", "own.onnx", "2d711642b726", "a1fce4363854", "make setup"] {
        assert!(problem.contains(part), "{part} is not in: {problem}");
    }
}

#[test]
fn an_attribute_is_read_with_all_that_it_needs() {
    let manifest = load(ATTRIBUTE).expect("sound");
    let Task::Attribute(task) = manifest.model("cover").expect("there").task else { panic!("{manifest:?}") };
    assert_eq!((task.attribute, task.crop.part, task.crop.scale), (Attribute::Mask, Part::Head, 1.0));
    assert_eq!((task.answer.least_pixels, task.answer.least_log_odds), (20, 1.5));
    assert_eq!(task.calibration.log_odds(3.0), 2.0);
    let problem = manifest.model("cover").expect("there").detector().expect_err("no detector").to_string();
    assert!(problem.contains("model cover: finds no persons") && problem.contains("attribute"), "{problem}");
}

#[test]
fn what_is_wrong_with_an_attribute_or_a_pose_is_named() {
    #[track_caller]
    fn check(from: &str, to: &str, said: &str) {
        let problem = load(&with(ATTRIBUTE, from, to)).expect_err("refused").to_string();
        assert!(problem.contains(said) && problem.contains("manifest.toml:"), "{problem}");
    }
    check("attribute = \"mask\"\n", "", "model cover: attribute is missing");
    check("attribute = \"mask\"", "attribute = \"beard\"", "unknown variant `beard`");
    check("[model.crop]\npart = \"head\"\nscale = 1.0\n", "", "model cover: crop is missing");
    check("part = \"head\"", "part = \"foot\"", "unknown variant `foot`");
    check("scale = 1.0", "scale = 0.0", "crop.scale = 0 ");
    check("scale = 1.0", "scale = nan", "crop.scale = NaN");
    check("temperature = 2.0", "temperature = -1.0", "calibration");
    check("least_pixels = 20", "least_pixels = 0", "nothing would be unknown");
    check("least_log_odds = 1.5", "least_log_odds = 0.0", "nothing would be unknown");
    check("least_log_odds = 1.5", "least_odds = 1.5", "unknown field `least_odds`");
    check("\"logit\"", "\"yolox\"", "an attribute model's is logit");
    check("\"logit\"", "\"logit\"\nstrides = [8]", "strides has no meaning");
    check("\"stretch\"", "\"letterbox-top-left\"", "for this task it is \"stretch\"");
    check("width = 32", "width = 64", "crops are square");
    let of_person = with(ATTRIBUTE, "part = \"head\"", "part = \"person\"");
    assert!(load(&with(&of_person, "width = 32", "width = 64")).is_ok(), "a person may be seen upright");
    check("task = \"attribute\"", "task = \"pose\"", "attribute has no meaning for its task");
    check("task = \"attribute\"", "task = \"face\"", "unknown variant `face`");
    check("\"repository\"", "\"ftp\"", "unknown variant `ftp`");
    check_refused("end-to-end", "movenet", "a detector's is yolox");
}

#[test]
fn models_of_plates_are_read_with_all_that_they_need() {
    let manifest = load(&[PLATE_FINDER, PLATE_ALIGNER, PLATE_READER].concat()).expect("sound");
    let Task::PlateFinder(task) = manifest.model("place").expect("there").task else { panic!("{manifest:?}") };
    assert_eq!((task.places.veto, task.places.margin, task.rules.legible_pixels), (0.35, 0.1, 70.0));
    let aligner = manifest.model("edges").expect("there");
    assert_eq!((aligner.task.name(), aligner.input.width, aligner.input.height), ("plate-aligner", 112, 72));
    let reader = manifest.model("letters").expect("there");
    assert_eq!((reader.task.name(), reader.input.width, reader.input.height), ("plate-reader", 256, 48));
}

#[test]
fn what_is_wrong_with_a_model_of_plates_is_named() {
    #[track_caller]
    fn check(entry: &str, from: &str, to: &str, said: &str) {
        let problem = load(&with(entry, from, to)).expect_err("refused").to_string();
        assert!(problem.contains(said) && problem.contains("manifest.toml:"), "{problem}");
    }
    check(PLATE_ALIGNER, "\"corners\"", "\"ctc\"", "a plate aligner's is corners");
    check(PLATE_ALIGNER, "\"straighten\"", "\"stretch\"", "for this task it is \"straighten\"");
    check(PLATE_FINDER, "veto = 0.35\n", "", "missing field `veto`");
    check(PLATE_FINDER, "bare = 0.6", "bare = 0.0", "every cell would be a place");
    check(PLATE_FINDER, "hint = 0.3", "hint = 0.0", "every cell would be a place");
    check(PLATE_FINDER, "plate = 0.4", "plate = nan", "places: scores");
    check(PLATE_FINDER, "margin = 0.1", "margin = 1.5", "places.margin = 1.5 ");
    check(PLATE_FINDER, "legible_pixels = 70", "legible_pixels = 0", "nothing would be too far away");
    check(PLATE_FINDER, "most_burnt = 0.3", "most_burnt = 3", "most_burnt and least_text must be within");
    check(PLATE_FINDER, "\"places\"", "\"ctc\"", "a plate finder's is places");
    check(PLATE_FINDER, "letterbox-top-left", "stretch", "for this task it is \"letterbox-top-left\"");
    check(PLATE_FINDER, "[model.rules]", "[model.answer]", "unknown field `");
    check(PLATE_READER, "\"ctc\"", "\"places\"", "a plate reader's is ctc");
    check(PLATE_READER, "straighten", "letterbox", "for this task it is \"straighten\"");
    check(PLATE_READER, "\"ctc\"", "\"ctc\"\nstrides = [8]", "strides has no meaning");
    let rules = &PLATE_FINDER[PLATE_FINDER.find("[model.rules]").expect("there")..];
    check(&format!("{PLATE_READER}{rules}"), "letters.onnx", "letters.onnx", "rules has no meaning for its task");
}
