//! What one viewer is sent: from access units to pieces of an MP4, one stream after another.

use std::time::Duration;

use gstreamer as gst;
use jiff::Timestamp;

use super::format::{Format, FormatError};
use super::fragment::{Sample, TICKS_A_SECOND, fragment};
use super::order::DecodeOrder;
use crate::intake::AccessUnit;

/// The first picture is shown so long after the stream's zero: pictures that overtake others are
/// decoded before it.
const LEAD: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// Another stream begins: the first, or one of another format, or after the camera was lost.
    Start {
        /// As `MediaSource` wants it: `avc1.64001f`.
        codec: String,
        width: u16,
        height: u16,
        /// When its first picture came from the camera.
        at: Timestamp,
    },
    /// The beginning of its MP4: `ftyp` and `moov`.
    Init(Vec<u8>),
    /// `moof` and `mdat`.
    Fragment {
        /// When its last picture came from the camera.
        at: Timestamp,
        /// When that picture is shown, in the MP4's time.
        media: Duration,
        bytes: Vec<u8>,
    },
}

/// Each picture is held back until the next one comes, for only then it is known how long it lasts;
/// players take any other length for a gap.
#[derive(Debug, Default)]
pub struct Program {
    current: Option<Current>,
}

#[derive(Debug)]
struct Current {
    caps: gst::Caps,
    first_pts: Duration,
    order: DecodeOrder,
    fragments: u32,
    held: Option<(Sample, Timestamp)>,
}

impl Program {
    /// The stream ended: what comes next does not continue it.
    pub fn end(&mut self) {
        self.current = None;
    }

    /// What to send for these access units, the next ones in decoding order. What cannot be decoded,
    /// for it comes before a key frame, is left out.
    ///
    /// # Errors
    /// When the stream is in no form that can be shown.
    pub fn packets(&mut self, units: &[AccessUnit]) -> Result<Vec<Packet>, FormatError> {
        let mut packets = Vec::new();
        let mut rest = units;
        while let Some(first) = rest.first() {
            let same = rest.iter().take_while(|unit| unit.caps == first.caps).count();
            let (run, others) = rest.split_at(same);
            self.run(run, &mut packets)?;
            rest = others;
        }
        Ok(packets)
    }

    /// Units of one format, at least one.
    fn run(&mut self, units: &[AccessUnit], packets: &mut Vec<Packet>) -> Result<(), FormatError> {
        let continues = self.current.as_ref().is_some_and(|current| current.caps == units[0].caps);
        let units = if continues {
            units
        } else {
            self.current = None;
            let Some(key) = units.iter().position(|unit| unit.key) else { return Ok(()) };
            let units = &units[key..];
            let format = Format::of(&units[0])?;
            let (codec, width, height) = (format.codec_name()?, format.width, format.height);
            packets.push(Packet::Start { codec, width, height, at: units[0].at });
            packets.push(Packet::Init(format.init()?));
            self.current = Some(Current::begin(units));
            units
        };
        if let Some(current) = &mut self.current {
            packets.extend(current.fragment(units)?);
        }
        Ok(())
    }
}

impl Current {
    /// `units` begins with a key frame.
    fn begin(units: &[AccessUnit]) -> Self {
        let first_pts = units[0].pts;
        let shown_at = units.iter().filter_map(|unit| ticks(unit.pts, first_pts));
        Self { caps: units[0].caps.clone(), first_pts, order: DecodeOrder::of(shown_at), fragments: 0, held: None }
    }

    /// One fragment of the picture that was held and all of these but the last; none where there is
    /// nothing to send yet.
    fn fragment(&mut self, units: &[AccessUnit]) -> Result<Option<Packet>, FormatError> {
        let mut ready = Vec::new();
        for unit in units {
            // Shown before the first key frame, so it refers to pictures before that one.
            let Some(shown_at) = ticks(unit.pts, self.first_pts) else { continue };
            let Ok(bytes) = unit.buffer.map_readable() else { continue };
            let decoded_at = self.order.next(shown_at);
            let sample = Sample { decoded_at, shown_at, duration: 0, key: unit.key, bytes: bytes.to_vec() };
            if let Some((mut held, at)) = self.held.replace((sample, unit.at)) {
                held.duration = u32::try_from(decoded_at - held.decoded_at).unwrap_or(u32::MAX);
                ready.push((held, at));
            }
        }
        let Some((last, at)) = ready.last() else { return Ok(None) };
        let (media, at) = (duration(last.shown_at), *at);
        let samples: Vec<_> = ready.into_iter().map(|(sample, _)| sample).collect();
        self.fragments = self.fragments.wrapping_add(1);
        Ok(Some(Packet::Fragment { at, media, bytes: fragment(self.fragments, &samples)? }))
    }
}

/// The time of showing in the MP4; `None` for what is shown before its beginning.
fn ticks(pts: Duration, first_pts: Duration) -> Option<u64> {
    let time = pts.checked_sub(first_pts)? + LEAD;
    u64::try_from((time.as_nanos() * u128::from(TICKS_A_SECOND) + 500_000_000) / 1_000_000_000).ok()
}

fn duration(ticks: u64) -> Duration {
    Duration::from_nanos((u128::from(ticks) * 1_000_000_000 / u128::from(TICKS_A_SECOND)) as u64)
}

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
