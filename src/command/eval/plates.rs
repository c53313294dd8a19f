//! What verdicts on plates and their texts are measured by (pure).

use std::collections::BTreeMap;

use serde::Serialize;

use super::labels::Light;
use super::report::rounded;
use crate::rules::plate::PlateVerdict;
use crate::vision::Class;

/// Widths of a labelled plate in pixels: where each step ends, and its name.
const WIDTHS: [(f32, &str); 5] =
    [(24.0, "<24"), (40.0, "24-40"), (80.0, "40-80"), (160.0, "80-160"), (f32::INFINITY, ">=160")];

/// A vehicle whose plate is labelled, and what was told of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    pub label: PlateVerdict,
    /// What it says, where that is labelled.
    pub text: Option<String>,
    pub light: Option<Light>,
    /// As it was detected; `None` where the vehicle was not found, and was looked at where it is labelled.
    pub class: Option<Class>,
    /// Of the labelled plate, in pixels.
    pub width: Option<f32>,
    pub told: PlateVerdict,
    pub told_text: Option<String>,
}

/// Of each labelled verdict, how often each was told.
type Confusion = BTreeMap<&'static str, BTreeMap<&'static str, usize>>;

/// `None` where there is nothing to divide by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Scores {
    /// Vehicles whose plate is labelled.
    pub n: usize,
    pub confusion: Confusion,
    /// Share of the labelled texts that were read without any error; separators do not count.
    pub exact_text: Option<f64>,
    /// Share of the labelled texts that were read at all.
    pub read: Option<f64>,
    /// Wrong, missing and superfluous characters for each character of the texts that were read.
    pub char_error_rate: Option<f64>,
    /// Of what was told absent, and of what is labelled absent.
    pub absent_precision: Option<f64>,
    pub absent_recall: Option<f64>,
}

/// Everything about plates.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    #[serde(flatten)]
    pub all: Scores,
    pub by_light: BTreeMap<&'static str, Scores>,
    pub by_class: BTreeMap<&'static str, Scores>,
    /// By the labelled plate's width in pixels, where it is labelled.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_width: BTreeMap<&'static str, Scores>,
}

impl Measured {
    pub(super) fn new(cases: &[Case]) -> Self {
        Self {
            all: Scores::new(cases),
            by_light: grouped(cases, |case| case.light.map(Light::name)),
            by_class: grouped(cases, |case| Some(case.class.map_or("not_found", Class::name))),
            by_width: grouped(cases, |case| Some(step(case.width?))),
        }
    }
}

impl Scores {
    fn new<'a>(cases: impl IntoIterator<Item = &'a Case> + Clone) -> Self {
        let mut confusion: Confusion =
            PlateVerdict::ALL.map(|label| (label.name(), PlateVerdict::ALL.map(|told| (told.name(), 0)).into())).into();
        let (mut n, mut texts, mut read, mut exact, mut characters, mut errors) = (0, 0, 0, 0, 0, 0);
        for case in cases {
            n += 1;
            if let Some(count) = confusion.get_mut(case.label.name()).and_then(|row| row.get_mut(case.told.name())) {
                *count += 1;
            }
            let Some(text) = case.text.as_deref().map(letters) else { continue };
            texts += 1;
            let Some(told) = case.told_text.as_deref().map(letters) else { continue };
            read += 1;
            exact += usize::from(told == text);
            characters += text.len();
            errors += distance(&text, &told);
        }
        let share = |part: usize, of: usize| (of > 0).then(|| rounded(part as f64 / of as f64));
        let of = |label: PlateVerdict, told: PlateVerdict| confusion[label.name()][told.name()];
        let absent = PlateVerdict::Absent;
        let told_absent = PlateVerdict::ALL.iter().map(|&label| of(label, absent)).sum();
        let is_absent = PlateVerdict::ALL.iter().map(|&told| of(absent, told)).sum();
        let right = of(absent, absent);
        Self {
            n,
            exact_text: share(exact, texts),
            read: share(read, texts),
            char_error_rate: share(errors, characters),
            absent_precision: share(right, told_absent),
            absent_recall: share(right, is_absent),
            confusion,
        }
    }
}

fn step(width: f32) -> &'static str {
    WIDTHS.iter().find(|(end, _)| width < *end).map_or("", |(_, name)| name)
}

fn grouped(cases: &[Case], group: impl Fn(&Case) -> Option<&'static str>) -> BTreeMap<&'static str, Scores> {
    let mut groups: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        if let Some(name) = group(case) {
            groups.entry(name).or_default().push(case);
        }
    }
    groups.into_iter().map(|(name, cases)| (name, Scores::new(cases))).collect()
}

/// Only what is written, in capitals.
pub(super) fn letters(text: &str) -> Vec<char> {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// Least number of characters to change, add or remove (Levenshtein).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or(from.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn case(label: PlateVerdict, told: PlateVerdict) -> Case {
        Case { label, text: None, light: None, class: Some(Class::Car), width: None, told, told_text: None }
    }

    fn read(text: &str, told: Option<&str>) -> Case {
        let verdict = if told.is_some() { PlateVerdict::Readable } else { PlateVerdict::NotAssessable };
        let told_text = told.map(str::to_owned);
        Case { text: Some(text.to_owned()), told_text, ..case(PlateVerdict::Readable, verdict) }
    }

    #[test]
    fn nothing_labelled_is_null() {
        let scores = Scores::new(&[]);
        assert_eq!((scores.n, scores.exact_text, scores.char_error_rate), (0, None, None));
        assert_eq!(scores.confusion["absent"]["readable"], 0);
    }

    #[test]
    fn texts_are_compared_without_separators() {
        let cases =
            [read("12A-123.45", Some("12a 12345")), read("12A-123.45", Some("12A-128.45")), read("12A-123.45", None)];
        let scores = Scores::new(&cases);
        assert_eq!(scores.exact_text, Some(rounded(1.0 / 3.0)));
        assert_eq!(scores.read, Some(rounded(2.0 / 3.0)));
        assert_eq!(scores.char_error_rate, Some(rounded(1.0 / 16.0)));
        assert_eq!(scores.confusion["readable"]["not_assessable"], 1);
    }

    #[test]
    fn an_honest_vehicle_that_is_accused_costs_precision() {
        use PlateVerdict::{Absent, NotAssessable, Readable};
        let cases =
            [case(Absent, Absent), case(Absent, NotAssessable), case(Readable, Absent), case(Readable, Readable)];
        let scores = Scores::new(&cases);
        assert_eq!((scores.absent_precision, scores.absent_recall), (Some(0.5), Some(0.5)));
    }

    #[test]
    fn groups_are_told_apart() {
        let mut cases = vec![read("12A-123.45", Some("12A-123.45")), case(PlateVerdict::Absent, PlateVerdict::Absent)];
        cases[0].width = Some(100.0);
        cases[0].light = Some(Light::Night);
        cases[1].class = None;
        let measured = Measured::new(&cases);
        assert_eq!(measured.by_light.keys().copied().collect::<Vec<_>>(), ["night"]);
        assert_eq!(measured.by_class.keys().copied().collect::<Vec<_>>(), ["car", "not_found"]);
        assert_eq!(measured.by_width["80-160"].exact_text, Some(1.0));
    }

    proptest! {
        #[test]
        fn the_distance_is_one(a in "[0-9A-C]{0,8}", b in "[0-9A-C]{0,8}") {
            let (a, b) = (letters(&a), letters(&b));
            let there = distance(&a, &b);
            prop_assert_eq!(there, distance(&b, &a));
            prop_assert_eq!(there == 0, a == b);
            prop_assert!(there <= a.len().max(b.len()) && there >= a.len().abs_diff(b.len()));
        }
    }
}
