//! `canhdem demo`: real RTSP servers on loopback, the appliance and the page, on a night of Tết.

mod footage;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::{output, user};
use crate::access::{Role, SetupToken};
use crate::app;
use crate::base::Polygon;
use crate::base::worker::Worker;
use crate::base::{SharedClock, Shutdown, SystemClock, secret};
use crate::config::{Camera, Config, Credentials, Holidays, Transport, Web, Zone, ZoneKind};
use crate::store::AccountBook;
use crate::testcam::{Auth, Mount, TestCameras};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Port of the page on this machine; 0 takes any that is free.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Another camera that plays this video; may be given again.
    #[arg(long, value_name = "FILE")]
    footage: Vec<PathBuf>,
    /// Where recordings and prepared videos go. What an earlier demo recorded there is removed.
    #[arg(long, value_name = "FOLDER", default_value = ".demo")]
    data_dir: PathBuf,
    /// Begin without an account, as an appliance that is new: the page asks for the set-up token.
    #[arg(long)]
    set_up: bool,
}

/// 01:30 on the first day of the year Bính Ngọ.
const START: &str = "2026-02-17T01:30:00+07:00";
const USER: &str = "demo";
/// Protects nothing: the cameras are simulated, on loopback. It is there so that the demo signs in
/// as a real camera wants it.
const PASSWORD: &str = "canh-dem";
/// The gate of the car park and the corridor behind it.
const NEIGHBOURS: (&str, &str) = ("bai-xe", "hanh-lang");
const WALK: Duration = Duration::from_secs(60);
/// What an office might want done; the number is made up.
const PLAN: [&str; 3] = ["Gọi trực ban, máy lẻ 101", "Khóa cổng sau", "Báo công an phường nếu có người"];
const DROPS_OUT: &str = "cong-phu";
const DROPS_OUT_AFTER: Duration = Duration::from_secs(100);
const DROPS_OUT_FOR: Duration = Duration::from_secs(20);

/// # Errors
/// When the footage is missing or cannot be prepared, or the appliance cannot start.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let start: Timestamp = START.parse().context("the demo's time")?;
    output::line("canhdem: preparing the sample cameras (some twenty seconds, the first time only)")?;
    let scenes = footage::prepare(&args.data_dir.join("footage"), &args.footage)?;
    let mounts = scenes.iter().flat_map(mounts).collect();
    let cameras = Arc::new(TestCameras::start(mounts)?);

    let data_dir = args.data_dir.join("data");
    forget_earlier_demo(&data_dir)?;
    let config = config(&scenes, &cameras, data_dir, args.port)?;
    let password = if args.set_up { None } else { Some(make_account(&config.data_dir, start)?) };

    let (stop, shutdown) = Shutdown::new();
    let failing = Arc::clone(&cameras);
    let saboteur = Worker::spawn("demo-dropouts", move || drop_out_now_and_then(&failing, &shutdown))?;
    let clock = Arc::new(SystemClock::starting_at(start));
    let outcome = app::run(config, clock, |ready| {
        output::line(format!("canhdem: page at {}", ready.url()))?;
        if let Some(password) = &password {
            output::line(format!("canhdem: sign in as {USER} with the password {password}"))?;
        }
        if let Some(token) = &ready.setup_token {
            output::line(format!("canhdem: no account yet: enter the set-up token {token}"))?;
        }
        output::line("canhdem: it is 01:30 on the first night of Tết; Ctrl-C ends the demo")?;
        Ok(())
    });
    drop(stop);
    saboteur.join();
    outcome
}

fn mounts(scene: &footage::Scene) -> impl Iterator<Item = Mount> {
    let streams = [("main", Some(&scene.footage)), ("sub", scene.sub.as_ref())];
    streams.into_iter().filter_map(|(role, footage)| {
        let auth = Auth::Digest { user: USER.to_owned(), password: PASSWORD.to_owned() };
        Some(Mount::new(path(&scene.id, role), Arc::clone(footage?)).with_auth(auth))
    })
}

fn path(id: &str, role: &str) -> String {
    format!("/{id}/{role}")
}

/// Each demo begins at the same moment: what the last one recorded "then" must not mix with it.
fn forget_earlier_demo(data_dir: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(data_dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{}: what an earlier demo left cannot be removed", data_dir.display()))
        }
        _ => Ok(()),
    }
}

/// An administrator with a new password, which is given back.
fn make_account(data_dir: &Path, now: Timestamp) -> anyhow::Result<String> {
    app::make_private_folder(data_dir)?;
    let (_, password) = SetupToken::new(secret::random().context("a password cannot be made")?);
    let clock: SharedClock = Arc::new(SystemClock::starting_at(now));
    let account = user::new_account(USER, Role::Admin, &password, now)?;
    AccountBook::open(data_dir, &clock)?.add(&account)??;
    Ok(password)
}

fn config(scenes: &[footage::Scene], cameras: &TestCameras, data_dir: PathBuf, port: u16) -> anyhow::Result<Config> {
    let mut configured = Vec::with_capacity(scenes.len());
    let plan = PLAN.map(str::to_owned).to_vec();
    for scene in scenes {
        let address = |role| cameras.url(&path(&scene.id, role)).parse().context("a simulated camera's address");
        configured.push(Camera {
            id: scene.id.clone(),
            name: scene.name.clone(),
            main: address("main")?,
            sub: scene.sub.is_some().then(|| address("sub")).transpose()?,
            place: Some(scene.name.clone()),
            transport: Transport::Tcp,
            tamper: true,
            credentials: Some(Credentials { user: USER.to_owned(), password: PASSWORD.to_owned() }),
            zones: vec![Zone {
                plan: plan.clone(),
                ..Zone::new(zone_id(scene.zone), scene.zone, Polygon::full_frame())
            }],
            lines: Vec::new(),
            plan: plan.clone(),
        });
    }
    let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let web = Web { listen, certificate: None, require_totp_for_admins: false };
    let mut config = Config { data_dir, web, cameras: configured, ..Config::for_replay() };
    config.arming.days.holidays = Holidays::Vietnam;
    // Whoever leaves a car at the gate is in the corridor soon: one case.
    config.neighbours = [NEIGHBOURS].map(|(a, b)| (a.to_owned(), b.to_owned(), WALK)).into_iter().collect();
    Ok(config)
}

fn zone_id(kind: ZoneKind) -> &'static str {
    match kind {
        ZoneKind::Yard => "san",
        ZoneKind::Parking => "bai-xe",
        _ => "trong-nha",
    }
}

fn drop_out_now_and_then(cameras: &TestCameras, shutdown: &Shutdown) {
    while !shutdown.wait(DROPS_OUT_AFTER) {
        cameras.drop_out(&path(DROPS_OUT, "main"));
        let stopped = shutdown.wait(DROPS_OUT_FOR);
        cameras.restore(&path(DROPS_OUT, "main"));
        if stopped {
            return;
        }
    }
}
