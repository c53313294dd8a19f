//! Stores a camera's alerts and their pictures, and tries again where the disk does not take them.

use std::collections::VecDeque;
use std::path::Path;

use jiff::Timestamp;
use uuid::Uuid;

use super::analyst::Kept;
use super::cases::Cases;
use super::looker::Crop;
use super::snapshots::Snapshots;
use crate::alert::{Alert, Change, Filing, Trails};
use crate::config;
use crate::decode::Frame;
use crate::rules::haunts::Mark;
use crate::store::{Store, VehicleCrop};
use crate::track::Track;

/// Alerts that may wait for a disk that is full; beyond, the oldest is given up, and said so.
const MAX_WAITING: usize = 256;

pub struct Saver {
    camera: config::Camera,
    store: Store,
    cases: Cases,
    snapshots: Snapshots,
    /// Newest state of each alert that is not stored yet and cases that are one with its own, oldest first.
    waiting: VecDeque<(Alert, Vec<Uuid>)>,
    failing: bool,
    trails: Trails,
}

impl Saver {
    pub fn new(camera: &config::Camera, store: Store, cases: Cases, data_dir: &Path) -> Self {
        Self {
            camera: camera.clone(),
            store,
            cases,
            snapshots: Snapshots::new(data_dir),
            waiting: VecDeque::new(),
            failing: false,
            trails: Trails::default(),
        }
    }

    /// What is configured of the camera from now on: its zones and what is to be done in them.
    pub fn go_by(&mut self, camera: &config::Camera) {
        self.camera = camera.clone();
    }

    /// Where somebody loitered in the camera's view since `since`.
    pub fn marks(&self, since: Timestamp) -> Vec<Mark> {
        self.store.marks(&self.camera.id, since).unwrap_or_else(|error| {
            tracing::error!(%error, "where people loitered before is not known until the camera starts again");
            Vec::new()
        })
    }

    /// Stores where somebody loiters. What the disk does not take is known only until the camera starts again.
    pub fn save_marks(&self, marks: Vec<Mark>) {
        if !marks.is_empty()
            && let Err(error) = self.store.put_marks(&self.camera.id, marks)
        {
            tracing::error!(%error, "where somebody loiters was not stored");
        }
    }

    /// Notes where the tracks are that a picture shows.
    pub fn follow(&mut self, at: Timestamp, tracks: &[Track]) {
        let seen = tracks.iter().filter(|track| track.seen_now);
        self.trails.see(at, seen.map(|track| (track.id, track.bbox)));
    }

    /// Stores an alert in its case, and its picture first, so that whoever hears of the alert can see it.
    pub fn save(&mut self, change: Change, mut alert: Alert, frame: Option<&Frame>) {
        if let Some(frame) = frame
            && let Err(error) = self.snapshots.offer(&alert, frame)
        {
            tracing::error!(alert = %alert.id, %error, "the alert's picture was not written; is the disk full?");
        }
        match change {
            Change::Opened => {
                tracing::warn!(alert = %alert.id, severity = alert.severity.name(), reason = alert.reason.vi, "alert");
            }
            Change::Grew => {}
            Change::Closed => tracing::info!(alert = %alert.id, "alert closed"),
        }
        let Filing { case, absorbed } = self.cases.file(&alert);
        alert.case = Some(case);
        self.waiting.retain(|(waiting, _)| waiting.id != alert.id);
        self.waiting.push_back((alert, absorbed));
        if self.waiting.len() > MAX_WAITING
            && let Some((lost, _)) = self.waiting.pop_front()
        {
            tracing::error!(alert = %lost.id, "an alert was given up: too many wait for the disk");
        }
        self.retry();
    }

    /// Writes crops of an alert's persons.
    pub fn save_crops(&self, alert: Uuid, crops: &[Crop]) {
        if let Err(error) = self.snapshots.put_crops(alert, crops) {
            tracing::error!(%alert, %error, "pictures of a person were not written; is the disk full?");
        }
    }

    /// Stores a vehicle that came by, and its pictures first. What the disk does not take is lost: the
    /// next thing that is known of it is tried again.
    pub fn save_vehicle(&self, kept: Kept) {
        let Kept { mut passage, pictures } = kept;
        for picture in pictures {
            let Err(error) = self.snapshots.put_vehicle(&picture) else { continue };
            tracing::error!(track = %passage.track, %error, "a vehicle's picture was not written; is the disk full?");
            match picture.crop {
                VehicleCrop::Vehicle => passage.has_vehicle_crop = false,
                VehicleCrop::Plate => passage.has_plate_crop = false,
            }
        }
        if let Err(error) = self.store.put_passage(&passage) {
            tracing::error!(track = %passage.track, %error, "a vehicle that came by was not stored");
        }
    }

    /// Stores what waits.
    pub fn retry(&mut self) {
        while let Some((alert, absorbed)) = self.waiting.front() {
            let plan = self.camera.plan_of(alert.zone.as_deref());
            let known = alert.findings.iter().map(|finding| (finding.track, self.trails.of(finding.track)));
            let trails = known.filter(|(_, points)| !points.is_empty()).collect();
            match self.store.put_alert_planned(alert, absorbed.clone(), plan, trails) {
                Ok(()) => {
                    self.waiting.pop_front();
                    self.failing = false;
                }
                Err(error) => {
                    // Said once, not five times a second.
                    if !std::mem::replace(&mut self.failing, true) {
                        tracing::error!(%error, "alerts wait in memory until the disk takes them");
                    }
                    return;
                }
            }
        }
    }
}
