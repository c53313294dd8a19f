//! What a camera remembers from night to night: its real loop on a real stream, at four evenings of one week, with everything
//! else ended and opened again between.

mod support;

use std::fs;
use std::sync::Arc;

use canhdem::alert::Alert;
use canhdem::base::{IdSource, Metrics, Pulse, SharedClock, Shutdown, SystemClock};
use canhdem::camera::analyst::Eyes;
use canhdem::camera::{self, cases::Cases};
use canhdem::config::{Config, Settings};
use canhdem::notify::Board;
use canhdem::record::{Keeping, Recorder};
use canhdem::rules::FindingKind;
use canhdem::rules::haunts::Mark;
use canhdem::store::{AlertFilter, Store};
use canhdem::testcam::{Mount, TestCameras};
use canhdem::vision::{Detector, LOW_SCORE, Manifest};
use jiff::{SignedDuration, Timestamp};
use support::{Camera, Office, film, until};

/// Watches on every night,
const GATE: &str = "cong";
/// and only on the third.
const SHED: &str = "kho";

fn evening(number: i64) -> Timestamp {
    let first: Timestamp = "2026-02-03T23:30:00+07:00".parse().expect("a time");
    first + SignedDuration::from_hours(24 * number)
}

fn alerts_since(store: &Store, camera: &str, from: Timestamp) -> Vec<Alert> {
    let filter =
        AlertFilter { cameras: vec![camera.to_owned()], from: Some(from), limit: 1000, ..AlertFilter::default() };
    let page = store.alerts(&filter).expect("read");
    page.items.iter().map(|alert| store.alert(alert.id).expect("read").expect("there")).collect()
}

fn spots_seen_before(alerts: &[Alert]) -> Vec<String> {
    let is_told = |alert: &&Alert| alert.findings.iter().any(|finding| finding.kind == FindingKind::SeenBefore);
    alerts.iter().filter(is_told).map(|alert| alert.reason.vi.clone()).collect()
}

/// One run of the appliance's cameras, from `begins` until `is_done`.
fn watch(config: &Arc<Config>, cameras: &[&str], begins: Timestamp, is_done: impl Fn(&Store) -> bool) -> Store {
    let clock: SharedClock = Arc::new(SystemClock::starting_at(begins));
    let store = Store::open(&config.data_dir, &clock).expect("the database");
    let (data_dir, index) = (config.data_dir.clone(), Arc::new(store.clone()));
    let keeping = Keeping::of(config);
    let recorder = Recorder::start(data_dir, index, keeping, clock.clone(), Box::new(|_| {}), IdSource::random());
    let manifest = Manifest::load(config.models_dir.as_deref()).expect("the models");
    let shared = camera::Shared {
        decoding: camera::Decoding::OnDemand,
        settings: Settings::fixed(Arc::clone(config)),
        clock: clock.clone(),
        store: store.clone(),
        cases: Cases::open(&store, config.neighbours.clone(), clock.now(), IdSource::random()).expect("cases"),
        board: Board::default(),
        metrics: Metrics::new(),
        recorder: Arc::new(recorder.expect("the recorder")),
        detector: Detector::load(&manifest, &config.detector.model, LOW_SCORE, 1).expect("the detector"),
        eyes: Eyes::default(),
    };
    let (stop, shutdown) = Shutdown::new();
    let start = |id: &&str| {
        let pulse = Pulse::new(*id, clock.clone());
        camera::start((*id).to_owned(), shared.clone(), shutdown.clone(), pulse).expect("a thread")
    };
    let workers: Vec<_> = cameras.iter().map(start).collect();
    // Where it waits in vain, this goes first: a worker that is let go is waited for.
    let stop = stop;
    until("what the night is for", || is_done(&store));
    drop(stop);
    workers.into_iter().for_each(canhdem::base::worker::Worker::join);
    store
}

fn is_same_spot(a: &Mark, b: &Mark) -> bool {
    (a.spot.x - b.spot.x).hypot(a.spot.y - b.spot.y) < 0.03
}

/// Armed at night, whatever the time is now.
fn configured(office: &Office) -> Arc<Config> {
    let text = fs::read_to_string(&office.config).expect("the configuration");
    let (before, cameras) = text.split_once("[arming]\n").expect("a section");
    let cameras = cameras.split_once('\n').expect("its one key").1;
    let text = format!("{before}[arming]\nnights = \"18:00-06:00\"\n[rules]\nloitering_seconds = 5\n{cameras}");
    fs::write(&office.config, text).expect("written");
    Arc::new(Config::load(&office.config).expect("valid"))
}

#[test]
fn who_loiters_where_others_did_on_two_nights_before_is_told_of_on_the_third() {
    let footage = film::people();
    let mounts = [GATE, SHED].map(|id| Mount::new(format!("/{id}"), Arc::clone(&footage)));
    let cameras = TestCameras::start(mounts.into()).expect("cameras");
    let office = Office::new(&[GATE, SHED].map(|id| Camera { id, main: cameras.url(&format!("/{id}")) }));
    let config = configured(&office);

    for night in 0..2 {
        // The film goes round and does not begin with the night, so that others may be the first who loiter.
        let loitered = |store: &Store| {
            let (before, now): (Vec<_>, Vec<_>) =
                store.marks(GATE, evening(0)).expect("read").into_iter().partition(|mark| mark.at < evening(night));
            let is_again = |mark: &Mark| before.iter().any(|other| is_same_spot(mark, other));
            now.len() >= 3 && (before.is_empty() || now.iter().any(is_again))
        };
        let store = watch(&config, &[GATE], evening(night), loitered);
        assert_eq!(spots_seen_before(&alerts_since(&store, GATE, evening(0))), [""; 0], "night {night}");
    }
    let loitered = |store: &Store| {
        let is_told = !spots_seen_before(&alerts_since(store, GATE, evening(2))).is_empty();
        is_told && !store.marks(SHED, evening(2)).expect("read").is_empty()
    };
    let store = watch(&config, &[GATE, SHED], evening(2), loitered);
    let told = spots_seen_before(&alerts_since(&store, GATE, evening(2)));
    assert!(told.iter().all(|words| words.contains("có người nán lại chỗ này 3 đêm trong tuần")), "{told:?}");
    // The same people before a camera that knows of no other night.
    assert_eq!(spots_seen_before(&alerts_since(&store, SHED, evening(2))), [""; 0]);

    // Two weeks later nobody remembers.
    drop(store);
    let loitered = |store: &Store| !store.marks(GATE, evening(16)).expect("read").is_empty();
    let store = watch(&config, &[GATE], evening(16), loitered);
    assert_eq!(spots_seen_before(&alerts_since(&store, GATE, evening(16))), [""; 0]);
}
