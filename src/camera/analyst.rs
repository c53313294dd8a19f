//! From a picture to what it means: detect, track, judge. The same for live cameras and `replay`.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::archive::Archive;
use super::closer::Closer;
use super::doubter::Doubter;
use super::inspector::Plates;
use super::looker::{Looked, Looker, Reader};
use super::movers::Movers;
pub use super::outcome::{Analysis, Ended, Enriched, Inspection, Kept};
use super::resemblance::Resemblance;
use super::vehicles::{Told, Vehicles};
use super::vigil::Vigil;
use crate::alert::{Alert, AlertBook, Change, SettledAlerts};
use crate::base::IdSource;
use crate::config::Config;
use crate::decode::{Frame, Sighting};
use crate::rules::haunts::{Haunts, Mark};
use crate::rules::lessons::SharedLessons;
use crate::rules::orders::SharedOrders;
use crate::rules::perspective::Perspective;
use crate::rules::plate::Plate;
use crate::rules::plate::findings::{self, Sight};
use crate::rules::tamper::{Incident, KnownScenes};
use crate::rules::{Armed, Conduct, Context, Finding, FindingKind, Place, Schedule, intrusion};
use crate::track::{AnswerRules, Track, Tracker, Verdicts};
use crate::vision::closeup::{self, CloseUp};
use crate::vision::{Class, DetectError, Detector, Urgency};

pub struct Analyst {
    camera: String,
    conduct: Conduct,
    schedule: Schedule,
    detector: Detector,
    closeup: CloseUp,
    tracker: Tracker,
    book: AlertBook,
    ids: IdSource,
    movers: Movers,
    doubter: Doubter,
    settled: SettledAlerts,
    haunts: Haunts,
    resemblance: Resemblance,
    looker: Option<Looker>,
    vehicles: Option<Vehicles>,
    /// Absent where nobody is to be told of the camera itself.
    vigil: Option<Vigil>,
    inferences: u64,
}

/// Who looks closely, as far as the models are installed.
#[derive(Clone, Default)]
pub struct Eyes {
    /// At persons.
    pub reader: Option<Arc<dyn Reader>>,
    /// At vehicles, and what is remembered of them; `replay` remembers nothing.
    pub plates: Option<Arc<dyn Plates>>,
    pub archive: Option<Arc<dyn Archive>>,
}

impl Analyst {
    /// `seed` makes the ids repeat, for `replay`.
    pub fn new(
        config: &Config,
        camera: &crate::config::Camera,
        detector: Detector,
        eyes: Eyes,
        seed: Option<u64>,
    ) -> Self {
        let Eyes { reader, plates, archive } = eyes;
        let ids = |stream: u64| seed.map_or_else(IdSource::random, |seed| IdSource::seeded(seed.wrapping_add(stream)));
        let rules = reader.as_ref().map_or_else(AnswerRules::default, |reader| reader.rules());
        Self {
            camera: camera.id.clone(),
            conduct: Conduct::new(&camera.zones, &camera.lines),
            schedule: Schedule::new(config),
            detector,
            closeup: CloseUp::default(),
            tracker: Tracker::new(config.detector.threshold, ids(0)),
            book: AlertBook::new(&camera.id, &camera.name, config.timezone.clone(), rules),
            ids: ids(1),
            movers: Movers::default(),
            doubter: Doubter::new(&camera.id, config.timezone.clone()),
            settled: SettledAlerts::default(),
            haunts: Haunts::new(config.timezone.clone(), config.memory.keep()),
            resemblance: Resemblance::new(config.timezone.clone()),
            looker: reader.map(Looker::new),
            vehicles: plates.map(|plates| Vehicles::new(&camera.id, config.timezone.clone(), plates, archive)),
            vigil: camera.tamper.then(Vigil::default),
            inferences: 0,
        }
    }

    /// Other zones, lines and hours count from now on; an open alert goes on.
    pub fn go_by(&mut self, config: &Config, camera: &crate::config::Camera) {
        self.conduct = Conduct::new(&camera.zones, &camera.lines);
        self.schedule = Schedule::new(config).with_orders(self.schedule.orders().clone());
    }

    /// Arming and disarming by hand counts from now on.
    pub fn with_orders(mut self, orders: SharedOrders) -> Self {
        self.schedule = self.schedule.with_orders(orders);
        self
    }

    /// What guards' verdicts teach counts from now on, and what was learned of the scene before.
    pub fn with_experience(mut self, lessons: SharedLessons, settled: SettledAlerts, perspective: Perspective) -> Self {
        self.settled = settled;
        self.doubter = self.doubter.with_lessons(lessons);
        self.doubter.perspective = perspective;
        self
    }

    /// What was learned of the scene by now.
    pub fn perspective(&self) -> &Perspective {
        &self.doubter.perspective
    }

    /// Where people loitered before is known from now on, and how the scene looked; `replay` begins with nothing.
    pub fn remembering(mut self, marks: Vec<Mark>, scenes: Option<KnownScenes>) -> Self {
        self.haunts.remember(marks);
        if let Some((vigil, scenes)) = self.vigil.as_mut().zip(scenes) {
            *vigil = Vigil::recalling(scenes);
        }
        self
    }

    /// How the scene looks, as far as that is known by `at`.
    pub fn known_scenes(&self, at: Timestamp) -> Option<KnownScenes> {
        self.vigil.as_ref()?.known_scenes(at)
    }

    /// Runs of models so far.
    pub fn inferences(&self) -> u64 {
        self.inferences
    }

    /// Analyses a picture, unless the office is open, no zone is guarded all the same, and no plate is
    /// watched for: then nobody is an intruder, and nothing is computed.
    ///
    /// # Errors
    /// When the model fails on this picture; the next may be fine.
    pub fn see(&mut self, sighting: &Sighting) -> Result<Analysis, DetectError> {
        let frame = &sighting.frame;
        let armed = self.armed(frame.at);
        if !armed.armed && !self.is_watching(frame.at) {
            return Ok(Analysis { ended: self.end_all(), ..Analysis::default() });
        }
        let frame_size = (frame.width, frame.height);
        let regions = closeup::regions(&sighting.motion, frame_size, self.detector.input_size(), &self.closeup);
        let urgency = if self.has_open_alert() { Urgency::Hurried } else { Urgency::Usual };
        let seen = self.detector.detect_as(urgency, frame, &regions)?;
        self.inferences += u64::from(seen.inferences);
        let update = self.tracker.update(frame.at, &seen.detections, frame_size);
        self.movers.update(frame.at, &update.tracks, &sighting.motion);
        self.conduct.update(frame.at, &update.tracks, frame_size, |track| self.movers.has_come(track));
        self.doubter.update(frame.at, &update.tracks, frame_size);
        let moved: Vec<_> =
            update.tracks.iter().filter(|track| self.movers.moved_lately(track, frame.at)).cloned().collect();
        self.resemblance.see(frame, &moved);
        let alert = self.judge(&moved, frame.at, frame_size, &armed);
        Ok(Analysis {
            busy: armed.armed && moved.iter().any(|track| track.class == Class::Person && track.seen_now),
            detections: seen.detections,
            tracks: update.tracks,
            ended: self.end(update.ended),
            marks: self.haunts.take_fresh(),
            alert,
        })
    }

    /// Looks closely at the persons of the open alert that are among `tracks`, those of `frame`.
    /// Best after the alert of that picture was saved, so that nobody waits for it. `closer` is where
    /// larger pictures of them may be had.
    pub fn look(&mut self, frame: &Arc<Frame>, tracks: &[Track], closer: Option<&mut dyn Closer>) -> Enriched {
        let Some((looker, alert)) = self.looker.as_mut().zip(self.book.open_alert()) else {
            return Enriched::default();
        };
        let persons = persons_of(alert, tracks);
        let id = alert.id;
        let Looked { examined, inferences, busy } = looker.look(id, frame, &persons, closer);
        self.inferences += u64::from(inferences);
        let mut enriched = Enriched { busy, ..Enriched::default() };
        for person in examined {
            let told = self.book.enrich(frame.at, person.track, &person.verdicts);
            enriched.alert = told.or(enriched.alert);
            // Beyond a crowd nobody is listed, and no file is written.
            if self.book.open_alert().is_some_and(|alert| alert.person(person.track).is_some()) {
                enriched.crops.get_or_insert((id, Vec::new())).1.extend(person.crops);
            }
        }
        enriched
    }

    /// Looks for the plates of the vehicles among `tracks`, those of `frame`, that moved lately. Best
    /// after all else of that picture was saved. `closer` is where larger pictures of them may be had.
    pub fn inspect(&mut self, frame: &Arc<Frame>, tracks: &[Track], closer: Option<&mut dyn Closer>) -> Inspection {
        let Some(vehicles) = &mut self.vehicles else { return Inspection::default() };
        let is_here = |track: &&Track| track.class.is_vehicle() && track.seen_now;
        let here: Vec<&Track> = tracks.iter().filter(is_here).collect();
        here.iter()
            .filter(|track| self.movers.has_stopped(track, frame.at))
            .for_each(|track| vehicles.stopped(track.id));
        let moving: Vec<_> = here.into_iter().filter(|track| self.movers.moved_lately(track, frame.at)).collect();
        let inspected = vehicles.look(frame, &moving, closer);
        self.inferences += u64::from(inspected.inferences);
        let mut inspection = Inspection { busy: inspected.busy, ..Inspection::default() };
        for track in moving.into_iter().filter(|track| inspected.vehicles.contains(&track.id)) {
            let Some(told) = self.vehicles.as_mut().and_then(|vehicles| vehicles.tell(track)) else { continue };
            if let Some((change, alert)) = self.judge_vehicle(track, &told, frame) {
                // What one vehicle has opened and the next lets grow, has opened.
                let has_opened = matches!(inspection.alert, Some((Change::Opened, _)));
                inspection.alert = Some((if has_opened { Change::Opened } else { change }, alert));
            }
            if told.is_news {
                inspection.kept.push(Kept { passage: told.passage, pictures: told.pictures });
            }
        }
        inspection
    }

    fn judge_vehicle(&mut self, track: &Track, told: &Told, frame: &Frame) -> Option<(Change, Alert)> {
        let armed = self.armed(frame.at);
        let frame_size = (frame.width, frame.height);
        let zone = self.conduct.zone(track.id).filter(|zone| self.guards(&zone.id, frame.at));
        let sight = Sight {
            track: track.id,
            at: frame.at,
            bbox: track.bbox,
            zone: zone.map(|zone| zone.id.as_str()),
            is_watched: told.is_watched,
            came_before: told.came_before,
        };
        if self.is_settled() {
            return None;
        }
        let (mut found, context) = self.findings(track, frame.at, &armed);
        found.extend(findings::findings(&told.vehicle.plate, &sight));
        self.book.inspect(frame.at, frame_size, told.vehicle.clone(), found, &context, &mut self.ids)
    }

    /// Whether vehicles are looked for at any hour.
    fn is_watching(&self, at: Timestamp) -> bool {
        self.vehicles.as_ref().and_then(Vehicles::archive).is_some_and(|archive| archive.is_watching(at))
    }

    /// What is known of the plate of a vehicle that lives.
    pub fn plate(&self, track: Uuid) -> Option<&Plate> {
        self.vehicles.as_ref()?.plate(track)
    }

    /// In place of [`Self::look`] where there is no time for it: how many looks are left out.
    pub fn leave_out(&mut self, frame: &Arc<Frame>, tracks: &[Track], closer: Option<&dyn Closer>) -> usize {
        let Some((looker, alert)) = self.looker.as_mut().zip(self.book.open_alert()) else {
            return 0;
        };
        looker.leave_out(frame, &persons_of(alert, tracks), closer.and_then(Closer::size))
    }

    pub fn has_open_alert(&self) -> bool {
        self.book.open_alert().is_some()
    }

    /// What is known of a track that lives.
    pub fn verdicts(&self, track: Uuid) -> Verdicts {
        self.looker.as_ref().and_then(|looker| looker.verdicts(track)).unwrap_or_default()
    }

    fn end(&mut self, tracks: Vec<Track>) -> Vec<Ended> {
        let mut ended = Vec::with_capacity(tracks.len());
        for track in tracks {
            self.doubter.forget(&track);
            self.resemblance.forget(track.id);
            let verdicts = self.looker.as_mut().and_then(|looker| looker.forget(track.id)).unwrap_or_default();
            let vehicle = self.vehicles.as_mut().and_then(|vehicles| vehicles.forget(&track));
            let vehicle = vehicle.map(|told| Kept { passage: told.passage, pictures: told.pictures });
            ended.push(Ended { track, verdicts, vehicle });
        }
        ended
    }

    fn end_all(&mut self) -> Vec<Ended> {
        let tracks = self.tracker.finish();
        self.conduct.forget_all();
        self.end(tracks)
    }

    fn judge(
        &mut self,
        tracks: &[Track],
        at: Timestamp,
        frame_size: (u32, u32),
        armed: &Armed,
    ) -> Option<(Change, Alert)> {
        let mut findings = Vec::new();
        let mut context = Context::around(armed);
        for track in tracks {
            let (found, deeds) = self.findings(track, at, armed);
            findings.extend(found);
            context.join(&deeds);
        }
        context.join(&self.haunts.recall(&mut findings, frame_size));
        let is_person = |finding: &Finding| finding.kind == FindingKind::Person;
        if let Some(vigil) = self.vigil.as_mut().filter(|_| findings.iter().any(is_person)) {
            vigil.person_seen(at);
        }
        if self.is_settled() {
            return None;
        }
        let looks = self.doubter.looks(tracks, |track| self.conduct.zone(track));
        self.book.doubt(self.doubter.doubts(tracks, &looks));
        self.book.look(looks);
        self.book.observe(at, frame_size, findings, &context, &mut self.ids)
    }

    /// What a track means where it is guarded, and the circumstances.
    fn findings(&self, track: &Track, at: Timestamp, armed: &Armed) -> (Vec<Finding>, Context) {
        let zone = self.conduct.zone(track.id);
        let mut context = Context::around(armed);
        // Outside of all zones, lines of the camera are guarded while any of its zones is.
        if !zone.map_or(armed.armed, |zone| self.guards(&zone.id, at)) {
            return (Vec::new(), context);
        }
        let deeds = self.conduct.deeds(track.id);
        let found = intrusion::findings(track, zone, &deeds);
        if !found.is_empty() {
            let looks_like = self.resemblance.recall(track.id);
            context.join(&Context { looks_like, ..intrusion::context(&deeds) });
        }
        (found, context)
    }

    /// Whether any zone is guarded.
    fn armed(&self, at: Timestamp) -> Armed {
        self.schedule.at(at, Place::Camera(&self.camera))
    }

    fn guards(&self, zone: &str, at: Timestamp) -> bool {
        self.schedule.is_armed(at, Place::Zone { camera: &self.camera, zone })
    }

    /// Looks whether the camera still sees its scene, by its latest picture; costs next to nothing, and
    /// most often nothing.
    pub fn witness(&mut self, frame: &Arc<Frame>) -> Option<(Change, Alert)> {
        let vigil = self.vigil.as_mut().filter(|vigil| vigil.is_due(frame))?;
        let armed = self.schedule.at(frame.at, Place::Camera(&self.camera));
        let incident = vigil.see(frame, armed.armed, &mut self.ids)?;
        self.judge_camera(incident, &armed)
    }

    /// In place of [`Self::witness`] while the stream is lost; `monotonic` is `now` by the other clock.
    pub fn miss(&mut self, now: Timestamp, monotonic: Duration) -> Option<(Change, Alert)> {
        let vigil = self.vigil.as_mut()?;
        let armed = self.schedule.at(now, Place::Camera(&self.camera));
        let incident = vigil.miss(now, monotonic, armed.armed, &mut self.ids)?;
        self.judge_camera(incident, &armed)
    }

    fn judge_camera(&mut self, incident: Incident, armed: &Armed) -> Option<(Change, Alert)> {
        let frame = self.last_picture()?;
        let frame_size = (frame.width, frame.height);
        self.book.witness(frame_size, incident, &Context::around(armed), &mut self.ids)
    }

    /// The last picture by which [`Self::witness`] judged the camera.
    pub fn last_picture(&self) -> Option<&Arc<Frame>> {
        self.vigil.as_ref().and_then(Vigil::last)
    }

    /// Lets time pass: an alert closes that has been quiet for long enough, or that somebody has settled.
    pub fn tick(&mut self, now: Timestamp) -> Option<Alert> {
        if self.is_settled() { self.book.settle(now) } else { self.book.tick(now) }
    }

    /// Whether somebody has settled the open alert: nothing may join it any more, for nobody would look at it.
    fn is_settled(&self) -> bool {
        self.book.open_alert().is_some_and(|alert| self.settled.contains(alert.id))
    }

    /// The end: what is open closes.
    pub fn finish(&mut self, at: Timestamp) -> (Vec<Ended>, Option<Alert>) {
        (self.end_all(), self.book.close(at))
    }
}

/// The persons of an alert that are seen now.
fn persons_of<'a>(alert: &Alert, tracks: &'a [Track]) -> Vec<&'a Track> {
    let belongs = |track: &&Track| {
        let mut findings = alert.findings.iter();
        track.seen_now && findings.any(|found| found.kind == FindingKind::Person && found.track == track.id)
    };
    tracks.iter().filter(belongs).collect()
}
