//! Where a page of a long list ended.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::types::Value;
use uuid::Uuid;

use super::rows::nanoseconds;

/// The last row of a page, newest first. New rows do not shift the pages behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    at_ns: i64,
    id: Uuid,
}

impl Cursor {
    pub(super) fn new(at: Timestamp, id: Uuid) -> Self {
        Self { at_ns: nanoseconds(at), id }
    }

    /// Time and id, in a row's order.
    pub(super) fn values(self) -> [Value; 2] {
        [self.at_ns.into(), self.id.into_bytes().to_vec().into()]
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at_ns, self.id.simple())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor that a page ended with")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (time, id) = text.split_once('.').ok_or(CursorError)?;
        let at_ns = time.parse().map_err(|_| CursorError)?;
        Ok(Self { at_ns, id: Uuid::try_parse(id).map_err(|_| CursorError)? })
    }
}
