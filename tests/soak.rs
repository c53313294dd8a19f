//! A long watch in short time: the real program by a clock that runs many times as fast, cameras that play as fast over
//! RTSP, people who come every hour, cameras that drop out, a quota that is full, somebody at the page. `make soak` runs
//! it and writes `docs/soak.md`: memory, threads, handles and the database over time, and whether they grow.

#![allow(unreachable_pub, reason = "one test binary")]
#![expect(clippy::print_stdout, reason = "how far it is, for whoever waits")]

#[path = "soak/report.rs"]
mod report;
mod support;
#[path = "soak/trend.rs"]
mod trend;

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::time::Duration;

use canhdem::base::{Clock as _, SystemClock};
use canhdem::testcam::{Mount, TestCameras};
use report::{Report, Sample};
use support::appliance::Appliance;
use support::told::{Told, check_at_rest};
use support::{Camera, Office, eventually, files_below, film, pause, process};

const CAMERAS: [&str; 2] = ["cong", "kho"];
const QUOTA_BYTES: u64 = 50_000_000;
/// As the package's service has it (`deploy/canhdem.service`).
const MEMORY: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "131072"), ("MALLOC_TRIM_THRESHOLD_", "131072")];
/// Between two looks, of the stream's time, and at least so long.
const LOOK_EVERY_HOURS: f64 = 0.05;
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// In every hour, so many minutes of people; every six hours a camera drops out.
const PEOPLE_HOURS: f64 = 0.05;
const DROP_OUT_EVERY_HOURS: f64 = 6.0;

fn setting<T: std::str::FromStr>(name: &str, usual: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
#[ignore = "long: make soak HOURS=72"]
fn a_long_watch() {
    let (hours, times) = (setting("HOURS", 72.0), setting("TIMES", 12));
    let report = Soak::start(times).run(hours);
    let page = report.page();
    fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/soak.md"), &page).expect("written");
    println!("{page}");
    assert!(!report.grows(), "something grows");
}

#[test]
fn a_short_watch() {
    let report = Soak::start(30).run(0.15);
    let last = report.samples.last().expect("samples");
    assert!(last.hours >= 0.15 && last.pictures > 100.0 && last.recordings_mb > 0.1, "{last:?}");
}

struct Soak {
    times: u32,
    clock: SystemClock,
    // In the order in which they must go.
    appliance: Appliance,
    cameras: TestCameras,
    office: Office,
    alerts: BTreeSet<String>,
    unsettled: Vec<String>,
    answers: u64,
}

impl Soak {
    fn start(times: u32) -> Self {
        let mount = |id: &&str| Mount::new(format!("/{id}"), film::nobody()).hastened(times);
        let cameras = TestCameras::start(CAMERAS.iter().map(mount).collect()).expect("cameras");
        let office = Office::new(&CAMERAS.map(|id| Camera { id, main: cameras.url(&format!("/{id}")) }));
        let mut file = OpenOptions::new().append(true).open(&office.config).expect("the configuration");
        // Without days of their own alerts keep their video for ever, quota or not.
        write!(file, "[record]\nquota_bytes = {QUOTA_BYTES}\nalert_days = 1\n").expect("written");
        // Encoded before anything is measured.
        film::people();
        let mut appliance = Appliance::launch_hastened(&office, times, &MEMORY);
        appliance.wait_until_it_answers();
        let clock = SystemClock::new();
        Self { times, clock, appliance, cameras, office, alerts: BTreeSet::new(), unsettled: Vec::new(), answers: 0 }
    }

    /// Of the stream.
    fn hours(&self) -> f64 {
        self.clock.monotonic().as_secs_f64() * f64::from(self.times) / 3600.0
    }

    fn run(mut self, hours: f64) -> Report {
        let mut samples = Vec::new();
        let (mut people, mut next_drop, mut next_look) = (false, DROP_OUT_EVERY_HOURS, 0.0);
        loop {
            let now = self.hours();
            let wanted = now.fract() > 0.5 && now.fract() < 0.5 + PEOPLE_HOURS;
            if wanted != people {
                people = wanted;
                for camera in CAMERAS {
                    let footage = if people { film::people() } else { film::nobody() };
                    self.cameras.switch_footage(&format!("/{camera}"), footage);
                }
            }
            if now >= next_drop {
                next_drop += DROP_OUT_EVERY_HOURS;
                self.cameras.drop_out("/kho");
                pause(Duration::from_secs(2));
                self.cameras.restore("/kho");
            }
            self.look_at_the_page();
            // People have long gone: an alert that is settled earlier is raised anew.
            if now.fract() > 0.9 {
                self.settle();
            }
            if now >= next_look {
                next_look = now + LOOK_EVERY_HOURS.max(LOOK_EVERY.as_secs_f64() * f64::from(self.times) / 3600.0);
                let sample = self.sample(now);
                println!("{sample:?}");
                samples.push(sample);
                if now >= hours {
                    break;
                }
            }
            pause(Duration::from_millis(200));
        }
        let (times, answers) = (self.times, self.answers);
        let log = self.appliance.program.stderr();
        let stood_still = log.lines().filter(|line| line.contains("stands still")).count();
        assert!(!log.contains("panicked"), "{log}");
        assert!(self.unsettled.len() < 3 || hours < 1.0, "nobody dealt with {:?}", self.unsettled);
        let finished = self.appliance.stop();
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let segments = check_at_rest(&self.office, &Told::of(CAMERAS[0]));
        Report { times, samples, answers, stood_still, segments, alerts: self.alerts.len(), cameras: CAMERAS.len() }
    }

    /// As somebody does who sits at it.
    fn look_at_the_page(&mut self) {
        let camera = CAMERAS[self.answers as usize % CAMERAS.len()];
        let paths = ["/status", "/cameras", "/alerts?limit=20", "/shift", "/cases"].map(str::to_owned);
        let paths = paths.into_iter().chain([
            format!("/recordings/{camera}/timeline"),
            format!("/recordings/{camera}"),
            format!("/cameras/{camera}/snapshot.jpg"),
        ]);
        for path in paths {
            let Some(answer) = self.appliance.ask(&format!("/api/v1{path}")) else { continue };
            // A session ends after a day.
            if answer.status == 401 {
                self.appliance.forget_session();
            }
            self.answers += 1;
            let Ok(list) = serde_json::from_slice::<serde_json::Value>(&answer.body) else { continue };
            if path.starts_with("/alerts") {
                let ids: Vec<String> = list["items"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|alert| alert["id"].as_str().map(str::to_owned))
                    .collect();
                for id in ids {
                    if self.alerts.insert(id.clone()) {
                        self.unsettled.push(id.clone());
                        for part in ["snapshot.jpg", "clip.mp4"] {
                            self.appliance.ask(&format!("/api/v1/alerts/{id}/{part}"));
                            self.answers += 1;
                        }
                    }
                }
            }
        }
    }

    /// What is told is dealt with, as guards do it.
    fn settle(&mut self) {
        let verdict = serde_json::json!({"verdict": "true_alarm"});
        self.unsettled.retain(|id| {
            let answer = self.appliance.send(&format!("/api/v1/alerts/{id}/resolve"), &verdict);
            assert!(answer.is_none_or(|status| [200, 401].contains(&status)), "{id}: {answer:?}");
            answer != Some(200)
        });
    }

    fn sample(&self, hours: f64) -> Sample {
        let pid = self.appliance.program.id();
        let size = |path: &std::path::Path| path.metadata().map_or(0, |metadata| metadata.len()) as f64;
        let recordings = files_below(&self.office.data_dir.join("recordings"));
        let metrics = eventually("metrics", || self.appliance.ask("/metrics").filter(|answer| answer.status == 200));
        let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
        let count = |name: &str| -> f64 {
            let lines = metrics.lines().filter(|line| line.starts_with(&format!("canhdem_{name}_total")));
            lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
        };
        Sample {
            hours,
            memory_mb: process::memory_mb(pid),
            handles: process::handles(pid),
            threads: process::threads(pid),
            database_mb: size(&self.office.data_dir.join("canhdem.db")) / 1e6,
            log_mb: size(&self.office.data_dir.join("canhdem.db-wal")) / 1e6,
            recordings_mb: recordings.iter().map(|file| size(file)).sum::<f64>() / 1e6,
            alerts: self.alerts.len(),
            pictures: count("access_units"),
            dropped: count("dropped"),
        }
    }
}
