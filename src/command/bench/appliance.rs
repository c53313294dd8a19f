//! The appliance as `canhdem run` starts it, in a process of its own, and what it says of itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use toml::Table;

use super::simulator::{id, path};
use crate::access::{Role, SetupToken};
use crate::app;
use crate::base::{SharedClock, secret};
use crate::command::user;
use crate::store::AccountBook;

const NAME: &str = "bench";
/// In which Linux tells what a process took, on all machines that we build for.
const TICKS_A_SECOND: f64 = 100.0;
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// A main stream takes less. All that is measured has to stay, to be counted at the end.
const RECORDED_BYTES_A_SECOND: u64 = 700_000;

/// As the package's service sets them (`deploy/canhdem.service`).
const MEMORY: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "131072"), ("MALLOC_TRIM_THRESHOLD_", "131072")];

pub(super) struct Appliance {
    child: Child,
    web: ureq::Agent,
    origin: String,
    cookie: String,
}

impl Appliance {
    /// Begins anew in `folder`, with all cameras of the simulator at `port`, for as long as `lasts`.
    ///
    /// # Errors
    /// When it does not start, or does not answer.
    pub(super) fn start(
        folder: &Path,
        cameras: usize,
        with_sub: bool,
        decode_all: bool,
        port: u16,
        lasts: Duration,
        clock: &SharedClock,
    ) -> anyhow::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("{}: cannot be removed", folder.display()))?;
        }
        app::make_private_folder(folder)?;
        let (_, password) = SetupToken::new(secret::random().context("a password cannot be made")?);
        let now = clock.now();
        AccountBook::open(folder, clock)?.add(&user::new_account(NAME, Role::Admin, &password, now)?)??;
        let page =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).context("a port for the page")?;
        let file = folder.join("canhdem.toml");
        fs::write(&file, config(folder, cameras, with_sub, port, page.port(), lasts)).context("the configuration")?;
        let mut command = Command::new(std::env::current_exe().context("this program's own file")?);
        command.arg("run").arg("--config").arg(&file);
        if decode_all {
            command.arg("--decode-all");
        }
        let log = File::create(folder.join("log")).context("a file for the log")?;
        let child =
            command.env("RUST_LOG", "warn").envs(MEMORY).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        let limits = ureq::Agent::config_builder().timeout_connect(Some(ANSWER_WITHIN));
        let mut appliance = Self {
            child: child.context("the appliance")?,
            web: limits.build().new_agent(),
            origin: format!("http://{page}"),
            cookie: String::new(),
        };
        appliance.sign_in(&password, clock)?;
        Ok(appliance)
    }

    fn sign_in(&mut self, password: &str, clock: &SharedClock) -> anyhow::Result<()> {
        let begun = clock.monotonic();
        loop {
            let sent = self
                .web
                .post(format!("{}/api/v1/session", self.origin))
                .header("origin", &self.origin)
                .send_json(json!({ "name": NAME, "password": password }));
            match sent {
                Ok(answer) => {
                    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
                    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).context("no session")?;
                    cookie.clone_into(&mut self.cookie);
                    return Ok(());
                }
                Err(error) => {
                    if let Some(status) = self.child.try_wait()? {
                        anyhow::bail!("the appliance ended ({status}); its log is beside its data");
                    }
                    let late = clock.monotonic().saturating_sub(begun) > ANSWER_WITHIN;
                    anyhow::ensure!(!late, "the appliance does not answer: {error}");
                    // Until it listens.
                    std::thread::park_timeout(Duration::from_millis(100));
                }
            }
        }
    }

    /// A path of the API, as text.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<String> {
        let answer = self.web.get(format!("{}{path}", self.origin)).header("cookie", &self.cookie);
        Ok(answer.call().context("the appliance's API")?.body_mut().with_config().limit(1 << 28).read_to_string()?)
    }

    /// Hears of alerts: calls `heard` with camera and id of each, until the appliance ends.
    ///
    /// # Errors
    /// When the stream cannot be opened.
    pub(super) fn listen(&self, mut heard: impl FnMut(&str, &str) + Send + 'static) -> anyhow::Result<()> {
        let answer = self.web.get(format!("{}/api/v1/events", self.origin)).header("cookie", &self.cookie).call();
        let lines = BufReader::new(answer.context("the appliance's events")?.into_body().into_reader()).lines();
        let listen = move || {
            for line in lines.map_while(Result::ok) {
                let Some(data) = line.strip_prefix("data:") else { continue };
                let Ok(data) = serde_json::from_str::<Value>(data) else { continue };
                if let (Some(camera), Some(id), Some(_)) =
                    (data["camera"].as_str(), data["id"].as_str(), data.get("findings"))
                {
                    heard(camera, id);
                }
            }
        };
        // It ends with the appliance.
        crate::base::worker::Worker::spawn("bench-listen", listen)?.leave();
        Ok(())
    }

    /// Share of the time from `from` to `to` that lies on disk, of the camera of which least does.
    ///
    /// # Errors
    /// When the appliance does not say.
    pub(super) fn recorded(&self, cameras: usize, from: Timestamp, to: Timestamp) -> anyhow::Result<f64> {
        let wanted = to.duration_since(from).as_secs_f64();
        let mut least = f64::INFINITY;
        for index in 0..cameras {
            let answer = self.get(&format!("/api/v1/recordings/{}?from={from}&to={to}", id(index)))?;
            let answer: Value = serde_json::from_str(&answer)?;
            let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
            let mut seconds = 0.0;
            for item in answer["items"].as_array().into_iter().flatten() {
                if let (Some(begun), Some(ended)) = (time(&item["from"]), time(&item["to"])) {
                    seconds += ended.min(to).duration_since(begun.max(from)).as_secs_f64().max(0.0);
                }
            }
            least = least.min(seconds / wanted);
        }
        Ok(least)
    }

    pub(super) fn metrics(&self) -> anyhow::Result<Counters> {
        Ok(Counters::parse(&self.get("/api/v1/metrics").or_else(|_| self.get("/metrics"))?))
    }

    /// Of its threads together, since it began.
    pub(super) fn usage(&self) -> anyhow::Result<Usage> {
        Usage::of(self.child.id())
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::TERM);
        }
        drop(self.child.wait());
    }
}

/// Counters by name and camera; those of queues are summed by queue.
#[derive(Debug, Default, Clone)]
pub(super) struct Counters {
    by_camera: BTreeMap<(String, String), f64>,
    pub dropped: BTreeMap<String, f64>,
}

impl Counters {
    fn parse(text: &str) -> Self {
        let mut counters = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, rest)) = line.split_once('{') else { continue };
            let Some((labels, value)) = rest.rsplit_once("} ") else { continue };
            let label = |wanted: &str| {
                let (_, rest) = labels.split_once(&format!("{wanted}=\""))?;
                rest.split('"').next().map(str::to_owned)
            };
            let (Some(camera), Ok(value)) = (label("camera"), value.parse::<f64>()) else { continue };
            match label("queue") {
                Some(queue) => *counters.dropped.entry(queue).or_default() += value,
                None if label("le").is_some() => {}
                None => {
                    counters.by_camera.insert((name.to_owned(), camera), value);
                }
            }
        }
        counters
    }

    pub(super) fn of(&self, name: &str, camera: &str) -> f64 {
        self.by_camera.get(&(format!("canhdem_{name}_total"), camera.to_owned())).copied().unwrap_or(0.0)
    }

    pub(super) fn sum(&self, name: &str) -> f64 {
        let name = format!("canhdem_{name}_total");
        self.by_camera.iter().filter(|((known, _), _)| *known == name).map(|(_, value)| value).sum()
    }
}

/// What a process has taken of the machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    pub cpu_seconds: f64,
    pub memory_mb: f64,
    pub threads: u64,
}

impl Usage {
    pub(super) fn of(pid: u32) -> anyhow::Result<Self> {
        let read =
            |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).context("a process of the bench ended");
        let stat = read("stat")?;
        // The name, in brackets, may hold anything.
        let (_, fields) = stat.rsplit_once(") ").context("/proc says something else")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        let status = read("status")?;
        let number = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key))?;
            line.split_whitespace().next()?.parse::<f64>().ok()
        };
        Ok(Self {
            cpu_seconds: (ticks(11) + ticks(12)) / TICKS_A_SECOND,
            memory_mb: number("VmRSS:").unwrap_or(0.0) / 1024.0,
            threads: number("Threads:").unwrap_or(0.0) as u64,
        })
    }
}

fn config(folder: &Path, cameras: usize, with_sub: bool, port: u16, page: u16, lasts: Duration) -> String {
    let camera = |index: usize| {
        let address = |role| format!("rtsp://127.0.0.1:{port}{}", path(index, role)).into();
        let mut keys = Table::from_iter([("id".to_owned(), id(index).into()), ("main".to_owned(), address("main"))]);
        if with_sub {
            keys.insert("sub".to_owned(), address("sub"));
        }
        toml::Value::Table(keys)
    };
    let text = |key: &str, value: &str| Table::from_iter([(key.to_owned(), value.into())]);
    let mut file = text("data_dir", &folder.display().to_string());
    file.insert("web".to_owned(), text("listen", &format!("127.0.0.1:{page}")).into());
    file.insert("arming".to_owned(), text("nights", "00:00-23:59").into());
    let quota_bytes = RECORDED_BYTES_A_SECOND * cameras as u64 * lasts.as_secs();
    let quota_bytes = i64::try_from(quota_bytes).unwrap_or(i64::MAX);
    file.insert("record".to_owned(), Table::from_iter([("quota_bytes".to_owned(), quota_bytes.into())]).into());
    file.insert("camera".to_owned(), (0..cameras).map(camera).collect::<Vec<_>>().into());
    file.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::metrics::Metrics;

    #[test]
    fn counters_are_read_as_they_are_told() {
        let metrics = Metrics::new();
        for (camera, inferences) in [("a", 3), ("b", 4)] {
            metrics.camera(camera).inferences.inc_by(inferences);
            metrics.camera(camera).dropped("analysis").inc();
            metrics.camera(camera).alert_latency_seconds.observe(0.2);
        }
        let counters = Counters::parse(&metrics.encode());
        assert_eq!((counters.of("inferences", "b"), counters.sum("inferences")), (4.0, 7.0));
        assert_eq!(counters.dropped.get("analysis"), Some(&2.0));
        assert_eq!(counters.of("inferences", "c"), 0.0);
    }

    #[test]
    fn memory_is_given_back_as_the_service_has_it() {
        let unit = include_str!("../../../deploy/canhdem.service");
        for (name, value) in MEMORY {
            assert!(unit.contains(&format!("{name}={value}")), "{name}");
        }
    }

    #[test]
    fn a_process_knows_what_it_takes() {
        let usage = Usage::of(std::process::id()).expect("our own process");
        assert!(usage.memory_mb > 1.0 && usage.threads >= 1, "{usage:?}");
    }
}
