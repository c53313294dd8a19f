//! Accounts of the real program: `canhdem user`, the first start, and the page through TLS.

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use support::appliance::Appliance;
use support::program::{self, CANHDEM, Finished};
use support::{Office, eventually, until};

const PASSWORD: &str = "mười hai con giáp";
const OTHER: &str = "một mật khẩu khác";

/// Runs `canhdem user` with this on its standard input.
fn user(office: &Office, arguments: &[&str], typed: &str) -> Finished {
    let mut command = Command::new(CANHDEM);
    command.arg("user").args(arguments).arg("--config").arg(&office.config);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    // One that does not ask does not read.
    let _ = child.stdin.take().expect("piped").write_all(typed.as_bytes());
    let output = child.wait_with_output().expect("ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Finished { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

#[track_caller]
fn check(finished: &Finished, code: i32, said: &str) {
    let Finished { stdout, stderr, .. } = finished;
    assert_eq!(finished.code, Some(code), "{stdout}{stderr}");
    let told = if code == 0 { stdout } else { stderr };
    assert!(told.contains(said), "{said:?} is not in: {told}");
    assert!(!stderr.contains(PASSWORD) && !stderr.contains(OTHER) && !stderr.contains("panicked"), "{stderr}");
}

/// Changes something by the API, without a cookie.
fn post(address: &str, path: &str, sent: &Value) -> (u16, Option<String>) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let answer = config.new_agent().post(format!("http://{address}/api/v1/{path}")).send_json(sent).expect("an answer");
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    (answer.status().as_u16(), cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned))
}

fn sign_in(address: &str, name: &str, password: &str) -> (u16, Option<String>) {
    post(address, "session", &json!({"name": name, "password": password}))
}

fn status_of_me(address: &str, cookie: &str) -> u16 {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let asked = config.new_agent().get(format!("http://{address}/api/v1/me")).header("cookie", cookie).call();
    asked.expect("an answer").status().as_u16()
}

#[test]
fn accounts_are_kept_at_the_machine() {
    let office = Office::new(&[]);
    let line = format!("{PASSWORD}\n");
    check(&user(&office, &["list"], ""), 0, "");
    check(
        &user(&office, &["add", "lan", "--role", "admin", "--password-stdin"], &line),
        0,
        "lan may sign in, as admin",
    );
    check(&user(&office, &["add", "lan", "--password-stdin"], &line), 1, "lan: an account has this name already");
    check(&user(&office, &["add", "Lan Anh", "--password-stdin"], &line), 2, "lowercase letters");
    check(&user(&office, &["add", "minh", "--password-stdin"], "ngắn\n"), 2, "at least 12 characters");
    check(&user(&office, &["add", "minh", "--role", "king", "--password-stdin"], &line), 2, "guard, supervisor");
    check(&user(&office, &["add", "minh"], ""), 2, "--password-stdin");
    check(&user(&office, &["add", "minh", "--password-stdin"], &line), 0, "minh may sign in, as guard");
    check(&user(&office, &["disable", "minh"], ""), 0, "nobody can sign in as minh");
    check(&user(&office, &["disable", "lan"], ""), 1, "last administrator");
    check(&user(&office, &["disable", "nobody"], ""), 1, "nobody: there is no such account");
    let list = user(&office, &["list"], "").stdout;
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines[0], "lan\tadmin");
    assert!(lines[1].starts_with("minh\tguard\tdisabled since 20"), "{list}");
    check(&user(&office, &["passwd", "minh", "--password-stdin"], &format!("{OTHER}\r\n")), 0, "another password");
    assert_eq!(user(&office, &["list"], "").stdout, "lan\tadmin\nminh\tguard\n");
}

#[test]
fn the_first_start_shows_a_token_and_the_machine_lets_in_at_once() {
    let office = Office::new(&[]);
    let appliance = Appliance::launch(&office);
    let address = eventually("the address", || appliance.address());
    let token = eventually("the token", || {
        let shown = appliance.program.stdout();
        let (_, token) = shown.split_once("enter the set-up token ")?;
        token.strip_suffix('\n').map(str::to_owned)
    });
    let first = |token: &str| json!({"token": token, "name": "hai", "password": PASSWORD});
    assert_eq!(post(&address, "setup", &first("AAAA-AAAA")).0, 401);
    let (status, cookie) = post(&address, "setup", &first(&token));
    assert_eq!((status, cookie.as_deref().map(|cookie| status_of_me(&address, cookie))), (201, Some(200)));
    assert_eq!(post(&address, "setup", &first(&token)).0, 409);

    check(&user(&office, &["add", "lan", "--password-stdin"], PASSWORD), 0, "lan may sign in");
    let (status, cookie) = sign_in(&address, "lan", PASSWORD);
    let cookie = cookie.expect("a cookie");
    assert_eq!((status, status_of_me(&address, &cookie)), (200, 200));
    check(&user(&office, &["passwd", "lan", "--password-stdin"], OTHER), 0, "another password");
    assert_eq!(status_of_me(&address, &cookie), 401, "signed out everywhere");
    assert_eq!((sign_in(&address, "lan", PASSWORD).0, sign_in(&address, "lan", OTHER).0), (401, 200));
    check(&user(&office, &["disable", "lan"], ""), 0, "nobody can sign in");
    assert_eq!(sign_in(&address, "lan", OTHER).0, 401);

    let finished = appliance.stop();
    let said = format!("{}{}", finished.stdout, finished.stderr);
    for secret in [PASSWORD, OTHER, &cookie["canhdem=".len()..], "argon2id"] {
        assert!(!said.contains(secret), "a secret was told");
    }
    assert!(!finished.stderr.contains(&token), "the token is for who starts it, not for the log");
    for act in ["set up: the first administrator", "sign-in failed", "signed in"] {
        assert!(finished.stderr.contains(act), "{act}: {}", finished.stderr);
    }
    let again = Appliance::launch(&office);
    eventually("the address", || again.address());
    assert!(!again.stop().stdout.contains("token"), "there is an account");
}

fn listens(office: &Office, web: &str) {
    let text = fs::read_to_string(&office.config).expect("the configuration");
    fs::write(&office.config, text.replace("listen = \"127.0.0.1:0\"", web)).expect("written");
}

/// An answer through TLS of who has this certificate.
fn ask_through_tls(certificate: &Path, port: &str, path: &str) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let name = ServerName::try_from("127.0.0.1").expect("an address");
    let socket = TcpStream::connect(format!("127.0.0.1:{port}")).expect("connects");
    let mut stream = StreamOwned::new(ClientConnection::new(config, name).expect("a client"), socket);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: canhdem.coquan.vn\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn where_others_may_reach_it_the_page_is_served_through_tls() {
    let office = Office::new(&[]);
    listens(&office, "listen = \"0.0.0.0:0\"");
    let said = program::run(&["check", "--config", &office.config.display().to_string()]);
    assert!(said.code != Some(0) || said.stdout.contains("a certificate of its own"), "{}", said.stdout);
    let appliance = Appliance::launch(&office);
    let address = eventually("the address", || appliance.address());
    let (_, port) = address.rsplit_once(':').expect("a port");
    let certificate = office.data_dir.join("tls/certificate.pem");
    let answer = ask_through_tls(&certificate, port, "/healthz");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("{\"status\":\"ok\"}"), "{answer}");
    let refused = ask_through_tls(&certificate, port, "/api/v1/cameras");
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    until("the token", || appliance.program.stdout().contains("open https://"));
    let fingerprint = "the page's certificate sha256=";
    assert!(appliance.program.stderr().contains(fingerprint), "{}", appliance.program.stderr());
    appliance.stop();
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let office = Office::new(&[]);
    listens(&office, "listen = \"127.0.0.1:0\"\ncertificate = \"office.pem\"\nkey = \"office.key\"");
    let config = office.config.display().to_string();
    fs::write(office.folder.path().join("office.key"), "").expect("written");
    for command in ["check", "run"] {
        check(
            &program::run(&[command, "--config", &config]),
            2,
            "office.pem: no certificate can be read (No such file",
        );
    }
    fs::write(office.folder.path().join("office.pem"), "nothing").expect("written");
    check(
        &program::run(&["check", "--config", &config]),
        2,
        "office.pem: no certificate can be read (there is none in it",
    );
    let text = fs::read_to_string(&office.config).expect("the configuration").replace("key = \"office.key\"\n", "");
    fs::write(&office.config, text).expect("written");
    check(&program::run(&["check", "--config", &config]), 2, "web.certificate: web.key is missing");
}
