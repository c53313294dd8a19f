//! Whoever is signed in, about themselves.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::account_view::{Me, NewFactor};
use super::accounts::checked_hash;
use super::params::Sent;
use super::problem::Problems;
use super::qr::qr_path;
use super::sign_in::hashing;
use super::signed::{CameFrom, SignedIn};
use super::{Context, Shared, WebError, blocking};
use crate::access::{Role, SecondFactor};
use crate::base::secret;
use crate::config::Language;
use crate::store::Account;

/// Who is signed in, and what they may do.
#[utoipa::path(get, path = "/me", tag = "accounts", responses(
    (status = 200, description = "They", body = Me),
    Problems,
))]
pub(super) async fn get_me(State(context): State<Shared>, signed: SignedIn) -> Json<Me> {
    Json(context.me(&signed))
}

/// What is to change of oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MyChange {
    language: Language,
}

/// Changes the language of the page.
#[utoipa::path(patch, path = "/me", tag = "accounts", request_body = MyChange, responses(
    (status = 200, description = "They", body = Me),
    Problems,
))]
pub(super) async fn change_me(
    State(context): State<Shared>,
    signed: SignedIn,
    Sent(wanted): Sent<MyChange>,
) -> Result<Json<Me>, WebError> {
    let me = blocking(&context, move |context| {
        context.change_own(&signed, move |account| account.language = Some(wanted.language))
    });
    Ok(Json(me.await??))
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The present one.
    current: String,
    /// 10 to 128 characters.
    password: String,
}

/// Changes one's own password, and signs out every other browser.
#[utoipa::path(post, path = "/me/password", tag = "accounts", request_body = NewPassword, responses(
    (status = 204, description = "It counts from now on"),
    Problems,
))]
pub(super) async fn change_password(
    State(context): State<Shared>,
    signed: SignedIn,
    CameFrom(address): CameFrom,
    Sent(wanted): Sent<NewPassword>,
) -> Result<StatusCode, WebError> {
    hashing(&context, move |context| {
        context.prove(&signed, "current", &wanted.current, address)?;
        let hash = checked_hash(&wanted.password, &signed.account.name)?;
        tracing::info!(target: "audit", account = signed.account.name, "password changed");
        context.change_own(&signed, move |account| account.password_hash = hash)
    })
    .await??;
    Ok(StatusCode::NO_CONTENT)
}

/// A new secret for a second factor. Nothing counts before it is sent back with its first digits.
#[utoipa::path(post, path = "/me/totp", tag = "accounts", responses(
    (status = 200, description = "The secret, shown this once", body = NewFactor),
    Problems,
))]
pub(super) async fn new_totp(signed: SignedIn) -> Result<Json<NewFactor>, WebError> {
    let secret: [u8; 20] = secret::random().map_err(|error| WebError::internal(&error))?;
    let factor = SecondFactor::new(&secret).map_err(|error| WebError::internal(&error))?;
    let address = factor.address(&signed.account.name);
    Ok(Json(NewFactor { secret: factor.base32(), qr: qr_path(&address), address }))
}

/// A second factor, proven.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvenFactor {
    password: String,
    /// As it was given.
    secret: String,
    /// The digits that the authenticator shows now.
    code: String,
}

/// Sets up the second factor: from now on its digits are wanted at each sign-in.
#[utoipa::path(put, path = "/me/totp", tag = "accounts", request_body = ProvenFactor, responses(
    (status = 200, description = "They", body = Me),
    Problems,
))]
pub(super) async fn set_totp(
    State(context): State<Shared>,
    signed: SignedIn,
    CameFrom(address): CameFrom,
    Sent(wanted): Sent<ProvenFactor>,
) -> Result<Json<Me>, WebError> {
    let me = hashing(&context, move |context| {
        context.prove(&signed, "password", &wanted.password, address)?;
        let factor = SecondFactor::from_base32(&wanted.secret);
        let factor = factor.map_err(|error| WebError::field("secret", &error.to_string()))?;
        let step = factor.step(&wanted.code, context.now(), None);
        let step = step.map_err(|error| WebError::field("code", &error.to_string()))?;
        tracing::info!(target: "audit", account = signed.account.name, "second factor set up");
        context.change_own(&signed, move |account| {
            account.totp_secret = Some(factor.secret().to_vec());
            account.totp_last_step = Some(step);
        })
    });
    Ok(Json(me.await??))
}

/// Proves that it is still who signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Proof {
    password: String,
}

/// Gives up the second factor. 409 where administrators must have one.
#[utoipa::path(delete, path = "/me/totp", tag = "accounts", request_body = Proof, responses(
    (status = 200, description = "They", body = Me),
    Problems,
))]
pub(super) async fn remove_totp(
    State(context): State<Shared>,
    signed: SignedIn,
    CameFrom(address): CameFrom,
    Sent(wanted): Sent<Proof>,
) -> Result<Json<Me>, WebError> {
    if context.state.config.web.require_totp_for_admins && signed.account.role == Role::Admin {
        return Err(WebError::Conflict("administrators need a second factor here".to_owned()));
    }
    let me = hashing(&context, move |context| {
        context.prove(&signed, "password", &wanted.password, address)?;
        tracing::info!(target: "audit", account = signed.account.name, "second factor given up");
        context.change_own(&signed, |account| account.totp_secret = None)
    });
    Ok(Json(me.await??))
}

impl Context {
    /// That whoever sits there knows the password; guesses count as those of signing in. Hashes.
    ///
    /// # Errors
    /// 422 with the field that holds it.
    fn prove(&self, signed: &SignedIn, field: &'static str, password: &str, address: IpAddr) -> Result<(), WebError> {
        let proven = self.verified(&signed.account.name, password, address)?;
        proven.map(drop).ok_or_else(|| WebError::field(field, "is not your password"))
    }

    /// Blocks.
    fn change_own(
        &self,
        signed: &SignedIn,
        change: impl FnOnce(&mut Account) + Send + 'static,
    ) -> Result<Me, WebError> {
        let account = self.state.store.change_account(signed.account.id, Some(signed.token), change)??;
        let must_enrol = self.must_enrol(&account);
        Ok(self.me(&SignedIn { account: account.into(), must_enrol, ..*signed }))
    }
}
