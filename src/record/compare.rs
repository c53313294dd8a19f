//! Whether index and files say the same; and what makes them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::recover::{self, Recovered, list_files};
use super::{RecorderError, SegmentIndex, WrongDisk, identity, paths};

/// What index and files say of one another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Segments whose file is there, and as long as it should be.
    pub whole: usize,
    pub whole_bytes: u64,
    /// Listed, and not there.
    pub missing: Vec<PathBuf>,
    /// There, and not listed.
    pub unlisted: Vec<PathBuf>,
    /// Listed as complete with another size: what is listed, and what there is.
    pub other_size: Vec<(PathBuf, u64, u64)>,
    /// No recordings at all.
    pub foreign: Vec<PathBuf>,
}

impl Comparison {
    pub fn is_in_order(&self) -> bool {
        self.missing.is_empty() && self.unlisted.is_empty() && self.other_size.is_empty()
    }
}

/// Reads index and folder; changes nothing. What is being recorded meanwhile is in order.
///
/// # Errors
/// Where the folder is not this appliance's, or cannot be read.
pub fn compare(data_dir: &Path, index: &dyn SegmentIndex) -> Result<Comparison, RecorderError> {
    let folder = data_dir.join(paths::FOLDER);
    let mut files = BTreeMap::new();
    match list_files(&folder, &mut files) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(RecorderError::Folder { path: folder, error });
        }
        _ => {}
    }
    let mut found = Comparison::default();
    // After the files: a segment is listed as soon as it is there.
    for segment in index.all()? {
        match files.remove(&data_dir.join(&segment.path)) {
            None if data_dir.join(&segment.path).exists() => found.whole += 1,
            None => found.missing.push(segment.path),
            Some(size) if segment.complete && size != segment.size_bytes => {
                found.other_size.push((segment.path, segment.size_bytes, size));
            }
            Some(size) => {
                found.whole += 1;
                found.whole_bytes += size;
            }
        }
    }
    for path in files.into_keys() {
        let relative = path.strip_prefix(data_dir).map(Path::to_owned).unwrap_or(path);
        if paths::parse(&relative).is_some() {
            found.unlisted.push(relative);
        } else if !identity::is_file(&relative) {
            found.foreign.push(relative);
        }
    }
    Ok(found)
}

/// Whether the folder is this appliance's; one that is new is made its own.
///
/// # Errors
/// Where it is not.
pub fn check_disk(data_dir: &Path, index: &dyn SegmentIndex) -> Result<(), WrongDisk> {
    identity::check(data_dir, index)
}

/// Makes index and folder agree, as a start does; the folder is this appliance's from then on. Files that are not listed are,
/// and what is listed without a file is marked as gone. Nothing else may record meanwhile.
///
/// # Errors
/// Where the folder is another appliance's, cannot be read or written, or the index does not answer.
pub fn repair(data_dir: &Path, index: &dyn SegmentIndex) -> Result<Recovered, RecorderError> {
    let folder = data_dir.join(paths::FOLDER);
    match identity::check(data_dir, index) {
        Ok(()) => {}
        Err(WrongDisk::Empty { .. }) => {
            let written = identity::write(&folder, index.appliance());
            written.map_err(|error| RecorderError::Folder { path: folder, error })?;
        }
        Err(wrong) => return Err(RecorderError::WrongDisk(wrong)),
    }
    recover::recover(data_dir, index).map(|(_, recovered)| recovered)
}
