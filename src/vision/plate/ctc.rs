//! From a text recogniser's output to characters that may stand on a plate (pure).
//!
//! The output has a row for each step along the line, of a probability for each symbol: connectionist
//! temporal classification (CTC), where the first symbol means "nothing new here".

use super::{CharGuess, PlateLine};
use crate::vision::runtime::Output;

/// What a character is at most said to be.
pub(super) const MOST_OPTIONS: usize = 5;
/// What is less probable than this is left out.
const LEAST_OPTION: f32 = 0.005;
/// Dictionaries beyond this are no dictionaries.
const MOST_SYMBOLS: usize = 100_000;

/// Ten digits and 26 letters.
const CHARACTERS: usize = 36;
/// Drawn like a capital letter or digit; a screw above a letter looks like an accent.
const ALIKE: [(char, &str); 26] = [
    ('A', "ªÀÁÂÃÄÅàáâãäåĀĂĄǍȦẠÅΑ"),
    ('B', "ΒßƁ"),
    ('C', "ÇçĆĈĊČ"),
    ('D', "ĐÐđĎď"),
    ('E', "ÈÉÊËèéêëĒĔĖĘĚΕ"),
    ('G', "ĜĞĠĢǦǴ"),
    ('H', "ĤĦȞΗ"),
    ('I', "ÌÍÎÏĨĪĬĮİΙⅠ丨"),
    ('J', "Ĵ"),
    ('K', "ĶǨΚ"),
    ('L', "ĹĻĽĿŁ"),
    ('M', "ΜⓂ"),
    ('N', "ÑŃŅŇǸΝ"),
    ('O', "ºÒÓÔÕÖòóôõöŌŎŐƠǑØΟ"),
    ('P', "Ρ"),
    ('R', "ŔŖŘ"),
    ('S', "ŚŜŞŠȘ"),
    ('T', "ŢŤȚΤ"),
    ('U', "ÙÚÛÜŨŪŬŮŰŲƯ"),
    ('V', "Ⅴ"),
    ('W', "Ŵ"),
    ('X', "ΧⅩ"),
    ('Y', "ÝŶŸΥ"),
    ('Z', "ŹŻŽΖ"),
    ('0', "○〇"),
    ('1', "l|"),
];
/// Drawn like the stroke or the point between two groups, and in writing a word of its own.
const SEPARATORS: &str = "一ーㄧ丶";

/// What one symbol of a dictionary means on a plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Nothing, or a stroke or point between characters.
    Gap,
    /// By its place in [`CHARACTERS`].
    Character(usize),
    /// A character that is no Latin letter or digit.
    Other,
}

/// The symbols of a recogniser that matter on a plate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Alphabet {
    /// Of a row of the output.
    symbols: usize,
    /// Symbols that mean a gap, the CTC blank among them.
    gaps: Vec<usize>,
    /// The symbols of each character.
    characters: [Vec<usize>; CHARACTERS],
}

/// Probabilities at one step; what is missing to 1 are other characters.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    gap: f32,
    characters: [f32; CHARACTERS],
}

impl Alphabet {
    /// Of a dictionary as models of `PaddleOCR` carry it: a symbol a line, after the blank and before the space.
    ///
    /// # Errors
    /// It lacks a digit or a capital letter, or goes on without end.
    pub(super) fn of(dictionary: &str) -> Result<Self, String> {
        let mut alphabet = Self { symbols: 1, gaps: vec![0], characters: [const { Vec::new() }; CHARACTERS] };
        let last = std::iter::once(" ");
        for symbol in dictionary.lines().chain(last) {
            match meaning(symbol) {
                Meaning::Gap => alphabet.gaps.push(alphabet.symbols),
                Meaning::Character(index) => alphabet.characters[index].push(alphabet.symbols),
                Meaning::Other => {}
            }
            alphabet.symbols += 1;
        }
        if alphabet.symbols > MOST_SYMBOLS {
            return Err(format!("its dictionary has {} symbols", alphabet.symbols));
        }
        match alphabet.characters.iter().position(Vec::is_empty) {
            Some(index) => Err(format!("its dictionary lacks {:?}", character(index))),
            None => Ok(alphabet),
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// The output is not one of this dictionary, or has no probabilities.
    pub(super) fn read(&self, outputs: &[Output<'_>]) -> Result<PlateLine, String> {
        let &[Output { shape: &[1, steps, symbols], data }] = outputs else {
            let shapes: Vec<_> = outputs.iter().map(|output| output.shape).collect();
            return Err(format!("its output has the shape {shapes:?}, but a recogniser gives [1, steps, symbols]"));
        };
        if usize::try_from(symbols) != Ok(self.symbols) {
            return Err(format!("it gives {symbols} symbols a step, but its dictionary has {}", self.symbols));
        }
        let rows = data.chunks_exact(self.symbols).take(usize::try_from(steps).unwrap_or(0));
        let steps: Option<Vec<_>> = rows.map(|row| self.step(row)).collect();
        Ok(characters(&steps.ok_or("its output is not of probabilities")?))
    }

    /// `None` when these are no probabilities.
    fn step(&self, row: &[f32]) -> Option<Step> {
        let sum = |symbols: &Vec<usize>| symbols.iter().map(|&symbol| row[symbol]).sum::<f32>();
        let step = Step { gap: sum(&self.gaps), characters: self.characters.each_ref().map(sum) };
        let sound = |value: f32| (-0.001..=1.001).contains(&value);
        (sound(step.gap) && sound(step.characters.iter().sum())).then_some(step)
    }
}

/// A character is a run of steps at which there is more likely one than none and that agree on which; what
/// each may be is their mean, weighted by how likely there is one.
fn characters(steps: &[Step]) -> PlateLine {
    let runs = steps.chunk_by(|a, b| a.is_gap() == b.is_gap() && (a.is_gap() || a.best() == b.best()));
    runs.filter(|run| !run[0].is_gap()).map(guess).collect()
}

fn guess(run: &[Step]) -> CharGuess {
    let whole: f32 = run.iter().map(|step| 1.0 - step.gap).sum();
    let mut options: Vec<_> = (0..CHARACTERS)
        .map(|index| {
            let weighed = run.iter().map(|step| (1.0 - step.gap) * step.characters[index]);
            (character(index), weighed.sum::<f32>() / whole)
        })
        .filter(|&(_, probability)| probability >= LEAST_OPTION)
        .collect();
    options.sort_by(|a, b| b.1.total_cmp(&a.1));
    options.truncate(MOST_OPTIONS);
    CharGuess { options }
}

impl Step {
    fn is_gap(&self) -> bool {
        self.gap > 0.5
    }

    /// The most probable character, or `CHARACTERS` where it is another.
    fn best(&self) -> usize {
        let other = 1.0 - self.gap - self.characters.iter().sum::<f32>();
        let all = self.characters.into_iter().chain([other]).enumerate();
        all.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(CHARACTERS, |(index, _)| index)
    }
}

fn meaning(symbol: &str) -> Meaning {
    let mut chars = symbol.chars();
    let (Some(char), None) = (chars.next(), chars.next()) else { return Meaning::Other };
    let alike = ALIKE.iter().find(|(_, alike)| alike.contains(char)).map(|&(capital, _)| capital);
    match alike.unwrap_or_else(|| narrow(char)).to_ascii_uppercase() {
        digit @ '0'..='9' => Meaning::Character(digit as usize - '0' as usize),
        letter @ 'A'..='Z' => Meaning::Character(10 + letter as usize - 'A' as usize),
        other if other.is_alphanumeric() && !SEPARATORS.contains(other) => Meaning::Other,
        _ => Meaning::Gap,
    }
}

/// The usual form of a letter or digit that is as wide as a Chinese one.
fn narrow(char: char) -> char {
    let wide = ('！'..='～').contains(&char);
    wide.then(|| char::from_u32(char as u32 - '！' as u32 + '!' as u32)).flatten().unwrap_or(char)
}

fn character(index: usize) -> char {
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index].into()
}

#[cfg(test)]
#[path = "ctc_tests.rs"]
mod tests;
