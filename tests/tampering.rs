//! Cameras that somebody blinds, and what only looks like it: a real clip, changed and encoded again,
//! seen as a quiet camera sees it, about one picture a second.

#[path = "tampering/film.rs"]
mod clip;
#[path = "tampering/paint.rs"]
mod paint;
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use canhdem::alert::{Alert, Change};
use canhdem::camera::analyst::{Analyst, Eyes};
use canhdem::config::Config;
use canhdem::decode::gate::Gate;
use canhdem::decode::{Frame, Impression, Watcher};
use canhdem::rules::tamper::{KnownScenes, Trouble, Witness};
use canhdem::rules::{FindingKind, Severity};
use canhdem::testcam::Picture;
use canhdem::vision::{Detector, LOW_SCORE, Manifest};
use clip::{
    AFTER_SECONDS, BEFORE_FREEZING, BEFORE_SECONDS, FPS, Light, Moment, OTHER_PLACES, filmed, frozen, saved, start,
    units, window,
};
use serde_json::Value;
use support::program;

/// Within this everything must be found.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

const BEFORE: Duration = Duration::from_secs(BEFORE_SECONDS as u64);

/// What is said of a film that changes after `before`, and how long after that.
fn witnessed(name: &str, pictures: Vec<Picture>, before: Duration) -> Option<(Trouble, Duration)> {
    told_by(&mut Witness::default(), name, pictures, before)
}

fn told_by(witness: &mut Witness, name: &str, pictures: Vec<Picture>, before: Duration) -> Option<(Trouble, Duration)> {
    let mut watcher = Watcher::new(Gate::new(), FPS);
    let mut last_second = None;
    for unit in units(&saved(name, pictures)) {
        watcher.push(&unit, &mut |_| false).expect("decodes");
        let Some(frame) = watcher.latest() else { continue };
        let second = frame.pts.as_secs();
        if last_second.replace(second) == Some(second) {
            continue;
        }
        if let Some(trouble) = witness.see(frame.pts, Impression::of(frame).expect("planes")) {
            let after = unit.pts.checked_sub(before).expect("nothing before it");
            return Some((trouble, after));
        }
    }
    None
}

/// In both kinds of light the change is found in time, as one of these.
#[track_caller]
fn check_found(name: &str, expected: &[Trouble], change: impl Fn(&mut Moment<'_>)) {
    for light in Light::BOTH {
        let found = witnessed(&format!("{name}-{light:?}"), filmed(light, &change), BEFORE);
        let Some((trouble, after)) = found else { panic!("{name} by {light:?} is not found") };
        assert!(
            expected.contains(&trouble) && after <= FOUND_WITHIN,
            "{name} by {light:?}: {trouble:?} after {after:?}"
        );
    }
}

/// Nobody is alarmed, neither by day nor by infrared light.
#[track_caller]
fn check_harmless(name: &str, change: impl Fn(&mut Moment<'_>)) {
    for light in Light::BOTH {
        let found = witnessed(&format!("{name}-{light:?}"), filmed(light, &change), BEFORE);
        assert_eq!(found, None, "{name} by {light:?}");
    }
}

#[test]
fn a_covered_lens_is_found() {
    use Trouble::{Covered, Dark};
    check_found("covered-dim", &[Covered], |moment| paint::cloth(moment.picture, 40.0));
    check_found("covered-bright", &[Covered], |moment| paint::cloth(moment.picture, 190.0));
    // Where no light comes in, it may as well be the lamp.
    check_found("covered-black", &[Dark], |moment| paint::cloth(moment.picture, 8.0));
    check_found("dark", &[Dark], |moment| paint::darker(moment.picture, 0.01));
}

#[test]
fn a_sprayed_dome_is_found() {
    let expected = [Trouble::Sprayed, Trouble::Covered];
    check_found("sprayed-part", &expected, |moment| paint::spray(moment.picture, moment.seconds, 0.4));
    check_found("sprayed-whole", &expected, |moment| paint::spray(moment.picture, moment.seconds, 0.6));
}

#[test]
fn a_camera_that_looks_elsewhere_is_found() {
    for (index, place) in OTHER_PLACES.into_iter().enumerate() {
        check_found(&format!("turned-{index}"), &[Trouble::Turned], |moment| {
            *moment.picture = window(moment.wide, place);
            moment.light_up();
        });
    }
}

#[test]
fn a_lens_out_of_focus_is_found() {
    for radius in [2, 4, 7] {
        check_found(&format!("defocused-{radius}"), &[Trouble::Defocused], |moment| {
            paint::blur(moment.picture, radius);
        });
    }
}

#[test]
fn a_picture_that_stands_still_is_found() {
    for light in Light::BOTH {
        let found = witnessed(&format!("frozen-{light:?}"), frozen(light), BEFORE_FREEZING);
        assert!(
            matches!(found, Some((Trouble::Frozen, after)) if after <= FOUND_WITHIN),
            "frozen by {light:?}: {found:?}"
        );
    }
}

/// What is said of a film that shows only what is left after the change, by a witness that knew the scene before.
fn witnessed_after_a_restart(
    name: &str,
    light: Light,
    change: impl Fn(&mut Moment<'_>),
) -> Option<(Trouble, Duration)> {
    let mut before = Witness::default();
    assert_eq!(told_by(&mut before, &format!("{name}-before"), filmed(light, &|_| {}), Duration::ZERO), None);
    let bytes = before.known(start()).expect("it has learned").to_bytes();
    let known = KnownScenes::from_bytes(&bytes, start()).expect("known");
    let after = filmed(light, &change).split_off((BEFORE_SECONDS * FPS) as usize);
    told_by(&mut Witness::recalling(known), name, after, Duration::ZERO)
}

#[test]
fn what_was_done_while_nobody_watched_is_found() {
    use Trouble::{Covered, Sprayed, Turned};
    #[track_caller]
    fn check(name: &str, expected: &[Trouble], change: impl Fn(&mut Moment<'_>)) {
        for light in Light::BOTH {
            let found = witnessed_after_a_restart(&format!("restarted-{name}-{light:?}"), light, &change);
            let Some((trouble, after)) = found else { panic!("{name} by {light:?} is not found") };
            assert!(expected.contains(&trouble) && after <= FOUND_WITHIN, "{light:?}: {trouble:?} after {after:?}");
        }
    }
    check("covered", &[Covered], |moment| paint::cloth(moment.picture, 40.0));
    check("sprayed", &[Sprayed, Covered], |moment| paint::spray(moment.picture, 12.0, 0.6));
    check("turned", &[Turned], |moment| {
        *moment.picture = window(moment.wide, OTHER_PLACES[0]);
        moment.light_up();
    });
}

#[test]
fn what_changes_by_itself_while_nobody_watches_is_harmless() {
    #[track_caller]
    fn check(name: &str, light: Light, change: impl Fn(&mut Moment<'_>)) {
        assert_eq!(witnessed_after_a_restart(&format!("restarted-{name}-{light:?}"), light, change), None);
    }
    check("nothing", Light::Day, |_| {});
    check("nothing", Light::Infrared, |_| {});
    check("night", Light::Day, |moment| {
        paint::by_infrared(moment.picture);
        moment.noise = 3.0;
    });
    check("lamp-off", Light::Day, |moment| {
        paint::darker(moment.picture, 0.25);
        moment.noise *= 2.0;
    });
}

#[test]
fn other_light_is_harmless() {
    check_harmless("infrared-switch", |moment| {
        paint::by_infrared(moment.picture);
        moment.noise = 3.0;
    });
    check_harmless("lamp-off", |moment| {
        paint::darker(moment.picture, 0.25);
        moment.noise *= 2.0;
    });
    check_harmless("headlights", |moment| paint::headlights(moment.picture, moment.seconds / 5.0 - 0.3));
    check_harmless("dazzled", |moment| paint::headlights(moment.picture, 0.6));
}

#[test]
fn weather_and_passers_by_are_harmless() {
    check_harmless("nothing", |_| {});
    check_harmless("rain", |moment| paint::rain(moment.picture, moment.random));
    check_harmless("passer-by", |moment| paint::passer_by(moment.picture, moment.seconds / 4.0 - 0.2));
    // Who stands there has somebody's outline, and is not a smear.
    check_harmless("stander", |moment| {
        let place = (moment.seconds / 4.0 - 0.2).min(0.5) + 0.02 * (2.0 * moment.seconds).sin();
        paint::passer_by(moment.picture, place);
    });
    // Nobody walks about any more, and there is less noise.
    check_harmless("everybody-gone", |moment| {
        *moment.picture = moment.first.clone();
        moment.noise *= 0.6;
    });
}

// --- the alert -------------------------------------------------------------------------------------------------------

fn replayed(file: &Path) -> (String, Vec<Value>) {
    let finished = program::run(&["replay", "--json", &file.display().to_string()]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let lines = finished.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("a JSON object a line"));
    let alerts: Vec<_> = lines.filter(|line| line["type"] == "alert").collect();
    (alerts.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"), alerts)
}

#[test]
fn replay_tells_of_a_covered_camera_in_the_alert_of_who_was_there() {
    let pictures = filmed(Light::Day, &|moment: &mut Moment<'_>| paint::cloth(moment.picture, 40.0));
    let file = saved("replayed", pictures);
    let (text, alerts) = replayed(&file);
    let told: Vec<_> = alerts
        .iter()
        .filter(|alert| {
            alert["findings"].as_array().expect("findings").iter().any(|found| found["kind"] == "camera_tampered")
        })
        .collect();
    let [alert] = &told[..] else { panic!("{text}") };
    assert_eq!(alert["severity"], "critical", "{alert}");
    let kinds: BTreeSet<_> =
        alert["findings"].as_array().expect("findings").iter().map(|found| found["kind"].as_str()).collect();
    assert!(kinds.contains(&Some("person")), "{alert}");
    let says = |language: &str| alert["reason"][language].as_str().expect("a sentence").to_owned();
    assert!(says("vi").starts_with("Camera ") && says("vi").contains(" bị che lúc 01:30:"), "{}", says("vi"));
    assert!(says("vi").contains("ngay sau khi có người ở gần"), "{}", says("vi"));
    assert!(says("en").contains(" was covered at 01:30:"), "{}", says("en"));
    assert_eq!(replayed(&file).0, text, "it repeats itself");
}

fn analyst(config: &Config) -> Analyst {
    let manifest = Manifest::load(None).expect("the manifest");
    let detector = Detector::load(&manifest, "yolox-nano", LOW_SCORE, 1).expect("the detector");
    Analyst::new(config, &config.cameras[0], detector, Eyes::default(), Some(1))
}

/// What an analyst tells of a film.
fn shown(analyst: &mut Analyst, file: &Path) -> Vec<(Change, Alert)> {
    let mut watcher = Watcher::new(Gate::new(), FPS);
    let mut told = Vec::new();
    for unit in units(file) {
        let mut see = |sighting: canhdem::decode::Sighting| {
            let analysis = analyst.see(&sighting).expect("analysed");
            told.extend(analysis.alert);
            analysis.busy
        };
        watcher.push(&unit, &mut see).expect("decodes");
        told.extend(watcher.latest().and_then(|frame: &Arc<Frame>| analyst.witness(frame)));
    }
    told
}

/// An analyst who has seen the people's film, and what was told of it.
fn analyst_of_people(config: &Config) -> (Analyst, Vec<(Change, Alert)>) {
    let mut analyst = analyst(config);
    let told = shown(&mut analyst, &saved("people", filmed(Light::Day, &|_: &mut Moment<'_>| {})));
    (analyst, told)
}

#[test]
fn a_camera_that_was_covered_while_nobody_watched_is_told() {
    let config = Config::for_replay();
    let (before, _) = analyst_of_people(&config);
    let scenes = before.known_scenes(start()).expect("learned");
    let cloth = |moment: &mut Moment<'_>| paint::cloth(moment.picture, 40.0);
    let covered = filmed(Light::Day, &cloth).split_off((BEFORE_SECONDS * FPS) as usize);
    let file = saved("covered-while-nobody-watched", covered);
    let mut after = analyst(&config).remembering(Vec::new(), Some(scenes));
    let told = shown(&mut after, &file);
    let [(Change::Opened, alert)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(alert.findings[0].kind, FindingKind::CameraTampered);
    assert!(alert.opened_at.duration_since(start()).unsigned_abs() <= FOUND_WITHIN, "{alert:?}");
    assert_eq!(shown(&mut analyst(&config), &file), [], "who never saw the scene cannot know");
}

#[test]
fn a_stream_that_is_lost_is_told_with_who_was_near_and_only_while_armed() {
    let config = Config::for_replay();
    let (mut analyst, told) = analyst_of_people(&config);
    assert!(told.iter().any(|(change, _)| *change == Change::Opened), "somebody was seen");
    let end = start() + Duration::from_secs((BEFORE_SECONDS + AFTER_SECONDS).into());
    let mut miss = |seconds| analyst.miss(end + Duration::from_secs(seconds), Duration::from_secs(seconds));
    assert!(miss(0).is_none() && miss(6).is_none(), "it may come back");
    let (change, alert) = miss(8).expect("told");
    assert_eq!((change, alert.severity), (Change::Grew, Severity::Critical));
    assert!(alert.findings.iter().any(|finding| finding.kind == FindingKind::CameraOffline));
    assert!(alert.reason.vi.contains("mất tín hiệu khi đang canh"), "{}", alert.reason.vi);
    assert!(miss(9).is_none(), "once");

    // By day the same is nobody's alert.
    let noon = start() + Duration::from_secs(10 * 3600);
    let mut miss = |seconds| analyst.miss(noon + Duration::from_secs(seconds), Duration::from_secs(36_000 + seconds));
    assert!(miss(0).is_none() && miss(60).is_none());
}
