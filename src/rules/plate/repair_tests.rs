use proptest::prelude::*;

use super::*;
use crate::rules::plate::Series;

/// Each sign read surely, except those whose options are given: `12{8:.6,B:.3}12345`.
fn voted(text: &str) -> Voted {
    let mut places = Vec::new();
    let mut rest = text;
    let mut upper = None;
    while let Some(sign) = rest.chars().next() {
        rest = &rest[sign.len_utf8()..];
        match sign {
            '{' => {
                let (inside, after) = rest.split_once('}').expect("closed");
                let option = |option: &str| {
                    let (sign, probability) = option.split_once(':').expect("a probability");
                    (sign.chars().next(), probability.parse().expect("a number"))
                };
                let (signs, none): (Vec<_>, Vec<_>) = inside.split(',').map(option).partition(|(s, _)| *s != Some('_'));
                let options = signs.into_iter().map(|(sign, p)| (sign.expect("a sign"), p)).collect();
                places.push(Place { options, none: none.first().map_or(0.001, |(_, none)| *none) });
                rest = after;
            }
            '/' => upper = Some(places.len()),
            _ => places.push(Place { options: vec![(sign, 0.99)], none: 0.001 }),
        }
    }
    Voted { places, upper, readings: 3 }
}

fn texts(read: &Read) -> Vec<&str> {
    read.candidates.iter().map(|candidate| candidate.text.as_str()).collect()
}

#[track_caller]
fn check_on(class: Class, color: Option<PlateColor>, text: &str, first: &str) {
    let read = read(&voted(text), class, color).expect("a plate");
    assert_eq!(read.candidates[0].text, first, "{:?}", read.candidates);
}

#[track_caller]
fn check(text: &str, first: &str) {
    check_on(Class::Car, None, text, first);
}

#[test]
fn look_alikes_are_put_where_the_grammar_says() {
    check("12A12345", "12A-123.45");
    check("I2AI2345", "12A-123.45");
    check("1ZA1Z3A5", "12A-123.45");
    check("1281Z345", "12B-123.45");
    check("30KOOQOI", "30K-000.01");
    check("S1F12345", "51F-123.45");
    check("29L012345", "29LD-123.45");
    check("8OA012B4", "80A-012.84");
    check("SIRI4I39", "51R-141.39");
    check("98C1112Z", "98C-111.22");
    check("80123N645", "80-123-NG-45");
    check_on(Class::Motorcycle, None, "12BI/12345", "12B1-123.45");
    check_on(Class::Motorcycle, None, "1281/12345", "12B1-123.45");
    check_on(Class::Motorcycle, None, "29MD1/O1353", "29MĐ1-013.53");
    check_on(Class::Motorcycle, None, "12B1/1234", "12B1-1234");
    check_on(Class::Truck, Some(PlateColor::Red), "AT1Z34", "AT-12.34");
    check_on(Class::Truck, Some(PlateColor::Red), "A71234", "AT-12.34");
}

#[test]
fn what_was_read_surely_stays() {
    // Series that do not exist are told, not repaired.
    check("12Q12345", "12Q-123.45");
    check("12I12345", "12I-123.45");
    check("12O1234", "12O-1234");
    // China's letters and digits may stand anywhere.
    check("A12345", "A·12345");
    check("F8K123", "F·8K123");
    check("AD12345", "A·D12345");
    check_on(Class::Car, Some(PlateColor::Blue), "AT1234", "A·T1234");
    // Of no form, and not near to one.
    check("WXY9876", "WXY9876");
    check("1234", "1234");
    assert_eq!(
        read(&voted("WXY9876"), Class::Car, None).and_then(|r| r.text()).map(|t| t.kind().series),
        Some(Series::Foreign)
    );
}

#[test]
fn the_character_of_a_chinese_province_is_left_out_whatever_it_was_read_as() {
    use PlateColor::{Blue, Green, Yellow};
    for (color, read, text) in [
        (Green, "4H23972D", "H·23972D"),
        (Blue, "EL33260", "L·33260"),
        (Green, "4D83503K", "D·83503K"),
        (Green, "HBD12345", "B·D12345"),
        (Blue, "3A8K123", "A·8K123"),
        (Yellow, "1B12345", "B·12345"),
        // Surely a character, and none of the signs.
        (Blue, "{4:.02}A12345", "A·12345"),
        (Green, "{4:.02}AD12345", "A·D12345"),
        // Without it, as ever.
        (Blue, "A12345", "A·12345"),
        (Green, "AD12345", "A·D12345"),
        // I and O, which are on none.
        (Green, "4HD239O2", "H·D23902"),
        (Blue, "FL1234I", "L·12341"),
    ] {
        check_on(Class::Car, Some(color), read, text);
    }
    // Where no ground tells, only what was read as none of the signs.
    check("{4:.02}A12345", "A·12345");
    check("WXY9876", "WXY9876");
    // A first character that is one of Vietnam stays.
    check_on(Class::Car, None, "29A12345", "29A-123.45");
    check_on(Class::Car, None, "T1212345", "T12-123.45");
    check_on(Class::Motorcycle, None, "88X2/47389", "88X2-473.89");
}

#[test]
fn doubt_is_kept() {
    let read = |text| read(&voted(text), Class::Car, None).expect("a plate");
    let two = read("12A12{8:.6,3:.35}45");
    assert_eq!(texts(&two), ["12A-128.45", "12A-123.45"]);
    assert!(two.candidates[0].probability > 0.5 && two.candidates[1].probability > 0.25);
    assert_eq!(two.places.len(), 8);
    assert_eq!(two.places[5].options, [('8', 0.6), ('3', 0.35)]);
    assert_eq!(texts(&read("12A12{B:.95}45")), ["12A-128.45", "12A-123.45"]);
    assert_eq!(texts(&read("12O12345"))[..2], ["12O-123.45", "12D-123.45"]);
    assert_eq!(read("12A{1:.5,7:.2,4:.15,2:.1}2345").candidates.len(), 3);
}

#[test]
fn a_place_may_be_none() {
    check("12A1{7:.1,_:.8}2345", "12A-123.45");
    check("{1:.5,_:.4}12A12345", "12A-123.45");
    check("12A12345{1:.55,_:.44}", "12A-123.45");
    check_on(Class::Motorcycle, None, "{7:.1,_:.8}12B1/1234", "12B1-1234");
}

#[test]
fn too_little_and_too_much_is_no_plate() {
    assert_eq!(read(&Voted::default(), Class::Car, None), None);
    assert_eq!(read(&voted("12A"), Class::Car, None), None);
    assert_eq!(read(&voted("1234567890123"), Class::Car, None), None);
    let blank = Place { options: Vec::new(), none: 0.4 };
    assert_eq!(read(&Voted { places: vec![blank; 8], ..Voted::default() }, Class::Car, None), None);
}

/// A text of the form, each place by a number that picks among what may stand there.
fn text_of(form: &Form, picks: &[prop::sample::Index]) -> String {
    let places = form.places().iter().zip(picks);
    places.map(|(place, pick)| *pick.get(&place.iter().collect::<Vec<_>>())).collect()
}

proptest! {
    #[test]
    fn a_plate_of_vietnam_is_never_changed(
        form in any::<prop::sample::Index>(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), MOST_SIGNS),
        doubts in prop::collection::vec((0.34f32..1.0, prop::sample::select(&['0', '8', 'B', 'D', 'T', '7', 'I'][..])), MOST_SIGNS),
        class in prop::sample::select(&Class::ALL[..]),
        color in prop::option::of(prop::sample::select(&[PlateColor::White, PlateColor::Red, PlateColor::Green][..])),
    ) {
        let forms: Vec<_> = Grammar::vietnam().forms().iter().filter(|f| f.is_known() && !f.is_foreign()).collect();
        let key = text_of(forms[form.index(forms.len())], &picks);
        let place = |(sign, (surely, other)): (char, &(f32, char))| {
            let mut options = vec![(sign, *surely)];
            options.extend((sign != *other).then_some((*other, (1.0 - surely).min(surely - 0.01))));
            Place { options, none: 0.0 }
        };
        let places = key.chars().zip(&doubts).map(place).collect();
        let read = read(&Voted { places, upper: None, readings: 1 }, class, color).expect("a plate");
        prop_assert_eq!(read.text().expect("a plate").key().to_owned(), key);
    }

    #[test]
    fn candidates_are_few_and_probable(
        places in prop::collection::vec(
            (prop::collection::vec((prop::sample::select(&['0', '1', '2', '8', 'A', 'B', 'O', 'I'][..]), 0.01f32..0.3), 1..4), 0.0f32..0.3),
            0..14,
        ),
        class in prop::sample::select(&Class::ALL[..]),
    ) {
        let place = |(options, none): (Vec<(char, f32)>, f32)| {
            let mut place = Place { options: Vec::new(), none };
            for (sign, probability) in options {
                if place.probability(sign) == 0.0 {
                    place.options.push((sign, probability));
                }
            }
            place.options.sort_by(|one, other| other.1.total_cmp(&one.1));
            place
        };
        let voted = Voted { places: places.into_iter().map(place).collect(), upper: None, readings: 1 };
        if let Some(read) = read(&voted, class, None) {
            prop_assert!((1..=MOST_CANDIDATES).contains(&read.candidates.len()));
            prop_assert!(read.candidates.iter().all(|c| (0.0..=MOST_PROBABILITY).contains(&c.probability)));
            prop_assert!(read.candidates.is_sorted_by(|one, next| one.probability >= next.probability));
            prop_assert!(read.candidates.iter().map(|c| c.probability).sum::<f32>() <= 1.001);
            let text = read.text().expect("a plate");
            prop_assert_eq!(text.as_str(), &read.candidates[0].text);
            prop_assert_eq!(text.key().len(), read.places.len());
        }
    }
}
