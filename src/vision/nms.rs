//! One box for one thing: suppression of overlaps within a picture, and between a picture and the
//! close-ups of its parts.

use super::detection::Detection;
use crate::base::Rect;

/// Boxes of one group that overlap more are the same thing.
pub const SAME_IOU: f32 = 0.5;

/// The same across pictures of different scale, where small boxes are coarse.
const SAME_IOU_ACROSS: f32 = 0.35;

/// A box is cut by a region's border when it comes this near, as a share of the region's side.
const BORDER_SHARE: f32 = 0.02;

/// A cut box of which this share lies in another box is a part of that thing.
const PART_SHARE: f32 = 0.6;

/// Keeps the best of overlapping boxes of one group; the result is sorted, best first.
pub fn suppress(mut detections: Vec<Detection>, iou: f32) -> Vec<Detection> {
    detections.sort_by(Detection::best_first);
    let mut kept: Vec<Detection> = Vec::with_capacity(detections.len().min(64));
    for candidate in detections {
        let group = candidate.class.group();
        if !kept.iter().any(|better| better.class.group() == group && better.bbox.iou(&candidate.bbox) > iou) {
            kept.push(candidate);
        }
    }
    kept
}

/// What was found in one region of a frame, in pixels of the frame.
pub struct RegionDetections {
    pub region: Rect,
    pub detections: Vec<Detection>,
}

/// Joins what was found in the whole frame and in close-ups. Where a thing is cut by a close-up's
/// border and stands whole in another picture, the whole box stays.
pub fn merge(frame: Rect, parts: Vec<RegionDetections>) -> Vec<Detection> {
    if let [_] = parts[..] {
        return parts.into_iter().flat_map(|part| part.detections).collect();
    }
    let (mut whole, mut cut) = (Vec::new(), Vec::new());
    for (view, part) in parts.into_iter().enumerate() {
        for detection in part.detections {
            let cut_off = is_cut(&detection.bbox, &part.region, &frame);
            (if cut_off { &mut cut } else { &mut whole }).push((detection, view));
        }
    }
    cut.retain(|(detection, _)| {
        !whole.iter().any(|(other, _)| {
            other.class.group() == detection.class.group()
                && detection.bbox.intersection(&other.bbox).area() > PART_SHARE * detection.bbox.area()
        })
    });
    whole.append(&mut cut);
    suppress_views(whole)
}

/// As [`suppress`], between pictures of different scales as well.
fn suppress_views(mut detections: Vec<(Detection, usize)>) -> Vec<Detection> {
    detections.sort_by(|(a, _), (b, _)| a.best_first(b));
    let mut kept: Vec<(Detection, usize)> = Vec::new();
    for (candidate, view) in detections {
        let same = |(better, other): &(Detection, usize)| {
            let most = if *other == view { SAME_IOU } else { SAME_IOU_ACROSS };
            better.class.group() == candidate.class.group() && better.bbox.iou(&candidate.bbox) > most
        };
        if !kept.iter().any(same) {
            kept.push((candidate, view));
        }
    }
    kept.into_iter().map(|(detection, _)| detection).collect()
}

/// Whether a box ends at a border of its region that is not a border of the frame.
fn is_cut(bbox: &Rect, region: &Rect, frame: &Rect) -> bool {
    let (dx, dy) = (region.w * BORDER_SHARE, region.h * BORDER_SHARE);
    (region.x > frame.x && bbox.x < region.x + dx)
        || (region.y > frame.y && bbox.y < region.y + dy)
        || (region.right() < frame.right() && bbox.right() > region.right() - dx)
        || (region.bottom() < frame.bottom() && bbox.bottom() > region.bottom() - dy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vision::Class;

    fn person(score: f32, x: f32, y: f32, w: f32, h: f32) -> Detection {
        Detection { class: Class::Person, score, bbox: Rect::new(x, y, w, h) }
    }

    const FRAME: Rect = Rect::new(0.0, 0.0, 1000.0, 500.0);

    #[test]
    fn the_best_of_overlapping_boxes_stays() {
        let car = Detection { class: Class::Car, ..person(0.5, 0.0, 0.0, 10.0, 20.0) };
        let truck = Detection { class: Class::Truck, ..person(0.4, 0.0, 0.0, 10.0, 20.0) };
        let found = vec![person(0.6, 1.0, 0.0, 10.0, 20.0), person(0.9, 0.0, 0.0, 10.0, 20.0), truck, car];
        assert_eq!(suppress(found, SAME_IOU), [person(0.9, 0.0, 0.0, 10.0, 20.0), car]);
    }

    #[test]
    fn a_whole_box_wins_over_one_that_a_border_cuts() {
        let region = Rect::new(100.0, 0.0, 200.0, 200.0);
        let whole = person(0.5, 80.0, 50.0, 40.0, 100.0);
        let cut = person(0.8, 100.0, 50.0, 20.0, 100.0);
        let parts = vec![
            RegionDetections { region: FRAME, detections: vec![whole] },
            RegionDetections { region, detections: vec![cut] },
        ];
        assert_eq!(merge(FRAME, parts), [whole]);
        let alone = vec![RegionDetections { region, detections: vec![cut] }];
        assert_eq!(merge(FRAME, alone), [cut]);
    }

    #[test]
    fn the_frames_own_border_cuts_nothing() {
        let region = Rect::new(0.0, 0.0, 200.0, 500.0);
        assert!(!is_cut(&Rect::new(0.0, 100.0, 40.0, 100.0), &region, &FRAME));
        assert!(is_cut(&Rect::new(160.0, 100.0, 40.0, 100.0), &region, &FRAME));
    }

    proptest! {
        #[test]
        fn no_two_kept_boxes_are_the_same_thing(
            boxes in prop::collection::vec((0f32..1.0, 0f32..300.0, 0f32..300.0, 1f32..99.0, 1f32..99.0), 0..40),
            turn in 0usize..40,
        ) {
            let mut boxes: Vec<_> = boxes.into_iter().map(|(s, x, y, w, h)| person(s, x, y, w, h)).collect();
            let kept = suppress(boxes.clone(), SAME_IOU);
            for (index, a) in kept.iter().enumerate() {
                prop_assert!(kept[index + 1..].iter().all(|b| a.bbox.iou(&b.bbox) <= SAME_IOU));
            }
            if !boxes.is_empty() {
                let middle = turn % boxes.len();
                boxes.rotate_left(middle);
            }
            prop_assert_eq!(suppress(boxes, SAME_IOU), kept);
        }
    }
}
