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
fn a_busy_reader_says_so_and_goes_on() {
    let (started, starts) = bounded(4);
    let (go, gate) = bounded::<()>(4);
    let reader = AttributeReader::start(AnswerRules::default(), move |_, _| {
        started.send(()).expect("waited for");
        gate.recv().expect("opened");
        Ok(Look { inferences: 1, ..Look::default() })
    })
    .expect("started");
    let frame = frame();
    let looks: Vec<_> = (0..2)
        .map(|_| {
            let (reader, frame) = (reader.clone(), Arc::clone(&frame));
            let (done, answer) = bounded(1);
            let body = move || done.send(reader.look(&frame, PERSON).expect("looked").inferences).expect("waited for");
            (Worker::spawn("caller", body).expect("started"), answer)
        })
        .collect();
    // One look is being made; once the other waits in the queue, it is full.
    starts.recv().expect("started");
    while !reader.shared.jobs.as_ref().expect("open").is_full() {
        std::thread::yield_now();
    }
    assert_eq!(reader.try_look(&frame, PERSON).expect("no error"), None);
    for _ in 0..3 {
        go.send(()).expect("taken");
    }
    for (worker, answer) in looks {
        assert_eq!(answer.recv().expect("answered"), 1);
        worker.join();
    }
    assert_eq!(reader.try_look(&frame, PERSON).expect("no error").expect("free").inferences, 1);
}

#[test]
fn a_look_that_fails_or_panics_is_an_error_and_the_reader_goes_on() {
    let mut looks = 0;
    let reader = AttributeReader::start(AnswerRules::default(), move |_, _| {
        looks += 1;
        match looks {
            1 => panic!("on purpose"),
            2 => Err(failed("cannot".to_owned())),
            _ => Ok(Look::default()),
        }
    })
    .expect("started");
    let problem = reader.look(&frame(), PERSON).expect_err("panicked").to_string();
    assert_eq!(problem, "model attributes: panicked: on purpose");
    assert!(reader.try_look(&frame(), PERSON).is_err());
    assert_eq!(reader.look(&frame(), PERSON).expect("looked"), Look::default());
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
