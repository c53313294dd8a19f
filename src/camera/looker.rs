//! Looks closely at the persons of an open alert, on the few best pictures of each, and knows what
//! they hide. When is decided in [`turns`](super::turns); what it comes to in
//! [`Evidence`](crate::track::Evidence).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::closer::Closer;
use super::turns::{Turns, cost};
use crate::base::Rect;
use crate::decode::{Frame, jpeg};
use crate::track::{AnswerRules, Evidence, Track, Verdicts};
use crate::vision::attributes::{Answer, Attribute, Observation};
use crate::vision::crop::sharpness;
use crate::vision::{AttributeReader, DetectError};

/// The main stream is worth a look where it has so many times the pixels of the analysed one.
const LEAST_GAIN: f32 = 1.5;
/// Heights of a standing person in heads, hands and persons, by [`Attribute`]; on the generous side.
const HEIGHT_IN_PARTS: [f32; Attribute::ALL.len()] = [6.0, 6.0, 9.0, 1.0];
/// A person is large enough when each part has so many times the pixels that it needs.
const AMPLE: f32 = 1.5;
/// Whoever stays too small for so long is said to be.
const TOO_SMALL_FOR: SignedDuration = SignedDuration::from_secs(2);

/// Looks at one person in one picture: the attribute models, or what a test puts in their place.
pub trait Reader: Send + Sync {
    /// When each attribute may be answered.
    fn rules(&self) -> AnswerRules;

    /// What the picture shows of the person in `person` (in pixels of the frame), and how many runs
    /// of models that took; none when it would have to wait and must not.
    ///
    /// # Errors
    /// When a model fails on this picture.
    fn read(&self, frame: &Arc<Frame>, person: Rect) -> Result<Option<(Vec<Observation>, u32)>, DetectError>;
}

/// The attribute models.
pub struct Models {
    pub reader: AttributeReader,
    /// `replay` waits for its turn; a live camera must not.
    pub waits: bool,
}

impl Reader for Models {
    fn rules(&self) -> AnswerRules {
        self.reader.rules()
    }

    fn read(&self, frame: &Arc<Frame>, person: Rect) -> Result<Option<(Vec<Observation>, u32)>, DetectError> {
        let look =
            if self.waits { Some(self.reader.look(frame, person)?) } else { self.reader.try_look(frame, person)? };
        Ok(look.map(|look| (look.observations, look.inferences)))
    }
}

pub struct Looker {
    reader: Arc<dyn Reader>,
    rules: AnswerRules,
    known: HashMap<Uuid, Known>,
}

/// What is known of one track.
struct Known {
    turns: Turns,
    evidence: Evidence,
    /// For yes and for no, the crop that tells most.
    crops: HashMap<(Attribute, bool), Kept>,
    too_small_since: Option<Timestamp>,
    /// It stayed too small to be looked at.
    given_up: bool,
    /// The alert that was told of it.
    told: Option<Uuid>,
}

struct Kept {
    at: Timestamp,
    /// In pixels of the analysed picture, as in the evidence.
    region: Rect,
    jpeg: Arc<[u8]>,
    /// Given out as the verdict's best.
    given: bool,
}

/// What came of one picture.
#[derive(Debug, Default)]
pub struct Looked {
    /// Persons of whom something new is known.
    pub examined: Vec<Examined>,
    /// Runs of models, the detector's among them.
    pub inferences: u32,
    /// Looks that were left out because a model had no time.
    pub busy: u32,
}

#[derive(Debug)]
pub struct Examined {
    pub track: Uuid,
    /// Regions are in pixels of the analysed picture, whatever picture was looked at.
    pub verdicts: Verdicts,
    /// Those that are new.
    pub crops: Vec<Crop>,
}

/// A picture of what an attribute was judged on.
#[derive(Debug, Clone)]
pub struct Crop {
    pub track: Uuid,
    pub attribute: Attribute,
    pub jpeg: Arc<[u8]>,
}

impl Looker {
    pub fn new(reader: Arc<dyn Reader>) -> Self {
        Self { rules: reader.rules(), reader, known: HashMap::new() }
    }

    /// Looks at those of `persons` whose turn it is, all of them seen in `frame` and part of
    /// `alert`. `closer` is where larger pictures of them may be had.
    pub fn look(
        &mut self,
        alert: Uuid,
        frame: &Arc<Frame>,
        persons: &[&Track],
        mut closer: Option<&mut (dyn Closer + '_)>,
    ) -> Looked {
        let mut looked = Looked::default();
        for person in persons {
            let rules = self.rules;
            let known = self.known.entry(person.id).or_insert_with(|| Known::new(frame.at, rules));
            let mut look = Look { reader: &*self.reader, rules: &self.rules, frame, person, looked: &mut looked };
            let is_news = look.take(known, closer.as_deref_mut());
            if is_news || known.is_owed_to(alert) {
                looked.examined.push(known.tell(alert, person.id));
            }
        }
        looked
    }

    /// Forgets a track that ended; says what was known of it.
    pub fn forget(&mut self, track: Uuid) -> Option<Verdicts> {
        self.known.remove(&track).map(|known| known.evidence.verdicts())
    }

    /// What is known of a track by now.
    pub fn verdicts(&self, track: Uuid) -> Option<Verdicts> {
        self.known.get(&track).map(|known| known.evidence.verdicts())
    }
}

/// One look at one person.
struct Look<'a> {
    reader: &'a dyn Reader,
    rules: &'a AnswerRules,
    /// The analysed picture.
    frame: &'a Arc<Frame>,
    person: &'a Track,
    looked: &'a mut Looked,
}

/// A picture to look at, and the person in it.
struct View {
    frame: Arc<Frame>,
    person: Rect,
    /// From its pixels to those of the analysed picture.
    scale: (f32, f32),
}

impl Look<'_> {
    /// Looks if it is time to; says whether something is known that was not before.
    fn take(&mut self, known: &mut Known, closer: Option<&mut (dyn Closer + '_)>) -> bool {
        let at = self.frame.at;
        let (height, least) = (self.person.bbox.h, least_height(self.rules));
        let is_ample = height >= AMPLE * ample_height(self.rules);
        let closer = closer.filter(|_| !is_ample).and_then(|closer| Some((self.gain(closer.size()?)?, closer)));
        let largest = closer.as_ref().map_or(height, |(gain, _)| gain.1 * height);
        if largest < least {
            known.is_too_small(at);
            return false;
        }
        known.too_small_since = None;
        let worth = height * self.person.score * sharpness(&self.frame.planes(), self.person.bbox);
        if !known.turns.is_due(at, worth, known.is_unknown(self.rules)) {
            return false;
        }
        let allowance_ms = known.turns.allowance_ms(at);
        if allowance_ms < cost::LOOK_MS {
            return false;
        }
        let mut view = None;
        let mut is_last_resort = true;
        if let Some((gain, closer)) = closer {
            view = self.view_closer(gain, closer, known, allowance_ms - cost::LOOK_MS);
            is_last_resort = known.turns.is_overdue(at);
        }
        if view.is_none() && is_last_resort && height >= least {
            view = Some(View { frame: Arc::clone(self.frame), person: self.person.bbox, scale: (1.0, 1.0) });
        }
        view.is_some_and(|view| self.read(&view, known, worth))
    }

    /// How many times larger pictures of `size` show everything, across and down, where that is
    /// worth while.
    fn gain(&self, size: (u32, u32)) -> Option<(f32, f32)> {
        let gain = (size.0 as f32 / self.frame.width as f32, size.1 as f32 / self.frame.height as f32);
        (gain.0 * gain.1 >= LEAST_GAIN).then_some(gain)
    }

    fn view_closer(
        &mut self,
        gain: (f32, f32),
        closer: &mut (dyn Closer + '_),
        known: &mut Known,
        allowance_ms: f32,
    ) -> Option<View> {
        let sought = closer.find(self.frame.at, self.person.bbox.scaled(gain.0, gain.1), allowance_ms);
        known.turns.spend(sought.cost_ms);
        self.looked.inferences += sought.inferences;
        self.looked.busy += u32::from(sought.busy);
        let (frame, person) = sought.found?;
        Some(View { frame, person, scale: (1.0 / gain.0, 1.0 / gain.1) })
    }

    fn read(&mut self, view: &View, known: &mut Known, worth: f32) -> bool {
        match self.reader.read(&view.frame, view.person) {
            Ok(Some((observations, inferences))) => {
                self.looked.inferences += inferences;
                known.turns.spend(cost::LOOK_MS);
                known.turns.looked(self.frame.at, worth);
                known.add(view, &observations);
                true
            }
            Ok(None) => {
                self.looked.busy += 1;
                false
            }
            Err(error) => {
                tracing::error!(%error, "a person was not looked at");
                known.turns.spend(cost::LOOK_MS);
                false
            }
        }
    }
}

impl Known {
    fn new(at: Timestamp, rules: AnswerRules) -> Self {
        Self {
            turns: Turns::new(at),
            evidence: Evidence::new(rules),
            crops: HashMap::new(),
            too_small_since: None,
            given_up: false,
            told: None,
        }
    }

    /// Whether any answer that may come is still unknown.
    fn is_unknown(&self, rules: &AnswerRules) -> bool {
        let unknown = |attribute| self.evidence.verdict(attribute).answer == Answer::Unknown;
        Attribute::ALL.into_iter().any(|attribute| rules[attribute as usize].is_some() && unknown(attribute))
    }

    fn add(&mut self, view: &View, observations: &[Observation]) {
        let at = view.frame.at;
        let placed =
            |seen: &Observation| Observation { region: seen.region.scaled(view.scale.0, view.scale.1), ..*seen };
        let all: Vec<_> = observations.iter().map(|seen| (seen.region, placed(seen))).collect();
        for (_, placed) in &all {
            self.evidence.add(at, placed);
        }
        for (region, placed) in &all {
            if self.evidence.tells_most(at, placed)
                && let Some(jpeg) = jpeg::crop(&view.frame, region)
            {
                let kept = Kept { at, region: placed.region, jpeg: jpeg.into(), given: false };
                self.crops.insert((placed.attribute, placed.log_odds > 0.0), kept);
            }
        }
    }

    fn is_too_small(&mut self, at: Timestamp) {
        let since = *self.too_small_since.get_or_insert(at);
        self.given_up |= at.duration_since(since).abs() >= TOO_SMALL_FOR;
    }

    /// Whether an alert has not heard yet what is known, be it that nothing can be seen.
    fn is_owed_to(&self, alert: Uuid) -> bool {
        self.told != Some(alert) && (self.turns.looks() > 0 || self.given_up)
    }

    fn tell(&mut self, alert: Uuid, track: Uuid) -> Examined {
        let is_another = self.told.replace(alert) != Some(alert);
        let verdicts = self.evidence.verdicts();
        let mut crops = Vec::new();
        for (attribute, verdict) in Attribute::ALL.into_iter().zip(&verdicts) {
            for kept in self.crops.iter_mut().filter(|((of, _), _)| *of == attribute).map(|(_, kept)| kept) {
                let is_best = verdict.best == Some((kept.at, kept.region));
                if is_best && (is_another || !kept.given) {
                    crops.push(Crop { track, attribute, jpeg: Arc::clone(&kept.jpeg) });
                }
                kept.given = is_best;
            }
        }
        Examined { track, verdicts, crops }
    }
}

/// Height in pixels below which nothing of a person can be judged; infinite where nothing ever can.
fn least_height(rules: &AnswerRules) -> f32 {
    heights(rules).fold(f32::INFINITY, f32::min)
}

/// Height in pixels from which on all can be judged that ever can.
fn ample_height(rules: &AnswerRules) -> f32 {
    heights(rules).fold(0.0, f32::max)
}

fn heights(rules: &AnswerRules) -> impl Iterator<Item = f32> {
    rules.iter().zip(HEIGHT_IN_PARTS).filter_map(|(rule, parts)| Some(rule.as_ref()?.least_pixels as f32 * parts))
}

#[cfg(test)]
#[path = "looker_tests.rs"]
mod tests;
