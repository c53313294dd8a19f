//! From signs in single pictures to what is wrong with a camera, and that it is well again. Pure.

use super::Trouble;

/// Signs must last so long: whoever walks by close to the lens, or a headlight, does not. The lamp of
/// a camera takes a few seconds longer to come on.
const WRONG_SECONDS: f32 = 6.0;
const DARK_SECONDS: f32 = 8.0;
/// That nothing differs shows only after some pictures, and nothing harmless looks like it.
const FROZEN_SECONDS: f32 = 4.0;
/// Pictures must be as usual for so long until all is well again.
const WELL_SECONDS: f32 = 5.0;
/// A picture without a sign takes back so many times what one with a sign adds.
const TAKES_BACK: f32 = 2.0;

#[derive(Debug, Default)]
pub(super) struct Debounce {
    state: Option<Trouble>,
    /// Of signs at present, and of each.
    wrong_seconds: f32,
    signs: [f32; Trouble::SEEN.len()],
    well_seconds: f32,
}

impl Debounce {
    pub(super) fn state(&self) -> Option<Trouble> {
        self.state
    }

    /// Takes the sign of a picture that came `passed` seconds after the one before; says what is wrong.
    pub(super) fn add(&mut self, sign: Option<Trouble>, passed: f32) -> Option<Trouble> {
        let Some(sign) = sign else {
            self.well_seconds += passed;
            self.wrong_seconds = (self.wrong_seconds - TAKES_BACK * passed).max(0.0);
            if self.wrong_seconds == 0.0 {
                self.signs = [0.0; Trouble::SEEN.len()];
            }
            if self.well_seconds >= WELL_SECONDS {
                self.state = None;
            }
            return self.state;
        };
        self.well_seconds = 0.0;
        self.wrong_seconds += passed;
        if let Some(seconds) = self.signs.get_mut(sign as usize) {
            *seconds += passed;
        }
        if self.state.is_none() {
            let wanted = match sign {
                Trouble::Dark => DARK_SECONDS,
                Trouble::Frozen => FROZEN_SECONDS,
                _ => WRONG_SECONDS,
            };
            self.state = (self.wrong_seconds >= wanted).then(|| self.most_told().unwrap_or(sign));
        }
        self.state
    }

    /// The sign that was there longest.
    fn most_told(&self) -> Option<Trouble> {
        let told = Trouble::SEEN.into_iter().zip(self.signs);
        told.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(trouble, _)| trouble)
    }
}
