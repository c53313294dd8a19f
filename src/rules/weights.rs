//! The weights of `weights.toml`, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Doubt, FindingKind};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Weights {
    pub prior: f32,
    pub repeated: f32,
    pub severity: Thresholds,
    finding: BTreeMap<FindingKind, f32>,
    certain: Certain,
    pub context: ContextWeights,
    doubt: BTreeMap<Doubt, f32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thresholds {
    pub warning: f32,
    pub critical: f32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Certain {
    kinds: Vec<FindingKind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContextWeights {
    pub peak: f32,
    pub holiday: f32,
    pub crossed_in: f32,
    pub crossed_out: f32,
    pub got_out: f32,
    pub looks_like: f32,
    pub known_vehicle: f32,
    pub near_camera: f32,
}

static WEIGHTS: LazyLock<Weights> =
    LazyLock::new(|| toml::from_str(include_str!("weights.toml")).expect("a constant that a test parses"));

pub(super) fn weights() -> &'static Weights {
    &WEIGHTS
}

impl Weights {
    /// What a finding of this kind and confidence adds.
    pub(super) fn of(&self, kind: FindingKind, confidence: f32) -> f32 {
        let full = self.finding.get(&kind).copied().unwrap_or_default();
        if self.certain.kinds.contains(&kind) { full } else { full * confidence }
    }

    /// What share of its weight a track keeps under this doubt.
    pub(super) fn doubt(&self, doubt: Doubt) -> f32 {
        self.doubt.get(&doubt).copied().unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_finding_has_a_weight() {
        let missing: Vec<_> =
            FindingKind::ALL.into_iter().filter(|kind| !weights().finding.contains_key(kind)).collect();
        assert_eq!(missing, []);
    }

    #[test]
    fn the_weights_mean_what_the_score_takes_them_for() {
        let Weights { repeated, severity, finding, context, doubt, .. } = weights();
        assert!(Doubt::ALL.iter().all(|kind| doubt.get(kind).is_some_and(|share| (0.1..0.5).contains(share))));
        assert!(finding.values().all(|weight| (0.0..10.0).contains(weight)), "no finding lowers a score");
        assert!((0.0..=1.0).contains(repeated));
        assert!(0.5 < severity.warning && severity.warning < severity.critical && severity.critical < 1.0);
        let more = [
            context.peak,
            context.holiday,
            context.crossed_in,
            context.crossed_out,
            context.got_out,
            context.looks_like,
        ];
        assert!(more.into_iter().all(|weight| weight > 0.0) && context.known_vehicle < 0.0);
    }

    #[test]
    fn every_line_says_why() {
        let lines: Vec<_> = include_str!("weights.toml").lines().collect();
        let unexplained = lines.windows(2).filter(|pair| pair[1].contains(" = ") && !pair[0].starts_with("# "));
        // What `[certain]` means is said above its heading.
        assert_eq!(unexplained.map(|pair| pair[1].split(' ').next()).collect::<Vec<_>>(), [Some("kinds")]);
    }
}
