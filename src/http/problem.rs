//! The one error of the API: `application/problem+json`, RFC 9457.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::store::StoreError;

/// Why a request was not answered. What is the client's doing says what to do; what is ours is
/// logged and hidden.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    #[error("{0}")]
    BadRequest(String),
    /// Nobody is signed in, or not as it takes.
    #[error("{0}")]
    Unauthorized(String),
    /// The password is right; the digits of the second factor are missing or wrong.
    #[error("{0}")]
    Code(String),
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    NotFound(String),
    #[error("this address does not take this method; the header Allow says which it takes")]
    MethodNotAllowed,
    /// Something that was sent and is well formed, but cannot be.
    #[error("`{field}`: {detail}")]
    Field { field: &'static str, detail: String },
    /// As [`WebError::Field`], of a configuration: the parts of a field's way have slashes between them.
    #[error("{detail}")]
    Setting { field: Option<String>, detail: String },
    #[error("send JSON here, with the content type application/json")]
    NotJson,
    #[error("what was sent is too large")]
    TooLarge,
    #[error("{0}")]
    Conflict(String),
    /// Something is another's to decide on.
    #[error("{detail}")]
    Owned { owner: String, detail: String },
    #[error("{detail}")]
    TooMany { detail: String, retry_after: Duration },
    #[error("{0}")]
    Unavailable(String),
    #[error("the appliance has failed here; its log says why")]
    Internal,
}

/// An error as the API gives it (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says it all.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// Which field of what was sent is wrong; missing where that is not it.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Cow<'static, str>>,
    /// Whose it is what was asked for; missing where that is not it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

impl WebError {
    /// Something of ours failed: logged here, hidden from the client.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::Internal
    }

    /// A field of what was sent cannot be what it is.
    pub fn field(field: &'static str, detail: &str) -> Self {
        Self::Field { field, detail: detail.to_owned() }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) | Self::Code(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Field { .. } | Self::Setting { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Conflict(_) | Self::Owned { .. } => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

pub(super) const PROBLEM_JSON: &str = "application/problem+json";

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let status = self.status();
        let title = status.canonical_reason().unwrap_or("Error");
        let detail = self.to_string();
        let (field, owner, retry_after) = match self {
            Self::Field { field, .. } => (Some(field.into()), None, None),
            Self::Setting { field, .. } => (field.map(Cow::Owned), None, None),
            Self::Code(_) => (Some("totp".into()), None, None),
            Self::Owned { owner, .. } => (None, Some(owner), None),
            Self::TooMany { retry_after, .. } => (None, None, Some(retry_after)),
            _ => (None, None, None),
        };
        let problem = Problem { kind: "about:blank", title, status: status.as_u16(), detail, field, owner };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(retry_after) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs_f64().ceil() as u64));
        }
        response
    }
}

/// For the OpenAPI document: any other answer of a route is a [`Problem`].
pub(super) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let schema = utoipa::openapi::Ref::from_schema_name("Problem");
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let description = "What is wrong, and what to do: 400 a parameter, 401 not signed in, 403 a foreign \
                           host or origin, or something that this role may not do, 404 no such thing, or none of a camera \
                           that the account may see, 409 too many or another's, 422 a field of what was sent, 429 too many \
                           attempts or requests, 500 the appliance, 503 not now";
        let response = ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}
