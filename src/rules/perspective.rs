//! How tall persons are by where their feet stand in the picture, learned from those who walked there. Pure.
//!
//! Seen by a camera over flat ground, the height of a person grows evenly with how far down the picture the feet are.
//! All lengths are in 0..1 of the picture's height.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The picture's height is divided into so many bands; each remembers its latest persons, so that a busy path does not
/// outvote the rest.
const BANDS: usize = 10;
const KEPT_PER_BAND: usize = 8;
/// Nothing is said before so many sights in so many bands.
const LEAST_SIGHTS: usize = 12;
const LEAST_BANDS: usize = 3;
/// Feet nearer to one another than this say nothing of the slope.
const LEAST_APART: f32 = 0.05;
/// Where half of the sights are off by more than this share of the height, the ground is not flat or the sights are
/// not of persons.
const MOST_SPREAD: f32 = 0.25;

/// Where the feet of one person were and how tall it was there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    pub feet_y: f32,
    pub height: f32,
}

impl Sight {
    fn is_possible(self) -> bool {
        (0.0..=1.0).contains(&self.feet_y) && (0.0..=1.0).contains(&self.height)
    }
}

/// What one camera has learned: at most 80 sights, whatever comes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(into = "Saved", try_from = "Saved")]
pub struct Perspective {
    bands: [VecDeque<Sight>; BANDS],
    line: Option<Line>,
}

/// As it is kept: the sights of each band, oldest first. All else follows from them.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    bands: [Vec<Sight>; BANDS],
}

impl From<Perspective> for Saved {
    fn from(known: Perspective) -> Self {
        Self { bands: known.bands.map(Vec::from) }
    }
}

/// What was kept cannot have been learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sight that is outside of its band of the picture, or too many of them")]
pub struct NotLearned;

impl TryFrom<Saved> for Perspective {
    type Error = NotLearned;

    fn try_from(Saved { bands }: Saved) -> Result<Self, NotLearned> {
        let is_sound = |(index, sights): (usize, &Vec<Sight>)| {
            sights.len() <= KEPT_PER_BAND
                && sights.iter().all(|sight| sight.is_possible() && band(sight.feet_y) == index)
        };
        if !bands.iter().enumerate().all(is_sound) {
            return Err(NotLearned);
        }
        let mut known = Self { bands: bands.map(VecDeque::from), line: None };
        known.line = known.fit();
        Ok(known)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    slope: f32,
    /// The height where the feet are at the picture's upper edge; below 0 where the horizon is in view.
    at_top: f32,
}

impl Perspective {
    /// Its name among what a camera keeps.
    pub const KEPT_AS: &str = "perspective";

    /// Takes the sights of one true track; of each band the first counts.
    pub fn learn(&mut self, sights: impl IntoIterator<Item = Sight>) {
        let mut taken = [false; BANDS];
        for sight in sights {
            if !sight.is_possible() || std::mem::replace(&mut taken[band(sight.feet_y)], true) {
                continue;
            }
            let kept = &mut self.bands[band(sight.feet_y)];
            if kept.len() >= KEPT_PER_BAND {
                kept.pop_front();
            }
            kept.push_back(sight);
        }
        self.line = self.fit();
    }

    /// How tall a person is whose feet are there; 0 or less where there is no ground. `None` as long as too little is
    /// known.
    pub fn height_at(&self, feet_y: f32) -> Option<f32> {
        self.line.map(|line| line.at_top + line.slope * feet_y)
    }

    /// The median of the slopes between all pairs (Theil and Sen): a quarter of the sights may be wrong.
    fn fit(&self) -> Option<Line> {
        let sights: Vec<Sight> = self.bands.iter().flatten().copied().collect();
        if sights.len() < LEAST_SIGHTS || self.bands.iter().filter(|band| !band.is_empty()).count() < LEAST_BANDS {
            return None;
        }
        let pairs = sights.iter().enumerate().flat_map(|(index, a)| sights[index + 1..].iter().map(move |b| (a, b)));
        let apart = pairs.filter(|(a, b)| (a.feet_y - b.feet_y).abs() >= LEAST_APART);
        let slope = median(apart.map(|(a, b)| (a.height - b.height) / (a.feet_y - b.feet_y)).collect())?;
        let at_top = median(sights.iter().map(|sight| sight.height - slope * sight.feet_y).collect())?;
        let off = |sight: &Sight| (sight.height - at_top - slope * sight.feet_y).abs() / sight.height.max(f32::EPSILON);
        let spread = median(sights.iter().map(off).collect())?;
        (slope > 0.0 && spread <= MOST_SPREAD).then_some(Line { slope, at_top })
    }
}

fn band(feet_y: f32) -> usize {
    ((feet_y * BANDS as f32) as usize).min(BANDS - 1)
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sight(feet_y: f32, height: f32) -> Sight {
        Sight { feet_y, height }
    }

    /// A camera whose horizon is at .2: persons are .5 tall at the lower edge.
    fn true_height(feet_y: f32) -> f32 {
        0.625 * (feet_y - 0.2)
    }

    fn walks(count: usize) -> Perspective {
        let mut learned = Perspective::default();
        for walk in 0..count {
            let feet = [0.45, 0.62, 0.81].map(|feet_y| feet_y + 0.01 * walk as f32);
            learned.learn(feet.map(|feet_y| sight(feet_y, true_height(feet_y))));
        }
        learned
    }

    #[test]
    fn says_nothing_before_it_knows() {
        assert_eq!(walks(3).height_at(0.7), None);
        let learned = walks(4).height_at(0.7).expect("known");
        assert!((learned - true_height(0.7)).abs() < 0.01, "{learned}");
        assert!(walks(4).height_at(0.1).expect("known") < 0.0, "above the horizon is no ground");
        let mut one_path = Perspective::default();
        for _ in 0..40 {
            one_path.learn([sight(0.65, 0.3), sight(0.75, 0.35)]);
        }
        assert_eq!(one_path.height_at(0.7), None, "two bands");
    }

    #[test]
    fn a_wrong_sight_in_four_changes_little() {
        let mut learned = walks(6);
        learned.learn([sight(0.5, 0.9), sight(0.65, 0.05), sight(0.85, 0.9), sight(0.95, 0.1)]);
        let height = learned.height_at(0.7).expect("known");
        assert!((height - true_height(0.7)).abs() < 0.03, "{height}");
    }

    #[test]
    fn sights_that_agree_on_nothing_teach_nothing() {
        let mut learned = Perspective::default();
        for (index, height) in [0.1, 0.8, 0.3, 0.05, 0.6, 0.2, 0.9, 0.12].into_iter().cycle().take(24).enumerate() {
            learned.learn([sight(0.3 + 0.06 * (index % 10) as f32, height)]);
        }
        assert_eq!(learned.height_at(0.5), None);
    }

    #[test]
    fn what_cannot_have_been_learned_is_refused() {
        let text = serde_json::to_string(&walks(6)).expect("written");
        let read = |text: &str| serde_json::from_str::<Perspective>(text);
        assert_eq!(read(&text).expect("sound"), walks(6));
        let sights = r#"{"feet_y":0.45,"height":0.1}"#;
        assert!(text.contains(r#""feet_y":0.45,"#), "{text}");
        for (was, is) in [
            (r#""feet_y":0.45,"#, r#""feet_y":0.95,"#),
            (r#""feet_y":0.45,"#, r#""feet_y":4.5,"#),
            (r#"{"feet_y":0.45,"#, &format!("{}{{\"feet_y\":0.45,", format!("{sights},").repeat(9))),
            ("[[],", "["),
            ("{", ""),
        ] {
            read(&text.replacen(was, is, 1)).expect_err(is);
        }
    }

    proptest! {
        #[test]
        fn memory_is_bounded_and_survives_a_restart(
            tracks in prop::collection::vec(prop::collection::vec((-0.5f32..1.5, -0.5f32..1.5), 0..12), 0..60),
        ) {
            let mut learned = Perspective::default();
            for track in tracks {
                learned.learn(track.into_iter().map(|(feet_y, height)| sight(feet_y, height)));
            }
            prop_assert!(learned.bands.iter().all(|band| band.len() <= KEPT_PER_BAND));
            if let Some(height) = learned.height_at(0.5) {
                prop_assert!(height.is_finite());
            }
            let text = serde_json::to_string(&learned).expect("written");
            prop_assert_eq!(serde_json::from_str::<Perspective>(&text).expect("read"), learned);
        }

        #[test]
        fn what_fits_exactly_is_learned_exactly(horizon in -0.3f32..0.25, slope in 0.3f32..0.7) {
            let height = |feet_y: f32| slope * (feet_y - horizon);
            let mut learned = Perspective::default();
            for step in 0..12 {
                let feet_y = 0.4 + 0.05 * step as f32;
                learned.learn([sight(feet_y, height(feet_y))]);
            }
            let found = learned.height_at(0.6).expect("known");
            prop_assert!((found - height(0.6)).abs() < 0.01);
        }
    }
}
