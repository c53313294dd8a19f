//! From encoded access units to frames, and only where somebody has to look.

mod frame;

pub use frame::{Frame, PixelFormat, Plane, Planes};
