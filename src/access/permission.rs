//! What each role may do.

use serde::Serialize;
use utoipa::ToSchema;

use super::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See alerts, cameras, recordings and what the appliance knows of them.
    Look,
    /// Claim, resolve, escalate alerts and write notes to them.
    Settle,
    /// Arm by hand.
    Arm,
    /// Disarm by hand, and withdraw orders.
    Disarm,
    /// Write the lists of plates.
    KeepPlates,
    /// Let go of recordings that somebody keeps.
    Release,
    /// Take alerts out of the house, as evidence packs.
    Export,
    /// Keep accounts and the configuration.
    Administer,
    /// Read who did what.
    Audit,
}

impl Permission {
    pub const ALL: [Self; 9] = [
        Self::Look,
        Self::Settle,
        Self::Arm,
        Self::Disarm,
        Self::KeepPlates,
        Self::Release,
        Self::Export,
        Self::Administer,
        Self::Audit,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Settle => "settle",
            Self::Arm => "arm",
            Self::Disarm => "disarm",
            Self::KeepPlates => "keep_plates",
            Self::Release => "release",
            Self::Export => "export",
            Self::Administer => "administer",
            Self::Audit => "audit",
        }
    }
}

impl Role {
    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Look => true,
            Permission::Settle | Permission::Arm => self != Self::Auditor,
            Permission::Disarm | Permission::KeepPlates | Permission::Release | Permission::Export => {
                matches!(self, Self::Supervisor | Self::Admin)
            }
            Permission::Administer => self == Self::Admin,
            Permission::Audit => matches!(self, Self::Admin | Self::Auditor),
        }
    }

    pub fn permissions(self) -> Vec<Permission> {
        Permission::ALL.into_iter().filter(|permission| self.may(*permission)).collect()
    }
}

/// Whom a route answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Whoever asks from this machine, and who is signed in and may see every camera.
    Machine,
    /// Whoever is signed in, about themselves.
    SignedIn,
    /// Who is signed in and may do this.
    May(Permission),
}

impl Access {
    /// As the OpenAPI document calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Machine => "machine",
            Self::SignedIn => "signed_in",
            Self::May(permission) => permission.name(),
        }
    }

    /// The roles that it answers.
    pub fn roles(self) -> Vec<Role> {
        let answers = |role: &Role| match self {
            Self::May(permission) => role.may(permission),
            Self::Open | Self::Machine | Self::SignedIn => true,
        };
        Role::ALL.into_iter().filter(answers).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        #[track_caller]
        fn check(permission: Permission, wanted: &str) {
            let who: Vec<_> = Access::May(permission).roles().into_iter().map(Role::name).collect();
            assert_eq!(who.join(" "), wanted, "{}", permission.name());
        }
        check(Permission::Look, "guard supervisor admin auditor");
        check(Permission::Settle, "guard supervisor admin");
        check(Permission::Arm, "guard supervisor admin");
        check(Permission::Disarm, "supervisor admin");
        check(Permission::KeepPlates, "supervisor admin");
        check(Permission::Release, "supervisor admin");
        check(Permission::Export, "supervisor admin");
        check(Permission::Administer, "admin");
        check(Permission::Audit, "admin auditor");
    }

    #[test]
    fn an_auditor_changes_nothing_and_an_administrator_may_do_all() {
        assert_eq!(Role::Auditor.permissions(), [Permission::Look, Permission::Audit]);
        assert_eq!(Role::Admin.permissions(), Permission::ALL);
    }

    #[test]
    fn names_are_those_of_the_api() {
        for permission in Permission::ALL {
            assert_eq!(serde_json::json!(permission), permission.name());
        }
        for role in Role::ALL {
            assert_eq!(serde_json::json!(role), role.name());
        }
    }
}
