//! Whole runs of `replay --json` on the sample footage, against what they said when somebody last looked at it:
//! `tests/golden/NAME.toml` is the configuration, `NAME.jsonl` what is expected. `UPDATE_GOLDEN=1` writes that anew.
//!
//! What depends on the last bits of a model's numbers, which are not the same on each processor, is left out or may
//! differ a little: findings, their order, zones, answers, severities and sentences may not.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use canhdem::testcam::Footage;
use serde_json::{Value, json};
use support::film;
use support::program::{self, fetched};

/// How far scores and confidences may be off.
const TOLERANCE: f64 = 0.02;

/// Names in the order in which ids come.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn of(&mut self, id: &Value) -> String {
        let next = format!("#{}", self.0.len() + 1);
        self.0.entry(id.to_string()).or_insert(next).clone()
    }
}

/// What is to stay of a line.
fn lasting(line: &Value, names: &mut Names) -> Value {
    match line["type"].as_str() {
        Some("alert") => {
            let list = |key: &str| line[key].as_array().expect("a list").clone();
            let finding = |found: &Value, names: &mut Names| {
                json!({
                    "kind": found["kind"], "track": names.of(&found["track"]), "zone": found["zone"],
                    "confidence": rounded(&found["confidence"]),
                })
            };
            json!({
                "type": "alert", "camera": line["camera"], "zone": line["zone"], "at": line["at"],
                "severity": line["severity"], "score": rounded(&line["score"]), "reason": line["reason"],
                "score_parts": list("score_parts").iter().map(|part| part["part"].clone()).collect::<Vec<_>>(),
                "findings": list("findings").iter().map(|found| finding(found, names)).collect::<Vec<_>>(),
                "persons": list("persons").iter().map(|person| person_of(person, names)).collect::<Vec<_>>(),
            })
        }
        Some("track") => {
            let plate = &line["plate"];
            json!({
                "type": "track", "id": names.of(&line["id"]), "class": line["class"],
                "plate": if plate.is_null() { Value::Null } else { json!([plate["verdict"], plate["text"]]) },
            })
        }
        Some("summary") => json!({"type": "summary", "frames": line["frames"], "dropped": line["dropped"]}),
        _ => panic!("what is this? {line}"),
    }
}

fn person_of(person: &Value, names: &mut Names) -> Value {
    let attributes = person["attributes"].as_object().expect("attributes");
    let answers: BTreeMap<_, _> = attributes.iter().map(|(name, judged)| (name, &judged["answer"])).collect();
    json!({"track": names.of(&person["track"]), "answers": answers})
}

fn rounded(number: &Value) -> f64 {
    (number.as_f64().expect("a number") * 100.0).round() / 100.0
}

/// Where two values differ by more than they may; `place` says where that is.
fn differences(place: &str, expected: &Value, found: &Value) -> Vec<String> {
    match (expected, found) {
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            let pairs = expected.iter().zip(found).enumerate();
            pairs.flat_map(|(index, (a, b))| differences(&format!("{place}[{index}]"), a, b)).collect()
        }
        (Value::Object(expected), Value::Object(found)) if expected.keys().eq(found.keys()) => {
            let pairs = expected.iter().zip(found.values());
            pairs.flat_map(|((key, a), b)| differences(&format!("{place}.{key}"), a, b)).collect()
        }
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().expect("a number"), b.as_f64().expect("a number"));
            // Both are rounded.
            let is_near = (a - b).abs() <= TOLERANCE + 1e-9;
            if is_near { Vec::new() } else { vec![format!("{place}: {a} expected, {b} found")] }
        }
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{place}: {a} expected, {b} found")],
    }
}

fn parsed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

#[track_caller]
fn check(name: &str, file: &Path) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let config = folder.join(format!("{name}.toml"));
    let arguments = [Path::new("replay"), Path::new("--json"), Path::new("--config"), &config, file];
    let finished = program::run(&arguments.map(|argument| argument.to_str().expect("text")));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let mut names = Names::default();
    let found: Vec<_> = parsed(&finished.stdout).iter().map(|line| lasting(line, &mut names)).collect();
    let golden = folder.join(format!("{name}.jsonl"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let lines: Vec<_> = found.iter().map(Value::to_string).collect();
        fs::write(&golden, lines.join("\n") + "\n").expect("written");
        return;
    }
    let expected = parsed(&fs::read_to_string(&golden).expect("what is expected"));
    let differences = differences(name, &json!(expected), &json!(found));
    assert!(differences.is_empty(), "UPDATE_GOLDEN=1 takes this as right:\n{}", differences.join("\n"));
}

fn saved(name: &str, footage: &Footage) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("golden-{name}.mp4"));
    footage.save(&path).expect("saved");
    path
}

#[test]
fn the_street() {
    check("street", &fetched(film::FILM));
}

#[test]
fn the_corridor() {
    let footage = Footage::corridor_by_night(&fetched("footage/astronaut.png")).expect("composed");
    check("corridor", &saved("corridor", &footage));
}

#[test]
fn the_car_park() {
    check("car-park", &saved("car-park", &Footage::parking_by_night(1).expect("composed")));
}

#[test]
fn what_differs_is_found() {
    #[track_caller]
    fn check(expected: &Value, found: &Value, count: usize) {
        assert_eq!(differences("x", expected, found).len(), count, "{expected} and {found}");
    }
    let alert = json!({"score": 0.9, "findings": [{"kind": "person", "zone": "san"}], "frames": 795});
    check(&alert, &alert, 0);
    check(&alert, &json!({"score": 0.92, "findings": [{"kind": "person", "zone": "san"}], "frames": 795}), 0);
    check(&alert, &json!({"score": 0.93, "findings": [{"kind": "bag", "zone": "san"}], "frames": 794}), 3);
    check(&alert, &json!({"score": 0.9, "findings": [], "frames": 795}), 1);
    check(&alert, &json!({"score": 0.9, "findings": [{"kind": "person", "zone": null}]}), 1);
}
