//! What holds for every request: where there is no TLS it came from this machine, changes come from our own page, and
//! the answer tells the browser to run nothing else.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{self, HeaderName};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::WebError;

/// Longer than any answer takes to begin. What follows its beginning (a clip, the events) may last.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
         media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Wraps everything: also refusals, one's own and one `refused` before, and what does not exist.
pub(super) async fn guard(is_secure: bool, refused: Option<WebError>, request: Request, next: Next) -> Response {
    let checked = || check(is_secure, request.method(), request.uri().authority(), request.headers());
    let answer = match refused.map_or_else(checked, Err) {
        Ok(()) => tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await.unwrap_or_else(|_| {
            let seconds = ANSWER_WITHIN.as_secs();
            tracing::warn!(seconds, "a request took too long");
            WebError::Unavailable(format!("no answer within {seconds} seconds; try again")).into_response()
        }),
        Err(refused) => refused.into_response(),
    };
    with_headers(answer)
}

fn with_headers(mut answer: Response) -> Response {
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // What is said of an office stays in no cache, unless who answers knows better.
    answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// Plain, the appliance answers this machine only. A page of another site that has its name point here (DNS rebinding)
/// is then found by its host; through TLS it has no cookie. One that reaches over is found by its origin, which browsers
/// send with every change; what is no browser sends none, and nobody can make it do anything.
fn check(is_secure: bool, method: &Method, target: Option<&Authority>, headers: &HeaderMap) -> Result<(), WebError> {
    let host = text(headers, &header::HOST).and_then(|host| host.parse::<Authority>().ok());
    let answers = |authority: &Authority| is_secure || is_loopback(authority.host());
    let Some(host) = host.filter(|host| answers(host) && target.is_none_or(answers)) else {
        let refusal = "this appliance answers at localhost, 127.0.0.1 and [::1] only: open it by one of these";
        return Err(WebError::Forbidden(refusal.to_owned()));
    };
    let scheme = if is_secure { "https://" } else { "http://" };
    let is_own = |origin: &str| origin.strip_prefix(scheme).is_some_and(|at| at.eq_ignore_ascii_case(host.as_str()));
    let from_elsewhere = headers.contains_key(header::ORIGIN) && !text(headers, &header::ORIGIN).is_some_and(is_own);
    // A link from another site may show the page.
    let changes = !method.is_safe();
    let site = &HeaderName::from_static("sec-fetch-site");
    let sent_by_another = changes && headers.contains_key(site) && text(headers, site) != Some("same-origin");
    if from_elsewhere || sent_by_another {
        let refusal = "requests from other sites' pages are refused: open the appliance's own page";
        return Err(WebError::Forbidden(refusal.to_owned()));
    }
    Ok(())
}

/// The header's value, if it is there exactly once.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask_for(is_secure: bool, method: &Method, target: Option<&str>, headers: &[(HeaderName, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().expect("a header"));
        }
        let target = target.map(|target| target.parse::<Authority>().expect("an authority"));
        check(is_secure, method, target.as_ref(), &map).is_ok()
    }

    fn ask(target: Option<&str>, headers: &[(HeaderName, &str)]) -> bool {
        ask_for(false, &Method::GET, target, headers)
    }

    #[track_caller]
    fn check_host(host: &str, wanted: bool) {
        assert_eq!(ask(None, &[(header::HOST, host)]), wanted, "{host}");
    }

    #[test]
    fn only_this_machine_is_answered() {
        for host in ["localhost", "LocalHost:8080", "127.0.0.1", "127.9.9.9:80", "[::1]:8080", "[::1]"] {
            check_host(host, true);
        }
        for host in ["", "evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0", "[::2]:80", "127.0.0.1.evil"]
        {
            check_host(host, false);
        }
        assert!(!ask(None, &[]), "no host");
        assert!(!ask(None, &[(header::HOST, "localhost"), (header::HOST, "evil.example")]), "two hosts");
        assert!(!ask(Some("evil.example"), &[(header::HOST, "localhost")]), "a foreign target");
        assert!(ask(Some("localhost:80"), &[(header::HOST, "localhost:80")]));
    }

    #[track_caller]
    fn check_origin(origin: &str, wanted: bool) {
        assert_eq!(ask(None, &[(header::HOST, "localhost:8080"), (header::ORIGIN, origin)]), wanted, "{origin}");
    }

    #[test]
    fn only_our_own_page_may_ask() {
        check_origin("http://localhost:8080", true);
        for origin in ["null", "http://localhost", "http://localhost:8081", "http://127.0.0.1:8080", "evil", ""] {
            check_origin(origin, false);
        }
    }

    #[test]
    fn through_tls_any_host_is_answered_and_its_own_origin_only() {
        let host = "camera.coquan.vn:8443";
        let from = |origin| ask_for(true, &Method::POST, None, &[(header::HOST, host), (header::ORIGIN, origin)]);
        assert!(ask_for(true, &Method::GET, None, &[(header::HOST, host)]));
        assert!(ask_for(true, &Method::GET, None, &[(header::HOST, "192.168.1.20:8443")]));
        assert!(!ask_for(true, &Method::GET, None, &[]), "no host");
        assert!(from("https://camera.coquan.vn:8443"));
        for origin in ["http://camera.coquan.vn:8443", "https://camera.coquan.vn", "https://evil.example", "null"] {
            assert!(!from(origin), "{origin}");
        }
    }

    #[test]
    fn changes_come_from_our_own_page() {
        let site = HeaderName::from_static("sec-fetch-site");
        let ask = |method: &Method, sent: &[(HeaderName, &str)]| {
            let headers: Vec<_> = [(header::HOST, "localhost")].into_iter().chain(sent.iter().cloned()).collect();
            ask_for(false, method, None, &headers)
        };
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(ask(&method, &[(site.clone(), "same-origin"), (header::ORIGIN, "http://localhost")]));
            assert!(ask(&method, &[]), "no browser");
            for other in ["cross-site", "same-site", "none", ""] {
                assert!(!ask(&method, &[(site.clone(), other)]), "{method} {other}");
            }
        }
        assert!(ask(&Method::GET, &[(site.clone(), "cross-site")]), "a link");
        assert!(ask(&Method::GET, &[(site, "none")]), "a bookmark");
    }
}
