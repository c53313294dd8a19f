//! Writes a pack, at once or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::layout::{Entry, MOST_BYTES, MOST_ENTRIES, directory};
use super::manifest::{About, Hashing, Listed, Manifest};
use super::{CHUNK_BYTES, DeviceKey, MANIFEST, SIGNATURE};

/// A file of the pack.
#[derive(Debug, Clone)]
pub struct Part {
    /// Folders and name, such as `segments/013000.mp4`.
    pub name: String,
    pub source: Source,
}

#[derive(Debug, Clone)]
pub enum Source {
    Bytes(Vec<u8>),
    File(PathBuf),
}

#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("{path}: {error}", path = path.display())]
    Disk { path: PathBuf, error: io::Error },
    #[error("{path} is there already; choose another name, or move it away", path = path.display())]
    Exists { path: PathBuf },
    #[error("{path} changed while it was packed; try again", path = path.display())]
    Changed { path: PathBuf },
    #[error("a pack holds 4 GB at most, and this would be {bytes} bytes; export a shorter stretch")]
    TooLarge { bytes: u64 },
    #[error("\"{0}\" cannot be the name of a file of a pack")]
    Name(String),
}

/// A pack whose every byte is settled, and that is still to be written.
pub struct Ready {
    pub manifest: Manifest,
    /// Of the whole pack.
    pub bytes: u64,
    parts: Vec<Part>,
    head: Vec<u8>,
    signature: Vec<u8>,
}

/// Reads all parts for the manifest, which comes first in a pack, and signs that.
///
/// # Errors
/// See [`PackError`].
pub fn prepare(about: About, parts: Vec<Part>, key: &DeviceKey) -> Result<Ready, PackError> {
    check_names(&parts)?;
    let files = parts.iter().map(|part| read(part, &mut io::sink())).collect::<Result<Vec<_>, _>>()?;
    let manifest = Manifest::new(about, key.public(), files);
    let head = manifest.to_bytes();
    let signature = key.sign(&head).to_vec();
    let listed = entries(&manifest, &head, &signature);
    let bytes = listed.iter().map(Entry::whole_size).sum::<u64>() + directory(&listed).len() as u64;
    if bytes > MOST_BYTES {
        return Err(PackError::TooLarge { bytes });
    }
    Ok(Ready { manifest, bytes, parts, head, signature })
}

impl Ready {
    /// Writes the pack. Files are read once more, and must be the same as before.
    ///
    /// # Errors
    /// [`PackError::Changed`] where they are not, or it cannot be read or written; `to` has got a part of the pack then.
    pub fn write_to(&self, to: &mut dyn Write) -> Result<(), PackError> {
        let written = |error| PackError::Disk { path: "the pack".into(), error };
        let listed = entries(&self.manifest, &self.head, &self.signature);
        for (entry, content) in listed.iter().zip([&self.head, &self.signature]) {
            to.write_all(&entry.local_header()).and_then(|()| to.write_all(content)).map_err(written)?;
        }
        for ((entry, part), known) in listed[2..].iter().zip(&self.parts).zip(&self.manifest.files) {
            to.write_all(&entry.local_header()).map_err(written)?;
            if read(part, to)? != *known {
                return Err(PackError::Changed { path: part.name.clone().into() });
            }
        }
        to.write_all(&directory(&listed)).and_then(|()| to.flush()).map_err(written)
    }

    /// Writes the pack to `out`, which must not be there yet.
    ///
    /// # Errors
    /// See [`PackError`]; `out` is not there then.
    pub fn write(&self, out: &Path) -> Result<(), PackError> {
        let partial = beside(out);
        let disk = |error| PackError::Disk { path: out.to_owned(), error };
        let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial);
        let written = opened.map_err(disk).and_then(|file| {
            self.write_to(&mut BufWriter::with_capacity(CHUNK_BYTES, &file))?;
            file.sync_all().map_err(disk)
        });
        // A link, unlike a rename, replaces nothing that somebody else has put there.
        let linked = written.and_then(|()| {
            fs::hard_link(&partial, out).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => PackError::Exists { path: out.to_owned() },
                _ => disk(error),
            })
        });
        // Best effort: it is named after what was wanted.
        drop(fs::remove_file(&partial));
        linked
    }
}

/// All entries in order, the manifest and its signature first.
pub(super) fn entries(manifest: &Manifest, head: &[u8], signature: &[u8]) -> Vec<Entry> {
    let of_bytes = |name: &str, bytes: &[u8]| Entry {
        name: name.to_owned(),
        size: bytes.len() as u32,
        crc: crc32fast::hash(bytes),
    };
    let of_file = |file: &Listed| Entry { name: file.name.clone(), size: file.size, crc: file.crc32 };
    let first = [of_bytes(MANIFEST, head), of_bytes(SIGNATURE, signature)];
    first.into_iter().chain(manifest.files.iter().map(of_file)).collect()
}

/// Copies a part to `to`, and says what it is.
fn read(part: &Part, to: &mut dyn Write) -> Result<Listed, PackError> {
    let path = match &part.source {
        Source::Bytes(_) => PathBuf::from(&part.name),
        Source::File(path) => path.clone(),
    };
    let disk = |error| PackError::Disk { path: path.clone(), error };
    let mut from: Box<dyn Read + '_> = match &part.source {
        Source::Bytes(bytes) => Box::new(&bytes[..]),
        Source::File(path) => Box::new(File::open(path).map_err(disk)?),
    };
    let mut hashing = Hashing::default();
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                hashing.update(&buffer[..length]);
                to.write_all(&buffer[..length]).map_err(disk)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(disk(error)),
        }
        if hashing.size() > MOST_BYTES {
            return Err(PackError::TooLarge { bytes: hashing.size() });
        }
    }
    Ok(hashing.finish(&part.name))
}

/// Names that unpack anywhere to where they say, each once.
fn check_names(parts: &[Part]) -> Result<(), PackError> {
    let mut names: Vec<_> = parts.iter().map(|part| part.name.as_str()).chain([MANIFEST, SIGNATURE]).collect();
    let is_plain = |name: &&str| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        name.len() <= 200
            && name
                .split('/')
                .all(|folder| !folder.is_empty() && !folder.starts_with('.') && folder.bytes().all(is_letter))
    };
    let wrong = names.iter().find(|name| !is_plain(name)).copied();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    if let Some(name) = wrong.or(twice) {
        return Err(PackError::Name(name.to_owned()));
    }
    if names.len() > MOST_ENTRIES {
        return Err(PackError::Name(format!("{} names", names.len())));
    }
    Ok(())
}

fn beside(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    name.into()
}
