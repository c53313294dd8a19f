//! What a request says: the part of its path that varies, what stands behind the question mark, and
//! what is sent with it.

use std::convert::Infallible;
use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as NameError, StrDeserializer};
use url::form_urlencoded;

use super::{WebError, nothing};

/// The part of a path that varies, as text: an id, the name of a file.
#[derive(Debug)]
pub(super) struct Name(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        // What is not text names nothing.
        let name = Path::<String>::from_request_parts(parts, state).await;
        name.map(|Path(name)| Self(name)).map_err(|_| nothing())
    }
}

/// The query's keys and values in order. Unknown keys are ignored, so that an address can be made
/// unlike another.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    fn parse(text: &str) -> Self {
        Self { pairs: form_urlencoded::parse(text.as_bytes()).into_owned().collect() }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, v)| k == key && !v.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A value that may be missing.
    ///
    /// # Errors
    /// 400, naming the key, where it is not a `T`.
    pub(super) fn get<T: FromStr<Err: Display>>(&self, key: &str) -> Result<Option<T>, WebError> {
        self.text(key).map(|text| text.parse().map_err(|error| wrong(key, text, &error))).transpose()
    }

    /// A time in RFC 3339 with an offset. A `+` that was not escaped has become a blank: it is
    /// taken for what it was meant to be.
    ///
    /// # Errors
    /// 400, naming the key.
    pub(super) fn time(&self, key: &str) -> Result<Option<Timestamp>, WebError> {
        let help = "a time is written like 2026-02-17T01:30:00+07:00";
        self.text(key).map(|text| text.replace(' ', "+").parse().map_err(|_| wrong(key, text, &help))).transpose()
    }

    /// Values that may be repeated (`a=1&a=2`) or listed (`a=1,2`).
    pub(super) fn list(&self, key: &str) -> Vec<&str> {
        let values = self.pairs.iter().filter(|(k, _)| k == key);
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// As [`Query::list`], each the name of a variant; none twice.
    ///
    /// # Errors
    /// 400, with the names that there are.
    pub(super) fn names<T: DeserializeOwned + PartialEq>(&self, key: &str) -> Result<Vec<T>, WebError> {
        let mut names = Vec::new();
        for text in self.list(key) {
            let name = T::deserialize(StrDeserializer::<NameError>::new(text));
            let name = name.map_err(|error| wrong(key, text, &error))?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// What was sent, as JSON. A page of another site cannot send this type without asking first.
#[derive(Debug)]
pub(super) struct Sent<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        match <Json<T> as FromRequest<S>>::from_request(request, state).await {
            Ok(Json(sent)) => Ok(Self(sent)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(WebError::NotJson),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(WebError::TooLarge),
            Err(error) => Err(WebError::BadRequest(error.body_text())),
        }
    }
}

/// What need not be sent: nothing where there is no content type.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Sent<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, WebError> {
        if !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

fn wrong(key: &str, text: &str, error: &dyn Display) -> WebError {
    let short: String = text.chars().take(60).collect();
    WebError::BadRequest(format!("`{key}` cannot be {short:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Severity;

    #[test]
    fn lists_may_be_repeated_or_joined() {
        let query = Query::parse("severity=notice,%20critical&camera=&severity=warning,notice&camera=kho");
        let all = [Severity::Notice, Severity::Critical, Severity::Warning];
        assert_eq!(query.names::<Severity>("severity"), Ok(all.to_vec()));
        assert_eq!(query.list("camera"), ["kho"]);
        assert_eq!(query.list("state"), [""; 0]);
    }

    #[test]
    fn a_plus_in_a_time_may_be_escaped_or_not() {
        let wanted = "2026-02-17T01:30:00+07:00".parse().ok();
        for text in ["at=2026-02-17T01:30:00%2B07:00", "at=2026-02-17T01:30:00+07:00", "at=2026-02-16T18:30:00Z"] {
            assert_eq!(Query::parse(text).time("at"), Ok(wanted), "{text}");
        }
        assert_eq!(Query::parse("").time("at"), Ok(None));
    }

    #[track_caller]
    fn check_refused<T: std::fmt::Debug>(parsed: Result<T, WebError>, wanted: &str) {
        let error = parsed.expect_err("refused");
        assert_eq!(error.status(), 400);
        assert!(error.to_string().contains(wanted), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let query = Query::parse("limit=many&at=yesterday&severity=deadly");
        check_refused(query.get::<u32>("limit"), "`limit` cannot be \"many\"");
        check_refused(query.time("at"), "written like 2026-02-17T01:30:00+07:00");
        check_refused(query.names::<Severity>("severity"), "expected one of `notice`, `warning`, `critical`");
    }
}
