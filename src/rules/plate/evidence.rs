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

/// The power of a text's probability that is its calibrated one; measured (see `models/manifest.toml`).
const MODESTY: f32 = 0.25;
/// So many times wider than its characters need to be legible, a plate need not be to be worth all.
const AMPLE: f32 = 1.5;

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
        let read = self.ballot.count().and_then(|voted| repair::read(&voted, class, color)).map(calibrated);
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

/// With the first candidate as probable as it was right on drawn plates of 80 pixels and more: a product of
/// eight characters is far too modest, for where one is hard to read the others are too. The other
/// candidates share what is left.
fn calibrated(mut read: Read) -> Read {
    if let Some((first, others)) = read.candidates.split_first_mut() {
        let before = first.probability;
        first.probability = before.powf(MODESTY);
        let left = (1.0 - first.probability) / (1.0 - before).max(f32::EPSILON);
        for other in others {
            other.probability *= left;
        }
    }
    read
}

/// What a picture's reading is worth, 0 to 1, beyond what the reader says of each character itself: of blur
/// and noise it knows, of characters that are too small to be what they look like it does not.
fn quality(seen: &PlateObservation, rules: &PlateRules) -> f32 {
    (AMPLE * seen.width / rules.legible_pixels).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::{Point, Rect};
    use crate::rules::plate::Suspicion;
    use crate::vision::plate::CharGuess;

    const RULES: PlateRules =
        PlateRules { least_pixels: 24.0, legible_pixels: 80.0, least_sharpness: 0.1, most_burnt: 0.3, least_text: 0.5 };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_771_266_600_000 + ms).expect("in range")
    }

    /// A plate of 100 pixels; each character is read this surely.
    fn seen(kind: PlaceKind, text: &str, probability: f32, color: Option<PlateColor>) -> PlateObservation {
        let line = text.chars().map(|sign| CharGuess { options: vec![(sign, probability)] }).collect();
        PlateObservation {
            kind,
            confidence: 0.9,
            corners: [Point { x: 0.0, y: 0.0 }; 4],
            region: Rect::new(0.0, 0.0, 100.0, 25.0),
            width: 100.0,
            sharpness: 0.8,
            burnt: 0.0,
            color,
            lines: if text.is_empty() { Vec::new() } else { vec![line] },
        }
    }

    fn judge(pictures: &[PlateObservation]) -> Plate {
        let mut evidence = PlateEvidence::new(RULES);
        for (index, picture) in pictures.iter().enumerate() {
            evidence.add(at(250 * i64::try_from(index).expect("few")), picture);
        }
        evidence.judge(Class::Car, View::Track).plate
    }

    #[test]
    fn a_text_that_is_read_surely_is_readable_and_may_be_suspect() {
        let white = Some(PlateColor::White);
        let plate = judge(&[seen(PlaceKind::Plate, "12A12345", 0.998, white)]);
        assert_eq!((plate.verdict, plate.text(), plate.color), (PlateVerdict::Readable, Some("12A-123.45"), white));
        assert!(plate.suspicions.is_empty() && plate.pixels == 100);
        let red = judge(&[seen(PlaceKind::Plate, "12A12345", 0.998, Some(PlateColor::Red))]);
        assert_eq!(red.suspicions, [Suspicion::ColorMismatch]);
    }

    #[test]
    fn what_is_no_text_is_none() {
        let unsure = seen(PlaceKind::Plate, "12A12345", 0.06, None);
        let plate = judge(&[unsure.clone(), unsure.clone(), unsure]);
        assert_eq!((plate.verdict, plate.text()), (PlateVerdict::Unreadable, None));
        assert_eq!(judge(&[]), Plate::default());
    }

    #[test]
    fn a_colour_counts_where_the_pictures_agree() {
        use PlateColor::{Blue, White, Yellow};
        let of = |colors: &[PlateColor]| {
            let pictures: Vec<_> =
                colors.iter().map(|&color| seen(PlaceKind::Plate, "12A12345", 0.98, Some(color))).collect();
            judge(&pictures).color
        };
        assert_eq!(of(&[White, White, Blue]), Some(White));
        assert_eq!(of(&[White, Yellow]), None);
        assert_eq!(of(&[]), None);
    }

    proptest! {
        #[test]
        fn order_does_not_matter(
            pictures in proptest::collection::vec((0usize..3, 0.3f32..0.99, 30f32..120.0), 0..12),
            seed: u64,
        ) {
            let texts = ["12A12345", "12A12845", ""];
            let all: Vec<_> = pictures
                .iter()
                .enumerate()
                .map(|(index, &(text, probability, width))| {
                    let picture = seen(PlaceKind::Plate, texts[text], probability, None);
                    (at(250 * i64::try_from(index).expect("few")), PlateObservation { width, ..picture })
                })
                .collect();
            let mut shuffled = all.clone();
            fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
            let judge = |pictures: &[(Timestamp, PlateObservation)]| {
                let mut evidence = PlateEvidence::new(RULES);
                for (at, picture) in pictures {
                    evidence.add(*at, picture);
                }
                evidence.judge(Class::Car, View::Track).plate
            };
            let (one, other) = (judge(&all), judge(&shuffled));
            prop_assert_eq!((one.verdict, one.text(), one.frames), (other.verdict, other.text(), other.frames));
        }
    }
}
