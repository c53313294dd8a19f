//! What the page is served with where others may reach it.

use std::net::{IpAddr, UdpSocket};

use rustix::system::uname;

use crate::config::{Certificate, Config};
use crate::http::{Tls, TlsError};

/// `None` where the page is for this machine only.
///
/// # Errors
/// Where the office's certificate cannot be used, or none can be made.
pub(super) fn open(config: &Config) -> Result<Option<Tls>, TlsError> {
    if !config.web.is_secure() {
        return Ok(None);
    }
    let tls = match &config.web.certificate {
        Some(Certificate { certificate, key }) => Tls::load(certificate, key)?,
        None => Tls::own(&config.data_dir.join("tls"), || names(config.web.listen.ip()))?,
    };
    tracing::info!(sha256 = tls.fingerprint, "the page's certificate");
    Ok(Some(tls))
}

pub(super) fn host_name() -> String {
    uname().nodename().to_string_lossy().into_owned()
}

/// By which browsers may know this machine.
fn names(listens: IpAddr) -> Vec<String> {
    let host = host_name();
    // A certificate holds names of hosts as the internet spells them.
    let is_name = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let of_host = is_name.then(|| [format!("{host}.local"), host]).into_iter().flatten();
    let local = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let addresses = [Some(listens).filter(|address| !address.is_unspecified()), outward()];
    let mut names: Vec<_> =
        of_host.chain(local).chain(addresses.into_iter().flatten().map(|it| it.to_string())).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// The address by which this machine reaches others, where it has a way to. Nothing is sent: the address asked for is
/// one of those kept for documentation.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_by_its_address_and_as_this_machine() {
        let names = names("10.0.0.5".parse().expect("an address"));
        for name in ["localhost", "127.0.0.1", "::1", "10.0.0.5"] {
            assert_eq!(names.iter().filter(|known| *known == name).count(), 1, "{names:?}");
        }
        assert!(!self::names("0.0.0.0".parse().expect("an address")).contains(&"0.0.0.0".to_owned()));
    }
}
