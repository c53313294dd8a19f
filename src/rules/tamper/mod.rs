//! Whether a camera still sees its scene, or somebody has seen to it that it does not. Pure.

mod debounce;
mod incident;
mod kept;
mod scene;
mod signs;
mod stillness;

use std::time::Duration;

use jiff::Timestamp;

use crate::decode::Impression;
use debounce::Debounce;
use scene::{SAMPLED_EVERY, Scene, edges};
use stillness::Stillness;

pub use incident::{Incident, Incidents};
pub use kept::{KnownScenes, NotKnown};

/// What is wrong with a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trouble {
    /// Something lies over the lens.
    Covered,
    /// Nothing is seen, for it is dark: covered so that no light comes in, or the lamp is out.
    Dark,
    /// A part, or more and more of it, is smeared over.
    Sprayed,
    /// It looks elsewhere.
    Turned,
    Defocused,
    /// The same picture again and again.
    Frozen,
    /// No picture comes.
    Offline,
}

impl Trouble {
    /// What can be seen in pictures.
    pub const SEEN: [Self; 6] = [Self::Covered, Self::Dark, Self::Sprayed, Self::Turned, Self::Defocused, Self::Frozen];
}

/// A scene must be known for so long before a picture is held against it.
const LEARN_SECONDS: f32 = 8.0;
/// After a view that is not the usual one for so long, it is the usual one: somebody has put the
/// camera so, and was told of.
const ACCEPT_SECONDS: f32 = 1800.0;
/// Between two pictures no more time counts than this: while none came nothing was seen.
const LONGEST_STEP: Duration = Duration::from_secs(2);
const FIRST_STEP: Duration = Duration::from_secs(1);
/// Chroma so far from grey is colour, and so near it infrared; in between all stays as it was.
const COLOR_FROM: f32 = 2.5;
const GREY_TO: f32 = 1.2;
/// How fast the noise of blocks is followed; and no picture says that it is more, in levels.
const NOISE_FOLLOW: f32 = 0.2;
const MOST_NOISE: f32 = 3.0;

/// Watches the pictures of one camera, about one a second.
#[derive(Debug, Default)]
pub struct Witness {
    before: Option<(Duration, Impression)>,
    /// By infrared light, and in colour.
    scenes: [Option<Scene>; 2],
    in_color: bool,
    /// Usual difference of a block from one picture to the next, in levels.
    noise: f32,
    stillness: Stillness,
    debounce: Debounce,
    since_seconds: f32,
    /// From before a restart, until the first picture.
    recalled: Option<KnownScenes>,
}

impl Witness {
    /// One that knows its scenes from before.
    pub fn recalling(scenes: KnownScenes) -> Self {
        Self { recalled: Some(scenes), ..Self::default() }
    }

    /// What it knows of its scenes by `at`; none before it knows any.
    pub fn known(&self, at: Timestamp) -> Option<KnownScenes> {
        let (_, picture) = self.before.as_ref()?;
        let is_known = self.scenes.iter().flatten().any(is_known);
        is_known.then(|| KnownScenes::of(&self.scenes, self.noise, picture, at))
    }

    /// Takes the next picture, of stream time `pts`, which may start again at zero; says what is
    /// wrong with the camera by now, if anything is.
    pub fn see(&mut self, pts: Duration, picture: Impression) -> Option<Trouble> {
        let fits = self.before.as_ref().is_some_and(|(_, before)| before.fits(&picture));
        let Some((last, before)) = self.before.take().filter(|_| fits) else {
            self.begin(&picture);
            self.in_color = picture.color >= COLOR_FROM;
            self.before = Some((pts, picture));
            return self.debounce.state();
        };
        let passed = pts.checked_sub(last).unwrap_or(FIRST_STEP).min(LONGEST_STEP).as_secs_f32();
        self.follow_light(picture.color);
        self.follow_noise(&picture, &before);
        let edges = edges(&picture, self.noise);
        let sign = self.judge(&picture, &edges, &before, passed);
        let state = self.debounce.add(sign, passed);
        self.accept(state, &picture, &edges, passed);
        self.before = Some((pts, picture));
        state
    }

    /// With the first picture, or the first of another size, all that is not of pictures of this size is learned anew,
    /// but what is wrong stays so.
    fn begin(&mut self, picture: &Impression) {
        let recalled = self.recalled.take();
        *self = Self { debounce: std::mem::take(&mut self.debounce), ..Self::default() };
        match recalled {
            Some(scenes) if scenes.fits(picture) => (self.noise, self.scenes) = (scenes.noise, scenes.scenes()),
            Some(_) => tracing::warn!("the pictures have another size than before; the scene is learned anew"),
            None => {}
        }
    }

    fn follow_light(&mut self, color: f32) {
        self.in_color = if self.in_color { color > GREY_TO } else { color >= COLOR_FROM };
    }

    /// Half of the blocks differ by less than the median, whatever moves in the others.
    fn follow_noise(&mut self, picture: &Impression, before: &Impression) {
        let off = picture.means.iter().zip(&before.means).enumerate().step_by(SAMPLED_EVERY);
        let seen = off.filter(|(block, _)| !picture.hides(*block));
        let mut off: Vec<_> = seen.map(|(_, (a, b))| (a - b).abs()).collect();
        if off.is_empty() {
            return;
        }
        let middle = off.len() / 2;
        let median = *off.select_nth_unstable_by(middle, f32::total_cmp).1;
        if median > MOST_NOISE {
            // A lamp was switched: with it the sensor's gain, and so its noise.
            self.stillness = Stillness::default();
        }
        self.noise += (median.min(MOST_NOISE) - self.noise) * NOISE_FOLLOW;
    }

    /// What this picture by itself says. One that is as usual is learned from.
    fn judge(
        &mut self,
        picture: &Impression,
        edges: &[scene::Edge],
        before: &Impression,
        passed: f32,
    ) -> Option<Trouble> {
        let stands_still = self.stillness.add(picture.stir(before), passed);
        let [infrared, color] = &self.scenes;
        let (here, other) = if self.in_color { (color, infrared) } else { (infrared, color) };
        let known = |scene: &&Scene| is_known(scene);
        let told = |scene: &Scene| {
            let comparison = scene.compare(picture, edges, before)?;
            tracing::trace!(?comparison, color = self.in_color, noise = self.noise, "witness");
            signs::sign(&comparison, picture)
        };
        // By another light than the one that it was learned in, a picture is not known to be less sharp.
        let sign = match (here.as_ref().filter(known), other.as_ref().filter(known)) {
            (Some(here), _) => told(here),
            (None, Some(other)) => told(other).filter(|trouble| *trouble != Trouble::Defocused),
            (None, None) => None,
        };
        if sign.is_none() {
            self.learn(picture, edges, passed);
        }
        sign.or(stands_still.then_some(Trouble::Frozen))
    }

    fn learn(&mut self, picture: &Impression, edges: &[scene::Edge], passed: f32) {
        let (here, other) = (usize::from(self.in_color), usize::from(!self.in_color));
        if self.scenes[here].is_none() {
            let known = self.scenes[other].as_ref();
            self.scenes[here] = Some(
                known.map_or_else(|| Scene::new(picture, edges.to_vec()), |other| other.by_other_light(picture, edges)),
            );
        }
        if let Some(scene) = &mut self.scenes[here] {
            scene.learn(picture, edges, passed);
        }
    }

    /// A view that lasts becomes the usual one. One in which nothing is seen never does.
    fn accept(&mut self, state: Option<Trouble>, picture: &Impression, edges: &[scene::Edge], passed: f32) {
        self.since_seconds = if state.is_some() { self.since_seconds + passed } else { 0.0 };
        let shows_something = matches!(state, Some(Trouble::Turned | Trouble::Sprayed | Trouble::Defocused));
        if shows_something && self.since_seconds >= ACCEPT_SECONDS {
            self.scenes = [None, None];
            self.scenes[usize::from(self.in_color)] = Some(Scene::new(picture, edges.to_vec()));
            self.debounce = Debounce::default();
        }
    }
}

/// Well enough to hold a picture against it.
fn is_known(scene: &Scene) -> bool {
    scene.learned_seconds >= LEARN_SECONDS
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
