//! Who looked at the alert, as the audit log tells.

use serde_json::json;

use super::Dossier;
use crate::access::audit::Entry;
use crate::base::chain::{Digest, hex};

/// Each entry with its link, so that it can be found again in the appliance's log, and printed heads speak for it.
pub(super) fn json(dossier: &Dossier<'_>, entries: &[(Entry, Digest)]) -> String {
    let told = |(entry, link): &(Entry, Digest)| {
        let at = entry.at.to_zoned_datetime(dossier.config.timezone.clone());
        json!({
            "number": entry.position, "at": at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
            "who": entry.account, "address": entry.address, "what": entry.act, "detail": entry.detail, "link": hex(link),
        })
    };
    let document =
        json!({"type": "access", "alert": dossier.alert.id, "entries": entries.iter().map(told).collect::<Vec<_>>()});
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
