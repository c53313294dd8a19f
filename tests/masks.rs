//! Privacy masks of the real program: who walks behind one raises nothing, and whatever leaves the appliance shows the flat
//! area in its place.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use canhdem::decode::FLAT_LUMA;
use canhdem::record::file_sha256;
use canhdem::testcam::{EncodeOptions, Footage, Mount, Picture, TestCameras};
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
        assert!(verified.stdout.contains("Privacy masks painted over in the clip: nha-dan"), "{}", verified.stdout);
        let out = Command::new("python3").args(["-m", "zipfile", "-e", &text(&pack), &text(&unpacked)]).output();
        assert!(out.expect("python3").status.success());
        assert!(check_clip(&unpacked.join("clip.mp4")) > 10);
        let manifest: Value =
            serde_json::from_slice(&fs::read(unpacked.join("manifest.json")).expect("a manifest")).expect("JSON");
        let told = if originals { "included" } else { "withheld" };
        assert_eq!(manifest["hidden"], json!({"privacy_masks": ["nha-dan"], "originals": told}));
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
