//! Closer looks at persons, over a real film with the real detector: when they are taken, what comes
//! of them, and the same person in the main stream's picture. What a person hides is made up here.

mod support;

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use canhdem::alert::{Alert, Change};
use canhdem::base::{Rect, SimClock, Timestamp};
use canhdem::camera::analyst::{Analyst, Eyes};
use canhdem::camera::closer::{Closer as _, MainPictures};
use canhdem::camera::looker::Reader;
use canhdem::config::Config;
use canhdem::decode::gate::Gate;
use canhdem::decode::{Decoder, Frame, Masks, Watcher};
use canhdem::intake::health::Role;
use canhdem::intake::{AccessUnit, Codec, Intake, IntakeOptions, Source};
use canhdem::rules::FindingKind;
use canhdem::track::AnswerRules;
use canhdem::vision::attributes::{Answer, AnswerRule, Attribute, Observation};
use canhdem::vision::{Class, DetectError, Detector, LOW_SCORE, Manifest};
use support::film;
use support::program::fetched;

fn start() -> Timestamp {
    "2026-02-17T01:30:00+07:00".parse().expect("a time")
}

fn detector() -> Detector {
    let manifest = Manifest::load(None).expect("the manifest");
    Detector::load(&manifest, "yolox-nano", LOW_SCORE, 1).expect("the detector")
}

fn units(file: &Path) -> Vec<AccessUnit> {
    let clock = Arc::new(SimClock::new(start()));
    let source = Source::File(file.to_owned());
    let intake = Intake::open(&source, Role::Main, clock, IntakeOptions::file(start())).expect("opens");
    intake.receiver().iter().map_while(Result::ok).collect()
}

/// 15 s of people, as access units.
fn people() -> &'static [AccessUnit] {
    static PEOPLE: OnceLock<Vec<AccessUnit>> = OnceLock::new();
    PEOPLE.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("looks-people.mp4");
        film::people().save(&path).expect("saved");
        units(&path)
    })
}

/// Finds a mask and no hat on everybody, and remembers of which pictures it was asked.
#[derive(Default)]
struct Masked {
    asked: Mutex<Vec<Timestamp>>,
}

impl Reader for Masked {
    fn rules(&self) -> AnswerRules {
        let rule = Some(AnswerRule { least_pixels: 4, least_log_odds: 2.0 });
        [rule, rule, None, None]
    }

    fn read(&self, frame: &Arc<Frame>, person: Rect) -> Result<Option<(Vec<Observation>, u32)>, DetectError> {
        self.asked.lock().expect("lock").push(frame.at);
        let region = Rect { h: person.h / 6.0, ..person };
        let seen = |attribute, log_odds| Observation { attribute, log_odds, quality: 0.9, pixels: 8, region };
        Ok(Some((vec![seen(Attribute::Mask, 4.0), seen(Attribute::Hat, -4.0)], 3)))
    }
}

/// What a run told: each alert with what changed, and of which pictures somebody was looked at.
struct Run {
    told: Vec<(Change, Alert)>,
    crops: usize,
    asked: Vec<Timestamp>,
}

fn run(gate: Gate, units: &[AccessUnit], looks: bool) -> Run {
    let config = Config::for_replay();
    let masked = Arc::new(Masked::default());
    let reader = looks.then(|| Arc::clone(&masked) as Arc<dyn Reader>);
    let mut analyst =
        Analyst::new(&config, &config.cameras[0], detector(), Eyes { reader, ..Eyes::default() }, Some(1));
    let mut watcher = Watcher::new(gate, 5);
    let (mut told, mut crops) = (Vec::new(), 0);
    for unit in units {
        let mut see = |sighting: canhdem::decode::Sighting| {
            let analysis = analyst.see(&sighting).expect("analysed");
            told.extend(analysis.alert);
            let enriched = analyst.look(&sighting.frame, &analysis.tracks, None);
            told.extend(enriched.alert);
            crops += enriched.crops.map_or(0, |(_, crops)| crops.len());
            analysis.busy
        };
        watcher.push(unit, &mut see).expect("decoded");
    }
    let (_, closed) = analyst.finish(start());
    told.extend(closed.map(|alert| (Change::Closed, alert)));
    let asked = masked.asked.lock().expect("lock").clone();
    Run { told, crops, asked }
}

#[test]
fn looks_come_after_the_alert_enrich_it_and_change_nothing_else() {
    let units = people();
    let (with, without) = (run(Gate::new(), units, true), run(Gate::new(), units, false));
    let ((change, opened), (_, plain)) = (&with.told[0], &without.told[0]);
    assert_eq!((change, opened), (&Change::Opened, plain), "the first alert is what it is without looks");
    assert!(opened.persons.is_empty() && without.asked.is_empty());
    assert!(with.asked.iter().all(|at| *at >= opened.opened_at), "nobody is looked at before there is an alert");

    let (change, closed) = with.told.last().expect("told");
    assert_eq!((change, closed.id), (&Change::Closed, opened.id));
    // Somebody far away is too small even for this reader; nothing is made up about them.
    let (looked_at, too_small): (Vec<_>, Vec<_>) =
        closed.persons.iter().partition(|person| person.attributes[0].frames > 0);
    assert!(looked_at.len() > 5 && looked_at.len() > 5 * too_small.len(), "{too_small:?}");
    assert!(too_small.iter().all(|person| person.attributes.iter().all(|judged| judged.answer == Answer::Unknown)));
    assert!(with.crops >= 2 * looked_at.len(), "{} crops of {} persons", with.crops, looked_at.len());
    for person in looked_at {
        let answers = person.attributes.map(|judged| judged.answer);
        assert_eq!(answers, [Answer::Yes, Answer::No, Answer::Unknown, Answer::Unknown]);
        assert!(person.attributes[0].frames <= 12 && person.attributes[0].has_crop, "{person:?}");
        let covers = |kind| closed.findings.iter().any(|found| found.track == person.track && found.kind == kind);
        assert!(covers(FindingKind::FaceCovered) && !covers(FindingKind::HeadCovered), "{:?}", closed.findings);
    }
    // Nothing looks for gloves and bags here, so that nobody is told that they were not seen.
    let told = &closed.reason.vi;
    assert!(told.contains("đeo khẩu trang") && !told.contains("không nhìn rõ"), "{told}");
    assert!(closed.score > without.told.last().expect("told").1.score);
}

#[test]
fn looks_are_the_same_with_and_without_the_gate() {
    let units = people();
    let (gated, all) = (run(Gate::new(), units, true), run(Gate::always_awake(), units, true));
    assert!(!gated.asked.is_empty());
    assert_eq!(gated.asked, all.asked);
    let judged = |run: &Run| {
        let (_, alert) = run.told.last().expect("told");
        (alert.severity, alert.persons.iter().map(|person| person.attributes).collect::<Vec<_>>())
    };
    assert_eq!(judged(&gated), judged(&all));
}

#[test]
fn the_main_stream_shows_the_same_person() {
    let units: Vec<_> = units(&fetched(film::FILM)).into_iter().take(40).collect();
    // Nobody else's: it must never be busy here.
    let detector = detector();
    let mut main = MainPictures::new(detector.clone(), Masks::none());
    assert_eq!(main.size(), None);
    let mut decoder = Decoder::new(units[0].codec, &units[0].caps, &Masks::none()).expect("a decoder");
    let mut frames = Vec::new();
    for unit in &units {
        main.push(unit);
        frames.extend(decoder.push(unit).expect("decoded"));
    }
    assert_eq!(main.size(), Some((768, 576)));
    let frame = frames.last().expect("pictures");
    let seen = detector.detect(frame, &[]).expect("detected").detections;
    let persons = seen.iter().filter(|found| found.class == Class::Person && found.score > 0.5);
    let person = persons.max_by(|a, b| a.bbox.h.total_cmp(&b.bbox.h)).expect("somebody").bbox;
    // Where the smaller stream has it is never quite the same place.
    let about = Rect { x: person.x + 0.2 * person.w, y: person.y - 4.0, ..person };

    let first = main.find(frame.at, about, 10_000.0);
    let (picture, found) = first.found.expect("is found");
    assert_eq!((picture.width, picture.at), (768, frame.at));
    assert!(found.iou(&person) > 0.6, "{found:?} instead of {person:?}");
    assert!(first.inferences == 1 && first.cost_ms > 15.0 && !first.busy, "{} ms", first.cost_ms);
    let second = main.find(frame.at, about, 10_000.0);
    assert!(second.found.is_some() && second.cost_ms <= 15.0, "the picture is decoded once");
    main.rest();
    let third = main.find(frame.at, about, 10_000.0);
    assert!(third.found.is_some() && third.cost_ms > 15.0, "it was not kept: {} ms", third.cost_ms);

    let nobody = Rect::new(740.0, 0.0, 20.0, 40.0);
    assert!(main.find(frame.at, nobody, 10_000.0).found.is_none());
    let later = units[39].at + jiff::SignedDuration::from_secs(3);
    assert!(main.find(later, about, 10_000.0).found.is_none(), "the newest picture is too old");
    main.clear();
    assert!(main.find(frame.at, about, 10_000.0).found.is_none() && main.size().is_none());
}

#[test]
fn a_main_stream_that_cannot_be_decoded_costs_what_was_tried_once_a_picture() {
    let units: Vec<_> = units(&fetched(film::FILM)).into_iter().take(40).collect();
    let mut main = MainPictures::new(detector(), Masks::none());
    for unit in &units {
        // A decoder that does not take these caps.
        main.push(&AccessUnit { codec: Codec::H265, ..unit.clone() });
    }
    let (last, person) = (&units[39], Rect::new(100.0, 100.0, 50.0, 100.0));
    let mut find = |at| {
        let sought = main.find(at, person, 10_000.0);
        assert!(sought.found.is_none() && sought.inferences == 0);
        sought.cost_ms
    };
    // 768 by 576 pixels at 3 ms a million.
    let one_unit = 1.327;
    assert!((find(last.at) - one_unit).abs() < 0.01, "what was tried is paid for");
    assert!(find(last.at) <= 0.0, "another person of the same picture does not try again");
    assert!((find(last.at + jiff::SignedDuration::from_millis(200)) - one_unit).abs() < 0.01);
}
