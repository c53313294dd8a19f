//! Conditions of a query that depend on what is asked for, and what their question marks stand for.

use rusqlite::types::Value;

/// Joined by `and`; true while there is none.
pub(super) struct Conditions {
    pub sql: String,
    pub values: Vec<Value>,
}

impl Conditions {
    pub(super) fn new() -> Self {
        Self { sql: "true".to_owned(), values: Vec::new() }
    }

    pub(super) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" and ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// The column has one of the values; no values mean any.
    pub(super) fn one_of(&mut self, column: &str, values: impl ExactSizeIterator<Item = String>) {
        if values.len() > 0 {
            let marks = vec!["?"; values.len()].join(", ");
            self.and(&format!("{column} in ({marks})"), values.map(Value::from));
        }
    }
}
