//! Who guesses passwords is locked out for a while. By account, so that one guesser with many addresses gets nowhere,
//! and by address, so that one with many names does not.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

/// This many failures ...
const FAILURES: usize = 5;
/// ... within this time ...
const WITHIN: Duration = Duration::from_secs(30);
/// ... lock for this long.
pub const FOR: Duration = Duration::from_secs(300);
/// Accounts and addresses remembered; beyond that the one that failed longest ago is forgotten.
const MOST: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// As it was typed, whether there is such an account or not.
    Name(String),
    Address(IpAddr),
}

#[derive(Debug, Default)]
struct Tally {
    /// Those that still count, the latest last.
    failures: VecDeque<Duration>,
    last_failed: Duration,
    locked_until: Option<Duration>,
}

impl Tally {
    fn is_locked(&self, now: Duration) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    fn is_stale(&self, now: Duration) -> bool {
        !self.is_locked(now) && self.last_failed + WITHIN < now
    }

    /// Says whether it locks.
    fn fail(&mut self, now: Duration) -> bool {
        self.last_failed = now;
        self.failures.push_back(now);
        while self.failures.front().is_some_and(|first| *first + WITHIN < now) {
            self.failures.pop_front();
        }
        if self.failures.len() < FAILURES {
            return false;
        }
        self.failures.clear();
        self.locked_until = Some(now + FOR);
        true
    }
}

/// The failures of late. Times are a monotonic clock's.
#[derive(Debug, Default)]
pub struct Lockout {
    tallies: HashMap<Key, Tally>,
}

impl Lockout {
    /// Whether this name, or this address, must not even try.
    pub fn is_locked(&self, name: &str, address: IpAddr, now: Duration) -> bool {
        keys(name, address).any(|key| self.tallies.get(&key).is_some_and(|tally| tally.is_locked(now)))
    }

    /// Counts a failure; says whether the name or the address is locked from now on. Not to be called for who is locked
    /// already: that would keep an account locked for as long as somebody knocks.
    pub fn failed(&mut self, name: &str, address: IpAddr, now: Duration) -> bool {
        let mut locks = false;
        for key in keys(name, address) {
            if !self.tallies.contains_key(&key) {
                self.make_room(now);
            }
            locks |= self.tallies.entry(key).or_default().fail(now);
        }
        locks
    }

    /// Forgets the failures of a name that has signed in. The address keeps its own: else a guesser with an account
    /// would never be locked.
    pub fn succeeded(&mut self, name: &str) {
        self.tallies.remove(&Key::Name(name.to_owned()));
    }

    fn make_room(&mut self, now: Duration) {
        if self.tallies.len() < MOST {
            return;
        }
        self.tallies.retain(|_, tally| !tally.is_stale(now));
        if self.tallies.len() >= MOST
            && let Some((oldest, _)) = self.tallies.iter().min_by_key(|(_, tally)| tally.last_failed)
        {
            let oldest = oldest.clone();
            self.tallies.remove(&oldest);
        }
    }
}

/// An empty name is nobody's, and is shared by whoever types nonsense: only the address counts then.
fn keys(name: &str, address: IpAddr) -> impl Iterator<Item = Key> {
    let name = (!name.is_empty()).then(|| Key::Name(name.to_owned()));
    // The same machine, however its address is written.
    name.into_iter().chain([Key::Address(address.to_canonical())])
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn address(n: u32) -> IpAddr {
        Ipv4Addr::from(0x0a00_0000 + n).into()
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn fail(lockout: &mut Lockout, name: &str, from: u32, times: &[u64]) -> Vec<bool> {
        times.iter().map(|time| lockout.failed(name, address(from), at(*time))).collect()
    }

    #[test]
    fn five_failures_within_thirty_seconds_lock_for_five_minutes() {
        let mut lockout = Lockout::default();
        assert_eq!(fail(&mut lockout, "lan", 1, &[0, 5, 10, 20, 30]), [false, false, false, false, true]);
        for (name, from, locked) in [("lan", 1, true), ("lan", 2, true), ("minh", 1, true), ("minh", 2, false)] {
            assert_eq!(lockout.is_locked(name, address(from), at(31)), locked, "{name} from {from}");
        }
        assert!(lockout.is_locked("lan", address(1), at(329)));
        assert!(!lockout.is_locked("lan", address(1), at(330)));
        assert_eq!(fail(&mut lockout, "lan", 1, &[330, 331]), [false, false], "counted anew");
    }

    #[test]
    fn slow_failures_do_not_lock() {
        let mut lockout = Lockout::default();
        assert!(fail(&mut lockout, "lan", 1, &[0, 8, 16, 24, 32, 40, 48]).iter().all(|locks| !locks));
    }

    #[test]
    fn one_address_with_many_names_is_locked_and_so_is_one_name_from_many_addresses() {
        let mut lockout = Lockout::default();
        let names = ["a", "b", "c", "d", "e"];
        let locks: Vec<_> = names.iter().map(|name| lockout.failed(name, address(1), at(0))).collect();
        assert_eq!(locks, [false, false, false, false, true]);
        assert!(!lockout.is_locked("a", address(2), at(1)));
        let locks: Vec<_> = (10..15).map(|from| lockout.failed("lan", address(from), at(0))).collect();
        assert_eq!(locks, [false, false, false, false, true]);
        assert!(lockout.is_locked("lan", address(99), at(1)) && !lockout.is_locked("minh", address(10), at(1)));
        let mapped = "::ffff:10.0.0.1".parse().expect("an address");
        assert!(lockout.is_locked("minh", mapped, at(1)), "the same address in IPv6");
    }

    #[test]
    fn who_names_nobody_locks_their_address_alone() {
        let mut lockout = Lockout::default();
        assert_eq!(fail(&mut lockout, "", 1, &[0; 5]), [false, false, false, false, true]);
        assert!(lockout.is_locked("", address(1), at(1)) && !lockout.is_locked("", address(2), at(1)));
    }

    #[test]
    fn signing_in_forgives_the_name_but_not_the_address() {
        let mut lockout = Lockout::default();
        fail(&mut lockout, "lan", 1, &[0, 1, 2, 3]);
        lockout.succeeded("lan");
        assert!(!lockout.failed("lan", address(2), at(4)));
        assert!(lockout.failed("minh", address(1), at(5)));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_locks_outlast_what_is_older() {
        let mut lockout = Lockout::default();
        fail(&mut lockout, "lan", 1, &[10; 5]);
        for n in 0..MOST as u32 {
            lockout.failed(&format!("n{n}"), address(100 + n), at(9));
        }
        assert!(lockout.tallies.len() <= MOST);
        assert!(lockout.is_locked("lan", address(1), at(11)));
    }

    proptest! {
        /// Whatever the times, a lock comes exactly where the last five failures since the lock before lie within 30 s.
        #[test]
        fn locks_come_where_they_must(gaps in prop::collection::vec(0_u64..40, 1..40)) {
            let mut lockout = Lockout::default();
            let mut times: Vec<u64> = Vec::new();
            let mut now = 0;
            for gap in gaps {
                now += gap;
                if lockout.is_locked("lan", address(1), at(now)) {
                    continue;
                }
                times.push(now);
                let must = times.len() >= 5 && times[times.len() - 1] - times[times.len() - 5] <= 30;
                prop_assert_eq!(lockout.failed("lan", address(1), at(now)), must);
                if must {
                    times.clear();
                }
            }
        }
    }
}
