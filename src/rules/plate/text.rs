//! What is written on a plate: one form to compare and search by, one to show, and what it says of
//! the vehicle.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::grammar::{self, Form, Grammar, Owner, Vehicles};
use super::symbols;
use crate::vision::Class;
use crate::vision::plate::PlateColor;

/// Signs that a plate may have. The shortest ones are foreign, `1234` of Laos without its letters.
pub const LEAST_SIGNS: usize = 4;
pub const MOST_SIGNS: usize = 12;

/// The text of a plate in its one normal form. Any plate is fine here, of whatever country;
/// [`kind`](Self::kind) says what it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlateText {
    key: String,
    shown: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{text:?} is no plate: it has {signs} letters and digits, and plates have {LEAST_SIGNS} to {MOST_SIGNS}, \
     as 12A-123.45"
)]
pub struct NotAPlate {
    text: String,
    signs: usize,
}

impl PlateText {
    /// Reads what a person, a list or a reader wrote, whatever separators and case it has. Signs
    /// that are on no plate here, as the Chinese character of a province, are left out. Separators
    /// tell forms apart that have the same signs: `12B-112.34` of a car, `12B1-1234` of a motorcycle.
    pub fn parse(written: &str) -> Result<Self, NotAPlate> {
        let key: String = written.chars().filter_map(symbols::fold).take(MOST_SIGNS + 1).collect();
        if !(LEAST_SIGNS..=MOST_SIGNS).contains(&key.len()) {
            let text = written.chars().take(40).collect();
            return Err(NotAPlate { text, signs: written.chars().filter_map(symbols::fold).count() });
        }
        let breaks = grammar::breaks(written);
        let fitting = Grammar::vietnam().fitting(&key);
        let form = fitting.iter().min_by_key(|form| (form.breaks != breaks, strangers(form, &breaks)));
        Ok(Self::of(key, &fitting, form.copied()))
    }

    /// A reader's signs in the form that explains best how they were seen: on how many rows, on
    /// what vehicle and what ground. `upper` is how many signs stood on the upper of two rows.
    ///
    /// `key` must be made of capital letters and digits.
    pub fn seen(key: String, upper: Option<usize>, class: Class, color: Option<PlateColor>) -> Self {
        let unlike = |form: &&&Form| {
            let rows = upper.is_some_and(|upper| form.upper() != upper);
            let ground = color.is_some_and(|color| !form.has_ground(color));
            (rows, !form.vehicles.suit(class), ground, upper.is_none() && !form.one_line)
        };
        let fitting = Grammar::vietnam().fitting(&key);
        let form = fitting.iter().min_by_key(unlike).copied();
        Self::of(key, &fitting, form)
    }

    /// Forms that are parted alike are shown alike, as the first of them: `29MĐ-123.45`, not `29MD-123.45`.
    fn of(key: String, fitting: &[&Form], form: Option<&Form>) -> Self {
        let first = fitting.iter().find(|other| form.is_some_and(|form| form.breaks == other.breaks));
        let shown = first.map_or_else(|| key.clone(), |form| form.show(&key));
        Self { key, shown }
    }

    /// Capital letters and digits only, by which plates are stored, compared and searched.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// As people write it: `12A-123.45`.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The forms that it may be of, the likeliest first: those that fit and are parted like this.
    /// China's are among them however they are parted, since nobody here writes them.
    pub fn forms(&self) -> Vec<&'static Form> {
        let mut forms = Grammar::vietnam().fitting(&self.key);
        let breaks = grammar::breaks(&self.shown);
        forms.retain(|form| form.is_foreign() || form.breaks == breaks);
        forms
    }

    pub fn kind(&self) -> PlateKind {
        let forms = self.forms();
        let mut owners: Vec<_> = forms.iter().flat_map(|form| form.owners.values().copied()).collect();
        owners.sort_unstable();
        owners.dedup();
        let vehicles = forms.iter().map(|form| form.vehicles);
        PlateKind {
            series: series(&self.key, &forms),
            owners,
            vehicles: vehicles.reduce(|one, other| if one == other { one } else { Vehicles::Any }).unwrap_or_default(),
            code: forms.iter().find_map(|form| form.code(&self.key)),
        }
    }

    /// Whose the vehicle is, where the ground was seen.
    pub fn owner(&self, color: PlateColor) -> Option<Owner> {
        self.forms().iter().find_map(|form| form.owners.get(&color).copied())
    }
}

impl FromStr for PlateText {
    type Err = NotAPlate;

    fn from_str(written: &str) -> Result<Self, NotAPlate> {
        Self::parse(written)
    }
}

impl fmt::Display for PlateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What a text alone says of the vehicle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlateKind {
    pub series: Series,
    /// All whose it may be; the ground tells more: [`PlateText::owner`].
    pub owners: Vec<Owner>,
    pub vehicles: Vehicles,
    /// Of the province or body, whether or not there is one of this code.
    pub code: Option<u8>,
}

impl PlateKind {
    /// The province, city or body that registered it.
    pub fn province(&self) -> Option<&'static str> {
        Grammar::vietnam().province(self.code?)
    }
}

/// Whether the table knows its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    /// Of Vietnam.
    Known,
    /// Of the shape of a plate of Vietnam, but no such series exists.
    Unknown,
    /// Begins as one of Vietnam and does not end as one: read in part.
    Incomplete,
    /// Of another country, or of none that the table knows.
    Foreign,
}

fn series(key: &str, forms: &[&Form]) -> Series {
    match forms.first() {
        Some(form) if form.is_foreign() => Series::Foreign,
        Some(form) if form.is_known() => Series::Known,
        Some(_) => Series::Unknown,
        None if begins_as_here(key) => Series::Incomplete,
        None => Series::Foreign,
    }
}

/// Two digits and a letter.
fn begins_as_here(key: &str) -> bool {
    let begins = key.as_bytes().first_chunk::<3>();
    begins.is_some_and(|[a, b, c]| a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase())
}

/// How many of the breaks the form does not have, neither shown nor on two rows.
fn strangers(form: &Form, breaks: &[usize]) -> usize {
    breaks.iter().filter(|at| !form.breaks.contains(at) && !form.row_breaks.contains(at)).count()
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
