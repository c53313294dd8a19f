use uuid::Uuid;

use crate::track::{Verdict, Verdicts};
use crate::vision::attributes::{Answer, Attribute};

/// What is known of one person of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub track: Uuid,
    /// In the order of [`Attribute::ALL`].
    pub attributes: [Judged; Attribute::ALL.len()],
}

/// A verdict as an alert carries it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Judged {
    pub answer: Answer,
    /// Probability of the answer, 0 to 1; where it is unknown, of the likelier side.
    pub confidence: f32,
    /// Pictures behind it.
    pub frames: u32,
    /// Side in pixels of the largest crop behind it.
    pub pixels: u32,
    /// Whether there is a crop to show.
    pub has_crop: bool,
}

impl Person {
    pub fn new(track: Uuid, verdicts: &Verdicts) -> Self {
        Self { track, attributes: verdicts.map(Judged::from) }
    }

    pub fn of(&self, attribute: Attribute) -> &Judged {
        &self.attributes[attribute as usize]
    }

    /// In the order of [`Attribute::ALL`].
    pub(super) fn answers(&self) -> [Answer; Attribute::ALL.len()] {
        self.attributes.map(|judged| judged.answer)
    }
}

impl From<Verdict> for Judged {
    fn from(verdict: Verdict) -> Self {
        let Verdict { answer, confidence, frames, pixels, best, log_odds: _ } = verdict;
        Self { answer, confidence, frames, pixels, has_crop: best.is_some() }
    }
}
