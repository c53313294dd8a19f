//! A backup brought back: nothing is put into place before all of it has been read and found whole.

use std::fs::{self, DirBuilder, File};
use std::io::BufReader;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use uuid::Uuid;

use super::archive::{self, Reading};
use super::{
    CALENDAR, CONFIGURATION, CREDENTIALS, DATABASE, FORMAT, KEYS, MANIFEST, MANIFEST_SUM, Manifest, Scratch, write_down,
};
use crate::access::audit::Act;
use crate::config::FilesBeside;
use crate::store;

/// Of a manifest or a configuration.
const SMALL: u64 = 1 << 20;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    pub appliance: Uuid,
    pub made_at: Timestamp,
    pub data_dir: PathBuf,
    /// Where the configuration went that stood in its place.
    pub before: Option<PathBuf>,
}

/// Brings the backup `from` back, with its configuration at `file`. The data folder that it names must be empty.
///
/// # Errors
/// Where the backup is none, is damaged or of a newer program, or something is in its way: nothing was changed then. Where it is
/// in place, and that cannot be written into its audit log.
pub fn restore(from: &Path, file: &Path, now: Timestamp) -> anyhow::Result<Restored> {
    let opened = File::open(from).with_context(|| from.display().to_string())?;
    let mut tar = tar::Archive::new(BufReader::new(opened));
    let restored = put_back(&mut tar, file).with_context(|| format!("{}: cannot be restored", from.display()))?;
    write_down(&restored.data_dir, Act::Restored, now)?;
    Ok(restored)
}

fn put_back(tar: &mut tar::Archive<BufReader<File>>, file: &Path) -> anyhow::Result<Restored> {
    let mut reading = Reading::new(tar)?;
    let (manifest, manifest_sum) = read_manifest(&mut reading)?;
    let configuration = read_configuration(&mut reading, &manifest)?;
    let beside = FilesBeside::named_in(&configuration, file)?;
    let data_dir = beside.data_dir.clone();
    // Nobody starts meanwhile.
    let _taken = store::take_empty(&data_dir)?;
    let scratch = Scratch::new(data_dir.join(".restore"))?;
    unpack(&mut reading, &manifest, &manifest_sum, &scratch.path)?;

    let database = scratch.path.join(flat(DATABASE));
    let copied = store::examine(&database)?;
    ensure!(copied.appliance == manifest.appliance, "its database is of another appliance than its manifest");
    let unpacked = |name: &str| Some(scratch.path.join(flat(name))).filter(|path| path.exists());
    for (name, to) in [(CREDENTIALS, beside.credentials), (CALENDAR, beside.calendar)] {
        let Some(path) = unpacked(name) else { continue };
        let to = to.with_context(|| format!("{name}: its configuration names no place for it"))?;
        let mode = if name == CREDENTIALS { 0o600 } else { 0o640 };
        set_aside(&to)?;
        place(&fs::read(&path)?, &to, mode)?;
    }
    for name in KEYS {
        let Some(path) = unpacked(name) else { continue };
        let to = data_dir.join(name.trim_start_matches("data/"));
        if let Some(folder) = to.parent().filter(|folder| *folder != data_dir && !folder.exists()) {
            DirBuilder::new().mode(0o700).create(folder).with_context(|| folder.display().to_string())?;
        }
        fs::rename(&path, &to).with_context(|| to.display().to_string())?;
    }
    let before = set_aside(file)?;
    place(configuration.as_bytes(), file, 0o640)?;
    // Last: without a database the next try finds out what this one left.
    let to = data_dir.join(DATABASE.trim_start_matches("data/"));
    fs::rename(&database, &to).with_context(|| to.display().to_string())?;
    File::open(&data_dir).and_then(|folder| folder.sync_all()).with_context(|| data_dir.display().to_string())?;
    Ok(Restored { appliance: manifest.appliance, made_at: manifest.made_at, data_dir, before })
}

fn read_manifest(reading: &mut Reading<'_>) -> anyhow::Result<(Manifest, String)> {
    let Some((name, mut entry)) = reading.next().context("no backup of canhdem")? else { bail!("it is empty") };
    ensure!(name == MANIFEST, "no backup of canhdem: it begins with {name:?}, not with its manifest");
    let bytes = archive::read_small(&mut entry, SMALL).context(MANIFEST)?;
    let format = serde_json::from_slice::<serde_json::Value>(&bytes).ok().and_then(|value| value["format"].as_u64());
    if let Some(format) = format.filter(|format| *format > u64::from(FORMAT)) {
        bail!(
            "it was made by a newer canhdem (format {format}, this one knows {FORMAT}); restore it with that version"
        );
    }
    let manifest: Manifest = serde_json::from_slice(&bytes).context("its manifest is damaged")?;
    let mut names: Vec<_> = manifest.files.iter().map(|entry| &*entry.name).collect();
    ensure!(names.iter().all(|name| is_known(name)), "its manifest names a file that no backup of canhdem holds");
    names.sort_unstable();
    ensure!(names.windows(2).all(|two| two[0] != two[1]), "its manifest names a file twice");
    ensure!(names.contains(&DATABASE), "it holds no database");
    Ok((manifest, archive::sum(&bytes)))
}

fn read_configuration(reading: &mut Reading<'_>, manifest: &Manifest) -> anyhow::Result<String> {
    let Some((name, mut entry)) = reading.next()? else { bail!("{CONFIGURATION} is missing") };
    ensure!(name == CONFIGURATION, "{name:?} stands where {CONFIGURATION} has to");
    let bytes = archive::read_small(&mut entry, SMALL).context(CONFIGURATION)?;
    let expected = manifest.files.first().filter(|entry| entry.name == CONFIGURATION);
    ensure!(expected.is_some_and(|entry| entry.sha256 == archive::sum(&bytes)), "{CONFIGURATION} was altered");
    String::from_utf8(bytes).context(CONFIGURATION)
}

/// All others, in the manifest's order, each checked.
fn unpack(reading: &mut Reading<'_>, manifest: &Manifest, manifest_sum: &str, to: &Path) -> anyhow::Result<()> {
    for expected in manifest.files.iter().skip(1) {
        let Some((name, mut entry)) = reading.next()? else { bail!("{} is missing", expected.name) };
        ensure!(name == expected.name, "{name:?} stands where {} has to", expected.name);
        ensure!(entry.size() == expected.size_bytes, "{name} was altered: it has another size");
        let sum = archive::unpack(&mut entry, &to.join(flat(&name)), expected.size_bytes)?;
        ensure!(sum == expected.sha256, "{name} was altered");
    }
    let Some((name, mut entry)) = reading.next()? else { bail!("its end is missing") };
    ensure!(name == MANIFEST_SUM, "{name:?} does not belong into it");
    let sum = archive::read_small(&mut entry, SMALL).context(MANIFEST_SUM)?;
    ensure!(sum == manifest_sum.as_bytes(), "its manifest was altered");
    Ok(())
}

fn is_known(name: &str) -> bool {
    [CONFIGURATION, CREDENTIALS, CALENDAR, DATABASE].contains(&name) || KEYS.contains(&name)
}

/// One folder is enough for a handful of files whose names are known.
fn flat(name: &str) -> String {
    name.replace('/', "-")
}

/// What is there already is kept beside.
fn set_aside(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    let mut name = path.as_os_str().to_owned();
    name.push(".before-restore");
    let aside = PathBuf::from(name);
    match fs::rename(path, &aside) {
        Ok(()) => Ok(Some(aside)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{}: cannot be moved aside", path.display())),
    }
}

fn place(bytes: &[u8], to: &Path, mode: u32) -> anyhow::Result<()> {
    archive::unpack(&mut &bytes[..], to, bytes.len() as u64)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).with_context(|| to.display().to_string())
}
