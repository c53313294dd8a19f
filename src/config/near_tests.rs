use std::path::Path;

use super::*;
use crate::config::Config;

/// Three cameras, `cong`, `san` and `kho`, each with its `near`.
fn office(near: [&str; 3]) -> Result<Config, String> {
    let mut text = "data_dir = \".\"\n".to_owned();
    for (id, near) in ["cong", "san", "kho"].into_iter().zip(near) {
        text.extend(["[[camera]]\nid = \"", id, "\"\nmain = \"rtsp://10.0.0.1/", id, "\"\n", near, "\n"]);
    }
    Config::parse(&text, Path::new("."), Path::new("canhdem.toml")).map_err(|error| error.to_string())
}

#[track_caller]
fn check(near: [&str; 3], walks: &[(&str, &str, u64)]) {
    let neighbours = office(near).expect("valid").neighbours;
    for (a, b) in [("cong", "san"), ("san", "kho"), ("cong", "kho"), ("cong", "cong")] {
        let expected = walks.iter().find(|walk| (walk.0, walk.1) == (a, b)).map(|walk| Duration::from_secs(walk.2));
        assert_eq!(neighbours.walk(a, b), expected, "{a} to {b}");
        assert_eq!(neighbours.walk(b, a), expected, "{b} to {a}");
    }
}

#[track_caller]
fn refused(near: [&str; 3], message: &str) {
    assert_eq!(office(near).expect_err("must be refused"), format!("canhdem.toml:{message}"));
}

#[test]
fn cameras_are_near_each_other_both_ways() {
    check(["", "", ""], &[]);
    check(["near = [\"san\"]", "", ""], &[("cong", "san", 60)]);
    check(
        ["", "near = [\"cong\", { camera = \"kho\", seconds = 20 }]", ""],
        &[("cong", "san", 60), ("san", "kho", 20)],
    );
    check(["near = [{ camera = \"san\", seconds = 5 }]", "near = [\"cong\"]", ""], &[("cong", "san", 5)]);
    check(["near = [\"san\"]", "near = [{ camera = \"cong\", seconds = 5 }]", ""], &[("cong", "san", 5)]);
    check(["near = [{ camera = \"kho\" }]", "", ""], &[("cong", "kho", 60)]);
}

#[test]
fn what_cannot_be_is_refused_with_its_line() {
    refused(
        ["near = [\"sann\"]", "", ""],
        "5: camera \"cong\": near: no camera is called \"sann\"; did you mean \"san\"?",
    );
    refused(["near = [\"cong\"]", "", ""], "5: camera \"cong\": near: it is always near itself: leave it out");
    refused(["near = [\"san\", \"san\"]", "", ""], "5: camera \"cong\": near: \"san\" is named twice: once is enough");
    for seconds in [0, 901] {
        let near = format!("near = [{{ camera = \"san\", seconds = {seconds} }}]");
        let message = format!("5: camera \"cong\": near: seconds: {seconds} is not within 1 to 900");
        refused([&near, "", ""], &message);
    }
    let (one, other) = ("near = [{ camera = \"san\", seconds = 5 }]", "near = [{ camera = \"cong\", seconds = 6 }]");
    let message = "9: camera \"san\": near: it is 6 seconds from \"cong\", which says 5: say it on one of both";
    refused([one, other, ""], message);
    let unknown = office(["near = [{ camera = \"san\", second = 5 }]", "", ""]).expect_err("an unknown key");
    assert!(unknown.starts_with("canhdem.toml:5: ") && unknown.contains("seconds"), "{unknown}");
    let number = office(["near = [7]", "", ""]).expect_err("a number");
    assert!(number.contains("a camera's id or { camera"), "{number}");
}
