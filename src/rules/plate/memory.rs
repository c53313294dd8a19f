//! What is remembered of a plate: when and where its vehicle came by, and whether that can have been
//! one vehicle. Pure.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::grammar::Grammar;
use super::text::PlateText;
use crate::rules::Bilingual;
use crate::vision::Class;

/// The hours of a night, of local time, the same as arming has them by default. They are fixed here,
/// so that nights counted before and after a change of the configuration are the same nights.
const EVENING: i8 = 18;
const MORNING: i8 = 6;
/// How far back nights are counted. A thief looks at a place in the days before; what came by weeks
/// ago is chance.
pub const DAYS: i32 = 7;
/// Nights on which a vehicle came by without stopping that make a finding. Two are chance in any
/// street; on three of seven, whoever lives or works there has stopped at least once.
pub const LEAST_NIGHTS: usize = 3;
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

/// The night that a time belongs to, by the date of its evening; none by day.
pub fn night_of(at: Timestamp, timezone: &TimeZone) -> Option<Date> {
    let local = at.to_zoned_datetime(timezone.clone());
    match local.hour() {
        EVENING.. => Some(local.date()),
        hour if hour < MORNING => local.date().yesterday().ok(),
        _ => None,
    }
}

/// What is remembered of one plate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Passages before this one.
    pub times: usize,
    /// Nights within [`DAYS`] on which it was seen, this one too.
    pub nights: usize,
    /// Those of them on which it never stopped.
    pub nights_passing: usize,
    /// Its last passage before this one.
    pub last: Option<Passage>,
}

impl History {
    /// Of a plate that has come by in `earlier` passages, in any order, and is here in `current`
    /// now; without one it is only asked about. Passages that are later than `now`, as after a
    /// clock was put back, are left out.
    pub fn of(earlier: &[Passage], current: Option<&Passage>, now: Timestamp, timezone: &TimeZone) -> Self {
        let earlier: Vec<_> = earlier.iter().filter(|passage| passage.first_at <= now).collect();
        let nights = nights(earlier.iter().copied().chain(current), now, timezone);
        Self {
            times: earlier.len(),
            nights: nights.len(),
            nights_passing: nights.values().filter(|stopped| !**stopped).count(),
            last: earlier.into_iter().max_by_key(|passage| (passage.last_at, &passage.camera)).cloned(),
        }
    }

    /// Whether it came by on so many nights without stopping that it is a finding.
    pub fn is_seen_before(&self) -> bool {
        self.nights_passing >= LEAST_NIGHTS
    }

    /// Why it is a finding; none where it is not.
    pub fn sentence(&self) -> Option<Bilingual> {
        let nights = self.nights_passing;
        self.is_seen_before().then(|| Bilingual {
            vi: format!("Xe này đã chạy qua {nights} đêm trong {DAYS} ngày, không dừng"),
            en: format!("This vehicle has come by on {nights} nights within {DAYS} days without stopping"),
        })
    }
}

/// The nights of the last [`DAYS`] on which there was a passage, and whether any of them stopped.
fn nights<'a>(
    passages: impl Iterator<Item = &'a Passage>,
    now: Timestamp,
    timezone: &TimeZone,
) -> BTreeMap<Date, bool> {
    let today = night_of(now, timezone).unwrap_or_else(|| now.to_zoned_datetime(timezone.clone()).date());
    let mut nights = BTreeMap::new();
    for passage in passages {
        // One that begins by day may last into the night.
        let night = night_of(passage.first_at, timezone).or_else(|| night_of(passage.last_at, timezone));
        let is_recent = |night: &Date| today.checked_sub(DAYS.days()).is_ok_and(|before| *night > before);
        if let Some(night) = night.filter(|night| *night <= today && is_recent(night)) {
            *nights.entry(night).or_default() |= passage.stopped;
        }
    }
    nights
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
