//! Not one file or connection more can be opened.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, prlimit};

use super::support::kills::From;
use super::support::pause;
use super::trial::{CAMERA, Trial};

/// Longer than a segment, so that a new file is wanted.
const LASTS: Duration = Duration::from_secs(15);

pub fn row(name: Option<&str>, tries: u32) {
    let mut trial = Trial::new(6, name, "no file handles for 15 s, the camera reconnects meanwhile");
    trial.start();
    let usual = getrlimit(Resource::Nofile);
    for _ in 0..tries {
        trial.listen(From::Recording, Duration::from_secs(3));
        let pid = trial.appliance().program.pid();
        prlimit(Some(pid), Resource::Nofile, Rlimit { current: Some(3), ..usual }).expect("our own child");
        trial.cameras.drop_out(&format!("/{CAMERA}"));
        trial.cameras.restore(&format!("/{CAMERA}"));
        pause(LASTS);
        assert!(trial.appliance().program.is_running());
        prlimit(Some(pid), Resource::Nofile, usual).expect("our own child");
        trial.recover();
        trial.tried();
    }
    trial.finish();
}
