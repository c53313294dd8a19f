//! `canhdem check`: what is wrong with a configuration, and what it means.

mod arming;
mod cameras;
mod keeping;
mod storage;

use std::path::PathBuf;

use jiff::Timestamp;

use super::output;
use crate::base::{Clock as _, SystemClock};
use crate::config::{Certificate, Config, Language};
use crate::http::Tls;
use crate::vision::plate::PlateReader;
use crate::vision::{AttributeReader, Manifest};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Explain the arming from this time on instead of from now, such as 2026-02-17T01:30:00+07:00.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// Instead, whether the index of recordings and the files agree, and the disk is this appliance's.
    #[arg(long)]
    storage: bool,
    /// Make them agree: files that are not listed are, and what is listed without a file is marked as gone.
    #[arg(long, requires = "storage")]
    repair: bool,
}

/// # Errors
/// When the configuration is wrong, or a model is missing or altered.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.config)?;
    if args.storage {
        return storage::run(&config, args.repair);
    }
    if let Some(Certificate { certificate, key }) = &config.web.certificate {
        Tls::load(certificate, key)?;
    }
    let manifest = Manifest::load(config.models_dir.as_deref())?;
    manifest.find_library()?;
    let model = manifest.model(&config.detector.model)?;
    model.detector()?;
    manifest.read_model(model)?;
    let attributes = AttributeReader::models(&manifest)?;
    for model in attributes.into_iter().chain(PlateReader::models(&manifest)?) {
        manifest.read_model(model)?;
    }
    for line in describe(&config, args.at.unwrap_or_else(|| SystemClock::new().now())) {
        output::line(line)?;
    }
    Ok(())
}

fn describe(config: &Config, at: Timestamp) -> Vec<String> {
    let vi = config.language == Language::Vi;
    let word = |vietnamese: &str, english: &str| if vi { vietnamese } else { english }.to_owned();
    let mut lines = vec![word("Cấu hình đúng.", "The configuration is valid.")];
    lines.extend(cameras::describe(config));
    if config.cameras.is_empty() {
        lines.push(word("Chưa có camera nào.", "No camera is configured."));
    }
    if config.web.is_secure() && config.web.certificate.is_none() {
        lines.push(word(
            "Trang web dùng chứng chỉ tự ký, tạo ở lần chạy đầu: trình duyệt sẽ hỏi một lần.",
            "The page has a certificate of its own, made at the first start: browsers ask about it once.",
        ));
    }
    lines.extend(keeping::describe(config));
    lines.extend(arming::describe(config, at));
    lines
}
