//! From what single pictures show of a vehicle's plate to the verdict over its track. Pure.
//!
//! An honest vehicle must hardly ever be accused: *absent* takes the bare place in several pictures
//! over some time, large and sharp enough, and nothing that looked like a plate. Where the evidence
//! conflicts, nothing is said.

use jiff::{SignedDuration, Timestamp};

use super::{Candidate, PlateVerdict};
use crate::vision::plate::{PlaceKind, PlateObservation, PlateRules};

/// Pictures, and the time between the first and the last, that it takes to say that there is none,
const ABSENT_FRAMES: usize = 5;
const ABSENT_SPAN: SignedDuration = SignedDuration::from_secs(1);
/// and that one is there and cannot be read.
const UNREADABLE_FRAMES: usize = 3;
const UNREADABLE_SPAN: SignedDuration = SignedDuration::from_millis(400);
/// How much the errors of two pictures of a track have in common, as with attributes.
const CORRELATION: f32 = 0.5;
/// The evidence conflicts when what speaks against weighs more than this share of what speaks for.
const CONFLICT: f32 = 1.0 / 3.0;
/// No single picture says more, in natural log-odds.
const MOST_LOG_ODDS: f32 = 5.0;
/// What is shown is never surer.
const MOST_CONFIDENCE: f32 = 0.99;

/// What the pictures are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Pictures of one track over time.
    Track,
    /// A single photograph, which stands for as many as it takes.
    Still,
}

/// What one picture says of the plate's place, apart from the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting {
    pub at: Timestamp,
    pub kind: PlaceKind,
    /// 0 to 1.
    pub confidence: f32,
    /// Of the place, in pixels.
    pub width: f32,
    /// 0 to 1.
    pub sharpness: f32,
    /// Share of burnt out pixels.
    pub burnt: f32,
}

/// The verdict and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Decided {
    pub verdict: PlateVerdict,
    /// Of the verdict, 0 to 1; 0 where nothing could be said.
    pub confidence: f32,
    /// Pictures behind it.
    pub frames: u32,
    /// Greatest width of the place in them, in pixels.
    pub pixels: u32,
}

impl Sighting {
    pub fn new(at: Timestamp, seen: &PlateObservation) -> Self {
        let &PlateObservation { kind, confidence, width, sharpness, burnt, .. } = seen;
        Self { at, kind, confidence, width, sharpness, burnt }
    }

    fn is_finite(&self) -> bool {
        [self.confidence, self.width, self.sharpness, self.burnt].into_iter().all(f32::is_finite)
    }

    /// Large, sharp and dark enough for it to count that nothing can be read there.
    fn counts(&self, rules: &PlateRules) -> bool {
        self.width >= rules.least_pixels && self.sharpness >= rules.least_sharpness && self.burnt <= rules.most_burnt
    }

    /// Natural log-odds of its kind.
    fn log_odds(&self) -> f32 {
        let confidence = self.confidence.clamp(0.0, 1.0);
        (confidence / (1.0 - confidence)).ln().clamp(0.0, MOST_LOG_ODDS)
    }
}

/// The verdict by all sightings, in whatever order, and by what the text may be (most probable first).
pub fn decide(sightings: &[Sighting], candidates: &[Candidate], rules: &PlateRules, view: View) -> Decided {
    let sound: Vec<_> = sightings.iter().copied().filter(Sighting::is_finite).collect();
    let of = |kind| sound.iter().copied().filter(move |seen: &Sighting| seen.kind == kind);
    let plates: Vec<_> = of(PlaceKind::Plate).collect();
    if let Some(best) = candidates.first().filter(|best| best.probability >= rules.least_text) {
        return decided(PlateVerdict::Readable, best.probability, &plates);
    }
    let bare: Vec<_> = of(PlaceKind::Bare).filter(|seen| seen.counts(rules)).collect();
    let something: Vec<_> = sound.iter().copied().filter(|seen| seen.kind != PlaceKind::Bare).collect();
    let illegible: Vec<_> = something
        .iter()
        .copied()
        .filter(|seen| seen.counts(rules) && (seen.kind == PlaceKind::Covered || seen.width >= rules.legible_pixels))
        .collect();
    let (none, some, hidden) = (fused(&bare), at_most(&something), fused(&illegible));
    if is_enough(&bare, ABSENT_FRAMES, ABSENT_SPAN, view) && some <= CONFLICT * none {
        return decided(PlateVerdict::Absent, sigmoid(none - some), &bare);
    }
    let all_bare: Vec<_> = of(PlaceKind::Bare).collect();
    if is_enough(&illegible, UNREADABLE_FRAMES, UNREADABLE_SPAN, view) && fused(&all_bare) <= CONFLICT * hidden {
        return decided(PlateVerdict::Unreadable, sigmoid(hidden), &illegible);
    }
    Decided { confidence: 0.0, ..decided(PlateVerdict::NotAssessable, 0.0, &sound) }
}

fn decided(verdict: PlateVerdict, confidence: f32, behind: &[Sighting]) -> Decided {
    Decided {
        verdict,
        confidence: confidence.clamp(0.0, MOST_CONFIDENCE),
        frames: u32::try_from(behind.len()).unwrap_or(u32::MAX),
        pixels: behind.iter().map(|seen| seen.width).fold(0.0, f32::max) as u32,
    }
}

fn is_enough(seen: &[Sighting], frames: usize, span: SignedDuration, view: View) -> bool {
    if view == View::Still {
        return !seen.is_empty();
    }
    let times = || seen.iter().map(|seen| seen.at);
    let spanned = times().max().zip(times().min()).map(|(last, first)| last.duration_since(first));
    seen.len() >= frames && spanned.is_some_and(|spanned| spanned >= span)
}

/// Fused log-odds of pictures whose errors are alike: more of the same makes surer, within bounds.
fn fused(seen: &[Sighting]) -> f32 {
    let sum: f32 = seen.iter().map(Sighting::log_odds).sum();
    sum / (1.0 + CORRELATION * seen.len().saturating_sub(1) as f32)
}

/// As [`fused`], of those pictures that say most together: one more that says little takes nothing away.
fn at_most(seen: &[Sighting]) -> f32 {
    let mut surest_first = seen.to_vec();
    surest_first.sort_by(|a, b| b.log_odds().total_cmp(&a.log_odds()));
    (1..=surest_first.len()).map(|count| fused(&surest_first[..count])).fold(0.0, f32::max)
}

fn sigmoid(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: PlateRules =
        PlateRules { least_pixels: 30.0, legible_pixels: 80.0, least_sharpness: 0.2, most_burnt: 0.2, least_text: 0.5 };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_771_266_600_000 + ms).expect("in range")
    }

    /// `count` sightings, 250 ms apart.
    fn seen(kind: PlaceKind, count: usize, width: f32) -> Vec<Sighting> {
        let sighting =
            |index| Sighting { at: at(250 * index), kind, confidence: 0.9, width, sharpness: 0.8, burnt: 0.0 };
        (0..i64::try_from(count).expect("few")).map(sighting).collect()
    }

    fn read(probability: f32) -> [Candidate; 1] {
        [Candidate { text: "12A-123.45".to_owned(), probability }]
    }

    #[track_caller]
    fn check(sightings: &[Sighting], candidates: &[Candidate], expected: PlateVerdict) {
        let decided = decide(sightings, candidates, &RULES, View::Track);
        assert_eq!(decided.verdict, expected, "{decided:?}");
    }

    #[test]
    fn what_a_policeman_would_say() {
        use PlaceKind::{Bare, Covered, Plate};
        use PlateVerdict::{Absent, NotAssessable, Readable, Unreadable};
        check(&[], &[], NotAssessable);
        check(&seen(Plate, 1, 90.0), &read(0.8), Readable);
        check(&seen(Plate, 4, 90.0), &read(0.3), Unreadable);
        check(&seen(Plate, 4, 60.0), &read(0.3), NotAssessable);
        check(&seen(Covered, 4, 60.0), &[], Unreadable);
        check(&seen(Covered, 2, 60.0), &[], NotAssessable);
        check(&seen(Bare, 5, 60.0), &[], Absent);
        check(&seen(Bare, 4, 60.0), &[], NotAssessable);
        check(&seen(Bare, 9, 20.0), &[], NotAssessable);
    }

    #[test]
    fn nobody_is_accused_of_a_moment_a_blur_or_a_glare() {
        use PlaceKind::Bare;
        let spoilt = |spoil: fn(&mut Sighting)| {
            let mut seen = seen(Bare, 9, 60.0);
            seen.iter_mut().for_each(spoil);
            seen
        };
        check(&spoilt(|_| ()), &[], PlateVerdict::Absent);
        check(&spoilt(|seen| seen.at = at(0)), &[], PlateVerdict::NotAssessable);
        check(&spoilt(|seen| seen.sharpness = 0.1), &[], PlateVerdict::NotAssessable);
        check(&spoilt(|seen| seen.burnt = 0.5), &[], PlateVerdict::NotAssessable);
        check(&spoilt(|seen| seen.confidence = f32::NAN), &[], PlateVerdict::NotAssessable);
    }

    #[test]
    fn a_plate_that_was_seen_however_small_speaks_against_its_absence() {
        let mut both = seen(PlaceKind::Bare, 6, 60.0);
        both.extend(seen(PlaceKind::Plate, 2, 12.0));
        check(&both, &[], PlateVerdict::NotAssessable);
        both.extend(seen(PlaceKind::Covered, 6, 60.0));
        check(&both, &[], PlateVerdict::NotAssessable);
    }

    #[test]
    fn plates_that_are_hardly_seen_take_nothing_from_one_that_is() {
        let clear = seen(PlaceKind::Plate, 1, 40.0);
        let faint = Sighting { confidence: 0.5, ..clear[0] };
        assert_eq!(at_most(&[clear[0], faint, faint]), at_most(&clear));
        assert!(fused(&[clear[0], faint, faint]) < fused(&clear));
        assert_eq!(at_most(&[]), 0.0);
    }

    #[test]
    fn a_photograph_stands_for_as_many_as_it_takes() {
        let still = |kind, width| decide(&seen(kind, 1, width), &[], &RULES, View::Still).verdict;
        assert_eq!(still(PlaceKind::Bare, 60.0), PlateVerdict::Absent);
        assert_eq!(still(PlaceKind::Bare, 20.0), PlateVerdict::NotAssessable);
        assert_eq!(still(PlaceKind::Covered, 60.0), PlateVerdict::Unreadable);
        assert_eq!(still(PlaceKind::Plate, 100.0), PlateVerdict::Unreadable);
        assert_eq!(decide(&[], &[], &RULES, View::Still), Decided::default());
    }

    fn any_sighting() -> impl Strategy<Value = Sighting> {
        let kinds = proptest::sample::select(vec![PlaceKind::Plate, PlaceKind::Covered, PlaceKind::Bare]);
        (kinds, 0i64..4_000, 0f32..1.0, 0f32..200.0, 0f32..1.0, 0f32..0.4).prop_map(
            |(kind, ms, confidence, width, sharpness, burnt)| Sighting {
                at: at(ms),
                kind,
                confidence,
                width,
                sharpness,
                burnt,
            },
        )
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_small_places_never_accuse(
            mut sightings in proptest::collection::vec(any_sighting(), 0..24),
        ) {
            let forward = decide(&sightings, &[], &RULES, View::Track);
            sightings.reverse();
            let backward = decide(&sightings, &[], &RULES, View::Track);
            prop_assert_eq!((forward.verdict, forward.frames), (backward.verdict, backward.frames));
            prop_assert!((0.0..=MOST_CONFIDENCE).contains(&forward.confidence));
            for seen in &mut sightings {
                seen.width = seen.width.min(RULES.least_pixels - 1.0);
            }
            prop_assert_eq!(decide(&sightings, &[], &RULES, View::Track).verdict, PlateVerdict::NotAssessable);
        }

        #[test]
        fn another_plate_never_makes_one_absent(
            mut sightings in proptest::collection::vec(any_sighting(), 0..24),
            mut more in any_sighting(),
        ) {
            more.kind = PlaceKind::Plate;
            let before = decide(&sightings, &[], &RULES, View::Track).verdict;
            sightings.push(more);
            let after = decide(&sightings, &[], &RULES, View::Track).verdict;
            prop_assert!(after != PlateVerdict::Absent || before == PlateVerdict::Absent);
        }
    }
}
