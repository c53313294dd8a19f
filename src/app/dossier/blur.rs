//! Whoever is in a clip or a picture of the scene and not of its alert is made unrecognisable: heads of persons, and of vehicles the part with the plate.
//!
//! The detector looks at five pictures a second, and what it finds is hidden for a while before and after, for it misses
//! somebody now and then. Who is of the alert is known by the ways of its tracks, which lie in the database.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};

use crate::alert::{Alert, TrailPoint};
use crate::base::Rect;
use crate::config::Config;
use crate::decode::{Frame, pixelated};
use crate::record::evidence::{Blurred, Model};
use crate::record::{ClipError, Retouch};
use crate::vision::{Class, Detection, Detector, Manifest};

const LOOKS_PER_SECOND: u128 = 5;
/// What was found is hidden for so long before and after: three looks.
const HELD: Duration = Duration::from_millis(600);
/// To hide too much does little harm, to hide too little does.
const LEAST_SCORE: f32 = 0.2;
/// In pictures wider than this it looks at each quarter, too, in which who is far away is larger.
const WIDE: f32 = 960.0;
/// Of a person's box: how far down the head may reach, and how much more is hidden on each side.
const HEAD: f32 = 0.35;
const MARGIN: f32 = 0.15;
/// Of a vehicle's box: above this no plate hangs.
const ABOVE_PLATES: f32 = 0.25;
/// Somebody is of the alert who is, with so much in common, where one of its tracks is;
const SAME: f32 = 0.3;
/// of a picture of that very moment so much;
const SAME_STILL: f32 = 0.5;
/// at a moment of its way, or so shortly before or after it; and between two of its points that are no further apart.
const BEYOND: SignedDuration = SignedDuration::from_millis(500);
const FARTHEST_POINTS: SignedDuration = SignedDuration::from_secs(10);

pub(super) struct Blur {
    detector: Detector,
    model: Model,
    /// Of the alert's tracks, in 0..1 of the picture.
    ways: Vec<Vec<TrailPoint>>,
    last_slot: Option<u128>,
    /// When what is to be hidden was found, in the clip's time, and where, in pixels.
    found: Vec<(Duration, Rect)>,
    told: Told,
}

#[derive(Default)]
struct Told {
    pictures: u32,
    stills: u32,
    heads: u32,
    vehicles: u32,
}

impl Blur {
    /// With a detector of its own: the appliance's cameras need theirs.
    pub(super) fn new(
        config: &Config,
        alert: &Alert,
        ways: impl IntoIterator<Item = Vec<TrailPoint>>,
    ) -> anyhow::Result<Self> {
        let manifest = Manifest::load(config.models_dir.as_deref())?;
        let name = &config.detector.model;
        let sha256 = manifest.models.iter().find(|model| model.name == *name).map(|model| model.sha256.to_string());
        let (width, height) = (alert.frame_width.max(1) as f32, alert.frame_height.max(1) as f32);
        let scaled = |way: Vec<TrailPoint>| {
            let point = |point: TrailPoint| TrailPoint { bbox: point.bbox.scaled(1.0 / width, 1.0 / height), ..point };
            way.into_iter().map(point).collect()
        };
        Ok(Self {
            detector: Detector::load(&manifest, name, LEAST_SCORE, 1)?,
            model: Model { name: name.clone(), sha256: sha256.unwrap_or_default() },
            ways: ways.into_iter().map(scaled).collect(),
            last_slot: None,
            found: Vec::new(),
            told: Told::default(),
        })
    }

    /// What was done.
    pub(super) fn blurred(&self) -> Blurred {
        let Told { pictures, stills, heads, vehicles } = self.told;
        Blurred { model: self.model.clone(), pictures, stills, heads, vehicles, clear_tracks: self.ways.len() as u32 }
    }

    /// What is to be hidden in a picture that was taken for the alert, in its pixels. When it was taken is not known: at one of
    /// the moments of the alert's findings and ways, that in which what is known of the alert is best seen in it.
    pub(super) fn others_in(&mut self, picture: &Frame, alert: &Alert) -> anyhow::Result<Vec<Rect>> {
        let (width, height) = (picture.width as f32, picture.height as f32);
        let seen = self.detector.detect(picture, &parts(width, height)).context("nobody can be made unrecognisable")?;
        self.told.stills += 1;
        let clear = clear_in(&seen.detections, &self.moments(alert, (width, height)));
        let others = seen.detections.iter().zip(clear).filter(|(_, is_clear)| !is_clear);
        let regions: Vec<(Class, Rect)> =
            others.filter_map(|(found, _)| Some((found.class, region(found)?.clamped(width, height)))).collect();
        for (class, _) in &regions {
            match class {
                Class::Person => self.told.heads += 1,
                _ => self.told.vehicles += 1,
            }
        }
        Ok(regions.into_iter().map(|(_, region)| region).collect())
    }

    /// Where the alert's tracks were at each moment that is known, in pixels.
    fn moments(&self, alert: &Alert, (width, height): (f32, f32)) -> Vec<Vec<Rect>> {
        let (across, down) = (width / alert.frame_width.max(1) as f32, height / alert.frame_height.max(1) as f32);
        let found = alert.findings.iter().filter(|finding| !finding.kind.is_of_the_camera());
        let times: BTreeSet<Timestamp> =
            found.clone().map(|finding| finding.at).chain(self.ways.iter().flatten().map(|point| point.at)).collect();
        let at = |time: Timestamp| {
            let found =
                found.clone().filter(|finding| finding.at == time).map(|finding| finding.bbox.scaled(across, down));
            let ways = self.ways.iter().filter_map(|way| place(way, time)).map(|bbox| bbox.scaled(width, height));
            found.chain(ways).collect()
        };
        times.into_iter().map(at).collect()
    }

    fn note(&mut self, picture: &Frame, detection: &Detection) {
        let size = (picture.width as f32, picture.height as f32);
        let is_of_alert = self.ways.iter().any(|way| {
            let there = place(way, picture.at).map(|bbox| bbox.scaled(size.0, size.1));
            there.is_some_and(|there| there.iou(&detection.bbox) >= SAME)
        });
        if is_of_alert {
            return;
        }
        let Some(region) = region(detection) else { return };
        match detection.class {
            Class::Person => self.told.heads += 1,
            _ => self.told.vehicles += 1,
        }
        self.found.push((picture.pts, region.clamped(size.0, size.1)));
    }
}

impl Retouch for Blur {
    fn look(&mut self, picture: &Frame) -> Result<(), ClipError> {
        let slot = picture.pts.as_millis() * LOOKS_PER_SECOND / 1000;
        if self.last_slot.replace(slot) == Some(slot) {
            return Ok(());
        }
        let (width, height) = (picture.width as f32, picture.height as f32);
        let seen = self.detector.detect(picture, &parts(width, height));
        let seen = seen.map_err(|error| ClipError::Mux(format!("nobody can be made unrecognisable: {error}")))?;
        self.told.pictures += 1;
        for detection in &seen.detections {
            self.note(picture, detection);
        }
        Ok(())
    }

    fn retouched(&mut self, picture: &Frame) -> Frame {
        let near = self.found.iter().filter(|(at, _)| at.abs_diff(picture.pts) <= HELD);
        let regions: Vec<Rect> = near.map(|(_, region)| *region).collect();
        pixelated(picture, &regions)
    }
}

/// Of each detection, whether it is of the alert: by the moment whose boxes are seen best.
fn clear_in(seen: &[Detection], moments: &[Vec<Rect>]) -> Vec<bool> {
    let overlap = |bbox: &Rect| seen.iter().map(|found| found.bbox.iou(bbox)).fold(0.0, f32::max);
    let fit = |boxes: &Vec<Rect>| boxes.iter().map(overlap).sum::<f32>() / boxes.len().max(1) as f32;
    let best = moments.iter().max_by(|one, other| fit(one).total_cmp(&fit(other)));
    let is_clear = |found: &Detection| best.into_iter().flatten().any(|bbox| bbox.iou(&found.bbox) >= SAME_STILL);
    seen.iter().map(is_clear).collect()
}

/// Overlapping quarters of a wide picture.
fn parts(width: f32, height: f32) -> Vec<Rect> {
    if width <= WIDE {
        return Vec::new();
    }
    let (w, h) = (0.55 * width, 0.55 * height);
    [(0.0, 0.0), (width - w, 0.0), (0.0, height - h), (width - w, height - h)]
        .map(|(x, y)| Rect::new(x, y, w, h))
        .to_vec()
}

/// What of it may tell who or whose it is, with a margin; none of what is neither.
fn region(Detection { class, bbox, .. }: &Detection) -> Option<Rect> {
    let Rect { x, y, w, h } = *bbox;
    if *class == Class::Person {
        Some(Rect::new(x - MARGIN * w, y - MARGIN * h, w * (1.0 + 2.0 * MARGIN), h * (HEAD + MARGIN)))
    } else if class.is_vehicle() {
        let top = y + ABOVE_PLATES * h;
        Some(Rect::new(x - MARGIN * w, top, w * (1.0 + 2.0 * MARGIN), h * (1.0 - ABOVE_PLATES + MARGIN)))
    } else {
        None
    }
}

/// Where a track was; none where its way does not tell.
fn place(way: &[TrailPoint], at: Timestamp) -> Option<Rect> {
    let after = way.partition_point(|point| point.at < at);
    match (after.checked_sub(1).and_then(|before| way.get(before)), way.get(after)) {
        (Some(before), Some(after)) => {
            let whole = after.at.duration_since(before.at);
            if whole > FARTHEST_POINTS {
                return None;
            }
            let part = at.duration_since(before.at).as_secs_f32() / whole.as_secs_f32().max(f32::MIN_POSITIVE);
            let between = |from: f32, to: f32| from + (to - from) * part;
            let (from, to) = (before.bbox, after.bbox);
            Some(Rect::new(between(from.x, to.x), between(from.y, to.y), between(from.w, to.w), between(from.h, to.h)))
        }
        (Some(last), None) => (at.duration_since(last.at) <= BEYOND).then_some(last.bbox),
        (None, Some(first)) => (first.at.duration_since(at) <= BEYOND).then_some(first.bbox),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("in range")
    }

    #[test]
    fn a_track_is_where_its_way_says_and_not_long_after() {
        #[track_caller]
        fn check(way: &[TrailPoint], ms: i64, x: Option<f32>) {
            let found = place(way, at(ms)).map(|bbox| bbox.x);
            let is_near = |(found, wanted): (f32, f32)| (found - wanted).abs() < 1e-4;
            assert!(found.zip(x).map_or(found == x, is_near), "{found:?} at {ms}");
        }
        let point = |ms, x| TrailPoint { at: at(ms), bbox: Rect::new(x, 0.2, 0.1, 0.4) };
        let way = [point(1_000, 0.1), point(2_000, 0.3), point(14_000, 0.9)];
        check(&way, 1_000, Some(0.1));
        check(&way, 1_500, Some(0.2));
        check(&way, 600, Some(0.1));
        check(&way, 400, None);
        check(&way, 8_000, None);
        check(&way, 14_400, Some(0.9));
        check(&way, 14_600, None);
        check(&[], 1_000, None);
    }

    #[test]
    fn a_still_is_of_the_moment_that_fits_it_best() {
        let person = |x| Detection { class: Class::Person, score: 0.9, bbox: Rect::new(x, 50.0, 20.0, 60.0) };
        let of_alert = |x| vec![Rect::new(x, 52.0, 20.0, 60.0)];
        let seen = [person(10.0), person(200.0)];
        // The alert's person was also where somebody else stands in the picture, but not as exactly.
        let moments = [vec![Rect::new(206.0, 40.0, 24.0, 60.0)], of_alert(10.0), of_alert(100.0)];
        assert_eq!(clear_in(&seen, &moments), [true, false]);
        assert_eq!(clear_in(&seen, &[of_alert(100.0)]), [false, false], "rather too much than too little");
        assert_eq!(clear_in(&seen, &[]), [false, false]);
        assert!(clear_in(&[], &moments).is_empty());
    }

    #[test]
    fn heads_and_plates_are_hidden_and_nothing_of_what_has_neither() {
        let bbox = Rect::new(100.0, 100.0, 40.0, 100.0);
        let of = |class| region(&Detection { class, score: 0.9, bbox });
        let head = of(Class::Person).expect("a head");
        assert!((head.y - 85.0).abs() < 0.01 && (head.bottom() - 135.0).abs() < 0.01, "{head:?}");
        assert!((head.x - 94.0).abs() < 0.01 && (head.right() - 146.0).abs() < 0.01, "{head:?}");
        let plate = of(Class::Car).expect("a plate");
        assert!((plate.y - 125.0).abs() < 0.01 && plate.bottom() > bbox.bottom(), "{plate:?}");
        assert_eq!(parts(640.0, 360.0), []);
        let parts = parts(1920.0, 1080.0);
        assert_eq!(parts.len(), 4);
        assert!(parts.iter().all(|part| part.right() <= 1920.0 && part.bottom() <= 1080.1));
    }
}
