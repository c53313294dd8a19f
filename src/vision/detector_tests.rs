use super::*;
use crate::vision::test_frames::vtest;
use crate::vision::{Class, Manifest};

fn detector() -> Detector {
    Detector::load(&Manifest::load(None).expect("manifest"), "yolox-nano", LOW_SCORE, 2).expect("run `make setup`")
}

fn sure_persons(seen: &Seen) -> usize {
    seen.detections.iter().filter(|found| found.class == Class::Person && found.score >= 0.35).count()
}

#[test]
fn persons_in_a_yard_are_found() {
    let detector = detector();
    let frames = vtest((768, 576), 20, 5);
    let clone = detector.clone();
    for frame in &frames {
        let seen = clone.detect(frame, &[]).expect("detected");
        assert!((2..=12).contains(&sure_persons(&seen)), "{seen:?}");
        assert_eq!(seen.inferences, 1);
        assert!(seen.detections.iter().all(|found| {
            let inside = found.bbox.clamped(768.0, 576.0);
            found.score >= LOW_SCORE && (inside.area() - found.bbox.area()).abs() < 1.0
        }));
    }
    assert_eq!(detector.inferences(), frames.len() as u64);
}

#[test]
fn a_region_out_of_the_frame_is_an_error_and_the_detector_goes_on() {
    let detector = detector();
    let frame = &vtest((768, 576), 1, 1)[0];
    let outside = [Rect::new(800.0, 0.0, 100.0, 100.0)];
    assert!(matches!(detector.detect(frame, &outside), Err(DetectError::Tensor(TensorError::EmptyRegion(_)))));
    assert!(detector.detect(frame, &[Rect::new(0.0, 0.0, 384.0, 384.0)]).is_ok_and(|seen| seen.inferences == 2));
}
