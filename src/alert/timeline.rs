//! What happened in a case, in order of time and in words. Pure.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Alert, Case};
use crate::rules::{Bilingual, Finding, FindingKind, Part, haunts};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    VehicleArrives,
    /// It stopped there; told at the time at which it was last seen.
    VehicleWaits,
    /// Something is the matter with its plate.
    Plate,
    PersonEnters,
    /// Somebody hides something: face, head, hands, tools.
    Hides,
    /// What somebody does there: loiters, enters a protected room.
    Conduct,
    /// Something is done to the camera.
    Camera,
    /// None is seen there any more.
    PersonLeaves,
    VehicleLeaves,
}

/// One line of a case's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: EntryKind,
    pub camera: String,
    /// Which of the case's alerts tells it.
    pub alert: Uuid,
    pub words: Bilingual,
}

/// A vehicle that was looked at and that a finding of the case speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenVehicle {
    pub track: Uuid,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// It stood still for a while.
    pub stopped: bool,
    /// What its plate says, if it could be read.
    pub plate: Option<String>,
}

/// Oldest first. Of one alert each kind of thing is told once, when it was first seen, and each vehicle that was looked
/// at. `camera_name` gives the name that guards know a camera by.
pub fn timeline(case: &Case, vehicles: &[SeenVehicle], camera_name: impl Fn(&str) -> String) -> Vec<Entry> {
    let mut entries = Vec::new();
    for alert in &case.alerts {
        let name = camera_name(&alert.camera);
        let told = Told { alert, name: &name };
        entries.extend(FindingKind::ALL.into_iter().filter_map(|kind| told.of_findings(kind, vehicles)));
        entries.extend(told.person_leaves());
    }
    for vehicle in vehicles {
        let is_of = |alert: &&Alert| alert.findings.iter().any(|finding| finding.track == vehicle.track);
        // A vehicle that stays may be of several alerts.
        let mut of = case.alerts.iter().filter(is_of);
        let Some(first) = of.next() else { continue };
        let last = of.next_back().unwrap_or(first);
        let name = camera_name(&first.camera);
        entries.push(Told { alert: first, name: &name }.vehicle_arrives(vehicle));
        entries.extend(Told { alert: last, name: &name }.vehicle_goes(vehicle));
    }
    entries.sort_by(|a, b| (a.at, a.kind, &a.camera, a.alert).cmp(&(b.at, b.kind, &b.camera, b.alert)));
    entries
}

/// What one alert tells.
struct Told<'a> {
    alert: &'a Alert,
    /// The camera's.
    name: &'a str,
}

impl Told<'_> {
    fn entry(&self, kind: EntryKind, at: Timestamp, vi: String, en: String) -> Entry {
        let Alert { id, camera, .. } = self.alert;
        Entry { at, kind, camera: camera.clone(), alert: *id, words: Bilingual { vi, en } }
    }

    /// Findings of one kind; a vehicle that was looked at tells of itself.
    fn of_findings(&self, kind: FindingKind, vehicles: &[SeenVehicle]) -> Option<Entry> {
        use FindingKind::{
            Bag, CameraOffline, CameraTampered, FaceCovered, Gloves, HeadCovered, Loitering, Person, PlateAbsent,
            PlateSuspect, PlateUnreadable, PlateWanted, ProtectedRoom, SeenBefore, Vehicle,
        };
        let is_told = |track| kind == Vehicle && vehicles.iter().any(|vehicle| vehicle.track == track);
        let found = self.alert.findings.iter().filter(|finding| finding.kind == kind && !is_told(finding.track));
        // A finding is of its surest moment; the id of a person's track is of the first.
        let first = |finding: &Finding| match began(finding.track) {
            Some(began) if kind == Person => finding.at.min(began.max(self.alert.opened_at)),
            _ => finding.at,
        };
        let is_of_spot = found.clone().any(|finding| haunts::is_of_spot(finding, &self.alert.findings));
        let at = found.map(first).min()?;
        let name = self.name;
        let (vi, en) = Part::Finding(kind).words();
        Some(match kind {
            Person => {
                let (vi, en) = (format!("có người xuất hiện ở {name}"), format!("somebody appears at {name}"));
                self.entry(EntryKind::PersonEnters, at, vi, en)
            }
            Vehicle => {
                self.entry(EntryKind::VehicleArrives, at, format!("có xe ở {name}"), format!("a vehicle at {name}"))
            }
            FaceCovered | HeadCovered | Gloves | Bag => {
                let (vi, en) = (format!("có người {vi} ở {name}"), format!("somebody {en} at {name}"));
                self.entry(EntryKind::Hides, at, vi, en)
            }
            SeenBefore if is_of_spot => {
                // The score's part says on how many nights.
                let part = self.alert.score_parts.iter().find(|part| part.part == Part::Finding(kind))?;
                let Bilingual { vi, en } = &part.words;
                self.entry(EntryKind::Conduct, at, format!("{vi}, ở {name}"), format!("{en}, at {name}"))
            }
            PlateAbsent | PlateUnreadable | PlateSuspect | PlateWanted | SeenBefore => {
                self.entry(EntryKind::Plate, at, format!("{vi}, ở {name}"), format!("{en}, at {name}"))
            }
            Loitering | ProtectedRoom => self.entry(
                EntryKind::Conduct,
                at,
                format!("có người {vi}, ở {name}"),
                format!("somebody {en}, at {name}"),
            ),
            CameraTampered | CameraOffline => {
                self.entry(EntryKind::Camera, at, format!("{vi}: {name}"), format!("{en}: {name}"))
            }
        })
    }

    fn person_leaves(&self) -> Option<Entry> {
        let Alert { findings, closed_at, last_seen_at, .. } = self.alert;
        let had_person = findings.iter().any(|finding| finding.kind == FindingKind::Person);
        let name = self.name;
        let (vi, en) = (format!("không còn thấy người ở {name}"), format!("nobody is seen any more at {name}"));
        (had_person && closed_at.is_some()).then(|| self.entry(EntryKind::PersonLeaves, *last_seen_at, vi, en))
    }

    fn vehicle_arrives(&self, vehicle: &SeenVehicle) -> Entry {
        let name = self.name;
        let (vi, en) = vehicle.called();
        let words = (format!("{vi} đến {name}"), format!("{en} arrives at {name}"));
        self.entry(EntryKind::VehicleArrives, vehicle.first_at, words.0, words.1)
    }

    /// A vehicle that stopped may still be there when nobody looks at it any more.
    fn vehicle_goes(&self, vehicle: &SeenVehicle) -> Option<Entry> {
        let name = self.name;
        let (vi, en) = vehicle.called();
        if vehicle.stopped {
            let words = (format!("{vi} dừng ở {name}"), format!("{en} waits at {name}"));
            return Some(self.entry(EntryKind::VehicleWaits, vehicle.last_at, words.0, words.1));
        }
        let words = (format!("{vi} rời {name}"), format!("{en} leaves {name}"));
        let is_over = self.alert.closed_at.is_some();
        is_over.then(|| self.entry(EntryKind::VehicleLeaves, vehicle.last_at, words.0, words.1))
    }
}

impl SeenVehicle {
    fn called(&self) -> (String, String) {
        match &self.plate {
            Some(text) => (format!("xe {text}"), format!("vehicle {text}")),
            None => ("xe".to_owned(), "a vehicle".to_owned()),
        }
    }
}

/// When a track began, which its id carries.
fn began(track: Uuid) -> Option<Timestamp> {
    let (seconds, nanoseconds) = track.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanoseconds).ok()?).ok()
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
