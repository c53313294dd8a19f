//! One picture of a recording: of the last key frame at or before a moment, so that no more than one is decoded.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::boxes::BoxError;
use super::reader::SegmentReader;
use super::timeline::INDEX_LAG;
use super::{IndexError, SegmentIndex};
use crate::decode::{BoundedDecoder, DecodeError, Frame, Masks};

/// A moment so long after the last picture still shows it: the next segment is a picture away.
const SEAM: SignedDuration = SignedDuration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("a segment cannot be read: {0}")]
    Disk(#[from] std::io::Error),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("the key frame gives no picture")]
    NoPicture,
}

/// A key frame in a segment, not decoded yet.
pub struct KeyFrame {
    /// Wall time of its picture.
    pub at: Timestamp,
    /// Names it for ever: another key frame, or one of another file, has another name.
    pub tag: String,
    reader: SegmentReader,
    fragment: usize,
    sample: usize,
}

/// The last key frame at or before `at`; none where there is no video of that moment. Reads tables, no video.
///
/// # Errors
/// When the index does not answer.
pub fn key_frame_at(
    index: &dyn SegmentIndex,
    data_dir: &Path,
    camera: &str,
    at: Timestamp,
) -> Result<Option<KeyFrame>, PreviewError> {
    let from = at.saturating_sub(INDEX_LAG).unwrap_or(Timestamp::MIN);
    let to = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX);
    for segment in index.overlapping(camera, from, to)?.iter().rev().filter(|segment| segment.started_at <= at) {
        match SegmentReader::open(data_dir, segment) {
            Ok(reader) => {
                if let Some(found) = last_key(reader, at) {
                    return Ok(Some(found));
                }
            }
            // Removed a moment ago, or damaged: as good as not recorded.
            Err(BoxError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(path = %segment.path.display(), %error, "no picture of a segment"),
        }
    }
    Ok(None)
}

fn last_key(reader: SegmentReader, at: Timestamp) -> Option<KeyFrame> {
    let started_at = reader.segment.started_at;
    let ends_at = started_at.saturating_add(reader.duration()).ok()?;
    if at > ends_at.saturating_add(SEAM).ok()? {
        return None;
    }
    let first = reader.layout.fragments.first()?.fragment.start;
    let mut last = None;
    for (fragment, placed) in reader.layout.fragments.iter().enumerate() {
        for (number, sample) in placed.fragment.samples.iter().enumerate().filter(|(_, sample)| sample.key) {
            let shown = reader.layout.track.duration_of(sample.shown_at.saturating_sub(first));
            let shown_at = started_at.saturating_add(shown).ok()?;
            if last.is_none() || shown_at <= at {
                last = Some((fragment, number, shown_at, sample.shown_at));
            }
        }
    }
    let (fragment, sample, shown_at, tick) = last?;
    let tag = format!("{}-{tick}", reader.segment.id.simple());
    Some(KeyFrame { at: shown_at, tag, reader, fragment, sample })
}

impl KeyFrame {
    /// Reads and decodes it, and nothing else; what `masks` hide of it is painted over.
    ///
    /// # Errors
    /// When it cannot be read, or is no picture.
    pub fn decode(mut self, masks: &Masks) -> Result<Frame, PreviewError> {
        let unit = self.reader.units(self.fragment)?.into_iter().nth(self.sample);
        let (_, unit) = unit.ok_or(PreviewError::NoPicture)?;
        let mut decoder = BoundedDecoder::new(unit.codec, self.reader.caps(), masks)?;
        let mut frames = decoder.push(unit)?;
        frames.extend(decoder.drain()?);
        frames.into_iter().next().ok_or(PreviewError::NoPicture)
    }
}
