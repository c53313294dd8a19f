//! What an alert weighs beyond its findings.

use jiff::civil::DateTime;

use super::{Armed, Crossing};

/// What holds around the findings, of one picture or of a whole alert.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// In the hours in which thieves come.
    pub peak: bool,
    /// On a public holiday.
    pub holiday: bool,
    /// Lines that somebody crossed: in order, each once.
    pub crossed: Vec<Crossing>,
    /// Somebody got out of a vehicle that waits.
    pub got_out: bool,
    /// Nights of the week on which somebody loitered at a spot where somebody loiters; 0 where that says nothing.
    pub nights_at_spot: usize,
    /// When somebody who looks like one of the persons was last seen in the same night, by the office's clock.
    pub looks_like: Option<DateTime>,
}

impl Context {
    /// What holds while this is armed.
    pub fn around(armed: &Armed) -> Self {
        Self { peak: armed.peak, holiday: armed.holiday, ..Self::default() }
    }

    /// What held at any time holds for the whole alert. Says whether that is news.
    pub fn join(&mut self, other: &Self) -> bool {
        let before = self.clone();
        self.peak |= other.peak;
        self.holiday |= other.holiday;
        self.got_out |= other.got_out;
        self.nights_at_spot = self.nights_at_spot.max(other.nights_at_spot);
        self.looks_like = self.looks_like.max(other.looks_like);
        self.crossed.extend(other.crossed.iter().cloned());
        self.crossed.sort();
        self.crossed.dedup();
        *self != before
    }
}
