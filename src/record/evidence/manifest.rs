//! What a pack says of itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{CHUNK_BYTES, PublicKey};
use crate::base::chain::hex;

pub(super) const FORMAT: &str = "canhdem-evidence-1";
/// A larger one is no manifest: 4 GB have 65,536 chunks of 65 bytes each.
pub(super) const MOST_MANIFEST_BYTES: u32 = 16 * 1024 * 1024;

/// What the pack is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// When it was made.
    pub made_at: Timestamp,
    /// Version of the program that made it.
    pub version: String,
    pub appliance: Uuid,
    pub alert: Uuid,
    pub camera: String,
    /// The stretch of time that the video covers.
    pub from: Timestamp,
    pub to: Timestamp,
    /// What looked at the pictures.
    pub models: Vec<Model>,
    /// Of video that does not show all that the camera saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Hidden>,
}

/// What clip and pictures do not show, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// Privacy masks of the camera, as they were configured when the pack was made: painted over, so that the clip was decoded
    /// and encoded again, and so were pictures from before.
    pub privacy_masks: Vec<String>,
    /// Pictures that lie in no pack, for they may show what the masks hide: taken before there were these masks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures_withheld: Vec<String>,
    /// Faces and plates of whoever is not of the alert, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blurred: Option<Blurred>,
    /// Whether the original segments, which show it, lie in the pack all the same.
    pub originals: Originals,
}

/// What was made unrecognisable, and by what: what the model did not see was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blurred {
    /// Finds persons and vehicles.
    pub model: Model,
    /// Pictures of the clip that it looked at, and how many heads and vehicles it found to be blurred in all.
    pub pictures: u32,
    /// Pictures of the scene beside the clip that it looked at.
    #[serde(default)]
    pub stills: u32,
    pub heads: u32,
    pub vehicles: u32,
    /// Tracks of the alert, which were left as they are where their ways are known.
    pub clear_tracks: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Originals {
    /// The office gives them to whoever gets a pack.
    Included,
    /// They stay on the appliance.
    Withheld,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    pub name: String,
    /// Of its file.
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: String,
    #[serde(flatten)]
    pub about: About,
    /// Of the appliance: 64 hexadecimal digits.
    pub public_key: String,
    /// In the order in which they lie in the pack.
    pub files: Vec<Listed>,
}

/// One file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub name: String,
    pub size: u32,
    pub sha256: String,
    pub crc32: u32,
    /// SHA-256 of each 64 KiB, the last one shorter.
    pub chunks: Vec<String>,
}

impl Manifest {
    pub(super) fn new(about: About, key: PublicKey, files: Vec<Listed>) -> Self {
        Self { format: FORMAT.to_owned(), about, public_key: key.to_string(), files }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("strings, numbers and lists");
        bytes.push(b'\n');
        bytes
    }
}

/// Hashes a file as it goes by.
#[derive(Default)]
pub(super) struct Hashing {
    whole: Sha256,
    crc: crc32fast::Hasher,
    size: u64,
    chunk: Sha256,
    in_chunk: usize,
    chunks: Vec<String>,
}

impl Hashing {
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        self.crc.update(bytes);
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.in_chunk));
            self.chunk.update(now);
            self.in_chunk += now.len();
            if self.in_chunk == CHUNK_BYTES {
                self.end_chunk();
            }
            bytes = later;
        }
    }

    fn end_chunk(&mut self) {
        self.chunks.push(hex(&std::mem::take(&mut self.chunk).finalize()));
        self.in_chunk = 0;
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn finish(mut self, name: &str) -> Listed {
        if self.in_chunk > 0 {
            self.end_chunk();
        }
        Listed {
            name: name.to_owned(),
            size: self.size as u32,
            sha256: hex(&self.whole.finalize()),
            crc32: self.crc.finalize(),
            chunks: self.chunks,
        }
    }
}
