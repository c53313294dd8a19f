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

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiskReport {
    pub state: DiskState,
    /// Of recordings, all cameras together.
    pub used_bytes: u64,
    pub quota_bytes: u64,
    /// Of what is used, what somebody keeps.
    pub kept_bytes: u64,
    /// What went wrong and what to do; none while all is well.
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
