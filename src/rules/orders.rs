//! Arming and disarming by hand: for a time, and for a reason.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody ordered. It goes before the schedule while it is in force, and the order given last
/// goes before those given earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: Uuid,
    pub act: Act,
    pub scope: Scope,
    pub from: Timestamp,
    /// Excluded.
    pub until: Timestamp,
    pub reason: String,
    pub created_at: Timestamp,
    /// Who gave it; `None` for orders of before that was kept.
    pub given_by: Option<Orderer>,
    /// From when on it no longer counts though its time is not over.
    pub withdrawn_at: Option<Timestamp>,
    pub withdrawn_by: Option<Orderer>,
}

/// Somebody with an account, by the name that they had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orderer {
    pub account: Uuid,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    Arm,
    Disarm,
}

/// What an order is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    /// A camera, whatever groups its zones are in.
    Camera(String),
    /// A group of the configuration, by its name.
    Group(String),
}

impl Order {
    /// When it ends, or did.
    pub fn ends_at(&self) -> Timestamp {
        self.withdrawn_at.map_or(self.until, |at| at.clamp(self.from, self.until))
    }

    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.ends_at()
    }
}

/// The orders as they are now, in the order in which they were given, whatever the clock said, for whoever must not wait for the database. Clones share
/// them.
#[derive(Debug, Clone, Default)]
pub struct SharedOrders {
    current: Arc<RwLock<Arc<[Order]>>>,
}

impl SharedOrders {
    /// Cheap: to be asked for again for every picture.
    pub fn current(&self) -> Arc<[Order]> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn replace(&self, orders: Vec<Order>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = orders.into();
    }
}
