//! What parses the outside, with the seeds of `fuzz/` and with what chance makes of them: the same parsers that `make fuzz`
//! drives for longer, guided by coverage. `CANHDEM_FUZZ_SECONDS` says how long each; it takes a second otherwise.

#![expect(clippy::print_stdout, reason = "figures of a run, for whoever reads the test's output")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use canhdem::base::{Clock as _, SystemClock};

#[path = "../fuzz/parsers/api.rs"]
mod api;
#[path = "../fuzz/parsers/backup.rs"]
mod backup;
#[path = "../fuzz/parsers/boxes.rs"]
mod boxes;
#[path = "../fuzz/parsers/calendar.rs"]
mod calendar;
#[path = "../fuzz/parsers/camera.rs"]
mod camera;
#[path = "../fuzz/parsers/config.rs"]
mod config;
#[path = "../fuzz/parsers/credentials.rs"]
mod credentials;
#[path = "../fuzz/parsers/evidence.rs"]
mod evidence;
#[path = "../fuzz/parsers/manifest.rs"]
mod manifest;
#[path = "../fuzz/parsers/plate.rs"]
mod plate;

/// Set to repeat a run that failed.
const SEED: &str = "CANHDEM_TEST_SEED";
const LONGEST: usize = 8192;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[track_caller]
fn run(name: &str, fuzz: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).expect("seeds").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).expect("a seed")).collect();
    assert!(!seeds.is_empty(), "{name} has no seeds");
    for seed in &seeds {
        fuzz(seed);
    }
    fuzz(b"");

    let seed = number(SEED).unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed} repeats this run");
    let mut random = fastrand::Rng::with_seed(seed);
    let limit = Duration::from_secs(number("CANHDEM_FUZZ_SECONDS").unwrap_or(1));
    let (clock, mut tries) = (SystemClock::new(), 0_u64);
    while clock.monotonic() < limit {
        let mut bytes = seeds[random.usize(..seeds.len())].clone();
        for _ in 0..random.usize(1..6) {
            mutate(&mut bytes, &seeds, &mut random);
        }
        bytes.truncate(LONGEST);
        fuzz(&bytes);
        tries += 1;
    }
    println!("{name}: {} seeds, {tries} tries", seeds.len());
}

/// One change, as files suffer it: by damage, by mistake, or on purpose.
fn mutate(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut fastrand::Rng) {
    const TOKENS: [&[u8]; 16] = [
        b"\0",
        b"\xff\xff\xff\xff",
        b"\x7f\xff\xff\xff",
        b"\x80\0\0\0",
        b"-1",
        b"0",
        b"1e999",
        b"99999999999999999999",
        b"\"",
        b"[[",
        b"\n",
        "Ổ".as_bytes(),
        b"../",
        b"nan",
        b"9999-12-31",
        b"00:00",
    ];
    let at = random.usize(..=bytes.len());
    let to = at + random.usize(..=(bytes.len() - at).min(64));
    match random.u8(..7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
        1 if at < bytes.len() => bytes[at] = random.u8(..),
        2 => drop(bytes.drain(at..to)),
        3 => bytes.truncate(at),
        4 => drop(bytes.splice(at..at, TOKENS[random.usize(..TOKENS.len())].iter().copied())),
        5 => drop(bytes.splice(at..to, TOKENS[random.usize(..TOKENS.len())].iter().copied())),
        _ => {
            let other = &seeds[random.usize(..seeds.len())];
            let from = random.usize(..=other.len());
            let piece = other[from..(from + random.usize(..200)).min(other.len())].to_vec();
            drop(bytes.splice(at..at, piece));
        }
    }
}

#[test]
fn answers_to_requests() {
    run("api", api::fuzz);
}

#[test]
fn backups() {
    run("backup", backup::fuzz);
}

#[test]
fn boxes_of_recordings() {
    run("boxes", boxes::fuzz);
}

#[test]
fn calendars() {
    run("calendar", calendar::fuzz);
}

#[test]
fn cameras_that_answer_anything() {
    run("camera", camera::fuzz);
}

#[test]
fn configurations() {
    run("config", config::fuzz);
}

#[test]
fn credentials_of_cameras() {
    run("credentials", credentials::fuzz);
}

#[test]
fn evidence_packs() {
    run("evidence", evidence::fuzz);
}

#[test]
fn manifests() {
    run("manifest", manifest::fuzz);
}

#[test]
fn plates_and_patterns() {
    run("plate", plate::fuzz);
}
