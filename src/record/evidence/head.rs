//! Heads of chains, signed: who has one knows all that was in the chain by then.

use jiff::Timestamp;
use uuid::Uuid;

use super::key::SIGNATURE_BYTES;
use super::{DeviceKey, PublicKey};
use crate::base::chain::{Digest, hex};

/// The last link of a chain at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub appliance: Uuid,
    /// Of a chain of segments; `None` for the audit log.
    pub camera: Option<String>,
    /// In UTC: of the segments, or on which an audit log's head was signed.
    pub day: String,
    pub position: i64,
    pub link: Digest,
    pub at: Timestamp,
    /// Nothing of the day is kept any more, and its links are gone.
    pub folded: bool,
}

pub type Signature = [u8; SIGNATURE_BYTES];

impl Statement {
    /// What is signed: lines of text, so that other programs can make it, too. No value has a line's end.
    pub fn text(&self) -> String {
        let Self { appliance, camera, day, position, link, at, folded } = self;
        let chain = camera.as_ref().map_or_else(|| "audit".to_owned(), |camera| format!("segments {camera}"));
        let state = if *folded { "folded" } else { "kept" };
        let link = hex(link);
        format!("canhdem head 1\n{appliance}\n{chain}\n{day}\n{position}\n{link}\n{}\n{state}\n", at.as_nanosecond())
    }

    pub fn sign(&self, key: &DeviceKey) -> Signature {
        key.sign(self.text().as_bytes())
    }

    pub fn is_signed(&self, key: PublicKey, signature: &[u8]) -> bool {
        key.has_signed(self.text().as_bytes(), signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_every_value() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = DeviceKey::open(folder.path()).expect("made");
        let head = Statement {
            appliance: Uuid::from_u128(1),
            camera: Some("kho".to_owned()),
            day: "2026-02-16".to_owned(),
            position: 7,
            link: [3; 32],
            at: Timestamp::UNIX_EPOCH,
            folded: false,
        };
        let signature = head.sign(&key);
        assert!(head.is_signed(key.public(), &signature));
        let others = [
            Statement { appliance: Uuid::from_u128(2), ..head.clone() },
            Statement { camera: None, ..head.clone() },
            Statement { camera: Some("audit".to_owned()), ..head.clone() },
            Statement { day: "2026-02-17".to_owned(), ..head.clone() },
            Statement { position: 8, ..head.clone() },
            Statement { link: [4; 32], ..head.clone() },
            Statement { at: Timestamp::MAX, ..head.clone() },
            Statement { folded: true, ..head.clone() },
        ];
        assert!(others.iter().all(|other| !other.is_signed(key.public(), &signature)));
        assert!(!head.is_signed(key.public(), &[]));
    }
}
