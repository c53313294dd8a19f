//! What was told of each labelled person and plate, one JSON object a line: what thresholds are settled from.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::Outcome;
use super::attributes::{size, tell};
use super::labels::{Light, Person, Vehicle};
use crate::rules::plate::{Plate, PlateVerdict};
use crate::track::AnswerRules;
use crate::vision::Class;
use crate::vision::attributes::{Answer, Attribute};
use crate::vision::plate::{PlaceKind, PlateColor, PlateObservation};

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

/// A vehicle whose plate is labelled.
#[derive(Debug, PartialEq, Serialize)]
struct PlateLine<'a> {
    image: &'a Path,
    /// Of the vehicle among those of the picture.
    vehicle: usize,
    track: Option<&'a str>,
    light: Option<Light>,
    /// As it was detected; null where it was not.
    class: Option<Class>,
    label: PlateVerdict,
    text: Option<&'a str>,
    /// By this picture, or by those of its track so far.
    told: PlateVerdict,
    told_text: Option<&'a str>,
    confidence: f32,
    /// How probable each candidate is that is told, and its text.
    candidates: Vec<(&'a str, f32)>,
    place: Option<SeenPlace>,
}

/// What one picture shows of a plate's place.
#[derive(Debug, PartialEq, Serialize)]
struct SeenPlace {
    kind: PlaceKind,
    confidence: f32,
    width: f32,
    sharpness: f32,
    burnt: f32,
    color: Option<PlateColor>,
    /// Line by line, character by character, what each may be.
    lines: Vec<Vec<Vec<(char, f32)>>>,
}

impl From<&PlateObservation> for SeenPlace {
    fn from(seen: &PlateObservation) -> Self {
        let &PlateObservation { kind, confidence, width, sharpness, burnt, color, .. } = seen;
        let lines = seen.lines.iter().map(|line| line.iter().map(|guess| guess.options.clone()).collect()).collect();
        Self { kind, confidence, width, sharpness, burnt, color, lines }
    }
}

/// # Errors
/// The file cannot be written.
pub(super) fn write(path: &Path, outcomes: &[Outcome], rules: &AnswerRules) -> anyhow::Result<()> {
    let write = || -> anyhow::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for outcome in outcomes {
            for line in lines(outcome, rules) {
                serde_json::to_writer(&mut file, &line)?;
                file.write_all(b"\n")?;
            }
            for line in plate_lines(outcome) {
                serde_json::to_writer(&mut file, &line)?;
                file.write_all(b"\n")?;
            }
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

fn plate_lines(outcome: &Outcome) -> Vec<PlateLine<'_>> {
    let line = |(index, vehicle): (usize, &'_ Vehicle)| {
        let told = outcome.plates.iter().find(|told| told.index == index)?;
        Some((index, vehicle.plate?, told))
    };
    let vehicles = outcome.label.vehicles.as_deref().unwrap_or_default();
    let known = vehicles.iter().enumerate().filter_map(line);
    known
        .map(|(index, label, told)| {
            let Plate { verdict, confidence, candidates, .. } = &told.plate;
            PlateLine {
                image: &outcome.label.image,
                vehicle: index,
                track: vehicles[index].track.as_deref(),
                light: outcome.light(),
                class: told.class,
                label,
                text: vehicles[index].text.as_deref(),
                told: *verdict,
                told_text: told.plate.text(),
                confidence: *confidence,
                candidates: candidates.iter().map(|of| (of.text.as_str(), of.probability)).collect(),
                place: told.observation.as_ref().map(SeenPlace::from),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Point, Rect};
    use crate::command::eval::{Inspected, labels};
    use crate::vision::Look;
    use crate::vision::attributes::{AnswerRule, Observation};
    use crate::vision::plate::CharGuess;

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

    #[test]
    fn each_labelled_plate_has_a_line_with_what_was_seen_of_it() {
        let text = r#"{"image":"a.png","light":"day","vehicles":[
            {"bbox":[0,0,40,40],"plate":"readable","text":"12A-123.45","track":"1"},{"bbox":[50,0,40,40]}]}"#;
        let mut outcome = Outcome::new(labels::parse(text, Path::new("set")).expect("sound"));
        let corners = [Point { x: 0.0, y: 0.0 }; 4];
        let observation = PlateObservation {
            kind: PlaceKind::Plate,
            confidence: 0.9,
            corners,
            region: Rect::new(0.0, 0.0, 90.0, 20.0),
            width: 90.0,
            sharpness: 0.5,
            burnt: 0.0,
            color: None,
            lines: vec![vec![CharGuess { options: vec![('1', 0.9)] }]],
        };
        let plate = Plate { verdict: PlateVerdict::Unreadable, confidence: 0.7, ..Plate::default() };
        let observation = Some(observation);
        outcome.plates.push(Inspected { index: 0, class: None, plate, is_superseded: false, observation });
        let [line] = &plate_lines(&outcome)[..] else { panic!("one line") };
        assert_eq!((line.vehicle, line.track, line.text), (0, Some("1"), Some("12A-123.45")));
        assert_eq!((line.label, line.told, line.told_text), (PlateVerdict::Readable, PlateVerdict::Unreadable, None));
        let place = line.place.as_ref().expect("seen");
        assert_eq!((place.width, &place.lines), (90.0, &vec![vec![vec![('1', 0.9)]]]));
    }
}
