//! What a bench found, as a table and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::calibrate::Calibration;

#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub machine: Machine,
    pub cameras: usize,
    pub busy: usize,
    pub constant_of_ten: usize,
    /// Whether a sub-stream was analysed, or the main stream itself.
    pub sub: bool,
    pub seconds: f64,
    pub calibration: Calibration,
    pub appliance: Cost,
    /// The same cameras, or the first of them, with every picture decoded.
    pub everything: Option<Cost>,
    /// How many cameras that was.
    pub everything_cameras: usize,
    pub simulator_percent: f64,
    /// Of the least recorded camera: share of the time that lies on disk.
    pub recorded_least: f64,
    pub decoded_share: f64,
    pub inferences_per_second: f64,
    /// Inferences a second of each busy camera's turns.
    pub busy_inferences: Spread,
    pub dropped: BTreeMap<String, f64>,
    /// From the picture in which somebody first stands there to the event, in seconds.
    pub latency: Spread,
    pub turns: usize,
    pub missed: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Machine {
    pub processor: String,
    pub cores: usize,
}

/// Of the appliance's process alone.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Cost {
    /// Of one core.
    pub percent: f64,
    pub percent_per_camera: f64,
    pub memory_mb: f64,
    pub threads: u64,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Spread {
    pub count: usize,
    pub least: f64,
    pub median: f64,
    pub p95: f64,
    pub most: f64,
}

impl Spread {
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get(((values.len().max(1) - 1) as f64 * share).round() as usize).copied();
        let at = |share| at(share).unwrap_or(f64::NAN);
        Self { count: values.len(), least: at(0.0), median: at(0.5), p95: at(0.95), most: at(1.0) }
    }
}

impl Machine {
    pub(super) fn here() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
        Self {
            processor: model.map_or("unknown", |(_, name)| name).to_owned(),
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        }
    }
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut row = |what: &str, value: String| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{what:<58} {value}");
        };
        let Self { calibration, appliance, latency, busy_inferences, .. } = self;
        let analysed = if self.sub { "sub-stream" } else { "main stream" };
        row("machine", format!("{}, {} cores", self.machine.processor, self.machine.cores));
        row(
            &format!("cameras (their {analysed} is analysed)"),
            format!(
                "{}, {} of ten at constant bit rate, {} busy at a time",
                self.cameras, self.constant_of_ten, self.busy
            ),
        );
        row("measured for", format!("{:.0} s", self.seconds));
        row("appliance: of one core, each camera", format!("{:.2} %", appliance.percent_per_camera));
        row("  all together", format!("{:.1} %", appliance.percent));
        row("  memory, threads", format!("{:.0} MB, {}", appliance.memory_mb, appliance.threads));
        if let Some(all) = &self.everything {
            row(
                &format!("every picture decoded ({} cameras): each camera", self.everything_cameras),
                format!(
                    "{:.2} %: {:.1} times as much",
                    all.percent_per_camera,
                    all.percent_per_camera / appliance.percent_per_camera
                ),
            );
        }
        if let Some(record) = calibration.record_percent {
            row(
                "gst-launch-1.0 that only records a main stream",
                format!("{record:.2} %: {:.2} times as much", record / appliance.percent_per_camera),
            );
        }
        row("bare decoding of a quiet sub-stream's picture", format!("{:.3} ms", calibration.decode_ms));
        row("one inference", format!("{:.1} ms", calibration.inference_ms));
        row("pictures decoded", format!("{:.1} %", self.decoded_share * 100.0));
        row("inferences a second", format!("{:.1}", self.inferences_per_second));
        if busy_inferences.count > 0 {
            row(
                "  of a busy camera: least, median",
                format!("{:.1}, {:.1}", busy_inferences.least, busy_inferences.median),
            );
        }
        row("recorded, of the camera of which least is", format!("{:.2} %", self.recorded_least * 100.0));
        let dropped: Vec<_> = self.dropped.iter().filter(|(_, n)| **n > 0.0).map(|(q, n)| format!("{q} {n}")).collect();
        row("dropped by queues", if dropped.is_empty() { "nothing".to_owned() } else { dropped.join(", ") });
        if self.turns > 0 {
            row("persons who came: of these told", format!("{}, {}", self.turns, self.turns - self.missed));
            row(
                "  from their first picture to the event: median, 95 %, most",
                format!("{:.2}, {:.2}, {:.2} s", latency.median, latency.p95, latency.most),
            );
        }
        row("simulated cameras, of one core", format!("{:.0} %", self.simulator_percent));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_the_values_themselves() {
        let spread = Spread::of((1..=100).rev().map(f64::from).collect());
        assert_eq!((spread.least, spread.median, spread.p95, spread.most), (1.0, 51.0, 95.0, 100.0));
        assert_eq!(Spread::of(vec![]).count, 0);
        let one = Spread::of(vec![2.0]);
        assert_eq!((one.median, one.p95), (2.0, 2.0));
    }
}
