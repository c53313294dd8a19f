//! `canhdem run`: the appliance itself.

use std::path::PathBuf;
use std::sync::Arc;

use super::output;
use crate::app;
use crate::base::SystemClock;
use crate::camera::Decoding;
use crate::config::Settings;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Decode every picture of every camera, as others do: to compare with.
    #[arg(long, hide = true)]
    decode_all: bool,
    /// Let its clock run so many times as fast, for cameras that play as fast: days pass in hours.
    #[arg(long, hide = true)]
    clock_times: Option<u32>,
}

/// # Errors
/// When the configuration is wrong or the appliance cannot start.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let settings = Settings::open(args.config.clone())?;
    let decoding = if args.decode_all { Decoding::Everything } else { Decoding::OnDemand };
    let clock = args.clock_times.map_or_else(SystemClock::new, SystemClock::hastened);
    app::run(settings, Arc::new(clock), decoding, |ready| {
        if let Some(token) = &ready.setup_token {
            output::line(format!("canhdem: no account yet: open {} and enter the set-up token {token}", ready.url()))?;
        }
        Ok(())
    })
}
