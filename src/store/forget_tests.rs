use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use crate::access::audit::{Act, Removal};
use crate::alert::{Alert, Judged, Note, Person, PicturesRemoved, RemovedBy, Step, Verdict};
use crate::record::{Condemned, Deletion, DeletionOrder, Pictures, SegmentIndex as _};
use crate::rules::plate::Plate;
use crate::rules::{FalseAlarm, FindingKind};
use crate::store::tests::{alert, finding, guard, open, seconds};
use crate::store::{AlertFilter, AuditFilter, By, CaseFilter, KeptStretch, Passage, Store};
use crate::vision::Class;
use crate::vision::attributes::Attribute;

/// Between alerts, so that no stretch of one touches another's.
const APART: i64 = 1000;

/// What becomes of an alert until it is looked at.
#[derive(Debug, Clone, Copy)]
struct Fate {
    is_open: bool,
    is_resolved: bool,
    /// Somebody keeps from so long after it opened to so long.
    kept: Option<(i64, i64)>,
    is_released: bool,
}

impl Fate {
    fn is_held(self) -> bool {
        // It was last seen 5 s after it opened.
        !self.is_released && self.kept.is_some_and(|(from, to)| from <= 25 && to >= -10)
    }
}

fn number(at: usize) -> i64 {
    APART * i64::try_from(at + 1).expect("small")
}

/// The `n`-th alert of the warehouse, with somebody of whom there is a picture, in a case of its own.
fn stored(n: i64, is_open: bool) -> Alert {
    let seen = Judged { has_crop: true, ..Judged::default() };
    Alert {
        camera: "kho".to_owned(),
        case: Some(Uuid::from_u128(u128::try_from(n).expect("positive"))),
        last_seen_at: seconds(n + 5),
        closed_at: (!is_open).then(|| seconds(n + 35)),
        persons: vec![Person { track: Uuid::from_u128(3), attributes: [seen; 4] }],
        ..alert(n)
    }
}

fn keep(store: &Store, id: i64, from: i64, to: i64) -> Uuid {
    let id = Uuid::from_u128(u128::try_from(id).expect("positive"));
    let kept = By { guard: guard("lan").guard, at: seconds(0) };
    let (from, to, reason) = (seconds(from), seconds(to), "Mất trộm".to_owned());
    let stretch = KeptStretch { id, camera: "kho".to_owned(), from, to, reason, kept, released: None };
    assert!(store.keep(&stretch).expect("kept"));
    id
}

fn put(store: &Store, n: i64, fate: Fate) -> Uuid {
    let alert = stored(n, fate.is_open);
    store.put_alert(&alert).expect("stored");
    if fate.is_resolved {
        let note: Note = format!("Nhện số {n}").parse().expect("a note");
        let step = Step::Resolve { verdict: Verdict::FalseAlarm(FalseAlarm::Insect), note: Some(note) };
        store.handle(alert.id, step, &guard("Lan"), seconds(n + 40)).expect("settled");
    }
    if let Some((from, to)) = fate.kept {
        let id = keep(store, n, n + from, n + to);
        if fate.is_released {
            let by = By { guard: guard("lan").guard, at: seconds(1) };
            store.release("kho", id, &by).expect("released").expect("was kept");
        }
    }
    alert.id
}

/// Everything that [`Store::pictures_over`] gives, in pages of two.
fn over(store: &Store, before: Timestamp) -> Vec<Uuid> {
    let mut found = Vec::new();
    let mut last = None;
    loop {
        let page = store.pictures_over(before, last.as_ref(), 2).expect("read");
        found.extend(page.iter().map(|over| over.pictured.alert));
        last = page.into_iter().next_back();
        if last.is_none() {
            return found;
        }
    }
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let kept = prop::option::of((-60i64..60, 1i64..60).prop_map(|(from, length)| (from, from + length)));
    let fate = (any::<bool>(), any::<bool>(), kept, any::<bool>());
    let fate =
        fate.prop_map(|(is_open, is_resolved, kept, is_released)| Fate { is_open, is_resolved, kept, is_released });
    prop::collection::vec(fate, 0..9)
}

fn told(store: &Store, act: Act) -> Vec<String> {
    let filter = AuditFilter { acts: vec![act], limit: 100, ..AuditFilter::default() };
    store.audit(&filter).expect("read").entries.into_iter().filter_map(|entry| entry.detail).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_old_closed_and_not_kept_goes_and_nothing_else(
        fates in fates(), old in 0usize..10, older in 0usize..10, offset in -3i64..3,
    ) {
        let (_folder, store) = open();
        let ids: Vec<Uuid> = fates.iter().enumerate().map(|(at, fate)| put(&store, number(at), *fate)).collect();
        // Video is needed until 20 s after the last sight: before that second nothing goes.
        let before = seconds(number(old) + 25 + offset);
        let is_over = |at: usize| number(at) + 25 < number(old) + 25 + offset;
        let expected: Vec<Uuid> = (0..fates.len())
            .filter(|at| is_over(*at) && !fates[*at].is_open && !fates[*at].is_held())
            .map(|at| ids[at])
            .collect();
        prop_assert_eq!(&over(&store, before), &expected);
        if !expected.is_empty() {
            store.pictures_went(expected.clone(), seconds(90_000)).expect("written");
            prop_assert_eq!(told(&store, Act::AlertPicturesRemoved), [expected.len().to_string()]);
        }
        prop_assert_eq!(over(&store, before), [] as [Uuid; 0], "once");
        for (at, id) in ids.iter().enumerate() {
            let went = expected.contains(id);
            let alert = store.alert(*id).expect("read").expect("its row stays");
            prop_assert_eq!(store.is_without_pictures(*id).expect("read"), Some(went));
            let removed = PicturesRemoved { at: seconds(90_000), by: RemovedBy::Retention };
            prop_assert_eq!(alert.pictures_removed, went.then_some(removed));
            prop_assert_eq!(alert.persons[0].of(Attribute::Hat).has_crop, !went);
            prop_assert_eq!(&alert.reason, &stored(number(at), false).reason);
        }

        let before = seconds(number(older) + 5);
        let gone: BTreeSet<Uuid> = (0..fates.len())
            .filter(|at| expected.contains(&ids[*at]) && fates[*at].is_resolved && *at < older)
            .map(|at| ids[at])
            .collect();
        let mut forgotten = 0;
        while let removed @ 1.. = store.forget_alerts(before, 2, seconds(90_001)).expect("forgotten") {
            forgotten += removed;
        }
        prop_assert_eq!(forgotten, gone.len());
        let counts = told(&store, Act::AlertsForgotten);
        prop_assert_eq!(counts.iter().map(|count| count.parse::<usize>().expect("a number")).sum::<usize>(), gone.len());
        let notes = AlertFilter { text: Some("nhen".to_owned()), limit: 100, ..AlertFilter::default() };
        let noted: BTreeSet<Uuid> = store.alerts(&notes).expect("read").items.iter().map(|alert| alert.id).collect();
        let cases = store.cases(&CaseFilter { limit: 100, ..CaseFilter::default() }).expect("read").items;
        for (at, id) in ids.iter().enumerate() {
            let is_there = !gone.contains(id);
            prop_assert_eq!(store.alert(*id).expect("read").is_some(), is_there);
            prop_assert_eq!(store.history(*id).expect("read").is_empty(), !(is_there && fates[at].is_resolved));
            prop_assert_eq!(noted.contains(id), is_there && fates[at].is_resolved);
        }
        prop_assert_eq!(cases.len(), ids.len() - gone.len());
        prop_assert!(store.lessons_at(seconds(0), None).expect("read").iter().all(|of| !gone.contains(&of.alert)));
    }
}

#[test]
fn an_alert_that_goes_on_after_a_deletion_loses_the_rest_in_its_time() {
    let (_folder, store) = open();
    let id = put(&store, 1000, Fate { is_open: true, is_resolved: false, kept: None, is_released: false });
    assert!(matches!(condemned(&store, 990, 1003), Condemned::Done(_)));
    assert_eq!(store.is_without_pictures(id).expect("read"), Some(false), "its camera may write more");
    let longer = Alert { last_seen_at: seconds(2000), closed_at: Some(seconds(2030)), ..stored(1000, false) };
    store.put_alert(&longer).expect("closes");
    assert_eq!(store.is_without_pictures(id).expect("read"), Some(false));
    assert_eq!(over(&store, seconds(3000)), [id]);
    store.pictures_went(vec![id], seconds(3000)).expect("written");
    assert_eq!(store.is_without_pictures(id).expect("read"), Some(true));
}

/// Of the warehouse, without segments.
fn condemned(store: &Store, from: i64, to: i64) -> Condemned {
    let order = DeletionOrder {
        id: Uuid::now_v7(),
        camera: "kho".to_owned(),
        from: seconds(from),
        to: seconds(to),
        reason: "theo yêu cầu".to_owned(),
        account: Uuid::from_u128(2),
        name: "lan".to_owned(),
        address: None,
        at: seconds(2000),
    };
    let removal = Removal { segments: 0, bytes: 0, from: order.from, to: order.from };
    let ends_at = order.to;
    store.condemn(&Deletion { order, removal, ends_at, alerts: 0 }, &[]).expect("answered")
}

#[test]
fn a_deletion_takes_the_pictures_of_the_alerts_that_lie_in_it() {
    let (_folder, store) = open();
    let settled = Fate { is_open: false, is_resolved: true, kept: None, is_released: false };
    let [first, second, _] = [1000, 1500, 1900].map(|n| put(&store, n, settled));
    let stranger = Alert { last_seen_at: seconds(1006), closed_at: Some(seconds(1036)), ..alert(1001) };
    store.put_alert(&stranger).expect("of somebody without a picture");
    store.put_alert(&Alert { camera: "cong-chinh".to_owned(), ..stored(1002, false) }).expect("another camera's");
    assert_eq!(condemned(&store, 900, 999), Condemned::Nothing);
    let Condemned::Done(Pictures { alerts, vehicles }) = condemned(&store, 1005, 1500) else { panic!("not done") };
    let went: Vec<Uuid> = alerts.iter().map(|pictured| pictured.alert).collect();
    assert!(went.contains(&first) && went.contains(&second) && went.len() == 3, "{went:?}");
    assert!(alerts[0].tracks.contains(&Uuid::from_u128(3)), "whose crops go: {alerts:?}");
    assert!(vehicles.is_empty(), "{vehicles:?}");
    let removed = store.alert(first).expect("read").expect("there").pictures_removed;
    assert_eq!(removed, Some(PicturesRemoved { at: seconds(2000), by: RemovedBy::Deletion }));
    let detail = &told(&store, Act::RecordingsDeleted)[0];
    assert!(detail.starts_with("segments=0 ") && detail.ends_with(" alerts=3 reason=theo yêu cầu"), "{detail}");
    assert_eq!(store.deletions("kho", Timestamp::MIN, Timestamp::MAX).expect("read")[0].alerts, 3);
    assert_eq!(condemned(&store, 1005, 1500), Condemned::Nothing, "they are gone");

    // Somebody keeps what comes after the last one's last sight.
    keep(&store, 7, 1920, 1930);
    assert!(matches!(condemned(&store, 1890, 1901), Condemned::Held(held) if held.len() == 1));
}

fn passage(track: Uuid) -> Passage {
    Passage {
        track,
        camera: "kho".to_owned(),
        class: Class::Car,
        first_at: seconds(1000),
        last_at: seconds(1010),
        stopped: false,
        plate: Plate::default(),
        night: None,
        has_vehicle_crop: true,
        has_plate_crop: true,
        listed: None,
    }
}

#[test]
fn a_vehicle_keeps_its_pictures_as_long_as_one_of_its_alerts() {
    let (_folder, store) = open();
    let of_car = finding(FindingKind::Vehicle, seconds(1000));
    let other = Uuid::from_u128(5);
    store.put_passage(&passage(of_car.track)).expect("stored");
    store.put_passage(&passage(other)).expect("of no alert");
    let [first, second] = [1000, 1100].map(|n| {
        let alert = Alert { findings: vec![of_car.clone()], ..stored(n, false) };
        store.put_alert(&alert).expect("stored");
        alert.id
    });
    assert_eq!(store.pictures_went(vec![first], seconds(9000)).expect("written"), [] as [Uuid; 0]);
    assert_eq!(store.pictures_went(vec![second], seconds(9000)).expect("written"), [of_car.track]);
    let crops = |track| {
        let passage = store.passage(track).expect("read").expect("its row stays");
        (passage.has_vehicle_crop, passage.has_plate_crop)
    };
    assert_eq!((crops(of_car.track), crops(other)), ((false, false), (true, true)));
}

#[test]
fn the_newest_recording_says_when_it_ended() {
    let (_folder, store) = open();
    assert_eq!(store.newest_recording().expect("read"), None);
    for (n, length) in [(10, 20u32), (15, 5)] {
        let segment = crate::record::Segment {
            id: Uuid::from_u128(u128::from(length)),
            camera: "kho".to_owned(),
            path: format!("recordings/kho/{n}.mp4").into(),
            codec: crate::intake::Codec::H264,
            started_at: seconds(n),
            duration: Duration::from_secs(length.into()),
            size_bytes: 1,
            complete: true,
        };
        store.put(&segment).expect("stored");
    }
    assert_eq!(store.newest_recording().expect("read"), Some(seconds(30)));
}
