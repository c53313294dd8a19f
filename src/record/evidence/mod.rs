//! Evidence packs: what the appliance kept of an alert in one file, signed, for whoever has to believe it.
//!
//! A pack is a ZIP that any program opens. Beyond that its bytes are fixed by its content: entries follow one another in the
//! manifest's order, stored as they are, with no date and nothing between, before or behind. So whoever verifies a pack
//! knows what each byte has to be, and names those that are not.
//!
//! | entry | what |
//! |---|---|
//! | `manifest.json` | what the pack is of, and of every entry behind the signature its size, SHA-256, and that of each 64 KiB |
//! | `manifest.sig` | Ed25519 signature of the bytes of `manifest.json`, 64 bytes |
//! | all others | original segments byte for byte, a clip that plays, pictures, the alert in words and as data |

mod credentials;
mod head;
mod key;
mod layout;
mod manifest;
mod pack;
mod verify;

pub use credentials::{CredentialsError, Original, RECORDING, Recording, add_credentials, trust_anchor};
pub use head::{Signature, Statement};
pub use key::{DeviceKey, KeyError, PublicKey};
pub use manifest::{About, Blurred, Hidden, Manifest, Model, Originals};
pub use pack::{PackError, Part, Ready, Source, prepare};
pub use verify::{Fault, FaultKind, Report, VerifyError, verify};

/// What is hashed by itself, so that an altered byte is found within so many.
const CHUNK_BYTES: usize = 64 * 1024;
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";
