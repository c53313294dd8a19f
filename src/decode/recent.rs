//! The last pictures of a stream that nobody watches: kept as they came, decoded when one is wanted.

use std::ops::Range;
use std::time::Duration;

use gstreamer as gst;
use jiff::{SignedDuration, Timestamp};

use super::gop::GopBuffer;
use super::pipeline;
use super::watcher::GOP_LIMIT_BYTES;
use super::{DecodeError, Decoder, Frame, Masks};
use crate::intake::AccessUnit;

/// The current group of pictures of a stream and the one before.
pub struct Recent {
    buffer: GopBuffer,
    decoder: Option<Decoder>,
    masks: Masks,
    /// Of what is in the buffer.
    caps: Option<gst::Caps>,
}

/// Which picture, and what it may cost.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The picture of this wall time, or one a little older.
    pub at: Timestamp,
    pub oldest: SignedDuration,
    /// At most so many pictures are decoded for it: those from its key frame on.
    pub most_decoded: usize,
}

/// What came of wanting a picture.
#[derive(Debug)]
pub struct Decoded {
    /// None where no picture is near enough for what it may cost, or none came out; an error where the
    /// stream cannot be decoded: the next key frame may be fine.
    pub frame: Result<Option<Frame>, DecodeError>,
    /// Access units that a decoder was given for it, whatever came of it.
    pub pushed: usize,
}

impl Recent {
    /// Of a camera with these masks.
    pub fn new(masks: Masks) -> Self {
        Self { buffer: GopBuffer::new(GOP_LIMIT_BYTES), decoder: None, masks, caps: None }
    }

    /// Takes the next access unit in decoding order.
    pub fn push(&mut self, unit: &AccessUnit) {
        if self.caps.as_ref() != Some(&unit.caps) {
            self.clear();
            self.caps = Some(unit.caps.clone());
        }
        self.buffer.push(unit.clone());
    }

    /// Gives back what a decoder takes: at 1920x1080 more than all else of a camera.
    pub fn rest(&mut self) {
        self.decoder = None;
    }

    /// The stream ended: what comes next does not continue it.
    pub fn clear(&mut self) {
        *self = Self::new(self.masks.clone());
    }

    /// Width and height in pixels of the stream's pictures, once there is one.
    pub fn size(&self) -> Option<(u32, u32)> {
        pipeline::size(self.caps.as_ref()?)
    }

    /// Decodes the picture that is wanted, if that many decoded reach it.
    pub fn picture(&mut self, wanted: &Wanted) -> Decoded {
        let all: Vec<&AccessUnit> = self.buffer.since(Duration::ZERO).collect();
        let times: Vec<_> = all.iter().map(|unit| (unit.at, unit.key)).collect();
        let Some(range) = reach(&times, wanted) else {
            return Decoded { frame: Ok(None), pushed: 0 };
        };
        let units: Vec<AccessUnit> = all[range].iter().map(|&unit| unit.clone()).collect();
        let mut pushed = 0;
        let frame = self.decode(&units, wanted.at, &mut pushed);
        if frame.is_err() {
            self.decoder = None;
        }
        Decoded { frame, pushed }
    }

    /// The newest picture of `units` that is not younger than `at`; they must begin with a key frame. `pushed` counts those that
    /// were tried.
    fn decode(
        &mut self,
        units: &[AccessUnit],
        at: Timestamp,
        pushed: &mut usize,
    ) -> Result<Option<Frame>, DecodeError> {
        // One at a time is kept: at 1920x1080 a group of them takes a hundred megabytes.
        let newer = |kept: Option<Frame>, frames: Vec<Frame>| {
            kept.into_iter().chain(frames).filter(|frame| frame.at <= at).max_by_key(|frame| frame.pts)
        };
        let mut newest = None;
        for unit in units {
            *pushed += 1;
            newest = newer(newest, self.decoder_of(unit)?.push(unit)?);
        }
        // Some hold a picture back until the next one comes.
        if let Some(decoder) = &mut self.decoder {
            newest = newer(newest, decoder.drain()?);
        }
        Ok(newest)
    }

    fn decoder_of(&mut self, unit: &AccessUnit) -> Result<&mut Decoder, DecodeError> {
        let decoder = match self.decoder.take() {
            Some(decoder) => decoder,
            None => Decoder::new(unit.codec, &unit.caps, &self.masks)?,
        };
        Ok(self.decoder.insert(decoder))
    }
}

/// Which of the units to decode, given the time of each and whether it is a key frame: from the last
/// key frame up to the time that is wanted, or as far as may be decoded if that is not too old.
fn reach(units: &[(Timestamp, bool)], wanted: &Wanted) -> Option<Range<usize>> {
    let is_before = |(at, _): &(Timestamp, bool)| *at <= wanted.at;
    let end = units.iter().rposition(is_before)?;
    let start = units[..=end].iter().rposition(|(_, key)| *key)?;
    let end = end.min((start + wanted.most_decoded).checked_sub(1)?);
    (start <= end && wanted.at.duration_since(units[end].0) <= wanted.oldest).then_some(start..end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rect;
    use crate::decode::testing::{Encoding, encode};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("in range")
    }

    fn wanted(ms: i64, most_decoded: usize) -> Wanted {
        Wanted { at: at(ms), oldest: SignedDuration::from_millis(300), most_decoded }
    }

    /// Twenty units, 100 ms apart, of which every `gop`-th is a key frame.
    #[track_caller]
    fn check(gop: usize, wanted: Wanted, expected: Option<(usize, usize)>) {
        let units: Vec<_> = (0..20).map(|index| (at(100 * index), (index as usize).is_multiple_of(gop))).collect();
        assert_eq!(reach(&units, &wanted).map(|range| (range.start, range.end)), expected);
    }

    #[test]
    fn only_what_is_needed_and_may_be_paid_is_decoded() {
        check(10, wanted(1_000, 1), Some((10, 11)));
        check(10, wanted(1_250, 1), Some((10, 11)));
        check(10, wanted(1_250, 2), Some((10, 12)));
        check(10, wanted(1_250, 9), Some((10, 13)));
        check(10, wanted(900, 9), Some((0, 9)));
        // The key frame is too old and nothing else may be decoded.
        check(10, wanted(900, 1), None);
        check(20, wanted(1_900, 16), None);
        check(20, wanted(1_900, 17), Some((0, 17)));
        check(20, wanted(2_500, 99), None);
        check(10, wanted(-1, 9), None);
        check(10, wanted(1_000, 0), None);
    }

    /// The left edge of the bright box in a picture, in pixels.
    fn bright_from(frame: &Frame) -> Option<usize> {
        let planes = frame.planes();
        planes.first.row(planes.height / 2)[..planes.width].iter().position(|luma| *luma > 90)
    }

    fn picture(recent: &mut Recent, wanted: &Wanted) -> Option<(Frame, usize)> {
        let decoded = recent.picture(wanted);
        Some((decoded.frame.expect("decodes")?, decoded.pushed))
    }

    #[test]
    fn what_cannot_be_decoded_says_how_far_it_came() {
        let units = encode(Encoding { gop: 25, b_frames: 0, size: (320, 180) }, 30, |_| None);
        let mut recent = Recent::new(Masks::none());
        for unit in &units {
            // Its caps are none that this decoder takes.
            recent.push(&AccessUnit { codec: crate::intake::Codec::H265, ..unit.clone() });
        }
        let decoded = recent.picture(&wanted(1_160, 25));
        assert!(decoded.frame.is_err(), "{decoded:?}");
        assert_eq!(decoded.pushed, 1);
    }

    #[test]
    fn a_picture_of_a_real_stream_is_the_one_of_its_time() {
        for b_frames in [0, 2] {
            let walks = |index: u32| Some(Rect::new(4.0 * index as f32, 20.0, 40.0, 140.0));
            let units = encode(Encoding { gop: 25, b_frames, size: (640, 180) }, 60, walks);
            let mut recent = Recent::new(Masks::none());
            assert_eq!(recent.size(), None);
            for unit in &units {
                recent.push(unit);
            }
            assert_eq!(recent.size(), Some((640, 180)));
            // The 30th picture, of 1.2 s, is the sixth after the key frame of 1 s.
            let (frame, decoded) = picture(&mut recent, &wanted(1_200, 25)).expect("is there");
            let left = bright_from(&frame).expect("the box") as i64;
            assert!((left - 4 * 30).abs() <= 4 * i64::from(b_frames), "{left}, {b_frames} B frames");
            assert!((6..=8).contains(&decoded), "{decoded}");
            recent.rest();
            let (frame, decoded) = picture(&mut recent, &wanted(1_200, 1)).expect("is there");
            assert_eq!((frame.at, decoded), (at(1_000), 1), "its key frame alone");
            assert!(picture(&mut recent, &wanted(1_800, 3)).is_none(), "too far");
            recent.clear();
            assert!(picture(&mut recent, &wanted(1_200, 25)).is_none());
        }
    }
}
