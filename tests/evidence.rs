//! Evidence packs of the real program: exported while it runs, verified elsewhere, and tampered with.

mod support;

use std::fs;
use std::io::Read as _;
use std::path::Path;

use c2pa::{Context, Reader, ValidationState};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use support::appliance::Appliance;
use support::packs::{GATE, SECRET, alert_with_video, check_told, export, guarded_office, text, unpacked, verify};
use support::program::{Finished, run};
use support::{Office, eventually, files_below, film};

/// The key as an export prints it is the fingerprint alone; the whole one stands in the manifest.
fn key_of(folder: &Path) -> String {
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    manifest["public_key"].as_str().expect("a key").to_owned()
}

#[test]
fn an_alert_leaves_the_house_whole_and_what_is_altered_on_the_way_is_named() {
    let (_cameras, office) = guarded_office();
    let appliance = Appliance::start(&office);
    let alert = alert_with_video(&appliance);
    let id = alert["id"].as_str().expect("an id");
    let packs = tempfile::tempdir().expect("a folder");
    let pack = packs.path().join("pack.zip");

    let exported = export(&office, id, &pack);
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    assert!(exported.stdout.contains("original segments"), "{}", exported.stdout);
    assert_eq!(files_below(packs.path()), std::slice::from_ref(&pack), "nothing else is left there");

    let folder = unpacked(&pack);
    let files = files_below(folder.path());
    let inside = |name: &str| fs::read(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let original = |path: &Path| {
        let name = path.file_name().expect("a name").to_owned();
        let found = files_below(&office.data_dir.join("recordings"));
        found.into_iter().find(|file| file.file_name() == Some(&name)).expect("recorded")
    };
    let segments: Vec<_> = files.iter().filter(|path| path.starts_with(folder.path().join("segments"))).collect();
    assert!(!segments.is_empty(), "{files:?}");
    for segment in segments {
        assert!(fs::read(segment).expect("unpacked") == fs::read(original(segment)).expect("recorded"), "{segment:?}");
    }
    assert!(film::pictures(&folder.path().join("clip.mp4")) > 10);
    check_credentials(folder.path(), id);
    assert!(image::load_from_memory(&inside("pictures/alert.jpg")).is_ok());
    let document: serde_json::Value = serde_json::from_slice(&inside("alert.json")).expect("JSON");
    assert_eq!((&document["id"], &document["camera"]), (&alert["id"], &alert["camera"]));
    let cover = String::from_utf8(inside("cover.html")).expect("text");
    let reason = document["reason"]["vi"].as_str().expect("a sentence");
    assert!(cover.contains("Hồ sơ chứng cứ điện tử") && cover.contains(reason) && cover.contains(id), "{cover}");
    for file in &files {
        let mut bytes = Vec::new();
        fs::File::open(file).and_then(|mut file| file.read_to_end(&mut bytes)).expect("read");
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()), "{}", file.display());
    }

    // What it was judged by.
    let configuration = String::from_utf8(inside("configuration.toml")).expect("text");
    assert!(configuration.contains(&format!("id = \"{GATE}\"")), "{configuration}");
    let manifest: serde_json::Value = serde_json::from_slice(&inside("manifest.json")).expect("JSON");
    let models = manifest["models"].as_array().expect("a list");
    assert!(models.iter().any(|model| model["name"] == "yolox-nano"), "{manifest}");
    assert!(models.iter().all(|model| model["sha256"].as_str().is_some_and(|sum| sum.len() == 64)), "{manifest}");

    let key = key_of(folder.path());
    let verified = verify(&pack, &["--key", &key]);
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    assert!(verified.stdout.contains("Intact") && !verified.stdout.contains("Compare"), "{}", verified.stdout);
    assert!(verify(&pack, &[]).stdout.contains("Compare the fingerprint"));

    check_altered(&pack, &packs.path().join("tampered.zip"), &key);
    check_page(&appliance, id, &key, &office);

    // What was exported is never overwritten, and the appliance has gone on.
    let again = export(&office, id, &pack);
    assert!(again.code == Some(1) && again.stderr.contains("is there already"), "{}", again.stderr);
    let stopped = appliance.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    // And without it.
    let later = export(&office, id, &packs.path().join("later.zip"));
    assert_eq!(later.code, Some(0), "{}", later.stderr);
    assert_eq!(verify(&packs.path().join("later.zip"), &["--key", &key]).code, Some(0));

    check_own(&office, &key);
}

/// Whoever knows C2PA finds in the clip of what it was made, and trusts it by the certificate beside it.
#[track_caller]
fn check_credentials(folder: &Path, alert: &str) {
    let anchor = fs::read_to_string(folder.join("trust-anchor.pem")).expect("a certificate");
    let context = Context::new().with_settings(json!({"trust": {"trust_anchors": anchor}})).expect("settings");
    let clip = fs::File::open(folder.join("clip.mp4")).expect("a clip");
    let reader = Reader::from_context(context).with_stream("video/mp4", clip).expect("credentials");
    assert_eq!(reader.validation_state(), ValidationState::Trusted, "{reader:?}");
    check_told(&serde_json::from_str(&reader.json()).expect("JSON"), folder, alert);
}

/// What is altered on the way is named.
#[track_caller]
fn check_altered(pack: &Path, tampered: &Path, key: &str) {
    let mut bytes = fs::read(pack).expect("a pack");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(tampered, bytes).expect("written");
    let verified = verify(tampered, &["--key", key]);
    assert_eq!(verified.code, Some(1), "{}", verified.stdout);
    assert!(verified.stdout.contains("altered (bytes of the pack"), "{}", verified.stdout);
    assert!(verified.stderr.contains("not intact, 1 faults"), "{}", verified.stderr);
    let other = "ab".repeat(32);
    let verified = verify(pack, &["--key", &other]);
    assert!(verified.code == Some(1) && verified.stdout.contains("another key"), "{}", verified.stdout);
}

/// The same over the page's way, and both are in the log that the pack has.
#[track_caller]
fn check_page(appliance: &Appliance, id: &str, key: &str, office: &Office) {
    // Asked again where a busy machine has kept it waiting for too long.
    let page = eventually("the pack", || {
        let page = appliance.ask(&format!("/api/v1/alerts/{id}/evidence.zip"))?;
        assert!([200, 503].contains(&page.status), "{}", String::from_utf8_lossy(&page.body));
        (page.status == 200).then_some(page)
    });
    assert_eq!(page.content_type, "application/zip");
    let packs = tempfile::tempdir().expect("a folder");
    let downloaded = packs.path().join("page.zip");
    fs::write(&downloaded, page.body).expect("written");
    assert_eq!(verify(&downloaded, &["--key", key]).code, Some(0));
    let unpacked = unpacked(&downloaded);
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(unpacked.path().join(name)).expect(name)).expect("JSON")
    };
    let access = read("access.json");
    let exported = access["entries"].as_array().expect("a list").iter().filter(|entry| entry["what"] == "exported");
    let who: Vec<_> = exported.map(|entry| entry["who"].as_str()).collect();
    assert!(who[0].is_none() && who.len() > 1 && who[1..].iter().all(|who| *who == Some("tests")), "{access}");
    check_chains(&read("chains.json"), &read("manifest.json"));
    assert!(
        !fs::read_dir(&office.data_dir)
            .expect("read")
            .any(|entry| { entry.expect("an entry").file_name().to_string_lossy().starts_with("export-") })
    );
}

/// The appliance itself: what it wrote down and recorded is as it was, until somebody changes it.
#[track_caller]
fn check_own(office: &Office, key: &str) {
    let appliance =
        |more: &[&str]| run(&[&["verify", "--config", text(&office.config), "--language", "en"], more].concat());
    let whole = appliance(&["--key", key]);
    assert_eq!(whole.code, Some(0), "{}{}", whole.stdout, whole.stderr);
    assert!(whole.stdout.contains("Audit log: intact") && whole.stdout.contains("0 faults"), "{}", whole.stdout);
    let recording = files_below(&office.data_dir.join("recordings/cong")).remove(0);
    let mut bytes = fs::read(&recording).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&recording, bytes).expect("written");
    let changed = appliance(&[]);
    let name = recording.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(changed.code == Some(1) && changed.stdout.contains(&format!("{name} (")), "{}", changed.stdout);
    assert!(changed.stdout.contains(": changed: "), "{}", changed.stdout);
    assert_eq!(appliance(&["--audit"]).code, Some(0), "the log is none the worse for it");

    // Index and files: one that somebody takes is missed by name, and marked when that is asked for.
    let storage = |more: &[&str]| run(&[&["check", "--storage", "--config", text(&office.config)], more].concat());
    assert_eq!(storage(&[]).code, Some(0), "{:?}", storage(&[]));
    fs::remove_file(&recording).expect("removed");
    let missing = storage(&[]);
    assert!(missing.code == Some(1) && missing.stdout.contains(&name), "{missing:?}");
    assert!(missing.stderr.contains("--repair"), "{missing:?}");
    assert_eq!(storage(&["--repair"]).code, Some(0));
    assert_eq!(storage(&[]).code, Some(0));
    let log = rusqlite::Connection::open(office.data_dir.join("canhdem.db")).expect("opens");
    let last = "select act || ' ' || detail from audit order by position desc limit 1";
    let last: String = log.query_row(last, [], |row| row.get(0)).expect("an entry");
    assert!(
        last.starts_with("storage_repaired Repaired: ") && last.contains("1 without a file marked as gone"),
        "{last}"
    );
    let gone = appliance(&[]);
    assert!(gone.code == Some(1) && gone.stdout.contains(": missing: "), "still known: {}", gone.stdout);

    log.execute_batch("drop trigger audit_is_not_removed; delete from audit where position = 2")
        .expect("tampered with");
    let cut = appliance(&["--audit"]);
    assert!(cut.code == Some(1) && cut.stdout.contains("Audit log: entry 2 is missing"), "{}", cut.stdout);
}

/// Each link follows from the one before, and the segments are those of the manifest.
#[track_caller]
fn check_chains(chains: &serde_json::Value, manifest: &serde_json::Value) {
    let bytes = |text: &serde_json::Value| -> Vec<u8> {
        let text = text.as_str().expect("hexadecimal");
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("digits")).collect()
    };
    let mut segments = 0;
    for chain in chains["chains"].as_array().expect("chains") {
        let mut before = bytes(&chain["before"]);
        for link in chain["links"].as_array().expect("links") {
            let expected = Sha256::digest([&before[..], &bytes(&link["content"])].concat());
            before = bytes(&link["link"]);
            assert_eq!(before, expected[..], "{link}");
            let Some(file) = link["segment"]["file"].as_str() else { continue };
            let listed = manifest["files"].as_array().expect("files").iter().find(|listed| listed["name"] == file);
            assert_eq!(listed.expect("listed")["sha256"], link["segment"]["sha256"], "{file}");
            segments += 1;
        }
    }
    assert!(segments > 0, "{chains}");
}

#[test]
fn what_cannot_be_exported_or_verified_is_named() {
    let office = Office::new(&[]);
    let pack = office.folder.path().join("pack.zip");
    let id = "00000000-0000-7000-8000-000000000000";
    let check = |finished: &Finished, code: i32, words: &str| {
        assert!(finished.code == Some(code) && finished.stderr.contains(words), "{finished:?}");
    };
    check(&export(&office, id, &pack), 1, "canhdem.db");
    check(&export(&office, "no-id", &pack), 2, "no-id");
    check(&verify(&pack, &[]), 1, "pack.zip");
    fs::write(&pack, "rubbish").expect("written");
    check(&verify(&pack, &[]), 1, "not intact");
    check(&verify(&pack, &["--key", "abc"]), 2, "64 hexadecimal digits");
    let folder = run(&["verify", text(office.folder.path())]);
    assert!(folder.code == Some(1), "{folder:?}");
}

#[test]
fn an_alert_outlives_its_pictures_and_is_still_evidence() {
    let (_cameras, office) = guarded_office();
    let appliance = Appliance::start(&office);
    let alert = alert_with_video(&appliance);
    let id = alert["id"].as_str().expect("an id");
    assert!(alert["snapshot"].is_string() && alert["pictures_removed"].is_null(), "{alert}");
    assert_eq!(appliance.stop().code, Some(0));
    let snapshots = office.data_dir.join("snapshots");
    let of_alert = || {
        let files = files_below(&snapshots).into_iter();
        files.filter(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(id))).count()
    };
    assert!(of_alert() >= 2, "{:?}", files_below(&snapshots));

    // Three days go by, for the alert.
    let database = rusqlite::Connection::open(office.data_dir.join("canhdem.db")).expect("opens");
    database
        .execute_batch(
            "update alert set opened_at_ns = opened_at_ns - 259200000000000,
                 last_seen_at_ns = last_seen_at_ns - 259200000000000,
                 closed_at_ns = ifnull(closed_at_ns, last_seen_at_ns) - 259200000000000",
        )
        .expect("changed");
    drop(database);
    let text = fs::read_to_string(&office.config).expect("a configuration");
    fs::write(&office.config, format!("{text}\n[record]\nmotion_days = 1\nalert_days = 1\n")).expect("written");
    let appliance = Appliance::start(&office);
    let known = eventually("its pictures to be gone", || {
        let alert = appliance.get(&format!("alerts/{id}"))?;
        (of_alert() == 0 && alert["pictures_removed"]["by"] == "retention").then_some(alert)
    });
    assert!(known["snapshot"].is_null() && known["reason"] == alert["reason"], "{known}");
    assert!(known["persons"].as_array().expect("a list").iter().all(|person| {
        person["attributes"].as_array().expect("a list").iter().all(|answer| answer["crop"].is_null())
    }));
    let missing = appliance.ask(&format!("/api/v1/alerts/{id}/snapshot.jpg")).expect("an answer");
    let words = String::from_utf8_lossy(&missing.body).into_owned();
    assert!(missing.status == 404 && words.contains("pictures were removed on 20"), "{words}");

    let packs = tempfile::tempdir().expect("a folder");
    let pack = packs.path().join("pack.zip");
    let exported = export(&office, id, &pack);
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    let folder = unpacked(&pack);
    assert!(!folder.path().join("pictures").exists() && folder.path().join("alert.json").exists());
    let cover = fs::read_to_string(folder.path().join("cover.html")).expect("a cover");
    assert!(cover.contains("Ảnh của báo động này đã được xóa lúc") && !cover.contains("pictures/"), "{cover}");
    let verified = verify(&pack, &["--key", &key_of(folder.path())]);
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    assert_eq!(appliance.stop().code, Some(0));
}
