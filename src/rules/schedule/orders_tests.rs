use uuid::Uuid;

use super::tests::{at, schedule};
use super::*;
use crate::rules::orders::Act;

/// The `n`-th order given, at so many hours of 2026-03-02, a Monday.
fn order(n: u128, act: Act, scope: Scope, hours: std::ops::Range<u32>) -> Order {
    let hour = |hour: u32| at(&format!("2026-03-02T{hour:02}:00:00"));
    Order {
        id: Uuid::from_u128(n),
        act,
        scope,
        from: hour(hours.start),
        until: hour(hours.end),
        reason: "họp muộn".to_owned(),
        created_at: hour(hours.start),
        given_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
    }
}

fn with(arming: &str, orders: Vec<Order>) -> Schedule {
    let shared = SharedOrders::default();
    shared.replace(orders);
    schedule(arming).with_orders(shared)
}

fn armed(office: &Schedule, hour: u32, place: Place<'_>) -> bool {
    office.at(at(&format!("2026-03-02T{hour:02}:00:00")), place).armed
}

#[test]
fn an_order_goes_before_the_schedule_until_it_ends() {
    let office = with("", vec![order(1, Act::Disarm, Scope::All, 17..20), order(2, Act::Arm, Scope::All, 12..14)]);
    let states: Vec<_> = [11, 12, 13, 14, 18, 19, 20].map(|hour| armed(&office, hour, Place::Office)).to_vec();
    assert_eq!(states, [false, true, true, false, false, false, true]);
    let evening = office.explain(at("2026-03-02T19:00:00"), Place::Camera("kho"));
    assert_eq!(evening.sentence.vi, "Đang tắt từ 17:00 đến 20:00: tắt tay (họp muộn)");
    assert_eq!((evening.from, evening.until), (Some(at("2026-03-02T14:00:00")), Some(at("2026-03-02T20:00:00"))));
    let noon = office.explain(at("2026-03-02T12:30:00"), Place::Office);
    assert_eq!(noon.sentence.en, "Armed from 12:00 to 14:00: armed by hand (họp muộn)");
}

#[test]
fn the_last_order_counts_and_a_withdrawn_one_does_not() {
    let first = order(1, Act::Disarm, Scope::All, 18..23);
    let second = order(2, Act::Arm, Scope::Camera("kho".to_owned()), 19..21);
    let office = with("", vec![first.clone(), second]);
    let kho = Place::Camera("kho");
    assert_eq!([18, 19, 20, 21].map(|hour| armed(&office, hour, kho)), [false, true, true, false]);
    assert!(!armed(&office, 20, Place::Camera("cong")) && !armed(&office, 20, Place::Office));
    let withdrawn = Order { withdrawn_at: Some(at("2026-03-02T20:00:00")), ..first.clone() };
    let office = with("", vec![withdrawn]);
    assert_eq!([18, 19, 20, 21].map(|hour| armed(&office, hour, kho)), [false, false, true, true]);
    let before_it_began = Order { withdrawn_at: Some(at("2026-03-02T10:00:00")), ..first };
    assert!(armed(&with("", vec![before_it_began]), 18, kho));
}

#[test]
fn orders_for_groups() {
    let group = "group = [{ name = \"Két\", zones = [\"cong/ket\"], always = true }]";
    let office = with(group, vec![order(1, Act::Disarm, Scope::Group("Két".to_owned()), 8..10)]);
    let zone = |zone| Place::Zone { camera: "cong", zone };
    assert!(!armed(&office, 9, zone("ket")) && armed(&office, 10, zone("ket")));
    assert!(!armed(&office, 9, Place::Camera("cong")) && armed(&office, 10, Place::Camera("cong")));
    let of_camera = with(group, vec![order(1, Act::Arm, Scope::Camera("cong".to_owned()), 8..10)]);
    assert!(armed(&of_camera, 9, zone("san")) && !armed(&of_camera, 9, Place::Camera("kho")));
}

#[test]
fn running_schedules_hear_of_new_orders() {
    let shared = SharedOrders::default();
    let office = schedule("").with_orders(shared.clone());
    let copy = office.clone();
    assert!(armed(&copy, 20, Place::Office));
    shared.replace(vec![order(1, Act::Disarm, Scope::All, 18..23)]);
    assert!(!armed(&copy, 20, Place::Office) && !armed(&office, 20, Place::Office));
}
