//! What the whole costs over its parts: ratios of processor times that were taken in turns within one
//! run, so that a machine that is busy or slow changes both sides alike.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

use canhdem::base::Rect;
use canhdem::command::output::line;
use canhdem::decode::gate::Gate;
use canhdem::testcam::EncodeOptions;
use canhdem::vision::Manifest;
use canhdem::vision::decoders::Decoder;
use canhdem::vision::tensor::Tensor;
use serde_json::{Value, json};

use super::replay::{Counts, decode_bare, replay};
use super::{cpu, footage, machine, vision, watch};

const ROUNDS: usize = 5;
const RUNS: u32 = 100;

/// Whether all benches were asked for, or this one.
pub(crate) fn is_wanted(arguments: impl Iterator<Item = String>) -> bool {
    let arguments: Vec<_> = arguments.collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let mut filters = arguments.iter().filter(|argument| !argument.starts_with('-'));
    has("--bench") && !has("--list") && !has("--test") && filters.all(|filter| filter == "report")
}

/// CPU seconds of one thing, once for each round.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

/// One size of the film.
struct Film {
    size: (u32, u32),
    path: PathBuf,
    counts: Counts,
    decode: Times,
    replay: Times,
}

impl Film {
    fn new(size: (u32, u32)) -> Self {
        let path = footage::film(size);
        Self { size, path, counts: Counts::default(), decode: Times::default(), replay: Times::default() }
    }

    /// What decoding and the inferences that were made must cost at least.
    fn least(&self, inference: f64) -> f64 {
        self.decode.median() + self.counts.inferences as f64 * inference
    }

    fn name(&self) -> String {
        format!("{}x{}", self.size.0, self.size.1)
    }
}

/// All that was measured; times are of one piece of work each.
struct Measured {
    films: [Film; 2],
    /// By what is looked at.
    tensors: Vec<(String, Times)>,
    inference: Times,
    /// Decoding of the model's outputs and suppression.
    read: Times,
    /// `Detector::detect`, without close-ups.
    detect: Times,
    /// For an access unit.
    gate: Times,
    /// The empty yard behind the gate, whole.
    quiet: Times,
    quiet_counts: Counts,
}

struct Ratio {
    what: String,
    value: f64,
    /// At most.
    target: Option<f64>,
}

struct Figure {
    what: String,
    value: f64,
    unit: &'static str,
}

pub(crate) fn run() -> anyhow::Result<()> {
    line("\nreport: processor times of the whole film and of its parts, in turns; takes some minutes")?;
    let manifest = vision::manifest();
    let measured = measure(&manifest)?;
    let (ratios, figures) = (measured.ratios(), measured.figures());
    print(&ratios, &figures)?;
    save(&json!({
        "machine": machine::describe(&manifest),
        "rounds": ROUNDS,
        "ratios": ratios.iter().map(Ratio::to_json).collect::<Vec<_>>(),
        "figures": figures.iter().map(Figure::to_json).collect::<Vec<_>>(),
    }))
}

fn measure(manifest: &Manifest) -> anyhow::Result<Measured> {
    let model = vision::model(manifest);
    let detector = vision::detector(manifest);
    let mut session = vision::session(manifest);
    let decoder = Decoder::new(model.detector().expect("a detector"), &model.input);
    let passing = watch::passing(footage::SUB);
    let empty_yard = footage::empty_yard(footage::SUB);
    let [sub, own, main] =
        [footage::SUB, footage::OWN, footage::MAIN].map(|size| footage::frames(size, 1, 1).remove(0));
    let views = [
        ("640x360", &sub, vision::whole(&sub)),
        ("768x576", &own, vision::whole(&own)),
        ("1920x1080", &main, vision::whole(&main)),
        ("close-up of 320", &main, Rect::new(800.0, 400.0, 320.0, 320.0)),
    ];
    let mut tensor = Tensor::default();
    let placement = vision::prepare(&mut tensor, &own, vision::whole(&own), model);
    let answer = vision::answer(&mut session, &tensor);
    let mut spare = Tensor::default();

    let mut measured = Measured {
        films: [Film::new(footage::SUB), Film::new(footage::OWN)],
        tensors: views.iter().map(|(name, ..)| ((*name).to_owned(), Times::default())).collect(),
        inference: Times::default(),
        read: Times::default(),
        detect: Times::default(),
        gate: Times::default(),
        quiet: Times::default(),
        quiet_counts: Counts::default(),
    };
    for round in 1..=ROUNDS {
        for film in &mut measured.films {
            film.decode.0.push(cpu::of(|| decode_bare(&film.path)).0.as_secs_f64());
            let (spent, counts) = cpu::of(|| replay(&film.path, Gate::always_awake(), &detector));
            film.replay.0.push(spent.as_secs_f64());
            film.counts = counts;
            let infer = || session.run(&tensor.values, |outputs| outputs.len()).expect("run");
            measured.inference.0.push(cpu::seconds_each(RUNS, infer));
        }
        for ((_, frame, region), (_, times)) in views.iter().zip(&mut measured.tensors) {
            let fill = || vision::prepare(&mut spare, frame, *region, model);
            times.0.push(cpu::seconds_each(10 * RUNS, fill));
        }
        measured.read.0.push(cpu::seconds_each(10 * RUNS, || vision::read(&decoder, &answer, &placement)));
        measured.detect.0.push(cpu::seconds_each(RUNS, || detector.detect(&own, &[]).expect("detected")));
        let each_film = cpu::seconds_each(RUNS, || watch::pass(black_box(&passing)));
        measured.gate.0.push(each_film / passing.len() as f64);
        let (spent, counts) = cpu::of(|| replay(&empty_yard, Gate::new(), &detector));
        measured.quiet.0.push(spent.as_secs_f64());
        measured.quiet_counts = counts;
        line(format!("round {round} of {ROUNDS}"))?;
    }
    Ok(measured)
}

impl Measured {
    fn ratios(&self) -> Vec<Ratio> {
        let unit = self.inference.median();
        let ratio = |what: String, value: f64, target: Option<f64>| Ratio { what, value, target };
        let replays = self.films.iter().map(|film| {
            let what = format!("replay {}, all decoded, 5 analyses/s ÷ (bare decoding + inferences)", film.name());
            ratio(what, film.replay.median() / film.least(unit), Some(1.25))
        });
        let tensors = self.tensors.iter().map(|(name, times)| {
            ratio(format!("planes to tensor, {name} ÷ inference"), times.median() / unit, Some(0.05))
        });
        let around = self.tensors[1].1.median() + self.read.median();
        let rest = [
            ratio("gate per access unit ÷ inference".to_owned(), self.gate.median() / unit, Some(0.002)),
            ratio("before and after the model, 768x576 ÷ inference".to_owned(), around / unit, None),
            ratio("detector.detect, 768x576 ÷ inference".to_owned(), self.detect.median() / unit, None),
        ];
        replays.chain(tensors).chain(rest).collect()
    }

    fn figures(&self) -> Vec<Figure> {
        let figure = |what: &str, value: f64, unit| Figure { what: what.to_owned(), value, unit };
        let unit = self.inference.median();
        let mut figures = vec![figure("bare inference", unit * 1e3, "ms")];
        let tensors = self.tensors.iter();
        figures.extend(
            tensors.map(|(name, times)| figure(&format!("planes to tensor, {name}"), times.median() * 1e3, "ms")),
        );
        figures.push(figure("decode of outputs and suppression", self.read.median() * 1e3, "ms"));
        figures.push(figure("detector.detect, 768x576", self.detect.median() * 1e3, "ms"));
        figures.push(figure("gate per access unit", self.gate.median() * 1e9, "ns"));
        for film in &self.films {
            let (name, pictures) = (film.name(), film.counts.decoded as f64);
            let over = (film.replay.median() - film.least(unit)) / film.counts.analysed as f64;
            figures.extend([
                figure(&format!("bare decoding {name}"), pictures / film.decode.median(), "pictures per CPU second"),
                figure(&format!("replay {name}"), pictures / film.replay.median(), "pictures per CPU second"),
                figure(&format!("replay {name}: decoded"), pictures, "pictures"),
                figure(&format!("replay {name}: analysed"), film.counts.analysed as f64, "pictures"),
                figure(&format!("replay {name}: inferences, close-ups included"), film.counts.inferences as f64, ""),
                figure(&format!("replay {name}: all else, per picture analysed"), over * 1e3, "ms"),
            ]);
        }
        let units = self.quiet_counts.access_units as f64;
        let seconds = units / f64::from(EncodeOptions::default().fps);
        figures.push(figure(
            "an empty yard, 640x360, with the gate",
            100.0 * self.quiet.median() / seconds,
            "% of a core",
        ));
        figures.push(figure(
            "an empty yard: decoded",
            100.0 * self.quiet_counts.decoded as f64 / units,
            "% of its pictures",
        ));
        figures
    }
}

impl Figure {
    fn to_json(&self) -> Value {
        json!({"what": self.what, "value": self.value, "unit": self.unit})
    }

    fn row(&self) -> String {
        let digits = match self.value {
            value if value.fract() == 0.0 => 0,
            value if value.abs() < 10.0 => 3,
            _ => 1,
        };
        format!("| {} | {:.digits$} {} |", self.what, self.value, self.unit)
    }
}

impl Ratio {
    fn is_met(&self) -> Option<bool> {
        self.target.map(|target| self.value <= target)
    }

    fn to_json(&self) -> Value {
        json!({"what": self.what, "value": self.value, "target": self.target, "met": self.is_met()})
    }

    fn row(&self) -> String {
        let met = match self.is_met() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        // Shares are small, factors are near one.
        let words = |value: f64| if value < 0.5 { format!("{:.3} %", 100.0 * value) } else { format!("{value:.3}") };
        format!("| {} | {} | {} | {met} |", self.what, words(self.value), self.target.map_or(String::new(), words))
    }
}

fn print(ratios: &[Ratio], figures: &[Figure]) -> std::io::Result<()> {
    line("\n| ratio of processor times | measured | at most | met |\n|---|---:|---:|---|")?;
    ratios.iter().try_for_each(|ratio| line(ratio.row()))?;
    line("\n| figure | median |\n|---|---:|")?;
    figures.iter().try_for_each(|figure| line(figure.row()))
}

fn save(report: &Value) -> anyhow::Result<()> {
    let folder = footage::folder().parent().unwrap_or(footage::folder());
    let path = folder.join("bench-report.json");
    fs::write(&path, serde_json::to_string_pretty(report)? + "\n")?;
    line(format!("\nwritten to {}", path.display()))?;
    Ok(())
}
