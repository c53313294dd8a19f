//! A backup that is brought back: any file at all, and a good one with bytes altered. Nothing is written outside of its
//! folder, and what comes back is what was saved.
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use canhdem::app;
use canhdem::base::{SharedClock, SimClock, Timestamp};
use canhdem::config::Config;
use canhdem::store::Store;

const CONFIG: &str = "data_dir = \"data\"\n[arming]\nholidays = \"none\"\n";

struct Good {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
}

static GOOD: LazyLock<Good> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, out) = (folder.path().join("canhdem.toml"), folder.path().join("good.tar"));
    fs::write(&file, CONFIG).expect("written");
    let clock: SharedClock = Arc::new(SimClock::default());
    drop(Store::open(&folder.path().join("data"), &clock).expect("opens"));
    let config = Config::load(&file).expect("valid");
    app::backup(&config, &file, Timestamp::UNIX_EPOCH, &out).expect("saved");
    Good { bytes: fs::read(out).expect("read"), folder }
});

fn bring_back(bytes: &[u8]) {
    let (from, office): (PathBuf, PathBuf) = (GOOD.folder.path().join("x.tar"), GOOD.folder.path().join("office"));
    fs::write(&from, bytes).expect("written");
    fs::create_dir(&office).expect("made");
    let file = office.join("canhdem.toml");
    if app::restore(&from, &file, Timestamp::UNIX_EPOCH).is_ok() {
        assert_eq!(fs::read_to_string(&file).expect("text"), CONFIG);
    } else {
        let inside = fs::read_dir(office.join("data")).into_iter().flatten();
        assert!(inside.flatten().all(|entry| entry.file_name() == "canhdem.lock"), "a part of it stays");
    }
    fs::remove_dir_all(&office).expect("removed");
}

pub(crate) fn fuzz(bytes: &[u8]) {
    bring_back(bytes);
    let mut altered = GOOD.bytes.clone();
    for edit in bytes.chunks_exact(4) {
        // The first pages hold the manifest and the headers; the database is long.
        let place = usize::from(u16::from_le_bytes([edit[0], edit[1]])) << (edit[2] % 4 * 2);
        if let Some(byte) = altered.get_mut(place) {
            *byte = edit[3];
        }
    }
    bring_back(&altered);
}
