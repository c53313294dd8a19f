//! What is told of a camera that somebody blinded: each trouble once, and only while the office is
//! guarded. Pure.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::Trouble;
use crate::base::{IdSource, Rect};
use crate::rules::weights::weights;
use crate::rules::{Finding, FindingKind, score};

/// Whoever was seen within this time may have done it.
const NEAR_FOR: Duration = Duration::from_secs(60);
/// What comes back within this time, with nobody near, is the same trouble: a cable that is loose.
const SAME_FOR: Duration = Duration::from_secs(15 * 60);
/// That no picture comes is certain; what pictures show is nearly so.
const SEEN: f32 = 0.9;

/// A trouble that is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incident {
    pub trouble: Trouble,
    /// Of its own, for there is no track of anybody.
    pub track: Uuid,
    /// When it was found.
    pub at: Timestamp,
    /// Somebody was seen a short while before.
    pub person_near: bool,
}

impl Incident {
    /// The whole picture, of this size in pixels, is what it is about.
    pub fn finding(&self, (width, height): (u32, u32)) -> Finding {
        let (kind, confidence) = match self.trouble {
            Trouble::Offline => (FindingKind::CameraOffline, 1.0),
            _ => (FindingKind::CameraTampered, SEEN),
        };
        let near = if self.person_near { weights().context.near_camera } else { 0.0 };
        let weight = score::weight(kind, confidence) + near;
        let bbox = Rect::new(0.0, 0.0, width as f32, height as f32);
        Finding { kind, track: self.track, confidence, at: self.at, bbox, zone: None, weight }
    }
}

/// One camera's.
#[derive(Debug, Default)]
pub struct Incidents {
    person_at: Option<Timestamp>,
    told: Option<Told>,
}

#[derive(Debug)]
struct Told {
    trouble: Trouble,
    last_at: Timestamp,
    /// It has not gone since.
    lasts: bool,
}

impl Incidents {
    /// A person is seen by the camera.
    pub fn person_seen(&mut self, at: Timestamp) {
        self.person_at = Some(at);
    }

    /// Takes what is wrong with the camera at present, if anything is; says what is to be told of it.
    /// What began before the office was guarded is told once it is.
    pub fn update(
        &mut self,
        at: Timestamp,
        trouble: Option<Trouble>,
        is_armed: bool,
        ids: &mut IdSource,
    ) -> Option<Incident> {
        if !is_armed {
            *self = Self::default();
            return None;
        }
        let Some(trouble) = trouble else {
            if let Some(told) = &mut self.told {
                told.lasts = false;
            }
            return None;
        };
        let person_near = self.person_at.is_some_and(|seen| at <= seen + NEAR_FOR);
        if let Some(told) = self.told.as_mut().filter(|told| told.trouble == trouble)
            && (told.lasts || (at <= told.last_at + SAME_FOR && !person_near))
        {
            *told = Told { trouble, last_at: at, lasts: true };
            return None;
        }
        self.told = Some(Told { trouble, last_at: at, lasts: true });
        Some(Incident { trouble, track: ids.next(at), at, person_near })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Context, Severity};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    /// A camera's night: at each second what is wrong, and whether the office is guarded. Returns the
    /// seconds at which something is told.
    fn told(person_at: Option<i64>, night: &[(i64, Option<Trouble>, bool)]) -> Vec<i64> {
        let mut incidents = Incidents::default();
        let mut ids = IdSource::seeded(1);
        let mut seconds = Vec::new();
        for &(second, trouble, is_armed) in night {
            if person_at == Some(second) {
                incidents.person_seen(at(second));
            }
            seconds.extend(incidents.update(at(second), trouble, is_armed, &mut ids).map(|_| second));
        }
        seconds
    }

    #[test]
    fn a_trouble_is_told_once_while_the_office_is_guarded() {
        use Trouble::{Covered, Offline};
        let covered = Some(Covered);
        assert_eq!(told(None, &[(0, None, true), (1, covered, true), (2, covered, true)]), [1]);
        // By day nobody is told; but what lasts until the evening is.
        assert_eq!(
            told(None, &[(1, covered, false), (2, covered, false), (3, covered, true), (4, covered, true)]),
            [3]
        );
        // Another night, another alert.
        assert_eq!(told(None, &[(1, covered, true), (2, covered, false), (3, covered, true)]), [1, 3]);
        // A loose cable is told of once; somebody near makes it news, and so does something else.
        let loose = [(1, Some(Offline), true), (30, None, true), (60, Some(Offline), true), (90, Some(Offline), true)];
        assert_eq!(told(None, &loose), [1]);
        assert_eq!(told(Some(30), &loose), [1, 60]);
        assert_eq!(told(None, &[(1, Some(Offline), true), (30, None, true), (1000, Some(Offline), true)]), [1, 1000]);
        assert_eq!(told(None, &[(1, covered, true), (2, Some(Offline), true)]), [1, 2]);
    }

    #[track_caller]
    fn check(trouble: Trouble, person_near: bool, peak: bool, expected: Severity) {
        let incident = Incident { trouble, track: Uuid::nil(), at: at(0), person_near };
        let finding = incident.finding((640, 360));
        let parts = score::parts(&[finding], &Context { peak, ..Context::default() });
        assert_eq!(score::severity(score::score(score::log_odds(&parts))), expected);
    }

    #[test]
    fn somebody_near_makes_it_critical() {
        for trouble in Trouble::SEEN.into_iter().chain([Trouble::Offline]) {
            check(trouble, false, false, Severity::Warning);
            check(trouble, false, true, Severity::Warning);
            check(trouble, true, false, Severity::Critical);
        }
    }
}
