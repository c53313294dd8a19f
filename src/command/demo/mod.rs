//! `canhdem demo`: real RTSP servers on loopback, the appliance and the page, on a night of Tết.

mod footage;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use toml::{Table, Value};

use super::{output, user};
use crate::access::{Role, SetupToken};
use crate::app;
use crate::base::worker::Worker;
use crate::base::{SharedClock, Shutdown, SystemClock, secret};
use crate::camera::Decoding;
use crate::config::{Settings, ZoneKind};
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
    let file = args.data_dir.join("canhdem.toml");
    write(&args.data_dir.join("credentials.toml"), &credentials(&scenes), 0o600)?;
    write(&file, &config(&scenes, &cameras, args.port), 0o644)?;
    let settings = Settings::open(file)?;
    let password = if args.set_up { None } else { Some(make_account(&settings.config().data_dir, start)?) };

    let (stop, shutdown) = Shutdown::new();
    let failing = Arc::clone(&cameras);
    let saboteur = Worker::spawn("demo-dropouts", move || drop_out_now_and_then(&failing, &shutdown))?;
    // Dropped before the thread that waits for it, also where something panics.
    let stop = stop;
    let clock = Arc::new(SystemClock::starting_at(start));
    let outcome = app::run(settings, clock, Decoding::OnDemand, |ready| {
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

/// Each demo begins with this, and the settings change it as they do anywhere.
fn config(scenes: &[footage::Scene], cameras: &TestCameras, port: u16) -> String {
    let mut file = Table::new();
    file.insert("data_dir".to_owned(), "data".into());
    file.insert("web".to_owned(), Table::from_iter([("listen".to_owned(), format!("127.0.0.1:{port}").into())]).into());
    let cameras = scenes.iter().map(|scene| Value::Table(camera(scene, cameras)));
    file.insert("camera".to_owned(), Value::Array(cameras.collect()));
    file.insert("arming".to_owned(), Table::from_iter([("holidays".to_owned(), "vietnam".into())]).into());
    file.insert("response".to_owned(), Table::from_iter([("plan".to_owned(), Value::from(PLAN.to_vec()))]).into());
    file.to_string()
}

fn camera(scene: &footage::Scene, cameras: &TestCameras) -> Table {
    let address = |role| Value::from(cameras.url(&path(&scene.id, role)));
    let zone = [
        ("id", Value::from(zone_id(scene.zone))),
        ("kind", kind(scene.zone).into()),
        ("polygon", Value::from(vec![vec![0.0, 0.0], vec![1.0, 0.0], vec![1.0, 1.0], vec![0.0, 1.0]])),
    ];
    let zone: Table = zone.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut keys = vec![("id", Value::from(scene.id.clone())), ("name", scene.name.clone().into())];
    keys.push(("main", address("main")));
    keys.extend(scene.sub.is_some().then(|| ("sub", address("sub"))));
    keys.push(("place", scene.name.clone().into()));
    keys.push(("zones", vec![zone].into()));
    // Whoever leaves a car at the gate is in the corridor soon: one case.
    keys.extend((scene.id == NEIGHBOURS.0).then(|| ("near", vec![NEIGHBOURS.1].into())));
    keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What the cameras ask for.
fn credentials(scenes: &[footage::Scene]) -> String {
    let login =
        || Table::from_iter([("user", USER), ("password", PASSWORD)].map(|(key, it)| (key.to_owned(), it.into())));
    scenes.iter().map(|scene| (scene.id.clone(), Value::Table(login()))).collect::<Table>().to_string()
}

fn write(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)))
        .with_context(|| format!("{}: cannot be written", path.display()))
}

fn kind(kind: ZoneKind) -> &'static str {
    match kind {
        ZoneKind::Yard => "yard",
        ZoneKind::Building => "building",
        ZoneKind::Protected => "protected",
        ZoneKind::Parking => "parking",
        ZoneKind::Ignore => "ignore",
    }
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
