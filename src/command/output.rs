//! The one place that writes to the terminal.

use std::io::{self, Write as _};

/// Prints a line on standard output.
///
/// # Errors
/// When nobody reads it any more.
pub fn line(text: impl AsRef<str>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref().as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Says on standard error why a command failed, with every cause.
pub fn complain(error: &anyhow::Error) {
    // There is nobody left to tell if this fails.
    let _ = writeln!(io::stderr().lock(), "canhdem: {error:#}");
}

/// Whether the reader of standard output has gone, as `head` does.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
