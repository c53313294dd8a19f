//! The vehicles of one camera: looked at, recalled, told and kept.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::archive::{Archive, Recalled};
use super::closer::Closer;
use super::inspector::{Inspected, Inspector, Plates, VehiclePicture};
use crate::alert::Vehicle;
use crate::decode::Frame;
use crate::rules::nights::night_of;
use crate::rules::plate::evidence::Judgement;
use crate::rules::plate::{Plate, Suspicion};
use crate::store::{Passage, VehicleCrop};
use crate::track::Track;

pub(super) struct Vehicles {
    camera: String,
    timezone: TimeZone,
    inspector: Inspector,
    /// Absent in `replay`, which remembers nothing.
    archive: Option<Arc<dyn Archive>>,
    known: HashMap<Uuid, Known>,
}

#[derive(Default)]
struct Known {
    has_stopped: bool,
    /// What is remembered of it, and as what it was looked up.
    recalled: Option<(LookedUp, Recalled)>,
    told: Option<Vehicle>,
}

/// What its plate said, whether it had stopped, and for how many times [`LOOKED_UP_EVERY`] it had been in view.
type LookedUp = (String, bool, i64);

/// How long a vehicle is in view says something, so it is looked up again.
const LOOKED_UP_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// What is known of a vehicle by now.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub vehicle: Vehicle,
    pub passage: Passage,
    pub is_watched: bool,
    pub came_before: bool,
    /// Something of it differs from what was told before.
    pub is_news: bool,
    /// Those that are new.
    pub pictures: Vec<VehiclePicture>,
}

impl Vehicles {
    pub(super) fn new(
        camera: &str,
        timezone: TimeZone,
        plates: Arc<dyn Plates>,
        archive: Option<Arc<dyn Archive>>,
    ) -> Self {
        Self { camera: camera.to_owned(), timezone, inspector: Inspector::new(plates), archive, known: HashMap::new() }
    }

    pub(super) fn archive(&self) -> Option<&dyn Archive> {
        self.archive.as_deref()
    }

    /// Looks at those of `vehicles` whose turn it is, all of them seen in `frame`.
    pub(super) fn look(
        &mut self,
        frame: &Arc<Frame>,
        vehicles: &[&Track],
        closer: Option<&mut (dyn Closer + '_)>,
    ) -> Inspected {
        self.inspector.look(frame, vehicles, closer)
    }

    /// A vehicle stands still at present.
    pub(super) fn stopped(&mut self, track: Uuid) {
        self.known.entry(track).or_default().has_stopped = true;
    }

    /// What its plate comes to by now; none before it was looked at.
    pub(super) fn plate(&self, track: Uuid) -> Option<&Plate> {
        self.inspector.judgement(track).map(|judgement| &judgement.plate)
    }

    /// What is known of a vehicle; none before it was looked at.
    pub(super) fn tell(&mut self, track: &Track) -> Option<Told> {
        let Judgement { mut plate, read } = self.inspector.judgement(track.id)?.clone();
        let known = self.known.entry(track.id).or_default();
        let mut passage = Passage {
            track: track.id,
            camera: self.camera.clone(),
            class: track.class,
            first_at: track.first_at,
            last_at: track.last_at,
            stopped: known.has_stopped,
            plate: Plate::default(),
            night: night_of(track.first_at, &self.timezone).or_else(|| night_of(track.last_at, &self.timezone)),
            has_vehicle_crop: self.inspector.has_picture(track.id, VehicleCrop::Vehicle),
            has_plate_crop: self.inspector.has_picture(track.id, VehicleCrop::Plate),
            listed: None,
        };
        let recalled = match (plate.text(), &read, &self.archive) {
            (Some(text), Some(read), Some(archive)) => {
                // The database is not asked five times a second.
                let in_view = passage.last_at.duration_since(passage.first_at);
                let as_what = (text.to_owned(), passage.stopped, in_view.as_secs() / LOOKED_UP_EVERY.as_secs());
                if known.recalled.as_ref().is_none_or(|(before, _)| *before != as_what) {
                    known.recalled = Some((as_what, archive.recall(&passage, read)));
                }
                known.recalled.as_ref().map(|(_, recalled)| recalled.clone()).unwrap_or_default()
            }
            _ => Recalled::default(),
        };
        if recalled.is_elsewhere {
            plate.suspicions.push(Suspicion::SeenElsewhere);
        }
        let (entry, listed) = recalled.listed.unzip();
        passage.plate = plate.clone();
        passage.listed = entry;
        let vehicle = Vehicle { track: track.id, plate, listed, before: recalled.before };
        let is_news = known.told.as_ref().is_none_or(|told| !told.tells_as(&vehicle));
        known.told = Some(vehicle.clone());
        Some(Told {
            is_watched: vehicle.listed.as_ref().is_some_and(|listed| listed.is_watched),
            came_before: vehicle.before.is_some(),
            pictures: if is_news { self.inspector.new_pictures(track.id) } else { Vec::new() },
            vehicle,
            passage,
            is_news,
        })
    }

    /// What is known of a track that ended, with all pictures that are new; it is forgotten.
    pub(super) fn forget(&mut self, track: &Track) -> Option<Told> {
        let mut told = self.tell(track);
        if let Some(told) = &mut told {
            told.pictures.extend(self.inspector.new_pictures(track.id));
        }
        self.inspector.forget(track.id);
        self.known.remove(&track.id);
        told
    }
}
