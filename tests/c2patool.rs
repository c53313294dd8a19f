//! Evidence packs before a program that nobody here wrote, c2patool, and altered a thousand times: `make c2pa-check`.

#![expect(clippy::print_stdout, reason = "what the public tool told, for whoever asked")]

mod support;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::Office;
use support::appliance::Appliance;
use support::packs::{alert_with_video, check_told, export, guarded_office, text, unpacked, verify};

/// Unless `ALTERED` says otherwise.
const ALTERED: usize = 1000;
const MASK: &str = "privacy_masks = [{ id = \"nha-dan\", polygon = [[0, 0], [0.3, 0], [0.3, 0.4], [0, 0.4]] }]\n";

/// What c2patool makes of a clip.
#[track_caller]
fn ask(clip: &Path, anchor: Option<&Path>) -> (String, Value) {
    let tool = std::env::var_os("C2PATOOL").expect("C2PATOOL: where the program is");
    let mut command = Command::new(tool);
    command.arg(clip);
    if let Some(anchor) = anchor {
        command.args(["trust", "--trust_anchors", text(anchor)]);
    }
    let out = command.output().expect("c2patool runs");
    let told: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    // Where it cannot make anything of the file it says so and prints no JSON.
    let state = told["validation_state"].as_str().map_or_else(|| "refused".to_owned(), str::to_owned);
    (state, told)
}

/// A pack of an alert, and what is in it.
struct Exported {
    pack: PathBuf,
    folder: tempfile::TempDir,
    _packs: tempfile::TempDir,
}

impl Exported {
    fn clip(&self) -> PathBuf {
        self.folder.path().join("clip.mp4")
    }

    fn anchor(&self) -> PathBuf {
        self.folder.path().join("trust-anchor.pem")
    }
}

/// Of an alert at an office; c2patool finds in its clip what the pack itself says, and trusts it by its certificate.
#[track_caller]
fn exported(office: &Office) -> Exported {
    let appliance = Appliance::start(office);
    let alert = alert_with_video(&appliance);
    let id = alert["id"].as_str().expect("an id");
    let packs = tempfile::tempdir().expect("a folder");
    let pack = packs.path().join("pack.zip");
    let done = export(office, id, &pack);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let exported = Exported { folder: unpacked(&pack), pack, _packs: packs };
    let (state, told) = ask(&exported.clip(), None);
    assert_eq!(state, "Valid", "{told}");
    check_told(&told, exported.folder.path(), id);
    println!("{told:#}");
    assert_eq!(ask(&exported.clip(), Some(&exported.anchor())).0, "Trusted");
    exported
}

/// One way to alter a file, each as likely.
fn altered(whole: &[u8], random: &mut fastrand::Rng) -> (Vec<u8>, String) {
    let mut bytes = whole.to_vec();
    let at = random.usize(..bytes.len());
    let length = random.usize(1..=64).min(bytes.len() - at);
    let told = match random.u8(..5) {
        0 => {
            bytes[at] ^= 1 << random.u8(..8);
            format!("a bit of byte {at}")
        }
        1 => {
            let more: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
            bytes.splice(at..at, more);
            format!("{length} bytes more at {at}")
        }
        2 => {
            bytes.drain(at..at + length);
            format!("{length} bytes less at {at}")
        }
        3 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        _ => {
            bytes[at..at + length].fill(0);
            format!("{length} zeros at {at}")
        }
    };
    (bytes, told)
}

/// Where the clip keeps what it says of itself: a box that no hash of the clip can take in, as its own lies there.
fn own_box(clip: &[u8]) -> Range<usize> {
    let mut at = 0;
    while let Some(head) = clip.get(at..at + 8) {
        let length = u32::from_be_bytes(head[..4].try_into().expect("four bytes")) as usize;
        if &head[4..] == b"uuid" {
            return at..at + length;
        }
        at += length.max(8);
    }
    panic!("no box of C2PA");
}

#[test]
#[ignore = "asks c2patool, which has to be built first: make c2pa-check"]
fn the_public_tool_believes_a_clip_and_a_thousand_altered_ones_are_found() {
    let (_cameras, office) = guarded_office();
    let exported = exported(&office);
    let times = std::env::var("ALTERED").ok().and_then(|text| text.parse().ok()).unwrap_or(ALTERED);
    let mut random = fastrand::Rng::with_seed(8);

    let whole = fs::read(&exported.pack).expect("a pack");
    let copy = exported.folder.path().join("altered.zip");
    let mut by_us = 0;
    for _ in 0..times {
        let (bytes, told) = altered(&whole, &mut random);
        if bytes == whole {
            continue;
        }
        by_us += 1;
        fs::write(&copy, bytes).expect("written");
        let verified = verify(&copy, &[]);
        assert!(verified.code == Some(1) && verified.stderr.contains("not intact"), "{told}: {verified:?}");
    }

    let whole = fs::read(exported.clip()).expect("a clip");
    let (own, copy) = (own_box(&whole), exported.folder.path().join("altered.mp4"));
    let (mut by_tool, mut missed) = (0, Vec::new());
    for _ in 0..times {
        let (bytes, told) = altered(&whole, &mut random);
        if bytes == whole {
            continue;
        }
        by_tool += 1;
        let same_video = bytes.len() == whole.len()
            && bytes[..own.start] == whole[..own.start]
            && bytes[own.end..] == whole[own.end..];
        fs::write(&copy, bytes).expect("written");
        let state = ask(&copy, Some(&exported.anchor())).0;
        if !["Invalid", "refused"].contains(&state.as_str()) {
            assert!(same_video, "{told}: {state}");
            missed.push(told);
        }
    }
    println!(
        "{by_us} altered packs, all found by canhdem verify; {by_tool} altered clips of {} bytes, {} found by c2patool, the \
         others altered only what it says of itself ({own:?}): {missed:?}",
        whole.len(),
        by_tool - missed.len(),
    );
}

#[test]
#[ignore = "asks c2patool, which has to be built first: make c2pa-check"]
fn the_public_tool_believes_a_clip_with_masks() {
    let (_cameras, office) = guarded_office();
    let mut file = OpenOptions::new().append(true).open(&office.config).expect("the configuration");
    file.write_all(MASK.as_bytes()).expect("written");
    exported(&office);
}
