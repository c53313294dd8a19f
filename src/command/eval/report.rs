//! What `eval` prints: one JSON object, or a table.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::attributes::{Measured, Scores};
use super::labels::Light;
use super::measure::{Measures, Sample, measure};
use super::{Outcome, Spent, plates};
use crate::rules::plate::PlateVerdict;
use crate::track::AnswerRules;
use crate::vision::attributes::Attribute;

/// The shape of `--json`; `null` stands for what cannot be said.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    images: usize,
    person: ByLight,
    vehicle: ByLight,
    attributes: Attributes,
    plates: plates::Measured,
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
    mask: Measured,
    hat: Measured,
    gloves: Measured,
    bag: Measured,
}

#[derive(Debug, Serialize)]
struct Milliseconds {
    detect: f64,
    attributes: Option<f64>,
    plates: Option<f64>,
}

impl Report {
    pub(super) fn new(outcomes: &[Outcome], threshold: f32, rules: &AnswerRules, spent: Spent) -> Self {
        let per_image = |spent: Duration| rounded(spent.as_secs_f64() * 1000.0 / outcomes.len().max(1) as f64);
        let plates: Vec<_> = outcomes.iter().flat_map(Outcome::plate_cases).collect();
        Self {
            images: outcomes.len(),
            person: by_light(outcomes, Outcome::persons, threshold),
            vehicle: by_light(outcomes, Outcome::vehicles, threshold),
            attributes: Attributes {
                mask: measured(outcomes, rules, Attribute::Mask),
                hat: measured(outcomes, rules, Attribute::Hat),
                gloves: measured(outcomes, rules, Attribute::Gloves),
                bag: measured(outcomes, rules, Attribute::Bag),
            },
            plates: plates::Measured::new(&plates),
            ms_per_image: Milliseconds {
                detect: per_image(spent.detecting),
                attributes: spent.looking.map(per_image),
                plates: spent.inspecting.map(per_image),
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
        for (kind, measures) in [("person", &self.person), ("vehicle", &self.vehicle)] {
            let lights = [("day", measures.day), ("night", measures.night), ("ir", measures.ir)];
            let rows = lights.into_iter().filter_map(|(light, row)| Some((light, row?)));
            for (light, row) in std::iter::once(("all", measures.all)).chain(rows) {
                let (ap50, recall, precision) = (share(row.ap50), share(row.recall), share(row.precision));
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{kind:<8} {light:<6} {:>5}  {ap50:>6}  {recall:>6}  {precision:>9}", row.n);
            }
        }
        let all = [
            ("mask", &self.attributes.mask),
            ("hat", &self.attributes.hat),
            ("gloves", &self.attributes.gloves),
            ("bag", &self.attributes.bag),
        ];
        if all.iter().any(|(_, measured)| measured.all.n > 0) {
            text += &attribute_table(&all, self.ms_per_image.attributes);
        }
        if self.plates.all.n > 0 {
            text += &plate_table(&self.plates, self.ms_per_image.plates);
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// The confusion, then one row for each light, class and width.
fn plate_table(measured: &plates::Measured, milliseconds: Option<f64>) -> String {
    let each = milliseconds.map_or_else(|| "no model judges them".to_owned(), |ms| format!("{ms:.1} ms a picture"));
    let names = PlateVerdict::ALL.map(PlateVerdict::name);
    // Writing to a string cannot fail.
    let mut text = format!("\nplates, {each}\n\nlabelled as       told: ");
    for name in names {
        let _ = write!(text, "{name:>16}");
    }
    text.push('\n');
    for label in names {
        let _ = write!(text, "{label:<24}");
        for told in names {
            let _ = write!(text, "{:>16}", measured.all.confusion[label][told]);
        }
        text.push('\n');
    }
    text += "\nof                     n  exact text    read  character errors  absent: precision  recall\n";
    let mut row = |of: &str, scores: &plates::Scores| {
        let (exact, read, errors) = (share(scores.exact_text), share(scores.read), share(scores.char_error_rate));
        let (precision, recall) = (share(scores.absent_precision), share(scores.absent_recall));
        let n = scores.n;
        let _ = writeln!(text, "{of:<16} {n:>7}  {exact:>10}  {read:>6}  {errors:>16}  {precision:>17}  {recall:>6}");
    };
    row("all", &measured.all);
    measured.by_light.iter().for_each(|(light, scores)| row(light, scores));
    measured.by_class.iter().for_each(|(class, scores)| row(class, scores));
    measured.by_width.iter().for_each(|(width, scores)| row(&format!("{width} px"), scores));
    text
}

/// One row for each attribute, and for each light and size of it.
fn attribute_table(all: &[(&str, &Measured)], milliseconds: Option<f64>) -> String {
    let each = milliseconds.map_or_else(|| "no model judges them".to_owned(), |ms| format!("{ms:.1} ms a picture"));
    let mut text = format!(
        "\nattributes, {each}; precision and recall of yes, over the answered\n\n\
         what     of                     n  answered  precision  recall      f1  wrong yes  at even shares: answered  precision\n"
    );
    for (name, measured) in all.iter().filter(|(_, measured)| measured.all.n > 0) {
        let mut row = |of: &str, scores: &Scores| {
            let (answered, precision) = (share(scores.answered), share(scores.precision));
            let (recall, f1, wrong) = (share(scores.recall), share(scores.f1), share(scores.false_yes));
            let (even_answered, even_precision) = (share(scores.even_answered), share(scores.even_precision));
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{name:<8} {of:<17} {:>6}  {answered:>8}  {precision:>9}  {recall:>6}  {f1:>6}  {wrong:>9}  \
                 {even_answered:>24}  {even_precision:>9}",
                scores.n
            );
        };
        row("all", &measured.all);
        measured.by_light.iter().for_each(|(light, scores)| row(light, scores));
        measured.by_size.iter().for_each(|(size, scores)| row(&format!("{size} px"), scores));
        measured.by_head.iter().for_each(|(size, scores)| row(&format!("head {size}"), scores));
        for (size, large) in &measured.large {
            row(size, &large.all);
            large.by_light.iter().for_each(|(light, scores)| row(&format!("{size} {light}"), scores));
        }
        let _ = writeln!(text, "{name:<8} calibration error {}", share(measured.calibration_error));
    }
    text
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
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

fn measured(outcomes: &[Outcome], rules: &AnswerRules, attribute: Attribute) -> Measured {
    let cases: Vec<_> = outcomes.iter().flat_map(|outcome| outcome.cases(rules, attribute)).collect();
    Measured::new(attribute, &cases)
}

pub(super) fn rounded(value: f64) -> f64 {
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
