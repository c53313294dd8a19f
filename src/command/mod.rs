//! What a user types: one file per command, exit codes, and the one writer to standard output.

pub mod backup;
pub mod bench;
pub mod check;
pub mod demo;
mod environment;
pub mod eval;
pub mod export;
pub mod models;
pub mod output;
mod paint;
pub mod replay;
pub mod restore;
pub mod run;
pub mod user;
pub mod verify;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::config::ConfigError;
use crate::http::TlsError;

/// canhdem: canh đêm cho cơ quan; keeps watch over an office at night.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    /// How logs are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch the configured cameras and serve the page.
    Run(run::Args),
    /// Show it all with simulated cameras, on a night of Tết.
    Demo(demo::Args),
    /// Check a configuration: what is wrong and where; what is armed tonight, and why.
    Check(check::Args),
    /// Run files through the same path as live cameras, faster than real time.
    Replay(replay::Args),
    /// How many cameras this machine carries: simulated ones, and the appliance, measured.
    Bench(bench::Args),
    /// Measure a detector on labelled pictures.
    Eval(eval::Args),
    /// The models: where they come from, and whether they are what they should be.
    Models(models::Args),
    /// Accounts: who may sign in to the page.
    User(user::Args),
    /// Export an alert as an evidence pack: original video, pictures and findings, signed by the appliance.
    Export(export::Args),
    /// Whether an evidence pack is as an appliance signed it; names what was altered.
    Verify(verify::Args),
    /// Save configuration, passwords, accounts, alerts and the appliance's key in one file; not the video.
    Backup(backup::Args),
    /// Bring a backup back, into an empty data folder.
    Restore(restore::Args),
}

/// Something in what the user gave: exit code 2 rather than 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Parses the command line, runs it, and turns the outcome into an exit code: 0 done, 1 failed,
/// 2 wrong use or configuration.
pub fn main() -> ExitCode {
    let completed = environment::complete();
    let cli = Cli::parse();
    start_logging(cli.log);
    if let Err(error) = completed {
        tracing::warn!(%error, "this program cannot start itself anew: ONNX Runtime may tell its maker that it is used");
    }
    let result = match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Models(args) => models::run(&args),
        Command::User(args) => user::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            let misuse = error.is::<Usage>() || error.is::<ConfigError>() || error.is::<TlsError>();
            ExitCode::from(if misuse { 2 } else { 1 })
        }
    }
}

fn start_logging(format: LogFormat) {
    // GStreamer and ONNX Runtime speak through their own channels, and c2pa of each step it takes; RUST_LOG overrides.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,ort=warn,c2pa=warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Where nobody reads the log any more it would be said on standard error, and that is a panic.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}
