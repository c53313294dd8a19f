//! What is recorded, and how long it is kept.
//!
//! ```toml
//! [record]
//! quota_bytes = 50_000_000_000   # video at most
//! all_hours = 72                 # everything so long; needs motion_days. Without it what moved and what did not are worth the same
//! motion_days = 14               # minutes in which something moved; nothing without an alert is older
//! alert_days = 90                # what alerts need, and their pictures; without it, for ever
//! alert_record_days = 1825       # settled alerts themselves; needs alert_days. Without it, for ever
//!
//! [[camera]]
//! record = "alerts"              # of this camera only what alerts need; else "continuous"
//! ```
//!
//! What somebody keeps stays whatever its age.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Record;

/// 50 GB: about ten days of one camera at 500 kbit/s.
pub(super) const DEFAULT_QUOTA_BYTES: u64 = 50_000_000_000;
/// Below this a single camera's minute does not fit.
const LEAST_QUOTA_BYTES: u64 = 50_000_000;
/// Ten years.
const LONGEST_DAYS: u16 = 3660;
const LONGEST_HOURS: u32 = 24 * LONGEST_DAYS as u32;

/// How long what is recorded stays at most, by what it is worth; `None`: as long as there is room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tiers {
    /// What is worth no more than the rest; never longer than `motion`.
    pub all: Option<SignedDuration>,
    /// In which something moved; never longer than `alerts`.
    pub motion: Option<SignedDuration>,
    /// What alerts need; `None`: for ever.
    pub alerts: Option<SignedDuration>,
}

/// What of a camera is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RecordingMode)]
pub enum Recording {
    #[default]
    Continuous,
    /// What alerts need, and what somebody keeps.
    Alerts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRecord {
    quota_bytes: Option<u64>,
    all_hours: Option<u32>,
    motion_days: Option<u16>,
    alert_days: Option<u16>,
    alert_record_days: Option<u16>,
}

pub(super) fn check(raw: &RawRecord) -> Result<Record, String> {
    let quota_bytes = raw.quota_bytes.unwrap_or(DEFAULT_QUOTA_BYTES);
    if quota_bytes < LEAST_QUOTA_BYTES {
        return Err(format!("record.quota_bytes: {quota_bytes} is less than the least useful, {LEAST_QUOTA_BYTES}"));
    }
    let days = |days: Option<u16>, key: &str| match days {
        Some(days) if !(1..=LONGEST_DAYS).contains(&days) => {
            Err(format!("record.{key}: {days} is not within 1 to {LONGEST_DAYS}"))
        }
        days => Ok(days.map(|days| SignedDuration::from_hours(24 * i64::from(days)))),
    };
    let all = match raw.all_hours {
        Some(hours) if !(1..=LONGEST_HOURS).contains(&hours) => {
            return Err(format!("record.all_hours: {hours} is not within 1 to {LONGEST_HOURS}"));
        }
        hours => hours.map(|hours| SignedDuration::from_hours(i64::from(hours))),
    };
    let (motion, alerts) = (days(raw.motion_days, "motion_days")?, days(raw.alert_days, "alert_days")?);
    match (all, motion) {
        (Some(_), None) => {
            return Err(
                "record.all_hours: record.motion_days is missing beside it: without an end, what moved would leave \
                        the rest no room"
                    .to_owned(),
            );
        }
        (Some(all), Some(motion)) if motion < all => {
            return Err("record.motion_days: is shorter than record.all_hours, in which everything is kept".to_owned());
        }
        _ => {}
    }
    if motion.zip(alerts).is_some_and(|(motion, alerts)| alerts < motion) {
        return Err("record.alert_days: is shorter than record.motion_days; alerts are worth more".to_owned());
    }
    let alert_records = days(raw.alert_record_days, "alert_record_days")?;
    match (alert_records, alerts) {
        (Some(_), None) => {
            return Err(
                "record.alert_record_days: record.alert_days is missing beside it: pictures of an alert that nobody \
                        finds any more would stay for ever"
                    .to_owned(),
            );
        }
        (Some(records), Some(alerts)) if records < alerts => {
            return Err(
                "record.alert_record_days: is shorter than record.alert_days; without the alert nobody finds its \
                        video and pictures"
                    .to_owned(),
            );
        }
        _ => {}
    }
    Ok(Record { quota_bytes, tiers: Tiers { all, motion, alerts }, alert_records })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<Record, String> {
        check(&toml::from_str(text).expect("TOML"))
    }

    #[test]
    fn nothing_said_is_as_it_was() {
        assert_eq!(
            checked(""),
            Ok(Record { quota_bytes: DEFAULT_QUOTA_BYTES, tiers: Tiers::default(), alert_records: None })
        );
    }

    #[test]
    fn each_tier_has_its_time() {
        let days = |days: i64| Some(SignedDuration::from_hours(24 * days));
        let tiers = checked("all_hours = 36\nmotion_days = 14\nalert_days = 90").expect("valid").tiers;
        assert_eq!(tiers, Tiers { all: Some(SignedDuration::from_hours(36)), motion: days(14), alerts: days(90) });
        let tiers = checked("motion_days = 30").expect("valid").tiers;
        assert_eq!(tiers, Tiers { motion: days(30), ..Tiers::default() });
        assert!(checked("all_hours = 24\nmotion_days = 1\nalert_days = 1").is_ok());
        let records = checked("alert_days = 90\nalert_record_days = 1825").expect("valid").alert_records;
        assert_eq!(records, days(1825));
        assert!(checked("alert_days = 90\nalert_record_days = 90").is_ok());
    }

    #[test]
    fn what_cannot_be_is_named() {
        #[track_caller]
        fn check_refused(text: &str, wanted: &str) {
            let error = checked(text).expect_err("refused");
            assert!(error.starts_with(wanted), "{error}");
        }
        check_refused("quota_bytes = 1", "record.quota_bytes: 1 is less");
        check_refused("all_hours = 0\nmotion_days = 1", "record.all_hours: 0 is not within");
        check_refused("motion_days = 0", "record.motion_days: 0 is not within 1 to 3660");
        check_refused("alert_days = 4000", "record.alert_days: 4000");
        check_refused("all_hours = 24", "record.all_hours: record.motion_days is missing");
        check_refused("all_hours = 49\nmotion_days = 2", "record.motion_days: is shorter");
        check_refused("motion_days = 14\nalert_days = 7", "record.alert_days: is shorter");
        check_refused("alert_days = 7\nalert_record_days = 0", "record.alert_record_days: 0 is not within 1 to 3660");
        check_refused("alert_record_days = 90", "record.alert_record_days: record.alert_days is missing");
        check_refused("alert_days = 90\nalert_record_days = 89", "record.alert_record_days: is shorter");
    }
}
