//! Models run here: from a frame to what is in it.

mod detection;

pub use detection::{Class, Detection};
