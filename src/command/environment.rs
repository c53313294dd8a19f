//! What a library reads from the environment before it can be told otherwise.

use std::env;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// ONNX Runtime tells its maker of every start, and keeps what it could not send in the user's folder, unless this is set
/// before it is loaded; its own call to switch that off comes too late. An appliance talks to nobody.
const SILENT: (&str, &str) = ("ORT_DISABLE_TELEMETRY", "1");

/// Where the environment lacks what this program needs, starts it anew in this process with it: to change the environment
/// of a program that runs is not safe.
///
/// # Errors
/// Where it cannot be started anew.
pub(super) fn complete() -> io::Result<()> {
    let (name, value) = SILENT;
    if env::var_os(name).is_some_and(|known| known == value) {
        return Ok(());
    }
    let mut arguments = env::args_os();
    let mut program = Command::new(env::current_exe()?);
    if let Some(called) = arguments.next() {
        program.arg0(called);
    }
    Err(program.args(arguments).env(name, value).exec())
}
