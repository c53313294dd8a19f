//! What the attributes of persons are measured by (pure).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::labels::{Light, Person};
use super::report::rounded;
use crate::track::{AnswerRules, Evidence, Verdict};
use crate::vision::Look;
use crate::vision::attributes::{Answer, AnswerRule, Attribute, Observation};

/// Equal steps of confidence that are compared with what was right.
const BINS: usize = 10;

/// Heights of a labelled person, and sides of its head, in pixels: where each step ends, and its name.
const HEIGHTS: [(f32, &str); 4] = [(64.0, "<64"), (96.0, "64-96"), (192.0, "96-192"), (f32::INFINITY, ">=192")];
const HEADS: [(f32, &str); 4] = [(20.0, "<20"), (24.0, "20-24"), (32.0, "24-32"), (f32::INFINITY, ">=32")];

/// A person labelled yes or no, and what was told of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Case {
    pub label: bool,
    pub light: Option<Light>,
    pub height: f32,
    pub head: Option<f32>,
    /// `None`: the person was not found, or the part could not be judged.
    pub told: Option<Told>,
}

/// The answer for a person, by all observations of one attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Told {
    pub answer: Answer,
    /// Natural log-odds of yes.
    pub log_odds: f32,
}

impl Told {
    fn confidence(self) -> f64 {
        1.0 / (1.0 + f64::from(-self.log_odds).exp())
    }
}

impl Case {
    /// `None` where the person is not labelled for the attribute.
    pub(super) fn new(
        person: &Person,
        light: Option<Light>,
        look: Option<&Look>,
        attribute: Attribute,
        rule: Option<AnswerRule>,
    ) -> Option<Self> {
        Some(Self {
            label: person.label(attribute)?,
            light,
            height: person.bbox.h,
            head: person.head.map(|head| head.w.max(head.h)),
            told: look.zip(rule).and_then(|(look, rule)| tell(&look.observations, attribute, rule)),
        })
    }
}

/// One picture is a track of one frame. `None` where nothing was seen of the attribute.
pub(super) fn tell(observations: &[Observation], attribute: Attribute, rule: AnswerRule) -> Option<Told> {
    let mut rules = AnswerRules::default();
    rules[attribute as usize] = Some(rule);
    let mut evidence = Evidence::new(rules);
    for observation in observations.iter().filter(|observation| observation.attribute == attribute) {
        evidence.add(Timestamp::UNIX_EPOCH, observation);
    }
    let Verdict { answer, log_odds, frames, .. } = evidence.verdict(attribute);
    (frames > 0).then_some(Told { answer, log_odds })
}

/// `None` where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Scores {
    /// Persons labelled yes or no.
    pub n: usize,
    /// Share of them that are found and answered yes or no.
    pub answered: Option<f64>,
    /// Of yes, over the answered.
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
}

impl Scores {
    fn new<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let (mut n, mut answered, mut told_yes, mut labelled_yes, mut right) = (0, 0, 0, 0, 0);
        for case in cases {
            n += 1;
            let yes = match case.told.map_or(Answer::Unknown, |told| told.answer) {
                Answer::Unknown => continue,
                Answer::Yes => true,
                Answer::No => false,
            };
            answered += 1;
            told_yes += usize::from(yes);
            labelled_yes += usize::from(case.label);
            right += usize::from(yes && case.label);
        }
        let share = |part: usize, of: usize| (of > 0).then(|| rounded(part as f64 / of as f64));
        Self {
            n,
            answered: share(answered, n),
            precision: share(right, told_yes),
            recall: share(right, labelled_yes),
            f1: share(2 * right, told_yes + labelled_yes),
        }
    }
}

/// Everything about one attribute.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    #[serde(flatten)]
    pub all: Scores,
    pub by_light: BTreeMap<&'static str, Scores>,
    /// By the labelled person's height in pixels.
    pub by_size: BTreeMap<&'static str, Scores>,
    /// By the longer side of the labelled head, where it is labelled.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_head: BTreeMap<&'static str, Scores>,
    /// Mean distance of confidence and truth, over all that were judged, unsure ones too.
    pub calibration_error: Option<f64>,
    pub reliability: Vec<Bin>,
}

/// Persons who were told a similar confidence of yes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Bin {
    /// Their mean confidence.
    pub confidence: f64,
    /// Share of them that are labelled yes.
    pub observed: f64,
    pub n: usize,
}

impl Measured {
    pub(super) fn new(cases: &[Case]) -> Self {
        let reliability = reliability(cases);
        let judged: usize = reliability.iter().map(|bin| bin.n).sum();
        let off = |bin: &Bin| (bin.confidence - bin.observed).abs() * bin.n as f64;
        let error = reliability.iter().map(off).sum::<f64>() / judged as f64;
        Self {
            all: Scores::new(cases),
            by_light: grouped(cases, |case| case.light.map(Light::name)),
            by_size: grouped(cases, |case| Some(step(&HEIGHTS, case.height))),
            by_head: grouped(cases, |case| case.head.map(|head| step(&HEADS, head))),
            calibration_error: (judged > 0).then(|| rounded(error)),
            reliability: reliability
                .into_iter()
                .map(|bin| Bin { confidence: rounded(bin.confidence), observed: rounded(bin.observed), ..bin })
                .collect(),
        }
    }
}

fn step(steps: &[(f32, &'static str)], value: f32) -> &'static str {
    steps.iter().find(|(end, _)| value < *end).map_or("", |(_, name)| name)
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

/// The bins that somebody is in, least confident first.
fn reliability(cases: &[Case]) -> Vec<Bin> {
    let mut sums = [(0.0, 0, 0_usize); BINS];
    for (case, told) in cases.iter().filter_map(|case| Some((case, case.told?))) {
        let confidence = told.confidence();
        let (sum, yes, n) = &mut sums[((confidence * BINS as f64) as usize).min(BINS - 1)];
        *sum += confidence;
        *yes += usize::from(case.label);
        *n += 1;
    }
    let filled = sums.into_iter().filter(|&(.., n)| n > 0);
    filled.map(|(sum, yes, n)| Bin { confidence: sum / n as f64, observed: yes as f64 / n as f64, n }).collect()
}

#[cfg(test)]
#[path = "attributes_tests.rs"]
mod tests;
