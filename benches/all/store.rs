//! Alerts made durable, in a file on the disk that holds `target/`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use canhdem::alert::{Alert, Handling};
use canhdem::base::{IdSource, Rect, SharedClock, SimClock};
use canhdem::rules::{Bilingual, Finding, FindingKind, Severity};
use canhdem::store::{AlertFilter, Store};
use criterion::{Criterion, criterion_group};

use super::footage;

/// Cameras that open an alert in the same moment.
const CAMERAS: usize = 8;

fn alert(ids: &mut IdSource, findings: usize) -> Alert {
    let at = footage::start();
    let mut finding = || Finding {
        kind: FindingKind::Person,
        track: ids.next(at),
        confidence: 0.8,
        at,
        bbox: Rect::new(200.0, 150.0, 40.0, 100.0),
        zone: Some("san".to_owned()),
        weight: 2.4,
    };
    Alert {
        findings: (0..findings).map(|_| finding()).collect(),
        persons: Vec::new(),
        id: ids.next(at),
        case: None,
        camera: "cong-chinh".to_owned(),
        zone: Some("san".to_owned()),
        opened_at: at,
        last_seen_at: at,
        closed_at: None,
        severity: Severity::Critical,
        score: 0.96,
        score_parts: Vec::new(),
        handling: Handling::default(),
        looks: BTreeMap::new(),
        reason: Bilingual {
            vi: "Có người ở sân lúc 01:30".to_owned(), en: "A person in the yard at 01:30".to_owned()
        },
        frame_width: 768,
        frame_height: 576,
        pictures_removed: None,
    }
}

fn store(c: &mut Criterion) {
    let folder = tempfile::tempdir_in(footage::folder()).expect("folder");
    let clock: SharedClock = Arc::new(SimClock::new(footage::start()));
    let store = Store::open(folder.path(), &clock).expect("store");
    let mut ids = IdSource::seeded(1);
    let mut group = c.benchmark_group("store");
    group.bench_function("put_alert, new", |b| {
        b.iter(|| store.put_alert(&alert(&mut ids, 2)).expect("stored"));
    });
    let mut open = alert(&mut ids, 20);
    group.bench_function("put_alert, grown to 20 findings", |b| {
        b.iter(|| {
            open.last_seen_at += Duration::from_millis(200);
            store.put_alert(&open).expect("stored");
        });
    });
    group.bench_function("put_alert, 8 cameras at once", |b| {
        b.iter(|| {
            let alerts: Vec<_> = (0..CAMERAS).map(|_| alert(&mut ids, 2)).collect();
            std::thread::scope(|threads| {
                for alert in &alerts {
                    threads.spawn(|| store.put_alert(alert).expect("stored"));
                }
            });
        });
    });
    let newest = AlertFilter { limit: 50, ..AlertFilter::default() };
    group.bench_function("alerts, newest 50", |b| b.iter(|| store.alerts(&newest).expect("read")));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = store
}
