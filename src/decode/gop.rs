//! The access units since the last key frames, bounded in bytes. Pure but for what it holds.

use std::collections::VecDeque;
use std::time::Duration;

use crate::intake::AccessUnit;

/// Two groups of pictures: the one that is growing and the one before, for a wake may have to
/// begin before the last key frame.
#[derive(Debug)]
pub(super) struct GopBuffer {
    units: VecDeque<AccessUnit>,
    size_bytes: usize,
    limit_bytes: usize,
    /// The current GOP outgrew the limit: its beginning is gone.
    overflowed: bool,
}

impl GopBuffer {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self { units: VecDeque::new(), size_bytes: 0, limit_bytes, overflowed: false }
    }

    /// Takes the next access unit in decoding order.
    pub(super) fn push(&mut self, unit: AccessUnit) {
        if unit.key {
            self.overflowed = false;
            self.keep_last_gop();
        }
        self.size_bytes += unit.size_bytes();
        self.units.push_back(unit);
        if self.size_bytes > self.limit_bytes {
            self.keep_last_gop();
        }
        if self.size_bytes > self.limit_bytes {
            self.overflowed = true;
            self.clear_units();
        }
    }

    pub(super) fn has_room_for(&self, unit: &AccessUnit) -> bool {
        // The sum is taken only when it matters.
        self.size_bytes + unit.size_bytes() <= self.limit_bytes
            || self.last_gop().map(AccessUnit::size_bytes).sum::<usize>() + unit.size_bytes() <= self.limit_bytes
    }

    pub(super) fn clear(&mut self) {
        self.clear_units();
        self.overflowed = false;
    }

    /// Whether the units since the last key frame are no longer all there; the decoder must then
    /// keep up, for it cannot come back later.
    pub(super) fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// From the last key frame at or before `from` (or the oldest there is) to the newest.
    pub(super) fn since(&self, from: Duration) -> impl Iterator<Item = &AccessUnit> {
        let start = self
            .units
            .iter()
            .rposition(|unit| unit.key && unit.pts <= from)
            .or_else(|| self.units.iter().position(|unit| unit.key))
            .unwrap_or(self.units.len());
        self.units.iter().skip(start)
    }

    /// From the last key frame to the newest.
    pub(super) fn last_gop(&self) -> impl Iterator<Item = &AccessUnit> {
        self.since(Duration::MAX)
    }

    /// When the first picture of what is kept is shown: not always the first in decoding order.
    pub(super) fn earliest(&self) -> Option<Duration> {
        self.units.iter().map(|unit| unit.pts).min()
    }

    fn keep_last_gop(&mut self) {
        let last_key = self.units.iter().rposition(|unit| unit.key).unwrap_or(0);
        for unit in self.units.drain(..last_key) {
            self.size_bytes -= unit.size_bytes();
        }
    }

    fn clear_units(&mut self) {
        self.units.clear();
        self.size_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use gstreamer as gst;
    use proptest::prelude::*;

    use super::*;
    use crate::base::Timestamp;
    use crate::intake::Codec;

    fn unit(second: u64, key: bool, size: usize) -> AccessUnit {
        gst::init().expect("GStreamer");
        AccessUnit {
            buffer: gst::Buffer::with_size(size).expect("memory"),
            caps: gst::Caps::builder("video/x-h264").build(),
            codec: Codec::H264,
            key,
            pts: Duration::from_secs(second),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn seconds(buffer: &GopBuffer, from: u64) -> Vec<u64> {
        buffer.since(Duration::from_secs(from)).map(|unit| unit.pts.as_secs()).collect()
    }

    #[test]
    fn two_groups_are_kept() {
        let mut buffer = GopBuffer::new(1_000_000);
        for second in 0..9 {
            buffer.push(unit(second, second % 3 == 0, 10));
        }
        assert_eq!(seconds(&buffer, 8), [6, 7, 8]);
        assert_eq!(seconds(&buffer, 5), [3, 4, 5, 6, 7, 8]);
        assert_eq!(seconds(&buffer, 0), [3, 4, 5, 6, 7, 8], "the oldest there is");
    }

    #[test]
    fn a_group_beyond_the_limit_says_so_until_the_next() {
        let mut buffer = GopBuffer::new(100);
        buffer.push(unit(0, true, 60));
        buffer.push(unit(1, false, 60));
        assert!(buffer.overflowed());
        assert_eq!(seconds(&buffer, 1), [0; 0]);
        buffer.push(unit(2, true, 60));
        assert!(!buffer.overflowed());
        assert_eq!(seconds(&buffer, 2), [2]);
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_limit(units in proptest::collection::vec((any::<bool>(), 1usize..400), 1..120)) {
            let mut buffer = GopBuffer::new(1_000);
            for (second, (key, size)) in (0u64..).zip(units) {
                buffer.push(unit(second, key, size));
                let held: usize = buffer.units.iter().map(AccessUnit::size_bytes).sum();
                prop_assert_eq!(held, buffer.size_bytes);
                prop_assert!(held <= 1_000);
                prop_assert!(buffer.since(Duration::from_secs(second)).next().is_none_or(|first| first.key));
            }
        }
    }
}
