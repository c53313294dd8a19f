//! Who uses the page, and what each may do. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What an account is for; each role names what it may do beyond looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Settles alerts.
    Guard,
    /// Takes over what guards escalate; arms and disarms; keeps the lists of plates.
    Supervisor,
    /// Sets the appliance up.
    Admin,
    /// Reads all, changes nothing.
    Auditor,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Guard, Self::Supervisor, Self::Admin, Self::Auditor];

    pub fn name(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub account: Uuid,
    pub name: String,
    pub role: Role,
    /// The only cameras that they may see, by id; all of them where this is `None`.
    pub cameras: Option<BTreeSet<String>>,
}
