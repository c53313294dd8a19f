use super::*;
use crate::store::tests::{alert, clock, open, seconds};

fn in_case(n: i64, case: u128) -> Alert {
    Alert { case: Some(Uuid::from_u128(case)), ..alert(n) }
}

fn ids(case: Option<Case>) -> Vec<Uuid> {
    case.map(|case| case.alerts.iter().map(|alert| alert.id).collect()).unwrap_or_default()
}

#[test]
fn a_case_has_its_alerts_in_order_and_in_full() {
    let (folder, store) = open();
    for alert in [in_case(5, 1), in_case(2, 1), in_case(9, 2), alert(3)] {
        store.put_alert(&alert).expect("stored");
    }
    drop(store);
    let store = Store::open(folder.path(), &clock()).expect("opens again");
    let case = store.case(Uuid::from_u128(1)).expect("read").expect("there");
    assert_eq!(case.alerts, [in_case(2, 1), in_case(5, 1)]);
    assert_eq!(case.opened_at, seconds(2));
    assert_eq!(store.case(Uuid::from_u128(7)).expect("read"), None);
    let seen = store.alerts_seen_since(seconds(3)).expect("read");
    assert_eq!(seen.iter().map(|alert| alert.id).collect::<Vec<_>>(), [3, 5, 9].map(|n| alert(n).id));
}

#[test]
fn a_case_that_joins_an_older_one_brings_its_alerts_and_keeps_its_address() {
    let (_folder, store) = open();
    let [old, middle, young] = [1, 2, 3].map(Uuid::from_u128);
    store.put_alert(&in_case(10, 3)).expect("stored");
    store.put_alert(&in_case(8, 2)).expect("stored");
    let mut told = store.subscribe();
    store.put_alert_joining(&in_case(9, 2), vec![young]).expect("joins");
    let subjects = [alert(10).id, alert(9).id].map(Subject::Alert);
    assert_eq!(std::array::from_fn(|_| told.try_recv().expect("told").subject), subjects);
    for _ in 0..2 {
        store.put_alert_joining(&in_case(9, 1), vec![middle, young]).expect("joins, and again");
    }
    for case in [old, middle, young] {
        let case = store.case(case).expect("read");
        assert_eq!(case.as_ref().map(|case| (case.id, case.opened_at)), Some((old, seconds(8))));
        assert_eq!(ids(case), [8, 9, 10].map(|n| alert(n).id));
    }
    let page = store.cases(&CaseFilter { limit: 5, ..CaseFilter::default() }).expect("read");
    assert_eq!(page.items.iter().map(|case| case.id).collect::<Vec<_>>(), [old]);
}

#[test]
fn what_is_written_late_of_a_joined_case_belongs_to_the_older() {
    let (_folder, store) = open();
    store.put_alert_joining(&in_case(9, 1), vec![Uuid::from_u128(2)]).expect("the younger is not yet known");
    store.put_alert(&in_case(7, 2)).expect("stored");
    let case = store.case(Uuid::from_u128(1)).expect("read").expect("there");
    assert_eq!((case.opened_at, case.alerts.len()), (seconds(7), 2));
    assert_eq!(store.alert(alert(7).id).expect("read").expect("there").case, Some(Uuid::from_u128(1)));
}

#[test]
fn pages_of_cases_are_newest_first() {
    let (_folder, store) = open();
    for n in 1..=5 {
        store.put_alert(&in_case(n, n.unsigned_abs().into())).expect("stored");
    }
    let pages = |from, to| {
        let mut filter = CaseFilter { from, to, cursor: None, limit: 2 };
        let mut found = Vec::new();
        loop {
            let page = store.cases(&filter).expect("read");
            found.extend(page.items.iter().map(|case| case.id.as_u128()));
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                return found;
            }
        }
    };
    assert_eq!(pages(None, None), [5, 4, 3, 2, 1]);
    assert_eq!(pages(Some(seconds(2)), Some(seconds(4))), [3, 2]);
}
