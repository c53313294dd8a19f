//! `canhdem eval` and `canhdem models` as a user runs them: output, errors and exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn canhdem(args: &[&str], folder: &Path) -> Output {
    // The models are found from the crate's folder, where tests run.
    let folder = folder.to_str().expect("UTF-8");
    let args = args.iter().map(|arg| arg.replace("FOLDER", folder));
    Command::new(env!("CARGO_BIN_EXE_canhdem")).args(args).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder with a grey picture and these labels.
fn folder(labels: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    image::RgbImage::from_pixel(160, 120, image::Rgb([90; 3])).save(folder.path().join("grey.png")).expect("saved");
    fs::write(folder.path().join("labels.jsonl"), labels).expect("written");
    folder
}

#[track_caller]
fn check_fails(args: &[&str], folder: &Path, code: i32, said: &str) {
    let output = canhdem(args, folder);
    let problem = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{problem}");
    assert!(problem.contains(said), "{problem}");
    assert_eq!(text(&output.stdout).matches('{').count(), 0, "no half of a report");
}

#[test]
fn json_is_one_object_on_standard_output() {
    let labels = r#"{"image":"grey.png","light":"night","persons":[{"bbox":[10,10,30,80],"mask":true,"hat":null}]}"#;
    let folder = folder(labels);
    let output = canhdem(&["eval", "--json", "--labels", "FOLDER/labels.jsonl"], folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(report["images"], 1);
    let nothing_found = serde_json::json!({"n": 1, "ap50": 0.0, "recall": 0.0, "precision": null});
    assert_eq!(report["person"], serde_json::json!({"all": nothing_found, "night": nothing_found}));
    assert_eq!(report["vehicle"]["all"]["n"], 0);
    assert_eq!(report["attributes"]["mask"]["n"], 1);
    let mut keys: Vec<_> = report.as_object().expect("object").keys().collect();
    keys.sort_unstable();
    assert_eq!(keys, ["attributes", "images", "ms_per_image", "person", "plates", "vehicle"]);

    let output = canhdem(&["eval", "--labels", "FOLDER/labels.jsonl"], folder.path());
    assert!(text(&output.stdout).starts_with("1 pictures, "), "{}", text(&output.stdout));
}

#[test]
fn what_is_wrong_is_named_with_the_right_exit_code() {
    let eval = ["eval", "--json", "--labels", "FOLDER/labels.jsonl"];
    let good = r#"{"image":"grey.png","persons":[]}"#;
    check_fails(&eval, folder(&format!("{good}\n{{\"image\":5}}\n")).path(), 2, "labels.jsonl:2: invalid type");
    check_fails(&eval, folder(&format!("{good}\n{{\"image\":\"a.jpg\"}}")).path(), 2, "there is no picture");
    let folder = folder(good);
    check_fails(&["eval", "--labels", "FOLDER/none.jsonl"], folder.path(), 2, "none.jsonl: cannot be read");
    check_fails(&["eval"], folder.path(), 2, "--labels");
    let unknown = [&eval[..], &["--model", "yolox-huge"]].concat();
    check_fails(&unknown, folder.path(), 1, "no model is called \"yolox-huge\"; the manifest has ");
    fs::write(folder.path().join("labels.jsonl"), r#"{"image":"labels.jsonl"}"#).expect("written");
    check_fails(&eval, folder.path(), 1, "labels.jsonl cannot be used");
}

#[test]
fn models_are_listed_and_verified() {
    let folder = tempfile::tempdir().expect("folder");
    let listed = canhdem(&["models", "list"], folder.path());
    assert!(listed.status.success() && text(&listed.stdout).contains("yolox-nano"), "{}", text(&listed.stderr));
    let verified = canhdem(&["models", "verify"], folder.path());
    assert!(verified.status.success(), "{}{}", text(&verified.stdout), text(&verified.stderr));
    fs::write(folder.path().join("yolox-nano.onnx"), b"altered").expect("written");
    let verified = canhdem(&["models", "verify", "--models-dir", "FOLDER"], folder.path());
    assert_eq!(verified.status.code(), Some(1));
    assert!(text(&verified.stdout).contains("615e266100c3"), "both hashes: {}", text(&verified.stdout));
}
