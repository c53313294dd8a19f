use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_771_266_600 + second).expect("valid")
}

fn kept(camera: &str, from: i64, to: i64, size_bytes: u64) -> Kept {
    let id = Uuid::from_u128(u128::try_from((from + DAY * 1000) * 1000 + to - from).expect("positive"));
    Kept { id, camera: camera.into(), started_at: at(from), ends_at: at(to), size_bytes }
}

fn needed(camera: &str, from: i64, to: i64) -> Needed {
    Needed { camera: camera.to_owned(), from: at(from), to: at(to) }
}

fn tiers(all_hours: i64, motion_days: i64, alert_days: Option<i64>) -> Tiers {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    Tiers {
        all: Some(SignedDuration::from_hours(all_hours)),
        motion: Some(days(motion_days)),
        alerts: alert_days.map(days),
    }
}

fn starts(chosen: &[&Kept]) -> Vec<i64> {
    chosen.iter().map(|segment| segment.started_at.duration_since(at(0)).as_secs()).collect()
}

/// Five segments of 10 s and 100 bytes at the gate, one in the yard; chosen by their start.
#[track_caller]
fn check(alerts: &[Needed], excess_bytes: u64, now: i64, expected: &[i64]) {
    let mut all: Vec<_> = (0..5).map(|i| kept("gate", i * 10, i * 10 + 10, 100)).collect();
    all.push(kept("yard", 15, 25, 100));
    all.sort_by_key(|segment| segment.started_at);
    let keeping = Keeping::within(0);
    let judge = Judge { keeping: &keeping, stretches: Stretches::new(&[], alerts, &[]), now: at(now) };
    assert_eq!(starts(&choose(&all, &judge, excess_bytes)), expected);
    assert!(over(&all, &judge).is_empty(), "nothing is ever over");
}

#[test]
fn the_oldest_go_and_no_more_than_must() {
    check(&[], 0, HOUR, &[]);
    check(&[], 1, HOUR, &[0]);
    check(&[], 100, HOUR, &[0]);
    check(&[], 101, HOUR, &[0, 10]);
    check(&[], 250, HOUR, &[0, 10, 15]);
    check(&[], u64::MAX, HOUR, &[0, 10, 15, 20, 30, 40]);
}

#[test]
fn what_alerts_need_stays() {
    check(&[needed("gate", 12, 14)], 150, HOUR, &[0, 15]);
    check(&[needed("yard", 12, 16)], 250, HOUR, &[0, 10, 20]);
    check(&[needed("gate", 5, 12), needed("gate", 11, 33)], u64::MAX, HOUR, &[15, 40]);
    check(&[needed("gate", -100, 100), needed("yard", 0, 100)], u64::MAX, HOUR, &[]);
    // A touch counts.
    check(&[needed("gate", 10, 10)], u64::MAX, HOUR, &[15, 20, 30, 40]);
}

#[test]
fn the_last_minute_stays() {
    check(&[], u64::MAX, 80, &[0]);
    check(&[], u64::MAX, 60, &[]);
    // The clock was set back by an hour: all this is of the future, and old.
    check(&[], u64::MAX, -HOUR, &[0, 10, 15, 20, 30, 40]);
}

/// Six segments at the gate, each an hour after the last: still, moved, alert, held, still, moved.
fn six_hours() -> (Vec<Kept>, [Vec<Needed>; 3]) {
    let all: Vec<_> = (0..6).map(|n| kept("gate", n * HOUR, n * HOUR + 10, 100)).collect();
    let at_hour = |n: i64| needed("gate", n * HOUR + 2, n * HOUR + 4);
    // What moved in an alert, or is kept, too, is worth the more.
    let stretches = [vec![at_hour(3)], vec![at_hour(2), at_hour(3)], vec![at_hour(1), at_hour(2), at_hour(5)]];
    (all, stretches)
}

#[track_caller]
fn check_turns(keeping: &Keeping, excess_bytes: u64, expected_hours: &[i64]) {
    let (all, [held, alerts, moved]) = six_hours();
    let judge = Judge { keeping, stretches: Stretches::new(&held, &alerts, &moved), now: at(6 * HOUR) };
    let chosen: Vec<_> = starts(&choose(&all, &judge, excess_bytes)).iter().map(|start| start / HOUR).collect();
    assert_eq!(chosen, expected_hours);
}

#[test]
fn the_less_worthy_go_before_the_more_worthy_of_any_age() {
    let tiered = Keeping { tiers: tiers(24, 2, Some(3)), ..Keeping::within(0) };
    check_turns(&tiered, 100, &[0]);
    check_turns(&tiered, 200, &[0, 4]);
    check_turns(&tiered, 300, &[0, 4, 1]);
    check_turns(&tiered, 400, &[0, 4, 1, 5]);
    check_turns(&tiered, u64::MAX, &[0, 4, 1, 5, 2]);
}

#[test]
fn where_no_time_is_set_it_is_as_it_was() {
    check_turns(&Keeping::within(0), 200, &[0, 1]);
    check_turns(&Keeping::within(0), u64::MAX, &[0, 1, 4, 5]);
    // One time for all but alerts: age alone counts.
    let for_a_month = Tiers { all: None, ..tiers(1, 30, None) };
    check_turns(&Keeping { tiers: for_a_month, ..Keeping::within(0) }, u64::MAX, &[0, 1, 4, 5]);
}

#[track_caller]
fn check_over(tiers: Tiers, alerts_only: bool, now_hours: i64, expected_hours: &[i64]) {
    let (all, [held, alerts, moved]) = six_hours();
    let alerts_only = alerts_only.then(|| "gate".to_owned()).into_iter().collect();
    let keeping = Keeping { tiers, alerts_only, ..Keeping::within(0) };
    let now = at(now_hours * HOUR + 11);
    let judge = Judge { keeping: &keeping, stretches: Stretches::new(&held, &alerts, &moved), now };
    let over: Vec<_> = starts(&over(&all, &judge)).iter().map(|start| start / HOUR).collect();
    assert_eq!(over, expected_hours);
}

#[test]
fn each_worth_has_its_time() {
    let all = tiers(24, 2, Some(3));
    check_over(all, false, 23, &[]);
    check_over(all, false, 24, &[0]);
    check_over(all, false, 28, &[0, 4]);
    check_over(all, false, 49, &[0, 1, 4]);
    check_over(all, false, 74, &[0, 1, 2, 4, 5]);
    check_over(all, false, 10_000, &[0, 1, 2, 4, 5]);
    check_over(Tiers { alerts: None, ..all }, false, 10_000, &[0, 1, 4, 5]);
    // The clock was set back: nothing is old.
    check_over(all, false, -100, &[]);
    // Without a time of its own the rest stays as long as what moved.
    check_over(Tiers { all: None, ..all }, false, 47, &[]);
    check_over(Tiers { all: None, ..all }, false, 53, &[0, 1, 4, 5]);
    check_over(Tiers::default(), false, 10_000, &[]);
}

#[test]
fn of_some_cameras_only_what_alerts_need_stays() {
    check_over(Tiers::default(), true, 4, &[0, 1]);
    check_over(Tiers::default(), true, 6, &[0, 1, 4, 5]);
    check_over(tiers(24, 2, Some(3)), true, 80, &[0, 1, 2, 4, 5]);
}

#[test]
fn what_may_still_have_moved_is_not_the_rest() {
    let keeping = Keeping { tiers: tiers(24, 2, None), ..Keeping::within(0) };
    let judge = Judge { keeping: &keeping, stretches: Stretches::default(), now: at(190) };
    assert_eq!(judge.worth(&kept("gate", 0, 10, 1)), Worth::Moved);
    assert_eq!(judge.worth(&kept("gate", 0, 9, 1)), Worth::Rest);
}

#[derive(Debug)]
struct Night {
    all: Vec<Kept>,
    stretches: [Vec<Needed>; 3],
    keeping: Keeping,
    now: Timestamp,
}

impl Night {
    fn judge(&self) -> Judge<'_> {
        let [held, alerts, moved] = &self.stretches;
        Judge { keeping: &self.keeping, stretches: Stretches::new(held, alerts, moved), now: self.now }
    }

    /// As plainly as it can be said.
    fn worth(&self, segment: &Kept) -> Worth {
        let among = |stretches: &[Needed]| {
            stretches.iter().any(|range| {
                range.camera == *segment.camera && range.from <= segment.ends_at && range.to >= segment.started_at
            })
        };
        let [held, alerts, moved] = &self.stretches;
        let lately = self.now.duration_since(segment.ends_at).abs() <= NOT_KNOWN_YET;
        match () {
            () if among(held) => Worth::Held,
            () if among(alerts) => Worth::Alert,
            () if self.keeping.alerts_only.contains(&*segment.camera) => Worth::Rest,
            () if among(moved) || lately => Worth::Moved,
            () => Worth::Rest,
        }
    }
}

prop_compose! {
    fn night()(
        segments in prop::collection::vec((0usize..3, 0i64..400_000, 1i64..30, 1u64..100), 0..40),
        ranges in prop::collection::vec((0usize..3, 0usize..3, 0i64..400_000, 0i64..20_000), 0..16),
        hours in prop::option::of((1i64..60, 0i64..60, prop::option::of(0i64..60))),
        is_for_alerts in any::<bool>(),
        now in 0i64..500_000,
    ) -> Night {
        let cameras = ["gate", "yard", "hall"];
        let mut all: Vec<_> = segments
            .iter()
            .map(|(camera, from, len, size)| kept(cameras[*camera], *from, from + len, *size))
            .collect();
        all.sort_by_key(|segment| (segment.started_at, segment.id));
        let mut stretches: [Vec<Needed>; 3] = Default::default();
        for (which, camera, from, len) in ranges {
            stretches[which].push(needed(cameras[camera], from, from + len));
        }
        let tiers = hours.map_or_else(Tiers::default, |(all, more, alerts)| Tiers {
            all: Some(SignedDuration::from_hours(all)),
            motion: Some(SignedDuration::from_hours(all + more)),
            alerts: alerts.map(|yet_more| SignedDuration::from_hours(all + more + yet_more)),
        });
        let alerts_only = is_for_alerts.then(|| "hall".to_owned()).into_iter().collect();
        Night { all, stretches, keeping: Keeping { tiers, alerts_only, ..Keeping::within(0) }, now: at(now) }
    }
}

proptest! {
    #[test]
    fn the_least_worthy_go_first_and_evidence_never(night in night(), excess_bytes in 0u64..2000) {
        let judge = night.judge();
        let chosen = choose(&night.all, &judge, excess_bytes);
        let tells_motion = night.keeping.tiers.all.is_some();
        // What is not told apart is worth the same.
        let rank = |segment: &Kept| match night.worth(segment) {
            Worth::Moved if !tells_motion => Worth::Rest,
            worth => worth,
        };
        let may_go = |segment: &&Kept| {
            let is_recent = night.now.duration_since(segment.ends_at).abs() <= GRACE;
            let may = match night.worth(segment) {
                Worth::Held => false,
                Worth::Alert => night.keeping.tiers.alerts.is_some(),
                _ => true,
            };
            may && !is_recent
        };
        let mut expected: Vec<&Kept> = night.all.iter().filter(may_go).collect();
        let there = expected.len();
        expected.sort_by_key(|segment| (rank(segment), segment.started_at, segment.id));
        expected.truncate(chosen.len());
        prop_assert_eq!(&chosen, &expected, "not the least worthy that may go");
        prop_assert!(chosen.iter().all(|segment| night.worth(segment) != Worth::Held), "evidence goes");
        let freed: u64 = chosen.iter().map(|segment| segment.size_bytes).sum();
        prop_assert!(freed >= excess_bytes || chosen.len() == there, "too few");
        let but_last: u64 = chosen.iter().rev().skip(1).map(|segment| segment.size_bytes).sum();
        prop_assert!(chosen.is_empty() || but_last < excess_bytes, "too many");
    }

    #[test]
    fn what_is_over_is_over_and_nothing_else(night in night()) {
        let judge = night.judge();
        let over = over(&night.all, &judge);
        for segment in &night.all {
            let Tiers { all, motion, alerts } = night.keeping.tiers;
            let limit = match night.worth(segment) {
                Worth::Held => None,
                Worth::Alert => alerts,
                _ if night.keeping.alerts_only.contains(&*segment.camera) => Some(SignedDuration::from_mins(5)),
                Worth::Moved => motion,
                Worth::Rest => all,
            };
            let is_over = limit.is_some_and(|limit| night.now.duration_since(segment.ends_at) > limit);
            prop_assert_eq!(over.contains(&segment), is_over, "{:?}", segment);
        }
    }
}
