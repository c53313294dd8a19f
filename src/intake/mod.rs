//! From a camera or a file to encoded access units. The only code that speaks RTSP.

mod access_unit;
pub mod health;

pub use access_unit::{AccessUnit, Codec};
