//! Content Credentials (C2PA) of a clip: by whom and of what it was made, signed within the file itself, for programs that nobody
//! here wrote.
//!
//! They are signed with the appliance's key, whose certificate that same key has issued: a root that says no more than "this is
//! the key", as the fingerprint in the office's records does. So there is no second key to guard, to back up or to lose, and both
//! certificates follow from the key at any time. What the key signs cannot be taken for one another: manifests of packs are
//! JSON, heads begin with `canhdem head`, claims are CBOR, certificates are DER.
//!
//! There is no time stamp of an authority, for the appliance has no network: when a clip was made is the appliance's own word.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use c2pa::{Builder, Context, Signer, SigningAlg};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyUsagePurpose, PublicKeyData, SerialNumber, SignatureAlgorithm, SigningKey,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{DeviceKey, Hidden};

const FORMAT: &str = "video/mp4";
/// What the clip is of, in our own words.
pub const RECORDING: &str = "canhdem.recording";
/// A camera's pictures of what was there, as IPTC names it.
const CAPTURED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
/// To sign C2PA claims, and to sign documents: what a certificate of a claim must be good for.
const USES: [&[u64]; 2] = [&[1, 3, 6, 1, 4, 1, 62558, 2, 1], &[1, 3, 6, 1, 5, 5, 7, 3, 36]];
/// A clip that is larger lies in the system's folder for temporary files while it is signed.
const IN_MEMORY_MB: u64 = 64;
/// Room for the signature with its certificate, which takes 700 bytes.
const SIGNATURE_ROOM: usize = 4096;

/// What is said of a clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Version of the program that makes the clip.
    pub version: String,
    pub appliance: Uuid,
    pub alert: Uuid,
    /// As configured: what it is known by, and what people call it.
    pub camera: String,
    pub camera_name: String,
    pub from: Timestamp,
    pub to: Timestamp,
    pub made_at: Timestamp,
    pub timezone: TimeZone,
    /// What the camera sent, as it lies in the pack; where it is withheld, on the appliance.
    pub originals: Vec<Original>,
    /// Segments that were still being recorded, and are in the clip alone.
    pub unfinished: usize,
    /// What of it the clip does not show.
    pub hidden: Option<Hidden>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// In the pack.
    pub file: String,
    pub sha256: String,
}

#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    #[error("{path}: {error}", path = path.display())]
    Disk { path: PathBuf, error: io::Error },
    #[error("the appliance's certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error(
        "Content Credentials: {0}; there must be room for the clip beside the pack and in the folder for temporary files"
    )]
    Room(io::Error),
    #[error("Content Credentials: {0}")]
    Claim(c2pa::Error),
}

impl From<c2pa::Error> for CredentialsError {
    fn from(error: c2pa::Error) -> Self {
        match error {
            c2pa::Error::IoError(error) => Self::Room(error),
            other => Self::Claim(other),
        }
    }
}

/// Writes the clip with its credentials to `out`, which is replaced. The pictures stay as they are, byte for byte.
///
/// # Errors
/// See [`CredentialsError`].
pub fn add_credentials(
    clip: &Path,
    out: &Path,
    recording: &Recording,
    key: &DeviceKey,
) -> Result<(), CredentialsError> {
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |error| CredentialsError::Disk { path, error }
    };
    let mut from = File::open(clip).map_err(disk(clip))?;
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(out);
    let mut to = opened.map_err(disk(out))?;
    let mut builder = Builder::from_context(context()?).with_definition(claim(recording))?;
    let certificate = chain(recording.appliance, key)?.0.der().to_vec();
    builder.sign(&Signing { key, certificate }, FORMAT, &mut from, &mut to)?;
    Ok(())
}

/// The certificate by which programs that know C2PA trust the credentials of this appliance, as PEM.
///
/// # Errors
/// Where it cannot be made.
pub fn trust_anchor(appliance: Uuid, key: &DeviceKey) -> Result<String, CredentialsError> {
    Ok(chain(appliance, key)?.1.pem())
}

/// Nothing is asked of the network, and nothing is made of the pictures.
fn context() -> Result<Context, CredentialsError> {
    let settings = json!({
        "core": {"backing_store_memory_threshold_in_mb": IN_MEMORY_MB, "allowed_network_hosts": []},
        "verify": {"remote_manifest_fetch": false, "ocsp_fetch": false},
        "builder": {"thumbnail": {"enabled": false}},
    });
    Ok(Context::new().with_settings(settings)?)
}

/// It was created by the camera, and since then nothing was done to it but joining segments as they are, or hiding a part of
/// what they show. No segment is "opened" (C2PA knows of one parent alone), but each is named with its sum.
fn claim(recording: &Recording) -> Value {
    let Recording {
        version,
        appliance,
        alert,
        camera,
        camera_name,
        from,
        to,
        made_at,
        timezone,
        originals,
        unfinished,
        hidden,
    } = recording;
    let time = |at: &Timestamp| at.to_zoned_datetime(timezone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string();
    let originals: Vec<_> =
        originals.iter().map(|Original { file, sha256 }| json!({"file": file, "sha256": sha256})).collect();
    let joined = if hidden.is_none() { "joined, not re-encoded" } else { "joined" };
    let mut actions = vec![json!({
        "action": "c2pa.created", "when": time(from), "digitalSourceType": CAPTURED,
        "description": format!("Recorded from a camera; original segments {joined}"),
    })];
    if let Some(hidden) = hidden {
        let mut done = Vec::new();
        if !hidden.privacy_masks.is_empty() {
            done.push(format!("privacy masks painted over ({})", hidden.privacy_masks.join(", ")));
        }
        if hidden.blurred.is_some() {
            done.push("heads and number plates of whoever is not of the alert made unrecognisable".to_owned());
        }
        actions.push(json!({"action": "c2pa.edited", "when": time(made_at), "description": done.join("; ")}));
        let encoded = "Encoded again, for what is hidden is in no byte of it";
        actions.push(json!({"action": "c2pa.transcoded", "when": time(made_at), "description": encoded}));
    }
    json!({
        "title": format!("{camera_name}, {}", time(from)),
        "claim_generator_info": [{"name": "canhdem", "version": version}],
        "assertions": [
            {"label": "c2pa.actions", "created": true, "data": {
                "actions": actions, "allActionsIncluded": true,
            }},
            {"label": RECORDING, "created": true, "data": {
                "appliance": appliance, "alert": alert, "camera": camera, "camera_name": camera_name,
                "from": time(from), "to": time(to), "made_at": time(made_at), "originals": originals,
                "unfinished_originals": unfinished,
            }},
        ],
    })
}

struct Signing<'a> {
    key: &'a DeviceKey,
    certificate: Vec<u8>,
}

impl Signer for Signing<'_> {
    fn sign(&self, data: &[u8]) -> c2pa::Result<Vec<u8>> {
        Ok(self.key.sign(data).to_vec())
    }

    fn alg(&self) -> SigningAlg {
        SigningAlg::Ed25519
    }

    /// Without the root: whoever trusts it has it from the office.
    fn certs(&self) -> c2pa::Result<Vec<Vec<u8>>> {
        Ok(vec![self.certificate.clone()])
    }

    fn reserve_size(&self) -> usize {
        SIGNATURE_ROOM
    }
}

/// The certificate of the key, and the root that has issued it. Both are the same whenever they are made, and good for as long
/// as a court may ask: without a time stamp nobody else can tell that a certificate was good at the time of signing.
fn chain(appliance: Uuid, key: &DeviceKey) -> Result<(Certificate, Certificate), rcgen::Error> {
    let params = |role: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "canhdem");
        params.distinguished_name.push(DnType::CommonName, format!("canhdem {appliance} {role}"));
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2099, 12, 31);
        // Numbers of one issuer must differ, also when a new key follows the old one.
        let digest = Sha256::new().chain_update(role).chain_update(key.public_bytes()).finalize();
        params.serial_number = Some(SerialNumber::from_slice(&digest[..16]));
        params
    };
    let mut root = params("root");
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let mut own = params("recordings");
    own.is_ca = IsCa::ExplicitNoCa;
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = USES.iter().map(|oid| ExtendedKeyUsagePurpose::Other(oid.to_vec())).collect();
    own.use_authority_key_identifier_extension = true;
    let key = CertifiedKey(key);
    let own = own.signed_by(&key, &Issuer::from_params(&root, &key))?;
    Ok((own, root.self_signed(&key)?))
}

/// The appliance's key, as certificates are made with it.
struct CertifiedKey<'a>(&'a DeviceKey);

impl PublicKeyData for CertifiedKey<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl SigningKey for CertifiedKey<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign(message).to_vec())
    }
}
