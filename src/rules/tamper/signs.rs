//! What one picture, beside the usual, says of a camera. A table of rules.

use super::Trouble;
use super::scene::Comparison;
use crate::decode::Impression;

/// So little is kept of the edges that stay, and so few of them, where nothing of the scene is seen.
const NOTHING_KEPT: f32 = 0.15;
const NOTHING_REMAINS: f32 = 0.08;
/// Edges that agree less with those that stay are others, and so many, for the usual ones, are a
/// picture of something.
const OTHERS_BELOW: f32 = 0.3;
const SHOWS_SOMETHING: f32 = 0.35;
/// A picture is dark when 19 of 20 blocks are no further above black, in levels.
const DARK: f32 = 20.0;
const DARK_SHARE: f32 = 0.95;
/// So much of the picture, smeared over, is more than a drop or a cobweb.
const SPRAYED_FROM: f32 = 0.2;
/// Out of focus: so little sharpness is left of the usual, or of its edges' strength.
const BLURRED_BELOW: f32 = 0.75;
const FADED_BELOW: f32 = 0.58;
/// Blur takes from edges: where those of the scene are so much stronger than usual, something stands before it that is
/// lit, such as a car in its own headlights.
const STRONGER_FROM: f32 = 1.2;
/// Below so much of the usual light edges fade by themselves.
const AS_BRIGHT: f32 = 0.65;

/// What is wrong in a picture, if anything is.
///
/// - Nothing of the scene is there, and hardly anything else: covered; or dark, where no part of it is
///   bright. A lamp that is turned off leaves something of the scene to be seen, be it a window.
/// - Other edges stand where those of the scene should: turned.
/// - Parts are gone, with nothing in their place that would have edges or move: sprayed.
/// - The edges are there, but soft, or faint: out of focus. The last two only where the picture is
///   about as bright as ever, or what remains as clear: a lamp that is turned off makes edges fade.
pub(super) fn sign(comparison: &Comparison, picture: &Impression) -> Option<Trouble> {
    let Comparison { kept, remaining, agreement, contrast, amount, brightness, sharpness, blind } = *comparison;
    let nothing = kept < NOTHING_KEPT && remaining < NOTHING_REMAINS;
    let lit = brightness >= AS_BRIGHT;
    if nothing && is_dark(picture) {
        Some(Trouble::Dark)
    } else if nothing && amount < SHOWS_SOMETHING {
        Some(Trouble::Covered)
    } else if agreement < OTHERS_BELOW && amount >= SHOWS_SOMETHING {
        Some(Trouble::Turned)
    } else if blind >= SPRAYED_FROM && (lit || contrast >= FADED_BELOW) {
        Some(Trouble::Sprayed)
    } else if (sharpness < BLURRED_BELOW && contrast < STRONGER_FROM) || (lit && contrast < FADED_BELOW) {
        Some(Trouble::Defocused)
    } else {
        None
    }
}

fn is_dark(picture: &Impression) -> bool {
    let (mut dark, mut all) = (0usize, 0usize);
    for mean in picture.seen_means() {
        dark += usize::from(mean <= DARK);
        all += 1;
    }
    dark as f32 >= DARK_SHARE * all as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USUAL: Comparison = Comparison {
        kept: 1.0,
        remaining: 0.9,
        agreement: 0.9,
        contrast: 1.0,
        amount: 1.0,
        brightness: 1.0,
        sharpness: 1.0,
        blind: 0.0,
    };
    const GONE: Comparison =
        Comparison { kept: 0.0, remaining: 0.0, agreement: 0.0, contrast: 0.0, amount: 0.1, ..USUAL };

    fn picture(luma: f32) -> Impression {
        Impression { columns: 10, rows: 10, means: vec![luma; 100], ..Impression::default() }
    }

    #[track_caller]
    fn check(comparison: &Comparison, luma: f32, expected: Option<Trouble>) {
        assert_eq!(sign(comparison, &picture(luma)), expected, "{comparison:?}");
    }

    #[test]
    fn what_pictures_say() {
        check(&USUAL, 80.0, None);
        check(&GONE, 80.0, Some(Trouble::Covered));
        check(&GONE, 5.0, Some(Trouble::Dark));
        // A lamp was turned off; a window is still seen, or everything, but faint and noisy.
        check(&Comparison { remaining: 0.1, brightness: 0.1, ..GONE }, 5.0, None);
        let lamp_off =
            Comparison { kept: 0.4, remaining: 0.3, agreement: 0.6, contrast: 0.3, brightness: 0.3, ..USUAL };
        check(&Comparison { blind: 0.4, amount: 0.5, sharpness: 3.0, ..lamp_off }, 25.0, None);
        // The same without the dark is a smear, or a lens out of focus.
        check(&Comparison { blind: 0.4, brightness: 0.9, ..lamp_off }, 80.0, Some(Trouble::Sprayed));
        check(&Comparison { brightness: 0.9, ..lamp_off }, 80.0, Some(Trouble::Defocused));
        check(&Comparison { sharpness: 0.5, ..USUAL }, 80.0, Some(Trouble::Defocused));
        check(&Comparison { agreement: 0.05, kept: 0.05, remaining: 0.25, ..USUAL }, 80.0, Some(Trouble::Turned));
        // By infrared light two thirds of the edges are there; somebody hides half of them.
        check(&Comparison { kept: 0.6, remaining: 0.6, agreement: 0.65, contrast: 0.73, ..USUAL }, 60.0, None);
        // A car in its own headlights: of the demo's car park.
        let car = Comparison { kept: 0.55, remaining: 0.54, agreement: 0.55, contrast: 1.7, brightness: 1.25, ..USUAL };
        check(&Comparison { sharpness: 0.65, ..car }, 80.0, None);
        check(&Comparison { kept: 0.4, remaining: 0.5, agreement: 0.45, sharpness: 0.82, ..USUAL }, 80.0, None);
    }

    proptest! {
        /// Whatever else there is: what keeps its edges, clear and sharp, is well.
        #[test]
        fn a_scene_that_is_there_is_well(
            kept in 0.5f32..1.2, remaining in 0.4f32..1.0, agreement in 0.4f32..1.0, contrast in 0.6f32..2.0,
            amount in 0.4f32..3.0, brightness in 0.05f32..3.0, sharpness in 0.8f32..5.0, luma in 0f32..200.0,
        ) {
            let comparison =
                Comparison { kept, remaining, agreement, contrast, amount, brightness, sharpness, blind: 0.0 };
            prop_assert_eq!(sign(&comparison, &picture(luma)), None);
        }
    }
}
