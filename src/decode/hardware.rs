//! Decoding by the graphics processor (VA-API), where GStreamer has it: which streams it is trusted with.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;

use super::pipeline::size;
use super::{Frame, PixelFormat};
use crate::base::{Clock as _, SystemClock};
use crate::intake::Codec;

/// A picture takes some milliseconds.
const STANDS_STILL: Duration = Duration::from_secs(10);
/// Levels of luma by which its pictures may differ from software's, on the mean: both are told bit by bit what to do.
const ALIKE: f64 = 2.0;

/// Of this machine, whose graphics processor all decoders share.
pub(super) static HARDWARE: LazyLock<Hardware> = LazyLock::new(|| {
    let offered = |element: &str| {
        gst::init().ok()?;
        gst::ElementFactory::find(element).filter(|factory| factory.rank() > gst::Rank::NONE)
    };
    Hardware::new(
        offered("vah264dec").map(|_| include_str!("../../pipelines/decode-h264-va.launch")),
        offered("vah265dec").map(|_| include_str!("../../pipelines/decode-h265-va.launch")),
    )
});

/// Streams that a graphics processor decodes alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    codec: Codec,
    profile: Option<String>,
    size: Option<(u32, u32)>,
}

impl Kind {
    pub(super) fn of(codec: Codec, caps: &gst::Caps) -> Self {
        let profile = caps.structure(0).and_then(|caps| caps.get::<String>("profile").ok());
        Self { codec, profile, size: size(caps) }
    }
}

pub(super) struct Hardware {
    h264: Option<&'static str>,
    h265: Option<&'static str>,
    clock: SystemClock,
    known: Mutex<Known>,
}

/// Until the process ends: a driver that was wrong once is not tried again.
#[derive(Default)]
struct Known {
    proven: HashSet<Kind>,
    failed: HashSet<Kind>,
    /// Calls that have not come back yet, and since when.
    inside: HashMap<u64, (Kind, Duration)>,
    calls: u64,
}

impl Hardware {
    /// With what decodes each codec, where there is anything.
    pub(super) fn new(h264: Option<&'static str>, h265: Option<&'static str>) -> Self {
        Self { h264, h265, clock: SystemClock::new(), known: Mutex::default() }
    }

    /// What decodes streams of this kind, while it is trusted with them.
    pub(super) fn launch(&self, kind: &Kind) -> Option<&'static str> {
        let launch = match kind.codec {
            Codec::H264 => self.h264,
            Codec::H265 => self.h265,
        };
        let launch = launch?;
        let now = self.clock.monotonic();
        let mut known = self.known();
        if let Some(kind) = known.stands_still(now) {
            known.give_up(&kind, "a picture was not decoded within ten seconds");
        }
        (!known.failed.contains(kind)).then_some(launch)
    }

    pub(super) fn is_proven(&self, kind: &Kind) -> bool {
        self.known().proven.contains(kind)
    }

    /// Its pictures were those of software.
    pub(super) fn prove(&self, kind: &Kind) {
        if self.known().proven.insert(kind.clone()) {
            tracing::info!(?kind, "decoded by the graphics processor (VA-API)");
        }
    }

    /// From now on software decodes these; what is being decoded goes on.
    pub(super) fn give_up(&self, kind: &Kind, why: &str) {
        self.known().give_up(kind, why);
    }

    /// Around a call of the driver, which may never come back.
    pub(super) fn enter(&self, kind: &Kind) -> Inside<'_> {
        let now = self.clock.monotonic();
        let mut known = self.known();
        known.calls += 1;
        let call = known.calls;
        known.inside.insert(call, (kind.clone(), now));
        Inside { hardware: self, call }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn stands_still(&self, now: Duration) -> Option<Kind> {
        let mut calls = self.inside.values();
        let long = |since: Duration| now.saturating_sub(since) > STANDS_STILL;
        calls.find(|(kind, since)| long(*since) && !self.failed.contains(kind)).map(|(kind, _)| kind.clone())
    }

    fn give_up(&mut self, kind: &Kind, why: &str) {
        if self.failed.insert(kind.clone()) {
            tracing::warn!(?kind, why, "the graphics processor is not used for these any more: software decodes them");
        }
    }
}

pub(super) struct Inside<'a> {
    hardware: &'a Hardware,
    call: u64,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.hardware.known().inside.remove(&self.call);
    }
}

/// Whether two pictures are the same but for rounding.
pub(super) fn alike(one: &Frame, other: &Frame) -> bool {
    let (one, other) = (one.planes(), other.planes());
    let size = (one.width, one.height);
    if size != (other.width, other.height) || [one.format, other.format].contains(&PixelFormat::Rgb) {
        return false;
    }
    let rows = (0..size.1).map(|y| (one.first.row(y), other.first.row(y)));
    let differences = rows.flat_map(|(one, other)| one.iter().zip(other).take(size.0).map(|(a, b)| a.abs_diff(*b)));
    let sum: u64 = differences.map(u64::from).sum();
    sum as f64 <= ALIKE * (size.0 * size.1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(width: u32) -> Kind {
        Kind { codec: Codec::H264, profile: Some("main".to_owned()), size: Some((width, 360)) }
    }

    #[test]
    fn what_failed_once_is_not_tried_again() {
        let hardware = Hardware::new(Some("some"), None);
        assert_eq!(hardware.launch(&kind(640)), Some("some"));
        hardware.give_up(&kind(640), "on purpose");
        assert_eq!(hardware.launch(&kind(640)), None);
        assert_eq!(hardware.launch(&kind(1920)), Some("some"), "another kind of stream");
        assert_eq!(hardware.launch(&Kind { codec: Codec::H265, ..kind(1920) }), None, "not offered");
    }

    #[test]
    fn a_call_that_does_not_come_back_is_noticed() {
        let hardware = Hardware::new(Some("some"), None);
        let inside = hardware.enter(&kind(640));
        let since = hardware.known().inside.values().next().expect("a call").1;
        assert_eq!(hardware.known().stands_still(since + STANDS_STILL), None);
        assert_eq!(hardware.known().stands_still(since + STANDS_STILL + Duration::from_millis(1)), Some(kind(640)));
        drop(inside);
        assert_eq!(hardware.known().stands_still(since + STANDS_STILL * 2), None);
    }
}
