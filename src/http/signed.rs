//! Who asks, for handlers that need to know.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use super::{Shared, WebError};
use crate::access::{Role, Who};

impl FromRequestParts<Shared> for Who {
    type Rejection = WebError;

    // As long as there are no accounts only this machine is answered, and whoever sits at it may do all.
    async fn from_request_parts(_: &mut Parts, _: &Shared) -> Result<Self, WebError> {
        Ok(Self { account: Uuid::nil(), name: "local".to_owned(), role: Role::Admin, cameras: None })
    }
}
