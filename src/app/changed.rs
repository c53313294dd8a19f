//! A configuration that somebody changed by hand is written into the audit log: which keys, never what they say.

use jiff::Timestamp;

use crate::access::audit::{Act, Deed};
use crate::config::{Settings, all_masked, changed_keys};
use crate::store::Store;

/// Of what was changed while the appliance was off. To be asked once, at the start.
pub(super) fn write_what_changed_meanwhile(settings: &Settings, store: &Store, now: Timestamp) {
    let Some(text) = settings.text().map(|text| all_masked(&text)) else { return };
    let written = store.known_configuration().and_then(|known| {
        let Some(known) = known else { return Ok(()) };
        let Some(keys) = changed_keys(&known, &text) else { return Ok(()) };
        store.write_down(Deed::own(Act::ConfigurationChanged, format!("by hand, while stopped: {keys}")), now)
    });
    if let Err(error) = written.and_then(|()| store.know_configuration(text)) {
        tracing::error!(%error, "that the configuration was changed cannot be written into the audit log");
    }
}

/// Looks whether somebody changed a file by hand, and makes it count.
pub(super) fn refresh(settings: &Settings, store: &Store, now: Timestamp) {
    if let Some(keys) = settings.refresh() {
        let deed = Deed::own(Act::ConfigurationChanged, format!("by hand: {keys}"));
        if let Err(error) = store.write_down(deed, now) {
            tracing::error!(%error, "that the configuration was changed cannot be written into the audit log");
        }
    }
}

/// It counts from now on, whoever changed it.
pub(super) fn know(settings: &Settings, store: &Store) {
    let Some(text) = settings.text() else { return };
    if let Err(error) = store.know_configuration(all_masked(&text)) {
        tracing::warn!(%error, "the configuration will look changed at the next start");
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::base::{SharedClock, SimClock};
    use crate::store::AuditFilter;

    fn told(store: &Store) -> Vec<String> {
        let page = store.audit(&AuditFilter { limit: 10, ..AuditFilter::default() }).expect("read");
        page.entries
            .into_iter()
            .rev()
            .map(|entry| format!("{} {}", entry.act, entry.detail.unwrap_or_default()))
            .collect()
    }

    fn write(file: &Path, more: &str) {
        let camera = "[[camera]]\nid = \"cong\"\nmain = \"rtsp://10.0.0.11/?pwd=first-secret\"\n";
        fs::write(file, format!("data_dir = \"data\"\n{camera}{more}")).expect("written");
    }

    #[test]
    fn a_change_by_hand_is_told_whether_or_not_the_appliance_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, now) = (folder.path().join("canhdem.toml"), Timestamp::UNIX_EPOCH);
        let clock: SharedClock = Arc::new(SimClock::new(now));
        let store = Store::open(folder.path(), &clock).expect("opens");
        write(&file, "");
        let start = || {
            let settings = Settings::open(file.clone()).expect("valid");
            write_what_changed_meanwhile(&settings, &store, now);
            settings
        };
        start();
        let settings = start();
        assert_eq!(told(&store), [""; 0], "nobody changed it");

        write(&file, "[record]\nalert_days = 90\n");
        // It must stand still.
        (0..3).for_each(|_| refresh(&settings, &store, now));
        know(&settings, &store);
        start();
        assert_eq!(told(&store), ["configuration_changed by hand: record.alert_days"], "once");

        write(&file, "[record]\nalert_days = 91\n[plates]\nkeep_days = 3\n");
        let settings = start();
        let meanwhile = "configuration_changed by hand, while stopped: plates.keep_days, record.alert_days";
        assert_eq!(told(&store)[1..], [meanwhile]);

        let passwords = folder.path().join("credentials.toml");
        fs::write(&passwords, "[cong]\nuser = \"viewer\"\npassword = \"second-secret\"\n").expect("written");
        fs::set_permissions(&passwords, Permissions::from_mode(0o600)).expect("mode");
        let text = fs::read_to_string(&file).expect("text");
        fs::write(&file, format!("credentials = \"credentials.toml\"\n{text}")).expect("written");
        (0..3).for_each(|_| refresh(&settings, &store, now));
        assert_eq!(told(&store)[2..], ["configuration_changed by hand: credentials, camera cong: credentials"]);
        let all = told(&store).join("\n");
        assert!(!all.contains("secret"), "{all}");
        let known = store.known_configuration().expect("read").expect("known");
        assert!(!known.contains("first-secret"), "{known}");
    }
}
