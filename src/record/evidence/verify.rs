//! Whether a pack is what its appliance signed, and if not, where it is not.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::key::SIGNATURE_BYTES;
use super::layout::{Entry, LOCAL_BYTES, directory};
use super::manifest::{FORMAT, MOST_MANIFEST_BYTES, Manifest};
use super::pack::entries;
use super::{CHUNK_BYTES, MANIFEST, PublicKey, SIGNATURE};
use crate::base::chain::hex;

/// What came of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// `None` where it cannot be read.
    pub manifest: Option<Manifest>,
    /// Whose signature it claims to bear.
    pub key: Option<PublicKey>,
    /// In the order of the pack's bytes; none where it is intact.
    pub faults: Vec<Fault>,
}

/// Something that is not as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// The file of the pack, or what lies around it: its header, the directory.
    pub entry: String,
    /// Bytes of the pack.
    pub range: Range<u64>,
    /// Bytes of the file, where they are of one.
    pub in_entry: Option<Range<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// This is no pack of canhdem, or its manifest cannot be read: nothing else can be told.
    NoPack,
    /// The manifest and its signature do not belong together.
    Signature,
    /// It is signed, by another key than the one that was expected.
    OtherKey,
    Altered,
    Missing,
    Added,
}

#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}", path = path.display())]
pub struct VerifyError {
    pub path: PathBuf,
    pub error: io::Error,
}

/// Reads a whole pack and compares each of its bytes with what it has to be. `expected`: the appliance's key, from the office's
/// records; without it, whoever altered a pack may have signed it anew with a key of their own.
///
/// # Errors
/// Where the file cannot be read.
pub fn verify(path: &Path, expected: Option<PublicKey>) -> Result<Report, VerifyError> {
    let disk = |error| VerifyError { path: path.to_owned(), error };
    let mut file = File::open(path).map_err(disk)?;
    let length = file.metadata().map_err(disk)?.len();
    let mut head = Vec::new();
    file.by_ref().take(u64::from(MOST_MANIFEST_BYTES)).read_to_end(&mut head).map_err(disk)?;
    let Some((manifest, key, bytes)) = manifest_of(&head) else {
        let fault = Fault { kind: FaultKind::NoPack, entry: MANIFEST.to_owned(), range: 0..length, in_entry: None };
        return Ok(Report { manifest: None, key: None, faults: vec![fault] });
    };
    let mut faults = Vec::new();
    let at = header_length(MANIFEST);
    let range = at..at + bytes.len() as u64;
    let place = range.end + header_length(SIGNATURE);
    let signature = head.get(place as usize..place as usize + SIGNATURE_BYTES).unwrap_or_default();
    let of_manifest = |kind| Fault { kind, entry: MANIFEST.to_owned(), range: range.clone(), in_entry: None };
    if !key.has_signed(bytes, signature) {
        faults.push(of_manifest(FaultKind::Signature));
    } else if expected.is_some_and(|expected| expected != key) {
        faults.push(of_manifest(FaultKind::OtherKey));
    }
    let pieces = pieces(&manifest, bytes, signature);
    compare(&mut file, length, &pieces, &mut faults).map_err(disk)?;
    faults.sort_by_key(|fault| (fault.range.start, fault.range.end));
    Ok(Report { manifest: Some(manifest), key: Some(key), faults })
}

fn header_length(name: &str) -> u64 {
    (LOCAL_BYTES + name.len()) as u64
}

/// What a pack says of itself, by its content alone: its headers may be damaged.
fn manifest_of(head: &[u8]) -> Option<(Manifest, PublicKey, &[u8])> {
    let text = head.get(header_length(MANIFEST) as usize..)?;
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Manifest>();
    let manifest = values.next()?.ok().filter(|manifest| manifest.format == FORMAT)?;
    let key = manifest.public_key.parse().ok()?;
    // With the line's end.
    let bytes = text.get(..=values.byte_offset())?;
    Some((manifest, key, bytes))
}

/// A stretch of a pack, and what it has to be.
struct Piece {
    entry: String,
    /// Where it begins in the file that it is of; `None` for what lies around files.
    in_entry: Option<u64>,
    length: usize,
    wanted: Wanted,
}

enum Wanted {
    Bytes(Vec<u8>),
    Sha256(String),
}

impl Piece {
    fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.length
            && match &self.wanted {
                Wanted::Bytes(wanted) => bytes == wanted,
                Wanted::Sha256(wanted) => hex(&Sha256::digest(bytes)) == *wanted,
            }
    }

    /// The part of it that differs, as closely as it can be told.
    fn difference(&self, bytes: &[u8]) -> Range<usize> {
        let Wanted::Bytes(wanted) = &self.wanted else { return 0..bytes.len() };
        let differs = |(a, b): (&u8, &u8)| a != b;
        let first = wanted.iter().zip(bytes).position(differs);
        let last = wanted.iter().zip(bytes).rposition(differs);
        first.zip(last).map_or(0..bytes.len(), |(first, last)| first..last + 1)
    }
}

fn pieces(manifest: &Manifest, head: &[u8], signature: &[u8]) -> Vec<Piece> {
    let around = |entry: &Entry, bytes: Vec<u8>| Piece {
        entry: entry.name.clone(),
        in_entry: None,
        length: bytes.len(),
        wanted: Wanted::Bytes(bytes),
    };
    let entries = entries(manifest, head, signature);
    let mut pieces = Vec::new();
    // The manifest as it would be written; the signature stands for itself.
    for (entry, content) in entries.iter().zip([manifest.to_bytes(), signature.to_vec()]) {
        pieces.push(around(entry, entry.local_header()));
        let length = content.len();
        let wanted = Wanted::Bytes(content);
        pieces.push(Piece { entry: entry.name.clone(), in_entry: Some(0), length, wanted });
    }
    for (entry, file) in entries[2..].iter().zip(&manifest.files) {
        pieces.push(around(entry, entry.local_header()));
        for (number, chunk) in file.chunks.iter().enumerate() {
            let start = number * CHUNK_BYTES;
            let length = (file.size as usize).saturating_sub(start).min(CHUNK_BYTES);
            let wanted = Wanted::Sha256(chunk.clone());
            pieces.push(Piece { entry: file.name.clone(), in_entry: Some(start as u64), length, wanted });
        }
    }
    let directory = directory(&entries);
    let (entry, length) = ("(directory)".to_owned(), directory.len());
    pieces.push(Piece { entry, in_entry: None, length, wanted: Wanted::Bytes(directory) });
    pieces
}

/// Compares piece by piece. Where bytes were added or left out, what follows is looked for that much further on or back.
fn compare(file: &mut File, length: u64, pieces: &[Piece], faults: &mut Vec<Fault>) -> io::Result<()> {
    let wanted_length: u64 = pieces.iter().map(|piece| piece.length as u64).sum();
    // By how much what is left of the file is longer than it should be.
    let mut surplus = length as i64 - wanted_length as i64;
    let mut at = 0u64;
    for (number, piece) in pieces.iter().enumerate() {
        let bytes = read(file, at, piece.length)?;
        if piece.is(&bytes) {
            at += piece.length as u64;
            continue;
        }
        let end = at + piece.length as u64;
        let moved = end.saturating_add_signed(surplus);
        let goes_on = surplus != 0
            && match pieces.get(number + 1) {
                Some(next) => next.is(&read(file, moved, next.length)?),
                None => moved == length,
            };
        let (kind, there) = if goes_on {
            (if surplus > 0 { FaultKind::Added } else { FaultKind::Missing }, at..moved.max(at))
        } else if bytes.len() < piece.length {
            (FaultKind::Missing, at..length.max(at))
        } else {
            let differs = piece.difference(&bytes);
            (FaultKind::Altered, at + differs.start as u64..at + differs.end as u64)
        };
        let in_entry =
            piece.in_entry.map(|start| start + (there.start - at)..start + (there.end - at).min(piece.length as u64));
        note(faults, Fault { kind, entry: piece.entry.clone(), range: there, in_entry });
        at = if goes_on { moved } else { end.min(length) };
        if goes_on {
            surplus = 0;
        }
    }
    if at < length {
        let entry = "(end)".to_owned();
        note(faults, Fault { kind: FaultKind::Added, entry, range: at..length, in_entry: None });
    }
    Ok(())
}

/// Neighbours of one kind and file are one fault.
fn note(faults: &mut Vec<Fault>, fault: Fault) {
    if let Some(last) = faults.last_mut()
        && (last.kind, &last.entry, last.range.end) == (fault.kind, &fault.entry, fault.range.start)
        && last.in_entry.is_some() == fault.in_entry.is_some()
    {
        last.range.end = fault.range.end;
        if let (Some(whole), Some(more)) = (&mut last.in_entry, fault.in_entry) {
            whole.end = more.end;
        }
        return;
    }
    faults.push(fault);
}

/// Up to `length` bytes from `at` on; fewer at the end.
fn read(file: &mut File, at: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(CHUNK_BYTES));
    file.seek(SeekFrom::Start(at))?;
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
