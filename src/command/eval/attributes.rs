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

/// Sizes, in pixels, from which on figures are also given by themselves: from there on an attribute should be told.
fn worth_telling(attribute: Attribute) -> &'static [(f32, &'static str)] {
    match attribute {
        Attribute::Mask | Attribute::Hat => &[(20.0, "head >=20"), (24.0, "head >=24")],
        Attribute::Gloves => &[(24.0, "hand >=24")],
        Attribute::Bag => &[(96.0, "person >=96")],
    }
}

/// A person labelled yes or no, and what was told of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Case {
    pub label: bool,
    pub light: Option<Light>,
    pub height: f32,
    pub head: Option<f32>,
    /// Of what the attribute is told from, as [`size`] says.
    pub size: Option<f32>,
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
            size: size(person, look, attribute),
            told: look.zip(rule).and_then(|(look, rule)| tell(&look.observations, attribute, rule)),
        })
    }
}

/// Side in pixels of what an attribute is told from, head, hand or person: as it is drawn, else as the joints tell it.
pub(super) fn size(person: &Person, look: Option<&Look>, attribute: Attribute) -> Option<f32> {
    let of_same_part = |seen: &&Observation| match attribute {
        Attribute::Mask | Attribute::Hat => matches!(seen.attribute, Attribute::Mask | Attribute::Hat),
        Attribute::Gloves | Attribute::Bag => seen.attribute == attribute,
    };
    let seen = || look?.observations.iter().filter(of_same_part).map(|seen| seen.pixels).max();
    person.size(attribute).or_else(|| seen().map(|pixels| pixels as f32))
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
    /// Share of yes among the answered who are labelled no.
    pub false_yes: Option<f64>,
    /// Answered, and precision of yes, were as many persons labelled no as yes.
    pub even_answered: Option<f64>,
    pub even_precision: Option<f64>,
}

/// Persons who are labelled alike.
#[derive(Debug, Clone, Copy, Default)]
struct Labelled {
    n: usize,
    answered: usize,
    told_yes: usize,
}

impl Scores {
    fn new<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let (mut yes, mut no) = (Labelled::default(), Labelled::default());
        for case in cases {
            let of = if case.label { &mut yes } else { &mut no };
            let answer = case.told.map_or(Answer::Unknown, |told| told.answer);
            of.n += 1;
            of.answered += usize::from(answer != Answer::Unknown);
            of.told_yes += usize::from(answer == Answer::Yes);
        }
        let even = |part: fn(&Labelled) -> usize| {
            let [of_yes, of_no] = [yes, no].map(|of| (of.n > 0).then(|| part(&of) as f64 / of.n as f64));
            of_yes.zip(of_no)
        };
        let told_yes = even(|of| of.told_yes).filter(|(right, wrong)| right + wrong > 0.0);
        Self {
            n: yes.n + no.n,
            answered: share(yes.answered + no.answered, yes.n + no.n),
            precision: share(yes.told_yes, yes.told_yes + no.told_yes),
            recall: share(yes.told_yes, yes.answered),
            f1: share(2 * yes.told_yes, yes.told_yes + no.told_yes + yes.answered),
            false_yes: share(no.told_yes, no.answered),
            even_answered: even(|of| of.answered).map(|(of_yes, of_no)| rounded(f64::midpoint(of_yes, of_no))),
            even_precision: told_yes.map(|(right, wrong)| rounded(right / (right + wrong))),
        }
    }
}

fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| rounded(part as f64 / of as f64))
}

/// Of persons of some size or larger.
#[derive(Debug, Serialize)]
pub(super) struct Large {
    #[serde(flatten)]
    pub all: Scores,
    pub by_light: BTreeMap<&'static str, Scores>,
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
    /// Of persons whose head, hand or whole is so large or larger.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub large: BTreeMap<&'static str, Large>,
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
    pub(super) fn new(attribute: Attribute, cases: &[Case]) -> Self {
        let reliability = reliability(cases);
        let judged: usize = reliability.iter().map(|bin| bin.n).sum();
        let off = |bin: &Bin| (bin.confidence - bin.observed).abs() * bin.n as f64;
        let error = reliability.iter().map(off).sum::<f64>() / judged as f64;
        Self {
            all: Scores::new(cases),
            by_light: grouped(cases, |case| case.light.map(Light::name)),
            by_size: grouped(cases, |case| Some(step(&HEIGHTS, case.height))),
            by_head: grouped(cases, |case| case.head.map(|head| step(&HEADS, head))),
            large: large(attribute, cases),
            calibration_error: (judged > 0).then(|| rounded(error)),
            reliability: reliability
                .into_iter()
                .map(|bin| Bin { confidence: rounded(bin.confidence), observed: rounded(bin.observed), ..bin })
                .collect(),
        }
    }
}

fn large(attribute: Attribute, cases: &[Case]) -> BTreeMap<&'static str, Large> {
    let of = |&(least, name): &(f32, &'static str)| {
        let large: Vec<_> = cases.iter().filter(|case| case.size.is_some_and(|size| size >= least)).copied().collect();
        let by_light = grouped(&large, |case| case.light.map(Light::name));
        (!large.is_empty()).then(|| (name, Large { all: Scores::new(&large), by_light }))
    };
    worth_telling(attribute).iter().filter_map(of).collect()
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
