//! Ids of alerts, tracks and segments: UUID version 7, so that they sort by time and never clash
//! between appliances.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// Makes ids. With a seed the same calls give the same ids, which lets `replay` repeat itself to
/// the byte.
#[derive(Debug)]
pub struct IdSource {
    random: fastrand::Rng,
}

impl IdSource {
    pub fn random() -> Self {
        Self { random: fastrand::Rng::new() }
    }

    pub fn seeded(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed) }
    }

    /// A new id that carries `at` to the millisecond.
    pub fn next(&mut self, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let mut random = [0; 10];
        self.random.fill(&mut random);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_ids_repeat_and_carry_the_time() {
        let at = Timestamp::from_millisecond(1_771_266_600_123).expect("valid");
        let id = IdSource::seeded(7).next(at);
        assert_eq!(id, IdSource::seeded(7).next(at));
        assert_eq!(id.get_version_num(), 7);
        assert_ne!(id, IdSource::random().next(at));
        let (seconds, nanos) = id.get_timestamp().expect("version 7 has a time").to_unix();
        assert_eq!((seconds, nanos), (1_771_266_600, 123_000_000));
    }
}
