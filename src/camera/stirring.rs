//! In which minutes something moved before a camera, for the line of time of its recordings: those in which the gate was
//! awake, so it costs nothing to know.

use jiff::Timestamp;

use crate::store::{MotionMinute, Store};

/// The minute that goes on.
#[derive(Debug, Default)]
pub(super) struct Stirring {
    minute: i64,
    /// A bit for each of its seconds with motion.
    seconds: u64,
}

impl Stirring {
    /// What the gate is at `now`. A minute that is over is stored, if something moved in it.
    pub(super) fn note(&mut self, is_awake: bool, now: Timestamp, camera: &str, store: &Store) {
        if let Some(over) = self.count(is_awake, now) {
            put(over, camera, store);
        }
    }

    /// The camera's loop ends: so does the minute.
    pub(super) fn end(&mut self, camera: &str, store: &Store) {
        if let Some(over) = self.take() {
            put(over, camera, store);
        }
    }

    fn count(&mut self, is_awake: bool, now: Timestamp) -> Option<MotionMinute> {
        let second = now.as_second();
        let minute = second.div_euclid(60);
        let over = if minute == self.minute { None } else { self.take() };
        self.minute = minute;
        if is_awake {
            self.seconds |= 1 << second.rem_euclid(60);
        }
        over
    }

    fn take(&mut self) -> Option<MotionMinute> {
        let seconds = std::mem::take(&mut self.seconds).count_ones();
        let seconds = u8::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
        Some(MotionMinute { minute: self.minute, seconds })
    }
}

fn put(motion: MotionMinute, camera: &str, store: &Store) {
    if let Err(error) = store.put_motion(camera, motion) {
        tracing::warn!(%error, "a minute with motion was not stored");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_with_motion_are_counted_once_a_minute() {
        let mut stirring = Stirring::default();
        let mut over = Vec::new();
        // Ten pictures a second; something moves from 50.0 to 70.5, and once in the last minute.
        for tenth in 0..3000 {
            let now = Timestamp::from_millisecond(tenth * 100).expect("valid");
            over.extend(stirring.count((500..=705).contains(&tenth) || tenth == 2999, now));
        }
        over.extend(stirring.take());
        let seen: Vec<_> = over.iter().map(|minute| (minute.minute, minute.seconds)).collect();
        assert_eq!(seen, [(0, 10), (1, 11), (4, 1)]);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_another_minute() {
        let mut stirring = Stirring::default();
        let at = |second| Timestamp::from_second(second).expect("valid");
        assert_eq!(stirring.count(true, at(600)), None);
        assert_eq!(stirring.count(true, at(599)), Some(MotionMinute { minute: 10, seconds: 1 }));
        assert_eq!(stirring.count(false, at(-1)), Some(MotionMinute { minute: 9, seconds: 1 }));
        assert_eq!(stirring.take(), None);
    }
}
