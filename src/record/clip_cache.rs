//! Clips that were made once: bounded in number and bytes, the oldest go first. Those with privacy masks are encoded, one at
//! a time: the cameras need the processor.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use super::clip::{ClipError, ClipInfo, Hiding, Stretch, info, plan, write};
use super::{IndexError, Needed, SegmentIndex};
use crate::decode::Masks;

const FOLDER: &str = "clips";

#[derive(Debug, Clone, Copy)]
pub struct ClipLimits {
    pub bytes: u64,
    pub files: usize,
}

impl Default for ClipLimits {
    fn default() -> Self {
        Self { bytes: 1 << 30, files: 200 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clip {
    /// Stays there at least while it is among the newest few of the cache.
    pub path: PathBuf,
    pub info: ClipInfo,
}

/// Makes clips and keeps them. To be shared; asked for the same clip by many at once, it makes it
/// once. Calls wait for the disk: not for an async thread.
pub struct ClipCache {
    data_dir: PathBuf,
    index: Arc<dyn SegmentIndex>,
    limits: ClipLimits,
    making: Mutex<HashSet<PathBuf>>,
    made: Condvar,
    /// Of those who want a clip with masks: how many are here, the one whose clip is being encoded among them.
    burning: Mutex<usize>,
    encoder: Mutex<()>,
}

/// Removed even over the limits only when newer ones have come: somebody may be about to open them.
const NEWEST_KEPT: usize = 8;
/// Between segments that follow one another; a clip's times are those of its pictures.
const SEAM: SignedDuration = SignedDuration::from_secs(1);
/// So many clips are encoded or wait for that; whoever wants another one is to ask again.
const MOST_BURNING: usize = 4;

impl ClipCache {
    /// Also removes what an unclean stop has left half done, and clips of which not all is recorded any more.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(data_dir: PathBuf, index: Arc<dyn SegmentIndex>, limits: ClipLimits) -> io::Result<Self> {
        let folder = data_dir.join(FOLDER);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let is_clip = path.extension().is_some_and(|extension| extension == "mp4");
            if !is_clip || !is_recorded(&path, index.as_ref()).map_err(io::Error::other)? {
                fs::remove_file(path)?;
            }
        }
        Ok(Self {
            data_dir,
            index,
            limits,
            making: Mutex::default(),
            made: Condvar::new(),
            burning: Mutex::new(0),
            encoder: Mutex::new(()),
        })
    }

    /// What a clip of this stretch would show now; see [`super::clip::extent`].
    ///
    /// # Errors
    /// When the index does not answer.
    pub fn extent(&self, stretch: &Stretch) -> Result<Option<ClipInfo>, ClipError> {
        super::clip::extent(self.index.as_ref(), &self.data_dir, stretch)
    }

    /// The clip of this stretch without what `masks` hide, made now if need be. While the stretch is still being recorded
    /// each call may find more of it and give a new file.
    ///
    /// # Errors
    /// See [`super::clip::make_clip`], and [`ClipError::Busy`].
    pub fn get(&self, stretch: &Stretch, masks: &Masks) -> Result<Clip, ClipError> {
        let (timeline, extent) = plan(self.index.as_ref(), &self.data_dir, stretch)?;
        let info = info(&timeline, &extent);
        let (from, to) = (info.starts_at.as_nanosecond(), info.ends_at.as_nanosecond());
        let masked = masks.name().map(|name| format!(".{name}")).unwrap_or_default();
        let path = self.data_dir.join(FOLDER).join(format!("{}_{from}_{to}{masked}.mp4", stretch.camera));
        // Before the turn: whoever asks for one clip again and again waits in line, too.
        let place = if masks.is_empty() || path.is_file() { None } else { Some(self.take_place()?) };
        let _turn = self.take_turn(&path);
        if !path.is_file() {
            let _encoder = place.as_ref().map(|_| self.encoder.lock().unwrap_or_else(PoisonError::into_inner));
            let files = timeline.files();
            write(timeline, &extent, Hiding { masks, retouch: None }, &path)?;
            // Removed meanwhile, when the clip was not there yet to go with it.
            if files.iter().any(|file| !self.data_dir.join(file).exists()) {
                fs::remove_file(&path).map_err(|error| ClipError::Disk { path, error })?;
                return Err(ClipError::nothing(stretch));
            }
            if let Err(error) = self.trim() {
                tracing::warn!(%error, "old clips cannot be removed");
            }
        }
        Ok(Clip { path, info })
    }

    fn take_place(&self) -> Result<Place<'_>, ClipError> {
        let mut burning = self.burning.lock().unwrap_or_else(PoisonError::into_inner);
        if *burning >= MOST_BURNING {
            return Err(ClipError::Busy);
        }
        *burning += 1;
        Ok(Place(self))
    }

    /// Waits until nobody else makes this clip.
    fn take_turn<'a>(&'a self, path: &PathBuf) -> Turn<'a> {
        let making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let mut making =
            self.made.wait_while(making, |making| making.contains(path)).unwrap_or_else(PoisonError::into_inner);
        making.insert(path.clone());
        Turn { cache: self, path: path.clone() }
    }

    fn trim(&self) -> io::Result<()> {
        let mut clips: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(self.data_dir.join(FOLDER))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "mp4") {
                let file = fs::metadata(&path)?;
                clips.push((file.modified()?, file.len(), path));
            }
        }
        clips.sort_unstable();
        let (mut files, mut bytes) = (clips.len(), clips.iter().map(|clip| clip.1).sum::<u64>());
        for (_, size, path) in clips {
            if files <= NEWEST_KEPT || files <= self.limits.files && bytes <= self.limits.bytes {
                break;
            }
            // Somebody else may be trimming too.
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            (files, bytes) = (files - 1, bytes - size);
        }
        Ok(())
    }
}

/// Removes every clip that shows something of these stretches. Who has one open reads it until they close it.
///
/// # Errors
/// Where one cannot be removed; the others are tried all the same.
pub(super) fn forget(data_dir: &Path, gone: &[Needed]) -> io::Result<()> {
    let clips = match fs::read_dir(data_dir.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        clips => clips?,
    };
    let mut outcome = Ok(());
    for entry in clips {
        let path = entry?.path();
        let Some((camera, begins, ends)) = shown_by(&path) else { continue };
        let is_shown = |gone: &Needed| {
            gone.camera == camera && begins < gone.to.as_nanosecond() && ends > gone.from.as_nanosecond()
        };
        if gone.iter().any(is_shown) {
            // Somebody else may be trimming.
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => outcome = Err(error),
                _ => {}
            }
        }
    }
    outcome
}

/// Whether all that a clip shows is still recorded. One over a gap is not: it is made anew when somebody asks for it.
fn is_recorded(path: &Path, index: &dyn SegmentIndex) -> Result<bool, IndexError> {
    let Some((camera, begins, ends)) = shown_by(path) else { return Ok(false) };
    let [Ok(begins), Ok(ends)] = [begins, ends].map(Timestamp::from_nanosecond) else { return Ok(false) };
    let mut reached = begins;
    for segment in index.overlapping(camera, begins, ends)? {
        if segment.started_at.duration_since(reached) > SEAM {
            return Ok(false);
        }
        reached = reached.max(segment.ends_at());
    }
    Ok(ends.duration_since(reached) <= SEAM)
}

/// The camera and the nanoseconds that a clip's name says; the name of its masks stands behind a dot.
fn shown_by(path: &Path) -> Option<(&str, i128, i128)> {
    let name = path.file_stem()?.to_str()?;
    let mut parts = name.split_once('.').map_or(name, |(name, _)| name).rsplitn(3, '_');
    let ends = parts.next()?.parse().ok()?;
    let begins = parts.next()?.parse().ok()?;
    Some((parts.next()?, begins, ends))
}

/// Among those who want a clip with masks.
struct Place<'a>(&'a ClipCache);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.burning.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
    }
}

struct Turn<'a> {
    cache: &'a ClipCache,
    path: PathBuf,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.cache.making.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
        self.cache.made.notify_all();
    }
}
