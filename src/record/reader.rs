//! Segments back to access units.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use gstreamer as gst;

use super::Segment;
use super::boxes::{BoxError, Format, Layout, Sample};
use crate::intake::{AccessUnit, Codec};

/// One segment's pictures in decoding order. A segment that is still being written, or was cut off,
/// is read to its last whole fragment.
pub struct SegmentReader {
    pub segment: Segment,
    pub layout: Layout,
    caps: gst::Caps,
    file: File,
}

impl SegmentReader {
    /// # Errors
    /// When the file is gone, cannot be read, or is not a segment.
    pub fn open(data_dir: &Path, segment: &Segment) -> Result<Self, BoxError> {
        let mut file = File::open(data_dir.join(&segment.path))?;
        let layout = Layout::read(&mut file)?;
        let caps = caps_of(&layout.track.format);
        Ok(Self { segment: segment.clone(), layout, caps, file })
    }

    /// The pictures of one fragment. Their `pts` counts from the segment's start.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn units(&mut self, fragment: usize) -> io::Result<Vec<(Sample, AccessUnit)>> {
        let Some(placed) = self.layout.fragments.get(fragment) else { return Ok(Vec::new()) };
        let first = self.layout.fragments.first().map_or(0, |placed| placed.fragment.start);
        let mut bytes = vec![0; usize::try_from(placed.end_at - placed.moof_at).map_err(io::Error::other)?];
        self.file.seek(SeekFrom::Start(placed.moof_at))?;
        self.file.read_exact(&mut bytes)?;
        let whole = gst::Buffer::from_mut_slice(bytes);
        let unit = |sample: &Sample| {
            let from = usize::try_from(sample.offset).map_err(io::Error::other)?;
            let to = from + usize::try_from(sample.size).map_err(io::Error::other)?;
            let mut buffer = whole.copy_region(gst::BufferCopyFlags::MEMORY, from..to).map_err(io::Error::other)?;
            // Pictures that lead an open GOP at the very start of a segment come before zero.
            let pts = self.layout.track.duration_of(sample.shown_at.saturating_sub(first));
            let change = buffer.make_mut();
            change.set_pts(gst::ClockTime::try_from(pts).ok());
            if !sample.key {
                change.set_flags(gst::BufferFlags::DELTA_UNIT);
            }
            let unit = AccessUnit {
                buffer,
                caps: self.caps.clone(),
                codec: self.layout.track.format.codec,
                key: sample.key,
                pts,
                at: self.segment.started_at + pts,
            };
            Ok((*sample, unit))
        };
        placed.fragment.samples.iter().map(unit).collect()
    }

    pub fn caps(&self) -> &gst::Caps {
        &self.caps
    }

    /// From the segment's start to the end of its last whole fragment.
    pub fn duration(&self) -> Duration {
        self.layout.duration()
    }
}

fn caps_of(format: &Format) -> gst::Caps {
    let (name, stream_format) = match (format.codec, &format.entry) {
        (Codec::H264, b"avc3") => ("video/x-h264", "avc3"),
        (Codec::H264, _) => ("video/x-h264", "avc"),
        (Codec::H265, b"hev1") => ("video/x-h265", "hev1"),
        (Codec::H265, _) => ("video/x-h265", "hvc1"),
    };
    gst::Caps::builder(name)
        .field("stream-format", stream_format)
        .field("alignment", "au")
        .field("width", i32::from(format.width))
        .field("height", i32::from(format.height))
        .field("codec_data", gst::Buffer::from_slice(format.codec_data.clone()))
        .build()
}
