//! Vehicles that are known, and those that are watched for. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::pattern::PlatePattern;
use super::repair::Read;
use crate::rules::Bilingual;

/// Signs that an entry has to name. With fewer it would be of half the vehicles of a province.
pub const LEAST_KNOWN_SIGNS: usize = 4;
/// A sign that is as probable as this was read; an entry that has another one there is of another
/// vehicle. An assumption.
const SURE: f32 = 0.9;
/// A sign that is less probable than this was not read: no entry that has it there is meant.
const LEAST: f32 = 0.02;

/// What a vehicle of a list is to the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListKind {
    /// Of staff or of the office: it lowers the score, and that is said.
    Known,
    /// Wanted or watched for: alerts at once, at any hour.
    Watched,
}

/// One vehicle of a list, or several if its pattern leaves signs open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    pub pattern: PlatePattern,
    pub kind: ListKind,
    /// Whose it is, or why it is watched for.
    pub reason: String,
    /// It counts until then; for ever without.
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EntryError {
    #[error("{0} would be of too many vehicles: name at least {LEAST_KNOWN_SIGNS} letters or digits")]
    Wide(PlatePattern),
    #[error("the vehicle {0} needs a reason: whose it is, or why it is watched for")]
    NoReason(PlatePattern),
}

impl ListEntry {
    pub fn new(
        pattern: PlatePattern,
        kind: ListKind,
        reason: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<Self, EntryError> {
        if pattern.known_signs() < LEAST_KNOWN_SIGNS {
            return Err(EntryError::Wide(pattern));
        }
        match reason.trim() {
            "" => Err(EntryError::NoReason(pattern)),
            reason => Ok(Self { pattern, kind, reason: reason.to_owned(), expires_at }),
        }
    }

    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// An entry that a plate is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match<'a> {
    pub entry: &'a ListEntry,
    /// The sign of the key that was read otherwise, and not surely, counted from 0. None where all
    /// are as read.
    pub unsure: Option<usize>,
}

impl Match<'_> {
    /// Which sign is unsure, for people, who count from 1.
    pub fn note(&self) -> Option<Bilingual> {
        let number = self.unsure? + 1;
        Some(Bilingual {
            vi: format!("ký tự thứ {number} chưa chắc chắn"),
            en: format!("character {number} is not certain"),
        })
    }
}

/// The entries that what was read on a plate is of: first those that are just as read, then those of
/// which one sign differs that was not read surely. Both in the order of the list.
pub fn matching<'a>(entries: &'a [ListEntry], read: &Read, now: Timestamp) -> Vec<Match<'a>> {
    let Some(text) = read.text() else { return Vec::new() };
    let key = text.key();
    let others = readings_but_one(key, read);
    let of = |entry: &'a ListEntry| {
        if entry.pattern.matches(key) {
            return Some(Match { entry, unsure: None });
        }
        let (place, _) = others.iter().find(|(_, other)| entry.pattern.matches(other))?;
        Some(Match { entry, unsure: Some(*place) })
    };
    let mut matches: Vec<_> = entries.iter().filter(|entry| entry.counts_at(now)).filter_map(of).collect();
    matches.sort_by_key(|found| found.unsure.is_some());
    matches
}

/// The keys that differ at one place whose sign was not read surely, and that place.
fn readings_but_one(key: &str, read: &Read) -> Vec<(usize, String)> {
    let mut others = Vec::new();
    for (index, (sign, place)) in key.chars().zip(&read.places).enumerate() {
        if place.probability(sign) >= SURE {
            continue;
        }
        let options = place.options.iter().filter(|(option, p)| *option != sign && *p >= LEAST);
        let with = |other: char| format!("{}{other}{}", &key[..index], &key[index + 1..]);
        others.extend(options.map(|(other, _)| (index, with(*other))));
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::plate::Candidate;
    use crate::rules::plate::ballot::Place;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn entry(pattern: &str, kind: ListKind, expires_at: Option<i64>) -> ListEntry {
        let expires_at = expires_at.map(|second| Timestamp::from_second(second).expect("in range"));
        ListEntry::new(pattern.parse().expect("a pattern"), kind, "Trộm két", expires_at).expect("an entry")
    }

    /// A plate read surely, but for the options given at some places.
    fn read(text: &str, unsure: &[(usize, &[(char, f32)])]) -> Read {
        let sure = |sign| Place { options: vec![(sign, 0.98)], none: 0.0 };
        let mut places: Vec<_> = text.chars().filter(char::is_ascii_alphanumeric).map(sure).collect();
        for (index, options) in unsure {
            places[*index].options = options.to_vec();
        }
        Read { candidates: vec![Candidate { text: text.to_owned(), probability: 0.8 }], places }
    }

    #[track_caller]
    fn check(pattern: &str, read: &Read, unsure: &[Option<usize>]) {
        let entries = [entry(pattern, ListKind::Watched, None)];
        let found: Vec<_> = matching(&entries, read, NOW).iter().map(|found| found.unsure).collect();
        assert_eq!(found, unsure, "{pattern}");
    }

    #[test]
    fn what_is_as_read_matches() {
        let sure = read("12A-123.45", &[]);
        check("12A-123.45", &sure, &[None]);
        check("12A-1?3.45", &sure, &[None]);
        check("12A*45", &sure, &[None]);
        check("12A-128.45", &sure, &[]);
        check("12A-123.4", &sure, &[]);
    }

    #[test]
    fn one_unsure_sign_is_tolerated_and_told() {
        let unsure = read("12A-123.45", &[(5, &[('3', 0.6), ('8', 0.3), ('B', 0.01)])]);
        check("12A-123.45", &unsure, &[None]);
        check("12A-128.45", &unsure, &[Some(5)]);
        check("1?A-128.45", &unsure, &[Some(5)]);
        // It was not read, however unsure the place is.
        check("12A-127.45", &unsure, &[]);
        check("12A-12B.45", &unsure, &[]);
        // Another sign, which was sure, differs too.
        check("12A-128.46", &unsure, &[]);
        let two = read("12A-123.45", &[(5, &[('3', 0.6), ('8', 0.3)]), (7, &[('5', 0.7), ('6', 0.2)])]);
        check("12A-128.46", &two, &[]);
        check("12A-123.46", &two, &[Some(7)]);
        // Read surely enough.
        check("12A-128.45", &read("12A-123.45", &[(5, &[('3', 0.92), ('8', 0.05)])]), &[]);
    }

    #[test]
    fn exact_ones_come_first_and_say_so() {
        let entries = [
            entry("12A-128.45", ListKind::Watched, None),
            entry("12A-123.45", ListKind::Known, None),
            entry("29A-999.99", ListKind::Watched, None),
        ];
        let unsure = read("12A-123.45", &[(5, &[('3', 0.6), ('8', 0.3)])]);
        let found = matching(&entries, &unsure, NOW);
        assert_eq!(found, [Match { entry: &entries[1], unsure: None }, Match { entry: &entries[0], unsure: Some(5) }]);
        assert_eq!(found[0].note(), None);
        let note = found[1].note().expect("a note");
        assert_eq!((note.vi.as_str(), note.en.as_str()), ("ký tự thứ 6 chưa chắc chắn", "character 6 is not certain"));
    }

    #[test]
    fn entries_expire() {
        let plate = read("12A-123.45", &[]);
        let now = NOW.as_second();
        for (expires_at, counts) in [(None, true), (Some(now + 1), true), (Some(now), false), (Some(now - 1), false)] {
            let entries = [entry("12A-123.45", ListKind::Watched, expires_at)];
            assert_eq!(!matching(&entries, &plate, NOW).is_empty(), counts, "{expires_at:?}");
        }
    }

    #[test]
    fn an_entry_names_a_vehicle_and_a_reason() {
        let new =
            |pattern: &str, reason| ListEntry::new(pattern.parse().expect("a pattern"), ListKind::Known, reason, None);
        assert!(matches!(new("12A*", "Anh Nam"), Err(EntryError::Wide(_))));
        assert!(matches!(new("????????", "Anh Nam"), Err(EntryError::Wide(_))));
        assert!(matches!(new("12A-123.45", " "), Err(EntryError::NoReason(_))));
        assert_eq!(new("12A-1*", " Anh Nam ").expect("an entry").reason, "Anh Nam");
    }
}
