//! Backup and restore: what an appliance cannot make anew, in one tar file. Not the video, and not the pictures.
//!
//! A manifest with the SHA-256 of each file comes first, its own SHA-256 last. That tells damage, not malice: whoever has
//! a backup has the appliance's key as well, and is to be trusted with it.

mod archive;
mod restore;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::audit::Act;
use crate::config::{Config, FilesBeside};
use crate::store::{self, StoreError};
use archive::Archive;
pub use restore::{Restored, restore};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const MANIFEST_SUM: &str = "manifest.sha256";
const CONFIGURATION: &str = "canhdem.toml";
const CREDENTIALS: &str = "credentials.toml";
const CALENDAR: &str = "calendar.ics";
const DATABASE: &str = "data/canhdem.db";
/// Below `data_dir`, where they exist: the key that signs evidence, and what the page is served with.
const KEYS: [&str; 3] = ["data/device.key", "data/tls/certificate.pem", "data/tls/key.pem"];

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    /// Which program made it.
    canhdem: String,
    made_at: Timestamp,
    appliance: Uuid,
    /// Of the database.
    schema: i64,
    files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    size_bytes: u64,
    sha256: String,
}

/// What was saved.
#[derive(Debug)]
pub struct Saved {
    pub files: Vec<String>,
    /// What the configuration names and the backup has not.
    pub left_out: Vec<PathBuf>,
}

/// Saves the appliance of a configuration file to `out`, which must not be there yet; it may run meanwhile. The file is
/// for its owner alone.
///
/// # Errors
/// Where something cannot be read, or the backup not be written: named, with the way out.
pub fn backup(config: &Config, file: &Path, now: Timestamp, out: &Path) -> anyhow::Result<Saved> {
    if out.exists() {
        bail!("{} is there already; choose another name, or move it away", out.display());
    }
    // First: the copy tells of itself.
    write_down(&config.data_dir, Act::BackedUp, now)?;
    let scratch = Scratch::beside(out)?;
    let copy = scratch.path.join("canhdem.db");
    let copied = store::copy_to(&config.data_dir, &copy)?;
    let beside = FilesBeside::of(file)?;
    let mut sources = vec![(CONFIGURATION, file.to_owned()), (DATABASE, copy)];
    sources.extend(beside.credentials.filter(|path| path.exists()).map(|path| (CREDENTIALS, path)));
    sources.extend(beside.calendar.filter(|path| path.exists()).map(|path| (CALENDAR, path)));
    let of_data = |name: &'static str| (name, config.data_dir.join(name.trim_start_matches("data/")));
    sources.extend(KEYS.into_iter().map(of_data).filter(|(_, path)| path.exists()));

    let sums = sources.iter().map(|(name, path)| archive::entry(name, path)).collect::<anyhow::Result<Vec<_>>>()?;
    let manifest = Manifest {
        format: FORMAT,
        canhdem: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now,
        appliance: copied.appliance,
        schema: copied.schema,
        files: sums,
    };
    let part = scratch.path.join("backup.tar");
    let mut archive = Archive::create(&part, now)?;
    let text = serde_json::to_vec_pretty(&manifest).context("the manifest")?;
    archive.add_bytes(MANIFEST, &text)?;
    for ((name, path), entry) in sources.iter().zip(&manifest.files) {
        archive.add_file(name, path, entry)?;
    }
    archive.add_bytes(MANIFEST_SUM, archive::sum(&text).as_bytes())?;
    archive.finish()?;
    // Whole under its name, or not there.
    fs::hard_link(&part, out).with_context(|| format!("{}: cannot be written", out.display()))?;
    let office = config.web.certificate.iter().flat_map(|files| [files.certificate.clone(), files.key.clone()]);
    let left_out = office.chain(config.models_dir.clone()).collect();
    Ok(Saved { files: manifest.files.into_iter().map(|entry| entry.name).collect(), left_out })
}

/// Nothing leaves the house that the audit log does not tell of. Only an older database takes no entry: before an upgrade it
/// must be possible to save it.
fn write_down(data_dir: &Path, act: Act, now: Timestamp) -> anyhow::Result<()> {
    match store::write_beside(data_dir, &store::at_the_machine(act, None), now) {
        Err(error @ StoreError::OtherVersion { .. }) => {
            tracing::warn!(%error, "not written into the audit log");
            Ok(())
        }
        written => written.context("nothing is done that the audit log does not tell of"),
    }
}

/// A folder for its owner alone, that goes with whoever made it.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn beside(out: &Path) -> anyhow::Result<Self> {
        let mut name = out.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Self::new(name.into())
    }

    fn new(path: PathBuf) -> anyhow::Result<Self> {
        DirBuilder::new().mode(0o700).create(&path).with_context(|| format!("{}: cannot be made", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a folder of a backup stays; remove it");
        }
    }
}

#[cfg(test)]
mod tests;
