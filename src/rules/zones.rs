//! In which zone somebody stands.

use crate::base::{Point, Rect};
use crate::config::{Zone, ZoneKind};

/// The zone that counts for a box in a frame of `width` by `height` pixels: the one under its feet
/// that matters most. A place to ignore wins over all.
pub fn zone_of<'a>(bbox: &Rect, (width, height): (u32, u32), zones: &'a [Zone]) -> Option<&'a Zone> {
    let feet = bbox.feet();
    // A person cut off by the lower edge stands just inside it.
    let feet = Point { x: (feet.x / width as f32).clamp(0.0, 0.999), y: (feet.y / height as f32).clamp(0.0, 0.999) };
    let here = || zones.iter().filter(|zone| zone.polygon.contains(feet));
    if here().any(|zone| zone.kind == ZoneKind::Ignore) {
        return None;
    }
    here().max_by_key(|zone| rank(zone.kind))
}

fn rank(kind: ZoneKind) -> u8 {
    match kind {
        ZoneKind::Protected => 4,
        ZoneKind::Building => 3,
        ZoneKind::Parking => 2,
        ZoneKind::Yard => 1,
        ZoneKind::Ignore => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Polygon;

    fn zone(id: &str, kind: ZoneKind, corners: &[[f32; 2]]) -> Zone {
        Zone { id: id.to_owned(), kind, polygon: Polygon::try_from(corners.to_vec()).expect("valid") }
    }

    fn zones() -> Vec<Zone> {
        vec![
            zone("san", ZoneKind::Yard, &[[0.0, 0.4], [1.0, 0.4], [1.0, 1.0], [0.0, 1.0]]),
            zone("phong", ZoneKind::Protected, &[[0.5, 0.4], [1.0, 0.4], [1.0, 1.0], [0.5, 1.0]]),
            zone("duong", ZoneKind::Ignore, &[[0.9, 0.4], [1.0, 0.4], [1.0, 1.0], [0.9, 1.0]]),
        ]
    }

    #[track_caller]
    fn check(bbox: Rect, expected: Option<&str>) {
        let zones = zones();
        let found = zone_of(&bbox, (1000, 1000), &zones).map(|zone| zone.id.as_str());
        assert_eq!(found, expected);
    }

    #[test]
    fn feet_decide() {
        check(Rect::new(100.0, 500.0, 50.0, 100.0), Some("san"));
        // The head is in the yard's height, the feet are not in any zone.
        check(Rect::new(100.0, 200.0, 50.0, 100.0), None);
        check(Rect::new(600.0, 500.0, 50.0, 100.0), Some("phong"));
        check(Rect::new(940.0, 500.0, 20.0, 100.0), None);
        // Cut off by the lower edge.
        check(Rect::new(100.0, 900.0, 50.0, 150.0), Some("san"));
    }
}
