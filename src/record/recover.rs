//! At the start: the index and the folder are made to agree, whatever ended the last run.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::boxes::{BoxError, Layout};
use super::open::sync_dir;
use super::recorder::RecorderError;
use super::shelf::Shelf;
use super::{Gone, IndexError, Segment, SegmentIndex, identity, paths};
use crate::base::chain::Digest;
use crate::intake::Codec;

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
    /// Segments that somebody had deleted, and whose file or row was still there.
    pub finished_deletions: usize,
}

/// Afterwards every row is complete and has its file, and every segment's file has its row. Files
/// that are no segments are left alone.
pub(super) fn recover(data_dir: &Path, index: &dyn SegmentIndex) -> Result<(Shelf, Recovered), RecorderError> {
    let folder = data_dir.join(paths::FOLDER);
    let failed = |error| RecorderError::Folder { path: folder.clone(), error };
    let mut files = BTreeMap::new();
    fs::create_dir_all(&folder).and_then(|()| list_files(&folder, &mut files)).map_err(failed)?;

    let mut recovery = Recovery { data_dir, index, shelf: Shelf::default(), recovered: Recovered::default() };
    let condemned = index.condemned()?;
    for segment in index.all()? {
        if condemned.contains(&segment.id) {
            recovery.finish_deletion(&segment, files.remove(&data_dir.join(&segment.path)).is_some())?;
            continue;
        }
        match files.remove(&data_dir.join(&segment.path)) {
            None => {
                index.remove(segment.id, Gone::Missing)?;
                recovery.recovered.removed_rows += 1;
            }
            Some(size) if segment.complete && size == segment.size_bytes => recovery.shelf.add(&segment),
            // A complete one of another size has lost its end with the power.
            Some(_) => recovery.repair(&segment)?,
        }
    }
    for absolute in files.keys() {
        if let Some(segment) = absolute.strip_prefix(data_dir).ok().and_then(unlisted) {
            if condemned.contains(&segment.id) {
                recovery.finish_deletion(&segment, true)?;
            } else {
                recovery.repair(&segment)?;
            }
        } else if !identity::is_file(absolute) {
            tracing::warn!(path = %absolute.display(), "not a recording; left alone, and not counted");
        }
    }
    let Recovery { shelf, recovered, .. } = recovery;
    if recovered != Recovered::default() {
        tracing::info!(
            completed = recovered.completed,
            cut_bytes = recovered.cut_bytes,
            removed_files = recovered.removed_files,
            removed_rows = recovered.removed_rows,
            finished_deletions = recovered.finished_deletions,
            "recordings put in order after an unclean stop"
        );
    }
    Ok((shelf, recovered))
}

/// A segment known by its file's name only; the rest is read from the file.
fn unlisted(path: &Path) -> Option<Segment> {
    let (camera, started_at, id) = paths::parse(path)?;
    Some(Segment {
        id,
        camera,
        path: path.to_owned(),
        codec: Codec::H264,
        started_at,
        duration: Duration::ZERO,
        size_bytes: 0,
        complete: false,
    })
}

struct Recovery<'a> {
    data_dir: &'a Path,
    index: &'a dyn SegmentIndex,
    shelf: Shelf,
    recovered: Recovered,
}

impl Recovery<'_> {
    /// Somebody deleted it, and the power went.
    fn finish_deletion(&mut self, segment: &Segment, is_there: bool) -> Result<(), IndexError> {
        let absolute = self.data_dir.join(&segment.path);
        if is_there && let Err(error) = remove(&absolute) {
            report(&absolute, &error);
            return Ok(());
        }
        self.recovered.finished_deletions += 1;
        self.index.remove(segment.id, Gone::Removed)
    }

    /// One bad file is no reason not to record: it is reported and left as it is.
    fn repair(&mut self, segment: &Segment) -> Result<(), IndexError> {
        match put_in_order(self.data_dir, self.index, segment)? {
            Outcome::Completed { segment, cut_bytes } => {
                self.shelf.add(&segment);
                self.recovered.completed += 1;
                self.recovered.cut_bytes += cut_bytes;
            }
            Outcome::Removed => self.recovered.removed_files += 1,
            Outcome::Left => {}
        }
        Ok(())
    }
}

/// What became of a segment that was not complete.
pub(super) enum Outcome {
    Completed {
        segment: Segment,
        cut_bytes: u64,
    },
    /// Nothing of it was whole.
    Removed,
    /// Its file can be neither read nor changed; that was said.
    Left,
}

/// Cuts a segment to what is whole of it on the disk, and lists it as complete.
pub(super) fn put_in_order(
    data_dir: &Path,
    index: &dyn SegmentIndex,
    segment: &Segment,
) -> Result<Outcome, IndexError> {
    let absolute = data_dir.join(&segment.path);
    let outcome = match cut(&absolute) {
        Ok(Some(Whole { layout, cut_bytes, sha256 })) => {
            let repaired = Segment {
                codec: layout.track.format.codec,
                duration: layout.duration(),
                size_bytes: layout.whole_bytes,
                complete: true,
                ..segment.clone()
            };
            index.seal(&repaired, sha256)?;
            return Ok(Outcome::Completed { segment: repaired, cut_bytes });
        }
        Ok(None) => remove(&absolute),
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        report(&absolute, &error);
        return Ok(Outcome::Left);
    }
    index.remove(segment.id, Gone::Missing)?;
    Ok(Outcome::Removed)
}

fn report(absolute: &Path, error: &io::Error) {
    tracing::error!(path = %absolute.display(), %error, "this recording cannot be put in order: check the disk");
}

struct Whole {
    layout: Layout,
    cut_bytes: u64,
    sha256: Digest,
}

/// None if there is not one whole fragment.
fn cut(absolute: &Path) -> io::Result<Option<Whole>> {
    let mut file = File::open(absolute)?;
    // What counts is what the disk has. Where it refused something, memory may know more than it: that must not be read.
    file.sync_all()?;
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    let layout = match Layout::read(&mut file) {
        Ok(layout) if !layout.fragments.is_empty() => layout,
        Err(BoxError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        _ => return Ok(None),
    };
    let cut_bytes = file.metadata()?.len().saturating_sub(layout.whole_bytes);
    if cut_bytes > 0 {
        let file = OpenOptions::new().write(true).open(absolute)?;
        file.set_len(layout.whole_bytes)?;
        file.sync_all()?;
    }
    let sha256 = file_sha256(absolute)?;
    Ok(Some(Whole { layout, cut_bytes, sha256 }))
}

/// Of a file's bytes.
///
/// # Errors
/// Where it cannot be read.
pub fn file_sha256(absolute: &Path) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut file = File::open(absolute)?;
    let mut bytes = vec![0; 256 << 10];
    loop {
        match file.read(&mut bytes) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(length) => hash.update(&bytes[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn remove(absolute: &Path) -> io::Result<()> {
    fs::remove_file(absolute)?;
    absolute.parent().map_or(Ok(()), sync_dir)
}

/// Every file below `folder`, with its size. Links are not followed.
pub(super) fn list_files(folder: &Path, files: &mut BTreeMap<PathBuf, u64>) -> io::Result<()> {
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
