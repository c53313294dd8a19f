//! `canhdem bench`: how many cameras this machine carries. The simulated cameras and the appliance
//! run as processes of their own; what is measured is the appliance's alone.

mod appliance;
mod calibrate;
mod films;
mod plan;
mod report;
mod simulator;

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::output;
use crate::base::{SharedClock, Shutdown, SystemClock};
use crate::config::Config;
use crate::vision::Manifest;
use appliance::{Appliance, Counters, Usage};
use plan::{Plan, TURN};
use report::{Cost, Machine, Report, Spread};
use simulator::{Started, at, id};

#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Simulated cameras.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=500))]
    cameras: u16,
    /// Of these, so many at a time in which people walk about.
    #[arg(long, default_value_t = 0)]
    busy: u16,
    /// How long it is measured, once every camera has been busy and is quiet again.
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Of ten cameras so many encode at constant bit rate.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=10))]
    constant_of_ten: u8,
    /// Cameras without a second stream: the main stream is analysed.
    #[arg(long)]
    main_only: bool,
    /// Measure so many cameras with every picture decoded too; 0 leaves that out.
    #[arg(long, default_value_t = 2)]
    against: u16,
    /// One object of JSON.
    #[arg(long)]
    json: bool,
    /// Where films and recordings go. What an earlier bench recorded there is removed.
    #[arg(long, value_name = "FOLDER", default_value = ".bench")]
    data_dir: PathBuf,
    /// Be the cameras: a bench starts itself for that.
    #[arg(long, hide = true)]
    simulate: bool,
}

/// How often it is looked what the appliance does.
const LOOK: Duration = Duration::from_secs(2);
/// Of a turn, what is left out at both ends where inferences are counted: nobody is there yet, or
/// the camera has just woken.
const EDGE: Duration = Duration::from_secs(4);
/// Around what is measured, recordings are not asked for: the last segment is still being written.
const RECORDING_EDGE: Duration = Duration::from_secs(5);
/// What is recorded before and after what is measured is no more than this longer than planned.
const RECORDED_AROUND: Duration = Duration::from_secs(120);
const RECORD_SECONDS: u32 = 20;
const EVERYTHING: Duration = Duration::from_secs(40);

/// # Errors
/// When a part cannot start or does not answer.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let measured = Duration::try_from_secs_f64(args.minutes * 60.0).unwrap_or_default();
    anyhow::ensure!(measured >= TURN, super::Usage(format!("--minutes: at least {:.2}", TURN.as_secs_f64() / 60.0)));
    let plan = Plan::new(args.cameras.into(), args.busy.into(), measured);
    let films = args.data_dir.join("films");
    if args.simulate {
        return simulator::run(&films, &plan, args.busy.into(), args.constant_of_ten.into());
    }
    tracing::info!(warm_up = ?plan.warm_up, measured = ?plan.measured, "preparing films and cameras");
    let report = Bench { args, plan, clock: Arc::new(SystemClock::new()) }.run()?;
    if args.json {
        output::line(serde_json::to_string_pretty(&report)?)?;
    } else {
        output::line(report.text().trim_end())?;
    }
    Ok(())
}

struct Bench<'a> {
    args: &'a Args,
    plan: Plan,
    clock: SharedClock,
}

impl Bench<'_> {
    fn run(&self) -> anyhow::Result<Report> {
        let config = Config::for_replay();
        let manifest = Manifest::load(config.models_dir.as_deref())?;
        // What was prepared is there for the simulator, and the calibration.
        let kinds = [false, true].into_iter().filter(|constant| self.has(*constant));
        for constant in kinds {
            films::prepare(&self.args.data_dir.join("films"), constant)?;
        }
        let kind = if self.has(false) { "variable" } else { "constant" };
        let film = self.args.data_dir.join("films").join(format!("{kind}-sub-quiet.mp4"));
        let mut calibration = calibrate::calibrate(&film, &manifest, &config.detector.model)?;
        let cameras = Simulator::start(self.args)?;
        let (_alive, shutdown) = Shutdown::new();
        calibration.record_percent =
            calibrate::record(&self.args.data_dir.join("bare"), cameras.started.port, RECORD_SECONDS, &shutdown)?;
        drop(cameras);

        let cameras = Simulator::start(self.args)?;
        let appliance = self.appliance(usize::from(self.args.cameras), false, &cameras)?;
        let heard: Heard = Arc::default();
        let (heard_here, clock) = (Arc::clone(&heard), self.clock.clone());
        appliance.listen(move |camera, id| {
            let now = clock.now();
            let mut heard = heard_here.lock().unwrap_or_else(PoisonError::into_inner);
            heard.entry(id.to_owned()).or_insert_with(|| (camera.to_owned(), now));
        })?;
        self.wait_until(self.plan.warm_up, &cameras.started, &shutdown);
        let looks = self.look(&appliance, &cameras, &shutdown)?;
        let (from, to) = (self.plan.warm_up + RECORDING_EDGE, self.plan.warm_up + self.plan.measured);
        // Until the last fragments are written.
        shutdown.wait(RECORDING_EDGE);
        let recorded = appliance.recorded(self.plan.cameras, at(&cameras.started, from), at(&cameras.started, to))?;
        drop(appliance);
        let latencies = self.latencies(&heard, &cameras.started);
        drop(cameras);
        let everything = self.everything(&shutdown)?;
        self.report(calibration, &looks, recorded, latencies, everything)
    }

    fn has(&self, constant: bool) -> bool {
        let share = self.args.constant_of_ten.into();
        (0..self.plan.cameras).any(|index| simulator::is_constant(index, share) == constant)
    }

    fn appliance(&self, cameras: usize, decode_all: bool, simulator: &Simulator) -> anyhow::Result<Appliance> {
        let folder = self.args.data_dir.join("data");
        let folder = std::path::absolute(&folder).context("--data-dir")?;
        let (port, lasts) = (simulator.started.port, self.plan.warm_up + self.plan.measured + RECORDED_AROUND);
        Appliance::start(&folder, cameras, !self.args.main_only, decode_all, port, lasts, &self.clock)
    }

    fn wait_until(&self, time: Duration, started: &Started, shutdown: &Shutdown) {
        let left = at(started, time).duration_since(self.clock.now());
        shutdown.wait(left.try_into().unwrap_or_default());
    }

    fn look(&self, appliance: &Appliance, cameras: &Simulator, shutdown: &Shutdown) -> anyhow::Result<Vec<Look>> {
        let mut looks = Vec::new();
        loop {
            let at = self.clock.now();
            looks.push(Look {
                at,
                usage: appliance.usage()?,
                simulator: Usage::of(cameras.child.id())?,
                counters: appliance.metrics()?,
            });
            let first = looks.first().map_or(at, |look: &Look| look.at);
            let left = self.plan.measured.saturating_sub(at.duration_since(first).unsigned_abs());
            if left.is_zero() {
                return Ok(looks);
            }
            shutdown.wait(left.min(LOOK));
        }
    }

    /// Of each turn that was measured, from the first picture with somebody in it to the event; `None`
    /// where none came.
    fn latencies(&self, heard: &Heard, started: &Started) -> Vec<Option<f64>> {
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        let frame = Duration::from_millis(40);
        let mut latencies = Vec::new();
        for index in 0..self.plan.cameras {
            let before = u32::try_from(films::frames_before(index)).unwrap_or(0);
            for turn in self.plan.turns(index, self.args.busy.into()) {
                let comes = at(started, turn + frame * before);
                let leaves = at(started, turn + TURN);
                let told = heard.values().filter(|(camera, at)| *camera == id(index) && (comes..leaves).contains(at));
                let first = told.map(|(_, at)| at).min();
                latencies.push(first.map(|first| first.duration_since(comes).as_secs_f64()));
            }
        }
        latencies
    }

    /// What the first cameras cost where every picture is decoded.
    fn everything(&self, shutdown: &Shutdown) -> anyhow::Result<Option<Cost>> {
        let cameras = usize::from(self.args.against.min(self.args.cameras));
        if cameras == 0 {
            return Ok(None);
        }
        let quiet = Args { busy: 0, ..self.args.clone() };
        let simulator = Simulator::start(&quiet)?;
        let appliance = self.appliance(cameras, true, &simulator)?;
        self.wait_until(Plan::first_turn(cameras, 0) + TURN + RECORDING_EDGE, &simulator.started, shutdown);
        let (before, from) = (appliance.usage()?, self.clock.monotonic());
        shutdown.wait(EVERYTHING.min(self.plan.measured));
        let (after, to) = (appliance.usage()?, self.clock.monotonic());
        Ok(Some(cost(&before, &after, to.saturating_sub(from).as_secs_f64(), cameras)))
    }

    fn report(
        &self,
        calibration: calibrate::Calibration,
        looks: &[Look],
        recorded_least: f64,
        latencies: Vec<Option<f64>>,
        everything: Option<Cost>,
    ) -> anyhow::Result<Report> {
        let (first, last) = looks.first().zip(looks.last()).context("nothing was measured")?;
        let seconds = last.at.duration_since(first.at).as_secs_f64();
        let grown = |name: &str| last.counters.sum(name) - first.counters.sum(name);
        let dropped =
            last.counters.dropped.iter().map(|(queue, count)| {
                (queue.clone(), count - first.counters.dropped.get(queue).copied().unwrap_or(0.0))
            });
        let memory_mb = looks.iter().map(|look| look.usage.memory_mb).fold(0.0, f64::max);
        let appliance = cost(&first.usage, &last.usage, seconds, self.plan.cameras);
        Ok(Report {
            machine: Machine::here(),
            cameras: self.plan.cameras,
            busy: self.args.busy.into(),
            constant_of_ten: self.args.constant_of_ten.into(),
            sub: !self.args.main_only,
            seconds,
            calibration,
            appliance: Cost { memory_mb, ..appliance },
            everything,
            everything_cameras: self.args.against.min(self.args.cameras).into(),
            simulator_percent: (last.simulator.cpu_seconds - first.simulator.cpu_seconds) * 100.0 / seconds,
            recorded_least,
            decoded_share: grown("decoded_frames") / grown("access_units").max(1.0),
            inferences_per_second: grown("inferences") / seconds,
            busy_inferences: Spread::of(self.busy_inferences(looks)),
            dropped: dropped.collect(),
            turns: latencies.len(),
            missed: latencies.iter().filter(|latency| latency.is_none()).count(),
            latency: Spread::of(latencies.into_iter().flatten().collect()),
        })
    }

    fn busy_inferences(&self, looks: &[Look]) -> Vec<f64> {
        let Some(first) = looks.first() else { return Vec::new() };
        // The first look came when the warm-up ended.
        let time = |look: &Look| self.plan.warm_up + look.at.duration_since(first.at).unsigned_abs();
        let mut rates = Vec::new();
        for index in 0..self.plan.cameras {
            for turn in self.plan.turns(index, self.args.busy.into()) {
                let within: Vec<&Look> = looks
                    .iter()
                    .filter(|look| (turn + EDGE..turn + TURN.saturating_sub(EDGE / 2)).contains(&time(look)))
                    .collect();
                if let (Some(from), Some(to)) = (within.first(), within.last())
                    && within.len() > 1
                {
                    let count = |look: &Look| look.counters.of("inferences", &id(index));
                    let seconds = to.at.duration_since(from.at).as_secs_f64();
                    rates.push((count(to) - count(from)) / seconds);
                }
            }
        }
        rates
    }
}

/// Alerts by id: their camera, and when it was heard of them.
type Heard = Arc<Mutex<HashMap<String, (String, Timestamp)>>>;

/// What was seen at a moment.
struct Look {
    at: Timestamp,
    usage: Usage,
    simulator: Usage,
    counters: Counters,
}

fn cost(before: &Usage, after: &Usage, seconds: f64, cameras: usize) -> Cost {
    let percent = (after.cpu_seconds - before.cpu_seconds) * 100.0 / seconds;
    Cost { percent, percent_per_camera: percent / cameras as f64, memory_mb: after.memory_mb, threads: after.threads }
}

/// The simulated cameras; they end when this is dropped.
struct Simulator {
    child: Child,
    input: Option<ChildStdin>,
    started: Started,
}

impl Simulator {
    fn start(args: &Args) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program's own file")?;
        let mut child = Command::new(program)
            .args(["bench", "--simulate"])
            .args(["--cameras", &args.cameras.to_string(), "--busy", &args.busy.to_string()])
            .args(["--minutes", &args.minutes.to_string()])
            .args(["--constant-of-ten", &args.constant_of_ten.to_string()])
            .arg("--data-dir")
            .arg(&args.data_dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the simulated cameras")?;
        let input = child.stdin.take();
        let mut line = String::new();
        let output = child.stdout.take().context("the simulated cameras say nothing")?;
        BufReader::new(output).read_line(&mut line)?;
        let started = serde_json::from_str(&line).context("the simulated cameras did not start")?;
        Ok(Self { child, input, started })
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.input.take());
        drop(self.child.wait());
    }
}
