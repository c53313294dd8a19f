use proptest::prelude::*;

use super::*;
use crate::base::Rect;

const RULE: AnswerRule = AnswerRule { least_pixels: 20, least_log_odds: 1.0 };

fn seen(attribute: Attribute, log_odds: f32, quality: f32) -> Observation {
    Observation { attribute, log_odds, quality, pixels: 30, region: Rect::new(0.0, 0.0, 30.0, 30.0) }
}

fn case(label: bool, log_odds: Option<f32>) -> Case {
    let told = log_odds.and_then(|log_odds| tell(&[seen(Attribute::Hat, log_odds, 1.0)], Attribute::Hat, RULE));
    Case { label, light: Some(Light::Night), height: 100.0, head: None, size: None, told }
}

#[test]
fn one_picture_is_a_track_of_one_frame() {
    #[track_caller]
    fn check(observations: &[(f32, f32)], expected: Answer, log_odds: f32) {
        let observations: Vec<_> =
            observations.iter().map(|&(odds, worth)| seen(Attribute::Gloves, odds, worth)).collect();
        let told = tell(&observations, Attribute::Gloves, RULE).expect("seen");
        assert!(told.answer == expected && (told.log_odds - log_odds).abs() < 1e-5, "{told:?}");
    }
    check(&[(2.0, 1.0)], Answer::Yes, 2.0);
    check(&[(2.0, 0.4)], Answer::Unknown, 0.8);
    check(&[(-2.0, 0.5)], Answer::No, -1.0);
    // Two hands are one picture: what they say on average.
    check(&[(0.8, 1.0), (0.8, 1.0)], Answer::Unknown, 0.8);
    check(&[(2.0, 1.0), (1.0, 1.0)], Answer::Yes, 1.5);
    check(&[(3.0, 1.0), (-3.0, 1.0)], Answer::Unknown, 0.0);
    assert_eq!(tell(&[seen(Attribute::Hat, 9.0, 1.0)], Attribute::Gloves, RULE), None);
}

#[test]
fn scores_are_of_yes_over_the_answered() {
    // Right yes, wrong yes, missed yes, right no, unsure, not found.
    let cases = [
        case(true, Some(2.0)),
        case(false, Some(2.0)),
        case(true, Some(-2.0)),
        case(false, Some(-2.0)),
        case(true, Some(0.5)),
        case(true, None),
    ];
    let scores = Scores::new(&cases);
    assert_eq!((scores.n, scores.answered), (6, Some(0.6667)));
    assert_eq!((scores.precision, scores.recall, scores.f1), (Some(0.5), Some(0.5), Some(0.5)));
    let nothing = Scores::new(&[]);
    assert_eq!((nothing.n, nothing.answered, nothing.precision, nothing.f1), (0, None, None, None));
    let unanswered = Scores::new(&cases[4..]);
    assert_eq!((unanswered.answered, unanswered.precision, unanswered.recall), (Some(0.0), None, None));
}

#[test]
fn groups_have_the_agreed_names() {
    let mut cases = vec![case(true, Some(2.0)); 6];
    for (case, height) in cases.iter_mut().zip([63.9, 64.0, 96.0, 191.0, 192.0, 2000.0]) {
        case.height = height;
    }
    (cases[0].light, cases[1].light, cases[2].head) = (None, Some(Light::Ir), Some(24.0));
    let measured = Measured::new(Attribute::Hat, &cases);
    let count =
        |groups: &BTreeMap<&'static str, Scores>| groups.iter().map(|(name, of)| (*name, of.n)).collect::<Vec<_>>();
    assert_eq!(count(&measured.by_size), [("64-96", 1), ("96-192", 2), ("<64", 1), (">=192", 2)]);
    assert_eq!(count(&measured.by_light), [("ir", 1), ("night", 4)]);
    assert_eq!(count(&measured.by_head), [("24-32", 1)]);
}

#[test]
fn at_even_shares_both_labels_weigh_the_same() {
    #[track_caller]
    fn check(yes: &[f32], no: &[f32], false_yes: Option<f64>, even_answered: Option<f64>, even_precision: Option<f64>) {
        let of = |label: bool, all: &[f32]| all.iter().map(|&log_odds| case(label, Some(log_odds))).collect::<Vec<_>>();
        let scores = Scores::new(of(true, yes).iter().chain(&of(false, no)));
        assert_eq!(
            (scores.false_yes, scores.even_answered, scores.even_precision),
            (false_yes, even_answered, even_precision)
        );
    }
    // Four of five are told yes; of two who are labelled no, one is.
    check(&[2.0, 2.0, 2.0, 2.0, -2.0], &[2.0, -2.0], Some(0.5), Some(1.0), Some(0.6154));
    check(&[2.0, 0.0], &[-2.0], Some(0.0), Some(0.75), Some(1.0));
    check(&[-2.0], &[0.0, 0.0], None, Some(0.5), None);
    check(&[2.0], &[], None, None, None);
}

#[test]
fn large_is_as_large_as_an_attribute_needs() {
    #[track_caller]
    fn check(attribute: Attribute, sizes: &[f32], expected: &[(&str, usize)]) {
        let of = |&size: &f32| Case { size: Some(size), ..case(true, Some(2.0)) };
        let cases: Vec<_> = sizes.iter().map(of).chain([case(true, Some(2.0))]).collect();
        let large = Measured::new(attribute, &cases).large;
        assert_eq!(large.iter().map(|(name, of)| (*name, of.all.n)).collect::<Vec<_>>(), expected);
        assert!(large.values().all(|of| of.by_light["night"] == of.all), "{large:?}");
    }
    check(Attribute::Mask, &[19.9, 20.0, 23.9, 24.0], &[("head >=20", 3), ("head >=24", 1)]);
    check(Attribute::Gloves, &[24.0, 23.0, 50.0], &[("hand >=24", 2)]);
    check(Attribute::Bag, &[95.0, 96.0], &[("person >=96", 1)]);
    check(Attribute::Bag, &[95.0], &[]);
}

#[test]
fn calibration_is_how_far_confidence_is_from_the_truth() {
    // Three at .8808: two of them are labelled yes; the one that was not found does not count.
    let cases = [case(true, Some(2.0)), case(true, Some(2.0)), case(false, Some(2.0)), case(true, None)];
    let measured = Measured::new(Attribute::Hat, &cases);
    assert_eq!(measured.reliability, [Bin { confidence: 0.8808, observed: 0.6667, n: 3 }]);
    assert!(measured.calibration_error.is_some_and(|error| (error - 0.2141).abs() < 1e-3), "{measured:?}");
    assert_eq!(Measured::new(Attribute::Hat, &cases[3..]).calibration_error, None);
}

proptest! {
    #[test]
    fn everyone_is_in_one_bin_and_shares_are_shares(
        cases in proptest::collection::vec((any::<bool>(), proptest::option::of(-30f32..30.0)), 0..50),
    ) {
        let cases: Vec<_> = cases.into_iter().map(|(label, log_odds)| case(label, log_odds)).collect();
        let measured = Measured::new(Attribute::Hat, &cases);
        let judged = cases.iter().filter(|case| case.told.is_some()).count();
        prop_assert_eq!(measured.reliability.iter().map(|bin| bin.n).sum::<usize>(), judged);
        let all = [measured.all.answered, measured.all.precision, measured.all.recall, measured.all.f1, measured.calibration_error];
        prop_assert!(all.into_iter().flatten().all(|share| (0.0..=1.0).contains(&share)));
    }
}
