//! Plates that are not known in full, as they are looked for in `plate_candidate`.

use rusqlite::{Connection, Row, params};

use crate::rules::plate::PlatePattern;

/// Plates that match a pattern are few when they are at most so many.
pub(super) const FEW: u32 = 2_000;

/// A GLOB over a plate's letters and digits, and the same backwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    forwards: String,
    backwards: String,
}

/// Tracks of which a plate matches a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Few {
    /// A JSON array of their ids in hexadecimal; a track whose candidates all match is there more than once.
    pub tracks: String,
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

    /// The tracks that match, where they are few. Looks no further than it has to; where only the middle of a plate
    /// is known the whole index has to be gone through, and this is the one time.
    pub(super) fn few(&self, connection: &Connection) -> rusqlite::Result<Option<Few>> {
        let Side { from, to, glob, .. } = self.side();
        let mut statement = connection.prepare_cached(&self.few_sql())?;
        let read = |row: &Row<'_>| Ok((row.get::<_, u32>(0)?, Few { tracks: row.get(1)? }));
        let (found, few) = statement.query_row(params![from, to, glob, FEW + 1], read)?;
        Ok((found <= FEW).then_some(few))
    }

    pub(super) fn few_sql(&self) -> String {
        let Side { index, column, .. } = self.side();
        format!(
            "select count(*), json_group_array(hex(track)) from
                (select track from plate_candidate indexed by {index}
                 where {column} >= ? and {column} < ? and {column} glob ? limit ?)"
        )
    }
}

fn known_beginning(glob: &str) -> &str {
    glob.find(['?', '*']).map_or(glob, |end| &glob[..end])
}
