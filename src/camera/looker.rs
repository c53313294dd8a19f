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
use crate::track::{AnswerRules, Evidence, Track, Verdict, Verdicts};
use crate::vision::attributes::{Answer, Attribute, Observation};
use crate::vision::crop::sharpness;
use crate::vision::{AttributeReader, DetectError};

/// The main stream is worth a look where it has so many times the pixels of the analysed one.
const LEAST_GAIN: f32 = 1.5;
/// Heights of a standing person in heads, hands and persons, by [`Attribute`]; on the generous side.
const HEIGHT_IN_PARTS: [f32; Attribute::ALL.len()] = [6.0, 6.0, 9.0, 1.0];
/// A person is large enough when each part has so many times the pixels that it needs.
const AMPLE: f32 = 1.5;
/// An answer that is less sure than this is looked for again, a no as well as a yes: the first pictures of who comes in
/// from the edge are the worst ones.
const SURE: f32 = 0.95;
/// Whoever stays too small for so long is said to be.
const TOO_SMALL_FOR: SignedDuration = SignedDuration::from_secs(2);

/// Persons who are looked at in one picture at most: the camera's thread has more to do. The turn of
/// the others comes in the next ones.
const MOST_A_PICTURE: usize = 3;

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
    /// Times that somebody was looked for or at.
    tries: u64,
}

/// What is known of one track.
struct Known {
    turns: Turns,
    evidence: Evidence,
    /// For yes and for no, the crop that tells most.
    crops: HashMap<(Attribute, bool), Kept>,
    too_small_since: Option<Timestamp>,
    /// It could not be looked at, for it stayed too small or no picture of it was to be had.
    given_up: bool,
    /// Which of all tries its last one was; 0 before the first.
    last_try: u64,
    /// When the picture was taken that was looked at last.
    last_view_at: Option<Timestamp>,
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
        Self { rules: reader.rules(), reader, known: HashMap::new(), tries: 0 }
    }

    /// Looks at those of `persons` whose turn it is, all of them seen in `frame` and part of
    /// `alert`; of many at those whose last turn is longest ago. `closer` is where larger pictures of
    /// them may be had.
    pub fn look(
        &mut self,
        alert: Uuid,
        frame: &Arc<Frame>,
        persons: &[&Track],
        mut closer: Option<&mut (dyn Closer + '_)>,
    ) -> Looked {
        let mut looked = Looked::default();
        let mut due = self.due(frame, persons, closer.as_deref().and_then(Closer::size));
        due.sort_by_key(|due| due.last_try);
        let mut news = Vec::new();
        for Due { person, worth, .. } in due.into_iter().take(MOST_A_PICTURE) {
            let Some(known) = self.known.get_mut(&person.id) else { continue };
            self.tries += 1;
            known.last_try = self.tries;
            let mut look = Look { reader: &*self.reader, rules: &self.rules, frame, person, looked: &mut looked };
            if look.take(known, worth, closer.as_deref_mut()) {
                news.push(person.id);
            }
        }
        for person in persons {
            if let Some(known) = self.known.get_mut(&person.id)
                && (news.contains(&person.id) || known.is_owed_to(alert))
            {
                looked.examined.push(known.tell(alert, person.id));
            }
        }
        looked
    }

    /// Looks at nobody, for want of time: how many persons [`Self::look`] would have looked at. Their
    /// turn stays. `larger` is the size of the larger pictures, if there are any.
    pub fn leave_out(&mut self, frame: &Arc<Frame>, persons: &[&Track], larger: Option<(u32, u32)>) -> usize {
        self.due(frame, persons, larger).len().min(MOST_A_PICTURE)
    }

    /// Those whose turn it is and who may cost a look.
    fn due<'a>(&mut self, frame: &Frame, persons: &[&'a Track], larger: Option<(u32, u32)>) -> Vec<Due<'a>> {
        let rules = &self.rules;
        let due = |person: &&'a Track| {
            let known = self.known.entry(person.id).or_insert_with(|| Known::new(frame.at, *rules));
            let worth = known.worth_if_due(rules, frame, person, larger)?;
            Some(Due { person, worth, last_try: known.last_try })
        };
        persons.iter().filter_map(due).collect()
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

/// A person whose turn it is.
struct Due<'a> {
    person: &'a Track,
    worth: f32,
    last_try: u64,
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
    /// Looks, if there is a picture to look at; says whether something is known that was not before.
    fn take(&mut self, known: &mut Known, worth: f32, closer: Option<&mut (dyn Closer + '_)>) -> bool {
        let at = self.frame.at;
        let mut view = None;
        let mut is_last_resort = true;
        let gain = gain(self.rules, self.frame, self.person, closer.as_deref().and_then(Closer::size));
        if let Some((gain, closer)) = gain.zip(closer) {
            let allowance_ms = known.turns.allowance_ms(at) - cost::LOOK_MS;
            // A key frame may be the nearest picture twice; it says nothing new.
            view = self.view_closer(gain, closer, known, allowance_ms).filter(|view| known.is_new(view));
            is_last_resort = known.turns.is_overdue(at);
        }
        if view.is_none() && is_last_resort && self.person.bbox.h >= least_height(self.rules) {
            view = Some(View { frame: Arc::clone(self.frame), person: self.person.bbox, scale: (1.0, 1.0) });
        }
        let has_looked = view.is_some_and(|view| self.read(&view, known, worth));
        known.given_up |= !has_looked && known.turns.is_overdue(at);
        has_looked
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
                let has_shown = observations.iter().any(|seen| known.is_open(self.rules, seen.attribute));
                known.turns.looked(self.frame.at, worth, has_shown);
                known.last_view_at = Some(view.frame.at);
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
            evidence: Evidence::of_track(rules),
            crops: HashMap::new(),
            too_small_since: None,
            given_up: false,
            last_try: 0,
            last_view_at: None,
            told: None,
        }
    }

    /// What a look at the person in `frame` is worth, if it is time for one and it may cost that.
    fn worth_if_due(
        &mut self,
        rules: &AnswerRules,
        frame: &Frame,
        person: &Track,
        larger: Option<(u32, u32)>,
    ) -> Option<f32> {
        let height = person.bbox.h;
        let largest = gain(rules, frame, person, larger).map_or(height, |gain| gain.1 * height);
        if largest < least_height(rules) {
            self.is_too_small(frame.at);
            return None;
        }
        self.too_small_since = None;
        let worth = height * person.score * sharpness(&frame.planes(), person.bbox);
        let is_due = self.turns.is_due(frame.at, worth, self.is_unsure(rules));
        (is_due && self.turns.allowance_ms(frame.at) >= cost::LOOK_MS).then_some(worth)
    }

    fn is_new(&self, view: &View) -> bool {
        self.last_view_at != Some(view.frame.at)
    }

    /// Whether any answer that may come is still unknown or unsure.
    fn is_unsure(&self, rules: &AnswerRules) -> bool {
        Attribute::ALL.into_iter().any(|attribute| self.is_open(rules, attribute))
    }

    /// Whether the answer may come and is still unknown or unsure.
    fn is_open(&self, rules: &AnswerRules, attribute: Attribute) -> bool {
        let is_sure = |told: Verdict| told.answer != Answer::Unknown && told.confidence >= SURE;
        rules[attribute as usize].is_some() && !is_sure(self.evidence.verdict(attribute))
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
        self.told != Some(alert) && (self.turns.has_looked() || self.given_up)
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

/// How many times larger pictures of size `larger` show the person of `frame`, across and down, where
/// that is worth while.
fn gain(rules: &AnswerRules, frame: &Frame, person: &Track, larger: Option<(u32, u32)>) -> Option<(f32, f32)> {
    let (width, height) = larger?;
    let gain = (width as f32 / frame.width as f32, height as f32 / frame.height as f32);
    let is_ample = person.bbox.h >= AMPLE * ample_height(rules);
    (!is_ample && gain.0 * gain.1 >= LEAST_GAIN).then_some(gain)
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
