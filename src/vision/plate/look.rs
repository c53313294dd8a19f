//! A look at one vehicle: where its plate is, how it is seen, and what is written there.

use super::aligner::Aligner;
use super::color::{self, Cast};
use super::ctc::Alphabet;
use super::finder::ShapeError;
use super::homography::Homography;
use super::level::leveled;
use super::lines::lines;
use super::reconcile::reconciled;
use super::strip::Strip;
use super::{PlaceKind, PlateColor, PlateLine, PlateObservation, finder};
use crate::base::{Point, Rect};
use crate::decode::{Frame, Planes};
use crate::vision::Class;
use crate::vision::crop::{sharpness, square};
use crate::vision::detector::DetectError;
use crate::vision::error::ModelError;
use crate::vision::manifest::Manifest;
use crate::vision::model::{Input, Model, PlaceRule};
use crate::vision::runtime::{Memory, Output, Session};
use crate::vision::tensor::{Colors, Placement, Tensor};

/// Larger strips tell no more of colour and lines.
const MOST_STRIP: f32 = 320.0;
/// A place is looked at again in a square of so many times its size. So a plate's corners are found more exactly: shown a
/// whole vehicle, the finder knows them to a few pixels of the frame. And one that seems bare or covered is seen more surely.
const NEAR: f32 = 3.0;
/// It is the same plate if it has so much of its box in common.
const SAME: f32 = 0.5;
/// Pixels of all channels at and above this are burnt out.
const BURNT: f32 = 250.0;
/// Lines of fewer pixels of the frame show no characters, and are not paid for.
const LEAST_LINE: f32 = 6.0;
/// A recogniser's line is a multiple of this wide, so that there are few widths.
const WIDTH_STEP: usize = 32;
/// A line gives the recogniser at least so much width: some characters need a step each, with one between.
const LEAST_WIDTH: usize = 128;

/// How much of a plate is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Where it is and how it is seen.
    Find,
    /// That, and what is written there.
    Read,
}

/// What one picture shows of one vehicle's plate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlateLook {
    /// Absent where nothing was found: the place is turned away, hidden or too small.
    pub observation: Option<PlateObservation>,
    /// Runs of models.
    pub inferences: u32,
}

/// The sessions of the finder and the reader; one thread owns them.
pub(super) struct Looker {
    finder: Finder,
    /// Sets the corners right that the finder gives.
    aligner: Option<Aligner>,
    /// Each reads every plate.
    readers: Vec<LineReader>,
}

struct Finder {
    model: String,
    input: Input,
    rule: PlaceRule,
    session: Session,
    tensor: Tensor,
}

/// Reads one straightened line.
pub(super) struct LineReader {
    model: String,
    input: Input,
    alphabet: Alphabet,
    session: Session,
    values: Vec<f32>,
}

/// A plate's place in a frame.
struct Place {
    kind: PlaceKind,
    confidence: f32,
    corners: [Point; 4],
}

impl Looker {
    /// Also gives why the aligner or any of the readers cannot be used; the others read without it.
    ///
    /// # Errors
    /// The finder is missing, altered or unusable.
    pub(super) fn load(
        manifest: &Manifest,
        (finder, rule): (&Model, PlaceRule),
        aligner: Option<&Model>,
        readers: &[&Model],
    ) -> Result<(Self, Vec<ModelError>), ModelError> {
        let finder = Finder {
            model: finder.name.clone(),
            input: finder.input.clone(),
            rule,
            session: Session::load(manifest, finder, &manifest.read_model(finder)?, Memory::GivenBack)?,
            tensor: Tensor::default(),
        };
        let (mut usable, mut left_out) = (Vec::new(), Vec::new());
        for model in readers {
            match LineReader::load(manifest, model) {
                Ok(reader) => usable.push(reader),
                Err(error) => left_out.push(error),
            }
        }
        let aligner = aligner.map(|model| Aligner::load(manifest, model)).transpose().unwrap_or_else(|error| {
            left_out.push(error);
            None
        });
        Ok((Self { finder, aligner, readers: usable }, left_out))
    }

    /// Looks at the vehicle in a box, in pixels of the frame.
    ///
    /// # Errors
    /// The box has no pixel of the frame, its planes are too short, or a model fails.
    pub(super) fn look(
        &mut self,
        frame: &Frame,
        (vehicle, class): (Rect, Class),
        depth: Depth,
    ) -> Result<PlateLook, DetectError> {
        let planes = frame.planes();
        let region = finder::region(vehicle, self.finder.rule.margin);
        let mut found = self.finder.find(&planes, region)?;
        let mut inferences = 1;
        if let Some(hint) = found.take_if(|place| place.kind == PlaceKind::Bare) {
            inferences += 1;
            found = self.finder.confirmed(&planes, &hint)?;
        } else if let Some(place) = found.as_mut().filter(|place| place.kind == PlaceKind::Covered) {
            inferences += 1;
            if let Some(plate) = self.finder.plate_from_near(&planes, place)? {
                *place = plate;
            }
        }
        let reads = !self.readers.is_empty() && depth == Depth::Read;
        if let Some(place) = found.as_mut().filter(|place| reads && place.is_legible()) {
            inferences += 1;
            place.corners = self.finder.refined(&planes, place)?;
        }
        let colors = Colors::of(&planes)?;
        if let Some(place) = found.as_mut().filter(|place| reads && place.is_legible()) {
            let (width, height) = size(&place.corners);
            place.corners = leveled(&colors, place.corners, width / height);
            if let Some(aligner) = &mut self.aligner {
                let (corners, runs) = aligner.aligned(&colors, place.corners)?;
                place.corners = corners;
                inferences += runs;
            }
        }
        let found = found.and_then(|place| Homography::onto(&place.corners).map(|plate| (place, plate)));
        let Some((place, plate)) = found else { return Ok(PlateLook { observation: None, inferences }) };
        let strip = whole(&colors, &place.corners, &plate);
        let mut readings = Vec::new();
        if reads && place.is_legible() {
            let size = size(&place.corners);
            let parts = lines(&strip, size, class);
            for reader in &mut self.readers {
                readings.push(reader.read(&colors, &plate, size, &parts)?);
            }
            inferences += readings.iter().map(|lines| u32::try_from(lines.len()).unwrap_or(u32::MAX)).sum::<u32>();
        }
        let lines = reconciled(readings);
        let observation = Some(PlateObservation { lines, ..observe(&planes, &colors, &place, &strip) });
        Ok(PlateLook { observation, inferences })
    }
}

impl Place {
    fn is_the_plate_at(&self, place: &Self) -> bool {
        self.kind == PlaceKind::Plate && around(&self.corners).iou(&around(&place.corners)) >= SAME
    }

    /// Whether it is a plate, and a line of it may show characters.
    fn is_legible(&self) -> bool {
        self.kind == PlaceKind::Plate && size(&self.corners).1 >= LEAST_LINE
    }
}

impl Finder {
    /// The corners of a plate, seen from so near that a pixel of the input is less than one of the frame; as
    /// they were where that shows something else.
    fn refined(&mut self, planes: &Planes<'_>, place: &Place) -> Result<[Point; 4], DetectError> {
        Ok(self.plate_from_near(planes, place)?.map_or(place.corners, |again| again.corners))
    }

    /// The plate that a place is when it is looked at from near; `None` where that shows something else. From afar a
    /// plate that is tilted or in the dark seems covered.
    fn plate_from_near(&mut self, planes: &Planes<'_>, place: &Place) -> Result<Option<Place>, DetectError> {
        let again = self.find(planes, near(&around(&place.corners)))?;
        Ok(again.filter(|again| again.is_the_plate_at(place)))
    }

    /// A place that seemed bare, looked at from near: what covers a plate, or is left of it, is seen better there.
    fn confirmed(&mut self, planes: &Planes<'_>, hint: &Place) -> Result<Option<Place>, DetectError> {
        let (seen, _) = self.run(planes, near(&around(&hint.corners)), |outputs, _| finder::near(outputs))?;
        Ok(seen.confirms(hint.confidence, &self.rule).map(|confidence| Place { confidence, ..*hint }))
    }

    /// The surest place within a region of the frame; a bare one is no more than a hint.
    fn find(&mut self, planes: &Planes<'_>, region: Rect) -> Result<Option<Place>, DetectError> {
        let (found, placement) = self.run(planes, region, finder::decode)?;
        Ok(found.map(|place| Place {
            kind: place.kind,
            confidence: place.score,
            corners: place.corners.map(|corner| placement.point_to_frame(corner)),
        }))
    }

    fn run<T>(
        &mut self,
        planes: &Planes<'_>,
        region: Rect,
        decode: impl FnOnce(&[Output<'_>], &PlaceRule) -> Result<T, ShapeError>,
    ) -> Result<(T, Placement), DetectError> {
        let placement = Placement::new(region, (planes.width, planes.height), &self.input)?;
        self.tensor.fill(planes, &placement, &self.input, None)?;
        let decoded = self.session.run(&self.tensor.values, |outputs| decode(outputs, &self.rule));
        let decoded = decoded.and_then(|decoded| decoded.map_err(|error| error.to_string()));
        let decoded = decoded.map_err(|problem| DetectError::Inference { model: self.model.clone(), problem })?;
        Ok((decoded, placement))
    }
}

/// What is seen of a place from near.
fn near(place: &Rect) -> Rect {
    square(place.center(), NEAR * place.w.max(place.h))
}

/// All but the text.
fn observe(planes: &Planes<'_>, colors: &Colors<'_>, place: &Place, strip: &Strip) -> PlateObservation {
    let burnt = strip.pixels.iter().filter(|pixel| pixel.iter().all(|&value| value >= BURNT)).count();
    let region = around(&place.corners);
    // A bumper without a plate is as smooth in the sharpest picture: what lies around it tells.
    let told_by = if place.kind == PlaceKind::Bare { near(&region) } else { region };
    PlateObservation {
        kind: place.kind,
        confidence: place.confidence,
        corners: place.corners,
        region,
        width: distance(place.corners[0], place.corners[1]),
        sharpness: sharpness(planes, told_by),
        burnt: burnt as f32 / strip.pixels.len() as f32,
        color: color(planes, colors, place.kind, strip),
        lines: Vec::new(),
    }
}

fn color(planes: &Planes<'_>, colors: &Colors<'_>, kind: PlaceKind, strip: &Strip) -> Option<PlateColor> {
    let cast = (kind == PlaceKind::Plate).then(|| Cast::of(colors, (planes.width, planes.height)))??;
    color::ground(strip, cast)
}

/// The plate from corner to corner, of as many pixels as the frame has of it.
fn whole(colors: &Colors<'_>, corners: &[Point; 4], plate: &Homography) -> Strip {
    let (width, height) = size(corners);
    let side = |length: f32| length.clamp(1.0, MOST_STRIP).round() as usize;
    Strip::of(colors, plate, Rect::new(0.0, 0.0, 1.0, 1.0), (side(width), side(height)))
}

impl LineReader {
    /// # Errors
    /// The model is missing, altered, unusable or without a dictionary.
    pub(super) fn load(manifest: &Manifest, model: &Model) -> Result<Self, ModelError> {
        let session = Session::load(manifest, model, &manifest.read_model(model)?, Memory::GivenBack)?;
        let unusable = |problem| ModelError::Unusable { model: model.name.clone(), problem };
        let dictionary = session.note("character");
        let dictionary = dictionary.ok_or_else(|| unusable("has no dictionary under \"character\"".to_owned()))?;
        let alphabet = Alphabet::of(&dictionary).map_err(unusable)?;
        Ok(Self { model: model.name.clone(), input: model.input.clone(), alphabet, session, values: Vec::new() })
    }

    /// Reads parts of a plate that has these many pixels of the frame each way, a line of each. Nothing is read
    /// where a part is too small.
    fn read(
        &mut self,
        colors: &Colors<'_>,
        plate: &Homography,
        (width, height): (f32, f32),
        parts: &[Rect],
    ) -> Result<Vec<PlateLine>, DetectError> {
        if parts.iter().any(|part| part.h * height < LEAST_LINE) {
            return Ok(Vec::new());
        }
        parts.iter().map(|&part| self.line(colors, plate, part, part.w * width / (part.h * height))).collect()
    }

    fn line(
        &mut self,
        colors: &Colors<'_>,
        plate: &Homography,
        part: Rect,
        aspect: f32,
    ) -> Result<PlateLine, DetectError> {
        let height = self.input.height as usize;
        let width = line_width(aspect, height, self.input.width as usize);
        Strip::of(colors, plate, part, (width, height)).stretched().fill(&mut self.values, &self.input);
        let read = self.session.run_wide(width, &self.values, |outputs| self.alphabet.read(outputs));
        read.and_then(|line| line).map_err(|problem| DetectError::Inference { model: self.model.clone(), problem })
    }
}

/// Width of a recogniser's input for a line of this shape; a few pixels wider or narrower do not matter to it.
fn line_width(aspect: f32, height: usize, most: usize) -> usize {
    let steps = (aspect * height as f32 / WIDTH_STEP as f32).round() as usize;
    (steps * WIDTH_STEP).clamp(LEAST_WIDTH.min(most), most)
}

/// Width and height of a plate in pixels of the frame: the means of opposite sides.
fn size(&[upper_left, upper_right, lower_right, lower_left]: &[Point; 4]) -> (f32, f32) {
    let across = distance(upper_left, upper_right).midpoint(distance(lower_left, lower_right));
    let down = distance(upper_left, lower_left).midpoint(distance(upper_right, lower_right));
    (across, down)
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn around(corners: &[Point; 4]) -> Rect {
    let (xs, ys) = (corners.map(|corner| corner.x), corners.map(|corner| corner.y));
    let least = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
    let most = |values: [f32; 4]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
    Rect::from_corners(least(xs), least(ys), most(xs), most(ys))
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
