//! Spots where people loiter night after night. It is known where, and never who. Pure.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::nights::{LEAST_NIGHTS, Week, night_of};
use super::zones::{as_f32, feet};
use super::{Bilingual, Context, Finding, FindingKind, score};
use crate::base::{Point, Rect};

/// Marks kept of one camera at most; the oldest go. Where so many people loiter, that some do is no news.
pub const MOST_MARKS: usize = 1000;
/// Who stands no further than their own height from a spot is there,
const SAME_SPOT: f32 = 1.0;
/// or no further than so much of the frame's height, however small they are.
const LEAST_REACH: f32 = 0.1;

/// That somebody loitered: each track leaves one, where it stood when it had stayed too long.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub track: Uuid,
    /// Where the feet were, in 0..1 of the frame.
    pub spot: Point,
    pub at: Timestamp,
}

/// Where people loitered at night in the view of one camera.
#[derive(Debug, Clone)]
pub struct Haunts {
    timezone: TimeZone,
    keep: SignedDuration,
    marks: Vec<Mark>,
    /// Those that nobody has taken yet.
    fresh: Vec<Mark>,
}

impl Haunts {
    /// A mark that is older than `keep` counts for nothing.
    pub fn new(timezone: TimeZone, keep: SignedDuration) -> Self {
        Self { timezone, keep, marks: Vec::new(), fresh: Vec::new() }
    }

    /// What is remembered from before.
    pub fn remember(&mut self, marks: Vec<Mark>) {
        self.marks.extend(marks);
        self.forget_oldest();
    }

    /// Of those among the findings of a picture who loiter at night where others did: adds that to the findings, and
    /// returns on how many nights.
    pub fn recall(&mut self, findings: &mut Vec<Finding>, frame_size: (u32, u32)) -> Context {
        let mut context = Context::default();
        let loiters = |finding: &&Finding| finding.kind == FindingKind::Loitering;
        for finding in findings.iter().filter(loiters).cloned().collect::<Vec<_>>() {
            let Some(mark) = self.mark(&finding, frame_size) else { continue };
            let nights = self.nights(&mark, reach(&finding.bbox, frame_size), finding.at);
            if nights >= LEAST_NIGHTS {
                context.nights_at_spot = context.nights_at_spot.max(nights);
                let (kind, confidence) = (FindingKind::SeenBefore, finding.confidence);
                findings.push(Finding { kind, weight: score::weight(kind, confidence), ..finding });
            }
        }
        context
    }

    /// The marks that are new since this was asked last.
    pub fn take_fresh(&mut self) -> Vec<Mark> {
        std::mem::take(&mut self.fresh)
    }

    /// Of who loiters; made where there is none yet. By day there is none, nor outside of all zones.
    fn mark(&mut self, finding: &Finding, frame_size: (u32, u32)) -> Option<Mark> {
        if let Some(known) = self.marks.iter().find(|mark| mark.track == finding.track) {
            return Some(known.clone());
        }
        night_of(finding.at, &self.timezone)?;
        finding.zone.as_ref()?;
        let (track, at, spot) = (finding.track, finding.at, feet(&finding.bbox, frame_size));
        let mark = Mark { track, spot, at };
        self.marks.push(mark.clone());
        self.fresh.push(mark.clone());
        self.forget_oldest();
        Some(mark)
    }

    /// On how many nights of the week somebody loitered within `reach` of a spot, in 0..1 of the frame, whatever zone that
    /// was in: zones are drawn anew and renamed.
    fn nights(&self, here: &Mark, reach: Point, now: Timestamp) -> usize {
        let week = Week::of(now, &self.timezone);
        let is_near = |mark: &&Mark| {
            let (x, y) = ((mark.spot.x - here.spot.x) / reach.x, (mark.spot.y - here.spot.y) / reach.y);
            x.hypot(y) <= 1.0
        };
        let counts = |mark: &&Mark| now.duration_since(mark.at) <= self.keep;
        let near = self.marks.iter().filter(counts).filter(is_near);
        let nights = near.filter_map(|mark| night_of(mark.at, &self.timezone));
        nights.filter(|night| week.contains(*night)).collect::<BTreeSet<_>>().len()
    }

    fn forget_oldest(&mut self) {
        if self.marks.len() > MOST_MARKS {
            self.marks.sort_by_key(|mark| (mark.at, mark.track));
            self.marks.drain(..self.marks.len() - MOST_MARKS);
        }
    }
}

/// How far a spot reaches around the feet of who stands there, in 0..1 of the frame's width and height.
fn reach(bbox: &Rect, frame_size: (u32, u32)) -> Point {
    let (width, height) = as_f32(frame_size);
    let pixels = (SAME_SPOT * bbox.h).max(LEAST_REACH * height);
    Point { x: pixels / width, y: pixels / height }
}

/// Whether a finding of these is about a spot, and not about a vehicle.
pub fn is_of_spot(finding: &Finding, findings: &[Finding]) -> bool {
    let mut of_it = findings.iter().filter(|other| other.track == finding.track);
    finding.kind == FindingKind::SeenBefore && of_it.any(|other| other.kind == FindingKind::Loitering)
}

/// What is said of a spot.
pub(super) fn words(nights: usize) -> Bilingual {
    Bilingual {
        vi: format!("có người nán lại chỗ này {nights} đêm trong tuần"),
        en: format!("somebody loitered at this spot on {nights} nights this week"),
    }
}

#[cfg(test)]
#[path = "haunts_tests.rs"]
mod tests;
