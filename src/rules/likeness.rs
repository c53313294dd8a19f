//! Persons who look like somebody seen before in the same night. It is a hint and no identity: strangers are alike, too.
//! Kept in memory only, and forgotten with the night. Pure.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Bilingual;
use super::nights::night_of;
use crate::vision::Appearance;

/// Persons kept of one camera and night at most; the oldest go.
const MOST_PERSONS: usize = 200;
/// Fewer pictures are not enough to compare.
pub const LEAST_PICTURES: u16 = 5;
/// Who was gone for less has not come again, but was lost from sight.
const LEAST_ABSENCE: SignedDuration = SignedDuration::from_mins(5);
/// How alike clothes have to be: about half of the persons of `likeness_tests.rs` are found again at this, and two of a hundred
/// pairs of strangers confused.
const ALIKE: f32 = 0.85;

/// Persons that one camera has seen in one night.
#[derive(Debug)]
pub struct Likeness {
    timezone: TimeZone,
    night: Option<Date>,
    seen: Vec<Seen>,
}

#[derive(Debug)]
struct Seen {
    track: Uuid,
    first_at: Timestamp,
    last_at: Timestamp,
    appearance: Appearance,
    /// When somebody like this was seen last before, as it was when that was compared last.
    looks_like: Option<Timestamp>,
}

impl Likeness {
    pub fn new(timezone: TimeZone) -> Self {
        Self { timezone, night: None, seen: Vec::new() }
    }

    /// A person is in view who looks like this by now, and has been since `first_at`. By day nobody is kept.
    pub fn see(&mut self, track: Uuid, first_at: Timestamp, at: Timestamp, appearance: &Appearance) {
        let night = night_of(at, &self.timezone);
        if self.night != night {
            self.night = night;
            self.seen.clear();
        }
        if night.is_none() || appearance.pictures() < LEAST_PICTURES {
            return;
        }
        if let Some(known) = self.seen.iter_mut().find(|seen| seen.track == track) {
            (known.last_at, known.appearance) = (at, appearance.clone());
            // With all of a night's persons in a picture, that is too much to compare in each.
            if appearance.pictures().is_multiple_of(LEAST_PICTURES) {
                self.compare(track);
            }
            return;
        }
        if self.seen.len() == MOST_PERSONS {
            self.seen.remove(0);
        }
        self.seen.push(Seen { track, first_at, last_at: at, appearance: appearance.clone(), looks_like: None });
        self.compare(track);
    }

    fn compare(&mut self, track: Uuid) {
        let Some(index) = self.seen.iter().position(|seen| seen.track == track) else { return };
        let now = &self.seen[index];
        let before = self.seen.iter().filter(|seen| seen.last_at + LEAST_ABSENCE <= now.first_at);
        let alike = before.filter(|seen| is_alike(&seen.appearance, &now.appearance));
        self.seen[index].looks_like = alike.map(|seen| seen.last_at).max();
    }

    /// When somebody who looks like this person was last seen in this night, before this person came.
    pub fn recall(&self, track: Uuid) -> Option<Timestamp> {
        self.seen.iter().find(|seen| seen.track == track)?.looks_like
    }
}

/// Whether two persons may be taken for one another.
pub fn is_alike(one: &Appearance, other: &Appearance) -> bool {
    one.likeness(other) >= ALIKE
}

/// What is said of whoever looks like somebody seen at that time.
pub(super) fn words(seen_at: DateTime) -> Bilingual {
    let time = seen_at.strftime("%H:%M");
    Bilingual {
        vi: format!("trông giống người đã thấy lúc {time}"), en: format!("looks like somebody seen at {time}")
    }
}

#[cfg(test)]
#[path = "likeness_tests.rs"]
mod tests;
