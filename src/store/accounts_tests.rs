//! Accounts and sessions, also from a second process.

use super::tests::{clock, open, seconds};
use super::*;
use crate::access::{Digest, Role, Session, digest};
use crate::config::Language;

fn account(n: u128, name: &str, role: Role) -> Account {
    let hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".to_owned();
    Account::new(Uuid::from_u128(n), name, role, hash, seconds(n as i64))
}

fn admin() -> Account {
    account(1, "admin", Role::Admin)
}

fn limited() -> Account {
    Account {
        cameras: Some(["cong".to_owned(), "kho".to_owned()].into()),
        language: Some(Language::En),
        totp_secret: Some(vec![7; 20]),
        totp_last_step: Some(9),
        disabled_at: Some(seconds(5)),
        ..account(2, "lan", Role::Guard)
    }
}

fn disable(account: &mut Account) {
    account.disabled_at = Some(seconds(60));
}

#[test]
fn accounts_are_kept_as_they_are() {
    let (folder, store) = open();
    assert!(!store.has_accounts().expect("read"));
    assert_eq!(store.add_first_account(&admin()).expect("written"), Ok(()));
    assert_eq!(store.add_first_account(&limited()).expect("written"), Err(Refusal::NotFirst));
    assert_eq!(store.add_account(&limited()).expect("written"), Ok(()));
    let twin = account(3, "lan", Role::Auditor);
    assert_eq!(store.add_account(&twin).expect("written"), Err(Refusal::NameTaken));
    drop(store);
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    let told = store.accounts().expect("read");
    assert!(told == [admin(), limited()], "{told:?}");
    assert!(store.account_named("lan").expect("read") == Some(limited()));
    assert!(store.account(Uuid::from_u128(1)).expect("read") == Some(admin()));
    assert!(store.account_named("nobody").expect("read").is_none() && store.has_accounts().expect("read"));
    assert!(!format!("{told:?}").contains("argon2id"), "no secret is shown");
}

#[test]
fn an_office_keeps_an_administrator() {
    let (_folder, store) = open();
    for account in [admin(), account(2, "lan", Role::Guard)] {
        store.add_account(&account).expect("written").expect("added");
    }
    let [first, guard] = [1, 2].map(Uuid::from_u128);
    let demote = |account: &mut Account| account.role = Role::Guard;
    assert!(store.change_account(first, None, disable).expect("run") == Err(Refusal::LastAdmin));
    assert!(store.change_account(first, None, demote).expect("run") == Err(Refusal::LastAdmin));
    assert_eq!(store.remove_account(first).expect("run"), Err(Refusal::LastAdmin));
    assert!(store.account(first).expect("read") == Some(admin()), "untouched");
    store.change_account(guard, None, |account| account.role = Role::Admin).expect("run").expect("promoted");
    let disabled = store.change_account(first, None, disable).expect("run").expect("another is there");
    assert_eq!(disabled.disabled_at, Some(seconds(60)));
    assert_eq!(store.remove_account(guard).expect("run"), Err(Refusal::LastAdmin), "the other is disabled");
    assert_eq!(store.remove_account(first).expect("run"), Ok(()));
    assert_eq!(store.remove_account(first).expect("run"), Err(Refusal::Unknown));
    assert!(store.change_account(first, None, disable).expect("run") == Err(Refusal::Unknown));
}

fn token(n: u8) -> Digest {
    digest(&n.to_string())
}

fn begin(store: &Store, of: &Account, n: u8, at: i64) -> bool {
    store.begin_session(of, token(n), Session::begin(seconds(at)), None).expect("run")
}

fn are_there(store: &Store, tokens: &[u8]) -> Vec<bool> {
    tokens.iter().map(|n| store.session(token(*n)).expect("read").is_some()).collect()
}

#[test]
fn sessions_begin_are_seen_and_end() {
    let (_folder, store) = open();
    let (admin, guard) = (admin(), account(2, "lan", Role::Guard));
    for account in [&admin, &guard] {
        store.add_account(account).expect("written").expect("added");
    }
    assert!(begin(&store, &admin, 1, 0) && begin(&store, &admin, 2, 1) && begin(&store, &guard, 3, 2));
    store.note_session(token(1), seconds(90)).expect("noted");
    let (session, whose) = store.session(token(1)).expect("read").expect("there");
    assert_eq!(session, Session { last_seen_at: seconds(90), ..Session::begin(seconds(0)) });
    assert!(whose == admin);
    store.end_session(token(2)).expect("ended");
    assert_eq!(are_there(&store, &[1, 2, 3]), [true, false, true]);
    store.end_sessions(admin.id).expect("ended");
    assert_eq!(are_there(&store, &[1, 3]), [false, true]);
}

#[test]
fn another_password_ends_every_session_but_the_one_that_set_it() {
    let (_folder, store) = open();
    let guard = account(2, "lan", Role::Guard);
    store.add_account(&guard).expect("written").expect("added");
    for n in 1..4 {
        assert!(begin(&store, &guard, n, 0));
    }
    let changed = store.change_account(guard.id, Some(token(2)), |account| account.password_hash.push('x'));
    let changed = changed.expect("run").expect("changed");
    assert_eq!(are_there(&store, &[1, 2, 3]), [false, true, false]);
    assert!(!begin(&store, &guard, 5, 0), "who was let in by the old password");
    store.change_account(guard.id, None, |account| account.role = Role::Supervisor).expect("run").expect("changed");
    assert_eq!(are_there(&store, &[2]), [true], "another role ends nothing");
    store.change_account(guard.id, None, disable).expect("run").expect("changed");
    assert_eq!(are_there(&store, &[2]), [false]);
    assert!(!begin(&store, &changed, 6, 0), "disabled");
}

#[test]
fn what_is_over_goes_and_so_does_the_oldest_of_too_many() {
    let (_folder, store) = open();
    let guard = account(2, "lan", Role::Guard);
    store.add_account(&guard).expect("written").expect("added");
    for n in 1..=25 {
        assert!(begin(&store, &guard, n, i64::from(n)));
    }
    assert_eq!(are_there(&store, &[1, 5, 6, 25]), [false, false, true, true]);
    let later = 8 * 3600 + 10;
    store.note_session(token(25), seconds(later - 60)).expect("noted");
    assert!(begin(&store, &guard, 26, later));
    assert_eq!(are_there(&store, &[10, 11, 25]), [false, true, true], "idle for eight hours");
}

#[test]
fn a_code_opens_one_session() {
    let (_folder, store) = open();
    let guard = Account { totp_secret: Some(vec![7; 20]), ..account(2, "lan", Role::Guard) };
    store.add_account(&guard).expect("written").expect("added");
    let begin = |n, step| store.begin_session(&guard, token(n), Session::begin(seconds(0)), Some(step)).expect("run");
    assert_eq!([begin(1, 100), begin(2, 100), begin(3, 99), begin(4, 101)], [true, false, false, true]);
    assert_eq!(are_there(&store, &[1, 2, 3, 4]), [true, false, false, true]);
}

#[test]
fn the_command_line_changes_accounts_beside_a_running_appliance() {
    let (folder, store) = open();
    store.add_account(&admin()).expect("written").expect("added");
    assert!(begin(&store, &admin(), 1, 0));
    let mut book = AccountBook::open(folder.path(), &clock()).expect("opens beside it");
    book.add(&account(2, "lan", Role::Guard)).expect("written").expect("added");
    assert_eq!(book.add(&account(3, "lan", Role::Guard)).expect("run"), Err(Refusal::NameTaken));
    assert!(book.change(admin().id, disable).expect("run") == Err(Refusal::LastAdmin));
    book.change(admin().id, |account| account.password_hash.push('x')).expect("run").expect("changed");
    let names: Vec<_> = store.accounts().expect("read").into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["admin", "lan"]);
    assert_eq!(are_there(&store, &[1]), [false], "a new password counts at once");
    assert!(store.add_account(&account(4, "minh", Role::Guard)).expect("the appliance still writes").is_ok());
    assert!(book.named("minh").expect("read").is_some());
}

#[test]
fn the_command_line_makes_the_database_where_there_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut book = AccountBook::open(folder.path(), &clock()).expect("made");
    book.add(&admin()).expect("written").expect("added");
    assert!(matches!(Store::open(folder.path(), &clock()), Err(StoreError::InUse { .. })), "one at a time");
    drop(book);
    let store = Store::open(folder.path(), &clock()).expect("opens");
    assert!(store.accounts().expect("read") == [admin()]);
}

#[test]
fn an_appliance_of_another_version_is_left_alone() {
    let (folder, store) = open();
    connect(store.path()).expect("open").pragma_update(None, "user_version", 6).expect("pragma");
    let error = AccountBook::open(folder.path(), &clock()).err().expect("refused");
    assert!(matches!(error, StoreError::OtherVersion { .. }), "{error}");
}
