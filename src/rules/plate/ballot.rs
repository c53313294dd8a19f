//! What single pictures read of a plate, put together by character. Pure.
//!
//! Readings of one plate differ in length: a reader misses a character, or takes a screw for one.
//! So each is aligned with the reading that is nearest to all others, and at every place "there is
//! none" is voted on like any sign.
//!
//! At each place the readings are weighed as [`Evidence`](crate::track::Evidence) weighs log-odds: each
//! gives `ln p` of every sign, and for weights `q` and errors of correlation `ρ`
//!
//! ```text
//! L = Σ aᵢ·ln pᵢ / (1 + ρ·Σ aᵢ)    with aᵢ = qᵢ / (1 − ρ·qᵢ)
//! ```
//!
//! whose softmax is the answer. One picture gives `q·ln p`: a poor one says the same, less surely.
//! Ten equal pictures are not ten that know nothing of one another: they never count for more than
//! `1 / ρ` clear ones.

use std::cmp::Ordering;

use super::symbols::{self, SIGNS};
use super::text::MOST_SIGNS;
use crate::vision::plate::{CharGuess, PlateLine};

/// How much the errors of two pictures of a track have in common: as for the attributes of persons,
/// an assumption on the careful side.
const CORRELATION: f32 = 0.5;
/// How much less a reading weighs that is less sure than the surest: by this power. Measured on drawn
/// tracks of ten pictures.
const SURENESS: i32 = 3;
/// Readings that are weighed, the best ones.
const MOST_READINGS: usize = 24;
/// A reader that sees a character there may have made it up; one that sees none may have missed
/// it. Assumptions: a reader that sees something is a little surer than one that does not.
const MADE_UP: f32 = 0.05;
const MISSED: f32 = 0.1;
/// What a sign that is not among a reader's options may have had at least: it gives the best few,
/// and a sign that it never thought of must not be impossible.
const LEAST: f32 = 1e-4;
/// What it costs to align a character with none, where to align it with an altogether different one
/// costs 1.
const GAP: f32 = 0.6;
/// Options kept of a place, and how probable each has to be.
const MOST_OPTIONS: usize = 8;
const LEAST_OPTION: f32 = 0.005;
/// A place at which there is none more surely than this is left out.
const SURELY_NONE: f32 = 0.9;

/// Of one place: a probability for each sign, and last for none.
type Column = [f32; SIGNS + 1];
const NONE: usize = SIGNS;

/// What is known of one character of a plate.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Capital letters and digits with their probabilities (0 to 1), most probable first, at most
    /// eight; together with `none` at most 1.
    pub options: Vec<(char, f32)>,
    /// How probable it is that there is no character, 0 to 1.
    pub none: f32,
}

impl Place {
    /// The most probable sign, unless there is more probably none.
    pub fn best(&self) -> Option<(char, f32)> {
        self.options.first().copied().filter(|(_, probability)| *probability >= self.none)
    }

    pub fn probability(&self, sign: char) -> f32 {
        self.options.iter().find(|(option, _)| *option == sign).map_or(0.0, |(_, probability)| *probability)
    }
}

/// What a track's readings say together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voted {
    /// Left to right, the upper row first.
    pub places: Vec<Place>,
    /// How many of the places are on the upper of two rows; none for a single row.
    pub upper: Option<usize>,
    /// Readings that were weighed.
    pub readings: u32,
}

/// The readings of one track's plate. The order in which they come does not matter.
#[derive(Debug, Clone, Default)]
pub struct Ballot {
    /// The best first.
    readings: Vec<Reading>,
}

#[derive(Debug, Clone, PartialEq)]
struct Reading {
    /// Above 0, at most 1.
    weight: f32,
    signs: Vec<Column>,
    upper: Option<usize>,
}

impl Ballot {
    /// Takes what one picture reads: its rows, top to bottom, and how far it is to be trusted, 0 to
    /// 1. What holds no sign, or more than a plate, is no reading of one.
    pub fn add(&mut self, lines: &[PlateLine], weight: f32) {
        let rows = lines.iter().map(|line| line.iter().filter_map(column).collect::<Vec<_>>());
        let rows: Vec<_> = rows.filter(|row| !row.is_empty()).collect();
        let upper = (rows.len() > 1).then(|| rows[0].len());
        let signs = rows.concat();
        if signs.is_empty() || signs.len() > MOST_SIGNS || !weight.is_finite() || weight <= 0.0 {
            return;
        }
        let new = Reading { weight: weight.min(1.0), signs, upper };
        let place = self.readings.partition_point(|known| known.best_first(&new).is_le());
        self.readings.insert(place, new);
        self.readings.truncate(MOST_READINGS);
    }

    /// None where nothing was read.
    pub fn count(&self) -> Option<Voted> {
        let readings = self.weighed();
        let pivot = pivot(&readings)?;
        let aligned: Vec<_> = readings.iter().map(|reading| Aligned::to(&pivot.signs, reading)).collect();
        let width = |slot: usize| aligned.iter().map(|reading| reading.slots[slot].len()).max().unwrap_or(0);
        let widths: Vec<_> = (0..=2 * pivot.signs.len()).map(width).collect();
        let two_rows = has_two_rows(&readings);

        let mut places = Vec::new();
        // Votes on where the upper row ends: places before it, and the weight of those who say so.
        let mut ends: Vec<(usize, f32)> = Vec::new();
        for (slot, width) in widths.into_iter().enumerate() {
            for depth in 0..width {
                let seen = aligned.iter().map(|reading| (reading.weight, reading.slots[slot].get(depth).copied()));
                let place = place(&weigh(seen));
                if place.none > SURELY_NONE {
                    continue;
                }
                places.push(place);
            }
            for reading in aligned.iter().filter(|reading| reading.upper_ends_in == Some(slot)) {
                match ends.iter_mut().find(|(end, _)| *end == places.len()) {
                    Some((_, weight)) => *weight += reading.weight,
                    None => ends.push((places.len(), reading.weight)),
                }
            }
        }
        let end = ends.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
        let upper = end.filter(|(end, _)| two_rows && *end > 0 && *end < places.len()).map(|(end, _)| end);
        let readings = u32::try_from(readings.len()).unwrap_or(u32::MAX);
        Some(Voted { places, upper, readings })
    }

    /// The readings, each weighing less the less sure it is beside the surest: who is unsure of one
    /// character has often missed another, and many such pictures must not outvote a clear one.
    fn weighed(&self) -> Vec<Reading> {
        let surest = self.readings.iter().map(Reading::least).fold(f32::MIN_POSITIVE, f32::max);
        let weighed = self.readings.iter().map(|reading| {
            let weight = reading.weight * (reading.least() / surest).powi(SURENESS);
            Reading { weight: weight.max(f32::MIN_POSITIVE), ..reading.clone() }
        });
        weighed.collect()
    }
}

impl Reading {
    /// How probable the least probable of its characters is.
    fn least(&self) -> f32 {
        let best = |column: &Column| column[..SIGNS].iter().copied().fold(0.0, f32::max);
        self.signs.iter().map(best).fold(1.0, f32::min)
    }

    /// By weight; equal ones by everything else, so that the order of arrival never matters.
    fn best_first(&self, other: &Self) -> Ordering {
        let by_sign = || {
            let pairs = self.signs.iter().flatten().zip(other.signs.iter().flatten());
            pairs.map(|(one, other)| one.total_cmp(other)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        (other.weight.total_cmp(&self.weight))
            .then(self.signs.len().cmp(&other.signs.len()))
            .then(self.upper.cmp(&other.upper))
            .then_with(by_sign)
    }
}

/// Whether the plate has two rows, as most of the weight says.
fn has_two_rows(readings: &[Reading]) -> bool {
    let votes = readings.iter().map(|reading| if reading.upper.is_some() { reading.weight } else { -reading.weight });
    votes.sum::<f32>() > 0.0
}

/// The sign by what a reader says of it; none where it names no sign.
fn column(guess: &CharGuess) -> Option<Column> {
    let mut column = [0.0; SIGNS + 1];
    for &(written, probability) in &guess.options {
        let sign = symbols::fold(written).and_then(symbols::index);
        if let Some(sign) = sign.filter(|_| probability.is_finite() && probability > 0.0) {
            column[sign] += probability.min(1.0);
        }
    }
    let told: f32 = column.iter().sum();
    if told <= 0.0 {
        return None;
    }
    // What is told cannot be more than all there is; what is missing is any other sign.
    let scale = (1.0 - MADE_UP) / told.max(1.0);
    let rest = (1.0 - told).max(0.0) * (1.0 - MADE_UP) / SIGNS as f32;
    for probability in &mut column[..SIGNS] {
        *probability = (*probability * scale + rest).max(LEAST);
    }
    column[NONE] = MADE_UP;
    Some(column)
}

/// What a reading says of a place where it has no sign: any may have been missed, all alike.
fn missed() -> Column {
    let mut column = [MISSED; SIGNS + 1];
    column[NONE] = 1.0 - MISSED;
    column
}

/// Weighs what readings say of one place; those that have no sign there say so.
fn weigh(seen: impl Iterator<Item = (f32, Option<Column>)>) -> Column {
    let mut logs = [0.0; SIGNS + 1];
    let mut all = 0.0;
    for (weight, column) in seen {
        let share = weight / (1.0 - CORRELATION * weight);
        all += share;
        for (log, probability) in logs.iter_mut().zip(column.unwrap_or_else(missed)) {
            *log += share * probability.ln();
        }
    }
    let logs = logs.map(|log| log / (1.0 + CORRELATION * all));
    let highest = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let odds = logs.map(|log| (log - highest).exp());
    let total: f32 = odds.iter().sum();
    odds.map(|odds| odds / total)
}

fn place(column: &Column) -> Place {
    let signs = column[..SIGNS].iter().enumerate();
    let mut options: Vec<_> = signs.filter_map(|(index, p)| Some((symbols::at(index)?, *p))).collect();
    options.retain(|(_, probability)| *probability >= LEAST_OPTION);
    options.sort_by(|one, other| other.1.total_cmp(&one.1));
    options.truncate(MOST_OPTIONS);
    Place { options, none: column[NONE] }
}

// --- alignment -------------------------------------------------------------------------------------------------------

/// The reading that is nearest to all others by their weights; of equal ones the best.
fn pivot(readings: &[Reading]) -> Option<&Reading> {
    let far = |reading: &Reading| -> f32 {
        readings.iter().map(|other| other.weight * costs(&reading.signs, &other.signs).total()).sum()
    };
    let nearest = readings.iter().map(|reading| (reading, far(reading)));
    nearest.reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(reading, _)| reading)
}

/// A reading laid along a pivot of `n` signs: slot `2·i` holds what it has before the pivot's sign
/// `i` and the pivot has not, slot `2·i + 1` what it has for that sign: one or none.
struct Aligned {
    weight: f32,
    slots: Vec<Vec<Column>>,
    /// The slot after which the upper of its two rows ends.
    upper_ends_in: Option<usize>,
}

impl Aligned {
    fn to(pivot: &[Column], reading: &Reading) -> Self {
        let slots_of = costs(pivot, &reading.signs).slots();
        let mut slots = vec![Vec::new(); 2 * pivot.len() + 1];
        for (sign, slot) in reading.signs.iter().zip(&slots_of) {
            slots[*slot].push(*sign);
        }
        let upper_ends_in = reading.upper.and_then(|upper| slots_of.get(upper - 1)).copied();
        Self { weight: reading.weight, slots, upper_ends_in }
    }
}

/// What it costs to align the first `i` signs of a pivot with the first `j` of a reading.
struct Costs {
    cost: Vec<Vec<f32>>,
    /// Of the pivot's sign `i` and the reading's `j`: 0 for the same, 1 for nothing in common.
    change: Vec<Vec<f32>>,
}

fn costs(pivot: &[Column], reading: &[Column]) -> Costs {
    let changes = |one: &Column| reading.iter().map(|other| change(one, other)).collect::<Vec<_>>();
    let change: Vec<_> = pivot.iter().map(changes).collect();
    let mut cost = vec![vec![0.0; reading.len() + 1]; pivot.len() + 1];
    for i in 0..=pivot.len() {
        for j in 0..=reading.len() {
            let skip = if i > 0 { cost[i - 1][j] + GAP } else { f32::INFINITY };
            let insert = if j > 0 { cost[i][j - 1] + GAP } else { f32::INFINITY };
            let both = if i > 0 && j > 0 { cost[i - 1][j - 1] + change[i - 1][j - 1] } else { f32::INFINITY };
            cost[i][j] = if i + j == 0 { 0.0 } else { both.min(skip).min(insert) };
        }
    }
    Costs { cost, change }
}

fn change(one: &Column, other: &Column) -> f32 {
    1.0 - one.iter().zip(other).map(|(one, other)| one.min(*other)).sum::<f32>()
}

impl Costs {
    fn total(&self) -> f32 {
        self.cost.last().and_then(|row| row.last()).copied().unwrap_or(0.0)
    }

    /// The slot of each of the reading's signs, along the cheapest way.
    fn slots(&self) -> Vec<usize> {
        let (mut i, mut j) = (self.cost.len() - 1, self.cost[0].len() - 1);
        let mut slots = vec![0; j];
        while i + j > 0 {
            let here = self.cost[i][j];
            if i > 0 && j > 0 && here == self.cost[i - 1][j - 1] + self.change[i - 1][j - 1] {
                (i, j) = (i - 1, j - 1);
                slots[j] = 2 * i + 1;
            } else if i > 0 && here == self.cost[i - 1][j] + GAP {
                i -= 1;
            } else {
                j -= 1;
                slots[j] = 2 * i;
            }
        }
        slots
    }
}

#[cfg(test)]
#[path = "ballot_tests.rs"]
mod tests;
