//! One camera's alerts over time: opens one, lets it grow, closes it. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::sentence::{self, Counts, Scene};
use super::settled::LookedAt;
use super::{Alert, Handling, Person, Vehicle, camera};
use crate::base::IdSource;
use crate::rules::lessons::Looks;
use crate::rules::tamper::Incident;
use crate::rules::{Context, Doubts, Finding, FindingKind, concealment, doubts, plate, score};
use crate::track::{AnswerRules, Verdicts};

/// An alert ends when nothing that belongs to it was seen for so long.
pub const QUIET_BEFORE_CLOSE: Duration = Duration::from_secs(30);
/// How far a frame's time may be ahead of the clock before the clock must have been set back.
const CLOCK_SLACK: Duration = Duration::from_secs(10);
/// While only the time of the last sight changes, the outside hears of it this often.
const GROWTH_REPORTED_EVERY: Duration = Duration::from_secs(5);
/// A crowd adds nothing to an alert beyond this many findings; those of least weight make room.
const MAX_FINDINGS: usize = 64;
/// Nor persons beyond this many.
const MAX_PERSONS: usize = 32;
/// Nor vehicles.
const MAX_VEHICLES: usize = 16;
/// Nor incidents of the camera.
const MAX_INCIDENTS: usize = 8;

/// What happened to the alert that is returned with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Opened,
    Grew,
    Closed,
}

#[derive(Debug)]
pub struct AlertBook {
    camera: String,
    camera_name: String,
    timezone: TimeZone,
    rules: AnswerRules,
    open: Option<Open>,
    /// Of the tracks of the last picture and of the open alert.
    doubts: Doubts,
    /// Of the tracks of the last picture.
    looks: BTreeMap<Uuid, Looks>,
    looked_at: LookedAt,
}

#[derive(Debug)]
struct Open {
    alert: Alert,
    /// What held at any time since it opened; which vehicles are known is told by `vehicles`.
    context: Context,
    /// Most persons and vehicles in one picture.
    most: Counts,
    /// Those whose plate was looked at, or tried to, in the order in which that was.
    vehicles: Vec<Vehicle>,
    /// What happened to the camera itself, in order of time.
    incidents: Vec<Incident>,
    /// What made the score highest.
    highest: Option<(Vec<Finding>, Context)>,
    /// A doubt has come or gone, and nobody has been told.
    is_doubt_news: bool,
    reported_at: Timestamp,
}

impl AlertBook {
    /// `rules` are those of whoever looks closely at persons: nobody is told that an attribute
    /// without a rule was not seen.
    pub fn new(camera: &str, camera_name: &str, timezone: TimeZone, rules: AnswerRules) -> Self {
        Self {
            camera: camera.to_owned(),
            camera_name: camera_name.to_owned(),
            timezone,
            rules,
            open: None,
            doubts: Doubts::new(),
            looks: BTreeMap::new(),
            looked_at: LookedAt::default(),
        }
    }

    pub fn open_alert(&self) -> Option<&Alert> {
        self.open.as_ref().map(|open| &open.alert)
    }

    /// Takes what speaks against the tracks of a picture being persons, before what was found of them. Of tracks of the
    /// open alert that are not among them, what was said last holds.
    pub fn doubt(&mut self, doubts: Doubts) {
        let open = self.open.as_mut();
        let in_alert = |track| open.as_ref().is_some_and(|open| open.alert.findings.iter().any(|f| f.track == track));
        let before = self.doubts.clone();
        self.doubts.retain(|track, _| in_alert(*track));
        self.doubts.extend(doubts);
        if let Some(open) = open.filter(|_| before != self.doubts) {
            let parts = open.alert.score_parts.clone();
            judge(open, &self.camera_name, &self.timezone, &self.rules, &self.doubts);
            open.is_doubt_news |= parts != open.alert.score_parts;
        }
    }

    /// Takes how the tracks of a picture look by now, before what was found of them.
    pub fn look(&mut self, looks: BTreeMap<Uuid, Looks>) {
        self.looks = looks;
    }

    /// Takes what the rules found in the frame of `at`. A person opens an alert and keeps it open,
    /// and so does a vehicle that has something to hide; what else is there joins it.
    pub fn observe(
        &mut self,
        at: Timestamp,
        frame_size: (u32, u32),
        findings: Vec<Finding>,
        context: &Context,
        ids: &mut IdSource,
    ) -> Option<(Change, Alert)> {
        if findings.is_empty() {
            return None;
        }
        let Some(open) = &mut self.open else {
            if !self.opens(&findings) {
                return None;
            }
            return Some((Change::Opened, self.open_new(at, frame_size, findings, Vec::new(), context, ids)));
        };
        let prolongs = findings.iter().any(|finding| open.is_kept_open_by(finding));
        let most = open.most.max(Counts::of(&findings));
        let is_around_new = open.context.join(context);
        let is_doubt_news = std::mem::take(&mut open.is_doubt_news);
        let news = merge(&mut open.alert.findings, findings) || is_around_new || is_doubt_news || most != open.most;
        open.most = most;
        if prolongs {
            open.alert.last_seen_at = open.alert.last_seen_at.max(at);
        }
        (open.alert.frame_width, open.alert.frame_height) = frame_size;
        keep_looks(&mut open.alert, &self.looks);
        if news {
            judge(open, &self.camera_name, &self.timezone, &self.rules, &self.doubts);
        }
        let due = at >= open.reported_at + GROWTH_REPORTED_EVERY;
        (news || due).then(|| {
            open.reported_at = at;
            (Change::Grew, open.alert.clone())
        })
    }

    /// Takes what is known by now of what a person of the open alert hides. What was a yes and no
    /// longer is goes from the findings; score and severity stay.
    pub fn enrich(&mut self, at: Timestamp, track: Uuid, verdicts: &Verdicts) -> Option<(Change, Alert)> {
        let open = self.open.as_mut()?;
        let of_person = |finding: &&Finding| finding.track == track && finding.kind == FindingKind::Person;
        let zone = open.alert.findings.iter().find(of_person)?.zone.clone();
        let person = Person::new(track, verdicts);
        let answers = person.answers();
        let persons = &mut open.alert.persons;
        let before = match persons.iter().position(|known| known.track == track) {
            Some(place) => Some(std::mem::replace(&mut persons[place], person).answers()),
            None if persons.len() == MAX_PERSONS => return None,
            None => {
                persons.push(person);
                None
            }
        };
        let severity = open.alert.severity;
        let findings = &mut open.alert.findings;
        // They are made anew, so that each has the weight that it has by now.
        findings.retain(|finding| finding.track != track || !concealment::is_concealment(finding.kind));
        merge(findings, concealment::findings(track, verdicts, zone.as_deref()));
        judge(open, &self.camera_name, &self.timezone, &self.rules, &self.doubts);
        let due = at >= open.reported_at + GROWTH_REPORTED_EVERY;
        (before != Some(answers) || open.alert.severity != severity || due).then(|| {
            open.reported_at = at;
            (Change::Grew, open.alert.clone())
        })
    }

    /// Takes what is known by now of a vehicle's plate, and what the rules make of it. It joins the
    /// open alert, or opens one; score and severity that it had stay.
    pub fn inspect(
        &mut self,
        at: Timestamp,
        frame_size: (u32, u32),
        vehicle: Vehicle,
        findings: Vec<Finding>,
        context: &Context,
        ids: &mut IdSource,
    ) -> Option<(Change, Alert)> {
        let Some(open) = &mut self.open else {
            if !self.opens(&findings) {
                return None;
            }
            return Some((Change::Opened, self.open_new(at, frame_size, findings, vec![vehicle], context, ids)));
        };
        let track = vehicle.track;
        if findings.is_empty() && !open.alert.findings.iter().any(|finding| finding.track == track) {
            return None;
        }
        let before = match open.vehicles.iter().position(|known| known.track == track) {
            Some(place) => Some(std::mem::replace(&mut open.vehicles[place], vehicle.clone())),
            None if open.vehicles.len() == MAX_VEHICLES => return None,
            None => {
                open.vehicles.push(vehicle.clone());
                None
            }
        };
        let severity = open.alert.severity;
        // They are made anew: a verdict may be withdrawn.
        open.alert.findings.retain(|finding| finding.track != track || !plate::findings::is_of_plate(finding.kind));
        merge(&mut open.alert.findings, findings);
        judge(open, &self.camera_name, &self.timezone, &self.rules, &self.doubts);
        let is_news = before.is_none_or(|before| !before.tells_as(&vehicle)) || open.alert.severity != severity;
        is_news.then(|| {
            open.reported_at = at;
            (Change::Grew, open.alert.clone())
        })
    }

    /// Takes what happened to the camera itself, which joins the open alert or opens one.
    pub fn witness(
        &mut self,
        frame_size: (u32, u32),
        incident: Incident,
        context: &Context,
        ids: &mut IdSource,
    ) -> Option<(Change, Alert)> {
        let (at, finding) = (incident.at, incident.finding(frame_size));
        let change = if self.open.is_some() { Change::Grew } else { Change::Opened };
        if change == Change::Opened {
            self.open_new(at, frame_size, vec![finding.clone()], Vec::new(), context, ids);
        }
        let open = self.open.as_mut().filter(|open| open.incidents.len() < MAX_INCIDENTS)?;
        open.incidents.push(incident);
        merge(&mut open.alert.findings, vec![finding]);
        open.context.join(context);
        open.alert.last_seen_at = open.alert.last_seen_at.max(at);
        open.reported_at = at;
        judge(open, &self.camera_name, &self.timezone, &self.rules, &self.doubts);
        Some((change, open.alert.clone()))
    }

    /// Lets time pass: closes the alert after a quiet while.
    pub fn tick(&mut self, now: Timestamp) -> Option<Alert> {
        let quiet_since = self.open.as_ref()?.alert.last_seen_at;
        if now + CLOCK_SLACK < quiet_since {
            // The clock was set back: by its own time this alert would stay open for hours.
            return self.close(quiet_since);
        }
        if now < quiet_since + QUIET_BEFORE_CLOSE { None } else { self.close(quiet_since + QUIET_BEFORE_CLOSE) }
    }

    /// Closes the alert at `at`, because the stream or the appliance ends.
    pub fn close(&mut self, at: Timestamp) -> Option<Alert> {
        let mut alert = self.open.take()?.alert;
        alert.closed_at = Some(at.max(alert.last_seen_at));
        Some(alert)
    }

    /// Closes the alert because somebody has settled it. What it told raises no other: a guard has looked at that. What
    /// comes after, be it of the same tracks, does.
    pub fn settle(&mut self, at: Timestamp) -> Option<Alert> {
        self.close(at).inspect(|settled| self.looked_at.add(settled))
    }

    fn opens(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| finding.kind.opens_an_alert()) && !self.looked_at.is_all(findings)
    }

    fn open_new(
        &mut self,
        at: Timestamp,
        (frame_width, frame_height): (u32, u32),
        findings: Vec<Finding>,
        vehicles: Vec<Vehicle>,
        context: &Context,
        ids: &mut IdSource,
    ) -> Alert {
        let mut alert = Alert {
            id: ids.next(at),
            case: None,
            camera: self.camera.clone(),
            zone: None,
            opened_at: at,
            last_seen_at: at,
            closed_at: None,
            severity: score::severity(0.0),
            score: 0.0,
            score_parts: Vec::new(),
            handling: Handling::default(),
            findings: Vec::new(),
            persons: Vec::new(),
            looks: BTreeMap::new(),
            reason: crate::rules::Bilingual::default(),
            frame_width,
            frame_height,
            pictures_removed: None,
        };
        let most = Counts::of(&findings);
        merge(&mut alert.findings, findings);
        keep_looks(&mut alert, &self.looks);
        let context = context.clone();
        let mut open = Open {
            alert,
            context,
            most,
            vehicles,
            incidents: Vec::new(),
            highest: None,
            is_doubt_news: false,
            reported_at: at,
        };
        judge(&mut open, &self.camera_name, &self.timezone, &self.rules, &self.doubts);
        let alert = open.alert.clone();
        self.open = Some(open);
        alert
    }
}

impl Open {
    /// Whether what was found shows that the intrusion goes on.
    fn is_kept_open_by(&self, finding: &Finding) -> bool {
        let has_opened = |known: &Finding| known.track == finding.track && known.kind.opens_an_alert();
        finding.kind.opens_an_alert() || self.alert.findings.iter().any(has_opened)
    }
}

/// Adds findings, one per kind and track, each at its most confident; says whether any of them
/// tells something new.
fn merge(known: &mut Vec<Finding>, found: Vec<Finding>) -> bool {
    let mut news = false;
    for finding in found {
        let full = known.len() >= MAX_FINDINGS;
        match known.iter_mut().find(|k| k.kind == finding.kind && k.track == finding.track) {
            Some(same) if finding.confidence > same.confidence => *same = finding,
            Some(_) => {}
            None if !full => {
                known.push(finding);
                news = true;
            }
            None => {
                let least = known.iter_mut().min_by(|a, b| a.weight.total_cmp(&b.weight));
                if let Some(least) = least.filter(|least| finding.weight > least.weight) {
                    *least = finding;
                    news = true;
                }
            }
        }
    }
    known.sort_by(|a, b| a.at.cmp(&b.at).then(a.track.cmp(&b.track)).then(a.kind.cmp(&b.kind)));
    news
}

/// Of each person of the alert the latest.
fn keep_looks(alert: &mut Alert, latest: &BTreeMap<Uuid, Looks>) {
    let persons = alert.findings.iter().filter(|finding| finding.kind == FindingKind::Person);
    let of = |track: Uuid| latest.get(&track).or_else(|| alert.looks.get(&track)).map(|looks| (track, *looks));
    alert.looks = persons.filter_map(|person| of(person.track)).collect();
}

/// Score, severity, zone and sentence from the findings. Severity never falls while an alert is open, and what findings
/// came to once does not fall either; only a vehicle that turns out to be known lowers the score, and a doubt.
fn judge(open: &mut Open, camera_name: &str, timezone: &TimeZone, rules: &AnswerRules, doubted: &Doubts) {
    let alert = &mut open.alert;
    let weigh = |findings: &[Finding], context: &Context| {
        [score::parts(findings, context), doubts::parts(findings, doubted)].concat()
    };
    let parts = weigh(&alert.findings, &open.context);
    let highest = open.highest.as_ref().map(|(findings, context)| weigh(findings, context));
    let still = highest.filter(|highest| score::log_odds(highest) >= score::log_odds(&parts));
    if still.is_none() {
        open.highest = Some((alert.findings.clone(), open.context.clone()));
    }
    let known_vehicle = open.vehicles.iter().any(Vehicle::is_known);
    alert.score_parts = still.unwrap_or_else(|| parts.clone());
    alert.score_parts.extend(known_vehicle.then(score::known_vehicle));
    alert.score = score::score(score::log_odds(&alert.score_parts));
    alert.severity = alert.severity.max(score::severity(alert.score));
    let placed = alert.findings.iter().filter(|finding| finding.zone.is_some());
    let weightiest = placed.max_by(|a, b| a.weight.total_cmp(&b.weight).then(b.at.cmp(&a.at)));
    alert.zone = weightiest.and_then(|finding| finding.zone.clone());
    let scene = Scene { camera_name, timezone, opened_at: alert.opened_at, parts: &parts, most: open.most, rules };
    let others = || sentence::reason(&alert.findings, &alert.persons, &open.vehicles, &scene);
    let only_the_camera = alert.findings.iter().all(|finding| finding.kind.is_of_the_camera());
    alert.reason = if open.incidents.is_empty() {
        others()
    } else {
        camera::sentence(&open.incidents, (!only_the_camera).then(others), &scene)
    };
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
