//! What `eval` prints: one JSON object, or a table.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Outcome;
use super::labels::{Light, Person};
use super::measure::{Measures, Sample, measure};

/// The shape of `--json`; `null` stands for what cannot be said.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    images: usize,
    person: ByLight,
    vehicle: ByLight,
    attributes: Attributes,
    plates: Plates,
    ms_per_image: Milliseconds,
}

/// All pictures, and those of each light that is labelled.
#[derive(Debug, Serialize)]
struct ByLight {
    all: Measures,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Measures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    night: Option<Measures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ir: Option<Measures>,
}

#[derive(Debug, Serialize)]
struct Attributes {
    mask: Attribute,
    hat: Attribute,
    gloves: Attribute,
    bag: Attribute,
}

/// No attribute is judged yet: all that is labelled stays unanswered.
#[derive(Debug, Serialize)]
struct Attribute {
    /// Persons labelled yes or no.
    n: usize,
    /// Share of them that are answered.
    answered: Option<f64>,
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
    by_light: Map<String, Value>,
    by_size: Map<String, Value>,
}

/// No plate is judged yet.
#[derive(Debug, Serialize)]
struct Plates {
    /// Vehicles whose plate is labelled.
    n: usize,
    confusion: Option<()>,
    exact_text: Option<f64>,
    char_error_rate: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Milliseconds {
    detect: f64,
    attributes: Option<f64>,
    plates: Option<f64>,
}

impl Report {
    pub(super) fn new(outcomes: &[Outcome], threshold: f32, spent: Duration) -> Self {
        let labelled = |outcome: &Outcome| outcome.label.vehicles.clone().unwrap_or_default();
        let plates = outcomes.iter().flat_map(labelled).filter(|vehicle| vehicle.plate.is_some());
        Self {
            images: outcomes.len(),
            person: by_light(outcomes, Outcome::persons, threshold),
            vehicle: by_light(outcomes, Outcome::vehicles, threshold),
            attributes: Attributes {
                mask: attribute(outcomes, |person| person.mask),
                hat: attribute(outcomes, |person| person.hat),
                gloves: attribute(outcomes, |person| person.gloves),
                bag: attribute(outcomes, |person| person.bag),
            },
            plates: Plates { n: plates.count(), confusion: None, exact_text: None, char_error_rate: None },
            ms_per_image: Milliseconds {
                detect: rounded(spent.as_secs_f64() * 1000.0 / outcomes.len().max(1) as f64),
                attributes: None,
                plates: None,
            },
        }
    }

    /// For people: one row for each kind and light.
    pub(super) fn table(&self) -> String {
        let mut text = format!(
            "{} pictures, {:.1} ms each; AP at IoU 0.5 over 101 steps of recall\n\n\
             kind     light      n    AP50  recall  precision\n",
            self.images, self.ms_per_image.detect
        );
        let share = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        for (kind, measures) in [("person", &self.person), ("vehicle", &self.vehicle)] {
            let lights = [("day", measures.day), ("night", measures.night), ("ir", measures.ir)];
            let rows = lights.into_iter().filter_map(|(light, row)| Some((light, row?)));
            for (light, row) in std::iter::once(("all", measures.all)).chain(rows) {
                let (ap50, recall, precision) = (share(row.ap50), share(row.recall), share(row.precision));
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{kind:<8} {light:<6} {:>5}  {ap50:>6}  {recall:>6}  {precision:>9}", row.n);
            }
        }
        text.truncate(text.trim_end().len());
        text
    }
}

fn by_light(outcomes: &[Outcome], sample: impl Fn(&Outcome) -> Option<Sample>, threshold: f32) -> ByLight {
    let samples: Vec<(Option<Light>, Sample)> =
        outcomes.iter().filter_map(|outcome| Some((outcome.light(), sample(outcome)?))).collect();
    let of = |light: Light| {
        let mut chosen = samples.iter().filter(|(of, _)| *of == Some(light)).map(|(_, sample)| sample).peekable();
        chosen.peek()?;
        Some(rounded_all(measure(chosen, threshold)))
    };
    let [day, night, ir] = Light::ALL.map(of);
    ByLight { all: rounded_all(measure(samples.iter().map(|(_, sample)| sample), threshold)), day, night, ir }
}

fn attribute(outcomes: &[Outcome], label: impl Fn(&Person) -> Option<bool>) -> Attribute {
    let persons = outcomes.iter().filter_map(|outcome| outcome.label.persons.as_ref()).flatten();
    let n = persons.filter(|person| label(person).is_some()).count();
    Attribute {
        n,
        answered: (n > 0).then_some(0.0),
        precision: None,
        recall: None,
        f1: None,
        by_light: Map::new(),
        by_size: Map::new(),
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn rounded_all(measures: Measures) -> Measures {
    Measures {
        ap50: measures.ap50.map(rounded),
        recall: measures.recall.map(rounded),
        precision: measures.precision.map(rounded),
        ..measures
    }
}
