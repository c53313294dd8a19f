//! Models run here: from a frame to what is in it.
//!
//! A [`Manifest`] says which models there are and what their files must hash to; a [`Detector`] runs
//! one of them: planes → [`tensor`] → [`runtime`] → [`decoders`] → [`nms`] → detections. Where
//! something small moves in a large picture, [`closeup`] says where to look again, closely.
//!
//! An [`AttributeReader`] looks at one person of a frame: [`pose`] → [`parts`] (head, hands) →
//! [`crop`] → one small model an attribute → observations.
//!
//! A [`PlateReader`] looks at one vehicle: where its [`plate`] is, or would be, and what is written there.

mod appearance;
pub mod attributes;
pub mod closeup;
pub mod crop;
pub mod decoders;
pub mod deps;
mod desk;
mod detection;
mod detector;
mod entry;
mod error;
mod lanes;
mod look;
pub mod manifest;
pub mod model;
pub mod nms;
pub mod parts;
pub mod plate;
pub mod pose;
mod reader;
mod resample;
pub mod runtime;
pub mod tensor;
#[cfg(test)]
pub(crate) mod test_frames;
#[cfg(test)]
pub(crate) mod test_models;

pub use appearance::Appearance;
pub use closeup::CloseUp;
pub use desk::Spent;
pub use detection::{Class, Detection, Group};
pub use detector::{DetectError, Detector, LOW_SCORE, Seen};
pub use error::ModelError;
pub use lanes::Urgency;
pub use look::{LeftOut, Look};
pub use manifest::Manifest;
pub use plate::PlateReader;
pub use reader::AttributeReader;
