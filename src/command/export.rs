//! `canhdem export`: an alert as an evidence pack, also while the appliance runs.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use uuid::Uuid;

use super::output;
use crate::app;
use crate::base::{Clock as _, SystemClock};
use crate::config::{Config, Language};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Which alert.
    #[arg(long, value_name = "ID")]
    alert: Uuid,
    /// The pack, which must not be there yet.
    #[arg(long, value_name = "PACK.zip")]
    out: PathBuf,
    /// Blur heads and plates of whoever is not of the alert in the clip; the original video stays on the appliance unless
    /// `originals_in_evidence` of `[privacy]` is set.
    #[arg(long)]
    blur: bool,
}

/// # Errors
/// See [`app::export`].
pub fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.config)?;
    let written = fs::read_to_string(&args.config).with_context(|| args.config.display().to_string())?;
    let exported = app::export(&config, &written, args.alert, args.blur, SystemClock::new().now(), &args.out)?;
    let vi = config.language == Language::Vi;
    let (files, out) = (exported.pack.manifest.files.len(), args.out.display());
    let (segments, fingerprint) = (exported.segments, exported.key.fingerprint());
    output::line(if vi {
        format!("{out}: {files} tệp, trong đó {segments} đoạn video gốc. Dấu khóa của máy canh: {fingerprint}")
    } else {
        format!(
            "{out}: {files} files, {segments} of them original segments. Fingerprint of the appliance's key: {fingerprint}"
        )
    })?;
    if exported.unfinished > 0 {
        tracing::warn!(segments = exported.unfinished, "still being recorded, and so left out; export again for them");
    }
    if exported.withheld > 0 {
        output::line(if vi {
            format!(
                "{} đoạn video gốc ở lại máy canh, vì chúng cho thấy những gì được che hoặc làm mờ trong phim của hồ sơ.",
                exported.withheld
            )
        } else {
            format!(
                "{} original segments stay on the appliance, for they show what is hidden in the clip.",
                exported.withheld
            )
        })?;
    }
    if exported.segments + exported.withheld == 0 {
        tracing::warn!("there is no finished video of this alert");
    }
    Ok(())
}
