//! A folder of models of an operator's own.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use canhdem::vision::Manifest;
use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fuzz_target!(|text: &str| {
    fs::write(FOLDER.path().join("manifest.toml"), text).expect("written");
    let Ok(manifest) = Manifest::load(Some(FOLDER.path())) else { return };
    for model in &manifest.models {
        assert!(!model.file.contains('/'), "{} leads out of the folder", model.file);
    }
});
