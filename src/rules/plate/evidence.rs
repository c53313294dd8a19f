//! What was seen of one vehicle's plate over its track. Pure.

use jiff::Timestamp;

use super::ballot::Ballot;
use super::verdict::{Decided, Sighting, View, decide};
use super::{Candidate, Plate, PlateVerdict, Read, repair, suspicions};
use crate::vision::Class;
use crate::vision::plate::{PlaceKind, PlateColor, PlateObservation, PlateRules};

/// Sightings that are kept of a track; its looks are paid for, so that more hardly come.
const MOST_KEPT: usize = 64;
/// A colour counts when so large a share of the pictures that show one agree.
const COLOR_SHARE: f32 = 0.6;

/// What a reading without any sharpness is worth: the reader knows blur, too.
const LEAST_WORTH: f32 = 0.5;

/// What is known of a plate, and where it was read, by which characters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    pub plate: Plate,
    /// None unless the verdict is readable.
    pub read: Option<Read>,
}

/// What was seen of one vehicle's plate. The order in which it comes does not matter.
#[derive(Debug, Clone)]
pub struct PlateEvidence {
    rules: PlateRules,
    sightings: Vec<Sighting>,
    ballot: Ballot,
    colors: Vec<PlateColor>,
}

impl PlateEvidence {
    pub fn new(rules: PlateRules) -> Self {
        Self { rules, sightings: Vec::new(), ballot: Ballot::default(), colors: Vec::new() }
    }

    /// Takes what the picture of `at` shows.
    pub fn add(&mut self, at: Timestamp, seen: &PlateObservation) {
        if self.sightings.len() == MOST_KEPT {
            return;
        }
        self.sightings.push(Sighting::new(at, seen));
        if seen.kind != PlaceKind::Plate {
            return;
        }
        self.colors.extend(seen.color);
        self.ballot.add(&seen.lines, quality(seen, &self.rules));
    }

    /// The verdict by now, and what is suspect about it on a vehicle of this class.
    pub fn judge(&self, class: Class, view: View) -> Judgement {
        let color = self.color();
        let read = self.ballot.count().and_then(|voted| repair::read(&voted, class, color));
        let candidates: &[Candidate] = read.as_ref().map_or(&[], |read| &read.candidates);
        let Decided { verdict, confidence, frames, pixels } = decide(&self.sightings, candidates, &self.rules, view);
        let read = read.filter(|_| verdict == PlateVerdict::Readable);
        let text = read.as_ref().and_then(Read::text);
        let suspicions = text.map_or_else(Vec::new, |text| suspicions(&text, color, class));
        let candidates = read.as_ref().map_or_else(Vec::new, |read| read.candidates.clone());
        Judgement { plate: Plate { verdict, confidence, candidates, color, suspicions, frames, pixels }, read }
    }

    fn color(&self) -> Option<PlateColor> {
        let count = |color| self.colors.iter().filter(|&&seen| seen == color).count();
        let most = self.colors.iter().copied().max_by_key(|&color| (count(color), color))?;
        (count(most) as f32 >= COLOR_SHARE * self.colors.len() as f32).then_some(most)
    }
}

/// What a picture's reading is worth, 0 to 1: characters need pixels, and edges.
fn quality(seen: &PlateObservation, rules: &PlateRules) -> f32 {
    let large = (seen.width / rules.legible_pixels).min(1.0);
    let clear = LEAST_WORTH + (1.0 - LEAST_WORTH) * seen.sharpness.clamp(0.0, 1.0);
    large * clear * seen.confidence.clamp(0.0, 1.0)
}
