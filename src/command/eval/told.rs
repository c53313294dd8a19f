//! What was told of each labelled person, one JSON object a line: what thresholds are settled from.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::Outcome;
use super::attributes::{size, tell};
use super::labels::{Light, Person};
use crate::track::AnswerRules;
use crate::vision::attributes::{Answer, Attribute};

/// A person labelled yes or no for an attribute.
#[derive(Debug, PartialEq, Serialize)]
struct Line<'a> {
    image: &'a Path,
    /// Of the person among those of the picture.
    person: usize,
    light: Option<Light>,
    attribute: Attribute,
    label: bool,
    /// In pixels, of what the attribute is told from.
    size: Option<f32>,
    answer: Answer,
    /// Natural log-odds of yes that the answer comes from; 0 where nothing was seen.
    log_odds: f32,
    /// Nothing where the person was not found, or the part could not be judged.
    seen: Vec<Seen>,
}

/// What one crop said.
#[derive(Debug, PartialEq, Serialize)]
struct Seen {
    log_odds: f32,
    quality: f32,
    pixels: u32,
}

/// # Errors
/// The file cannot be written.
pub(super) fn write(path: &Path, outcomes: &[Outcome], rules: &AnswerRules) -> anyhow::Result<()> {
    let write = || -> anyhow::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for line in outcomes.iter().flat_map(|outcome| lines(outcome, rules)) {
            serde_json::to_writer(&mut file, &line)?;
            file.write_all(b"\n")?;
        }
        Ok(file.flush()?)
    };
    write().with_context(|| format!("{}: cannot be written", path.display()))
}

fn lines<'a>(outcome: &'a Outcome, rules: &AnswerRules) -> Vec<Line<'a>> {
    let persons = outcome.label.persons.iter().flatten().enumerate();
    let each = persons.flat_map(|(index, person)| Attribute::ALL.map(|attribute| (index, person, attribute)));
    let line = |(index, person, attribute): (usize, &Person, Attribute)| {
        let look = outcome.looks.iter().find(|(of, _)| *of == index).map(|(_, look)| look);
        let seen = look.map(|look| look.observations.as_slice()).unwrap_or_default();
        let told = rules[attribute as usize].and_then(|rule| tell(seen, attribute, rule));
        let of_attribute = seen.iter().filter(|seen| seen.attribute == attribute);
        Some(Line {
            image: &outcome.label.image,
            person: index,
            light: outcome.light(),
            attribute,
            label: person.label(attribute)?,
            size: size(person, look, attribute),
            answer: told.map_or(Answer::Unknown, |told| told.answer),
            log_odds: told.map_or(0.0, |told| told.log_odds),
            seen: of_attribute
                .map(|seen| Seen { log_odds: seen.log_odds, quality: seen.quality, pixels: seen.pixels })
                .collect(),
        })
    };
    each.filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rect;
    use crate::command::eval::labels;
    use crate::vision::Look;
    use crate::vision::attributes::{AnswerRule, Observation};

    #[test]
    fn each_labelled_attribute_of_each_person_has_a_line() {
        let text = r#"{"image":"a.png","light":"ir","persons":[
            {"bbox":[0,0,40,120],"mask":true,"bag":false,"head":[10,0,20,20]},{"bbox":[50,0,40,120],"mask":false}]}"#;
        let mut outcome = Outcome::new(labels::parse(text, Path::new("set")).expect("sound"));
        let region = Rect::new(10.0, 0.0, 20.0, 20.0);
        let seen = Observation { attribute: Attribute::Mask, log_odds: 3.0, quality: 0.5, pixels: 21, region };
        outcome.looks.push((0, Look { observations: vec![seen], ..Look::default() }));
        let rule = Some(AnswerRule { least_pixels: 18, least_log_odds: 1.0 });
        let found = lines(&outcome, &[rule; 4]);
        let line = |person, attribute, label, size| Line {
            image: Path::new("set/a.png"),
            person,
            light: Some(Light::Ir),
            attribute,
            label,
            size,
            answer: Answer::Unknown,
            log_odds: 0.0,
            seen: vec![],
        };
        let judged = Line {
            answer: Answer::Yes,
            log_odds: 1.5,
            seen: vec![Seen { log_odds: 3.0, quality: 0.5, pixels: 21 }],
            ..line(0, Attribute::Mask, true, Some(20.0))
        };
        let (no_bag, other) = (line(0, Attribute::Bag, false, Some(120.0)), line(1, Attribute::Mask, false, None));
        assert_eq!(found, [judged, no_bag, other]);
    }
}
