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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One letter a second: the sign of a picture, and what is said after it; `.` for none.
    #[track_caller]
    fn check(signs: &str, expected: &str) {
        let of = |letter| match letter {
            'c' => Some(Trouble::Covered),
            'd' => Some(Trouble::Dark),
            's' => Some(Trouble::Sprayed),
            'f' => Some(Trouble::Frozen),
            _ => None,
        };
        let mut debounce = Debounce::default();
        for (second, (sign, wanted)) in signs.chars().zip(expected.chars()).enumerate() {
            assert_eq!(debounce.add(of(sign), 1.0), of(wanted), "second {second} of {signs}");
        }
        assert_eq!(signs.len(), expected.len());
    }

    #[test]
    fn what_lasts_is_told_and_what_passes_is_not() {
        check("ccccccc", ".....cc");
        check("ddddddddd", ".......dd");
        check("fffff", "...ff");
        check("ccccc..cccc", "...........");
        // One picture in between that could not be judged.
        check("cccc.cccc", "........c");
        // What it was for longest.
        check("ssccccc", ".....cc");
        check("ssssccc", ".....ss");
        // Well again after five seconds, and what comes then is another time.
        check("cccccc....c.....c", ".....cccccccccc..");
    }

    proptest! {
        #[test]
        fn nothing_is_told_before_its_time_nor_without_a_sign(
            signs in proptest::collection::vec(proptest::option::of(0..Trouble::SEEN.len()), 1..80),
        ) {
            let mut debounce = Debounce::default();
            let mut since_sign = 0.0;
            let mut seen = Vec::new();
            for sign in signs {
                let sign = sign.map(|index| Trouble::SEEN[index]);
                let before = debounce.state();
                let state = debounce.add(sign, 1.0);
                since_sign = if sign.is_some() { 0.0 } else { since_sign + 1.0 };
                seen.extend(sign);
                if before.is_none() && state.is_some() {
                    prop_assert!(seen.len() >= 4 && seen.contains(&state.expect("told")) && sign.is_some());
                }
                prop_assert!(state.is_none() || since_sign < WELL_SECONDS);
            }
        }
    }
}
