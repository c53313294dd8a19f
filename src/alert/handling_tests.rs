use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_771_266_600 + seconds).expect("in range")
}

/// Lan and Minh are guards, Ông Sơn is their supervisor.
fn actor(name: &str) -> Actor {
    let account = Uuid::from_u128(name.len() as u128);
    Actor { guard: Guard { account, name: name.to_owned() }, outranks: name == "Ông Sơn" }
}

fn note(text: &str) -> Option<Note> {
    text.parse().ok()
}

fn resolve(verdict: Verdict) -> Step {
    Step::Resolve { verdict, note: None }
}

const SPIDER: Verdict = Verdict::FalseAlarm(FalseAlarm::Insect);
const LIGHT: Verdict = Verdict::FalseAlarm(FalseAlarm::Light);

/// Each step a second after the one before; gives back what was done and by whom at each, or who is in the way.
#[track_caller]
fn check(steps: &[(&str, Step)], expected: &[Result<&[ActionKind], &str>], end: AlertState, owner: Option<&str>) {
    let mut handling = Handling::default();
    assert_eq!(steps.len(), expected.len());
    for (second, ((name, step), expected)) in steps.iter().zip(expected).enumerate() {
        let done = handling.decide(step.clone(), &actor(name), at(second as i64));
        if let Ok(actions) = &done {
            assert!(actions.iter().all(|action| action.at == at(second as i64)));
            handling = handling.after(actions);
        }
        let told = done.map(|actions| actions.iter().map(|action| action.kind).collect::<Vec<_>>());
        let told = told.as_deref().map_err(|refusal| refusal.owner().name.as_str());
        assert_eq!(told, *expected, "step {second}: {name} {step:?}");
    }
    assert_eq!((handling.state(), handling.owner().map(|owner| owner.name.as_str())), (end, owner));
}

#[test]
fn who_owns_an_alert() {
    use ActionKind::{Claimed, TakenOver};
    let claim = |name| (name, Step::Claim);
    check(&[claim("Lan"), claim("Lan")], &[Ok(&[Claimed]), Ok(&[])], AlertState::Claimed, Some("Lan"));
    check(&[claim("Lan"), claim("Minh")], &[Ok(&[Claimed]), Err("Lan")], AlertState::Claimed, Some("Lan"));
    check(
        &[claim("Lan"), claim("Ông Sơn"), claim("Lan")],
        &[Ok(&[Claimed]), Ok(&[TakenOver]), Err("Ông Sơn")],
        AlertState::Claimed,
        Some("Ông Sơn"),
    );
}

#[test]
fn who_says_what_an_alert_was() {
    use ActionKind::{Claimed, Corrected, Noted, Resolved, TakenOver};
    let (truth, spider) = (resolve(Verdict::TrueAlarm), resolve(SPIDER));
    // Of a new one it is a claim as well; said again it is a correction, or nothing.
    check(
        &[("Lan", spider.clone()), ("Lan", spider.clone()), ("Lan", resolve(LIGHT)), ("Lan", truth.clone())],
        &[Ok(&[Claimed, Resolved]), Ok(&[]), Ok(&[Corrected]), Ok(&[Corrected])],
        AlertState::Resolved,
        Some("Lan"),
    );
    // Only the owner, or a supervisor, who is the owner then.
    check(
        &[("Lan", Step::Claim), ("Minh", spider.clone()), ("Ông Sơn", spider.clone()), ("Lan", truth.clone())],
        &[Ok(&[Claimed]), Err("Lan"), Ok(&[TakenOver, Resolved]), Err("Ông Sơn")],
        AlertState::Resolved,
        Some("Ông Sơn"),
    );
    check(
        &[("Lan", spider.clone()), ("Minh", truth.clone()), ("Ông Sơn", truth)],
        &[Ok(&[Claimed, Resolved]), Err("Lan"), Ok(&[TakenOver, Corrected])],
        AlertState::Resolved,
        Some("Ông Sơn"),
    );
    // A supervisor who says the same leaves the alert to whom it belongs.
    let agrees = Step::Resolve { verdict: SPIDER, note: note("Đúng là nhện") };
    check(
        &[("Lan", spider), ("Ông Sơn", agrees), ("Lan", Step::Claim), ("Minh", Step::Claim)],
        &[Ok(&[Claimed, Resolved]), Ok(&[Noted]), Err("Lan"), Err("Lan")],
        AlertState::Resolved,
        Some("Lan"),
    );
}

#[test]
fn the_supervisor_is_called_once_unless_there_is_more_to_say() {
    use ActionKind::{Claimed, Escalated, Noted, Resolved};
    let (call, again) = (Step::Escalate { note: None }, Step::Escalate { note: note("Có hai người") });
    check(
        &[("Minh", call.clone()), ("Lan", call.clone()), ("Lan", again.clone()), ("Lan", Step::Claim)],
        &[Ok(&[Escalated]), Ok(&[]), Ok(&[Escalated]), Ok(&[Claimed])],
        AlertState::Claimed,
        Some("Lan"),
    );
    check(
        &[("Lan", resolve(LIGHT)), ("Lan", call), ("Minh", Step::Note(note("Đèn xe").expect("a note")))],
        &[Ok(&[Claimed, Resolved]), Err("Lan"), Ok(&[Noted])],
        AlertState::Resolved,
        Some("Lan"),
    );
    let mut handling = Handling::default();
    for second in [5, 9] {
        let actions = handling.decide(again.clone(), &actor("Lan"), at(second)).expect("anybody may");
        handling = handling.after(&actions);
    }
    assert_eq!((handling.escalated_at, handling.state()), (Some(at(5)), AlertState::New));
}

#[test]
fn refusals_say_whose_it_is() {
    let mut handling = Handling::default();
    let mut refused = |step| {
        let done = handling.decide(step, &actor("Lan"), at(0)).expect("free");
        handling = handling.clone().after(&done);
        handling.decide(Step::Claim, &actor("Minh"), at(1)).expect_err("Lan's").to_string()
    };
    assert_eq!(refused(Step::Claim), "Lan has claimed this alert; only a supervisor can take it over");
    let resolved = refused(resolve(SPIDER));
    assert_eq!(resolved, "Lan has resolved this alert; only they or a supervisor can correct that");
}

#[test]
fn what_nobody_claims_is_escalated_in_time() {
    #[track_caller]
    fn check(handling: &Handling, severity: Severity, waited: i64, expected: bool) {
        let escalation = Escalation { others_after: Some(SignedDuration::from_secs(300)), ..Escalation::default() };
        let overdue = handling.overdue(at(0), severity, at(waited), &escalation);
        let action =
            Action { at: at(waited), by: None, kind: ActionKind::Escalated, verdict: None, note: None, step: None };
        assert_eq!(overdue, expected.then_some(action));
    }
    let new = Handling::default();
    check(&new, Severity::Critical, 119, false);
    check(&new, Severity::Critical, 120, true);
    check(&new, Severity::Warning, 299, false);
    check(&new, Severity::Notice, 300, true);
    // The clock was set back; the appliance was off since yesterday.
    check(&new, Severity::Critical, -5, false);
    check(&new, Severity::Critical, 24 * 3600, false);
    let owner = actor("Lan").guard;
    let claim = Some(Claim { owner, at: at(1), resolution: None });
    check(&Handling { claim, ..Handling::default() }, Severity::Critical, 600, false);
    check(&Handling { escalated_at: Some(at(3)), ..Handling::default() }, Severity::Critical, 600, false);
    let never = Escalation { critical_after: None, others_after: None };
    assert_eq!(new.overdue(at(0), Severity::Critical, at(600), &never), None);
}

fn any_step() -> impl Strategy<Value = Step> {
    let verdicts = FalseAlarm::ALL.map(Verdict::FalseAlarm).into_iter().chain([Verdict::TrueAlarm]).collect::<Vec<_>>();
    let any_note = || prop::option::of(Just("Đã xem").prop_map(|text| text.parse().expect("a note")));
    prop_oneof![
        Just(Step::Claim),
        (prop::sample::select(verdicts), any_note()).prop_map(|(verdict, note)| Step::Resolve { verdict, note }),
        any_note().prop_map(|note| Step::Escalate { note }),
        Just(Step::Note("Đã xem".parse().expect("a note"))),
    ]
}

proptest! {
    /// Whoever does what in whatever order, and whatever the clock says.
    #[test]
    fn one_owner_at_a_time_and_no_way_back(
        steps in prop::collection::vec((any_step(), prop::sample::select(vec!["Lan", "Minh", "Ông Sơn"]), 0i64..99), 0..30),
    ) {
        let mut handling = Handling::default();
        let mut history = Vec::new();
        for (step, name, second) in steps {
            let before = handling.clone();
            let by = actor(name);
            let is_mine = before.owner() == Some(&by.guard);
            let decides = matches!(step, Step::Claim | Step::Resolve { .. });
            match handling.decide(step.clone(), &by, at(second)) {
                Err(refusal) => {
                    prop_assert_eq!(Some(refusal.owner()), before.owner());
                    prop_assert!(!is_mine || before.state() == AlertState::Resolved);
                }
                Ok(actions) => {
                    prop_assert!(!decides || before.claim.is_none() || is_mine || by.outranks);
                    handling = handling.after(&actions);
                    history.extend(actions);
                }
            }
            prop_assert!(handling.state() as u8 >= before.state() as u8, "no way back");
            prop_assert!(before.escalated_at.is_none() || handling.escalated_at == before.escalated_at);
            let has_changed_hands = before.claim.is_some() && handling.owner() != before.owner();
            prop_assert!(!has_changed_hands || by.outranks);
            // What holds is the sum of what was done.
            prop_assert_eq!(&Handling::default().after(&history), &handling);
        }
    }
}
