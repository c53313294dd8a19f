//! What a process takes of the machine, as Linux tells it.

use std::fs;

/// Resident memory.
#[track_caller]
pub fn memory_mb(pid: u32) -> f64 {
    number(pid, "VmRSS:") / 1024.0
}

#[track_caller]
pub fn threads(pid: u32) -> f64 {
    number(pid, "Threads:")
}

#[track_caller]
pub fn handles(pid: u32) -> f64 {
    fs::read_dir(format!("/proc/{pid}/fd")).expect("our own child").count() as f64
}

#[track_caller]
fn number(pid: u32, key: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("our own child");
    let line = status.lines().find_map(|line| line.strip_prefix(key)).expect(key);
    line.split_whitespace().next().and_then(|text| text.parse().ok()).expect("a number")
}
