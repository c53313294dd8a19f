//! What the outside may know of the present: each camera's state, latest picture and live video.
//! (Channels that carry alerts away will join here, behind one outbox.)

mod board;
pub mod live;

pub use board::{Board, CameraNow, GateState};
