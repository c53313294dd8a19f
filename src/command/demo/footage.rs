//! What the demo's cameras see: a real CCTV clip, the same by night, its empty scene; a corridor in which somebody hides
//! her face, and a car park whose cars show a number plate or hide it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::base::worker::catch;
use crate::config::ZoneKind;
use crate::testcam::{EncodeOptions, Footage, Transform};
use crate::vision::deps;

pub(super) struct Scene {
    pub id: String,
    pub name: String,
    pub footage: Arc<Footage>,
    /// The same, smaller: for the analysis.
    pub sub: Option<Arc<Footage>>,
    pub zone: ZoneKind,
}

/// The clip's own speed.
const CLIP_FPS: u32 = 10;
/// Half of the clip's 768x576, as cameras' second streams are.
const SUB_SIZE: (u32, u32) = (384, 288);
/// A third of the car park's 1920x1080.
const SUB_SHRUNK: u32 = 3;
/// After each round of the clip the scene is empty for so long, so that alerts end.
const EMPTY_FRAMES: usize = 50 * CLIP_FPS as usize;

/// Prepares all scenes, on two threads, or takes those prepared earlier from `folder`. Each of
/// `more` adds a camera.
pub(super) fn prepare(folder: &Path, more: &[PathBuf]) -> anyhow::Result<Vec<Scene>> {
    std::fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    let (clip, portrait) = (sample("vtest.avi")?, sample("astronaut.png")?);
    let by_day = || visited(folder, "ngay", &clip, Transform::AsIs, None);
    let small = || visited(folder, "ngay-nho", &clip, Transform::AsIs, Some(SUB_SIZE));
    let by_night = || visited(folder, "dem", &clip, Transform::Night { seed: 1 }, None);
    let in_corridor = || prepared(folder, "hanh-lang", || Ok(Footage::corridor_by_night(&portrait)?));
    let car_park = || prepared(folder, "bai-xe", || Ok(Footage::parking_by_night(1)?));
    let car_park_small = || prepared(folder, "bai-xe-nho", || Ok(Footage::parking_by_night(SUB_SHRUNK)?));
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| catch(|| anyhow::Ok((by_night()?, in_corridor()?, car_park_small()?))));
        let first = || anyhow::Ok((car_park()?, empty(folder, "vang", &clip, 25, 60 * 25)?, by_day()?, small()?));
        (first(), other.join().map_err(|_| "the thread died".to_owned()).flatten())
    });
    let (car_park, quiet, day, sub) = first?;
    let (night, corridor, car_park_small) = second.map_err(anyhow::Error::msg)??;
    let night = Arc::new(night);
    let scene = |id: &str, name: &str, footage| Scene {
        id: id.to_owned(),
        name: name.to_owned(),
        footage,
        sub: None,
        zone: ZoneKind::Yard,
    };
    let mut scenes = vec![
        Scene { sub: Some(Arc::new(sub)), ..scene("san-sau", "Sân sau", Arc::new(day)) },
        scene("cong-chinh", "Cổng chính (đêm)", Arc::clone(&night)),
        Scene { zone: ZoneKind::Building, ..scene("hanh-lang", "Hành lang tầng 2", Arc::new(corridor)) },
        Scene {
            sub: Some(Arc::new(car_park_small)),
            zone: ZoneKind::Parking,
            ..scene("bai-xe", "Bãi xe", Arc::new(car_park))
        },
        scene("cong-phu", "Cổng phụ (hay mất kết nối)", night),
        scene("san-truoc", "Sân trước (vắng)", Arc::new(quiet)),
    ];
    for (index, path) in more.iter().enumerate() {
        let footage = own(path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        scenes.push(scene(&format!("phim-{}", index + 1), &name, Arc::new(footage)));
    }
    Ok(scenes)
}

/// Where `make setup` put it.
fn sample(file: &str) -> anyhow::Result<PathBuf> {
    deps::find(None, "footage", file).map_err(|searched| {
        let places: Vec<_> = searched.iter().map(|path| path.display().to_string()).collect();
        anyhow::anyhow!("the sample {file} is missing; run `make setup` (searched: {})", places.join(", "))
    })
}

/// A film that a user gave: as it is where cameras could send it so, else encoded anew.
fn own(path: &Path) -> anyhow::Result<Footage> {
    match Footage::from_file(path) {
        Ok(footage) => Ok(footage),
        Err(_) => Ok(Footage::encode(path, &EncodeOptions::default())?),
    }
}

/// The clip with its people, and then nobody for a while.
fn visited(
    folder: &Path,
    name: &str,
    clip: &Path,
    transform: Transform,
    size: Option<(u32, u32)>,
) -> anyhow::Result<Footage> {
    let options = EncodeOptions {
        fps: CLIP_FPS,
        gop_frames: 2 * CLIP_FPS,
        transform,
        size,
        empty_frames_after: EMPTY_FRAMES,
        ..EncodeOptions::default()
    };
    prepared(folder, name, || Ok(Footage::encode(clip, &options)?))
}

fn empty(folder: &Path, name: &str, clip: &Path, fps: u32, frames: usize) -> anyhow::Result<Footage> {
    let options = EncodeOptions {
        fps,
        gop_frames: fps,
        transform: Transform::Quiet { seed: 2 },
        max_frames: Some(frames),
        ..EncodeOptions::default()
    };
    prepared(folder, name, || Ok(Footage::encode(clip, &options)?))
}

/// From the cache, or made and put there.
fn prepared(folder: &Path, name: &str, make: impl FnOnce() -> anyhow::Result<Footage>) -> anyhow::Result<Footage> {
    let path = folder.join(format!("{name}.mp4"));
    if path.exists()
        && let Ok(footage) = Footage::from_file(&path)
    {
        return Ok(footage);
    }
    let footage = make()?;
    footage.save(&path)?;
    Ok(footage)
}
