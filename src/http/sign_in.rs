//! Signing in and out, and the first account of all.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account_view::Me;
use super::params::{Query, Sent};
use super::problem::Problems;
use super::signed::{CameFrom, SignedIn};
use super::{Context, Shared, WebError, accounts, blocking, cookie};
use crate::access::audit::{Act, Deed};
use crate::access::{Digest, FOR, Role, SecondFactor, Session, check_name, digest, password, session_token};
use crate::base::secret;
use crate::config::Language;
use crate::store::Account;

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    name: String,
    password: String,
    /// The six digits of the second factor, for accounts that have one.
    totp: Option<String>,
}

/// Signs in: sets the cookie that every other request is answered by. 401 where name and password do not belong
/// together; with the field `totp` where they do, and the digits are missing or wrong; 429 after too many of those.
#[utoipa::path(post, path = "/session", tag = "accounts", request_body = SignIn, responses(
    (status = 200, description = "Signed in", body = Me, headers(("set-cookie" = String, description = "The session"))),
    Problems,
))]
pub(super) async fn sign_in(
    State(context): State<Shared>,
    CameFrom(address): CameFrom,
    Sent(wanted): Sent<SignIn>,
) -> Result<Response, WebError> {
    context.refuse_locked(&wanted.name, address)?;
    let entered = hashing(&context, move |context| context.let_in(&wanted, address)).await??;
    Ok(entered.answer(StatusCode::OK, &context))
}

/// Signs out, here or everywhere.
#[utoipa::path(delete, path = "/session", tag = "accounts",
    params(("everywhere" = Option<bool>, Query, description = "true: in every browser")),
    responses(
        (status = 204, description = "Signed out"),
        Problems,
    )
)]
pub(super) async fn sign_out(
    State(context): State<Shared>,
    CameFrom(address): CameFrom,
    signed: SignedIn,
    query: Query,
) -> Result<impl IntoResponse, WebError> {
    let everywhere = query.get("everywhere")?.unwrap_or(false);
    let cleared = [(header::SET_COOKIE, cookie::clear(context.is_secure()))];
    blocking(&context, move |context| {
        tracing::info!(target: "audit", account = signed.account.name, everywhere, "signed out");
        let detail = everywhere.then(|| "everywhere".to_owned());
        context.write_down(Deed { detail, ..by(Some(&signed.account.name), address, Act::SignedOut) });
        let store = &context.state.store;
        if everywhere { store.end_sessions(signed.account.id) } else { store.end_session(signed.token) }
    })
    .await??;
    Ok((StatusCode::NO_CONTENT, cleared))
}

/// Whether the appliance waits for its first account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Setup {
    needed: bool,
    /// The configured one.
    language: Language,
}

/// Whether the appliance waits for its first account.
#[utoipa::path(get, path = "/setup", tag = "accounts", responses(
    (status = 200, description = "Whether it does", body = Setup),
    Problems,
))]
pub(super) async fn get_setup(State(context): State<Shared>) -> Result<Json<Setup>, WebError> {
    let needed = !blocking(&context, |context| context.state.store.has_accounts()).await??;
    Ok(Json(Setup { needed, language: context.state.config.language }))
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstAccount {
    /// What the appliance showed when it was first started.
    token: String,
    name: String,
    password: String,
}

/// Makes the first administrator, and signs in. 409 where there is an account already.
#[utoipa::path(post, path = "/setup", tag = "accounts", request_body = FirstAccount, responses(
    (status = 201, description = "Made, and signed in", body = Me),
    Problems,
))]
pub(super) async fn set_up(
    State(context): State<Shared>,
    CameFrom(address): CameFrom,
    Sent(wanted): Sent<FirstAccount>,
) -> Result<Response, WebError> {
    context.refuse_locked("", address)?;
    let entered = hashing(&context, move |context| context.first_account(&wanted, address)).await??;
    Ok(entered.answer(StatusCode::CREATED, &context))
}

/// Runs what hashes a password beside the server, few at a time: each takes 19 MiB. The place is held until it is done,
/// also where the browser has gone meanwhile.
pub(super) async fn hashing<T: Send + 'static>(
    context: &Shared,
    work: impl FnOnce(&Context) -> T + Send + 'static,
) -> Result<T, WebError> {
    let place = Arc::clone(&context.hashing_places).acquire_owned().await;
    let place = place.map_err(|error| WebError::internal(&error))?;
    blocking(context, move |context| {
        let _place = place;
        work(context)
    })
    .await
}

/// Somebody who has just signed in.
struct Entered {
    /// For the cookie.
    token: String,
    signed: SignedIn,
}

impl Entered {
    fn answer(self, status: StatusCode, context: &Context) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::SET_COOKIE, cookie::set(&self.token, context.is_secure()));
        (status, headers, Json(context.me(&self.signed))).into_response()
    }
}

impl Context {
    /// # Errors
    /// 429, whether there is such an account or not.
    pub(super) fn refuse_locked(&self, name: &str, address: IpAddr) -> Result<(), WebError> {
        let now = self.state.clock.monotonic();
        let lockout = self.lockout.lock().unwrap_or_else(PoisonError::into_inner);
        if lockout.is_locked(tally_name(name), address, now) { Err(too_many()) } else { Ok(()) }
    }

    /// Counts a failure, and writes it down. Blocks. `account` is who it was meant to be, where there is one: whatever else was typed stays out of
    /// the log, for it may be a password.
    pub(super) fn count_failure(&self, name: &str, address: IpAddr, account: Option<&Account>) {
        let now = self.state.clock.monotonic();
        let locks = self.lockout.lock().unwrap_or_else(PoisonError::into_inner).failed(tally_name(name), address, now);
        let known = account.map(|account| account.name.as_str());
        let account = known.unwrap_or("(unknown)");
        tracing::warn!(target: "audit", account, %address, "sign-in failed");
        self.write_down(by(known, address, Act::SignInFailed));
        if locks {
            let minutes = FOR.as_secs() / 60;
            tracing::warn!(target: "audit", account, %address, minutes, "locked out");
            let detail = Some(format!("for {minutes} minutes"));
            self.write_down(Deed { detail, ..by(known, address, Act::LockedOut) });
        }
    }

    /// The account whose password this is, if it is, and it may sign in. Takes as long where it does not, and counts
    /// that. Blocks; for [`hashing`].
    pub(super) fn verified(&self, name: &str, password: &str, address: IpAddr) -> Result<Option<Account>, WebError> {
        // Again: others may have failed while this one waited.
        self.refuse_locked(name, address)?;
        let known = self.state.store.account_named(tally_name(name))?;
        let usable = known.as_ref().filter(|account| account.disabled_at.is_none());
        let stored = usable.map(|account| account.password_hash.as_str());
        if password::verify(password, stored) {
            return Ok(known);
        }
        self.count_failure(name, address, known.as_ref());
        Ok(None)
    }

    /// Blocks.
    fn let_in(&self, wanted: &SignIn, address: IpAddr) -> Result<Entered, WebError> {
        let SignIn { name, password, totp } = wanted;
        let account = self.verified(name, password, address)?.ok_or_else(wrong)?;
        let step = self.second_step(&account, totp.as_deref(), address)?;
        let entered = self.begin(account, step)?;
        let Some(entered) = entered else {
            // Its digits were used, or it was disabled, in this very moment.
            return Err(wrong());
        };
        self.lockout.lock().unwrap_or_else(PoisonError::into_inner).succeeded(name);
        tracing::info!(target: "audit", account = name, %address, "signed in");
        self.write_down(by(Some(name), address, Act::SignedIn));
        Ok(entered)
    }

    /// The step of the digits, for an account with a second factor.
    fn second_step(&self, account: &Account, code: Option<&str>, address: IpAddr) -> Result<Option<i64>, WebError> {
        let Some(secret) = &account.totp_secret else { return Ok(None) };
        let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
            return Err(WebError::Code("the six digits of your authenticator are wanted as well".to_owned()));
        };
        let factor = SecondFactor::new(secret).map_err(|error| WebError::internal(&error))?;
        factor.step(code, self.now(), account.totp_last_step).map(Some).map_err(|error| {
            self.count_failure(&account.name, address, Some(account));
            WebError::Code(error.to_string())
        })
    }

    /// Blocks.
    fn first_account(&self, wanted: &FirstAccount, address: IpAddr) -> Result<Entered, WebError> {
        self.refuse_locked("", address)?;
        if self.state.store.has_accounts()? {
            return Err(crate::store::Refusal::NotFirst.into());
        }
        if !self.state.setup.is_some_and(|token| token.is(&wanted.token)) {
            self.count_failure("", address, None);
            return Err(WebError::Unauthorized(
                "this is not the token that the appliance showed when it was last started".to_owned(),
            ));
        }
        let account = accounts::made(&wanted.name, Role::Admin, &wanted.password, self.now())?;
        self.state.store.add_first_account(&account)??;
        tracing::info!(target: "audit", account = account.name, %address, "set up: the first administrator");
        self.write_down(by(Some(&account.name), address, Act::SetUp));
        self.begin(account, None)?.ok_or_else(|| WebError::internal(&"the first account is gone"))
    }

    /// Blocks.
    fn begin(&self, account: Account, step: Option<i64>) -> Result<Option<Entered>, WebError> {
        let token = session_token(secret::random().map_err(|error| WebError::internal(&error))?);
        let (digest, session): (Digest, _) = (digest(&token), Session::begin(self.now()));
        if !self.state.store.begin_session(&account, digest, session, step)? {
            return Ok(None);
        }
        let must_enrol = self.must_enrol(&account);
        let signed = SignedIn { account: Arc::new(account), session, token: digest, must_enrol };
        Ok(Some(Entered { token, signed }))
    }
}

/// What somebody does who is not signed in yet, or no longer.
fn by(account: Option<&str>, address: IpAddr, act: Act) -> Deed {
    Deed { account: account.map(str::to_owned), address: Some(address.to_string()), ..Deed::own(act, None) }
}

/// The same words whoever it was.
pub(super) fn wrong() -> WebError {
    WebError::Unauthorized("name and password do not belong together".to_owned())
}

fn too_many() -> WebError {
    WebError::TooMany { detail: "too many attempts; try again in five minutes".to_owned(), retry_after: FOR }
}

/// What cannot be a name is nobody's: so much of what is typed is remembered, and no more.
fn tally_name(name: &str) -> &str {
    if check_name(name).is_ok() { name } else { "" }
}
