//! Where the pack's segments stand in the chains of their days, up to the head that the appliance has signed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Dossier, name_of};
use crate::base::chain::{Digest, START, hex};
use crate::record::chain::day;
use crate::record::{Gone, Segment};
use crate::store::{Beside, Head, StoreError, StoredLink};

/// Of a camera and day.
pub(super) struct Chain {
    pub day: String,
    /// The link before the first one here.
    before: Digest,
    /// From the first segment of the pack to the chain's end.
    links: Vec<StoredLink>,
    /// As it was last signed; none in the first hour.
    pub head: Option<Head>,
}

pub(super) fn of(store: &Beside, segments: &[Segment]) -> Result<Vec<Chain>, StoreError> {
    let Some(camera) = segments.first().map(|segment| segment.camera.as_str()) else { return Ok(Vec::new()) };
    let days: BTreeSet<String> = segments.iter().map(|segment| day(segment.started_at)).collect();
    let mut heads = store.heads()?;
    let mut chains = Vec::new();
    for day in days {
        let mut links = store.links_of(camera, &day)?;
        let is_here = |link: &StoredLink| segments.iter().any(|segment| segment.id == link.sealed.id);
        let first = links.iter().position(is_here).unwrap_or(links.len());
        let before = first.checked_sub(1).and_then(|before| links.get(before)).map_or(START, |link| link.link);
        links.drain(..first);
        let is_its = |head: &Head| head.statement.camera.as_deref() == Some(camera) && head.statement.day == day;
        let head = heads.iter().position(is_its).map(|at| heads.swap_remove(at));
        chains.push(Chain { day, before, links, head });
    }
    Ok(chains)
}

/// Whoever knows a head from the office's papers can follow the links to it: each is SHA-256 of the link before and the content,
/// and the content of a segment of this pack is told in full.
pub(super) fn json(dossier: &Dossier<'_>) -> String {
    let appliance = dossier.about.appliance;
    let link = |link: &StoredLink| {
        let content = hex(&link.sealed.content(appliance));
        let mut told = json!({"position": link.position, "content": content, "link": hex(&link.link)});
        let segment = dossier.segments.iter().find(|segment| segment.id == link.sealed.id);
        if let (Some(segment), Some(told)) = (segment, told.as_object_mut()) {
            let sealed = &link.sealed;
            told.insert(
                "segment".to_owned(),
                json!({
                    "file": (!dossier.is_withheld).then(|| name_of(segment)), "id": sealed.id, "camera": sealed.camera,
                    "started_at_ns": sealed.started_at.as_nanosecond().to_string(),
                    "duration_ns": sealed.duration.as_nanos().to_string(),
                    "size": sealed.size_bytes, "sha256": hex(&sealed.sha256),
                }),
            );
        }
        let gone = match (&link.gone, &link.deletion) {
            (Some(_), Some(by)) => Some(json!({"why": "deleted", "by": by.name, "at": by.at})),
            (Some(Gone::Removed), None) => Some(json!({"why": "removed"})),
            (Some(Gone::Missing), None) => Some(json!({"why": "missing"})),
            (None, _) => None,
        };
        if let (Some(gone), Some(told)) = (gone, told.as_object_mut()) {
            told.insert("gone".to_owned(), gone);
        }
        told
    };
    let chain = |chain: &Chain| {
        json!({
            "camera": dossier.alert.camera, "day": chain.day, "before": hex(&chain.before),
            "links": chain.links.iter().map(link).collect::<Vec<Value>>(),
            "head": chain.head.as_ref().map(|Head { statement, signature }| json!({
                "position": statement.position, "link": hex(&statement.link), "signed_at": statement.at,
                "statement": statement.text(), "signature": hex(signature),
            })),
        })
    };
    let chains: Vec<_> = dossier.chains.iter().map(chain).collect();
    let mut text = serde_json::to_string(&json!({"type": "chains", "chains": chains})).unwrap_or_default();
    text.push('\n');
    text
}
