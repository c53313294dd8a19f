//! Plates that are not known in full, as they are looked for in `plate_candidate`.

use rusqlite::{Connection, params};

use crate::rules::plate::PlatePattern;

/// Plates that match a pattern are few when they are at most so many.
pub(super) const FEW: u32 = 2_000;

/// A GLOB over a plate's letters and digits, and the same backwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    forwards: String,
    backwards: String,
}

/// One way of reading a pattern, and the index that is sorted that way.
pub(super) struct Side<'a> {
    pub index: &'static str,
    pub column: &'static str,
    pub glob: &'a str,
    /// What matches begins with this
    pub from: &'a str,
    /// and comes before this.
    pub to: String,
}

impl Pattern {
    pub(super) fn new(pattern: &PlatePattern) -> Self {
        let forwards = pattern.glob().to_owned();
        Self { backwards: forwards.chars().rev().collect(), forwards }
    }

    pub(super) fn forwards(&self) -> &str {
        &self.forwards
    }

    /// The way that begins with more that is known.
    pub(super) fn side(&self) -> Side<'_> {
        let side = |index, column, glob| {
            let from = known_beginning(glob);
            // No letter comes after this one.
            Side { index, column, glob, from, to: format!("{from}\u{10ffff}") }
        };
        let beginning = side("candidate_by_beginning", "letters", &self.forwards);
        let end = side("candidate_by_end", "backwards", &self.backwards);
        if beginning.from.len() >= end.from.len() { beginning } else { end }
    }

    /// Counts no further than it has to.
    pub(super) fn matches_few(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let Side { index, column, glob, from, to } = self.side();
        let sql = format!(
            "select count(*) from
                (select 1 from plate_candidate indexed by {index}
                 where {column} >= ? and {column} < ? and {column} glob ? limit ?)"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found: u32 = statement.query_row(params![from, to, glob, FEW + 1], |row| row.get(0))?;
        Ok(found <= FEW)
    }
}

fn known_beginning(glob: &str) -> &str {
    glob.find(['?', '*']).map_or(glob, |end| &glob[..end])
}
