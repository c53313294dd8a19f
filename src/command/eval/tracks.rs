//! Vehicles that are labelled in several pictures, as if a camera had followed them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::Outcome;
use crate::rules::plate::Plate;
use crate::rules::plate::evidence::PlateEvidence;
use crate::rules::plate::verdict::View;
use crate::vision::Class;
use crate::vision::plate::{PlateObservation, PlateRules};

/// Pictures of a track are so far apart: five a second are analysed.
const STEP: Duration = Duration::from_millis(200);

/// What is known by now of each, by its name in the labels.
#[derive(Default)]
pub(super) struct Tracks(BTreeMap<String, Followed>);

struct Followed {
    evidence: PlateEvidence,
    next_at: Timestamp,
    classes: BTreeMap<Class, usize>,
}

impl Tracks {
    /// What the pictures of the track so far come to, with another in which it looks like `class`.
    pub(super) fn judge(
        &mut self,
        name: &str,
        seen: Option<&PlateObservation>,
        class: Class,
        rules: PlateRules,
    ) -> Plate {
        let track = self.0.entry(name.to_owned()).or_insert_with(|| Followed {
            evidence: PlateEvidence::new(rules),
            next_at: Timestamp::UNIX_EPOCH,
            classes: BTreeMap::new(),
        });
        if let Some(seen) = seen {
            track.evidence.add(track.next_at, seen);
        }
        track.next_at += STEP;
        *track.classes.entry(class).or_default() += 1;
        let most = track.classes.iter().max_by_key(|&(_, count)| *count).map_or(class, |(&class, _)| class);
        track.evidence.judge(most, View::Track).plate
    }
}

/// Marks all but the last picture of each track as superseded.
pub(super) fn keep_last(outcomes: &mut [Outcome]) {
    let mut told = BTreeSet::new();
    for outcome in outcomes.iter_mut().rev() {
        let vehicles = outcome.label.vehicles.as_deref().unwrap_or_default();
        for inspected in &mut outcome.plates {
            let name = vehicles.get(inspected.index).and_then(|vehicle| vehicle.track.as_deref());
            inspected.is_superseded = name.is_some_and(|name| !told.insert(name.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::base::{Point, Rect};
    use crate::command::eval::Inspected;
    use crate::command::eval::labels::{Label, Vehicle};
    use crate::rules::plate::PlateVerdict;
    use crate::vision::plate::PlaceKind;

    const RULES: PlateRules =
        PlateRules { least_pixels: 30.0, legible_pixels: 70.0, least_sharpness: 0.1, most_burnt: 0.3, least_text: 0.6 };

    fn bare() -> PlateObservation {
        PlateObservation {
            kind: PlaceKind::Bare,
            confidence: 0.9,
            corners: [Point { x: 0.0, y: 0.0 }; 4],
            region: Rect::new(0.0, 0.0, 80.0, 30.0),
            width: 80.0,
            sharpness: 0.8,
            burnt: 0.0,
            color: None,
            lines: Vec::new(),
        }
    }

    #[test]
    fn pictures_of_a_track_are_judged_together_and_tracks_apart() {
        let mut tracks = Tracks::default();
        let mut told = |name| tracks.judge(name, Some(&bare()), Class::Car, RULES).verdict;
        let first: Vec<_> = (0..10).map(|_| told("a")).collect();
        assert_eq!((first[0], first[9]), (PlateVerdict::NotAssessable, PlateVerdict::Absent), "{first:?}");
        assert_eq!(told("b"), PlateVerdict::NotAssessable);
    }

    #[test]
    fn a_track_counts_once_by_its_last_picture() {
        let outcome = |tracks: &[Option<&str>]| {
            let vehicle = |track: Option<&str>| Vehicle {
                bbox: Rect::new(0.0, 0.0, 9.0, 9.0),
                plate: Some(PlateVerdict::Absent),
                text: None,
                plate_bbox: None,
                track: track.map(str::to_owned),
            };
            let vehicles = Some(tracks.iter().copied().map(vehicle).collect());
            let mut outcome = Outcome::new(Label { image: PathBuf::new(), light: None, persons: None, vehicles });
            outcome.plates = (0..tracks.len())
                .map(|index| Inspected {
                    index,
                    class: None,
                    plate: Plate::default(),
                    is_superseded: false,
                    observation: None,
                })
                .collect();
            outcome
        };
        let mut outcomes = [outcome(&[Some("a"), None]), outcome(&[Some("b"), Some("a")]), outcome(&[None])];
        keep_last(&mut outcomes);
        assert_eq!(outcomes.each_ref().map(|outcome| outcome.plate_cases().len()), [1, 2, 1]);
    }
}
