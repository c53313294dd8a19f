use serde_json::{Value, json};

use super::*;
use crate::vision::test_frames::{rgb, vtest};
use crate::vision::test_models::{self, with};

fn args(labels: &Path, json: bool) -> Args {
    Args {
        labels: labels.to_owned(),
        json,
        model: "yolox-nano".to_owned(),
        models_dir: None,
        threshold: 0.35,
        sheet: None,
        told: None,
    }
}

#[track_caller]
fn check_refused(labels: &str, said: &str) {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("broken.jpg"), b"not a picture").expect("write");
    let path = folder.path().join("labels.jsonl");
    fs::write(&path, labels).expect("write");
    let problem = format!("{:#}", evaluate(&args(&path, true)).expect_err("refused"));
    assert!(problem.contains(said), "{problem}");
}

#[test]
fn bad_labels_are_named_by_file_and_line() {
    check_refused("", "labels.jsonl: has no labels");
    check_refused("{\"image\":\"broken.jpg\"}\n\n{\"image\":\"none.jpg\"}\n", "labels.jsonl:3: there is no picture ");
    check_refused("{\"image\":\"broken.jpg\"}\n{\"image\":7}", "labels.jsonl:2: invalid type");
    check_refused("{\"image\":\"broken.jpg\"}", "broken.jpg cannot be used");
    let problem = evaluate(&args(Path::new("no-such.jsonl"), true)).expect_err("refused");
    assert!(problem.is::<Usage>() && problem.to_string().starts_with("no-such.jsonl: "), "{problem}");
}

/// Labels taken from the detector itself are found again to the pixel; lights are kept apart.
#[test]
fn the_report_has_the_agreed_shape() {
    let folder = tempfile::tempdir().expect("folder");
    let manifest = Manifest::load(None).expect("sound");
    let detector = Detector::load(&manifest, "yolox-nano", 0.35, 1).expect("run `make setup`");
    let mut lines = String::new();
    for (index, frame) in vtest((768, 576), 100, 3).iter().enumerate() {
        let name = format!("{index}.png");
        let picture = rgb(frame);
        image::save_buffer(folder.path().join(&name), &picture, 768, 576, image::ColorType::Rgb8).expect("saved");
        let frame = read_picture(&folder.path().join(&name)).expect("read");
        let persons: Vec<_> = detector
            .detect(&frame, &[])
            .expect("detected")
            .detections
            .iter()
            .filter(|found| found.class == Class::Person)
            .map(|found| serde_json::json!({"bbox": [found.bbox.x, found.bbox.y, found.bbox.w, found.bbox.h], "mask": false}))
            .collect();
        let light = if index == 0 { "night" } else { "day" };
        lines += &serde_json::json!({"image": name, "light": light, "persons": persons}).to_string();
        lines += "\n";
    }
    let path = folder.path().join("labels.jsonl");
    fs::write(&path, lines).expect("write");
    let report = evaluate(&args(&path, true)).expect("evaluated");
    let json = serde_json::to_value(&report).expect("json");
    assert_eq!(json["images"], 3);
    let all = &json["person"]["all"];
    assert!(all["n"].as_u64().is_some_and(|n| n > 5), "{json}");
    assert_eq!([&all["ap50"], &all["recall"], &all["precision"]], [1.0, 1.0, 1.0], "{json}");
    assert_eq!(
        json["person"]["night"]["n"].as_u64().zip(json["person"]["day"]["n"].as_u64()).map(|(a, b)| a + b),
        all["n"].as_u64()
    );
    assert!(json["person"].get("ir").is_none(), "{json}");
    assert_eq!(json["vehicle"], serde_json::json!({"all": {"n": 0, "ap50": null, "recall": null, "precision": null}}));
    assert_eq!(json["attributes"]["mask"]["n"], all["n"]);
    let nobody = &json["attributes"]["bag"];
    assert_eq!((&nobody["n"], &nobody["answered"]), (&0.into(), &Value::Null));
    for key in ["precision", "recall", "f1", "by_light", "by_size", "calibration_error", "reliability"] {
        assert!(nobody.get(key).is_some(), "{key} is not in {nobody}");
    }
    assert_eq!(json["plates"]["n"], 0);
    assert!(json["ms_per_image"]["detect"].as_f64().is_some_and(|ms| ms > 0.0), "{json}");
    let table = report.table();
    assert!(table.contains("person   all") && table.contains("person   night"), "{table}");
}

/// A folder whose manifest says that who is bright has a bag.
fn brightness_models() -> tempfile::TempDir {
    let entry = test_models::brightness("bag", "bag", "person", 60);
    let entry = with(&entry, "temperature = 2.0\nbias = 0.5", "temperature = 1.0\nbias = 0.0");
    test_models::folder(&[with(&entry, "least_log_odds = 1.5", "least_log_odds = 0.5")])
}

/// The same scene bright and dark: who is seen bright is told to have a bag, who is seen dark to have none.
#[test]
fn attributes_are_told_measured_and_drawn() {
    let models = brightness_models();
    let manifest = Manifest::load(Some(models.path())).expect("sound");
    let detector = Detector::load(&manifest, "yolox-nano", 0.5, 1).expect("run `make setup`");
    let folder = tempfile::tempdir().expect("folder");
    let mut lines = String::new();
    let mut count = 0;
    let frame = &vtest((768, 576), 100, 2)[1];
    for (name, gain) in [("bright.png", 1.3_f32), ("dark.png", 0.45)] {
        let pixels: Vec<u8> = rgb(frame).iter().map(|&value| (f32::from(value) * gain) as u8).collect();
        image::save_buffer(folder.path().join(name), &pixels, 768, 576, image::ColorType::Rgb8).expect("saved");
        let found = detector.detect(&read_picture(&folder.path().join(name)).expect("read"), &[]).expect("detected");
        let found = found.detections.iter().filter(|found| found.class == Class::Person && found.bbox.h >= 70.0);
        let persons: Vec<_> = found
            .map(|found| {
                let head = [found.bbox.x, found.bbox.y, 18.0, 22.0];
                json!({"bbox": [found.bbox.x, found.bbox.y, found.bbox.w, found.bbox.h], "head": head, "bag": gain > 1.0})
            })
            .collect();
        count += persons.len();
        lines += &(json!({"image": name, "light": "day", "persons": persons}).to_string() + "\n");
    }
    let labels = folder.path().join("labels.jsonl");
    fs::write(&labels, lines).expect("written");
    let sheet = folder.path().join("sheet.jpg");
    let args = Args { models_dir: Some(models.path().to_owned()), sheet: Some(sheet.clone()), ..args(&labels, true) };
    let report = evaluate(&args).expect("evaluated");
    let json = serde_json::to_value(&report).expect("json");
    let bag = &json["attributes"]["bag"];
    assert!(count >= 4 && bag["n"] == count, "{bag}");
    assert!(bag["answered"].as_f64().is_some_and(|share| share > 0.5), "{bag}");
    assert!(bag["precision"].as_f64().is_some_and(|share| share > 0.6), "{bag}");
    assert_eq!(bag["by_light"]["day"]["n"], bag["n"]);
    assert_eq!(bag["by_head"]["20-24"]["n"], bag["n"]);
    assert!(bag["by_size"].as_object().is_some_and(|sizes| !sizes.is_empty() && !sizes.contains_key("<64")), "{bag}");
    assert!(bag["calibration_error"].is_f64() && bag["reliability"].as_array().is_some_and(|bins| !bins.is_empty()));
    assert!(json["ms_per_image"]["attributes"].as_f64().is_some_and(|ms| ms > 0.0), "{json}");
    let table = report.table();
    assert!(table.contains("bag      all") && table.contains("bag      head 20-24"), "{table}");
    let (width, height) = image::image_dimensions(&sheet).expect("drawn");
    assert!(width == 872 && height > 150, "{width}x{height}");
}
