//! The same person in the main stream's picture, which shows more of it than the analysed one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::turns::cost;
use crate::base::Rect;
use crate::decode::{DecodeError, Decoded, Frame, Masks, Recent, Wanted};
use crate::intake::AccessUnit;
use crate::vision::{Class, DetectError, Detection, Detector};

/// How old the main stream's picture may be: in this time somebody who runs gets a body's height
/// further.
const OLDEST: SignedDuration = SignedDuration::from_millis(300);
/// The person is looked for in a square of this many times its size.
const AROUND: f32 = 2.0;
/// What is found must be a person this surely, and have this much of its box in common with where
/// it is expected. (The camera's two streams show the same, but not at quite the same time.)
const LEAST_SCORE: f32 = 0.25;
const LEAST_IOU: f32 = 0.2;

/// Where a larger picture of a person may be had; the main stream, or what a test puts in its place.
pub trait Closer {
    /// Width and height in pixels of its pictures; none while there are none.
    fn size(&self) -> Option<(u32, u32)>;

    /// The picture of `at`, or one a little older, for at most `allowance_ms` of nominal cost; and what it
    /// cost, whether there is one or not.
    fn picture(&mut self, at: Timestamp, allowance_ms: f32) -> (Option<Arc<Frame>>, f32);

    /// Finds the person that is in `person` (in pixels of these pictures) at about `at`, for at most
    /// `allowance_ms` of nominal cost.
    fn find(&mut self, at: Timestamp, person: Rect, allowance_ms: f32) -> Sought;
}

/// What came of looking for a person.
#[derive(Debug, Default)]
pub struct Sought {
    pub found: Option<(Arc<Frame>, Rect)>,
    /// Nominal, in milliseconds.
    pub cost_ms: f32,
    /// Runs of the detector.
    pub inferences: u32,
    /// The detector had no time.
    pub busy: bool,
}

/// The main stream's last pictures.
pub struct MainPictures {
    recent: Recent,
    detector: Detector,
    /// For which time a picture was decoded last, and what came of it: several persons may want it.
    last: Option<(Timestamp, Option<Arc<Frame>>)>,
    /// It was said that the stream cannot be decoded; once until it can.
    is_failing: bool,
}

impl MainPictures {
    /// Of a camera with these masks.
    pub fn new(detector: Detector, masks: Masks) -> Self {
        Self { recent: Recent::new(masks), detector, last: None, is_failing: false }
    }

    /// Takes the main stream's next access unit.
    pub fn push(&mut self, unit: &AccessUnit) {
        self.recent.push(unit);
    }

    /// The stream was lost.
    pub fn clear(&mut self) {
        self.recent.clear();
        self.last = None;
    }

    /// Nobody is looked for at present: gives back the memory of the decoded picture and its decoder.
    pub fn rest(&mut self) {
        self.last = None;
        self.recent.rest();
    }

    /// Says that the stream cannot be decoded: five times a second would be too often.
    fn checked(&mut self, frame: Result<Option<Frame>, DecodeError>) -> Option<Frame> {
        match frame {
            Ok(frame) => {
                self.is_failing &= frame.is_none();
                frame
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_failing, true) {
                    tracing::warn!(%error, "the main stream cannot be decoded; nobody is looked at in it");
                }
                None
            }
        }
    }

    fn detect(&self, frame: &Frame, region: Rect) -> Result<Option<(Vec<Detection>, u32)>, DetectError> {
        let seen = self.detector.try_detect_in(frame, region)?;
        Ok(seen.map(|seen| (seen.detections, seen.inferences)))
    }
}

impl Closer for MainPictures {
    fn size(&self) -> Option<(u32, u32)> {
        self.recent.size()
    }

    fn picture(&mut self, at: Timestamp, allowance_ms: f32) -> (Option<Arc<Frame>>, f32) {
        if let Some((time, frame)) = &self.last
            && *time == at
        {
            return (frame.clone(), 0.0);
        }
        let Some((width, height)) = self.size() else {
            return (None, 0.0);
        };
        let each_ms = cost::DECODE_MS_PER_MEGAPIXEL * (width as f32 * height as f32) / 1e6;
        let most_decoded = (allowance_ms / each_ms.max(f32::EPSILON)).max(0.0) as usize;
        let Decoded { frame, pushed } = self.recent.picture(&Wanted { at, oldest: OLDEST, most_decoded });
        let frame = self.checked(frame).map(Arc::new);
        // Where nothing was tried, somebody who is allowed more may reach it.
        if pushed > 0 {
            self.last = Some((at, frame.clone()));
        }
        (frame, each_ms * pushed as f32)
    }

    fn find(&mut self, at: Timestamp, person: Rect, allowance_ms: f32) -> Sought {
        let left_ms = allowance_ms - cost::FIND_MS;
        if left_ms < 0.0 {
            return Sought::default();
        }
        let (picture, cost_ms) = self.picture(at, left_ms);
        let Some(frame) = picture else {
            return Sought { cost_ms, ..Sought::default() };
        };
        let region = around(&person, (frame.width, frame.height));
        match self.detect(&frame, region) {
            Ok(Some((detections, inferences))) => {
                let found = same(&person, &detections).map(|found| (frame, found));
                Sought { found, cost_ms: cost_ms + cost::FIND_MS, inferences, busy: false }
            }
            Ok(None) => Sought { cost_ms, busy: true, ..Sought::default() },
            Err(error) => {
                tracing::error!(%error, "a person was not looked for in the main stream");
                Sought { cost_ms, ..Sought::default() }
            }
        }
    }
}

/// The square to look for a person in, as far as it lies in a frame of this size.
fn around(person: &Rect, (width, height): (u32, u32)) -> Rect {
    let (center, side) = (person.center(), AROUND * person.w.max(person.h));
    Rect::new(center.x - side / 2.0, center.y - side / 2.0, side, side).clamped(width as f32, height as f32)
}

/// The person among the detections that is where one is expected.
fn same(person: &Rect, detections: &[Detection]) -> Option<Rect> {
    let is_likely = |found: &&Detection| found.class == Class::Person && found.score >= LEAST_SCORE;
    let boxes = detections.iter().filter(is_likely).map(|found| (found.bbox.iou(person), found.bbox));
    let best = boxes.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(iou, _)| *iou >= LEAST_IOU).map(|(_, bbox)| bbox)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_lies_in_the_picture() {
        let check = |person, expected| assert_eq!(around(&person, (1920, 1080)), expected);
        check(Rect::new(500.0, 400.0, 50.0, 100.0), Rect::new(425.0, 350.0, 200.0, 200.0));
        check(Rect::new(0.0, 1000.0, 50.0, 80.0), Rect::new(0.0, 960.0, 105.0, 120.0));
    }

    #[test]
    fn the_same_person_is_the_one_that_is_where_it_is_expected() {
        let person = Rect::new(100.0, 100.0, 50.0, 100.0);
        let found = |class, score, x| Detection { class, score, bbox: Rect::new(x, 100.0, 50.0, 100.0) };
        let check = |detections: &[Detection], x: Option<f32>| {
            assert_eq!(same(&person, detections).map(|bbox| bbox.x), x);
        };
        let beside = found(Class::Person, 0.9, 130.0);
        check(&[], None);
        check(&[beside, found(Class::Person, 0.4, 110.0)], Some(110.0));
        check(&[beside, found(Class::Car, 0.9, 100.0), found(Class::Person, 0.1, 100.0)], Some(130.0));
        check(&[found(Class::Person, 0.9, 145.0)], None);
    }
}
