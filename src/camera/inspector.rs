//! Looks for the plate of each vehicle that moves, on the few pictures that are worth it, and knows
//! what they come to. When is decided in [`inspections`](super::inspections).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::closer::Closer;
use super::inspections::{Allowance, Inspections, cost};
use crate::base::Rect;
use crate::decode::{Frame, jpeg};
use crate::rules::plate::evidence::{Judgement, PlateEvidence};
use crate::rules::plate::verdict::View;
use crate::rules::plate::{Plate, PlateVerdict};
use crate::store::VehicleCrop;
use crate::track::Track;
use crate::vision::plate::{Depth, PlateLook, PlateObservation, PlateReader, PlateRules};
use crate::vision::{Class, DetectError};

/// Vehicles that are looked at in one picture at most: the camera's thread has more to do.
const MOST_A_PICTURE: usize = 2;
/// Share of a vehicle's box that a plate is wide, seen from the front or from behind: 0.52 m of
/// 1.8 m, 0.19 m of 0.75 m; a little less, for boxes are drawn generously.
const PLATE_SHARE: f32 = 0.22;
/// A plate is read from so many pixels of width on; below, characters are 4 pixels wide.
const LEAST_READ: f32 = 36.0;
/// A larger picture may be so much older or younger than the analysed one that the vehicle has moved
/// on: it is looked for this share of its size around where it is.
const AROUND: f32 = 0.12;
/// A plate that was read this surely, in so many pictures, is not looked at again.
const SETTLED: f32 = 0.95;
const SETTLED_FRAMES: u32 = 3;
/// Most of a vehicle's time that decoding a larger picture may take at once, in milliseconds.
const MOST_DECODING_MS: f32 = 30.0;

/// Looks at one vehicle in one picture: the models, or what a test puts in their place.
pub trait Plates: Send + Sync {
    /// When something may be said.
    fn rules(&self) -> PlateRules;

    /// What the picture shows of the plate of the vehicle in `vehicle` (in pixels of the frame); none
    /// when it would have to wait and must not.
    ///
    /// # Errors
    /// When a model fails on this picture.
    fn look(
        &self,
        frame: &Arc<Frame>,
        vehicle: Rect,
        class: Class,
        depth: Depth,
    ) -> Result<Option<PlateLook>, DetectError>;
}

/// The models of plates.
pub struct PlateModels {
    pub reader: PlateReader,
    /// `replay` waits for its turn; a live camera must not.
    pub waits: bool,
}

impl Plates for PlateModels {
    fn rules(&self) -> PlateRules {
        self.reader.rules()
    }

    fn look(
        &self,
        frame: &Arc<Frame>,
        vehicle: Rect,
        class: Class,
        depth: Depth,
    ) -> Result<Option<PlateLook>, DetectError> {
        if self.waits {
            self.reader.look(frame, vehicle, class, depth).map(Some)
        } else {
            self.reader.try_look(frame, vehicle, class, depth)
        }
    }
}

pub struct Inspector {
    plates: Arc<dyn Plates>,
    rules: PlateRules,
    known: HashMap<Uuid, Known>,
}

/// What is known of one vehicle.
struct Known {
    inspections: Inspections,
    evidence: PlateEvidence,
    judgement: Judgement,
    /// The best picture of each kind, and what it is worth.
    pictures: [Option<Kept>; VehicleCrop::ALL.len()],
    /// When the larger picture was taken that was looked at last.
    last_closer_at: Option<Timestamp>,
}

struct Kept {
    worth: f32,
    jpeg: Arc<[u8]>,
    /// Given out.
    given: bool,
}

/// What came of one picture.
#[derive(Debug, Default)]
pub struct Inspected {
    /// Vehicles that were looked at.
    pub vehicles: Vec<Uuid>,
    /// Runs of models.
    pub inferences: u32,
    /// Looks that were left out because a model had no time.
    pub busy: u32,
}

/// A picture of a vehicle or its plate.
#[derive(Debug, Clone)]
pub struct VehiclePicture {
    pub track: Uuid,
    pub crop: VehicleCrop,
    pub jpeg: Arc<[u8]>,
}

impl Inspector {
    pub fn new(plates: Arc<dyn Plates>) -> Self {
        Self { rules: plates.rules(), plates, known: HashMap::new() }
    }

    /// Looks at those of `vehicles` whose turn it is, all of them seen in `frame`; of many at the
    /// largest. `closer` is where larger pictures of them may be had.
    pub fn look(
        &mut self,
        frame: &Arc<Frame>,
        vehicles: &[&Track],
        mut closer: Option<&mut (dyn Closer + '_)>,
    ) -> Inspected {
        let mut inspected = Inspected::default();
        let mut largest: Vec<_> = vehicles.to_vec();
        largest.sort_by(|a, b| b.bbox.area().total_cmp(&a.bbox.area()));
        for vehicle in largest {
            if inspected.vehicles.len() == MOST_A_PICTURE {
                break;
            }
            let known = self.known.entry(vehicle.id).or_insert_with(|| Known::new(self.rules));
            let look = Look { plates: &*self.plates, rules: &self.rules, frame, vehicle, inspected: &mut inspected };
            look.take(known, closer.as_deref_mut());
        }
        inspected
    }

    /// What is known of a vehicle by now; none before it was looked at.
    pub fn judgement(&self, track: Uuid) -> Option<&Judgement> {
        self.known.get(&track).filter(|known| known.inspections.has_looked()).map(|known| &known.judgement)
    }

    /// Which pictures there are of a vehicle.
    pub fn has_picture(&self, track: Uuid, crop: VehicleCrop) -> bool {
        self.known.get(&track).is_some_and(|known| known.pictures[crop as usize].is_some())
    }

    /// The pictures of a vehicle that are new.
    pub fn new_pictures(&mut self, track: Uuid) -> Vec<VehiclePicture> {
        let Some(known) = self.known.get_mut(&track) else { return Vec::new() };
        let kept = VehicleCrop::ALL.into_iter().zip(&mut known.pictures).filter_map(|(crop, kept)| {
            let kept = kept.as_mut()?;
            let is_new = !std::mem::replace(&mut kept.given, true);
            is_new.then(|| VehiclePicture { track, crop, jpeg: Arc::clone(&kept.jpeg) })
        });
        kept.collect()
    }

    /// Forgets a track that ended.
    pub fn forget(&mut self, track: Uuid) {
        self.known.remove(&track);
    }
}

/// One look at one vehicle.
struct Look<'a> {
    plates: &'a dyn Plates,
    rules: &'a PlateRules,
    /// The analysed picture.
    frame: &'a Arc<Frame>,
    vehicle: &'a Track,
    inspected: &'a mut Inspected,
}

/// A picture to look at.
struct Picture {
    frame: Arc<Frame>,
    /// The vehicle in it.
    vehicle: Rect,
    /// How many times the least size it has there.
    size: f32,
}

impl Look<'_> {
    /// Looks, if it is the vehicle's turn and there is a picture to look at.
    fn take(mut self, known: &mut Known, closer: Option<&mut (dyn Closer + '_)>) {
        if known.is_settled() {
            return;
        }
        let at = self.frame.at;
        let larger = closer.and_then(|closer| self.larger(known, closer));
        let picture = larger.unwrap_or_else(|| Picture {
            frame: Arc::clone(self.frame),
            vehicle: self.vehicle.bbox,
            size: self.size(1.0),
        });
        if let Some(allowance) = known.inspections.turn(at, picture.size) {
            self.look(known, &picture, &allowance);
        }
    }

    /// The vehicle in a larger picture, where one may be had for what may be spent and it was not looked
    /// at already.
    fn larger(&self, known: &mut Known, closer: &mut (dyn Closer + '_)) -> Option<Picture> {
        let (width, height) = closer.size()?;
        let (across, down) = (width as f32 / self.frame.width as f32, height as f32 / self.frame.height as f32);
        let size = self.size(across);
        let allowance = known.inspections.turn(self.frame.at, size).filter(|_| across > 1.0)?;
        let (frame, decoding_ms) = closer.picture(self.frame.at, allowance.reading_ms.min(MOST_DECODING_MS));
        known.inspections.spend_reading(decoding_ms);
        let frame = frame.filter(|frame| known.last_closer_at.replace(frame.at) != Some(frame.at))?;
        let Rect { x, y, w, h } = self.vehicle.bbox.scaled(across, down);
        let vehicle = Rect::new(x - AROUND * w, y - AROUND * h, w * (1.0 + 2.0 * AROUND), h * (1.0 + 2.0 * AROUND));
        Some(Picture { frame, vehicle, size })
    }

    /// How many times as large as it must be a plate is on the vehicle in a picture that shows it `across`
    /// times as wide as the analysed one.
    fn size(&self, across: f32) -> f32 {
        self.vehicle.bbox.w * across * PLATE_SHARE / self.rules.least_pixels
    }

    fn look(&mut self, known: &mut Known, picture: &Picture, allowance: &Allowance) {
        let is_legible = picture.size * self.rules.least_pixels >= LEAST_READ;
        let depth = if is_legible && allowance.reads() { Depth::Read } else { Depth::Find };
        let spent = match self.plates.look(&picture.frame, picture.vehicle, self.vehicle.class, depth) {
            Ok(Some(PlateLook { observation, inferences })) => {
                self.inspected.inferences += inferences;
                if let Some(seen) = observation {
                    known.add(picture, &seen);
                }
                known.judgement = known.evidence.judge(self.vehicle.class, View::Track);
                self.inspected.vehicles.push(self.vehicle.id);
                if inferences > 1 { cost::READ_MS } else { 0.0 }
            }
            Ok(None) => {
                self.inspected.busy += 1;
                return;
            }
            Err(error) => {
                tracing::error!(%error, "a vehicle was not looked at");
                0.0
            }
        };
        known.inspections.looked(self.frame.at, picture.size, cost::FIND_MS, spent);
    }
}

impl Known {
    fn new(rules: PlateRules) -> Self {
        Self {
            inspections: Inspections::default(),
            evidence: PlateEvidence::new(rules),
            judgement: Judgement::default(),
            pictures: Default::default(),
            last_closer_at: None,
        }
    }

    /// Whether more pictures would hardly tell more.
    fn is_settled(&self) -> bool {
        let Plate { verdict, confidence, frames, .. } = &self.judgement.plate;
        *verdict == PlateVerdict::Readable && *confidence >= SETTLED && *frames >= SETTLED_FRAMES
    }

    fn add(&mut self, picture: &Picture, seen: &PlateObservation) {
        self.evidence.add(picture.frame.at, seen);
        let worth = seen.width * seen.sharpness * seen.confidence;
        self.keep(VehicleCrop::Vehicle, worth, &picture.frame, &picture.vehicle);
        self.keep(VehicleCrop::Plate, worth, &picture.frame, &seen.region);
    }

    /// Keeps a picture if it is worth more than the one before.
    fn keep(&mut self, crop: VehicleCrop, worth: f32, frame: &Frame, region: &Rect) {
        let kept = &mut self.pictures[crop as usize];
        let is_better = kept.as_ref().is_none_or(|kept| worth > kept.worth);
        if is_better && let Some(jpeg) = jpeg::crop(frame, region) {
            *kept = Some(Kept { worth, jpeg: jpeg.into(), given: false });
        }
    }
}

#[cfg(test)]
#[path = "inspector_tests.rs"]
mod tests;
