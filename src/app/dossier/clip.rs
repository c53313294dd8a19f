//! The clip of a pack: what plays at once, with its credentials within it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use super::blur::Blur;
use super::name_of;
use crate::alert::Alert;
use crate::base::chain::hex;
use crate::config::Config;
use crate::decode::Masks;
use crate::record::clip::{make_clip, make_retouched_clip};
use crate::record::evidence::{About, DeviceKey, Original, Recording, add_credentials};
use crate::record::{ClipError, ClipInfo, Segment, Stretch, file_sha256};
use crate::store::Beside;

/// Makes the clip of the alert's stretch, with credentials; none where nothing is recorded of it.
pub(super) fn make(
    store: &Beside,
    config: &Config,
    alert: &Alert,
    (from, to): (Timestamp, Timestamp),
    blur: Option<&mut Blur>,
    scratch: &Scratch,
) -> anyhow::Result<Option<ClipInfo>> {
    gstreamer::init().context("GStreamer")?;
    let masks = config.camera(&alert.camera).map_or_else(Masks::none, Masks::of);
    let stretch = Stretch { camera: alert.camera.clone(), from, to, focus: alert.opened_at };
    let made = match blur {
        Some(blur) => make_retouched_clip(store, &config.data_dir, &stretch, &masks, blur, &scratch.plain),
        None => make_clip(store, &config.data_dir, &stretch, &masks, &scratch.plain),
    };
    match made {
        Ok(info) => Ok(Some(info)),
        Err(ClipError::Nothing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Adds to the clip what it is of, signed.
pub(super) fn credit(
    config: &Config,
    about: &About,
    clip: ClipInfo,
    (segments, unfinished): (&[Segment], usize),
    key: &DeviceKey,
    scratch: &Scratch,
) -> anyhow::Result<()> {
    let original = |segment: &Segment| {
        let path = config.data_dir.join(&segment.path);
        let sha256 = file_sha256(&path).with_context(|| path.display().to_string())?;
        anyhow::Ok(Original { file: name_of(segment), sha256: hex(&sha256) })
    };
    let recording = Recording {
        version: about.version.clone(),
        appliance: about.appliance,
        alert: about.alert,
        camera: about.camera.clone(),
        camera_name: config.camera(&about.camera).map_or(&about.camera, |camera| &camera.name).clone(),
        from: clip.starts_at,
        to: clip.ends_at,
        made_at: about.made_at,
        timezone: config.timezone.clone(),
        originals: segments.iter().map(original).collect::<Result<_, _>>()?,
        unfinished,
        hidden: about.hidden.clone(),
    };
    add_credentials(&scratch.plain, &scratch.path, &recording, key)?;
    // At once: a clip may be large.
    fs::remove_file(&scratch.plain).with_context(|| scratch.plain.display().to_string())
}

/// Files that go with whoever made them.
pub(super) struct Scratch {
    /// The clip as it is exported.
    pub path: PathBuf,
    /// As it was cut, without credentials.
    plain: PathBuf,
}

impl Scratch {
    pub(super) fn new(out: &Path) -> Self {
        let beside = |extension: &str| {
            let mut name = out.as_os_str().to_owned();
            name.push(format!(".{}.{extension}", std::process::id()));
            PathBuf::from(name)
        };
        Self { path: beside("clip"), plain: beside("plain.clip") }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Where no clip was made there is none.
        drop(fs::remove_file(&self.path));
        drop(fs::remove_file(&self.plain));
    }
}
