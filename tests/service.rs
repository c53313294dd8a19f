//! The appliance under systemd: what it says to it, and what the unit lets it do.

mod support;

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use canhdem::testcam::{Mount, TestCameras};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use support::appliance::Appliance;
use support::program::{CANHDEM, Program, fetched};
use support::{Camera, Office, film, pause, until};

/// Short, for the test; half of it is what a thread may stand still.
const WATCHDOG: Duration = Duration::from_secs(8);

/// systemd's end of the notification socket, and all that came there.
struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
    heard: Vec<String>,
}

impl Manager {
    fn new(folder: &Path) -> Self {
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_nonblocking(true).expect("set");
        Self { socket, path, heard: Vec::new() }
    }

    fn listen(&mut self) {
        let mut text = [0; 4096];
        loop {
            match self.socket.recv(&mut text) {
                Ok(length) => self.heard.push(String::from_utf8(text[..length].to_vec()).expect("UTF-8")),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn count(&mut self, line: &str) -> usize {
        self.listen();
        self.heard.iter().flat_map(|message| message.lines()).filter(|heard| heard.starts_with(line)).count()
    }

    #[track_caller]
    fn wait_for(&mut self, line: &str, times: usize) {
        until(&format!("{times} x {line}"), || self.count(line) >= times);
    }
}

#[test]
fn systemd_hears_that_it_is_ready_goes_on_and_stops() {
    fetched("models/yolox-nano.onnx");
    let cameras = TestCameras::start(vec![Mount::new("/main", film::people())]).expect("a camera");
    let office = Office::new(&[Camera { id: "cong", main: cameras.url("/main") }]);
    let mut manager = Manager::new(office.folder.path());
    let mut command = Command::new(CANHDEM);
    command.arg("run").arg("--config").arg(&office.config);
    command.env("NOTIFY_SOCKET", &manager.path).env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
    let mut appliance = Appliance::of(&office, Program::start(&mut command));

    manager.wait_for("READY=1", 1);
    let address = appliance.address().expect("ready, so it has said where");
    let answer = ureq::get(format!("http://{address}/healthz")).call().expect("the page answers already");
    assert_eq!(answer.status(), 200);
    assert_eq!(manager.heard[0], format!("READY=1\nSTATUS=1 cameras, page at http://{address}/"));
    manager.wait_for("WATCHDOG=1", 3);

    // What the thread that keeps the cameras reads each second does not come to an end any more.
    let pipe = office.folder.path().join("credentials.toml");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
    manager.wait_for("STATUS=stands still: cameras", 1);
    let fed = manager.count("WATCHDOG=1");
    pause(WATCHDOG / 2);
    assert_eq!(manager.count("WATCHDOG=1"), fed, "a process that stands still is not fed");
    assert!(appliance.program.stderr().contains("stands still"), "{}", appliance.program.stderr());
    assert!(appliance.program.is_running());

    let reader = File::options().write(true).open(&pipe).expect("somebody reads");
    fs::remove_file(&pipe).expect("removed");
    drop(reader);
    manager.wait_for("WATCHDOG=1", fed + 1);
    manager.wait_for("STATUS=1 cameras", 2);
    let metrics = appliance.ask("/metrics").expect("an answer");
    let metrics = String::from_utf8(metrics.body).expect("text");
    assert!(metrics.contains("canhdem_stuck_total{thread=\"cameras\"} 1"), "{metrics}");

    assert_eq!(manager.count("STOPPING=1"), 0);
    let finished = appliance.stop();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert_eq!(manager.count("STOPPING=1"), 1);
    assert_eq!(manager.count("READY=1"), 1);
}

#[test]
fn passwords_that_systemd_gives_are_taken_with_its_mode() {
    let office = Office::new(&[Camera { id: "cong", main: "rtsp://127.0.0.1:9/main".to_owned() }]);
    let given = office.folder.path().join("given");
    fs::create_dir(&given).expect("made");
    let mut file = File::create(given.join("canhdem-cameras")).expect("made");
    // As an access list shows that lets the service's user in.
    rustix::fs::fchmod(&file, Mode::RUSR | Mode::RGRP).expect("mode");
    file.write_all(b"[other]\nuser = \"a\"\npassword = \"s3cret-9\"\n").expect("written");
    let mut command = Command::new(CANHDEM);
    command.args(["check", "--config"]).arg(&office.config).env("CREDENTIALS_DIRECTORY", &given);
    let finished = Program::start(&mut command).wait();
    assert!(finished.stderr.contains("names camera \"other\""), "read, and of no camera: {}", finished.stderr);
    assert!(!finished.stderr.contains("s3cret-9"));
}

fn unit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/canhdem.service")
}

/// Where systemd-analyze is not installed, nothing is judged.
fn analyze(arguments: &[&str], unit: &Path) -> Option<(bool, String)> {
    let output = Command::new("systemd-analyze").args(arguments).arg(unit).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[test]
fn the_unit_is_valid_and_locked_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("canhdem.service");
    let text = fs::read_to_string(unit()).expect("the unit");
    fs::write(&copy, text.replace("/usr/bin/canhdem", CANHDEM)).expect("written");
    if let Some((valid, said)) = analyze(&["verify", "--man=no"], &copy) {
        assert!(valid && !said.contains("canhdem.service:"), "{said}");
    }
    // At most 2.0 of 10.
    let judged = analyze(&["security", "--offline=yes", "--no-pager", "--threshold=20"], &unit());
    if let Some((passed, said)) = judged.filter(|(_, said)| !said.contains("unrecognized option")) {
        assert!(passed && said.contains("Overall exposure level for canhdem.service"), "{said}");
    }
}
