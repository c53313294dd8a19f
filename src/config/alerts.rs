//! What becomes of alerts that nobody claims.
//!
//! ```toml
//! [alerts]
//! escalate_after = 300              # seconds until an alert that nobody has claimed goes to the supervisor, or "none"
//! escalate_critical_after = 120     # the same for a critical one
//! ```

use jiff::SignedDuration;
use serde::Deserialize;

const CRITICAL_AFTER: SignedDuration = SignedDuration::from_mins(2);
const OTHERS_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// By then the night is over.
const LONGEST_S: u32 = 12 * 3600;

/// How long an alert may wait until somebody claims it; `None`: for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    pub critical_after: Option<SignedDuration>,
    pub others_after: Option<SignedDuration>,
}

impl Default for Escalation {
    fn default() -> Self {
        Self { critical_after: Some(CRITICAL_AFTER), others_after: Some(OTHERS_AFTER) }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAlerts {
    escalate_after: Option<RawWait>,
    escalate_critical_after: Option<RawWait>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "wanted: a number of seconds, or \"none\"")]
enum RawWait {
    Seconds(u32),
    Word(RawNone),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawNone {
    None,
}

pub(super) fn check(raw: &RawAlerts) -> Result<Escalation, String> {
    let usual = Escalation::default();
    Ok(Escalation {
        critical_after: wait(raw.escalate_critical_after.as_ref(), "escalate_critical_after", usual.critical_after)?,
        others_after: wait(raw.escalate_after.as_ref(), "escalate_after", usual.others_after)?,
    })
}

fn wait(raw: Option<&RawWait>, key: &str, usual: Option<SignedDuration>) -> Result<Option<SignedDuration>, String> {
    match raw {
        None => Ok(usual),
        Some(RawWait::Word(RawNone::None) | RawWait::Seconds(0)) => Ok(None),
        Some(RawWait::Seconds(seconds)) if *seconds <= LONGEST_S => {
            Ok(Some(SignedDuration::from_secs((*seconds).into())))
        }
        Some(RawWait::Seconds(seconds)) => {
            Err(format!("alerts.{key}: {seconds} seconds are more than {LONGEST_S} (12 hours); \"none\" is never"))
        }
    }
}
