//! What is remembered of a plate: when and where its vehicle came by, and whether that can have been
//! one vehicle. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::grammar::Grammar;
use super::text::PlateText;
use crate::rules::Bilingual;
use crate::rules::nights::{LEAST_NIGHTS, Week, night_of};
use crate::vision::Class;

/// In view for so many times as long as vehicles that pass there usually are, one drives slowly.
const SLOW: i32 = 2;
/// From fewer passages it is not known what is usual.
const LEAST_KNOWN: usize = 20;
/// Odd hours, of local time: nobody has business at an office then.
const LATE: i8 = 22;
const EARLY: i8 = 5;
/// Who stops then for so long waits for something. A driver who asks the way is gone sooner, and who
/// works or lives there stays longer.
const LEAST_WAIT: SignedDuration = SignedDuration::from_mins(3);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(90);
/// Passages have to be at one time for longer than this to be of two vehicles: pictures of two
/// cameras are not timed alike.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

/// One vehicle track with a plate that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub camera: String,
    pub class: Class,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// It stood still in the picture at some time.
    pub stopped: bool,
}

impl Passage {
    pub fn in_view(&self) -> SignedDuration {
        self.last_at.duration_since(self.first_at)
    }

    /// It stopped at odd hours for longer than an errand takes.
    fn waited(&self, timezone: &TimeZone) -> bool {
        let hour = self.first_at.to_zoned_datetime(timezone.clone()).hour();
        self.stopped && !(EARLY..LATE).contains(&hour) && self.in_view() >= LEAST_WAIT
    }

    fn stayed(&self) -> bool {
        self.stopped && self.in_view() > LONGEST_WAIT
    }
}

/// How long vehicles that pass are usually in view, of those that did; none where too few did.
pub fn usual_time(mut in_view: Vec<SignedDuration>) -> Option<SignedDuration> {
    in_view.sort_unstable();
    in_view.get(in_view.len() / 2).copied().filter(|_| in_view.len() >= LEAST_KNOWN)
}

/// What is remembered of one plate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Passages before this one.
    pub times: usize,
    /// Nights within [`DAYS`](crate::rules::nights::DAYS) on which it was seen, this one too.
    pub nights: usize,
    /// Those of them on which it never stopped.
    pub nights_passing: usize,
    /// Those of these on which it was slow.
    pub nights_slow: usize,
    /// Those on which it stopped at odd hours as if to wait, and did not stay.
    pub nights_waiting: usize,
    /// Where it was seen on any of these nights.
    pub cameras: BTreeSet<String>,
    /// Its last passage before this one.
    pub last: Option<Passage>,
}

/// What a vehicle did at any time of one night.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is of the night by itself")]
struct Night {
    stopped: bool,
    slow: bool,
    waited: bool,
    stayed: bool,
}

impl History {
    /// Of a plate that has come by in `earlier` passages, in any order, and is here in `current`
    /// now; without one it is only asked about. Passages that are later than `now`, as after a
    /// clock was put back, are left out. `usual` says of a camera how long vehicles that pass are in
    /// its view, where that is known.
    pub fn of(
        earlier: &[Passage],
        current: Option<&Passage>,
        now: Timestamp,
        timezone: &TimeZone,
        usual: impl Fn(&str) -> Option<SignedDuration>,
    ) -> Self {
        let earlier: Vec<_> = earlier.iter().filter(|passage| passage.first_at <= now).collect();
        let week = Week::of(now, timezone);
        let mut nights = BTreeMap::<Date, Night>::new();
        let mut cameras = BTreeSet::new();
        for passage in earlier.iter().copied().chain(current) {
            // One that begins by day may last into the night.
            let night = night_of(passage.first_at, timezone).or_else(|| night_of(passage.last_at, timezone));
            let Some(night) = night.filter(|night| week.contains(*night)) else { continue };
            let night = nights.entry(night).or_default();
            night.stopped |= passage.stopped;
            night.slow |= usual(&passage.camera).is_some_and(|usual| passage.in_view() >= usual * SLOW);
            night.waited |= passage.waited(timezone);
            night.stayed |= passage.stayed();
            cameras.insert(passage.camera.clone());
        }
        let count = |is_one: fn(&Night) -> bool| nights.values().filter(|night| is_one(night)).count();
        Self {
            times: earlier.len(),
            nights: nights.len(),
            nights_passing: count(|night| !night.stopped),
            nights_slow: count(|night| !night.stopped && night.slow),
            nights_waiting: count(|night| night.waited && !night.stayed),
            cameras,
            last: earlier.into_iter().max_by_key(|passage| (passage.last_at, &passage.camera)).cloned(),
        }
    }

    /// Whether it came by without stopping, or waited at odd hours, on so many nights that it is a
    /// finding: whoever lives or works there has come and stayed at least once.
    pub fn is_seen_before(&self) -> bool {
        self.nights_passing + self.nights_waiting >= LEAST_NIGHTS
    }

    /// Why it is a finding; none where it is not. `place` is what all its cameras look at, where that has a name.
    pub fn sentence(&self, place: Option<&str>) -> Option<Bilingual> {
        let told = |nights: usize, vi: &str, en: &str| {
            let vi_place = place.unwrap_or("khu vực này");
            let en_place = place.unwrap_or("this place");
            Bilingual {
                vi: format!("Xe này đã {vi} {vi_place} {nights} đêm trong tuần"),
                en: format!("This vehicle has {en} {en_place} on {nights} nights this week"),
            }
        };
        // A night is one of passing or one of waiting, never both.
        let all = self.nights_passing + self.nights_waiting;
        self.is_seen_before().then(|| {
            if self.nights_waiting >= LEAST_NIGHTS {
                told(self.nights_waiting, "đứng đợi lúc đêm khuya ở", "waited late at night at")
            } else if self.nights_slow >= LEAST_NIGHTS {
                told(self.nights_slow, "chạy chậm qua", "driven slowly past")
            } else if self.nights_waiting == 0 {
                told(all, "chạy qua mà không dừng ở", "driven without stopping past")
            } else {
                told(all, "chạy qua hoặc đứng đợi ở", "driven past or waited at")
            }
        })
    }
}

/// Why two vehicles with one plate cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoVehicles {
    /// At one time at two cameras whose views are apart.
    TwoPlaces,
    /// A car here and a motorcycle there.
    TwoClasses,
}

impl TwoVehicles {
    pub fn sentence(self) -> Bilingual {
        let (vi, en) = match self {
            Self::TwoPlaces => {
                ("Cùng một biển số ở hai nơi cùng lúc", "The same plate is in two places at the same time")
            }
            Self::TwoClasses => {
                ("Cùng một biển số trên cả ô tô và xe máy", "The same plate is on a car and on a motorcycle")
            }
        };
        Bilingual { vi: vi.to_owned(), en: en.to_owned() }
    }
}

/// Why two passages of one plate cannot be one vehicle's; none where they can. `are_apart` says of
/// two cameras that nothing can be in the view of both.
///
/// Cars and motorcycles are numbered apart. So a text that may be a car's and may be a motorcycle's
/// says nothing when it is seen on both.
pub fn cannot_be_one(
    plate: &PlateText,
    one: &Passage,
    other: &Passage,
    are_apart: impl Fn(&str, &str) -> bool,
) -> Option<TwoVehicles> {
    let at_once = one.last_at.min(other.last_at).duration_since(one.first_at.max(other.first_at));
    if at_once > SLACK && one.camera != other.camera && are_apart(&one.camera, &other.camera) {
        return Some(TwoVehicles::TwoPlaces);
    }
    let are_vehicles = one.class.is_vehicle() && other.class.is_vehicle();
    let may_be_on = |class| Grammar::vietnam().fitting(plate.key()).iter().any(|form| form.vehicles.suit(class));
    let on_both = may_be_on(one.class) && may_be_on(other.class);
    let are_unlike = are_vehicles && one.class.group() != other.class.group() && !on_both;
    are_unlike.then_some(TwoVehicles::TwoClasses)
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
