//! At the start: the index and the folder are made to agree, whatever ended the last run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::boxes::{BoxError, Layout};
use super::open::sync_dir;
use super::recorder::RecorderError;
use super::retention::Shelf;
use super::{Segment, SegmentIndex, paths};

/// What was found out of order and put right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Were being written, or have lost their row: cut to their last whole fragment and listed.
    pub completed: usize,
    /// Bytes of half fragments cut off these.
    pub cut_bytes: u64,
    /// Files without one whole fragment.
    pub removed_files: usize,
    /// Rows whose file is gone.
    pub removed_rows: usize,
}

/// Afterwards every row is complete and has its file, and every file has its row.
pub(super) fn recover(data_dir: &Path, index: &dyn SegmentIndex) -> Result<(Shelf, Recovered), RecorderError> {
    let folder = data_dir.join(paths::FOLDER);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| RecorderError::Folder { path, error }
    };
    fs::create_dir_all(&folder).map_err(failed(&folder))?;
    let mut files = BTreeMap::new();
    list_files(&folder, &mut files).map_err(failed(&folder))?;

    let mut shelf = Shelf::default();
    let mut recovered = Recovered::default();
    let mut known = BTreeSet::new();
    for segment in index.all()? {
        known.insert(segment.path.clone());
        let absolute = data_dir.join(&segment.path);
        match files.get(&absolute) {
            None => {
                index.remove(segment.id)?;
                recovered.removed_rows += 1;
            }
            Some(size) if segment.complete && *size == segment.size_bytes => shelf.add(&segment),
            // A complete one of another size has lost its end with the power.
            Some(_) => match repair(&absolute, &segment, &mut recovered).map_err(failed(&absolute))? {
                Some(segment) => {
                    index.put(&segment)?;
                    shelf.add(&segment);
                }
                None => index.remove(segment.id)?,
            },
        }
    }
    for absolute in files.keys() {
        let Ok(path) = absolute.strip_prefix(data_dir).map(Path::to_owned) else { continue };
        if known.contains(&path) {
            continue;
        }
        let repaired = match unknown(path) {
            Some(segment) => repair(absolute, &segment, &mut recovered).map_err(failed(absolute))?,
            None => {
                remove(absolute, &mut recovered).map_err(failed(absolute))?;
                None
            }
        };
        if let Some(segment) = repaired {
            index.put(&segment)?;
            shelf.add(&segment);
        }
    }
    if recovered != Recovered::default() {
        tracing::info!(
            completed = recovered.completed,
            cut_bytes = recovered.cut_bytes,
            removed_files = recovered.removed_files,
            removed_rows = recovered.removed_rows,
            "recordings put in order after an unclean stop"
        );
    }
    Ok((shelf, recovered))
}

/// A segment known by its file's name only; the rest is read from the file.
fn unknown(path: PathBuf) -> Option<Segment> {
    let (camera, started_at, id) = paths::parse(&path)?;
    Some(Segment {
        id,
        camera,
        path,
        codec: crate::intake::Codec::H264,
        started_at,
        duration: std::time::Duration::ZERO,
        size_bytes: 0,
        complete: false,
    })
}

/// Cuts a file to what is whole of it; removes it if that is nothing.
fn repair(absolute: &Path, segment: &Segment, recovered: &mut Recovered) -> io::Result<Option<Segment>> {
    let mut file = File::open(absolute)?;
    let layout = match Layout::read(&mut file) {
        Ok(layout) if !layout.fragments.is_empty() => layout,
        Err(BoxError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        _ => {
            remove(absolute, recovered)?;
            return Ok(None);
        }
    };
    let size = file.metadata()?.len();
    if size > layout.whole_bytes {
        let file = OpenOptions::new().write(true).open(absolute)?;
        file.set_len(layout.whole_bytes)?;
        file.sync_all()?;
        recovered.cut_bytes += size - layout.whole_bytes;
    }
    recovered.completed += 1;
    Ok(Some(Segment {
        codec: layout.track.format.codec,
        duration: layout.duration(),
        size_bytes: layout.whole_bytes,
        complete: true,
        ..segment.clone()
    }))
}

fn remove(absolute: &Path, recovered: &mut Recovered) -> io::Result<()> {
    fs::remove_file(absolute)?;
    recovered.removed_files += 1;
    absolute.parent().map_or(Ok(()), sync_dir)
}

/// Every file below `folder`, with its size. Links are not followed.
fn list_files(folder: &Path, files: &mut BTreeMap<PathBuf, u64>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list_files(&entry.path(), files)?;
        } else if kind.is_file() {
            files.insert(entry.path(), entry.metadata()?.len());
        }
    }
    Ok(())
}
