//! An office's calendar of days off (.ics).
use std::fs;
use std::sync::LazyLock;

use canhdem::config::Config;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "data_dir = \"data\"\n[arming]\nholidays = \"none\"\nclosures_file = \"nghi.ics\"\n";
    fs::write(folder.path().join("canhdem.toml"), config).expect("written");
    folder
});

pub(crate) fn fuzz(bytes: &[u8]) {
    fs::write(FOLDER.path().join("nghi.ics"), bytes).expect("written");
    let _ = Config::load(&FOLDER.path().join("canhdem.toml"));
}
