//! Access units in, frames out; by the graphics processor where there is one that can be trusted, otherwise by software.

use std::time::Duration;

use gstreamer as gst;
use gstreamer_video as gst_video;

use super::frame::FrameError;
use super::hardware::{HARDWARE, Hardware, Kind, alike};
use super::pipeline::Pipeline;
use super::{Frame, Masks};
use crate::intake::{AccessUnit, Codec};

#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("the decoder cannot be built: {0}; are the GStreamer plugins (gstreamer1.0-libav) installed?")]
    Build(String),
    #[error("the decoder refuses the stream: {0}")]
    Stream(String),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("the decoder does not answer within {seconds} s")]
    Hung { seconds: u64 },
    #[error("too much is decoded at once; try again in a moment")]
    Busy,
}

/// More is not kept of a group of pictures, as the watcher keeps no more.
const MOST_KEPT_BYTES: usize = 8 << 20;

pub struct Decoder {
    pipeline: Pipeline,
    masks: Masks,
    codec: Codec,
    /// While the graphics processor decodes.
    hardware: Option<ByHardware>,
}

struct ByHardware {
    hardware: &'static Hardware,
    kind: Kind,
    /// Since the key frame: software begins with them where the hardware fails. None once they are too many.
    units: Vec<AccessUnit>,
    bytes: usize,
    /// Of the last picture that was given out since then.
    given: Option<Duration>,
}

impl Decoder {
    /// A decoder for streams of these caps. Every picture leaves it with the camera's privacy masks painted over.
    ///
    /// # Errors
    /// When an element is missing or does not start, or pictures of this size are none that a camera sends.
    pub fn new(codec: Codec, caps: &gst::Caps, masks: &Masks) -> Result<Self, DecodeError> {
        Self::with(&HARDWARE, codec, caps, masks)
    }

    fn with(hardware: &'static Hardware, codec: Codec, caps: &gst::Caps, masks: &Masks) -> Result<Self, DecodeError> {
        let kind = Kind::of(codec, caps);
        if let Some(launch) = hardware.launch(&kind) {
            let inside = hardware.enter(&kind);
            match Pipeline::new(launch, caps, masks) {
                Ok(pipeline) => {
                    drop(inside);
                    let hardware = Some(ByHardware { hardware, kind, units: Vec::new(), bytes: 0, given: None });
                    return Ok(Self { pipeline, masks: masks.clone(), codec, hardware });
                }
                Err(error @ DecodeError::Frame(_)) => return Err(error),
                Err(error) => hardware.give_up(&kind, &error.to_string()),
            }
        }
        let pipeline = Pipeline::new(software(codec), caps, masks)?;
        Ok(Self { pipeline, masks: masks.clone(), codec, hardware: None })
    }

    pub fn caps(&self) -> &gst::Caps {
        self.pipeline.caps()
    }

    /// What its pictures are like, once there was one.
    pub fn picture_info(&self) -> Option<gst_video::VideoInfo> {
        self.pipeline.picture_info()
    }

    /// Decodes one access unit; the first must be a key frame. Returns the frames that came out,
    /// in display order: often one, none while the stream reorders, now and then more. Where the graphics processor fails,
    /// software does what it left undone.
    ///
    /// # Errors
    /// When the decoder gives up on the stream. It is of no use afterwards: build it anew and go
    /// on with the next key frame.
    pub fn push(&mut self, unit: &AccessUnit) -> Result<Vec<Frame>, DecodeError> {
        let Some(by) = &mut self.hardware else {
            return self.pipeline.push(unit);
        };
        by.keep(unit);
        let proven = !unit.key || by.hardware.is_proven(&by.kind) || self.prove(unit)?;
        self.by_hardware(proven, |pipeline| pipeline.push(unit))
    }

    /// Gets out what the decoder holds back; afterwards it wants a key frame.
    ///
    /// # Errors
    /// As [`Decoder::push`].
    pub fn drain(&mut self) -> Result<Vec<Frame>, DecodeError> {
        if self.hardware.is_none() {
            return self.pipeline.drain();
        }
        let mut frames = self.by_hardware(true, Pipeline::drain)?;
        if let Some(by) = &mut self.hardware {
            by.forget();
        } else {
            // It failed, and software has begun with what was held back.
            frames.extend(self.pipeline.drain()?);
        }
        Ok(frames)
    }

    /// Forgets what it holds back; afterwards it wants a key frame.
    pub fn reset(&mut self) {
        if let Some(by) = &mut self.hardware {
            by.forget();
            let _inside = by.hardware.enter(&by.kind);
            self.pipeline.reset();
        } else {
            self.pipeline.reset();
        }
    }

    fn by_hardware(
        &mut self,
        trusted: bool,
        work: impl FnOnce(&mut Pipeline) -> Result<Vec<Frame>, DecodeError>,
    ) -> Result<Vec<Frame>, DecodeError> {
        let Some(by) = &mut self.hardware else {
            return work(&mut self.pipeline);
        };
        let done = if trusted {
            let _inside = by.hardware.enter(&by.kind);
            work(&mut self.pipeline)
        } else {
            Err(DecodeError::Stream("its pictures are not those of software".to_owned()))
        };
        match done {
            Ok(frames) => {
                by.given = frames.last().map(|frame| frame.pts).or(by.given);
                Ok(frames)
            }
            Err(error) => self.fall_back(error),
        }
    }

    /// Whether the graphics processor makes of a key frame what software makes of it.
    fn prove(&mut self, unit: &AccessUnit) -> Result<bool, DecodeError> {
        let Some(by) = &self.hardware else {
            return Ok(true);
        };
        let Some(launch) = by.hardware.launch(&by.kind) else {
            return Ok(false);
        };
        let alone = |launch: &str| -> Result<Option<Frame>, DecodeError> {
            let mut pipeline = Pipeline::new(launch, &unit.caps, &Masks::none())?;
            let mut frames = pipeline.push(unit)?;
            frames.extend(pipeline.drain()?);
            Ok(frames.pop())
        };
        // What software cannot make a picture of tells nothing of the hardware.
        let Some(expected) = alone(software(self.codec))? else {
            return Ok(true);
        };
        let shown = {
            let _inside = by.hardware.enter(&by.kind);
            alone(launch)
        };
        let same = shown.is_ok_and(|shown| shown.is_some_and(|shown| alike(&shown, &expected)));
        if same {
            by.hardware.prove(&by.kind);
        }
        Ok(same)
    }

    /// Goes on in software, from the key frame on, and gives the pictures that are still wanted.
    fn fall_back(&mut self, error: DecodeError) -> Result<Vec<Frame>, DecodeError> {
        let Some(by) = self.hardware.take() else {
            return Err(error);
        };
        by.hardware.give_up(&by.kind, &error.to_string());
        if by.units.is_empty() {
            return Err(error);
        }
        self.pipeline = Pipeline::new(software(self.codec), &self.pipeline.caps().clone(), &self.masks)?;
        let mut frames = Vec::new();
        for unit in &by.units {
            frames.extend(self.pipeline.push(unit)?);
        }
        frames.retain(|frame| by.given.is_none_or(|given| frame.pts > given));
        Ok(frames)
    }
}

impl ByHardware {
    fn keep(&mut self, unit: &AccessUnit) {
        if unit.key {
            self.forget();
        }
        self.bytes += unit.size_bytes();
        if self.bytes <= MOST_KEPT_BYTES {
            self.units.push(unit.clone());
        } else {
            self.units.clear();
        }
    }

    fn forget(&mut self) {
        (self.bytes, self.given) = (0, None);
        self.units.clear();
    }
}

fn software(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => include_str!("../../pipelines/decode-h264.launch"),
        Codec::H265 => include_str!("../../pipelines/decode-h265.launch"),
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
