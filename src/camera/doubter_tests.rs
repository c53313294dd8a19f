//! From a spider at the lens over a guard's verdict to the next spider, through the store.

use std::sync::Arc;

use jiff::SignedDuration;
use tempfile::TempDir;

use super::*;
use crate::alert::{Actor, Alert, AlertBook, Guard, Step, Verdict};
use crate::base::{IdSource, Polygon, Rect, SharedClock, SimClock};
use crate::rules::{Context, Deeds, Doubt, FalseAlarm, Part, ScorePart, intrusion};
use crate::store::{Handled, Store};
use crate::track::AnswerRules;

const FRAME: (u32, u32) = (640, 360);

fn night(number: i64) -> Timestamp {
    let first: Timestamp = "2026-02-03T23:30:00+07:00".parse().expect("valid");
    first + SignedDuration::from_hours(24 * number)
}

fn hanoi() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled")
}

struct Office {
    _folder: TempDir,
    store: Store,
    doubter: Doubter,
    ids: IdSource,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(night(0)));
        let store = Store::open(folder.path(), &clock).expect("opens");
        let doubter = Doubter::new("cong", hanoi()).with_lessons(store.lessons());
        Self { _folder: folder, store, doubter, ids: IdSource::seeded(1) }
    }

    /// A spider crawls over the lens for four seconds; gives back the alert that this made, as it is stored.
    fn spider(&mut self, begins: Timestamp, kind: ZoneKind, best_score: f32) -> Alert {
        let zone = Zone::new("san", kind, Polygon::full_frame());
        let mut book = AlertBook::new("cong", "Cổng", hanoi(), AnswerRules::default());
        let mut track = Track {
            id: self.ids.next(begins),
            class: Class::Person,
            first_at: begins,
            last_at: begins,
            bbox: Rect::default(),
            score: best_score,
            best_score,
            hits: 1,
            seen_now: true,
        };
        for picture in 0..20u8 {
            track.last_at = begins + SignedDuration::from_millis(200 * i64::from(picture));
            // To the right, and a little to and fro.
            let x = 200.0 + 4.0 * f32::from(picture) + 30.0 * f32::from(picture % 2);
            track.bbox = Rect::new(x, 90.0, 60.0, 120.0);
            track.hits += 1;
            let tracks = std::slice::from_ref(&track);
            self.doubter.update(track.last_at, tracks, FRAME);
            let looks = self.doubter.looks(tracks, |_| Some(&zone));
            book.doubt(self.doubter.doubts(tracks, &looks));
            book.look(looks);
            let found = intrusion::findings(&track, Some(&zone), &Deeds::default());
            let told = book.observe(track.last_at, FRAME, found, &Context::default(), &mut self.ids);
            if let Some((_, alert)) = told {
                self.store.put_alert(&alert).expect("stored");
            }
        }
        self.doubter.forget(&track);
        let closed = book.close(track.last_at).expect("it opened an alert");
        self.store.put_alert(&closed).expect("stored");
        self.store.alert(closed.id).expect("read").expect("there")
    }

    #[track_caller]
    fn resolve(&self, alert: &Alert, verdict: Verdict) {
        let guard = Guard { account: Uuid::from_u128(1), name: "Lan".to_owned() };
        let step = Step::Resolve { verdict, note: None };
        let handled = self.store.handle(alert.id, step, &Actor { guard, outranks: false }, alert.last_seen_at);
        assert_eq!(handled.expect("stored"), Handled::Done);
    }
}

fn lesson_of(alert: &Alert) -> Option<&ScorePart> {
    alert.score_parts.iter().find(|part| part.part == Part::Doubt(Doubt::Lesson))
}

const INSECT: Verdict = Verdict::FalseAlarm(FalseAlarm::Insect);

#[test]
fn what_is_like_a_false_alarm_is_lowered_until_that_is_taken_back() {
    let mut office = Office::new();
    let first = office.spider(night(0), ZoneKind::Yard, 0.6);
    assert_eq!((lesson_of(&first), first.looks.len()), (None, 1));
    let untaught = office.spider(night(1), ZoneKind::Yard, 0.6);
    assert_eq!(untaught.score, first.score);

    office.resolve(&first, INSECT);
    let taught = office.spider(night(2), ZoneKind::Yard, 0.6);
    let lesson = lesson_of(&taught).expect("it is like the first");
    assert_eq!(lesson.words.vi, "giống báo nhầm ngày 3/2 (nhện, côn trùng)");
    assert!(lesson.log_odds < 0.0 && taught.score < first.score, "{} after {}", taught.score, first.score);
    assert_eq!(office.spider(night(2) + SignedDuration::from_hours(4), ZoneKind::Yard, 0.6).score, first.score);
    assert_eq!(office.spider(night(9), ZoneKind::Yard, 0.6).score, first.score, "a week later");

    let [stored] = &office.store.lessons_at(night(2), None).expect("read")[..] else { panic!("one lesson") };
    assert!(office.store.take_back_lesson(stored.lesson.id).expect("taken back"));
    let untaught = office.spider(night(3), ZoneKind::Yard, 0.6);
    assert_eq!((lesson_of(&untaught), untaught.score), (None, first.score));
}

#[test]
fn a_verdict_that_is_corrected_teaches_no_longer() {
    let mut office = Office::new();
    let first = office.spider(night(0), ZoneKind::Yard, 0.6);
    office.resolve(&first, INSECT);
    office.resolve(&first, Verdict::TrueAlarm);
    assert_eq!(office.spider(night(1), ZoneKind::Yard, 0.6).score, first.score);
}

#[test]
fn protected_zones_and_sure_persons_are_never_lowered() {
    let mut office = Office::new();
    let before = office.spider(night(0), ZoneKind::Protected, 0.6);
    assert_eq!(before.looks.len(), 0, "nothing to learn from");
    let sure_before = office.spider(night(0), ZoneKind::Yard, 0.8);
    let yard = office.spider(night(0), ZoneKind::Yard, 0.6);
    office.resolve(&before, INSECT);
    office.resolve(&yard, INSECT);
    assert!(lesson_of(&office.spider(night(1), ZoneKind::Yard, 0.6)).is_some());
    let room = office.spider(night(1), ZoneKind::Protected, 0.6);
    assert_eq!(room.score_parts, before.score_parts);
    assert!(room.score_parts.iter().all(|part| part.log_odds > 0.0 || part.part == Part::Prior));
    assert_eq!(office.spider(night(1), ZoneKind::Yard, 0.8).score, sure_before.score);
}
