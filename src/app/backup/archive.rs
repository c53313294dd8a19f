//! The tar file: written, and read with nothing trusted.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Entry;

pub(super) struct Archive {
    tar: tar::Builder<File>,
    path: PathBuf,
    seconds: u64,
}

impl Archive {
    pub(super) fn create(path: &Path, now: Timestamp) -> anyhow::Result<Self> {
        let file = new_file(path)?;
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        Ok(Self { tar: tar::Builder::new(file), path: path.to_owned(), seconds })
    }

    pub(super) fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.add(name, bytes.len() as u64, bytes)
    }

    /// As much of it as its entry says; that it has not changed since shows when it is read.
    pub(super) fn add_file(&mut self, name: &str, path: &Path, entry: &Entry) -> anyhow::Result<()> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let mut hashing = Hashing::new(file.take(entry.size_bytes));
        self.add(name, entry.size_bytes, &mut hashing)?;
        if hashing.sum() != entry.sha256 {
            bail!("{}: it changed meanwhile; try again", path.display());
        }
        Ok(())
    }

    fn add(&mut self, name: &str, size: u64, from: impl Read) -> anyhow::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.seconds);
        self.tar.append_data(&mut header, name, from).with_context(|| format!("{}: {name}", self.path.display()))
    }

    pub(super) fn finish(self) -> anyhow::Result<()> {
        let path = self.path;
        self.tar
            .into_inner()
            .and_then(|mut file| file.flush().and_then(|()| file.sync_all()))
            .with_context(|| path.display().to_string())
    }
}

pub(super) fn entry(name: &str, path: &Path) -> anyhow::Result<Entry> {
    let mut hashing = Hashing::new(File::open(path).with_context(|| path.display().to_string())?);
    let size_bytes = io::copy(&mut hashing, &mut io::sink()).with_context(|| path.display().to_string())?;
    Ok(Entry { name: name.to_owned(), size_bytes, sha256: hashing.sum() })
}

pub(super) fn sum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// What a tar file holds, in order.
pub(super) struct Reading<'a> {
    entries: tar::Entries<'a, BufReader<File>>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(tar: &'a mut tar::Archive<BufReader<File>>) -> anyhow::Result<Self> {
        Ok(Self { entries: tar.entries().context("no backup of canhdem")? })
    }

    /// The next plain file: its name and content.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<(String, tar::Entry<'a, BufReader<File>>)>> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let entry = entry.context("it is damaged")?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != tar::EntryType::Regular {
            bail!("{name}: it is no plain file, which no backup of canhdem holds");
        }
        Ok(Some((name, entry)))
    }
}

/// All of it, where it is no larger than `limit`.
pub(super) fn read_small(from: &mut impl Read, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes).context("it is damaged")?;
    if bytes.len() as u64 > limit {
        bail!("it is larger than {limit} bytes");
    }
    Ok(bytes)
}

/// Writes a new file for its owner alone and says its sum.
pub(super) fn unpack(from: &mut impl Read, to: &Path, size: u64) -> anyhow::Result<String> {
    let mut file = new_file(to)?;
    let mut hashing = Hashing::new(from.take(size));
    io::copy(&mut hashing, &mut file).with_context(|| to.display().to_string())?;
    file.sync_all().with_context(|| to.display().to_string())?;
    Ok(hashing.sum())
}

fn new_file(path: &Path) -> anyhow::Result<File> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    opened.with_context(|| format!("{}: cannot be written", path.display()))
}

struct Hashing<R> {
    from: R,
    hasher: Sha256,
}

impl<R> Hashing<R> {
    fn new(from: R) -> Self {
        Self { from, hasher: Sha256::new() }
    }

    fn sum(self) -> String {
        hex(&self.hasher.finalize())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.hasher.update(&buffer[..length]);
        Ok(length)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write as _;
        // Writing to a text never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
