//! What a stream is: for whoever sets up a camera.

use std::time::Duration;

use super::{BoundedDecoder, DecodeError, Frame, Masks, jpeg};
use crate::base::SharedClock;
use crate::intake::{AccessUnit, Codec, LostReason, RtspSource, sample};

/// So much of the stream is looked at: pictures of a slow one come at five a second.
const ENOUGH: Duration = Duration::from_secs(2);
const PICTURE_WIDTH: u32 = 640;

/// What came of a short look at a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    pub codec: Codec,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    pub frames_per_second: f32,
    /// The first picture, as JPEG, 640 pixels wide at most.
    pub picture: Vec<u8>,
}

/// Why nothing came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoProbe {
    Lost(LostReason),
    /// Not the stream's fault: too much is decoded at once.
    Busy,
}

/// Connects to a stream and looks at two seconds of it; `masks` are those of its camera.
///
/// # Errors
/// Why there is no picture.
pub fn probe(source: RtspSource, clock: &SharedClock, masks: Masks) -> Result<Probe, NoProbe> {
    let mut look = Look { masks, ..Look::default() };
    sample(source, clock, |unit| look.take(&unit)).map_err(NoProbe::Lost)?;
    if look.is_busy {
        return Err(NoProbe::Busy);
    }
    look.done().ok_or(NoProbe::Lost(LostReason::Broken))
}

#[derive(Default)]
struct Look {
    decoder: Option<BoundedDecoder>,
    masks: Masks,
    picture: Option<Frame>,
    codec: Option<Codec>,
    units: u32,
    last: Duration,
    is_broken: bool,
    is_busy: bool,
}

impl Look {
    /// Whether that is enough.
    fn take(&mut self, unit: &AccessUnit) -> bool {
        self.codec = Some(unit.codec);
        self.units += 1;
        self.last = self.last.max(unit.pts);
        if self.picture.is_none()
            && let Err(error) = self.decode(unit)
        {
            tracing::info!(%error, "a stream that was looked at cannot be decoded");
            self.is_busy = matches!(error, DecodeError::Busy);
            self.is_broken = !self.is_busy;
        }
        self.is_broken || self.is_busy || self.picture.is_some() && self.last >= ENOUGH
    }

    fn decode(&mut self, unit: &AccessUnit) -> Result<(), DecodeError> {
        if self.decoder.is_none() {
            self.decoder = Some(BoundedDecoder::new(unit.codec, &unit.caps, &self.masks)?);
        }
        if let Some(decoder) = &mut self.decoder {
            self.picture = decoder.push(unit.clone())?.into_iter().next();
        }
        Ok(())
    }

    fn done(self) -> Option<Probe> {
        let picture = self.picture?;
        // The last one has no end yet.
        let frames_per_second = self.units.saturating_sub(1) as f32 / self.last.as_secs_f32().max(0.001);
        Some(Probe {
            codec: self.codec?,
            width: picture.width,
            height: picture.height,
            frames_per_second,
            picture: jpeg::encode(&picture, Some(PICTURE_WIDTH.min(picture.width)), jpeg::QUALITY),
        })
    }
}
