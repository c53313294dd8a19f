//! `canhdem verify`: whether an evidence pack is what an appliance signed, offline and without a configuration; or whether an
//! appliance's audit log and recordings are what they were.

mod appliance;
mod pack;

use std::path::PathBuf;

use clap::ValueEnum;

use super::Usage;
use crate::record::evidence::PublicKey;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The evidence pack.
    #[arg(value_name = "PACK.zip", required_unless_present = "config", conflicts_with = "config")]
    pack: Option<PathBuf>,
    /// Instead of a pack, the appliance of this configuration: its audit log, and every recording against its chain.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Of an appliance the audit log alone, which takes seconds: recordings are all read.
    #[arg(long, requires = "config")]
    audit: bool,
    /// The appliance's public key, 64 hexadecimal digits, from the office's records: without it anybody may have signed.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// In which language it is told.
    #[arg(long, value_enum, default_value_t = Language::Vi)]
    language: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Vi,
    En,
}

/// # Errors
/// Where something is not as it was, or cannot be read.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let expected = args.key.as_deref().map(str::parse::<PublicKey>).transpose();
    let expected = expected.map_err(|error| Usage(format!("--key: {error}")))?;
    let vi = args.language == Language::Vi;
    match (&args.pack, &args.config) {
        (Some(pack), _) => pack::verify(pack, expected, vi),
        (None, Some(config)) => appliance::verify(config, args.audit, expected, vi),
        (None, None) => Err(Usage("name an evidence pack, or a configuration with --config".to_owned()).into()),
    }
}
