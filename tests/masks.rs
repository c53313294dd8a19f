//! Privacy masks of the real program: who walks behind one raises nothing, and whatever leaves the appliance shows the flat
//! area in its place.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use canhdem::base::{Rect, Timestamp};
use canhdem::decode::{FLAT_LUMA, Frame, PixelFormat};
use canhdem::record::file_sha256;
use canhdem::testcam::{EncodeOptions, Footage, Mount, Picture, TestCameras};
use canhdem::vision::{Class, Detector, Manifest};
use image::DynamicImage;
use serde_json::{Value, json};
use support::appliance::{Answer, Appliance};
use support::program::{fetched, run};
use support::{Camera, Office, eventually, files_below, film, night, until};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Message, connect};

/// Two cameras that see the same; one has a mask from the start.
const OPEN: &str = "cong";
const MASKED: &str = "kho";
/// People walk in the left half of the picture alone.
const HALF: usize = film::SIZE.0 as usize / 2;
const MASK: &str = "privacy_masks = [{ id = \"nha-dan\", polygon = [[0, 0], [0.52, 0], [0.52, 1], [0, 1]] }]\n";
/// What encoders and scaling may change in what is flat, in levels.
const NEARLY: u8 = 6;

/// 15 s of people, of whom nobody is in the right half.
fn people_on_the_left() -> Arc<Footage> {
    let (width, height) = film::SIZE;
    let pictures = night::luma(&fetched(film::FILM), 150);
    let place = pictures[0].clone();
    let pictures = pictures.into_iter().map(|mut luma| {
        for (row, empty) in luma.chunks_mut(width as usize).zip(place.chunks(width as usize)) {
            row[HALF..].copy_from_slice(&empty[HALF..]);
        }
        luma.resize(Picture::len(width, height), 128);
        Picture { width, height, data: luma }
    });
    Arc::new(Footage::encode_pictures(pictures, &EncodeOptions { size: None, ..film::options() }).expect("encoded"))
}

/// People in both halves, of whom nobody crosses the middle: the right half is of another time.
fn people_apart() -> Arc<Footage> {
    let (width, height) = film::SIZE;
    let pictures = night::luma(&fetched(film::FILM), 150);
    let apart = (0..pictures.len()).map(|at| {
        let (mut luma, other) = (pictures[at].clone(), &pictures[(at + 70) % pictures.len()]);
        for (row, elsewhere) in luma.chunks_mut(width as usize).zip(other.chunks(width as usize)) {
            row[HALF..].copy_from_slice(&elsewhere[HALF..]);
        }
        luma.resize(Picture::len(width, height), 128);
        Picture { width, height, data: luma }
    });
    Arc::new(Footage::encode_pictures(apart, &EncodeOptions { size: None, ..film::options() }).expect("encoded"))
}

/// Whether a picture of any size shows nothing of its masked half, and something of the other.
#[track_caller]
fn check_masked(luma: &[u8], (width, height): (usize, usize), what: &str) {
    assert_eq!(luma.len(), width * height, "{what}");
    let hidden = luma.chunks(width).flat_map(|row| &row[..width / 2]);
    let worst = hidden.map(|luma| luma.abs_diff(FLAT_LUMA)).max();
    assert!(worst.is_some_and(|worst| worst <= NEARLY), "{what}: {worst:?} levels from flat");
    let seen = luma.chunks(width).flat_map(|row| &row[width * 3 / 5..]);
    let (least, most) = seen.fold((u8::MAX, 0), |(least, most), &luma| (luma.min(least), luma.max(most)));
    assert!(most - least > 60, "{what}: the rest shows {least} to {most}");
}

#[track_caller]
fn check_jpeg(answer: &Answer, what: &str) {
    let picture = image::load_from_memory(&answer.body).unwrap_or_else(|error| panic!("{what}: {error}"));
    let luma = DynamicImage::ImageLuma8(picture.to_luma8()).into_luma8();
    check_masked(luma.as_raw(), (luma.width() as usize, luma.height() as usize), what);
}

/// How many pictures the clip has, each of which is masked.
#[track_caller]
fn check_clip(clip: &Path) -> usize {
    let pictures = night::luma(clip, usize::MAX);
    for (number, picture) in pictures.iter().enumerate() {
        check_masked(picture, (film::SIZE.0 as usize, film::SIZE.1 as usize), &format!("picture {number}"));
    }
    pictures.len()
}

impl Office {
    fn rewrite(&self, from: &str, to: &str) {
        let text = fs::read_to_string(&self.config).expect("a configuration");
        assert!(text.contains(from), "{text}");
        fs::write(&self.config, text.replacen(from, to, 1)).expect("written");
    }
}

/// Asked again where a busy machine has kept it waiting for too long.
#[track_caller]
fn fetch(appliance: &Appliance, path: &str) -> Answer {
    eventually(path, || {
        let answer = appliance.ask(&format!("/api/v1/{path}"))?;
        assert!([200, 404, 503].contains(&answer.status), "{path}: {}", String::from_utf8_lossy(&answer.body));
        (answer.status == 200).then_some(answer)
    })
}

/// The first complete segment of a camera's: from when, to when.
fn recorded(appliance: &Appliance, camera: &str) -> Option<(String, String)> {
    let recordings = appliance.items(&format!("recordings/{camera}"))?;
    let segment = recordings.iter().find(|recording| recording["complete"] == true)?;
    let time = |key: &str| Some(segment[key].as_str()?.replace('+', "%2B"));
    Some((time("from")?, time("to")?))
}

/// What a page is told that wants to watch a camera.
fn told(appliance: &Appliance, camera: &str) -> Value {
    let address = appliance.address().expect("an address");
    let asked = format!("ws://{address}/api/v1/cameras/{camera}/live").into_client_request();
    let mut request = asked.expect("a request");
    let cookie = appliance.cookie(&address).expect("signed in");
    request.headers_mut().insert("cookie", cookie.parse().expect("a header"));
    let (mut socket, _) = connect(request).expect("connected");
    let told = loop {
        if let Message::Text(text) = socket.read().expect("a message") {
            break serde_json::from_str(&text).expect("JSON");
        }
    };
    if told == json!({"type": "masked"}) {
        assert!(socket.read().expect("the end").is_close(), "nothing else is sent");
    }
    told
}

#[test]
fn what_lies_behind_a_mask_leaves_the_appliance_in_no_way() {
    let cameras = TestCameras::start(vec![Mount::new("/gate", people_on_the_left())]).expect("cameras");
    let office = Office::new(&[OPEN, MASKED].map(|id| Camera { id, main: cameras.url("/gate") }));
    office.rewrite(&format!("id = \"{MASKED}\"\n"), &format!("id = \"{MASKED}\"\n{MASK}"));
    let appliance = Appliance::start(&office);
    let alert = eventually("an alert of the camera without a mask", || {
        let alerts = appliance.items("alerts")?;
        assert!(alerts.iter().all(|alert| alert["camera"] == OPEN), "{alerts:?}");
        alerts.first().cloned()
    });
    // By now the other one has seen as much; and it goes on, for the whole film and more.
    until("two segments of the masked camera", || {
        let recordings = appliance.items(&format!("recordings/{MASKED}"));
        recordings.is_some_and(|all| all.iter().filter(|recording| recording["complete"] == true).count() >= 2)
    });
    let alerts = appliance.items("alerts").expect("alerts");
    assert!(alerts.iter().all(|alert| alert["camera"] == OPEN), "{alerts:?}");

    check_camera(&appliance, MASKED);
    assert_eq!(told(&appliance, OPEN)["type"], "start");

    let folder = tempfile::tempdir().expect("a folder");
    check_blurred(&office, alert["id"].as_str().expect("an id"), folder.path());

    // A mask that is drawn now holds for what was recorded before.
    let id = alert["id"].as_str().expect("an id");
    let original = fetch(&appliance, &format!("alerts/{id}/clip.mp4"));
    office.rewrite(&format!("id = \"{OPEN}\"\n"), &format!("id = \"{OPEN}\"\n{MASK}"));
    until("the mask to count", || {
        let camera = appliance.get(&format!("cameras/{OPEN}"));
        camera.is_some_and(|camera| camera["privacy_masks"][0]["id"] == "nha-dan")
    });
    check_camera(&appliance, OPEN);
    let clip = folder.path().join("clip.mp4");
    let burnt = fetch(&appliance, &format!("alerts/{id}/clip.mp4"));
    assert!(burnt.body != original.body, "the clip from before is not given out");
    fs::write(&clip, burnt.body).expect("written");
    assert!(check_clip(&clip) > 10);
    check_packs(&office, id, folder.path());
    appliance.stop();
}

/// Who is not of the alert is blurred where that is asked for, and then the originals stay.
#[track_caller]
fn check_blurred(office: &Office, alert: &str, folder: &Path) {
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    let (pack, unpacked) = (folder.join("blurred.zip"), folder.join("blurred"));
    let arguments = ["export", "--config", &text(&office.config), "--alert", alert, "--out", &text(&pack), "--blur"];
    let exported = run(&arguments);
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    let out = Command::new("python3").args(["-m", "zipfile", "-e", &text(&pack), &text(&unpacked)]).output();
    assert!(out.expect("python3").status.success());
    let manifest: Value =
        serde_json::from_slice(&fs::read(unpacked.join("manifest.json")).expect("a manifest")).expect("JSON");
    let blurred = &manifest["hidden"]["blurred"];
    assert!(blurred["pictures"].as_u64().is_some_and(|pictures| pictures > 10), "{manifest}");
    assert_eq!(blurred["model"]["name"], "yolox-nano");
    assert_eq!(manifest["hidden"]["originals"], "withheld");
    assert!(files_below(&unpacked.join("segments")).is_empty());
    assert!(fs::read_to_string(unpacked.join("cover.html")).expect("a cover").contains("được làm mờ trong phim"));
    assert!(film::pictures(&unpacked.join("clip.mp4")) > 10);
    let verified = run(&["verify", &text(&pack), "--language", "en"]);
    assert!(verified.code == Some(0) && verified.stdout.contains("blurred in the clip"), "{}", verified.stdout);
}

/// A mean difference of levels in a head that was made unrecognisable is at least this share of its contrast, and of one that
/// was only encoded again at most that.
const BLURRED: f64 = 0.45;
const CLEAR: f64 = 0.30;

/// The part of a picture that a person's head is in, as a share of how far its levels spread: how much they have changed.
fn change(before: &[u8], after: &[u8], head: &Rect) -> f64 {
    let (width, height) = (film::SIZE.0 as usize, film::SIZE.1 as usize);
    let inside = head.clamped(width as f32, height as f32);
    let pixels: Vec<usize> = (inside.y as usize..inside.bottom() as usize)
        .flat_map(|y| (inside.x as usize..inside.right() as usize).map(move |x| y * width + x))
        .collect();
    let mean = pixels.iter().map(|at| f64::from(before[*at])).sum::<f64>() / pixels.len().max(1) as f64;
    let spread: f64 = pixels.iter().map(|at| (f64::from(before[*at]) - mean).abs()).sum();
    let changed: f64 = pixels.iter().map(|at| f64::from(before[*at].abs_diff(after[*at]))).sum();
    changed / spread.max(1.0)
}

/// Somebody on the right may be of the alert all the same, where a track went over; most are not.
fn median(changes: &[f64]) -> f64 {
    let mut sorted = changes.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Persons that a detector of our own is sure of.
fn persons(detector: &Detector, luma: &[u8]) -> Vec<Rect> {
    let mut data = luma.to_vec();
    data.resize(Picture::len(film::SIZE.0, film::SIZE.1), 128);
    let frame = Frame::from_bytes(data, PixelFormat::I420, film::SIZE, Duration::ZERO, Timestamp::UNIX_EPOCH);
    let seen = detector.detect(&frame.expect("a frame"), &[]).expect("looked at").detections;
    seen.into_iter()
        .filter(|found| found.class == Class::Person && found.score >= 0.5)
        .map(|found| found.bbox)
        .collect()
}

/// Where the alert found somebody, at any time.
fn found(pack: &Path) -> Vec<Rect> {
    let alert: Value = serde_json::from_slice(&fs::read(pack.join("alert.json")).expect("an alert")).expect("JSON");
    let findings = alert["findings"].as_array().expect("a list").iter();
    let side = |finding: &Value, at: usize| finding["bbox"][at].as_f64().expect("a number") as f32;
    findings.map(|of| Rect::new(side(of, 0), side(of, 1), side(of, 2), side(of, 3))).collect()
}

/// Whoever is outside of the zone is of no alert.
#[test]
fn whoever_is_not_of_the_alert_is_unrecognisable_in_clip_and_pictures() {
    let cameras = TestCameras::start(vec![Mount::new("/gate", people_apart())]).expect("cameras");
    let office = Office::new(&[Camera { id: OPEN, main: cameras.url("/gate") }]);
    let zone = "zones = [{ id = \"san\", kind = \"yard\", polygon = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]] }]\n";
    office.rewrite(&format!("id = \"{OPEN}\"\n"), &format!("id = \"{OPEN}\"\n{zone}"));
    let appliance = Appliance::start(&office);
    let alert = eventually("an alert", || appliance.items("alerts")?.first().cloned());
    until("two segments", || {
        let recordings = appliance.items(&format!("recordings/{OPEN}"));
        recordings.is_some_and(|all| all.iter().filter(|recording| recording["complete"] == true).count() >= 2)
    });
    // Nothing changes any more.
    appliance.stop();
    let folder = tempfile::tempdir().expect("a folder");
    let id = alert["id"].as_str().expect("an id");
    let [clear, blurred] = ["clear", "blurred"].map(|name| {
        let (pack, unpacked) = (folder.path().join(format!("{name}.zip")), folder.path().join(name));
        let [config, pack] = [&office.config, &pack].map(|path| path.to_str().expect("text").to_owned());
        let arguments = ["export", "--config", &config, "--alert", id, "--out", &pack];
        let more: &[&str] = if name == "blurred" { &["--blur"] } else { &[] };
        let exported = run(&[&arguments, more].concat());
        assert_eq!(exported.code, Some(0), "{}", exported.stderr);
        let unpacked_to = unpacked.to_str().expect("text");
        let out = Command::new("python3").args(["-m", "zipfile", "-e", &pack, unpacked_to]).output();
        assert!(out.expect("python3").status.success());
        unpacked
    });
    let manifest = Manifest::load(None).expect("models");
    let detector = Detector::load(&manifest, "yolox-nano", 0.2, 1).expect("a detector");

    let of_alert = found(&clear);
    // Of heads of persons far outside of the zone, and of those whom the alert tells of.
    let compare = |before: &[u8], after: &[u8]| {
        let persons = persons(&detector, before);
        let change_of = |Rect { x, y, w, h }: Rect| change(before, after, &Rect::new(x, y, w, 0.25 * h));
        let is_far = |person: &&Rect| person.x > 0.55 * film::SIZE.0 as f32;
        // What is hidden of somebody else may reach into the head of whoever walks beside them.
        let is_alone = |person: &Rect| {
            let near = |other: &Rect| Rect::new(other.x - other.w, other.y - other.h, 3.0 * other.w, 3.0 * other.h);
            persons.iter().filter(|other| near(other).intersection(person).area() > 0.0).count() == 1
        };
        let is_of_alert = |person: &&Rect| {
            !is_far(person) && is_alone(person) && of_alert.iter().any(|found| found.iou(person) >= 0.6)
        };
        let far: Vec<f64> = persons.iter().filter(is_far).map(|person| change_of(*person)).collect();
        let own: Vec<f64> = persons.iter().filter(is_of_alert).map(|person| change_of(*person)).collect();
        [far, own]
    };
    let picture = |pack: &Path| {
        let picture = image::open(pack.join("pictures/alert.plain.jpg")).expect("a picture").to_luma8();
        assert_eq!(picture.dimensions(), film::SIZE);
        picture.into_raw()
    };
    let [hidden, kept] = compare(&picture(&clear), &picture(&blurred));
    println!("in the picture: hidden {hidden:.2?}, clear {kept:.2?}");
    assert!(!hidden.is_empty(), "somebody else is in it");
    assert!(median(&hidden) >= BLURRED, "{hidden:.2?}");
    assert!(kept.is_empty() || median(&kept) <= CLEAR, "{kept:.2?}");

    let films = [&clear, &blurred].map(|pack| night::luma(&pack.join("clip.mp4"), usize::MAX));
    assert_eq!(films[0].len(), films[1].len(), "the same pictures");
    let pictures = films[0].iter().zip(&films[1]).step_by(5);
    let compared: Vec<[Vec<f64>; 2]> = pictures.map(|(before, after)| compare(before, after)).collect();
    let [hidden, kept] = [0, 1].map(|kind| compared.iter().flat_map(|of| of[kind].clone()).collect::<Vec<f64>>());
    println!("in the clip: hidden {hidden:.2?}, clear {kept:.2?}");
    assert!(hidden.len() >= 10 && median(&hidden) >= BLURRED, "{hidden:.2?}");
}

/// Whatever one can have of a camera.
#[track_caller]
fn check_camera(appliance: &Appliance, camera: &str) {
    check_jpeg(&fetch(appliance, &format!("cameras/{camera}/snapshot.jpg")), "snapshot");
    let (from, to) = eventually("a segment", || recorded(appliance, camera));
    check_jpeg(&fetch(appliance, &format!("recordings/{camera}/preview.jpg?at={to}&width=384")), "preview");
    let clip = fetch(appliance, &format!("recordings/{camera}/clip.mp4?from={from}&to={to}"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    fs::write(&path, clip.body).expect("written");
    // As many as were recorded: ten a second of a segment of ten seconds.
    assert!(check_clip(&path) >= 80, "{camera}");
    assert_eq!(told(appliance, camera), json!({"type": "masked"}));
}

/// The scene's pictures, which were taken before there was a mask, are painted now; or as they were taken, to the byte.
#[track_caller]
fn check_pictures(unpacked: &Path, data_dir: &Path, alert: &str, originals: bool) {
    for (name, taken) in [("alert.jpg", format!("{alert}.jpg")), ("alert.plain.jpg", format!("{alert}.plain.jpg"))] {
        let bytes = fs::read(unpacked.join("pictures").join(name)).expect("a picture");
        let taken = fs::read(data_dir.join("snapshots").join(taken)).expect("a picture");
        if originals {
            assert!(bytes == taken, "{name}");
        } else {
            assert!(bytes != taken, "{name}");
            let picture = image::load_from_memory(&bytes).expect("a picture").to_luma8();
            check_painted(picture.as_raw(), (picture.width() as usize, picture.height() as usize), name);
        }
    }
}

/// As [`check_masked`], of a JPEG, which mixes what lies at the edge of the mask.
#[track_caller]
fn check_painted(luma: &[u8], (width, _): (usize, usize), what: &str) {
    let hidden = luma.chunks(width).flat_map(|row| &row[..width / 2 - 8]);
    let worst = hidden.map(|luma| luma.abs_diff(FLAT_LUMA)).max();
    assert!(worst.is_some_and(|worst| worst <= 2 * NEARLY), "{what}: {worst:?} levels from flat");
}

/// Packs show the mask, and the originals only where the office says so.
#[track_caller]
fn check_packs(office: &Office, alert: &str, folder: &Path) {
    for (name, originals) in [("withheld", false), ("included", true)] {
        if originals {
            office.rewrite("[arming]", "[privacy]\noriginals_in_evidence = true\n[arming]");
        }
        let (pack, unpacked) = (folder.join(format!("{name}.zip")), folder.join(name));
        let text = |path: &Path| path.to_str().expect("text").to_owned();
        let exported = run(&["export", "--config", &text(&office.config), "--alert", alert, "--out", &text(&pack)]);
        assert_eq!(exported.code, Some(0), "{}", exported.stderr);
        assert_eq!(exported.stdout.contains("stay on the appliance"), !originals, "{}", exported.stdout);
        let verified = run(&["verify", &text(&pack), "--language", "en"]);
        assert_eq!(verified.code, Some(0), "{}", verified.stdout);
        assert!(
            verified.stdout.contains("Privacy masks painted over in clip and pictures: nha-dan"),
            "{}",
            verified.stdout
        );
        let out = Command::new("python3").args(["-m", "zipfile", "-e", &text(&pack), &text(&unpacked)]).output();
        assert!(out.expect("python3").status.success());
        assert!(check_clip(&unpacked.join("clip.mp4")) > 10);
        let manifest: Value =
            serde_json::from_slice(&fs::read(unpacked.join("manifest.json")).expect("a manifest")).expect("JSON");
        let told = if originals { "included" } else { "withheld" };
        let hidden = &manifest["hidden"];
        assert_eq!((&hidden["privacy_masks"], &hidden["originals"]), (&json!(["nha-dan"]), &json!(told)));
        check_pictures(&unpacked, &office.data_dir, alert, originals);
        // Everybody walked behind what is masked now.
        let is_crop = |name: &str| name.strip_prefix(alert).is_some_and(|rest| rest.split('.').count() > 3);
        let taken = files_below(&office.data_dir.join("snapshots"));
        let taken = taken.iter().filter(|file| file.file_name().is_some_and(|name| is_crop(&name.to_string_lossy())));
        let taken = taken.count();
        let crops = files_below(&unpacked.join("pictures")).len() - 2;
        let withheld = hidden["pictures_withheld"].as_array().map_or(0, Vec::len);
        assert_eq!((crops, withheld), if originals { (taken, 0) } else { (0, taken) }, "{hidden}");
        let cover = fs::read_to_string(unpacked.join("cover.html")).expect("a cover");
        assert!(cover.contains("Vùng che riêng tư của camera (nha-dan)"), "{cover}");
        let segments = files_below(&unpacked.join("segments"));
        assert_eq!(!segments.is_empty(), originals, "{segments:?}");
        assert_eq!(cover.contains("segments/</code>: video gốc"), originals, "{cover}");
        let stored: Vec<_> = files_below(&office.data_dir.join("recordings"));
        let hashes: Vec<_> = stored.iter().filter_map(|file| file_sha256(file).ok()).collect();
        for segment in segments {
            assert!(
                hashes.contains(&file_sha256(&segment).expect("read")),
                "{} is as the camera sent it",
                segment.display()
            );
        }
    }
}
