//! How the disk is doing, in words for the log and for the page.

use std::io;

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DiskState {
    #[default]
    Ok,
    /// No room, or nothing may be removed to make room. Pictures are being lost.
    Full,
    /// It answers with errors. Pictures are being lost.
    Failing,
}

/// Why no video may be recorded, and so what is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiskTrouble {
    /// The disk itself has no room: make some, or lower the quota.
    NoRoom,
    /// It cannot be written: see whether it is mounted for writing, and healthy.
    NotWritable,
    /// Alerts need all that the quota allows: raise it.
    FullOfAlerts,
    /// What alerts need and what somebody keeps fills the quota: release some, or raise it.
    FullOfAlertsAndKept,
    /// What somebody keeps alone fills the quota: release some, or raise it.
    FullOfKept,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiskReport {
    pub state: DiskState,
    /// Of recordings, all cameras together.
    pub used_bytes: u64,
    pub quota_bytes: u64,
    /// Of what is used, what somebody keeps.
    pub kept_bytes: u64,
    /// None while all is well.
    pub trouble: Option<DiskTrouble>,
    /// What went wrong and what to do, for the log and for whoever keeps the appliance running; none while all is well.
    pub detail: Option<String>,
}

pub type OnDisk = Box<dyn Fn(DiskReport) + Send>;

/// What an error in writing says about the disk.
pub(super) fn state_after(error: &io::Error) -> DiskState {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DiskState::Full,
        _ => DiskState::Failing,
    }
}

pub(super) fn advice(state: DiskState) -> &'static str {
    match state {
        DiskState::Ok => "",
        DiskState::Full => "make room on this disk, or lower the quota of recordings",
        DiskState::Failing => "check that the disk is mounted for writing and healthy",
    }
}
