//! Accounts, kept by administrators.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::account_view::{Account, AccountList};
use super::cameras::shortened;
use super::params::{Name, Sent};
use super::problem::Problems;
use super::sign_in::hashing;
use super::signed::SignedIn;
use super::{Context, Shared, WebError, audited, blocking};
use crate::access::audit::Act;
use crate::access::{Role, check_name, password};
use crate::base::{IdSource, secret};
use crate::store::{self, Refusal};

const MOST_ACCOUNTS: usize = 200;

/// An account as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedAccount {
    /// 1 to 32 of a-z, 0-9, dots and hyphens.
    name: String,
    role: Role,
    /// 10 to 128 characters.
    password: String,
    /// Ids of the only cameras that it may see; all of them unless said.
    cameras: Option<BTreeSet<String>>,
}

/// What is to change of an account; the rest stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    role: Option<Role>,
    /// Ids of the only cameras that it may see; null for all.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    cameras: Option<CameraLimit>,
    /// Whether nobody can sign in with it.
    disabled: Option<bool>,
    /// A new one; signs it out everywhere.
    password: Option<String>,
    /// false: it has no second factor any more, for who has lost the telephone.
    totp: Option<bool>,
}

/// The only cameras that an account may see, or null.
#[derive(Deserialize)]
#[serde(transparent)]
struct CameraLimit(Option<BTreeSet<String>>);

/// What is there, null included.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Every account, by name.
#[utoipa::path(get, path = "/accounts", tag = "accounts", responses(
    (status = 200, description = "All of them", body = AccountList),
    Problems,
))]
pub(super) async fn list_accounts(State(context): State<Shared>) -> Result<Json<AccountList>, WebError> {
    let accounts = blocking(&context, |context| context.state.store.accounts()).await??;
    Ok(Json(AccountList { items: accounts.iter().map(|account| context.account_view(account)).collect() }))
}

/// Adds an account.
#[utoipa::path(post, path = "/accounts", tag = "accounts", request_body = WantedAccount, responses(
    (status = 201, description = "The account", body = Account),
    Problems,
))]
pub(super) async fn add_account(
    State(context): State<Shared>,
    signed: SignedIn,
    Sent(wanted): Sent<WantedAccount>,
) -> Result<(StatusCode, Json<Account>), WebError> {
    context.check_cameras(wanted.cameras.as_ref())?;
    let account = hashing(&context, move |context| {
        if context.state.store.accounts()?.len() >= MOST_ACCOUNTS {
            return Err(WebError::Conflict(format!(
                "there are {MOST_ACCOUNTS} accounts already; remove old ones first"
            )));
        }
        let made = made(&wanted.name, wanted.role, &wanted.password, context.now())?;
        let account = store::Account { cameras: wanted.cameras, ..made };
        context.state.store.add_account(&account)??;
        let (by, name, role) = (&signed.account.name, &account.name, account.role.name());
        tracing::info!(target: "audit", account = by, name, role, "account added");
        audited::say(told(&account));
        Ok(context.account_view(&account))
    });
    Ok((StatusCode::CREATED, Json(account.await??)))
}

/// Changes an account. 409 where nobody could administer the appliance any more.
#[utoipa::path(patch, path = "/accounts/{id}", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account")),
    request_body = AccountChange,
    responses(
        (status = 200, description = "The account", body = Account),
        Problems,
    )
)]
pub(super) async fn change_account(
    State(context): State<Shared>,
    signed: SignedIn,
    Name(id): Name,
    Sent(wanted): Sent<AccountChange>,
) -> Result<Json<Account>, WebError> {
    context.check_cameras(wanted.cameras.as_ref().and_then(|CameraLimit(cameras)| cameras.as_ref()))?;
    if wanted.totp == Some(true) {
        return Err(WebError::field("totp", "can only be taken away here: whoever wants it sets it up themselves"));
    }
    let account = hashing(&context, move |context| {
        let account = context.account_by(&id)?;
        let password = wanted.password.as_deref().map(|password| checked_hash(password, &account.name)).transpose()?;
        let now = context.now();
        let has_password = password.is_some();
        let kept = (account.id == signed.account.id).then_some(signed.token);
        let AccountChange { role, cameras, disabled, totp, .. } = wanted;
        let changed = context.state.store.change_account(account.id, kept, move |account| {
            account.role = role.unwrap_or(account.role);
            if let Some(CameraLimit(cameras)) = cameras {
                account.cameras = cameras;
            }
            if let Some(password) = password {
                account.password_hash = password;
            }
            match disabled {
                Some(true) => account.disabled_at = account.disabled_at.or(Some(now)),
                Some(false) => account.disabled_at = None,
                None => {}
            }
            if totp == Some(false) {
                account.totp_secret = None;
            }
        });
        let changed = changed??;
        tracing::info!(
            target: "audit", account = signed.account.name, name = changed.name, role = changed.role.name(),
            disabled = changed.disabled_at.is_some(), password = has_password, cameras = ?changed.cameras,
            totp = changed.totp_secret.is_some(), "account changed"
        );
        let also = [(has_password, ", password set"), (totp == Some(false), ", second factor taken away")];
        let also: String = also.into_iter().filter_map(|(is_so, words)| is_so.then_some(words)).collect();
        audited::say(told(&changed) + &also);
        Ok::<_, WebError>(context.account_view(&changed))
    });
    Ok(Json(account.await??))
}

/// Removes an account. 409 where nobody could administer the appliance any more.
#[utoipa::path(delete, path = "/accounts/{id}", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account")),
    responses(
        (status = 204, description = "It is gone"),
        Problems,
    )
)]
pub(super) async fn remove_account(
    State(context): State<Shared>,
    signed: SignedIn,
    Name(id): Name,
) -> Result<StatusCode, WebError> {
    blocking(&context, move |context| {
        let account = context.account_by(&id)?;
        context.state.store.remove_account(account.id)??;
        tracing::info!(target: "audit", account = signed.account.name, name = account.name, "account removed");
        audited::say_act(Act::AccountRemoved);
        audited::say(account.name);
        Ok::<_, WebError>(StatusCode::NO_CONTENT)
    })
    .await?
}

/// What the audit log says of an account.
fn told(account: &store::Account) -> String {
    let cameras =
        account.cameras.as_ref().map(|cameras| cameras.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
    let cameras = cameras.map_or_else(|| "all cameras".to_owned(), |cameras| format!("cameras {cameras}"));
    let disabled = if account.disabled_at.is_some() { ", disabled" } else { "" };
    format!("{}: {}, {cameras}{disabled}", account.name, account.role.name())
}

/// A new account. Hashes.
///
/// # Errors
/// 422 with the field that is wrong.
pub(super) fn made(name: &str, role: Role, password: &str, now: Timestamp) -> Result<store::Account, WebError> {
    check_name(name).map_err(|error| WebError::field("name", &error.to_string()))?;
    let hash = checked_hash(password, name)?;
    Ok(store::Account::new(IdSource::random().next(now), name, role, hash, now))
}

/// A password as it is stored. Hashes.
///
/// # Errors
/// 422 where it is not good enough.
pub(super) fn checked_hash(password: &str, name: &str) -> Result<String, WebError> {
    password::check(password, name).map_err(|error| WebError::field("password", &error.to_string()))?;
    let salt = secret::random().map_err(|error| WebError::internal(&error))?;
    Ok(password::hash(password, salt))
}

impl From<Refusal> for WebError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NameTaken => Self::field("name", &refusal.to_string()),
            Refusal::Unknown => Self::NotFound(refusal.to_string()),
            Refusal::LastAdmin | Refusal::NotFirst => Self::Conflict(refusal.to_string()),
        }
    }
}

impl Context {
    /// Blocks.
    fn account_by(&self, id: &str) -> Result<store::Account, WebError> {
        let account = match Uuid::try_parse(id) {
            Ok(id) => self.state.store.account(id)?,
            Err(_) => None,
        };
        account.ok_or_else(|| WebError::NotFound(format!("no account has the id {:?}", shortened(id))))
    }

    fn check_cameras(&self, cameras: Option<&BTreeSet<String>>) -> Result<(), WebError> {
        match cameras.into_iter().flatten().find(|id| self.state.config.camera(id).is_none()) {
            Some(unknown) => Err(WebError::field("cameras", &format!("no camera is called {:?}", shortened(unknown)))),
            None => Ok(()),
        }
    }
}
