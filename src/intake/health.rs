//! How a stream is doing, in words for a guard.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Codec;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StreamState {
    Live,
    Connecting,
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Main,
    Sub,
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LostReason {
    WrongPassword,
    NoRoute,
    NoSuchStream,
    NoVideo,
    /// Connected, but nothing came for 3 s.
    Stalled,
    /// The camera ended the stream.
    Ended,
    /// A codec that is neither H.264 nor H.265.
    Unsupported,
    /// What came is not what it says it is.
    Broken,
}

impl LostReason {
    pub fn vi(self) -> &'static str {
        match self {
            Self::WrongPassword => "sai tên hoặc mật khẩu của camera",
            Self::NoRoute => "không tới được camera qua mạng",
            Self::NoSuchStream => "camera không có luồng hình này",
            Self::NoVideo => "camera trả lời nhưng không gửi hình",
            Self::Stalled => "camera ngừng gửi hình quá 3 giây",
            Self::Ended => "camera đã ngắt luồng hình",
            Self::Unsupported => "chuẩn nén hình không được hỗ trợ (cần H.264 hoặc H.265)",
            Self::Broken => "dữ liệu hình bị hỏng",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::WrongPassword => "the camera refuses the name or password",
            Self::NoRoute => "the camera cannot be reached over the network",
            Self::NoSuchStream => "the camera has no such stream",
            Self::NoVideo => "the camera answers but sends no video",
            Self::Stalled => "the camera sent nothing for 3 seconds",
            Self::Ended => "the camera ended the stream",
            Self::Unsupported => "the codec is not supported (H.264 or H.265 is)",
            Self::Broken => "the video data is broken",
        }
    }
}

/// Why a stream was lost: the reason for the guard, the detail for the log (without credentials).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", reason.en())]
pub struct Lost {
    pub reason: LostReason,
    pub detail: String,
}

/// A stream's state now.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamHealth {
    pub role: Role,
    pub state: StreamState,
    pub since: Timestamp,
    /// Why it was lost last; stays while it tries again, until it is live.
    pub reason: Option<LostReason>,
    pub codec: Option<Codec>,
}

impl Lost {
    pub fn new(reason: LostReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Sub => "sub",
        }
    }
}
