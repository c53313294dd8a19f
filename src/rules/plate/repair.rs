//! From voted characters to what the plate may say: the grammar tells letters and digits that look
//! alike apart. Pure.

use std::ops::RangeInclusive;

use super::Candidate;
use super::ballot::{Place, Voted};
use super::grammar::{Form, Grammar};
use super::symbols::SignSet;
use super::text::{LEAST_SIGNS, MOST_SIGNS, PlateText};
use crate::vision::Class;
use crate::vision::plate::PlateColor;

/// Candidates given, and how probable those after the first have to be.
const MOST_CANDIDATES: usize = 3;
const LEAST_CANDIDATE: f32 = 0.05;
/// Beginnings of texts that are followed within a form.
const BEAM: usize = 16;
/// A beginning that is less probable is not followed.
const LEAST: f32 = 1e-5;
/// Of the probability that a sign was read which cannot stand there, what goes to those that look
/// like it. High, since a reader that takes one 0 for an O takes all. An assumption, as all that
/// follow.
const SWAPPED: f32 = 0.8;
/// The same for a letter that no series has, taken for another letter: it may really stand there,
/// and is then to be told.
const SWAPPED_LETTER: f32 = 0.1;
/// How much rarer than others are plates of a rare series or of none that is known, on a ground
/// that theirs does not have, or on the wrong kind of vehicle.
const RARE: f32 = 0.2;
/// The same for texts of no form at all.
const FORMLESS: f32 = 0.02;
/// The first character of a Chinese plate names the province and is no sign; readers take it for any that looks like
/// a part of it, however surely. So probable is at least that this is what they did, on a ground of China's: more than
/// that they took two other characters for look-alikes.
const PROVINCE: f32 = 0.5;
/// Probabilities of "there is none" between which a place may as well have a character as not.
const UNSURE: RangeInclusive<f32> = 0.25..=0.75;
/// What is shown is never surer: the voters are calibrated on pictures, not on their tail.
const MOST_PROBABILITY: f32 = 0.99;

/// The letters that look like each digit, most alike first: each half as much as the one before.
const LETTERS_LIKE: [(char, &str); 10] = [
    ('0', "ODQU"),
    ('1', "ILTJ"),
    ('2', "Z"),
    ('3', "EB"),
    ('4', "A"),
    ('5', "S"),
    ('6', "G"),
    ('7', "TZY"),
    ('8', "B"),
    ('9', "PG"),
];
/// What a sign may be mistaken for: all that series have.
const ON_PLATES: &str = "ABCDEFGHKLMNPRSTUVXYZ0123456789";
/// Letters of no series, and those of series that look like them.
const LETTERS_FOR: [(char, &str); 5] = [('I', "TL"), ('J', "UL"), ('O', "D"), ('Q', "DG"), ('W', "VM")];

/// What was read on a plate.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Most probable first, one to three.
    pub candidates: Vec<Candidate>,
    /// Of each sign of the first candidate's key, what may stand there.
    pub places: Vec<Place>,
}

impl Read {
    /// What it most probably says.
    pub fn text(&self) -> Option<PlateText> {
        PlateText::parse(&self.candidates.first()?.text).ok()
    }
}

/// What a plate says that was seen on a vehicle of this class and on this ground. None where there
/// are too few characters for any plate, or too many.
///
/// A look-alike is put only where the grammar has a letter for a digit that was read, or a digit
/// for a letter; what is a plate of Vietnam as it was read is never changed, unless it is not sure
/// how many characters there are. What is of no form stays as it was read: its
/// [`kind`](PlateText::kind) says so.
pub fn read(voted: &Voted, class: Class, color: Option<PlateColor>) -> Option<Read> {
    let as_read = Text::as_read(&voted.places);
    let mut texts = Vec::new();
    for form in Grammar::vietnam().forms() {
        let common = !form.rare && form.vehicles.suit(class) && color.is_none_or(|color| form.has_ground(color));
        let prior = if form.is_known() && common { 1.0 } else { RARE };
        texts.extend(of_form(form, &voted.places, color).into_iter().map(|text| text.times(prior)));
    }
    texts.extend(as_read.clone().map(|text| text.times(FORMLESS)));
    let valid = as_read.filter(|text| !is_length_unsure(&voted.places) && is_valid(&text.key, color));
    let first = valid.map(|text| text.key);
    let texts = best_first(texts, first.as_deref());

    let places = texts.first()?.signs.iter().map(|(_, place)| place.clone()).collect();
    Some(Read { candidates: candidates(&texts, voted.upper, class, color), places })
}

/// A text, and where it comes from.
#[derive(Debug, Clone)]
struct Text {
    key: String,
    /// Of each sign the place among all that were voted on, and what may stand there.
    signs: Vec<(usize, Place)>,
    /// Product of its signs' probabilities.
    probability: f32,
    /// The same by how common such plates are.
    score: f32,
}

impl Text {
    fn as_read(places: &[Place]) -> Option<Self> {
        let mut text = Self::default();
        for (index, place) in places.iter().enumerate() {
            text = match place.best() {
                Some((sign, probability)) => text.with(sign, probability, (index, place.clone())),
                None => text.without(place.none),
            };
        }
        (LEAST_SIGNS..=MOST_SIGNS).contains(&text.key.len()).then_some(text)
    }

    fn with(&self, sign: char, probability: f32, from: (usize, Place)) -> Self {
        let mut text = self.without(probability);
        text.key.push(sign);
        text.signs.push(from);
        text
    }

    fn without(&self, probability: f32) -> Self {
        let mut text = self.clone();
        text.probability *= probability;
        text.score *= probability;
        text
    }

    fn times(mut self, prior: f32) -> Self {
        self.score *= prior;
        self
    }
}

impl Default for Text {
    fn default() -> Self {
        Self { key: String::new(), signs: Vec::new(), probability: 1.0, score: 1.0 }
    }
}

/// The best texts of a form, by a beam over the places: each fills the form's next one, or is none.
fn of_form(form: &Form, places: &[Place], color: Option<PlateColor>) -> Vec<Text> {
    let length = form.places().len();
    // Without a ground that tells, a plate of another country would lose its first character.
    let province = if color.is_some_and(|color| form.has_ground(color)) { PROVINCE } else { 0.0 };
    let mut beam = vec![Text::default()];
    for (index, place) in places.iter().enumerate() {
        let left = places.len() - index - 1;
        let none = if form.is_foreign() && index == 0 { province.max(not_a_sign(place)) } else { place.none };
        let mut longer: Vec<Text> = Vec::new();
        for text in &beam {
            longer.push(text.without(none));
            if text.key.len() < length {
                let place = standing(place, form, text.key.len());
                let with = |(sign, probability): &(char, f32)| text.with(*sign, *probability, (index, place.clone()));
                longer.extend(place.options.iter().map(with));
            }
        }
        longer.retain(|text| text.probability >= LEAST && text.key.len() + left >= length);
        longer
            .sort_by(|one, other| other.probability.total_cmp(&one.probability).then_with(|| one.key.cmp(&other.key)));
        longer.truncate(BEAM);
        beam = longer;
    }
    beam.retain(|text| form.fits(&text.key));
    beam
}

/// How probable it is that there is none, or the character of a province: what is none of the signs is one.
fn not_a_sign(place: &Place) -> f32 {
    let signs: f32 = place.options.iter().map(|option| option.1).sum();
    place.none.max(1.0 - signs)
}

/// Whether a form tells how to repair a sign that was read at one of its places: not where a series is not known. On
/// Chinese plates, where nearly anything may stand, only I and O are repaired, which no place has, and not at the
/// beginning, where the character of the province may have been read.
fn repairs(form: &Form, place: usize, sign: char) -> bool {
    let stands_nowhere = || !form.places().iter().any(|signs| signs.contains(sign));
    form.is_known() && (!form.is_foreign() || place > 0 && stands_nowhere())
}

/// What may stand at a form's place, by what was read there.
fn standing(read: &Place, form: &Form, place: usize) -> Place {
    let signs = form.places()[place];
    let mut options: Vec<(char, f32)> = Vec::new();
    let mut add = |sign, probability| match options.iter_mut().find(|(option, _)| *option == sign) {
        Some((_, sum)) => *sum += probability,
        None => options.push((sign, probability)),
    };
    for &(sign, probability) in &read.options {
        if signs.contains(sign) {
            add(sign, probability);
        } else if repairs(form, place, sign) {
            for (like, share) in look_alikes(sign, signs) {
                add(like, probability * share);
            }
        }
    }
    options.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    Place { options, none: read.none }
}

/// The signs of a set that a sign which is not in it may be, and how probable each is.
fn look_alikes(sign: char, signs: SignSet) -> Vec<(char, f32)> {
    // Digits where a digit stands, letters where a letter does.
    let of_kind = |other: &char| signs.iter().any(|standing| standing.is_ascii_digit() == other.is_ascii_digit());
    let others = SignSet::of(ON_PLATES).iter().filter(of_kind);
    let like: Vec<_> = others.filter_map(|other| Some((other, likeness(sign, other)?))).collect();
    let all: f32 = like.iter().map(|(_, likeness)| likeness).sum();
    let swapped = |other: char| if sign.is_ascii_digit() == other.is_ascii_digit() { SWAPPED_LETTER } else { SWAPPED };
    let standing = like.into_iter().filter(|(other, _)| signs.contains(*other));
    standing.map(|(other, likeness)| (other, swapped(other) * likeness / all)).collect()
}

/// How much a sign looks like another one for which it may be taken.
fn likeness(sign: char, other: char) -> Option<f32> {
    let (one, letters) = match (sign.is_ascii_digit(), other.is_ascii_digit()) {
        (true, false) => (other, letters_of(&LETTERS_LIKE, sign)?),
        (false, true) => (sign, letters_of(&LETTERS_LIKE, other)?),
        (false, false) => (other, letters_of(&LETTERS_FOR, sign)?),
        (true, true) => return None,
    };
    let rank = letters.chars().position(|letter| letter == one)?;
    Some(0.5f32.powi(rank as i32))
}

fn letters_of(table: &[(char, &'static str)], sign: char) -> Option<&'static str> {
    table.iter().find(|(of, _)| *of == sign).map(|(_, letters)| *letters)
}

/// Whether at some place it is not sure that there is a character, nor that there is none.
fn is_length_unsure(places: &[Place]) -> bool {
    places.iter().any(|place| UNSURE.contains(&place.none))
}

/// Whether it is a plate of Vietnam, or one of China on one of its grounds.
fn is_valid(key: &str, color: Option<PlateColor>) -> bool {
    let fitting = Grammar::vietnam().fitting(key);
    let is_ground = |form: &Form| color.is_none_or(|color| form.has_ground(color));
    fitting.iter().any(|form| form.is_known() && (!form.is_foreign() || is_ground(form)))
}

/// Each key once, by its score; `first` before all others.
fn best_first(mut texts: Vec<Text>, first: Option<&str>) -> Vec<Text> {
    texts.sort_by(|one, other| {
        let is_later = |text: &Text| first != Some(text.key.as_str());
        (is_later(one).cmp(&is_later(other)))
            .then(other.score.total_cmp(&one.score))
            .then_with(|| one.key.cmp(&other.key))
    });
    let mut distinct: Vec<Text> = Vec::new();
    for text in texts {
        if !distinct.iter().any(|known| known.key == text.key) {
            distinct.push(text);
        }
    }
    distinct
}

/// A text is as probable as its signs together, and no more than its part among all others; none
/// is more probable than the one before it.
fn candidates(texts: &[Text], upper: Option<usize>, class: Class, color: Option<PlateColor>) -> Vec<Candidate> {
    let all: f32 = texts.iter().map(|text| text.score).sum();
    let mut most = MOST_PROBABILITY;
    let candidate = |text: &Text| {
        most = most.min(text.probability).min(text.score / all);
        let upper = upper.map(|upper| text.signs.iter().filter(|(place, _)| *place < upper).count());
        let seen = PlateText::seen(text.key.clone(), upper, class, color);
        Candidate { text: seen.to_string(), probability: most }
    };
    let mut candidates: Vec<_> = texts.iter().take(MOST_CANDIDATES).map(candidate).collect();
    let told = candidates.iter().skip(1).filter(|candidate| candidate.probability >= LEAST_CANDIDATE).count();
    candidates.truncate(1 + told);
    candidates
}

#[cfg(test)]
#[path = "repair_tests.rs"]
mod tests;
