use super::*;
use crate::vision::test_frames::{rgb, vtest};

fn args(labels: &Path, json: bool) -> Args {
    Args { labels: labels.to_owned(), json, model: "yolox-nano".to_owned(), models_dir: None, threshold: 0.35 }
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
    assert_eq!(json["attributes"]["bag"]["n"], 0);
    assert_eq!(json["plates"]["n"], 0);
    assert!(json["ms_per_image"]["detect"].as_f64().is_some_and(|ms| ms > 0.0), "{json}");
    let table = report.table();
    assert!(table.contains("person   all") && table.contains("person   night"), "{table}");
}
