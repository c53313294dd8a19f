use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::camera::closer::Sought;
use crate::decode::PixelFormat;
use crate::vision::Class;
use crate::vision::attributes::AnswerRule;

const RULE: AnswerRule = AnswerRule { least_pixels: 16, least_log_odds: 2.0 };
/// Heads of 16 pixels, hands of 16, bags on persons of 16.
const LEAST_HEIGHT: f32 = 16.0;
const ALERT: Uuid = Uuid::from_u128(1);

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_771_266_600_000 + ms).expect("in range")
}

fn frame(ms: i64, (width, height): (u32, u32)) -> Arc<Frame> {
    let mut random = fastrand::Rng::with_seed(1);
    let data = std::iter::repeat_with(|| random.u8(..)).take((width * height * 3) as usize).collect();
    Arc::new(Frame::from_bytes(data, PixelFormat::Rgb, (width, height), Duration::ZERO, at(ms)).expect("valid"))
}

fn person(track: u128, height: f32) -> Track {
    Track {
        id: Uuid::from_u128(track),
        class: Class::Person,
        first_at: at(0),
        last_at: at(0),
        bbox: Rect::new(20.0, 10.0, height / 2.0, height),
        score: 0.8,
        best_score: 0.8,
        hits: 9,
        seen_now: true,
    }
}

/// Says the same of the mask of whoever it is shown, at the upper left of the person.
struct Says {
    log_odds: f32,
    is_busy: bool,
    /// Width of the frames, and the persons' boxes, that it was shown.
    shown: Mutex<Vec<(u32, Rect)>>,
}

impl Says {
    fn mask(log_odds: f32) -> Arc<Self> {
        Arc::new(Self { log_odds, is_busy: false, shown: Mutex::default() })
    }

    fn shown(&self) -> Vec<(u32, Rect)> {
        self.shown.lock().expect("lock").clone()
    }
}

impl Reader for Says {
    fn rules(&self) -> AnswerRules {
        [Some(RULE), None, None, Some(RULE)]
    }

    fn read(&self, frame: &Arc<Frame>, person: Rect) -> Result<Option<(Vec<Observation>, u32)>, DetectError> {
        self.shown.lock().expect("lock").push((frame.width, person));
        let region = Rect::new(person.x, person.y, 20.0, 20.0);
        let mask =
            Observation { attribute: Attribute::Mask, log_odds: self.log_odds, quality: 1.0, pixels: 20, region };
        Ok((!self.is_busy).then(|| (vec![mask], 3)))
    }
}

/// A main stream of twice the size, in which somebody is found or not.
struct Main {
    finds: bool,
    allowance_ms: Vec<f32>,
}

impl Closer for Main {
    fn size(&self) -> Option<(u32, u32)> {
        Some((640, 360))
    }

    fn picture(&mut self, _: Timestamp, _: f32) -> (Option<Arc<Frame>>, f32) {
        (None, 0.0)
    }

    fn find(&mut self, time: Timestamp, person: Rect, allowance_ms: f32) -> Sought {
        self.allowance_ms.push(allowance_ms);
        let frame = frame(time.as_millisecond() - at(0).as_millisecond(), (640, 360));
        let found = self.finds.then_some((frame, Rect { x: person.x + 2.0, ..person }));
        Sought { found, cost_ms: 20.0, inferences: 1, busy: false }
    }
}

const SIZE: (u32, u32) = (320, 180);

#[test]
fn what_is_seen_is_told_with_its_crop() {
    let reader = Says::mask(3.0);
    let mut looker = Looker::new(reader.clone());
    let person = person(7, 150.0);
    let looked = looker.look(ALERT, &frame(0, SIZE), &[&person], None);
    let [examined] = &looked.examined[..] else { panic!("{looked:?}") };
    assert_eq!((examined.track, looked.inferences, looked.busy), (person.id, 3, 0));
    let mask = examined.verdicts[0];
    assert_eq!((mask.answer, mask.frames), (Answer::Yes, 1));
    assert_eq!(mask.best, Some((at(0), Rect::new(20.0, 10.0, 20.0, 20.0))));
    let [crop] = &examined.crops[..] else { panic!("{examined:?}") };
    assert_eq!((crop.track, crop.attribute), (person.id, Attribute::Mask));
    let picture = image::load_from_memory(&crop.jpeg).expect("a JPEG");
    assert!((100..=256).contains(&picture.width()), "{}", picture.width());

    // Nothing is due so soon; then the same again, of which the crop tells no more.
    assert!(looker.look(ALERT, &frame(200, SIZE), &[&person], None).examined.is_empty());
    let again = looker.look(ALERT, &frame(800, SIZE), &[&person], None);
    assert_eq!((again.examined[0].verdicts[0].frames, again.examined[0].crops.len()), (2, 0));
    assert_eq!(reader.shown().len(), 2);

    // Another alert hears all of it without a look.
    let other = looker.look(Uuid::from_u128(2), &frame(900, SIZE), &[&person], None);
    assert_eq!((other.examined[0].crops.len(), reader.shown().len()), (1, 2));
    assert_eq!(looker.forget(person.id).expect("known")[0].answer, Answer::Yes);
    assert_eq!(looker.verdicts(person.id), None);
}

#[test]
fn who_is_too_small_is_said_to_be_and_costs_nothing() {
    let reader = Says::mask(3.0);
    let mut looker = Looker::new(reader.clone());
    let small = person(7, LEAST_HEIGHT - 1.0);
    let mut examined = Vec::new();
    for ms in (0..4_000).step_by(200) {
        let looked = looker.look(ALERT, &frame(ms, SIZE), &[&small], None);
        examined.extend(looked.examined.into_iter().map(|examined| (ms, examined.verdicts)));
    }
    assert_eq!(examined, [(2_000, Verdicts::default())], "once, after two seconds");
    assert!(reader.shown().is_empty());
    // In the main stream the same person is large enough.
    let mut main = Main { finds: true, allowance_ms: Vec::new() };
    let looked = looker.look(ALERT, &frame(4_000, SIZE), &[&small], Some(&mut main));
    assert_eq!(looked.examined[0].verdicts[0].answer, Answer::Yes);
}

#[test]
fn the_main_stream_shows_whoever_is_small() {
    let reader = Says::mask(3.0);
    let mut looker = Looker::new(reader.clone());
    let mut main = Main { finds: true, allowance_ms: Vec::new() };
    let (small, large) = (person(7, 60.0), person(8, 170.0));
    let looked = looker.look(ALERT, &frame(0, SIZE), &[&small, &large], Some(&mut main));
    assert_eq!(reader.shown(), [(640, Rect::new(42.0, 20.0, 60.0, 120.0)), (320, large.bbox)]);
    assert_eq!((looked.examined.len(), looked.inferences), (2, 7));
    // Regions are told in pixels of the analysed picture.
    assert_eq!(looked.examined[0].verdicts[0].best, Some((at(0), Rect::new(21.0, 10.0, 10.0, 10.0))));
    assert_eq!(main.allowance_ms, [15.0], "what is left of 40 ms after the look itself");
}

#[test]
fn without_the_main_stream_s_picture_the_analysed_one_must_do_in_the_end() {
    let reader = Says::mask(3.0);
    let mut looker = Looker::new(reader.clone());
    let mut main = Main { finds: false, allowance_ms: Vec::new() };
    let small = person(7, 60.0);
    let mut looked_at = Vec::new();
    for ms in (0..3_000).step_by(200) {
        let looked = looker.look(ALERT, &frame(ms, SIZE), &[&small], Some(&mut main));
        looked_at.extend(looked.examined.iter().map(|_| ms));
    }
    assert!(reader.shown().iter().all(|(width, _)| *width == 320), "{:?}", reader.shown());
    assert!(looked_at.first().is_some_and(|first| (1_000..2_000).contains(first)), "{looked_at:?}");
    // Searching in vain costs its share too: 40 ms a second, of which 40 at once.
    let spent = 20.0 * main.allowance_ms.len() as f32 + cost::LOOK_MS * looked_at.len() as f32;
    assert!(spent <= 40.0 * 4.0 + cost::LOOK_MS, "{spent} ms in three seconds");
}

#[test]
fn a_busy_model_is_counted_and_tried_again() {
    let busy = Arc::new(Says { log_odds: 3.0, is_busy: true, shown: Mutex::default() });
    let mut looker = Looker::new(busy.clone());
    let person = person(7, 150.0);
    for ms in [0, 200] {
        let looked = looker.look(ALERT, &frame(ms, SIZE), &[&person], None);
        assert_eq!((looked.busy, looked.examined.len()), (1, 0));
    }
    assert_eq!(looker.verdicts(person.id).expect("known"), Verdicts::default());
}

#[test]
fn an_answer_that_turns_shows_the_crop_of_its_side() {
    let mut looker = Looker::new(Says::mask(3.0));
    let person = person(7, 150.0);
    looker.look(ALERT, &frame(0, SIZE), &[&person], None);
    looker.reader = Says::mask(-6.0);
    let turned = looker.look(ALERT, &frame(800, SIZE), &[&person], None);
    let examined = &turned.examined[0];
    assert_eq!(examined.verdicts[0].answer, Answer::Unknown, "it conflicts");
    assert_eq!(examined.verdicts[0].best.map(|(time, _)| time), Some(at(800)));
    assert_eq!(examined.crops.len(), 1);
}

#[test]
fn who_is_large_enough_but_never_found_is_said_not_to_be_seen() {
    let reader = Says::mask(3.0);
    let mut looker = Looker::new(reader.clone());
    let mut main = Main { finds: false, allowance_ms: Vec::new() };
    let small = person(7, LEAST_HEIGHT - 1.0);
    let mut told = Vec::new();
    for ms in (0..4_000).step_by(200) {
        let looked = looker.look(ALERT, &frame(ms, SIZE), &[&small], Some(&mut main));
        told.extend(looked.examined.into_iter().map(|examined| (ms, examined.verdicts)));
    }
    assert_eq!(told, [(1_200, Verdicts::default())], "once, at the first try that is overdue");
    assert!(reader.shown().is_empty());
    main.finds = true;
    let looked = looker.look(ALERT, &frame(6_000, SIZE), &[&small], Some(&mut main));
    assert_eq!(looked.examined[0].verdicts[0].answer, Answer::Yes);
}

/// A main stream of which only the key frame of time 0 can be had.
struct Stuck;

impl Closer for Stuck {
    fn size(&self) -> Option<(u32, u32)> {
        Some((640, 360))
    }

    fn picture(&mut self, _: Timestamp, _: f32) -> (Option<Arc<Frame>>, f32) {
        (None, 0.0)
    }

    fn find(&mut self, _: Timestamp, person: Rect, _: f32) -> Sought {
        Sought { found: Some((frame(0, (640, 360)), person)), ..Sought::default() }
    }
}

#[test]
fn the_same_picture_of_the_main_stream_is_not_looked_at_twice() {
    let reader = Says::mask(0.0);
    let mut looker = Looker::new(reader.clone());
    let small = person(7, 60.0);
    for ms in (0..2_000).step_by(200) {
        looker.look(ALERT, &frame(ms, SIZE), &[&small], Some(&mut Stuck));
    }
    // The second look was waited for and had to do with the analysed picture.
    assert_eq!(reader.shown().iter().map(|(width, _)| *width).collect::<Vec<_>>(), [640, 320]);
}

/// Heights of those who were shown, each of whom has another one.
fn heights_shown(reader: &Says) -> Vec<f32> {
    reader.shown().iter().map(|(_, person)| person.h).collect()
}

#[test]
fn of_many_persons_a_few_are_looked_at_in_each_picture_and_everybody_in_turn() {
    let reader = Says::mask(0.0);
    let mut looker = Looker::new(reader.clone());
    let crowd: Vec<_> = (0..7_u8).map(|index| person(index.into(), 150.0 + f32::from(index))).collect();
    let persons: Vec<_> = crowd.iter().collect();
    let told = |looked: &Looked| looked.examined.len();
    assert_eq!(told(&looker.look(ALERT, &frame(0, SIZE), &persons, None)), 3);
    assert_eq!(heights_shown(&reader), [150.0, 151.0, 152.0]);
    // The first ones are due again with the last one: it has never been looked at.
    assert_eq!(told(&looker.look(ALERT, &frame(200, SIZE), &persons, None)), 3);
    assert_eq!(told(&looker.look(ALERT, &frame(800, SIZE), &persons, None)), 3);
    assert_eq!(heights_shown(&reader)[3..], [153.0, 154.0, 155.0, 156.0, 150.0, 151.0]);
}

#[test]
fn looks_that_there_is_no_time_for_are_counted_and_stay_due() {
    let reader = Says::mask(3.0);
    let mut looker = Looker::new(reader.clone());
    let (large, small, other) = (person(7, 150.0), person(8, LEAST_HEIGHT - 1.0), person(9, 160.0));
    assert_eq!(looker.leave_out(&frame(0, SIZE), &[&large, &small, &other], None), 2);
    assert_eq!(looker.leave_out(&frame(200, SIZE), &[&large, &small], Some((640, 360))), 2);
    assert!(reader.shown().is_empty());
    looker.look(ALERT, &frame(400, SIZE), &[&large], None);
    assert_eq!(heights_shown(&reader), [150.0]);
    assert_eq!(looker.leave_out(&frame(600, SIZE), &[&large], None), 0, "it is not due");
    let crowd: Vec<_> = (10..20).map(|track| person(track, 150.0)).collect();
    assert_eq!(looker.leave_out(&frame(600, SIZE), &crowd.iter().collect::<Vec<_>>(), None), 3);
}
