//! Simulated cameras: real RTSP servers on loopback, for the demo and for the tests.
//!
//! [`Footage`] is encoded video in memory that loops for ever; [`TestCameras`] serves it, and can be
//! told to fail in the ways in which cameras do.

mod canvas;
mod corridor;
mod encode;
mod feed;
mod footage;
mod lettering;
mod parking;
mod scene;
mod sedan;
mod server;
mod visitor;

pub use encode::{Bitrate, EncodeOptions, Transform};
pub use footage::{Codec, Footage};
pub use scene::Picture;
pub use server::{Auth, Content, Mount, TestCameras};

/// Why a simulated camera cannot be made: the file or port, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TestCameraError(String);

impl TestCameraError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

type Result<T> = std::result::Result<T, TestCameraError>;
