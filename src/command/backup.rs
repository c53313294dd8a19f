//! `canhdem backup`: what an appliance cannot make anew, in one file; also while it runs.

use std::path::PathBuf;

use super::output;
use crate::app;
use crate::base::{Clock as _, SystemClock};
use crate::config::{Config, Language};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The backup, which must not be there yet.
    #[arg(long, value_name = "FILE.tar")]
    out: PathBuf,
}

/// # Errors
/// See [`app::backup`].
pub fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.config)?;
    let saved = app::backup(&config, &args.config, SystemClock::new().now(), &args.out)?;
    let vi = config.language == Language::Vi;
    let (out, files) = (args.out.display(), saved.files.join(", "));
    output::line(if vi {
        format!("{out}: {files}. Không có video và ảnh.")
    } else {
        format!("{out}: {files}. Video and pictures are not in it.")
    })?;
    output::line(if vi {
        "Bản sao lưu có mật khẩu camera và khóa ký của máy canh: hãy cất nơi chỉ người có trách nhiệm mở được."
    } else {
        "It holds the cameras' passwords and the key that signs evidence: keep it where only those in charge can read it."
    })?;
    for path in saved.left_out {
        tracing::warn!(path = %path.display(), "not in the backup: save it by itself");
    }
    Ok(())
}
