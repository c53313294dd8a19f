//! A configuration file: an error, or a configuration that holds what the rest relies on; never a panic.
use std::fs;
use std::sync::LazyLock;

use canhdem::config::{Config, FilesBeside, all_masked};

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

pub(crate) fn fuzz(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let path = FOLDER.path().join("canhdem.toml");
    fs::write(&path, text).expect("written");
    let loaded = Config::load(&path);
    let _ = FilesBeside::named_in(text, &path);
    let masked = all_masked(text);
    assert_eq!(all_masked(&masked), masked, "masked twice is masked once");
    let Ok(config) = loaded else { return };
    for camera in &config.cameras {
        assert!(camera.main.password().is_none() && camera.main.username().is_empty());
        assert!(!camera.zones.is_empty() && !camera.id.contains(['/', '.']));
    }
}
