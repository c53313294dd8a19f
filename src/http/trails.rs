//! The ways of an alert's tracks, to be drawn over its clip.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alert::{Alert, TrailPoint};
use crate::base::Rect;

/// The way of a track.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Trail {
    track: Uuid,
    /// Oldest first: seconds since the alert opened, then x, y, width, height in pixels of the analysed frame. At most
    /// 97, the further apart the longer it is.
    points: Vec<[f64; 5]>,
}

pub(super) fn views(alert: &Alert, trails: &BTreeMap<Uuid, Vec<TrailPoint>>) -> Vec<Trail> {
    let view = |point: &TrailPoint| {
        let Rect { x, y, w, h } = point.bbox;
        let seconds = point.at.duration_since(alert.opened_at).as_secs_f64();
        [(seconds * 1000.0).round() / 1000.0, x.into(), y.into(), w.into(), h.into()]
    };
    trails.iter().map(|(track, points)| Trail { track: *track, points: points.iter().map(view).collect() }).collect()
}
