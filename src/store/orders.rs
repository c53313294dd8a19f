//! Arming and disarming by hand.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::rows::{self, nanoseconds};
use super::{Result, Store};
use crate::rules::orders::{Order, Orderer, Scope, SharedOrders};

/// Orders told of; older ones are kept all the same.
const LATEST: u32 = 1_000;

/// The orders as they are now.
#[derive(Debug, Default)]
pub(super) struct KnownOrders {
    shared: SharedOrders,
    /// Held from reading the database to telling: who reads later tells later.
    refreshing: Mutex<()>,
}

impl Store {
    /// The latest thousand orders, as they are at any time from now on.
    pub fn orders(&self) -> SharedOrders {
        self.known_orders().shared.clone()
    }

    /// Writes a new order. Blocks until it is durable and [`Store::orders`] has it.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_order(&self, order: &Order) -> Result<()> {
        let order = order.clone();
        self.writer().write(move |connection, _| insert(connection, &order))?;
        self.refresh_orders()
    }

    /// From `at` on an order no longer counts. One that was withdrawn before stays as it is.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn withdraw_order(&self, id: Uuid, at: Timestamp, by: &Orderer) -> Result<()> {
        let by = by.clone();
        self.writer().write(move |connection, _| {
            let sql = "
                update arming_order set (withdrawn_at_ns, withdrawn_by_account, withdrawn_by_name) = (?2, ?3, ?4)
                where id = ?1 and withdrawn_at_ns is null";
            let values = params![id.as_bytes(), nanoseconds(at), by.account.as_bytes(), by.name];
            connection.prepare_cached(sql)?.execute(values).map(drop)
        })?;
        self.refresh_orders()
    }

    pub(super) fn refresh_orders(&self) -> Result<()> {
        let known = self.known_orders();
        let _refreshing = known.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latest: Vec<Order> = self.readers().read(|connection| {
            let sql = "select * from arming_order order by seq desc limit ?1";
            connection.prepare_cached(sql)?.query_map([LATEST], order)?.collect()
        })?;
        latest.reverse();
        known.shared.replace(latest);
        Ok(())
    }
}

fn insert(connection: &Connection, order: &Order) -> rusqlite::Result<()> {
    let sql = "
        insert into arming_order
            (id, appliance, act, camera, camera_group, from_ns, until_ns, reason, created_at_ns, withdrawn_at_ns,
             given_by_account, given_by_name, withdrawn_by_account, withdrawn_by_name)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let (camera, group) = match &order.scope {
        Scope::All => (None, None),
        Scope::Camera(id) => (Some(id), None),
        Scope::Group(name) => (None, Some(name)),
    };
    connection.prepare_cached(sql)?.execute(params![
        order.id.as_bytes(),
        rows::name(&order.act)?,
        camera,
        group,
        nanoseconds(order.from),
        nanoseconds(order.until),
        order.reason,
        nanoseconds(order.created_at),
        order.withdrawn_at.map(nanoseconds),
        order.given_by.as_ref().map(|by| by.account.as_bytes()),
        order.given_by.as_ref().map(|by| &by.name),
        order.withdrawn_by.as_ref().map(|by| by.account.as_bytes()),
        order.withdrawn_by.as_ref().map(|by| &by.name),
    ])?;
    Ok(())
}

pub(super) fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    let scope = match (row.get("camera")?, row.get("camera_group")?) {
        (Some(id), _) => Scope::Camera(id),
        (None, Some(name)) => Scope::Group(name),
        (None, None) => Scope::All,
    };
    let orderer = |account: &str, name: &str| {
        let guard = rows::guard(row, account, name)?;
        Ok::<_, rusqlite::Error>(guard.map(|guard| Orderer { account: guard.account, name: guard.name }))
    };
    Ok(Order {
        id: rows::uuid(row, "id")?,
        act: rows::named(row, "act")?,
        scope,
        from: rows::timestamp(row, "from_ns")?,
        until: rows::timestamp(row, "until_ns")?,
        reason: row.get("reason")?,
        created_at: rows::timestamp(row, "created_at_ns")?,
        given_by: orderer("given_by_account", "given_by_name")?,
        withdrawn_at: rows::optional_timestamp(row, "withdrawn_at_ns")?,
        withdrawn_by: orderer("withdrawn_by_account", "withdrawn_by_name")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::orders::Act;
    use crate::store::tests::{clock, open, seconds};

    fn somebody(name: &str) -> Orderer {
        Orderer { account: Uuid::from_u128(7), name: name.to_owned() }
    }

    fn an_order(n: u128, act: Act, scope: Scope) -> Order {
        let created_at = seconds(n as i64);
        let until = seconds(3600);
        let reason = "Họp muộn".to_owned();
        let given_by = Some(somebody("Lan"));
        Order {
            id: Uuid::from_u128(n),
            act,
            scope,
            from: created_at,
            until,
            reason,
            created_at,
            given_by,
            withdrawn_at: None,
            withdrawn_by: None,
        }
    }

    #[test]
    fn orders_are_kept_told_of_and_withdrawn() {
        let (folder, store) = open();
        let shared = store.orders();
        assert!(shared.current().is_empty());
        let mut orders = vec![
            an_order(1, Act::Disarm, Scope::All),
            an_order(2, Act::Arm, Scope::Camera("kho".to_owned())),
            an_order(3, Act::Disarm, Scope::Group("Két".to_owned())),
        ];
        for order in &orders {
            store.put_order(order).expect("stored");
        }
        assert_eq!(shared.current()[..], orders);
        for (at, by) in [(60, "Minh"), (90, "Lan")] {
            store.withdraw_order(orders[0].id, seconds(at), &somebody(by)).expect("withdrawn");
        }
        orders[0].withdrawn_at = Some(seconds(60));
        orders[0].withdrawn_by = Some(somebody("Minh"));
        assert_eq!(shared.current()[..], orders, "the first time counts");
        store.withdraw_order(Uuid::from_u128(9), seconds(60), &somebody("Lan")).expect("there is none");
        drop((shared, store));
        let store = Store::open(folder.path(), &clock()).expect("opens again");
        assert_eq!(store.orders().current()[..], orders);
    }

    #[test]
    fn an_order_that_ends_before_it_begins_is_refused() {
        let (_folder, store) = open();
        let order = Order { until: seconds(0), ..an_order(1, Act::Arm, Scope::All) };
        assert!(store.put_order(&order).is_err());
        assert!(store.orders().current().is_empty());
    }
}
