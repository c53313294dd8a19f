//! The pictures that lie beside an alert: what their files are called, and when they went. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vision::attributes::Attribute;

/// That an alert's pictures are not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PicturesRemoved {
    pub at: Timestamp,
    pub by: RemovedBy,
}

/// Why they went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RemovedBy {
    /// Their time was over.
    Retention,
    /// Somebody deleted what was recorded then.
    Deletion,
}

impl RemovedBy {
    pub fn name(self) -> &'static str {
        match self {
            Self::Retention => "retention",
            Self::Deletion => "deletion",
        }
    }
}

/// An alert, and the tracks of which it may have pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    pub alert: Uuid,
    pub tracks: Vec<Uuid>,
}

impl Pictured {
    /// What its files may be called, those too that a crash has left half written; not all of them are there.
    pub fn file_names(&self) -> Vec<String> {
        let crops = self
            .tracks
            .iter()
            .flat_map(|track| Attribute::ALL.map(|attribute| format!("{}.{track}.{}", self.alert, attribute.name())));
        let own = [self.alert.to_string(), format!("{}.plain", self.alert)];
        own.into_iter()
            .chain(crops)
            .flat_map(|stem| ["jpg", "partial"].map(|ending| format!("{stem}.{ending}")))
            .collect()
    }
}

/// The alert whose picture a file of this name is; `None` for any other file.
pub fn alert_of_file(name: &str) -> Option<Uuid> {
    let mut parts = name.strip_suffix(".jpg").or_else(|| name.strip_suffix(".partial"))?.split('.');
    let alert = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let is_one = match rest[..] {
        [] | ["plain"] => true,
        [track, attribute] => is_id(track) && Attribute::ALL.into_iter().any(|known| known.name() == attribute),
        _ => false,
    };
    if is_one && is_id(alert) { Uuid::try_parse(alert).ok() } else { None }
}

/// As ids are written into names.
fn is_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_an_alert_is_known_as_its_own() {
        let pictured = Pictured { alert: Uuid::from_u128(7), tracks: vec![Uuid::from_u128(8), Uuid::from_u128(9)] };
        let names = pictured.file_names();
        assert_eq!(names.len(), 2 * (2 + 2 * 4));
        for name in &names {
            assert_eq!(alert_of_file(name), Some(pictured.alert), "{name}");
        }
        let id = Uuid::from_u128(7);
        for name in ["jpg", "a.jpg", "../x.jpg", "7.plain.jpg"].map(str::to_owned).into_iter().chain([
            format!("{id}.vehicle.jpg"),
            format!("{id}.plate.jpg"),
            format!("{id}.{id}.shoes.jpg"),
            format!("{id}.{id}.hat.mask.jpg"),
            format!("{id}.png"),
            format!("{}.jpg", id.simple()),
        ]) {
            assert_eq!(alert_of_file(&name), None, "{name}");
        }
    }
}
