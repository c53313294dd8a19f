use super::*;
use crate::base::Point;
use crate::vision::manifest::Sha256;
use crate::vision::test_frames::{figure, figure_box};
use crate::vision::test_models::{self, BRIGHTNESS, POSE, brightness, with};

/// These attribute models and the shipped others.
fn manifest(entries: &[String]) -> (tempfile::TempDir, Manifest) {
    let folder = test_models::folder(entries);
    let mut manifest = Manifest::load(Some(folder.path())).expect("sound");
    // Those that ship are not what is tested here.
    manifest.models.retain(|model| model.task.name() != "attribute" || model.licence == "ours");
    (folder, manifest)
}

fn looker(entries: &[String]) -> Looker {
    let (_folder, manifest) = manifest(entries);
    {
        let (looker, left_out) = Looker::load(&manifest);
        assert!(left_out.is_empty(), "{left_out:?}: run `make setup`");
        looker.expect("models")
    }
}

fn of(look: &Look, attribute: Attribute) -> Vec<&Observation> {
    look.observations.iter().filter(|observation| observation.attribute == attribute).collect()
}

#[test]
fn each_attribute_is_read_where_it_is() {
    let parts = [("m", "mask", "head"), ("h", "hat", "head"), ("g", "gloves", "hand"), ("b", "bag", "person")];
    let mut looker = looker(&parts.map(|(name, attribute, part)| brightness(name, attribute, part, 8)));
    for kind in 0..2 {
        let (frame, person) = (figure(kind), figure_box(kind));
        let look = looker.look(&frame, person).expect("looked");
        assert!(look.pose.is_some(), "{look:?}");
        // The pose, two of the head, two hands, one of the person.
        assert_eq!((look.inferences, look.observations.len()), (6, 5), "{look:?}");
        let [mask] = of(&look, Attribute::Mask)[..] else { panic!("{look:?}") };
        let head = if kind == 0 { (96.0, 40.0) } else { (93.0, 51.0) };
        let center = mask.region.center();
        assert!((center.x - head.0).hypot(center.y - head.1) < 8.0, "{mask:?}");
        assert!((20..=40).contains(&mask.pixels) && mask.quality > 0.3, "{mask:?}");
        let wanted = if kind == 0 { [(134.0, 112.0), (58.0, 112.0)] } else { [(152.0, 62.0), (44.0, 30.0)] };
        for (glove, wanted) in of(&look, Attribute::Gloves).iter().zip(wanted) {
            let center = glove.region.center();
            assert!((center.x - wanted.0).hypot(center.y - wanted.1) < 10.0, "{glove:?}");
        }
        let [bag] = of(&look, Attribute::Bag)[..] else { panic!("{look:?}") };
        assert_eq!(bag.pixels, person.h as u32);
        assert!(bag.region.intersection(&person).area() > 0.99 * person.area(), "{bag:?}");
        assert!(look.observations.iter().all(|seen| (0.0..=1.0).contains(&seen.quality)), "{look:?}");
    }
}

#[test]
fn log_odds_are_the_calibrated_logit_of_the_crop() {
    let mut looker = looker(&[brightness("b", "bag", "person", 8)]);
    let frame = figure(0);
    // A patch of the ground at the upper left: red 100 to 107, green 110 to 117, blue 120.
    let look = looker.look(&frame, Rect::new(0.0, 0.0, 32.0, 32.0)).expect("looked");
    let [bag] = look.observations[..] else { panic!("{look:?}") };
    let mean = (103.5 + 113.5 + 120.0) / 3.0;
    let expected = (mean - 128.0) / 16.0 / 2.0 + 0.5;
    assert!((bag.log_odds - expected).abs() < 0.01, "{bag:?}, not {expected}");
    assert_eq!(bag.region, Rect::new(0.0, 0.0, 32.0, 32.0));
    // Nothing needs the joints.
    assert_eq!((look.inferences, &look.pose), (1, &None));
}

#[test]
fn what_is_too_small_costs_nothing() {
    let (frame, person) = (figure(0), figure_box(0));
    let mut all = looker(&[brightness("m", "mask", "head", 100), brightness("b", "bag", "person", 200)]);
    assert_eq!(all.look(&frame, person).expect("looked"), Look::default());
    // A head could be as wide as the person, but is not: only the pose is paid for.
    let mut head = looker(&[brightness("m", "mask", "head", 60)]);
    let look = head.look(&frame, person).expect("looked");
    assert_eq!((look.inferences, look.observations.len()), (1, 0));
}

#[test]
fn no_pixels_are_an_error_and_no_person_is_unknown() {
    let mut looker = looker(&[brightness("m", "mask", "head", 8), brightness("g", "gloves", "hand", 8)]);
    let frame = figure(0);
    for nowhere in [Rect::new(300.0, 0.0, 50.0, 90.0), Rect::new(0.0, f32::NAN, 50.0, 90.0)] {
        assert!(matches!(looker.look(&frame, nowhere), Err(DetectError::Tensor(TensorError::EmptyRegion(_)))));
    }
    // Bare ground, where no joint is sure.
    let look = looker.look(&frame, Rect::new(150.0, 130.0, 30.0, 50.0)).expect("looked");
    assert_eq!((look.inferences, look.observations.len()), (1, 0), "{look:?}");
}

#[test]
fn joints_are_needed_only_where_a_part_is_looked_at() {
    #[track_caller]
    fn check(entries: &[String], judges: &[&str], pose: bool) {
        let (_folder, manifest) = manifest(entries);
        let needed = Needed::of(&manifest);
        assert!(needed.left_out.is_empty(), "{:?}", needed.left_out);
        assert_eq!(needed.judges.iter().map(|(model, _)| model.name.as_str()).collect::<Vec<_>>(), judges);
        assert_eq!(needed.pose.map(|model| model.task.name()), pose.then_some("pose"));
    }
    let bag = brightness("b", "bag", "person", 8);
    check(&[], &[], false);
    check(std::slice::from_ref(&bag), &["b"], false);
    check(&[bag, brightness("g", "gloves", "hand", 8)], &["g", "b"], true);
}

/// What is told by these entries, and why the rest is not.
#[track_caller]
fn check_left_out(entries: &[String], pose: bool, told: &[Attribute], said: &[&str]) {
    let (_folder, mut manifest) = manifest(entries);
    manifest.models.retain(|model| pose || model.task.name() != "pose");
    let (looker, left_out) = Looker::load(&manifest);
    let problems: Vec<_> = left_out.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), said.len(), "{problems:?}");
    for (problem, said) in problems.iter().zip(said) {
        assert!(problem.contains(said), "{problem}, not {said}");
    }
    let rules = looker.as_ref().map(Looker::rules).unwrap_or_default();
    let judged: Vec<_> = Attribute::ALL.into_iter().filter(|&attribute| rules[attribute as usize].is_some()).collect();
    assert_eq!(judged, told);
    let Some(mut looker) = looker else { return };
    let look = looker.look(&figure(0), figure_box(0)).expect("looked");
    assert!(told.iter().all(|&attribute| !of(&look, attribute).is_empty()), "{look:?}");
}

#[test]
fn models_that_do_not_go_together_leave_out_what_they_judge() {
    let [mask, hat, bag] = [("m", "mask", "head"), ("h", "hat", "head"), ("b", "bag", "person")]
        .map(|(name, attribute, part)| brightness(name, attribute, part, 8));
    let two = [mask.clone(), brightness("n", "mask", "head", 8), hat.clone(), bag.clone()];
    check_left_out(
        &two,
        true,
        &[Attribute::Hat, Attribute::Bag],
        &["mask is not told: model n: judges mask as m does"],
    );
    let all = [mask.clone(), hat.clone(), bag.clone()];
    check_left_out(&all, false, &[Attribute::Bag], &["model m: looks at a head", "hat is not told: model h: "]);
    let poses = [mask, bag, POSE.to_owned()];
    check_left_out(&poses, true, &[Attribute::Bag], &["finds joints as"]);
}

#[test]
fn a_model_that_cannot_be_used_leaves_out_only_its_own_attribute() {
    let [mask, hat] = [("m", "mask"), ("h", "hat")].map(|(name, attribute)| brightness(name, attribute, "head", 8));
    let said = |entry: String, said: &str| {
        check_left_out(&[entry, hat.clone()], true, &[Attribute::Hat], &[&format!("mask is not told: {said}")]);
    };
    said(with(&mask, "\"brightness.onnx\"", "\"gone.onnx\""), "model m: gone.onnx is in none of");
    let other = Sha256::of(b"another").to_string();
    said(with(&mask, &Sha256::of(BRIGHTNESS).to_string(), &other), "model m: ");
    said(with(&mask, "width = 32\nheight = 32", "width = 48\nheight = 48"), "model m: its input takes");
}

#[test]
fn a_pose_model_that_answers_otherwise_leaves_out_what_needs_joints() {
    // Its one value is no keypoints.
    let changes = [("movenet", "movenet"), ("joints.onnx", "brightness.onnx"), ("192", "32")];
    let pose = changes.iter().fold(POSE.to_owned(), |entry, (from, to)| with(&entry, from, to));
    let pose = with(&pose, &Sha256::of(b"x").to_string(), &Sha256::of(BRIGHTNESS).to_string());
    let entries = [brightness("m", "mask", "head", 8), brightness("b", "bag", "person", 8), pose];
    let (_folder, mut manifest) = manifest(&entries);
    manifest.models.retain(|model| model.name != "movenet-lightning");
    let (looker, left_out) = Looker::load(&manifest);
    let [LeftOut { attribute: Attribute::Mask, error }] = &left_out[..] else { panic!("{left_out:?}") };
    assert!(error.to_string().contains("a pose model gives [1, 1, 17, 3]"), "{error}");
    assert!(looker.expect("the bag").rules()[Attribute::Bag as usize].is_some());
}

#[test]
fn a_model_without_one_value_is_refused_by_name() {
    let shape = [1_i64, 2];
    let two = one_value(&[Output { shape: &shape, data: &[1.0, 2.0] }]).expect_err("refused");
    assert!(two.contains("[[1, 2]]"), "{two}");
    assert!(one_value(&[]).is_err());
    assert!(one_value(&[Output { shape: &[1], data: &[f32::NAN] }]).expect_err("refused").contains("NaN"));
    assert_eq!(one_value(&[Output { shape: &[1, 1], data: &[-3.0] }]), Ok(-3.0));
}

#[test]
fn quality_falls_with_size_sharpness_and_doubt() {
    let place = |pixels, sure| Place { part: Rect::new(0.0, 0.0, pixels, pixels), pixels, sure };
    let best = quality(&place(40.0, 0.9), 20, 1.0);
    assert_eq!(best, 1.0);
    for (worse, bound) in [(quality(&place(20.0, 0.9), 20, 1.0), 0.75), (quality(&place(40.0, 0.9), 20, 0.0), 0.75)] {
        assert!((worse - bound).abs() < 1e-6, "{worse}");
    }
    assert!((quality(&place(40.0, 0.3), 20, 1.0) - 0.5).abs() < 1e-6);
    assert_eq!(quality(&place(400.0, 0.0), 20, 1.0), 0.0);
}

#[test]
fn a_mask_is_judged_only_on_a_face_that_is_turned_here() {
    let entry = brightness("m", "mask", "head", 8);
    let (_folder, manifest) = manifest(&[entry]);
    let Task::Attribute(mask) = manifest.model("m").expect("there").task else { panic!("{manifest:?}") };
    let hat = AttributeTask { attribute: Attribute::Hat, ..mask };
    let head = |facing| parts::Head { center: Point { x: 20.0, y: 20.0 }, size: 20.0, sure: 0.5, facing };
    assert_eq!(mask.head(&head(0.1)), None);
    assert_eq!(mask.head(&head(0.25)).expect("aside").sure, 0.25);
    assert_eq!(mask.head(&head(0.6)), mask.head(&head(1.0)));
    assert_eq!(hat.head(&head(0.0)).expect("from behind").sure, 0.5);
}
