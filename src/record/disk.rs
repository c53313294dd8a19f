//! How the disk is doing, in words for the log and for the page.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Forecast, WrongDisk};

/// Left free for the database and the system: this, or a hundredth of a small disk.
const RESERVE_BYTES: u64 = 64 << 20;
const RESERVE_SHARE: u64 = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DiskState {
    #[default]
    Ok,
    /// No room, or nothing may be removed to make room. Pictures are being lost.
    Full,
    /// It does not take video as fast as that comes: what comes waits, and is lost where too much does.
    Slow,
    /// It answers with errors. Pictures are being lost.
    Failing,
    /// It is another appliance's, or not there. Nothing is written to it; pictures are being lost.
    Wrong,
}

/// Why no video may be recorded, and so what is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiskTrouble {
    /// The disk itself has no room: make some, or lower the quota.
    NoRoom,
    /// It is another appliance's, or not mounted: put the right one back.
    NotOurs,
    /// It cannot be written: see whether it is mounted for writing, and healthy.
    NotWritable,
    /// It does not keep up: see whether it is healthy, and what else works on it.
    TooSlow,
    /// Alerts need all that the quota allows: raise it.
    FullOfAlerts,
    /// What alerts need and what somebody keeps fills the quota: release some, or raise it.
    FullOfAlertsAndKept,
    /// What somebody keeps alone fills the quota: release some, or raise it.
    FullOfKept,
}

/// How far a disk is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slow {
    /// The longest that a fragment of video has waited for it since it is slow.
    pub waited: Duration,
    /// Pictures that were lost since then, because too many waited.
    pub lost: u64,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct DiskReport {
    pub state: DiskState,
    /// Of recordings, all cameras together.
    pub used_bytes: u64,
    pub quota_bytes: u64,
    /// Of what is used, what somebody keeps.
    pub kept_bytes: u64,
    /// None while nothing can be said of it.
    pub forecast: Option<Forecast>,
    /// The quota is full of what may not go, so that no more than key frames are recorded.
    pub key_frames_only: bool,
    /// None while it keeps up.
    pub slow: Option<Slow>,
    /// None while all is well.
    pub trouble: Option<DiskTrouble>,
    /// What went wrong and what to do, for the log and for whoever keeps the appliance running; none while all is well.
    pub detail: Option<String>,
}

pub type OnDisk = Box<dyn Fn(DiskReport) + Send>;

/// What an error in writing says about the disk.
pub(super) fn state_after(error: &io::Error) -> DiskState {
    if let Some(inner) = error.get_ref()
        && inner.is::<WrongDisk>()
    {
        return DiskState::Wrong;
    }
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DiskState::Full,
        _ => DiskState::Failing,
    }
}

pub(super) fn advice(state: DiskState) -> &'static str {
    match state {
        DiskState::Ok | DiskState::Slow | DiskState::Wrong => "",
        DiskState::Full => "make room on this disk, or lower the quota of recordings",
        DiskState::Failing => "check that the disk is mounted for writing and healthy",
    }
}

/// Why nothing more can be removed.
pub(super) fn over_quota(quota_bytes: u64, kept_bytes: u64) -> (DiskTrouble, String) {
    let [quota, kept] = [quota_bytes, kept_bytes].map(|bytes| bytes / 1_000_000);
    if kept_bytes >= quota_bytes {
        let detail = format!(
            "recordings that somebody keeps alone fill the quota of {quota} MB; none is removed, and only key frames are \
             recorded: release what is no longer needed, or raise the quota"
        );
        return (DiskTrouble::FullOfKept, detail);
    }
    if kept_bytes > 0 {
        let detail = format!(
            "the quota of {quota} MB is full of recordings that alerts need and {kept} MB that somebody keeps; none is \
             removed, and only key frames are recorded: release what is no longer needed, or raise the quota"
        );
        return (DiskTrouble::FullOfAlertsAndKept, detail);
    }
    let detail = format!(
        "the quota of {quota} MB is full of recordings that alerts need; they are kept, and only key frames are recorded: \
         raise the quota, or set record.alert_days"
    );
    (DiskTrouble::FullOfAlerts, detail)
}

pub(super) fn free_bytes(dir: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(dir)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// What is left free of it, so that alerts are still stored when video is not.
pub(super) fn reserve_bytes(dir: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(dir)?;
    Ok(RESERVE_BYTES.min(disk.f_blocks.saturating_mul(disk.f_frsize) / RESERVE_SHARE))
}
