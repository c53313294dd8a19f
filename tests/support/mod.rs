//! What the tests of the real program share: the program as a child that never outlives its test,
//! simulated cameras for it to watch, and waiting for what must come.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

pub mod appliance;
pub mod disk;
pub mod film;
pub mod kills;
pub mod night;
pub mod packs;
pub mod process;
pub mod program;
pub mod shim;
pub mod told;
pub mod tools;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use canhdem::base::{Clock as _, Shutdown, SystemClock};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

/// Far more than anything here takes: tests wait for what must happen, not for time to pass.
pub const PATIENCE: Duration = Duration::from_secs(120);
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// Asks again until there is an answer; `what` says for what it waits.
#[track_caller]
pub fn eventually<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, ask)
}

/// As [`eventually`], of what may take longer.
#[track_caller]
pub fn eventually_within<T>(patience: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let clock = SystemClock::new();
    while clock.monotonic() < patience {
        if let Some(answer) = ask() {
            return answer;
        }
        pause(ASK_AGAIN);
    }
    panic!("waited {patience:?} in vain for {what}");
}

/// As [`eventually`], for what is true or not yet.
#[track_caller]
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    eventually(what, || condition().then_some(()));
}

/// Lets time pass where that is the point of the test.
pub fn pause(time: Duration) {
    let (_alive, shutdown) = Shutdown::new();
    shutdown.wait(time);
}

/// A camera of a configuration.
pub struct Camera {
    pub id: &'static str,
    pub main: String,
}

/// A folder with a configuration and a data folder.
pub struct Office {
    pub folder: tempfile::TempDir,
    pub config: PathBuf,
    pub data_dir: PathBuf,
}

impl Office {
    /// Armed now, and for hours to come.
    pub fn new(cameras: &[Camera]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (config, data_dir) = (folder.path().join("canhdem.toml"), folder.path().join("data"));
        let mut text = format!(
            "data_dir = \"data\"\nlanguage = \"en\"\n[web]\nlisten = \"127.0.0.1:0\"\n[arming]\nnights = \"{}\"\n",
            always()
        );
        for Camera { id, main } in cameras {
            write!(text, "[[camera]]\nid = \"{id}\"\nmain = \"{main}\"\n").expect("text");
        }
        fs::write(&config, text).expect("the configuration");
        Self { folder, config, data_dir }
    }

    /// What the appliance says to one camera.
    pub fn set_credentials(&self, camera: &str, user: &str, password: &str) {
        let path = self.folder.path().join("credentials.toml");
        fs::write(&path, format!("[{camera}]\nuser = \"{user}\"\npassword = \"{password}\"\n")).expect("credentials");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
    }
}

/// Nights that leave out one minute of the day: the one that is farthest from now.
fn always() -> String {
    let timezone = TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled");
    let noon = SystemClock::new().now() + SignedDuration::from_hours(12);
    let time = |at: jiff::Timestamp| at.to_zoned_datetime(timezone.clone()).strftime("%H:%M").to_string();
    format!("{}-{}", time(noon + SignedDuration::from_mins(1)), time(noon))
}

/// Every file below `folder`; none where there is no folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder that has just gone has no files.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    // Whose disk it is, is no recording.
    files.retain(|file| !file.ends_with("recordings/canhdem-recordings.json"));
    files.sort();
    files
}
