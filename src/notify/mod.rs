//! What the outside may know of the present: each camera's state and latest picture. (Channels
//! that carry alerts away will join here, behind one outbox.)

mod board;

pub use board::{Board, CameraNow, GateState};
