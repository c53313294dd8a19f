//! `canhdem restore`: a backup brought back into an empty data folder.

use std::path::PathBuf;

use super::output;
use crate::app;
use crate::base::{Clock as _, SystemClock};
use crate::config::{Config, Language};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the configuration is to stand; one that stands there is kept beside it.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The backup.
    #[arg(long, value_name = "FILE.tar")]
    from: PathBuf,
}

/// # Errors
/// See [`app::restore`].
pub fn run(args: &Args) -> anyhow::Result<()> {
    let restored = app::restore(&args.from, &args.config, SystemClock::new().now())?;
    let config = Config::load(&args.config);
    let vi = config.as_ref().map_or(Language::Vi, |config| config.language) == Language::Vi;
    let (data_dir, made_at, id) = (restored.data_dir.display(), restored.made_at, restored.appliance);
    output::line(if vi {
        format!("{data_dir}: đã khôi phục máy canh {id}, bản sao lưu lúc {made_at}")
    } else {
        format!("{data_dir}: appliance {id} is restored, as it was at {made_at}")
    })?;
    if let Some(before) = restored.before {
        output::line(if vi {
            format!("Cấu hình trước đó: {}", before.display())
        } else {
            format!("The configuration before: {}", before.display())
        })?;
    }
    // All is in place; what this program makes of the configuration is for the user to know.
    config.map(drop).map_err(Into::into)
}
