use proptest::prelude::*;

use super::*;
use crate::vision::attributes::AnswerRule;

const RULE: AnswerRule = AnswerRule { least_pixels: 16, least_log_odds: 2.0 };

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_771_266_600_000 + ms).expect("in range")
}

fn crop(attribute: Attribute, log_odds: f32, quality: f32) -> Observation {
    Observation { attribute, log_odds, quality, pixels: 24, region: Rect::new(10.0, 20.0, 24.0, 24.0) }
}

fn fused(crops: &[(i64, Observation)]) -> Evidence {
    let mut evidence = Evidence::new([Some(RULE); 4]);
    for (ms, crop) in crops {
        evidence.add(at(*ms), crop);
    }
    evidence
}

/// What masks of these times in ms, log-odds and qualities come to.
fn mask(crops: &[(i64, f32, f32)]) -> Verdict {
    let crops: Vec<_> = crops.iter().map(|&(ms, l, q)| (ms, crop(Attribute::Mask, l, q))).collect();
    fused(&crops).verdict(Attribute::Mask)
}

#[track_caller]
fn check(crops: &[(i64, f32, f32)], answer: Answer, frames: u32) {
    let verdict = mask(crops);
    assert_eq!((verdict.answer, verdict.frames), (answer, frames), "{verdict:?}");
}

#[test]
fn what_a_track_comes_to() {
    use Answer::{No, Unknown, Yes};
    check(&[], Unknown, 0);
    // One clear picture answers when it is as sure as the rule asks; a poor one says less.
    check(&[(0, 2.0, 1.0)], Yes, 1);
    check(&[(0, -2.0, 1.0)], No, 1);
    check(&[(0, 1.9, 1.0)], Unknown, 1);
    check(&[(0, 3.0, 0.6)], Unknown, 1);
    // What none of them may say alone, several may, when they are moments apart.
    check(&[(0, 1.5, 1.0), (600, 1.5, 1.0), (1_200, 1.5, 1.0)], Yes, 3);
    check(&[(0, -1.5, 1.0), (600, -1.5, 1.0), (1_200, -1.5, 1.0)], No, 3);
    check(&[(0, 1.5, 1.0), (100, 1.5, 1.0), (200, 1.5, 1.0)], Unknown, 1);
    // Pictures that say little, however many, never add up to much.
    let vague: Vec<_> = (0..100).map(|index| (600 * index, 0.9, 1.0)).collect();
    check(&vague, Unknown, 12);
    // Turning away lowers the quality and not the answer.
    check(&[(0, 3.0, 1.0), (600, -2.0, 0.05), (1_200, -2.0, 0.05)], Yes, 3);
    // Clear pictures on both sides are a conflict, even where one side has more of them.
    check(&[(0, 6.0, 1.0), (600, -6.0, 1.0)], Unknown, 2);
    check(&[(0, 6.0, 1.0), (600, 6.0, 1.0), (1_200, -6.0, 1.0)], Unknown, 3);
    // What is not a number, worth nothing, or wild.
    check(
        &[(0, f32::NAN, 1.0), (1, f32::INFINITY, 1.0), (2, 5.0, f32::NAN), (3, 5.0, 0.0), (4, 5.0, -1.0)],
        Unknown,
        0,
    );
    check(&[(0, 1e30, 1.0), (600, -6.0, 1.0)], Unknown, 2);
}

#[test]
fn what_is_too_small_or_has_no_rule_says_nothing() {
    let small = Observation { pixels: 15, ..crop(Attribute::Hat, 6.0, 1.0) };
    assert_eq!(fused(&[(0, small)]).verdict(Attribute::Hat), Verdict::default());
    let mut evidence = Evidence::new([Some(RULE), None, None, None]);
    evidence.add(at(0), &crop(Attribute::Hat, 6.0, 1.0));
    assert_eq!(evidence.verdicts(), [Verdict::default(); 4]);
}

#[test]
fn two_hands_are_one_picture_and_both_count() {
    let hand = |log_odds, quality, x| Observation {
        region: Rect::new(x, 0.0, 20.0, 20.0),
        ..crop(Attribute::Gloves, log_odds, quality)
    };
    let gloves = |hands: &[(i64, Observation)]| fused(hands).verdict(Attribute::Gloves);
    let both = gloves(&[(0, hand(3.0, 1.0, 0.0)), (0, hand(3.0, 0.8, 50.0))]);
    assert_eq!((both.answer, both.frames), (Answer::Yes, 1));
    assert_eq!(both.best, Some((at(0), Rect::new(0.0, 0.0, 20.0, 20.0))), "the hand that tells most");
    assert_eq!(gloves(&[(0, hand(3.0, 1.0, 0.0)), (0, hand(-3.0, 1.0, 50.0))]).answer, Answer::Unknown);
    assert_eq!(gloves(&[(0, hand(3.0, 1.0, 0.0)), (0, hand(-3.0, 0.1, 50.0))]).answer, Answer::Yes);
}

#[test]
fn a_verdict_names_its_crop_and_pixels() {
    let large = Observation { pixels: 60, ..crop(Attribute::Bag, -0.5, 0.4) };
    let mut evidence =
        fused(&[(0, crop(Attribute::Bag, 4.0, 0.9)), (600, crop(Attribute::Bag, 3.0, 1.0)), (1_200, large)]);
    let verdict = evidence.verdict(Attribute::Bag);
    assert_eq!((verdict.answer, verdict.frames, verdict.pixels), (Answer::Yes, 3, 24));
    assert_eq!(verdict.best.map(|(time, _)| time), Some(at(0)));
    assert!((0.95..=0.99).contains(&verdict.confidence), "{verdict:?}");
    assert!(evidence.tells_most(at(0), &crop(Attribute::Bag, 4.0, 0.9)));
    assert!(!evidence.tells_most(at(600), &crop(Attribute::Bag, 3.0, 1.0)));
    assert!(evidence.tells_most(at(1_200), &large), "of the other side");
    evidence.add(at(1_800), &crop(Attribute::Bag, -6.0, 1.0));
    let verdict = evidence.verdict(Attribute::Bag);
    assert_eq!((verdict.answer, verdict.pixels), (Answer::Unknown, 60), "{verdict:?}");
}

fn crops(most: usize) -> impl Strategy<Value = Vec<(i64, f32, f32)>> {
    proptest::collection::vec((0i64..20_000, -6f32..6.0, 0f32..=1.0), 0..most)
}

proptest! {
    #[test]
    fn the_order_of_pictures_does_not_matter(crops in crops(40), seed: u64) {
        let mut shuffled = crops.clone();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        prop_assert_eq!(mask(&crops), mask(&shuffled));
    }

    #[test]
    fn mirrored_evidence_gives_the_mirrored_answer(crops in crops(30)) {
        let mirrored: Vec<_> = crops.iter().map(|&(ms, l, q)| (ms, -l, q)).collect();
        let (one, other) = (mask(&crops), mask(&mirrored));
        let mirror = |answer| match answer {
            Answer::Yes => Answer::No,
            Answer::No => Answer::Yes,
            Answer::Unknown => Answer::Unknown,
        };
        prop_assert_eq!(Verdict { answer: mirror(one.answer), log_odds: -one.log_odds, ..one }, other);
    }

    /// Another picture that says the same, of any quality and at any time, makes an answer surer.
    #[test]
    fn another_picture_that_says_the_same_keeps_the_answer(
        log_odds in -6f32..6.0,
        pictures in proptest::collection::vec((0i64..20_000, 0f32..=1.0), 1..60),
    ) {
        let all: Vec<_> = pictures.iter().map(|&(ms, q)| (ms, log_odds, q)).collect();
        let mut before = Verdict::default();
        for known in 1..=all.len() {
            let after = mask(&all[..known]);
            prop_assert!(after.confidence >= before.confidence - 1e-6, "{:?} and then {:?}", before, after);
            if before.answer != Answer::Unknown { prop_assert_eq!(before.answer, after.answer); }
            before = after;
        }
    }

    /// A whole visit, whatever it says, seen once more.
    #[test]
    fn all_of_it_once_more_keeps_the_answer(
        visit in proptest::collection::vec((-6f32..6.0, 0.01f32..=1.0), 1..=MOST_MOMENTS / 2),
    ) {
        let once: Vec<_> = (0i64..).zip(&visit).map(|(index, &(l, q))| (600 * index, l, q)).collect();
        let again = once.iter().map(|&(ms, l, q)| (ms + 60_000, l, q));
        let twice: Vec<_> = once.iter().copied().chain(again).collect();
        let (once, twice) = (mask(&once), mask(&twice));
        prop_assert!(twice.confidence >= once.confidence - 1e-5, "{:?} and then {:?}", once, twice);
        if once.answer != Answer::Unknown { prop_assert_eq!(once.answer, twice.answer); }
    }

    #[test]
    fn nothing_of_worth_gives_nothing(crops in crops(20)) {
        let worthless: Vec<_> = crops.into_iter().map(|(ms, l, _)| (ms, l, 0.0)).collect();
        prop_assert_eq!(mask(&worthless), Verdict::default());
    }

    #[test]
    fn an_answer_has_what_the_rule_asks(crops in crops(30)) {
        let verdict = mask(&crops);
        prop_assert!((0.5..=MOST_CONFIDENCE).contains(&verdict.confidence));
        if verdict.answer != Answer::Unknown {
            prop_assert!(verdict.confidence >= sigmoid(RULE.least_log_odds) - 1e-6);
            prop_assert!(verdict.best.is_some() && verdict.pixels >= RULE.least_pixels && verdict.frames > 0);
        }
    }
}

#[test]
fn one_moment_of_a_track_must_be_surer() {
    #[track_caller]
    fn check(crops: &[(i64, f32)], expected: Answer) {
        let mut evidence = Evidence::of_track([Some(AnswerRule { least_pixels: 16, least_log_odds: 0.4 }); 4]);
        for &(ms, log_odds) in crops {
            evidence.add(at(ms), &crop(Attribute::Mask, log_odds, 1.0));
        }
        assert_eq!(evidence.verdict(Attribute::Mask).answer, expected);
    }
    check(&[(0, 1.0)], Answer::Unknown);
    check(&[(0, -1.0)], Answer::Unknown);
    // Of the same half second.
    check(&[(0, 1.0), (100, 1.0)], Answer::Unknown);
    check(&[(0, 1.0), (600, 1.0)], Answer::Yes);
    check(&[(0, -1.0), (600, -1.0)], Answer::No);
    check(&[(0, 1.6)], Answer::Yes);
}
