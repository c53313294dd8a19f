//! What several readers say of the same lines, as one reading (pure).

use super::{CharGuess, PlateLine};

/// One reading, line by line: of those that count as many characters as the surest one, the surest guess at each.
pub(super) fn reconciled(readings: Vec<Vec<PlateLine>>) -> Vec<PlateLine> {
    let mut columns: Vec<Vec<PlateLine>> = Vec::new();
    for lines in readings {
        columns.resize_with(columns.len().max(lines.len()), Vec::new);
        columns.iter_mut().zip(lines).for_each(|(column, line)| column.push(line));
    }
    columns.into_iter().map(line).collect()
}

fn line(mut readings: Vec<PlateLine>) -> PlateLine {
    readings.sort_by(|a, b| least(b).total_cmp(&least(a)));
    let mut readings = readings.into_iter();
    let mut surest = readings.next().unwrap_or_default();
    let length = surest.len();
    for other in readings.filter(|other| other.len() == length) {
        for (known, guess) in surest.iter_mut().zip(other) {
            if best(&guess) > best(known) {
                *known = guess;
            }
        }
    }
    surest
}

/// How probable the least probable character of a line is; 0 where nothing was read.
fn least(line: &PlateLine) -> f32 {
    line.iter().map(best).reduce(f32::min).unwrap_or(0.0)
}

fn best(guess: &CharGuess) -> f32 {
    guess.options.first().map_or(0.0, |option| option.1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(options: &[&[(char, f32)]]) -> PlateLine {
        options.iter().map(|options| CharGuess { options: options.to_vec() }).collect()
    }

    #[test]
    fn of_each_character_the_surer_guess_is_taken() {
        let first = read(&[&[('1', 0.9)], &[('B', 0.5), ('8', 0.4)]]);
        let second = read(&[&[('7', 0.4), ('1', 0.3)], &[('8', 0.9)]]);
        let both = [read(&[&[('1', 0.9)], &[('8', 0.9)]])];
        assert_eq!(reconciled(vec![vec![first.clone()], vec![second.clone()]]), both);
        assert_eq!(reconciled(vec![vec![second], vec![first.clone()]]), both);
        assert_eq!(reconciled(vec![vec![first.clone()]]), [first]);
    }

    #[test]
    fn where_they_count_differently_the_surer_line_is_taken_whole() {
        let (short, long) = (read(&[&[('1', 0.9)]]), read(&[&[('1', 0.8)], &[('2', 0.95)]]));
        assert_eq!(
            reconciled(vec![vec![short.clone(), long.clone()], vec![long.clone(), long.clone()]]),
            [short, long]
        );
    }

    #[test]
    fn nothing_read_is_nothing() {
        assert!(reconciled(Vec::new()).is_empty());
        assert_eq!(reconciled(vec![vec![Vec::new()], vec![read(&[&[('1', 0.2)]])]]), [read(&[&[('1', 0.2)]])]);
        assert_eq!(reconciled(vec![vec![], vec![read(&[&[('1', 0.2)]])]]), [read(&[&[('1', 0.2)]])]);
    }

    proptest! {
        #[test]
        fn it_is_as_sure_as_the_surest_at_least(
            lines in proptest::collection::vec(proptest::collection::vec(0f32..1.0, 0..4), 1..4),
        ) {
            let line = |tops: Vec<f32>| tops.into_iter().map(|p| CharGuess { options: vec![('1', p)] }).collect::<PlateLine>();
            let readings: Vec<Vec<PlateLine>> = lines.into_iter().map(|tops| vec![line(tops)]).collect();
            let surest = readings.iter().map(|lines| least(&lines[0])).fold(0.0, f32::max);
            prop_assert!(least(&reconciled(readings)[0]) >= surest);
        }
    }
}
