//! What is exported of an alert: everything that the appliance kept of it, as one evidence pack.

mod access;
mod blur;
mod chains;
mod clip;
mod cover;
mod document;
mod pictures;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use uuid::Uuid;

use crate::access::audit::{Act, Deed};
use crate::alert::{Action, Alert};
use crate::base::SharedClock;
use crate::config::{self, Config, Settings};
use crate::http::{self, PackSource};
use crate::record::evidence::{
    self, About, Blurred, DeviceKey, Hidden, Model, Originals, Part, PublicKey, Ready, Source,
};
use crate::record::{Segment, SegmentIndex as _};
use crate::store::{AFTER_ALERT, BEFORE_ALERT, Beside, at_the_machine, write_beside};
use crate::vision;
use blur::Blur;
use chains::Chain;
use clip::Scratch;
use pictures::Pictures;

/// All that is told of in a dossier.
struct Dossier<'a> {
    config: &'a Config,
    alert: &'a Alert,
    history: &'a [Action],
    about: &'a About,
    key: PublicKey,
    segments: &'a [Segment],
    /// The segments do not lie in the pack, for they show what privacy masks hide.
    is_withheld: bool,
    /// Segments that are still being written, and so are left out.
    unfinished: usize,
    has_clip: bool,
    has_pictures: bool,
    chains: &'a [Chain],
}

/// What is ready to be exported.
pub struct Exported {
    pub pack: Ready,
    pub key: PublicKey,
    /// Segments that were still being written, and so are left out.
    pub unfinished: usize,
    pub segments: usize,
    /// Segments that stay on the appliance, for they show what privacy masks hide.
    pub withheld: usize,
    _clip: Scratch,
}

/// Exports an alert to `out`, which must not be there yet, and writes into the audit log first that this was done at the
/// machine. The appliance may run meanwhile. `configuration` is the text of its file. `is_blurred`: who is not of the alert is made
/// unrecognisable in the clip and the pictures of the scene.
///
/// # Errors
/// There is no such alert, what is kept of it cannot be read, or the pack or the audit log cannot be written: named, with the
/// way out.
pub fn export(
    config: &Config,
    configuration: &str,
    id: Uuid,
    is_blurred: bool,
    now: Timestamp,
    out: &Path,
) -> anyhow::Result<Exported> {
    if out.exists() {
        bail!("{} is there already; choose another name, or move it away", out.display());
    }
    let found = Beside::open(&config.data_dir)?.alert(id)?;
    found.with_context(|| format!("there is no alert {id}; the page and GET /api/v1/alerts list them"))?;
    write_beside(&config.data_dir, &Deed { alert: Some(id), ..at_the_machine(Act::Exported, None) }, now)
        .context("nothing is exported that the audit log does not tell of")?;
    let exported = prepare(config, Some(configuration), id, is_blurred, now, Scratch::new(out))?;
    exported.pack.write(out)?;
    Ok(exported)
}

/// Gathers what is kept of an alert, and signs it. The clip is made in `scratch`, and goes with what is given back.
///
/// # Errors
/// As [`export`], of what is to be read.
fn prepare(
    config: &Config,
    configuration: Option<&str>,
    id: Uuid,
    is_blurred: bool,
    now: Timestamp,
    scratch: Scratch,
) -> anyhow::Result<Exported> {
    let store = Beside::open(&config.data_dir)?;
    let alert = store.alert(id)?.with_context(|| format!("there is no alert {id}"))?;
    let history = store.history(id)?;
    let key = DeviceKey::open(&config.data_dir)?;
    let from = alert.opened_at.saturating_sub(BEFORE_ALERT).unwrap_or(Timestamp::MIN);
    let to = alert.last_seen_at.saturating_add(AFTER_ALERT).unwrap_or(Timestamp::MAX);
    let (segments, unfinished): (Vec<_>, Vec<_>) =
        store.overlapping(&alert.camera, from, to)?.into_iter().partition(|segment| segment.complete);
    let ways = store.trails(id)?;
    let mut blur = is_blurred.then(|| Blur::new(config, &alert, ways.values().cloned())).transpose()?;
    let clip = clip::make(&store, config, &alert, (from, to), blur.as_mut(), &scratch)?;
    // At once: while an alert is open, better pictures take their places.
    let Pictures { files: pictures, withheld } = pictures::gather(config, &alert, &ways, blur.as_mut())?;
    let about = About {
        made_at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        appliance: store.appliance(),
        alert: id,
        camera: alert.camera.clone(),
        from: segments.first().map_or(from, |segment| segment.started_at),
        to: segments.last().map_or(to, Segment::ends_at),
        models: models(config)?,
        hidden: hidden(config, &alert.camera, withheld, blur.as_ref().map(Blur::blurred)),
    };
    if let Some(clip) = clip {
        clip::credit(config, &about, clip, (&segments, unfinished.len()), &key, &scratch)?;
    }
    let is_withheld = about.hidden.as_ref().is_some_and(|hidden| hidden.originals == Originals::Withheld);
    let chains = chains::of(&store, &segments)?;
    let dossier = Dossier {
        config,
        alert: &alert,
        history: &history,
        about: &about,
        key: key.public(),
        segments: &segments,
        is_withheld,
        unfinished: unfinished.len(),
        has_clip: clip.is_some(),
        has_pictures: !pictures.is_empty(),
        chains: &chains,
    };
    let text = |name: &str, text: String| Part { name: name.to_owned(), source: Source::Bytes(text.into_bytes()) };
    let file = |name: String, path: PathBuf| Part { name, source: Source::File(path) };
    let mut parts = vec![
        text("cover.html", cover::html(&dossier)),
        text("alert.json", document::json(&dossier)),
        text("access.json", access::json(&dossier, &store.access_to(id)?)),
        text("chains.json", chains::json(&dossier)),
    ];
    parts.extend(configuration.map(|written| text("configuration.toml", config::all_masked(written))));
    if clip.is_some() {
        parts.push(file("clip.mp4".to_owned(), scratch.path.clone()));
        parts.push(text(ANCHOR, evidence::trust_anchor(about.appliance, &key)?));
    }
    parts.extend(
        pictures
            .into_iter()
            .map(|(name, bytes)| Part { name: format!("pictures/{name}"), source: Source::Bytes(bytes) }),
    );
    let packed = if is_withheld { &[][..] } else { &segments[..] };
    parts.extend(packed.iter().map(|segment| file(name_of(segment), config.data_dir.join(&segment.path))));
    let pack = evidence::prepare(about.clone(), parts, &key)?;
    Ok(Exported {
        pack,
        key: key.public(),
        unfinished: unfinished.len(),
        segments: packed.len(),
        withheld: segments.len() - packed.len(),
        _clip: scratch,
    })
}

/// Of the appliance's certificate, by which other programs trust what the clip says of itself.
const ANCHOR: &str = "trust-anchor.pem";

/// What a clip's name begins with while the page exports it.
const EXPORT: &str = "export-";

/// Clips of exports that were cut short by the end of the program.
fn remove_left_behind(data_dir: &Path) {
    for entry in fs::read_dir(data_dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(EXPORT) && name.ends_with(".clip") {
            // Best effort: it is tried again at the next start.
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// What the page exports.
pub(super) struct Packs {
    settings: Settings,
    clock: SharedClock,
}

impl Packs {
    pub(super) fn new(settings: Settings, clock: SharedClock) -> Self {
        remove_left_behind(&settings.config().data_dir);
        Self { settings, clock }
    }
}

impl PackSource for Packs {
    fn pack(&self, alert: Uuid, is_blurred: bool) -> Result<http::Pack, String> {
        let config = self.settings.config();
        let scratch = Scratch::new(&config.data_dir.join(format!("{EXPORT}{}", Uuid::now_v7())));
        let text = self.settings.text();
        let exported = prepare(&config, text.as_deref(), alert, is_blurred, self.clock.now(), scratch);
        let exported = exported.map_err(|error| format!("{error:#}"))?;
        let bytes = exported.pack.bytes;
        Ok(http::Pack {
            bytes,
            write: Box::new(move |to| {
                // All of it: with a part alone the clip would go before it is read.
                let exported = exported;
                exported.pack.write_to(to).map_err(|error| error.to_string())
            }),
        })
    }

    fn device_key(&self) -> Result<http::DeviceKey, String> {
        let key = DeviceKey::open(&self.settings.config().data_dir).map_err(|error| error.to_string())?.public();
        Ok(http::DeviceKey { key: key.to_string(), fingerprint: key.fingerprint() })
    }
}

/// As on disk, without the camera: `segments/2026-02-16/183000.123Z-….mp4`.
fn name_of(segment: &Segment) -> String {
    let parts: Vec<_> = segment.path.iter().map(|part| part.to_string_lossy()).collect();
    format!("segments/{}", parts[parts.len().saturating_sub(2)..].join("/"))
}

/// Every model that looks at pictures, as the manifest names it.
fn models(config: &Config) -> anyhow::Result<Vec<Model>> {
    let manifest = vision::Manifest::load(config.models_dir.as_deref())?;
    let is_in_use = |model: &&vision::model::Model| {
        model.name == config.detector.model || !matches!(model.task, vision::model::Task::Detector(_))
    };
    let named = |model: &vision::model::Model| Model { name: model.name.clone(), sha256: model.sha256.to_string() };
    Ok(manifest.models.iter().filter(is_in_use).map(named).collect())
}

/// What clip and pictures do not show: what today's configuration hides of a camera's video, whenever that was recorded, and whom.
fn hidden(config: &Config, camera: &str, pictures_withheld: Vec<String>, blurred: Option<Blurred>) -> Option<Hidden> {
    let masks = config.camera(camera).map_or(&[][..], |camera| &camera.privacy_masks);
    (!masks.is_empty() || blurred.is_some()).then(|| Hidden {
        privacy_masks: masks.iter().map(|mask| mask.id.clone()).collect(),
        pictures_withheld,
        blurred,
        originals: if config.privacy.originals_in_evidence { Originals::Included } else { Originals::Withheld },
    })
}
