//! A folder of models of an operator's own.
use std::fs;
use std::sync::LazyLock;

use canhdem::vision::Manifest;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

pub(crate) fn fuzz(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    fs::write(FOLDER.path().join("manifest.toml"), text).expect("written");
    let Ok(manifest) = Manifest::load(Some(FOLDER.path())) else { return };
    for model in &manifest.models {
        assert!(!model.file.contains('/'), "{} leads out of the folder", model.file);
    }
}
