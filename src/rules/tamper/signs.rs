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
    } else if sharpness < BLURRED_BELOW || (lit && contrast < FADED_BELOW) {
        Some(Trouble::Defocused)
    } else {
        None
    }
}

fn is_dark(picture: &Impression) -> bool {
    let dark = picture.means.iter().filter(|mean| **mean <= DARK).count();
    dark as f32 >= DARK_SHARE * picture.means.len() as f32
}
