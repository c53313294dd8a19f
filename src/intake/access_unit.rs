use std::time::Duration;

use gstreamer as gst;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    H264,
    H265,
}

/// One encoded picture as the camera sent it. Cloning is cheap: the bytes are shared.
#[derive(Debug, Clone)]
pub struct AccessUnit {
    /// Length-prefixed NAL units (`avc` or `hvc1`), with a PTS; the DTS may be missing.
    pub buffer: gst::Buffer,
    /// `video/x-h264` or `video/x-h265` with codec data, width and height. A change in these
    /// means that decoder and muxer must be built anew.
    pub caps: gst::Caps,
    pub codec: Codec,
    /// Decodable by itself.
    pub key: bool,
    /// Time since this intake's first access unit; never goes back in decoding order by more than
    /// a few pictures (B frames), and starts again at zero when the intake is rebuilt.
    pub pts: Duration,
    /// When it came from the camera; for a file, the start that was given plus `pts`.
    pub at: Timestamp,
}

impl AccessUnit {
    pub fn size_bytes(&self) -> usize {
        self.buffer.size()
    }
}
