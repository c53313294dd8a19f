//! The appliance: open, start, wait, stop, in order.

mod backup;
mod cameras;
mod certificate;
mod changed;
mod clips;
mod dossier;
mod escalation;
mod expiry;
pub mod proof;
mod sealing;
mod pictures;
mod roster;
mod systemd;
mod watchdog;

use std::fs::DirBuilder;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use crossbeam_channel::{Sender, bounded};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::access::SetupToken;
use crate::base::metrics::{Metrics, Recordings};
use crate::base::worker::Worker;
use crate::base::{IdSource, Pulse, Pulses, SharedClock, Shutdown, secret};
use crate::camera::analyst::Eyes;
use crate::camera::archive::StoredPlates;
use crate::camera::cases::Cases;
use crate::camera::inspector::{PlateModels, Plates};
use crate::camera::looker::{Models, Reader};
use crate::camera::{self, Decoding, snapshots};
use crate::config::Settings;
use crate::http::{self, AppState};
use crate::notify::Board;
use crate::record::{DiskReport, DiskState, Keeping, Recorder};
use crate::store::Store;
use crate::vision::plate::PlateReader;
use crate::vision::{AttributeReader, Detector, LOW_SCORE, Manifest};
pub use backup::{Restored, Saved, backup, restore};
use cameras::Cameras;
use clips::RecordedClips;
use dossier::Packs;
pub use dossier::{Exported, export};
use escalation::Escalation;
use expiry::Expiry;
use sealing::Sealing;
use systemd::ServiceManager;
use watchdog::Watchdog;

const WEB_BEAT: Duration = Duration::from_secs(1);

/// Where the page is, and how its first account is made.
pub struct Ready {
    pub address: SocketAddr,
    pub is_secure: bool,
    /// Shown once, to whoever starts the appliance; `None` where there is an account.
    pub setup_token: Option<String>,
}

impl Ready {
    /// The page's address, as it is typed into a browser.
    pub fn url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        if self.address.ip().is_unspecified() {
            format!("{scheme}://{}:{}/", certificate::host_name(), self.address.port())
        } else {
            format!("{scheme}://{}/", self.address)
        }
    }
}

/// Runs the appliance until SIGINT or SIGTERM, by settings that may change meanwhile. `ready` hears where the page is.
///
/// # Errors
/// When a part cannot start; what was started before it has stopped again.
pub fn run(
    settings: Settings,
    clock: SharedClock,
    decoding: Decoding,
    ready: impl FnOnce(&Ready) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Signals first: one that comes while models load must not be lost.
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("signals cannot be received")?;

    // Open.
    let config = settings.config();
    make_private_folder(&config.data_dir)?;
    let tls = certificate::open(&config)?;
    let listener = listen(config.web.listen)?;
    let address = listener.local_addr().context("the page's own address is unknown")?;
    let manifest = Manifest::load(config.models_dir.as_deref())?;
    let detector = Detector::load(&manifest, &config.detector.model, LOW_SCORE, config.detector.sessions)?;
    let eyes = eyes(&manifest)?;
    let store = Store::open(&config.data_dir, &clock)?;
    for alert in store.close_unfinished()? {
        tracing::info!(alert = %alert.id, "closed: it was open when canhdem last stopped");
    }
    sealing::write_start(&store, clock.now())?;
    changed::write_what_changed_meanwhile(&settings, &store, clock.now());
    let (setup, setup_token) = first_set_up(&store)?.unzip();
    let cases = Cases::open(&store, config.neighbours.clone(), clock.now(), IdSource::random())?;
    let board = Board::default();
    let metrics = Metrics::new();
    let recorder = Recorder::start(
        config.data_dir.clone(),
        Arc::new(store.clone()),
        Keeping::of(&config),
        clock.clone(),
        {
            let (board, store, metrics) = (board.clone(), store.clone(), metrics.clone());
            Box::new(move |report| {
                metrics.set_recordings(numbers(&report));
                if report.state == DiskState::Ok {
                    store.restore_reserve();
                }
                board.set_disk(report);
            })
        },
        IdSource::random(),
    )?;
    let recorder = Arc::new(recorder);
    // Before a camera takes the room.
    store.settle();
    let shared = camera::Shared {
        settings: settings.clone(),
        clock: clock.clone(),
        store: store.clone(),
        cases,
        board: board.clone(),
        metrics: metrics.clone(),
        recorder: Arc::clone(&recorder),
        detector,
        decoding,
        eyes: Eyes { archive: Some(Arc::new(StoredPlates::new(store.clone(), settings.clone()))), ..eyes },
    };
    let state = AppState {
        clips: Arc::new(
            RecordedClips::open(store.clone(), settings.clone(), Arc::clone(&recorder))
                .context("the folder of clips")?,
        ),
        packs: Arc::new(Packs::new(settings.clone(), clock.clone())),
        snapshots_dir: snapshots::folder(&config.data_dir),
        store,
        board,
        config: Arc::clone(&config),
        settings: settings.clone(),
        clock,
        metrics,
        tls,
        setup,
    };

    // Start. Whoever asks for an alert's clip may be there before the first camera is.
    gstreamer::init().context("GStreamer")?;
    let (stop, shutdown) = Shutdown::new();
    let pulses = Pulses::default();
    pulses.watch(state.store.pulse());
    pulses.watch(recorder.pulse());
    let metrics = state.metrics.clone();
    let expiry = Expiry::new(state.store.clone(), state.clock.clone(), settings.clone())?;
    let sealing = Sealing::new(state.store.clone(), state.clock.clone(), &config.data_dir);
    let escalation = Escalation { store: state.store.clone(), clock: state.clock.clone(), settings };
    let workers = vec![
        serve(listener, state, shutdown.clone(), &pulses)?,
        expiry.start(shutdown.clone())?,
        escalation.start(shutdown.clone())?,
        sealing.clone().start(shutdown.clone())?,
        Cameras::start(shared, shutdown.clone(), pulses.clone())?,
    ];
    // Dropped before the threads that wait for it, also where what follows fails.
    let stop = stop;
    tracing::info!(%address, cameras = config.cameras.len(), "watching");
    let is_ready = Ready { address, is_secure: config.web.is_secure(), setup_token };
    ready(&is_ready)?;
    let manager = ServiceManager::from_env();
    let status = format!("{} cameras, page at {}", config.cameras.len(), is_ready.url());
    manager.ready(&status);
    let watchdog = Watchdog { manager, pulses, metrics, status }.start(shutdown)?;

    // Wait.
    if let Some(signal) = signals.forever().next() {
        tracing::info!(signal, "stopping");
    }

    // Stop: cameras first, so that their last access units reach the recorder, then the recorder,
    // then the store with the last of them.
    drop(stop);
    watchdog.join();
    workers.into_iter().for_each(Worker::join);
    recorder.finish();
    sealing.write_stop();
    Ok(())
}

/// What the metrics tell of recordings.
fn numbers(report: &DiskReport) -> Recordings {
    let forecast = report.forecast;
    let reach = forecast.and_then(|of| of.reach);
    Recordings {
        used_bytes: report.used_bytes,
        quota_bytes: report.quota_bytes,
        days_left: forecast.and_then(|of| of.days_left),
        days_kept: forecast.map(|of| of.days_kept),
        all_days: reach.map(|of| of.all.days),
        motion_days: reach.map(|of| of.motion.days),
        alert_days: reach.and_then(|of| of.alerts).map(|of| of.days),
        key_frames_only: report.key_frames_only,
        waited: report.slow.map(|slow| slow.waited),
    }
}

/// What looks closely at persons and at plates, as far as its models can be used: who comes is told without them, only not
/// all that they hide.
fn eyes(manifest: &Manifest) -> anyhow::Result<Eyes> {
    let (reader, left_out) = AttributeReader::load_usable(manifest)?;
    for left_out in left_out {
        tracing::error!(attribute = left_out.attribute.name(), error = %left_out.error, "not told until canhdem starts again");
    }
    let (plates, left_out) = PlateReader::load_usable(manifest).unwrap_or_else(|error| {
        tracing::error!(%error, "plates are not looked for until canhdem starts again");
        (None, Vec::new())
    });
    for error in left_out {
        tracing::error!(%error, "plates are read without this model until canhdem starts again");
    }
    let reader = reader.map(|reader| Arc::new(Models { reader, waits: false }) as Arc<dyn Reader>);
    let plates = plates.map(|reader| Arc::new(PlateModels { reader, waits: false }) as Arc<dyn Plates>);
    Ok(Eyes { reader, plates, ..Eyes::default() })
}

/// What lets somebody make the first account, where there is none: to be kept, and to be shown.
fn first_set_up(store: &Store) -> anyhow::Result<Option<(SetupToken, String)>> {
    if store.has_accounts()? {
        return Ok(None);
    }
    let random = secret::random().context("a token for the first set-up cannot be made")?;
    Ok(Some(SetupToken::new(random)))
}

/// Video of an office is nobody else's business on this machine.
///
/// # Errors
/// Where it cannot be made.
pub fn make_private_folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("data_dir {}: cannot be made; choose another or change its owner", path.display()))
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| {
        format!("web.listen {address}: the port cannot be opened; stop what uses it or choose another (demo: --port)")
    })?;
    listener.set_nonblocking(true).context("the page's socket")?;
    Ok(listener)
}

/// Answers once this returns.
fn serve(listener: TcpListener, state: AppState, shutdown: Shutdown, pulses: &Pulses) -> anyhow::Result<Worker> {
    let pulse = Pulse::new("web", state.clock.clone());
    pulses.watch(&pulse);
    let (begun, begins) = bounded(1);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("web")
        .enable_all()
        .build()
        .context("the web server's threads")?;
    let worker = Worker::spawn("web-main", move || {
        let served = runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            tokio::spawn(beat(pulse, begun));
            http::serve(listener, state, shutdown).await
        });
        if let Err(error) = served {
            tracing::error!(%error, "the page is no longer served");
        }
    })
    .context("the web server's thread")?;
    // An error means that it ended, and has said why.
    let _ = begins.recv();
    Ok(worker)
}

/// Beats while the server's tasks have their turn.
async fn beat(pulse: Pulse, begun: Sender<()>) {
    // Nobody waits any more after the first time.
    let _ = begun.try_send(());
    loop {
        pulse.beat();
        tokio::time::sleep(WEB_BEAT).await;
    }
}
