//! What a test needs of the machine, and may not have.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Why a test cannot be done here.
#[derive(Debug)]
pub enum Lacking {
    /// `scripts/setup.sh` installs it.
    Program(String),
    /// Of the kernel or this process: root, mounts, groups.
    Right(String),
}

/// Says that a test is skipped, and why. Where all tests have to run (`CI=true`), a program that set-up should have installed
/// is a failure; a right is the place's matter.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#[track_caller]
pub fn skip(lacking: &Lacking) {
    if let Lacking::Program(what) = lacking {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "missing, run `scripts/setup.sh faults`: {what}");
    }
    let (Lacking::Program(what) | Lacking::Right(what)) = lacking;
    eprintln!("SKIPPED: {what}");
}

/// A command of a program that may only be in the administrator's path.
pub fn command(program: &str) -> Command {
    let folders = ["/usr/sbin", "/sbin"].map(Path::new);
    let elsewhere = folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file());
    Command::new(elsewhere.unwrap_or_else(|| PathBuf::from(program)))
}

/// Runs it to its end; what it wrote to its standard output.
pub fn run(command: &mut Command) -> Result<String, Lacking> {
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Lacking::Program(format!("{command:?}")),
        _ => Lacking::Right(format!("{command:?}: {error}")),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Lacking::Right(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))))
}
