//! Plates with unknown signs, as people search for them: `12A-1?3.45`, `12A*45`. Pure.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::symbols;

/// Signs and wildcards that a pattern may have.
const MOST: usize = 24;

/// A pattern over the keys of plates: capital letters and digits, `?` for any one sign, `*` for any
/// number of them, none too. It is held against the whole key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlatePattern(String);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    #[error("there is nothing to look for: write a plate, with ? for a sign that is not known and * for any number")]
    Empty,
    #[error("{0:?} is on no plate: write letters and digits, ? for one that is not known, * for any number")]
    Sign(char),
    #[error("the pattern is longer than any plate: write at most {MOST} signs")]
    Long,
}

impl PlatePattern {
    /// Reads what a person wrote: separators and case do not matter, and `Đ` is `D`.
    pub fn parse(written: &str) -> Result<Self, PatternError> {
        let mut pattern = String::new();
        // Wildcards side by side have one order: all `?`, then `*`.
        let mut any_run = false;
        for mark in written.chars() {
            match mark {
                '*' => any_run = true,
                '?' => pattern.push('?'),
                '-' | '.' | '·' => {}
                _ if mark.is_whitespace() => {}
                _ => {
                    let sign = symbols::fold(mark).ok_or(PatternError::Sign(mark))?;
                    pattern.extend(any_run.then_some('*'));
                    pattern.push(sign);
                    any_run = false;
                }
            }
            if pattern.len() > MOST {
                return Err(PatternError::Long);
            }
        }
        pattern.extend(any_run.then_some('*'));
        if pattern.is_empty() { Err(PatternError::Empty) } else { Ok(Self(pattern)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Signs that are neither `?` nor `*`.
    pub fn known_signs(&self) -> usize {
        self.0.chars().filter(char::is_ascii_alphanumeric).count()
    }

    /// Whether it is the pattern of this key: capital letters and digits only.
    pub fn matches(&self, key: &str) -> bool {
        let (pattern, key) = (self.0.as_bytes(), key.as_bytes());
        let (mut p, mut k) = (0, 0);
        // The last `*`, and how much of the key it has taken.
        let mut run: Option<(usize, usize)> = None;
        while k < key.len() {
            match (pattern.get(p), run) {
                (Some(b'*'), _) => {
                    run = Some((p, k));
                    p += 1;
                }
                (Some(sign), _) if *sign == b'?' || *sign == key[k] => (p, k) = (p + 1, k + 1),
                // It has to take one more.
                (_, Some((at, taken))) => {
                    (p, k) = (at + 1, taken + 1);
                    run = Some((at, taken + 1));
                }
                (_, None) => return false,
            }
        }
        pattern[p..].iter().all(|rest| *rest == b'*')
    }

    /// For SQL's `key GLOB ?`, which compares case and can use an index: the pattern as it is,
    /// since signs mean themselves there.
    pub fn glob(&self) -> &str {
        &self.0
    }

    /// For SQL's `key LIKE ?`; nothing has to be escaped.
    pub fn like(&self) -> String {
        self.0.replace('?', "_").replace('*', "%")
    }
}

impl FromStr for PlatePattern {
    type Err = PatternError;

    fn from_str(written: &str) -> Result<Self, PatternError> {
        Self::parse(written)
    }
}

impl TryFrom<String> for PlatePattern {
    type Error = PatternError;

    fn try_from(written: String) -> Result<Self, PatternError> {
        Self::parse(&written)
    }
}

impl From<PlatePattern> for String {
    fn from(pattern: PlatePattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for PlatePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_are_normal() {
        #[track_caller]
        fn check(written: &str, pattern: &str, like: &str) {
            let parsed = PlatePattern::parse(written).expect("a pattern");
            assert_eq!((parsed.as_str(), parsed.glob(), parsed.like().as_str()), (pattern, pattern, like));
        }
        check("12A-1?3.45", "12A1?345", "12A1_345");
        check(" 12a 123 45 ", "12A12345", "12A12345");
        check("12a**45", "12A*45", "12A%45");
        check("12A*?*?45", "12A??*45", "12A__%45");
        check("29-mđ1 *", "29MD1*", "29MD1%");
        check("*", "*", "%");
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        #[track_caller]
        fn check(written: &str, error: PatternError) {
            assert_eq!(PlatePattern::parse(written), Err(error));
        }
        check("", PatternError::Empty);
        check(" -.", PatternError::Empty);
        check("12A%", PatternError::Sign('%'));
        check("12_", PatternError::Sign('_'));
        check("桂A", PatternError::Sign('桂'));
        check("12A'; drop", PatternError::Sign('\''));
        check(&"?".repeat(25), PatternError::Long);
        check(&"A".repeat(1_000_000), PatternError::Long);
    }

    #[test]
    fn keys_are_matched_whole() {
        #[track_caller]
        fn check(pattern: &str, matching: &[&str], others: &[&str]) {
            let pattern = PlatePattern::parse(pattern).expect("a pattern");
            assert!(matching.iter().all(|key| pattern.matches(key)), "{pattern}");
            assert!(!others.iter().any(|key| pattern.matches(key)), "{pattern}");
        }
        check("12A-123.45", &["12A12345"], &["12A1234", "12A123456", "112A12345", ""]);
        check("12A-1?3.45", &["12A12345", "12A1B345"], &["12A1345", "12A122345"]);
        check("12A*45", &["12A45", "12A12345", "12A4545"], &["12A5", "12A123456"]);
        check("*123*", &["123", "12A12345", "T1231"], &["12A45", ""]);
        check("*?", &["1", "12A"], &[""]);
        check("*1*2*3", &["123", "A1B2C3", "1112223"], &["321", "12A", "1234"]);
    }

    #[test]
    fn they_are_read_and_written_as_text() {
        let pattern: PlatePattern = serde_json::from_str("\"12a-1?3.45\"").expect("a pattern");
        assert_eq!(serde_json::to_string(&pattern).expect("text"), "\"12A1?345\"");
        let error = serde_json::from_str::<PlatePattern>("\"12%\"").expect_err("no pattern");
        assert!(error.to_string().contains("'%' is on no plate"), "{error}");
    }

    /// What `matches` has to say, by trying all.
    fn matches_slowly(pattern: &[u8], key: &[u8]) -> bool {
        match (pattern.split_first(), key.split_first()) {
            (None, _) => key.is_empty(),
            (Some((b'*', rest)), _) => (0..=key.len()).any(|taken| matches_slowly(rest, &key[taken..])),
            (Some((sign, rest)), Some((first, left))) => (*sign == b'?' || sign == first) && matches_slowly(rest, left),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_is_once(written in "[ -~Đđ]{0,12}|[12AB?*. -]{1,20}") {
            if let Ok(pattern) = PlatePattern::parse(&written) {
                prop_assert_eq!(PlatePattern::parse(pattern.as_str()), Ok(pattern));
            }
        }

        #[test]
        fn matching_is_what_trying_all_says(written in "[12A?*]{1,10}", key in "[12A]{0,10}") {
            let pattern = PlatePattern::parse(&written).expect("a pattern");
            prop_assert_eq!(pattern.matches(&key), matches_slowly(written.as_bytes(), key.as_bytes()));
        }
    }
}
