//! How many pictures were decoded, and how many of these a second time. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

/// A wake, and a look into a stream that reorders its pictures, decode again what was decoded
/// before. Only what is still in memory can be, so only that is remembered.
#[derive(Debug, Default)]
pub(super) struct Tally {
    first: u64,
    again: u64,
    /// Stream times of pictures that may come again.
    seen: BTreeSet<Duration>,
}

impl Tally {
    /// Counts a picture that came out of the decoder.
    pub(super) fn add(&mut self, pts: Duration) {
        if self.seen.insert(pts) {
            self.first += 1;
        } else {
            self.again += 1;
        }
    }

    /// Forgets the pictures that cannot come again: those before `oldest`, the earliest picture in
    /// memory, or all where nothing is.
    pub(super) fn forget_before(&mut self, oldest: Option<Duration>) {
        self.seen = oldest.map_or_else(BTreeSet::new, |oldest| self.seen.split_off(&oldest));
    }

    /// Different pictures that were decoded: never more than came.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// How often a picture was decoded that had been before.
    pub(super) fn again(&self) -> u64 {
        self.again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_told_apart() {
        let mut tally = Tally::default();
        let mut add = |times: &[u64]| times.iter().for_each(|ms| tally.add(Duration::from_millis(*ms)));
        add(&[0, 40, 80]);
        add(&[0, 40, 80, 120]);
        assert_eq!((tally.first(), tally.again()), (4, 3));
    }

    #[test]
    fn only_what_is_in_memory_is_remembered() {
        let mut tally = Tally::default();
        for second in 0..10 {
            tally.add(Duration::from_secs(second));
        }
        tally.forget_before(Some(Duration::from_secs(7)));
        assert_eq!(tally.seen.len(), 3);
        tally.add(Duration::from_secs(7));
        assert_eq!((tally.first(), tally.again()), (10, 1));
        tally.forget_before(None);
        assert!(tally.seen.is_empty());
    }
}
