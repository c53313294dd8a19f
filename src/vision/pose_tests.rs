use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::vision::Manifest;
use crate::vision::model::Input;
use crate::vision::runtime::{Memory, Session};
use crate::vision::tensor::Tensor;
use crate::vision::test_frames::figure;

fn input() -> Input {
    Manifest::load(None).expect("sound").model("movenet-lightning").expect("there").input.clone()
}

/// What TensorFlow.js computes from the same pictures and the graph before its conversion.
fn reference(name: &str) -> Vec<f32> {
    let all: Value = serde_json::from_str(include_str!("../../tests/models/movenet.json")).expect("JSON");
    let rows = all[name].as_array().expect("rows").iter().flat_map(|row| row.as_array().expect("a row"));
    rows.map(|value| value.as_f64().expect("a number") as f32).collect()
}

#[test]
fn the_converted_model_gives_what_the_original_gave() {
    let manifest = Manifest::load(None).expect("sound");
    let model = manifest.model("movenet-lightning").expect("there");
    let bytes = manifest.read_model(model).expect("run `make setup`");
    let mut session = Session::load(&manifest, model, &bytes, Memory::GivenBack).expect("session");
    for (kind, name) in ["standing", "waving"].into_iter().enumerate() {
        let frame = figure(kind);
        let mut tensor = Tensor::default();
        let placement = Placement::crop(Rect::new(0.0, 0.0, 192.0, 192.0), (192, 192), &model.input).expect("within");
        tensor.fill(&frame.planes(), &placement, &model.input, None).expect("whole");
        let found = session.run(&tensor.values, |outputs| outputs[0].data.to_vec()).expect("run");
        let expected = reference(name);
        assert_eq!(found.len(), expected.len());
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() < 1e-3, "{name}, value {index}: {found}, not {expected}");
        }
    }
}

#[test]
fn places_are_in_pixels_of_the_frame() {
    let mut data = [0.5_f32; 51];
    let wrist = Joint::RightWrist as usize;
    data[3 * wrist..3 * wrist + 3].copy_from_slice(&[0.25, 1.0, 0.75]);
    // A square that begins ten pixels left of the frame.
    let placement = Placement::crop(Rect::new(-10.0, 40.0, 60.0, 60.0), (300, 200), &input()).expect("within");
    let pose = decode(&[Output { shape: &[1, 1, 17, 3], data: &data }], &placement, 192).expect("decoded");
    let Keypoint { at, score } = pose.joint(Joint::RightWrist);
    assert!((at.x - 50.0).abs() < 1e-3 && (at.y - 55.0).abs() < 1e-3 && score == 0.75, "{pose:?}");
    let Keypoint { at, .. } = pose.joint(Joint::Nose);
    assert!((at.x - 20.0).abs() < 1e-3 && (at.y - 70.0).abs() < 1e-3, "{pose:?}");
}

#[test]
fn what_is_no_pose_is_refused() {
    #[track_caller]
    fn check(shape: &[i64], data: &[f32], said: &str) {
        let placement = Placement::crop(Rect::new(0.0, 0.0, 60.0, 60.0), (60, 60), &input()).expect("within");
        let problem = decode(&[Output { shape, data }], &placement, 192).expect_err("refused").to_string();
        assert!(problem.contains(said), "{problem}");
    }
    check(&[1, 6, 56], &[0.0; 336], "[[1, 6, 56]]");
    check(&[1, 1, 17, 3], &[0.5; 48], "[1, 1, 17, 3]");
    check(&[1, 17, 3], &[0.5; 51], "[[1, 17, 3]]");
    check(&[1, 1, 17, 3], &[f32::NAN; 51], "NaN");
    check(&[1, 1, 17, 3], &[1.5; 51], "1.5");
}

proptest! {
    #[test]
    fn the_region_is_a_square_around_the_person(x in -50f32..500.0, y in -50f32..500.0, w in 1f32..300.0, h in 1f32..300.0) {
        let person = Rect::new(x, y, w, h);
        let region = region(person);
        prop_assert_eq!(region.w, region.h);
        prop_assert!((region.intersection(&person).area() - person.area()).abs() < 1e-2 * person.area());
        prop_assert!((region.center().x - person.center().x).abs() < 1e-2);
    }
}
