//! How fast one address, and one account, may ask. Far more than pages need; whoever asks faster waits, and not the
//! cameras or the others.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use super::{Peer, WebError};

/// Requests in a second, for as long as one likes ...
const A_SECOND: NonZeroU32 = NonZeroU32::new(300).expect("not zero");
/// ... and at once, after a while of none.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(3000).expect("not zero");
/// Between two times at which those who have rested are forgotten.
const SWEEP_EVERY: u32 = 10_000;

type Limiter<K, C> = RateLimiter<K, DefaultKeyedStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Who has asked of late.
pub(super) struct Pace<C: Clock = DefaultClock> {
    addresses: Limiter<IpAddr, C>,
    accounts: Limiter<Uuid, C>,
    asked: AtomicU32,
    clock: C,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self::by(DefaultClock::default())
    }
}

impl<C: Clock + Clone> Pace<C> {
    fn by(clock: C) -> Self {
        let quota = Quota::per_second(A_SECOND).allow_burst(AT_ONCE);
        Self {
            addresses: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()),
            accounts: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()),
            asked: AtomicU32::new(0),
            clock,
        }
    }

    /// Of a connection from elsewhere; what comes without one comes from this program.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub(super) fn check_address(&self, extensions: &Extensions) -> Result<(), WebError> {
        let Some(ConnectInfo(Peer(address))) = extensions.get() else { return Ok(()) };
        self.check(&self.addresses, &address.ip().to_canonical())
    }

    /// # Errors
    /// 429 with the time to wait.
    pub(super) fn check_account(&self, account: Uuid) -> Result<(), WebError> {
        self.check(&self.accounts, &account)
    }

    fn check<K: Hash + Eq + Clone>(&self, limiter: &Limiter<K, C>, key: &K) -> Result<(), WebError> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.addresses.retain_recent();
            self.accounts.retain_recent();
        }
        limiter.check_key(key).map_err(|early| WebError::TooMany {
            detail: format!("no more than {A_SECOND} requests a second are answered; wait a moment"),
            retry_after: early.wait_time_from(self.clock.now()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn from(address: &str) -> Extensions {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(Peer(address.parse::<SocketAddr>().expect("an address"))));
        extensions
    }

    #[test]
    fn whoever_asks_too_fast_waits_and_nobody_else_does() {
        let clock = FakeRelativeClock::default();
        let pace = Pace::by(clock.clone());
        let (one, same, other) = (from("192.168.1.9:4000"), from("[::ffff:192.168.1.9]:9"), from("192.168.1.10:4000"));
        for _ in 0..AT_ONCE.get() {
            pace.check_address(&one).expect("few enough");
        }
        let refused = pace.check_address(&same).expect_err("too many");
        let WebError::TooMany { retry_after, .. } = refused else { panic!("{refused}") };
        assert!(!retry_after.is_zero() && retry_after <= Duration::from_millis(4), "{retry_after:?}");
        pace.check_address(&other).expect("another one");
        pace.check_address(&Extensions::new()).expect("nobody's");
        pace.check_account(Uuid::nil()).expect("an account is counted by itself");
        clock.advance(Duration::from_secs(1));
        let answered = (0..2 * A_SECOND.get()).filter(|_| pace.check_address(&one).is_ok()).count();
        assert_eq!(answered, A_SECOND.get() as usize);
    }

    #[test]
    fn who_has_rested_is_forgotten() {
        let clock = FakeRelativeClock::default();
        let pace = Pace::by(clock.clone());
        for address in 0..SWEEP_EVERY - 1 {
            let address = std::net::Ipv4Addr::from_bits(address);
            pace.check(&pace.addresses, &IpAddr::from(address)).expect("one each");
        }
        assert_eq!(pace.addresses.len(), SWEEP_EVERY as usize - 1);
        clock.advance(Duration::from_secs(60));
        pace.check_account(Uuid::nil()).expect("one");
        assert_eq!(pace.addresses.len(), 0);
    }
}
