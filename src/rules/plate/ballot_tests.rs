use proptest::prelude::*;

use super::*;

/// A row in which each sign is read with the same probability.
fn row(text: &str, probability: f32) -> PlateLine {
    text.chars().map(|sign| CharGuess { options: vec![(sign, probability)] }).collect()
}

fn ballot(readings: &[(&[&str], f32)]) -> Ballot {
    let mut ballot = Ballot::default();
    for (rows, weight) in readings {
        ballot.add(&rows.iter().map(|text| row(text, 0.9)).collect::<Vec<_>>(), *weight);
    }
    ballot
}

fn says(voted: &Voted) -> String {
    voted.places.iter().filter_map(|place| place.best().map(|(sign, _)| sign)).collect()
}

#[track_caller]
fn check(readings: &[(&[&str], f32)], text: &str, upper: Option<usize>) {
    let voted = ballot(readings).count().expect("something was read");
    assert_eq!((says(&voted).as_str(), voted.upper), (text, upper), "{voted:#?}");
}

#[test]
fn readings_of_one_length() {
    check(&[(&["12A12345"], 1.0)], "12A12345", None);
    check(&[(&["12A12345"], 0.6), (&["12A12345"], 0.6), (&["12A12845"], 0.6)], "12A12345", None);
    check(&[(&["12A12345"], 0.9), (&["12A12845"], 0.2), (&["12A12845"], 0.2)], "12A12345", None);
    check(&[(&["12A1234S"], 0.5), (&["IZA12345"], 0.5), (&["12A12345"], 0.5)], "12A12345", None);
    check(&[(&["12a-123.45"], 1.0)], "12A12345", None);
}

#[test]
fn characters_missed_and_made_up_are_voted_on() {
    check(&[(&["12A12345"], 0.7), (&["12A1245"], 0.7), (&["12A12345"], 0.7)], "12A12345", None);
    check(&[(&["12A12345"], 0.7), (&["112A12345"], 0.7), (&["12A12345"], 0.7)], "12A12345", None);
    check(&[(&["2A12345"], 0.7), (&["12A1234"], 0.7), (&["12A2345"], 0.7)], "12A12345", None);
    check(&[(&["12A12345"], 0.4), (&["12A123451"], 0.4), (&["12A12345"], 0.4)], "12A12345", None);
}

#[test]
fn rows_are_voted_on() {
    check(&[(&["12B1", "12345"], 0.8)], "12B112345", Some(4));
    check(&[(&["12B1", "12345"], 0.8), (&["12B112345"], 0.5)], "12B112345", Some(4));
    check(&[(&["12B1", "12345"], 0.5), (&["12B112345"], 0.8)], "12B112345", None);
    check(&[(&["12B", "1234"], 0.5), (&["12B1", "1234"], 0.8), (&["12B1", "1234"], 0.8)], "12B11234", Some(4));
    check(&[(&["", "12A12345"], 0.8)], "12A12345", None);
    check(&[(&["2B1", "12345"], 0.6), (&["12B1", "12345"], 0.8)], "12B112345", Some(4));
}

#[test]
fn what_is_no_reading_is_left_out() {
    let none = Ballot::default();
    assert_eq!(none.count(), None);
    let mut ballot = Ballot::default();
    ballot.add(&[], 1.0);
    ballot.add(&[row("桂·-", 0.9)], 1.0);
    ballot.add(&[row("1234567890123", 0.9)], 1.0);
    for weight in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        ballot.add(&[row("12A12345", 0.9)], weight);
    }
    ballot.add(&[row("12A12345", f32::NAN), row("1", 0.0), row("1", -2.0)], 1.0);
    assert_eq!(ballot.count(), None);
    ballot.add(&[row("12A12345", 40.0)], 40.0);
    let voted = ballot.count().expect("one");
    assert_eq!((says(&voted).as_str(), voted.readings), ("12A12345", 1));
}

#[test]
fn one_clear_picture_says_what_it_says() {
    let voted = ballot(&[(&["12A12345"], 1.0)]).count().expect("one");
    for place in &voted.places {
        let (_, probability) = place.best().expect("a sign");
        assert!((probability - 0.9 * (1.0 - MADE_UP)).abs() < 0.02, "{place:?}");
    }
    let poor = ballot(&[(&["12A12345"], 0.2)]).count().expect("one");
    assert_eq!(says(&poor), "12A12345");
    assert!(poor.places[0].options[0].1 < 0.5, "{:?}", poor.places[0]);
}

#[test]
fn more_of_the_same_says_little_more() {
    let surest = |pictures: usize, probability: f32| {
        let mut ballot = Ballot::default();
        for _ in 0..pictures {
            ballot.add(&[row("12A12345", probability)], 1.0);
        }
        ballot.count().expect("some").places[0].options[0].1
    };
    let doubt = |pictures| 1.0 - surest(pictures, 0.6);
    assert!(doubt(2) < doubt(1) && doubt(20) < doubt(2));
    // However many there are, they count for no more than two that know nothing of one another.
    let column = column(&CharGuess { options: vec![('1', 0.6)] }).expect("a sign");
    let squares: Vec<f32> = column.iter().map(|p| p * p).collect();
    let two = squares[symbols::index('1').expect("a sign")] / squares.iter().sum::<f32>();
    assert!(surest(MOST_READINGS, 0.6) <= two);
}

#[test]
fn options_of_a_place_are_probabilities() {
    let guess = CharGuess { options: vec![('8', 0.6), ('B', 0.38)] };
    let mut ballot = Ballot::default();
    ballot.add(&[vec![guess; 8]], 0.8);
    for place in ballot.count().expect("one").places {
        assert!(place.probability('8') > place.probability('B') && place.probability('B') > place.probability('3'));
        let all: f32 = place.options.iter().map(|(_, p)| p).sum::<f32>() + place.none;
        assert!((0.5..=1.0 + 1e-5).contains(&all), "{place:?}");
        assert!(place.options.is_sorted_by(|one, next| one.1 >= next.1));
    }
}

fn reading() -> impl Strategy<Value = (Vec<PlateLine>, f32)> {
    let guess = prop::collection::vec((prop::sample::select(&['1', '8', 'B', 'D', '0'][..]), 0.0f32..1.0), 0..3);
    let guess = guess.prop_map(|options| CharGuess { options });
    (prop::collection::vec(prop::collection::vec(guess, 0..6), 0..3), 0.0f32..1.0)
}

proptest! {
    #[test]
    fn the_order_of_pictures_does_not_matter(
        readings in prop::collection::vec(reading(), 0..30).prop_shuffle(),
        seed in any::<prop::sample::Index>(),
    ) {
        let count = |readings: &[(Vec<PlateLine>, f32)]| {
            let mut ballot = Ballot::default();
            for (lines, weight) in readings {
                ballot.add(lines, *weight);
            }
            ballot.count()
        };
        let mut other = readings.clone();
        if !other.is_empty() {
            let by = seed.index(other.len());
            other.rotate_left(by);
            other.reverse();
        }
        prop_assert_eq!(count(&readings), count(&other));
    }

    #[test]
    fn what_all_read_is_what_is_read(text in "[A-Z0-9]{4,12}", pictures in 1usize..6, weight in 0.2f32..1.0) {
        let mut ballot = Ballot::default();
        for _ in 0..pictures {
            ballot.add(&[row(&text, 0.8)], weight);
        }
        prop_assert_eq!(says(&ballot.count().expect("some")), text);
    }
}
