//! Who uses the page, and what each may do. Pure.

pub mod audit;
mod lockout;
mod name;
pub mod password;
mod permission;
mod second_factor;
mod session;
mod token;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use lockout::{FOR, Lockout};
pub use name::{NameError, check_name};
pub use permission::{Access, Permission};
pub use second_factor::{CodeError, SecondFactor};
pub use session::{IDLE, LONGEST, Session};
pub use token::{Digest, SetupToken, digest, session_token};

/// What an account is for; each role names what it may do beyond looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
// Streams of cameras have roles as well.
#[schema(as = AccountRole)]
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

impl Who {
    pub fn may_see(&self, camera: &str) -> bool {
        self.cameras.as_ref().is_none_or(|cameras| cameras.contains(camera))
    }

    /// Whether there are cameras that they may not see, now or later.
    pub fn is_limited(&self) -> bool {
        self.cameras.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_names_what_may_be_seen() {
        let who = |cameras: Option<&[&str]>| Who {
            account: Uuid::nil(),
            name: "lan".to_owned(),
            role: Role::Guard,
            cameras: cameras.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
        };
        assert!(who(None).may_see("kho") && !who(None).is_limited());
        assert!(who(Some(&["kho"])).may_see("kho") && !who(Some(&["kho"])).may_see("cong"));
        assert!(!who(Some(&[])).may_see("kho") && who(Some(&[])).is_limited());
    }
}
