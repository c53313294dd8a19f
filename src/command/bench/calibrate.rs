//! What the machine does at its barest, in the same run: figures of different machines, and of one
//! machine at different hours, compare by these only.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

use super::appliance::Usage;
use super::simulator::path;
use crate::base::{Shutdown, SystemClock};
use crate::decode::{Decoder, Masks};
use crate::intake::{AccessUnit, Intake, IntakeOptions, Role, Source};
use crate::vision::{Detector, LOW_SCORE, Manifest};

const DECODED: usize = 2_000;
const INFERENCES: u32 = 60;

#[derive(Debug, Serialize)]
pub(super) struct Calibration {
    /// Of a quiet sub-stream: processor time of bare decoding.
    pub decode_ms: f64,
    /// Of a whole picture, its preparation included.
    pub inference_ms: f64,
    /// Of one core: what `gst-launch-1.0` takes to record one main stream.
    pub record_percent: Option<f64>,
}

/// Of decoding and inference; `film` is a sub-stream's.
///
/// # Errors
/// When the film or the model is missing.
pub(super) fn calibrate(film: &Path, manifest: &Manifest, model: &str) -> anyhow::Result<Calibration> {
    let units = units(film)?;
    let first = units.first().context("a film without pictures")?;
    let mut decoder = Decoder::new(first.codec, &first.caps, &Masks::none())?;
    let mut frame = None;
    let begun = cpu_seconds();
    for unit in units.iter().cycle().take(DECODED) {
        frame = decoder.push(unit)?.pop().or(frame);
    }
    let decode_ms = (cpu_seconds() - begun) * 1000.0 / DECODED as f64;
    let frame = Arc::new(frame.context("a film that cannot be decoded")?);
    let detector = Detector::load(manifest, model, LOW_SCORE, 1)?;
    detector.detect(&frame, &[])?;
    let begun = cpu_seconds();
    for _ in 0..INFERENCES {
        detector.detect(&frame, &[])?;
    }
    let inference_ms = (cpu_seconds() - begun) * 1000.0 / f64::from(INFERENCES);
    Ok(Calibration { decode_ms, inference_ms, record_percent: None })
}

fn units(film: &Path) -> anyhow::Result<Vec<AccessUnit>> {
    let clock = Arc::new(SystemClock::new());
    let options = IntakeOptions::file(Timestamp::UNIX_EPOCH);
    let intake = Intake::open(&Source::File(film.to_owned()), Role::Sub, clock, options);
    let intake = intake.map_err(|lost| anyhow::anyhow!("{lost}"))?;
    Ok(intake.receiver().iter().map_while(Result::ok).collect())
}

/// Of one core, what `gst-launch-1.0` takes to record the first camera for `seconds`; `None` where
/// it is not installed.
///
/// # Errors
/// When it is, and does not record.
pub(super) fn record(folder: &Path, port: u16, seconds: u32, shutdown: &Shutdown) -> anyhow::Result<Option<f64>> {
    std::fs::create_dir_all(folder)?;
    let source = format!("location=rtsp://127.0.0.1:{port}{}", path(0, "main"));
    let target = format!("location={}", folder.join("%05d.mp4").display());
    let child = Command::new("gst-launch-1.0")
        .args(["-q", "rtspsrc", &source, "protocols=tcp", "latency=0", "!", "rtph264depay", "!", "h264parse", "!"])
        .args(["splitmuxsink", &target, "muxer-factory=mp4mux", "max-size-time=10000000000"])
        .args(["muxer-properties=properties,fragment-duration=1000", "async-finalize=true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return Ok(None) };
    // What starting takes does not count.
    shutdown.wait(std::time::Duration::from_secs(5));
    let usage = || Usage::of(child.id());
    let before = usage();
    shutdown.wait(std::time::Duration::from_secs(seconds.into()));
    let after = usage();
    // It may have failed by itself, which the figures then say.
    drop(child.kill());
    drop(child.wait());
    Ok(Some((after?.cpu_seconds - before?.cpu_seconds) * 100.0 / f64::from(seconds)))
}

/// Of all threads of this process.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
