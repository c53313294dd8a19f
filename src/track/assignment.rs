//! Which detection continues which track: as many and as good pairs as there are.

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

/// Weights are whole numbers for the solver, which needs a total order.
const PRECISION: f32 = 1e6;

/// Pairs `(row, column)` with the greatest sum of `weight`, which is within 0 to 1; a pair of
/// weight 0 is never made. Each row and each column is in one pair at most. Sorted by row.
pub(super) fn assign(rows: usize, columns: usize, weight: impl Fn(usize, usize) -> f32) -> Vec<(usize, usize)> {
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    // A column of its own for each row, of weight 0, stands for "none", so that rows ≤ columns.
    let mut weights = Matrix::new(rows, columns + rows, 0_i64);
    for row in 0..rows {
        for column in 0..columns {
            let scaled = weight(row, column).clamp(0.0, 1.0) * PRECISION;
            weights[(row, column)] = scaled.round() as i64;
        }
    }
    let (_, columns_of) = kuhn_munkres(&weights);
    let pairs = columns_of.into_iter().enumerate();
    pairs.filter(|&(row, column)| column < columns && weights[(row, column)] > 0).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_best_sum_wins_and_zero_never_pairs() {
        let weights = [[0.9, 0.8], [0.8, 0.0], [0.0, 0.0]];
        assert_eq!(assign(3, 2, |row, column| weights[row][column]), [(0, 1), (1, 0)]);
        assert_eq!(assign(0, 5, |_, _| 1.0), []);
        assert_eq!(assign(1, 1, |_, _| f32::NAN), []);
    }

    proptest! {
        #[test]
        fn nothing_is_used_twice(weights in prop::collection::vec(prop::collection::vec(0f32..1.0, 6), 0..6)) {
            let pairs = assign(weights.len(), 6, |row, column| weights[row][column]);
            for (index, a) in pairs.iter().enumerate() {
                prop_assert!(pairs[index + 1..].iter().all(|b| a.0 != b.0 && a.1 != b.1));
            }
            prop_assert_eq!(pairs.len(), weights.iter().filter(|row| row.iter().any(|&w| w > 1e-6)).count());
        }
    }
}
