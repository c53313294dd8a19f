//! The cameras' names and passwords: what is wrong there is said without them.
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

use canhdem::config::Config;

const SECRET: &str = "s3cret-9";

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "data_dir = \"data\"\n[[camera]]\nid = \"cong\"\nmain = \"rtsp://127.0.0.1/main\"\n[arming]\nholidays = \"none\"\n";
    fs::write(folder.path().join("canhdem.toml"), config).expect("written");
    fs::write(folder.path().join("credentials.toml"), "").expect("written");
    fs::set_permissions(folder.path().join("credentials.toml"), Permissions::from_mode(0o600)).expect("mode");
    folder
});

pub(crate) fn fuzz(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let config = FOLDER.path().join("canhdem.toml");
    for text in [text.to_owned(), text.replacen('"', &format!("\"{SECRET}"), 4)] {
        fs::write(FOLDER.path().join("credentials.toml"), text).expect("written");
        match Config::load(&config) {
            Ok(config) => assert!(!format!("{config:?}").contains(SECRET)),
            // A camera's id may be anything that was typed in the wrong place; a value may not be told.
            Err(error) => {
                let told = error.to_string();
                assert!(!told.contains(SECRET) || told.contains("names camera"), "{told}");
            }
        }
    }
}
