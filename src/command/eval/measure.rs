//! Average precision, recall and precision at an overlap (intersection over union) of 0.5, as COCO's own tool takes them.

use serde::Serialize;

use crate::base::Rect;

/// A found box is right when it shares this much with a labelled one.
const RIGHT_IOU: f32 = 0.5;
/// Boxes of one picture that count, the best first: COCO's limit.
const MOST_PER_PICTURE: usize = 100;
/// Precision is averaged over so many equal steps of recall: COCO's.
const RECALL_STEPS: u32 = 100;

/// One picture: the labelled boxes, and the scored ones that were found.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample {
    pub truth: Vec<Rect>,
    pub found: Vec<(f32, Rect)>,
}

/// `None` where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Measures {
    /// Labelled boxes.
    pub n: usize,
    pub ap50: Option<f64>,
    /// At the working threshold.
    pub recall: Option<f64>,
    pub precision: Option<f64>,
}

pub(super) fn measure<'a>(samples: impl IntoIterator<Item = &'a Sample>, threshold: f32) -> Measures {
    let (mut n, mut verdicts) = (0, Vec::new());
    for sample in samples {
        n += sample.truth.len();
        verdicts.extend(judge(sample));
    }
    verdicts.sort_by(|a, b| b.score.total_cmp(&a.score));
    let sure: Vec<_> = verdicts.iter().take_while(|verdict| verdict.score >= threshold).collect();
    let right = sure.iter().filter(|verdict| verdict.right).count();
    let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
    Measures {
        n,
        ap50: (n > 0).then(|| average_precision(&verdicts, n)),
        recall: share(right, n),
        precision: share(right, sure.len()),
    }
}

struct Verdict {
    score: f32,
    right: bool,
}

fn judge(sample: &Sample) -> Vec<Verdict> {
    matches(sample).into_iter().map(|found| Verdict { score: found.score, right: found.truth.is_some() }).collect()
}

/// A found box, and which labelled one it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Match {
    pub score: f32,
    pub bbox: Rect,
    pub truth: Option<usize>,
}

/// The best boxes choose first, each the labelled box that it shares most with of those still free.
pub(super) fn matches(sample: &Sample) -> Vec<Match> {
    let mut found = sample.found.clone();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(MOST_PER_PICTURE);
    let mut free: Vec<usize> = (0..sample.truth.len()).collect();
    found
        .into_iter()
        .map(|(score, bbox)| {
            let shares = free.iter().enumerate().map(|(place, &index)| (place, sample.truth[index].iou(&bbox)));
            let best = shares.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|&(_, iou)| iou >= RIGHT_IOU);
            Match { score, bbox, truth: best.map(|(place, _)| free.swap_remove(place)) }
        })
        .collect()
}

/// The mean over 101 values of recall of the best precision at that recall or more.
fn average_precision(verdicts: &[Verdict], n: usize) -> f64 {
    let mut right = 0_usize;
    let mut curve: Vec<(f64, f64)> = Vec::with_capacity(verdicts.len());
    for (index, verdict) in verdicts.iter().enumerate() {
        right += usize::from(verdict.right);
        curve.push((right as f64 / n as f64, right as f64 / (index + 1) as f64));
    }
    let mut best = 0.0_f64;
    for (_, precision) in curve.iter_mut().rev() {
        best = best.max(*precision);
        *precision = best;
    }
    let steps = (0..=RECALL_STEPS).map(|step| f64::from(step) / f64::from(RECALL_STEPS));
    let at = |recall: f64| {
        let index = curve.partition_point(|&(reached, _)| reached < recall);
        curve.get(index).map_or(0.0, |&(_, precision)| precision)
    };
    steps.map(at).sum::<f64>() / f64::from(RECALL_STEPS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32) -> Rect {
        Rect::new(x, 0.0, 10.0, 10.0)
    }

    #[track_caller]
    fn check(samples: &[Sample], n: usize, ap50: Option<f64>, recall: Option<f64>, precision: Option<f64>) {
        let found = measure(samples, 0.5);
        let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-3,
            (a, b) => a == b,
        };
        assert!(found.n == n && near(found.ap50, ap50), "{found:?}");
        assert!(near(found.recall, recall) && near(found.precision, precision), "{found:?}");
    }

    #[test]
    fn nothing_labelled_or_found_is_null_or_zero() {
        check(&[], 0, None, None, None);
        check(&[Sample { truth: vec![at(0.0)], found: vec![] }], 1, Some(0.0), Some(0.0), None);
        check(&[Sample { truth: vec![], found: vec![(0.9, at(0.0))] }], 0, None, None, Some(0.0));
    }

    #[test]
    fn a_second_box_on_one_thing_is_wrong() {
        let sample = Sample { truth: vec![at(0.0)], found: vec![(0.8, at(1.0)), (0.9, at(0.0))] };
        check(&[sample], 1, Some(1.0), Some(1.0), Some(0.5));
    }

    #[test]
    fn precision_is_averaged_over_recall_across_pictures() {
        // By score: right, wrong, right; the third labelled box is never found.
        let first = Sample { truth: vec![at(0.0), at(50.0)], found: vec![(0.9, at(0.0)), (0.7, at(100.0))] };
        let second = Sample { truth: vec![at(0.0)], found: vec![(0.3, at(0.0))] };
        // Recall up to 1/3 (34 values) at precision 1, up to 2/3 (33 values) at 2/3.
        let expected = (34.0 + 33.0 * 2.0 / 3.0) / 101.0;
        check(&[first, second], 3, Some(expected), Some(1.0 / 3.0), Some(0.5));
    }
}
