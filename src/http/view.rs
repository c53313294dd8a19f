//! What the API gives, in the shapes of the OpenAPI document. Times are RFC 3339 with the office's
//! offset, to the millisecond.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alert::{self, AlertState, Judged, RemovedBy, VerdictKind};
use crate::base::Rect;
use crate::config::Language;
use crate::record::{DiskReport, DiskState, DiskTrouble, Reach, Segment};
use crate::rules::{self, Bilingual, FalseAlarm, FindingKind, Part, Severity};
use crate::vision::attributes::{Answer, Attribute};

/// What a guard sees: one intrusion in one camera.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alert {
    pub id: Uuid,
    /// The case that it belongs to; null for alerts of older versions.
    #[schema(required)]
    pub case: Option<Uuid>,
    pub camera: String,
    /// Its id where the camera is no longer configured.
    pub camera_name: String,
    #[schema(required)]
    pub zone: Option<String>,
    /// When it opened.
    #[schema(format = DateTime)]
    pub at: String,
    #[schema(format = DateTime)]
    pub last_seen_at: String,
    #[schema(required, format = DateTime)]
    pub closed_at: Option<String>,
    /// The intrusion lasts.
    pub open: bool,
    pub severity: Severity,
    #[schema(minimum = 0, maximum = 1)]
    pub score: f32,
    /// What the score is made of; none for alerts of older versions.
    pub score_parts: Vec<ScorePart>,
    /// What guards have done with it.
    #[serde(flatten)]
    pub handling: Handling,
    /// In order of time.
    pub findings: Vec<Finding>,
    /// Those that were looked at closely, or would have been if they had come near enough.
    pub persons: Vec<Person>,
    pub reason: Bilingual,
    pub frame: FrameSize,
    /// Address of a picture with the boxes drawn.
    #[schema(required)]
    pub snapshot: Option<String>,
    /// That its pictures are not kept any more; left out while they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures_removed: Option<PicturesRemoved>,
    #[schema(required)]
    pub clip: Option<Clip>,
}

/// When the pictures of an alert were removed, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PicturesRemoved {
    #[schema(format = DateTime)]
    pub at: String,
    pub by: RemovedBy,
}

/// What guards have done with an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Handling {
    pub state: AlertState,
    /// Whose it is, by the name that they had when it became theirs; null while it is new.
    #[schema(required)]
    pub owner: Option<String>,
    /// When it became theirs.
    #[schema(required, format = DateTime)]
    pub claimed_at: Option<String>,
    /// Null until it is resolved.
    #[schema(required)]
    pub verdict: Option<VerdictKind>,
    #[schema(required)]
    pub false_alarm_reason: Option<FalseAlarm>,
    /// When that was last said.
    #[schema(required, format = DateTime)]
    pub resolved_at: Option<String>,
    /// Since when it waits for the supervisor; null where nobody called them.
    #[schema(required, format = DateTime)]
    pub escalated_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertPage {
    /// Newest first.
    pub items: Vec<Alert>,
    /// For the page behind; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// An addend of a score: the score is `1 / (1 + exp(-sum))` of them all.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScorePart {
    /// A kind of finding, or `prior`, `peak`, `holiday`, `crossed_in`, `crossed_out`, `got_out`, `known_vehicle`,
    /// `at_lens`, `too_large`, `too_small`, `no_ground`, `too_fast`, `no_path`, `stays`, `lesson`.
    #[schema(value_type = String)]
    pub part: Part,
    pub words: Bilingual,
    /// Natural log-odds; below zero where it speaks against an intrusion.
    pub log_odds: f32,
}

/// One rule's statement about a track.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Finding {
    pub kind: FindingKind,
    pub track: Uuid,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f32,
    #[schema(format = DateTime)]
    pub at: String,
    /// x, y, width, height in pixels of the analysed frame.
    pub bbox: [f32; 4],
}

/// What is known of one person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Person {
    pub track: Uuid,
    /// Mask, hat, gloves, bag, in this order.
    pub attributes: Vec<AttributeAnswer>,
}

/// Whether somebody wears or carries something.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttributeAnswer {
    pub attribute: Attribute,
    pub answer: Answer,
    /// Null where the answer is unknown.
    #[schema(required, minimum = 0, maximum = 1)]
    pub confidence: Option<f32>,
    /// Pictures behind it.
    pub frames: u32,
    /// Side in pixels of the largest part of a picture behind it.
    pub pixels: u32,
    /// Address of a picture of it; another one once a better picture may have taken its place.
    #[schema(required)]
    pub crop: Option<String>,
}

/// Size in pixels of the analysed frame.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FrameSize {
    pub width: u32,
    pub height: u32,
}

/// What the alert's clip would cover if it were asked for now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Clip {
    pub url: String,
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub to: String,
}

/// A stretch of a camera's video on disk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recording {
    pub id: Uuid,
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub to: String,
    pub size_bytes: u64,
    /// Nothing more is written to it.
    pub complete: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingList {
    /// Oldest first.
    pub items: Vec<Recording>,
}

/// The appliance itself.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Status {
    pub version: &'static str,
    /// Names this appliance for ever.
    pub appliance: Uuid,
    pub language: Language,
    /// IANA name.
    pub timezone: String,
    #[schema(format = DateTime)]
    pub now: String,
    /// Today by the moon: "mồng 1 tháng Giêng".
    #[schema(required)]
    pub lunar: Option<Bilingual>,
    #[schema(format = DateTime)]
    pub started_at: String,
    pub disk: Disk,
}

/// Where the video goes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Disk {
    pub state: DiskState,
    pub used_bytes: u64,
    pub quota_bytes: u64,
    /// Of what is used, what somebody keeps.
    pub kept_bytes: u64,
    /// Until the quota is full and video goes before its time, at the pace of the last day; null while that is not known, and
    /// where all that is to be kept has room.
    #[schema(required)]
    pub days_left: Option<f64>,
    /// How many days of video there are then.
    #[schema(required)]
    pub days_kept: Option<f64>,
    /// The same by what recordings are worth; null where the configuration sets no time.
    #[schema(required)]
    pub reach: Option<Reach>,
    /// The quota is full of what may not go: only key frames are recorded.
    pub key_frames_only: bool,
    /// Null while the disk takes video as fast as it comes.
    #[schema(required)]
    pub slow: Option<SlowDisk>,
    /// Null while all is well.
    #[schema(required)]
    pub trouble: Option<DiskTrouble>,
}

/// How far the disk is behind.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SlowDisk {
    /// The longest that video has waited for it since it is slow.
    pub waited_seconds: f64,
    /// Pictures that were not recorded since then, because too many waited.
    pub lost_pictures: u64,
}

/// Data of the event `heartbeat`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Heartbeat {
    #[schema(format = DateTime)]
    pub at: String,
}

/// RFC 3339 with the office's offset, to the millisecond.
pub(super) fn time(at: Timestamp, timezone: &TimeZone) -> String {
    at.to_zoned_datetime(timezone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

pub(super) fn handling(handling: &alert::Handling, tz: &TimeZone) -> Handling {
    let resolution = handling.resolution();
    Handling {
        state: handling.state(),
        owner: handling.owner().map(|owner| owner.name.clone()),
        claimed_at: handling.claim.as_ref().map(|claim| time(claim.at, tz)),
        verdict: resolution.map(|resolution| resolution.verdict.kind()),
        false_alarm_reason: resolution.and_then(|resolution| resolution.verdict.false_alarm()),
        resolved_at: resolution.map(|resolution| time(resolution.at, tz)),
        escalated_at: handling.escalated_at.map(|at| time(at, tz)),
    }
}

pub(super) fn finding(finding: &rules::Finding, tz: &TimeZone) -> Finding {
    let Rect { x, y, w, h } = finding.bbox;
    Finding {
        kind: finding.kind,
        track: finding.track,
        confidence: finding.confidence,
        at: time(finding.at, tz),
        bbox: [x, y, w, h],
    }
}

/// `crop`: address of a picture of it, if there is one.
pub(super) fn judged(attribute: Attribute, judged: &Judged, crop: Option<String>) -> AttributeAnswer {
    let confidence = (judged.answer != Answer::Unknown).then_some(judged.confidence);
    AttributeAnswer { attribute, answer: judged.answer, confidence, frames: judged.frames, pixels: judged.pixels, crop }
}

pub(super) fn recording(segment: &Segment, tz: &TimeZone) -> Recording {
    Recording {
        id: segment.id,
        from: time(segment.started_at, tz),
        to: time(segment.ends_at(), tz),
        size_bytes: segment.size_bytes,
        complete: segment.complete,
    }
}

pub(super) fn score_part(part: &rules::ScorePart) -> ScorePart {
    ScorePart { part: part.part, words: part.words.clone(), log_odds: part.log_odds }
}

pub(super) fn disk(disk: &DiskReport) -> Disk {
    let DiskReport { state, used_bytes, quota_bytes, kept_bytes, forecast, key_frames_only, slow, trouble, .. } = *disk;
    Disk {
        state,
        used_bytes,
        quota_bytes,
        kept_bytes,
        days_left: forecast.and_then(|of| of.days_left),
        days_kept: forecast.map(|of| of.days_kept),
        reach: forecast.and_then(|of| of.reach),
        key_frames_only,
        slow: slow.map(|slow| SlowDisk { waited_seconds: slow.waited.as_secs_f64(), lost_pictures: slow.lost }),
        trouble,
    }
}
