//! What a soak has seen, as a page.

use std::fmt::Write as _;

use super::trend::Trend;

/// At a time of the stream.
#[derive(Debug, Clone)]
pub struct Sample {
    pub hours: f64,
    pub memory_mb: f64,
    pub handles: f64,
    pub threads: f64,
    pub database_mb: f64,
    pub log_mb: f64,
    pub recordings_mb: f64,
    /// So far.
    pub alerts: usize,
    /// Access units of all cameras.
    pub pictures: f64,
    pub dropped: f64,
}

pub struct Report {
    pub times: u32,
    pub samples: Vec<Sample>,
    /// Requests of the page that were answered.
    pub answers: u64,
    /// Times at which a thread was said to stand still.
    pub stood_still: usize,
    /// Whole at the end, each decoded.
    pub segments: usize,
    pub alerts: usize,
    pub cameras: usize,
}

/// Caches, queues and allocators fill up at first.
const WARM_UP: f64 = 0.25;
const ROWS: usize = 25;

type Figure = (&'static str, fn(&Sample) -> f64);
/// What must not grow.
const FIGURES: [Figure; 5] = [
    ("memory (MB)", |sample| sample.memory_mb),
    ("handles", |sample| sample.handles),
    ("threads", |sample| sample.threads),
    ("the database's log (MB)", |sample| sample.log_mb),
    ("recordings (MB)", |sample| sample.recordings_mb),
];

impl Report {
    fn hours(&self) -> f64 {
        self.samples.last().map_or(0.0, |sample| sample.hours)
    }

    fn trend(&self, figure: fn(&Sample) -> f64) -> Option<Trend> {
        let from = self.hours() * WARM_UP;
        let samples = self.samples.iter().filter(|sample| sample.hours >= from);
        Trend::of(&samples.map(|sample| (sample.hours, figure(sample))).collect::<Vec<_>>())
    }

    pub fn grows(&self) -> bool {
        FIGURES.iter().any(|(_, figure)| self.trend(*figure).is_some_and(|trend| trend.grows()))
    }

    pub fn page(&self) -> String {
        let mut text = String::from(HEAD);
        let (hours, cameras) = (self.hours(), self.cameras);
        let last = self.samples.last().expect("a sample");
        write!(
            text,
            "{hours:.1} hours of stream of each of {cameras} cameras ({:.0} pictures) at {} times the speed, {} alerts, {} \
             requests of the page, {} pictures dropped, {} times a thread was said to stand still. At the end all of {} \
             segments decoded, and chains, log, index and database were whole.\n\n",
            last.pictures, self.times, self.alerts, self.answers, last.dropped, self.stood_still, self.segments
        )
        .expect("text");
        text.push_str(
            "| figure | mean | growth in an hour of stream | 95% margin | verdict |\n|---|--:|--:|--:|---|\n",
        );
        for (name, figure) in FIGURES {
            let row = self.trend(figure).map_or_else(
                || format!("| {name} | - | - | - | too short |\n"),
                |trend| {
                    let Trend { mean, slope, margin } = trend;
                    format!("| {name} | {mean:.1} | {slope:+.3} | ±{margin:.3} | {} |\n", trend.verdict())
                },
            );
            text.push_str(&row);
        }
        if let Some(trend) = self.trend(|sample| sample.database_mb) {
            write!(
                text,
                "\nThe database grows by {:.2} MB a day of stream (±{:.2}), for alerts and audit stay.\n",
                trend.slope * 24.0,
                trend.margin * 24.0
            )
            .expect("text");
        }
        text.push_str(
            "\n| hour | memory (MB) | handles | threads | database (MB) | its log (MB) | recordings (MB) | alerts |\n\
             |--:|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for sample in self.samples.iter().step_by(self.samples.len().div_ceil(ROWS)) {
            let Sample { hours, memory_mb, handles, threads, database_mb, log_mb, recordings_mb, alerts, .. } = sample;
            writeln!(
                text,
                "| {hours:.1} | {memory_mb:.0} | {handles:.0} | {threads:.0} | {database_mb:.1} | {log_mb:.1} | \
                 {recordings_mb:.1} | {alerts} |"
            )
            .expect("text");
        }
        text
    }
}

const HEAD: &str = "# A long watch

`make soak HOURS=72` writes this page (`tests/soak.rs`). The real program runs by a clock that goes many times as fast
(everything in it takes its time from `base::clock`), and its cameras play as fast over RTSP: their time stamps fit the
program's clock, so segments, retention, hourly seals, sessions and timers are those of so many hours. People come every
hour, a camera drops out every six, the quota of recordings is full, and somebody looks at the page all the while.
What real time alone would show (a detector's worth of pictures per hour) is not in it: of what moves, fewer pictures are
analysed than in as many hours of a real watch. The first quarter, while caches fill, counts for no verdict.
**Flat**: growth of over 5% in 72 hours of stream would have been seen. **Grows**: surely, and by more than that.

";
