//! The cookie that holds a session's token. Scripts cannot read it, and no other site's page has it sent.

use axum::http::{HeaderMap, HeaderValue, header};

/// Browsers take the first from TLS only, and for this host alone; on plain loopback there is only the second.
pub(super) fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-canhdem" } else { "canhdem" }
}

/// For as long as the browser runs, and the session lasts.
pub(super) fn set(token: &str, is_secure: bool) -> HeaderValue {
    cookie(token, "", is_secure)
}

pub(super) fn clear(is_secure: bool) -> HeaderValue {
    cookie("", "; Max-Age=0", is_secure)
}

fn cookie(value: &str, lasts: &str, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{lasts}", name(is_secure));
    HeaderValue::try_from(text).expect("letters, digits and what cookies are made of")
}

/// The token that a request holds, if it looks like one.
pub(super) fn token(headers: &HeaderMap, is_secure: bool) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name(is_secure))?;
    (value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_flags() {
        let token = "a".repeat(64);
        let secure = format!("__Host-canhdem={token}; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(set(&token, true), secure);
        assert_eq!(set(&token, false), format!("canhdem={token}; Path=/; HttpOnly; SameSite=Strict"));
        assert_eq!(clear(false), "canhdem=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    }

    #[test]
    fn it_is_found_among_others() {
        #[track_caller]
        fn check(cookies: &[&str], is_secure: bool, found: bool) {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(header::COOKIE, cookie.parse().expect("a header"));
            }
            assert_eq!(token(&headers, is_secure).is_some(), found, "{cookies:?}");
        }
        let ours = format!("canhdem={}", "0f".repeat(32));
        check(&[&ours], false, true);
        check(&["a=b; c", &format!("x=1;{ours} ; y=2")], false, true);
        check(&[&ours], true, false);
        check(&[&format!("__Host-{ours}")], true, true);
        check(&[], false, false);
        check(&["canhdem=", "canhdem=short", &format!("canhdem={}", "x".repeat(64))], false, false);
    }
}
