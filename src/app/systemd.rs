//! What systemd hears of the appliance, where it has started it: that it is ready, goes on, and stops.
//!
//! The protocol is a datagram of `KEY=value` lines to the socket that `NOTIFY_SOCKET` names, as `sd_notify(3)` has it.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::time::Duration;

pub(super) struct ServiceManager {
    /// `None` where nobody listens.
    to: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl ServiceManager {
    pub(super) fn from_env() -> Self {
        let to = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()).and_then(|name| {
            let opened = address(&name).and_then(|address| Ok((UnixDatagram::unbound()?, address)));
            opened.inspect_err(|error| tracing::warn!(%error, ?name, "systemd cannot be told anything")).ok()
        });
        let text = |name| env::var(name).ok();
        let watchdog = watchdog(text("WATCHDOG_USEC").as_deref(), text("WATCHDOG_PID").as_deref(), process::id());
        Self { to, watchdog }
    }

    /// How often systemd wants to hear that it goes on, at the least.
    pub(super) fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    pub(super) fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    pub(super) fn alive(&self) {
        if self.watchdog.is_some() {
            self.tell("WATCHDOG=1");
        }
    }

    pub(super) fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// One line, for whoever asks `systemctl status`.
    pub(super) fn status(&self, status: &str) {
        self.tell(&format!("STATUS={status}"));
    }

    fn tell(&self, message: &str) {
        let Some((socket, address)) = &self.to else { return };
        if let Err(error) = socket.send_to_addr(message.as_bytes(), address) {
            tracing::warn!(%error, message, "systemd was not told");
        }
    }
}

/// A path, or a name in the abstract namespace after an `@`.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => Err(io::Error::other("it is neither a path nor an abstract name")),
    }
}

/// Of this process, not of the one that started it.
fn watchdog(usec: Option<&str>, pid: Option<&str>, own_pid: u32) -> Option<Duration> {
    let is_ours = pid.is_none_or(|pid| pid.parse() == Ok(own_pid));
    let usec = usec?.parse().ok().filter(|usec| *usec > 0)?;
    is_ours.then(|| Duration::from_micros(usec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_ours_or_none() {
        #[track_caller]
        fn check(usec: Option<&str>, pid: Option<&str>, expected: Option<u64>) {
            assert_eq!(watchdog(usec, pid, 7), expected.map(Duration::from_secs));
        }
        check(Some("120000000"), Some("7"), Some(120));
        check(Some("120000000"), None, Some(120));
        check(Some("120000000"), Some("8"), None);
        check(Some("120000000"), Some("x"), None);
        check(Some("0"), None, None);
        check(Some("two"), None, None);
        check(None, Some("7"), None);
    }

    #[test]
    fn paths_and_abstract_names_are_heard_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let own = format!("@canhdem-test-{}", process::id());
        let bind = |name: &OsStr| UnixDatagram::bind_addr(&address(name).expect("an address")).expect("bound");
        for name in [path.as_os_str(), OsStr::new(&own)] {
            let heard = bind(name);
            let to = Some((UnixDatagram::unbound().expect("a socket"), address(name).expect("an address")));
            ServiceManager { to, watchdog: None }.ready("watching 2 cameras");
            let mut text = [0; 64];
            let length = heard.recv(&mut text).expect("a datagram");
            assert_eq!(&text[..length], b"READY=1\nSTATUS=watching 2 cameras");
        }
        assert!(address(OsStr::new("notify")).is_err());
    }
}
