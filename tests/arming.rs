//! What is armed decides what is analysed, over a real film with the real detector.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use canhdem::alert::{Alert, Change};
use canhdem::base::{IdSource, SimClock, Timestamp};
use canhdem::camera::analyst::{Analyst, Eyes};
use canhdem::config::Config;
use canhdem::decode::gate::Gate;
use canhdem::decode::{Sighting, Watcher};
use canhdem::intake::health::Role;
use canhdem::intake::{AccessUnit, Intake, IntakeOptions, Source};
use canhdem::rules::orders::{Act, Order, Scope, SharedOrders};
use canhdem::vision::{Detector, LOW_SCORE, Manifest};
use jiff::SignedDuration;
use support::film;

/// A Tuesday.
fn start() -> Timestamp {
    "2026-03-03T01:30:00+07:00".parse().expect("a time")
}

fn seconds(n: i64) -> Timestamp {
    start() + SignedDuration::from_secs(n)
}

/// 15 s of people, as access units.
fn people(name: &str) -> Vec<AccessUnit> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    film::people().save(&path).expect("saved");
    let clock = Arc::new(SimClock::new(start()));
    let intake = Intake::open(&Source::File(path), Role::Main, clock, IntakeOptions::file(start())).expect("opens");
    intake.receiver().iter().map_while(Result::ok).collect()
}

/// A camera whose picture is halved into the zones `trai` and `phai`.
fn config(arming: &str) -> Config {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("canhdem.toml");
    let half = |id: &str, from: f32, to: f32| {
        format!(
            "{{ id = \"{id}\", kind = \"yard\", polygon = [[{from:?},0.0],[{to:?},0.0],[{to:?},1.0],[{from:?},1.0]] }}"
        )
    };
    let zones = [half("trai", 0.0, 0.5), half("phai", 0.5, 1.0)].join(", ");
    let text = format!(
        "data_dir = \"data\"\n[[camera]]\nid = \"cong\"\nmain = \"rtsp://127.0.0.1/1\"\nzones = [{zones}]\n[arming]\nholidays = \"none\"\n{arming}\n"
    );
    fs::write(&path, text).expect("written");
    Config::load(&path).expect("valid")
}

/// Lets an analyst see the film and says what it told and how many runs of the detector that took.
/// `before` is called before each picture.
fn watch(
    config: &Config,
    units: &[AccessUnit],
    orders: SharedOrders,
    mut before: impl FnMut(Timestamp),
) -> (Vec<(Change, Alert)>, u64) {
    let manifest = Manifest::load(None).expect("the manifest");
    let detector = Detector::load(&manifest, "yolox-nano", LOW_SCORE, 1).expect("the detector");
    let mut analyst = Analyst::new(config, &config.cameras[0], detector, Eyes::default(), Some(1)).with_orders(orders);
    let mut watcher = Watcher::new(Gate::new(), 5);
    let mut told = Vec::new();
    for unit in units {
        let mut see = |sighting: Sighting| {
            before(sighting.frame.at);
            let analysis = analyst.see(&sighting).expect("analysed");
            told.extend(analysis.alert);
            analysis.busy
        };
        watcher.push(unit, &mut see).expect("decoded");
    }
    told.extend(analyst.finish(seconds(60)).1.map(|alert| (Change::Closed, alert)));
    (told, analyst.inferences())
}

#[test]
fn what_is_disarmed_by_hand_is_not_looked_at_until_that_is_withdrawn() {
    let units = people("arming-by-hand.mp4");
    let config = config("");
    let disarmed = Order {
        id: IdSource::seeded(1).next(start()),
        act: Act::Disarm,
        scope: Scope::Camera("cong".to_owned()),
        from: start(),
        until: seconds(3600),
        reason: "Thợ đến sửa".to_owned(),
        created_at: start(),
        given_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
    };
    let orders = SharedOrders::default();
    orders.replace(vec![disarmed.clone()]);
    assert_eq!(watch(&config, &units, orders.clone(), |_| ()), (Vec::new(), 0));

    // The analyst runs meanwhile.
    let withdrawn = Order { withdrawn_at: Some(seconds(6)), ..disarmed };
    let (told, inferences) = watch(&config, &units, orders.clone(), |at| {
        if at >= seconds(6) {
            orders.replace(vec![withdrawn.clone()]);
        }
    });
    let (change, opened) = &told[0];
    assert_eq!(*change, Change::Opened);
    assert!(opened.opened_at >= seconds(6) && inferences > 10, "{} by {inferences}", opened.opened_at);
}

#[test]
fn a_zone_that_is_not_armed_gives_no_finding() {
    let units = people("arming-by-zone.mp4");
    let everywhere = watch(&config(""), &units, SharedOrders::default(), |_| ()).0;
    let zones = |told: &[(Change, Alert)]| {
        let (_, alert) = told.last().expect("an alert");
        let mut zones: Vec<_> = alert.findings.iter().filter_map(|finding| finding.zone.clone()).collect();
        zones.sort_unstable();
        zones.dedup();
        zones
    };
    assert_eq!(zones(&everywhere), ["phai", "trai"]);
    let group = "nights = \"none\"\ngroup = [{ name = \"Phải\", zones = [\"cong/phai\"], always = true }]";
    let right = watch(&config(group), &units, SharedOrders::default(), |_| ()).0;
    assert_eq!(zones(&right), ["phai"]);
}
