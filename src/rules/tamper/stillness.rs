//! Whether pictures only repeat one another: a sensor's noise never does. Pure.

/// Of so many pictures the one that differs least counts: key frames differ from those around them
/// even where an encoder is fed one and the same picture.
const PICTURES: usize = 3;
/// Pictures repeat one another when they differ by no more than this part of what they always did,
const REPEATS: f32 = 0.125;
/// and that was at least so much, in levels. Where an encoder leaves out the noise, nothing can be told.
const LEAST_USUAL: f32 = 0.3;
/// How long must be known how pictures differ: encoders begin with noise that they leave out half a minute later.
const LEARN_SECONDS: f32 = 120.0;
/// How much nearer to what it is now the usual difference comes each second: soon where it falls, and
/// within ten minutes where it rises.
const FALLS: f32 = 0.1;
const RISES: f32 = 1.0 / 600.0;

#[derive(Debug)]
pub(super) struct Stillness {
    last: [f32; PICTURES],
    usual: f32,
    /// The least that pictures differed while they stand still, if they do.
    still: Option<f32>,
    learned_seconds: f32,
}

impl Default for Stillness {
    fn default() -> Self {
        Self { last: [f32::MAX; PICTURES], usual: f32::MAX, still: None, learned_seconds: 0.0 }
    }
}

impl Stillness {
    /// Takes how far a picture differs from the one before, `passed` seconds ago
    /// ([`crate::decode::Impression::stir`]); says whether it only repeats it.
    pub(super) fn add(&mut self, stir: f32, passed: f32) -> bool {
        self.last.rotate_right(1);
        self.last[0] = stir;
        let least = self.last.into_iter().fold(f32::MAX, f32::min);
        if least <= REPEATS * self.usual && self.learned_seconds >= LEARN_SECONDS {
            self.still = Some(self.still.map_or(least, |still| still.min(least)));
            return self.usual >= LEAST_USUAL;
        }
        if let Some(still) = self.still.take() {
            // It came and went by itself, so it is this camera's way.
            self.usual = still;
        }
        if self.learned_seconds < LEARN_SECONDS {
            self.usual = self.usual.min(least);
        } else {
            let follows = if least < self.usual { FALLS } else { RISES };
            self.usual += (least - self.usual) * (follows * passed).min(1.0);
        }
        self.learned_seconds += passed;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the last of these, one a second, is told to repeat those before it.
    #[track_caller]
    fn check(stirs: impl IntoIterator<Item = f32>, expected: bool) {
        let mut stillness = Stillness::default();
        let told = stirs.into_iter().map(|stir| stillness.add(stir, 1.0)).last();
        assert_eq!(told, Some(expected));
    }

    #[test]
    fn only_a_camera_that_has_noise_can_stand_still() {
        let noisy = || [2.5, 1.5].into_iter().cycle().take(130);
        check(noisy(), false);
        check(noisy().chain([0.5]), false);
        check(noisy().chain([0.1]), true);
        // Key frames among them.
        check(noisy().chain([0.05, 0.8, 0.0, 0.7]), true);
        check(noisy().chain([0.05, 0.8, 1.4, 1.6]), false);
        // Nothing is known of it yet.
        check(noisy().take(8).chain([0.0; 3]), false);
        // An encoder that leaves out the noise does so every now and then.
        check([1.0, 0.0, 0.0, 0.0].into_iter().cycle().take(300), false);
        // One that began with it, and left it out from then on.
        check([1.0; 30].into_iter().chain([0.0; 200]), false);
        // A drawn scene without noise, which cars light up now and then.
        let lit_up = [0.0, 0.4, 0.9, 1.5, 1.6, 1.8, 2.5, 2.1, 1.7, 1.9, 3.1, 1.5, 0.5, 0.6, 0.3, 0.5, 0.1, 0.4];
        check(lit_up.into_iter().skip(2).chain(lit_up).chain([0.0, 0.3, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0]), false);
        check([0.1; 130].into_iter().chain([0.0; 8]), false);
    }
}
