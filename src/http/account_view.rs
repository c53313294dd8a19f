//! What the API gives of accounts.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Context;
use super::qr::QrPath;
use super::signed::SignedIn;
use crate::access::{Permission, Role};
use crate::config::Language;
use crate::store;

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    id: Uuid,
    name: String,
    role: Role,
    /// Of the page; null where they have not chosen one.
    #[schema(required)]
    language: Option<Language>,
    /// Ids of the only cameras that they may see; null for all.
    #[schema(required)]
    cameras: Option<Vec<String>>,
    permissions: Vec<Permission>,
    /// Whether the account has a second factor.
    totp: bool,
    /// Nothing else is answered until it has one.
    must_enrol: bool,
    /// When they must sign in again.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Account {
    id: Uuid,
    name: String,
    role: Role,
    /// Ids of the only cameras that it may see; null for all.
    #[schema(required)]
    cameras: Option<Vec<String>>,
    /// Whether it has a second factor.
    totp: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// Since when nobody can sign in with it; null where somebody can.
    #[schema(required, format = DateTime)]
    disabled_at: Option<String>,
}

/// All accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountList {
    pub items: Vec<Account>,
}

/// A second factor as it may become.
#[derive(Serialize, ToSchema)]
pub(super) struct NewFactor {
    /// In base 32, to be typed into an authenticator, and to be sent back with its first digits.
    pub secret: String,
    /// The same as a link that authenticators open.
    pub address: String,
    /// The same to be read by a telephone's camera.
    #[schema(required)]
    pub qr: Option<QrPath>,
}

impl Context {
    pub(super) fn me(&self, signed: &SignedIn) -> Me {
        let account = &signed.account;
        Me {
            id: account.id,
            name: account.name.clone(),
            role: account.role,
            language: account.language,
            cameras: account.cameras.as_ref().map(|ids| ids.iter().cloned().collect()),
            permissions: account.role.permissions(),
            totp: account.totp_secret.is_some(),
            must_enrol: signed.must_enrol,
            expires_at: self.time(signed.session.expires_at),
        }
    }

    pub(super) fn account_view(&self, account: &store::Account) -> Account {
        Account {
            id: account.id,
            name: account.name.clone(),
            role: account.role,
            cameras: account.cameras.as_ref().map(|ids| ids.iter().cloned().collect()),
            totp: account.totp_secret.is_some(),
            created_at: self.time(account.created_at),
            disabled_at: account.disabled_at.map(|at| self.time(at)),
        }
    }
}
