use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::base::Point;
use crate::camera::closer::Sought;
use crate::decode::PixelFormat;
use crate::vision::plate::{CharGuess, PlaceKind};

const RULES: PlateRules =
    PlateRules { least_pixels: 20.0, legible_pixels: 60.0, least_sharpness: 0.0, most_burnt: 1.0, least_text: 0.5 };
const SIZE: (u32, u32) = (320, 180);

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_771_266_600_000 + ms).expect("in range")
}

fn frame(ms: i64, (width, height): (u32, u32)) -> Arc<Frame> {
    let data = vec![90; (width * height * 3) as usize];
    Arc::new(Frame::from_bytes(data, PixelFormat::Rgb, (width, height), Duration::ZERO, at(ms)).expect("valid"))
}

fn car(track: u128, width: f32) -> Track {
    Track {
        id: Uuid::from_u128(track),
        class: Class::Car,
        first_at: at(0),
        last_at: at(0),
        bbox: Rect::new(20.0, 10.0, width, 100.0),
        score: 0.8,
        best_score: 0.8,
        hits: 9,
        seen_now: true,
    }
}

/// Sees the same on every vehicle.
struct Says {
    kind: Option<PlaceKind>,
    text: &'static str,
    is_busy: bool,
    /// Width of the frames, and how much was wanted.
    shown: Mutex<Vec<(u32, Depth)>>,
}

impl Says {
    fn new(kind: Option<PlaceKind>, text: &'static str) -> Arc<Self> {
        Arc::new(Self { kind, text, is_busy: false, shown: Mutex::default() })
    }

    fn shown(&self) -> Vec<(u32, Depth)> {
        self.shown.lock().expect("lock").clone()
    }
}

impl Plates for Says {
    fn rules(&self) -> PlateRules {
        RULES
    }

    fn look(
        &self,
        frame: &Arc<Frame>,
        vehicle: Rect,
        _: Class,
        depth: Depth,
    ) -> Result<Option<PlateLook>, DetectError> {
        self.shown.lock().expect("lock").push((frame.width, depth));
        let reads = depth == Depth::Read && self.kind == Some(PlaceKind::Plate);
        let sure = |sign| CharGuess { options: vec![(sign, 0.98)] };
        let lines = if reads { vec![self.text.chars().map(sure).collect()] } else { Vec::new() };
        let region = Rect::new(vehicle.x, vehicle.y, vehicle.w / 4.0, 10.0);
        let observation = self.kind.map(|kind| PlateObservation {
            kind,
            confidence: 0.95,
            corners: [Point { x: region.x, y: region.y }; 4],
            region,
            width: region.w,
            sharpness: 0.9,
            burnt: 0.0,
            color: None,
            lines,
        });
        Ok((!self.is_busy).then_some(PlateLook { observation, inferences: if reads { 3 } else { 1 } }))
    }
}

/// A main stream of four times the size.
struct Main {
    /// Its pictures are taken every so many milliseconds; the others are not to be had.
    every_ms: i64,
}

impl Closer for Main {
    fn size(&self) -> Option<(u32, u32)> {
        Some((SIZE.0 * 4, SIZE.1 * 4))
    }

    fn picture(&mut self, time: Timestamp, _: f32) -> (Option<Arc<Frame>>, f32) {
        let ms = time.as_millisecond() - at(0).as_millisecond();
        let taken = (ms % self.every_ms == 0).then(|| frame(ms, (SIZE.0 * 4, SIZE.1 * 4)));
        (taken, 6.0)
    }

    fn find(&mut self, _: Timestamp, _: Rect, _: f32) -> Sought {
        Sought::default()
    }
}

/// Pictures of a standing car, 200 ms apart.
fn watch(inspector: &mut Inspector, pictures: i64, car: &Track, mut closer: Option<&mut dyn Closer>) -> Vec<Inspected> {
    let look = |index| {
        let closer: Option<&mut dyn Closer> = match closer.as_mut() {
            Some(closer) => Some(&mut **closer),
            None => None,
        };
        inspector.look(&frame(200 * index, SIZE), &[car], closer)
    };
    (0..pictures).map(look).collect()
}

#[test]
fn a_plate_that_is_read_surely_is_not_looked_at_for_ever() {
    let says = Says::new(Some(PlaceKind::Plate), "12A12345");
    let mut inspector = Inspector::new(says.clone());
    let car = car(7, 260.0);
    assert_eq!(inspector.judgement(car.id), None);
    watch(&mut inspector, 20, &car, None);
    let judged = inspector.judgement(car.id).expect("was looked at");
    assert_eq!(judged.plate.verdict, PlateVerdict::Readable);
    assert_eq!(judged.plate.text(), Some("12A-123.45"));
    assert!(says.shown().len() <= 6 && says.shown()[0] == (SIZE.0, Depth::Read), "{:?}", says.shown());
    let pictures: Vec<_> = inspector.new_pictures(car.id).iter().map(|picture| picture.crop).collect();
    assert_eq!(pictures, [VehicleCrop::Vehicle, VehicleCrop::Plate]);
    assert!(inspector.new_pictures(car.id).is_empty(), "given once");
    inspector.forget(car.id);
    assert_eq!(inspector.judgement(car.id), None);
}

#[test]
fn a_bare_place_is_told_after_five_pictures_over_a_second() {
    let says = Says::new(Some(PlaceKind::Bare), "");
    let mut inspector = Inspector::new(says);
    let car = car(7, 260.0);
    let verdict = |inspector: &Inspector| inspector.judgement(car.id).expect("looked").plate.verdict;
    watch(&mut inspector, 5, &car, None);
    assert_eq!(verdict(&inspector), PlateVerdict::NotAssessable);
    inspector.look(&frame(1_000, SIZE), &[&car], None);
    assert_eq!(verdict(&inspector), PlateVerdict::Absent);
}

#[test]
fn what_shows_nothing_is_not_assessable_and_what_is_small_costs_nothing() {
    let says = Says::new(None, "");
    let mut inspector = Inspector::new(says.clone());
    watch(&mut inspector, 9, &car(7, 260.0), None);
    let judged = inspector.judgement(car(7, 1.0).id).expect("looked");
    assert_eq!((judged.plate.verdict, judged.plate.frames), (PlateVerdict::NotAssessable, 0));
    assert!(inspector.new_pictures(car(7, 1.0).id).is_empty());
    let before = says.shown().len();
    watch(&mut inspector, 9, &car(8, 60.0), None);
    assert_eq!(says.shown().len(), before);
}

#[test]
fn a_plate_is_read_in_the_larger_picture_where_one_may_be_had() {
    let says = Says::new(Some(PlaceKind::Plate), "12A12345");
    let mut inspector = Inspector::new(says.clone());
    // 26 pixels of plate: found, but not read.
    watch(&mut inspector, 6, &car(7, 120.0), Some(&mut Main { every_ms: 1_000 }));
    let shown = says.shown();
    assert_eq!(shown[0], (SIZE.0 * 4, Depth::Read));
    assert!(shown.contains(&(SIZE.0, Depth::Find)) && !shown.contains(&(SIZE.0, Depth::Read)), "{shown:?}");
    assert_eq!(inspector.judgement(car(7, 1.0).id).expect("looked").plate.text(), Some("12A-123.45"));
}

#[test]
fn a_model_without_time_is_told_and_nothing_is_spent() {
    let busy = Arc::new(Says { kind: None, text: "", is_busy: true, shown: Mutex::default() });
    let mut inspector = Inspector::new(busy.clone());
    let car = car(7, 260.0);
    let looked = watch(&mut inspector, 12, &car, None);
    assert!(looked.iter().all(|looked| looked.busy == 1 && looked.vehicles.is_empty()));
    assert_eq!((busy.shown().len(), inspector.judgement(car.id)), (12, None));
}

#[test]
fn of_many_the_largest_are_looked_at() {
    let says = Says::new(Some(PlaceKind::Plate), "12A12345");
    let mut inspector = Inspector::new(says);
    let cars = [car(1, 150.0), car(2, 300.0), car(3, 200.0)];
    let looked = inspector.look(&frame(0, SIZE), &cars.each_ref(), None);
    assert_eq!(looked.vehicles, [cars[1].id, cars[2].id]);
    let looked = inspector.look(&frame(0, SIZE), &cars.each_ref(), None);
    assert_eq!(looked.vehicles, [cars[0].id], "then the others");
}
