//! The configuration: raw in [`file`], checked once here, used everywhere without checking again.

mod alerts;
mod arming;
mod beside;
mod credentials;
mod error;
mod file;
mod near;
mod privacy;
mod reach;
mod record;
mod response;
mod settings;
mod zones;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

pub use alerts::Escalation;
pub use arming::{
    Arming, Beside, Closure, DailySpan, DaysOff, EarlyWatch, Group, Holidays, Hours, OpeningHours, Plan, Swap,
};
pub use beside::FilesBeside;
pub use credentials::Credentials;
pub use error::ConfigError;
pub use file::address;
pub use near::Neighbours;
pub use privacy::{Privacy, USUAL_PURPOSE};
pub use reach::Reach;
pub use record::{Recording, Tiers};
pub use settings::{
    ArmingKeys, CameraKeys, ClosedKeys, DaysKept, Drawn, EarlyWatchKeys, Edit, EditError, FileProblem, FileState,
    GroupKeys, KeepingKeys, KindRules, LineKeys, Login, MaskKeys, NationalDayKeys, NotWritten, PlanKeys, PrivacyKeys,
    RecordKeys, RuleKeys, Settings, SwapKeys, TetKeys, WaitKeys, Weekday, Written, WrittenCamera, ZoneKeys,
    ZonePlanKeys, all_masked, changed_keys,
};
pub use zones::{Direction, EntryLine, PrivacyMask, Zone, ZoneKind, ZoneRules};

#[derive(Debug, Clone)]
pub struct Config {
    pub data_dir: PathBuf,
    /// Where `manifest.toml` and the models lie; `None` means the usual places.
    pub models_dir: Option<PathBuf>,
    pub language: Language,
    pub timezone: TimeZone,
    pub web: Web,
    pub cameras: Vec<Camera>,
    pub neighbours: Neighbours,
    pub arming: Arming,
    pub detector: Detector,
    pub record: Record,
    pub plates: Plates,
    pub escalation: Escalation,
    pub memory: Memory,
    pub privacy: Privacy,
}

/// How the page is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    pub listen: SocketAddr,
    /// The office's own; the appliance makes one where it needs one and this is `None`.
    pub certificate: Option<Certificate>,
    /// Administrators do nothing else until they have a second factor.
    pub require_totp_for_admins: bool,
}

impl Web {
    /// Whether the page is served through TLS: always where others may reach it.
    pub fn is_secure(&self) -> bool {
        !self.listen.ip().is_loopback() || self.certificate.is_some()
    }
}

/// Files in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// And what signs it.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Vi,
    En,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Camera {
    /// Lowercase letters, digits and hyphens: it names folders and appears in addresses.
    pub id: String,
    pub name: String,
    /// Recorded, at full resolution. Never holds credentials.
    pub main: Url,
    /// Analysed; without it `main` is.
    pub sub: Option<Url>,
    /// What it looks at. Cameras of different places cannot see one vehicle at the same time; of a camera
    /// without one that is not known.
    pub place: Option<String>,
    pub transport: Transport,
    pub credentials: Option<Credentials>,
    /// Whether it is told when somebody blinds the camera, or it is lost, while the office is guarded.
    pub tamper: bool,
    pub record: Recording,
    /// Why it watches, for whoever asks.
    pub purpose: String,
    /// Never empty: a camera without zones has one, `yard`, over the whole frame.
    pub zones: Vec<Zone>,
    /// Parts of the picture that nobody sees: no analysis, no guard, nobody whom video or pictures are given to.
    pub privacy_masks: Vec<PrivacyMask>,
    /// Lines that nobody crosses while the office is guarded.
    pub lines: Vec<EntryLine>,
    /// What the office wants done about an alert outside of all zones, in order.
    pub plan: Vec<String>,
}

impl Camera {
    pub fn analysed(&self) -> &Url {
        self.sub.as_ref().unwrap_or(&self.main)
    }

    /// What the office wants done about an alert in this zone.
    pub fn plan_of(&self, zone: Option<&str>) -> &[String] {
        let zone = zone.and_then(|id| self.zones.iter().find(|zone| zone.id == id));
        zone.map_or(&self.plan, |zone| &zone.plan)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    #[default]
    Tcp,
    Udp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Detector {
    /// Name of an entry in the models' manifest.
    pub model: String,
    /// A detection below this score opens no track; 0 to 1.
    pub threshold: f32,
    /// Inference sessions, one thread each.
    pub sessions: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Video kept at most; what is worth least goes first, and of that the oldest.
    pub quota_bytes: u64,
    pub tiers: Tiers,
    /// How long settled alerts are known; `None`: for ever. Never shorter than their pictures are kept.
    pub alert_records: Option<SignedDuration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plates {
    /// How long it is known which vehicles came by; longer only for those of alerts or watched for.
    pub keep_days: u16,
}

impl Plates {
    pub fn keep(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.keep_days))
    }
}

/// What is remembered beyond a night, besides vehicles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// How long it is known where people loitered.
    pub keep_days: u16,
}

impl Memory {
    pub fn keep(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.keep_days))
    }
}

impl Config {
    /// Reads and checks a configuration file and the credentials beside it. Relative paths in it
    /// count from the folder in which it lies.
    ///
    /// # Errors
    /// The first thing that is wrong: the file, the line where there is one, and the way out.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::parse(&text, folder, path)
    }

    /// What `replay` assumes without a configuration: one camera, one yard over the whole picture,
    /// nights and weekends.
    pub fn for_replay() -> Self {
        let address = "rtsp://127.0.0.1/replay";
        let text = format!(
            "data_dir = \".\"\n[[camera]]\nid = \"replay\"\nmain = \"{address}\"\n[arming]\nholidays = \"none\"\n"
        );
        let raw = toml::from_str(&text).expect("a constant that a test parses");
        file::check(raw, Path::new("."), KnownCredentials::new()).expect("a constant that a test checks")
    }

    fn parse(text: &str, folder: &Path, path: &Path) -> Result<Self, ConfigError> {
        let raw: file::File = toml::from_str(text).map_err(|error| ConfigError::syntax(path, text, &error))?;
        let credentials_path = raw.credentials.clone().map(|p| folder.join(p));
        let known = credentials::load(credentials_path.as_deref(), folder)?;
        file::check(raw, folder, known).map_err(|problem| problem.in_file(path, text))
    }

    pub fn camera(&self, id: &str) -> Option<&Camera> {
        self.cameras.iter().find(|camera| camera.id == id)
    }
}

type KnownCredentials = BTreeMap<String, Credentials>;

#[cfg(test)]
mod tests;
