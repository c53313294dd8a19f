//! A segment that is being written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::camera::Delivered;
use super::{Segment, paths};
use crate::base::chain::Digest;

/// A new segment begins with the first key frame after this.
const TARGET: Duration = Duration::from_secs(10);
/// The index hears of a growing segment this often, after what was written is on the disk.
const REPORT_EVERY: Duration = Duration::from_secs(4);
/// Network and camera make wall and stream time differ by less; more, and somebody has set a clock.
const CLOCK_JUMP: SignedDuration = SignedDuration::from_secs(2);

pub(super) struct OpenSegment {
    pub(super) segment: Segment,
    file: File,
    /// Of what was written: a segment is not read back to be hashed.
    hash: Sha256,
    run: u64,
    next_number: u64,
    first_tick: u64,
    last_report: Duration,
    /// Something was written that is not on the disk yet.
    is_unsynced: bool,
    /// A sync failed. The kernel says so once, and a later one may well succeed without what was lost.
    has_lost: bool,
    /// By the monotonic clock.
    pub(super) last_write: Duration,
}

impl OpenSegment {
    /// Creates the file, writes the init section and the first fragment, and puts all that on the disk, its name too: the index
    /// may be told of it.
    ///
    /// # Errors
    /// Nothing is left behind then.
    pub(super) fn begin(data_dir: &Path, id: Uuid, delivered: &Delivered, now: Duration) -> io::Result<Self> {
        let camera = &delivered.camera.camera;
        let cut = &delivered.cut;
        let path = paths::of_segment(camera, cut.at, id);
        let absolute = data_dir.join(&path);
        let folder = absolute.parent().unwrap_or(data_dir);
        make_folder(folder)?;
        let file = OpenOptions::new().write(true).create_new(true).open(&absolute)?;
        let mut open = Self {
            segment: Segment {
                id,
                camera: camera.clone(),
                path,
                codec: cut.track.format.codec,
                started_at: cut.at,
                duration: Duration::ZERO,
                size_bytes: 0,
                complete: false,
            },
            file,
            hash: Sha256::new(),
            run: delivered.run,
            next_number: delivered.number,
            first_tick: cut.fragment.start,
            last_report: Duration::ZERO,
            is_unsynced: true,
            has_lost: false,
            last_write: now,
        };
        let written = open.write(&cut.init).and_then(|()| open.append(delivered, now));
        let written = written.and_then(|()| open.sync()).and_then(|()| sync_dir(folder));
        if let Err(error) = written {
            // Best effort: what stays behind is removed at the next start.
            drop(fs::remove_file(&absolute));
            return Err(error);
        }
        Ok(open)
    }

    /// Whether the fragment goes on where this segment ends.
    pub(super) fn takes(&self, delivered: &Delivered) -> bool {
        if self.run != delivered.run || self.next_number != delivered.number {
            return false;
        }
        let cut = &delivered.cut;
        if !cut.fragment.key() {
            return true;
        }
        let passed = cut.track.duration_of(cut.fragment.start.saturating_sub(self.first_tick));
        let expected = self.segment.started_at + passed;
        passed < TARGET && cut.at.duration_since(expected).abs() < CLOCK_JUMP
    }

    /// # Errors
    /// The file ends with the last whole fragment then.
    pub(super) fn append(&mut self, delivered: &Delivered, now: Duration) -> io::Result<()> {
        let cut = &delivered.cut;
        self.write(&cut.bytes)?;
        self.next_number = delivered.number + 1;
        self.segment.duration = cut.track.duration_of(cut.fragment.end().saturating_sub(self.first_tick));
        self.last_write = now;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // If this fails too, the start after a restart cuts the half fragment off.
            drop(self.file.set_len(self.segment.size_bytes));
            return Err(error);
        }
        self.hash.update(bytes);
        self.segment.size_bytes += bytes.len() as u64;
        self.is_unsynced = true;
        Ok(())
    }

    /// Whether it has grown enough since the index last heard of it.
    pub(super) fn is_report_due(&self) -> bool {
        self.segment.duration >= self.last_report + REPORT_EVERY
    }

    /// Puts what was written on the disk, so that the index never knows more than the disk.
    pub(super) fn sync_for_report(&mut self) -> io::Result<()> {
        self.last_report = self.segment.duration;
        self.sync()
    }

    /// Puts on the disk what is not there yet.
    ///
    /// # Errors
    /// What was written since the last time may be lost.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_unsynced, false) {
            return Ok(());
        }
        self.file.sync_data().inspect_err(|_| self.has_lost = true)
    }

    /// Nothing more is written. With its hash only if every byte of it has reached the disk: then it is complete.
    pub(super) fn complete(self) -> (Segment, Result<Digest, Unsynced>) {
        let Self { segment, file, hash, has_lost, .. } = self;
        match file.sync_all() {
            Ok(()) if has_lost => (segment, Err(Unsynced(None))),
            Ok(()) => (Segment { complete: true, ..segment }, Ok(hash.finalize().into())),
            Err(error) => (segment, Err(Unsynced(Some(error)))),
        }
    }
}

/// Some of a segment has not reached the disk; why, unless that was said before.
pub(super) struct Unsynced(pub(super) Option<io::Error>);

/// Makes a folder and those above it that are not there, so that they outlast a power failure.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return fs::create_dir(folder) };
    make_folder(parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_dir(parent)
}

/// Makes the names in a folder durable.
pub(super) fn sync_dir(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
