//! TLS: the office's certificate, or one that is made at the first start; and connections through it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Peer;
use super::doors::{Connection, Doors};

/// Whoever does not finish a handshake within this time is cut off.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Handshakes under way; whoever comes after them waits.
const HANDSHAKES: usize = 128;

const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: no certificate can be read ({detail}); a PEM file with the certificate and what signs it is wanted", path.display())]
    Certificate { path: PathBuf, detail: String },
    #[error("{}: no private key can be read ({detail}); a PEM file with an unencrypted key is wanted", path.display())]
    Key { path: PathBuf, detail: String },
    #[error("{} and {}: cannot be used together: {detail}", certificate.display(), key.display())]
    Pair { certificate: PathBuf, key: PathBuf, detail: String },
    #[error("{}: a certificate cannot be made: {detail}", folder.display())]
    Make { folder: PathBuf, detail: String },
}

/// What the page is served with.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, as browsers show it: `AB:CD:…`.
    pub fingerprint: String,
}

impl Tls {
    /// The office's own.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let unusable = |detail: String| TlsError::Certificate { path: certificate.to_owned(), detail };
        let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|error| unusable(words(&error)))?;
        let Some(first) = chain.first() else {
            return Err(unusable("there is none in it".to_owned()));
        };
        let fingerprint = fingerprint(first);
        let key_der = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| TlsError::Key { path: key.to_owned(), detail: words(&error) })?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key_der));
        let mut config = config.map_err(|error| TlsError::Pair {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            detail: error.to_string(),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), fingerprint })
    }

    /// The appliance's own, signed by itself; made where the folder has none, for these names and addresses.
    ///
    /// # Errors
    /// Where it can be neither read nor made.
    pub fn own(folder: &Path, names: impl FnOnce() -> Vec<String>) -> Result<Self, TlsError> {
        let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
        // The certificate is written last.
        if !certificate.exists() {
            let make = |detail: String| TlsError::Make { folder: folder.to_owned(), detail };
            let (certificate_pem, key_pem) = self_signed(names()).map_err(|error| make(error.to_string()))?;
            let written = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            let written =
                written.and_then(|()| write(&key, &key_pem)).and_then(|()| write(&certificate, &certificate_pem));
            written.map_err(|error| make(error.to_string()))?;
        }
        Self::load(&certificate, &key)
    }

    pub(super) fn listen(&self, tcp: TcpListener) -> TlsListener {
        TlsListener {
            tcp: Doors::new(tcp),
            acceptor: TlsAcceptor::from(Arc::clone(&self.config)),
            handshakes: JoinSet::new(),
        }
    }
}

/// Certificate and key. Good for as long as the appliance may live, whatever its clock said at the first start.
fn self_signed(names: Vec<String>) -> Result<(String, String), rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "canhdem");
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2050, 1, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Whole or not at all, for nobody else to read.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(part, path)
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    Sha256::digest(certificate).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

/// Of a file of keys nothing is quoted.
fn words(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "there is none in it".to_owned(),
        _ => "it is not PEM".to_owned(),
    }
}

/// Connections whose handshake is done. One that is slow keeps no other waiting.
pub(super) struct TlsListener {
    tcp: Doors,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<(TlsStream<Connection>, SocketAddr)>>,
}

impl Listener for TlsListener {
    type Io = TlsStream<Connection>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            tokio::select! {
                Some(shaken) = self.handshakes.join_next() => {
                    if let Ok(Some(connection)) = shaken {
                        return connection;
                    }
                }
                (stream, address) = Listener::accept(&mut self.tcp), if self.handshakes.len() < HANDSHAKES => {
                    self.handshakes.spawn(shake_hands(self.acceptor.clone(), stream, address));
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: Connection,
    address: SocketAddr,
) -> Option<(TlsStream<Connection>, SocketAddr)> {
    match timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some((stream, address)),
        Ok(Err(error)) => {
            tracing::debug!(%error, %address, "no TLS");
            None
        }
        Err(_) => {
            tracing::debug!(%address, "a handshake took too long");
            None
        }
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn made() -> (tempfile::TempDir, Tls) {
        let folder = tempfile::tempdir().expect("a folder");
        let tls = Tls::own(&folder.path().join("tls"), || vec!["localhost".to_owned(), "127.0.0.1".to_owned()]);
        (folder, tls.expect("made"))
    }

    #[test]
    fn a_certificate_is_made_once_and_its_key_is_private() {
        let (folder, tls) = made();
        let folder = folder.path().join("tls");
        let again = Tls::own(&folder, || panic!("there is one")).expect("read");
        assert_eq!(again.fingerprint, tls.fingerprint);
        assert_eq!(tls.fingerprint.len(), 32 * 3 - 1);
        for (path, mode) in [(folder.join(KEY), 0o600), (folder, 0o700)] {
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, mode, "{}", path.display());
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        #[track_caller]
        fn check(certificate: &Path, key: &Path, parts: &[&str]) {
            let error = Tls::load(certificate, key).err().expect("unusable").to_string();
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
        let (folder, _) = made();
        let at = |name: &str| folder.path().join(name);
        let (certificate, key) = (at("tls/certificate.pem"), at("tls/key.pem"));
        fs::write(at("empty.pem"), "").expect("written");
        fs::write(at("broken.pem"), "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n").expect("written");
        check(&at("missing.pem"), &key, &["missing.pem", "No such file"]);
        check(&at("empty.pem"), &key, &["empty.pem", "there is none in it"]);
        check(&at("broken.pem"), &key, &["broken.pem", "it is not PEM"]);
        check(&key, &key, &["key.pem", "there is none in it"]);
        check(&certificate, &certificate, &["certificate.pem", "no private key", "there is none in it"]);
        let (other, _) = made();
        check(&certificate, &other.path().join("tls/key.pem"), &["certificate.pem", "key.pem", "together"]);
    }
}
