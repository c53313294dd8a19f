//! The steps from a picture to what is saved of it.

use std::time::Duration;

use super::Shared;
use super::analyst::{Analysis, Analyst, Ended};
use super::closer::Closer;
use super::saver::Saver;
use crate::alert::Change;
use crate::base::metrics::CameraMetrics;
use crate::decode::Sighting;
use crate::track::Track;

/// Analyses a picture and saves what comes of it.
pub(super) fn analyse(
    analyst: &mut Analyst,
    saver: &mut Saver,
    metrics: &CameraMetrics,
    shared: &Shared,
    sighting: &Sighting,
) -> Analysis {
    let before = analyst.inferences();
    let mut analysis = match analyst.see(sighting) {
        Ok(analysis) => analysis,
        Err(error) => {
            tracing::error!(%error, "a picture was not analysed");
            metrics.dropped("detector").inc();
            return Analysis::default();
        }
    };
    metrics.inferences.inc_by(analyst.inferences() - before);
    saver.save_marks(std::mem::take(&mut analysis.marks));
    saver.follow(sighting.frame.at, &analysis.tracks);
    if let Some((change, alert)) = analysis.alert.take() {
        saver.save(change, alert, Some(&sighting.frame));
        if change == Change::Opened {
            metrics.alert_latency_seconds.observe(age(sighting, shared).as_secs_f64());
        }
    }
    analysis
}

/// How old a picture is; nothing where the clock was put back.
pub(super) fn age(sighting: &Sighting, shared: &Shared) -> Duration {
    shared.clock.now().duration_since(sighting.frame.at).try_into().unwrap_or_default()
}

/// Looks closely at the persons of the open alert, and saves what is known of them by now.
pub(super) fn look(
    analyst: &mut Analyst,
    saver: &mut Saver,
    metrics: &CameraMetrics,
    sighting: &Sighting,
    tracks: &[Track],
    closer: Option<&mut dyn Closer>,
) {
    let before = analyst.inferences();
    let enriched = analyst.look(&sighting.frame, tracks, closer);
    metrics.inferences.inc_by(analyst.inferences() - before);
    metrics.dropped("attributes").inc_by(enriched.busy.into());
    if let Some((alert, crops)) = enriched.crops {
        saver.save_crops(alert, &crops);
    }
    if let Some((change, alert)) = enriched.alert {
        saver.save(change, alert, None);
    }
}

/// Looks for the plates of vehicles that move, and saves what is known of them by now.
pub(super) fn inspect(
    analyst: &mut Analyst,
    saver: &mut Saver,
    metrics: &CameraMetrics,
    sighting: &Sighting,
    tracks: &[Track],
    closer: Option<&mut dyn Closer>,
) {
    let before = analyst.inferences();
    let inspection = analyst.inspect(&sighting.frame, tracks, closer);
    metrics.inferences.inc_by(analyst.inferences() - before);
    metrics.dropped("plates").inc_by(inspection.busy.into());
    inspection.kept.into_iter().for_each(|kept| saver.save_vehicle(kept));
    if let Some((change, alert)) = inspection.alert {
        saver.save(change, alert, Some(&sighting.frame));
    }
}

/// Keeps the vehicles among tracks that ended.
pub(super) fn keep(saver: &Saver, ended: Vec<Ended>) {
    ended.into_iter().filter_map(|ended| ended.vehicle).for_each(|kept| saver.save_vehicle(kept));
}
