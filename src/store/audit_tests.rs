use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::access::audit::{Act, Deed, Entry, Removal};
use crate::base::SimClock;
use crate::base::chain::{Break, Link, Walk};
use crate::intake::Codec;
use crate::record::chain::Sealed;
use crate::record::evidence::{DeviceKey, Statement};
use crate::record::{Gone, Segment, SegmentIndex as _};

fn at(second: i64) -> Timestamp {
    let night: Timestamp = "2026-02-17T01:30:00+07:00".parse().expect("valid");
    night + SignedDuration::from_secs(second)
}

struct Office {
    folder: TempDir,
    store: Store,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: SharedClock = Arc::new(SimClock::new(at(0)));
        let store = Store::open(folder.path(), &clock).expect("opens");
        Self { folder, store }
    }

    /// As many deeds, of Lan and of Minh in turn.
    fn with_deeds(count: i64) -> Self {
        let office = Self::new();
        for n in 0..count {
            let name = if n % 2 == 0 { "lan" } else { "minh" };
            let camera = (n % 3 == 0).then(|| "kho".to_owned());
            let deed = Deed { account: Some(name.to_owned()), camera, ..Deed::own(Act::AlertNoted, n.to_string()) };
            office.store.write_down(deed, at(n)).expect("written");
        }
        office
    }

    /// As somebody with the database in their hands would.
    fn tamper(&self, sql: &str) {
        let connection = Connection::open(self.folder.path().join(FILE)).expect("opens");
        let drop = "drop trigger audit_is_not_changed; drop trigger audit_is_not_removed;";
        connection.execute_batch(&format!("{drop} {sql}")).expect("tampered with");
    }

    fn first_break(&self) -> Option<Break> {
        let beside = Beside::open(self.folder.path()).expect("opens");
        let (mut walk, mut found) = (Walk::default(), None);
        beside.each_entry(|link: Link, _: &Entry| found = found.or(walk.step(&link).err())).expect("read");
        let last = beside.last_written().expect("read");
        found.or((walk.position < last).then_some(Break::Missing { from: walk.position + 1, to: last }))
    }
}

#[test]
fn entries_are_linked_in_order_also_from_beside() {
    let office = Office::with_deeds(4);
    let deed = Deed { address: Some("uid 0".to_owned()), ..Deed::own(Act::Exported, None) };
    write_beside(office.folder.path(), &deed, at(9)).expect("written");
    office.store.write_down(Deed::own(Act::Stopped, None), at(10)).expect("written");
    assert_eq!(office.first_break(), None);
    let page = office.store.audit(&AuditFilter { limit: 2, ..AuditFilter::default() }).expect("read");
    assert_eq!(page.entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), [6, 5]);
    assert_eq!(page.entries[1].address.as_deref(), Some("uid 0"));
    assert_eq!(page.before, Some(5));
}

#[test]
fn entries_are_neither_changed_nor_removed() {
    let office = Office::with_deeds(2);
    let connection = Connection::open(office.folder.path().join(FILE)).expect("opens");
    for sql in ["update audit set account = 'an' where position = 1", "delete from audit"] {
        let refused = connection.execute(sql, []).expect_err("refused").to_string();
        assert!(refused.contains("audit log are not"), "{refused}");
    }
    assert_eq!(office.first_break(), None);
}

#[test]
fn what_is_asked_for_is_found() {
    #[track_caller]
    fn check(office: &Office, filter: AuditFilter, positions: &[i64]) {
        let page = office.store.audit(&AuditFilter { limit: 100, ..filter }).expect("read");
        assert_eq!(page.entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), positions);
        assert_eq!(page.before, None);
    }
    let office = Office::with_deeds(6);
    office.store.write_down(Deed::own(Act::Started, None), at(60)).expect("written");
    let all = AuditFilter::default;
    check(&office, all(), &[7, 6, 5, 4, 3, 2, 1]);
    check(&office, AuditFilter { account: Some("minh".to_owned()), ..all() }, &[6, 4, 2]);
    check(&office, AuditFilter { acts: vec![Act::Started, Act::Exported], ..all() }, &[7]);
    check(&office, AuditFilter { from: Some(at(2)), to: Some(at(4)), ..all() }, &[4, 3]);
    check(&office, AuditFilter { before: Some(3), ..all() }, &[2, 1]);
    check(&office, AuditFilter { cameras: Some(vec!["kho".to_owned()]), ..all() }, &[4, 1]);
    check(&office, AuditFilter { cameras: Some(Vec::new()), ..all() }, &[]);
}

#[test]
fn a_stop_that_was_not_written_down_was_none() {
    let office = Office::new();
    let write = |act| office.store.write_down(Deed::own(act, None), at(0)).expect("written");
    let is_clean = || office.store.was_stopped_cleanly().expect("read");
    assert!(is_clean(), "it never ran");
    write(Act::Started);
    write(Act::SignedIn);
    assert!(!is_clean());
    write(Act::Stopped);
    write(Act::AccountAdded);
    assert!(is_clean());
}

#[test]
fn a_row_in_place_of_another_and_one_after_the_last_show() {
    let office = Office::with_deeds(5);
    office.tamper("insert or replace into audit select position, at_ns, 'an', address, act, camera, alert_id, detail, link from audit where position = 3");
    assert_eq!(office.first_break(), Some(Break::Altered { at: 3 }));
    let office = Office::with_deeds(5);
    office.tamper("insert into audit (at_ns, act, link) values (1, 'alert_noted', zeroblob(32))");
    assert_eq!(office.first_break(), Some(Break::Altered { at: 6 }));
}

#[test]
fn what_is_cut_off_at_the_end_leaves_a_gap_for_ever() {
    let office = Office::with_deeds(5);
    office.tamper("delete from audit where position > 3");
    assert_eq!(office.first_break(), Some(Break::Missing { from: 4, to: 5 }));
    office.store.write_down(Deed::own(Act::Stopped, None), at(10)).expect("written");
    assert_eq!(office.first_break(), Some(Break::Missing { from: 4, to: 5 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_done_to_the_log_is_found_where_it_was_done(at in 1i64..=9, what in 0usize..7) {
        let office = Office::with_deeds(9);
        let (sql, expected) = match what {
            0 => (format!("update audit set account = account || 'x' where position = {at}"), Break::Altered { at }),
            1 => (format!("update audit set at_ns = at_ns + 1 where position = {at}"), Break::Altered { at }),
            2 => (format!("update audit set camera = 'cong' where position = {at}"), Break::Altered { at }),
            3 => (format!("update audit set detail = null where position = {at}"), Break::Altered { at }),
            4 => (format!("update audit set address = '10.0.0.1' where position = {at}"), Break::Altered { at }),
            5 => (format!("delete from audit where position = {at}"), Break::Missing { from: at, to: at }),
            // Taken out, and what follows counted on: the first that was moved does not follow.
            _ => {
                let moved = format!(
                    "delete from audit where position = {at};
                     update audit set position = -position where position > {at};
                     update audit set position = -position - 1 where position < 0;"
                );
                let expected = if at == 9 { Break::Missing { from: 9, to: 9 } } else { Break::Altered { at } };
                (moved, expected)
            }
        };
        office.tamper(&sql);
        prop_assert_eq!(office.first_break(), Some(expected));
    }
}

fn segment(camera: &str, start: i64) -> Segment {
    let number = u128::try_from(start).expect("positive") + if camera == "kho" { 0 } else { 1 << 64 };
    let mut segment = Segment {
        id: Uuid::from_u128(number + 1),
        camera: camera.to_owned(),
        path: PathBuf::new(),
        codec: Codec::H264,
        started_at: at(start),
        duration: Duration::from_secs(10),
        size_bytes: 100,
        complete: true,
    };
    segment.path = Sealed::new(&segment, [0; 32]).path();
    segment
}

fn links(office: &Office) -> Vec<StoredLink> {
    let mut links = Vec::new();
    Beside::open(office.folder.path()).expect("opens").each_link(|link| links.push(link)).expect("read");
    links
}

#[test]
fn segments_are_linked_once_by_camera_and_day() {
    let office = Office::new();
    // The day of UTC ends in the 19,800th second.
    for (camera, start) in [("kho", 0), ("cong", 0), ("kho", 10), ("kho", 20_000), ("kho", 19_790)] {
        office.store.seal(&segment(camera, start), [start.to_le_bytes()[0]; 32]).expect("sealed");
        office.store.seal(&segment(camera, start), [9; 32]).expect("said again");
    }
    let links = links(&office);
    let told: Vec<_> = links.iter().map(|link| (&*link.sealed.camera, &*link.day, link.position)).collect();
    let (first, second) = ("2026-02-16", "2026-02-17");
    let wanted = [("cong", first, 1), ("kho", first, 1), ("kho", first, 2), ("kho", first, 3), ("kho", second, 1)];
    assert_eq!(told, wanted);
    let mut walk = Walk::default();
    for link in &links[1..4] {
        assert_eq!(walk.step(&link.link(office.store.appliance())), Ok(()));
    }
    assert_eq!(office.store.all().expect("read").len(), 5, "listed as well");
}

#[test]
fn what_retention_removes_is_known_and_told_once() {
    let office = Office::new();
    for start in [0, 10, 20] {
        office.store.seal(&segment("kho", start), [1; 32]).expect("sealed");
    }
    // One of before there were chains.
    office.store.put(&segment("cong", 0)).expect("listed");
    let ids = [segment("kho", 0).id, segment("kho", 10).id];
    office.store.give_up(&ids).expect("given up");
    for id in ids {
        office.store.remove(id, Gone::Removed).expect("removed");
    }
    office.store.remove(segment("kho", 20).id, Gone::Missing).expect("gone");
    office.store.remove(segment("cong", 0).id, Gone::Removed).expect("removed");
    let gone: Vec<_> = links(&office).iter().map(|link| link.gone).collect();
    assert_eq!(gone, [Some(Gone::Removed), Some(Gone::Removed), Some(Gone::Missing)]);
    office.store.write_down_removals(at(60)).expect("told");
    office.store.write_down_removals(at(120)).expect("nothing is left to tell");
    let page = office.store.audit(&AuditFilter { limit: 10, ..AuditFilter::default() }).expect("read");
    let told: Vec<_> = page
        .entries
        .iter()
        .map(|entry| (entry.camera.as_deref(), entry.detail.as_deref().and_then(|detail| detail.parse().ok())))
        .collect();
    let removal = |segments, to| Some(Removal { segments, bytes: 100 * segments, from: at(0), to: at(to) });
    assert_eq!(told, [(Some("kho"), removal(2, 10)), (Some("cong"), removal(1, 0))]);
}

fn sign(office: &Office, key: &DeviceKey, head: HeadOf, folded: bool) -> Head {
    let HeadOf { camera, day, position, link } = head;
    let statement = Statement { appliance: office.store.appliance(), camera, day, position, link, at: at(100), folded };
    Head { signature: statement.sign(key), statement }
}

#[test]
fn heads_are_signed_while_chains_grow_and_folded_when_nothing_is_left() {
    let office = Office::with_deeds(1);
    let key = DeviceKey::open(office.folder.path()).expect("made");
    let today = "2026-02-18";
    let unsigned = || office.store.unsigned_heads(today).expect("read");
    office.store.seal(&segment("kho", 0), [1; 32]).expect("sealed");
    office.store.seal(&segment("kho", 10), [2; 32]).expect("sealed");
    let heads: Vec<_> = unsigned().into_iter().map(|head| sign(&office, &key, head, false)).collect();
    let of: Vec<_> = heads.iter().map(|head| (head.statement.camera.as_deref(), head.statement.position)).collect();
    assert_eq!(of, [(Some("kho"), 2), (None, 1)]);
    office.store.put_heads(heads).expect("kept");
    assert_eq!(unsigned(), []);
    let signed = office.store.heads_signed(at(100), at(101)).expect("read");
    assert!(signed.iter().all(|head| head.statement.is_signed(key.public(), &head.signature)));
    assert_eq!(signed.len(), 2);

    assert_eq!(office.store.days_to_fold(today).expect("read"), []);
    office.store.give_up(&[segment("kho", 0).id, segment("kho", 10).id]).expect("given up");
    assert_eq!(office.store.days_to_fold("2026-02-16").expect("read"), [], "the day goes on");
    let fold = office.store.days_to_fold(today).expect("read");
    let folded: Vec<_> = fold.into_iter().map(|head| sign(&office, &key, head, true)).collect();
    office.store.put_heads(folded).expect("kept");
    assert_eq!(links(&office), []);
    // One of that day that a crash had left behind.
    office.store.seal(&segment("kho", 20), [3; 32]).expect("sealed");
    assert_eq!(links(&office)[0].position, 3, "it goes on where the chain ended");
}
