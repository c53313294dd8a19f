use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::access::audit::{Act, Deed};
use crate::base::chain::{self, Break};
use crate::base::{SharedClock, SimClock};
use crate::intake::Codec;
use crate::record::chain::Sealed;
use crate::record::evidence::Statement;
use crate::record::{Gone, Segment, SegmentIndex as _};
use crate::store::{Beside, Store};

const SEGMENTS: i64 = 8;

fn at(second: i64) -> Timestamp {
    let night: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
    night + SignedDuration::from_secs(second)
}

fn segment(n: i64) -> Segment {
    let mut segment = Segment {
        id: Uuid::from_u128(u128::try_from(n).expect("positive") + 1),
        camera: "kho".to_owned(),
        path: PathBuf::new(),
        codec: Codec::H264,
        started_at: at(10 * n),
        duration: Duration::from_secs(10),
        size_bytes: 64,
        complete: true,
    };
    segment.path = Sealed::new(&segment, [0; 32]).path();
    segment
}

/// An appliance with some entries, eight segments of a day, and all of it signed.
struct Office {
    folder: TempDir,
    store: Store,
    key: DeviceKey,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(at(0)));
        let store = Store::open(folder.path(), &clock).expect("opens");
        let key = DeviceKey::open(folder.path()).expect("made");
        let office = Self { folder, store, key };
        for n in 0..5 {
            office.store.write_down(Deed::own(Act::AlertNoted, n.to_string()), at(n)).expect("written");
        }
        for n in 0..SEGMENTS {
            office.record(n);
        }
        office.sign();
        office
    }

    fn record(&self, n: i64) {
        let (segment, bytes) = (segment(n), [n.to_le_bytes()[0]; 64]);
        let path = self.path(n);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, bytes).expect("written");
        self.store.seal(&segment, Sha256::digest(bytes).into()).expect("sealed");
    }

    fn path(&self, n: i64) -> PathBuf {
        self.folder.path().join(segment(n).path)
    }

    fn sign(&self) {
        let heads = self.store.unsigned_heads("2026-02-18").expect("read").into_iter().map(|end| {
            let appliance = self.store.appliance();
            let statement = Statement {
                appliance,
                camera: end.camera,
                day: end.day,
                position: end.position,
                link: end.link,
                at: at(100),
                folded: false,
            };
            Head { signature: statement.sign(&self.key), statement }
        });
        self.store.put_heads(heads.collect()).expect("kept");
    }

    /// As retention does it, up to the file.
    fn retire(&self, n: i64) {
        self.store.give_up(&[segment(n).id]).expect("given up");
        fs::remove_file(self.path(n)).expect("removed");
        self.store.remove(segment(n).id, Gone::Removed).expect("removed");
    }

    fn tamper(&self, sql: &str) {
        let connection = Connection::open(self.folder.path().join("canhdem.db")).expect("opens");
        let drop = "drop trigger audit_is_not_changed; drop trigger audit_is_not_removed;";
        connection.execute_batch(&format!("{drop} {sql}")).expect("tampered with");
    }

    fn beside(&self) -> Beside {
        Beside::open(self.folder.path()).expect("opens")
    }

    fn audit(&self) -> AuditReport {
        verify_audit(&self.beside(), Some(self.key.public())).expect("read")
    }

    fn recordings(&self) -> RecordingsReport {
        verify_recordings(&self.beside(), self.folder.path(), Some(self.key.public()), |_, _| ()).expect("read")
    }

    #[track_caller]
    fn check(&self, kinds: &[RecordingKind]) {
        let faults = self.recordings().faults;
        assert_eq!(faults.iter().map(|fault| &fault.kind).collect::<Vec<_>>(), kinds.iter().collect::<Vec<_>>());
        assert!(faults.iter().all(|fault| fault.camera == "kho" && fault.day == "2026-02-16"));
    }
}

#[test]
fn what_is_as_it_was_has_no_fault() {
    let office = Office::new();
    assert_eq!(office.audit(), AuditReport { entries: 5, signed: Some((5, at(100))), fault: None });
    let whole = RecordingsReport { days: 1, whole: 8, whole_bytes: 8 * 64, ..RecordingsReport::default() };
    assert_eq!(office.recordings(), whole);
}

#[test]
fn a_log_that_is_written_anew_with_all_its_hashes_is_not_what_was_signed() {
    let office = Office::new();
    // As a program could that knows how entries are linked.
    let (mut before, mut sql) = (chain::START, Vec::new());
    office
        .beside()
        .each_entry(|link, entry| {
            let mut entry = entry.clone();
            if link.position >= 3 {
                entry.detail = Some("forged".to_owned());
            }
            before = chain::link(before, entry.content(office.store.appliance()));
            let (detail, link, position) = (entry.detail.unwrap_or_default(), chain::hex(&before), entry.position);
            sql.push(format!("update audit set detail = '{detail}', link = x'{link}' where position = {position};"));
        })
        .expect("read");
    office.tamper(&sql.concat());
    assert_eq!(office.audit().fault, Some(AuditFault::Head { at: 5, fault: HeadFault::Rewritten }));
}

#[test]
fn a_head_of_another_key_stands_for_nothing() {
    let office = Office::new();
    let other = tempfile::tempdir().expect("a folder");
    let other = DeviceKey::open(other.path()).expect("made").public();
    let audit = verify_audit(&office.beside(), Some(other)).expect("read");
    assert_eq!(audit.fault, Some(AuditFault::Head { at: 5, fault: HeadFault::NotSigned }));
    let recordings = verify_recordings(&office.beside(), office.folder.path(), Some(other), |_, _| ()).expect("read");
    let not_signed = RecordingKind::Head { at: 8, fault: HeadFault::NotSigned };
    assert_eq!(recordings.faults.iter().map(|fault| &fault.kind).collect::<Vec<_>>(), [&not_signed]);
}

#[test]
fn retention_is_known_and_what_only_looks_like_it_is_not() {
    let office = Office::new();
    office.retire(0);
    office.retire(1);
    office.check(&[]);
    office.store.write_down_removals(at(200)).expect("told");
    office.check(&[]);
    assert_eq!(office.recordings().removed, 2);
    // Somebody takes the fifth, and says that it was retention.
    fs::remove_file(office.path(4)).expect("removed");
    let id = chain::hex(segment(4).id.as_bytes());
    office.tamper(&format!(
        "update segment_link set gone = 'removed' where segment_id = x'{id}'; delete from segment where id = x'{id}';"
    ));
    office.check(&[RecordingKind::NotTold { path: segment(4).path, at: at(40) }]);
}

#[test]
fn a_recording_that_was_put_in_or_lost_its_row_shows() {
    let office = Office::new();
    fs::write(office.path(9), [9; 64]).expect("written");
    office.store.put(&segment(9)).expect("listed");
    office.check(&[RecordingKind::Added { path: segment(9).path, at: at(90) }]);
    let office = Office::new();
    office.store.remove(segment(2).id, Gone::Missing).expect("found to be missing at a start");
    office.check(&[RecordingKind::Missing { path: segment(2).path, at: at(20) }]);
    let office = Office::new();
    office.tamper("delete from segment_link");
    office.check(&[RecordingKind::Head { at: 8, fault: HeadFault::CutOff }]);
}

#[test]
fn a_folded_day_goes_on_where_it_ended() {
    let office = Office::new();
    (0..SEGMENTS).for_each(|n| office.retire(n));
    office.store.write_down_removals(at(200)).expect("told");
    let end = office.store.days_to_fold("2026-02-18").expect("read").remove(0);
    let statement = Statement {
        appliance: office.store.appliance(),
        camera: end.camera,
        day: end.day,
        position: end.position,
        link: end.link,
        at: at(300),
        folded: true,
    };
    office.store.put_heads(vec![Head { signature: statement.sign(&office.key), statement }]).expect("kept");
    office.check(&[]);
    office.record(9);
    office.check(&[]);
    assert_eq!(office.recordings().whole, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_done_to_recordings_is_found_and_placed(n in 0..SEGMENTS, other in 0..SEGMENTS, what in 0..6, bit in 0usize..512) {
        let office = Office::new();
        let (path, started) = (segment(n).path, at(10 * n));
        let position = n + 1;
        let last = n == SEGMENTS - 1;
        let expected = match what {
            0 => {
                let mut bytes = fs::read(office.path(n)).expect("read");
                bytes[bit / 8] ^= 1 << (bit % 8);
                fs::write(office.path(n), bytes).expect("written");
                vec![RecordingKind::Changed { path, at: started }]
            }
            1 => {
                fs::remove_file(office.path(n)).expect("removed");
                vec![RecordingKind::Missing { path, at: started }]
            }
            2 => {
                fs::write(office.path(n), b"short").expect("written");
                vec![RecordingKind::Changed { path, at: started }]
            }
            // Its link is taken out: a hole, and a recording that is in no chain.
            3 => {
                office.tamper(&format!("delete from segment_link where position = {position}"));
                let hole = if last {
                    RecordingKind::Head { at: SEGMENTS, fault: HeadFault::CutOff }
                } else {
                    RecordingKind::Broken(Break::Missing { from: position, to: position })
                };
                // What came before the first that is left counts as of before there were chains.
                let added = (n > 0).then_some(RecordingKind::Added { path, at: started });
                added.into_iter().chain([hole]).collect()
            }
            4 => {
                office.tamper(&format!("update segment_link set size_bytes = size_bytes + 1 where position = {position}"));
                vec![
                    RecordingKind::Broken(Break::Altered { at: position }),
                    RecordingKind::Changed { path, at: started },
                ]
            }
            // Two files change places.
            _ => {
                prop_assume!(n != other);
                let (a, b) = (office.path(n), office.path(other));
                let swap = office.folder.path().join("swap");
                fs::rename(&a, &swap).and_then(|()| fs::rename(&b, &a)).and_then(|()| fs::rename(&swap, &b)).expect("renamed");
                let both = [n.min(other), n.max(other)];
                both.map(|n| RecordingKind::Changed { path: segment(n).path, at: at(10 * n) }).into()
            }
        };
        let faults: Vec<_> = office.recordings().faults.into_iter().map(|fault| fault.kind).collect();
        prop_assert_eq!(faults, expected);
    }
}
