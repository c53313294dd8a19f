use std::collections::BTreeMap;
use std::thread;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::tests::{alert, clock, guard, night, open, seconds};
use super::{AlertFilter, Handled, Store, StoredEvent, Subject};
use crate::alert::{Action, ActionKind, Actor, Alert, AlertState, Note, Refusal, Step, Verdict, VerdictKind};
use crate::base::Rect;
use crate::config::Escalation;
use crate::rules::lessons::Looks;
use crate::rules::quality::Path;
use crate::rules::{FalseAlarm, Severity};

fn supervisor() -> Actor {
    Actor { outranks: true, ..guard("Sơn") }
}

fn note(text: &str) -> Note {
    text.parse().expect("a note")
}

fn resolve(verdict: Verdict) -> Step {
    Step::Resolve { verdict, note: None }
}

#[track_caller]
fn done(store: &Store, alert: Uuid, step: Step, by: &Actor, at: Timestamp) {
    assert_eq!(store.handle(alert, step, by, at).expect("stored"), Handled::Done);
}

fn kinds(history: &[Action]) -> Vec<(ActionKind, Option<&str>)> {
    history.iter().map(|action| (action.kind, action.by.as_ref().map(|guard| guard.name.as_str()))).collect()
}

#[test]
fn what_was_done_is_kept_and_told() {
    use ActionKind::{Claimed, Corrected, Escalated, Noted, Resolved, TakenOver};
    let (folder, store) = open();
    let id = alert(0).id;
    store.put_alert(&alert(0)).expect("stored");
    let mut told = store.subscribe();
    let spider = Verdict::FalseAlarm(FalseAlarm::Insect);
    done(&store, id, Step::Claim, &guard("Lan"), seconds(10));
    done(&store, id, Step::Note(note("Nhện ở camera\nkho")), &guard("Minh"), seconds(12));
    done(&store, id, Step::Escalate { note: None }, &guard("Lan"), seconds(13));
    done(&store, id, Step::Resolve { verdict: spider, note: Some(note("Nhện")) }, &guard("Lan"), seconds(14));
    let refused = store.handle(id, resolve(Verdict::TrueAlarm), &guard("Minh"), seconds(15)).expect("read");
    assert_eq!(refused, Handled::Refused(Refusal::Resolved(guard("Lan").guard)));
    done(&store, id, resolve(Verdict::TrueAlarm), &supervisor(), seconds(16));
    for seq in 2..=6 {
        assert_eq!(told.try_recv().expect("told when durable"), StoredEvent { seq, subject: Subject::Alert(id) });
    }
    told.try_recv().expect_err("what is refused changes nothing");
    let nobody = store.handle(Uuid::nil(), Step::Claim, &guard("Lan"), seconds(1)).expect("read");
    assert_eq!(nobody, Handled::NoSuchAlert);

    drop(store);
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    let history = store.history(id).expect("read");
    let expected = [
        (Claimed, Some("Lan")),
        (Noted, Some("Minh")),
        (Escalated, Some("Lan")),
        (Resolved, Some("Lan")),
        (TakenOver, Some("Sơn")),
        (Corrected, Some("Sơn")),
    ];
    assert_eq!(kinds(&history), expected);
    assert_eq!(history[1].note, Some(note("Nhện ở camera\nkho")));
    assert_eq!((history[3].verdict, history[5].verdict), (Some(spider), Some(Verdict::TrueAlarm)));
    // What stands in the alert's row is the sum of that.
    let handling = store.alert(id).expect("read").expect("there").handling;
    assert_eq!(handling, crate::alert::Handling::default().after(&history));
    assert_eq!((handling.state(), handling.escalated_at), (AlertState::Resolved, Some(seconds(13))));
}

#[test]
fn a_camera_never_overwrites_what_guards_did() {
    let (folder, store) = open();
    let mut growing = alert(0);
    store.put_alert(&growing).expect("opens");
    done(&store, growing.id, Step::Claim, &guard("Lan"), seconds(3));
    growing.severity = Severity::Critical;
    growing.last_seen_at = seconds(5);
    store.put_alert(&growing).expect("grows");
    done(&store, growing.id, resolve(Verdict::TrueAlarm), &guard("Lan"), seconds(6));
    done(&store, growing.id, Step::Note(note("Đã báo công an")), &guard("Lan"), seconds(7));
    assert!(store.settled_alerts().contains(growing.id) && !store.settled_alerts().contains(alert(1).id));
    let handling = store.alert(growing.id).expect("read").expect("there").handling;
    drop(store);
    // After a restart the camera closes what it knows as new.
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    store.close_unfinished().expect("closed");
    growing.closed_at = Some(seconds(35));
    store.put_alert(&growing).expect("closes");
    let stored = store.alert(growing.id).expect("read").expect("there");
    assert_eq!(stored, Alert { handling, ..growing.clone() });
    assert_eq!(stored.handling.state(), AlertState::Resolved);
    assert_eq!(store.history(growing.id).expect("read").len(), 3);
}

#[test]
fn of_guards_that_claim_at_once_one_wins() {
    let (_folder, store) = open();
    let ids: Vec<Uuid> = (0..8).map(|n| alert(n).id).collect();
    for n in 0..8 {
        store.put_alert(&alert(n)).expect("stored");
    }
    let names = ["Lan", "Minh", "Hà", "Tú"];
    let outcomes: Vec<Vec<Handled>> = thread::scope(|threads| {
        let (store, ids) = (&store, &ids);
        let running: Vec<_> = names
            .map(|name| {
                threads.spawn(move || {
                    ids.iter()
                        .map(|id| store.handle(*id, Step::Claim, &guard(name), night()).expect("stored"))
                        .collect()
                })
            })
            .into_iter()
            .collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for (index, id) in ids.iter().enumerate() {
        let owner = store.alert(*id).expect("read").expect("there").handling.claim.expect("claimed").owner;
        for (name, outcomes) in names.iter().zip(&outcomes) {
            let expected =
                if owner.name == *name { Handled::Done } else { Handled::Refused(Refusal::Owned(owner.clone())) };
            assert_eq!(outcomes[index], expected);
        }
        assert_eq!(kinds(&store.history(*id).expect("read")), [(ActionKind::Claimed, Some(owner.name.as_str()))]);
    }
}

#[test]
fn what_nobody_claims_is_escalated_once() {
    let (_folder, store) = open();
    // Warning, critical, notice: opened one second after the other.
    for n in 0..4 {
        store.put_alert(&alert(n)).expect("stored");
    }
    let severities: Vec<_> = (0..4).map(|n| alert(n).severity).collect();
    let escalation = Escalation { critical_after: Some(SignedDuration::from_secs(60)), ..Escalation::default() };
    let critical = severities.iter().position(|severity| *severity == Severity::Critical).expect("one") as i64;
    done(&store, alert(0).id, Step::Claim, &guard("Lan"), seconds(20));
    let escalate = |second| store.escalate_overdue(seconds(second), &escalation).expect("stored");
    assert_eq!(escalate(critical + 59), Vec::<Uuid>::new());
    let last = store.last_seq().expect("read");
    assert_eq!(escalate(critical + 60), [alert(critical).id]);
    assert_eq!(store.last_seq().expect("read"), last + 1, "told");
    assert_eq!(kinds(&store.history(alert(critical).id).expect("read")), [(ActionKind::Escalated, None)]);
    assert_eq!(escalate(200), Vec::<Uuid>::new(), "once");
    let mut others = escalate(400);
    others.sort();
    let mut expected: Vec<_> = (1..4).filter(|n| *n != critical).map(|n| alert(n).id).collect();
    expected.sort();
    assert_eq!(others, expected, "not what is claimed");
    let none = Escalation { critical_after: None, others_after: None };
    store.put_alert(&alert(5)).expect("stored");
    assert_eq!(store.escalate_overdue(seconds(4_000), &none).expect("read"), Vec::<Uuid>::new());
}

#[test]
fn alerts_are_found_by_owner_verdict_and_words() {
    #[track_caller]
    fn check(store: &Store, filter: AlertFilter, wanted: &[i64]) {
        let page = store.alerts(&AlertFilter { limit: 50, ..filter }).expect("page");
        let found: Vec<i64> =
            page.items.iter().map(|alert| alert.opened_at.duration_since(night()).as_secs()).collect();
        assert_eq!(found, wanted);
    }
    let (_folder, store) = open();
    for n in 0..5 {
        store.put_alert(&alert(n)).expect("stored");
    }
    done(&store, alert(1).id, resolve(Verdict::TrueAlarm), &guard("Lan"), night());
    done(&store, alert(2).id, resolve(Verdict::FalseAlarm(FalseAlarm::Light)), &guard("Minh"), night());
    done(&store, alert(3).id, Step::Claim, &guard("Minh"), night());
    done(&store, alert(2).id, Step::Note(note("Đèn xe ngoài đường, 100% không có ai")), &guard("Lan"), night());
    done(
        &store,
        alert(4).id,
        Step::Escalate { note: Some(note("ĐÈN PHA rọi vào cổng_chính")) },
        &guard("Lan"),
        night(),
    );
    let any = AlertFilter::default;
    check(&store, AlertFilter { owner: Some("Minh".to_owned()), ..any() }, &[3, 2]);
    check(&store, AlertFilter { owner: Some("minh' or 1".to_owned()), ..any() }, &[]);
    check(&store, AlertFilter { verdicts: vec![VerdictKind::FalseAlarm], ..any() }, &[2]);
    check(&store, AlertFilter { verdicts: vec![VerdictKind::TrueAlarm, VerdictKind::FalseAlarm], ..any() }, &[2, 1]);
    let words = |text: &str| AlertFilter { text: Some(text.to_owned()), ..any() };
    check(&store, words("đèn"), &[4, 2]);
    check(&store, words("den XE"), &[2]);
    check(&store, words("xe pha"), &[]);
    check(&store, words("100%"), &[2]);
    check(&store, words("0%k"), &[]);
    check(&store, words("cong_c"), &[4]);
    check(&store, words("chi"), &[4]);
    // How a word ends is no word.
    check(&store, words("inh"), &[]);
    check(&store, words("_"), &[]);
    check(&store, words("\\"), &[]);
    check(&store, AlertFilter { owner: Some("Minh".to_owned()), ..words("duong") }, &[2]);
}

fn looks(second: i64, x: f32) -> Looks {
    Looks { bbox: Rect::new(x, 0.3, 0.1, 0.2), path: Path::Erratic, at: seconds(second) }
}

/// The `n`-th alert, with two spiders that are no neighbours and one of them twice.
fn of_spiders(n: i64) -> Alert {
    let tracks = [(1, looks(n, 0.1)), (2, looks(n, 0.7)), (3, looks(n + 5, 0.1))];
    Alert { looks: tracks.map(|(track, looks)| (Uuid::from_u128(track), looks)).into(), ..alert(n) }
}

#[test]
fn verdicts_teach_and_what_they_taught_goes_with_them() {
    let (folder, store) = open();
    let spiders = of_spiders(0);
    store.put_alert(&spiders).expect("stored");
    let shared = store.lessons();
    let known = |at| {
        let lessons = shared.current();
        lessons.get(&spiders.camera).map_or(0, |lessons| lessons.at(at).count())
    };
    for (reason, teaches) in [
        (FalseAlarm::Staff, 0),
        (FalseAlarm::Other, 0),
        (FalseAlarm::Animal, 2),
        (FalseAlarm::Light, 2),
        (FalseAlarm::Insect, 2),
    ] {
        done(&store, spiders.id, resolve(Verdict::FalseAlarm(reason)), &guard("Lan"), seconds(60));
        assert_eq!(known(seconds(60)), teaches, "{reason:?}");
    }
    let stored = store.lessons_at(seconds(60), Some(&spiders.camera)).expect("read");
    assert!(stored.iter().all(|of| of.alert == spiders.id && of.given_by == "Lan" && of.given_at == seconds(60)));
    assert!(stored.iter().all(|of| of.lesson.reason == FalseAlarm::Insect && of.lesson.path == Path::Erratic));
    assert_eq!(store.lessons_at(seconds(60), Some("other")).expect("read"), []);
    assert_eq!(store.lessons_at(seconds(60), None).expect("read"), stored);
    let week = seconds(60 + 7 * 24 * 3600);
    assert_eq!((store.lessons_at(week, None).expect("read").len(), known(week)), (0, 0), "a week later");

    assert!(store.take_back_lesson(stored[0].lesson.id).expect("taken back"));
    assert!(!store.take_back_lesson(stored[0].lesson.id).expect("read"));
    assert_eq!(known(seconds(60)), 1);
    drop((shared, store));
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    assert_eq!(store.lessons_at(seconds(60), None).expect("read"), stored[1..]);
    let shared = store.lessons();
    assert_eq!(shared.current().get(&spiders.camera).map(|lessons| lessons.at(seconds(60)).count()), Some(1));
    done(&store, spiders.id, resolve(Verdict::TrueAlarm), &guard("Lan"), seconds(90));
    assert_eq!(shared.current().get(&spiders.camera), None, "it was somebody");
    assert_eq!(store.lessons_at(seconds(60), None).expect("read"), []);
}

#[test]
fn lessons_are_bounded() {
    let (_folder, store) = open();
    let count = |at| store.lessons_at(at, None).expect("read").len();
    for n in 0..40 {
        let spiders = Alert { camera: "kho".to_owned(), ..of_spiders(n) };
        store.put_alert(&spiders).expect("stored");
        done(&store, spiders.id, resolve(Verdict::FalseAlarm(FalseAlarm::Insect)), &guard("Lan"), seconds(100 + n));
    }
    assert_eq!(count(seconds(200)), 64);
    let newest = store.lessons_at(seconds(200), None).expect("read")[0].given_at;
    assert_eq!(newest, seconds(139));
    // What no longer holds goes with the next verdict, whatever that is.
    store.put_alert(&alert(50)).expect("stored");
    done(&store, alert(50).id, resolve(Verdict::TrueAlarm), &guard("Lan"), seconds(8 * 24 * 3600));
    assert_eq!(count(seconds(200)), 0);
}

#[test]
fn how_tracks_looked_is_kept_as_it_is_now() {
    let (_folder, store) = open();
    let mut spiders = of_spiders(0);
    store.put_alert(&spiders).expect("stored");
    spiders.looks = BTreeMap::from([(Uuid::from_u128(1), looks(9, 0.4))]);
    store.put_alert(&spiders).expect("stored");
    assert_eq!(store.alert(spiders.id).expect("read"), Some(spiders));
}
