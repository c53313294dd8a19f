//! What guards' verdicts teach a camera: what is like a false alarm of the last days weighs less, for some days. Pure.
//!
//! A lesson never silences: it is one more doubt, with its words. It is forgotten by itself, or when somebody takes it back.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::quality::{Path, Trail};
use super::{Bilingual, Doubt, Doubted};
use crate::base::{IdSource, Point, Rect};

/// For so long a lesson holds: an insect's web, a season's branch.
const HOLDS_FOR: Duration = Duration::from_hours(7 * 24);
/// The same place is within so many heights of it.
const NEAR: f32 = 1.0;
/// The same size is within this factor.
const MOST_RESIZE: f32 = 1.6;
/// The same time of night is within this.
const SAME_TIME: Duration = Duration::from_hours(2);
/// A camera remembers so many; the oldest go first.
pub const MOST_LESSONS: usize = 64;

/// What a guard says a false alarm was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FalseAlarm {
    Insect,
    Light,
    Animal,
    Staff,
    Other,
}

impl FalseAlarm {
    pub const ALL: [Self; 5] = [Self::Insect, Self::Light, Self::Animal, Self::Staff, Self::Other];

    /// Whether a camera may learn from it. Staff look like thieves, and of what is called other nobody said that it was
    /// no person.
    pub fn teaches(self) -> bool {
        matches!(self, Self::Insect | Self::Light | Self::Animal)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Insect => ("nhện, côn trùng", "insect"),
            Self::Light => ("ánh đèn", "light"),
            Self::Animal => ("con vật", "animal"),
            Self::Staff => ("người của cơ quan", "staff"),
            Self::Other => ("lý do khác", "other"),
        }
    }
}

/// A track as a lesson compares it. Lengths are in 0..1 of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Looks {
    pub bbox: Rect,
    pub path: Path,
    pub at: Timestamp,
}

impl Looks {
    /// As a track was seen last; none of one that never was.
    pub fn of(trail: &Trail) -> Option<Self> {
        trail.latest().map(|(at, bbox)| Self { bbox, path: trail.path(), at })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    pub id: Uuid,
    pub camera: String,
    /// In 0..1 of the picture.
    pub place: Point,
    pub height: f32,
    pub path: Path,
    /// When that was which was no alarm.
    pub seen_at: Timestamp,
    pub reason: FalseAlarm,
    pub until: Timestamp,
}

impl Lesson {
    /// From the verdict, given at `now`, on the alert of a track that looked so.
    pub fn new(id: Uuid, camera: &str, looks: &Looks, reason: FalseAlarm, now: Timestamp) -> Self {
        Self {
            id,
            camera: camera.to_owned(),
            place: looks.bbox.feet(),
            height: looks.bbox.h,
            path: looks.path,
            seen_at: looks.at,
            reason,
            until: now.saturating_add(HOLDS_FOR).unwrap_or(Timestamp::MAX),
        }
    }

    /// Whether what looks so is like it: place, size, time of night, and the path as soon as that is known.
    pub fn is_like(&self, looks: &Looks, timezone: &TimeZone) -> bool {
        looks.at < self.until && self.is_alike(looks) && apart(self.seen_at, looks.at, timezone) <= SAME_TIME
    }

    /// As [`Self::is_like`], whatever the time.
    fn is_alike(&self, looks: &Looks) -> bool {
        let feet = looks.bbox.feet();
        let away = (feet.x - self.place.x).hypot(feet.y - self.place.y);
        let (low, high) = (looks.bbox.h.min(self.height), looks.bbox.h.max(self.height));
        let paths = (self.path, looks.path);
        let is_same_path = paths.0 == paths.1 || paths.0 == Path::Unknown || paths.1 == Path::Unknown;
        low > 0.0 && away <= NEAR * high && high <= MOST_RESIZE * low && is_same_path
    }

    /// Why something like it weighs less.
    pub fn words(&self, timezone: &TimeZone) -> Bilingual {
        let date: Date = self.seen_at.to_zoned_datetime(timezone.clone()).date();
        let (vi, en) = self.reason.words();
        Bilingual {
            vi: format!("giống báo nhầm ngày {}/{} ({vi})", date.day(), date.month()),
            en: format!("like the false alarm of {date} ({en})"),
        }
    }
}

/// What the verdict on an alert, given at `now`, teaches by how its tracks looked: of those that are alike one, for an
/// insect leaves many in an hour and must not push out all else.
pub fn taught(
    camera: &str,
    looks: impl IntoIterator<Item = Looks>,
    reason: FalseAlarm,
    now: Timestamp,
    ids: &mut IdSource,
) -> Vec<Lesson> {
    let mut taught: Vec<Lesson> = Vec::new();
    for looks in looks.into_iter().filter(|_| reason.teaches()) {
        let is_at_that_time = |lesson: &Lesson| looks.at.duration_since(lesson.seen_at).unsigned_abs() <= SAME_TIME;
        if !taught.iter().any(|lesson| is_at_that_time(lesson) && lesson.is_alike(&looks)) {
            taught.push(Lesson::new(ids.next(now), camera, &looks, reason, now));
        }
    }
    taught
}

/// How far two times of day are from each other: at most half a day.
fn apart(a: Timestamp, b: Timestamp, timezone: &TimeZone) -> Duration {
    const DAY_S: u64 = 24 * 60 * 60;
    let second = |at: Timestamp| {
        let time = at.to_zoned_datetime(timezone.clone()).time();
        let hours_minutes = 3600 * i64::from(time.hour()) + 60 * i64::from(time.minute());
        (hours_minutes + i64::from(time.second())).unsigned_abs()
    };
    let between = second(a).abs_diff(second(b));
    Duration::from_secs(between.min(DAY_S - between))
}

/// The lessons of one camera, the newest last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lessons {
    lessons: Vec<Lesson>,
}

impl Lessons {
    pub fn learn(&mut self, lesson: Lesson) {
        if self.lessons.len() >= MOST_LESSONS {
            self.lessons.remove(0);
        }
        self.lessons.push(lesson);
    }

    /// Takes a lesson back; says whether there was one.
    pub fn forget(&mut self, id: Uuid) -> bool {
        let before = self.lessons.len();
        self.lessons.retain(|lesson| lesson.id != id);
        self.lessons.len() < before
    }

    /// Those that still hold.
    pub fn at(&self, now: Timestamp) -> impl Iterator<Item = &Lesson> {
        self.lessons.iter().filter(move |lesson| now < lesson.until)
    }

    /// Adds to what is doubted of a track that looks so that it is like a false alarm, if it is.
    pub fn doubt(&self, doubted: &mut Doubted, looks: &Looks, timezone: &TimeZone) {
        if let Some(lesson) = self.like(looks, timezone) {
            doubted.lesson = Some(lesson.words(timezone));
            doubted.why.push(Doubt::Lesson);
        }
    }

    /// The latest false alarm that what looks so is like.
    pub fn like(&self, looks: &Looks, timezone: &TimeZone) -> Option<&Lesson> {
        let like = self.lessons.iter().filter(|lesson| lesson.is_like(looks, timezone));
        like.max_by_key(|lesson| (lesson.seen_at, lesson.id))
    }
}

/// The lessons of every camera as they are now, for whoever must not wait for the database. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SharedLessons {
    current: Arc<RwLock<Arc<BTreeMap<String, Lessons>>>>,
}

impl SharedLessons {
    /// By camera. Cheap: to be asked for again for every picture.
    pub fn current(&self) -> Arc<BTreeMap<String, Lessons>> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Oldest first.
    pub fn replace(&self, lessons: impl IntoIterator<Item = Lesson>) {
        let mut by_camera = BTreeMap::<String, Lessons>::new();
        for lesson in lessons {
            by_camera.entry(lesson.camera.clone()).or_default().learn(lesson);
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(by_camera);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hanoi() -> TimeZone {
        TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn spider() -> Looks {
        Looks { bbox: Rect::new(0.4, 0.3, 0.2, 0.4), path: Path::Erratic, at: at("2026-02-03T23:30:00+07:00") }
    }

    fn lesson() -> Lesson {
        Lesson::new(Uuid::from_u128(1), "cong", &spider(), FalseAlarm::Insect, at("2026-02-04T07:00:00+07:00"))
    }

    #[track_caller]
    fn check(looks: Looks, expected: bool) {
        assert_eq!(lesson().is_like(&looks, &hanoi()), expected);
    }

    #[test]
    fn what_is_like_a_false_alarm() {
        let next = Looks { at: at("2026-02-05T01:20:00+07:00"), ..spider() };
        check(next, true);
        check(Looks { bbox: Rect::new(0.6, 0.4, 0.2, 0.35), ..next }, true);
        check(Looks { path: Path::Unknown, ..next }, true);
        // Walks, elsewhere, of another size, at another time, too late.
        check(Looks { path: Path::Steady, ..next }, false);
        check(Looks { bbox: Rect::new(0.4, 0.0, 0.2, 0.7), ..next }, false);
        check(Looks { bbox: Rect::new(0.0, 0.0, 0.2, 0.35), ..next }, false);
        check(Looks { bbox: Rect::new(0.45, 0.5, 0.1, 0.2), ..next }, false);
        check(Looks { at: at("2026-02-05T04:00:00+07:00"), ..next }, false);
        check(Looks { at: at("2026-02-10T23:30:00+07:00"), ..next }, true);
        check(Looks { at: at("2026-02-11T23:30:00+07:00"), ..next }, false);
    }

    #[test]
    fn a_lesson_is_told_and_can_be_taken_back() {
        let words = lesson().words(&hanoi());
        assert_eq!(words.vi, "giống báo nhầm ngày 3/2 (nhện, côn trùng)");
        assert_eq!(words.en, "like the false alarm of 2026-02-03 (insect)");
        let mut lessons = Lessons::default();
        lessons.learn(lesson());
        assert_eq!(lessons.like(&spider(), &hanoi()), Some(&lesson()));
        let mut doubted = Doubted { why: vec![Doubt::NoPath], lesson: None };
        lessons.doubt(&mut doubted, &spider(), &hanoi());
        assert_eq!((doubted.why, doubted.lesson), (vec![Doubt::NoPath, Doubt::Lesson], Some(words)));
        assert_eq!(lessons.at(at("2026-02-10T00:00:00Z")).count(), 1);
        assert_eq!(lessons.at(at("2026-02-12T00:00:00Z")).count(), 0);
        assert!(lessons.forget(lesson().id) && !lessons.forget(lesson().id));
        assert_eq!(lessons.like(&spider(), &hanoi()), None);
    }

    #[test]
    fn of_tracks_that_are_alike_one_teaches() {
        let taught = |looks: &[Looks], reason| {
            taught("cong", looks.iter().copied(), reason, at("2026-02-04T07:00:00+07:00"), &mut IdSource::seeded(1))
        };
        let again = Looks { at: at("2026-02-04T00:10:00+07:00"), ..spider() };
        let later = Looks { at: at("2026-02-04T02:00:00+07:00"), ..spider() };
        let elsewhere = Looks { bbox: Rect::new(0.0, 0.0, 0.1, 0.2), ..again };
        let lessons = taught(&[spider(), again, later, elsewhere], FalseAlarm::Insect);
        let seen: Vec<_> = lessons.iter().map(|lesson| (lesson.place, lesson.seen_at)).collect();
        assert_eq!(seen, [spider(), later, elsewhere].map(|looks| (looks.bbox.feet(), looks.at)));
        assert!(lessons.iter().all(|lesson| lesson.camera == "cong"
            && lesson.is_like(&Looks { at: lesson.seen_at, ..spider() }, &hanoi())
                == (lesson.place == spider().bbox.feet())));
        for (reason, teaches) in FalseAlarm::ALL.into_iter().zip([true, true, true, false, false]) {
            assert_eq!(taught(&[spider()], reason).len(), usize::from(teaches), "{reason:?}");
        }
    }

    fn any_lesson() -> impl Strategy<Value = Lesson> {
        let looks = (0f32..0.8, 0f32..0.8, 0.05f32..0.4, 0i64..86_400);
        (looks, any::<u128>(), prop::sample::select(FalseAlarm::ALL.to_vec())).prop_map(
            |((x, y, h, second), id, reason)| {
                let at = Timestamp::from_second(1_770_000_000 + second).expect("in range");
                let looks = Looks { bbox: Rect::new(x, y, h / 2.0, h), path: Path::Erratic, at };
                Lesson::new(Uuid::from_u128(id), "cong", &looks, reason, at)
            },
        )
    }

    proptest! {
        #[test]
        fn the_order_of_lessons_changes_nothing(
            (lessons, shuffled) in prop::collection::vec(any_lesson(), 0..20)
                .prop_flat_map(|lessons| (Just(lessons.clone()), Just(lessons).prop_shuffle())),
            (x, y, h) in (0f32..0.8, 0f32..0.8, 0.05f32..0.4),
        ) {
            let learned = |all: Vec<Lesson>| {
                let mut lessons = Lessons::default();
                for lesson in all {
                    lessons.learn(lesson);
                }
                lessons
            };
            let at = Timestamp::from_second(1_770_086_400).expect("in range");
            let looks = Looks { bbox: Rect::new(x, y, h / 2.0, h), path: Path::Unknown, at };
            let (one, other) = (learned(lessons), learned(shuffled));
            prop_assert_eq!(one.like(&looks, &hanoi()), other.like(&looks, &hanoi()));
        }

        #[test]
        fn what_was_a_false_alarm_is_like_itself_until_it_is_forgotten(lessons in prop::collection::vec(any_lesson(), 1..200)) {
            let mut kept = Lessons::default();
            for lesson in &lessons {
                kept.learn(lesson.clone());
            }
            prop_assert_eq!(kept.lessons.len(), lessons.len().min(MOST_LESSONS));
            let last = &lessons[lessons.len() - 1];
            let (w, h) = (last.height / 2.0, last.height);
            let bbox = Rect::new(last.place.x - w / 2.0, last.place.y - h, w, h);
            let looks = Looks { bbox, path: last.path, at: last.seen_at };
            prop_assert!(kept.like(&looks, &hanoi()).is_some());
        }
    }
}
