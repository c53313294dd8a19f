//! What a guard writes down. Pure.

use std::fmt;
use std::str::FromStr;

const LONGEST: usize = 2_000;

/// 1 to 2000 characters on any number of lines, without blanks around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("says nothing; write 1 to {LONGEST} characters")]
    Empty,
    #[error("has {0} characters; at most {LONGEST} are kept")]
    Long(usize),
    #[error("has a character that nobody can see; write plain text")]
    Control,
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        let len = text.chars().count();
        if text.is_empty() {
            Err(NoteError::Empty)
        } else if len > LONGEST {
            Err(NoteError::Long(len))
        } else if text.contains(|c: char| c.is_control() && c != '\n') {
            Err(NoteError::Control)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl Note {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, NoteError>) {
        assert_eq!(text.parse::<Note>().map(|note| note.0), expected.map(str::to_owned));
    }

    #[test]
    fn notes_are_plain_text() {
        check(" Đã gọi ông Lý.\r\nCổng đã khóa.\n", Ok("Đã gọi ông Lý.\nCổng đã khóa."));
        check(" \n ", Err(NoteError::Empty));
        check(&"ă".repeat(2_000), Ok(&"ă".repeat(2_000)));
        check(&"ă".repeat(2_001), Err(NoteError::Long(2_001)));
        for unseen in ["a\tb", "a\rb", "a\0b", "a\u{1b}[31mb", "a\u{85}b"] {
            check(unseen, Err(NoteError::Control));
        }
    }
}
