//! Who asks: found out once a request, by the session's cookie.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use super::{Context, Live, WebError, blocking, cookie};
use crate::access::{Digest, Role, Session, Who, digest};
use crate::store::Account;

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The address of whoever asks; without a socket nobody's.
pub(super) fn peer(extensions: &Extensions) -> IpAddr {
    let found = extensions.get::<ConnectInfo<Peer>>();
    found.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(Peer(address))| address.ip().to_canonical())
}

/// The address of whoever asks.
pub(super) struct CameFrom(pub(super) IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for CameFrom {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(peer(&parts.extensions)))
    }
}

/// A session and whose it is.
#[derive(Debug, Clone)]
pub(super) struct SignedIn {
    pub account: Arc<Account>,
    pub session: Session,
    pub token: Digest,
    /// Nothing else is answered until they have a second factor.
    pub must_enrol: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

impl FromRequestParts<Live> for Who {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, live: &Live) -> Result<Self, WebError> {
        Ok(SignedIn::from_request_parts(parts, live).await?.account.who())
    }
}

fn nobody() -> WebError {
    WebError::Unauthorized("sign in first".to_owned())
}

impl Context {
    /// # Errors
    /// 401 where nobody is signed in, or no longer.
    pub(super) async fn signed(self: &Arc<Self>, headers: &HeaderMap) -> Result<SignedIn, WebError> {
        let token = cookie::token(headers, self.is_secure()).map(digest).ok_or_else(nobody)?;
        blocking(self, move |context| context.signed_by(token)).await??.ok_or_else(nobody)
    }

    /// Whose session this is, if it is still one; writes down that they were there. Blocks.
    pub(super) fn signed_by(&self, token: Digest) -> Result<Option<SignedIn>, WebError> {
        let now = self.now();
        let found = self.state.store.session(token)?;
        let found = found.filter(|(session, account)| session.is_alive(now) && account.disabled_at.is_none());
        let Some((session, account)) = found else { return Ok(None) };
        if session.is_due(now)
            && let Err(error) = self.state.store.note_session(token, now)
        {
            // A full disk must not sign anybody out.
            tracing::warn!(%error, "that somebody is there cannot be written down");
        }
        let must_enrol = self.must_enrol(&account);
        Ok(Some(SignedIn { account: Arc::new(account), session, token, must_enrol }))
    }

    /// As it is now, for what goes on long after it was asked for; `None` once nobody is signed in with it.
    pub(super) async fn still_signed(self: &Arc<Self>, token: Digest) -> Option<SignedIn> {
        let signed = blocking(self, move |context| context.signed_by(token)).await;
        signed.and_then(|signed| signed).ok().flatten().filter(|signed| !signed.must_enrol)
    }

    pub(super) fn must_enrol(&self, account: &Account) -> bool {
        let is_required = self.state.config.web.require_totp_for_admins && account.role == Role::Admin;
        is_required && account.totp_secret.is_none()
    }
}
