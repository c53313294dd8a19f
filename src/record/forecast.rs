//! How long the disk lasts at the pace of the last day, and how far back what is recorded reaches then. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::retention::Worth;
use crate::config::Tiers;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// After a shorter time nothing can be said.
const LEAST: SignedDuration = SignedDuration::from_mins(10);
/// So near to full what is worth least goes early, and its oldest says how far it reaches.
const NEARLY_FULL: f64 = 0.97;

/// Days, at the pace of the last day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Until the quota is full, and recordings go before their time; `None` where all that is to be kept has room.
    pub days_left: Option<f64>,
    /// How far back recordings reach then: what somebody keeps takes its part.
    pub days_kept: f64,
    /// The same by worth, where each has its time.
    pub reach: Option<Reach>,
}

/// How far back recordings reach, and how far they are to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = RecordingReach)]
pub struct Reach {
    pub all: Share,
    /// What moved.
    pub motion: Share,
    /// What alerts need; null where what alerts need is kept for ever.
    #[schema(required)]
    pub alerts: Option<Share>,
}

/// Of a time that is wanted, how much there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = RecordingShare)]
pub struct Share {
    pub days: f64,
    pub wanted_days: f64,
}

/// A segment of the last day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paced {
    pub(super) at: Timestamp,
    pub(super) size_bytes: u64,
    /// `None` for what only waits for an alert: it takes the same room at all times.
    pub(super) worth: Option<Worth>,
}

/// Of the disk.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "units stand in names")]
pub(super) struct Room {
    /// What the quota, or a disk that is smaller, holds.
    pub(super) total_bytes: u64,
    pub(super) used_bytes: u64,
    /// Of what is used, what somebody keeps, and what alerts need.
    pub(super) kept_bytes: u64,
    pub(super) alert_bytes: u64,
}

/// `recorded`: of the last day, in any order.
pub(super) fn forecast(
    recorded: impl Iterator<Item = Paced>,
    room: Room,
    tiers: &Tiers,
    now: Timestamp,
) -> Option<Forecast> {
    let day_ago = now.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
    let mut pace = Pace::default();
    recorded.filter(|paced| paced.at >= day_ago && paced.at <= now).for_each(|paced| pace.add(&paced));
    let span = now.duration_since(pace.all.first?);
    let bytes = pace.all.bytes;
    if span < LEAST || bytes == 0 {
        return None;
    }
    let Room { total_bytes, used_bytes, kept_bytes, alert_bytes } = room;
    let a_day = |bytes: u64, span: SignedDuration| bytes as f64 * DAY.as_secs_f64() / span.as_secs_f64();
    let per_day = a_day(bytes, span);
    let days_left = total_bytes.saturating_sub(used_bytes) as f64 / per_day;
    let free = total_bytes.saturating_sub(kept_bytes) as f64;
    let (Some(motion), all) = (tiers.motion, tiers.all) else {
        return Some(Forecast { days_left: Some(days_left), days_kept: free / per_day, reach: None });
    };
    let days = |time: SignedDuration| time.as_secs_f64() / DAY.as_secs_f64();
    let mut left = free;
    let mut share = |wanted: SignedDuration, per_day: f64| {
        let wanted_days = days(wanted);
        let fits = if per_day > 0.0 { left / per_day } else { wanted_days };
        let share = Share { days: wanted_days.min(fits), wanted_days };
        left -= share.days * per_day;
        share
    };
    let alerts = tiers.alerts.map(|wanted| share(wanted, a_day(pace.alerts.bytes, span)));
    if alerts.is_none() {
        // For ever: what there is takes its part.
        share(DAY, alert_bytes as f64);
    }
    let Some(all) = all else {
        // What moved is worth no more than the rest.
        let share = share(motion, a_day(pace.rest.bytes + pace.moved.bytes, span));
        return Some(told(days_left, Reach { all: share, motion: share, alerts }));
    };
    let moved = share(motion, a_day(pace.moved.bytes, span));
    let is_nearly_full = used_bytes as f64 >= NEARLY_FULL * total_bytes as f64;
    let since = pace.rest.first.filter(|_| is_nearly_full).map_or(span, |first| now.duration_since(first));
    let rest = share(all, a_day(pace.rest.bytes, since.min(all).min(span).max(LEAST)));
    Some(told(days_left, Reach { all: rest, motion: moved, alerts }))
}

fn told(days_left: f64, reach: Reach) -> Forecast {
    let shares = [Some(reach.all), Some(reach.motion), reach.alerts];
    let all_fit = shares.into_iter().flatten().all(|share| share.days >= share.wanted_days);
    Forecast { days_left: (!all_fit).then_some(days_left), days_kept: reach.motion.days, reach: Some(reach) }
}

#[derive(Default)]
struct Pace {
    all: Sum,
    alerts: Sum,
    moved: Sum,
    rest: Sum,
}

#[derive(Default)]
struct Sum {
    bytes: u64,
    first: Option<Timestamp>,
}

impl Pace {
    fn add(&mut self, paced: &Paced) {
        let of_worth = match paced.worth {
            Some(Worth::Rest) => &mut self.rest,
            Some(Worth::Moved) => &mut self.moved,
            Some(Worth::Alert) => &mut self.alerts,
            // What somebody keeps takes its part once.
            Some(Worth::Held) => return self.all.add(paced),
            None => return,
        };
        of_worth.add(paced);
        self.all.add(paced);
    }
}

impl Sum {
    fn add(&mut self, paced: &Paced) {
        self.bytes += paced.size_bytes;
        self.first = Some(self.first.map_or(paced.at, |first| first.min(paced.at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_771_266_600;
    const HOUR: i64 = 3600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("valid")
    }

    fn rounded(days: f64) -> f64 {
        (days * 1000.0).round() / 1000.0
    }

    /// A segment of 100 bytes each hour for so many hours, the last an hour ago.
    #[track_caller]
    fn check(hours: i64, used: u64, kept: u64, room: u64, expected: Option<(f64, f64)>) {
        let recorded = (1..=hours).map(|n| Paced { at: at(NOW - n * HOUR), size_bytes: 100, worth: Some(Worth::Rest) });
        let room = Room { total_bytes: room, used_bytes: used, kept_bytes: kept, alert_bytes: 0 };
        let found = forecast(recorded, room, &Tiers::default(), at(NOW));
        let found = found.map(|found| (rounded(found.days_left.expect("known")), rounded(found.days_kept)));
        assert_eq!(found, expected);
    }

    #[test]
    fn at_2400_bytes_a_day() {
        check(24, 2400, 0, 26_400, Some((10.0, 11.0)));
        check(1000, 26_400, 2400, 26_400, Some((0.0, 10.0)));
        check(3, 300, 0, 2400, Some((0.875, 1.0)));
        // More than there is room for.
        check(24, 9000, 9000, 2400, Some((0.0, 0.0)));
    }

    #[test]
    fn of_nothing_nothing_is_said() {
        check(0, 0, 0, 2400, None);
        let one = |at| [Paced { at, size_bytes: 100, worth: Some(Worth::Rest) }].into_iter();
        let room = Room { total_bytes: 2400, used_bytes: 0, kept_bytes: 0, alert_bytes: 0 };
        assert_eq!(forecast(one(at(NOW - 60)), room, &Tiers::default(), at(NOW)), None);
        // The clock was set back: what lies in the future says nothing.
        assert_eq!(forecast(one(at(NOW + HOUR)), room, &Tiers::default(), at(NOW)), None);
    }

    /// In each hour of the last day 100 bytes of an alert, 200 in which something moved, and 700 of the rest.
    fn busy_day() -> impl Iterator<Item = Paced> {
        (1..=24).flat_map(|n| {
            [(Worth::Alert, 100), (Worth::Moved, 200), (Worth::Rest, 700)].map(|(worth, size_bytes)| Paced {
                at: at(NOW - n * HOUR),
                size_bytes,
                worth: Some(worth),
            })
        })
    }

    /// All two days, what moved ten, alerts a hundred: 2400, 4800 and 16,800 bytes a day.
    #[track_caller]
    fn check_tiers(room: u64, kept: u64, expected: (f64, f64, f64)) {
        let days = |days: i64| Some(SignedDuration::from_hours(24 * days));
        let tiers = Tiers { all: days(2), motion: days(10), alerts: days(100) };
        let room = Room { total_bytes: room, used_bytes: 24_000, kept_bytes: kept, alert_bytes: 2400 };
        let found = forecast(busy_day(), room, &tiers, at(NOW)).expect("known");
        let reach = found.reach.expect("tiers");
        let told = [reach.all, reach.motion, reach.alerts.expect("a limit")].map(|share| rounded(share.days));
        assert_eq!((told[0], told[1], told[2]), expected);
        assert_eq!(found.days_left.is_none(), expected == (2.0, 10.0, 100.0));
    }

    #[test]
    fn room_goes_to_what_is_worth_most() {
        check_tiers(321_600, 0, (2.0, 10.0, 100.0));
        check_tiers(321_600 + 5000, 5000, (2.0, 10.0, 100.0));
        check_tiers(321_600 - 16_800, 0, (1.0, 10.0, 100.0));
        check_tiers(288_000 - 24_000, 0, (0.0, 5.0, 100.0));
        check_tiers(120_000, 0, (0.0, 0.0, 50.0));
        check_tiers(1000, 9000, (0.0, 0.0, 0.0));
    }

    #[test]
    fn what_alerts_need_for_ever_takes_its_part() {
        let days = |days: i64| Some(SignedDuration::from_hours(24 * days));
        let room = Room { total_bytes: 50_000, used_bytes: 50_000, kept_bytes: 0, alert_bytes: 2000 };
        let tiers = Tiers { all: days(1), motion: days(10), alerts: None };
        let reach = forecast(busy_day(), room, &tiers, at(NOW)).and_then(|found| found.reach).expect("known");
        assert_eq!((rounded(reach.motion.days), reach.alerts), (10.0, None));
        assert_eq!(rounded(reach.all.days), 0.0, "what moved has all the room");
        let tiers = Tiers { all: None, motion: days(2), alerts: None };
        let reach = forecast(busy_day(), room, &tiers, at(NOW)).and_then(|found| found.reach).expect("known");
        assert_eq!(reach.motion, Share { days: 2.0, wanted_days: 2.0 });
    }

    #[test]
    fn of_the_rest_that_went_early_its_oldest_says_how_fast_it_comes() {
        // Nearly full: of the rest only the last three hours are there, of what moved the whole day.
        let recorded = busy_day().filter(|paced| paced.worth != Some(Worth::Rest) || paced.at >= at(NOW - 3 * HOUR));
        let days = |days: i64| Some(SignedDuration::from_hours(24 * days));
        let tiers = Tiers { all: days(2), motion: days(1), alerts: days(1) };
        let room = Room { total_bytes: 9300, used_bytes: 9300, kept_bytes: 0, alert_bytes: 2400 };
        let reach = forecast(recorded, room, &tiers, at(NOW)).and_then(|found| found.reach).expect("known");
        assert_eq!(rounded(reach.all.days * 24.0), 3.0);
    }
}
