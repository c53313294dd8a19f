//! canhdem (*canh đêm*): keeps watch at night. Data flows one way:
//!
//! ```text
//! camera ─RTSP─▶ intake ─encoded access units─┬▶ record ─▶ segments on disk ─▶ clips
//!                                             └▶ decode: gate ─▶ decoder ─▶ frames ─▶ vision ─▶ track
//!                                                                                             │ tracks
//!                                     http ◀─ notify ◀─ store ◀─ alert ◀─ rules ◀─────────────┘
//! ```
//!
//! The modules in that order; each may use only those above it, and `tests/tidy.rs` holds that.

pub mod base;
pub mod config;
pub mod intake;
pub mod decode;
pub mod vision;
pub mod track;
pub mod rules;
pub mod alert;
pub mod access;
pub mod record;
pub mod store;
pub mod notify;
pub mod http;
pub mod camera;
pub mod app;
pub mod command;

/// Simulated cameras, for the demo and for tests: knows only `base`.
pub mod testcam;
