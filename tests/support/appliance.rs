//! The appliance as `canhdem run` starts it, and its API.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use canhdem::access::{Role, password};
use canhdem::base::{IdSource, SharedClock, SystemClock};
use canhdem::store::{Account, AccountBook};
use serde_json::{Value, json};

use super::program::{Finished, Program, fetched, program};
use super::{Office, eventually};

/// For one answer; a machine that is busy with other tests may be slow.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

pub struct Appliance {
    pub program: Program,
    web: ureq::Agent,
    data_dir: PathBuf,
    /// Kept over restarts: a full disk takes no new session.
    cookie_file: PathBuf,
    cookie: OnceCell<String>,
}

pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Appliance {
    /// Starts it and does not wait for anything.
    #[track_caller]
    pub fn launch(office: &Office) -> Self {
        Self::launch_with(office, "info")
    }

    /// With this much in its log, as in `RUST_LOG`.
    #[track_caller]
    pub fn launch_with(office: &Office, log: &str) -> Self {
        fetched("models/yolox-nano.onnx");
        Self::spawn(office, command(office).env("RUST_LOG", log))
    }

    /// With more in its environment.
    #[track_caller]
    pub fn launch_in(office: &Office, environment: &[(&str, String)]) -> Self {
        fetched("models/yolox-nano.onnx");
        let environment = environment.iter().map(|(name, value)| (name, value));
        Self::spawn(office, command(office).env("RUST_LOG", "info").envs(environment))
    }

    /// By a clock that runs so many times as fast.
    #[track_caller]
    pub fn launch_hastened(office: &Office, times: u32, environment: &[(&str, &str)]) -> Self {
        fetched("models/yolox-nano.onnx");
        let mut command = command(office);
        command.args(["--clock-times", &times.to_string()]).env("RUST_LOG", "info");
        Self::spawn(office, command.envs(environment.iter().copied()))
    }

    /// With what was fetched in this folder, and nowhere else.
    #[track_caller]
    pub fn launch_from(office: &Office, deps: &Path) -> Self {
        Self::spawn(office, command(office).env("RUST_LOG", "info").env("CANHDEM_DEPS", deps))
    }

    #[track_caller]
    fn spawn(office: &Office, command: &mut Command) -> Self {
        Self::of(office, Program::start(command))
    }

    /// Of a program that was started by itself.
    pub fn of(office: &Office, program: Program) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER_WITHIN));
        Self {
            program,
            web: config.build().new_agent(),
            data_dir: office.data_dir.clone(),
            cookie_file: office.folder.path().join("cookie"),
            cookie: OnceCell::new(),
        }
    }

    /// Starts it and waits until it answers.
    #[track_caller]
    pub fn start(office: &Office) -> Self {
        let mut appliance = Self::launch(office);
        appliance.wait_until_it_answers();
        appliance
    }

    #[track_caller]
    pub fn wait_until_it_answers(&mut self) {
        eventually("the appliance to answer", || {
            assert!(self.program.is_running(), "it has ended: {}", self.program.stderr());
            self.ask("/api/v1/status").filter(|answer| answer.status == 200)
        });
    }

    /// Where the page is, once it says so.
    pub fn address(&self) -> Option<String> {
        let log = self.program.stderr();
        let line = log.lines().find(|line| line.contains(" watching "))?;
        let (_, rest) = line.split_once("address=")?;
        rest.split_whitespace().next().map(str::to_owned)
    }

    /// None where nobody answers.
    pub fn ask(&self, path: &str) -> Option<Answer> {
        let address = self.address()?;
        let cookie = self.cookie(&address)?;
        let response = self.web.get(format!("http://{address}{path}")).header("cookie", cookie).call().ok()?;
        let (parts, mut body) = response.into_parts();
        let content_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
        Some(Answer {
            status: parts.status.as_u16(),
            content_type: content_type.unwrap_or_default().to_owned(),
            body: body.with_config().limit(1 << 30).read_to_vec().ok()?,
        })
    }

    /// The status of the answer; none where nobody answers.
    pub fn send(&self, path: &str, what: &Value) -> Option<u16> {
        let address = self.address()?;
        let cookie = self.cookie(&address)?;
        let request = self.web.post(format!("http://{address}{path}")).header("cookie", cookie);
        request.send_json(what).ok().map(|response| response.status().as_u16())
    }

    /// Of an administrator who is signed in; none where nobody answers.
    pub fn cookie(&self, address: &str) -> Option<&str> {
        if let Some(cookie) = self.cookie.get() {
            return Some(cookie);
        }
        let cookie = fs::read_to_string(&self.cookie_file).ok().or_else(|| self.sign_in(address))?;
        fs::write(&self.cookie_file, &cookie).expect("a file for the cookie");
        Some(self.cookie.get_or_init(|| cookie))
    }

    /// Signs in anew the next time: a session ends after a day.
    pub fn forget_session(&mut self) {
        let _ = fs::remove_file(&self.cookie_file);
        self.cookie = OnceCell::new();
    }

    /// With an account that is made beside the running appliance.
    fn sign_in(&self, address: &str) -> Option<String> {
        let (name, secret) = ("tests", "nobody guards tests");
        let clock: SharedClock = Arc::new(SystemClock::new());
        let mut book = AccountBook::open(&self.data_dir, &clock).expect("opens beside the appliance");
        if book.named(name).expect("read").is_none() {
            let now = clock.now();
            let account =
                Account::new(IdSource::random().next(now), name, Role::Admin, password::hash(secret, [7; 16]), now);
            book.add(&account).expect("written").expect("added");
        }
        let sent = json!({"name": name, "password": secret});
        let response = self.web.post(format!("http://{address}/api/v1/session")).send_json(sent).ok()?;
        assert_eq!(response.status(), 200, "signing in");
        let cookie = response.headers().get("set-cookie")?.to_str().ok()?;
        cookie.split(';').next().map(str::to_owned)
    }

    /// What lies at a path of the API, such as `alerts`; none where nobody answers.
    #[track_caller]
    pub fn get(&self, path: &str) -> Option<Value> {
        let answer = self.ask(&format!("/api/v1/{path}"))?;
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        Some(serde_json::from_slice(&answer.body).expect("JSON"))
    }

    /// The items of a list of the API.
    #[track_caller]
    pub fn items(&self, path: &str) -> Option<Vec<Value>> {
        self.get(path).map(|list| list["items"].as_array().expect("a list").clone())
    }

    /// A camera's state and the code of the reason for it.
    #[track_caller]
    pub fn camera_state(&self, id: &str) -> Option<(String, Option<String>)> {
        let camera = self.get(&format!("cameras/{id}"))?;
        let reason = camera["reason"]["code"].as_str().map(str::to_owned);
        Some((camera["state"].as_str().expect("a state").to_owned(), reason))
    }

    pub fn is_live(&self, camera: &str) -> bool {
        self.camera_state(camera).is_some_and(|(state, _)| state == "live")
    }

    /// SIGTERM.
    #[track_caller]
    pub fn stop(self) -> Finished {
        self.program.stop()
    }
}

fn command(office: &Office) -> Command {
    let mut command = Command::new(program());
    command.arg("run").arg("--config").arg(&office.config);
    command
}
