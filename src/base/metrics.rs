//! What the appliance counts about itself, in Prometheus's text format.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds in seconds: an alert within one of them is instant, within ten is late.
const LATENCY_BUCKETS_SECONDS: [f64; 10] = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0];

/// All counters of the process. Cloning shares them.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    access_units: Family<CameraLabel, Counter>,
    decoded_frames: Family<CameraLabel, Counter>,
    decoded_again: Family<CameraLabel, Counter>,
    inferences: Family<CameraLabel, Counter>,
    gate_awake: Family<CameraLabel, Gauge>,
    analysis_delay_seconds: Family<CameraLabel, Gauge<f64, AtomicU64>>,
    alert_latency_seconds: Family<CameraLabel, Histogram, fn() -> Histogram>,
    dropped: Family<QueueLabel, Counter>,
    /// As [`Recordings`] has them, in order.
    recordings: [Gauge<f64, AtomicU64>; 9],
    stuck: Family<ThreadLabel, Counter>,
}

/// How much is recorded, and how long it lasts; `None` where that is not known, or no time is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recordings {
    pub used_bytes: u64,
    pub quota_bytes: u64,
    pub days_left: Option<f64>,
    pub days_kept: Option<f64>,
    pub all_days: Option<f64>,
    pub motion_days: Option<f64>,
    pub alert_days: Option<f64>,
    pub key_frames_only: bool,
    /// How long video waits for a disk that is slow.
    pub waited: Option<Duration>,
}

/// What is counted of one camera. Cloning shares the counters.
#[derive(Clone)]
pub struct CameraMetrics {
    /// Access units of the stream that is analysed.
    pub access_units: Counter,
    /// Different pictures that were decoded: never more than access units.
    pub decoded_frames: Counter,
    /// Pictures that were decoded a second time, for a wake.
    pub decoded_again: Counter,
    /// Runs of the detector.
    pub inferences: Counter,
    /// 1 while every picture is decoded, 0 while only some are.
    pub gate_awake: Gauge,
    /// How old the picture that was analysed last was by then; 0 while none is.
    pub analysis_delay_seconds: Gauge<f64, AtomicU64>,
    /// From a frame's arrival to the alert that it opened, stored.
    pub alert_latency_seconds: Histogram,
    camera: String,
    dropped: Family<QueueLabel, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CameraLabel {
    camera: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabel {
    camera: String,
    queue: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ThreadLabel {
    thread: String,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("canhdem");
        let access_units = Family::<CameraLabel, Counter>::default();
        registry.register("access_units", "Encoded pictures of the stream that is analysed", access_units.clone());
        let decoded_frames = Family::<CameraLabel, Counter>::default();
        registry.register("decoded_frames", "Pictures that were decoded", decoded_frames.clone());
        let decoded_again = Family::<CameraLabel, Counter>::default();
        registry.register("decoded_again", "Pictures that were decoded a second time", decoded_again.clone());
        let inferences = Family::<CameraLabel, Counter>::default();
        registry.register("inferences", "Runs of the detector", inferences.clone());
        let gate_awake = Family::<CameraLabel, Gauge>::default();
        registry.register("gate_awake", "1 while every picture of the camera is decoded", gate_awake.clone());
        let analysis_delay_seconds = Family::<CameraLabel, Gauge<f64, AtomicU64>>::default();
        let help = "How old the picture that was analysed last was by then; 0 while none is";
        registry.register("analysis_delay_seconds", help, analysis_delay_seconds.clone());
        let alert_latency_seconds =
            Family::<CameraLabel, Histogram, fn() -> Histogram>::new_with_constructor(latency_histogram);
        let help = "From a frame's arrival to the alert that it opened";
        registry.register("alert_latency_seconds", help, alert_latency_seconds.clone());
        let dropped = Family::<QueueLabel, Counter>::default();
        registry.register("dropped", "What a full queue had to drop", dropped.clone());
        let recordings = [
            ("recordings_used_bytes", "Bytes of video"),
            ("recordings_quota_bytes", "Bytes of video at most"),
            ("recordings_days_left", "Days until the quota is full, at the pace of the last day; NaN while not known"),
            ("recordings_days_kept", "Days of video that there are then"),
            ("recordings_all_days", "Days that everything is kept; NaN where no time is set"),
            ("recordings_motion_days", "Days that what moved is kept; NaN where no time is set"),
            ("recordings_alert_days", "Days that what alerts need is kept; NaN where no time is set"),
            ("recordings_key_frames_only", "1 while the quota is full of what may not go"),
            ("recordings_waited_seconds", "How long video has waited for a disk that is slow; 0 while it keeps up"),
        ];
        let recordings = recordings.map(|(name, help)| {
            let gauge = Gauge::<f64, AtomicU64>::default();
            gauge.set(f64::NAN);
            registry.register(name, help, gauge.clone());
            gauge
        });
        let stuck = Family::<ThreadLabel, Counter>::default();
        registry.register("stuck", "Times that a thread was found standing still", stuck.clone());
        Self {
            registry: Arc::new(registry),
            access_units,
            decoded_frames,
            decoded_again,
            inferences,
            gate_awake,
            analysis_delay_seconds,
            alert_latency_seconds,
            dropped,
            recordings,
            stuck,
        }
    }

    /// What is known of recordings now.
    pub fn set_recordings(&self, now: Recordings) {
        let Recordings {
            used_bytes,
            quota_bytes,
            days_left,
            days_kept,
            all_days,
            motion_days,
            alert_days,
            key_frames_only,
            waited,
        } = now;
        let days = [days_left, days_kept, all_days, motion_days, alert_days].map(|days| days.unwrap_or(f64::NAN));
        let bytes = [used_bytes, quota_bytes].map(|bytes| bytes as f64);
        let rest = [f64::from(u8::from(key_frames_only)), waited.unwrap_or_default().as_secs_f64()];
        let values = bytes.into_iter().chain(days).chain(rest);
        for (gauge, value) in self.recordings.iter().zip(values) {
            gauge.set(value);
        }
    }

    /// Counts that a thread was found standing still.
    pub fn stuck(&self, thread: &str) -> Counter {
        self.stuck.get_or_create_owned(&ThreadLabel { thread: thread.to_owned() })
    }

    /// The counters of a camera; the same ones at every call.
    pub fn camera(&self, id: &str) -> CameraMetrics {
        let label = CameraLabel { camera: id.to_owned() };
        CameraMetrics {
            access_units: self.access_units.get_or_create_owned(&label),
            decoded_frames: self.decoded_frames.get_or_create_owned(&label),
            decoded_again: self.decoded_again.get_or_create_owned(&label),
            inferences: self.inferences.get_or_create_owned(&label),
            gate_awake: self.gate_awake.get_or_create_owned(&label),
            analysis_delay_seconds: self.analysis_delay_seconds.get_or_create_owned(&label),
            alert_latency_seconds: self.alert_latency_seconds.get_or_create_owned(&label),
            camera: label.camera,
            dropped: self.dropped.clone(),
        }
    }

    /// Everything as text, as `GET /metrics` gives it.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl CameraMetrics {
    /// Counts what `queue` of this camera had to drop because it was full.
    pub fn dropped(&self, queue: &'static str) -> Counter {
        self.dropped.get_or_create_owned(&QueueLabel { camera: self.camera.clone(), queue })
    }
}

fn latency_histogram() -> Histogram {
    Histogram::new(LATENCY_BUCKETS_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told_by_camera_and_queue() {
        let metrics = Metrics::new();
        let gate = metrics.camera("cong-chinh");
        gate.access_units.inc_by(3);
        metrics.camera("cong-chinh").access_units.inc();
        gate.decoded_again.inc_by(2);
        gate.dropped("recorder").inc();
        gate.gate_awake.set(1);
        gate.analysis_delay_seconds.set(2.5);
        gate.alert_latency_seconds.observe(0.25);
        metrics.camera("kho");
        metrics.stuck("cam-kho").inc();
        let text = metrics.encode();
        for line in [
            "canhdem_access_units_total{camera=\"cong-chinh\"} 4",
            "canhdem_access_units_total{camera=\"kho\"} 0",
            "canhdem_decoded_again_total{camera=\"cong-chinh\"} 2",
            "canhdem_dropped_total{camera=\"cong-chinh\",queue=\"recorder\"} 1",
            "canhdem_analysis_delay_seconds{camera=\"cong-chinh\"} 2.5",
            "canhdem_gate_awake{camera=\"cong-chinh\"} 1",
            "canhdem_stuck_total{thread=\"cam-kho\"} 1",
            "canhdem_alert_latency_seconds_bucket{le=\"0.3\",camera=\"cong-chinh\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing from\n{text}");
        }
    }
}
