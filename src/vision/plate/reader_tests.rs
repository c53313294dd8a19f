use super::*;
use crate::vision::plate::PlaceKind;
use crate::vision::plate::test_plates::frame;
use crate::vision::test_models::{self, PLATE_ALIGNER, PLATE_READER, place, with};

/// These models of plates and no others.
fn manifest(entries: &[String]) -> (tempfile::TempDir, Manifest) {
    let folder = test_models::folder(entries);
    let mut manifest = Manifest::load(Some(folder.path())).expect("sound");
    manifest.models.retain(|model| ["place", "edges", "letters", "again"].contains(&model.name.as_str()));
    (folder, manifest)
}

#[test]
fn a_place_is_found_without_a_model_that_reads() {
    let (_folder, manifest) = manifest(&[place()]);
    assert_eq!(PlateReader::models(&manifest).expect("sound").len(), 1);
    let reader = PlateReader::load(&manifest).expect("run `make setup`").expect("a model");
    assert_eq!((reader.rules().least_pixels, reader.rules().least_text), (30.0, 0.6));
    let picture = Arc::new(frame(vec![200; 3 * 80 * 80], (80, 80)));
    let vehicle = Rect::new(8.0, 8.0, 64.0, 64.0);
    let look = reader.clone().look(&picture, vehicle, Class::Car, Depth::Read).expect("looked");
    assert_eq!(look.observation.expect("found").kind, PlaceKind::Plate);
    let look = reader.try_look(&picture, vehicle, Class::Car, Depth::Find).expect("looked").expect("free");
    assert_eq!(look.inferences, 1);
    drop(reader);
    assert_eq!(Arc::strong_count(&picture), 1);
}

#[test]
fn without_a_finder_there_is_no_reader() {
    for entries in [&[][..], &[PLATE_READER.to_owned()]] {
        let (_folder, manifest) = manifest(entries);
        assert!(PlateReader::load(&manifest).expect("no error").is_none());
        assert!(PlateReader::models(&manifest).expect("no error").is_empty());
    }
}

#[test]
fn two_of_a_kind_are_named() {
    #[track_caller]
    fn check(entries: &[String], said: &str) {
        let (_folder, manifest) = manifest(entries);
        let problem = PlateReader::load(&manifest).err().expect("refused").to_string();
        assert_eq!(problem, said);
    }
    let again = |entry: &str, name: &str| with(entry, &format!("name = \"{name}\""), "name = \"again\"");
    check(&[place(), again(&place(), "place")], "model again: does what place does; keep one");
    let aligners = [place(), PLATE_ALIGNER.to_owned(), again(PLATE_ALIGNER, "edges")];
    check(&aligners, "model again: does what edges does; keep one");
}

#[test]
fn several_models_may_read() {
    let again = with(PLATE_READER, "name = \"letters\"", "name = \"again\"");
    let (_folder, manifest) = manifest(&[place(), PLATE_READER.to_owned(), again]);
    let models = PlateReader::models(&manifest).expect("sound");
    assert_eq!(models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["place", "letters", "again"]);
}

#[test]
fn a_place_is_found_without_a_model_that_aligns() {
    let (_folder, manifest) = manifest(&[place(), PLATE_ALIGNER.to_owned()]);
    let names = PlateReader::models(&manifest).expect("sound").into_iter().map(|model| model.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["place", "edges"]);
    let (reader, left_out) = PlateReader::load_usable(&manifest).expect("run `make setup`");
    assert!(reader.is_some() && left_out.len() == 1, "{left_out:?}");
    assert!(left_out[0].to_string().starts_with("model edges: edges.onnx is in none of "), "{left_out:?}");
}

#[test]
fn a_model_that_is_missing_or_altered_is_named() {
    let (folder, manifest) = manifest(&[place(), PLATE_READER.to_owned()]);
    let problem = || PlateReader::load(&manifest).err().expect("refused").to_string();
    assert!(problem().starts_with("model letters: letters.onnx is in none of "), "{}", problem());
    let (reader, left_out) = PlateReader::load_usable(&manifest).expect("run `make setup`");
    assert!(reader.is_some() && left_out.len() == 1, "{left_out:?}");
    assert_eq!(left_out[0].to_string(), problem());
    std::fs::write(folder.path().join("letters.onnx"), "y").expect("written");
    assert!(
        problem().starts_with("model letters: ") && problem().contains("is not what the manifest"),
        "{}",
        problem()
    );
}
