//! Which pictures of which segments make a clip, and when each is shown.
//!
//! A clip runs in wall time: a second of clip is a second of the night. Where nothing was recorded
//! the last picture stands still, so that a mark at a time of day is right everywhere in the clip.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::SegmentIndex;
use super::boxes::Sample;
use super::clip::{ClipError, Stretch};
use super::reader::SegmentReader;

/// The index may know this much less of a growing segment than there is of it.
pub(super) const INDEX_LAG: SignedDuration = SignedDuration::from_secs(15);
/// Segments follow each other in one run of the muxer if their times do, to about a picture.
const SEAM: Duration = Duration::from_millis(200);

/// Segments of one format on one line of time.
pub(super) struct Timeline {
    pub(super) parts: Vec<Part>,
    /// Wall time of zero.
    pub(super) origin: Timestamp,
}

pub(super) struct Part {
    pub(super) reader: SegmentReader,
    /// When its first picture is shown.
    pub(super) offset: Duration,
}

impl Part {
    fn first_tick(&self) -> u64 {
        self.reader.layout.fragments.first().map_or(0, |placed| placed.fragment.start)
    }

    fn at_tick(&self, tick: u64) -> Duration {
        self.offset + self.reader.layout.track.duration_of(tick.saturating_sub(self.first_tick()))
    }

    pub(super) fn shown_at(&self, sample: &Sample) -> Duration {
        self.at_tick(sample.shown_at)
    }

    pub(super) fn decoded_at(&self, sample: &Sample) -> Duration {
        self.at_tick(sample.decoded_at)
    }

    fn end(&self) -> Duration {
        self.offset + self.reader.duration()
    }
}

/// Where a clip begins and ends: a key frame, and the end of a fragment.
pub(super) struct Extent {
    pub(super) first: Position,
    pub(super) last: Position,
    pub(super) starts: Duration,
    pub(super) ends: Duration,
}

/// In order of parts, then fragments, then samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) part: usize,
    pub(super) fragment: usize,
    pub(super) sample: usize,
}

impl Timeline {
    /// What was recorded of a stretch. If the format changed in it, the part that holds, or is
    /// nearest to, the stretch's focus.
    pub(super) fn read(index: &dyn SegmentIndex, data_dir: &Path, stretch: &Stretch) -> Result<Self, ClipError> {
        let from = stretch.from.saturating_sub(INDEX_LAG).unwrap_or(Timestamp::MIN);
        let segments = index.overlapping(&stretch.camera, from, stretch.to)?;
        let mut runs: Vec<Vec<SegmentReader>> = Vec::new();
        for segment in &segments {
            let reader = match SegmentReader::open(data_dir, segment) {
                Ok(reader) if !reader.layout.fragments.is_empty() => reader,
                Ok(_) => continue,
                Err(error) => {
                    // Removed a moment ago, or damaged: what is left still makes a clip.
                    tracing::warn!(path = %segment.path.display(), %error, "left out of a clip");
                    continue;
                }
            };
            if segment.started_at + reader.duration() <= stretch.from {
                continue;
            }
            let format = &reader.layout.track.format;
            match runs.last_mut().filter(|run| run.last().is_some_and(|last| last.layout.track.format == *format)) {
                Some(run) => run.push(reader),
                None => runs.push(vec![reader]),
            }
        }
        let run = runs.into_iter().min_by_key(|run| distance(run, stretch.focus));
        let readers = run.ok_or_else(|| ClipError::nothing(stretch))?;
        Ok(Self::of(readers))
    }

    /// Of which it is read, relative to the data folder.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.parts.iter().map(|part| part.reader.segment.path.clone()).collect()
    }

    fn of(readers: Vec<SegmentReader>) -> Self {
        let origin = readers.first().map_or(Timestamp::UNIX_EPOCH, |reader| reader.segment.started_at);
        let mut parts: Vec<Part> = Vec::new();
        for reader in readers {
            let by_wall = Duration::try_from(reader.segment.started_at.duration_since(origin)).unwrap_or_default();
            let offset = match parts.last() {
                None => Duration::ZERO,
                // Within a run of the muxer its times are truer than when the network delivered.
                Some(last) => last.seam(&reader).unwrap_or_else(|| by_wall.max(last.end())),
            };
            parts.push(Part { reader, offset });
        }
        Self { parts, origin }
    }

    pub(super) fn wall(&self, at: Duration) -> Timestamp {
        self.origin + at
    }

    /// From the last key frame at or before `from` to the first end of a fragment at or after `to`,
    /// or as much as there is.
    pub(super) fn extent(&self, from: Timestamp, to: Timestamp) -> Option<Extent> {
        let since_origin = |at: Timestamp| Duration::try_from(at.duration_since(self.origin)).unwrap_or_default();
        let (from, to) = (since_origin(from), since_origin(to));
        let mut first = None;
        for (position, part, sample) in self.samples() {
            let shown = part.shown_at(sample);
            if sample.key && (first.is_none() || shown <= from) {
                first = Some((position, shown));
            } else if shown > from && first.is_some() {
                break;
            }
        }
        let (first, starts) = first?;
        let mut ends = None;
        for (part_number, part) in self.parts.iter().enumerate() {
            for (number, placed) in part.reader.layout.fragments.iter().enumerate() {
                let last = Position { part: part_number, fragment: number, sample: usize::MAX };
                if last < first {
                    continue;
                }
                let end = part.at_tick(placed.fragment.end());
                if ends.is_none_or(|(_, known)| known < to) {
                    ends = Some((last, end));
                }
            }
        }
        let (last, ends) = ends?;
        Some(Extent { first, last, starts, ends })
    }

    fn samples(&self) -> impl Iterator<Item = (Position, &Part, &Sample)> {
        self.parts.iter().enumerate().flat_map(|(number, part)| {
            let fragments = part.reader.layout.fragments.iter().enumerate();
            fragments.flat_map(move |(fragment, placed)| {
                let samples = placed.fragment.samples.iter().enumerate();
                samples.map(move |(sample, found)| (Position { part: number, fragment, sample }, part, found))
            })
        })
    }
}

impl Extent {
    /// The fragments of a part that belong to the clip.
    pub(super) fn fragments(&self, part: usize, count: usize) -> RangeInclusive<usize> {
        let from = if part == self.first.part { self.first.fragment } else { 0 };
        let to = if part == self.last.part { self.last.fragment } else { count.saturating_sub(1) };
        from..=to
    }

    pub(super) fn holds(&self, position: Position) -> bool {
        (self.first..=self.last).contains(&position)
    }
}

impl Part {
    /// Where the next segment begins on this line of time, if it comes from the same run of the muxer.
    fn seam(&self, next: &SegmentReader) -> Option<Duration> {
        let last = self.reader.layout.fragments.last()?;
        let first = next.layout.fragments.first()?;
        let track = &self.reader.layout.track;
        let apart = first.fragment.start.abs_diff(last.fragment.end());
        let wall = next.segment.started_at.duration_since(self.reader.segment.started_at);
        let stream = track.duration_of(first.fragment.start.checked_sub(self.first_tick())?);
        let follows = next.layout.track.timescale == track.timescale
            && track.duration_of(apart) <= SEAM
            && (wall - SignedDuration::try_from(stream).ok()?).abs() < SignedDuration::from_secs(2);
        follows.then_some(self.offset + stream)
    }
}

fn distance(run: &[SegmentReader], focus: Timestamp) -> SignedDuration {
    let to_segment = |reader: &SegmentReader| {
        let (from, to) = (reader.segment.started_at, reader.segment.started_at + reader.duration());
        SignedDuration::ZERO.max(from.duration_since(focus)).max(focus.duration_since(to))
    };
    run.iter().map(to_segment).min().unwrap_or(SignedDuration::MAX)
}
