use proptest::prelude::*;

use super::*;

/// Blank, '-', the digits, the capital letters, 'o', 'Â', '京', '一' and the space.
fn alphabet() -> Alphabet {
    let symbols = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZoÂ京一";
    let dictionary: Vec<_> = symbols.chars().map(String::from).collect();
    Alphabet::of(&dictionary.join("\n")).expect("whole")
}

const SYMBOLS: usize = 43;

/// The place of a symbol; `_` is the blank.
fn symbol(char: char) -> usize {
    match char {
        '_' => 0,
        '-' => 1,
        '0'..='9' => 2 + char as usize - '0' as usize,
        'A'..='Z' => 12 + char as usize - 'A' as usize,
        'o' => 38,
        'Â' => 39,
        '京' => 40,
        '一' => 41,
        ' ' => 42,
        other => panic!("{other} is not there"),
    }
}

/// A step of these probabilities.
fn step(of: &[(char, f32)]) -> Vec<f32> {
    let mut row = vec![0.0; SYMBOLS];
    for &(char, probability) in of {
        row[symbol(char)] = probability;
    }
    row
}

fn read(steps: &[Vec<f32>]) -> PlateLine {
    let shape = [1, steps.len() as i64, SYMBOLS as i64];
    alphabet().read(&[Output { shape: &shape, data: &steps.concat() }]).expect("read")
}

/// Steps of certainty.
fn sure(text: &str) -> PlateLine {
    read(&text.chars().map(|char| step(&[(char, 1.0)])).collect::<Vec<_>>())
}

/// The most probable text; `?` for characters of which nothing is known.
fn text(line: &PlateLine) -> String {
    line.iter().map(|guess| guess.options.first().map_or('?', |option| option.0)).collect()
}

#[track_caller]
fn check(steps: &[&[(char, f32)]], expected: &[&[(char, f32)]]) {
    let line = read(&steps.iter().map(|of| step(of)).collect::<Vec<_>>());
    assert_eq!(line.len(), expected.len(), "{line:?}");
    for (guess, expected) in line.iter().zip(expected) {
        assert_eq!(guess.options.len(), expected.len(), "{line:?}");
        for (option, expected) in guess.options.iter().zip(*expected) {
            assert!(option.0 == expected.0 && (option.1 - expected.1).abs() < 1e-5, "{line:?}");
        }
    }
}

#[test]
fn repeated_steps_are_one_character_unless_parted() {
    assert_eq!(text(&sure("_12__A-1_11_23")), "12A1123");
    assert_eq!(text(&sure("99_9-9 9一9")), "99999");
    assert_eq!(text(&sure("")), "");
    assert_eq!(text(&sure("___-")), "");
}

#[test]
fn symbols_drawn_alike_are_one_character() {
    check(&[&[('O', 0.4), ('o', 0.5), ('0', 0.1)]], &[&[('O', 0.9), ('0', 0.1)]]);
    check(&[&[('A', 0.2), ('Â', 0.7)]], &[&[('A', 0.9)]]);
    assert_eq!(text(&sure("o_Â")), "OA");
}

#[test]
fn a_character_of_another_script_is_one_of_which_nothing_is_known() {
    assert_eq!(text(&sure("京A-12")), "?A12");
    check(&[&[('京', 0.6), ('B', 0.3), ('_', 0.1)]], &[&[('B', 0.3)]]);
}

#[test]
fn doubt_stays_doubt() {
    // Three may be a character; together they are likelier than none.
    check(&[&[('_', 0.4), ('8', 0.35), ('B', 0.2), ('3', 0.05)]], &[&[('8', 0.35), ('B', 0.2), ('3', 0.05)]]);
    check(&[&[('_', 0.6), ('8', 0.4)]], &[]);
    // Both steps of a run count, by how likely they show a character.
    let run: [&[(char, f32)]; 2] = [&[('8', 0.9), ('B', 0.1)], &[('8', 0.4), ('B', 0.2), ('_', 0.4)]];
    check(&run, &[&[('8', (0.9 + 0.6 * 0.4) / 1.6), ('B', (0.1 + 0.6 * 0.2) / 1.6)]]);
    let six = [('0', 0.3), ('8', 0.2), ('6', 0.15), ('9', 0.14), ('3', 0.11), ('B', 0.1)];
    check(&[&six], &[&six[..5]]);
}

#[test]
fn what_is_no_output_of_the_dictionary_is_refused() {
    #[track_caller]
    fn check(shape: &[i64], data: &[f32], said: &str) {
        let problem = alphabet().read(&[Output { shape, data }]).expect_err("refused");
        assert!(problem.contains(said), "{problem}");
    }
    check(&[1, 1, 42], &[0.0; 42], "42 symbols a step, but its dictionary has 43");
    check(&[1, 43], &[0.0; 43], "[1, 43]");
    check(&[1, 1, 43], &[f32::NAN; 43], "not of probabilities");
    check(&[1, 1, 43], &[1.0; 43], "not of probabilities");
    assert!(alphabet().read(&[]).is_err());
    assert!(Alphabet::of("A\nB").expect_err("refused").contains("lacks '0'"));
}

proptest! {
    #[test]
    fn whatever_is_given_the_options_are_probabilities_in_order(
        rows in proptest::collection::vec(proptest::collection::vec(0f32..1.0, SYMBOLS), 0..20),
        sharp in 0f32..40.0,
    ) {
        let steps: Vec<Vec<f32>> = rows
            .into_iter()
            .map(|row| {
                let row: Vec<_> = row.iter().map(|value| (sharp * value).exp()).collect();
                let sum: f32 = row.iter().sum();
                row.iter().map(|value| value / sum).collect()
            })
            .collect();
        for guess in read(&steps) {
            let sum: f32 = guess.options.iter().map(|option| option.1).sum();
            prop_assert!(guess.options.len() <= MOST_OPTIONS && sum <= 1.001);
            prop_assert!(guess.options.is_sorted_by(|a, b| a.1 >= b.1));
        }
    }

    #[test]
    fn what_is_spelt_is_read(text in "[0-9A-Z]{0,12}") {
        let parted: String = text.chars().flat_map(|char| [char, '_']).collect();
        prop_assert_eq!(self::text(&sure(&parted)), text);
    }
}
