//! The file as written (`deny_unknown_fields` throughout) and its checks.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::alerts::{self, RawAlerts};
use super::arming::{self, RawArming};
use super::error::Problem;
use super::near::{self, RawNear};
use super::privacy::{self, RawPrivacy};
use super::record::{self, RawRecord};
use super::response::RawResponse;
use super::zones::{self, RawLine, RawMask, RawRules, RawZone};
use super::{
    Camera, Certificate, Config, Detector, KnownCredentials, Language, Memory, Plates, Recording, Transport, Web,
};

pub(super) const DEFAULT_TIMEZONE: &str = "Asia/Ho_Chi_Minh";
/// For how long who came before and where is of use; longer is nobody's business.
pub(super) const DEFAULT_KEEP_DAYS: u16 = 30;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    data_dir: PathBuf,
    models_dir: Option<PathBuf>,
    pub(super) credentials: Option<PathBuf>,
    language: Option<RawLanguage>,
    timezone: Option<String>,
    #[serde(default)]
    web: RawWeb,
    #[serde(default)]
    camera: Vec<RawCamera>,
    #[serde(default)]
    arming: RawArming,
    #[serde(default)]
    detector: RawDetector,
    #[serde(default)]
    record: RawRecord,
    #[serde(default)]
    plates: RawPlates,
    #[serde(default)]
    memory: RawMemory,
    #[serde(default)]
    rules: RawRules,
    #[serde(default)]
    alerts: RawAlerts,
    #[serde(default)]
    response: RawResponse,
    #[serde(default)]
    privacy: RawPrivacy,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawLanguage {
    Vi,
    En,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWeb {
    listen: Option<SocketAddr>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    require_totp_for_admins: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCamera {
    id: String,
    name: Option<String>,
    main: String,
    sub: Option<String>,
    place: Option<String>,
    transport: Option<RawTransport>,
    tamper: Option<bool>,
    record: Option<Recording>,
    purpose: Option<String>,
    #[serde(default)]
    zones: Vec<RawZone>,
    #[serde(default)]
    lines: Vec<RawLine>,
    #[serde(default)]
    privacy_masks: Vec<RawMask>,
    #[serde(default)]
    near: Vec<Spanned<RawNear>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawTransport {
    Tcp,
    Udp,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDetector {
    model: Option<String>,
    threshold: Option<f32>,
    sessions: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlates {
    keep_days: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMemory {
    keep_days: Option<u16>,
}

/// The first problem, in words that name the key.
pub(super) fn check(raw: File, folder: &Path, mut known: KnownCredentials) -> Result<Config, Problem> {
    let mut ids = HashSet::new();
    let mut cameras = Vec::with_capacity(raw.camera.len());
    let mut near = Vec::with_capacity(raw.camera.len());
    let plan = raw.response.checked()?;
    let privacy = privacy::check(raw.privacy)?;
    for (index, mut camera) in raw.camera.into_iter().enumerate() {
        near.push(std::mem::take(&mut camera.near));
        let purpose = privacy::line(camera.purpose.take(), &format!("camera {:?}: purpose", camera.id))?;
        let camera = check_camera(camera, index + 1, &raw.rules, &plan, &mut known)?;
        let camera = Camera { purpose: purpose.unwrap_or_else(|| privacy.purpose.clone()), ..camera };
        if !ids.insert(camera.id.clone()) {
            return Err(format!("two cameras have the id {:?}: give each its own", camera.id).into());
        }
        cameras.push(camera);
    }
    if let Some((id, _)) = known.into_iter().next() {
        return Err(format!("the credentials file names camera {id:?}, which is not configured").into());
    }
    let zone_name = raw.timezone.as_deref().unwrap_or(DEFAULT_TIMEZONE);
    let timezone = TimeZone::get(zone_name).map_err(|_| {
        format!("timezone: there is no time zone {zone_name:?}; a name such as \"Asia/Ho_Chi_Minh\" is wanted")
    })?;
    Ok(Config {
        data_dir: folder.join(raw.data_dir),
        models_dir: raw.models_dir.map(|path| folder.join(path)),
        language: match raw.language {
            Some(RawLanguage::En) => Language::En,
            Some(RawLanguage::Vi) | None => Language::Vi,
        },
        arming: arming::check(raw.arming, &cameras, &timezone, folder)?,
        timezone,
        web: check_web(raw.web, folder)?,
        neighbours: near::check(&near, &cameras)?,
        cameras,
        detector: check_detector(raw.detector)?,
        record: record::check(&raw.record)?,
        plates: Plates { keep_days: check_days(raw.plates.keep_days, "plates.keep_days")? },
        memory: Memory { keep_days: check_days(raw.memory.keep_days, "memory.keep_days")? },
        escalation: alerts::check(&raw.alerts)?,
        privacy,
    })
}

fn check_web(raw: RawWeb, folder: &Path) -> Result<Web, String> {
    let certificate = match (raw.certificate, raw.key) {
        (Some(certificate), Some(key)) => {
            Some(Certificate { certificate: folder.join(certificate), key: folder.join(key) })
        }
        (None, None) => None,
        (Some(_), None) => return Err("web.certificate: web.key is missing beside it: the file of its key".to_owned()),
        (None, Some(_)) => {
            return Err("web.key: web.certificate is missing beside it: the file it is the key of".to_owned());
        }
    };
    Ok(Web {
        listen: raw.listen.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8443)),
        certificate,
        require_totp_for_admins: raw.require_totp_for_admins.unwrap_or(false),
    })
}

fn check_camera(
    raw: RawCamera,
    number: usize,
    rules: &RawRules,
    plan: &[String],
    known: &mut KnownCredentials,
) -> Result<Camera, String> {
    let id = check_id(&raw.id, &format!("camera {number}"))?;
    let place = format!("camera {id:?}");
    let main = check_address(&raw.main, &format!("{place}: main"))?;
    let sub = raw.sub.map(|sub| check_address(&sub, &format!("{place}: sub"))).transpose()?;
    let zones = zones::check_zones(raw.zones, rules, plan, &place)?;
    let lines = zones::check_lines(raw.lines, &place)?;
    let privacy_masks = zones::check_masks(raw.privacy_masks, &place)?;
    Ok(Camera {
        name: raw.name.unwrap_or_else(|| id.clone()),
        credentials: known.remove(&id),
        place: check_place(&id, raw.place)?,
        transport: match raw.transport {
            Some(RawTransport::Udp) => Transport::Udp,
            Some(RawTransport::Tcp) | None => Transport::Tcp,
        },
        tamper: raw.tamper.unwrap_or(true),
        record: raw.record.unwrap_or_default(),
        purpose: String::new(),
        id,
        main,
        sub,
        zones,
        privacy_masks,
        lines,
        plan: plan.to_owned(),
    })
}

/// Two cameras are at one place when they name it alike, whatever spaces stand around the name.
fn check_place(id: &str, place: Option<String>) -> Result<Option<String>, String> {
    let Some(place) = place else { return Ok(None) };
    match place.trim() {
        "" => Err(format!("camera {id:?}: place is empty: say what it looks at, such as \"cổng\", or leave it out")),
        place => Ok(Some(place.to_owned())),
    }
}

pub(super) fn check_id(id: &str, place: &str) -> Result<String, String> {
    let fits = (1..=40).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !id.starts_with('-');
    if fits {
        Ok(id.to_owned())
    } else {
        Err(format!(
            "{place}: the id {id:?} must be 1 to 40 lowercase letters (a to z), digits or hyphens, such as \"cong-chinh\"; its name may be anything"
        ))
    }
}

/// The address of a stream, as an administrator types it.
///
/// # Errors
/// What is wrong with it, in words.
pub fn address(text: &str) -> Result<Url, String> {
    check_address(text, "address").map_err(|problem| problem.trim_start_matches("address: ").to_owned())
}

fn check_address(text: &str, place: &str) -> Result<Url, String> {
    // The text itself stays out of every message: it may hold a password.
    let url = Url::parse(text).map_err(|error| format!("{place}: not an address ({error})"))?;
    if url.scheme() != "rtsp" {
        return Err(format!("{place}: only rtsp:// addresses can be watched, this one is {}://", url.scheme()));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(format!("{place}: the address names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "{place}: name and password do not belong in the address; put them into the credentials file (mode 0600), under the camera's id"
        ));
    }
    Ok(url)
}

fn check_detector(raw: RawDetector) -> Result<Detector, String> {
    let threshold = raw.threshold.unwrap_or(0.35);
    if !(0.05..=0.95).contains(&threshold) {
        return Err(format!("detector.threshold: {threshold} is not within 0.05 to 0.95"));
    }
    let sessions = raw.sessions.unwrap_or(2);
    if !(1..=64).contains(&sessions) {
        return Err(format!("detector.sessions: {sessions} is not within 1 to 64"));
    }
    Ok(Detector { model: raw.model.unwrap_or_else(|| "yolox-nano".to_owned()), threshold, sessions })
}

fn check_days(days: Option<u16>, key: &str) -> Result<u16, String> {
    let days = days.unwrap_or(DEFAULT_KEEP_DAYS);
    if (1..=366).contains(&days) { Ok(days) } else { Err(format!("{key}: {days} is not within 1 to 366")) }
}
