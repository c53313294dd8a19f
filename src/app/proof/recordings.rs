//! The chains of finished segments, each held against its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use uuid::Uuid;

use super::{HeadFault, Heads, fault_of};
use crate::access::audit::{Act, Removal};
use crate::base::chain::{Break, Walk};
use crate::record::evidence::PublicKey;
use crate::record::{Gone, SegmentIndex as _, file_sha256};
use crate::store::{Beside, StoredLink};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordingsReport {
    /// Chains, of a camera and day each.
    pub days: usize,
    /// Files that are as they were made.
    pub whole: usize,
    pub whole_bytes: u64,
    /// Segments that retention removed, as the audit log tells.
    pub removed: usize,
    /// Segments that somebody deleted, as the audit log tells.
    pub deleted: usize,
    /// Who deleted what, oldest first.
    pub deletions: Vec<ToldDeletion>,
    /// Finished segments of before there were chains.
    pub unlinked: usize,
    pub faults: Vec<RecordingFault>,
}

/// A deletion, as the audit log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldDeletion {
    pub camera: String,
    pub by: String,
    pub at: Timestamp,
    pub removal: Removal,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingFault {
    pub camera: String,
    /// In UTC.
    pub day: String,
    pub kind: RecordingKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingKind {
    Broken(Break),
    Head {
        at: i64,
        fault: HeadFault,
    },
    /// The file is not there.
    Missing {
        path: PathBuf,
        at: Timestamp,
    },
    /// Its bytes are not those that were recorded.
    Changed {
        path: PathBuf,
        at: Timestamp,
    },
    Unreadable {
        path: PathBuf,
        error: String,
    },
    /// It is said to have been removed, but the audit log tells of no such removal.
    NotTold {
        path: PathBuf,
        at: Timestamp,
    },
    /// It is listed, and in no chain: put in later.
    Added {
        path: PathBuf,
        at: Timestamp,
    },
}

type Chain = (String, String);

/// Reads every recording once. `progress` is told how many of how many have been read.
///
/// # Errors
/// Where the database cannot be read.
pub fn verify_recordings(
    store: &Beside,
    data_dir: &Path,
    key: Option<PublicKey>,
    mut progress: impl FnMut(usize, usize),
) -> anyhow::Result<RecordingsReport> {
    let mut folded = BTreeMap::new();
    let mut heads: BTreeMap<Chain, Heads> = BTreeMap::new();
    let signed = store.heads()?;
    let mut chains: BTreeMap<Chain, Vec<StoredLink>> = BTreeMap::new();
    let mut count = 0;
    store.each_link(|link| {
        count += 1;
        chains.entry((link.sealed.camera.clone(), link.day.clone())).or_default().push(link);
    })?;
    // After the links: what is removed meanwhile is told.
    let told = told(store)?;
    let mut checked = Checked { store, data_dir, told, report: RecordingsReport::default() };
    for head in signed {
        let Some(camera) = head.statement.camera.clone() else { continue };
        let chain = (camera, head.statement.day.clone());
        match fault_of(&head, key) {
            Some(fault) => {
                let at = head.statement.position;
                checked.fault(&chain, RecordingKind::Head { at, fault });
            }
            None if head.statement.folded => drop(folded.insert(chain, head.statement)),
            None => heads.entry(chain).or_default().add(head),
        }
    }
    checked.unlinked(&chains)?;
    let mut done = 0;
    for (chain, links) in &chains {
        let mut walk =
            folded.get(chain).map_or_else(Walk::default, |head| Walk { before: head.link, position: head.position });
        let mut heads = heads.remove(chain).unwrap_or_default();
        for link in links {
            let as_link = link.link(store.appliance());
            if let Err(broken) = walk.step(&as_link) {
                checked.fault(chain, RecordingKind::Broken(broken));
            }
            if let Some(fault) = heads.met(link.position, link.link, key).fault {
                checked.fault(chain, RecordingKind::Head { at: link.position, fault });
            }
            checked.file(chain, link)?;
            done += 1;
            progress(done, count);
        }
        if let Some(at) = heads.left() {
            checked.fault(chain, RecordingKind::Head { at, fault: HeadFault::CutOff });
        }
    }
    for (chain, heads) in &heads {
        if let Some(at) = heads.left() {
            checked.fault(chain, RecordingKind::Head { at, fault: HeadFault::CutOff });
        }
    }
    let Checked { mut report, told, .. } = checked;
    report.days = chains.len();
    report.deletions = told.deletions;
    Ok(report)
}

struct Checked<'a> {
    store: &'a Beside,
    data_dir: &'a Path,
    told: Told,
    report: RecordingsReport,
}

impl Checked<'_> {
    fn fault(&mut self, (camera, day): &Chain, kind: RecordingKind) {
        self.report.faults.push(RecordingFault { camera: camera.clone(), day: day.clone(), kind });
    }

    fn file(&mut self, chain: &Chain, link: &StoredLink) -> anyhow::Result<()> {
        let (path, at) = (link.sealed.path(), link.sealed.started_at);
        let kind = match link.gone {
            Some(Gone::Removed) if link.deletion.is_some() && self.told.is_deleted(&link.sealed.camera, at) => {
                self.report.deleted += 1;
                return Ok(());
            }
            Some(Gone::Removed) if link.deletion.is_none() && self.told.is_removed(&link.sealed.camera, at) => {
                self.report.removed += 1;
                return Ok(());
            }
            Some(Gone::Removed) => RecordingKind::NotTold { path, at },
            Some(Gone::Missing) => RecordingKind::Missing { path, at },
            None => match self.read(&path, link) {
                Ok(true) => {
                    self.report.whole += 1;
                    self.report.whole_bytes += link.sealed.size_bytes;
                    return Ok(());
                }
                Ok(false) => RecordingKind::Changed { path, at },
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    // Retention may have come by meanwhile.
                    let now = self.store.links_of(&chain.0, &chain.1)?;
                    if !now.iter().any(|now| now.sealed.id == link.sealed.id && now.gone.is_none()) {
                        self.report.removed += 1;
                        return Ok(());
                    }
                    RecordingKind::Missing { path, at }
                }
                Err(error) => RecordingKind::Unreadable { path, error: error.to_string() },
            },
        };
        self.fault(chain, kind);
        Ok(())
    }

    fn read(&self, path: &Path, link: &StoredLink) -> io::Result<bool> {
        let absolute = self.data_dir.join(path);
        if fs::metadata(&absolute)?.len() != link.sealed.size_bytes {
            return Ok(false);
        }
        Ok(file_sha256(&absolute)? == link.sealed.sha256)
    }

    /// Finished segments that are in no chain: of before there were any, or put in.
    fn unlinked(&mut self, chains: &BTreeMap<Chain, Vec<StoredLink>>) -> anyhow::Result<()> {
        let links = || chains.values().flatten();
        let linked: BTreeSet<Uuid> = links().map(|link| link.sealed.id).collect();
        let mut first: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for link in links() {
            let known = first.entry(&link.sealed.camera).or_insert(link.sealed.started_at);
            *known = link.sealed.started_at.min(*known);
        }
        for segment in self.store.all()? {
            if !segment.complete || linked.contains(&segment.id) {
                continue;
            }
            let at = segment.started_at;
            if first.get(&*segment.camera).is_some_and(|first| *first <= at) {
                let chain = (segment.camera.clone(), crate::record::chain::day(at));
                self.fault(&chain, RecordingKind::Added { path: segment.path, at });
            } else {
                self.report.unlinked += 1;
            }
        }
        Ok(())
    }
}

/// Which segments the audit log knows not to be there.
#[derive(Default)]
struct Told {
    /// By retention, by camera; and what will be told within the hour.
    removals: BTreeMap<String, Vec<Removal>>,
    deletions: Vec<ToldDeletion>,
}

impl Told {
    fn is_removed(&self, camera: &str, at: Timestamp) -> bool {
        self.removals.get(camera).into_iter().flatten().any(|removal| covers(removal, at))
    }

    fn is_deleted(&self, camera: &str, at: Timestamp) -> bool {
        self.deletions.iter().any(|deletion| deletion.camera == camera && covers(&deletion.removal, at))
    }
}

fn covers(removal: &Removal, at: Timestamp) -> bool {
    removal.from <= at && at <= removal.to
}

fn told(store: &Beside) -> anyhow::Result<Told> {
    let mut told = Told::default();
    store.each_entry(|_, entry| {
        let Some((camera, detail)) = entry.camera.as_ref().zip(entry.detail.as_ref()) else { return };
        let Ok(removal) = detail.parse() else { return };
        match Act::named(&entry.act) {
            Act::RecordingsRemoved => told.removals.entry(camera.clone()).or_default().push(removal),
            Act::RecordingsDeleted => told.deletions.push(ToldDeletion {
                camera: camera.clone(),
                by: entry.account.clone().unwrap_or_default(),
                at: entry.at,
                removal,
                reason: detail.split_once(" reason=").map(|(_, reason)| reason.to_owned()).unwrap_or_default(),
            }),
            _ => {}
        }
    })?;
    for (camera, removal) in store.removals()? {
        told.removals.entry(camera).or_default().push(removal);
    }
    Ok(told)
}
