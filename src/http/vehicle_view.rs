//! What the API gives of vehicles and lists of plates.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Context;
use crate::rules::plate::lists::ListKind;
use crate::rules::plate::{Candidate, PlateVerdict, Suspicion};
use crate::store::{self, Passage, PlateLists, TimesSeen, VehicleCrop};
use crate::vision::Class;
use crate::vision::plate::PlateColor;

/// A vehicle that came by.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Vehicle {
    /// Names this coming by.
    pub track: Uuid,
    pub camera: String,
    /// Its id where the camera is no longer configured.
    pub camera_name: String,
    pub class: Class,
    #[schema(format = DateTime)]
    pub first_at: String,
    #[schema(format = DateTime)]
    pub last_at: String,
    /// It stood still for a while.
    pub stopped: bool,
    /// Local date of the evening on which its night began; null by day.
    #[schema(required, format = Date)]
    pub night: Option<String>,
    pub verdict: PlateVerdict,
    /// Of the verdict.
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f32,
    /// What its plate may say, most probable first; empty unless the verdict is readable.
    pub candidates: Vec<Candidate>,
    /// Of the plate's ground; null where it cannot be told.
    #[schema(required)]
    pub color: Option<PlateColor>,
    /// Why the plate is suspect. Nothing here says that it is false.
    pub suspicions: Vec<Suspicion>,
    /// Pictures behind the verdict.
    pub frames: u32,
    /// Greatest width of the plate or its place, in pixels.
    pub pixels: u32,
    pub crops: Crops,
    /// What the plate is known for.
    #[schema(required)]
    pub listed: Option<ListedPlate>,
    /// How often a plate that most probably says the same came by, this time too; null where it
    /// cannot be read, and for who may not see every camera.
    #[schema(required)]
    pub seen: Option<Seen>,
}

/// Addresses of pictures; others once better pictures may have taken their place.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Crops {
    #[schema(required)]
    pub vehicle: Option<String>,
    #[schema(required)]
    pub plate: Option<String>,
}

/// An entry of the lists that a plate matched.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedPlate {
    pub entry: Uuid,
    pub kind: ListKind,
    pub reason: String,
    pub note: String,
    /// False where one character was unsure.
    pub exact: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Seen {
    /// As far back as is remembered.
    #[schema(format = DateTime)]
    pub since: String,
    pub passages: u32,
    /// Different nights.
    pub nights: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VehiclePage {
    /// Newest first.
    pub items: Vec<Vehicle>,
    /// For the page behind; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A vehicle, and when else its plate came by.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VehicleInFull {
    #[serde(flatten)]
    pub vehicle: Vehicle,
    /// The last time before this one.
    #[schema(required)]
    pub before: Option<Sighting>,
    /// The other times, newest first, at most 50.
    pub others: Vec<Sighting>,
}

/// When and where a plate came by.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Sighting {
    pub track: Uuid,
    pub camera: String,
    pub camera_name: String,
    #[schema(format = DateTime)]
    pub at: String,
    #[schema(required, format = Date)]
    pub night: Option<String>,
    pub stopped: bool,
}

/// A plate that somebody knows or watches for, or plates of one pattern.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlateEntry {
    pub id: Uuid,
    pub kind: ListKind,
    /// `?` is one unknown character, `*` any number of them.
    pub pattern: String,
    /// Whose it is, or why it is watched for.
    pub reason: String,
    /// What the vehicle looks like, say; may be empty.
    pub note: String,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(required, format = DateTime)]
    pub expires_at: Option<String>,
    /// False once it has expired.
    pub in_force: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlateList {
    /// Newest first.
    pub items: Vec<PlateEntry>,
}

impl Context {
    pub(super) fn vehicle(&self, passage: &Passage, lists: &PlateLists, seen: Option<Seen>) -> Vehicle {
        let plate = &passage.plate;
        let crop = |crop: VehicleCrop| {
            // What follows `v=` is for the reader alone, as with the crops of persons.
            let (name, frames, pixels) = (crop.name(), plate.frames, plate.pixels);
            let address = || format!("/api/v1/vehicles/{}/crops/{name}?v={frames}-{pixels}", passage.track);
            passage.has_crop(crop).then(address)
        };
        let listed = lists.known_for(passage, self.now()).and_then(|listed| {
            let store::PlateEntry { id, list, note, .. } = lists.entry(listed.entry)?.clone();
            Some(ListedPlate { entry: id, kind: list.kind, reason: list.reason, note, exact: listed.exact })
        });
        Vehicle {
            track: passage.track,
            camera: passage.camera.clone(),
            camera_name: self.camera_name(&passage.camera),
            class: passage.class,
            first_at: self.time(passage.first_at),
            last_at: self.time(passage.last_at),
            stopped: passage.stopped,
            night: passage.night.map(|night| night.to_string()),
            verdict: plate.verdict,
            confidence: plate.confidence,
            candidates: plate.candidates.clone(),
            color: plate.color,
            suspicions: plate.suspicions.clone(),
            frames: plate.frames,
            pixels: plate.pixels,
            crops: Crops { vehicle: crop(VehicleCrop::Vehicle), plate: crop(VehicleCrop::Plate) },
            listed,
            seen,
        }
    }

    pub(super) fn seen(&self, since: Timestamp, TimesSeen { passages, nights }: TimesSeen) -> Seen {
        Seen { since: self.time(since), passages, nights }
    }

    pub(super) fn sighting(&self, passage: &Passage) -> Sighting {
        Sighting {
            track: passage.track,
            camera: passage.camera.clone(),
            camera_name: self.camera_name(&passage.camera),
            at: self.time(passage.first_at),
            night: passage.night.map(|night| night.to_string()),
            stopped: passage.stopped,
        }
    }

    pub(super) fn plate_entry(&self, entry: &store::PlateEntry) -> PlateEntry {
        PlateEntry {
            id: entry.id,
            kind: entry.list.kind,
            pattern: entry.written.clone(),
            reason: entry.list.reason.clone(),
            note: entry.note.clone(),
            created_at: self.time(entry.created_at),
            expires_at: entry.list.expires_at.map(|at| self.time(at)),
            in_force: entry.list.counts_at(self.now()),
        }
    }
}
