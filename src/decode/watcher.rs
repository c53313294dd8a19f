//! One camera's eye: the gate decides, the buffer keeps, the decoder decodes, motion is found.
//! Access units go in, the pictures that must be analysed come out, in order and none twice.

use std::sync::Arc;
use std::time::Duration;

use super::gate::{Gate, Step};
use super::gop::GopBuffer;
use super::tally::Tally;
use super::{DecodeError, Decoder, Frame, Masks, MotionFinder};
use crate::base::Rect;
use crate::intake::AccessUnit;

/// What two groups of pictures of one camera may take: 10 s at 6 Mbit/s.
pub(super) const GOP_LIMIT_BYTES: usize = 8_000_000;

/// A picture to analyse.
pub struct Sighting {
    pub frame: Arc<Frame>,
    /// Where it differs from the usual, in pixels of the frame, the largest first.
    pub motion: Vec<Rect>,
}

/// What the watcher has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WatcherCounts {
    pub access_units: u64,
    /// Different pictures that were decoded: never more than access units.
    pub decoded: u64,
    /// How often one of these was decoded again: a wake goes back, and so does a look where pictures are reordered.
    pub decoded_again: u64,
}

pub struct Watcher {
    gate: Gate,
    buffer: GopBuffer,
    decoder: Option<Decoder>,
    masks: Masks,
    motion: MotionFinder,
    /// Analyses a second; pictures fall into slots of this length by their stream time, so that
    /// the same pictures are chosen whenever the gate wakes.
    slot: Duration,
    /// The last unit given to the decoder since it last wanted a key frame.
    decoded_to: Option<Duration>,
    /// Pictures up to here were analysed or known to be quiet.
    done_to: Option<Duration>,
    last_slot: Option<u128>,
    latest: Option<Arc<Frame>>,
    access_units: u64,
    decoded: Tally,
}

impl Watcher {
    pub fn new(gate: Gate, analyses_per_second: u32) -> Self {
        Self {
            gate,
            masks: Masks::none(),
            buffer: GopBuffer::new(GOP_LIMIT_BYTES),
            decoder: None,
            motion: MotionFinder::default(),
            slot: Duration::from_secs(1) / analyses_per_second.max(1),
            decoded_to: None,
            done_to: None,
            last_slot: None,
            latest: None,
            access_units: 0,
            decoded: Tally::default(),
        }
    }

    /// With the privacy masks of its camera.
    #[must_use]
    pub fn masked(self, masks: Masks) -> Self {
        Self { masks, ..self }
    }

    pub fn masks(&self) -> &Masks {
        &self.masks
    }

    /// The same for a stream whose time begins again at zero.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { slot: self.slot, ..Self::new(self.gate.anew(), 1) }.masked(self.masks.clone())
    }

    /// From the next picture on the camera has other masks. None that was painted otherwise is given out or compared with
    /// any more.
    pub fn mask(&mut self, masks: Masks) {
        if masks == self.masks {
            return;
        }
        self.masks = masks;
        self.decoder = None;
        self.decoded_to = None;
        self.motion = MotionFinder::default();
        self.latest = None;
    }

    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    pub fn counts(&self) -> WatcherCounts {
        let (decoded, decoded_again) = (self.decoded.first(), self.decoded.again());
        WatcherCounts { access_units: self.access_units, decoded, decoded_again }
    }

    /// The last picture that was decoded, for whatever reason.
    pub fn latest(&self) -> Option<&Arc<Frame>> {
        self.latest.as_ref()
    }

    /// Something is tracked: stay awake though it may stand still.
    pub fn hold(&mut self, pts: Duration) {
        self.gate.hold(pts);
    }

    /// Takes the next access unit; calls `see` for each picture that must be analysed. What `see`
    /// answers, whether something is tracked, keeps the gate awake.
    ///
    /// # Errors
    /// When the stream cannot be decoded; the next key frame begins anew.
    pub fn push(&mut self, unit: &AccessUnit, see: &mut dyn FnMut(Sighting) -> bool) -> Result<(), DecodeError> {
        self.access_units += 1;
        if self.decoder.as_ref().is_some_and(|decoder| *decoder.caps() != *unit.caps) {
            self.forget();
        }
        let result = self.take(unit, see);
        if result.is_err() {
            self.forget();
        }
        result
    }

    /// The end of the stream: what the decoder still holds back is analysed too.
    ///
    /// # Errors
    /// As [`Watcher::push`].
    pub fn finish(&mut self, see: &mut dyn FnMut(Sighting) -> bool) -> Result<(), DecodeError> {
        if self.gate.is_awake()
            && let Some(decoder) = &mut self.decoder
        {
            let frames = decoder.drain()?;
            self.decoded_to = None;
            for frame in frames {
                self.decoded.add(frame.pts);
                self.show(Arc::new(frame), see);
            }
        }
        Ok(())
    }

    /// The stream broke off: nothing in memory fits what comes next.
    pub fn forget(&mut self) {
        self.decoder = None;
        self.decoded_to = None;
        self.buffer.clear();
        self.decoded.forget_before(None);
    }

    fn take(&mut self, unit: &AccessUnit, see: &mut dyn FnMut(Sighting) -> bool) -> Result<(), DecodeError> {
        let step = self.gate.on_access_unit(unit.pts, unit.key, unit.size_bytes());
        if !unit.key && !self.buffer.has_room_for(unit) {
            // What leaves memory cannot be decoded later: the decoder must be up to date first.
            self.decode_kept(&mut |_| {})?;
        }
        self.buffer.push(unit.clone());
        if unit.key || self.buffer.overflowed() {
            self.decoded.forget_before(self.buffer.earliest());
        }
        match step {
            Step::Keep if self.buffer.overflowed() => self.decode(unit, &mut |_| {}),
            Step::Keep => Ok(()),
            Step::Look => self.look(unit, see),
            Step::Watch => self.watch(unit, see),
            Step::WakeFrom(_) if self.buffer.overflowed() => self.watch(unit, see),
            Step::WakeFrom(from) => self.wake_from(from, see),
        }
    }

    /// Decodes up to `unit` and shows the newest picture to the gate.
    fn look(&mut self, unit: &AccessUnit, see: &mut dyn FnMut(Sighting) -> bool) -> Result<(), DecodeError> {
        let mut newest = None;
        self.decode_upto(unit, &mut |frame| newest = Some(frame))?;
        if newest.is_none()
            && let Some(decoder) = &mut self.decoder
        {
            // The stream reorders its pictures: get this one out now.
            let mut held_back = decoder.drain()?;
            for frame in &held_back {
                self.decoded.add(frame.pts);
            }
            self.decoded_to = None;
            newest = held_back.pop();
        }
        let Some(frame) = newest else {
            return Ok(());
        };
        let frame = Arc::new(frame);
        let motion = self.motion.find(&frame);
        // The first picture teaches what is usual; whether it is quiet shows only with the second.
        let is_first = self.latest.replace(Arc::clone(&frame)).is_none();
        if let Some(from) = self.gate.on_picture(frame.pts, !motion.is_empty()) {
            self.wake_from(from, see)?;
            // It was among those, unless memory could not hold them.
            self.show(frame, see);
            return Ok(());
        }
        if !is_first {
            self.done_to = Some(frame.pts);
        }
        Ok(())
    }

    /// Awake: decodes up to `unit` and analyses every picture of it.
    fn watch(&mut self, unit: &AccessUnit, see: &mut dyn FnMut(Sighting) -> bool) -> Result<(), DecodeError> {
        let units = if self.buffer.overflowed() { vec![unit.clone()] } else { self.kept_undecoded() };
        self.show_all(&units, see)
    }

    /// Woken: decodes again from the key frame at or before `from`, so that nothing is missed.
    fn wake_from(&mut self, from: Duration, see: &mut dyn FnMut(Sighting) -> bool) -> Result<(), DecodeError> {
        let units: Vec<_> = self.buffer.since(from).cloned().collect();
        if units.is_empty() {
            // The group outgrew memory; the decoder has kept up and goes on from here.
            return Ok(());
        }
        if let Some(decoder) = &mut self.decoder {
            decoder.reset();
        }
        self.decoded_to = None;
        self.show_all(&units, see)
    }

    /// Decodes and shows, one by one: a group of pictures takes a lot of memory once it is decoded.
    fn show_all(&mut self, units: &[AccessUnit], see: &mut dyn FnMut(Sighting) -> bool) -> Result<(), DecodeError> {
        for unit in units {
            let mut frames = Vec::new();
            self.decode(unit, &mut |frame| frames.push(frame))?;
            for frame in frames {
                self.show(Arc::new(frame), see);
            }
        }
        Ok(())
    }

    fn decode_upto(&mut self, unit: &AccessUnit, each: &mut dyn FnMut(Frame)) -> Result<(), DecodeError> {
        if self.buffer.overflowed() { self.decode(unit, each) } else { self.decode_kept(each) }
    }

    fn decode_kept(&mut self, each: &mut dyn FnMut(Frame)) -> Result<(), DecodeError> {
        for unit in &self.kept_undecoded() {
            self.decode(unit, each)?;
        }
        Ok(())
    }

    /// The kept units since the last key frame that were not decoded yet, in order.
    fn kept_undecoded(&self) -> Vec<AccessUnit> {
        let mut units: Vec<_> = self.buffer.last_gop().cloned().collect();
        let done = self.decoded_to.and_then(|done| units.iter().position(|unit| unit.pts == done));
        units.split_off(done.map_or(0, |index| index + 1))
    }

    fn decode(&mut self, unit: &AccessUnit, each: &mut dyn FnMut(Frame)) -> Result<(), DecodeError> {
        if self.decoded_to.is_none() && !unit.key {
            return Ok(());
        }
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            None => self.decoder.insert(Decoder::new(unit.codec, &unit.caps, &self.masks)?),
        };
        self.decoded_to = Some(unit.pts);
        let frames = decoder.push(unit)?;
        for frame in frames {
            self.decoded.add(frame.pts);
            each(frame);
        }
        Ok(())
    }

    /// Gives a picture to `see` when its slot has not been analysed yet.
    fn show(&mut self, frame: Arc<Frame>, see: &mut dyn FnMut(Sighting) -> bool) {
        let pts = frame.pts;
        if self.done_to.is_some_and(|done| pts <= done) {
            return;
        }
        self.done_to = Some(pts);
        self.latest = Some(Arc::clone(&frame));
        let slot = pts.as_nanos() / self.slot.as_nanos();
        if self.last_slot.replace(slot) == Some(slot) {
            return;
        }
        let motion = self.motion.find(&frame);
        self.gate.on_picture(pts, !motion.is_empty());
        if see(Sighting { frame, motion }) {
            self.gate.hold(pts);
        }
    }
}

#[cfg(test)]
#[path = "watcher_tests.rs"]
mod tests;
