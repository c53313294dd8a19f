use std::fs::{Permissions, read};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use super::*;
use crate::base::{SharedClock, SimClock};
use crate::record::evidence::DeviceKey;
use crate::store::{AuditFilter, Store};

const WRITTEN: &str = "data_dir = \"data\"\n# bình luận\n[web]\nlisten = \"127.0.0.1:0\"\n[arming]\nclosures_file = \"nghi.ics\"\n\
                       [[camera]]\nid = \"cong\"\nmain = \"rtsp://127.0.0.1:9/main\"\n";
const CALENDAR_TEXT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nEND:VCALENDAR\r\n";

struct Office {
    folder: tempfile::TempDir,
    /// Which runs.
    store: Store,
}

fn office() -> Office {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("canhdem.toml"), WRITTEN).expect("written");
    fs::write(at("nghi.ics"), CALENDAR_TEXT).expect("written");
    fs::write(at("credentials.toml"), "[cong]\nuser = \"viewer\"\npassword = \"s3cret-9\"\n").expect("written");
    fs::set_permissions(at("credentials.toml"), Permissions::from_mode(0o600)).expect("mode");
    let clock: SharedClock = Arc::new(SimClock::default());
    let store = Store::open(&at("data"), &clock).expect("opens");
    DeviceKey::open(&at("data")).expect("made");
    fs::create_dir(at("data/tls")).expect("made");
    fs::write(at("data/tls/certificate.pem"), "certificate").expect("written");
    fs::write(at("data/tls/key.pem"), "key").expect("written");
    fs::create_dir(at("data/recordings")).expect("made");
    Office { folder, store }
}

impl Office {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn save(&self, name: &str) -> PathBuf {
        let (file, out) = (self.at("canhdem.toml"), self.at(name));
        let config = Config::load(&file).expect("valid");
        backup(&config, &file, Timestamp::UNIX_EPOCH, &out).expect("saved");
        out
    }
}

fn acts(store: &Store) -> Vec<String> {
    let page = store.audit(&AuditFilter { limit: 10, ..AuditFilter::default() }).expect("read");
    assert!(page.entries.iter().all(|entry| entry.address.as_deref().is_some_and(|from| from.starts_with("uid "))));
    page.entries.into_iter().rev().map(|entry| entry.act).collect()
}

/// Restores into a new folder; what lies there afterwards.
fn bring_back(from: &Path) -> (tempfile::TempDir, anyhow::Result<Restored>) {
    let folder = tempfile::tempdir().expect("a folder");
    let restored = restore(from, &folder.path().join("canhdem.toml"), Timestamp::UNIX_EPOCH);
    (folder, restored)
}

/// Nothing but an empty data folder with its lock.
#[track_caller]
fn check_untouched(folder: &tempfile::TempDir) {
    let names = |path: PathBuf| -> Vec<String> {
        let entries = fs::read_dir(path).into_iter().flatten();
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    };
    let (outside, inside) = (names(folder.path().to_owned()), names(folder.path().join("data")));
    assert!(
        outside.iter().all(|name| name == "data") && inside.iter().all(|name| name == "canhdem.lock"),
        "{outside:?} {inside:?}"
    );
}

#[track_caller]
fn check_refused(from: &Path, words: &str) {
    let (folder, restored) = bring_back(from);
    let error = format!("{:#}", restored.expect_err("refused"));
    assert!(error.contains(words), "{words:?} is not in: {error}");
    check_untouched(&folder);
}

#[test]
fn what_was_saved_comes_back() {
    let office = office();
    let out = office.save("backup.tar");
    assert_eq!(fs::metadata(&out).expect("there").permissions().mode() & 0o777, 0o600);
    let (folder, restored) = bring_back(&out);
    let restored = restored.expect("restored");
    assert_eq!((restored.appliance, restored.before), (office.store.appliance(), None));
    for name in [
        "canhdem.toml",
        "credentials.toml",
        "nghi.ics",
        "data/device.key",
        "data/tls/key.pem",
        "data/tls/certificate.pem",
    ] {
        assert_eq!(read(folder.path().join(name)).expect(name), read(office.at(name)).expect(name), "{name}");
    }
    for (name, mode) in [("credentials.toml", 0o600), ("data/device.key", 0o600), ("data/tls", 0o700), ("data", 0o700)]
    {
        let found = fs::metadata(folder.path().join(name)).expect(name).permissions().mode() & 0o777;
        assert_eq!(found, mode, "{name}");
    }
    assert!(!folder.path().join("data/.restore").exists() && !folder.path().join("data/recordings").exists());
    Config::load(&folder.path().join("canhdem.toml")).expect("valid");
    let clock: SharedClock = Arc::new(SimClock::default());
    let store = Store::open(&folder.path().join("data"), &clock).expect("opens");
    assert_eq!(store.appliance(), office.store.appliance());
    assert_eq!(acts(&store), ["backed_up", "restored"], "the backup tells of itself");
    assert_eq!(acts(&office.store), ["backed_up"]);
    let key = |data_dir: PathBuf| DeviceKey::open(&data_dir).expect("a key").public().to_string();
    assert_eq!(key(folder.path().join("data")), key(office.at("data")));
}

#[test]
fn what_stands_in_the_way_stays() {
    let office = office();
    let out = office.save("backup.tar");
    let again = backup(
        &Config::load(&office.at("canhdem.toml")).expect("valid"),
        &office.at("canhdem.toml"),
        Timestamp::UNIX_EPOCH,
        &out,
    );
    assert!(again.expect_err("nothing is overwritten").to_string().contains("is there already"));
    let error = format!("{:#}", restore(&out, &office.at("canhdem.toml"), Timestamp::UNIX_EPOCH).expect_err("it runs"));
    assert!(error.contains("in use by another canhdem"), "{error}");
    let Office { folder, store } = office;
    drop(store);
    let error = format!(
        "{:#}",
        restore(&out, &folder.path().join("canhdem.toml"), Timestamp::UNIX_EPOCH).expect_err("it is not empty")
    );
    assert!(error.contains("is not empty") && error.contains("move the folder away"), "{error}");
    fs::rename(folder.path().join("data"), folder.path().join("data.before")).expect("moved away");
    let restored = restore(&out, &folder.path().join("canhdem.toml"), Timestamp::UNIX_EPOCH).expect("restored");
    assert_eq!(restored.before, Some(folder.path().join("canhdem.toml.before-restore")));
}

#[test]
fn a_flipped_byte_is_found_or_changes_nothing() {
    let office = office();
    let out = office.save("backup.tar");
    let whole = read(&out).expect("read");
    let mut random = fastrand::Rng::with_seed(8);
    let altered = office.at("altered.tar");
    let mut found = 0;
    // Headers and small files at the front, and anywhere.
    for number in 0..180 {
        let place = random.usize(..if number < 120 { 6_000 } else { whole.len() });
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << random.u8(..8);
        fs::write(&altered, &bytes).expect("written");
        let (folder, restored) = bring_back(&altered);
        if restored.is_err() {
            found += 1;
            check_untouched(&folder);
        } else {
            for name in ["canhdem.toml", "credentials.toml", "data/device.key"] {
                let same = read(folder.path().join(name)).ok() == read(office.at(name)).ok();
                assert!(same, "{name} is another after byte {place} was altered");
            }
        }
    }
    assert!(found > 60, "only {found} were found");
    for length in [0, 100, 511, 512, 5_000, whole.len() / 2, whole.len() - 1_500] {
        fs::write(&altered, &whole[..length]).expect("written");
        check_refused(&altered, "cannot be restored");
    }
}

/// A backup of these files, whose sums are right.
fn made(path: &Path, change: impl FnOnce(&mut serde_json::Value), files: &[(&str, &[u8])]) {
    let entries: Vec<_> = files
        .iter()
        .map(
            |(name, bytes)| serde_json::json!({"name": name, "size_bytes": bytes.len(), "sha256": archive::sum(bytes)}),
        )
        .collect();
    let mut manifest = serde_json::json!({"format": 1, "canhdem": "0.1.0", "made_at": "2026-02-17T01:30:00Z",
        "appliance": Uuid::nil(), "schema": 1, "files": entries});
    change(&mut manifest);
    let text = manifest.to_string();
    let sum = archive::sum(text.as_bytes());
    let mut tar = tar::Builder::new(fs::File::create(path).expect("made"));
    let all =
        [(MANIFEST, text.as_bytes())].into_iter().chain(files.iter().copied()).chain([(MANIFEST_SUM, sum.as_bytes())]);
    for (name, bytes) in all {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        // As written by somebody who means ill: the crate's own functions refuse such names.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, bytes).expect("added");
    }
    tar.finish().expect("finished");
}

#[test]
fn a_backup_of_a_newer_program_is_refused_with_words() {
    let office = office();
    let copy = office.at("newer.db");
    store::copy_to(&office.at("data"), &copy).expect("copied");
    let connection = rusqlite::Connection::open(&copy).expect("opens");
    connection.pragma_update(None, "user_version", 999).expect("set");
    drop(connection);
    let (out, database) = (office.at("newer.tar"), read(&copy).expect("read"));
    let files = [(CONFIGURATION, WRITTEN.as_bytes()), (DATABASE, &database[..])];
    made(&out, |_| {}, &files);
    check_refused(&out, "written by a newer canhdem (schema 999");
    made(&out, |manifest| manifest["format"] = 2.into(), &files);
    check_refused(&out, "made by a newer canhdem (format 2");
    made(&out, |_| {}, &[(CONFIGURATION, WRITTEN.as_bytes()), (DATABASE, b"no database")]);
    check_refused(&out, "cannot be restored");
}

#[test]
fn nothing_is_written_outside_of_its_place() {
    let office = office();
    let out = office.at("evil.tar");
    for name in ["../evil", "/etc/evil", "data/../../evil", "data/recordings/x.mp4", "data/device.key/../evil"] {
        made(&out, |_| {}, &[(CONFIGURATION, WRITTEN.as_bytes()), (DATABASE, b""), (name, b"evil")]);
        check_refused(&out, "names a file that no backup of canhdem holds");
        // The manifest says nothing of it.
        let hide = |manifest: &mut serde_json::Value| manifest["files"].as_array_mut().expect("files").truncate(2);
        made(&out, hide, &[(CONFIGURATION, WRITTEN.as_bytes()), (DATABASE, b""), (name, b"evil")]);
        check_refused(&out, "does not belong into it");
    }
    let twice = [(CONFIGURATION, WRITTEN.as_bytes()), (DATABASE, b""), (DATABASE, b"")];
    made(&out, |_| {}, &twice);
    check_refused(&out, "names a file twice");

    let mut tar = tar::Builder::new(fs::File::create(&out).expect("made"));
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, MANIFEST, "/etc/passwd").expect("added");
    tar.finish().expect("finished");
    check_refused(&out, "no plain file");
}

#[test]
fn what_is_no_backup_is_refused() {
    let office = office();
    let out = office.at("other");
    for bytes in [&b""[..], b"PK\x03\x04 a ZIP", &[0; 4096], WRITTEN.as_bytes()] {
        fs::write(&out, bytes).expect("written");
        check_refused(&out, "cannot be restored");
    }
    check_refused(&office.at("none"), "No such file");
    check_refused(office.folder.path(), "cannot be restored");
}
