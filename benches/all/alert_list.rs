//! `GET /alerts` with a million alerts in the database, in a file on the disk that holds `target/`: the whole route, from
//! the request to the JSON, and the store's part of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use canhdem::access::{self, Role, Session};
use canhdem::base::{IdSource, Metrics, SharedClock, SimClock, Timestamp};
use canhdem::config::Settings;
use canhdem::http::{self, AppState, Clip, ClipError, ClipSource, DeviceKey, Pack, PackSource, Still};
use canhdem::notify::Board;
use canhdem::store::{Account, Store};
use criterion::{BenchmarkId, Criterion, criterion_group};
use rusqlite::Connection;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::footage;

const MILLION: i64 = 1_000_000;
const CONFIG: &str = "data_dir = \"data\"\n[[camera]]\nid = \"cong\"\nmain = \"rtsp://10.0.0.11/main\"\n[arming]\nnights = \"18:00-06:00\"\n";

/// One alert a minute, the last at the start of the footage: of sixteen cameras and a rare one, 200 of them unsettled.
const ALERTS: &str = "
    with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < ?1)
    insert into alert
        (id, appliance, camera, zone, opened_at_ns, last_seen_at_ns, closed_at_ns, severity, score, state,
         reason_vi, reason_en, frame_width, frame_height,
         owner_account, owner_name, claimed_at_ns, verdict, false_alarm_reason, resolved_at_ns)
    select
        unhex(printf('%012x70008000%012x', (?2 + i * 60000000000) / 1000000, i)), (select id from appliance),
        case when i % 10007 = 0 then 'hiem' else 'cam-' || (i % 16) end, 'san',
        ?2 + i * 60000000000, ?2 + i * 60000000000 + 9000000000, ?2 + i * 60000000000 + 30000000000,
        case i % 20 when 0 then 'critical' when 1 then 'warning' else 'notice' end, 0.7,
        case when i % 5000 = 4999 then 'new' else 'resolved' end,
        'Có người trong sân lúc 01:30, ngoài giờ làm việc', 'A person in the yard at 01:30, outside office hours', 768, 576,
        case when i % 5000 <> 4999 then zeroblob(16) end, case when i % 5000 <> 4999 then 'lan' end,
        case when i % 5000 <> 4999 then 1 end,
        case when i % 5000 = 4999 then null when i % 1000 = 0 then 'true_alarm' else 'false_alarm' end,
        case when i % 5000 <> 4999 and i % 1000 <> 0 then 'insect' end,
        case when i % 5000 <> 4999 then 1 end
    from n";

/// What belongs to the alerts: two findings each, some wear a mask, a quarter have notes, some vehicles have plates.
const THE_REST: &str = "
    insert into finding
    select id, k.n, case when k.n = 0 then 'person' when alert.rowid % 100003 = 1 then 'plate_wanted'
            when alert.rowid % 7 = 0 then 'bag' else 'loitering' end,
        case when k.n = 0 then id else unhex(substr(hex(id), 1, 14) || '01' || substr(hex(id), 17)) end, 0.8, opened_at_ns, 1, 2, 3, 4, 'san', 1.5
    from alert, (select 0 as n union all select 1) as k;
    insert into attribute
    select id, 0, a.name, id, case when a.name = 'mask' then 'yes' else 'unknown' end, 0.9, 6, 40, 0
    from alert, (select 'mask' as name union all select 'hat' union all select 'gloves' union all select 'bag') as a
    where alert.rowid % 20 = 0;
    insert into alert_trait
    select distinct 'finding.' || kind, opened_at_ns, id, camera from finding join alert on alert.id = finding.alert_id;
    insert into alert_trait
    select distinct 'wears.' || attribute, opened_at_ns, id, camera from attribute join alert on alert.id = attribute.alert_id
    where answer = 'yes';
    insert into alert_action (alert_id, position, at_ns, account, name, act, note)
    select id, 0, 1, zeroblob(16), 'lan', 'noted', 'Nhện ở đèn số ' || rowid from alert where rowid % 4 = 0;
    insert into alert_word
    select w.word, opened_at_ns, id, camera
    from alert, (select 'nhen' as word union all select 'o' union all select 'den' union all select 'so') as w
    where alert.rowid % 4 = 0;
    insert into alert_word select rowid, opened_at_ns, id, camera from alert where rowid % 4 = 0;
    insert into passage
    select id, appliance, camera, 'car', opened_at_ns, opened_at_ns, 0, 'readable', 0.9, 'white',
        5, 90, null, 0, 0, null, 0
    from alert where rowid % 20 = 0;
    insert into plate_candidate
    select id, 0, printf('12A-%05d', rowid / 20), 0.9, printf('12A%05d', rowid / 20),
        printf('%05dA21', rowid / 20)
    from alert where rowid % 20 = 0;
    analyze";

struct NoClips;

struct NoPacks;

impl PackSource for NoPacks {
    fn pack(&self, _: Uuid, _: bool) -> Result<Pack, String> {
        Err("no pack".to_owned())
    }

    fn device_key(&self) -> Result<DeviceKey, String> {
        Err("no key".to_owned())
    }
}

impl ClipSource for NoClips {
    fn extent(&self, _: &str, _: Timestamp, _: Timestamp) -> Option<(Timestamp, Timestamp)> {
        None
    }

    fn clip(&self, _: &str, _: Timestamp, _: Timestamp) -> Result<Clip, ClipError> {
        Err(ClipError::NoVideo)
    }

    fn still(&self, _: &str, _: Timestamp) -> Result<Still, ClipError> {
        Err(ClipError::NoVideo)
    }

    fn delete(
        &self,
        _: canhdem::record::DeletionOrder,
    ) -> Result<canhdem::record::Deletion, canhdem::record::DeletionError> {
        Err(canhdem::record::DeletionError::Nothing)
    }
}

fn fill(path: &Path) {
    let connection = Connection::open(path).expect("opened");
    connection.execute_batch("pragma synchronous = off; begin").expect("begun");
    let first = footage::start().as_nanosecond() - i128::from(MILLION) * 60_000_000_000;
    let first = i64::try_from(first).expect("a time of our days");
    connection.execute(ALERTS, [MILLION, first]).expect("alerts");
    connection.execute_batch(THE_REST).expect("the rest");
    connection.execute_batch("commit; pragma wal_checkpoint(truncate)").expect("committed");
}

fn alert_list(c: &mut Criterion) {
    let folder = tempfile::tempdir_in(footage::folder()).expect("folder");
    let clock: SharedClock = Arc::new(SimClock::new(footage::start()));
    let path = Store::open(folder.path(), &clock).expect("made").path().to_owned();
    fill(&path);
    let store = Store::open(folder.path(), &clock).expect("opened");
    let config = folder.path().join("canhdem.toml");
    std::fs::write(&config, CONFIG).expect("written");
    let settings = Settings::open(config).expect("a configuration");
    let state = AppState {
        store: store.clone(),
        board: Board::default(),
        settings: settings.clone(),
        config: settings.config(),
        clock,
        metrics: Metrics::new(),
        clips: Arc::new(NoClips),
        packs: Arc::new(NoPacks),
        snapshots_dir: folder.path().join("snapshots"),
        tls: None,
        setup: None,
    };
    let cookie = sign_in(&store);
    let app = http::app(state);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let get = async |query: &str| {
        let request = Request::get(format!("/api/v1/alerts?{query}")).header(header::HOST, "localhost");
        let request = request.header(header::COOKIE, &cookie).body(Body::empty()).expect("a request");
        let response = app.clone().oneshot(request).await.expect("infallible");
        assert_eq!(response.status(), 200, "{query}");
        to_bytes(response.into_body(), 100_000_000).await.expect("a body").len()
    };
    let mut group = c.benchmark_group("a million alerts");
    let queries = [
        ("newest 50", "limit=50"),
        ("from the middle", "limit=50&to=2025-02-17T01:30:00Z"),
        ("unsettled, 200", "limit=200&state=new,claimed"),
        ("unsettled and critical", "limit=200&state=new,claimed&severity=critical"),
        ("one camera", "limit=50&camera=cam-3"),
        ("a rare camera", "limit=50&camera=hiem"),
        ("a common kind", "limit=50&kind=person"),
        ("a rare kind", "limit=50&kind=plate_wanted"),
        ("two kinds", "limit=50&kind=plate_wanted,bag"),
        ("a mask", "limit=50&attribute=mask"),
        ("a mask, one camera", "limit=50&attribute=mask&camera=cam-4"),
        ("critical true alarms", "limit=50&severity=critical&verdict=true_alarm"),
        ("an owner there is not", "limit=50&owner=nobody"),
        ("a plate", "limit=50&plate=12A-12345"),
        ("plates that many have", "limit=50&plate=12A*"),
        ("a common word", "limit=50&text=nhện"),
        ("a common word, one camera", "limit=50&text=nhện&camera=cam-4"),
        ("how common words begin", "limit=50&text=87"),
        ("a rare word", "limit=50&text=876544"),
    ];
    for (name, query) in queries {
        let query = query.replace("nhện", "nh%E1%BB%87n");
        group.bench_with_input(BenchmarkId::new("GET", name), &query, |b, query| {
            b.iter(|| runtime.block_on(get(query)));
        });
    }
    group.finish();
}

fn sign_in(store: &Store) -> String {
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g".to_owned();
    let now = footage::start();
    let account = Account::new(IdSource::random().next(now), "lan", Role::Admin, hash, now);
    store.add_account(&account).expect("written").expect("added");
    let token = access::session_token(access::digest("lan"));
    assert!(store.begin_session(&account, access::digest(&token), Session::begin(now), None).expect("written"));
    format!("canhdem={token}")
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = alert_list
}
