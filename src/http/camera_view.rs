//! What the API gives of cameras. Times are RFC 3339 with the office's offset.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::time;
use crate::base::Polygon;
use crate::config::{self, ZoneKind};
use crate::intake::Codec;
use crate::intake::health::{LostReason, Role, StreamHealth, StreamState};
use crate::notify::{CameraNow, GateState};

/// A camera as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Camera {
    pub id: String,
    pub name: String,
    /// That of the stream that is worst off.
    pub state: StreamState,
    #[schema(format = DateTime)]
    pub since: String,
    #[schema(required)]
    pub reason: Option<Reason>,
    /// Main first; one or two.
    pub streams: Vec<Stream>,
    /// Whether every picture is looked at, or only some until something moves.
    #[schema(required)]
    pub gate: Option<GateState>,
    /// How old the picture that was analysed last was by then, in seconds; null while none is.
    #[schema(required)]
    pub analysis_delay_s: Option<f64>,
    /// When the latest picture was taken.
    #[schema(required, format = DateTime)]
    pub picture_at: Option<String>,
    pub recording: bool,
    pub zones: Vec<Zone>,
    /// Parts of its picture that nobody sees, x, y in 0..1. Of a camera with some there is no live video, but pictures.
    pub privacy_masks: Vec<Mask>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CameraList {
    pub items: Vec<Camera>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stream {
    pub role: Role,
    pub state: StreamState,
    #[schema(format = DateTime)]
    pub since: String,
    #[schema(required)]
    pub reason: Option<Reason>,
    #[schema(required)]
    pub codec: Option<Codec>,
}

/// Why there is no picture.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reason {
    pub code: LostReason,
    pub vi: &'static str,
    pub en: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Zone {
    pub id: String,
    pub kind: ZoneKind,
    /// Corners x, y in 0..1 of the frame.
    pub polygon: Vec<[f32; 2]>,
}

/// A part of the picture that is painted over in all that is shown and given out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrivacyMask)]
pub(super) struct Mask {
    pub id: String,
    /// Corners x, y in 0..1 of the frame.
    pub polygon: Vec<[f32; 2]>,
}

/// `started_at`: since when a camera is being waited for of which nothing is known yet.
pub(super) fn camera(camera: &config::Camera, now: &CameraNow, started_at: Timestamp, tz: &TimeZone) -> Camera {
    let worst = now.worst();
    Camera {
        id: camera.id.clone(),
        name: camera.name.clone(),
        state: worst.map_or(StreamState::Connecting, |stream| stream.state),
        since: time(worst.map_or(started_at, |stream| stream.since), tz),
        reason: worst.and_then(|stream| stream.reason).map(reason),
        streams: now.streams.iter().map(|health| stream(health, tz)).collect(),
        gate: now.gate,
        analysis_delay_s: now.delay.map(|delay| delay.as_secs_f64()),
        picture_at: now.picture.as_ref().map(|picture| time(picture.at, tz)),
        recording: now.recording,
        zones: camera.zones.iter().map(zone).collect(),
        privacy_masks: camera.privacy_masks.iter().map(mask).collect(),
    }
}

fn stream(health: &StreamHealth, tz: &TimeZone) -> Stream {
    Stream {
        role: health.role,
        state: health.state,
        since: time(health.since, tz),
        reason: health.reason.map(reason),
        codec: health.codec,
    }
}

pub(super) fn reason(code: LostReason) -> Reason {
    Reason { code, vi: code.vi(), en: code.en() }
}

fn zone(zone: &config::Zone) -> Zone {
    Zone { id: zone.id.clone(), kind: zone.kind, polygon: corners(&zone.polygon) }
}

fn mask(mask: &config::PrivacyMask) -> Mask {
    Mask { id: mask.id.clone(), polygon: corners(&mask.polygon) }
}

fn corners(polygon: &Polygon) -> Vec<[f32; 2]> {
    polygon.corners().iter().map(|corner| [corner.x, corner.y]).collect()
}
