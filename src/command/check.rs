//! `canhdem check`: what is wrong with a configuration, and what it means.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::output;
use crate::base::{Clock as _, SystemClock};
use crate::config::{Config, Holidays, Language};
use crate::rules::{Armed, Schedule};
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
}

/// # Errors
/// When the configuration is wrong, or a model is missing or altered.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.config)?;
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
    for camera in &config.cameras {
        let zones: Vec<_> =
            camera.zones.iter().map(|zone| format!("{} ({:?})", zone.id, zone.kind).to_lowercase()).collect();
        lines.push(format!("camera {} ({}): {}", camera.id, camera.name, zones.join(", ")));
    }
    if config.cameras.is_empty() {
        lines.push(word("Chưa có camera nào.", "No camera is configured."));
    }
    if !config.listen.ip().is_loopback() {
        lines.push(word(
            "Trang web chỉ mở trên máy này cho đến khi có tài khoản người dùng.",
            "The page is open on this machine only until there are user accounts.",
        ));
    }
    if config.arming.holidays == Holidays::Vietnam {
        lines.push(word(
            "Ngày lễ: phiên bản này chưa tự canh ban ngày vào ngày lễ; ban đêm vẫn canh.",
            "Holidays: this version does not yet arm by day on holidays; nights are armed as ever.",
        ));
    }
    let schedule = Schedule::new(&config.arming, config.timezone.clone());
    lines.push(word("Lịch canh 24 giờ tới:", "Arming in the next 24 hours:"));
    for (from, armed) in changes(&schedule, at) {
        let local = from.to_zoned_datetime(config.timezone.clone());
        let reason = if vi { &armed.reason.vi } else { &armed.reason.en };
        lines.push(format!("  {}  {reason}", local.strftime("%d/%m/%Y %H:%M")));
    }
    lines
}

/// What is armed from `at` on, and each change within a day.
fn changes(schedule: &Schedule, at: Timestamp) -> Vec<(Timestamp, Armed)> {
    const MINUTE: Duration = Duration::from_secs(60);
    let mut found = vec![(at, schedule.at(at))];
    let whole_minute = at - Duration::from_secs(at.as_second().rem_euclid(60).unsigned_abs());
    for minute in 1..=24 * 60 {
        let time = whole_minute + MINUTE * minute;
        let armed = schedule.at(time);
        if found.last().is_some_and(|(_, before)| *before != armed) {
            found.push((time, armed));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::config::{Arming, DailySpan};

    #[test]
    fn a_night_has_four_changes() {
        let span = |from, to| Some(DailySpan { from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) });
        let arming = Arming { nights: span(18, 6), peak: span(1, 3), weekends: false, holidays: Holidays::None };
        let schedule = Schedule::new(&arming, TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled"));
        let noon: Timestamp = "2026-02-17T12:00:30+07:00".parse().expect("a time");
        let changes = changes(&schedule, noon);
        let hours: Vec<_> = changes.iter().map(|(at, _)| at.strftime("%H:%M").to_string()).collect();
        // In UTC: noon, 18:00, 01:00, 03:00 and 06:00 at the office.
        assert_eq!(hours, ["05:00", "11:00", "18:00", "20:00", "23:00"]);
        assert!(!changes[0].1.armed && changes[1].1.armed && changes[2].1.peak);
    }
}
