//! The key of the appliance: made once, never leaves the machine.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

use crate::base::chain::hex;

/// Beside the database.
const FILE: &str = "device.key";
const KEY_BYTES: usize = 32;
pub(super) const SIGNATURE_BYTES: usize = 64;

/// Signs what leaves the appliance.
pub struct DeviceKey {
    pair: Ed25519KeyPair,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{path}: {error}", path = path.display())]
    Disk { path: PathBuf, error: io::Error },
    #[error(
        "{path}: others on this machine may read the appliance's key (mode {mode:o}); run `chmod 600` on it, and export anew",
        path = path.display()
    )]
    Readable { path: PathBuf, mode: u32 },
    #[error("{path}: this is no key of canhdem; restore it from a backup, or move it away for a new one to be made", path = path.display())]
    Damaged { path: PathBuf },
    #[error("the system has no randomness to give")]
    Random,
}

impl DeviceKey {
    /// The key in `data_dir`; made where there is none, with mode 0600.
    ///
    /// # Errors
    /// Where it cannot be read or made, is damaged, or others may read it.
    pub fn open(data_dir: &Path) -> Result<Self, KeyError> {
        let path = data_dir.join(FILE);
        let disk = |error| KeyError::Disk { path: path.clone(), error };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(data_dir, &path)?,
            Err(error) => return Err(disk(error)),
        };
        let mode = fs::metadata(&path).map_err(disk)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Readable { path, mode });
        }
        let pair = Ed25519KeyPair::from_pkcs8(&bytes).map_err(|_| KeyError::Damaged { path })?;
        Ok(Self { pair })
    }

    /// The key in `data_dir`, if there is one.
    ///
    /// # Errors
    /// As [`DeviceKey::open`].
    pub fn existing(data_dir: &Path) -> Result<Option<Self>, KeyError> {
        if data_dir.join(FILE).exists() { Self::open(data_dir).map(Some) } else { Ok(None) }
    }

    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; KEY_BYTES];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(bytes)
    }

    pub(super) fn public_bytes(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let mut bytes = [0; SIGNATURE_BYTES];
        bytes.copy_from_slice(self.pair.sign(message).as_ref());
        bytes
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.public())
    }
}

/// Two programs at once make one key: what counts is what lies under its name.
fn make(data_dir: &Path, path: &Path) -> Result<Vec<u8>, KeyError> {
    let disk = |error| KeyError::Disk { path: path.to_owned(), error };
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::Random)?;
    let part = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part).map_err(disk)?;
    let written = file.write_all(document.as_ref()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&part, path));
    fs::remove_file(&part).map_err(disk)?;
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(disk(error)),
    }
    File::open(data_dir).and_then(|folder| folder.sync_all()).map_err(disk)?;
    fs::read(path).map_err(disk)
}

/// What tells an appliance's signatures from others': printed as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; KEY_BYTES]);

impl PublicKey {
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }

    /// Short enough to be compared by eye: eight groups of four digits of its SHA-256.
    pub fn fingerprint(&self) -> String {
        let digits = hex(&Sha256::digest(self.0)[..16]);
        digits.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let mut bytes = [0; KEY_BYTES];
        if digits.len() != 2 * KEY_BYTES || !digits.is_ascii() {
            return Err(format!("a public key has {} hexadecimal digits", 2 * KEY_BYTES));
        }
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16)
                .map_err(|_| format!("\"{}\" is no hexadecimal number", &digits[2 * place..2 * place + 2]))?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = DeviceKey::open(folder.path()).expect("made");
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
        assert_eq!(DeviceKey::open(folder.path()).expect("read").public(), key.public());
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
        let signature = key.sign(b"night");
        assert!(key.public().has_signed(b"night", &signature) && !key.public().has_signed(b"day", &signature));
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        assert_eq!(format!("{key:?}").len(), "DeviceKey()".len() + 64, "nothing of the private part");
    }

    #[test]
    fn a_key_that_cannot_be_trusted_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        DeviceKey::open(folder.path()).expect("made");
        let path = folder.path().join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        let said = DeviceKey::open(folder.path()).expect_err("readable").to_string();
        assert!(said.contains("device.key") && said.contains("mode 644") && said.contains("chmod 600"), "{said}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        fs::write(&path, b"rubbish").expect("written");
        assert!(matches!(DeviceKey::open(folder.path()), Err(KeyError::Damaged { .. })));
        let nowhere = folder.path().join("nowhere");
        assert!(matches!(DeviceKey::open(&nowhere), Err(KeyError::Disk { .. })));
    }

    #[test]
    fn keys_are_read_as_people_type_them() {
        let key: PublicKey = "ab".repeat(32).parse().expect("a key");
        assert_eq!(format!(" {} \n", "AB ".repeat(32)).parse(), Ok(key));
        for wrong in ["", "ab", &"zz".repeat(32), &"é".repeat(32), &"ab".repeat(33)] {
            assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
        }
        assert_eq!(key.fingerprint().len(), 8 * 4 + 7);
    }
}
