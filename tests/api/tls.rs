//! The page through TLS, on a socket.

use canhdem::access::password;
use canhdem::http::Tls;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt as _;
use tokio_rustls::TlsConnector;

use super::*;

const PASSWORD: &str = "mười hai con giáp";

/// A client that trusts this certificate alone.
fn trusting(certificate: &Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Arc::new(config.expect("versions").with_root_certificates(roots).with_no_client_auth()).into()
}

/// The whole answer, as text.
async fn exchange(connector: &TlsConnector, address: SocketAddr, request: &str) -> std::io::Result<String> {
    let name = ServerName::try_from("localhost").expect("a name");
    let mut stream = connector.connect(name, TcpStream::connect(address).await?).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn the_page_is_served_through_tls() {
    let mut office = Office::new();
    let folder = office.folder.path().join("tls");
    office.state.tls = Some(Tls::own(&folder, || vec!["localhost".to_owned()]).expect("made"));
    let lan = Account { password_hash: password::hash(PASSWORD, [3; 16]), ..account("lan", Role::Guard) };
    office.state.store.add_account(&lan).expect("written").expect("added");
    let (address, handle, server) = serve(&office).await;
    let connector = trusting(&folder.join("certificate.pem"));

    // Who does not shake hands keeps nobody waiting, and who speaks no TLS is not answered.
    let _silent = TcpStream::connect(address).await.expect("connects");
    let mut plain = TcpStream::connect(address).await.expect("connects");
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");

    let sent = json!({"name": "lan", "password": PASSWORD}).to_string();
    let post = |origin: &str| {
        format!(
            "POST /api/v1/session HTTP/1.1\r\nHost: canhdem.coquan.vn\r\nOrigin: {origin}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{sent}",
            sent.len()
        )
    };
    let refused = exchange(&connector, address, &post("http://canhdem.coquan.vn")).await.expect("an answer");
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    let entered = exchange(&connector, address, &post("https://canhdem.coquan.vn")).await.expect("an answer");
    assert!(entered.starts_with("HTTP/1.1 200 "), "{entered}");
    let cookie = entered.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    assert!(cookie.starts_with("__Host-canhdem="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    let token = cookie.split(';').next().expect("a cookie");
    let get = |cookie: &str| {
        format!("GET /api/v1/me HTTP/1.1\r\nHost: canhdem.coquan.vn\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n")
    };
    let told = exchange(&connector, address, &get(token)).await.expect("an answer");
    assert!(told.starts_with("HTTP/1.1 200 ") && told.contains("\"name\":\"lan\""), "{told}");
    let without_prefix = exchange(&connector, address, &get(&token.replace("__Host-", ""))).await.expect("an answer");
    assert!(without_prefix.starts_with("HTTP/1.1 401 "), "{without_prefix}");

    let other = tempfile::tempdir().expect("a folder");
    Tls::own(other.path(), || vec!["localhost".to_owned()]).expect("made");
    let distrustful = trusting(&other.path().join("certificate.pem"));
    let error = exchange(&distrustful, address, &get(token)).await.expect_err("another certificate");
    assert!(error.to_string().contains("certificate"), "{error}");

    drop(handle);
    server.await.expect("joined").expect("served");
}
