//! Each request is answered by the configuration that counts when it comes.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::extract::FromRef;

use super::{Context, Shared};
use crate::rules::schedule::Schedule;

/// The state of the router: gives each request what handlers share.
#[derive(Clone)]
pub(super) struct Live(Arc<Latest>);

pub(super) struct Latest {
    /// And the number of the configuration that it goes by.
    context: Mutex<(u64, Shared)>,
}

impl Live {
    pub(super) fn new(context: &Context) -> Self {
        let generation = context.state.settings.generation();
        Self(Arc::new_cyclic(|latest: &Weak<Latest>| {
            let context = Context { latest: latest.clone(), ..context.renewed() };
            Latest { context: Mutex::new((generation, Arc::new(context))) }
        }))
    }

    pub(super) fn context(&self) -> Shared {
        self.0.context()
    }
}

impl Latest {
    fn context(&self) -> Shared {
        let mut known = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = known.1.state.settings.generation();
        if generation != known.0 {
            *known = (generation, Arc::new(known.1.renewed()));
        }
        Arc::clone(&known.1)
    }
}

impl Context {
    fn renewed(&self) -> Self {
        let mut new = self.clone();
        new.state.config = self.state.settings.config();
        new.schedule = Schedule::new(&new.state.config).with_orders(self.state.store.orders());
        new
    }

    /// By the configuration that counts now: for what goes on for long.
    pub(super) fn latest(self: &Arc<Self>) -> Arc<Self> {
        self.latest.upgrade().map_or_else(|| Arc::clone(self), |latest| latest.context())
    }
}

impl FromRef<Live> for Shared {
    fn from_ref(live: &Live) -> Self {
        live.context()
    }
}
