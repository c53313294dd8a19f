//! From encoded access units to frames, and only where somebody has to look.

mod bounded;
mod decoder;
mod frame;
pub mod gate;
mod gop;
mod hardware;
mod impression;
pub mod jpeg;
mod mask;
mod motion;
mod pipeline;
mod pixelate;
pub mod probe;
mod recent;
mod sizes;
mod tally;
#[cfg(test)]
pub(crate) mod testing;
mod watcher;

pub use bounded::{BoundedDecoder, too_many_stand_still};
pub use decoder::{DecodeError, Decoder};
pub use frame::{Frame, FrameError, PixelFormat, Plane, Planes};
pub use impression::Impression;
pub use mask::{FLAT_LUMA, Masks};
pub use motion::MotionFinder;
pub use pixelate::pixelated;
pub use recent::{Decoded, Recent, Wanted};
pub use watcher::{Sighting, Watcher, WatcherCounts};
