//! What the API gives of recordings. Times are RFC 3339 with the office's offset.

use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::time;
use crate::alert::{AlertState, VerdictKind};
use crate::rules::Severity;
use crate::rules::calendar::LunarDate;
use crate::store;

/// What there is of a camera's recordings within a stretch of time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingTimeline {
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub to: String,
    /// Where there is video, the earliest first; what lies between are gaps.
    pub recorded: Vec<RecordedStretch>,
    /// Minutes in which something moved, the earliest first.
    pub motion: Vec<MotionMinute>,
    /// Alerts that opened then, the earliest first; the latest thousand.
    pub alerts: Vec<AlertMark>,
    /// What is kept of it now, the earliest first.
    pub kept: Vec<KeptStretch>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordedStretch {
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub to: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MotionMinute {
    /// When the minute begins.
    #[schema(format = DateTime)]
    pub at: String,
    /// In how many of its seconds something moved.
    #[schema(minimum = 1, maximum = 60)]
    pub seconds: u8,
}

/// An alert on the line of time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertMark {
    pub id: Uuid,
    #[schema(format = DateTime)]
    pub at: String,
    #[schema(format = DateTime)]
    pub last_seen_at: String,
    pub severity: Severity,
    pub state: AlertState,
    #[schema(required)]
    pub verdict: Option<VerdictKind>,
}

/// Video that is not removed until somebody releases it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptStretch {
    pub id: Uuid,
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub to: String,
    pub reason: String,
    /// By the name that they had then, as is the next.
    pub kept_by: String,
    #[schema(format = DateTime)]
    pub kept_at: String,
    /// Null while it is kept.
    #[schema(required)]
    pub released_by: Option<String>,
    #[schema(required, format = DateTime)]
    pub released_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptList {
    /// What was kept last comes first.
    pub items: Vec<KeptStretch>,
}

/// What there is of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingDay {
    /// By the office's calendar, such as `2026-02-17`.
    pub date: String,
    /// Null where the calendar of the moon does not reach.
    #[schema(required)]
    pub lunar: Option<LunarDate>,
    /// There is video.
    pub recorded: bool,
    /// Somebody keeps some of it.
    pub kept: bool,
    /// Alerts that opened on it.
    pub alerts: u32,
    /// The greatest of them.
    #[schema(required)]
    pub severity: Option<Severity>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingDays {
    /// Every day of the month, in order.
    pub items: Vec<RecordingDay>,
}

pub(super) fn kept(kept: &store::KeptStretch, tz: &TimeZone) -> KeptStretch {
    KeptStretch {
        id: kept.id,
        from: time(kept.from, tz),
        to: time(kept.to, tz),
        reason: kept.reason.clone(),
        kept_by: kept.kept.guard.name.clone(),
        kept_at: time(kept.kept.at, tz),
        released_by: kept.released.as_ref().map(|by| by.guard.name.clone()),
        released_at: kept.released.as_ref().map(|by| time(by.at, tz)),
    }
}

pub(super) fn recorded(stretch: store::Recorded, tz: &TimeZone) -> RecordedStretch {
    RecordedStretch { from: time(stretch.from, tz), to: time(stretch.to, tz) }
}

pub(super) fn motion(minute: store::MotionMinute, tz: &TimeZone) -> MotionMinute {
    MotionMinute { at: time(minute.begins_at(), tz), seconds: minute.seconds }
}

pub(super) fn alert(mark: &store::AlertMark, tz: &TimeZone) -> AlertMark {
    AlertMark {
        id: mark.id,
        at: time(mark.opened_at, tz),
        last_seen_at: time(mark.last_seen_at, tz),
        severity: mark.severity,
        state: mark.state,
        verdict: mark.verdict,
    }
}
