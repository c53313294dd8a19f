//! The pictures of a pack: as they lie in their folder, but for what privacy masks hide now, whenever they were taken, and for
//! whoever is not of the alert, where that was asked for.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use anyhow::Context as _;
use uuid::Uuid;

use super::blur::Blur;
use crate::alert::{Alert, TrailPoint};
use crate::base::Rect;
use crate::camera::snapshots;
use crate::config::Config;
use crate::decode::{Frame, Masks, jpeg, pixelated};
use crate::store::VehicleCrop;

/// Those of the whole scene: with boxes, and without.
const BOXED: &str = "alert.jpg";
const PLAIN: &str = "alert.plain.jpg";
/// What a crop may show around a track's box, as a share of its longer side: more than [`jpeg::crop`] does.
const AROUND: f32 = 0.5;

/// By name in the pack.
type Files = BTreeMap<String, Vec<u8>>;

pub(super) struct Pictures {
    pub files: Files,
    /// Crops that may show what privacy masks hide now: they were taken before there were these masks.
    pub withheld: Vec<String>,
}

/// # Errors
/// Where one cannot be read, is none, or nobody can be made unrecognisable in it.
pub(super) fn gather(
    config: &Config,
    alert: &Alert,
    ways: &BTreeMap<Uuid, Vec<TrailPoint>>,
    blur: Option<&mut Blur>,
) -> anyhow::Result<Pictures> {
    let mut files = read(config, alert)?;
    let masks = config.camera(&alert.camera).map_or_else(Masks::none, Masks::of);
    let mut withheld = Vec::new();
    if !masks.is_empty() && !config.privacy.originals_in_evidence {
        withheld = mask(&mut files, &masks, alert, ways)?;
    }
    if let Some(blur) = blur {
        hide_others(&mut files, alert, blur)?;
    }
    Ok(Pictures { files, withheld })
}

/// The alert's own, those of its persons, and those of the vehicles among its findings.
fn read(config: &Config, alert: &Alert) -> anyhow::Result<Files> {
    let folder = snapshots::folder(&config.data_dir);
    let own = format!("{}.", alert.id);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Files::new()),
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    };
    let mut files = Files::new();
    for entry in entries {
        let entry = entry.with_context(|| folder.display().to_string())?;
        let file = entry.file_name().to_string_lossy().into_owned();
        let name = match file.strip_prefix(&own) {
            Some(rest) if rest.split('.').count() < 3 => format!("alert.{rest}"),
            Some(rest) => rest.to_owned(),
            None if VehicleCrop::of_file(&file).is_some_and(|(track, _)| has_track(alert, track)) => file,
            None => continue,
        };
        files.insert(name, fs::read(entry.path()).with_context(|| entry.path().display().to_string())?);
    }
    Ok(files)
}

fn has_track(alert: &Alert, track: Uuid) -> bool {
    alert.findings.iter().any(|finding| finding.track == track)
}

/// Paints the scene, and takes out crops that may show what the masks hide; gives their names. Where the scene was painted when
/// it was taken, the masks are older than the pictures: all of them are as they have to be.
fn mask(
    files: &mut Files,
    masks: &Masks,
    alert: &Alert,
    ways: &BTreeMap<Uuid, Vec<TrailPoint>>,
) -> anyhow::Result<Vec<String>> {
    let plain = files.get(PLAIN).map(|bytes| decode(PLAIN, bytes)).transpose()?;
    if plain.is_some_and(|plain| masks.is_painted_in(&plain)) {
        return Ok(Vec::new());
    }
    for name in [PLAIN, BOXED] {
        if let Some(bytes) = files.get_mut(name) {
            *bytes = encode(&masks.paint(decode(name, bytes)?));
        }
    }
    let size = (alert.frame_width, alert.frame_height);
    let shows = |name: &str| {
        let track = name.split('.').next().and_then(|track| Uuid::try_parse(track).ok());
        let boxes: Vec<Rect> = track.map(|track| boxes(alert, ways, track)).unwrap_or_default();
        boxes.is_empty() || boxes.iter().any(|bbox| masks.touch(&around(bbox), size))
    };
    let withheld: Vec<String> =
        files.keys().filter(|name| ![PLAIN, BOXED].contains(&name.as_str()) && shows(name)).cloned().collect();
    files.retain(|name, _| !withheld.contains(name));
    Ok(withheld)
}

/// Wherever a track is known to have been, in pixels of the analysed input.
fn boxes(alert: &Alert, ways: &BTreeMap<Uuid, Vec<TrailPoint>>, track: Uuid) -> Vec<Rect> {
    let found = alert.findings.iter().filter(|finding| finding.track == track).map(|finding| finding.bbox);
    found.chain(ways.get(&track).into_iter().flatten().map(|point| point.bbox)).collect()
}

fn around(bbox: &Rect) -> Rect {
    let rim = AROUND * bbox.w.max(bbox.h);
    Rect::new(bbox.x - rim, bbox.y - rim, bbox.w + 2.0 * rim, bbox.h + 2.0 * rim)
}

/// The boxes are drawn into the same picture: what is found in the plain one is hidden in both.
fn hide_others(files: &mut Files, alert: &Alert, blur: &mut Blur) -> anyhow::Result<()> {
    let Some(seen) = [PLAIN, BOXED].into_iter().find(|name| files.contains_key(*name)) else { return Ok(()) };
    let picture = decode(seen, &files[seen])?;
    let regions = blur.others_in(&picture, alert)?;
    for name in [PLAIN, BOXED] {
        if let Some(bytes) = files.get_mut(name).filter(|_| !regions.is_empty()) {
            *bytes = encode(&pixelated(&decode(name, bytes)?, &regions));
        }
    }
    Ok(())
}

fn decode(name: &str, bytes: &[u8]) -> anyhow::Result<Frame> {
    jpeg::decode(bytes).with_context(|| format!("{name} of the alert cannot be masked or blurred"))
}

fn encode(picture: &Frame) -> Vec<u8> {
    jpeg::encode(picture, None, jpeg::QUALITY)
}

#[cfg(test)]
#[path = "pictures_tests.rs"]
mod tests;
