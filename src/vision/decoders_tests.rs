use proptest::prelude::*;

use super::*;
use crate::vision::Manifest;

/// The shipped model's entry with another decoder, input and strides; classes up to index 7.
fn decoder(kind: DecoderKind, side: u32, strides: &[u32]) -> Decoder {
    let mut model = Manifest::load(None).expect("sound").models.remove(0);
    (model.input.width, model.input.height) = (side, side);
    let classes = model.detector().expect("a detector").classes.clone();
    Decoder::new(&DetectorOutput { decoder: kind, strides: strides.to_vec(), classes }, &model.input)
}

#[track_caller]
fn check(found: Result<Vec<Detection>, DecodeError>, expected: &[(Class, f32, [f32; 4])]) {
    let found = found.expect("decoded");
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, &(class, score, [x, y, w, h])) in found.iter().zip(expected) {
        let off = [found.score - score, found.bbox.x - x, found.bbox.y - y, found.bbox.w - w, found.bbox.h - h];
        assert!(found.class == class && off.iter().all(|off| off.abs() < 1e-3), "{found:?}");
    }
}

#[test]
fn yolox_boxes_lie_on_their_grids() {
    let decoder = decoder(DecoderKind::Yolox, 64, &[8, 16, 32]);
    let mut data = vec![0.0; 84 * 85];
    // Cell (3, 2) of the first grid: a person around (28, 24), 16 × 8.
    let row = &mut data[19 * 85..20 * 85];
    (row[0], row[1], row[2], row[3], row[4], row[5]) = (0.5, 1.0, 2f32.ln(), 0.0, 0.8, 0.5);
    // Cell (1, 0) of the last grid: a truck; and one that is likelier something unused.
    let row = &mut data[81 * 85..82 * 85];
    (row[4], row[12]) = (1.0, 0.9);
    let row = &mut data[82 * 85..83 * 85];
    (row[4], row[5], row[20]) = (1.0, 0.5, 0.6);
    let output = Output { shape: &[1, 84, 85], data: &data };
    let truck = (Class::Truck, 0.9, [16.0, -16.0, 32.0, 32.0]);
    check(decoder.decode(&[output], 0.1), &[truck, (Class::Person, 0.4, [20.0, 20.0, 16.0, 8.0])]);
    check(decoder.decode(&[output], 0.5), &[truck]);
}

#[test]
fn nanodet_sides_are_means_of_their_bins() {
    let decoder = decoder(DecoderKind::Nanodet, 64, &[8, 16, 32]);
    let mut data = vec![0.0; 84 * 112];
    // Cell (1, 0) of the second grid, middle (24, 8): sides of 1, 0, 2 and 0.5 strides of 16.
    let row = &mut data[65 * 112..66 * 112];
    row[2] = 0.7;
    (row[80 + 1], row[88], row[96 + 2]) = (100.0, 100.0, 100.0);
    (row[104], row[105]) = (100.0, 100.0);
    let car = (Class::Car, 0.7, [8.0, 8.0, 48.0, 8.0]);
    check(decoder.decode(&[Output { shape: &[1, 84, 112], data: &data }], 0.1), &[car]);

    // The same as two outputs for each stride, shuffled.
    let rows = |from: usize, to: usize, columns: std::ops::Range<usize>| -> Vec<f32> {
        data.chunks_exact(112).skip(from).take(to - from).flat_map(|row| row[columns.clone()].to_vec()).collect()
    };
    let parts = [(0, 64), (64, 80), (80, 84)];
    let split: Vec<(Vec<f32>, [i64; 3])> = parts
        .iter()
        .flat_map(|&(from, to)| {
            let count = i64::try_from(to - from).expect("small");
            [(rows(from, to, 80..112), [1, count, 32]), (rows(from, to, 0..80), [1, count, 80])]
        })
        .collect();
    let outputs: Vec<_> = split.iter().rev().map(|(data, shape)| Output { shape, data }).collect();
    check(decoder.decode(&outputs, 0.1), &[car]);
}

#[test]
fn nanodet_plus_starts_at_its_cells_corners() {
    let decoder = decoder(DecoderKind::Nanodet, 64, &[8, 16, 32, 64]);
    let mut data = vec![0.0; 85 * 112];
    let row = &mut data[65 * 112..66 * 112];
    row[0] = 0.7;
    for side in 0..4 {
        row[80 + 8 * side + 1] = 100.0;
    }
    let person = (Class::Person, 0.7, [0.0, -16.0, 32.0, 32.0]);
    check(decoder.decode(&[Output { shape: &[1, 85, 112], data: &data }], 0.1), &[person]);
}

#[test]
fn end_to_end_rows_are_boxes() {
    let decoder = decoder(DecoderKind::EndToEnd, 64, &[]);
    let data = [
        [10.0, 20.0, 30.0, 60.0, 0.5, 0.0],
        [1.0, 2.0, 3.0, 4.0, 0.9, 2.0],
        [1.0, 2.0, 3.0, 4.0, 0.9, 4.0],
        [1.0, 2.0, 3.0, 4.0, 0.05, 0.0],
        [5.0, 5.0, 1.0, 1.0, 0.9, 0.0],
        [f32::NAN, 5.0, 9.0, 9.0, 0.9, 0.0],
        [1.0, 5.0, 9.0, 9.0, 0.9, -3.0],
    ]
    .concat();
    let expected = [(Class::Car, 0.9, [1.0, 2.0, 2.0, 2.0]), (Class::Person, 0.5, [10.0, 20.0, 20.0, 40.0])];
    check(decoder.decode(&[Output { shape: &[1, 7, 6], data: &data }], 0.1), &expected);
    check(decoder.decode(&[Output { shape: &[7, 6], data: &data }], 0.1), &expected);
    check(decoder.decode(&[Output { shape: &[1, 0, 6], data: &[] }], 0.1), &[]);
}

#[test]
fn another_models_output_is_an_error_that_says_so() {
    let data = vec![0.0; 84 * 84];
    let decoder_of = |kind| decoder(kind, 64, &[8, 16, 32]);
    let output = Output { shape: &[1, 84, 84], data: &data };
    let problem = decoder_of(DecoderKind::Yolox).decode(&[output, output], 0.1).expect_err("two").to_string();
    assert!(problem.contains("[1, 84, 84], [1, 84, 84]") && problem.contains("at least 13"), "{problem}");
    let truncated = Output { shape: &[1, 84, 85], data: &data };
    assert!(matches!(decoder_of(DecoderKind::Yolox).decode(&[truncated], 0.1), Err(DecodeError::Shape { .. })));
    assert!(matches!(decoder_of(DecoderKind::EndToEnd).decode(&[output], 0.1), Err(DecodeError::Shape { .. })));
    assert!(matches!(decoder_of(DecoderKind::Nanodet).decode(&[], 0.1), Err(DecodeError::Shape { .. })));
    // Logits instead of scores.
    let rows = [1.0, 2.0, 3.0, 4.0, 7.5, 0.0];
    let logits = Output { shape: &[1, 1, 6], data: &rows };
    assert_eq!(decoder_of(DecoderKind::EndToEnd).decode(&[logits], 0.1), Err(DecodeError::Score(7.5)));
}

fn any_value() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -2f32..1.0, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY), 1 => Just(f32::NEG_INFINITY), 1 => any::<f32>()]
}

proptest! {
    #[test]
    fn whatever_a_model_gives_nothing_panics(
        kind in prop_oneof![Just(DecoderKind::Yolox), Just(DecoderKind::Nanodet), Just(DecoderKind::EndToEnd)],
        values in prop::collection::vec(any_value(), 400),
        (rows, columns) in (0i64..30, prop_oneof![Just(6i64), Just(13), Just(40), 0i64..60]),
        outputs in 0usize..4,
        honest in any::<bool>(),
    ) {
        // 64 px with strides 16 and 32: 20 cells.
        let decoder = decoder(kind, 64, &[16, 32]);
        let rows = if honest { 20 } else { rows };
        let shape = [1, rows, columns];
        let count = usize::try_from(rows * columns).expect("small");
        let data: Vec<f32> = values.into_iter().cycle().take(count).collect();
        let outputs = vec![Output { shape: &shape, data: &data }; if honest { 1 } else { outputs }];
        if let Ok(found) = decoder.decode(&outputs, 0.1) {
            for detection in found {
                prop_assert!(detection.bbox.is_finite() && (0.1..=1.0).contains(&detection.score));
            }
        }
    }
}
