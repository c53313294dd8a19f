//! From a picture to what it means: detect, track, judge. The same for live cameras and `replay`.

use jiff::Timestamp;

use super::movers::Movers;
use crate::alert::{Alert, AlertBook, Change};
use crate::base::IdSource;
use crate::config::{Config, Zone};
use crate::decode::Sighting;
use crate::rules::{Armed, Schedule, intrusion};
use crate::track::{Track, Tracker};
use crate::vision::closeup::{self, CloseUp};
use crate::vision::{Class, DetectError, Detection, Detector};

pub struct Analyst {
    zones: Vec<Zone>,
    schedule: Schedule,
    detector: Detector,
    closeup: CloseUp,
    tracker: Tracker,
    book: AlertBook,
    ids: IdSource,
    movers: Movers,
    inferences: u64,
}

/// What one picture meant.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Somebody is here: the gate must stay awake.
    pub busy: bool,
    pub detections: Vec<Detection>,
    pub tracks: Vec<Track>,
    /// Tracks that will not be seen again.
    pub ended: Vec<Track>,
    pub alert: Option<(Change, Alert)>,
}

impl Analyst {
    /// `seed` makes the ids repeat, for `replay`.
    pub fn new(config: &Config, camera: &crate::config::Camera, detector: Detector, seed: Option<u64>) -> Self {
        let ids = |stream: u64| seed.map_or_else(IdSource::random, |seed| IdSource::seeded(seed.wrapping_add(stream)));
        Self {
            zones: camera.zones.clone(),
            schedule: Schedule::new(&config.arming, config.timezone.clone()),
            detector,
            closeup: CloseUp::default(),
            tracker: Tracker::new(config.detector.threshold, ids(0)),
            book: AlertBook::new(&camera.id, &camera.name, config.timezone.clone()),
            ids: ids(1),
            movers: Movers::default(),
            inferences: 0,
        }
    }

    /// Runs of the model so far.
    pub fn inferences(&self) -> u64 {
        self.inferences
    }

    /// Analyses a picture, unless the office is open: then nobody is an intruder, and nothing is
    /// computed.
    ///
    /// # Errors
    /// When the model fails on this picture; the next may be fine.
    pub fn see(&mut self, sighting: &Sighting) -> Result<Analysis, DetectError> {
        let frame = &sighting.frame;
        let armed = self.schedule.at(frame.at);
        if !armed.armed {
            return Ok(Analysis { ended: self.tracker.finish(), ..Analysis::default() });
        }
        let frame_size = (frame.width, frame.height);
        let regions = closeup::regions(&sighting.motion, frame_size, self.detector.input_size(), &self.closeup);
        let seen = self.detector.detect(frame, &regions)?;
        self.inferences += u64::from(seen.inferences);
        let update = self.tracker.update(frame.at, &seen.detections, frame_size);
        self.movers.update(frame.at, &update.tracks, &sighting.motion);
        let moved: Vec<_> =
            update.tracks.iter().filter(|track| self.movers.moved_lately(track, frame.at)).cloned().collect();
        let alert = self.judge(&moved, frame.at, frame_size, &armed);
        Ok(Analysis {
            busy: moved.iter().any(|track| track.class == Class::Person && track.seen_now),
            detections: seen.detections,
            tracks: update.tracks,
            ended: update.ended,
            alert,
        })
    }

    fn judge(
        &mut self,
        tracks: &[Track],
        at: Timestamp,
        frame_size: (u32, u32),
        armed: &Armed,
    ) -> Option<(Change, Alert)> {
        let findings =
            tracks.iter().flat_map(|track| intrusion::findings(track, frame_size, &self.zones, armed)).collect();
        self.book.observe(at, frame_size, findings, armed.peak, &mut self.ids)
    }

    /// Lets time pass: an alert that has been quiet for long enough closes.
    pub fn tick(&mut self, now: Timestamp) -> Option<Alert> {
        self.book.tick(now)
    }

    /// The end: what is open closes.
    pub fn finish(&mut self, at: Timestamp) -> (Vec<Track>, Option<Alert>) {
        (self.tracker.finish(), self.book.close(at))
    }
}
