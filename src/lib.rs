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

pub mod alert;
pub mod base;
pub mod config;
pub mod decode;
pub mod http;
pub mod intake;
pub mod notify;
pub mod record;
pub mod rules;
pub mod store;
pub mod testcam;
pub mod camera;
pub mod app;
pub mod command;
pub mod track;
pub mod vision;
