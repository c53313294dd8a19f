use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::decode::PixelFormat;

const PERSON: Rect = Rect::new(0.0, 0.0, 4.0, 8.0);

fn frame() -> Arc<Frame> {
    let frame = Frame::from_bytes(vec![90; 192], PixelFormat::Rgb, (8, 8), Duration::ZERO, Timestamp::UNIX_EPOCH);
    Arc::new(frame.expect("whole"))
}

#[test]
fn a_look_that_fails_or_panics_is_an_error_of_the_attributes() {
    let mut looks = 0;
    let reader = AttributeReader::start(AnswerRules::default(), move |_, _| {
        looks += 1;
        assert!(looks > 1, "on purpose");
        Ok(Look { inferences: looks, ..Look::default() })
    })
    .expect("started");
    let problem = reader.look(&frame(), PERSON).expect_err("panicked").to_string();
    assert_eq!(problem, "model attributes: panicked: on purpose");
    assert_eq!(reader.try_look(&frame(), PERSON).expect("no error").expect("free").inferences, 2);
}

#[test]
fn without_models_there_is_no_reader() {
    let folder = tempfile::tempdir().expect("folder");
    let mut manifest = Manifest::load(Some(folder.path())).expect("sound");
    manifest.models.retain(|model| model.task.name() != "attribute");
    assert!(AttributeReader::load(&manifest).expect("no error").is_none());
    assert!(AttributeReader::models(&manifest).expect("no error").is_empty());
}

#[test]
fn the_last_handle_ends_the_thread_and_lets_the_frame_go() {
    let frame = frame();
    let reader = AttributeReader::start(AnswerRules::default(), |_, _| Ok(Look::default())).expect("started");
    reader.clone().look(&frame, PERSON).expect("looked");
    drop(reader);
    assert_eq!(Arc::strong_count(&frame), 1);
}
