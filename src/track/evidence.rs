//! From what single pictures say of a person to an answer over the track. Pure.
//!
//! Each picture's calibrated log-odds are taken as a measurement of one truth, with an error that
//! pictures of a track have in common: the same cap in the same light misleads the same model the
//! same way. For errors of variance `1 / quality` and correlation `ρ` the best estimate is
//!
//! ```text
//! L = Σ aᵢ·lᵢ / (1 + ρ·Σ aᵢ)    with aᵢ = qᵢ / (1 − ρ·qᵢ)
//! ```
//!
//! One picture gives `q·l`: poor quality shrinks what it says and never turns it around. `n` clear
//! pictures that agree give `l · n / (1 + (n − 1)·ρ)`: more of the same makes an answer surer, but
//! never surer than `1 / ρ` of them. Yes and no are mirror images of one another.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};

use crate::base::Rect;
use crate::vision::attributes::{Answer, AnswerRule, AnswerRules, Attribute, Observation};

/// How much the errors of two pictures of a track have in common. An assumption on the careful
/// side, not a measurement: however many pictures agree, they count as two that know nothing of
/// one another.
const CORRELATION: f32 = 0.5;
/// Pictures within the same half second are one moment: the person has hardly turned, so that
/// their errors are the same, and the best of them speaks for all.
const MOMENT: SignedDuration = SignedDuration::from_millis(500);
/// Moments that are weighed, the best ones.
const MOST_MOMENTS: usize = 12;
/// Observations kept of an attribute: several a moment, so that the best is known in whatever
/// order they come.
const MOST_KEPT: usize = 8 * MOST_MOMENTS;
/// No single crop says more than this, or one wild number would outvote a whole visit.
const MOST_LOG_ODDS: f32 = 6.0;
/// The evidence conflicts when the weaker side weighs more than this share of the stronger one.
const CONFLICT: f32 = 1.0 / 3.0;
/// Log-odds that one moment of a track takes to be answered alone, where more are to be had: one blurred crop at the edge
/// of what can be judged has accused a passer-by.
const ALONE_LOG_ODDS: f32 = 1.5;
/// What is shown is never surer: calibration is measured on pictures, not on the tail of fusion.
const MOST_CONFIDENCE: f32 = 0.99;

/// One of each attribute, in the order of [`Attribute::ALL`].
pub type Verdicts = [Verdict; Attribute::ALL.len()];

/// What is known of one attribute of a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    pub answer: Answer,
    /// Probability, 0 to 1, of the answer; where it is unknown, of the likelier side: 0.5 for nothing.
    pub confidence: f32,
    /// Fused natural log-odds of yes, from which both come.
    pub log_odds: f32,
    /// Pictures that were weighed.
    pub frames: u32,
    /// Side in pixels of the largest crop that speaks for the answer; of any where it is unknown.
    pub pixels: u32,
    /// Where the crop lies that tells most: time of its frame, and region in that frame's pixels.
    pub best: Option<(Timestamp, Rect)>,
}

impl Default for Verdict {
    fn default() -> Self {
        Self { answer: Answer::Unknown, confidence: 0.5, log_odds: 0.0, frames: 0, pixels: 0, best: None }
    }
}

/// What was seen of one person. The order in which it comes does not matter.
#[derive(Debug, Clone)]
pub struct Evidence {
    rules: AnswerRules,
    /// Least log-odds of an answer that one moment gives alone.
    alone: f32,
    /// Of each attribute, the best first.
    seen: [Vec<Seen>; Attribute::ALL.len()],
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    at: Timestamp,
    log_odds: f32,
    quality: f32,
    pixels: u32,
    region: Rect,
}

impl Evidence {
    /// Of somebody of whom there is what there is: one moment counts as any number.
    pub fn new(rules: AnswerRules) -> Self {
        Self { rules, alone: 0.0, seen: Default::default() }
    }

    /// Of somebody who is followed: what one moment says alone must be surer.
    pub fn of_track(rules: AnswerRules) -> Self {
        Self { alone: ALONE_LOG_ODDS, ..Self::new(rules) }
    }

    /// Takes what a crop of the frame of `at` says. What is worth nothing, is too small, or is not
    /// a number is left out.
    pub fn add(&mut self, at: Timestamp, observation: &Observation) {
        let &Observation { attribute, log_odds, quality, pixels, region } = observation;
        let large_enough = self.rules[attribute as usize].is_some_and(|rule| pixels >= rule.least_pixels);
        if !large_enough || !log_odds.is_finite() || !quality.is_finite() || quality <= 0.0 || !region.is_finite() {
            return;
        }
        let log_odds = log_odds.clamp(-MOST_LOG_ODDS, MOST_LOG_ODDS);
        let new = Seen { at, log_odds, quality: quality.min(1.0), pixels, region };
        let seen = &mut self.seen[attribute as usize];
        let place = seen.partition_point(|known| known.best_first(&new).is_le());
        seen.insert(place, new);
        seen.truncate(MOST_KEPT);
    }

    pub fn verdict(&self, attribute: Attribute) -> Verdict {
        let seen = &self.seen[attribute as usize];
        let moments = moments(seen);
        let sides = Sides::of(&moments);
        let alone = if moments.len() > 1 { 0.0 } else { self.alone };
        let answer = |rule: AnswerRule| sides.answer(rule.least_log_odds.max(alone));
        let answer = self.rules[attribute as usize].map_or(Answer::Unknown, answer);
        let speaks = |seen: &&Seen| answer == Answer::Unknown || (seen.log_odds > 0.0) == (answer == Answer::Yes);
        let telling =
            seen.iter().filter(speaks).reduce(|best, next| if next.tells() > best.tells() { next } else { best });
        Verdict {
            answer,
            confidence: sigmoid(sides.log_odds().abs()).min(MOST_CONFIDENCE),
            log_odds: sides.log_odds(),
            frames: u32::try_from(moments.len()).unwrap_or(u32::MAX),
            pixels: seen.iter().filter(speaks).map(|seen| seen.pixels).max().unwrap_or(0),
            best: telling.map(|seen| (seen.at, seen.region)),
        }
    }

    pub fn verdicts(&self) -> Verdicts {
        Attribute::ALL.map(|attribute| self.verdict(attribute))
    }

    /// Whether no crop tells more for the same side than this one of the frame of `at`: then it may
    /// become the verdict's best, now or once the answer changes.
    pub fn tells_most(&self, at: Timestamp, observation: &Observation) -> bool {
        let same_side = |seen: &&Seen| (seen.log_odds > 0.0) == (observation.log_odds > 0.0);
        let side = self.seen[observation.attribute as usize].iter().filter(same_side);
        let best = side.reduce(|best, next| if next.tells() > best.tells() { next } else { best });
        best.is_some_and(|best| best.at == at && best.region == observation.region)
    }
}

impl Seen {
    /// By quality; equal ones by everything else, so that the order of arrival never matters.
    fn best_first(&self, other: &Self) -> Ordering {
        let place = |seen: &Self| [seen.region.x, seen.region.y, seen.region.w, seen.region.h];
        other
            .quality
            .total_cmp(&self.quality)
            .then(self.at.cmp(&other.at))
            .then(other.pixels.cmp(&self.pixels))
            .then(self.log_odds.abs().total_cmp(&other.log_odds.abs()))
            .then(self.log_odds.total_cmp(&other.log_odds))
            .then_with(|| place(self).partial_cmp(&place(other)).unwrap_or(Ordering::Equal))
    }

    fn tells(&self) -> f32 {
        self.quality * self.log_odds.abs()
    }
}

/// The best picture of half a second, and what its crops say: two hands are one picture.
struct Moment {
    at: Timestamp,
    /// Of its best crop.
    quality: f32,
    /// Sums over its crops, weighted by quality: of the weights, and of log-odds above and below zero.
    weight: f32,
    yes: f32,
    no: f32,
}

/// `seen` must be best first.
fn moments(seen: &[Seen]) -> Vec<Moment> {
    let index = |at: Timestamp| at.as_millisecond().div_euclid(i64::try_from(MOMENT.as_millis()).unwrap_or(i64::MAX));
    let mut moments: Vec<Moment> = Vec::new();
    for crop in seen {
        let place = moments.iter().position(|moment| index(moment.at) == index(crop.at)).unwrap_or(moments.len());
        if place == MOST_MOMENTS {
            continue;
        }
        if place == moments.len() {
            moments.push(Moment { at: crop.at, quality: crop.quality, weight: 0.0, yes: 0.0, no: 0.0 });
        }
        let moment = &mut moments[place];
        if moment.at != crop.at {
            // A better picture speaks for this one.
            continue;
        }
        moment.weight += crop.quality;
        moment.yes += crop.quality * crop.log_odds.max(0.0);
        moment.no += crop.quality * (-crop.log_odds).max(0.0);
    }
    moments
}

/// What speaks for yes and what for no, in fused log-odds; neither is below zero.
#[derive(Debug, Clone, Copy)]
struct Sides {
    yes: f32,
    no: f32,
}

impl Sides {
    fn of(moments: &[Moment]) -> Self {
        let (mut all, mut yes, mut no) = (0.0, 0.0, 0.0);
        for moment in moments {
            let share = moment.quality / (1.0 - CORRELATION * moment.quality);
            all += share;
            yes += share * moment.yes / moment.weight;
            no += share * moment.no / moment.weight;
        }
        let common = 1.0 + CORRELATION * all;
        Self { yes: yes / common, no: no / common }
    }

    fn log_odds(self) -> f32 {
        self.yes - self.no
    }

    fn answer(self, least_log_odds: f32) -> Answer {
        let (stronger, weaker) = (self.yes.max(self.no), self.yes.min(self.no));
        let clear = weaker <= CONFLICT * stronger && stronger > 0.0;
        if !clear || self.log_odds().abs() < least_log_odds {
            Answer::Unknown
        } else if self.yes > self.no {
            Answer::Yes
        } else {
            Answer::No
        }
    }
}

fn sigmoid(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
