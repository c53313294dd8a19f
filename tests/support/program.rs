//! The program as a child process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::eventually_within;

/// Looking through a film takes a slow machine minutes.
const WORK: Duration = Duration::from_secs(1800);

/// The program as built with these tests.
pub const CANHDEM: &str = env!("CARGO_BIN_EXE_canhdem");

/// The program whose faults are measured: another build of it, such as a release, where `CANHDEM_PROGRAM` names one.
pub fn program() -> PathBuf {
    std::env::var_os("CANHDEM_PROGRAM").map_or_else(|| PathBuf::from(CANHDEM), PathBuf::from)
}

/// A running program whose output goes to files. Killed when it is dropped.
pub struct Program {
    child: Child,
    folder: tempfile::TempDir,
}

/// What a program that ended has said.
#[derive(Debug)]
pub struct Finished {
    /// None where a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn start(command: &mut Command) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name| File::create(folder.path().join(name)).expect("a file for the output");
        command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
        let child = command.spawn().expect("the program starts");
        Self { child, folder }
    }

    pub fn stdout(&self) -> String {
        self.output("stdout")
    }

    /// Its log.
    pub fn stderr(&self) -> String {
        self.output("stderr")
    }

    fn output(&self, name: &str) -> String {
        let bytes = fs::read(self.folder.path().join(name)).expect("its output");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        self.try_wait().is_none()
    }

    fn try_wait(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("our own child")
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.child.wait().expect("our own child");
    }

    pub fn pid(&self) -> Pid {
        i32::try_from(self.id()).ok().and_then(Pid::from_raw).expect("a process")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("our own child");
    }

    /// SIGTERM, and waits until it has stopped.
    #[track_caller]
    pub fn stop(mut self) -> Finished {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Until it ends by itself.
    #[track_caller]
    pub fn wait(&mut self) -> Finished {
        let status = eventually_within(WORK, "the program to end", || self.try_wait());
        Finished { code: status.code(), stdout: self.stdout(), stderr: self.stderr() }
    }
}

impl Drop for Program {
    #[expect(clippy::print_stderr, reason = "what a failed test must show")]
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.stderr();
            let from = log.char_indices().rev().nth(6000).map_or(0, |(at, _)| at);
            eprintln!("--- the end of its log:\n{}\n---", &log[from..]);
        }
    }
}

/// Runs the program to its end.
#[track_caller]
pub fn run(arguments: &[&str]) -> Finished {
    Program::start(Command::new(program()).args(arguments)).wait()
}

/// Where `make setup` has put what it fetched.
pub fn deps() -> PathBuf {
    std::env::var_os("CANHDEM_DEPS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".deps"), PathBuf::from)
}

/// A fetched file, such as `footage/vtest.avi`.
#[track_caller]
pub fn fetched(name: &str) -> PathBuf {
    let path = deps().join(name);
    assert!(path.is_file(), "{} is missing: run `make setup` first", path.display());
    path
}
