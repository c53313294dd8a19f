//! The bytes of a ZIP whose entries are stored as they are (APPNOTE 4.3): fixed by the names, sizes and checksums alone.

/// Beyond this a ZIP needs other fields.
pub(super) const MOST_BYTES: u64 = u32::MAX as u64;
pub(super) const MOST_ENTRIES: usize = u16::MAX as usize;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// 2.0, the first with folders.
const VERSION: u16 = 20;
/// Made on a Unix.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const STORED: u16 = 0;
/// 1980-01-01 00:00, the first that there is: when each file was made is in the manifest.
const DOS_TIME: [u8; 4] = [0, 0, 0x21, 0];
/// A file that everybody may read, in the upper half.
const ATTRIBUTES: u32 = 0o100_644 << 16;
pub(super) const LOCAL_BYTES: usize = 30;

/// An entry, as far as its headers tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: String,
    pub size: u32,
    pub crc: u32,
}

impl Entry {
    pub(super) fn local_header(&self) -> Vec<u8> {
        let mut bytes = LOCAL.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        self.common(&mut bytes);
        bytes.extend(self.name.as_bytes());
        bytes
    }

    fn central_header(&self, offset: u32) -> Vec<u8> {
        let mut bytes = CENTRAL.to_vec();
        bytes.extend(MADE_BY.to_le_bytes());
        bytes.extend(VERSION.to_le_bytes());
        self.common(&mut bytes);
        // No comment, on the first disk, no text.
        bytes.extend([0; 6]);
        bytes.extend(ATTRIBUTES.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.extend(self.name.as_bytes());
        bytes
    }

    /// What both headers have in common, to the lengths of the name and of no extra field.
    fn common(&self, bytes: &mut Vec<u8>) {
        bytes.extend(FLAGS.to_le_bytes());
        bytes.extend(STORED.to_le_bytes());
        bytes.extend(DOS_TIME);
        bytes.extend(self.crc.to_le_bytes());
        bytes.extend(self.size.to_le_bytes());
        bytes.extend(self.size.to_le_bytes());
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes.extend(0u16.to_le_bytes());
    }

    /// Bytes of its header and content.
    pub(super) fn whole_size(&self) -> u64 {
        LOCAL_BYTES as u64 + self.name.len() as u64 + u64::from(self.size)
    }
}

/// What follows the last entry.
pub(super) fn directory(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut offset = 0;
    for entry in entries {
        bytes.extend(entry.central_header(offset as u32));
        offset += entry.whole_size();
    }
    let count = (entries.len() as u16).to_le_bytes();
    let size = (bytes.len() as u32).to_le_bytes();
    bytes.extend(END);
    // This disk, and the directory's.
    bytes.extend([0; 4]);
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend(size);
    bytes.extend((offset as u32).to_le_bytes());
    bytes.extend(0u16.to_le_bytes());
    bytes
}
